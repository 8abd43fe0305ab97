/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/client.h"
#include "base/str.h"
#include "base/uuid.h"
#include "submit/submission_internal.h"

static void take_state(struct mf_job *job, const struct mf_processing *processing)
{
    (void)!mf_replace_text(&job->status, processing->status, NULL);
    if (!isnan(processing->cost))
        job->cost = processing->cost;
}

void mf_submission_update(struct mf_submission *s, size_t i, const struct mf_processing *processing)
{
    take_state(&s->jobs[i], processing);
}

int mf_job_take_answer(struct mf_job *job, const cJSON *document, struct mf_error *err)
{
    struct mf_processing processing;
    if (mf_processing_parse(&processing, document, err) != 0)
        return -1;
    const bool is_valid = mf_uuid_parse(processing.id, job->id);
    if (is_valid) {
        take_state(job, &processing);
        job->state = MF_JOB_SENT;
    }
    mf_processing_free(&processing);
    return is_valid ? 0 : mf_error_set(err, MF_ERR_FORMAT, "the server returned an invalid id");
}

/* Handles a lost response. Sends nothing again, whatever the search finds. */
static int settle_unknown(const struct mf_submission *s, struct mf_job *job,
                          struct mf_client *client, const struct mf_error *cause,
                          struct mf_error *err)
{
    struct mf_error of_search;
    mf_error_init(&of_search);
    job->state = MF_JOB_UNKNOWN;
    const enum mf_found found = mf_submission_search(s, job, client, &of_search);
    if (found == MF_FOUND)
        return 0;
    mf_error_set(err, cause->kind,
                 "processing \"%.60s\" was submitted, but the server did not confirm it (%.400s).",
                 job->name, cause->kind != MF_OK ? cause->message : "an empty answer");
    if (found == MF_FOUND_NOTHING_SURE)
        mf_error_append(err, " Project %s: %.300s.", s->project_id, of_search.message);
    else
        mf_error_append(err, " It is not in project %s yet.", s->project_id);
    return mf_error_append(err,
                           " It may exist or appear later, and cost credits: in the project it is "
                           "the one whose metadata has \"%s\": \"%s\"",
                           MF_META_MARKER, job->marker);
}

/* ---- sending -------------------------------------------------------------------------------- */

static int post(const struct mf_submission *s, struct mf_job *job, struct mf_client *client,
                struct mf_error *err)
{
    cJSON *answer = NULL;
    int is_unknown = 0;
    struct mf_error own;
    mf_error_init(&own);
    cJSON *const body = mf_submission_body(s, job);
    if (body == NULL)
        return mf_out_of_memory(err);
    /* From here on the job counts as sent, and is never posted again. */
    job->state = MF_JOB_UNKNOWN;
    int failed =
        mf_client_send_once(client, "POST", "/processings/v2", body, &answer, &is_unknown, &own);
    cJSON_Delete(body);
    if (!failed && answer != NULL && mf_job_take_answer(job, answer, &own) == 0) {
        cJSON_Delete(answer);
        return 0;
    }
    cJSON_Delete(answer);
    if (!failed || is_unknown)
        return settle_unknown(s, job, client, &own, err);
    job->state = MF_JOB_NEW;
    mf_error_prefix(&own, "processing \"%.60s\" was not created", job->name);
    if (err != NULL)
        *err = own;
    return -1;
}

int mf_submission_send(struct mf_submission *s, size_t i, struct mf_client *client,
                       struct mf_error *err)
{
    struct mf_job *const job = &s->jobs[i];
    if (job->state == MF_JOB_SENT)
        return 0;
    if (!s->is_checked || s->dry_run || job->is_tried)
        return mf_error_set(err, MF_ERR_ARGUMENT, "processing \"%.60s\" cannot be sent%s",
                            job->name, job->is_tried ? " twice" : ": it was not checked");
    if (mf_submission_ensure_project(s, client, err) != 0)
        return -1;
    if (isnan(job->sent))
        job->sent = mf_client_utc(client);
    job->is_tried = 1;
    return post(s, job, client, err);
}
