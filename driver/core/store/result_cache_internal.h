/* result_cache: results on the disk, for the next time.
 *
 * In the folder of cache_folder.h stand, for each result: the text, byte for byte as the server
 * sent it; the features, where they stand in it; the index, which names these two and is the entry:
 * what it names exists whole; a lock file, held while the result is fetched.
 *
 * Internal to `result`. Thread-safety: through `result` only. */
#ifndef MF_RESULT_CACHE_INTERNAL_H
#define MF_RESULT_CACHE_INTERNAL_H

#include "base/file.h"
#include "store/cache_dir.h"
#include "store/result.h"

struct mf_cache {
    struct mf_cache_entry entry;
    struct mf_lock lock;
    int is_locked;
};

/* Finds the folder and names the entry. Creates the folder unless `read_only`. */
int mf_cache_open(struct mf_cache *cache, const struct mf_result_request *request, int read_only,
                  struct mf_error *err) MF_NODISCARD;
void mf_cache_close(struct mf_cache *cache); /* NULL-safe, unlocks */

/* Opens the entry if it is there, undamaged and of the request's fingerprint (any fingerprint when
 * the mode is OFFLINE). Returns 1 when *result is open, 0 when there is no such entry. */
int mf_cache_load(struct mf_cache *cache, const struct mf_result_request *request,
                  struct mf_result *result);

/* Takes the entry's lock. Returns 1 when it is held (or cannot be had on this file system), 0 while
 * somebody else holds it. */
int mf_cache_try_lock(struct mf_cache *cache);

/* A new file for the text. */
int mf_cache_create_text(struct mf_cache *cache, struct mf_file *file,
                         struct mf_error *err) MF_NODISCARD;

/* Makes an entry of a result whose text is in result->file and whose collection is in memory, and
 * opens it in place of that. `checksum` is the text's. Then drops what was used least recently
 * beyond cache_size. */
int mf_cache_store(struct mf_cache *cache, const struct mf_result_request *request,
                   struct mf_result *result, uint64_t checksum, struct mf_error *err) MF_NODISCARD;

#endif
