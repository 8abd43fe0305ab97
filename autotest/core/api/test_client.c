#include "api/client.h"
#include "base/file.h"
#include "check.h"
#include "script.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN "bWVAZXhhbXBsZS5jb206czNjcmV0LXRva2Vu" /* me@example.com:s3cret-token */
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct mf_error err;

static struct mf_client *open_client(struct script *script, const struct script_step *steps,
                                     size_t count, const char *token)
{
    struct mf_client *client = NULL;
    script_start(script, steps, count);
    const struct mf_client_options options = script_options(script, token);
    mf_error_init(&err);
    if (mf_client_open(&client, &options, &err) != 0)
        CHECK_TEXT(err.message, "");
    return client;
}

/* One GET with a script of its own. Returns 0 or the kind of the error. */
static int get(struct script *script, const struct script_step *steps, size_t count)
{
    cJSON *document = NULL;
    struct mf_client *client = open_client(script, steps, count, TOKEN);
    const int failed = mf_client_get(client, "/x", &document, &err);
    CHECK((document == NULL) == (failed != 0));
    cJSON_Delete(document);
    mf_client_close(client);
    return failed ? (int)err.kind : 0;
}

/* ---- options ------------------------------------------------------------------------------- */

static int open_url(const char *url, int allow_http)
{
    struct mf_client *client = NULL;
    struct script script;
    script_start(&script, NULL, 0);
    struct mf_client_options options = script_options(&script, TOKEN);
    options.base_url = url;
    options.allow_http = allow_http;
    const int failed = mf_client_open(&client, &options, &err);
    if (!failed)
        CHECK(mf_client_base_url(client)[strlen(mf_client_base_url(client)) - 1] != '/');
    mf_client_close(client);
    return failed ? (int)err.kind : 0;
}

static void test_url(void)
{
    CHECK_NUMBER(open_url(NULL, 0), 0);
    CHECK_NUMBER(open_url("", 0), 0);
    CHECK_NUMBER(open_url("https://h//", 0), 0);
    CHECK_NUMBER(open_url("http://127.0.0.1:1/rest/", 0), 0);
    CHECK_NUMBER(open_url("http://localhost", 0), 0);
    CHECK_NUMBER(open_url("http://h", 1), 0);
    CHECK_NUMBER(open_url("http://h", 0), MF_ERR_ARGUMENT);
    CHECK_HOLDS(err.message, "MAPFLOW_ALLOW_HTTP=YES");
    CHECK_NUMBER(open_url("http://127.0.0.1.h", 0), MF_ERR_ARGUMENT);
    CHECK_NUMBER(open_url("https://me:pw@h", 0), MF_ERR_ARGUMENT);
    CHECK_LACKS(err.message, "pw");
    CHECK_NUMBER(open_url("https://h?x=1", 0), MF_ERR_ARGUMENT);
    CHECK_NUMBER(open_url("https://h#x", 0), MF_ERR_ARGUMENT);
    CHECK_NUMBER(open_url("h", 0), MF_ERR_ARGUMENT);
    CHECK_HOLDS(err.message, "API_URL");
}

static void test_token_file(void)
{
    char path[] = "/tmp/mapflow-token-XXXXXX";
    close(mkstemp(path));
    struct mf_client *client = NULL;
    struct script script;
    script_start(&script, NULL, 0);
    struct mf_client_options options = script_options(&script, NULL);
    CHECK_NUMBER(mf_client_open(&client, &options, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_AUTH);
    options.token_file = path;
    CHECK_NUMBER(mf_client_open(&client, &options, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_AUTH);
    CHECK_HOLDS(err.message, path);
    FILE *const file = fopen(path, "w");
    CHECK(file != NULL && fputs(TOKEN "\n", file) >= 0 && fclose(file) == 0);
    chmod(path, 0600); /* not every system's mkstemp makes it so */
    CHECK_NUMBER(mf_client_open(&client, &options, &err), 0);
    CHECK_TEXT(script.warnings, "");
    mf_client_close(client);
    chmod(path, 0644);
    CHECK_NUMBER(mf_client_open(&client, &options, &err), 0);
    CHECK_HOLDS(script.warnings, mf_file_privacy_advice());
    mf_client_close(client);
    unlink(path);
    CHECK_NUMBER(mf_client_open(&client, &options, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FILE);
    CHECK_HOLDS(err.message, "API_TOKEN_FILE");
    options.token = TOKEN; /* wins: the file is not even looked at */
    CHECK_NUMBER(mf_client_open(&client, &options, &err), 0);
    mf_client_close(client);
    mf_client_close(NULL);
    options.retry_codes = "nonsense";
    CHECK_NUMBER(mf_client_open(&client, &options, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_ARGUMENT);
}

/* ---- retries ------------------------------------------------------------------------------- */

static void test_retries(void)
{
    struct script script;
    const struct script_step good[] = {
        {.status = 503, .body = "busy"},
        {.kind = MF_ERR_NETWORK, .is_transient = 1},
        {.status = 200, .kind = MF_ERR_TRUNCATED, .is_transient = 1},
        {.status = 200, .body = "{\"a\":1}"},
    };
    CHECK_NUMBER(get(&script, good, COUNT(good)), 0);
    CHECK_NUMBER(script.next, 4);
    CHECK(script.slept >= 7 && script.slept <= 10.6); /* 1 + 2 + 4, up to half more */
    CHECK_HOLDS(script.log, "retry 1 of 3");
    CHECK_TEXT(script.requests[3].url, "https://api.example.com/rest/x");
    CHECK_TEXT(script.requests[3].method, "GET");
    CHECK_TEXT(script.requests[3].authorization, "Basic " TOKEN);
    CHECK_NUMBER(script.requests[3].fresh_connection, 0);
    const struct script_step bad[] = {{.status = 502},
                                      {.status = 502},
                                      {.status = 502},
                                      {.status = 504},
                                      {.status = 200, .body = "{}"}};
    CHECK_NUMBER(get(&script, bad, COUNT(bad)), MF_ERR_SERVER);
    CHECK_NUMBER(script.next, 4);
    CHECK_NUMBER(err.http_status, 504);
    CHECK_HOLDS(err.message, "(4 tries)");
    const struct script_step never[] = {{.status = 500}, {.status = 200, .body = "{}"}};
    CHECK_NUMBER(get(&script, never, COUNT(never)), MF_ERR_SERVER);
    CHECK_NUMBER(script.next, 1);
    const struct script_step tls[] = {{.kind = MF_ERR_NETWORK}, {.status = 200, .body = "{}"}};
    CHECK_NUMBER(get(&script, tls, COUNT(tls)), MF_ERR_NETWORK);
    CHECK_NUMBER(script.next, 1);
}

/* A server that could not be reached is not waited for again at once. */
static void test_outage(void)
{
    struct script script;
    const struct script_step away = {.kind = MF_ERR_NETWORK, .is_transient = 1, .not_sent = 1};
    const struct script_step gone[] = {away, away, away, away, away};
    CHECK_NUMBER(get(&script, gone, COUNT(gone)), MF_ERR_NETWORK);
    CHECK_NUMBER(script.next, 4);
    CHECK_NUMBER(get(&script, gone, COUNT(gone)), MF_ERR_NETWORK);
    CHECK_NUMBER(script.next, 1);
    CHECK(script.slept == 0);
    const struct script_step busy[] = {{.status = 503}, away, {.status = 200, .body = "{}"}};
    CHECK_NUMBER(get(&script, busy, COUNT(busy)), 0); /* it is back */
    CHECK_NUMBER(get(&script, gone, COUNT(gone)), MF_ERR_NETWORK);
    CHECK_NUMBER(script.next, 4);

    cJSON *document = NULL;
    struct mf_client *client = open_client(&script, gone, COUNT(gone), TOKEN);
    script.now = 60;
    CHECK(mf_client_get(client, "/x", &document, &err) != 0);
    CHECK_NUMBER(script.next, 4); /* that is long ago */
    mf_client_close(client);
    const struct script_step back[] = {{.status = 200, .body = "{}"}};
    CHECK_NUMBER(get(&script, back, COUNT(back)), 0);
}

/* A server that takes a request and does not answer is asked once more. */
static void test_silence(void)
{
    struct script script;
    const struct script_step mute = {
        .kind = MF_ERR_NETWORK, .is_transient = 1, .not_sent = SCRIPT_SILENT};
    const struct script_step silent[] = {mute, mute, mute};
    const struct script_step late[] = {mute, {.status = 200, .body = "{}"}};
    CHECK_NUMBER(get(&script, late, COUNT(late)), 0);
    CHECK_NUMBER(get(&script, silent, COUNT(silent)), MF_ERR_NETWORK);
    CHECK_NUMBER(script.next, 2);
    CHECK(script.requests[0].silence == MF_DOCUMENT_SILENCE);
    CHECK_NUMBER(get(&script, silent, COUNT(silent)), MF_ERR_NETWORK);
    CHECK_NUMBER(script.next, 1); /* others are not waited for twice */

    struct mf_client *client = open_client(&script, late, COUNT(late), TOKEN);
    cJSON *document = NULL;
    CHECK(mf_client_is_unreachable(client));
    mf_client_set_impatient(client, true);
    CHECK(mf_client_get(client, "/x", &document, &err) != 0);
    CHECK_NUMBER(script.next, 1);
    mf_client_set_impatient(client, false);
    CHECK_NUMBER(mf_client_get(client, "/x", &document, &err), 0);
    CHECK(!mf_client_is_unreachable(client));
    cJSON_Delete(document);
    mf_client_close(client);

    const struct script_step made[] = {{.status = 200, .body = "{}"}};
    client = open_client(&script, made, COUNT(made), TOKEN);
    CHECK_NUMBER(mf_client_send_once(client, "POST", "/x", NULL, NULL, NULL, &err), 0);
    CHECK(script.requests[0].silence == 0); /* a change may take its time */
    mf_client_close(client);
}

static void test_retry_after(void)
{
    struct script script;
    const struct script_step seconds[] = {{.status = 429, .header = "Retry-After: 120"},
                                          {.status = 200, .body = "{}"}};
    CHECK_NUMBER(get(&script, seconds, COUNT(seconds)), 0);
    CHECK(script.slept > 119.9 && script.slept < 120.1);
    const struct script_step date[] = {
        {.status = 503, .header = "Retry-After: Sun, 06 Nov 1994 08:50:07 GMT"},
        {.status = 200, .body = "{}"}};
    CHECK_NUMBER(get(&script, date, COUNT(date)), 0);
    CHECK(script.slept > 29.9 && script.slept < 30.1);
    const struct script_step too_long[] = {{.status = 429, .header = "Retry-After: 3600"},
                                           {.status = 200, .body = "{}"}};
    CHECK_NUMBER(get(&script, too_long, COUNT(too_long)), MF_ERR_RATE_LIMIT);
    CHECK_HOLDS(err.message, "60 minutes");
    CHECK(script.slept == 0);
}

static void test_cancel(void)
{
    struct script script;
    const struct script_step busy[] = {{.status = 503}, {.status = 200, .body = "{}"}};
    cJSON *document = NULL;
    struct mf_client *client = open_client(&script, busy, COUNT(busy), TOKEN);
    script.cancel_at = 0.5;
    CHECK_NUMBER(mf_client_get(client, "/x", &document, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_CANCELLED);
    CHECK(script.slept >= 0.5 && script.slept <= 0.6);
    CHECK_NUMBER(mf_client_cancelled(client), 1);
    mf_client_close(client);
}

/* ---- credentials --------------------------------------------------------------------------- */

static void test_switch(void)
{
    struct script script;
    cJSON *document = NULL;
    const struct script_step other[] = {{.status = 401},
                                        {.status = 200, .body = "1"},
                                        {.status = 200, .body = "2"},
                                        {.status = 401}};
    struct mf_client *client = open_client(&script, other, COUNT(other), "opaque-token-7");
    CHECK_NUMBER(mf_client_get(client, "/x", &document, &err), 0);
    cJSON_Delete(document);
    CHECK_TEXT(script.requests[0].authorization, "Bearer opaque-token-7");
    CHECK_TEXT(script.requests[1].authorization, "Basic opaque-token-7==");
    CHECK_NUMBER(mf_client_get(client, "/x", &document, &err), 0);
    cJSON_Delete(document);
    CHECK_TEXT(script.requests[2].authorization, "Basic opaque-token-7==");
    CHECK_NUMBER(mf_client_get(client, "/x", &document, &err), -1); /* settled: no more switching */
    CHECK_NUMBER(err.kind, MF_ERR_AUTH);
    mf_client_close(client);
    CHECK_LACKS(script.log, "opaque-token-7");
    /* The next client of this process begins with what worked. */
    const struct script_step good[] = {{.status = 200, .body = "1"}};
    client = open_client(&script, good, COUNT(good), "opaque-token-7");
    CHECK_NUMBER(mf_client_get(client, "/x", &document, &err), 0);
    cJSON_Delete(document);
    CHECK_TEXT(script.requests[0].authorization, "Basic opaque-token-7==");
    mf_client_close(client);
}

static void test_no_switch(void)
{
    struct script script;
    cJSON *document = NULL;
    int unknown = 1;
    const struct script_step both[] = {{.status = 401}, {.status = 401}, {.status = 401}};
    struct mf_client *client = open_client(&script, both, COUNT(both), TOKEN);
    CHECK_NUMBER(mf_client_get(client, "/x", &document, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_AUTH);
    CHECK_NUMBER(script.next, 2);
    CHECK_NUMBER(mf_client_get(client, "/x", &document, &err), -1);
    CHECK_NUMBER(script.next, 3); /* neither works: not tried again and again */
    CHECK_TEXT(script.requests[2].authorization, "Basic " TOKEN);
    mf_client_close(client);
    client = open_client(&script, both, COUNT(both), TOKEN);
    CHECK_NUMBER(mf_client_send_once(client, "POST", "/x", NULL, NULL, &unknown, &err), -1);
    CHECK_NUMBER(script.next, 1);
    CHECK_NUMBER(unknown, 0);
    mf_client_close(client);
    script_start(&script, both, COUNT(both));
    struct mf_client_options options = script_options(&script, TOKEN);
    options.auth = MF_AUTH_BEARER;
    CHECK_NUMBER(mf_client_open(&client, &options, &err), 0);
    CHECK_NUMBER(mf_client_get(client, "/x", &document, &err), -1);
    CHECK_NUMBER(script.next, 1);
    CHECK_TEXT(script.requests[0].authorization, "Bearer " TOKEN);
    mf_client_close(client);
}

static void test_secrets(void)
{
    struct script script;
    const struct script_step echo[] = {
        {.status = 400, .body = "{\"message\":\"bad Authorization: Basic " TOKEN "\"}"}};
    CHECK_NUMBER(get(&script, echo, COUNT(echo)), MF_ERR_REJECTED);
    CHECK_LACKS(err.message, TOKEN);
    const struct script_step plain[] = {{.status = 400, .body = "no s3cret-token " TOKEN " here"}};
    CHECK_NUMBER(get(&script, plain, COUNT(plain)), MF_ERR_REJECTED);
    CHECK_LACKS(err.message, "s3cret-token");
    CHECK_LACKS(err.message, TOKEN);
    const struct script_step page[] = {{.status = 200, .body = "you sent " TOKEN}};
    CHECK_NUMBER(get(&script, page, COUNT(page)), MF_ERR_FORMAT);
    CHECK_LACKS(err.message, TOKEN);
    CHECK_LACKS(script.log, TOKEN);
}

/* ---- answers ------------------------------------------------------------------------------- */

static void test_answers(void)
{
    struct script script;
    const struct script_step html[] = {{.status = 200, .body = "<html><title>Hotel login</title>"}};
    CHECK_NUMBER(get(&script, html, 1), MF_ERR_FORMAT);
    CHECK_HOLDS(err.message, "Hotel login");
    CHECK_NUMBER(err.http_status, 200);
    const struct script_step empty[] = {{.status = 200, .body = " \n"}};
    CHECK_NUMBER(get(&script, empty, 1), MF_ERR_FORMAT);
    CHECK_HOLDS(err.message, "empty answer");
    const struct script_step none[] = {{.status = 204}};
    CHECK_NUMBER(get(&script, none, 1), MF_ERR_FORMAT);
    const struct script_step unchanged[] = {{.status = 304}};
    CHECK_NUMBER(get(&script, unchanged, 1), MF_ERR_FORMAT);
    const struct script_step created[] = {{.status = 201, .body = "\xEF\xBB\xBF{}"}};
    CHECK_NUMBER(get(&script, created, 1), 0);
    const struct script_step missing[] = {{.status = 404, .body = "{\"message\":\"gone\"}"}};
    CHECK_NUMBER(get(&script, missing, 1), MF_ERR_NOT_FOUND);
    CHECK_HOLDS(err.message, "gone");
    struct mf_client *client = open_client(&script, missing, 1, TOKEN);
    cJSON *document = NULL;
    CHECK_NUMBER(mf_client_get(client, "/x", &document, NULL), -1); /* NULL error is fine */
    mf_client_close(client);
}

struct gathered {
    char data[100];
    int begun, ended, is_cut;
};

static int gather_begin(void *ctx, int64_t announced, struct mf_error *error)
{
    struct gathered *gathered = ctx;
    (void)announced;
    (void)error;
    gathered->begun++;
    gathered->data[0] = '\0';
    return 0;
}

static int gather_write(void *ctx, const char *data, size_t size, struct mf_error *error)
{
    struct gathered *gathered = ctx;
    (void)error;
    strncat(gathered->data, data, size);
    return 0;
}

static int gather_end(void *ctx, struct mf_error *error)
{
    struct gathered *gathered = ctx;
    gathered->ended++;
    if (gathered->is_cut-- > 0)
        return mf_error_set(error, MF_ERR_TRUNCATED, "The result does not end");
    return 0;
}

static void test_download(void)
{
    struct script script;
    struct gathered gathered = {"", 0, 0, 1};
    const struct mf_sink sink = {&gathered, gather_begin, gather_write, gather_end};
    const struct script_step steps[] = {
        {.status = 503, .body = "error page"},
        {.status = 200, .body = "half", .kind = MF_ERR_TRUNCATED, .is_transient = 1},
        {.status = 200, .body = "cut"},
        {.status = 200, .body = "whole"},
    };
    struct mf_client *client = open_client(&script, steps, COUNT(steps), TOKEN);
    CHECK_NUMBER(mf_client_download(client, "/r", &sink, 0, &err), 0);
    CHECK_TEXT(gathered.data, "whole");
    CHECK_NUMBER(gathered.begun, 3);
    CHECK_NUMBER(gathered.ended, 2);
    mf_client_close(client);
    /* All bytes that were announced have come: the document itself is broken. */
    const struct script_step broken[] = {
        {.status = 200, .header = "Content-Length: 3", .body = "cut"},
        {.status = 200, .body = "whole"},
    };
    gathered.is_cut = 1;
    client = open_client(&script, broken, COUNT(broken), TOKEN);
    CHECK_NUMBER(mf_client_download(client, "/r", &sink, 0, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_TRUNCATED);
    CHECK_NUMBER(script.next, 1);
    CHECK(script.slept == 0);
    mf_client_close(client);
    const struct script_step part[] = {{.status = 206, .body = "part"}};
    client = open_client(&script, part, COUNT(part), TOKEN);
    CHECK_NUMBER(mf_client_download(client, "/r", &sink, 0, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
    mf_client_close(client);
    const struct script_step large[] = {{.status = 200, .kind = MF_ERR_TOO_LARGE}};
    client = open_client(&script, large, COUNT(large), TOKEN);
    CHECK_NUMBER(mf_client_download(client, "/r", &sink, 9, &err), -1);
    CHECK_HOLDS(err.message, "MAX_RESULT_SIZE");
    mf_client_close(client);
}

/* ---- changes ------------------------------------------------------------------------------- */

static void change(const struct script_step *step, int wanted, int wanted_unknown, int line)
{
    struct script script;
    int unknown = -1;
    cJSON *document = NULL, *body = cJSON_Parse("{\"a\":\"\xC3\xA9\"}");
    struct mf_client *client = open_client(&script, step, 1, TOKEN);
    const int failed = mf_client_send_once(client, "POST", "/c", body, &document, &unknown, &err);
    check_number(failed ? (int)err.kind : 0, wanted, "kind", __FILE__, line);
    check_number(unknown, wanted_unknown, "outcome_unknown", __FILE__, line);
    check_number(script.next, 1, "requests", __FILE__, line);
    check_number(script.requests[0].fresh_connection, 1, "fresh", __FILE__, line);
    check_text(script.requests[0].body, "{\"a\":\"\xC3\xA9\"}", __FILE__, line);
    cJSON_Delete(document);
    cJSON_Delete(body);
    mf_client_close(client);
}
#define CHANGE(wanted, wanted_unknown, ...)                                                        \
    do {                                                                                           \
        const struct script_step step = {__VA_ARGS__};                                             \
        change(&step, wanted, wanted_unknown, __LINE__);                                           \
    } while (0)

static void test_change(void)
{
    CHANGE(0, 0, .status = 200, .body = "{\"id\":1}");
    CHANGE(0, 0, .status = 204);
    CHANGE(0, 1, .status = 200, .body = "");
    CHANGE(MF_ERR_FORMAT, 1, .status = 200, .body = "<html>");
    CHANGE(MF_ERR_REJECTED, 0, .status = 400, .body = "{}");
    CHANGE(MF_ERR_RATE_LIMIT, 0, .status = 429);
    CHANGE(MF_ERR_REJECTED, 1, .status = 408); /* somebody on the way did not wait */
    CHANGE(MF_ERR_REJECTED, 1, .status = 499);
    CHANGE(MF_ERR_SERVER, 1, .status = 503);
    CHANGE(MF_ERR_REJECTED, 0, .status = 307, .header = "Location: https://other.example/");
    CHANGE(MF_ERR_REJECTED, 1, .status = 303, .header = "Location: https://other.example/");
    CHANGE(MF_ERR_NETWORK, 1, .kind = MF_ERR_NETWORK, .is_transient = 1);
    CHANGE(MF_ERR_NETWORK, 0, .kind = MF_ERR_NETWORK, .is_transient = 1, .not_sent = 1);
    CHANGE(MF_ERR_TRUNCATED, 1, .status = 200, .kind = MF_ERR_TRUNCATED, .is_transient = 1);
    CHANGE(MF_ERR_CANCELLED, 1, .kind = MF_ERR_CANCELLED);
    struct script script;
    const struct script_step gone[] = {{.status = 200, .body = "OK, deleted"}};
    struct mf_client *client = open_client(&script, gone, 1, TOKEN);
    CHECK_NUMBER(mf_client_send_once(client, "DELETE", "/c", NULL, NULL, NULL, &err), 0);
    CHECK_TEXT(script.requests[0].method, "DELETE");
    CHECK_TEXT(script.requests[0].body, "");
    mf_client_close(client);
}

/* ---- queries ------------------------------------------------------------------------------- */

static void test_query(void)
{
    struct script script;
    cJSON *document = NULL, *body = cJSON_Parse("{\"limit\":30}");
    const struct script_step steps[] = {{.status = 503}, {.status = 200, .body = "[]"}};
    struct mf_client *client = open_client(&script, steps, COUNT(steps), TOKEN);
    CHECK_NUMBER(mf_client_query(client, "/q", body, &document, &err), 0);
    CHECK_TEXT(script.requests[1].method, "POST");
    CHECK_TEXT(script.requests[1].body, "{\"limit\":30}");
    CHECK_NUMBER(script.requests[1].fresh_connection, 0);
    cJSON_Delete(document);
    mf_client_close(client);

    const struct script_step fallbacks[] = {
        {.status = 405}, {.status = 200, .body = "1"},      {.status = 200, .body = "2"},
        {.status = 404}, {.status = 404, .body = "second"}, {.status = 403}};
    client = open_client(&script, fallbacks, COUNT(fallbacks), TOKEN);
    CHECK_NUMBER(mf_client_query_fallback(client, "/p/3fa85f64-5717/v2/page", body,
                                          "GET /p/3fa85f64-5717/v2", &document, &err),
                 0);
    CHECK_TEXT(script.requests[1].method, "GET");
    CHECK_TEXT(script.requests[1].url, "https://api.example.com/rest/p/3fa85f64-5717/v2");
    CHECK_TEXT(script.requests[1].body, "");
    cJSON_Delete(document);
    CHECK_NUMBER(mf_client_query_fallback(client, "/p/77777777-8888/v2/page", body,
                                          "GET /p/77777777-8888/v2", &document, &err),
                 0);
    CHECK_TEXT(script.requests[2].method, "GET"); /* remembered: not asked for the page again */
    cJSON_Delete(document);
    mf_client_close(client);
    /* So is it by the next client of the account, until the fallback is missing. */
    const struct script_step again[] = {{.status = 200, .body = "3"}, {.status = 405}, {.status = 200, .body = "4"}};
    client = open_client(&script, again, COUNT(again), TOKEN);
    for (int i = 0; i < 2; i++) {
        CHECK_NUMBER(mf_client_query_fallback(client, "/p/3fa85f64-5717/v2/page", body,
                                              "GET /p/3fa85f64-5717/v2", &document, &err),
                     0);
        cJSON_Delete(document);
    }
    CHECK_TEXT(script.requests[0].method, "GET");
    CHECK_TEXT(script.requests[2].method, "POST");
    mf_client_close(client);
    client = open_client(&script, fallbacks + 3, COUNT(fallbacks) - 3, TOKEN);
    CHECK_NUMBER(mf_client_query_fallback(client, "/a", body, "/b", &document, &err), -1);
    CHECK_NUMBER(err.http_status, 404);
    CHECK_LACKS(err.message, "second");
    CHECK_TEXT(script.requests[1].method, "POST");
    CHECK_NUMBER(mf_client_query_fallback(client, "/a", body, "/b", &document, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORBIDDEN);
    CHECK_NUMBER(script.next, 3);
    cJSON_Delete(body);
    mf_client_close(client);
}

int main(void)
{
    test_url();
    test_token_file();
    test_retries();
    test_outage();
    test_silence();
    test_retry_after();
    test_cancel();
    test_switch();
    test_no_switch();
    test_secrets();
    test_answers();
    test_download();
    test_change();
    test_query();
    return check_result();
}
