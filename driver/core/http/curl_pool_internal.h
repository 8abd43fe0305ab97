/* SPDX-License-Identifier: MIT */
/* curl_pool: libcurl handles with their kept-alive connections, shared by all threads.
 *
 * A handle serves one exchange at a time, so libcurl needs no locks. Connections are not shared
 * between handles (CURLSH). A handle is found again by the origin it last connected to. After
 * fork() the child starts without any: two processes on one connection would get each other's
 * answers.
 *
 * Thread-safety: take and give back may be called from any thread. */
#ifndef MF_CURL_POOL_INTERNAL_H
#define MF_CURL_POOL_INTERNAL_H

#include <curl/curl.h>

#include "base/thread.h"
#include "http/url.h"

/* Maximum number of idle handles. Others are closed after use. */
#define MF_CURL_POOL_SIZE 8

struct mf_curl_handle {
    CURLM *multi; /* owns the connections */
    CURL *easy;
    struct mf_url origin;
    struct mf_curl_handle *next;
};

struct mf_curl_pool {
    struct mf_curl_handle *idle; /* last used first; guarded by the global lock */
    unsigned generation;         /* mf_fork_generation of the idle ones */
};

int mf_curl_pool_init(struct mf_curl_pool *pool, struct mf_error *err) MF_NODISCARD;
void mf_curl_pool_free(struct mf_curl_pool *pool);

/* Returns a handle for the origin of `url`, without options and cookies; NULL without memory. */
struct mf_curl_handle *mf_curl_pool_take(struct mf_curl_pool *pool, const struct mf_url *url);

/* The easy handle must have been removed from the multi handle. */
void mf_curl_pool_give_back(struct mf_curl_pool *pool, struct mf_curl_handle *handle);

/* Closes a handle and its connections instead of giving it back. NULL-safe. */
void mf_curl_handle_free(struct mf_curl_handle *handle);

#endif
