/* SPDX-License-Identifier: MIT */
#include "api/mosaic.h"

#include <string.h>

#include "api/document_internal.h"
#include "api/json_writer.h"
#include "base/str.h"
#include "base/uuid.h"

/* ---- parsing -------------------------------------------------------------------------------- */

static const struct mf_document_member members[] = {
    MF_ROW(mf_mosaic, id, MF_TEXT_REQUIRED, "id"),
    MF_ROW(mf_mosaic, name, MF_TEXT_OR_EMPTY, "name"),
    MF_ROW(mf_mosaic, created, MF_TEXT, "created_at"),
    MF_ROW(mf_mosaic, tags, MF_TEXTS, "tags"),
    MF_ROW(mf_mosaic, footprint, MF_TEXT_NOT_EMPTY, "footprint"),
    MF_ROW(mf_mosaic, tile_url, MF_TEXT, "rasterLayer.tileUrl"),
    MF_ROW(mf_mosaic, tilejson_url, MF_TEXT, "rasterLayer.tileJsonUrl"),
    MF_ROW(mf_mosaic, size, MF_NUMBER, "sizeInBytes"),
    MF_ROW(mf_mosaic, total, MF_COUNT, "status_summary.total|image_count"), /* imagery notes I1 */
    MF_ROW(mf_mosaic, ready, MF_COUNT, "status_summary.ready"),
    MF_ROW(mf_mosaic, pending, MF_COUNT, "status_summary.pending"),
    MF_ROW(mf_mosaic, in_progress, MF_COUNT, "status_summary.in_progress"),
    MF_ROW(mf_mosaic, failed, MF_COUNT, "status_summary.failed"),
};

static const struct mf_document_type mosaic_type =
    MF_DOCUMENT_TYPE(mf_mosaic, members, NULL, "the server's answer is not a mosaic: it has no id");

void mf_mosaic_free(struct mf_mosaic *mosaic)
{
    mf_document_free(&mosaic_type, mosaic);
}

/* ---- queries -------------------------------------------------------------------------------- */

int mf_mosaic_list_get(struct mf_mosaic_list *list, struct mf_client *client, struct mf_error *err)
{
    return mf_document_list_get(&mosaic_type, list, client, "/rasters/mosaic",
                                "the list of mosaics", err);
}

void mf_mosaic_list_free(struct mf_mosaic_list *list)
{
    mf_document_list_free(&mosaic_type, list);
}

int mf_mosaic_get(struct mf_mosaic *mosaic, struct mf_client *client, const char *id,
                  struct mf_error *err)
{
    char *const path = mf_str_format("/rasters/mosaic/%s", id);
    return mf_document_get(&mosaic_type, mosaic, client, path, "mosaic", id, err);
}

int mf_mosaic_find(struct mf_mosaic *mosaic, struct mf_client *client, const char *id_or_name,
                   struct mf_error *err)
{
    char uuid[MF_UUID_SIZE];
    struct mf_mosaic_list list;
    memset(mosaic, 0, sizeof *mosaic);
    if (mf_uuid_parse(id_or_name, uuid))
        return mf_mosaic_get(mosaic, client, uuid, err);
    if (mf_mosaic_list_get(&list, client, err) != 0)
        return -1;
    const int failed = mf_document_find(&mosaic_type, mosaic, &list, "mosaic", id_or_name, err);
    mf_mosaic_list_free(&list);
    return failed;
}

/* ---- changes -------------------------------------------------------------------------------- */

static cJSON *name_and_tags(const char *name, const struct mf_str_list *tags)
{
    static const struct mf_str_list none;
    cJSON *const body = mf_json_add_text(cJSON_CreateObject(), "name", name);
    return mf_json_add(body, "tags", mf_str_list_json(tags != NULL ? tags : &none));
}

int mf_mosaic_create(struct mf_mosaic *mosaic, struct mf_client *client, const char *name,
                     const struct mf_str_list *tags, int *outcome_unknown, struct mf_error *err)
{
    return mf_document_create(&mosaic_type, mosaic, client, "/rasters/mosaic",
                              name_and_tags(name, tags), "mosaic", name, outcome_unknown, err);
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
