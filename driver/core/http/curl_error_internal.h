/* SPDX-License-Identifier: MIT */
/* curl_error: what a libcurl error means to a user, and whether a retry can help. */
#ifndef MF_CURL_ERROR_INTERNAL_H
#define MF_CURL_ERROR_INTERNAL_H

#include <curl/curl.h>

#include "base/error.h"
#include "http/url.h"

/* Fills *err and *is_transient. `detail` is libcurl's error buffer; `has_begun`: a 2xx answer had
 * begun; `has_proxy_login`: a user name is sent to the proxy. Returns -1. */
int mf_curl_error(CURLcode code, CURL *easy, const char *detail, const struct mf_url *url,
                  bool has_begun, bool has_proxy_login, bool *is_transient, struct mf_error *err);

/* Sets the error for a proxy that answered 407. Returns -1. */
int mf_curl_proxy_login_error(bool has_login, struct mf_error *err);

#endif
