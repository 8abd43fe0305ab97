/* SPDX-License-Identifier: MIT */
/* thread: locks between threads, and forks.
 *
 * Thread-safety: all functions may be called from any thread; a struct belongs to its
 * caller. */
#ifndef MF_THREAD_H
#define MF_THREAD_H

#include <pthread.h>

#include "base/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mf_mutex {
    pthread_mutex_t native;
    int is_open;
};

int mf_mutex_init(struct mf_mutex *mutex, struct mf_error *err) MF_NODISCARD;
void mf_mutex_lock(struct mf_mutex *mutex);
void mf_mutex_unlock(struct mf_mutex *mutex);
void mf_mutex_free(struct mf_mutex *mutex); /* NULL-safe, and safe on a mutex of zeros */

/* One lock for the whole process, for what is rare and short: setting up a library once, a small
 * table. Never call out of the core while holding it. Across a fork nobody holds it, so that what
 * it guards is whole in the child. */
void mf_global_lock(void);
void mf_global_unlock(void);

/* ---- forks ---------------------------------------------------------------------------------- */

/* A number that is another one in a process that was forked off. A child has the memory of its
 * parent, and none of its threads; connections and locks it shares with it. Who keeps such a thing
 * keeps this number beside it, and when it has changed lets go of the thing without touching it:
 * the memory is lost. */
unsigned mf_fork_generation(void);

#ifdef __cplusplus
}
#endif
#endif
