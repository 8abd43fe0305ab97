/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/str.h"
#include "submit/submission_internal.h"

int mf_replace_text(char **out, const char *text, struct mf_error *err)
{
    char *const copy = mf_str_copy(text);
    if (copy == NULL)
        return mf_out_of_memory(err);
    free(*out);
    *out = copy;
    return 0;
}

/* Copies an option. Leaves *out unchanged if the option is not set. */
static int take(char **out, const char *text, struct mf_error *err)
{
    return mf_str_nonblank(text) != NULL ? mf_replace_text(out, text, err) : 0;
}

/* ---- JSON ----------------------------------------------------------------------------------- */

/* Parses a JSON object. `option` names it in the message. */
static int read_object(const char *option, const char *text, cJSON **out, struct mf_error *err)
{
    struct mf_error own;
    mf_error_init(&own);
    *out = NULL;
    if (mf_json_parse(text, strlen(text), option, out, &own) == 0 && cJSON_IsObject(*out))
        return 0;
    cJSON_Delete(*out);
    *out = NULL;
    return own.kind == MF_OK
               ? mf_error_set(err, MF_ERR_ARGUMENT,
                              "%s is JSON but not an object: write {\"key\": …}", option)
               : mf_error_set(err, MF_ERR_ARGUMENT, "%s is not a JSON object: %s", option,
                              own.message);
}

/* `meta` is a map of strings (API notes 6.2). The driver sets three of its keys. */
static int check_meta(const cJSON *meta, struct mf_error *err)
{
    static const char *const ours[] = {MF_META_APPLICATION, MF_META_VERSION, MF_META_MARKER};
    const cJSON *member;
    cJSON_ArrayForEach(member, meta)
    {
        for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
            if (strcmp(member->string, ours[i]) == 0)
                return mf_error_set(err, MF_ERR_ARGUMENT,
                                    "META must not contain \"%s\": the driver sets it", ours[i]);
        }
        if (!cJSON_IsString(member))
            return mf_error_set(err, MF_ERR_ARGUMENT,
                                "META: the value of \"%.60s\" must be a string", member->string);
    }
    return 0;
}

static int read_meta(struct mf_submission *s, const struct mf_submission_options *options,
                     struct mf_error *err)
{
    if (mf_str_nonblank(options->meta) == NULL)
        s->meta = cJSON_CreateObject();
    else if (read_object("META", options->meta, &s->meta, err) != 0 ||
             check_meta(s->meta, err) != 0)
        return -1;
    const char *const version = mf_str_nonblank(options->version);
    if (cJSON_AddStringToObject(s->meta, MF_META_APPLICATION, MF_APPLICATION) == NULL ||
        (version != NULL && cJSON_AddStringToObject(s->meta, MF_META_VERSION, version) == NULL))
        return mf_out_of_memory(err);
    return 0;
}

/* ---- blocks --------------------------------------------------------------------------------- */

/* Reads the YES or NO after a block's name. */
static int read_switch(const char *text, int *is_on)
{
    static const char *const on[] = {"YES", "TRUE", "ON", "1"};
    static const char *const off[] = {"NO", "FALSE", "OFF", "0"};
    for (size_t i = 0; i < sizeof on / sizeof *on; i++) {
        if (mf_str_equal_nocase(text, on[i]) || mf_str_equal_nocase(text, off[i])) {
            *is_on = mf_str_equal_nocase(text, on[i]);
            return 0;
        }
    }
    return -1;
}

/* Reads one entry, "Name" or "Name=NO". Modifies `entry`. */
static int read_block(struct mf_submission *s, char *entry, struct mf_error *err)
{
    int is_on = 1;
    char *const sign = strrchr(entry, '=');
    if (sign != NULL) {
        *sign = '\0';
        mf_str_squeeze(sign + 1);
        if (read_switch(sign + 1, &is_on) != 0)
            return mf_error_set(err, MF_ERR_ARGUMENT, "BLOCKS: %.60s=%.40s must be YES or NO",
                                entry, sign + 1);
    }
    mf_str_squeeze(entry);
    if (entry[0] == '\0')
        return mf_error_set(err, MF_ERR_ARGUMENT, "BLOCKS has an entry without a name");
    struct mf_wanted_block *const grown =
        realloc(s->blocks, (s->block_count + 1) * sizeof *s->blocks);
    if (grown == NULL)
        return mf_out_of_memory(err);
    s->blocks = grown;
    grown[s->block_count] =
        (struct mf_wanted_block){.name = mf_str_copy(entry), .is_enabled = is_on};
    return grown[s->block_count++].name != NULL ? 0 : mf_out_of_memory(err);
}

static int read_blocks(struct mf_submission *s, const char *text, struct mf_error *err)
{
    int failed = 0;
    if (mf_str_nonblank(text) == NULL)
        return 0;
    while (!failed && text != NULL) {
        const size_t size = strcspn(text, ",");
        char *const entry = mf_str_copy_part(text, size);
        failed = entry == NULL ? mf_out_of_memory(err) : read_block(s, entry, err);
        free(entry);
        text = text[size] == ',' ? text + size + 1 : NULL;
    }
    return failed;
}

/* ---- encoding -------------------------------------------------------------------------------- */

/* The server would refuse a string that is not UTF-8, but only after other jobs were sent. */
static int check_texts(const struct mf_submission_options *o, struct mf_error *err)
{
    const struct {
        const char *option, *text;
    } given[] = {{"PROJECT", o->project},
                 {"MODEL", o->model},
                 {"BLOCKS", o->blocks},
                 {"DESCRIPTION", o->description},
                 {"PROVIDER", o->provider},
                 {"IMAGE_IDS", o->image_ids},
                 {"MOSAIC", o->mosaic},
                 {"SEARCH_PROVIDER", o->search_provider},
                 {"TILE_URL", o->tile_url},
                 {"TILE_LOGIN", o->tile_login},
                 {"TILE_PASSWORD", o->tile_password},
                 {"INFERENCE_PARAMS", o->inference_params},
                 {"META", o->meta}};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        if (given[i].text != NULL && !mf_str_is_utf8(given[i].text))
            return mf_error_set(err, MF_ERR_ARGUMENT, "%s is not UTF-8", given[i].option);
    return 0;
}

/* ---- all options ----------------------------------------------------------------------------- */

static int read_max_cost(struct mf_submission *s, const char *text, struct mf_error *err)
{
    s->max_cost = NAN;
    if (text == NULL)
        return 0;
    if (mf_str_nonblank(text) == NULL) /* an unset variable must not lift the limit */
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "MAX_COST is empty: give a number of credits, or leave it out");
    s->max_cost = mf_number_of_string(text, strlen(text));
    if (!(s->max_cost >= 0) || isinf(s->max_cost))
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "MAX_COST=%.40s is not a number of credits: write it as 25 or 12.5",
                            text);
    return 0;
}

int mf_submission_read_options(struct mf_submission *s, const struct mf_submission_options *options,
                               struct mf_error *err)
{
    if (check_texts(options, err) != 0)
        return -1;
    if (mf_str_nonblank(options->like) != NULL && !mf_uuid_parse(options->like, s->like))
        return mf_error_set(err, MF_ERR_ARGUMENT, "LIKE=%.60s is not the UUID of a processing",
                            options->like);
    if (mf_str_nonblank(options->model) == NULL && s->like[0] == '\0')
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "MODEL is missing: set it, as in MODEL=Buildings");
    if (options->create_project && mf_str_nonblank(options->project) == NULL)
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "CREATE_PROJECT=YES needs PROJECT, the name of the project");
    s->create_project = options->create_project;
    s->dry_run = options->dry_run;
    s->no_resume = options->no_resume;
    if (take(&s->project, options->project, err) != 0 ||
        take(&s->model_name, options->model, err) != 0 ||
        take(&s->description, options->description, err) != 0 ||
        read_blocks(s, options->blocks, err) != 0 ||
        read_max_cost(s, options->max_cost, err) != 0 ||
        mf_imagery_read(&s->source, options, err) != 0 || read_meta(s, options, err) != 0)
        return -1;
    return mf_str_nonblank(options->inference_params) == NULL
               ? 0
               : read_object("INFERENCE_PARAMS", options->inference_params, &s->inference, err);
}
