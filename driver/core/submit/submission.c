/* SPDX-License-Identifier: MIT */
#include "submit/submission.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/uuid.h"
#include "submit/submission_internal.h"

/* ---- lifetime -------------------------------------------------------------------------------- */

int mf_submission_open(struct mf_submission **out, const struct mf_submission_options *options,
                       struct mf_error *err)
{
    struct mf_submission *const s = calloc(1, sizeof *s);
    *out = NULL;
    if (s == NULL)
        return mf_out_of_memory(err);
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
    free(s->like_model);
    free(s);
}

/* ---- jobs ----------------------------------------------------------------------------------- */

static int fill_job(struct mf_job *job, const char *name, struct mf_error *err)
{
    if (mf_str_nonblank(name) == NULL)
        return mf_error_set(err, MF_ERR_ARGUMENT, "a processing needs a name: set NAME");
    if (!mf_str_is_utf8(name))
        return mf_error_set(err, MF_ERR_ARGUMENT, "the name of a processing is not UTF-8");
    if (job->polygons.count == 0)
        return mf_error_set(err, MF_ERR_ARGUMENT, "there are no polygons to process");
    job->area_m2 = mf_polygons_area(&job->polygons);
    job->price = job->cost = job->sent = NAN;
    job->name = mf_str_copy(name);
    return job->name != NULL ? mf_uuid_random(job->marker, err) : mf_out_of_memory(err);
}

int mf_submission_add(struct mf_submission *s, const char *name, struct mf_polygons *polygons,
                      struct mf_error *err)
{
    struct mf_job job = {.polygons = *polygons};
    memset(polygons, 0, sizeof *polygons);
    struct mf_job *const grown = realloc(s->jobs, (s->job_count + 1) * sizeof *s->jobs);
    if (grown != NULL)
        s->jobs = grown;
    if (grown == NULL || fill_job(&job, name, err) != 0) {
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

/* ---- checks ---------------------------------------------------------------------------------- */

int mf_submission_check(struct mf_submission *s, const struct mf_account *account, int wants_price,
                        struct mf_client *client, struct mf_error *err)
{
    s->is_checked = mf_submission_check_areas(s, account, err) == 0 &&
                    mf_submission_check_scenes(s, account, client, err) == 0 &&
                    mf_submission_check_price(s, account, wants_price, client, err) == 0;
    return s->is_checked ? 0 : -1;
}
