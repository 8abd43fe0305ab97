/* SPDX-License-Identifier: MIT */
#include "api/aoi.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "api/error_codes.h"
#include "base/str.h"

static int parse_aoi(struct mf_aoi *aoi, const cJSON *document)
{
    int failed = 0;
    const cJSON *const geometry = mf_json_member(document, "geometry");
    aoi->id = mf_json_take_or_empty(document, "id", &failed);
    aoi->status = mf_json_take_or_empty(document, "status", &failed);
    aoi->messages = mf_messages_text(document, &failed);
    if (cJSON_IsObject(geometry)) {
        aoi->geometry = cJSON_PrintUnformatted(geometry);
        failed |= aoi->geometry == NULL;
    }
    aoi->percent = mf_json_percent(document, "percentCompleted");
    aoi->area_m2 = mf_json_number(document, "area", NAN);
    return failed ? -1 : 0;
}

int mf_aoi_list_parse(struct mf_aoi_list *list, const cJSON *document, struct mf_error *err)
{
    /* An array; one client also expects {"aois": […]} (API notes 7.1). */
    const cJSON *const items =
        cJSON_IsArray(document) ? document : mf_json_member(document, "aois");
    memset(list, 0, sizeof *list);
    list->is_offered = 1;
    if (!cJSON_IsArray(items))
        return mf_error_set(err, MF_ERR_FORMAT, "the server's answer is not a list of areas");
    list->items = calloc((size_t)cJSON_GetArraySize(items) + 1, sizeof *list->items);
    if (list->items == NULL)
        return mf_out_of_memory(err);
    const cJSON *item;
    cJSON_ArrayForEach(item, items)
    {
        if (parse_aoi(&list->items[list->count++], item) != 0) {
            mf_aoi_list_free(list);
            return mf_out_of_memory(err);
        }
    }
    return 0;
}

void mf_aoi_list_free(struct mf_aoi_list *list)
{
    if (list == NULL)
        return;
    for (size_t i = 0; i < list->count; ++i) {
        free(list->items[i].id);
        free(list->items[i].status);
        free(list->items[i].messages);
        free(list->items[i].geometry);
    }
    free(list->items);
    memset(list, 0, sizeof *list);
}

static int get_list(struct mf_aoi_list *list, cJSON **document, struct mf_client *client,
                    const char *path, struct mf_error *err)
{
    struct mf_error own;
    mf_error_init(&own);
    if (mf_client_get(client, path, document, &own) == 0)
        return mf_aoi_list_parse(list, *document, err);
    if (own.kind == MF_ERR_NOT_FOUND)
        return 0;
    if (err != NULL)
        *err = own;
    return -1;
}

int mf_aoi_list_get(struct mf_aoi_list *list, cJSON **document, struct mf_client *client,
                    const char *id, struct mf_error *err)
{
    cJSON *answer = NULL;
    memset(list, 0, sizeof *list);
    char *const path = mf_str_format("/processings/%s/aois", id);
    const int failed =
        path == NULL ? mf_out_of_memory(err) : get_list(list, &answer, client, path, err);
    free(path);
    if (document != NULL && !failed)
        *document = answer;
    else
        cJSON_Delete(answer);
    return failed ? mf_error_prefix(err, "areas of processing %s", id) : 0;
}

static bool has_result(const struct mf_aoi *aoi)
{
    return aoi->status[0] == '\0' || mf_str_equal_nocase(aoi->status, "OK") ||
           mf_str_equal_nocase(aoi->status, "REFUNDED");
}

int mf_aoi_list_find(const struct mf_aoi_list *list, const char *id, const struct mf_aoi **found,
                     struct mf_error *err)
{
    *found = NULL;
    for (size_t i = 0; i < list->count; i++) {
        if (mf_str_equal_nocase(list->items[i].id, id))
            *found = &list->items[i];
    }
    const struct mf_aoi *const aoi = *found;
    if (!list->is_offered || (aoi != NULL && has_result(aoi)))
        return 0;
    if (aoi == NULL)
        return mf_error_set(err, MF_ERR_NOT_FOUND,
                            "there is no area %s in it. The layer aois lists its areas", id);
    mf_error_set(err, MF_ERR_NOT_READY, "area %s has no result: its status is %s.", id,
                 aoi->status);
    if (aoi->messages != NULL)
        mf_error_append(err, " %s", aoi->messages);
    return mf_error_append(err, " The layer aois lists the areas that have one");
}
