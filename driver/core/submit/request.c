/* SPDX-License-Identifier: MIT */
#include "submit/submission_internal.h"

static int add_item(cJSON *object, const char *name, cJSON *item)
{
    if (item != NULL && cJSON_AddItemToObject(object, name, item))
        return 1;
    cJSON_Delete(item);
    return 0;
}

cJSON *mf_submission_blocks(const struct mf_submission *s)
{
    cJSON *const blocks = cJSON_CreateArray();
    for (size_t i = 0; i < s->block_count; i++) {
        cJSON *const block = cJSON_CreateObject();
        if (cJSON_AddStringToObject(block, "name", s->blocks[i].name) == NULL ||
            cJSON_AddBoolToObject(block, "enabled", s->blocks[i].is_enabled) == NULL ||
            !cJSON_AddItemToArray(blocks, block)) {
            cJSON_Delete(block);
            cJSON_Delete(blocks);
            return NULL;
        }
    }
    return blocks;
}

cJSON *mf_submission_params(const struct mf_submission *s)
{
    cJSON *const params = cJSON_CreateObject();
    if (add_item(params, "sourceParams", mf_imagery_json(&s->source)) &&
        (s->inference == NULL ||
         add_item(params, "inferenceParams", cJSON_Duplicate(s->inference, 1))))
        return params;
    cJSON_Delete(params);
    return NULL;
}

/* Adds what the price depends on. Blocks that are not named keep the service's defaults. */
static int add_common(cJSON *body, const struct mf_submission *s, const struct mf_job *job)
{
    return cJSON_AddStringToObject(body, "wdId", s->model_id) != NULL &&
           add_item(body, "geometry", mf_polygons_geojson(&job->polygons)) &&
           add_item(body, "params", mf_submission_params(s)) &&
           (s->block_count == 0 || add_item(body, "blocks", mf_submission_blocks(s)));
}

static int add_meta(cJSON *body, const struct mf_submission *s, const struct mf_job *job)
{
    cJSON *const meta = cJSON_Duplicate(s->meta, 1);
    if (meta != NULL && cJSON_AddStringToObject(meta, MF_META_MARKER, job->marker) == NULL) {
        cJSON_Delete(meta);
        return 0;
    }
    return add_item(body, "meta", meta);
}

cJSON *mf_submission_body(const struct mf_submission *s, const struct mf_job *job)
{
    cJSON *const body = cJSON_CreateObject();
    if (cJSON_AddStringToObject(body, "name", job->name) != NULL &&
        cJSON_AddStringToObject(body, "projectId", s->project_id) != NULL &&
        add_common(body, s, job) &&
        (s->description == NULL ||
         cJSON_AddStringToObject(body, "description", s->description) != NULL) &&
        add_meta(body, s, job))
        return body;
    cJSON_Delete(body);
    return NULL;
}

cJSON *mf_submission_cost_body(const struct mf_submission *s, const struct mf_job *job)
{
    cJSON *const body = cJSON_CreateObject();
    if (add_common(body, s, job))
        return body;
    cJSON_Delete(body);
    return NULL;
}
