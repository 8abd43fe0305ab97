/* SPDX-License-Identifier: MIT */
#include "api/mosaic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/change_internal.h"
#include "api/named_internal.h"
#include "base/str.h"
#include "base/uuid.h"

/* ---- parsing -------------------------------------------------------------------------------- */

int mf_mosaic_parse(struct mf_mosaic *mosaic, const cJSON *document, struct mf_error *err)
{
    memset(mosaic, 0, sizeof *mosaic);
    if (mf_json_string(document, "id", NULL) == NULL)
        return mf_error_set(err, MF_ERR_FORMAT,
                            "the server's answer is not a mosaic: it has no id");
    const cJSON *const layer = mf_json_member(document, "rasterLayer");
    const cJSON *const counts = mf_json_member(document, "status_summary");
    int failed = 0;
    mosaic->id = mf_json_take(document, "id", &failed);
    mosaic->name = mf_json_take_or_empty(document, "name", &failed);
    mosaic->created = mf_json_take(document, "created_at", &failed);
    mf_str_list_take(&mosaic->tags, document, "tags", &failed);
    if (mf_json_string(document, "footprint", "")[0] != '\0')
        mosaic->footprint = mf_json_take(document, "footprint", &failed);
    mosaic->tile_url = mf_json_take(layer, "tileUrl", &failed);
    mosaic->tilejson_url = mf_json_take(layer, "tileJsonUrl", &failed);
    mosaic->size = mf_json_number(document, "sizeInBytes", NAN);
    mosaic->total = mf_json_count(counts, "total");
    if (mosaic->total < 0)
        mosaic->total = mf_json_count(document, "image_count"); /* imagery notes I1 */
    mosaic->ready = mf_json_count(counts, "ready");
    mosaic->pending = mf_json_count(counts, "pending");
    mosaic->in_progress = mf_json_count(counts, "in_progress");
    mosaic->failed = mf_json_count(counts, "failed");
    if (!failed)
        return 0;
    mf_mosaic_free(mosaic);
    return mf_out_of_memory(err);
}

void mf_mosaic_free(struct mf_mosaic *mosaic)
{
    if (mosaic == NULL)
        return;
    char *const texts[] = {mosaic->id,        mosaic->name,     mosaic->created,
                           mosaic->footprint, mosaic->tile_url, mosaic->tilejson_url};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    mf_str_list_free(&mosaic->tags);
    memset(mosaic, 0, sizeof *mosaic);
}

/* ---- queries -------------------------------------------------------------------------------- */

static int parse_list(struct mf_mosaic_list *list, const cJSON *array, struct mf_error *err)
{
    const cJSON *entry;
    if (!cJSON_IsArray(array))
        return mf_error_set(err, MF_ERR_FORMAT, "the server's answer is not a list");
    list->items = calloc((size_t)cJSON_GetArraySize(array) + 1, sizeof *list->items);
    if (list->items == NULL)
        return mf_out_of_memory(err);
    cJSON_ArrayForEach(entry, array)
    {
        if (mf_mosaic_parse(&list->items[list->count], entry, err) != 0)
            return -1;
        list->count++;
    }
    return 0;
}

int mf_mosaic_list_get(struct mf_mosaic_list *list, struct mf_client *client, struct mf_error *err)
{
    cJSON *document = NULL;
    memset(list, 0, sizeof *list);
    int failed = mf_client_get(client, "/rasters/mosaic", &document, err);
    if (!failed)
        failed = parse_list(list, document, err);
    cJSON_Delete(document);
    if (failed)
        mf_mosaic_list_free(list);
    return failed ? mf_error_prefix(err, "the list of mosaics") : 0;
}

void mf_mosaic_list_free(struct mf_mosaic_list *list)
{
    if (list == NULL)
        return;
    for (size_t i = 0; i < list->count; i++)
        mf_mosaic_free(&list->items[i]);
    free(list->items);
    memset(list, 0, sizeof *list);
}

int mf_mosaic_get(struct mf_mosaic *mosaic, struct mf_client *client, const char *id,
                  struct mf_error *err)
{
    cJSON *document = NULL;
    memset(mosaic, 0, sizeof *mosaic);
    char *const path = mf_str_format("/rasters/mosaic/%s", id);
    int failed = path == NULL ? mf_out_of_memory(err) : mf_client_get(client, path, &document, err);
    if (!failed)
        failed = mf_mosaic_parse(mosaic, document, err);
    cJSON_Delete(document);
    free(path);
    return failed ? mf_error_prefix(err, "mosaic %s", id) : 0;
}

static struct mf_named named_at(const void *list, size_t place)
{
    const struct mf_mosaic *const mosaic = &((const struct mf_mosaic_list *)list)->items[place];
    return (struct mf_named){mosaic->id, mosaic->name};
}

int mf_mosaic_find(struct mf_mosaic *mosaic, struct mf_client *client, const char *id_or_name,
                   struct mf_error *err)
{
    char uuid[MF_UUID_SIZE];
    struct mf_mosaic_list list;
    memset(mosaic, 0, sizeof *mosaic);
    if (mf_uuid_parse(id_or_name, uuid))
        return mf_mosaic_get(mosaic, client, uuid, err);
    size_t found = 0;
    if (mf_mosaic_list_get(&list, client, err) != 0)
        return -1;
    const int failed =
        mf_named_find(named_at, &list, list.count, "mosaic", id_or_name, &found, err);
    if (!failed) {
        *mosaic = list.items[found];
        memset(&list.items[found], 0, sizeof list.items[found]);
    }
    mf_mosaic_list_free(&list);
    return failed;
}

/* ---- changes -------------------------------------------------------------------------------- */

static cJSON *name_and_tags(const char *name, const struct mf_str_list *tags)
{
    static const struct mf_str_list none;
    cJSON *const body = cJSON_CreateObject();
    cJSON *const array = mf_str_list_json(tags != NULL ? tags : &none);
    if (body != NULL && array != NULL && cJSON_AddStringToObject(body, "name", name) != NULL &&
        cJSON_AddItemToObject(body, "tags", array))
        return body;
    cJSON_Delete(array);
    cJSON_Delete(body);
    return NULL;
}

int mf_mosaic_create(struct mf_mosaic *mosaic, struct mf_client *client, const char *name,
                     const struct mf_str_list *tags, int *outcome_unknown, struct mf_error *err)
{
    cJSON *answer = NULL;
    int unknown = 0;
    memset(mosaic, 0, sizeof *mosaic);
    cJSON *const body = name_and_tags(name, tags);
    int failed = body == NULL ? mf_out_of_memory(err)
                              : mf_client_send_once(client, "POST", "/rasters/mosaic", body,
                                                    &answer, &unknown, err);
    cJSON_Delete(body);
    if (!failed)
        failed = mf_mosaic_parse(mosaic, answer, err);
    unknown |= failed && answer != NULL;
    cJSON_Delete(answer);
    if (outcome_unknown != NULL)
        *outcome_unknown = unknown;
    if (!failed)
        return 0;
    mf_error_prefix(err, "mosaic \"%.100s\" was not created", name);
    return unknown ? mf_error_append(err, ". It may exist anyway: read the list of mosaics "
                                          "before you try again")
                   : -1;
}

/* `answer` may be NULL. */
static int change(struct mf_client *client, const char *method, const char *id, const char *rest,
                  const cJSON *body, cJSON **answer, struct mf_error *err)
{
    return mf_change_send(client, method, mf_str_format("/rasters/mosaic/%s%s", id, rest), body,
                          (struct mf_change_of){"mosaic", id}, answer, err);
}

int mf_mosaic_update(struct mf_client *client, const char *id, const char *name,
                     const struct mf_str_list *tags, struct mf_error *err)
{
    cJSON *const body = name_and_tags(name, tags);
    if (body == NULL)
        return mf_out_of_memory(err);
    const int failed = change(client, "PUT", id, "", body, NULL, err);
    cJSON_Delete(body);
    return failed;
}

int mf_mosaic_delete(struct mf_client *client, const char *id, struct mf_error *err)
{
    return change(client, "DELETE", id, "", NULL, NULL, err);
}

int mf_mosaic_delete_failed(struct mf_client *client, const char *id, int *count,
                            struct mf_error *err)
{
    cJSON *answer = NULL;
    const int failed = change(client, "DELETE", id, "/failed", NULL, &answer, err);
    if (count != NULL)
        *count = mf_json_count(answer, "count");
    cJSON_Delete(answer);
    return failed;
}
