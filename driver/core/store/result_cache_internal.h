/* SPDX-License-Identifier: MIT */
/* result_cache: results on the disk, for the next time.
 *
 * An entry of the folder (cache_dir.h) has, for each result: the document, byte for byte as the
 * server sent it; the features, where they stand in it; the index, which names these two and is the
 * entry: what it names is complete; a lock file, held while the result is fetched.
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
    bool is_new; /* nobody has locked the entry before: there is nothing to remove */
};

/* Finds the folder and names the entry. Creates the folder unless `read_only`. */
int mf_cache_open(struct mf_cache *cache, const struct mf_result_request *request, bool read_only,
                  struct mf_error *err) MF_NODISCARD;
void mf_cache_close(struct mf_cache *cache); /* NULL-safe, unlocks */

/* s, on the client's clock if there is a client. */
double mf_result_now(const struct mf_result_request *request);

/* The user has had enough. */
bool mf_result_is_cancelled(const struct mf_result_request *request);

/* Opens the entry into *result if it is there, undamaged and of the request's fingerprint (any
 * fingerprint when the mode is OFFLINE). False as well when the request is cancelled meanwhile. */
bool mf_cache_load(struct mf_cache *cache, const struct mf_result_request *request,
                   struct mf_result *result);

/* Takes the entry's lock. False while another process or thread holds it; true also when this file
 * system has no locks. */
bool mf_cache_try_lock(struct mf_cache *cache);

/* Changes whenever the holder of the lock has written a piece of the document. */
int64_t mf_cache_progress(const struct mf_cache *cache);

/* Makes an entry of a result whose document is in result->file and whose collection is in memory,
 * and opens the entry in their place. `checksum` is that of the document. Then evicts what was used
 * least recently beyond cache_size. */
int mf_cache_store(struct mf_cache *cache, const struct mf_result_request *request,
                   struct mf_result *result, uint64_t checksum, struct mf_error *err) MF_NODISCARD;

#endif
