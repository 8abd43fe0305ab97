/* SPDX-License-Identifier: MIT */
#include "api/document_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum outcome { READ, INCOMPLETE, NO_MEMORY };

static enum outcome read_list(const struct mf_document_type *type, void *list, const cJSON *array);

enum { NAME_SIZE = 40 };

/* Finds the first of `paths`: *object becomes the one that has the member, `name` its name. Returns
 * the other paths, "" if there are none. */
static const char *find_member(const char *paths, const cJSON **object, char name[NAME_SIZE])
{
    for (;;) {
        const size_t size = strcspn(paths, ".|");
        snprintf(name, NAME_SIZE, "%.*s", (int)size, paths);
        paths += size;
        if (*paths != '.')
            return paths + (*paths == '|');
        *object = mf_json_member(*object, name);
        paths++;
    }
}

/* Returns NULL if the text is missing, or if out of memory. */
static char *read_text(enum mf_member_kind kind, const cJSON *object, const char *name, int *failed)
{
    const cJSON *const value = mf_json_member(object, name);
    if (kind != MF_TEXT_OF_OBJECT) {
        const bool may_be_empty = kind == MF_TEXT || kind == MF_TEXT_REQUIRED;
        return may_be_empty || mf_json_string(object, name, "")[0] != '\0'
                   ? mf_json_take(object, name, failed)
                   : NULL;
    }
    char *const text = cJSON_IsObject(value) ? cJSON_PrintUnformatted(value) : NULL;
    *failed |= cJSON_IsObject(value) && text == NULL;
    return text;
}

/* Returns whether the value is known. */
static bool read_value(const struct mf_document_member *member, void *place, const cJSON *object,
                       const char *name, int *failed)
{
    double *const number = place;
    int *const count = place;
    switch (member->kind) {
    case MF_NUMBER:
        *number = mf_json_number(object, name, NAN);
        return !isnan(*number);
    case MF_LIMIT:
        *number = mf_json_limit(object, name);
        return !isnan(*number);
    case MF_COUNT:
        *count = mf_json_count(object, name);
        return *count >= 0;
    case MF_PERCENT:
        *count = mf_json_percent(object, name);
        return *count >= 0;
    case MF_FLAG_OR_UNKNOWN:
    case MF_FLAG:
    case MF_FLAG_OR_SET:
        *count = mf_json_bool(object, name, -1);
        return *count >= 0;
    case MF_TEXTS:
        mf_str_list_take(place, object, name, failed);
        return true;
    case MF_ITEMS:
        *failed |= read_list(member->items, place, mf_json_member(object, name)) != READ;
        return mf_json_member(object, name) != NULL;
    default:
        *(char **)place = read_text(member->kind, object, name, failed);
        return *(char **)place != NULL;
    }
}

static enum outcome read_member(const struct mf_document_member *member, void *place,
                                const cJSON *json)
{
    const char *paths = member->paths;
    int failed = 0;
    bool is_known;
    do {
        char name[NAME_SIZE];
        const cJSON *object = json;
        paths = find_member(paths, &object, name);
        is_known = read_value(member, place, object, name, &failed);
    } while (!is_known && *paths != '\0');
    if (!is_known && member->kind == MF_TEXT_OR_EMPTY) {
        *(char **)place = mf_str_copy("");
        failed |= *(char **)place == NULL;
    }
    if (!is_known && (member->kind == MF_FLAG || member->kind == MF_FLAG_OR_SET))
        *(int *)place = member->kind == MF_FLAG_OR_SET;
    return failed ? NO_MEMORY : !is_known && member->kind == MF_TEXT_REQUIRED ? INCOMPLETE : READ;
}

static enum outcome read_document(const struct mf_document_type *type, void *document,
                                  const cJSON *json)
{
    int failed = 0;
    enum outcome outcome = READ;
    memset(document, 0, type->size);
    for (size_t i = 0; outcome == READ && i < type->member_count; i++) {
        const struct mf_document_member *const member = &type->members[i];
        outcome = read_member(member, (char *)document + member->offset, json);
    }
    if (outcome == READ && type->complete != NULL)
        type->complete(document, json, &failed);
    if (outcome != READ || failed)
        mf_document_free(type, document);
    return failed ? NO_MEMORY : outcome;
}

/* Appends `count` documents to a list: `json`, and its siblings. */
static enum outcome read_items(const struct mf_document_type *type, void *list, const cJSON *json,
                               size_t count)
{
    enum outcome outcome = READ;
    struct mf_items held;
    memcpy(&held, list, sizeof held);
    char *const items = realloc(held.items, (held.count + count) * type->size);
    if (items == NULL)
        return NO_MEMORY;
    held.items = items;
    for (; count > 0 && outcome == READ; --count, json = json->next) {
        outcome = read_document(type, items + held.count * type->size, json);
        held.count += outcome == READ;
        if (outcome == INCOMPLETE && type->refusal == NULL)
            outcome = READ;
    }
    memcpy(list, &held, sizeof held);
    return outcome;
}

static enum outcome read_list(const struct mf_document_type *type, void *list, const cJSON *array)
{
    const int count = cJSON_IsArray(array) ? cJSON_GetArraySize(array) : 0;
    const enum outcome outcome =
        count > 0 ? read_items(type, list, array->child, (size_t)count) : READ;
    if (outcome != READ)
        mf_document_list_free(type, list);
    return outcome;
}

static int report(const struct mf_document_type *type, enum outcome outcome, struct mf_error *err)
{
    if (outcome == INCOMPLETE)
        return mf_error_set(err, MF_ERR_FORMAT, "%s", type->refusal);
    return outcome == NO_MEMORY ? mf_out_of_memory(err) : 0;
}

int mf_document_parse(const struct mf_document_type *type, void *document, const cJSON *json,
                      struct mf_error *err)
{
    return report(type, read_document(type, document, json), err);
}

int mf_document_list_add(const struct mf_document_type *type, void *list, const cJSON *json,
                         struct mf_error *err)
{
    return report(type, read_items(type, list, json, 1), err);
}

int mf_document_list_parse(const struct mf_document_type *type, void *list, const cJSON *array,
                           struct mf_error *err)
{
    return report(type, read_list(type, list, array), err);
}

void mf_document_free(const struct mf_document_type *type, void *document)
{
    if (document == NULL)
        return;
    for (size_t i = 0; i < type->member_count; i++) {
        const struct mf_document_member *const member = &type->members[i];
        void *const place = (char *)document + member->offset;
        if (member->kind < MF_NUMBER)
            free(*(char **)place);
        else if (member->kind == MF_TEXTS)
            mf_str_list_free(place);
        else if (member->kind == MF_ITEMS)
            mf_document_list_free(member->items, place);
    }
    memset(document, 0, type->size);
}

void mf_document_list_free(const struct mf_document_type *type, void *list)
{
    struct mf_items held;
    if (list == NULL)
        return;
    memcpy(&held, list, sizeof held);
    for (size_t i = 0; i < held.count; i++)
        mf_document_free(type, (char *)held.items + i * type->size);
    free(held.items);
    memset(list, 0, sizeof held);
}
