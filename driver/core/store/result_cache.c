#include "store/result_cache_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/str.h"
#include "store/index_file_internal.h"

int mf_cache_open(struct mf_cache *cache, const struct mf_result_request *request, int read_only,
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

/* ---- loading -------------------------------------------------------------------------------- */

static void say(const struct mf_result_request *request, const char *what, const char *why)
{
    char line[512];
    if (request->debug == NULL)
        return;
    snprintf(line, sizeof line, "cache: %s %s%s%s", what, request->id, why[0] != '\0' ? ": " : "",
             why);
    request->debug(request->log_ctx, line);
}

/* Whether a file is still what it was. Its identity tells that without reading it, as long as the
 * machine has not started anew since; else its checksum does. */
static int is_right(const struct mf_map *map, const char *path, const struct mf_index_part *known,
                    int same_boot, int *was_read)
{
    struct mf_file_identity now;
    if (mf_path_identity(path, &now) != 0 || now.size != known->identity.size ||
        map->size != known->identity.size)
        return 0;
    if (same_boot && now.inode == known->identity.inode && now.changed == known->identity.changed)
        return 1;
    *was_read = 1;
    return mf_checksum_of(map->data, map->size) == known->checksum;
}

static void use_mapped_features(struct mf_result *result)
{
    const char *const mapped = result->features.size > 0 ? result->features.data : NULL;
    result->collection.features = (struct mf_feature *)(void *)(uintptr_t)mapped;
    result->is_cached = 1;
}

/* Opens the text and the features if both are what the index says. */
static int map_content(const struct mf_cache *cache, const struct mf_index_facts *facts,
                       struct mf_result *result, int *was_read)
{
    char boot_id[MF_BOOT_ID_SIZE];
    mf_boot_id(boot_id);
    const int same_boot = strcmp(boot_id, facts->boot_id) == 0;
    char *const text = mf_cache_path(&cache->entry, facts->name, MF_CACHE_TEXT);
    char *const features = mf_cache_path(&cache->entry, facts->name, MF_CACHE_FEATURES);
    *was_read = 0;
    const int ok = text != NULL && features != NULL &&
                   mf_map_path(&result->text, text, NULL) == 0 &&
                   mf_map_path(&result->features, features, NULL) == 0 &&
                   is_right(&result->text, text, &facts->text, same_boot, was_read) &&
                   is_right(&result->features, features, &facts->features, same_boot, was_read);
    free(text);
    free(features);
    if (ok)
        use_mapped_features(result);
    return ok;
}

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

static int write_index(const struct mf_cache *cache, const struct mf_collection *collection,
                       struct mf_index_facts *facts, struct mf_error *err);

/* Opens what the index names. Returns 1, or 0 with the reason in *why. */
static int load_content(struct mf_cache *cache, const struct mf_result_request *request,
                        struct mf_result *result, struct mf_index_facts *facts, const char **why)
{
    if (facts->rules != mf_schema_rules_bits(&request->rules)) {
        *why = "it was read by another version of GDAL";
        return 0;
    }
    if (request->mode != MF_CACHE_OFFLINE &&
        strcmp(facts->fingerprint, request->fingerprint) != 0) {
        *why = "the processing has changed";
        return 0;
    }
    int was_read;
    *why = "its text or its features are damaged";
    if (strchr(facts->name, '/') != NULL || !map_content(cache, facts, result, &was_read))
        return 0;
    if (was_read && write_index(cache, &result->collection, facts, NULL) != 0)
        say(request, "cannot refresh the index of", "");
    return 1;
}

static void close_loaded(struct mf_result *result)
{
    mf_index_collection_free(&result->collection);
    mf_map_release(&result->text);
    mf_map_release(&result->features);
}

int mf_cache_load(struct mf_cache *cache, const struct mf_result_request *request,
                  struct mf_result *result)
{
    struct mf_index_facts facts;
    struct mf_map index;
    const char *why = "";
    int loaded = 0;
    char *const path = mf_cache_path(&cache->entry, NULL, MF_CACHE_INDEX);
    memset(result, 0, sizeof *result);
    result->file.fd = -1;
    if (path == NULL || mf_map_path(&index, path, NULL) != 0) {
        free(path);
        return 0;
    }
    if (mf_index_read(index.data, index.size, &result->collection, &facts, NULL) != 0)
        why = "its index is damaged or of another version";
    else
        loaded = load_content(cache, request, result, &facts, &why);
    if (loaded && request->mode == MF_CACHE_OFFLINE) {
        result->document = mf_str_format("%s", facts.document);
        loaded = result->document != NULL;
    }
    if (loaded)
        mf_path_touch(path);
    else
        close_loaded(result);
    mf_map_release(&index);
    free(path);
    say(request, loaded ? "reads" : "does not use the entry of", loaded ? "" : why);
    return loaded;
}

/* ---- storing -------------------------------------------------------------------------------- */

int mf_cache_try_lock(struct mf_cache *cache)
{
    char *const path = mf_cache_path(&cache->entry, NULL, MF_CACHE_LOCK);
    if (path == NULL)
        return 1;
    const int locked = mf_lock_try(&cache->lock, path);
    free(path);
    cache->is_locked = locked > 0;
    return locked != 0;
}

int mf_cache_create_text(struct mf_cache *cache, struct mf_file *file, struct mf_error *err)
{
    return mf_cache_create_temp(&cache->entry, "", file, err);
}

/* Writes the index of content that is known to be right now. */
static int write_index(const struct mf_cache *cache, const struct mf_collection *collection,
                       struct mf_index_facts *facts, struct mf_error *err)
{
    char boot_id[MF_BOOT_ID_SIZE];
    struct mf_file file;
    char *const path = mf_cache_path(&cache->entry, NULL, MF_CACHE_INDEX);
    int failed = path == NULL ? mf_out_of_memory(err) : 0;
    if (!failed)
        failed = find_identity(cache, facts->name, MF_CACHE_TEXT, &facts->text, err);
    if (!failed)
        failed = find_identity(cache, facts->name, MF_CACHE_FEATURES, &facts->features, err);
    if (!failed)
        failed = mf_cache_create_temp(&cache->entry, "", &file, err);
    if (!failed) {
        mf_boot_id(boot_id);
        facts->boot_id = boot_id;
        failed = mf_index_write(&file, collection, facts, err);
        if (!failed)
            failed = mf_file_install(&file, path, err);
        facts->boot_id = "";
        if (failed)
            mf_file_discard(&file);
        else
            mf_file_close(&file);
    }
    free(path);
    return failed ? -1 : 0;
}

/* Gives a file its final name, of which there is no other. */
static int install(const struct mf_cache *cache, struct mf_file *file, const char *name,
                   const char *ending, struct mf_error *err)
{
    char boot_id[MF_BOOT_ID_SIZE];
    mf_boot_id(boot_id);
    /* Where a new start of the machine cannot be noticed, the content must be on the disk before
     * the index is. */
    if (boot_id[0] == '\0' && mf_file_sync(file, err) != 0)
        return -1;
    char *const path = mf_cache_path(&cache->entry, name, ending);
    const int failed = path == NULL ? mf_out_of_memory(err) : mf_file_install(file, path, err);
    free(path);
    return failed;
}

/* Writes the features into a file beside the text, and maps it. */
static int store_features(struct mf_cache *cache, struct mf_result *result, const char *name,
                          struct mf_index_facts *facts, struct mf_file *file, struct mf_error *err)
{
    const struct mf_collection *const collection = &result->collection;
    const size_t size = (size_t)collection->feature_count * sizeof *collection->features;
    facts->features.checksum = mf_checksum_of(collection->features, size);
    if (mf_cache_create_temp(&cache->entry, "", file, err) != 0)
        return -1;
    if (mf_file_write(file, collection->features, size, err) != 0 ||
        install(cache, file, name, MF_CACHE_FEATURES, err) != 0 ||
        mf_map_file(&result->features, file, err) != 0) {
        mf_file_discard(file);
        return -1;
    }
    return 0;
}

static int store(struct mf_cache *cache, const struct mf_result_request *request,
                 struct mf_result *result, uint64_t checksum, const char *name,
                 struct mf_error *err)
{
    struct mf_index_facts facts;
    struct mf_file features;
    memset(&facts, 0, sizeof facts);
    facts.name = name;
    facts.fingerprint = request->fingerprint;
    facts.document = request->document;
    facts.text.checksum = checksum;
    facts.rules = mf_schema_rules_bits(&request->rules);
    if (install(cache, &result->file, name, MF_CACHE_TEXT, err) != 0 ||
        store_features(cache, result, name, &facts, &features, err) != 0)
        return -1;
    if (write_index(cache, &result->collection, &facts, err) != 0) {
        mf_map_release(&result->features);
        mf_file_discard(&features);
        return -1;
    }
    mf_file_close(&features);
    mf_file_close(&result->file);
    /* From here on the features come from the file, and the memory they took is free. */
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
    const int failed =
        name == NULL ? mf_out_of_memory(err) : store(cache, request, result, checksum, name, err);
    if (!failed) {
        if (cache->is_locked)
            mf_cache_remove_superseded(&cache->entry, name);
        mf_cache_evict(request->cache_directory,
                       request->cache_size > 0 ? request->cache_size : MF_DEFAULT_CACHE_SIZE);
    }
    free(name);
    return failed ? -1 : 0;
}
