/* SPDX-License-Identifier: MIT */
/* interrupt: Ctrl-C ends long operations, and leaves nothing half done.
 *
 * Between begin and end, a SIGINT is recorded instead of taking its default action. The core's
 * waits and exchanges ask mf_interrupt_requested through mf_cancel, and end with MF_ERR_CANCELLED.
 * A handler of the host (Python has one) is also called, at once. A host without one ends by the
 * signal as usual, but only at mf_interrupt_end, after files are cleaned up. A host that ignores
 * SIGINT is not affected. On Windows, where Ctrl-C calls handlers in a thread of its own,
 * the handler of the host is called at mf_interrupt_end.
 *
 * After fork() the child starts at nesting depth 0.
 *
 * Begin and end nest. They may be called from any thread, but never while another thread of the
 * host changes its handlers. */
#ifndef MF_INTERRUPT_H
#define MF_INTERRUPT_H

#include "base/compiler.h"

MF_C_BEGIN

void mf_interrupt_begin(void);
void mf_interrupt_end(void);

/* Returns whether a SIGINT arrived since the outermost begin. */
int mf_interrupt_requested(void);

MF_C_END
#endif
