/* SPDX-License-Identifier: MIT */
#include "store/former_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "store/cache_dir.h"

/* Returns an array, NULL if there is none. */
static cJSON *read_names(const struct mf_cache_entry *entry)
{
    cJSON *names = NULL;
    struct mf_map file;
    char *const path = mf_cache_path(entry, NULL, MF_CACHE_NAMES);
    if (path != NULL && mf_map_path(&file, path, NULL) == 0) {
        (void)!mf_json_parse(file.data, file.size, "former names", &names, NULL);
        mf_map_release(&file);
    }
    free(path);
    if (cJSON_IsArray(names))
        return names;
    cJSON_Delete(names);
    return NULL;
}

static bool is_name(const cJSON *item, const char *name)
{
    return cJSON_IsString(item) && strcmp(item->valuestring, name) == 0;
}

static int write_names(const struct mf_cache_entry *entry, const cJSON *names, struct mf_error *err)
{
    char *const text = cJSON_PrintUnformatted(names);
    const int failed = text == NULL ? mf_out_of_memory(err)
                                    : mf_cache_replace(entry, MF_CACHE_NAMES, "", text, err);
    cJSON_free(text);
    return failed;
}

static int add_name(const struct mf_cache_entry *entry, const char *name, struct mf_error *err)
{
    cJSON *names = read_names(entry);
    if (names == NULL)
        names = cJSON_CreateArray();
    const int last = cJSON_GetArraySize(names) - 1;
    int failed = 0;
    if (last < 0 || !is_name(cJSON_GetArrayItem(names, last), name)) {
        for (int i = last; i >= 0; --i)
            if (is_name(cJSON_GetArrayItem(names, i), name))
                cJSON_DeleteItemFromArray(names, i);
        if (cJSON_GetArraySize(names) >= MF_FORMER_NAMES_MAX)
            cJSON_DeleteItemFromArray(names, 0);
        cJSON *const added = cJSON_CreateString(name);
        failed = added == NULL || !cJSON_AddItemToArray(names, added)
                     ? mf_out_of_memory(err)
                     : write_names(entry, names, err);
    }
    cJSON_Delete(names);
    return failed;
}

/* Returns whether the result is still cached: one larger than the cache is evicted while open. */
static bool has_result(const struct mf_cache_entry *entry)
{
    struct mf_file_identity identity;
    char *const path = mf_cache_path(entry, NULL, MF_CACHE_INDEX);
    const bool is_there = path != NULL && mf_path_identity(path, &identity) == 0;
    free(path);
    return is_there;
}

int mf_former_names_add(const char *directory, const char *base_url, const char *id,
                        const char *name, struct mf_error *err)
{
    struct mf_cache_entry entry;
    if (mf_cache_entry_open(&entry, directory, base_url, id, NULL, false, err) != 0)
        return -1;
    const int failed = has_result(&entry) ? add_name(&entry, name, err) : 0;
    mf_cache_entry_close(&entry);
    return failed;
}

bool mf_former_names_hold(const char *directory, const char *base_url, const char *id,
                          const char *name)
{
    struct mf_cache_entry entry;
    if (mf_cache_entry_open(&entry, directory, base_url, id, NULL, true, NULL) != 0)
        return false;
    cJSON *const names = read_names(&entry);
    bool is_found = false;
    const cJSON *item;
    cJSON_ArrayForEach(item, names) is_found |=
        cJSON_IsString(item) && mf_str_equal_nocase(item->valuestring, name);
    cJSON_Delete(names);
    mf_cache_entry_close(&entry);
    return is_found;
}
