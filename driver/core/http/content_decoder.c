#include "http/content_decoder_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* What one call of inflate may give: large enough for speed, small enough for a thread's stack. */
enum { INFLATE_CHUNK = 32768 };

static int too_large(const struct mf_body *body, struct mf_error *err)
{
    return mf_error_set(err, MF_ERR_TOO_LARGE, "The answer is larger than the limit of %lld bytes",
                        (long long)body->request->max_body);
}

/* -1 when there is no usable Content-Length. */
static int64_t announced_size(const struct mf_response *response)
{
    const char *text = mf_response_header(response, "content-length");
    if (text == NULL || *text < '0' || *text > '9' ||
        mf_response_header(response, "transfer-encoding") != NULL)
        return -1;
    int64_t size = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        if (size > INT64_MAX / 10 - 1)
            return -1;
        size = size * 10 + (*text - '0');
    }
    return size;
}

static int choose_decoder(struct mf_body *body, struct mf_error *err)
{
    const char *encoding = mf_response_header(body->response, "content-encoding");
    if (encoding == NULL || *encoding == '\0' || mf_str_equal_nocase(encoding, "identity"))
        return 0;
    if (!mf_str_equal_nocase(encoding, "gzip") && !mf_str_equal_nocase(encoding, "x-gzip") &&
        !mf_str_equal_nocase(encoding, "deflate")) {
        /* The body of an error answer is a courtesy: do without it. */
        if (!body->is_result)
            return 0;
        return mf_error_set(err, MF_ERR_FORMAT,
                            "The server sent the content encoding \"%.40s\", which was not asked "
                            "for",
                            encoding);
    }
    body->is_compressed = 1;
    if (inflateInit2(&body->zlib, MAX_WBITS + 32) != Z_OK) /* + 32: gzip or zlib, as it comes */
        return mf_out_of_memory(err);
    body->has_zlib = 1;
    return 0;
}

int mf_body_begin(struct mf_body *body, const struct mf_request *request,
                  struct mf_response *response, struct mf_error *err)
{
    memset(body, 0, sizeof *body);
    body->request = request;
    body->response = response;
    body->is_result = response->status >= 200 && response->status < 300;
    if (choose_decoder(body, err) != 0)
        return -1;
    if (!body->is_result)
        return 0;
    const int64_t announced = body->is_compressed ? -1 : announced_size(response);
    if (request->max_body > 0 && announced > request->max_body)
        return too_large(body, err);
    const struct mf_sink *sink = request->sink;
    return sink != NULL && sink->begin != NULL ? sink->begin(sink->ctx, announced, err) : 0;
}

static int append(struct mf_body *body, const char *data, size_t size, struct mf_error *err)
{
    struct mf_response *response = body->response;
    if (size >= SIZE_MAX / 2 - response->body_size)
        return mf_out_of_memory(err);
    const size_t needed = response->body_size + size + 1;
    if (needed > body->capacity) {
        size_t capacity = body->capacity > 0 ? body->capacity : 4096;
        while (capacity < needed)
            capacity *= 2;
        char *grown = realloc(response->body, capacity);
        if (grown == NULL)
            return mf_out_of_memory(err);
        response->body = grown;
        body->capacity = capacity;
    }
    memcpy(response->body + response->body_size, data, size);
    response->body_size += size;
    response->body[response->body_size] = '\0';
    return 0;
}

/* Decoded bytes to where they belong. */
static int deliver(struct mf_body *body, const char *data, size_t size, struct mf_error *err)
{
    if (!body->is_result) {
        const size_t room = MF_MAX_ERROR_BODY - body->response->body_size;
        return append(body, data, size < room ? size : room, err);
    }
    body->decoded += (int64_t)size;
    if (body->request->max_body > 0 && body->decoded > body->request->max_body)
        return too_large(body, err);
    const struct mf_sink *sink = body->request->sink;
    return sink != NULL ? sink->write(sink->ctx, data, size, err) : append(body, data, size, err);
}

static int broken_gzip(struct mf_error *err)
{
    return mf_error_set(err, MF_ERR_TRUNCATED, "The answer is broken: its gzip data is damaged");
}

/* A gzip stream may be followed by another one, or by padding of zeros. Returns 1 at the end. */
static int between_members(struct mf_body *body)
{
    while (body->zlib.avail_in > 0 && *body->zlib.next_in == 0) {
        body->zlib.next_in++;
        body->zlib.avail_in--;
    }
    if (body->zlib.avail_in == 0)
        return 1;
    inflateReset(&body->zlib);
    body->member_ended = 0;
    return 0;
}

static int inflate_part(struct mf_body *body, const char *data, unsigned size, struct mf_error *err)
{
    unsigned char out[INFLATE_CHUNK];
    body->zlib.next_in = (unsigned char *)(uintptr_t)data; /* zlib does not write to it */
    body->zlib.avail_in = size;
    do {
        if (body->member_ended && between_members(body))
            return 0;
        body->zlib.next_out = out;
        body->zlib.avail_out = sizeof out;
        const int result = inflate(&body->zlib, Z_NO_FLUSH);
        if (result == Z_MEM_ERROR)
            return mf_out_of_memory(err);
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
            return broken_gzip(err);
        const size_t got = sizeof out - body->zlib.avail_out;
        if (got > 0 && deliver(body, (const char *)out, got, err) != 0)
            return -1;
        body->member_ended = result == Z_STREAM_END;
        /* A bomb in an error answer is not worth the time: deliver keeps 64 KB at most. */
    } while ((body->zlib.avail_in > 0 || body->zlib.avail_out == 0) && !mf_body_is_full(body));
    return 0;
}

int mf_body_write(struct mf_body *body, const char *data, size_t size, struct mf_error *err)
{
    body->received += (int64_t)size;
    if (!body->is_compressed)
        return deliver(body, data, size, err);
    while (size > 0 && !mf_body_is_full(body)) {
        const size_t part = size < (1u << 30) ? size : (1u << 30);
        if (inflate_part(body, data, (unsigned)part, err) != 0)
            return -1;
        data += part;
        size -= part;
    }
    return 0;
}

int mf_body_is_full(const struct mf_body *body)
{
    return !body->is_result && body->response->body_size >= MF_MAX_ERROR_BODY;
}

int mf_body_end(struct mf_body *body, struct mf_error *err)
{
    /* An empty body with a Content-Encoding is empty, not cut. */
    if (body->is_compressed && body->is_result && body->received > 0 && !body->member_ended)
        return mf_error_set(err, MF_ERR_TRUNCATED,
                            "The answer was cut short: its gzip data does not end");
    const int is_in_memory = !body->is_result || body->request->sink == NULL;
    return is_in_memory ? append(body, "", 0, err) : 0; /* an empty body is "" and not NULL */
}

void mf_body_free(struct mf_body *body)
{
    if (body->has_zlib)
        inflateEnd(&body->zlib);
    body->has_zlib = 0;
}
