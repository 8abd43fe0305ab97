/* SPDX-License-Identifier: MIT */
#include "base/thread.h"

#include <windows.h>

/* An SRWLOCK has the size of a pointer, and is never destroyed. */
static PSRWLOCK native(struct mf_mutex *mutex)
{
    return (PSRWLOCK)(void *)&mutex->native;
}

int mf_mutex_init(struct mf_mutex *mutex, struct mf_error *err)
{
    (void)err;
    InitializeSRWLock(native(mutex));
    mutex->is_open = 1;
    return 0;
}

void mf_mutex_lock(struct mf_mutex *mutex)
{
    AcquireSRWLockExclusive(native(mutex));
}

void mf_mutex_unlock(struct mf_mutex *mutex)
{
    ReleaseSRWLockExclusive(native(mutex));
}

void mf_mutex_free(struct mf_mutex *mutex)
{
    if (mutex != NULL)
        mutex->is_open = 0;
}

static SRWLOCK global_mutex = SRWLOCK_INIT;

void mf_global_lock(void)
{
    AcquireSRWLockExclusive(&global_mutex);
}

void mf_global_unlock(void)
{
    ReleaseSRWLockExclusive(&global_mutex);
}

/* Windows has no fork(). */
unsigned mf_fork_generation(void)
{
    return 0;
}
