/* SPDX-License-Identifier: MIT */
/* resume: continues a download that was cut.
 *
 * The next try asks for the rest by a Range request if the server has offered that: the first
 * answer has "Accept-Ranges: bytes" and a strong ETag, and is not compressed. If something does not
 * fit then (a changed ETag, another range, a refusal), the body starts again from its first byte.
 *
 * Thread-safety: belongs to one call of the client. */
#ifndef MF_RESUME_H
#define MF_RESUME_H

#include "http/transport.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MF_ETAG_SIZE 160 /* a longer ETag is not used */

struct mf_resume {
    struct mf_sink sink;                /* for the transport */
    const struct mf_sink *target;       /* the caller's; begin is called again if the body is */
    const struct mf_response *response; /* of the try that is running */
    int64_t max_body;                   /* bytes, 0: no limit */
    int64_t received;                   /* bytes that the target has */
    int64_t total;                      /* bytes of the whole body, -1: unknown */
    char etag[MF_ETAG_SIZE];            /* "": what was received cannot be continued */
    bool asks_for_rest;                 /* the try that is running */
    char range[48];
    char if_range[MF_ETAG_SIZE + 16];
    const char *headers[4];
};

/* target and response are borrowed. The struct must not be moved: its sink points to it. */
void mf_resume_init(struct mf_resume *resume, const struct mf_sink *target,
                    const struct mf_response *response, int64_t max_body);

/* Call before each try. Returns the headers that it needs, NULL for none; they stay valid until the
 * next call. */
const char *const *mf_resume_next_try(struct mf_resume *resume);

/* The answer refuses to give the rest: the next try starts the body again. */
bool mf_resume_is_refused(struct mf_resume *resume, int status);

/* The next try will ask for the rest. */
bool mf_resume_can_continue(const struct mf_resume *resume);

#ifdef __cplusplus
}
#endif
#endif
