/* SPDX-License-Identifier: MIT */
/* resume: continues a download that was cut.
 *
 * The next try requests the rest with a Range header if the server supports that: the first answer
 * has "Accept-Ranges: bytes" and a strong ETag, and is not compressed. If the answer does not fit
 * (a changed ETag, another range, a refusal), the body starts again from its first byte.
 *
 * Thread-safety: belongs to one call of the client. */
#ifndef MF_RESUME_H
#define MF_RESUME_H

#include "http/transport.h"

#define MF_ETAG_SIZE 160 /* a longer ETag is not used */

struct mf_resume {
    struct mf_sink sink;          /* for the transport */
    const struct mf_sink *target; /* the caller's; begin is called again if the body starts over */
    const struct mf_response *response; /* of the current try */
    int64_t max_body;                   /* bytes, 0: no limit */
    int64_t received;                   /* bytes that the target has */
    int64_t total;                      /* bytes of the whole body, -1: unknown */
    char etag[MF_ETAG_SIZE];            /* "": the download cannot be resumed */
    bool asks_for_rest;                 /* in the current try */
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

/* Returns whether the answer refuses the rest. The next try then starts the body again. */
bool mf_resume_is_refused(struct mf_resume *resume, int status);

/* Returns whether the next try will request the rest. */
bool mf_resume_can_continue(const struct mf_resume *resume);

#endif
