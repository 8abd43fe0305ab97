#include "page.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

struct mf_pager {
    char *path, *twin;
    char *filter_name, *filter;
    long offset; /* of the next page, in the server's counting */
    long total;
    int pages; /* that were read */
    int is_at_end;
    int used_twin;
    char **seen; /* ids that were given */
    size_t seen_count, seen_room;
};

static int out_of_memory(struct mf_error *err)
{
    return mf_error_set(err, MF_ERR_MEMORY, "out of memory");
}

int mf_pager_open(struct mf_pager **out, const char *path, const char *twin,
                  const char *filter_name, const char *filter, struct mf_error *err)
{
    *out = NULL;
    struct mf_pager *const pager = calloc(1, sizeof *pager);
    if (pager == NULL)
        return out_of_memory(err);
    pager->total = -1;
    pager->path = mf_text_copy(path);
    pager->twin = mf_text_copy(twin);
    pager->filter_name = mf_text_copy(filter_name);
    pager->filter = mf_text_copy(filter);
    if (pager->path == NULL || pager->twin == NULL ||
        (filter != NULL && (pager->filter_name == NULL || pager->filter == NULL))) {
        mf_pager_close(pager);
        return out_of_memory(err);
    }
    *out = pager;
    return 0;
}

void mf_pager_close(struct mf_pager *pager)
{
    if (pager == NULL)
        return;
    for (size_t i = 0; i < pager->seen_count; i++)
        free(pager->seen[i]);
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

/* 1 when the id is new, and remembers it; 0 when it was there; -1 when out of memory. */
static int is_new(struct mf_pager *pager, const char *id)
{
    /* Accounts have some hundred entries: a search through all is nothing beside a request. */
    for (size_t i = 0; i < pager->seen_count; i++) {
        if (strcmp(pager->seen[i], id) == 0)
            return 0;
    }
    if (pager->seen_count == pager->seen_room) {
        const size_t room = pager->seen_room * 2 + 64;
        char **const grown = realloc(pager->seen, room * sizeof *grown);
        if (grown == NULL)
            return -1;
        pager->seen = grown;
        pager->seen_room = room;
    }
    pager->seen[pager->seen_count] = mf_text_copy(id);
    return pager->seen[pager->seen_count] == NULL ? -1 : (pager->seen_count++, 1);
}

/* Moves the entries that are new out of the answer. */
static int take_new(struct mf_pager *pager, cJSON *list, cJSON **entries, struct mf_error *err)
{
    cJSON *const chosen = cJSON_CreateArray();
    if (chosen == NULL)
        return out_of_memory(err);
    for (cJSON *entry = list != NULL ? list->child : NULL, *next; entry != NULL; entry = next) {
        next = entry->next;
        const char *const id = mf_json_string(entry, "id", NULL);
        const int verdict = id != NULL ? is_new(pager, id) : 0;
        if (verdict < 0) {
            cJSON_Delete(chosen);
            return out_of_memory(err);
        }
        if (verdict > 0)
            cJSON_AddItemToArray(chosen, cJSON_DetachItemViaPointer(list, entry));
    }
    *entries = chosen;
    return 0;
}

/* A page is an object with `results`, which may be missing when there are none; a twin answers with
 * an array. */
static int read_answer(struct mf_pager *pager, cJSON *answer, cJSON **entries, struct mf_error *err)
{
    cJSON *const list =
        cJSON_IsArray(answer) ? answer : cJSON_GetObjectItemCaseSensitive(answer, "results");
    if (!cJSON_IsArray(answer) && !cJSON_IsObject(answer))
        return mf_error_set(err, MF_ERR_FORMAT, "the server's answer is not a list");
    const int count = cJSON_GetArraySize(list);
    pager->offset += count;
    pager->pages++;
    const int told = cJSON_IsArray(answer) ? count : mf_json_count(answer, "total");
    pager->total = told >= 0 ? told : pager->offset;
    const long most_pages = (pager->total + MF_PAGE_SIZE - 1) / MF_PAGE_SIZE + 1;
    pager->is_at_end = cJSON_IsArray(answer) || count == 0 ||
                       (told >= 0 ? pager->offset >= pager->total || pager->pages >= most_pages
                                  : count < MF_PAGE_SIZE);
    return take_new(pager, list, entries, err);
}

int mf_pager_next(struct mf_pager *pager, struct mf_client *client, cJSON **entries,
                  struct mf_error *err)
{
    *entries = NULL;
    while (!pager->is_at_end) {
        cJSON *answer = NULL;
        cJSON *const body = request_body(pager);
        if (body == NULL)
            return out_of_memory(err);
        int failed = mf_client_query_twin(client, pager->path, body, pager->twin, &answer,
                                          &pager->used_twin, err);
        cJSON_Delete(body);
        if (!failed)
            failed = read_answer(pager, answer, entries, err);
        cJSON_Delete(answer);
        if (failed)
            return -1;
        if (cJSON_GetArraySize(*entries) > 0)
            return 0;
        cJSON_Delete(*entries);
        *entries = NULL;
    }
    return 0;
}

long mf_pager_total(const struct mf_pager *pager)
{
    return pager->total;
}

int mf_pager_is_unfiltered(const struct mf_pager *pager)
{
    return pager->used_twin && pager->filter != NULL;
}
