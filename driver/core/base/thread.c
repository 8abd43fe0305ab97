#include "base/thread.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

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

int mf_condition_init(struct mf_condition *condition, struct mf_error *err)
{
    condition->is_open = pthread_cond_init(&condition->native, NULL) == 0;
    return condition->is_open ? 0 : mf_out_of_memory(err);
}

void mf_condition_wait(struct mf_condition *condition, struct mf_mutex *mutex)
{
    pthread_cond_wait(&condition->native, &mutex->native);
}

void mf_condition_wake(struct mf_condition *condition)
{
    pthread_cond_broadcast(&condition->native);
}

void mf_condition_free(struct mf_condition *condition)
{
    if (condition != NULL && condition->is_open)
        pthread_cond_destroy(&condition->native);
    if (condition != NULL)
        condition->is_open = 0;
}

static void *run_thread(void *started)
{
    const struct mf_thread *const thread = started;
    thread->run(thread->arg);
    return NULL;
}

int mf_thread_start(struct mf_thread *thread, void (*run)(void *arg), void *arg,
                    struct mf_error *err)
{
    sigset_t all, former;
    thread->run = run;
    thread->arg = arg;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former); /* a thread begins with the mask of its maker */
    const int failed = pthread_create(&thread->native, NULL, run_thread, thread);
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    thread->is_started = !failed;
    if (failed)
        return mf_error_set(err, MF_ERR_MEMORY, "Cannot start a thread: %s", strerror(failed));
    return 0;
}

void mf_thread_join(struct mf_thread *thread)
{
    if (thread->is_started)
        pthread_join(thread->native, NULL);
    thread->is_started = 0;
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
