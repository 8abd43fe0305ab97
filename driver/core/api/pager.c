#include "api/pager.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/str.h"

struct mf_pager {
    char *path, *twin;
    char *filter_name, *filter;
    long offset;     /* of the next page, in the server's counting */
    long total;      /* by the server; -1 before the first page, and when it is not told or wrong */
    int idle_pages;  /* the last ones that brought nothing new */
    int corrections; /* made because entries had gone, */
    long lost;       /* so many of them */
    int is_at_end;
    uint64_t *seen; /* checksums of the ids that were given, a hash table; 0: free */
    size_t seen_count, seen_room;
};

/* Pages without anything new after which there is no hope of more. */
enum { MOST_IDLE_PAGES = 2 };

/* A total that goes up and down without end must end the reading. */
enum { MOST_CORRECTIONS = 10000 };

int mf_pager_open(struct mf_pager **out, const char *path, const char *twin,
                  const char *filter_name, const char *filter, struct mf_error *err)
{
    *out = NULL;
    struct mf_pager *const pager = calloc(1, sizeof *pager);
    if (pager == NULL)
        return mf_out_of_memory(err);
    pager->total = -1;
    pager->path = mf_str_copy(path);
    pager->twin = mf_str_copy(twin);
    pager->filter_name = mf_str_copy(filter_name);
    pager->filter = mf_str_copy(filter);
    if (pager->path == NULL || pager->twin == NULL ||
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
    free(pager->seen);
    free(pager->path);
    free(pager->twin);
    free(pager->filter_name);
    free(pager->filter);
    free(pager);
}

static cJSON *request_body(const struct mf_pager *pager)
{
    cJSON *const body = cJSON_CreateObject();
    const int is_made =
        body != NULL && cJSON_AddNumberToObject(body, "limit", MF_PAGE_SIZE) != NULL &&
        cJSON_AddNumberToObject(body, "offset", (double)pager->offset) != NULL &&
        /* The oldest first: what is added meanwhile comes at the end and shifts nothing. */
        cJSON_AddStringToObject(body, "sortBy", "CREATED") != NULL &&
        cJSON_AddStringToObject(body, "sortOrder", "ASC") != NULL &&
        (pager->filter == NULL ||
         cJSON_AddStringToObject(body, pager->filter_name, pager->filter) != NULL);
    if (is_made)
        return body;
    cJSON_Delete(body);
    return NULL;
}

/* ---- entries that were given ---------------------------------------------------------------- */

/* Puts a checksum where it belongs. Returns 0 when it is there already. There is room. */
static int put(uint64_t *seen, size_t room, uint64_t checksum)
{
    size_t at = (size_t)(checksum % room);
    while (seen[at] != 0 && seen[at] != checksum)
        at = (at + 1) % room;
    const int is_new = seen[at] == 0;
    seen[at] = checksum;
    return is_new;
}

static int make_room(struct mf_pager *pager)
{
    if (pager->seen_count < pager->seen_room / 2)
        return 0;
    const size_t room = pager->seen_room * 2 + 64;
    uint64_t *const larger = calloc(room, sizeof *larger);
    if (larger == NULL)
        return -1;
    for (size_t i = 0; i < pager->seen_room; i++) {
        if (pager->seen[i] != 0)
            put(larger, room, pager->seen[i]);
    }
    free(pager->seen);
    pager->seen = larger;
    pager->seen_room = room;
    return 0;
}

/* 1 when the id is new, and remembers it; 0 when it was there; -1 when out of memory. */
static int is_new(struct mf_pager *pager, const char *id)
{
    if (make_room(pager) != 0)
        return -1;
    const int added = put(pager->seen, pager->seen_room, mf_checksum_of(id, strlen(id)) | 1);
    pager->seen_count += (size_t)added;
    return added;
}

/* Moves the entries that are new out of the answer. */
static int take_new(struct mf_pager *pager, cJSON *list, cJSON **entries, struct mf_error *err)
{
    cJSON *const chosen = cJSON_CreateArray();
    if (chosen == NULL)
        return mf_out_of_memory(err);
    for (cJSON *entry = list != NULL ? list->child : NULL, *next; entry != NULL; entry = next) {
        next = entry->next;
        const char *const id = mf_json_string(entry, "id", NULL);
        const int verdict = id != NULL ? is_new(pager, id) : -1;
        if (verdict < 0) {
            cJSON_Delete(chosen);
            return id != NULL ? mf_out_of_memory(err)
                              : mf_error_set(err, MF_ERR_FORMAT,
                                             "an entry of the server's list has no id");
        }
        if (verdict > 0)
            cJSON_AddItemToArray(chosen, cJSON_DetachItemViaPointer(list, entry));
    }
    *entries = chosen;
    return 0;
}

/* ---- pages ---------------------------------------------------------------------------------- */

/* A page is an object with `results`, which may be missing when there are none; a twin answers with
 * an array. */
static int find_list(cJSON *answer, cJSON **list, struct mf_error *err)
{
    cJSON *const results = cJSON_GetObjectItemCaseSensitive(answer, "results");
    const int is_page = mf_json_count(answer, "total") >= 0 || mf_json_count(answer, "count") >= 0;
    *list = cJSON_IsArray(answer) ? answer : results;
    if (cJSON_IsArray(*list) || (is_page && (results == NULL || cJSON_IsNull(results))))
        return 0;
    return mf_error_set(err, MF_ERR_FORMAT, "the server's answer is not a list");
}

/* How many entries have gone since the last page, by what the server says of the whole list. */
static long gone_since(struct mf_pager *pager, long told)
{
    if (told < 0 || told >= pager->total || pager->corrections >= MOST_CORRECTIONS)
        return 0;
    const long gone = pager->total - told;
    pager->corrections++;
    pager->lost += gone;
    return gone;
}

/* Moves on behind a page, or back when entries have gone: those behind them have moved forward,
 * into pages that were read. */
static void move(struct mf_pager *pager, long gone, int count)
{
    if (gone == 0) {
        pager->offset += count;
        return;
    }
    pager->offset -= gone < pager->offset ? gone : pager->offset;
    pager->idle_pages = -(int)(gone / (count > 0 ? count : 1)) - 1; /* known entries may come */
}

/* Whether a total can be what it says. A first page that is full and the whole list is looked
 * behind: the total may be that of the page. */
static int is_credible(const struct mf_pager *pager, long told, int count)
{
    return told + pager->lost >= (long)pager->seen_count &&
           !(count == MF_PAGE_SIZE && told == count && pager->total == -1);
}

static int look_for_end(struct mf_pager *pager, int count, int fresh, struct mf_error *err)
{
    const int is_told = pager->total >= 0;
    const int has_all = pager->offset >= pager->total && (long)pager->seen_count >= pager->total;
    if (count == 0 && pager->total > 0 && pager->seen_count == 0)
        return mf_error_set(err, MF_ERR_FORMAT, "the server counts %ld entries and gives none",
                            pager->total);
    if (fresh == 0)
        pager->idle_pages++;
    else if (pager->idle_pages > 0)
        pager->idle_pages = 0;
    pager->is_at_end = count == 0 || (is_told ? has_all : fresh == 0);
    if (pager->is_at_end || pager->idle_pages < MOST_IDLE_PAGES)
        return 0;
    return mf_error_set(err, MF_ERR_FORMAT,
                        "the server gives the same entries again and again: %zu came of %ld",
                        pager->seen_count, pager->total);
}

static int read_answer(struct mf_pager *pager, cJSON *answer, cJSON **entries, struct mf_error *err)
{
    cJSON *list;
    if (find_list(answer, &list, err) != 0)
        return -1;
    const int count = cJSON_GetArraySize(list);
    if (take_new(pager, list, entries, err) != 0)
        return -1;
    if (cJSON_IsArray(answer)) {
        pager->total = cJSON_GetArraySize(*entries);
        pager->is_at_end = 1;
        return 0;
    }
    const long told = mf_json_count(answer, "total");
    const long gone = gone_since(pager, told);
    move(pager, gone, count);
    pager->total = is_credible(pager, told, count) ? told : -1;
    return gone > 0 ? 0 : look_for_end(pager, count, cJSON_GetArraySize(*entries), err);
}

int mf_pager_next(struct mf_pager *pager, struct mf_client *client, cJSON **entries,
                  struct mf_error *err)
{
    *entries = NULL;
    while (!pager->is_at_end) {
        cJSON *answer = NULL;
        cJSON *const body = request_body(pager);
        if (body == NULL)
            return mf_out_of_memory(err);
        int failed =
            mf_client_query_fallback(client, pager->path, body, pager->twin, &answer, NULL, err);
        cJSON_Delete(body);
        if (!failed)
            failed = read_answer(pager, answer, entries, err);
        cJSON_Delete(answer);
        if (!failed && cJSON_GetArraySize(*entries) > 0)
            return 0;
        cJSON_Delete(*entries);
        *entries = NULL;
        if (failed)
            return -1;
    }
    return 0;
}

long mf_pager_total(const struct mf_pager *pager)
{
    return pager->total;
}
