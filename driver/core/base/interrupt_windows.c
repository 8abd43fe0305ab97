/* SPDX-License-Identifier: MIT */
#include "base/interrupt.h"

#include <windows.h>

/* Windows calls the handlers of Ctrl-C in a thread of its own, starting with the last one that was
 * added, and then ends the process. So this handler returns only after the work has ended: then
 * Windows calls the handler of the host, or ends the process. If the host ignores Ctrl-C, Windows
 * calls no handler. */
static SRWLOCK mutex = SRWLOCK_INIT; /* guards `depth` and `ends` */
static CONDITION_VARIABLE has_ended = CONDITION_VARIABLE_INIT;
static int depth;
static unsigned ends; /* how often the outermost has ended */
static volatile LONG is_requested;

static BOOL WINAPI on_interrupt(DWORD event)
{
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        return FALSE;
    AcquireSRWLockExclusive(&mutex);
    const unsigned before = ends;
    if (depth > 0)
        InterlockedExchange(&is_requested, 1);
    while (depth > 0 && ends == before)
        SleepConditionVariableSRW(&has_ended, &mutex, INFINITE, 0);
    ReleaseSRWLockExclusive(&mutex);
    return FALSE;
}

void mf_interrupt_begin(void)
{
    AcquireSRWLockExclusive(&mutex);
    const int is_first = depth++ == 0;
    if (is_first)
        InterlockedExchange(&is_requested, 0);
    ReleaseSRWLockExclusive(&mutex);
    if (is_first)
        SetConsoleCtrlHandler(on_interrupt, TRUE);
}

void mf_interrupt_end(void)
{
    AcquireSRWLockExclusive(&mutex);
    const int is_last = depth > 0 && --depth == 0;
    ends += (unsigned)is_last;
    if (is_last)
        InterlockedExchange(&is_requested, 0);
    ReleaseSRWLockExclusive(&mutex);
    if (!is_last)
        return;
    WakeAllConditionVariable(&has_ended);
    SetConsoleCtrlHandler(on_interrupt, FALSE);
}

int mf_interrupt_requested(void)
{
    return is_requested != 0;
}
