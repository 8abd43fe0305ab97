/* SPDX-License-Identifier: MIT */
#include "store/cache_dir.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/str.h"

#define TEMP_MIDDLE ".part."

/* Files left by a killed process are removed after this time, s. */
#define ABANDONED_AFTER 86400.0

/* ---- names ---------------------------------------------------------------------------------- */

char *mf_cache_folder(const char *directory)
{
    return directory != NULL ? mf_str_copy(directory) : mf_user_cache_dir();
}

static int no_folder(struct mf_error *err)
{
    return mf_error_set(err, MF_ERR_FILE, "the user has no folder for cached data: set CACHE_DIR");
}

int mf_cache_entry_open(struct mf_cache_entry *entry, const char *directory, const char *base_url,
                        const char *id, const char *aoi_id, bool read_only, struct mf_error *err)
{
    const uint64_t server = mf_checksum_of(base_url, strlen(base_url));
    entry->directory = mf_cache_folder(directory);
    entry->stem = mf_str_format("%s%s%s-%016" PRIx64, id, aoi_id != NULL ? "-" : "",
                                aoi_id != NULL ? aoi_id : "", server);
    int failed = 0;
    if (entry->directory == NULL)
        failed = no_folder(err);
    else if (entry->stem == NULL)
        failed = mf_out_of_memory(err);
    else
        failed = (!read_only && mf_folder_create(entry->directory, err) != 0) ||
                 mf_folder_check_private(entry->directory, err) != 0;
    if (failed)
        mf_cache_entry_close(entry);
    return failed ? -1 : 0;
}

void mf_cache_entry_close(struct mf_cache_entry *entry)
{
    if (entry == NULL)
        return;
    free(entry->directory);
    free(entry->stem);
    memset(entry, 0, sizeof *entry);
}

char *mf_cache_path(const struct mf_cache_entry *entry, const char *name, const char *ending)
{
    return mf_str_format("%s/%s%s", entry->directory, name != NULL ? name : entry->stem, ending);
}

int mf_cache_create_temp(const struct mf_cache_entry *entry, const char *ending,
                         struct mf_file *file, struct mf_error *err)
{
    char *const prefix = mf_str_format("%s%s" TEMP_MIDDLE, entry->stem, ending);
    if (prefix == NULL)
        return mf_out_of_memory(err);
    const int failed = mf_file_create_temporary(file, entry->directory, prefix, err);
    free(prefix);
    return failed;
}

int mf_cache_replace(const struct mf_cache_entry *entry, const char *ending, const char *head,
                     const char *text, struct mf_error *err)
{
    struct mf_file file;
    char *const path = mf_cache_path(entry, NULL, ending);
    int failed =
        path == NULL ? mf_out_of_memory(err) : mf_cache_create_temp(entry, ending, &file, err);
    if (!failed) {
        failed = mf_file_write(&file, head, strlen(head), err) != 0 ||
                 mf_file_write(&file, text, strlen(text), err) != 0 ||
                 mf_file_install(&file, path, err) != 0;
        if (failed)
            mf_file_discard(&file);
        else
            mf_file_close(&file);
    }
    free(path);
    return failed ? -1 : 0;
}

/* Kinds of files in the folder. There may be foreign files: only files with exactly our names are
 * ever removed. */
enum file_kind { FOREIGN, INDEX, CONTENT, LOCK, NAMES, AREAS, TEMP, AREAS_TEMP };

/* Skips `count` hexadecimal digits; NULL if there are other characters. */
static const char *skip_hex(const char *p, size_t count)
{
    for (size_t i = 0; p != NULL && i < count; ++i) {
        if (!((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f')))
            return NULL;
    }
    return p != NULL ? p + count : NULL;
}

/* Skips a UUID and the '-' after it. */
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

static bool begins_with(const char *name, const char *begin)
{
    return strncmp(name, begin, strlen(begin)) == 0;
}

static enum file_kind kind_of(const char *name)
{
    const char *const server = skip_uuid(name);
    const char *const after_area = server != NULL ? skip_uuid(server) : NULL;
    const char *const ending = skip_hex(after_area != NULL ? after_area : server, 16);
    if (ending == NULL || *ending != '.')
        return FOREIGN;
    if (strcmp(ending, MF_CACHE_INDEX) == 0)
        return INDEX;
    if (strcmp(ending, MF_CACHE_LOCK) == 0)
        return LOCK;
    if (strcmp(ending, MF_CACHE_NAMES) == 0)
        return NAMES;
    if (strcmp(ending, MF_CACHE_AREAS) == 0)
        return AREAS;
    if (begins_with(ending, TEMP_MIDDLE))
        return TEMP;
    if (begins_with(ending, MF_CACHE_AREAS TEMP_MIDDLE) ||
        begins_with(ending, MF_CACHE_NAMES TEMP_MIDDLE))
        return AREAS_TEMP;
    const char *const last = skip_hex(ending + 1, 16);
    const bool is_content = last != NULL && (strcmp(last, MF_CACHE_DOCUMENT) == 0 ||
                                             strcmp(last, MF_CACHE_FEATURES) == 0);
    return is_content ? CONTENT : FOREIGN;
}

/* ---- all files ------------------------------------------------------------------------------ */

/* One of our files in the folder. */
struct item {
    char *name;
    enum file_kind kind;
    uint64_t size;
    int64_t used; /* ns since 1970; of an entry: when it was last opened */
};

struct listing {
    const struct mf_cache_entry *folder;
    struct item *items;
    size_t count;
    size_t capacity;
    bool is_incomplete; /* out of memory */
    uint64_t total;     /* bytes */
};

static struct item *new_item(struct listing *listing)
{
    if (listing->count == listing->capacity) {
        const size_t capacity = listing->capacity * 2 + 32;
        struct item *const grown = realloc(listing->items, capacity * sizeof *grown);
        if (grown == NULL)
            return NULL;
        listing->items = grown;
        listing->capacity = capacity;
    }
    return &listing->items[listing->count];
}

static void list_item(void *ctx, const char *name)
{
    struct listing *const listing = ctx;
    struct mf_file_identity identity;
    const enum file_kind kind = kind_of(name);
    if (kind == FOREIGN || listing->is_incomplete)
        return;
    struct item *const item = new_item(listing);
    char *const copy = mf_str_copy(name);
    char *const path = mf_cache_path(listing->folder, name, "");
    listing->is_incomplete = item == NULL || copy == NULL || path == NULL;
    if (!listing->is_incomplete && mf_path_identity(path, &identity) == 0) {
        *item = (struct item){copy, kind, identity.size, identity.used};
        listing->total += identity.size;
        ++listing->count;
    } else {
        free(copy);
    }
    free(path);
}

static bool remove_item(struct listing *listing, struct item *item)
{
    char *const path = mf_cache_path(listing->folder, item->name, "");
    const bool is_gone = path != NULL && mf_path_remove(path);
    free(path);
    if (is_gone) {
        listing->total -= item->size;
        item->size = 0;
    }
    return is_gone;
}

static int by_name(const void *a, const void *b)
{
    const struct item *const x = a, *const y = b;
    return strcmp(x->name, y->name);
}

/* Returns the end of the items with one stem, the part before the first dot. Items are sorted by
 * name, so these are adjacent. */
static size_t end_of_stem(const struct listing *listing, size_t first)
{
    const char *const name = listing->items[first].name;
    const size_t size = strcspn(name, ".") + 1;
    size_t end = first + 1;
    while (end < listing->count && strncmp(listing->items[end].name, name, size) == 0)
        ++end;
    return end;
}

/* An entry. Its files are among the items [first, end). */
struct entry {
    size_t first, end;
    bool is_areas;
    int64_t used; /* ns since 1970 */
};

static bool is_temporary(const struct item *item)
{
    return item->kind == TEMP || item->kind == AREAS_TEMP;
}

/* Finds the entries of a stem: a result that has an index, and AOIs. Removes old files of neither,
 * left by a killed process. Returns the number of entries, 0 to 2. */
static size_t find_entries(struct listing *listing, size_t first, size_t end, struct entry *entries)
{
    const int64_t oldest = (int64_t)((mf_clock_utc() - ABANDONED_AFTER) * 1e9);
    size_t count = 0;
    bool has_index = false;
    for (size_t i = first; i < end; ++i) {
        const struct item *const item = &listing->items[i];
        has_index = has_index || item->kind == INDEX;
        if (item->kind == INDEX || item->kind == AREAS)
            entries[count++] = (struct entry){first, end, item->kind == AREAS, item->used};
    }
    for (size_t i = first; i < end; ++i) {
        struct item *const item = &listing->items[i];
        const bool is_content = item->kind == CONTENT || item->kind == LOCK || item->kind == NAMES;
        if (item->used < oldest && (is_temporary(item) || (is_content && !has_index)))
            (void)remove_item(listing, item);
    }
    return count;
}

/* The index goes last, and only if nothing else remains: the rest of an entry is found by it. */
static void remove_entry(struct listing *listing, const struct entry *entry)
{
    struct item *index = NULL;
    bool remains = false;
    for (size_t i = entry->first; i < entry->end; ++i) {
        struct item *const item = &listing->items[i];
        if (is_temporary(item) || (item->kind == AREAS) != entry->is_areas)
            continue;
        if (item->kind == INDEX)
            index = item;
        else
            remains = !remove_item(listing, item) || remains;
    }
    if (index != NULL && !remains)
        (void)remove_item(listing, index);
}

static int least_recently_used_first(const void *a, const void *b)
{
    const struct entry *const x = a, *const y = b;
    return x->used < y->used ? -1 : x->used > y->used;
}

static void evict(struct listing *listing, uint64_t max_size)
{
    struct entry *const entries = malloc((listing->count + 1) * sizeof *entries);
    size_t count = 0;
    if (entries == NULL)
        return;
    qsort(listing->items, listing->count, sizeof *listing->items, by_name);
    for (size_t first = 0, end; first < listing->count; first = end) {
        end = end_of_stem(listing, first);
        count += find_entries(listing, first, end, entries + count);
    }
    qsort(entries, count, sizeof *entries, least_recently_used_first);
    for (size_t i = 0; i < count && listing->total > max_size; ++i)
        remove_entry(listing, &entries[i]);
    free(entries);
}

/* Listing a large folder takes long: 20,000 results are 80,000 files. So it is done at random, with
 * a probability that grows with the bytes added: on average, before MAX_EXCESS of the limit has
 * been added since the last time. */
#define LARGE_FOLDER ((uint64_t)256 * 1024) /* bytes of the folder itself: about 3,000 files */
#define MAX_EXCESS (1.0 / 64)

static bool is_due(const struct mf_cache_entry *folder, int64_t added, int64_t max_size)
{
    struct mf_file_identity identity;
    char *const path = mf_cache_path(folder, "", ".");
    const bool is_large =
        path != NULL && mf_path_identity(path, &identity) == 0 && identity.size >= LARGE_FOLDER;
    free(path);
    const double share = (double)added / ((double)max_size * MAX_EXCESS);
    return !is_large || mf_random_unit() < (share > MAX_EXCESS ? share : MAX_EXCESS);
}

static void list_folder(struct listing *listing)
{
    if (listing->folder->directory != NULL)
        mf_folder_list(listing->folder->directory, list_item, listing);
}

static void free_listing(struct listing *listing)
{
    for (size_t i = 0; i < listing->count; ++i)
        free(listing->items[i].name);
    free(listing->items);
}

void mf_cache_evict(const char *directory, int64_t added, int64_t max_size)
{
    struct mf_cache_entry folder = {mf_cache_folder(directory), NULL};
    struct listing listing = {.folder = &folder};
    if (folder.directory != NULL && is_due(&folder, added, max_size))
        list_folder(&listing);
    if (listing.count > 0 && !listing.is_incomplete)
        evict(&listing, (uint64_t)max_size);
    free_listing(&listing);
    mf_cache_entry_close(&folder);
}

/* ---- usage and clearing --------------------------------------------------------------------- */

static struct mf_cache_usage usage_of(const struct listing *listing)
{
    struct mf_cache_usage usage = {0, 0, listing->total};
    for (size_t i = 0; i < listing->count; ++i) {
        usage.results += listing->items[i].kind == INDEX;
        usage.areas += listing->items[i].kind == AREAS;
    }
    return usage;
}

static int measure(const char *directory, bool clears, struct mf_cache_usage *usage,
                   struct mf_error *err)
{
    struct mf_cache_entry folder = {mf_cache_folder(directory), NULL};
    struct listing listing = {.folder = &folder};
    int failed = 0;
    list_folder(&listing);
    *usage = usage_of(&listing);
    if (folder.directory == NULL)
        failed = no_folder(err);
    else if (listing.is_incomplete)
        failed = mf_out_of_memory(err);
    else if (clears && listing.count > 0) {
        evict(&listing, 0);
        usage->bytes -= listing.total;
    }
    free_listing(&listing);
    mf_cache_entry_close(&folder);
    return failed;
}

int mf_cache_measure(const char *directory, struct mf_cache_usage *usage, struct mf_error *err)
{
    return measure(directory, false, usage, err);
}

int mf_cache_clear(const char *directory, struct mf_cache_usage *removed, struct mf_error *err)
{
    return measure(directory, true, removed, err);
}

/* ---- one entry ------------------------------------------------------------------------------ */

struct superseded {
    const struct mf_cache_entry *entry;
    const char *keep;
};

static void remove_if_superseded(void *ctx, const char *name)
{
    const struct superseded *const superseded = ctx;
    const char *const stem = superseded->entry->stem;
    if (!begins_with(name, stem) || name[strlen(stem)] != '.' ||
        begins_with(name, superseded->keep))
        return;
    const enum file_kind kind = kind_of(name);
    char *const path = mf_cache_path(superseded->entry, name, "");
    if (path != NULL && (kind == CONTENT || kind == TEMP))
        mf_path_remove(path);
    free(path);
}

void mf_cache_remove_superseded(const struct mf_cache_entry *entry, const char *keep)
{
    struct superseded superseded = {entry, keep};
    mf_folder_list(entry->directory, remove_if_superseded, &superseded);
}
