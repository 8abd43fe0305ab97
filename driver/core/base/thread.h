/* SPDX-License-Identifier: MIT */
/* thread: locks between threads, and forks.
 *
 * Thread-safety: all functions may be called from any thread; a struct belongs to its
 * caller. */
#ifndef MF_THREAD_H
#define MF_THREAD_H

#ifndef _WIN32
#include <pthread.h>
#endif

#include "base/error.h"

MF_C_BEGIN

struct mf_mutex {
#ifdef _WIN32
    void *native; /* an SRWLOCK */
#else
    pthread_mutex_t native;
#endif
    int is_open;
};

int mf_mutex_init(struct mf_mutex *mutex, struct mf_error *err) MF_NODISCARD;
void mf_mutex_lock(struct mf_mutex *mutex);
void mf_mutex_unlock(struct mf_mutex *mutex);
void mf_mutex_free(struct mf_mutex *mutex); /* NULL-safe, and safe on a zeroed mutex */

/* One lock for the whole process, for rare and short work: one-time set-up of a library, a small
 * table. Never call out of the core while holding it. It is held across fork(), so that the child
 * finds the guarded data consistent. */
void mf_global_lock(void);
void mf_global_unlock(void);

/* ---- forks ---------------------------------------------------------------------------------- */

/* Returns a number that changes in a forked child. The child has its parent's memory but none of
 * its threads, and shares connections and locks with it. Keep this number beside such a resource.
 * If it has changed, drop the resource without touching it: its memory is lost. */
unsigned mf_fork_generation(void);

MF_C_END
#endif
