/* result: the features of a processing, on disk and indexed.
 *
 * The server's bytes go to a file while the scanner runs over the same bytes; when the document has
 * ended as a complete FeatureCollection the file is mapped.
 *
 * Thread-safety: an open result is only read, and may be read by several threads. */
#ifndef MF_RESULT_H
#define MF_RESULT_H

#include "client.h"
#include "geojson.h"
#include "platform.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 64 GiB: a result far above any known one, and below what fills a disk unnoticed. */
#define MF_DEFAULT_MAX_RESULT_SIZE ((int64_t)64 << 30)

struct mf_result_options {
    const char *directory;   /* for the file; NULL: the temporary directory */
    int64_t max_size;        /* bytes after decoding; 0: MF_DEFAULT_MAX_RESULT_SIZE */
    struct mf_schema_rules rules;
};

struct mf_result {
    struct mf_collection collection;
    struct mf_file file;
    struct mf_map map; /* the document: collection.text_size bytes */
};

/* GET /processings/{id}/result, of one area only when `aoi_id` is not NULL. The caller owns *result. */
int mf_result_download(struct mf_result *result, struct mf_client *client, const char *id,
                       const char *aoi_id, const struct mf_result_options *options,
                       struct mf_error *err) MF_NODISCARD;

void mf_result_free(struct mf_result *result); /* NULL-safe, empties it, removes the file */

#ifdef __cplusplus
}
#endif
#endif
