#include "submit/submission.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/uuid.h"
#include "submit/submission_internal.h"

/* ---- digests and markers ----------------------------------------------------------------------
 */

/* The NUL is added too, so that "a", "b" is not "ab", "". */
static void add_text(struct mf_checksum *hash, const char *text)
{
    mf_checksum_add(hash, text, strlen(text) + 1);
}

static void hash_options(struct mf_checksum *hash, const struct mf_submission_options *o)
{
    /* What decides which processing it will be; not what decides whether it will. */
    const char *const texts[] = {o->project,   o->model,     o->blocks,   o->provider,
                                 o->image_ids, o->mosaic_id, o->zoom,     o->search_provider,
                                 o->tile_url,  o->tile_type, o->tile_crs, o->inference_params};
    mf_checksum_init(hash);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        add_text(hash, mf_str_nonblank(texts[i]) != NULL ? texts[i] : "");
}

static int set_digest(const struct mf_submission *s, struct mf_job *job, struct mf_error *err)
{
    cJSON *const geometry = mf_polygons_geojson(&job->polygons);
    char *const text = geometry != NULL ? cJSON_PrintUnformatted(geometry) : NULL;
    cJSON_Delete(geometry);
    if (text == NULL)
        return mf_out_of_memory(err);
    struct mf_checksum hash = s->options_hash;
    add_text(&hash, job->name);
    add_text(&hash, text);
    snprintf(job->digest, sizeof job->digest, "%016" PRIx64, mf_checksum_value(&hash));
    cJSON_free(text);
    return 0;
}

/* ---- life ----------------------------------------------------------------------------------- */

int mf_submission_open(struct mf_submission **out, const struct mf_submission_options *options,
                       struct mf_error *err)
{
    struct mf_submission *const s = calloc(1, sizeof *s);
    *out = NULL;
    if (s == NULL)
        return mf_out_of_memory(err);
    hash_options(&s->options_hash, options);
    if (mf_submission_read_options(s, options, err) != 0) {
        mf_submission_close(s);
        return -1;
    }
    *out = s;
    return 0;
}

static void free_job(struct mf_job *job)
{
    free(job->name);
    free(job->status);
    mf_polygons_free(&job->polygons);
}

void mf_submission_close(struct mf_submission *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->job_count; i++)
        free_job(&s->jobs[i]);
    for (size_t i = 0; i < s->block_count; i++)
        free(s->blocks[i].name);
    free(s->jobs);
    free(s->blocks);
    mf_imagery_free(&s->source);
    cJSON_Delete(s->inference);
    cJSON_Delete(s->meta);
    free(s->project);
    free(s->model_name);
    free(s->description);
    free(s->project_name);
    free(s->model_id);
    free(s);
}

/* ---- jobs ----------------------------------------------------------------------------------- */

static int fill_job(const struct mf_submission *s, struct mf_job *job, const char *name,
                    struct mf_error *err)
{
    if (mf_str_nonblank(name) == NULL)
        return mf_error_set(err, MF_ERR_ARGUMENT, "a processing must have a name: say it by NAME");
    if (job->polygons.count == 0)
        return mf_error_set(err, MF_ERR_ARGUMENT, "there are no polygons to process");
    job->area_m2 = mf_polygons_area(&job->polygons);
    job->cost = NAN;
    job->name = mf_str_copy(name);
    if (job->name == NULL)
        return mf_out_of_memory(err);
    return mf_uuid_random(job->marker, err) != 0 ? -1 : set_digest(s, job, err);
}

int mf_submission_add(struct mf_submission *s, const char *name, struct mf_polygons *polygons,
                      struct mf_error *err)
{
    struct mf_job job = {.polygons = *polygons};
    memset(polygons, 0, sizeof *polygons);
    struct mf_job *const grown = realloc(s->jobs, (s->job_count + 1) * sizeof *s->jobs);
    if (grown != NULL)
        s->jobs = grown;
    if (grown == NULL || fill_job(s, &job, name, err) != 0) {
        free_job(&job);
        return grown == NULL ? mf_out_of_memory(err) : -1;
    }
    s->jobs[s->job_count++] = job;
    return 0;
}

size_t mf_submission_count(const struct mf_submission *s)
{
    return s->job_count;
}

const struct mf_job *mf_submission_job(const struct mf_submission *s, size_t i)
{
    return &s->jobs[i];
}

/* ---- preparing ------------------------------------------------------------------------------ */

static int has_work(const struct mf_submission *s)
{
    for (size_t i = 0; i < s->job_count; i++)
        if (s->jobs[i].state != MF_JOB_SENT)
            return 1;
    return 0;
}

int mf_submission_prepare(struct mf_submission *s, struct mf_client *client, struct mf_error *err)
{
    struct mf_account account;
    if (!has_work(s))
        return 0;
    if (mf_account_get(&account, client, err) != 0)
        return -1;
    s->is_prepared = mf_submission_resolve(s, &account, client, err) == 0 &&
                     mf_submission_check_areas(s, &account, err) == 0 &&
                     mf_submission_check_price(s, &account, client, err) == 0;
    mf_account_free(&account);
    return s->is_prepared ? 0 : -1;
}

const char *mf_submission_project_id(const struct mf_submission *s)
{
    return s->project_id;
}

const char *mf_submission_project_name(const struct mf_submission *s)
{
    return s->project_name != NULL ? s->project_name : "";
}
