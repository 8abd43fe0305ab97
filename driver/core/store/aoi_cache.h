/* SPDX-License-Identifier: MIT */
/* aoi_cache: the AOIs of terminal processings, cached on disk next to their results.
 *
 * An entry is one file: a line with a checksum of the rest, then the server's response without
 * secrets and the fingerprint of the processing, as JSON. An entry that is damaged, or has another
 * fingerprint or version, is ignored.
 *
 * Thread-safety: all functions may be called from any thread. */
#ifndef MF_AOI_CACHE_H
#define MF_AOI_CACHE_H

#include "api/aoi.h"
#include "store/cache_dir.h"

MF_C_BEGIN

/* Which AOIs to get, and how. All strings are borrowed for the call. */
struct mf_aoi_request {
    struct mf_client *client; /* may be NULL with MF_CACHE_OFFLINE */
    const char *base_url;     /* of the server */
    const char *id;           /* of the processing */
    const char *fingerprint;  /* its state, once it is terminal; else NULL: then its AOIs are
                                 fetched and not cached. OFFLINE accepts any */
    enum mf_cache_mode mode;
    const char *cache_directory;                /* NULL: the user's own */
    void (*debug)(void *ctx, const char *line); /* may be NULL */
    void *log_ctx;
};

/* Gets the AOIs from the cache, or with mf_aoi_list_get, depending on the mode. Returns 1 if they
 * were added to the cache, 0 if not, -1 on failure; with MF_CACHE_OFFLINE that is MF_ERR_NOT_FOUND.
 * *cache_err reports a cache that cannot be written, else it is MF_OK. */
int mf_aoi_list_acquire(struct mf_aoi_list *list, const struct mf_aoi_request *request,
                        struct mf_error *cache_err, struct mf_error *err) MF_NODISCARD;

/* Keeps the whole cache within `cache_size` bytes, as mf_cache_evict does; 0 is
 * MF_DEFAULT_CACHE_SIZE. Call it after adding `added` processings. */
void mf_aoi_cache_trim(const char *cache_directory, size_t added, int64_t cache_size);

MF_C_END
#endif
