#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/client.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/uuid.h"
#include "submit/submission_internal.h"

/* How many of the newest processings are searched: more than one account starts in a minute, and
 * the size of page that the service's own client asks for. */
#define NEWEST 30

/* What the server said of the processing. */
static int take_answer(struct mf_job *job, const cJSON *document, struct mf_error *err)
{
    struct mf_processing processing;
    if (mf_processing_parse(&processing, document, err) != 0)
        return -1;
    int failed = 0;
    if (!mf_uuid_parse(processing.id, job->id))
        failed = mf_error_set(err, MF_ERR_FORMAT, "the server's answer has no usable id");
    else {
        free(job->status);
        job->status = mf_str_copy(processing.status);
        if (isnan(job->cost))
            job->cost = processing.cost;
        job->state = MF_JOB_SENT;
    }
    mf_processing_free(&processing);
    return failed;
}

/* ---- looking for what was sent ----------------------------------------------------------------
 */

static cJSON *newest_first(void)
{
    cJSON *const body = cJSON_CreateObject();
    if (cJSON_AddNumberToObject(body, "limit", NEWEST) != NULL &&
        cJSON_AddNumberToObject(body, "offset", 0) != NULL &&
        cJSON_AddStringToObject(body, "sortBy", "CREATED") != NULL &&
        cJSON_AddStringToObject(body, "sortOrder", "DESC") != NULL)
        return body;
    cJSON_Delete(body);
    return NULL;
}

static int list_newest(const struct mf_submission *s, struct mf_client *client, cJSON **answer,
                       struct mf_error *err)
{
    cJSON *const body = newest_first();
    char *const page = mf_str_format("/projects/%s/processings/v2/page", s->project_id);
    char *const all = mf_str_format("GET /projects/%s/processings/v2", s->project_id);
    int failed = -1;
    if (body == NULL || page == NULL || all == NULL)
        mf_out_of_memory(err);
    else
        failed = mf_client_query_fallback(client, page, body, all, answer, err);
    cJSON_Delete(body);
    free(page);
    free(all);
    return failed;
}

/* 1 found, 0 not in the list, -1 the list could not be had. */
static int look_once(const struct mf_submission *s, struct mf_job *job, struct mf_client *client,
                     struct mf_error *err)
{
    cJSON *answer = NULL;
    int found = 0;
    if (list_newest(s, client, &answer, err) != 0)
        return -1;
    const cJSON *const list = cJSON_IsArray(answer) ? answer : mf_json_member(answer, "results");
    const cJSON *entry;
    cJSON_ArrayForEach(entry, list)
    {
        const cJSON *const meta = mf_json_member(entry, "meta");
        if (strcmp(mf_json_string(meta, MF_META_MARKER, ""), job->marker) == 0) {
            found = take_answer(job, entry, err) == 0 ? 1 : -1;
            break;
        }
    }
    cJSON_Delete(answer);
    return found;
}

/* The server may still be at work on the request: it is looked for at once and then after waits
 * that double, a minute in all by the default delay of retries. 1 found, 0 not found, -1 when not
 * even the last look worked, or the user had enough. */
static int look(const struct mf_submission *s, struct mf_job *job, struct mf_client *client,
                struct mf_error *err)
{
    int found = 0;
    for (int check = 0; check < MF_LOST_CHECKS && found != 1; check++) {
        if (check > 0 && mf_client_backoff(client, check, err) != 0)
            return -1;
        found = look_once(s, job, client, err);
        if (found < 0 && mf_client_cancelled(client))
            return -1;
    }
    return found;
}

/* The answer is lost; nothing is sent again, whatever is found out. */
static int settle_unknown(const struct mf_submission *s, struct mf_job *job,
                          struct mf_client *client, const struct mf_error *cause,
                          struct mf_error *err)
{
    struct mf_error ignored;
    mf_error_init(&ignored);
    job->state = MF_JOB_UNKNOWN;
    if (look(s, job, client, &ignored) == 1)
        return 0;
    /* What could not be looked up is as unknown as what was not found. */
    mf_error_set(err, cause->kind,
                 "processing \"%.60s\" was sent, and the server has not said what became of it (",
                 job->name);
    mf_error_append(err, "%.400s).", cause->kind != MF_OK ? cause->message : "an empty answer");
    mf_error_append(err,
                    ignored.kind != MF_OK
                        ? " The newest processings of project %s could not be listed (%.200s)."
                        : " It is not among the newest processings of project %s.%s",
                    s->project_id, ignored.kind != MF_OK ? ignored.message : "");
    mf_error_append(
        err,
        " It may exist or appear later, and cost credits: before you send it again, look "
        "in that project for a processing whose meta data has \"%s\": \"%s\"",
        MF_META_MARKER, job->marker);
    return -1;
}

/* ---- sending -------------------------------------------------------------------------------- */

/* A run before this one has sent it, perhaps. */
static int look_for_earlier(const struct mf_submission *s, struct mf_job *job,
                            struct mf_client *client, struct mf_error *err)
{
    if ((job->was_cut_short ? look : look_once)(s, job, client, err) >= 0)
        return 0;
    return mf_error_prefix(
        err, "processing \"%.60s\" may have been sent before, and is not sent again", job->name);
}

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
    /* From here on it counts as sent: no way leads to another POST. */
    job->state = MF_JOB_UNKNOWN;
    int failed =
        mf_client_send_once(client, "POST", "/processings/v2", body, &answer, &is_unknown, &own);
    cJSON_Delete(body);
    if (!failed && answer != NULL && take_answer(job, answer, &own) == 0) {
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
    const int is_resumed = job->state == MF_JOB_UNKNOWN;
    if (job->state == MF_JOB_SENT)
        return 0;
    if (!s->is_prepared || s->dry_run || job->is_tried)
        return mf_error_set(err, MF_ERR_ARGUMENT, "processing \"%.60s\" cannot be sent%s",
                            job->name, job->is_tried ? " twice" : ": it was not checked");
    if (mf_submission_ensure_project(s, client, err) != 0)
        return -1;
    if (is_resumed && look_for_earlier(s, job, client, err) != 0)
        return -1;
    if (job->state == MF_JOB_SENT)
        return 0;
    job->is_tried = 1;
    return post(s, job, client, err);
}
