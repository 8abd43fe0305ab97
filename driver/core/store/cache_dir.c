#include "store/cache_dir.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/str.h"

#define FOLDER_NAME "gdal-mapflow"
#define PART_MIDDLE ".part."

/* What a process that was killed has left is removed after this time. */
#define LEFT_BEHIND_SECONDS 86400.0

/* ---- names ---------------------------------------------------------------------------------- */

/* NULL when there is none, or no memory. */
static char *folder_of(const char *directory)
{
    if (directory != NULL)
        return mf_str_copy(directory);
    char *const user = mf_user_cache_dir();
    char *const own = user != NULL ? mf_str_format("%s/" FOLDER_NAME, user) : NULL;
    free(user);
    return own;
}

int mf_cache_entry_open(struct mf_cache_entry *entry, const char *directory, const char *base_url,
                        const char *id, const char *aoi_id, int read_only, struct mf_error *err)
{
    const uint64_t server = mf_checksum_of(base_url, strlen(base_url));
    entry->directory = folder_of(directory);
    entry->stem = mf_str_format("%s%s%s-%016" PRIx64, id, aoi_id != NULL ? "-" : "",
                                aoi_id != NULL ? aoi_id : "", server);
    int failed = 0;
    if (entry->directory == NULL)
        failed = mf_error_set(err, MF_ERR_FILE,
                              "neither XDG_CACHE_HOME nor HOME names a folder of the user");
    else if (entry->stem == NULL)
        failed = mf_out_of_memory(err);
    else if (!read_only)
        failed = mf_folder_create(entry->directory, err);
    if (failed)
        mf_cache_entry_close(entry);
    return failed;
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
    char *const prefix = mf_str_format("%s%s" PART_MIDDLE, entry->stem, ending);
    if (prefix == NULL)
        return mf_out_of_memory(err);
    const int failed = mf_file_create_temporary(file, entry->directory, prefix, err);
    free(prefix);
    return failed;
}

/* What a file of the folder is. The folder may be anybody's: only what is named exactly as files
 * are named here is ever removed. */
enum file_kind { FOREIGN, INDEX, CONTENT, LOCK, AREAS, PART, AREAS_PART };

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

static int begins_with(const char *text, const char *begin)
{
    return strncmp(text, begin, strlen(begin)) == 0;
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
    if (strcmp(ending, MF_CACHE_AREAS) == 0)
        return AREAS;
    if (begins_with(ending, PART_MIDDLE))
        return PART;
    if (begins_with(ending, MF_CACHE_AREAS PART_MIDDLE))
        return AREAS_PART;
    const char *const last = skip_hex(ending + 1, 16);
    const int is_content =
        last != NULL && (strcmp(last, MF_CACHE_TEXT) == 0 || strcmp(last, MF_CACHE_FEATURES) == 0);
    return is_content ? CONTENT : FOREIGN;
}

/* ---- all files ------------------------------------------------------------------------------ */

/* One file of ours in the folder. */
struct item {
    char *name;
    enum file_kind kind;
    uint64_t size;
    int64_t
        used; /* of what is an entry: when it was opened last; of others: when they were written */
};

struct listing {
    const struct mf_cache_entry *folder;
    struct item *items;
    size_t count;
    size_t capacity;
    uint64_t total; /* bytes */
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
    char *const path = mf_cache_path(listing->folder, name, "");
    char *const copy = mf_str_copy(name);
    if (path != NULL && copy != NULL && mf_path_identity(path, &identity) == 0) {
        listing->items[listing->count++] = (struct item){copy, kind, identity.size, identity.used};
        listing->total += identity.size;
    } else {
        free(copy);
    }
    free(path);
}

static void remove_item(struct listing *listing, struct item *item)
{
    char *const path = mf_cache_path(listing->folder, item->name, "");
    if (path != NULL)
        mf_path_remove(path);
    free(path);
    listing->total -= item->size;
    item->size = 0;
}

/* The stem is what stands before the first dot. */
static int same_entry(const struct item *item, const char *name)
{
    const size_t stem_size = strcspn(name, ".");
    return strncmp(item->name, name, stem_size) == 0 && item->name[stem_size] == '.';
}

static int is_of_a_result(const struct item *item)
{
    return item->kind == INDEX || item->kind == CONTENT || item->kind == LOCK;
}

/* Removes an entry by the file that stands for it. */
static void remove_entry(struct listing *listing, struct item *entry)
{
    if (entry->kind == AREAS)
        remove_item(listing, entry);
    for (size_t i = 0; entry->kind == INDEX && i < listing->count; ++i) {
        if (is_of_a_result(&listing->items[i]) && same_entry(&listing->items[i], entry->name))
            remove_item(listing, &listing->items[i]);
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
        const int is_part = item->kind == PART || item->kind == AREAS_PART;
        const int may_be_of_none = item->kind == CONTENT || item->kind == LOCK;
        if (now - item->used > (int64_t)(LEFT_BEHIND_SECONDS * 1e9) &&
            (is_part || (may_be_of_none && !has_index(listing, item->name))))
            remove_item(listing, item);
    }
}

static int least_recently_used_first(const void *a, const void *b)
{
    const struct item *const x = a, *const y = b;
    return x->used < y->used ? -1 : x->used > y->used;
}

void mf_cache_evict(const char *directory, int64_t max_size)
{
    struct mf_cache_entry folder = {folder_of(directory), NULL};
    struct listing listing = {&folder, NULL, 0, 0, 0};
    if (folder.directory != NULL)
        mf_folder_list(folder.directory, list_item, &listing);
    if (listing.count > 0)
        qsort(listing.items, listing.count, sizeof *listing.items, least_recently_used_first);
    remove_left_behind(&listing);
    for (size_t i = 0; i < listing.count && listing.total > (uint64_t)max_size; ++i)
        remove_entry(&listing, &listing.items[i]);
    for (size_t i = 0; i < listing.count; ++i)
        free(listing.items[i].name);
    free(listing.items);
    mf_cache_entry_close(&folder);
}

/* ---- one entry ------------------------------------------------------------------------------ */

struct former {
    const struct mf_cache_entry *entry;
    const char *keep;
};

static void remove_former(void *ctx, const char *name)
{
    const struct former *const former = ctx;
    const size_t stem_size = strlen(former->entry->stem);
    const enum file_kind kind = kind_of(name);
    if ((kind != CONTENT && kind != PART) || begins_with(name, former->keep) ||
        !begins_with(name, former->entry->stem) || name[stem_size] != '.')
        return;
    char *const path = mf_cache_path(former->entry, name, "");
    if (path != NULL)
        mf_path_remove(path);
    free(path);
}

void mf_cache_remove_superseded(const struct mf_cache_entry *entry, const char *keep)
{
    struct former former = {entry, keep};
    mf_folder_list(entry->directory, remove_former, &former);
}
