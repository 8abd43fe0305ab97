/* SPDX-License-Identifier: MIT */
/* result: the features of a processing, fetched once.
 *
 * The server's bytes go to a file while the scanner runs over them. A document that ends as a
 * complete FeatureCollection is kept in the cache with its index, and mapped; opening it again
 * reads only the index.
 *
 * Within a process one result is open once, however many datasets read it: they share one mapping.
 *
 * Thread-safety: all functions may be called from any thread. An open result is read-only. */
#ifndef MF_RESULT_H
#define MF_RESULT_H

#include <stdbool.h>

#include "api/client.h"
#include "base/file.h"
#include "geojson/geojson.h"
#include "store/cache_dir.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 64 GiB: far above any known result, and below what fills a disk unnoticed. */
#define MF_DEFAULT_MAX_RESULT_SIZE ((int64_t)64 << 30)

/* A process that waits for another one's download gives up the lock when that one has written
 * nothing for so long, s. */
#define MF_RESULT_STALLED 60.0

/* Which result, and how to get it. All strings are borrowed for the call. */
struct mf_result_request {
    struct mf_client *client; /* may be NULL with MF_CACHE_OFFLINE */
    const char *base_url;     /* of the server */
    const char *id;           /* UUID of the processing */
    const char *aoi_id;       /* UUID of one AOI, or NULL for the whole result */
    const char *fingerprint;  /* state of the processing; a result of another state is not used */
    const char *processing;   /* the processing as JSON without secrets, kept with the result */
    enum mf_cache_mode mode;
    const char *cache_directory;     /* NULL: the user's own */
    const char *temporary_directory; /* for a result that is not cached; NULL: TMPDIR, else /tmp */
    int64_t cache_size;              /* bytes; 0: MF_DEFAULT_CACHE_SIZE */
    int64_t max_size;                /* bytes after decoding; 0: MF_DEFAULT_MAX_RESULT_SIZE */
    struct mf_schema_rules rules;
    struct mf_cancel cancel; /* asked while waiting for another thread or process, and while a
                                stored result is checked */
    /* Called twice a second while a stored result is checked, which takes long after a restart of
     * the machine: bytes. May be NULL. */
    void (*progress)(void *ctx, uint64_t done, uint64_t total);
    void *progress_ctx;
    void (*debug)(void *ctx, const char *line); /* may be NULL */
    void (*warn)(void *ctx, const char *line);  /* may be NULL */
    void *log_ctx;
};

struct mf_result {
    struct mf_collection collection;
    struct mf_map document; /* the server's GeoJSON: collection.text_size bytes */
    struct mf_map features; /* where collection.features lie, when the result is in the cache */
    bool is_cached;
    struct mf_file file; /* the document while it is fetched */
    char *processing;    /* JSON, when the result was opened OFFLINE; else NULL */
};

/* Opens the result; the caller gives it back with mf_result_release. With MF_CACHE_OFFLINE a result
 * that is not in the cache is MF_ERR_NOT_FOUND. A cache that cannot be used is a warning, and the
 * result goes to a temporary file. */
int mf_result_acquire(const struct mf_result **out, const struct mf_result_request *request,
                      struct mf_error *err) MF_NODISCARD;

/* NULL-safe. The last release closes the result. */
void mf_result_release(const struct mf_result *result);

/* Whether this process has a result of the processing open. */
bool mf_result_is_open(const char *base_url, const char *id);

#ifdef __cplusplus
}
#endif
#endif
