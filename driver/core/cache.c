#include "cache.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"
#include "result_index.h"
#include "text.h"

#define FOLDER_NAME "gdal-mapflow"
#define INDEX_ENDING ".index"
#define TEXT_ENDING ".geojson"
#define FEATURES_ENDING ".features"
#define LOCK_ENDING ".lock"
#define PART_MIDDLE ".part."

/* What a process that was killed has left is removed after this time. */
#define LEFT_BEHIND_SECONDS 86400.0

/* ---- names ---------------------------------------------------------------------------------- */

static char *default_directory(void)
{
    char *const user = mf_user_cache_directory();
    char *const directory =
        mf_text_format("%s/" FOLDER_NAME, user != NULL ? user : mf_temporary_directory());
    free(user);
    return directory;
}

int mf_cache_open(struct mf_cache *cache, const struct mf_result_request *request, int read_only,
                  struct mf_error *err)
{
    memset(cache, 0, sizeof *cache);
    cache->lock.fd = -1;
    cache->directory = request->cache_directory != NULL
                           ? mf_text_format("%s", request->cache_directory)
                           : default_directory();
    const uint64_t server = mf_hash_of(request->base_url, strlen(request->base_url));
    cache->stem =
        mf_text_format("%s%s%s-%016" PRIx64, request->id, request->aoi_id != NULL ? "-" : "",
                       request->aoi_id != NULL ? request->aoi_id : "", server);
    if (cache->directory == NULL || cache->stem == NULL) {
        mf_cache_close(cache);
        return mf_error_set(err, MF_ERR_MEMORY, "out of memory");
    }
    if (!read_only && mf_folder_create(cache->directory, err) != 0) {
        mf_cache_close(cache);
        return -1;
    }
    return 0;
}

void mf_cache_close(struct mf_cache *cache)
{
    if (cache == NULL)
        return;
    if (cache->is_locked)
        mf_lock_release(&cache->lock);
    free(cache->directory);
    free(cache->stem);
    memset(cache, 0, sizeof *cache);
    cache->lock.fd = -1;
}

static char *path_of(const struct mf_cache *cache, const char *name)
{
    return mf_text_format("%s/%s", cache->directory, name);
}

static char *entry_path(const struct mf_cache *cache, const char *ending)
{
    return mf_text_format("%s/%s%s", cache->directory, cache->stem, ending);
}

static char *content_path(const struct mf_cache *cache, const char *name, const char *ending)
{
    return mf_text_format("%s/%s%s", cache->directory, name, ending);
}

/* What a file of the folder is. The folder may be anybody's: only what is named exactly as files
 * are named here is ever removed. */
enum file_kind { FOREIGN, INDEX, CONTENT, LOCK, PART };

/* Moves over `count` hexadecimal digits; NULL when there are others. */
static const char *skip_hex(const char *p, size_t count)
{
    for (size_t i = 0; p != NULL && i < count; ++i) {
        if (!((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f')))
            return NULL;
    }
    return p != NULL ? p + count : NULL;
}

/* Moves over a UUID and the '-' behind it. */
static const char *skip_uuid(const char *p)
{
    static const size_t groups[] = {8, 4, 4, 4, 12};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; ++i) {
        p = skip_hex(p, groups[i]);
        if (p == NULL || *p++ != '-')
            return NULL;
    }
    return p;
}

static enum file_kind kind_of(const char *name)
{
    const char *const server = skip_uuid(name);
    const char *const after_area = server != NULL ? skip_uuid(server) : NULL;
    const char *const ending = skip_hex(after_area != NULL ? after_area : server, 16);
    if (ending == NULL || *ending != '.')
        return FOREIGN;
    if (strcmp(ending, INDEX_ENDING) == 0)
        return INDEX;
    if (strcmp(ending, LOCK_ENDING) == 0)
        return LOCK;
    if (strncmp(ending, PART_MIDDLE, strlen(PART_MIDDLE)) == 0)
        return PART;
    const char *const last = skip_hex(ending + 1, 16);
    const int is_content =
        last != NULL && (strcmp(last, TEXT_ENDING) == 0 || strcmp(last, FEATURES_ENDING) == 0);
    return is_content ? CONTENT : FOREIGN;
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
    return mf_hash_of(map->data, map->size) == known->checksum;
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
    char *const text = content_path(cache, facts->name, TEXT_ENDING);
    char *const features = content_path(cache, facts->name, FEATURES_ENDING);
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
    char *const path = content_path(cache, name, ending);
    int failed = path == NULL ? mf_error_set(err, MF_ERR_MEMORY, "out of memory") : 0;
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
    char *const path = entry_path(cache, INDEX_ENDING);
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
        result->document = mf_text_format("%s", facts.document);
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
    char *const path = entry_path(cache, LOCK_ENDING);
    if (path == NULL)
        return 1;
    const int locked = mf_lock_try(&cache->lock, path);
    free(path);
    cache->is_locked = locked > 0;
    return locked != 0;
}

static int create_part(const struct mf_cache *cache, struct mf_file *file, struct mf_error *err)
{
    char *const prefix = mf_text_format("%s" PART_MIDDLE, cache->stem);
    if (prefix == NULL)
        return mf_error_set(err, MF_ERR_MEMORY, "out of memory");
    const int failed = mf_file_create_temporary(file, cache->directory, prefix, err);
    free(prefix);
    return failed;
}

int mf_cache_create_text(struct mf_cache *cache, struct mf_file *file, struct mf_error *err)
{
    return create_part(cache, file, err);
}

/* Writes the index of content that is known to be right now. */
static int write_index(const struct mf_cache *cache, const struct mf_collection *collection,
                       struct mf_index_facts *facts, struct mf_error *err)
{
    char boot_id[MF_BOOT_ID_SIZE];
    struct mf_file file;
    char *const path = entry_path(cache, INDEX_ENDING);
    int failed = path == NULL ? mf_error_set(err, MF_ERR_MEMORY, "out of memory") : 0;
    if (!failed)
        failed = find_identity(cache, facts->name, TEXT_ENDING, &facts->text, err);
    if (!failed)
        failed = find_identity(cache, facts->name, FEATURES_ENDING, &facts->features, err);
    if (!failed)
        failed = create_part(cache, &file, err);
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

/* One file of ours in the folder. */
struct item {
    char *name;
    enum file_kind kind;
    uint64_t size;
    int64_t used; /* of an index: when it was opened last; of others: when they were written */
};

struct listing {
    const struct mf_cache *cache;
    struct item *items;
    size_t count;
    size_t capacity;
};

static void list_item(void *ctx, const char *name)
{
    struct listing *const listing = ctx;
    struct mf_file_identity identity;
    const enum file_kind kind = kind_of(name);
    if (kind == FOREIGN)
        return;
    if (listing->count == listing->capacity) {
        const size_t capacity = listing->capacity * 2 + 32;
        struct item *const grown = realloc(listing->items, capacity * sizeof *grown);
        if (grown == NULL)
            return;
        listing->items = grown;
        listing->capacity = capacity;
    }
    char *const path = path_of(listing->cache, name);
    char *const copy = mf_text_format("%s", name);
    if (path != NULL && copy != NULL && mf_path_identity(path, &identity) == 0)
        listing->items[listing->count++] = (struct item){copy, kind, identity.size, identity.used};
    else
        free(copy);
    free(path);
}

static void remove_item(const struct mf_cache *cache, struct item *item)
{
    char *const path = path_of(cache, item->name);
    if (path != NULL)
        mf_path_remove(path);
    free(path);
    item->size = 0;
}

/* The stem is what stands before the first dot. */
static int same_entry(const struct item *item, const char *name)
{
    const size_t stem_size = strcspn(name, ".");
    return strncmp(item->name, name, stem_size) == 0 && item->name[stem_size] == '.';
}

static void remove_entry(struct listing *listing, const char *name)
{
    for (size_t i = 0; i < listing->count; ++i) {
        struct item *const item = &listing->items[i];
        if (item->kind != PART && same_entry(item, name))
            remove_item(listing->cache, item);
    }
}

static int has_index(const struct listing *listing, const char *name)
{
    for (size_t i = 0; i < listing->count; ++i) {
        if (listing->items[i].kind == INDEX && same_entry(&listing->items[i], name))
            return 1;
    }
    return 0;
}

/* Removes what processes have left that were killed while they wrote. */
static void remove_left_behind(struct listing *listing)
{
    const int64_t now = (int64_t)(mf_clock_utc() * 1e9);
    for (size_t i = 0; i < listing->count; ++i) {
        struct item *const item = &listing->items[i];
        const int is_old = now - item->used > (int64_t)(LEFT_BEHIND_SECONDS * 1e9);
        if (is_old && item->kind != INDEX &&
            (item->kind == PART || !has_index(listing, item->name)))
            remove_item(listing->cache, item);
    }
}

static uint64_t total_size(const struct listing *listing)
{
    uint64_t total = 0;
    for (size_t i = 0; i < listing->count; ++i)
        total += listing->items[i].size;
    return total;
}

static int least_recently_used_first(const void *a, const void *b)
{
    const struct item *const x = a, *const y = b;
    return x->used < y->used ? -1 : x->used > y->used;
}

/* Removes the entries used least recently, until the rest is within `max_size`. What another
 * process has open stays readable for it. */
static void make_room(const struct mf_cache *cache, int64_t max_size)
{
    struct listing listing = {cache, NULL, 0, 0};
    mf_folder_list(cache->directory, list_item, &listing);
    if (listing.count > 0)
        qsort(listing.items, listing.count, sizeof *listing.items, least_recently_used_first);
    remove_left_behind(&listing);
    for (size_t i = 0; i < listing.count && total_size(&listing) > (uint64_t)max_size; ++i) {
        if (listing.items[i].kind == INDEX)
            remove_entry(&listing, listing.items[i].name);
    }
    for (size_t i = 0; i < listing.count; ++i)
        free(listing.items[i].name);
    free(listing.items);
}

struct old_files {
    const struct mf_cache *cache;
    const char *name; /* of the content that stays */
};

/* Content of former results, and parts that a killed process has left: with the lock held nobody
 * else is writing this entry. */
static void remove_old_file(void *ctx, const char *name)
{
    const struct old_files *const old = ctx;
    const size_t stem_size = strlen(old->cache->stem);
    const enum file_kind kind = kind_of(name);
    if ((kind != CONTENT && kind != PART) || strncmp(name, old->name, strlen(old->name)) == 0 ||
        strncmp(name, old->cache->stem, stem_size) != 0 || name[stem_size] != '.')
        return;
    char *const path = path_of(old->cache, name);
    if (path != NULL)
        mf_path_remove(path);
    free(path);
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
    char *const path = content_path(cache, name, ending);
    const int failed = path == NULL ? mf_error_set(err, MF_ERR_MEMORY, "out of memory")
                                    : mf_file_install(file, path, err);
    free(path);
    return failed;
}

/* Writes the features into a file beside the text, and maps it. */
static int store_features(struct mf_cache *cache, struct mf_result *result, const char *name,
                          struct mf_index_facts *facts, struct mf_file *file, struct mf_error *err)
{
    const struct mf_collection *const collection = &result->collection;
    const size_t size = (size_t)collection->feature_count * sizeof *collection->features;
    facts->features.checksum = mf_hash_of(collection->features, size);
    if (create_part(cache, file, err) != 0)
        return -1;
    if (mf_file_write(file, collection->features, size, err) != 0 ||
        install(cache, file, name, FEATURES_ENDING, err) != 0 ||
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
    if (install(cache, &result->file, name, TEXT_ENDING, err) != 0 ||
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
    char *const name = mf_text_format("%s.%016" PRIx64, cache->stem, random);
    const int failed = name == NULL ? mf_error_set(err, MF_ERR_MEMORY, "out of memory")
                                    : store(cache, request, result, checksum, name, err);
    if (!failed) {
        struct old_files old = {cache, name};
        if (cache->is_locked)
            mf_folder_list(cache->directory, remove_old_file, &old);
        make_room(cache, request->cache_size > 0 ? request->cache_size : MF_DEFAULT_CACHE_SIZE);
    }
    free(name);
    return failed ? -1 : 0;
}
