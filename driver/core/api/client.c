/* SPDX-License-Identifier: MIT */
/* The calls of a client: tries, retries, responses. */
#include <stdlib.h>
#include <string.h>

#include "api/api_error.h"
#include "api/client_internal.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/thread.h"
#include "http/resume.h"

static const double sleep_slice = 0.05; /* s: how soon a cancel is noticed */

/* ---- one try ------------------------------------------------------------------------------- */

/* A request, the same in each try. */
struct call {
    const char *method;
    const char *path;
    char *body;                      /* JSON, NULL for none */
    const struct mf_multipart *form; /* instead of `body`, NULL for none */
    struct mf_resume *download;      /* destination of a result, NULL for a document */
    int64_t max_body;
    bool is_repeatable; /* changes nothing: may be retried, and sent with the other scheme */
};

static void log_line(const struct mf_client *client, char *line)
{
    if (line != NULL && client->debug != NULL) {
        mf_redact(line);
        client->debug(client->log_ctx, line);
    }
    free(line);
}

static void log_try(const struct mf_client *client, const struct call *call,
                    const struct mf_response *response, const struct mf_error *err, double seconds)
{
    const char *const message = err != NULL ? err->message : "";
    if (response->status == 0)
        log_line(client, mf_str_format("%s %s: %s", call->method, call->path, message));
    else
        log_line(client,
                 mf_str_format("%s %s: HTTP %d after %.3f s%s%s", call->method, call->path,
                               response->status, seconds, err != NULL ? ": " : "", message));
}

/* One exchange. `err` is never NULL. */
static int try_once(const struct mf_client *client, const struct call *call,
                    enum mf_auth_scheme scheme, struct mf_response *response, struct mf_error *err)
{
    mf_response_free(response);
    char *url = mf_str_format("%s%s", client->base_url, call->path);
    if (url == NULL)
        return mf_out_of_memory(err);
    struct mf_resume *const download = call->download;
    const struct mf_request request = {
        .method = call->method,
        .url = url,
        .authorization = mf_auth_header(&client->auth, scheme),
        .headers = download != NULL ? mf_resume_next_try(download) : NULL,
        .body = call->body,
        .body_size = call->body != NULL ? strlen(call->body) : 0,
        .upload = call->form != NULL ? &call->form->body : NULL,
        .content_type = call->form != NULL ? call->form->content_type : "application/json",
        .sink = download != NULL ? &download->sink : NULL,
        .max_body = call->max_body,
        .silence = download == NULL && call->is_repeatable ? MF_DOCUMENT_SILENCE : 0,
        .total_timeout = download != NULL || call->form != NULL ? 0 : client->document_timeout,
        .send_once = !call->is_repeatable,
        .cancel = client->cancel.is_cancelled != NULL ? &client->cancel : NULL,
    };
    const double start = mf_client_now(client);
    int failed = client->transport.perform(client->transport.ctx, &request, response, err);
    if (!failed && mf_response_is_success(response) && download != NULL) {
        failed = download->sink.end(download, err);
        response->is_transient =
            failed && err->kind == MF_ERR_TRUNCATED && !mf_response_is_delimited(response);
    }
    log_try(client, call, response, failed ? err : NULL, mf_client_now(client) - start);
    free(url);
    return failed;
}

/* ---- several tries ------------------------------------------------------------------------- */

static enum mf_auth_scheme current_scheme(struct mf_client *client, bool *is_settled)
{
    mf_mutex_lock(&client->mutex);
    const enum mf_auth_scheme scheme = client->scheme;
    *is_settled = client->is_scheme_settled;
    mf_mutex_unlock(&client->mutex);
    return scheme;
}

static void settle_scheme(struct mf_client *client, enum mf_auth_scheme scheme)
{
    mf_mutex_lock(&client->mutex);
    const bool is_new = client->scheme != scheme;
    client->scheme = scheme;
    client->is_scheme_settled = true;
    mf_mutex_unlock(&client->mutex);
    if (!is_new)
        return;
    mf_auth_scheme_remember(client->origin, client->auth.fingerprint, scheme);
    log_line(client, mf_str_format("The server takes the token as %s",
                                   scheme == MF_AUTH_BASIC ? "Basic" : "Bearer"));
}

/* Tries the current scheme, and after a 401 that may come from the wrong scheme, the other one. */
static int try_schemes(struct mf_client *client, const struct call *call,
                       struct mf_response *response, struct mf_error *err)
{
    bool is_settled = false;
    const enum mf_auth_scheme scheme = current_scheme(client, &is_settled);
    if (try_once(client, call, scheme, response, err) != 0)
        return -1;
    if (mf_response_is_success(response) && !is_settled)
        settle_scheme(client, scheme);
    if (response->status != 401 || is_settled || !call->is_repeatable || !client->auth.may_switch)
        return 0;
    const enum mf_auth_scheme other = scheme == MF_AUTH_BASIC ? MF_AUTH_BEARER : MF_AUTH_BASIC;
    if (try_once(client, call, other, response, err) != 0)
        return -1;
    /* A failing server has not checked the token. */
    if (response->status < 500)
        settle_scheme(client, response->status == 401 ? scheme : other);
    return 0;
}

double mf_client_now(const struct mf_client *client)
{
    return client->clock->monotonic(client->clock->ctx);
}

double mf_client_utc(const struct mf_client *client)
{
    return client->clock->utc(client->clock->ctx);
}

int mf_client_wait(const struct mf_client *client, double seconds, struct mf_error *err)
{
    const double deadline = mf_client_now(client) + seconds;
    for (;;) {
        if (mf_client_cancelled(client))
            return mf_error_set(err, MF_ERR_CANCELLED, "Cancelled");
        const double left = deadline - mf_client_now(client);
        if (left <= 0)
            return 0;
        client->clock->sleep(client->clock->ctx, left < sleep_slice ? left : sleep_slice);
    }
}

int mf_client_backoff(const struct mf_client *client, int n, struct mf_error *err)
{
    return mf_client_wait(client, mf_retry_delay(&client->retry, n, mf_random_unit()), err);
}

/* Returns the seconds to wait before retry number `retry`; negative: do not retry. */
static double choose_delay(const struct mf_client *client, const struct mf_response *response,
                           int retry, struct mf_error *err)
{
    const double own = mf_retry_delay(&client->retry, retry, mf_random_unit());
    const double asked =
        mf_retry_after(mf_response_header(response, "retry-after"), mf_client_utc(client));
    if (asked <= 0)
        return own;
    if (asked <= MF_RETRY_MAX_OBEYED)
        return asked;
    mf_error_append(err, ". The server asks to wait %.0f minutes", asked / 60);
    return -1;
}

/* Returns whether another try may help. A silent server gets only one more, since each takes
 * long. */
static bool may_try_again(const struct mf_client *client, const struct call *call, int tries,
                          bool failed, const struct mf_response *response)
{
    if (!call->is_repeatable || tries > client->retry.max_retry ||
        (failed && response->is_silent && tries > 1) ||
        mf_circuit_is_open(client->origin, mf_client_now(client)) ||
        (client->is_impatient && (failed || response->status != 429)))
        return false;
    if (failed)
        return response->is_transient;
    return mf_retry_wants_status(&client->retry, response->status) ||
           (call->download != NULL && mf_resume_is_refused(call->download, response->status));
}

static void log_retry(const struct mf_client *client, const struct call *call, int tries,
                      double delay)
{
    const bool continues = call->download != NULL && mf_resume_can_continue(call->download);
    log_line(client, mf_str_format("%s %s: retry %d of %d in %.1f s%s", call->method, call->path,
                                   tries, client->retry.max_retry, delay,
                                   continues ? ", from where it was cut" : ""));
}

static int give_up(const struct call *call, int tries, struct mf_error *err)
{
    if (err->kind == MF_ERR_TOO_LARGE && call->download != NULL)
        mf_error_append(err, ": raise MAX_RESULT_SIZE to allow more");
    if (tries > 1 && err->kind != MF_ERR_CANCELLED)
        mf_error_append(err, " (%d tries)", tries);
    mf_redact(err->message);
    return -1;
}

/* Sets the error of a response, with what this client knows about its cause. */
static void explain(const struct mf_client *client, const struct call *call,
                    const struct mf_response *response, struct mf_error *err)
{
    const size_t size = strlen(client->base_url);
    const bool ends_in_rest = size >= 5 && strcmp(client->base_url + size - 5, "/rest") == 0;
    char *advice = NULL;
    if (response->status == 401 && client->token_source != NULL)
        advice = mf_str_format(
            "The token came from %s: copy it again, or create a new one on the account "
            "page of the Mapflow web app, in the API tab",
            client->token_source);
    if (response->status == 404 && !ends_in_rest)
        advice =
            mf_str_format("API_URL is %s: that of the service ends in /rest", client->base_url);
    mf_api_error(response, call->method, !call->is_repeatable, advice, err);
    free(advice);
}

/* Runs the whole call. Returns 0 with a 2xx `response`. `err` is never NULL. */
static int run_call(struct mf_client *client, const struct call *call, struct mf_response *response,
                    struct mf_error *err)
{
    for (int tries = 1;; tries++) {
        const bool failed = try_schemes(client, call, response, err) != 0;
        const bool was_reached = !failed || err->kind != MF_ERR_NETWORK ||
                                 (response->request_sent && !response->is_silent);
        if (was_reached)
            mf_circuit_report(client->origin, true, mf_client_now(client));
        if (!failed && mf_response_is_success(response))
            return 0;
        if (!failed)
            explain(client, call, response, err);
        double delay = -1;
        if (may_try_again(client, call, tries, failed, response))
            delay = choose_delay(client, response, tries, err);
        else if (!was_reached)
            mf_circuit_report(client->origin, false, mf_client_now(client));
        if (delay < 0)
            return give_up(call, tries, err);
        log_retry(client, call, tries, delay);
        if (mf_client_wait(client, delay, err) != 0)
            return -1;
    }
}

/* ---- responses ------------------------------------------------------------------------------ */

static bool is_empty(const struct mf_response *response)
{
    const size_t size = response->body_size;
    return size == 0 || strspn(response->body, " \t\r\n") == size;
}

/* Parses the document of a 2xx response. */
static int parse_answer(const struct mf_response *response, cJSON **out, struct mf_error *err)
{
    char said[400] = "";
    if (is_empty(response))
        mf_error_set(err, MF_ERR_FORMAT, "The server sent an empty answer (HTTP %d)",
                     response->status);
    else if (mf_json_parse(response->body, response->body_size, "the answer of the server", out,
                           err) == 0)
        return 0;
    else if (err->kind == MF_ERR_MEMORY)
        return -1;
    else
        mf_api_error_plain_text(response->body, said, sizeof said);
    if (said[0] != '\0')
        mf_error_append(err, " (it begins: \"%.120s\")", said);
    mf_error_append(err, ". Check API_URL; a proxy or a login page of the network may have "
                         "answered instead of Mapflow");
    mf_redact(err->message);
    err->http_status = response->status;
    return -1;
}

static int print_body(const cJSON *body, char **text, struct mf_error *err)
{
    *text = cJSON_PrintUnformatted(body);
    return body != NULL && *text == NULL ? mf_out_of_memory(err) : 0;
}

/* Copies the error of a call to the caller. `err` may be NULL. */
static int hand_over(struct mf_error *err, const struct mf_error *local, int failed)
{
    if (failed && err != NULL)
        *err = *local;
    return failed;
}

static int request_document(struct mf_client *client, const char *method, const char *path,
                            const cJSON *body, cJSON **out, struct mf_error *err)
{
    struct mf_error local;
    struct mf_response response;
    struct call call = {
        .method = method, .path = path, .max_body = MF_MAX_DOCUMENT, .is_repeatable = true};
    *out = NULL;
    mf_error_init(&local);
    mf_response_init(&response);
    int failed = print_body(body, &call.body, &local);
    if (!failed)
        failed = run_call(client, &call, &response, &local);
    if (!failed)
        failed = parse_answer(&response, out, &local);
    cJSON_free(call.body);
    mf_response_free(&response);
    return hand_over(err, &local, failed);
}

/* ---- the calls ----------------------------------------------------------------------------- */

int mf_client_get(struct mf_client *client, const char *path, cJSON **out, struct mf_error *err)
{
    return request_document(client, "GET", path, NULL, out, err);
}

int mf_client_query(struct mf_client *client, const char *path, const cJSON *body, cJSON **out,
                    struct mf_error *err)
{
    return request_document(client, "POST", path, body, out, err);
}

int mf_client_download(struct mf_client *client, const char *path, const struct mf_sink *sink,
                       int64_t max_body, struct mf_error *err)
{
    struct mf_error local;
    struct mf_response response;
    struct mf_resume download;
    const struct call call = {.method = "GET",
                              .path = path,
                              .download = &download,
                              .max_body = max_body,
                              .is_repeatable = true};
    mf_error_init(&local);
    mf_response_init(&response);
    mf_resume_init(&download, sink, &response, max_body);
    const int failed = run_call(client, &call, &response, &local);
    mf_response_free(&response);
    return hand_over(err, &local, failed);
}

/* ---- URLs from the service ------------------------------------------------------------------ */

static bool is_own_origin(const struct mf_client *client, const char *url)
{
    struct mf_url parsed;
    return mf_url_parse(&parsed, url, NULL) == 0 && strcmp(parsed.origin, client->origin) == 0;
}

/* Replaces the messages of the transport and the server, which contain the URL. */
static int say_discreetly(const struct mf_response *response, struct mf_error *err)
{
    const enum mf_error_kind kind = err->kind;
    if (kind == MF_ERR_CANCELLED || kind == MF_ERR_MEMORY)
        return -1;
    if (response->status == 0)
        return mf_error_set(err, kind, "no answer");
    mf_error_set(err, kind != MF_OK ? kind : MF_ERR_REJECTED, "the answer is %sHTTP %d",
                 mf_response_is_success(response) ? "damaged, after " : "", response->status);
    err->http_status = response->status;
    return -1;
}

static int try_elsewhere(struct mf_client *client, const char *url, struct mf_response *response,
                         struct mf_error *err)
{
    const struct call call = {.method = "GET", .path = "an address that the service has told"};
    bool is_settled = false;
    const enum mf_auth_scheme scheme = current_scheme(client, &is_settled);
    const struct mf_request request = {
        .method = call.method,
        .url = url,
        .authorization = is_own_origin(client, url) ? mf_auth_header(&client->auth, scheme) : NULL,
        .max_body = MF_MAX_DOCUMENT,
        .total_timeout = client->document_timeout,
        .is_secret = true,
        .cancel = client->cancel.is_cancelled != NULL ? &client->cancel : NULL,
    };
    const double start = mf_client_now(client);
    mf_response_free(response);
    mf_error_init(err);
    int failed = client->transport.perform(client->transport.ctx, &request, response, err);
    if (failed || !mf_response_is_success(response))
        failed = say_discreetly(response, err);
    log_try(client, &call, response, failed ? err : NULL, mf_client_now(client) - start);
    return failed;
}

int mf_client_get_elsewhere(struct mf_client *client, const char *url, cJSON **out,
                            struct mf_error *err)
{
    struct mf_error local;
    struct mf_response response;
    int failed = -1;
    *out = NULL;
    mf_response_init(&response);
    for (int tries = 1; failed; tries++) {
        failed = try_elsewhere(client, url, &response, &local);
        const bool may_help = response.status != 0
                                  ? mf_retry_wants_status(&client->retry, response.status)
                                  : response.is_transient;
        if (!failed || !may_help || tries > client->retry.max_retry ||
            mf_client_backoff(client, tries, &local) != 0)
            break;
    }
    if (!failed && mf_json_parse(response.body != NULL ? response.body : "", response.body_size,
                                 "the answer", out, &local) != 0)
        failed = local.kind == MF_ERR_MEMORY
                     ? -1
                     : mf_error_set(&local, MF_ERR_FORMAT, "the answer is not JSON");
    mf_response_free(&response);
    return hand_over(err, &local, failed);
}

/* ---- changes -------------------------------------------------------------------------------- */

static uint64_t writes; /* guarded by the global lock */

uint64_t mf_client_write_count(void)
{
    mf_global_lock();
    const uint64_t count = writes;
    mf_global_unlock();
    return count;
}

/* Returns whether the server may have made a change without confirming it. */
static bool is_outcome_unknown(const struct mf_response *response, int failed)
{
    const int status = response->status;
    if (response->upload_unsent > 0)
        return false;
    if (status == 0 || mf_response_is_success(response))
        return failed && response->request_sent;
    /* 307 and 308 ask to repeat it elsewhere; other redirects may come after the change. A 5xx may
     * come from a proxy that lost the response, 408 and 499 from one that stopped waiting. */
    return status >= 500 || status == 408 || status == 499 ||
           (status < 400 && status != 307 && status != 308);
}

/* Sends a change once. `err` is never NULL, *out is NULL. */
static int send_change(struct mf_client *client, const struct call *call, cJSON **out,
                       bool *is_unknown, struct mf_error *err)
{
    struct mf_response response;
    mf_response_init(&response);
    int failed = run_call(client, call, &response, err);
    mf_global_lock();
    ++writes;
    mf_global_unlock();
    *is_unknown = is_outcome_unknown(&response, failed);
    if (!failed && out != NULL && is_empty(&response)) {
        *is_unknown = response.status != 204 && response.status != 205;
    } else if (!failed && out != NULL) {
        failed = parse_answer(&response, out, err);
        *is_unknown = failed;
    }
    mf_response_free(&response);
    return failed;
}

int mf_client_send_once(struct mf_client *client, const char *method, const char *path,
                        const cJSON *body, cJSON **out, int *outcome_unknown, struct mf_error *err)
{
    struct mf_error local;
    struct call call = {.method = method, .path = path, .max_body = MF_MAX_DOCUMENT};
    bool is_unknown = false;
    if (out != NULL)
        *out = NULL;
    mf_error_init(&local);
    int failed = print_body(body, &call.body, &local);
    if (!failed)
        failed = send_change(client, &call, out, &is_unknown, &local);
    cJSON_free(call.body);
    if (outcome_unknown != NULL)
        *outcome_unknown = is_unknown;
    return hand_over(err, &local, failed);
}

int mf_client_upload(struct mf_client *client, const char *path, const struct mf_client_file *file,
                     cJSON **out, int *outcome_unknown, struct mf_error *err)
{
    struct mf_error local;
    struct mf_multipart form;
    const struct call call = {
        .method = "POST", .path = path, .form = &form, .max_body = MF_MAX_DOCUMENT};
    bool is_unknown = false;
    *out = NULL;
    mf_error_init(&local);
    int failed = mf_multipart_init(&form, file->name, &file->content, &local);
    if (!failed)
        failed = send_change(client, &call, out, &is_unknown, &local);
    *outcome_unknown = is_unknown;
    return hand_over(err, &local, failed);
}
