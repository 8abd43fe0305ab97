/* SPDX-License-Identifier: MIT */
#include "base/signal.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

int mf_signal_hold(int number)
{
    sigset_t one, old, pending;
    sigemptyset(&one);
    sigaddset(&one, number);
    sigemptyset(&pending);
    sigpending(&pending);
    return !sigismember(&pending, number) && pthread_sigmask(SIG_BLOCK, &one, &old) == 0 &&
           !sigismember(&old, number);
}

void mf_signal_release(int number)
{
    sigset_t one, pending;
    int taken = 0;
    sigemptyset(&one);
    sigaddset(&one, number);
    sigemptyset(&pending);
    sigpending(&pending);
    if (sigismember(&pending, number))
        sigwait(&one, &taken); /* consumes ours, at once since it is pending */
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
}

void mf_sigpipe_hold(struct mf_sigpipe *state)
{
    state->held = mf_signal_hold(SIGPIPE);
}

void mf_sigpipe_release(const struct mf_sigpipe *state)
{
    if (state->held)
        mf_signal_release(SIGPIPE);
}

int mf_stderr_is_terminal(void)
{
    return isatty(STDERR_FILENO);
}
