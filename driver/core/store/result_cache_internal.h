/* SPDX-License-Identifier: MIT */
/* result_cache: results cached on disk.
 *
 * An entry of the folder (cache_dir.h) has these files for each result. The document is byte for
 * byte as the server sent it. The features file locates the features in it. The index names these
 * two and is the entry: what it names is complete. The lock file is held while the result is
 * fetched.
 *
 * Internal to `result`. Thread-safety: only through `result`. */
#ifndef MF_RESULT_CACHE_INTERNAL_H
#define MF_RESULT_CACHE_INTERNAL_H

#include <stdbool.h>

#include "base/file.h"
#include "store/cache_dir.h"
#include "store/result.h"

struct mf_cache {
    struct mf_cache_entry entry;
    struct mf_lock lock;
    bool is_locked;
    bool is_new; /* never locked before: there is nothing to remove */
};

/* Finds the folder and names the entry. Creates the folder unless `read_only`. */
int mf_cache_open(struct mf_cache *cache, const struct mf_result_request *request, bool read_only,
                  struct mf_error *err) MF_NODISCARD;
void mf_cache_close(struct mf_cache *cache); /* NULL-safe; unlocks */

/* Returns s, on the client's clock if there is a client. */
double mf_result_now(const struct mf_result_request *request);

/* Returns whether the user cancelled. */
bool mf_result_is_cancelled(const struct mf_result_request *request);

/* Opens the entry into *result if it exists, is undamaged and has the request's fingerprint (any
 * fingerprint in mode OFFLINE). Also false if the request is cancelled meanwhile. */
bool mf_cache_load(struct mf_cache *cache, const struct mf_result_request *request,
                   struct mf_result *result);

/* Takes the entry's lock. False while another process or thread holds it. Also true if this file
 * system has no locks. */
bool mf_cache_try_lock(struct mf_cache *cache);

/* Changes whenever the holder of the lock has written a piece of the document. */
int64_t mf_cache_progress(const struct mf_cache *cache);

/* Makes an entry of a result whose document is in result->file and whose collection is in memory,
 * and opens it instead of these. `checksum` is that of the document. Then evicts the least recently
 * used entries beyond cache_size. */
int mf_cache_store(struct mf_cache *cache, const struct mf_result_request *request,
                   struct mf_result *result, uint64_t checksum, struct mf_error *err) MF_NODISCARD;

#endif
