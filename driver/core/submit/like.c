/* SPDX-License-Identifier: MIT */
/* LIKE: takes over the settings of an earlier processing. */
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "submit/submission_internal.h"

/* Takes the model's UUID, and its name in case the project does not have that UUID. */
static int inherit_model(struct mf_submission *s, const cJSON *model, struct mf_error *err)
{
    const char *const name = mf_json_string(model, "name", NULL);
    const char *const id = mf_json_string(model, "id", name);
    if (id == NULL)
        return mf_error_set(err, MF_ERR_FORMAT, "the service does not return its model: set MODEL");
    if (name != NULL && mf_replace_text(&s->like_model, name, err) != 0)
        return -1;
    return mf_replace_text(&s->model_name, id, err);
}

static int inherit_blocks(struct mf_submission *s, const cJSON *blocks, struct mf_error *err)
{
    const cJSON *block;
    s->blocks = calloc((size_t)cJSON_GetArraySize(blocks) + 1, sizeof *s->blocks);
    if (s->blocks == NULL)
        return mf_out_of_memory(err);
    cJSON_ArrayForEach(block, blocks)
    {
        const char *const name = mf_json_string(block, "name", NULL);
        struct mf_wanted_block *const wanted = &s->blocks[s->block_count];
        if (name == NULL)
            continue;
        wanted->is_enabled = mf_json_bool(block, "enabled", 1);
        wanted->is_inherited = 1;
        if (mf_replace_text(&wanted->name, name, err) != 0)
            return -1;
        s->block_count++;
    }
    return 0;
}

static int inherit_inference(struct mf_submission *s, const cJSON *inference, struct mf_error *err)
{
    if (s->inference != NULL || !cJSON_IsObject(inference) || cJSON_GetArraySize(inference) == 0)
        return 0;
    s->inference = cJSON_Duplicate(inference, 1);
    return s->inference != NULL ? 0 : mf_out_of_memory(err);
}

/* Takes the model last: until it is set, a second call resumes where the first one failed. */
static int inherit(struct mf_submission *s, const cJSON *document, struct mf_error *err)
{
    const cJSON *const params = mf_json_member(document, "params");
    const int has_model = s->model_name != NULL;
    if ((!has_model && s->blocks == NULL &&
         inherit_blocks(s, mf_json_member(document, "blocks"), err) != 0) ||
        inherit_inference(s, mf_json_member(params, "inferenceParams"), err) != 0 ||
        mf_imagery_inherit(&s->source, mf_json_member(params, "sourceParams"), err) != 0)
        return -1;
    return has_model ? 0 : inherit_model(s, mf_json_member(document, "workflowDef"), err);
}

int mf_submission_inherit(struct mf_submission *s, struct mf_client *client, struct mf_error *err)
{
    char path[128];
    cJSON *document = NULL;
    if (s->like[0] == '\0')
        return 0;
    snprintf(path, sizeof path, "/processings/%s/v2", s->like);
    int failed = mf_client_get(client, path, &document, err);
    if (!failed)
        failed = inherit(s, document, err);
    cJSON_Delete(document);
    if (failed)
        return mf_error_prefix(err, "LIKE: processing %s", s->like);
    s->like[0] = '\0';
    return 0;
}
