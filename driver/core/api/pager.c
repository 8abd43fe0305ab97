/* SPDX-License-Identifier: MIT */
#include "api/pager.h"

#include <stdbool.h>
#include <stdlib.h>

#include "api/json_writer.h"
#include "base/str.h"
#include "base/str_list.h"

struct mf_pager {
    char *path, *fallback;
    char *filter_name, *filter;
    long offset;   /* of the next page, as the server reports */
    long furthest; /* offset after all pages read */
    long total;    /* from the server; -1 before the first page, and if missing or wrong */
    long lost;     /* entries removed from the server's list */
    int pages;
    int idle_pages; /* the latest pages in a row without new entries */
    bool is_at_end;
    struct mf_str_set seen; /* ids returned */
};

/* Pages in a row without new entries after which reading fails. */
enum { MOST_IDLE_PAGES = 2 };

/* Ends the reading of a list whose total never stops changing. */
enum { MOST_PAGES = 20000 };

int mf_pager_open(struct mf_pager **out, const char *path, const char *fallback,
                  const char *filter_name, const char *filter, struct mf_error *err)
{
    *out = NULL;
    struct mf_pager *const pager = calloc(1, sizeof *pager);
    if (pager == NULL)
        return mf_out_of_memory(err);
    pager->total = -1;
    pager->path = mf_str_copy(path);
    pager->fallback = mf_str_copy(fallback);
    pager->filter_name = mf_str_copy(filter_name);
    pager->filter = mf_str_copy(filter);
    if (pager->path == NULL || pager->fallback == NULL ||
        (filter != NULL && (pager->filter_name == NULL || pager->filter == NULL))) {
        mf_pager_close(pager);
        return mf_out_of_memory(err);
    }
    *out = pager;
    return 0;
}

void mf_pager_close(struct mf_pager *pager)
{
    if (pager == NULL)
        return;
    mf_str_set_free(&pager->seen);
    free(pager->path);
    free(pager->fallback);
    free(pager->filter_name);
    free(pager->filter);
    free(pager);
}

cJSON *mf_page_request(long offset, const char *order)
{
    cJSON *body = mf_json_add_number(cJSON_CreateObject(), "limit", MF_PAGE_SIZE);
    body = mf_json_add_number(body, "offset", (double)offset);
    body = mf_json_add_text(body, "sortBy", "CREATED");
    return mf_json_add_text(body, "sortOrder", order);
}

static long seen_count(const struct mf_pager *pager)
{
    return (long)pager->seen.count;
}

/* Removes entries that were returned before from a list. */
static int keep_new(struct mf_pager *pager, cJSON *list, struct mf_error *err)
{
    for (cJSON *entry = list->child, *next; entry != NULL; entry = next) {
        next = entry->next;
        const char *const id = mf_json_string(entry, "id", NULL);
        if (id == NULL)
            return mf_error_set(err, MF_ERR_FORMAT, "an entry of the server's list has no id");
        const int is_new = mf_str_set_add(&pager->seen, id);
        if (is_new < 0)
            return mf_out_of_memory(err);
        if (!is_new)
            cJSON_Delete(cJSON_DetachItemViaPointer(list, entry));
    }
    return 0;
}

/* Finds the entries of a response: `results` of an object, which may be missing if there are none,
 * or the response itself if it comes from the fallback. NULL if it is not a list. */
static cJSON *find_list(cJSON *answer)
{
    cJSON *const results = cJSON_GetObjectItemCaseSensitive(answer, "results");
    const bool is_page = mf_json_count(answer, "total") >= 0 || mf_json_count(answer, "count") >= 0;
    if (cJSON_IsArray(answer))
        return answer;
    if (results == NULL && is_page)
        return cJSON_AddArrayToObject(answer, "results");
    return cJSON_IsArray(results) || (cJSON_IsNull(results) && is_page) ? results : NULL;
}

/* Advances past a page of `count` entries, `fresh` of them new. `told` is the server's total, -1 if
 * missing. */
static int turn_page(struct mf_pager *pager, long told, int count, int fresh, struct mf_error *err)
{
    const bool is_first = pager->pages == 1;
    const bool is_read_again = pager->offset < pager->furthest;
    const long gone = told >= 0 && told < pager->total ? pager->total - told : 0;
    pager->lost += gone;
    /* Entries after the removed ones have moved forward, into pages already read. */
    pager->offset = gone > 0 ? pager->offset - gone : pager->offset + count;
    if (pager->offset < 0)
        pager->offset = 0;
    pager->furthest = pager->offset > pager->furthest ? pager->offset : pager->furthest;
    /* If the first page is full and equals the total, the total may only count the page. */
    const bool is_credible = told + pager->lost >= seen_count(pager) &&
                             !(is_first && count == MF_PAGE_SIZE && told == count);
    pager->total = is_credible ? told : -1;
    if (count == 0 && told > 0 && seen_count(pager) == 0)
        return mf_error_set(err, MF_ERR_FORMAT, "the server reports %ld entries, but returned none",
                            told);
    if (!is_read_again)
        pager->idle_pages = fresh == 0 ? pager->idle_pages + 1 : 0;
    if (gone > 0)
        return 0;
    if (pager->total >= 0)
        pager->is_at_end = pager->offset >= pager->total && seen_count(pager) >= pager->total;
    else
        pager->is_at_end = fresh == 0 && !is_read_again;
    pager->is_at_end |= count == 0;
    if (pager->is_at_end || (pager->idle_pages < MOST_IDLE_PAGES && pager->pages < MOST_PAGES))
        return 0;
    return mf_error_set(err, MF_ERR_FORMAT,
                        "the server keeps returning the same entries: %ld of %ld were received",
                        seen_count(pager), pager->total);
}

/* Reads the next page into *answer, and keeps only new entries. *list is its list of entries. */
static int read_page(struct mf_pager *pager, struct mf_client *client, cJSON **answer, cJSON **list,
                     struct mf_error *err)
{
    /* Oldest first: entries that are added meanwhile come last and shift nothing. */
    cJSON *const body =
        mf_json_add_text(mf_page_request(pager->offset, "ASC"), pager->filter_name, pager->filter);
    if (body == NULL)
        return mf_out_of_memory(err);
    const int failed =
        mf_client_query_fallback(client, pager->path, body, pager->fallback, answer, err);
    cJSON_Delete(body);
    if (failed)
        return -1;
    *list = find_list(*answer);
    if (*list == NULL)
        return mf_error_set(err, MF_ERR_FORMAT, "the server's answer is not a list");
    const int count = cJSON_GetArraySize(*list);
    pager->pages++;
    if (keep_new(pager, *list, err) != 0)
        return -1;
    const int fresh = cJSON_GetArraySize(*list);
    if (*list != *answer)
        return turn_page(pager, mf_json_count(*answer, "total"), count, fresh, err);
    pager->total = fresh;
    pager->is_at_end = true;
    return 0;
}

int mf_pager_next(struct mf_pager *pager, struct mf_client *client, cJSON **entries,
                  struct mf_error *err)
{
    int failed = 0;
    *entries = NULL;
    while (!failed && *entries == NULL && !pager->is_at_end) {
        cJSON *answer = NULL, *list = NULL;
        failed = read_page(pager, client, &answer, &list, err);
        if (!failed && list != NULL && list->child != NULL)
            *entries = list == answer ? list : cJSON_DetachItemViaPointer(answer, list);
        if (*entries != answer)
            cJSON_Delete(answer);
    }
    return failed;
}

long mf_pager_total(const struct mf_pager *pager)
{
    return pager->total;
}
