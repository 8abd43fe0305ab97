#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/uuid.h"
#include "submit/submission_internal.h"

#define STATUS_UNKNOWN "UNKNOWN"
#define STATUS_SENDING "SENDING"

/* ---- writing -------------------------------------------------------------------------------- */

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
    const int is_sending = job->state == MF_JOB_NEW && !s->dry_run;
    const int is_unknown = job->state == MF_JOB_UNKNOWN || is_sending;
    return add_text(line, "id", job->id) && add_text(line, "name", job->name) &&
           add_text(line, "projectId", s->project_id) &&
           add_text(line, "status",
                    is_sending   ? STATUS_SENDING
                    : is_unknown ? STATUS_UNKNOWN
                                 : job->status) &&
           add_number(line, "cost", job->cost) && add_number(line, "areaKm2", job->area_m2 / 1e6) &&
           add_number(line, "aoiCount", (double)job->polygons.count) &&
           cJSON_AddBoolToObject(line, "dryRun", s->dry_run) != NULL &&
           add_text(line, "request", job->digest) &&
           (!is_unknown || add_text(line, MF_META_MARKER, job->marker));
}

char *mf_submission_report_line(const struct mf_submission *s, size_t i)
{
    cJSON *const line = cJSON_CreateObject();
    char *const text = fill_line(line, s, &s->jobs[i]) ? cJSON_PrintUnformatted(line) : NULL;
    cJSON_Delete(line);
    /* Handed to a caller that knows free() alone. */
    char *const copy = mf_str_copy(text);
    cJSON_free(text);
    return copy;
}

/* ---- reading -------------------------------------------------------------------------------- */

/* The first job that is still to be sent and was described so. */
static struct mf_job *find_job(struct mf_submission *s, const char *digest)
{
    for (size_t i = 0; i < s->job_count; i++)
        if (s->jobs[i].state == MF_JOB_NEW && strcmp(s->jobs[i].digest, digest) == 0)
            return &s->jobs[i];
    return NULL;
}

/* 1 when the line stays in the report, 0 when it goes, -1 when it is no line of a report. *of
 * becomes the job that it tells of, NULL for none. */
static int read_line(struct mf_submission *s, const cJSON *line, struct mf_job **of)
{
    const char *const digest = mf_json_string(line, "request", NULL);
    const char *const id = mf_json_string(line, "id", NULL);
    const char *const marker = mf_json_string(line, MF_META_MARKER, NULL);
    const int is_dry = mf_json_bool(line, "dryRun", -1);
    if (digest == NULL || is_dry < 0)
        return -1;
    struct mf_job *const job = is_dry ? NULL : find_job(s, digest);
    *of = job;
    if (is_dry || job == NULL)
        return !is_dry;
    if (id != NULL && mf_uuid_parse(id, job->id)) {
        job->state = MF_JOB_SENT;
        return 1;
    }
    if (marker == NULL || !mf_uuid_parse(marker, job->marker))
        return -1;
    job->state = MF_JOB_UNKNOWN;
    job->was_cut_short = strcmp(mf_json_string(line, "status", ""), STATUS_SENDING) == 0;
    return 1;
}

static int read_lines(struct mf_submission *s, const char *text, char *kept, struct mf_error *err)
{
    const char *const start = kept;
    for (int number = 1; *text != '\0'; number++) {
        const size_t size = strcspn(text, "\n");
        cJSON *line = NULL;
        struct mf_job *job = NULL;
        if (strspn(text, " \t\r") < size) {
            const int stays = mf_json_parse(text, size, "a line", &line, NULL) == 0
                                  ? read_line(s, line, &job)
                                  : -1;
            cJSON_Delete(line);
            if (stays < 0)
                return mf_error_set(err, MF_ERR_FORMAT,
                                    "line %d is not one of a report. Give another path, or remove "
                                    "what is there",
                                    number);
            if (job != NULL) {
                job->line_at = (size_t)(kept - start);
                job->line_size = size;
            }
            if (stays) {
                memcpy(kept, text, size);
                kept[size] = '\n';
                kept += size + 1;
            }
        }
        text += size + (text[size] == '\n');
    }
    *kept = '\0';
    return 0;
}

int mf_submission_read_report(struct mf_submission *s, const char *text, char **kept,
                              struct mf_error *err)
{
    *kept = malloc(strlen(text) + 2);
    if (*kept == NULL)
        return mf_out_of_memory(err);
    if (read_lines(s, text, *kept, err) == 0)
        return 0;
    free(*kept);
    *kept = NULL;
    return -1;
}
