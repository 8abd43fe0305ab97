#include "base/thread.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

int mf_mutex_init(struct mf_mutex *mutex, struct mf_error *err)
{
    mutex->impl = malloc(sizeof(pthread_mutex_t));
    if (mutex->impl == NULL || pthread_mutex_init(mutex->impl, NULL) != 0) {
        free(mutex->impl);
        mutex->impl = NULL;
        return mf_out_of_memory(err);
    }
    return 0;
}

void mf_mutex_lock(struct mf_mutex *mutex)
{
    pthread_mutex_lock(mutex->impl);
}

void mf_mutex_unlock(struct mf_mutex *mutex)
{
    pthread_mutex_unlock(mutex->impl);
}

void mf_mutex_free(struct mf_mutex *mutex)
{
    if (mutex == NULL || mutex->impl == NULL)
        return;
    pthread_mutex_destroy(mutex->impl);
    free(mutex->impl);
    mutex->impl = NULL;
}

int mf_condition_init(struct mf_condition *condition, struct mf_error *err)
{
    condition->impl = malloc(sizeof(pthread_cond_t));
    if (condition->impl == NULL || pthread_cond_init(condition->impl, NULL) != 0) {
        free(condition->impl);
        condition->impl = NULL;
        return mf_out_of_memory(err);
    }
    return 0;
}

void mf_condition_wait(struct mf_condition *condition, struct mf_mutex *mutex)
{
    pthread_cond_wait(condition->impl, mutex->impl);
}

void mf_condition_wake(struct mf_condition *condition)
{
    pthread_cond_broadcast(condition->impl);
}

void mf_condition_free(struct mf_condition *condition)
{
    if (condition == NULL || condition->impl == NULL)
        return;
    pthread_cond_destroy(condition->impl);
    free(condition->impl);
    condition->impl = NULL;
}

struct started_thread {
    pthread_t id;
    void (*run)(void *arg);
    void *arg;
};

static void *run_thread(void *started)
{
    struct started_thread *const thread = started;
    thread->run(thread->arg);
    return NULL;
}

int mf_thread_start(struct mf_thread *thread, void (*run)(void *arg), void *arg,
                    struct mf_error *err)
{
    struct started_thread *const started = malloc(sizeof *started);
    sigset_t all, former;
    if (started == NULL)
        return mf_out_of_memory(err);
    started->run = run;
    started->arg = arg;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former); /* a thread begins with the mask of its maker */
    const int failed = pthread_create(&started->id, NULL, run_thread, started);
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    if (failed) {
        free(started);
        return mf_error_set(err, MF_ERR_MEMORY, "Cannot start a thread: %s", strerror(failed));
    }
    thread->impl = started;
    return 0;
}

void mf_thread_join(struct mf_thread *thread)
{
    struct started_thread *const started = thread->impl;
    if (started == NULL)
        return;
    pthread_join(started->id, NULL);
    free(started);
    thread->impl = NULL;
}

static pthread_mutex_t global_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t watch_forks_once = PTHREAD_ONCE_INIT;
static unsigned fork_generation; /* changes only where there is one thread */

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
