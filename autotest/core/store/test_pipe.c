/* The relay: whatever the sizes and the speeds, the taker sees the same bytes in the same order. */
#include "store/pipe_internal.h"

#include <stdlib.h>

#include "check.h"
#include "base/clock.h"

enum { LARGE = 3000000 };

/* Checks that the bytes are those of `expected`, and fails behind so many of them. What is worked on
 * there was here before. */
struct taker {
    size_t here;
    size_t here_wrong;
    size_t fails_here_behind; /* 0: never */
    size_t seen;
    size_t wrong;
    size_t fails_behind; /* 0: never */
    int calls_after_failure;
    int failed;
    int is_slow;
};

static char expected(size_t i)
{
    return (char)(i % 251);
}

static int take_here(void *ctx, const char *data, size_t size, struct mf_error *err)
{
    struct taker *const taker = ctx;
    taker->here_wrong += size > MF_PIPE_PIECE;
    for (size_t i = 0; i < size; ++i)
        taker->here_wrong += data[i] != expected(taker->here + i);
    taker->here += size;
    if (taker->fails_here_behind == 0 || taker->here <= taker->fails_here_behind)
        return 0;
    return mf_error_set(err, MF_ERR_FILE, "no room");
}

static int take(void *ctx, const char *data, size_t size, struct mf_error *err)
{
    struct taker *const taker = ctx;
    taker->calls_after_failure += taker->failed;
    if (taker->is_slow)
        mf_sleep(0.02);
    for (size_t i = 0; i < size; ++i)
        taker->wrong += data[i] != expected(taker->seen + i);
    taker->seen += size;
    if (taker->fails_behind == 0 || taker->seen <= taker->fails_behind)
        return 0;
    taker->failed = 1;
    return mf_error_set(err, MF_ERR_FORMAT, "not that one");
}

static struct mf_pipe *open_relay(struct taker *taker)
{
    const struct mf_pipe_work work = {take_here, take, taker};
    struct mf_pipe *relay = NULL;
    CHECK_NUMBER(mf_pipe_open(&relay, &work, NULL), 0);
    return relay;
}

static char *make_bytes(size_t size)
{
    char *const bytes = malloc(size);
    for (size_t i = 0; i < size && bytes != NULL; ++i)
        bytes[i] = expected(i);
    return bytes;
}

/* Gives `size` bytes in pieces of `step`, and settles. */
static int give(struct mf_pipe *relay, const char *bytes, size_t size, size_t step,
                struct mf_error *err)
{
    for (size_t at = 0; at < size; at += step) {
        if (mf_pipe_write(relay, bytes + at, size - at < step ? size - at : step, err) != 0)
            return -1;
    }
    return mf_pipe_drain(relay, err);
}

static void test_order(const char *bytes)
{
    static const size_t sizes[] = {0, 1, 262143, 262144, 262145, 1048576, LARGE};
    static const size_t steps[] = {1000, 16384, 262144, 262145, LARGE};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; ++s) {
        for (size_t k = 0; k < sizeof steps / sizeof *steps; ++k) {
            struct taker taker = {.is_slow = k == 4};
            struct mf_pipe *const relay = open_relay(&taker);
            CHECK_NUMBER(give(relay, bytes, sizes[s], steps[k], NULL), 0);
            CHECK_NUMBER(taker.here, sizes[s]);
            CHECK_NUMBER(taker.here_wrong, 0);
            CHECK_NUMBER(taker.seen, sizes[s]);
            CHECK_NUMBER(taker.wrong, 0);
            mf_pipe_close(relay);
        }
    }
}

static void test_failure(const char *bytes)
{
    static const size_t behind[] = {1, 700000, LARGE - 1};
    for (size_t i = 0; i < sizeof behind / sizeof *behind; ++i) {
        struct taker taker = {.fails_behind = behind[i]};
        struct mf_pipe *const relay = open_relay(&taker);
        struct mf_error err;
        mf_error_init(&err);
        CHECK_NUMBER(give(relay, bytes, LARGE, 100000, &err), -1);
        CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
        CHECK_TEXT(err.message, "not that one");
        CHECK_NUMBER(mf_pipe_drain(relay, NULL), -1);
        CHECK_NUMBER(taker.calls_after_failure, 0);

        /* From the start again, and this time to the end. */
        mf_pipe_reset(relay);
        taker = (struct taker){0};
        CHECK_NUMBER(give(relay, bytes, LARGE, 100000, NULL), 0);
        CHECK_NUMBER(taker.seen, LARGE);
        CHECK_NUMBER(taker.wrong, 0);
        mf_pipe_close(relay);
    }
}

/* What cannot be kept here is not worked on there. */
static void test_failure_here(const char *bytes)
{
    static const size_t behind[] = {1, MF_PIPE_PIECE, MF_PIPE_INLINE, LARGE - 1};
    for (size_t i = 0; i < sizeof behind / sizeof *behind; ++i) {
        struct taker taker = {.fails_here_behind = behind[i]};
        struct mf_pipe *const relay = open_relay(&taker);
        struct mf_error err;
        mf_error_init(&err);
        CHECK_NUMBER(give(relay, bytes, LARGE, 16384, &err), -1);
        CHECK_TEXT(err.message, "no room");
        const size_t here = taker.here;
        CHECK_NUMBER(mf_pipe_drain(relay, NULL), -1);
        CHECK_NUMBER(taker.here, here);
        CHECK_NUMBER(taker.wrong, 0);
        CHECK(taker.seen < taker.here);

        mf_pipe_reset(relay);
        taker = (struct taker){0};
        CHECK_NUMBER(give(relay, bytes, LARGE, 16384, NULL), 0);
        CHECK_NUMBER(taker.seen, LARGE);
        mf_pipe_close(relay);
    }
}

/* What was given and not settled is dropped, by a reset and by the end. */
static void test_dropped(const char *bytes)
{
    struct taker taker = {.is_slow = 1};
    struct mf_pipe *const relay = open_relay(&taker);
    CHECK_NUMBER(mf_pipe_write(relay, bytes, 1000, NULL), 0);
    mf_pipe_reset(relay);
    CHECK_NUMBER(mf_pipe_drain(relay, NULL), 0);
    CHECK_NUMBER(taker.seen, 0);
    CHECK_NUMBER(mf_pipe_write(relay, bytes, LARGE, NULL), 0);
    mf_pipe_close(relay);
    CHECK_NUMBER(taker.wrong, 0);
    CHECK(taker.seen < LARGE);
}

int main(void)
{
    char *const bytes = make_bytes(LARGE);
    if (!CHECK(bytes != NULL))
        return 1;
    mf_pipe_close(NULL);
    test_order(bytes);
    test_failure(bytes);
    test_failure_here(bytes);
    test_dropped(bytes);
    free(bytes);
    return check_result();
}
