/* One client that serves many threads, and clients that come and go. Run it under ThreadSanitizer:
 * cmake -DMAPFLOW_SANITIZE=thread. */
#include <pthread.h>
#include <stdlib.h>

#include "api/client.h"
#include "check.h"
#include "loopback.h"

enum { THREADS = 8, ROUNDS = 12 };

static struct loopback server;
static struct mf_transport transport;
static struct mf_client *shared;
static char base_url[64];

static int is_cancelled(void *ctx)
{
    (void)ctx;
    return 0;
}

static void take_line(void *ctx, const char *line)
{
    (void)ctx;
    CHECK_LACKS(line, "s3cret");
}

static int wants_verbose(void *ctx)
{
    (void)ctx;
    return 1;
}

static struct mf_client *open_client(const char *token)
{
    const struct mf_client_options options = {.base_url = base_url,
                                              .token = token,
                                              .max_retry = 1,
                                              .retry_delay = 0,
                                              .transport = transport,
                                              .cancel = {NULL, is_cancelled},
                                              .debug = take_line};
    struct mf_client *client = NULL;
    return mf_client_open(&client, &options, NULL) == 0 ? client : NULL;
}

/* ---- what a thread does: each returns the number of failures ------------------------------- */

static int get_document(struct mf_client *client)
{
    cJSON *document = NULL;
    const int failed = mf_client_get(client, "/json", &document, NULL);
    cJSON_Delete(document);
    return failed != 0;
}

static int ask_fallback(struct mf_client *client)
{
    cJSON *document = NULL;
    const int failed =
        mf_client_query_fallback(client, "/gone", NULL, "GET /json", &document, NULL);
    cJSON_Delete(document);
    return failed;
}

static int count_bytes(void *ctx, const char *data, size_t size, struct mf_error *err)
{
    (void)data;
    (void)err;
    *(size_t *)ctx += size;
    return 0;
}

static int download(struct mf_client *client)
{
    size_t size = 0;
    const struct mf_sink sink = {&size, NULL, count_bytes, NULL};
    return mf_client_download(client, "/gzip", &sink, 0, NULL) != 0 || size != 1000;
}

static int fail_and_retry(struct mf_client *client)
{
    struct mf_error err;
    cJSON *document = NULL;
    mf_error_init(&err);
    return mf_client_get(client, "/cut", &document, &err) == 0 || err.kind != MF_ERR_TRUNCATED;
}

static int change(struct mf_client *client)
{
    int unknown = 0;
    return mf_client_send_once(client, "POST", "/reset", NULL, NULL, &unknown, NULL) == 0 ||
           !unknown;
}

/* A 401 makes the client try the other scheme, and settle on one. */
static int be_refused(struct mf_client *client)
{
    struct mf_error err;
    cJSON *document = NULL;
    mf_error_init(&err);
    return mf_client_get(client, "/auth", &document, &err) == 0 || err.kind != MF_ERR_AUTH;
}

static int come_and_go(int number)
{
    char token[64];
    snprintf(token, sizeof token, "user%d@example.com:s3cret-%d", number, number);
    struct mf_client *client = open_client(token);
    if (client == NULL)
        return 1;
    const int failures = get_document(client) + be_refused(client);
    mf_client_close(client);
    return failures;
}

static void *work(void *ctx)
{
    int *failures = ctx;
    for (int i = 0; i < ROUNDS; i++)
        *failures += get_document(shared) + ask_fallback(shared) + download(shared) +
                     fail_and_retry(shared) + change(shared) + be_refused(shared) + come_and_go(i);
    return NULL;
}

int main(void)
{
    const struct mf_transport_options options = {
        .hooks = {.debug = take_line, .wants_verbose = wants_verbose}};
    pthread_t threads[THREADS];
    int failures[THREADS] = {0};
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    if (loopback_start(&server) != 0 || mf_transport_curl_open(&transport, &options, NULL) != 0)
        return 1;
    snprintf(base_url, sizeof base_url, "http://127.0.0.1:%d", server.port);
    shared = open_client("me@example.com:s3cret-token");
    CHECK(shared != NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, &failures[i]);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        CHECK_NUMBER(failures[i], 0);
    }
    mf_client_close(shared);
    transport.close(transport.ctx);
    loopback_stop(&server);
    return check_result();
}
