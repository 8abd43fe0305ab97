/* SPDX-License-Identifier: MIT */
/* result: the features of a processing, fetched once.
 *
 * The server's bytes are written to a file and scanned at the same time. If the document is a
 * complete FeatureCollection, it is cached with its index, and mapped. Opening it again reads only
 * the index.
 *
 * A process opens a result only once: all datasets that read it share one mapping.
 *
 * Thread-safety: all functions may be called from any thread. An open result is read-only. */
#ifndef MF_RESULT_H
#define MF_RESULT_H

#include <stdbool.h>

#include "api/client.h"
#include "base/file.h"
#include "geojson/geojson.h"
#include "store/cache_dir.h"

MF_C_BEGIN

/* 64 GiB: far above any known result, and too little to fill a disk unnoticed. */
#define MF_DEFAULT_MAX_RESULT_SIZE ((int64_t)64 << 30)

/* s without a write after which a process no longer waits for the lock of another one's
 * download. */
#define MF_RESULT_STALLED 60.0

/* Which result to get, and how. All strings are borrowed for the call. */
struct mf_result_request {
    struct mf_client *client; /* may be NULL with MF_CACHE_OFFLINE */
    const char *base_url;     /* of the server */
    const char *id;           /* UUID of the processing */
    const char *aoi_id;       /* UUID of one AOI, or NULL for the whole result */
    const char *fingerprint;  /* state of the processing; results of another state are not used */
    const char *processing;   /* the processing as JSON without secrets, stored with the result */
    enum mf_cache_mode mode;
    const char *cache_directory;     /* NULL: the user's own */
    const char *temporary_directory; /* for an uncached result; NULL: TMPDIR, else /tmp */
    int64_t cache_size;              /* bytes; 0: MF_DEFAULT_CACHE_SIZE */
    int64_t max_size;                /* bytes after decoding; 0: MF_DEFAULT_MAX_RESULT_SIZE */
    struct mf_schema_rules rules;
    struct mf_cancel cancel; /* polled while waiting for another thread or process, and while a
                                stored result is checked */
    /* Called twice a second, with bytes, while a stored result is checked. After a reboot that
     * takes long. May be NULL. */
    void (*progress)(void *ctx, uint64_t done, uint64_t total);
    void *progress_ctx;
    void (*debug)(void *ctx, const char *line); /* may be NULL */
    void (*warn)(void *ctx, const char *line);  /* may be NULL */
    void *log_ctx;
};

struct mf_result {
    struct mf_collection collection;
    struct mf_map document; /* the server's GeoJSON: collection.text_size bytes */
    struct mf_map features; /* holds collection.features if the result is cached */
    bool is_cached;
    struct mf_file file; /* the document during the fetch */
    char *processing;    /* JSON if the result was opened OFFLINE, else NULL */
};

/* Opens the result; release it with mf_result_release. With MF_CACHE_OFFLINE a result that is not
 * cached is MF_ERR_NOT_FOUND. If the cache cannot be used, warns and uses a temporary file. */
int mf_result_acquire(const struct mf_result **out, const struct mf_result_request *request,
                      struct mf_error *err) MF_NODISCARD;

/* NULL-safe. The last release closes the result. */
void mf_result_release(const struct mf_result *result);

/* Returns whether this process has a result of the processing open. */
bool mf_result_is_open(const char *base_url, const char *id);

MF_C_END
#endif
