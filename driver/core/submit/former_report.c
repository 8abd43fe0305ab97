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

/* Returns the next line of a processing of version 0.1, NULL at the end of the text. */
static cJSON *next_line(const char **text)
{
    while (**text != '\0') {
        const size_t size = strcspn(*text, "\n");
        cJSON *line = NULL;
        const int failed = mf_json_parse(*text, size, "a line", &line, NULL);
        *text += size + ((*text)[size] == '\n');
        if (!failed && mf_json_string(line, "request", NULL) != NULL &&
            !mf_json_bool(line, "dryRun", 1))
            return line;
        cJSON_Delete(line);
    }
    return NULL;
}

static bool has_unanswered(const char *text)
{
    bool is_found = false;
    for (cJSON *line; !is_found && (line = next_line(&text)) != NULL; cJSON_Delete(line))
        is_found = mf_json_string(line, "id", NULL) == NULL &&
                   mf_json_string(line, MF_META_MARKER, NULL) != NULL;
    return is_found;
}

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

static int import_job(const struct mf_run_job *of, const cJSON *line, double sent, double now,
                      struct mf_journal *journal, struct mf_error *err)
{
    struct mf_journal_entry entry = {.digest = of->job->digest,
                                     .run = IMPORTED,
                                     .sent = sent,
                                     .cost = mf_json_number(line, "cost", NAN),
                                     .name = of->job->name};
    snprintf(entry.project_id, sizeof entry.project_id, "%s", of->submission->project_id);
    (void)mf_uuid_parse(mf_json_string(line, MF_META_MARKER, ""), entry.marker);
    const int has_id = mf_uuid_parse(mf_json_string(line, "id", ""), entry.id);
    entry.state = has_id ? MF_JOURNAL_SUBMITTED : MF_JOURNAL_UNKNOWN;
    return has_id || entry.marker[0] != '\0' ? mf_journal_append(journal, &entry, now, err) : 0;
}

int mf_former_report_import(const char *text, double written, double now,
                            struct mf_journal *journal, const struct mf_run_job *jobs, size_t count,
                            struct mf_error *err)
{
    /* A line may be older than the file, since lines are appended. */
    const double age = now - written;
    const double sent = age < MF_MAY_APPEAR || age > MF_OPEN_JOBS_EXPIRE ? written : NAN;
    int failed = 0;
    if (!has_unanswered(text))
        return 0;
    for (cJSON *line; !failed && (line = next_line(&text)) != NULL; cJSON_Delete(line)) {
        size_t i = 0;
        while (i < count &&
               (!is_of(&jobs[i], line) || mf_journal_find(journal, jobs[i].job->digest,
                                                          jobs[i].submission->project_id) != NULL))
            i++;
        if (i < count)
            failed = import_job(&jobs[i], line, sent, now, journal, err);
    }
    return failed;
}
