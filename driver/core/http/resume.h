/* resume: one body that several tries may bring.
 *
 * A try that was cut is continued by a Range request when the server has offered that: the first
 * answer says "Accept-Ranges: bytes", has a strong ETag and is not compressed. Whatever does not
 * fit then (a changed ETag, another range, a refusal) starts the body again from its first byte.
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
    const struct mf_sink *target;       /* the caller's: begun again when the body starts again */
    const struct mf_response *response; /* of the try that runs */
    int64_t max_body;                   /* bytes, 0: no limit */
    int64_t received;                   /* bytes that the target has */
    int64_t total;                      /* bytes of the whole body, -1: unknown */
    char etag[MF_ETAG_SIZE];            /* "": what was received cannot be continued */
    int asks_for_rest;                  /* the try that runs does */
    char range[48];
    char if_range[MF_ETAG_SIZE + 16];
    const char *headers[4];
};

/* target and response are borrowed. A download must not be moved: its sink points to it. */
void mf_resume_init(struct mf_resume *download, const struct mf_sink *target,
                    const struct mf_response *response, int64_t max_body);

/* To be called before each try. Returns the headers that it needs, NULL for none; they stay valid
 * until the next call. */
const char *const *mf_resume_next_try(struct mf_resume *download);

/* 1 when the answer refuses to give the rest, so that the next try has to start again. */
int mf_resume_is_refused(struct mf_resume *download, int status);

/* 1 when the next try will ask for the rest. */
int mf_resume_can_continue(const struct mf_resume *download);

#ifdef __cplusplus
}
#endif
#endif
