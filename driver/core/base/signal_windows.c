/* SPDX-License-Identifier: MIT */
#include "base/signal.h"

#include <windows.h>

/* No system call raises a signal here. */
int mf_signal_hold(int number)
{
    (void)number;
    return 0;
}

void mf_signal_release(int number)
{
    (void)number;
}

void mf_sigpipe_hold(struct mf_sigpipe *state)
{
    state->held = 0;
}

void mf_sigpipe_release(const struct mf_sigpipe *state)
{
    (void)state;
}

int mf_stderr_is_terminal(void)
{
    DWORD mode;
    return GetConsoleMode(GetStdHandle(STD_ERROR_HANDLE), &mode) != 0;
}
