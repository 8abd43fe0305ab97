/* SPDX-License-Identifier: MIT */
/* curl_options: everything that is set on a libcurl handle before an exchange. */
#ifndef MF_CURL_OPTIONS_INTERNAL_H
#define MF_CURL_OPTIONS_INTERNAL_H

#include <curl/curl.h>

#include "http/transport.h"
#include "http/upload_internal.h"
#include "http/url.h"

/* One hop of an exchange. */
struct mf_curl_hop {
    const struct mf_request *request;
    struct mf_upload_run *upload; /* of request->upload */
    char *url;
    struct mf_url parts; /* of `url` */
    bool is_home;        /* no redirect has left the origin of request->url: credentials may be
                            sent */
    bool is_unannounced; /* send an upload without "Expect: 100-continue" */
    struct curl_slist *cookies; /* set by the hops before, if the host wants cookies */
};

/* Sets up `easy`, which was reset, except for its callbacks. *list receives the header list, to be
 * freed after the exchange with curl_slist_free_all. */
int mf_curl_set_options(CURL *easy, const struct mf_transport_options *options,
                        const struct mf_curl_hop *hop, struct curl_slist **list,
                        struct mf_error *err) MF_NODISCARD;

#endif
