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
    const HANDLE console = GetStdHandle(STD_ERROR_HANDLE);
    DWORD mode;
    /* Also lets the console obey control sequences, as a terminal does. */
    return GetConsoleMode(console, &mode) &&
           SetConsoleMode(console, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}
