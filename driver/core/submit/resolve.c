/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/uuid.h"
#include "submit/name_match.h"
#include "submit/submission_internal.h"

/* ---- model ---------------------------------------------------------------------------------- */

static const char *model_name(const void *ctx, size_t i)
{
    return ((const struct mf_model_list *)ctx)->items[i].name;
}

static int refuse_model(const struct mf_submission *s, const struct mf_model_list *models,
                        int match, struct mf_error *err)
{
    mf_error_set(
        err, MF_ERR_ARGUMENT, "MODEL=%.60s is %s in project \"%.60s\". It has", s->model_name,
        match == MF_MATCH_SEVERAL ? "the name of several models" : "no model", s->project_name);
    for (size_t i = 0; i < models->count; i++) {
        mf_error_append(err, "%s \"%.60s\"", i == 0 ? "" : ",", models->items[i].name);
        if (!isnan(models->items[i].price_per_km2))
            mf_error_append(err, " (%g credits/km²)", models->items[i].price_per_km2);
        if (match == MF_MATCH_SEVERAL)
            mf_error_append(err, " %s", models->items[i].id);
    }
    return mf_error_append(err, "%s", models->count == 0 ? " none" : "");
}

/* Models with the same name may have different prices. */
static int is_only_one(const struct mf_model_list *models, int found)
{
    for (size_t i = 0; i < models->count; i++)
        if (strcmp(models->items[i].name, models->items[found].name) == 0 &&
            strcmp(models->items[i].id, models->items[found].id) != 0)
            return 0;
    return 1;
}

static int find_model(const struct mf_submission *s, const struct mf_model_list *models)
{
    char uuid[MF_UUID_SIZE];
    if (!mf_uuid_parse(s->model_name, uuid)) {
        const int found = mf_name_match(s->model_name, model_name, models, models->count);
        return found < 0 || is_only_one(models, found) ? found : MF_MATCH_SEVERAL;
    }
    for (size_t i = 0; i < models->count; i++)
        if (mf_str_equal_nocase(models->items[i].id, uuid))
            return (int)i;
    return MF_MATCH_NONE;
}

/* ---- blocks --------------------------------------------------------------------------------- */

static const char *block_name(const void *ctx, size_t i)
{
    return ((const struct mf_model *)ctx)->blocks[i].name;
}

static const char *block_display_name(const void *ctx, size_t i)
{
    return ((const struct mf_model *)ctx)->blocks[i].display_name;
}

static int refuse_block(const struct mf_model *model, const char *name, const char *why,
                        struct mf_error *err)
{
    int is_first = 1;
    mf_error_set(err, MF_ERR_ARGUMENT, "BLOCKS: \"%.60s\" %s. Optional in \"%.60s\" are", name, why,
                 model->name);
    for (size_t i = 0; i < model->block_count; i++) {
        const struct mf_block *const block = &model->blocks[i];
        if (!block->is_optional)
            continue;
        mf_error_append(err, "%s %.60s", is_first ? "" : ",", block->name);
        if (!isnan(block->price))
            mf_error_append(err, " (%g credits/km²)", block->price);
        is_first = 0;
    }
    return mf_error_append(err, "%s", is_first ? " none" : "");
}

static int resolve_block(struct mf_submission *s, size_t n, const struct mf_model *model,
                         struct mf_error *err)
{
    struct mf_wanted_block *const wanted = &s->blocks[n];
    int i = mf_name_match(wanted->name, block_name, model, model->block_count);
    if (i < 0)
        i = mf_name_match(wanted->name, block_display_name, model, model->block_count);
    if (i < 0)
        return refuse_block(model, wanted->name, "is no block of the model", err);
    if (!model->blocks[i].is_optional)
        return refuse_block(model, wanted->name, "always runs, and is not to be switched", err);
    for (size_t j = 0; j < n; j++)
        if (strcmp(s->blocks[j].name, model->blocks[i].name) == 0)
            return refuse_block(model, wanted->name, "comes twice", err);
    return mf_replace_text(&wanted->name, model->blocks[i].name, err);
}

/* An earlier processing lists all blocks of its model, also those that are not optional. */
static int is_superfluous(const struct mf_wanted_block *wanted, const struct mf_model *model)
{
    const int i = mf_name_match(wanted->name, block_name, model, model->block_count);
    return wanted->is_inherited && (i < 0 ? !wanted->is_enabled : !model->blocks[i].is_optional);
}

static void drop_superfluous(struct mf_submission *s, const struct mf_model *model)
{
    size_t kept = 0;
    for (size_t n = 0; n < s->block_count; n++) {
        if (is_superfluous(&s->blocks[n], model))
            free(s->blocks[n].name);
        else
            s->blocks[kept++] = s->blocks[n];
    }
    s->block_count = kept;
}

static int use_model(struct mf_submission *s, const struct mf_model_list *models,
                     struct mf_error *err)
{
    int i = find_model(s, models);
    /* Another project may have a copy of the earlier processing's model. */
    if (i == MF_MATCH_NONE && s->like_model != NULL) {
        if (mf_replace_text(&s->model_name, s->like_model, err) != 0)
            return -1;
        i = find_model(s, models);
    }
    if (i < 0)
        return refuse_model(s, models, i, err);
    const struct mf_model *const model = &models->items[i];
    char uuid[MF_UUID_SIZE];
    if (!mf_uuid_parse(model->id, uuid))
        return mf_error_set(err, MF_ERR_FORMAT, "the server returned an invalid id for model %.60s",
                            model->name);
    if (mf_replace_text(&s->model_id, uuid, err) != 0)
        return -1;
    drop_superfluous(s, model);
    for (size_t n = 0; n < s->block_count; n++)
        if (resolve_block(s, n, model, err) != 0)
            return -1;
    return 0;
}

/* ---- project -------------------------------------------------------------------------------- */

static int use_project(struct mf_submission *s, const struct mf_project *project,
                       struct mf_error *err)
{
    if (!mf_uuid_parse(project->id, s->project_id))
        return mf_error_set(err, MF_ERR_FORMAT,
                            "the server returned an invalid id for project \"%.60s\"",
                            project->name);
    s->aoi_limit_m2 = project->aoi_limit_m2;
    return mf_replace_text(&s->project_name, project->name, err);
}

/* Refuses those who may only read before anything is measured and priced. */
static int check_role(const struct mf_project *project, const struct mf_account *account,
                      struct mf_error *err)
{
    const char *const role = mf_project_role(project, account->email);
    if (account->email[0] == '\0' || mf_project_role_may_run(role))
        return 0;
    return mf_error_set(
        err, MF_ERR_FORBIDDEN,
        "project \"%.60s\" is shared with %.60s for reading only (role %.20s): nothing "
        "can be run in it",
        project->name, account->email, role);
}

/* The project will belong to the account: takes its models from the account's list, and its limit
 * from the default project, which has the same owner. */
static int plan_project(struct mf_submission *s, const struct mf_account *account,
                        struct mf_client *client, struct mf_error *err)
{
    struct mf_project own;
    struct mf_error ignored;
    mf_error_init(&ignored);
    s->project_id[0] = '\0';
    s->aoi_limit_m2 = NAN;
    if (mf_project_get_default(&own, client, &ignored) == 0)
        s->aoi_limit_m2 = own.aoi_limit_m2;
    else if (ignored.kind != MF_ERR_NOT_FOUND) {
        if (err != NULL)
            *err = ignored;
        return -1;
    }
    mf_project_free(&own);
    return mf_replace_text(&s->project_name, s->project, err) != 0
               ? -1
               : use_model(s, &account->models, err);
}

static int is_to_be_created(const struct mf_submission *s, const struct mf_error *why)
{
    char uuid[MF_UUID_SIZE];
    return s->create_project && why->kind == MF_ERR_NOT_FOUND && why->http_status == 0 &&
           !mf_uuid_parse(s->project, uuid);
}

int mf_submission_resolve(struct mf_submission *s, const struct mf_account *account,
                          struct mf_client *client, struct mf_error *err)
{
    struct mf_project project;
    struct mf_error own;
    mf_error_init(&own);
    if (s->is_resolved)
        return 0;
    if (mf_submission_inherit(s, client, err) != 0 ||
        mf_imagery_resolve(&s->source, account, client, err) != 0)
        return -1;
    const int failed = s->project != NULL ? mf_project_find(&project, client, s->project, &own)
                                          : mf_project_get_default(&project, client, &own);
    if (failed && is_to_be_created(s, &own)) {
        s->is_resolved = plan_project(s, account, client, err) == 0;
        return s->is_resolved ? 0 : -1;
    }
    if (failed) {
        if (s->project == NULL)
            mf_error_append(&own, ". Set PROJECT");
        if (err != NULL)
            *err = own;
        return -1;
    }
    s->is_resolved = use_project(s, &project, err) == 0 &&
                     check_role(&project, account, err) == 0 &&
                     use_model(s, &project.models, err) == 0;
    mf_project_free(&project);
    return s->is_resolved ? 0 : -1;
}

int mf_submission_ensure_project(struct mf_submission *s, struct mf_client *client,
                                 struct mf_error *err)
{
    struct mf_project project;
    struct mf_error own;
    if (s->project_id[0] != '\0')
        return 0;
    /* Another layer of the same run may have created it since. */
    mf_error_init(&own);
    int failed = mf_project_find(&project, client, s->project, &own);
    if (failed && is_to_be_created(s, &own))
        failed = mf_project_create(&project, client, s->project, NULL, &own);
    if (failed) {
        if (err != NULL)
            *err = own;
        return -1;
    }
    failed = use_project(s, &project, err);
    mf_project_free(&project);
    return failed;
}
