#include "relay.h"

#include <stdlib.h>
#include <string.h>

#include "platform.h"

/* Small enough for all of them to stay in the cache of a processor. */
#define BUFFER_SIZE ((size_t)256 * 1024)
#define BUFFERS 4

struct buffer {
    size_t size;
    char data[BUFFER_SIZE];
};

struct mf_relay {
    mf_relay_taker *taker;
    void *ctx;
    struct buffer *buffers; /* a ring; each belongs to the giver until it is full */
    struct mf_thread thread;
    struct mf_condition changed;
    struct mf_mutex mutex; /* guards what follows */
    uint64_t full;         /* buffers handed over since the start */
    uint64_t done;         /* those that the taker is through with */
    int stop;
    int failed;
    struct mf_error error;
};

/* The taker's thread. */
static void run(void *arg)
{
    struct mf_relay *const relay = arg;
    mf_mutex_lock(&relay->mutex);
    while (!relay->stop) {
        if (relay->done == relay->full) {
            mf_condition_wait(&relay->changed, &relay->mutex);
            continue;
        }
        const struct buffer *const buffer = &relay->buffers[relay->done % BUFFERS];
        if (!relay->failed) {
            struct mf_error error;
            mf_error_init(&error);
            mf_mutex_unlock(&relay->mutex);
            const int failed = relay->taker(relay->ctx, buffer->data, buffer->size, &error);
            mf_mutex_lock(&relay->mutex);
            relay->failed = failed;
            relay->error = error;
        }
        ++relay->done;
        mf_condition_wake(&relay->changed);
    }
    mf_mutex_unlock(&relay->mutex);
}

int mf_relay_open(struct mf_relay **out, mf_relay_taker *taker, void *ctx, struct mf_error *err)
{
    struct mf_relay *const relay = calloc(1, sizeof *relay);
    *out = NULL;
    if (relay == NULL)
        return mf_error_set(err, MF_ERR_MEMORY, "out of memory");
    relay->taker = taker;
    relay->ctx = ctx;
    relay->buffers = malloc(BUFFERS * sizeof *relay->buffers);
    int failed = relay->buffers == NULL ? mf_error_set(err, MF_ERR_MEMORY, "out of memory")
                                        : mf_mutex_init(&relay->mutex, err);
    if (!failed)
        failed = mf_condition_init(&relay->changed, err);
    if (failed) {
        mf_relay_close(relay);
        return -1;
    }
    relay->buffers[0].size = 0;
    *out = relay;
    return 0;
}

void mf_relay_close(struct mf_relay *relay)
{
    if (relay == NULL)
        return;
    if (relay->thread.impl != NULL) {
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
static int wait_for_taker(struct mf_relay *relay, uint64_t left, struct mf_error *err)
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

/* Hands over the buffer that is filled, and begins an empty one. */
static int hand_over(struct mf_relay *relay, struct mf_error *err)
{
    if (relay->thread.impl == NULL && mf_thread_start(&relay->thread, run, relay, err) != 0)
        return -1;
    mf_mutex_lock(&relay->mutex);
    const uint64_t next = ++relay->full;
    mf_condition_wake(&relay->changed);
    mf_mutex_unlock(&relay->mutex);
    const int failed = wait_for_taker(relay, BUFFERS - 1, err);
    relay->buffers[next % BUFFERS].size = 0;
    return failed;
}

int mf_relay_give(struct mf_relay *relay, const char *data, size_t size, struct mf_error *err)
{
    while (size > 0) {
        struct buffer *const buffer = &relay->buffers[relay->full % BUFFERS];
        const size_t room = BUFFER_SIZE - buffer->size;
        const size_t given = size < room ? size : room;
        memcpy(buffer->data + buffer->size, data, given);
        buffer->size += given;
        data += given;
        size -= given;
        if (buffer->size == BUFFER_SIZE && hand_over(relay, err) != 0)
            return -1;
    }
    return 0;
}

int mf_relay_settle(struct mf_relay *relay, struct mf_error *err)
{
    if (relay->buffers[relay->full % BUFFERS].size > 0 && hand_over(relay, err) != 0)
        return -1;
    return wait_for_taker(relay, 0, err);
}

void mf_relay_reset(struct mf_relay *relay)
{
    wait_for_taker(relay, 0, NULL);
    relay->buffers[relay->full % BUFFERS].size = 0;
    relay->failed = 0;
}
