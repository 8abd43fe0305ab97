/* SPDX-License-Identifier: MIT */
#include "api/json_writer.h"
#include "submit/submission_internal.h"

cJSON *mf_submission_blocks(const struct mf_submission *s)
{
    cJSON *blocks = cJSON_CreateArray();
    for (size_t i = 0; i < s->block_count; i++) {
        cJSON *const block = mf_json_add_text(cJSON_CreateObject(), "name", s->blocks[i].name);
        cJSON *const is_enabled = cJSON_CreateBool(s->blocks[i].is_enabled);
        blocks = mf_json_add(blocks, NULL, mf_json_add(block, "enabled", is_enabled));
    }
    return blocks;
}

cJSON *mf_submission_params(const struct mf_submission *s)
{
    cJSON *const params =
        mf_json_add(cJSON_CreateObject(), "sourceParams", mf_imagery_json(&s->source));
    return s->inference == NULL
               ? params
               : mf_json_add(params, "inferenceParams", cJSON_Duplicate(s->inference, 1));
}

/* Adds what the price depends on. Blocks that are not named keep the service's defaults. */
static cJSON *add_common(cJSON *body, const struct mf_submission *s, const struct mf_job *job)
{
    body = mf_json_add_text(body, "wdId", s->model_id);
    body = mf_json_add(body, "geometry", mf_polygons_geojson(&job->polygons));
    body = mf_json_add(body, "params", mf_submission_params(s));
    return s->block_count == 0 ? body : mf_json_add(body, "blocks", mf_submission_blocks(s));
}

cJSON *mf_submission_body(const struct mf_submission *s, const struct mf_job *job)
{
    cJSON *body = mf_json_add_text(cJSON_CreateObject(), "name", job->name);
    body = mf_json_add_text(body, "projectId", s->project_id);
    body = add_common(body, s, job);
    body = mf_json_add_text(body, "description", s->description);
    return mf_json_add(body, "meta",
                       mf_json_add_text(cJSON_Duplicate(s->meta, 1), MF_META_MARKER, job->marker));
}

cJSON *mf_submission_cost_body(const struct mf_submission *s, const struct mf_job *job)
{
    return add_common(cJSON_CreateObject(), s, job);
}
