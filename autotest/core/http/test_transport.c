/* The transport over libcurl, against a server on 127.0.0.1. */
#include <curl/curl.h>
#include <stdlib.h>
#include <unistd.h>

#include "api/client.h"
#include "base/clock.h"
#include "base/str.h"
#include "check.h"
#include "http/transport.h"
#include "loopback.h"

static struct loopback home, other;
static struct mf_transport transport;
static struct mf_error err;
static struct mf_response response;

static char *url_of(const struct loopback *server, const char *path)
{
    static char url[200];
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", server->port, path);
    return url;
}

/* Performs a request; `response` and `err` hold the outcome. Returns 0 or the kind of the error. */
static int perform(const struct mf_request *request)
{
    mf_error_init(&err);
    const int failed = transport.perform(transport.ctx, request, &response, &err);
    CHECK(!failed || err.message[0] != '\0');
    return failed ? (int)err.kind : 0;
}

static int get(const char *path)
{
    const struct mf_request request = {.method = "GET", .url = url_of(&home, path)};
    return perform(&request);
}

static size_t connections(struct loopback *server)
{
    pthread_mutex_lock(&server->mutex);
    const size_t count = (size_t)server->connections;
    pthread_mutex_unlock(&server->mutex);
    return count;
}

/* ---- answers ------------------------------------------------------------------------------- */

static void test_answers(void)
{
    CHECK_NUMBER(get("/ok"), 0);
    CHECK_NUMBER(response.status, 200);
    CHECK_TEXT(response.body, "hello");
    CHECK_NUMBER(response.body_size, 5);
    CHECK_TEXT(mf_response_header(&response, "x-TWICE"), "b");
    CHECK(mf_response_header(&response, "x-none") == NULL);
    CHECK_NUMBER(response.request_sent, 1);
    CHECK_NUMBER(get("/chunked"), 0);
    CHECK_TEXT(response.body, "hello!");
    CHECK(mf_response_header(&response, "x-trailer") == NULL);
    CHECK_NUMBER(get("/close"), 0);
    CHECK_TEXT(response.body, "until the end");
    CHECK_NUMBER(get("/interim"), 0);
    CHECK_TEXT(response.body, "ok");
    CHECK(mf_response_header(&response, "link") == NULL);
    CHECK_NUMBER(get("/empty"), 0);
    CHECK_TEXT(response.body, "");
    CHECK_NUMBER(get("/none"), 0);
    CHECK_NUMBER(response.status, 204);
    CHECK_NUMBER(get("/error"), 0);
    CHECK_NUMBER(response.status, 500);
    CHECK_TEXT(response.body, "broken");
    CHECK_NUMBER(get("/auth"), 0);
    CHECK_NUMBER(response.status, 401);
    CHECK_NUMBER(get("/gzip"), 0);
    CHECK_NUMBER(response.body_size, 1000);
    CHECK(mf_response_is_delimited(&response) && !mf_response_is_identity(&response));
    CHECK_NUMBER(get("/close"), 0);
    CHECK(!mf_response_is_delimited(&response) && mf_response_is_identity(&response));
    CHECK_NUMBER(get("/encoded"), MF_ERR_FORMAT);
    CHECK_NUMBER(response.is_transient, 0);
    CHECK_NUMBER(get("/headers"), MF_ERR_FORMAT);
    CHECK_HOLDS(err.message, "larger than 262144 bytes");
    CHECK_NUMBER(get("/error-encoded"), 0); /* its body is a courtesy: do without it */
    CHECK_NUMBER(response.status, 404);
    CHECK_TEXT(response.body, "");
    CHECK_NUMBER(get("/error-bomb"), 0);
    CHECK_NUMBER(response.status, 500);
    CHECK_NUMBER(response.body_size, MF_MAX_ERROR_BODY);
    CHECK_NUMBER(get("/unlocated"), 0);
    CHECK_NUMBER(response.status, 302);
}

static void test_broken(void)
{
    static const struct {
        const char *path;
        enum mf_error_kind kind;
    } cases[] = {
        {"/cut", MF_ERR_TRUNCATED},        {"/chunk-cut", MF_ERR_TRUNCATED},
        {"/chunk-bad", MF_ERR_TRUNCATED},  {"/gzip-cut", MF_ERR_TRUNCATED},
        {"/gzip-bad", MF_ERR_TRUNCATED},   {"/gzip-more", MF_ERR_TRUNCATED},
        {"/reset-late", MF_ERR_TRUNCATED}, {"/reset", MF_ERR_NETWORK},
        {"/nothing", MF_ERR_NETWORK},      {"/header-cut", MF_ERR_NETWORK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (!CHECK_NUMBER(get(cases[i].path), cases[i].kind))
            fprintf(stderr, "    %s: %s\n", cases[i].path, err.message);
        CHECK_NUMBER(response.is_transient, 1);
        CHECK_NUMBER(response.request_sent, 1);
    }
    CHECK_NUMBER(get("/error-cut"), 0); /* the status counts */
    CHECK_NUMBER(response.status, 503);
    CHECK_TEXT(response.body, "bus");
    /* HTTP has delivered all of it, and libcurl does not mind: the reader of the document must. */
    CHECK_NUMBER(get("/gzip-short"), 0);
    CHECK(response.body_size <= 1000);
    CHECK_NUMBER(get("/not-http"), MF_ERR_FORMAT);
    CHECK_NUMBER(response.is_transient, 0);
}

static void test_no_server(void)
{
    struct mf_request request = {
        .method = "POST", .url = "http://127.0.0.1:1/", .body = "x", .body_size = 1};
    CHECK_NUMBER(perform(&request), MF_ERR_NETWORK);
    CHECK_NUMBER(response.is_transient, 1);
    CHECK_NUMBER(response.request_sent, 0);
    CHECK_HOLDS(err.message, "127.0.0.1:1");
    char url[100];
    snprintf(url, sizeof url, "https://127.0.0.1:%d/ok", home.port); /* speaks no TLS */
    request.url = url;
    CHECK_NUMBER(perform(&request), MF_ERR_NETWORK);
    CHECK_HOLDS(err.message, "TLS");
    CHECK_NUMBER(response.request_sent, 0);
    request.url = "http://user:pw@127.0.0.1:1/";
    CHECK_NUMBER(perform(&request), MF_ERR_ARGUMENT);
    CHECK_LACKS(err.message, "pw");
    request.url = "ftp://127.0.0.1/";
    CHECK_NUMBER(perform(&request), MF_ERR_ARGUMENT);
    request.url = url_of(&home, "/ok");
    request.authorization = "Basic x\r\nX: y";
    CHECK_NUMBER(perform(&request), MF_ERR_ARGUMENT);
    CHECK_NUMBER(transport.perform(transport.ctx, &request, &response, NULL), -1);
}

/* ---- requests ------------------------------------------------------------------------------ */

static void test_requests(void)
{
    char seen[1024];
    const char *const headers[] = {"X-One: 1", NULL};
    struct mf_request request = {.method = "POST",
                                 .url = url_of(&home, "/ok"),
                                 .authorization = "Basic abc",
                                 .headers = headers,
                                 .body = "{\"a\":1}",
                                 .body_size = 7,
                                 .content_type = "application/json"};
    CHECK_NUMBER(perform(&request), 0);
    loopback_last(&home, seen);
    CHECK_HOLDS(seen, "POST /ok HTTP/1.1\r\n");
    CHECK_HOLDS(seen, "Authorization: Basic abc\r\n");
    CHECK_HOLDS(seen, "X-One: 1\r\n");
    CHECK_HOLDS(seen, "Content-Type: application/json\r\n");
    CHECK_HOLDS(seen, "Accept-Encoding: gzip\r\n");
    CHECK_HOLDS(seen, "User-Agent: test/1\r\n");
    CHECK_HOLDS(seen, "\r\n\r\n{\"a\":1}");
    CHECK_LACKS(seen, "Expect");
    request.body = NULL;
    CHECK_NUMBER(perform(&request), 0);
    loopback_last(&home, seen);
    CHECK_HOLDS(seen, "POST /ok HTTP/1.1\r\n");
    CHECK_HOLDS(seen, "Content-Length: 0\r\n");
    CHECK_LACKS(seen, "Content-Type");
    request.method = "DELETE";
    CHECK_NUMBER(perform(&request), 0);
    loopback_last(&home, seen);
    CHECK_HOLDS(seen, "DELETE /ok HTTP/1.1\r\n");
    CHECK_LACKS(seen, "Content-");
    request.method = "PUT";
    request.body = "x";
    request.body_size = 1;
    CHECK_NUMBER(perform(&request), 0);
    loopback_last(&home, seen);
    CHECK_HOLDS(seen, "PUT /ok HTTP/1.1\r\n");
    CHECK_HOLDS(seen, "\r\n\r\nx");
}

static void test_connections(void)
{
    CHECK_NUMBER(get("/ok"), 0);
    const size_t before = connections(&home);
    for (int i = 0; i < 5; i++)
        CHECK_NUMBER(get(i % 2 ? "/chunked" : "/ok"), 0);
    CHECK_NUMBER(connections(&home), before); /* kept alive */
    const struct mf_request fresh = {
        .method = "POST", .url = url_of(&home, "/ok"), .send_once = true};
    CHECK_NUMBER(perform(&fresh), 0);
    CHECK_NUMBER(perform(&fresh), 0);
    CHECK_NUMBER(connections(&home), before + 2);
    CHECK_NUMBER(get("/ok"), 0);
    CHECK_NUMBER(connections(&home), before + 2);
    /* A request that may be sent once is not sent again by libcurl either. */
    pthread_mutex_lock(&home.mutex);
    const size_t count = home.count;
    pthread_mutex_unlock(&home.mutex);
    const struct mf_request lost = {
        .method = "POST", .url = url_of(&home, "/nothing"), .send_once = true};
    CHECK_NUMBER(perform(&lost), MF_ERR_NETWORK);
    CHECK_NUMBER(response.request_sent, 1);
    pthread_mutex_lock(&home.mutex);
    CHECK_NUMBER(home.count, count + 1);
    pthread_mutex_unlock(&home.mutex);
}

/* ---- redirects ----------------------------------------------------------------------------- */

static void test_redirects(void)
{
    char seen[1024];
    struct mf_request request = {
        .method = "GET", .url = url_of(&home, "/to-home"), .authorization = "Basic abc"};
    CHECK_NUMBER(perform(&request), 0);
    CHECK_TEXT(response.body, "hello");
    loopback_last(&home, seen);
    CHECK_HOLDS(seen, "GET /ok?x=1 ");
    CHECK_HOLDS(seen, "Authorization: Basic abc");
    request.url = url_of(&home, "/to-other");
    CHECK_NUMBER(perform(&request), 0);
    CHECK_TEXT(response.body, "hello");
    loopback_last(&other, seen);
    CHECK_HOLDS(seen, "GET /ok");
    CHECK_LACKS(seen, "Authorization");
    request.url = url_of(&home, "/to-other-and-back");
    CHECK_NUMBER(perform(&request), 0);
    loopback_last(&home, seen);
    CHECK_HOLDS(seen, "GET /ok ");
    CHECK_LACKS(seen, "Authorization"); /* another origin chose this path */
    request.url = url_of(&home, "/to-loop");
    CHECK_NUMBER(perform(&request), MF_ERR_REJECTED);
    CHECK_HOLDS(err.message, "more than 10 times");
    CHECK_NUMBER(err.http_status, 301);
    CHECK_NUMBER(response.is_transient, 0);
    request.url = url_of(&home, "/to-user");
    CHECK_NUMBER(perform(&request), MF_ERR_REJECTED);
    CHECK_LACKS(err.message, "pw");
    request.url = url_of(&home, "/to-ftp");
    CHECK_NUMBER(perform(&request), MF_ERR_REJECTED);
    request.url = url_of(&home, "/to-bad-port");
    CHECK_NUMBER(perform(&request), MF_ERR_REJECTED);
    CHECK_HOLDS(err.message, "cannot be used");
    request.url = url_of(&home, "/to-nowhere");
    CHECK_NUMBER(perform(&request), 0);
    CHECK_NUMBER(response.status, 302);
    request.method = "POST";
    request.url = url_of(&home, "/to-307");
    CHECK_NUMBER(perform(&request), 0);
    CHECK_NUMBER(response.status, 307);
    CHECK_TEXT(mf_response_header(&response, "location"), "ok?x=1");
}

/* ---- sinks, limits, cancel ----------------------------------------------------------------- */

struct gathered {
    int64_t announced;
    size_t size;
    int begun;
    int stop; /* fail at the first byte */
};

static int gather_begin(void *ctx, int64_t announced, struct mf_error *error)
{
    struct gathered *gathered = ctx;
    (void)error;
    gathered->begun++;
    gathered->announced = announced;
    return 0;
}

static int gather_write(void *ctx, const char *data, size_t size, struct mf_error *error)
{
    struct gathered *gathered = ctx;
    (void)data;
    gathered->size += size;
    return gathered->stop ? mf_error_set(error, MF_ERR_FILE, "no room") : 0;
}

static int download(const char *path, int64_t max_body, struct gathered *gathered)
{
    const struct mf_sink sink = {gathered, gather_begin, gather_write, NULL};
    const struct mf_request request = {
        .method = "GET", .url = url_of(&home, path), .sink = &sink, .max_body = max_body};
    memset(gathered, 0, offsetof(struct gathered, stop));
    return perform(&request);
}

static void test_sinks(void)
{
    struct gathered gathered = {0, 0, 0, 0};
    CHECK_NUMBER(download("/big", 0, &gathered), 0);
    CHECK(gathered.size == 64u << 20 && gathered.announced == 64 << 20 && gathered.begun == 1);
    CHECK(response.body == NULL);
    CHECK_NUMBER(download("/big", 1000, &gathered), MF_ERR_TOO_LARGE);
    CHECK_NUMBER(gathered.begun, 0);
    CHECK_NUMBER(download("/bomb", 1000000, &gathered), MF_ERR_TOO_LARGE);
    CHECK(gathered.size <= 1000000);
    CHECK_NUMBER(download("/gzip", 0, &gathered), 0);
    CHECK(gathered.size == 1000 && gathered.announced == -1); /* nothing is known of it */
    CHECK_NUMBER(download("/chunked", 0, &gathered), 0);
    CHECK(gathered.size == 6 && gathered.announced == -1);
    CHECK_NUMBER(download("/error", 0, &gathered), 0);
    CHECK_NUMBER(gathered.begun, 0);
    CHECK_TEXT(response.body, "broken");
    CHECK_NUMBER(download("/empty", 0, &gathered), 0);
    CHECK_NUMBER(gathered.begun, 1);
    CHECK_NUMBER(download("/to-other", 0, &gathered), 0);
    CHECK(gathered.begun == 1 && gathered.size == 5);
    gathered.stop = 1;
    CHECK_NUMBER(download("/ok", 0, &gathered), MF_ERR_FILE);
    CHECK_TEXT(err.message, "no room");
    CHECK_NUMBER(response.is_transient, 0);
}

static int is_late(void *ctx)
{
    return mf_clock_monotonic() > *(double *)ctx;
}

static void cancel(const char *path)
{
    double when = mf_clock_monotonic() + 0.3;
    const struct mf_cancel cancelled = {&when, is_late};
    const struct mf_request request = {
        .method = "GET", .url = url_of(&home, path), .cancel = &cancelled};
    CHECK_NUMBER(perform(&request), MF_ERR_CANCELLED);
    CHECK_NUMBER(response.is_transient, 0);
}

static void test_time(void)
{
    cancel("/silent");
    cancel("/stall");
    struct mf_request request = {
        .method = "GET", .url = url_of(&home, "/stall"), .total_timeout = 0.3};
    CHECK_NUMBER(perform(&request), MF_ERR_TRUNCATED);
    CHECK_NUMBER(response.is_transient, 1);
    request.url = url_of(&home, "/silent");
    CHECK_NUMBER(perform(&request), MF_ERR_NETWORK);
    CHECK_NUMBER(response.is_transient, 1);
}

static void test_low_speed(void)
{
    const struct mf_transport_options options = {.low_speed_time = 1, .low_speed_limit = 10};
    struct mf_transport usual = transport;
    CHECK_NUMBER(mf_transport_curl_open(&transport, &options, &err), 0);
    CHECK_NUMBER(get("/stall"), MF_ERR_TRUNCATED);
    CHECK_NUMBER(response.is_transient, 1);
    CHECK_HOLDS(err.message, "GDAL_HTTP_LOW_SPEED_TIME");
    transport.close(transport.ctx);
    transport = usual;
}

/* ---- the host's hooks ---------------------------------------------------------------------- */

struct host {
    pthread_mutex_t mutex;
    int configured, released, is_verbose;
    char proxy[100], netrc[100];
    const char *accept_encoding;
    long http_version;
    int wants_cookies;
    char log[16384];
};

/* What CPLHTTPSetOptions does, at its worst. */
static void *configure(void *ctx, void *curl, const char *url)
{
    struct host *host = ctx;
    struct curl_slist *list = NULL;
    CHECK(strncmp(url, "http", 4) == 0);
    pthread_mutex_lock(&host->mutex);
    host->configured++;
    pthread_mutex_unlock(&host->mutex);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTREDIR, CURL_REDIR_POST_ALL);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, host->is_verbose ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_USERPWD, "host:hostpw");
    curl_easy_setopt(curl, CURLOPT_COOKIE, "host=cookie");
    if (host->wants_cookies)
        curl_easy_setopt(curl, CURLOPT_COOKIEFILE, "");
    if (host->http_version != 0)
        curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, host->http_version);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "host/1");
    if (host->netrc[0] != '\0') {
        curl_easy_setopt(curl, CURLOPT_NETRC, CURL_NETRC_OPTIONAL);
        curl_easy_setopt(curl, CURLOPT_NETRC_FILE, host->netrc);
        curl_easy_setopt(curl, CURLOPT_USERPWD, NULL);
    }
    if (host->proxy[0] != '\0')
        curl_easy_setopt(curl, CURLOPT_PROXY, host->proxy);
    list = curl_slist_append(list, "Authorization: Bearer hosttoken");
    list = curl_slist_append(list, "X-Host: yes");
    list = curl_slist_append(list, "X-Api-Key: k3y-of-the-host");
    list = curl_slist_append(list, "Accept: text/odd");
    list = curl_slist_append(list, "User-Agent: list/1");
    list = curl_slist_append(list, "Content-Type: text/plain");
    list = curl_slist_append(list, "Cookie: list=cookie");
    if (host->accept_encoding != NULL)
        list = curl_slist_append(list, host->accept_encoding);
    return list;
}

static void release_headers(void *ctx, void *headers)
{
    struct host *host = ctx;
    pthread_mutex_lock(&host->mutex);
    host->released++;
    pthread_mutex_unlock(&host->mutex);
    curl_slist_free_all(headers);
}

static void debug(void *ctx, const char *line)
{
    struct host *host = ctx;
    const size_t used = strlen(host->log);
    snprintf(host->log + used, sizeof host->log - used, "%s\n", line);
}

static int wants_verbose(void *ctx)
{
    return ((struct host *)ctx)->is_verbose;
}

static struct host host = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void test_host_headers(void)
{
    char seen[1024];
    struct mf_request request = {
        .method = "GET", .url = url_of(&home, "/ok"), .authorization = "Basic own"};
    CHECK_NUMBER(perform(&request), 0);
    loopback_last(&home, seen);
    CHECK_HOLDS(seen, "Authorization: Basic own\r\n");
    CHECK_LACKS(seen, "hosttoken");
    CHECK_LACKS(seen, "aG9zdDpob3N0cHc"); /* host:hostpw */
    CHECK_LACKS(seen, "Content-Type");
    CHECK_HOLDS(seen, "X-Host: yes\r\n");
    CHECK_HOLDS(seen, "X-Api-Key: k3y-of-the-host\r\n");
    CHECK_HOLDS(seen, "User-Agent: list/1\r\n");
    request.url = url_of(&home, "/to-other");
    CHECK_NUMBER(perform(&request), 0);
    loopback_last(&other, seen);
    CHECK_LACKS(seen, "X-");
    CHECK_HOLDS(seen, "Accept: text/odd\r\n");
    CHECK_HOLDS(seen, "User-Agent: list/1\r\n");
    CHECK_LACKS(seen, "Authorization");
    CHECK_LACKS(seen, "ookie");
    request.authorization = NULL; /* then the host's own may go, to the first origin */
    CHECK_NUMBER(perform(&request), 0);
    loopback_last(&other, seen);
    CHECK_LACKS(seen, "Authorization");
    request.url = url_of(&home, "/ok");
    CHECK_NUMBER(perform(&request), 0);
    loopback_last(&home, seen);
    CHECK_HOLDS(seen, "Authorization: Bearer hosttoken\r\n");
    host.accept_encoding = "Accept-Encoding: identity";
    CHECK_NUMBER(perform(&request), 0);
    loopback_last(&home, seen);
    CHECK_HOLDS(seen, "Accept-Encoding: identity\r\n");
    CHECK_LACKS(seen, "gzip");
    host.accept_encoding = NULL;
    CHECK_NUMBER(host.configured, host.released);
}

/* A change is sent over HTTP/1.1, whatever the host wants: libcurl repeats what HTTP/2 refuses. */
static void test_http_version(void)
{
    char seen[1024];
    struct mf_request request = {.method = "POST", .url = url_of(&home, "/ok"), .send_once = true};
    host.http_version = CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
    CHECK_NUMBER(perform(&request), 0);
    host.http_version = CURL_HTTP_VERSION_1_0;
    CHECK_NUMBER(perform(&request), 0);
    loopback_last(&home, seen);
    CHECK_HOLDS(seen, "POST /ok HTTP/1.1\r\n");
    request.send_once = false;
    CHECK_NUMBER(perform(&request), 0);
    loopback_last(&home, seen);
    CHECK_HOLDS(seen, "POST /ok HTTP/1.0\r\n");
    host.http_version = 0;
}

/* Cookies live through the redirects of a request within its origin, and no longer. */
static void test_cookies(void)
{
    char seen[1024];
    struct mf_request request = {
        .method = "GET", .url = url_of(&home, "/to-cookie"), .authorization = "Basic own"};
    host.wants_cookies = 1;
    CHECK_NUMBER(perform(&request), 0);
    loopback_last(&home, seen);
    CHECK_HOLDS(seen, "GET /ok ");
    CHECK_HOLDS(seen, "hop=1");
    request.url = url_of(&home, "/cookie");
    CHECK_NUMBER(perform(&request), 0);
    CHECK_NUMBER(perform(&request), 0); /* of another account, on the same handle */
    loopback_last(&home, seen);
    CHECK_LACKS(seen, "sid=");
    CHECK_LACKS(seen, "hop=");
    request.url = url_of(&home, "/to-other-cookie");
    for (int i = 0; i < 2; i++) {
        CHECK_NUMBER(perform(&request), 0);
        loopback_last(&other, seen);
        CHECK_HOLDS(seen, "GET /cookie ");
        CHECK_LACKS(seen, "ookie:");
    }
    host.wants_cookies = 0;
}

static void test_netrc(void)
{
    char seen[1024];
    strcpy(host.netrc, "/tmp/mapflow-netrc-XXXXXX");
    const int fd = mkstemp(host.netrc);
    static const char text[] = "machine 127.0.0.1 login netuser password netpw\n";
    CHECK(write(fd, text, sizeof text - 1) > 0);
    close(fd);
    const struct mf_request request = {
        .method = "GET", .url = url_of(&home, "/to-other"), .authorization = "Basic own"};
    CHECK_NUMBER(perform(&request), 0);
    loopback_last(&home, seen);
    CHECK_HOLDS(seen, "Authorization: Basic own\r\n");
    CHECK_LACKS(seen, "bmV0dXNlcjpuZXRwdw");
    loopback_last(&other, seen);
    CHECK_LACKS(seen, "Authorization");
    unlink(host.netrc);
    host.netrc[0] = '\0';
}

static void test_proxy(void)
{
    char seen[1024];
    snprintf(host.proxy, sizeof host.proxy, "http://127.0.0.1:%d", home.port);
    struct mf_request request = {.method = "POST",
                                 .url = "https://mapflow.invalid/ok",
                                 .authorization = "Basic own",
                                 .send_once = true};
    CHECK_NUMBER(perform(&request), MF_ERR_NETWORK);
    CHECK_HOLDS(err.message, "GDAL_HTTP_PROXYUSERPWD");
    CHECK_NUMBER(response.request_sent, 0);
    CHECK_NUMBER(response.is_transient, 0);
    loopback_last(&home, seen);
    CHECK_HOLDS(seen, "CONNECT mapflow.invalid:443");
    CHECK_LACKS(seen, "own");
    CHECK_LACKS(seen, "X-Host");
    request.url = "http://mapflow.invalid/ok";
    CHECK_NUMBER(perform(&request), 0);
    CHECK_NUMBER(response.status, 200);
    strcpy(host.proxy, "http://127.0.0.1:1");
    CHECK_NUMBER(perform(&request), MF_ERR_NETWORK);
    CHECK_NUMBER(response.request_sent, 0);
    host.proxy[0] = '\0';
}

static void test_verbose(void)
{
    const struct mf_request request = {.method = "POST",
                                       .url = url_of(&home, "/ok"),
                                       .authorization = "Basic c2VjcmV0LXRva2Vu",
                                       .body = "bodytext",
                                       .body_size = 8};
    host.is_verbose = 1;
    host.log[0] = '\0';
    CHECK_NUMBER(perform(&request), 0);
    CHECK_HOLDS(host.log, "> POST /ok HTTP/1.1\n");
    CHECK_HOLDS(host.log, "> Authorization: Basic ***\n");
    CHECK_HOLDS(host.log, "< HTTP/1.1 200 OK\n");
    CHECK_LACKS(host.log, "c2Vj");
    CHECK_LACKS(host.log, "cookie");
    CHECK_HOLDS(host.log, "> X-Host: ***\n");
    CHECK_HOLDS(host.log, "> X-Api-Key: ***\n");
    CHECK_LACKS(host.log, "k3y-of-the-host");
    CHECK_HOLDS(host.log, "> Accept: text/odd\n");
    CHECK_LACKS(host.log, "bodytext");
    CHECK_LACKS(host.log, "hello");
    /* HTTP/2 logs the headers of the request as remarks. The server does not understand it. */
    const struct mf_request second = {.method = "GET",
                                      .url = url_of(&home, "/ok"),
                                      .authorization = "Basic c2VjcmV0LXRva2Vu",
                                      .total_timeout = 0.3};
    host.http_version = CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
    host.log[0] = '\0';
    const int failed = perform(&second);
    if (curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2) {
        CHECK(failed);
        CHECK_HOLDS(host.log, "x-host: ***\n");
        CHECK_HOLDS(host.log, "authorization: Basic ***\n");
    }
    CHECK_LACKS(host.log, "c2Vj");
    CHECK_LACKS(host.log, "k3y-of-the-host");
    host.http_version = 0;
    host.is_verbose = 0;
}

static void test_host(void)
{
    const struct mf_transport_options options = {
        .hooks = {&host, configure, release_headers, debug, wants_verbose}, .user_agent = "test/1"};
    struct mf_transport usual = transport;
    CHECK_NUMBER(mf_transport_curl_open(&transport, &options, &err), 0);
    test_host_headers();
    test_http_version();
    test_cookies();
    test_netrc();
    test_proxy();
    test_verbose();
    transport.close(transport.ctx);
    transport = usual;
}

/* ---- threads ------------------------------------------------------------------------------- */

static struct mf_client *client;

/* The client over the transport: one try more than retries, each with a whole exchange. */
static void test_client(void)
{
    struct mf_client_options options = {.base_url = url_of(&home, ""),
                                        .token = "me@example.com:s3cret-token",
                                        .max_retry = 2,
                                        .retry_delay = 0.01,
                                        .transport = transport};
    cJSON *document = NULL;
    int unknown = 0;
    if (!CHECK_NUMBER(mf_client_open(&client, &options, &err), 0))
        return;
    pthread_mutex_lock(&home.mutex);
    const size_t count = home.count;
    pthread_mutex_unlock(&home.mutex);
    CHECK_NUMBER(mf_client_get(client, "/cut", &document, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_TRUNCATED);
    CHECK_HOLDS(err.message, "(3 tries)");
    CHECK_NUMBER(mf_client_send_once(client, "POST", "/reset", NULL, NULL, &unknown, &err), -1);
    CHECK_NUMBER(unknown, 1);
    pthread_mutex_lock(&home.mutex);
    CHECK_NUMBER(home.count, count + 4);
    pthread_mutex_unlock(&home.mutex);
    CHECK_NUMBER(mf_client_get(client, "/to-other", &document, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
}

static void *work(void *ctx)
{
    int *failures = ctx;
    struct mf_response answer;
    struct mf_error error;
    mf_response_init(&answer);
    for (int i = 0; i < 20; i++) {
        char url[100];
        snprintf(url, sizeof url, "http://127.0.0.1:%d%s", i % 3 ? home.port : other.port,
                 i % 5 ? "/ok" : "/gzip");
        const struct mf_request request = {
            .method = "GET", .url = url, .authorization = "Basic abc"};
        if (transport.perform(transport.ctx, &request, &answer, &error) != 0 ||
            answer.body_size != (i % 5 ? 5u : 1000u))
            ++*failures;
        cJSON *document = NULL;
        if (mf_client_get(client, "/json", &document, &error) != 0)
            ++*failures;
        cJSON_Delete(document);
    }
    mf_response_free(&answer);
    return NULL;
}

static void test_threads(void)
{
    enum { THREADS = 8 };
    pthread_t threads[THREADS];
    int failures[THREADS] = {0};
    const size_t before = connections(&home) + connections(&other);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, &failures[i]);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        CHECK_NUMBER(failures[i], 0);
    }
    /* 320 requests on few connections. */
    CHECK(connections(&home) + connections(&other) - before < 60);
}

int main(void)
{
    const struct mf_transport_options options = {.user_agent = "test/1"};
    static const char *const variables[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                            "ALL_PROXY"};
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++)
        unsetenv(variables[i]);
    if (loopback_start(&home) != 0 || loopback_start(&other) != 0)
        return 1;
    home.other_port = other.port;
    other.other_port = home.port;
    mf_response_init(&response);
    CHECK_NUMBER(mf_transport_curl_open(&transport, &options, &err), 0);
    test_answers();
    test_broken();
    test_no_server();
    test_requests();
    test_connections();
    test_redirects();
    test_sinks();
    test_time();
    test_low_speed();
    test_host();
    test_client();
    test_threads();
    mf_client_close(client);
    mf_response_free(&response);
    transport.close(transport.ctx);
    loopback_stop(&home);
    loopback_stop(&other);
    return check_result();
}
