/* SPDX-License-Identifier: MIT */
/* error: what went wrong, on the caller's stack, with no allocation.
 *
 * Every function of the core that can fail returns an int, 0 for success, and takes an mf_error
 * pointer as its last argument. NULL means that the caller does not need the error. On success the
 * error is unchanged.
 *
 * Thread-safety: an mf_error belongs to one caller at a time. */
#ifndef MF_ERROR_H
#define MF_ERROR_H

#include "base/compiler.h"

MF_C_BEGIN

/* The kind of failure: decides the CPLE code and whether a retry can help. */
enum mf_error_kind {
    MF_OK = 0,
    MF_ERR_ARGUMENT,   /* the caller (user) asked for something impossible: bad option, bad uuid */
    MF_ERR_MEMORY,     /* out of memory */
    MF_ERR_FILE,       /* the disk: cannot create, write, map, rename */
    MF_ERR_NETWORK,    /* no HTTP answer: name, connection, TLS, proxy, reset, time-out */
    MF_ERR_TRUNCATED,  /* an answer began and did not end: short body, broken gzip, reset */
    MF_ERR_AUTH,       /* HTTP 401, or no token at all */
    MF_ERR_FORBIDDEN,  /* HTTP 403 */
    MF_ERR_NOT_FOUND,  /* HTTP 404, 410 */
    MF_ERR_RATE_LIMIT, /* HTTP 429 */
    MF_ERR_REJECTED,   /* any other HTTP 4xx: the server refused the request */
    MF_ERR_SERVER,     /* HTTP 5xx */
    MF_ERR_FORMAT,     /* an answer that is not what the API promises: HTML, broken JSON */
    MF_ERR_TOO_LARGE,  /* more bytes than MAX_RESULT_SIZE */
    MF_ERR_NOT_READY,  /* the processing has no result (yet): running, failed, raster only */
    MF_ERR_CANCELLED   /* the user interrupted */
};

#define MF_ERROR_MESSAGE_SIZE 2048
#define MF_ERROR_CODE_SIZE 96

struct mf_error {
    enum mf_error_kind kind;
    int http_status;                     /* 0 if the error has no HTTP answer */
    char code[MF_ERROR_CODE_SIZE];       /* the server's own code, "" when it gave none */
    char message[MF_ERROR_MESSAGE_SIZE]; /* one sentence or more for people, UTF-8, no newline at
                                            the end, never a secret; cut at a character boundary */
};

/* An empty error: kind MF_OK, message "". */
void mf_error_init(struct mf_error *err);

/* Sets kind and message (http_status 0, code ""). Returns -1, so that a function can end with
 * `return mf_error_set(err, …)`. */
int mf_error_set(struct mf_error *err, enum mf_error_kind kind, const char *format, ...)
    MF_PRINTF(3, 4);

/* Sets MF_ERR_MEMORY and its message. Returns -1. */
int mf_out_of_memory(struct mf_error *err);

/* Prepends "<prefix>: " to the message, which then begins in lower case. Returns -1. */
int mf_error_prefix(struct mf_error *err, const char *format, ...) MF_PRINTF(2, 3);

/* Appends a formatted string to the message. Returns -1. */
int mf_error_append(struct mf_error *err, const char *format, ...) MF_PRINTF(2, 3);

MF_C_END
#endif
