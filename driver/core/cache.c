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

/* What a file of the folder is. The folder may be anybody's: only what is named exactly as files
 * are named here is ever removed. */
enum file_kind { FOREIGN, INDEX, TEXT, LOCK, PART };

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
    const char *const text_ending = skip_hex(ending + 1, 16);
    return text_ending != NULL && strcmp(text_ending, TEXT_ENDING) == 0 ? TEXT : FOREIGN;
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

/* Whether the text is still the one that was scanned. Its identity tells that without reading it,
 * as long as the machine has not started anew since; else its checksum does. */
static int text_is_right(const struct mf_map *text, const char *path,
                         const struct mf_index_facts *facts, int *was_read)
{
    char boot_id[MF_BOOT_ID_SIZE];
    struct mf_file_identity now;
    *was_read = 0;
    if (mf_path_identity(path, &now) != 0 || now.size != facts->identity.size ||
        text->size != facts->identity.size)
        return 0;
    mf_boot_id(boot_id);
    if (now.inode == facts->identity.inode && now.changed == facts->identity.changed &&
        strcmp(boot_id, facts->boot_id) == 0)
        return 1;
    *was_read = 1;
    return mf_hash_of(text->data, text->size) == facts->checksum;
}

static int write_index(const struct mf_cache *cache, const struct mf_collection *collection,
                       struct mf_index_facts *facts, const char *text_path, struct mf_error *err);

/* Opens what the index names. Returns 1, or 0 with the reason in *why. */
static int load_text(struct mf_cache *cache, const struct mf_result_request *request,
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
    if (strchr(facts->text_name, '/') != NULL)
        return 0;
    char *const path = path_of(cache, facts->text_name);
    int was_read = 0;
    const int ok = path != NULL && mf_map_path(&result->text, path, NULL) == 0 &&
                   text_is_right(&result->text, path, facts, &was_read);
    if (ok && was_read && write_index(cache, &result->collection, facts, path, NULL) != 0)
        say(request, "cannot refresh the index of", "");
    free(path);
    *why = "its text is damaged";
    return ok;
}

static void close_loaded(struct mf_result *result)
{
    mf_index_collection_free(&result->collection);
    mf_map_release(&result->text);
    mf_map_release(&result->index);
}

int mf_cache_load(struct mf_cache *cache, const struct mf_result_request *request,
                  struct mf_result *result)
{
    struct mf_index_facts facts;
    const char *why = "";
    int loaded = 0;
    char *const path = entry_path(cache, INDEX_ENDING);
    memset(result, 0, sizeof *result);
    result->file.fd = -1;
    if (path == NULL || mf_map_path(&result->index, path, NULL) != 0) {
        free(path);
        return 0;
    }
    if (mf_index_read(result->index.data, result->index.size, &result->collection, &facts, NULL) !=
        0)
        why = "its index is damaged or of another version";
    else
        loaded = load_text(cache, request, result, &facts, &why);
    if (loaded && request->mode == MF_CACHE_OFFLINE) {
        result->document = mf_text_format("%s", facts.document);
        loaded = result->document != NULL;
    }
    if (loaded)
        mf_path_touch(path);
    else
        close_loaded(result);
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

int mf_cache_create_text(struct mf_cache *cache, struct mf_file *file, struct mf_error *err)
{
    char *const prefix = mf_text_format("%s" PART_MIDDLE, cache->stem);
    if (prefix == NULL)
        return mf_error_set(err, MF_ERR_MEMORY, "out of memory");
    const int failed = mf_file_create_temporary(file, cache->directory, prefix, err);
    free(prefix);
    return failed;
}

/* Writes the index of a text that lies at `text_path` and is known to be right now. */
static int write_index(const struct mf_cache *cache, const struct mf_collection *collection,
                       struct mf_index_facts *facts, const char *text_path, struct mf_error *err)
{
    char boot_id[MF_BOOT_ID_SIZE];
    struct mf_file file;
    char *const prefix = mf_text_format("%s" PART_MIDDLE, cache->stem);
    char *const path = entry_path(cache, INDEX_ENDING);
    int failed = prefix == NULL || path == NULL;
    if (failed)
        mf_error_set(err, MF_ERR_MEMORY, "out of memory");
    if (!failed && mf_path_identity(text_path, &facts->identity) != 0)
        failed = mf_error_set(err, MF_ERR_FILE, "%s has disappeared", text_path);
    if (!failed)
        failed = mf_file_create_temporary(&file, cache->directory, prefix, err);
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
    free(prefix);
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
    const char *text_name;
};

/* Texts of former results, and parts that a killed process has left: with the lock held nobody else
 * is writing this entry. */
static void remove_old_file(void *ctx, const char *name)
{
    const struct old_files *const old = ctx;
    const size_t stem_size = strlen(old->cache->stem);
    const enum file_kind kind = kind_of(name);
    if ((kind != TEXT && kind != PART) || strcmp(name, old->text_name) == 0 ||
        strncmp(name, old->cache->stem, stem_size) != 0 || name[stem_size] != '.')
        return;
    char *const path = path_of(old->cache, name);
    if (path != NULL)
        mf_path_remove(path);
    free(path);
}

/* Gives the text its final name, of which there is no other. Sets *name and *path. */
static int install_text(struct mf_cache *cache, struct mf_file *file, char **name, char **path,
                        struct mf_error *err)
{
    char boot_id[MF_BOOT_ID_SIZE];
    uint64_t random = 0;
    mf_boot_id(boot_id);
    /* Where a new start of the machine cannot be noticed, the text must be on the disk before the
     * index is. */
    if (boot_id[0] == '\0' && mf_file_sync(file, err) != 0)
        return -1;
    if (mf_random_bytes(&random, sizeof random, err) != 0)
        return -1;
    *name = mf_text_format("%s.%016" PRIx64 TEXT_ENDING, cache->stem, random);
    *path = *name != NULL ? path_of(cache, *name) : NULL;
    if (*path == NULL)
        return mf_error_set(err, MF_ERR_MEMORY, "out of memory");
    return mf_file_install(file, *path, err);
}

static int store(struct mf_cache *cache, const struct mf_result_request *request,
                 struct mf_result *result, uint64_t checksum, const char *name, const char *path,
                 struct mf_error *err)
{
    struct mf_index_facts facts;
    memset(&facts, 0, sizeof facts);
    facts.text_name = name;
    facts.fingerprint = request->fingerprint;
    facts.document = request->document;
    facts.checksum = checksum;
    facts.rules = mf_schema_rules_bits(&request->rules);
    if (write_index(cache, &result->collection, &facts, path, err) != 0)
        return -1;

    /* From here on the features come from the file, and the memory they took is free. */
    struct mf_collection mapped;
    char *const index_path = entry_path(cache, INDEX_ENDING);
    int failed = index_path == NULL ? mf_error_set(err, MF_ERR_MEMORY, "out of memory")
                                    : mf_map_path(&result->index, index_path, err);
    free(index_path);
    if (!failed)
        failed = mf_index_read(result->index.data, result->index.size, &mapped, &facts, err);
    if (failed)
        return -1;
    mf_collection_free(&result->collection);
    result->collection = mapped;
    return 0;
}

int mf_cache_store(struct mf_cache *cache, const struct mf_result_request *request,
                   struct mf_result *result, uint64_t checksum, struct mf_error *err)
{
    char *name = NULL, *path = NULL;
    int failed = install_text(cache, &result->file, &name, &path, err);
    if (!failed)
        failed = store(cache, request, result, checksum, name, path, err);
    if (!failed) {
        mf_file_close(&result->file);
        struct old_files old = {cache, name};
        if (cache->is_locked)
            mf_folder_list(cache->directory, remove_old_file, &old);
        make_room(cache, request->cache_size > 0 ? request->cache_size : MF_DEFAULT_CACHE_SIZE);
    }
    free(name);
    free(path);
    return failed ? -1 : 0;
}
