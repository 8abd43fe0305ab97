/* SPDX-License-Identifier: MIT */
#include "api/aoi.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "api/document_internal.h"
#include "api/error_codes.h"
#include "base/str.h"

static const struct mf_document_member members[] = {
    MF_ROW(mf_aoi, id, MF_TEXT_OR_EMPTY, "id"),
    MF_ROW(mf_aoi, status, MF_TEXT_OR_EMPTY, "status"),
    MF_ROW(mf_aoi, messages, MF_TEXT, ""),
    MF_ROW(mf_aoi, geometry, MF_TEXT_OF_OBJECT, "geometry"),
    MF_ROW(mf_aoi, percent, MF_PERCENT, "percentCompleted"),
    MF_ROW(mf_aoi, area_m2, MF_NUMBER, "area"),
};

static void complete(void *aoi, const cJSON *json, int *failed)
{
    ((struct mf_aoi *)aoi)->messages = mf_messages_text(json, failed);
}

static const struct mf_document_type aoi_type = MF_DOCUMENT_TYPE(mf_aoi, members, complete, NULL);

int mf_aoi_list_parse(struct mf_aoi_list *list, const cJSON *document, struct mf_error *err)
{
    /* An array; one client also expects {"aois": […]} (API notes 7.1). */
    const cJSON *const items =
        cJSON_IsArray(document) ? document : mf_json_member(document, "aois");
    memset(list, 0, sizeof *list);
    list->is_offered = 1;
    if (!cJSON_IsArray(items))
        return mf_error_set(err, MF_ERR_FORMAT, "the server's answer is not a list of areas");
    return mf_document_list_parse(&aoi_type, list, items, err);
}

void mf_aoi_list_free(struct mf_aoi_list *list)
{
    mf_document_list_free(&aoi_type, list);
}

int mf_aoi_list_get(struct mf_aoi_list *list, cJSON **document, struct mf_client *client,
                    const char *id, struct mf_error *err)
{
    struct mf_error own;
    cJSON *answer = NULL;
    memset(list, 0, sizeof *list);
    mf_error_init(&own);
    int failed = mf_get_from(client, mf_str_format("/processings/%s/aois", id), &answer, &own);
    if (!failed)
        failed = mf_aoi_list_parse(list, answer, &own);
    else if (own.kind == MF_ERR_NOT_FOUND || mf_path_is_missing(&own))
        failed = 0;
    if (document != NULL && !failed)
        *document = answer;
    else
        cJSON_Delete(answer);
    if (failed && err != NULL)
        *err = own;
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
