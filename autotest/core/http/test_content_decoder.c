#include "http/content_decoder_internal.h"
#include "check.h"

#include <stdlib.h>

/* A sink that gathers, and fails on demand. */
struct gathered {
    char data[4096];
    size_t size;
    int begun;
    int64_t announced;
    int fail;
};

static int gather_begin(void *ctx, int64_t announced, struct mf_error *err)
{
    struct gathered *gathered = ctx;
    (void)err;
    gathered->begun++;
    gathered->announced = announced;
    gathered->size = 0;
    return 0;
}

static int gather_write(void *ctx, const char *data, size_t size, struct mf_error *err)
{
    struct gathered *gathered = ctx;
    if (gathered->fail)
        return mf_error_set(err, MF_ERR_FILE, "The disk is full");
    if (gathered->size + size <= sizeof gathered->data)
        memcpy(gathered->data + gathered->size, data, size);
    gathered->size += size;
    return 0;
}

static size_t gzip(const char *text, size_t size, char *out, size_t room)
{
    z_stream zlib;
    memset(&zlib, 0, sizeof zlib);
    deflateInit2(&zlib, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
    zlib.next_in = (unsigned char *)(uintptr_t)text;
    zlib.avail_in = (unsigned)size;
    zlib.next_out = (unsigned char *)out;
    zlib.avail_out = (unsigned)room;
    deflate(&zlib, Z_FINISH);
    const size_t used = room - zlib.avail_out;
    deflateEnd(&zlib);
    return used;
}

/* One answer, fed in pieces of `step` bytes. Returns 0 or the error's kind. */
struct feed {
    int status;
    const char *encoding;
    const char *length;
    const char *data;
    size_t size, step;
    int64_t max_body;
    struct gathered *gathered;
    struct mf_response response;
};

static int feed(struct feed *feed)
{
    struct mf_header headers[2];
    struct mf_body body = {0};
    struct mf_error err;
    const struct mf_sink sink = {feed->gathered, gather_begin, gather_write, NULL};
    const struct mf_request request = {
        .method = "GET", .sink = feed->gathered != NULL ? &sink : NULL, .max_body = feed->max_body};
    size_t count = 0;
    if (feed->encoding != NULL)
        headers[count++] =
            (struct mf_header){"content-encoding", (char *)(uintptr_t)feed->encoding};
    if (feed->length != NULL)
        headers[count++] = (struct mf_header){"content-length", (char *)(uintptr_t)feed->length};
    mf_response_init(&feed->response);
    feed->response.headers = headers;
    feed->response.header_count = count;
    feed->response.status = feed->status;
    mf_error_init(&err);
    int failed = mf_body_begin(&body, &request, &feed->response, &err);
    for (size_t at = 0; !failed && at < feed->size; at += feed->step) {
        const size_t left = feed->size - at;
        failed = mf_body_write(&body, feed->data + at, left < feed->step ? left : feed->step, &err);
    }
    if (!failed)
        failed = mf_body_end(&body, &err);
    mf_body_free(&body);
    feed->response.headers = NULL;
    feed->response.header_count = 0;
    CHECK(failed == 0 || err.kind != MF_OK);
    return failed ? (int)err.kind : 0;
}

static void test_plain(void)
{
    struct gathered gathered = {.announced = 0};
    struct feed f = {.status = 200, .length = "5", .data = "hello", .size = 5, .step = 2};
    CHECK_NUMBER(feed(&f), 0);
    CHECK_TEXT(f.response.body, "hello");
    CHECK_NUMBER(f.response.body_size, 5);
    mf_response_free(&f.response);
    f.gathered = &gathered;
    CHECK_NUMBER(feed(&f), 0);
    CHECK(f.response.body == NULL && gathered.begun == 1 && gathered.size == 5);
    CHECK_NUMBER(gathered.announced, 5);
    f.max_body = 4;
    CHECK_NUMBER(feed(&f), MF_ERR_TOO_LARGE);
    CHECK_NUMBER(gathered.begun, 1); /* known before it began */
    f.length = NULL;
    CHECK_NUMBER(feed(&f), MF_ERR_TOO_LARGE);
    CHECK_NUMBER(gathered.announced, -1);
    f.max_body = 5;
    CHECK_NUMBER(feed(&f), 0);
    gathered.fail = 1;
    CHECK_NUMBER(feed(&f), MF_ERR_FILE);
    f.size = 0;
    f.gathered = NULL;
    CHECK_NUMBER(feed(&f), 0);
    CHECK_TEXT(f.response.body, "");
    mf_response_free(&f.response);
}

static void test_error_answer(void)
{
    static char big[MF_MAX_ERROR_BODY + 5000];
    struct gathered gathered = {.begun = 0};
    struct feed f = {.status = 503,
                     .data = big,
                     .size = sizeof big,
                     .step = 1000,
                     .max_body = 10,
                     .gathered = &gathered};
    memset(big, 'e', sizeof big);
    CHECK_NUMBER(feed(&f), 0);
    CHECK_NUMBER(f.response.body_size, MF_MAX_ERROR_BODY);
    CHECK_NUMBER(gathered.begun, 0);
    mf_response_free(&f.response);
    f.encoding = "br";
    f.size = 10;
    CHECK_NUMBER(feed(&f), 0);
    mf_response_free(&f.response);
    f.status = 200;
    CHECK_NUMBER(feed(&f), MF_ERR_FORMAT);
    f.encoding = "identity";
    CHECK_NUMBER(feed(&f), 0);
    mf_response_free(&f.response);
}

static void test_gzip(void)
{
    char packed[400];
    const size_t size = gzip("hello, world", 12, packed, sizeof packed);
    struct gathered gathered = {.announced = 0};
    struct feed f = {.status = 200,
                     .encoding = "gzip",
                     .length = "999",
                     .data = packed,
                     .size = size,
                     .step = 1,
                     .gathered = &gathered};
    for (f.step = 1; f.step <= size; f.step++) {
        CHECK_NUMBER(feed(&f), 0);
        CHECK(gathered.size == 12 && memcmp(gathered.data, "hello, world", 12) == 0);
        CHECK_NUMBER(gathered.announced, -1);
    }
    /* Cut anywhere but at 0. */
    for (f.size = 1; f.size < size; f.size++)
        CHECK_NUMBER(feed(&f), MF_ERR_TRUNCATED);
    f.size = 0;
    CHECK_NUMBER(feed(&f), 0);
    CHECK_NUMBER(gathered.size, 0);
    /* Two members, zeros, garbage. */
    const size_t second = gzip("!", 1, packed + size, sizeof packed - size);
    memset(packed + size + second, 0, 10);
    f.size = size + second + 10;
    for (f.step = 1; f.step <= f.size; f.step++) {
        CHECK_NUMBER(feed(&f), 0);
        CHECK(gathered.size == 13 && memcmp(gathered.data, "hello, world!", 13) == 0);
    }
    packed[size + second + 9] = 'x';
    CHECK_NUMBER(feed(&f), MF_ERR_TRUNCATED);
    f.size = size + 5; /* cut in the second member */
    CHECK_NUMBER(feed(&f), MF_ERR_TRUNCATED);
    packed[size - 6] ^= 1; /* check sum */
    f.size = size;
    CHECK_NUMBER(feed(&f), MF_ERR_TRUNCATED);
    f.data = "{\"not\": \"gzip\"}";
    f.size = 15;
    CHECK_NUMBER(feed(&f), MF_ERR_TRUNCATED);
}

static void test_bomb(void)
{
    const size_t size = 20 * 1024 * 1024, room = 65536;
    char *zeros = calloc(size, 1), *packed = malloc(room);
    struct gathered gathered = {.announced = 0};
    struct feed f = {.status = 200,
                     .encoding = "x-gzip",
                     .data = packed,
                     .step = room,
                     .max_body = 1000000,
                     .gathered = &gathered};
    f.size = gzip(zeros, size, packed, room);
    CHECK_NUMBER(feed(&f), MF_ERR_TOO_LARGE);
    CHECK(gathered.size <= 1000000);
    f.status = 500;
    CHECK_NUMBER(feed(&f), 0);
    CHECK_NUMBER(f.response.body_size, MF_MAX_ERROR_BODY);
    mf_response_free(&f.response);
    free(zeros);
    free(packed);
}

int main(void)
{
    test_plain();
    test_error_answer();
    test_gzip();
    test_bomb();
    return check_result();
}
