/* SPDX-License-Identifier: MIT */
/* Searches for a processing whose response was lost. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/pager.h"
#include "base/checksum.h"
#include "base/clock.h"
#include "base/str.h"
#include "submit/submission_internal.h"

/* Pages overlap by one entry. If a page begins with an entry that was not on the page before,
 * entries were deleted, and others moved to pages already read: the list is read again, at most
 * this many times. */
#define OVERLAP 1
#define MOST_RESTARTS 5

/* This many entries that are older than the one before prove that the newest come first. */
#define ORDER_PROOF 10

/* A page may come again, because new entries shift the list. A server that keeps returning it
 * ignores offsets. */
#define MOST_REPEATS 3

/* Stops at a list that grows as fast as it is read. */
#define MOST_PAGES 20000

/* Largest difference between the clocks of the server and of this machine: a clock set to local
 * time is off by hours. */
static const double clock_difference = 86400; /* s */

/* A search, newest first. */
struct search {
    const char *project_id;
    const char *marker;
    const char *name;
    char similar[MF_UUID_SIZE]; /* a processing that shows no marker and may be the one */
    double since;               /* s since 1970, UTC: older entries do not matter; NaN: all do */
    int offset;
    double previous;             /* creation time of the entry before */
    int is_ordered;              /* no entry so far is newer than the one before */
    int descents;                /* number of entries older than the one before */
    int is_past;                 /* an entry older than `since` was seen */
    uint64_t page[MF_PAGE_SIZE]; /* checksums of the last ids of the page before */
    int page_count;
    uint64_t first; /* checksum of the first id of the page before */
    int repeats;    /* pages in a row that begin with the same entry */
    int pages, restarts;
};

enum step { FAILED = -1, ABSENT, FOUND, GO_ON };

/* ---- one page ------------------------------------------------------------------------------- */

static int get_page(const struct search *search, struct mf_client *client, cJSON **answer,
                    struct mf_error *err)
{
    cJSON *const body = mf_page_request(search->offset, "DESC");
    char *const page = mf_str_format("/projects/%s/processings/v2/page", search->project_id);
    char *const all = mf_str_format("GET /projects/%s/processings/v2", search->project_id);
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

/* Notes whether the server keeps the requested order. */
static void note_age(struct search *search, const cJSON *entry)
{
    const double created = mf_time_parse(mf_json_string(entry, "created", NULL));
    if (isnan(created) || created > search->previous)
        search->is_ordered = 0;
    search->descents += created < search->previous;
    search->previous = created;
    search->is_past = search->is_past || created < search->since - clock_difference;
}

/* A page is an object with `results`, which may be missing if there are none. A complete list may
 * be an array. */
static int find_list(const cJSON *answer, const cJSON **list, struct mf_error *err)
{
    *list = cJSON_IsArray(answer) ? answer : mf_json_member(answer, "results");
    if (cJSON_IsArray(*list) || (*list == NULL && mf_json_count(answer, "total") == 0))
        return 0;
    return mf_error_set(err, MF_ERR_FORMAT, "the server's answer is not a list");
}

/* Whether an entry without a marker may be the one: no source says that the service keeps `meta`.
 */
static bool may_be_it(const struct search *search, const cJSON *entry, const cJSON *meta)
{
    const double created = mf_time_parse(mf_json_string(entry, "created", NULL));
    const char *const application = mf_json_string(meta, MF_META_APPLICATION, MF_APPLICATION);
    return mf_json_string(meta, MF_META_MARKER, NULL) == NULL &&
           strcmp(application, MF_APPLICATION) == 0 &&
           strcmp(mf_json_string(entry, "name", ""), search->name) == 0 &&
           !(created < search->since - clock_difference);
}

/* The entry with the marker, NULL when the page has none. */
static const cJSON *find_in_page(struct search *search, const cJSON *list)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, list)
    {
        const cJSON *const meta = mf_json_member(entry, "meta");
        if (strcmp(mf_json_string(meta, MF_META_MARKER, ""), search->marker) == 0)
            return entry;
        if (may_be_it(search, entry, meta))
            (void)!mf_uuid_parse(mf_json_string(entry, "id", ""), search->similar);
        note_age(search, entry);
    }
    return NULL;
}

/* ---- all pages ------------------------------------------------------------------------------ */

static void begin_list(struct search *search)
{
    search->offset = 0;
    search->previous = INFINITY;
    search->is_ordered = 1;
    search->descents = 0;
    search->is_past = 0;
    search->page_count = 0;
    search->first = 0;
    search->repeats = 0;
}

static uint64_t checksum_of_id(const cJSON *entry)
{
    const char *const id = mf_json_string(entry, "id", "");
    return mf_checksum_of(id, strlen(id));
}

static int was_on_page(const struct search *search, uint64_t id)
{
    for (int i = 0; i < search->page_count; i++)
        if (search->page[i] == id)
            return 1;
    return 0;
}

/* A page of one entry cannot overlap. */
static void keep_page(struct search *search, const cJSON *list)
{
    const int count = cJSON_GetArraySize(list);
    search->page_count = count <= OVERLAP ? 0 : count < MF_PAGE_SIZE ? count : MF_PAGE_SIZE;
    for (int i = 0; i < search->page_count; i++)
        search->page[i] = checksum_of_id(cJSON_GetArrayItem(list, count - search->page_count + i));
    search->offset += search->page_count > 0 ? count - OVERLAP : count;
}

static int nothing_more_is_of_interest(const struct search *search)
{
    return search->is_past && search->is_ordered && search->descents >= ORDER_PROOF;
}

static enum step restart(struct search *search, struct mf_error *err)
{
    begin_list(search);
    if (search->restarts++ < MOST_RESTARTS)
        return GO_ON;
    return mf_error_set(err, MF_ERR_FORMAT, "processings are deleted while they are listed");
}

/* After a page without the marker: decides whether to read another page. */
static enum step go_on(struct search *search, const cJSON *answer, const cJSON *list,
                       struct mf_error *err)
{
    const int count = cJSON_GetArraySize(list), overlaps = search->page_count > 0;
    const uint64_t first = checksum_of_id(cJSON_GetArrayItem(list, 0));
    if (search->offset == 0 && count == 0 && mf_json_count(answer, "total") > 0)
        return mf_error_set(err, MF_ERR_FORMAT,
                            "the server reports %d processings, but returned none",
                            mf_json_count(answer, "total"));
    if (overlaps && (count == 0 || !was_on_page(search, first)))
        return restart(search, err);
    if (count == (overlaps ? OVERLAP : 0) || nothing_more_is_of_interest(search))
        return ABSENT;
    search->repeats = first == search->first ? search->repeats + 1 : 0;
    if (++search->pages > MOST_PAGES)
        return mf_error_set(err, MF_ERR_FORMAT, "the list of processings has no end");
    if (search->repeats >= MOST_REPEATS)
        return mf_error_set(err, MF_ERR_FORMAT,
                            "the server keeps returning the same page of processings");
    search->first = first;
    keep_page(search, list);
    return GO_ON;
}

static enum step read_page(struct search *search, struct mf_job *job, const cJSON *answer,
                           struct mf_error *err)
{
    const cJSON *list = NULL;
    if (find_list(answer, &list, err) != 0)
        return FAILED;
    const cJSON *const found = find_in_page(search, list);
    if (found != NULL)
        return mf_job_take_answer(job, found, err) == 0 ? FOUND : FAILED;
    return cJSON_IsArray(answer) ? ABSENT : go_on(search, answer, list, err);
}

static enum step search_once(struct search *search, struct mf_job *job, struct mf_client *client,
                             struct mf_error *err)
{
    enum step step = GO_ON;
    search->pages = search->restarts = 0;
    begin_list(search);
    while (step == GO_ON) {
        cJSON *answer = NULL;
        step = get_page(search, client, &answer, err) == 0 ? read_page(search, job, answer, err)
                                                           : FAILED;
        cJSON_Delete(answer);
    }
    return step;
}

/* The server may still be working on the request: searches at once and then after doubling waits, a
 * minute in all with the default retry delay. */
static enum step search_for_a_minute(struct search *search, struct mf_job *job,
                                     struct mf_client *client, struct mf_error *err)
{
    enum step step = ABSENT;
    for (int check = 0; check < MF_LOST_CHECKS && step != FOUND; check++) {
        if (check > 0 && mf_client_backoff(client, check, err) != 0)
            return FAILED;
        step = search_once(search, job, client, err);
        if (step == FAILED && mf_client_cancelled(client))
            return FAILED;
    }
    return step;
}

enum mf_found mf_submission_search(const struct mf_submission *s, struct mf_job *job,
                                   struct mf_client *client, struct mf_error *err)
{
    struct search search = {
        .project_id = s->project_id, .marker = job->marker, .name = job->name, .since = job->sent};
    const int is_old = !(mf_client_utc(client) - job->sent < MF_MAY_APPEAR);
    const enum step step = is_old ? search_once(&search, job, client, err)
                                  : search_for_a_minute(&search, job, client, err);
    if (step == FAILED) {
        mf_error_prefix(err, "the processings could not be listed");
        return MF_FOUND_NOTHING_SURE;
    }
    if (step == FOUND)
        return MF_FOUND;
    if (search.similar[0] != '\0') {
        mf_error_set(err, MF_ERR_NOT_READY,
                     "processing %s has the same name and may be this one: the server returns no "
                     "metadata to compare. If it is another one, submit with JOURNAL=NO",
                     search.similar);
        return MF_FOUND_NOTHING_SURE;
    }
    return is_old ? MF_FOUND_ABSENT : MF_FOUND_NOT_YET;
}
