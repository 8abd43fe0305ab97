/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "submit/submission_internal.h"

static int is_above(double area_m2, double limit_m2)
{
    return !isnan(limit_m2) && area_m2 > limit_m2 * (1 + MF_AREA_TOLERANCE);
}

/* Prefixes the error with "processing "docks": " if there are several. */
static int name_job(const struct mf_submission *s, const struct mf_job *job, struct mf_error *err)
{
    return s->job_count > 1 ? mf_error_prefix(err, "processing \"%.60s\"", job->name) : -1;
}

/* ---- areas ---------------------------------------------------------------------------------- */

static int check_job_area(const struct mf_submission *s, const struct mf_job *job,
                          const struct mf_account *account, struct mf_error *err)
{
    if (job->polygons.count > (size_t)account->max_aois)
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "it has %zu polygons, and the limit of this account is %d for one "
                            "processing. Merge or leave out some, or use SPLIT=FEATURE",
                            job->polygons.count, account->max_aois);
    if (is_above(job->area_m2, s->aoi_limit_m2))
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "the total area is %.6f km², and the limit for one processing in "
                            "project \"%.60s\" is %.6f km²",
                            job->area_m2 / MF_KM2, s->project_name, s->aoi_limit_m2 / MF_KM2);
    for (size_t i = 0; i < job->polygons.count; i++) {
        const double box_m2 = mf_polygon_bounds_area(&job->polygons.items[i]);
        if (is_above(box_m2, s->aoi_limit_m2))
            return mf_error_set(err, MF_ERR_ARGUMENT,
                                "the bounding box of polygon %zu has %.6f km², and the limit in "
                                "project \"%.60s\" is %.6f km². Cut the polygon into smaller ones, "
                                "with DISSOLVE=NO where the pieces meet",
                                i + 1, box_m2 / MF_KM2, s->project_name, s->aoi_limit_m2 / MF_KM2);
    }
    if (job->area_m2 < s->source.min_km2 * MF_KM2 * (1 - MF_AREA_TOLERANCE))
        return mf_error_set(
            err, MF_ERR_ARGUMENT,
            "the total area is %.6f km², and the minimum of provider %.60s is %.6f km²",
            job->area_m2 / MF_KM2, s->source.provider, s->source.min_km2);
    return 0;
}

void mf_submission_reserve(struct mf_submission *s, const struct mf_submission *before)
{
    for (size_t i = 0; i < before->job_count; i++) {
        const struct mf_job *const job = &before->jobs[i];
        if (job->state == MF_JOB_SENT)
            continue;
        s->reserved_m2 += job->area_m2;
        s->reserved_credits += isnan(job->cost) ? 0 : job->cost;
    }
}

int mf_submission_check_areas(const struct mf_submission *s, const struct mf_account *account,
                              struct mf_error *err)
{
    double total_m2 = s->reserved_m2;
    for (size_t i = 0; i < s->job_count; i++) {
        const struct mf_job *const job = &s->jobs[i];
        if (job->state == MF_JOB_SENT)
            continue;
        if (check_job_area(s, job, account, err) != 0)
            return name_job(s, job, err);
        total_m2 += job->area_m2;
    }
    if (account->billing == MF_BILLING_AREA && is_above(total_m2, account->remaining_area_m2))
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "the total area is %.6f km², and the account has %.6f km² left",
                            total_m2 / MF_KM2, account->remaining_area_m2 / MF_KM2);
    return 0;
}

/* ---- price ---------------------------------------------------------------------------------- */

/* A bare number, or one in a string (API notes 6.5). */
static double read_price(const cJSON *answer)
{
    if (cJSON_IsNumber(answer))
        return answer->valuedouble;
    return cJSON_IsString(answer)
               ? mf_number_of_string(answer->valuestring, strlen(answer->valuestring))
               : NAN;
}

static int ask_price(const struct mf_submission *s, struct mf_job *job, struct mf_client *client,
                     struct mf_error *err)
{
    cJSON *answer = NULL;
    cJSON *const body = mf_submission_cost_body(s, job);
    if (body == NULL)
        return mf_out_of_memory(err);
    int failed = mf_client_query(client, "/processing/cost/v2", body, &answer, err);
    cJSON_Delete(body);
    if (failed)
        return mf_error_prefix(err, "asking for the price");
    const double price = read_price(answer);
    cJSON_Delete(answer);
    if (price >= 0) {
        job->price = job->cost = price;
        return 0;
    }
    return mf_error_set(err, MF_ERR_FORMAT,
                        "the server's answer to the price request is not a number of credits");
}

bool mf_price_is_above(double price, double limit)
{
    return price > limit * (1 + 1e-12);
}

int mf_submission_check_price(struct mf_submission *s, const struct mf_account *account,
                              int wants_price, struct mf_client *client, struct mf_error *err)
{
    const int pays_credits = account->billing == MF_BILLING_CREDITS;
    double due = 0, paid = 0;
    if (!pays_credits && isnan(s->max_cost) && !wants_price)
        return 0;
    for (size_t i = 0; i < s->job_count; i++) {
        struct mf_job *const job = &s->jobs[i];
        if (job->state == MF_JOB_SENT) {
            paid += isnan(job->cost) ? 0 : job->cost;
            continue;
        }
        if (ask_price(s, job, client, err) != 0)
            return name_job(s, job, err);
        due += job->price;
    }
    if (due > 0 && mf_price_is_above(due + paid, s->max_cost))
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "the price is %.15g credits, and MAX_COST allows %.15g credits",
                            due + paid, s->max_cost);
    due += s->reserved_credits;
    if (pays_credits && due > account->remaining_credits)
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "the price is %.15g credits, and the account has %.15g credits left",
                            due, account->remaining_credits);
    return 0;
}
