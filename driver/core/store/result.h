/* result: the features of a processing, fetched once.
 *
 * The server's bytes go to a file while the scanner runs over the same bytes; when the document has
 * ended as a complete FeatureCollection it is kept in the cache with its index, and mapped. Opening
 * it again reads the index alone.
 *
 * Within a process one result is open once, however many datasets read it: they share one mapping.
 *
 * Thread-safety: all functions may be called from any thread. An open result is only read. */
#ifndef MF_RESULT_H
#define MF_RESULT_H

#include "api/client.h"
#include "base/file.h"
#include "geojson/geojson.h"
#include "store/cache_dir.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 64 GiB: far above any known result, and below what fills a disk unnoticed. */
#define MF_DEFAULT_MAX_RESULT_SIZE ((int64_t)64 << 30)

/* Which result, and how to come by it. All texts are borrowed for the call. */
struct mf_result_request {
    struct mf_client *client; /* may be NULL with MF_CACHE_OFFLINE */
    const char *base_url;     /* of the server the result is from */
    const char *id;           /* UUID of the processing */
    const char *aoi_id;       /* UUID of one area, or NULL for the whole result */
    const char *fingerprint;  /* state of the processing: another one means another result */
    const char *document;     /* the processing as JSON without secrets, kept with the result */
    enum mf_cache_mode mode;
    const char *cache_directory; /* NULL: the user's own */
    int64_t cache_size;          /* bytes; 0: MF_DEFAULT_CACHE_SIZE */
    int64_t max_size;            /* bytes after decoding; 0: MF_DEFAULT_MAX_RESULT_SIZE */
    struct mf_schema_rules rules;
    struct mf_cancel cancel; /* asked while waiting for somebody who fetches the same */
    void (*debug)(void *ctx, const char *line); /* may be NULL */
    void (*warn)(void *ctx, const char *line);  /* may be NULL */
    void *log_ctx;
};

struct mf_result {
    struct mf_collection collection;
    struct mf_map text;     /* the document: collection.text_size bytes */
    struct mf_map features; /* where collection.features lie, when the result is in the cache */
    int is_cached;
    struct mf_file file; /* the document, when it is not in the cache: removed at the end */
    char *document;      /* the processing, of a result that was opened OFFLINE; else NULL */
};

/* Opens the result; the caller gives it back with mf_result_release. With MF_CACHE_OFFLINE a result
 * that is not in the cache is MF_ERR_NOT_FOUND. A cache that cannot be written to is a warning, and
 * the result goes to a temporary file. */
int mf_result_acquire(const struct mf_result **out, const struct mf_result_request *request,
                      struct mf_error *err) MF_NODISCARD;

/* NULL-safe. The last one to give a result back closes it. */
void mf_result_release(const struct mf_result *result);

/* Whether somebody in this process has the result of this processing open. */
int mf_result_is_open(const char *base_url, const char *id);

#ifdef __cplusplus
}
#endif
#endif
