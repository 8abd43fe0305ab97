/* content_decoder: the bytes of one answer, from the wire to the sink or to memory.
 *
 * Undoes gzip, counts against the limit, and knows when the end is missing. gzip is undone here and
 * not by libcurl, which takes a gzip stream that ends early for a whole one.
 *
 * Thread-safety: belongs to one exchange. */
#ifndef MF_CONTENT_DECODER_INTERNAL_H
#define MF_CONTENT_DECODER_INTERNAL_H

#include <zlib.h>

#include "http/transport.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mf_body {
    const struct mf_request *request;
    struct mf_response *response;
    int is_result;     /* a 2xx answer: limit and sink apply */
    int is_compressed; /* gzip or zlib */
    int has_zlib;      /* `zlib` is initialised */
    int member_ended;  /* a whole gzip member was read, and nothing of a next one */
    int64_t received;  /* bytes before decoding */
    int64_t decoded;   /* bytes after it */
    size_t capacity;   /* of response->body */
    z_stream zlib;
};

/* Takes status and headers from `response`, which must outlive the body. Fails with MF_ERR_FORMAT
 * for a content encoding that nobody asked for, MF_ERR_TOO_LARGE when Content-Length says so. */
int mf_body_begin(struct mf_body *body, const struct mf_request *request,
                  struct mf_response *response, struct mf_error *err) MF_NODISCARD;

/* Bytes as they came over the wire. Fails with MF_ERR_TRUNCATED (broken gzip), MF_ERR_TOO_LARGE,
 * MF_ERR_MEMORY or what the sink says. */
int mf_body_write(struct mf_body *body, const char *data, size_t size,
                  struct mf_error *err) MF_NODISCARD;

/* 1: an error answer of which no more is kept. */
int mf_body_is_full(const struct mf_body *body);

/* To be called when the transfer ended well. MF_ERR_TRUNCATED when gzip did not end. */
int mf_body_end(struct mf_body *body, struct mf_error *err) MF_NODISCARD;

void mf_body_free(struct mf_body *body); /* safe on a body of zeros */

#ifdef __cplusplus
}
#endif
#endif
