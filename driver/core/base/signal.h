/* SPDX-License-Identifier: MIT */
/* signal: signals that system calls raise in the calling thread, and the terminal.
 *
 * Thread-safety: all functions may be called from any thread. */
#ifndef MF_SIGNAL_H
#define MF_SIGNAL_H

#ifdef __cplusplus
extern "C" {
#endif

/* Keeps SIGPIPE away from the calling thread, and from it alone, between hold and release: some TLS
 * libraries write to closed sockets without MSG_NOSIGNAL. */
struct mf_sigpipe {
    int held;
};

/* The same for any signal that the calling thread may bring upon itself. Returns 0 when there is
 * nothing to release: one that is pending or blocked already is the host's business. */
int mf_signal_hold(int number);
void mf_signal_release(int number);

void mf_sigpipe_hold(struct mf_sigpipe *state);
void mf_sigpipe_release(const struct mf_sigpipe *state);

/* Whether somebody may be reading along what goes to the standard error stream. */
int mf_stderr_is_terminal(void);

#ifdef __cplusplus
}
#endif
#endif
