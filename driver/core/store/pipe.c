#include "store/pipe_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/thread.h"

/* Small enough for all of them to stay in the cache of a processor. */
#define BUFFERS 4

struct buffer {
    size_t size;
    char data[MF_PIPE_PIECE];
};

struct mf_pipe {
    struct mf_pipe_work work;
    struct buffer *buffers; /* a ring; each belongs to the giver until it is handed over */
    struct mf_thread thread;
    struct mf_condition changed;
    struct mf_mutex mutex; /* guards what follows */
    uint64_t full;         /* buffers handed over since the start */
    uint64_t done;         /* those that the taker is through with */
    int stop;
    int failed;
    struct mf_error error;
};

/* Lets a taker have the buffer, and keeps its error. */
static int call(struct mf_pipe *relay, mf_pipe_consumer *taker, const struct buffer *buffer)
{
    struct mf_error error;
    mf_error_init(&error);
    if (taker(relay->work.ctx, buffer->data, buffer->size, &error) == 0)
        return 0;
    mf_mutex_lock(&relay->mutex);
    relay->failed = 1;
    relay->error = error;
    mf_mutex_unlock(&relay->mutex);
    return -1;
}

/* The relay's thread. */
static void run(void *arg)
{
    struct mf_pipe *const relay = arg;
    mf_mutex_lock(&relay->mutex);
    while (!relay->stop) {
        if (relay->done == relay->full) {
            mf_condition_wait(&relay->changed, &relay->mutex);
            continue;
        }
        const struct buffer *const buffer = &relay->buffers[relay->done % BUFFERS];
        if (!relay->failed) {
            mf_mutex_unlock(&relay->mutex);
            call(relay, relay->work.there, buffer);
            mf_mutex_lock(&relay->mutex);
        }
        ++relay->done;
        mf_condition_wake(&relay->changed);
    }
    mf_mutex_unlock(&relay->mutex);
}

int mf_pipe_open(struct mf_pipe **out, const struct mf_pipe_work *work, struct mf_error *err)
{
    struct mf_pipe *const relay = calloc(1, sizeof *relay);
    *out = NULL;
    if (relay == NULL)
        return mf_out_of_memory(err);
    relay->work = *work;
    relay->buffers = malloc(BUFFERS * sizeof *relay->buffers);
    int failed = relay->buffers == NULL ? mf_out_of_memory(err) : mf_mutex_init(&relay->mutex, err);
    if (!failed)
        failed = mf_condition_init(&relay->changed, err);
    if (failed) {
        mf_pipe_close(relay);
        return -1;
    }
    relay->buffers[0].size = 0;
    *out = relay;
    return 0;
}

void mf_pipe_close(struct mf_pipe *relay)
{
    if (relay == NULL)
        return;
    if (relay->thread.is_started) {
        mf_mutex_lock(&relay->mutex);
        relay->stop = 1;
        mf_condition_wake(&relay->changed);
        mf_mutex_unlock(&relay->mutex);
        mf_thread_join(&relay->thread);
    }
    mf_condition_free(&relay->changed);
    mf_mutex_free(&relay->mutex);
    free(relay->buffers);
    free(relay);
}

/* Waits until no more than so many full buffers are left. */
static int wait_for_taker(struct mf_pipe *relay, uint64_t left, struct mf_error *err)
{
    mf_mutex_lock(&relay->mutex);
    while (relay->full - relay->done > left)
        mf_condition_wait(&relay->changed, &relay->mutex);
    const int failed = relay->failed;
    if (failed && err != NULL)
        *err = relay->error;
    mf_mutex_unlock(&relay->mutex);
    return failed ? -1 : 0;
}

static struct buffer *buffer_at_hand(struct mf_pipe *relay)
{
    return &relay->buffers[relay->full % BUFFERS];
}

/* Returns whether there is a thread to work. */
static int has_thread(struct mf_pipe *relay)
{
    if (!relay->thread.is_started && relay->full >= MF_PIPE_INLINE / MF_PIPE_PIECE)
        return mf_thread_start(&relay->thread, run, relay, NULL) == 0;
    return relay->thread.is_started;
}

static void leave_to_thread(struct mf_pipe *relay)
{
    mf_mutex_lock(&relay->mutex);
    ++relay->full;
    mf_condition_wake(&relay->changed);
    mf_mutex_unlock(&relay->mutex);
}

static void work_alone(struct mf_pipe *relay)
{
    call(relay, relay->work.there, buffer_at_hand(relay));
    ++relay->full;
    ++relay->done;
}

/* Hands over the buffer at hand, and begins an empty one. */
static int hand_over(struct mf_pipe *relay, struct mf_error *err)
{
    if (wait_for_taker(relay, BUFFERS - 1, err) != 0)
        return -1;
    if (call(relay, relay->work.here, buffer_at_hand(relay)) == 0) {
        if (has_thread(relay))
            leave_to_thread(relay);
        else
            work_alone(relay);
    }
    const int failed = wait_for_taker(relay, BUFFERS - 1, err);
    buffer_at_hand(relay)->size = 0;
    return failed;
}

int mf_pipe_write(struct mf_pipe *relay, const char *data, size_t size, struct mf_error *err)
{
    while (size > 0) {
        struct buffer *const buffer = buffer_at_hand(relay);
        const size_t room = MF_PIPE_PIECE - buffer->size;
        const size_t given = size < room ? size : room;
        memcpy(buffer->data + buffer->size, data, given);
        buffer->size += given;
        data += given;
        size -= given;
        if (buffer->size == MF_PIPE_PIECE && hand_over(relay, err) != 0)
            return -1;
    }
    return 0;
}

int mf_pipe_drain(struct mf_pipe *relay, struct mf_error *err)
{
    if (buffer_at_hand(relay)->size > 0 && hand_over(relay, err) != 0)
        return -1;
    return wait_for_taker(relay, 0, err);
}

void mf_pipe_reset(struct mf_pipe *relay)
{
    wait_for_taker(relay, 0, NULL);
    buffer_at_hand(relay)->size = 0;
    relay->failed = 0;
}
