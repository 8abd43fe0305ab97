/* SPDX-License-Identifier: MIT */
#include "base/str_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/json.h"
#include "base/str.h"

/* ---- lists ---------------------------------------------------------------------------------- */

int mf_str_list_add(struct mf_str_list *list, const char *text)
{
    char *const copy = mf_str_copy(text);
    char **const grown =
        copy != NULL ? realloc(list->items, (list->count + 1) * sizeof *grown) : NULL;
    if (grown == NULL) {
        free(copy);
        return -1;
    }
    list->items = grown;
    list->items[list->count++] = copy;
    return 0;
}

void mf_str_list_free(struct mf_str_list *list)
{
    if (list == NULL)
        return;
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    memset(list, 0, sizeof *list);
}

void mf_str_list_take(struct mf_str_list *list, const cJSON *object, const char *name, int *failed)
{
    const cJSON *const array = mf_json_member(object, name);
    const cJSON *entry;
    if (!cJSON_IsArray(array))
        return;
    cJSON_ArrayForEach(entry, array)
    {
        if (cJSON_IsString(entry) && mf_str_list_add(list, entry->valuestring) != 0)
            *failed = 1;
    }
}

cJSON *mf_str_list_json(const struct mf_str_list *list)
{
    cJSON *const array = cJSON_CreateArray();
    for (size_t i = 0; array != NULL && i < list->count; i++) {
        cJSON *const item = cJSON_CreateString(list->items[i]);
        if (item == NULL || !cJSON_AddItemToArray(array, item)) {
            cJSON_Delete(item);
            cJSON_Delete(array);
            return NULL;
        }
    }
    return array;
}

/* ---- sets ----------------------------------------------------------------------------------- */

/* Inserts a checksum. Returns 0 if it is already there. The table must have room. */
static int put(uint64_t *slots, size_t room, uint64_t checksum)
{
    size_t at = (size_t)(checksum % room);
    while (slots[at] != 0 && slots[at] != checksum)
        at = (at + 1) % room;
    const int is_new = slots[at] == 0;
    slots[at] = checksum;
    return is_new;
}

static int make_room(struct mf_str_set *set)
{
    if (set->count < set->room / 2)
        return 0;
    const size_t room = set->room * 2 + 64;
    uint64_t *const larger = calloc(room, sizeof *larger);
    if (larger == NULL)
        return -1;
    for (size_t i = 0; i < set->room; i++) {
        if (set->slots[i] != 0)
            put(larger, room, set->slots[i]);
    }
    free(set->slots);
    set->slots = larger;
    set->room = room;
    return 0;
}

int mf_str_set_add(struct mf_str_set *set, const char *text)
{
    if (make_room(set) != 0)
        return -1;
    const int is_new = put(set->slots, set->room, mf_checksum_of(text, strlen(text)) | 1);
    set->count += (size_t)is_new;
    return is_new;
}

void mf_str_set_free(struct mf_str_set *set)
{
    if (set == NULL)
        return;
    free(set->slots);
    memset(set, 0, sizeof *set);
}
