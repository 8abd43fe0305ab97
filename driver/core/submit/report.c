/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "submit/submission_internal.h"

static int add_text(cJSON *line, const char *name, const char *text)
{
    return (text != NULL && text[0] != '\0' ? cJSON_AddStringToObject(line, name, text)
                                            : cJSON_AddNullToObject(line, name)) != NULL;
}

static int add_number(cJSON *line, const char *name, double number)
{
    return (isnan(number) ? cJSON_AddNullToObject(line, name)
                          : cJSON_AddNumberToObject(line, name, number)) != NULL;
}

static int fill_line(cJSON *line, const struct mf_submission *s, const struct mf_job *job)
{
    const int is_unknown = job->state == MF_JOB_UNKNOWN;
    return add_text(line, "id", job->id) && add_text(line, "name", job->name) &&
           add_text(line, "projectId", s->project_id) &&
           add_text(line, "status", is_unknown ? "UNKNOWN" : job->status) &&
           add_number(line, "cost", job->cost) && add_number(line, "areaKm2", job->area_m2 / 1e6) &&
           add_number(line, "aoiCount", (double)job->polygons.count) &&
           cJSON_AddBoolToObject(line, "dryRun", s->dry_run) != NULL &&
           (!is_unknown || add_text(line, MF_META_MARKER, job->marker));
}

char *mf_submission_report_line(const struct mf_submission *s, size_t i)
{
    cJSON *const line = cJSON_CreateObject();
    char *const text = fill_line(line, s, &s->jobs[i]) ? cJSON_PrintUnformatted(line) : NULL;
    cJSON_Delete(line);
    /* A copy that the caller can release with free(). */
    char *const copy = mf_str_copy(text);
    cJSON_free(text);
    return copy;
}
