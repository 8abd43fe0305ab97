/* SPDX-License-Identifier: MIT */
/* upload: a request body that is read while it is sent.
 *
 * Its length is known and sent as Content-Length; memory holds one block at a time. It is read
 * once, in order: nothing of it is sent twice, and a request that has one is never repeated.
 *
 * A refusal (4xx, 5xx) that arrives while the body is being sent ends the sending, and is the
 * outcome of the exchange. A body of more than 1 MB is announced with "Expect: 100-continue", so
 * that a server can refuse by the headers before the body is sent. A server that does not know the
 * header gets the body after a second. After a 417 the request is sent without the header (no byte
 * of the body was sent before).
 *
 * Thread-safety: an upload belongs to one exchange at a time. */
#ifndef MF_UPLOAD_H
#define MF_UPLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* s that the server may take to answer after the last byte of an upload, which it may have to store
 * first. */
#define MF_UPLOAD_ANSWER_TIME 600

struct mf_upload {
    void *ctx;
    int64_t size; /* bytes: all that `read` returns */
    /* Writes up to `size` bytes to `data` and their number to *got. Zero bytes before the end, or a
     * non-zero return with *err, end the exchange. Called by the thread that performs it. */
    int (*read)(void *ctx, char *data, size_t size, size_t *got, struct mf_error *err);
    /* Called several times a second, and after the last byte; non-zero ends the exchange with
     * MF_ERR_CANCELLED. May be NULL. */
    int (*progress)(void *ctx, int64_t sent, int64_t size);
};

/* Maximum bytes of the form before and after the file. */
#define MF_MULTIPART_HEAD_SIZE 1024
#define MF_MULTIPART_TAIL_SIZE 64

/* A multipart/form-data form with one file. Owns no memory: nothing to free. Must not be moved
 * after mf_multipart_init. */
struct mf_multipart {
    struct mf_upload body; /* what is sent */
    char content_type[96]; /* of the request */
    const struct mf_upload *file;
    int64_t at; /* bytes of the body read so far */
    size_t head_size, tail_size;
    char head[MF_MULTIPART_HEAD_SIZE];
    char tail[MF_MULTIPART_TAIL_SIZE];
};

/* Starts a form whose one part is called "file" and holds a TIFF, which must outlive it. Fails with
 * MF_ERR_ARGUMENT if `filename` is empty, too long, or holds quotes, backslashes or control
 * characters (imagery notes 3.1). Progress counts the bytes of the file. */
int mf_multipart_init(struct mf_multipart *form, const char *filename, const struct mf_upload *file,
                      struct mf_error *err) MF_NODISCARD;

#endif
