/* SPDX-License-Identifier: MIT */
/* interrupt: Ctrl-C ends what takes long, and leaves nothing half done.
 *
 * Between begin and end a SIGINT is remembered in place of its default action, and the core's waits
 * and exchanges, which ask mf_interrupt_requested through mf_cancel, end with MF_ERR_CANCELLED. A
 * handler of the host (Python has one) is called as well, at once. A host without one ends by the
 * signal as usual, at mf_interrupt_end, when files are cleaned up. A host that ignores SIGINT is
 * left alone.
 *
 * A process that is forked off while others have begun owes them no end: its own first begin is the
 * outermost.
 *
 * Begin and end nest. They may be called from any thread, but never while another thread of the
 * host changes its handlers. */
#ifndef MF_INTERRUPT_H
#define MF_INTERRUPT_H

#ifdef __cplusplus
extern "C" {
#endif

void mf_interrupt_begin(void);
void mf_interrupt_end(void);

/* Whether a SIGINT came since the outermost begin. */
int mf_interrupt_requested(void);

#ifdef __cplusplus
}
#endif
#endif
