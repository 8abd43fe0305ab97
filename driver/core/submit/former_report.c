/* SPDX-License-Identifier: MIT */
/* Reports of version 0.1, which had no journal: a repeated command relied on the unanswered jobs in
 * its report. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/uuid.h"
#include "submit/submission_internal.h"

/* The run of imported jobs. It never ends. */
#define IMPORTED "0000000000000000-report01"

/* Calls `use` with each line of a processing of version 0.1, until it returns non-zero. Returns
 * that value, or 0. */
static int each_line(const char *text, int (*use)(void *ctx, const cJSON *line), void *ctx)
{
    int ended = 0;
    while (*text != '\0' && !ended) {
        const size_t size = strcspn(text, "\n");
        cJSON *line = NULL;
        if (mf_json_parse(text, size, "a line", &line, NULL) == 0 &&
            mf_json_string(line, "request", NULL) != NULL && !mf_json_bool(line, "dryRun", 1))
            ended = use(ctx, line);
        cJSON_Delete(line);
        text += size + (text[size] == '\n');
    }
    return ended;
}

static int is_unanswered(void *ctx, const cJSON *line)
{
    (void)ctx;
    return mf_json_string(line, "id", NULL) == NULL &&
           mf_json_string(line, MF_META_MARKER, NULL) != NULL;
}

struct import {
    double sent; /* NaN: unknown, some time ago */
    double now;
    struct mf_journal *journal;
    const struct mf_run_job *jobs;
    size_t count;
    struct mf_error *err;
};

/* Digests of 0.1 differ: a job is identified by the other values of its line. */
static int is_of(const struct mf_run_job *of, const cJSON *line)
{
    const double area_km2 = of->job->area_m2 / 1e6;
    const char *const project = mf_json_string(line, "projectId", of->submission->project_id);
    return strcmp(mf_json_string(line, "name", ""), of->job->name) == 0 &&
           fabs(mf_json_number(line, "areaKm2", NAN) - area_km2) <= 1e-6 * area_km2 &&
           mf_json_number(line, "aoiCount", 0) == (double)of->job->polygons.count &&
           strcmp(project, of->submission->project_id) == 0;
}

static int import_line(void *ctx, const cJSON *line)
{
    const struct import *const import = ctx;
    struct mf_journal_entry entry = {.sent = import->sent, .run = IMPORTED};
    for (size_t i = 0; i < import->count; i++) {
        const struct mf_run_job *const of = &import->jobs[i];
        const char *const project_id = of->submission->project_id;
        if (!is_of(of, line) ||
            mf_journal_find(import->journal, of->job->digest, project_id) != NULL)
            continue;
        entry.digest = of->job->digest;
        entry.name = of->job->name;
        entry.cost = mf_json_number(line, "cost", NAN);
        snprintf(entry.project_id, sizeof entry.project_id, "%s", project_id);
        (void)mf_uuid_parse(mf_json_string(line, MF_META_MARKER, ""), entry.marker);
        const int has_id = mf_uuid_parse(mf_json_string(line, "id", ""), entry.id);
        entry.state = has_id ? MF_JOURNAL_SUBMITTED : MF_JOURNAL_UNKNOWN;
        return has_id || entry.marker[0] != '\0'
                   ? mf_journal_append(import->journal, &entry, import->now, import->err)
                   : 0;
    }
    return 0;
}

int mf_former_report_import(const char *text, double written, double now,
                            struct mf_journal *journal, const struct mf_run_job *jobs, size_t count,
                            struct mf_error *err)
{
    /* A line may be older than the file, since lines are appended. */
    const double age = now - written;
    const double sent = age < MF_MAY_APPEAR || age > MF_OPEN_JOBS_EXPIRE ? written : NAN;
    struct import import = {sent, now, journal, jobs, count, err};
    return each_line(text, is_unanswered, NULL) ? each_line(text, import_line, &import) : 0;
}
