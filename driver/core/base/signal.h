/* SPDX-License-Identifier: MIT */
/* signal: signals that system calls raise in the calling thread, and the terminal.
 *
 * Thread-safety: all functions may be called from any thread. */
#ifndef MF_SIGNAL_H
#define MF_SIGNAL_H

#include "base/compiler.h"

MF_C_BEGIN

/* Blocks SIGPIPE in the calling thread only, between hold and release: some TLS libraries write to
 * closed sockets without MSG_NOSIGNAL. */
struct mf_sigpipe {
    int held;
};

/* The same for any signal that the calling thread may raise itself. Returns 0 if there is nothing
 * to release: a signal that is already pending or blocked is left to the host. */
int mf_signal_hold(int number);
void mf_signal_release(int number);

void mf_sigpipe_hold(struct mf_sigpipe *state);
void mf_sigpipe_release(const struct mf_sigpipe *state);

/* Returns whether someone may be reading the standard error stream. */
int mf_stderr_is_terminal(void);

MF_C_END
#endif
