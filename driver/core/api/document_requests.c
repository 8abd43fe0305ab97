/* SPDX-License-Identifier: MIT */
#include "api/document_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

int mf_get_from(struct mf_client *client, char *path, cJSON **answer, struct mf_error *err)
{
    const int failed =
        path == NULL ? mf_out_of_memory(err) : mf_client_get(client, path, answer, err);
    free(path);
    return failed;
}

int mf_document_get(const struct mf_document_type *type, void *document, struct mf_client *client,
                    char *path, const char *kind, const char *id, struct mf_error *err)
{
    cJSON *json = NULL;
    memset(document, 0, type->size);
    int failed = mf_get_from(client, path, &json, err);
    if (!failed)
        failed = mf_document_parse(type, document, json, err);
    cJSON_Delete(json);
    return failed ? mf_error_prefix(err, "%s %s", kind, id) : 0;
}

/* Returns NULL if there is no list. */
static const cJSON *find_list(const cJSON *json)
{
    const cJSON *const templates = mf_json_member(json, "templates");
    const cJSON *const list =
        cJSON_IsArray(templates) ? templates : mf_json_member(json, "results");
    return cJSON_IsArray(json) ? json : cJSON_IsArray(list) ? list : NULL;
}

int mf_document_list_get(const struct mf_document_type *type, void *list, struct mf_client *client,
                         const char *path, const char *what, struct mf_error *err)
{
    cJSON *json = NULL;
    memset(list, 0, sizeof(struct mf_items));
    int failed = mf_client_get(client, path, &json, err);
    if (!failed && find_list(json) == NULL)
        failed = mf_error_set(err, MF_ERR_FORMAT, "the server's answer is not a list");
    if (!failed)
        failed = mf_document_list_parse(type, list, find_list(json), err);
    cJSON_Delete(json);
    return failed ? mf_error_prefix(err, "%s", what) : 0;
}

/* ---- by name -------------------------------------------------------------------------------- */

/* How well a name matches, best last. */
enum fit { NO_FIT, OTHER_CASE, EXACT };

static const size_t most_named = 20; /* in a message */

static enum fit fit_of(const char *name, const char *wanted)
{
    return strcmp(name, wanted) == 0           ? EXACT
           : mf_str_equal_nocase(name, wanted) ? OTHER_CASE
                                               : NO_FIT;
}

/* Returns the id (row 0) or the name (row 1) of a document. */
static const char *text_of(const struct mf_document_type *type, const char *document, size_t row)
{
    const char *text;
    memcpy(&text, document + type->members[row].offset, sizeof text);
    return text;
}

int mf_document_find(const struct mf_document_type *type, void *document, void *list,
                     const char *kind, const char *name, struct mf_error *err)
{
    struct mf_items of;
    enum fit best = NO_FIT;
    size_t fitting = 0, listed = 0;
    char *found = NULL;
    memcpy(&of, list, sizeof of);
    char *const end = (char *)of.items + of.count * type->size;
    for (char *at = of.items; at < end; at += type->size) {
        const enum fit fit = fit_of(text_of(type, at, 1), name);
        if (fit > best) {
            best = fit;
            fitting = 0;
            found = at;
        }
        fitting += fit == best;
    }
    if (best != NO_FIT && fitting == 1) {
        memcpy(document, found, type->size);
        memset(found, 0, type->size);
        return 0;
    }
    if (best == NO_FIT)
        mf_error_set(err, MF_ERR_NOT_FOUND, "there is no %s \"%.100s\". The account has%s", kind,
                     name, of.count == 0 ? " none" : "");
    else
        mf_error_set(err, MF_ERR_ARGUMENT,
                     "several %ss are called \"%.100s\". Use the UUID of one:", kind, name);
    for (const char *at = of.items; at < end && listed < most_named; at += type->size) {
        if (fit_of(text_of(type, at, 1), name) != best)
            continue;
        mf_error_append(err, best == NO_FIT ? "%s \"%.60s\"" : "%s %.60s", listed++ > 0 ? "," : "",
                        text_of(type, at, best == NO_FIT));
    }
    return fitting > listed ? mf_error_append(err, " and %zu more", fitting - listed) : -1;
}

/* ---- changes -------------------------------------------------------------------------------- */

int mf_document_create(const struct mf_document_type *type, void *document,
                       struct mf_client *client, const char *path, cJSON *body, const char *kind,
                       const char *name, int *outcome_unknown, struct mf_error *err)
{
    cJSON *answer = NULL;
    int unknown = 0;
    memset(document, 0, type->size);
    int failed = body == NULL
                     ? mf_out_of_memory(err)
                     : mf_client_send_once(client, "POST", path, body, &answer, &unknown, err);
    cJSON_Delete(body);
    if (!failed)
        failed = mf_document_parse(type, document, answer, err);
    unknown |= failed && answer != NULL;
    cJSON_Delete(answer);
    if (outcome_unknown != NULL)
        *outcome_unknown = unknown;
    if (!failed)
        return 0;
    mf_error_prefix(err, "%s \"%.100s\" was not created", kind, name);
    if (!unknown)
        return -1;
    return mf_error_append(err, ". It may exist anyway: read the list of %s%s before you try again",
                           kind, kind[strlen(kind) - 1] == 'h' ? "es" : "s");
}

int mf_change_send(struct mf_client *client, const char *method, char *path, const cJSON *body,
                   struct mf_change_of of, cJSON **answer, struct mf_error *err)
{
    int unknown = 0;
    if (path == NULL)
        return mf_out_of_memory(err);
    const int failed = mf_client_send_once(client, method, path, body, answer, &unknown, err);
    free(path);
    if (!failed)
        return 0;
    mf_error_prefix(err, "%s %s", of.kind, of.id);
    return unknown ? mf_error_append(
                         err, ". The change may have been made: read it again before you repeat it")
                   : -1;
}
