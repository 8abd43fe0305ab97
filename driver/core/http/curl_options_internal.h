/* SPDX-License-Identifier: MIT */
/* curl_options: everything that is set on a libcurl handle before an exchange. */
#ifndef MF_CURL_OPTIONS_INTERNAL_H
#define MF_CURL_OPTIONS_INTERNAL_H

#include <curl/curl.h>

#include "http/transport.h"
#include "http/upload_internal.h"

/* One hop of an exchange: its URL and its callbacks. */
struct mf_curl_hop {
    const struct mf_request *request;
    const char *url;
    struct mf_upload_run *upload; /* of request->upload */
    bool is_home;                 /* at the origin of request->url: credentials may be sent */
    bool is_unannounced;          /* send an upload without "Expect: 100-continue" */
    char *error_buffer;           /* CURL_ERROR_SIZE bytes */
    void *ctx;                    /* for the three callbacks */
    curl_write_callback on_header;
    curl_write_callback on_body;
    int (*on_request)(void *ctx, char *, char *, int, int); /* CURLOPT_PREREQFUNCTION */
};

/* Sets up `easy`, which was reset. *list receives the header list, to be freed after the exchange
 * with curl_slist_free_all. */
int mf_curl_set_options(CURL *easy, const struct mf_transport_options *options,
                        const struct mf_curl_hop *hop, struct curl_slist **list,
                        struct mf_error *err) MF_NODISCARD;

#endif
