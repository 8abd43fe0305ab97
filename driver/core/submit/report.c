/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/json_writer.h"
#include "base/str.h"
#include "submit/submission_internal.h"

static cJSON *text_or_null(const char *text)
{
    return text != NULL && text[0] != '\0' ? cJSON_CreateString(text) : cJSON_CreateNull();
}

static cJSON *number_or_null(double number)
{
    return isnan(number) ? cJSON_CreateNull() : cJSON_CreateNumber(number);
}

static cJSON *make_line(const struct mf_submission *s, const struct mf_job *job)
{
    const int is_unknown = job->state == MF_JOB_UNKNOWN;
    cJSON *line = mf_json_add(cJSON_CreateObject(), "id", text_or_null(job->id));
    line = mf_json_add(line, "name", text_or_null(job->name));
    line = mf_json_add(line, "projectId", text_or_null(s->project_id));
    line = mf_json_add(line, "status", text_or_null(is_unknown ? "UNKNOWN" : job->status));
    line = mf_json_add(line, "cost", number_or_null(job->cost));
    line = mf_json_add(line, "areaKm2", number_or_null(job->area_m2 / 1e6));
    line = mf_json_add_number(line, "aoiCount", (double)job->polygons.count);
    line = mf_json_add(line, "dryRun", cJSON_CreateBool(s->dry_run));
    return is_unknown ? mf_json_add_text(line, MF_META_MARKER, job->marker) : line;
}

char *mf_submission_report_line(const struct mf_submission *s, size_t i)
{
    cJSON *const line = make_line(s, &s->jobs[i]);
    char *const text = cJSON_PrintUnformatted(line);
    cJSON_Delete(line);
    /* A copy that the caller can release with free(). */
    char *const copy = mf_str_copy(text);
    cJSON_free(text);
    return copy;
}
