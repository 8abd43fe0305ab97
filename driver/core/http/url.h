/* SPDX-License-Identifier: MIT */
/* url: the parts of an http or https URL that decide where a token may go.
 *
 * libcurl reads the URL: the parser that decides is the one that connects. A URL whose host libcurl
 * reads differently from how it is written is refused.
 *
 * Thread-safety: pure functions. */
#ifndef MF_URL_H
#define MF_URL_H

#include <stdbool.h>

#include "base/error.h"

MF_C_BEGIN

#define MF_URL_HOST_SIZE 256
#define MF_URL_ORIGIN_SIZE (MF_URL_HOST_SIZE + 24)

struct mf_url {
    bool is_https;
    bool has_user_info;
    char host[MF_URL_HOST_SIZE]; /* lower case; an IPv6 address keeps its brackets */
    /* "https://host" or, with a port that is not the scheme's own, "https://host:8443". */
    char origin[MF_URL_ORIGIN_SIZE];
};

/* MF_ERR_ARGUMENT unless `text` is an absolute http(s) URL. */
int mf_url_parse(struct mf_url *url, const char *text, struct mf_error *err) MF_NODISCARD;

/* Same scheme, host and port. */
bool mf_url_same_origin(const struct mf_url *a, const struct mf_url *b);

/* localhost, 127.0.0.0/8, [::1]. */
bool mf_url_is_loopback(const struct mf_url *url);

MF_C_END
#endif
