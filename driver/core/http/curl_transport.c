/* SPDX-License-Identifier: MIT */
/* The transport over libcurl: one exchange, hop by hop. */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/signal.h"
#include "base/str.h"
#include "http/curl_error_internal.h"
#include "http/curl_options_internal.h"
#include "http/curl_pool_internal.h"
#include "http/transport.h"

enum {
    POLL_MS = 50, /* time until a cancel is noticed */
    MAX_HEADER_BYTES = 256 * 1024
};

struct curl_transport {
    struct mf_curl_pool pool;
    struct mf_transport_options options;
    char *user_agent;
};

/* The state of one hop, for the callbacks. */
struct exchange {
    const struct mf_request *request;
    struct mf_response *response;
    struct mf_error *err; /* never NULL */
    CURL *easy;
    struct mf_buffer body; /* of an answer that does not go to the sink */
    int64_t size;          /* of a 2xx body so far, decoded */
    struct mf_upload_run upload;
    size_t header_bytes;
    bool headers_ended; /* of the final answer, not of a 1xx one */
    bool body_begun;
    bool is_redirect; /* a 3xx answer that will be followed */
    bool has_failed;  /* *err is the outcome */
    bool has_enough;  /* of an error answer: the rest is not read */
    bool has_proxy_login;
    char error_buffer[CURL_ERROR_SIZE];
};

/* ---- headers ------------------------------------------------------------------------------- */

static int add_header(struct mf_response *response, const char *line, size_t size,
                      struct mf_error *err)
{
    const char *colon = memchr(line, ':', size);
    if (colon == NULL || colon == line)
        return 0;
    const char *value = colon + 1;
    const char *end = line + size;
    while (value < end && mf_is_space(*value))
        value++;
    while (end > value && mf_is_space(end[-1]))
        end--;
    struct mf_header *headers =
        realloc(response->headers, (response->header_count + 1) * sizeof *headers);
    if (headers == NULL)
        return mf_out_of_memory(err);
    response->headers = headers;
    struct mf_header *header = &headers[response->header_count];
    header->name = mf_str_copy_part(line, (size_t)(colon - line));
    header->value = mf_str_copy_part(value, (size_t)(end - value));
    if (header->name == NULL || header->value == NULL) {
        free(header->name);
        free(header->value);
        return mf_out_of_memory(err);
    }
    mf_str_lower(header->name);
    response->header_count++;
    return 0;
}

static int status_of(const struct exchange *exchange)
{
    long status = 0;
    curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

static int take_header(struct exchange *exchange, const char *line, size_t size)
{
    exchange->header_bytes += size;
    if (exchange->body_begun) /* a trailer of a chunked body */
        return 0;
    if (exchange->header_bytes > MAX_HEADER_BYTES)
        return mf_error_set(exchange->err, MF_ERR_FORMAT,
                            "The headers of the answer are larger than %d bytes", MAX_HEADER_BYTES);
    if (size >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        mf_response_clear_headers(exchange->response);
        exchange->headers_ended = false;
        return 0;
    }
    if (size > 2 || (size > 0 && !mf_is_space(line[0])))
        return add_header(exchange->response, line, size, exchange->err);
    exchange->headers_ended = status_of(exchange) >= 200;
    return 0;
}

static size_t on_header(char *line, size_t one, size_t size, void *ctx)
{
    (void)one;
    struct exchange *exchange = ctx;
    exchange->has_failed = take_header(exchange, line, size) != 0;
    return exchange->has_failed ? 0 : size;
}

/* ---- body ---------------------------------------------------------------------------------- */

static bool is_followed(const struct mf_request *request, const struct mf_response *response)
{
    const int status = response->status;
    const char *const location = mf_response_header(response, "location");
    return strcmp(request->method, "GET") == 0 && location != NULL && location[0] != '\0' &&
           (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
}

static int check_size(const struct mf_request *request, int64_t size, struct mf_error *err)
{
    if (request->max_body <= 0 || size <= request->max_body)
        return 0;
    return mf_error_set(err, MF_ERR_TOO_LARGE, "The answer is larger than the limit of %lld bytes",
                        (long long)request->max_body);
}

/* Called at the first byte of the body, or at the end of an answer without one. */
static int begin_body(struct exchange *exchange)
{
    struct mf_response *const response = exchange->response;
    const struct mf_sink *const sink = exchange->request->sink;
    curl_off_t announced = -1;
    exchange->body_begun = true;
    response->status = status_of(exchange);
    exchange->is_redirect = is_followed(exchange->request, response);
    if (!mf_response_is_success(response))
        return 0;
    if (mf_response_is_identity(response))
        curl_easy_getinfo(exchange->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    if (check_size(exchange->request, announced, exchange->err) != 0)
        return -1;
    return sink != NULL && sink->begin != NULL ? sink->begin(sink->ctx, announced, exchange->err)
                                               : 0;
}

static int take_body(struct exchange *exchange, const char *data, size_t size)
{
    const struct mf_sink *const sink = exchange->request->sink;
    if (!exchange->body_begun && begin_body(exchange) != 0)
        return -1;
    if (exchange->is_redirect)
        return 0;
    if (mf_response_is_success(exchange->response)) {
        exchange->size += (int64_t)size;
        if (check_size(exchange->request, exchange->size, exchange->err) != 0)
            return -1;
        if (sink != NULL)
            return sink->write(sink->ctx, data, size, exchange->err);
    } else {
        const size_t room = MF_MAX_ERROR_BODY - exchange->body.size;
        exchange->has_enough = size >= room;
        size = size < room ? size : room;
    }
    return mf_buffer_append(&exchange->body, data, size) != 0 ? mf_out_of_memory(exchange->err) : 0;
}

static size_t on_body(char *data, size_t one, size_t size, void *ctx)
{
    (void)one;
    struct exchange *exchange = ctx;
    exchange->has_failed = size > 0 && take_body(exchange, data, size) != 0;
    return exchange->has_failed || exchange->has_enough ? 0 : size;
}

/* Moves the collected body to the response: a string, "" for an empty body. */
static int finish_body(struct exchange *exchange)
{
    struct mf_response *const response = exchange->response;
    if (mf_response_is_success(response) && exchange->request->sink != NULL)
        return 0;
    if (mf_buffer_append(&exchange->body, "", 1) != 0)
        return mf_out_of_memory(exchange->err);
    response->body = exchange->body.data;
    response->body_size = exchange->body.size - 1;
    exchange->body.data = NULL;
    return 0;
}

/* ---- one hop ------------------------------------------------------------------------------- */

/* Called after the connection is made and before the request is sent. */
static int on_request(void *ctx, char *remote, char *local, int remote_port, int local_port)
{
    (void)remote;
    (void)local;
    (void)remote_port;
    (void)local_port;
    struct exchange *exchange = ctx;
    exchange->response->request_sent = true;
    return 0; /* CURL_PREREQFUNC_OK */
}

static bool must_stop(const struct exchange *exchange, double deadline)
{
    const struct mf_cancel *cancel = exchange->request->cancel;
    if (cancel != NULL && cancel->is_cancelled != NULL && cancel->is_cancelled(cancel->ctx)) {
        mf_error_set(exchange->err, MF_ERR_CANCELLED, "Cancelled");
        return true;
    }
    if (deadline > 0 && mf_clock_monotonic() > deadline) {
        exchange->response->is_transient = true;
        mf_error_set(exchange->err, exchange->headers_ended ? MF_ERR_TRUNCATED : MF_ERR_NETWORK,
                     "The answer took longer than %.0f s", exchange->request->total_timeout);
        return true;
    }
    return false;
}

static bool is_cancelled(const struct exchange *exchange)
{
    return exchange->has_failed && exchange->err->kind == MF_ERR_CANCELLED;
}

/* Runs the transfer to its end. */
static CURLcode transfer(struct exchange *exchange, CURLM *multi, double deadline)
{
    int running = 1;
    double asked = 0;
    if (curl_multi_add_handle(multi, exchange->easy) != CURLM_OK)
        return CURLE_FAILED_INIT;
    while (running > 0) {
        const double now = mf_clock_monotonic();
        if (now - asked > POLL_MS * 0.0009) {
            asked = now;
            exchange->has_failed = must_stop(exchange, deadline) ||
                                   mf_upload_must_stop(&exchange->upload, exchange->easy);
            if (exchange->has_failed)
                return CURLE_ABORTED_BY_CALLBACK;
        }
        if (curl_multi_perform(multi, &running) != CURLM_OK)
            return CURLE_FAILED_INIT;
        if (running > 0)
            curl_multi_poll(multi, NULL, 0, POLL_MS, NULL);
    }
    int left = 0;
    const CURLMsg *message = curl_multi_info_read(multi, &left);
    return message != NULL && message->msg == CURLMSG_DONE ? message->data.result
                                                           : CURLE_FAILED_INIT;
}

/* Returns 0 if there is an answer. */
static int conclude(struct exchange *exchange, CURLcode code, const struct mf_url *url)
{
    struct mf_response *response = exchange->response;
    exchange->has_failed |= exchange->upload.has_failed;
    response->upload_unsent = mf_upload_left(&exchange->upload);
    if (!exchange->has_failed && exchange->headers_ended && !exchange->body_begun)
        exchange->has_failed = begin_body(exchange) != 0;
    if (exchange->has_failed) {
        response->is_transient |= exchange->err->kind == MF_ERR_TRUNCATED;
        return -1;
    }
    /* libcurl accepts a connection that closes within the headers. */
    if (code == CURLE_OK && !exchange->headers_ended)
        code = CURLE_GOT_NOTHING;
    if (exchange->is_redirect)
        return 0;
    if (response->status == 407)
        return mf_curl_proxy_login_error(exchange->has_proxy_login, exchange->err);
    response->is_silent = code == CURLE_OPERATION_TIMEDOUT && !exchange->headers_ended;
    /* An error answer counts even if its explanation was cut or cannot be decoded. */
    if (code != CURLE_OK && !(exchange->headers_ended && response->status >= 300))
        return mf_curl_error(code, exchange->easy, exchange->error_buffer, url,
                             exchange->headers_ended, exchange->has_proxy_login,
                             &response->is_transient, exchange->err);
    return finish_body(exchange);
}

/* Keeps what the next hop needs. */
static int note_redirect(CURL *easy, struct mf_curl_hop *hop, char **redirect, struct mf_error *err)
{
    const char *target = NULL; /* stays NULL if libcurl does not know it */
    curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &target);
    *redirect = mf_str_copy(target != NULL ? target : "");
    curl_slist_free_all(hop->cookies);
    hop->cookies = NULL;
    curl_easy_getinfo(easy, CURLINFO_COOKIELIST, &hop->cookies);
    return *redirect == NULL ? mf_out_of_memory(err) : 0;
}

static int run_exchange(struct exchange *exchange, const struct mf_curl_handle *handle,
                        struct mf_curl_hop *hop, double deadline, char **redirect)
{
    struct mf_sigpipe sigpipe;
    mf_sigpipe_hold(&sigpipe);
    if (hop->is_home)
        for (const struct curl_slist *cookie = hop->cookies; cookie != NULL; cookie = cookie->next)
            curl_easy_setopt(exchange->easy, CURLOPT_COOKIELIST, cookie->data);
    const CURLcode code = transfer(exchange, handle->multi, deadline);
    int failed = conclude(exchange, code, &handle->origin);
    if (!failed && exchange->is_redirect)
        failed = note_redirect(exchange->easy, hop, redirect, exchange->err);
#if LIBCURL_VERSION_NUM >= 0x075700
    if (is_cancelled(exchange)) /* do not wait for a name server that does not answer */
        curl_easy_setopt(exchange->easy, CURLOPT_QUICK_EXIT, 1L);
#endif
    curl_multi_remove_handle(handle->multi, exchange->easy);
    curl_easy_setopt(exchange->easy, CURLOPT_COOKIELIST, "FLUSH"); /* to the cookie jar, if any */
    mf_sigpipe_release(&sigpipe);
    return failed;
}

static void set_callbacks(struct exchange *exchange)
{
    CURL *const easy = exchange->easy;
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, exchange->error_buffer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
#if LIBCURL_VERSION_NUM >= 0x075000
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, exchange);
#else
    exchange->response->request_sent = true; /* there is no on_request: assume the worst */
#endif
}

/* Sends one request to one URL. *redirect becomes the next URL, NULL at the end. */
static int perform_hop(struct curl_transport *transport, struct mf_curl_hop *hop, double deadline,
                       struct mf_response *response, char **redirect, struct mf_error *err)
{
    struct mf_curl_handle *handle = mf_curl_pool_take(&transport->pool, &hop->parts);
    if (handle == NULL)
        return mf_out_of_memory(err);
    const struct mf_transport_hooks *const hooks = &transport->options.hooks;
    struct exchange exchange = {.request = hop->request,
                                .response = response,
                                .err = err,
                                .easy = handle->easy,
                                .has_proxy_login = hooks->has_proxy_login != NULL &&
                                                   hooks->has_proxy_login(hooks->ctx) != 0,
                                .upload = {.upload = hop->request->upload, .err = err}};
    struct curl_slist *headers = NULL;
    hop->upload = &exchange.upload;
    int failed = mf_curl_set_options(handle->easy, &transport->options, hop, &headers, err);
    if (!failed) {
        set_callbacks(&exchange);
        failed = run_exchange(&exchange, handle, hop, deadline, redirect);
    }
    curl_slist_free_all(headers);
    free(exchange.body.data);
    if (is_cancelled(&exchange))
        mf_curl_handle_free(handle);
    else
        mf_curl_pool_give_back(&transport->pool, handle);
    return failed;
}

/* ---- redirects ----------------------------------------------------------------------------- */

static int check_redirect(const struct mf_url *from, const char *target, struct mf_url *to,
                          int status, struct mf_error *err)
{
    if (mf_url_parse(to, target, err) != 0 || to->has_user_info) {
        mf_error_set(err, MF_ERR_REJECTED,
                     "The server redirects (HTTP %d) to an address that cannot be used", status);
    } else if (from->is_https && !to->is_https) {
        mf_error_set(err, MF_ERR_REJECTED,
                     "The server redirects (HTTP %d) from https to plain http at %s: refused",
                     status, to->host);
    } else {
        return 0;
    }
    if (err != NULL)
        err->http_status = status;
    return -1;
}

/* `hop` starts at the URL of the request, and ends at the URL that answered. */
static int follow(struct curl_transport *transport, struct mf_curl_hop *hop,
                  struct mf_response *response, struct mf_error *err)
{
    const struct mf_request *const request = hop->request;
    if (mf_url_parse(&hop->parts, hop->url, err) != 0)
        return -1;
    if (hop->parts.has_user_info)
        return mf_error_set(err, MF_ERR_ARGUMENT, "The URL contains a user name");
    const struct mf_url home = hop->parts;
    const double deadline =
        request->total_timeout > 0 ? mf_clock_monotonic() + request->total_timeout : 0;
    for (int redirects = 0; redirects <= MF_MAX_REDIRECTS; redirects++) {
        char *redirect = NULL;
        if (perform_hop(transport, hop, deadline, response, &redirect, err) != 0)
            return -1;
        if (redirect == NULL)
            return 0;
        const int status = response->status;
        const struct mf_url from = hop->parts;
        free(hop->url);
        hop->url = redirect;
        mf_response_free(response);
        response->status = status;
        response->request_sent = true;
        if (check_redirect(&from, redirect, &hop->parts, status, err) != 0)
            return -1;
        hop->is_home = hop->is_home && mf_url_same_origin(&home, &hop->parts);
    }
    mf_error_set(err, MF_ERR_REJECTED, "The server redirects more than %d times (HTTP %d)",
                 MF_MAX_REDIRECTS, response->status);
    err->http_status = response->status;
    return -1;
}

/* After a 417 libcurl itself repeats the request only if the connection stays open. */
static bool is_expectation_refused(const struct mf_request *request,
                                   const struct mf_response *response)
{
    return request->upload != NULL && response->status == 417 &&
           response->upload_unsent == request->upload->size;
}

static int perform(void *ctx, const struct mf_request *request, struct mf_response *response,
                   struct mf_error *err)
{
    struct mf_error ignored;
    if (err == NULL)
        err = &ignored;
    mf_error_init(&ignored);
    mf_response_free(response);
    if (request->authorization != NULL && strpbrk(request->authorization, "\r\n") != NULL)
        return mf_error_set(err, MF_ERR_ARGUMENT, "The credentials contain a line break");
    struct mf_curl_hop hop = {
        .request = request, .url = mf_str_copy(request->url), .is_home = true};
    if (hop.url == NULL)
        return mf_out_of_memory(err);
    int failed = follow(ctx, &hop, response, err);
    if (!failed && is_expectation_refused(request, response)) {
        hop.is_unannounced = true;
        mf_response_free(response);
        failed = follow(ctx, &hop, response, err);
    }
    curl_slist_free_all(hop.cookies);
    free(hop.url);
    return failed;
}

/* ---- open and close ------------------------------------------------------------------------ */

static void close_transport(void *ctx)
{
    struct curl_transport *transport = ctx;
    if (transport == NULL)
        return;
    mf_curl_pool_free(&transport->pool);
    free(transport->user_agent);
    free(transport);
}

int mf_transport_curl_open(struct mf_transport *out, const struct mf_transport_options *options,
                           struct mf_error *err)
{
    memset(out, 0, sizeof *out);
    struct curl_transport *transport = calloc(1, sizeof *transport);
    if (transport == NULL)
        return mf_out_of_memory(err);
    if (options != NULL)
        transport->options = *options;
    struct mf_transport_options *own = &transport->options;
    own->low_speed_time = own->low_speed_time > 0 ? own->low_speed_time : 60;
    own->low_speed_limit = own->low_speed_limit > 0 ? own->low_speed_limit : 1;
    transport->user_agent = mf_str_copy(own->user_agent != NULL ? own->user_agent : "gdal-mapflow");
    own->user_agent = transport->user_agent;
    if (transport->user_agent == NULL) {
        free(transport);
        return mf_out_of_memory(err);
    }
    if (mf_curl_pool_init(&transport->pool, err) != 0) {
        close_transport(transport);
        return -1;
    }
    out->ctx = transport;
    out->perform = perform;
    out->close = close_transport;
    return 0;
}
