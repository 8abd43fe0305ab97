/* Looks for a processing that was sent, and whose answer is lost. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "submit/submission_internal.h"

/* Entries of a page that are asked for; a server may give fewer. */
#define PAGE 100

/* A list that loses entries while it is read is read again, at most so often. */
#define MOST_RESTARTS 5

/* A server that gives the same page again, whatever the offset, has no more to give. Once or twice
 * that may be due to new entries, which shift the list. */
#define MOST_REPEATS 3

/* How far the clocks of the server and of this machine may be apart. */
static const double clock_difference = 600; /* s */

/* How long after it was sent a processing may still appear. */
static const double may_appear = 600; /* s */

/* A search, newest first. */
struct search {
    const char *project_id;
    const char *marker;
    double since;    /* s since 1970, UTC: nothing older is of interest; NaN: everything is */
    double previous; /* when the entry before was created */
    int is_ordered;  /* so far the newest did come first */
    int is_past;     /* an entry older than `since` was met in order */
    double total;    /* entries by the server, NaN unknown */
    char first[MF_UUID_SIZE]; /* id of the first entry of the page before */
    int repeats;              /* pages in a row that begin with the same entry */
};

/* ---- one page ------------------------------------------------------------------------------- */

static cJSON *page_request(double offset)
{
    cJSON *const body = cJSON_CreateObject();
    if (cJSON_AddNumberToObject(body, "limit", PAGE) != NULL &&
        cJSON_AddNumberToObject(body, "offset", offset) != NULL &&
        cJSON_AddStringToObject(body, "sortBy", "CREATED") != NULL &&
        cJSON_AddStringToObject(body, "sortOrder", "DESC") != NULL)
        return body;
    cJSON_Delete(body);
    return NULL;
}

static int get_page(const struct search *search, double offset, struct mf_client *client,
                    cJSON **answer, int *is_whole, struct mf_error *err)
{
    cJSON *const body = page_request(offset);
    char *const page = mf_str_format("/projects/%s/processings/v2/page", search->project_id);
    char *const all = mf_str_format("GET /projects/%s/processings/v2", search->project_id);
    int failed = -1;
    if (body == NULL || page == NULL || all == NULL)
        mf_out_of_memory(err);
    else
        failed = mf_client_query_fallback(client, page, body, all, answer, is_whole, err);
    cJSON_Delete(body);
    free(page);
    free(all);
    return failed;
}

/* Notes whether the server keeps to the order that was asked for. */
static void note_age(struct search *search, const cJSON *entry)
{
    const double created = mf_time_parse(mf_json_string(entry, "created", NULL));
    if (isnan(created) || created > search->previous)
        search->is_ordered = 0;
    search->previous = created;
    search->is_past = search->is_past || created < search->since - clock_difference;
}

/* The entry with the marker, NULL when the page has none. *count becomes its number of entries. */
static const cJSON *find_in_page(struct search *search, const cJSON *answer, double *count)
{
    const cJSON *const list = cJSON_IsArray(answer) ? answer : mf_json_member(answer, "results");
    const cJSON *entry;
    *count = 0;
    cJSON_ArrayForEach(entry, list)
    {
        const cJSON *const meta = mf_json_member(entry, "meta");
        if (strcmp(mf_json_string(meta, MF_META_MARKER, ""), search->marker) == 0)
            return entry;
        note_age(search, entry);
        ++*count;
    }
    return NULL;
}

/* ---- all pages ------------------------------------------------------------------------------ */

/* Whether entries have gone, so that others have moved to pages that were read before. */
static int has_shrunk(struct search *search, const cJSON *answer)
{
    const double before = search->total;
    search->total = mf_json_number(answer, "total", NAN);
    return search->total < before;
}

static int repeats_itself(struct search *search, const cJSON *answer)
{
    const cJSON *const list = mf_json_member(answer, "results");
    const char *const first = mf_json_string(cJSON_GetArrayItem(list, 0), "id", "");
    const int is_same = first[0] != '\0' && strcmp(first, search->first) == 0;
    search->repeats = is_same ? search->repeats + 1 : 0;
    snprintf(search->first, sizeof search->first, "%s", first);
    return search->repeats >= MOST_REPEATS;
}

static void begin_list(struct search *search)
{
    search->previous = INFINITY;
    search->is_ordered = 1;
    search->is_past = 0;
    search->total = NAN;
    search->first[0] = '\0';
    search->repeats = 0;
}

/* 1 found, 0 not in the list, -1 the list could not be had. */
static int search_once(struct search *search, struct mf_job *job, struct mf_client *client,
                       struct mf_error *err)
{
    double offset = 0;
    int restarts = 0;
    begin_list(search);
    for (;;) {
        cJSON *answer = NULL;
        int is_whole = 0, outcome = 0;
        double count = 0;
        if (get_page(search, offset, client, &answer, &is_whole, err) != 0)
            return -1;
        const int must_restart = has_shrunk(search, answer) && restarts < MOST_RESTARTS;
        const cJSON *const found = find_in_page(search, answer, &count);
        if (found != NULL)
            outcome = mf_job_take_answer(job, found, err) == 0 ? 1 : -1;
        const int is_last = is_whole || cJSON_IsArray(answer) || count == 0 ||
                            (search->is_ordered && search->is_past);
        const int is_stuck = !is_last && outcome == 0 && repeats_itself(search, answer);
        cJSON_Delete(answer);
        if (is_stuck)
            return mf_error_set(err, MF_ERR_FORMAT,
                                "the server gives the same page of processings again and again");
        if (outcome != 0 || is_last)
            return outcome;
        offset += count;
        if (must_restart) {
            restarts++;
            offset = 0;
            begin_list(search);
        }
    }
}

/* The server may still be at work on the request: it is searched for at once and then after waits
 * that double, a minute in all by the default delay of retries. */
static int search_for_a_minute(struct search *search, struct mf_job *job, struct mf_client *client,
                               struct mf_error *err)
{
    int found = 0;
    for (int check = 0; check < MF_LOST_CHECKS && found != 1; check++) {
        if (check > 0 && mf_client_backoff(client, check, err) != 0)
            return -1;
        found = search_once(search, job, client, err);
        if (found < 0 && mf_client_cancelled(client))
            return -1;
    }
    return found;
}

enum mf_found mf_submission_search(const struct mf_submission *s, struct mf_job *job,
                                   struct mf_client *client, struct mf_error *err)
{
    struct search search = {.project_id = s->project_id, .marker = job->marker, .since = job->sent};
    const int is_old = !(mf_client_utc(client) - job->sent < may_appear);
    const int found = is_old ? search_once(&search, job, client, err)
                             : search_for_a_minute(&search, job, client, err);
    if (found < 0)
        return MF_FOUND_NOTHING_SURE;
    if (found > 0)
        return MF_FOUND;
    return is_old ? MF_FOUND_ABSENT : MF_FOUND_NOT_YET;
}
