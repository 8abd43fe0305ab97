/* SPDX-License-Identifier: MIT */
/* upload_internal: sends an mf_upload through a libcurl handle. */
#ifndef MF_UPLOAD_INTERNAL_H
#define MF_UPLOAD_INTERNAL_H

#include <curl/curl.h>
#include <stdbool.h>

#include "http/upload.h"

/* An upload in progress. Zero-initialise all but the first two members. */
struct mf_upload_run {
    const struct mf_upload *upload; /* NULL: the request has none */
    struct mf_error *err;           /* never NULL */
    int64_t given;                  /* bytes that libcurl has taken */
    bool has_failed;                /* *err is the outcome */
    bool waits_for_answer;
};

/* Makes the request of `easy` a POST with this body. */
void mf_upload_set_options(CURL *easy, struct mf_upload_run *run);

/* Call several times a second while the transfer runs, outside libcurl's callbacks. Returns true,
 * with *err set, if the transfer must end. */
bool mf_upload_must_stop(struct mf_upload_run *run, CURL *easy);

/* Returns the bytes of the body that libcurl has not taken, 0 without an upload. */
int64_t mf_upload_left(const struct mf_upload_run *run);

#endif
