/* SPDX-License-Identifier: MIT */
/* client_fallback: paths that a server may lack, and their fallbacks. */
#include <stdlib.h>
#include <string.h>

#include "api/client.h"
#include "api/memo_internal.h"
#include "base/checksum.h"
#include "base/str.h"

#define FORM_SIZE 160

/* Forms of paths that are missing. */
static struct mf_memo missing;

/* Writes the form of a path: up to the query, with "*" for each part that has a digit and at least
 * 4 characters, such as an id, but not "v2". */
static void path_form(const char *path, char form[FORM_SIZE])
{
    size_t used = 0;
    const char *end = path + strcspn(path, "?");
    while (path < end) {
        const size_t size = strcspn(path + 1, "/?") + 1;
        const bool is_id = size > 4 && strcspn(path, "0123456789") < size;
        if (used + size >= FORM_SIZE)
            break;
        memcpy(form + used, is_id ? "/*" : path, is_id ? 2 : size);
        used += is_id ? 2 : size;
        path += size;
    }
    form[used] = '\0';
}

/* Returns a key for the form of a path, the server and the account; 0 if out of memory. */
static uint64_t key_of(const struct mf_client *client, const char *path)
{
    char form[FORM_SIZE];
    path_form(path, form);
    char *const text = mf_str_format("%s %llu %s", mf_client_base_url(client),
                                     (unsigned long long)mf_client_account(client), form);
    const uint64_t key = text != NULL ? mf_checksum_of(text, strlen(text)) : 0;
    free(text);
    return key;
}

bool mf_path_is_missing(const struct mf_error *err)
{
    return err->http_status == 404 || err->http_status == 405;
}

static int request_fallback(struct mf_client *client, const char *fallback, const cJSON *body,
                            cJSON **out, struct mf_error *err)
{
    const size_t word = mf_str_prefix_nocase(fallback, "GET ");
    return word > 0 ? mf_client_get(client, fallback + word, out, err)
                    : mf_client_query(client, fallback, body, out, err);
}

int mf_client_query_fallback(struct mf_client *client, const char *path, const cJSON *body,
                             const char *fallback, cJSON **out, struct mf_error *err)
{
    struct mf_error first, second;
    const uint64_t key = key_of(client, path);
    mf_error_init(&first);
    mf_error_init(&second);
    const bool was_missing = mf_memo_get(&missing, key) != 0;
    int failed = was_missing ? request_fallback(client, fallback, body, out, &second) : -1;
    if (was_missing && !mf_path_is_missing(&second)) {
        if (failed && err != NULL)
            *err = second;
        return failed;
    }
    mf_memo_set(&missing, key, 0); /* the server has changed since */
    failed = mf_client_query(client, path, body, out, &first);
    if (!was_missing && mf_path_is_missing(&first) &&
        request_fallback(client, fallback, body, out, NULL) == 0) {
        mf_memo_set(&missing, key, 1);
        failed = 0;
    }
    if (failed && err != NULL)
        *err = first;
    return failed;
}
