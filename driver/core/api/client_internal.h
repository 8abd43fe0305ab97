/* SPDX-License-Identifier: MIT */
/* client_internal: the struct that the files of `client` share. */
#ifndef MF_CLIENT_INTERNAL_H
#define MF_CLIENT_INTERNAL_H

#include "api/auth.h"
#include "api/client.h"
#include "base/clock.h"
#include "base/thread.h"
#include "http/retry.h"
#include "http/url.h"

struct mf_client {
    char *base_url;
    char origin[MF_URL_ORIGIN_SIZE];
    struct mf_auth auth;
    char *token_source; /* NULL: not known */
    struct mf_retry_policy retry;
    double document_timeout; /* s */
    struct mf_transport transport;
    struct mf_cancel cancel;
    void (*debug)(void *ctx, const char *line);
    void (*warn)(void *ctx, const char *line);
    void *log_ctx;
    const struct mf_clock *clock;
    struct mf_mutex mutex;      /* guards what follows */
    enum mf_auth_scheme scheme; /* the one that works, or that is tried first */
    bool is_scheme_settled;     /* it has worked, or neither does: the other is not tried again */
};

#endif
