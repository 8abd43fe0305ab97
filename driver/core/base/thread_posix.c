/* SPDX-License-Identifier: MIT */
#include "base/thread.h"

#include <pthread.h>

int mf_mutex_init(struct mf_mutex *mutex, struct mf_error *err)
{
    mutex->is_open = pthread_mutex_init(&mutex->native, NULL) == 0;
    return mutex->is_open ? 0 : mf_out_of_memory(err);
}

void mf_mutex_lock(struct mf_mutex *mutex)
{
    pthread_mutex_lock(&mutex->native);
}

void mf_mutex_unlock(struct mf_mutex *mutex)
{
    pthread_mutex_unlock(&mutex->native);
}

void mf_mutex_free(struct mf_mutex *mutex)
{
    if (mutex != NULL && mutex->is_open)
        pthread_mutex_destroy(&mutex->native);
    if (mutex != NULL)
        mutex->is_open = 0;
}

static pthread_mutex_t global_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t watch_forks_once = PTHREAD_ONCE_INIT;
static unsigned fork_generation; /* changes only while there is one thread */

static void before_fork(void)
{
    pthread_mutex_lock(&global_mutex);
}

static void after_fork(void)
{
    pthread_mutex_unlock(&global_mutex);
}

static void after_fork_in_child(void)
{
    ++fork_generation;
    pthread_mutex_unlock(&global_mutex);
}

static void watch_forks(void)
{
    pthread_atfork(before_fork, after_fork, after_fork_in_child);
}

void mf_global_lock(void)
{
    pthread_once(&watch_forks_once, watch_forks);
    pthread_mutex_lock(&global_mutex);
}

void mf_global_unlock(void)
{
    pthread_mutex_unlock(&global_mutex);
}

unsigned mf_fork_generation(void)
{
    pthread_once(&watch_forks_once, watch_forks);
    return fork_generation;
}
