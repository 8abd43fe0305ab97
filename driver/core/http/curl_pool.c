/* SPDX-License-Identifier: MIT */
#include "http/curl_pool_internal.h"

#include <stdlib.h>

/* Maximum number of connections per handle. */
enum { CONNECTIONS_PER_HANDLE = 4 };

/* Runs once, at the first use: libcurl's own set-up is not thread-safe everywhere, and must not run
 * when a plugin is merely loaded. There is no clean-up: the host may use libcurl after us. */
static bool set_up_libcurl(void)
{
    static bool is_done;
    mf_global_lock();
    if (!is_done)
        is_done = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    const bool done = is_done;
    mf_global_unlock();
    return done;
}

int mf_curl_pool_init(struct mf_curl_pool *pool, struct mf_error *err)
{
    pool->idle = NULL;
    pool->generation = mf_fork_generation();
    if (!set_up_libcurl())
        return mf_error_set(err, MF_ERR_NETWORK, "libcurl cannot be initialised");
    return 0;
}

void mf_curl_handle_free(struct mf_curl_handle *handle)
{
    if (handle == NULL)
        return;
    curl_easy_cleanup(handle->easy);
    curl_multi_cleanup(handle->multi);
    free(handle);
}

/* After fork() the child neither uses nor closes the connections of its parent: closing would end
 * them for both. Call under the global lock. */
static void forget_inherited(struct mf_curl_pool *pool)
{
    if (pool->generation == mf_fork_generation())
        return;
    pool->idle = NULL;
    pool->generation = mf_fork_generation();
}

void mf_curl_pool_free(struct mf_curl_pool *pool)
{
    mf_global_lock();
    forget_inherited(pool);
    mf_global_unlock();
    while (pool->idle != NULL) {
        struct mf_curl_handle *handle = pool->idle;
        pool->idle = handle->next;
        mf_curl_handle_free(handle);
    }
}

static struct mf_curl_handle *create_handle(void)
{
    struct mf_curl_handle *handle = calloc(1, sizeof *handle);
    if (handle == NULL)
        return NULL;
    handle->easy = curl_easy_init();
    handle->multi = curl_multi_init();
    if (handle->easy == NULL || handle->multi == NULL) {
        mf_curl_handle_free(handle);
        return NULL;
    }
    curl_multi_setopt(handle->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_PER_HANDLE);
    return handle;
}

struct mf_curl_handle *mf_curl_pool_take(struct mf_curl_pool *pool, const struct mf_url *url)
{
    mf_global_lock();
    forget_inherited(pool);
    struct mf_curl_handle **place = &pool->idle;
    while (*place != NULL && !mf_url_same_origin(&(*place)->origin, url))
        place = &(*place)->next;
    struct mf_curl_handle *handle = *place;
    if (handle != NULL)
        *place = handle->next;
    mf_global_unlock();
    if (handle == NULL)
        handle = create_handle();
    if (handle == NULL)
        return NULL;
    handle->origin = *url;
    handle->next = NULL;
    return handle;
}

void mf_curl_pool_give_back(struct mf_curl_pool *pool, struct mf_curl_handle *handle)
{
    /* A reset keeps cookies, and the next exchange may be another account's. */
    curl_easy_setopt(handle->easy, CURLOPT_COOKIELIST, "ALL");
    curl_easy_setopt(handle->easy, CURLOPT_COOKIEFILE, NULL);
    curl_easy_reset(handle->easy);
    mf_global_lock();
    handle->next = pool->idle;
    pool->idle = handle;
    struct mf_curl_handle *last = handle;
    for (int count = 1; last != NULL && count < MF_CURL_POOL_SIZE; count++)
        last = last->next;
    struct mf_curl_handle *surplus = NULL;
    if (last != NULL) {
        surplus = last->next;
        last->next = NULL;
    }
    mf_global_unlock();
    mf_curl_handle_free(surplus); /* at most one: handles come back one by one */
}
