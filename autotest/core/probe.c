/* mapflow_probe: one call of the client over HTTP, its outcome as a line of JSON. For tests.
 *
 *     mapflow_probe get PATH
 *     mapflow_probe query PATH BODY [FALLBACK]
 *     mapflow_probe change METHOD PATH [BODY]       the answer is a document
 *     mapflow_probe order METHOD PATH               any 2xx answer is good
 *
 * MAPFLOW_API_URL, MAPFLOW_API_TOKEN and GDAL_HTTP_MAX_RETRY come from the environment. Retries do
 * not wait, and answers must come with 100 bytes a second. Exits with 1 when the call fails. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/client.h"

static const char *kind_name(enum mf_error_kind kind)
{
    static const char *const names[] = {"ok",        "argument",   "memory",    "file",
                                        "network",   "truncated",  "auth",      "forbidden",
                                        "not found", "rate limit", "rejected",  "server",
                                        "format",    "too large",  "not ready", "cancelled"};
    return names[kind];
}

static cJSON *parse_body(const char *text)
{
    cJSON *body = text != NULL ? cJSON_Parse(text) : NULL;
    if (text != NULL && body == NULL) {
        fprintf(stderr, "mapflow_probe: the body is not JSON\n");
        exit(2);
    }
    return body;
}

static int call(struct mf_client *client, int count, char **words, cJSON **document,
                int *is_unknown, struct mf_error *err)
{
    const int is_get = count == 2 && strcmp(words[0], "get") == 0;
    const int is_query = count >= 3 && strcmp(words[0], "query") == 0;
    const int is_change = count >= 3 && strcmp(words[0], "change") == 0;
    const char *text = is_query ? words[2] : is_change && count > 3 ? words[3] : NULL;
    cJSON *body = parse_body(text);
    int failed;
    if (is_get)
        failed = mf_client_get(client, words[1], document, err);
    else if (is_query && count == 4)
        failed = mf_client_query_fallback(client, words[1], body, words[3], document, err);
    else if (is_query)
        failed = mf_client_query(client, words[1], body, document, err);
    else if (is_change)
        failed = mf_client_send_once(client, words[1], words[2], body, document, is_unknown, err);
    else if (count == 3 && strcmp(words[0], "order") == 0)
        failed = mf_client_send_once(client, words[1], words[2], NULL, NULL, is_unknown, err);
    else
        failed = mf_error_set(err, MF_ERR_ARGUMENT, "unknown call");
    cJSON_Delete(body);
    return failed;
}

static void print_outcome(cJSON *document, int is_unknown, const struct mf_error *err)
{
    cJSON *outcome = cJSON_CreateObject();
    cJSON_AddStringToObject(outcome, "kind", kind_name(err->kind));
    cJSON_AddNumberToObject(outcome, "status", err->http_status);
    cJSON_AddBoolToObject(outcome, "unknown", is_unknown);
    cJSON_AddStringToObject(outcome, "message", err->message);
    if (document != NULL)
        cJSON_AddItemToObject(outcome, "document", document);
    char *text = cJSON_PrintUnformatted(outcome);
    printf("%s\n", text);
    cJSON_free(text);
    cJSON_Delete(outcome);
}

int main(int count, char **words)
{
    const char *retries = getenv("GDAL_HTTP_MAX_RETRY");
    const struct mf_transport_options speed = {.low_speed_time = 1, .low_speed_limit = 100};
    struct mf_client_options options = {.base_url = getenv("MAPFLOW_API_URL"),
                                        .token = getenv("MAPFLOW_API_TOKEN"),
                                        .max_retry = retries != NULL ? atoi(retries) : -1};
    struct mf_client *client = NULL;
    struct mf_error err;
    cJSON *document = NULL;
    int is_unknown = 0;
    mf_error_init(&err);
    if (mf_transport_curl_open(&options.transport, &speed, &err) != 0) {
        fprintf(stderr, "mapflow_probe: %s\n", err.message);
        return 2;
    }
    int failed = mf_client_open(&client, &options, &err);
    if (!failed)
        failed = call(client, count - 1, words + 1, &document, &is_unknown, &err);
    print_outcome(document, is_unknown, &err);
    mf_client_close(client);
    options.transport.close(options.transport.ctx);
    return failed != 0;
}
