/* url: the parts of an http or https URL that decide who may see a token.
 *
 * Strict on purpose: what two URL parsers could understand differently is refused.
 *
 * Thread-safety: pure functions. */
#ifndef MF_URL_H
#define MF_URL_H

#include <stddef.h>

#include "base/error.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MF_URL_HOST_SIZE 256

struct mf_url {
    int is_https;
    char host[MF_URL_HOST_SIZE]; /* lower case; an IPv6 address keeps its brackets */
    int port;                    /* the scheme's own when the URL names none */
    size_t path_offset;          /* where path, query or end begins */
    int has_user_info, has_query, has_fragment;
};

/* MF_ERR_ARGUMENT when it is not an absolute http(s) URL. */
int mf_url_parse(struct mf_url *url, const char *text, struct mf_error *err) MF_NODISCARD;

/* Same scheme, host and port. */
int mf_url_same_origin(const struct mf_url *a, const struct mf_url *b);

/* localhost, 127.0.0.0/8, [::1]. */
int mf_url_is_loopback(const struct mf_url *url);

#define MF_URL_ORIGIN_SIZE (MF_URL_HOST_SIZE + 24)

/* "https://host" or, with a port that is not the scheme's own, "https://host:8443". */
void mf_url_origin(const struct mf_url *url, char origin[MF_URL_ORIGIN_SIZE]);

#ifdef __cplusplus
}
#endif
#endif
