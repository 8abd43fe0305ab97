/* SPDX-License-Identifier: MIT */
#include "store/result_cache_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/str.h"
#include "store/index_file_internal.h"

int mf_cache_open(struct mf_cache *cache, const struct mf_result_request *request, bool read_only,
                  struct mf_error *err)
{
    memset(cache, 0, sizeof *cache);
    cache->lock.fd = -1;
    return mf_cache_entry_open(&cache->entry, request->cache_directory, request->base_url,
                               request->id, request->aoi_id, read_only, err);
}

void mf_cache_close(struct mf_cache *cache)
{
    if (cache == NULL)
        return;
    if (cache->is_locked)
        mf_lock_release(&cache->lock);
    mf_cache_entry_close(&cache->entry);
    memset(cache, 0, sizeof *cache);
    cache->lock.fd = -1;
}

/* ---- locking -------------------------------------------------------------------------------- */

bool mf_cache_try_lock(struct mf_cache *cache)
{
    char *const path = mf_cache_path(&cache->entry, NULL, MF_CACHE_LOCK);
    struct mf_file_identity identity;
    cache->is_new = path != NULL && mf_path_identity(path, &identity) != 0;
    const int outcome = path != NULL ? mf_lock_try(&cache->lock, path) : -1;
    free(path);
    cache->is_locked = outcome > 0;
    return outcome != 0;
}

int64_t mf_cache_progress(const struct mf_cache *cache)
{
    struct mf_file_identity identity = {.used = 0};
    char *const path = mf_cache_path(&cache->entry, NULL, MF_CACHE_LOCK);
    if (path != NULL && mf_path_identity(path, &identity) != 0)
        identity.used = 0;
    free(path);
    return identity.used;
}

/* ---- the index ------------------------------------------------------------------------------ */

static int find_identity(const struct mf_cache *cache, const char *name, const char *ending,
                         struct mf_index_part *part, struct mf_error *err)
{
    char *const path = mf_cache_path(&cache->entry, name, ending);
    int failed = path == NULL ? mf_out_of_memory(err) : 0;
    if (!failed && mf_path_identity(path, &part->identity) != 0)
        failed = mf_error_set(err, MF_ERR_FILE, "%s has disappeared", path);
    free(path);
    return failed;
}

/* Gives a file its final name. If a reboot cannot be detected, the content must be on disk before
 * the index is. */
static int install(const struct mf_cache *cache, struct mf_file *file, const char *name,
                   const char *ending, struct mf_error *err)
{
    char boot_id[MF_BOOT_ID_SIZE];
    mf_boot_id(boot_id);
    if (boot_id[0] == '\0' && mf_file_sync(file, err) != 0)
        return -1;
    char *const path = mf_cache_path(&cache->entry, name, ending);
    const int failed = path == NULL ? mf_out_of_memory(err) : mf_file_install(file, path, err);
    free(path);
    return failed;
}

/* Writes the index of content that is known to be intact. */
static int write_index(const struct mf_cache *cache, const struct mf_collection *collection,
                       struct mf_index_facts *facts, struct mf_error *err)
{
    char boot_id[MF_BOOT_ID_SIZE];
    struct mf_file file;
    if (find_identity(cache, facts->name, MF_CACHE_DOCUMENT, &facts->document, err) != 0 ||
        find_identity(cache, facts->name, MF_CACHE_FEATURES, &facts->features, err) != 0 ||
        mf_cache_create_temp(&cache->entry, "", &file, err) != 0)
        return -1;
    mf_boot_id(boot_id);
    facts->boot_id = boot_id;
    const int failed = mf_index_write(&file, collection, facts, err) != 0 ||
                       install(cache, &file, NULL, MF_CACHE_INDEX, err) != 0;
    facts->boot_id = "";
    if (failed)
        mf_file_discard(&file);
    else
        mf_file_close(&file);
    return failed ? -1 : 0;
}

/* ---- loading -------------------------------------------------------------------------------- */

static void log_use(const struct mf_result_request *request, const char *what, const char *why)
{
    char line[512];
    if (request->debug == NULL)
        return;
    snprintf(line, sizeof line, "cache: %s %s%s%s", what, request->id, why[0] != '\0' ? ": " : "",
             why);
    request->debug(request->log_ctx, line);
}

/* Progress of a check of stored files that may have changed. */
struct check {
    const struct mf_result_request *request;
    uint64_t done, total; /* bytes */
    double shown;         /* s: when progress was last reported */
    bool has_begun;
};

/* Bytes between two readings of the clock. */
#define CHECK_PIECE ((size_t)4 << 20)
#define PROGRESS_PAUSE 0.5

static void tell_progress(struct check *check)
{
    const struct mf_result_request *const request = check->request;
    const double now = mf_result_now(request);
    if (request->progress == NULL || now - check->shown < PROGRESS_PAUSE)
        return;
    check->shown = now;
    request->progress(request->progress_ctx, check->done, check->total);
}

/* Returns whether a file has the checksum. Also false if the user cancelled. */
static bool has_checksum(struct check *check, const struct mf_map *map, uint64_t wanted)
{
    struct mf_checksum checksum;
    if (!check->has_begun)
        check->shown = mf_result_now(check->request);
    check->has_begun = true;
    mf_checksum_init(&checksum);
    for (size_t at = 0; at < map->size;) {
        const size_t left = map->size - at, size = left < CHECK_PIECE ? left : CHECK_PIECE;
        if (mf_result_is_cancelled(check->request))
            return false;
        mf_checksum_add(&checksum, map->data + at, size);
        at += size;
        check->done += size;
        tell_progress(check);
    }
    return mf_checksum_value(&checksum) == wanted;
}

/* Maps a file of the entry if it is unchanged. Within one boot session its identity shows that
 * without reading it; after a reboot its checksum does. */
static bool map_part(const struct mf_cache *cache, const char *name, const char *ending,
                     const struct mf_index_part *known, bool same_boot, struct mf_map *map,
                     struct check *check)
{
    struct mf_file_identity now;
    char *const path = mf_cache_path(&cache->entry, name, ending);
    const bool is_there = path != NULL && mf_map_path(map, path, NULL) == 0 &&
                          mf_path_identity(path, &now) == 0 && now.size == known->identity.size &&
                          map->size == now.size;
    free(path);
    if (!is_there)
        return false;
    if (same_boot && now.inode == known->identity.inode && now.changed == known->identity.changed)
        return true;
    return has_checksum(check, map, known->checksum);
}

static void use_mapped_features(struct mf_result *result)
{
    const char *const mapped = result->features.size > 0 ? result->features.data : NULL;
    result->collection.features = (struct mf_feature *)(void *)(uintptr_t)mapped;
    result->is_cached = true;
}

/* Maps the document and the features if both match the index. */
static bool map_content(const struct mf_cache *cache, const struct mf_index_facts *facts,
                        struct mf_result *result, struct check *check)
{
    char boot_id[MF_BOOT_ID_SIZE];
    mf_boot_id(boot_id);
    const bool same_boot = strcmp(boot_id, facts->boot_id) == 0;
    check->total = facts->document.identity.size + facts->features.identity.size;
    if (!map_part(cache, facts->name, MF_CACHE_DOCUMENT, &facts->document, same_boot,
                  &result->document, check) ||
        !map_part(cache, facts->name, MF_CACHE_FEATURES, &facts->features, same_boot,
                  &result->features, check))
        return false;
    use_mapped_features(result);
    return true;
}

/* Opens the files named by the index. Returns NULL, or the reason for not using them. */
static const char *load_content(struct mf_cache *cache, const struct mf_result_request *request,
                                struct mf_result *result, struct mf_index_facts *facts)
{
    struct check check = {.request = request};
    const bool is_offline = request->mode == MF_CACHE_OFFLINE;
    if (facts->rules != mf_schema_rules_bits(&request->rules))
        return "it was read by another version of GDAL";
    if (!is_offline && strcmp(facts->fingerprint, request->fingerprint) != 0)
        return "the processing has changed";
    if (strpbrk(facts->name, "/\\:") != NULL || !map_content(cache, facts, result, &check))
        return mf_result_is_cancelled(request) ? "interrupted"
                                               : "its document or its features are damaged";
    if (check.has_begun && write_index(cache, &result->collection, facts, NULL) != 0)
        log_use(request, "cannot refresh the index of", "");
    if (is_offline)
        result->processing = mf_str_copy(facts->processing);
    return is_offline && result->processing == NULL ? "out of memory" : NULL;
}

static void close_loaded(struct mf_result *result)
{
    mf_index_collection_free(&result->collection);
    mf_map_release(&result->document);
    mf_map_release(&result->features);
    memset(result, 0, sizeof *result);
    result->file.fd = -1;
}

bool mf_cache_load(struct mf_cache *cache, const struct mf_result_request *request,
                   struct mf_result *result)
{
    struct mf_index_facts facts;
    struct mf_map index;
    char *const path = mf_cache_path(&cache->entry, NULL, MF_CACHE_INDEX);
    memset(result, 0, sizeof *result);
    result->file.fd = -1;
    if (path == NULL || mf_map_path(&index, path, NULL) != 0) {
        free(path);
        return false;
    }
    const char *const why =
        mf_index_read(index.data, index.size, &result->collection, &facts, NULL) != 0
            ? "its index is damaged or of another version"
            : load_content(cache, request, result, &facts);
    if (why == NULL)
        mf_path_touch(path);
    else
        close_loaded(result);
    mf_map_release(&index);
    free(path);
    log_use(request, why == NULL ? "reads" : "does not use the entry of", why == NULL ? "" : why);
    return why == NULL;
}

/* ---- storing -------------------------------------------------------------------------------- */

/* Writes the features and maps them. Leaves *file open, for the caller to close or discard. */
static int store_features(struct mf_cache *cache, struct mf_result *result, const char *name,
                          struct mf_index_facts *facts, struct mf_file *file, struct mf_error *err)
{
    const struct mf_collection *const collection = &result->collection;
    const size_t size = (size_t)collection->feature_count * sizeof *collection->features;
    facts->features.checksum = mf_checksum_of(collection->features, size);
    if (mf_cache_create_temp(&cache->entry, "", file, err) != 0)
        return -1;
    if (mf_file_write(file, collection->features, size, err) == 0 &&
        install(cache, file, name, MF_CACHE_FEATURES, err) == 0 &&
        mf_map_file(&result->features, file, err) == 0)
        return 0;
    mf_file_discard(file);
    return -1;
}

static int store_entry(struct mf_cache *cache, const struct mf_result_request *request,
                       struct mf_result *result, uint64_t checksum, const char *name,
                       struct mf_error *err)
{
    struct mf_file features;
    struct mf_index_facts facts = {.name = name,
                                   .fingerprint = request->fingerprint,
                                   .processing = request->processing,
                                   .document = {.checksum = checksum},
                                   .rules = mf_schema_rules_bits(&request->rules)};
    if (install(cache, &result->file, name, MF_CACHE_DOCUMENT, err) != 0 ||
        store_features(cache, result, name, &facts, &features, err) != 0)
        return -1;
    if (write_index(cache, &result->collection, &facts, err) != 0) {
        mf_map_release(&result->features);
        mf_file_discard(&features);
        return -1;
    }
    mf_file_close(&features);
    mf_file_close(&result->file);
    /* The features are now read from the file, so their memory is freed. */
    free(result->collection.features);
    use_mapped_features(result);
    return 0;
}

int mf_cache_store(struct mf_cache *cache, const struct mf_result_request *request,
                   struct mf_result *result, uint64_t checksum, struct mf_error *err)
{
    uint64_t random = 0;
    if (mf_random_bytes(&random, sizeof random, err) != 0)
        return -1;
    char *const name = mf_str_format("%s.%016" PRIx64, cache->entry.stem, random);
    const int failed = name == NULL ? mf_out_of_memory(err)
                                    : store_entry(cache, request, result, checksum, name, err);
    if (!failed) {
        if (cache->is_locked && !cache->is_new)
            mf_cache_remove_superseded(&cache->entry, name);
        mf_cache_evict(request->cache_directory,
                       (int64_t)(result->document.size + result->features.size),
                       request->cache_size > 0 ? request->cache_size : MF_DEFAULT_CACHE_SIZE);
    }
    free(name);
    return failed;
}
