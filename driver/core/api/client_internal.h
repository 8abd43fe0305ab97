/* SPDX-License-Identifier: MIT */
/* client_internal: the struct shared by the files of `client`. */
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
    char *token_source; /* NULL if unknown */
    struct mf_retry_policy retry;
    bool is_impatient;
    double document_timeout; /* s */
    struct mf_transport transport;
    struct mf_cancel cancel;
    void (*debug)(void *ctx, const char *line);
    void (*warn)(void *ctx, const char *line);
    void *log_ctx;
    const struct mf_clock *clock;
    struct mf_mutex mutex;      /* guards the members below */
    enum mf_auth_scheme scheme; /* the one that works, or the first to try */
    bool is_scheme_settled;     /* one worked, or neither does: the other is not tried again */
};

#endif
