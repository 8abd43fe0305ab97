/* The calls of a client: tries, retries, answers. */
#include <stdlib.h>
#include <string.h>

#include "api/api_error.h"
#include "api/client_internal.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/thread.h"
#include "http/outage.h"
#include "http/resume.h"

static const double sleep_slice = 0.05; /* s: how soon a cancel is seen */

/* ---- one try ------------------------------------------------------------------------------- */

/* What is asked, the same in each try. */
struct call {
    const char *method;
    const char *path;
    char *body;                 /* JSON, NULL for none */
    struct mf_resume *download; /* where a result goes, NULL for a document */
    int64_t max_body;
    int is_repeatable; /* only asks: may be retried, and sent again with the other scheme */
};

static void log_try(const struct mf_client *client, const struct call *call,
                    const struct mf_response *response, const struct mf_error *err, double seconds)
{
    if (client->debug == NULL)
        return;
    char *line = response->status > 0
                     ? mf_str_format("%s %s: HTTP %d after %.3f s%s%s", call->method, call->path,
                                     response->status, seconds, err != NULL ? ": " : "",
                                     err != NULL ? err->message : "")
                     : mf_str_format("%s %s: %s", call->method, call->path,
                                     err != NULL ? err->message : "no answer");
    if (line == NULL)
        return;
    mf_redact(line);
    client->debug(client->log_ctx, line);
    free(line);
}

static int is_success(const struct mf_response *response)
{
    return response->status >= 200 && response->status < 300;
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
        .authorization = mf_auth_header(&client->credentials, scheme),
        .headers = download != NULL ? mf_resume_next_try(download) : NULL,
        .body = call->body,
        .body_size = call->body != NULL ? strlen(call->body) : 0,
        .content_type = "application/json",
        .sink = download != NULL ? &download->sink : NULL,
        .max_body = call->max_body,
        .total_timeout = download != NULL ? 0 : client->document_timeout,
        .fresh_connection = !call->is_repeatable,
        .cancel = client->cancel.is_cancelled != NULL ? &client->cancel : NULL,
    };
    const double start = client->clock->monotonic(client->clock->ctx);
    int failed = client->transport.perform(client->transport.ctx, &request, response, err);
    if (!failed && is_success(response) && download != NULL) {
        failed = download->sink.end(download, err);
        response->is_transient =
            failed && err->kind == MF_ERR_TRUNCATED && !mf_response_is_delimited(response);
    }
    log_try(client, call, response, failed ? err : NULL,
            client->clock->monotonic(client->clock->ctx) - start);
    free(url);
    return failed;
}

/* ---- several tries ------------------------------------------------------------------------- */

static enum mf_auth_scheme current_scheme(struct mf_client *client, int *is_settled)
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
    const int is_new = client->scheme != scheme;
    client->scheme = scheme;
    client->is_scheme_settled = 1;
    mf_mutex_unlock(&client->mutex);
    if (!is_new)
        return;
    mf_auth_scheme_remember(client->origin, client->credentials.fingerprint, scheme);
    if (client->debug != NULL)
        client->debug(client->log_ctx, scheme == MF_AUTH_BASIC
                                           ? "The server takes the token as Basic"
                                           : "The server takes the token as Bearer");
}

/* A try with the scheme that is known to work, and, after a 401 that may come from the wrong
 * scheme, one with the other. */
static int try_schemes(struct mf_client *client, const struct call *call,
                       struct mf_response *response, struct mf_error *err)
{
    int is_settled = 0;
    const enum mf_auth_scheme scheme = current_scheme(client, &is_settled);
    if (try_once(client, call, scheme, response, err) != 0)
        return -1;
    if (is_success(response) && !is_settled)
        settle_scheme(client, scheme);
    if (response->status != 401 || is_settled || !call->is_repeatable ||
        !client->credentials.may_switch)
        return 0;
    const enum mf_auth_scheme other = scheme == MF_AUTH_BASIC ? MF_AUTH_BEARER : MF_AUTH_BASIC;
    if (try_once(client, call, other, response, err) != 0)
        return -1;
    /* A server that fails has not judged the token. */
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

/* Seconds to wait before retry number `retry`; negative: do not retry. */
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

static int is_worth_a_retry(const struct mf_client *client, const struct call *call, int failed,
                            const struct mf_response *response)
{
    if (failed)
        return response->is_transient;
    return mf_retry_wants_status(&client->retry, response->status) ||
           (call->download != NULL && mf_resume_is_refused(call->download, response->status));
}

static void log_retry(const struct mf_client *client, const struct call *call, int tries,
                      double delay)
{
    if (client->debug == NULL)
        return;
    const int continues = call->download != NULL && mf_resume_can_continue(call->download);
    char *line =
        mf_str_format("%s %s: retry %d of %d in %.1f s%s", call->method, call->path, tries,
                      client->retry.max_retry, delay, continues ? ", from where it was cut" : "");
    if (line != NULL)
        client->debug(client->log_ctx, line);
    free(line);
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

/* Whether another try may help. */
static int may_try_again(const struct mf_client *client, const struct call *call, int tries,
                         int failed, const struct mf_response *response)
{
    return call->is_repeatable && tries <= client->retry.max_retry &&
           is_worth_a_retry(client, call, failed, response);
}

/* The whole call. Returns 0 with a 2xx answer in `response`. `err` is never NULL. */
static int run(struct mf_client *client, const struct call *call, struct mf_response *response,
               struct mf_error *err)
{
    for (int tries = 1;; tries++) {
        const int failed = try_schemes(client, call, response, err);
        const int was_reached = !failed || err->kind != MF_ERR_NETWORK || response->request_sent;
        const double now = client->clock->monotonic(client->clock->ctx);
        if (was_reached)
            mf_circuit_close(client->origin);
        if (!failed && is_success(response))
            return 0;
        if (!failed)
            mf_api_error(response, call->method, !call->is_repeatable, err);
        if (!may_try_again(client, call, tries, failed, response) ||
            mf_circuit_is_open(client->origin, now)) {
            if (!was_reached)
                mf_circuit_open(client->origin, now);
            return give_up(call, tries, err);
        }
        const double delay = choose_delay(client, response, tries, err);
        if (delay < 0)
            return give_up(call, tries, err);
        log_retry(client, call, tries, delay);
        if (mf_client_wait(client, delay, err) != 0)
            return -1;
    }
}

/* ---- answers ------------------------------------------------------------------------------- */

static int is_empty(const struct mf_response *response)
{
    const size_t size = response->body_size;
    return size == 0 || strspn(response->body, " \t\r\n") == size;
}

/* The document of a 2xx answer. */
static int parse_answer(const struct mf_response *response, cJSON **out, struct mf_error *err)
{
    char said[400] = "";
    if (is_empty(response))
        mf_error_set(err, MF_ERR_FORMAT, "The server sent an empty answer (HTTP %d)",
                     response->status);
    else if (mf_json_parse(response->body, response->body_size, "the answer of the server", out,
                           err) == 0)
        return 0;
    else
        mf_api_error_plain_text(response->body, said, sizeof said);
    if (said[0] != '\0')
        mf_error_append(err, " (it begins: \"%.120s\")", said);
    mf_error_append(err,
                    ". Check API_URL; a proxy or a login page of the network may answer in the "
                    "place of Mapflow");
    mf_redact(err->message);
    err->http_status = response->status;
    return -1;
}

static int print_body(const cJSON *body, char **text, struct mf_error *err)
{
    *text = NULL;
    if (body == NULL)
        return 0;
    *text = cJSON_PrintUnformatted(body);
    return *text != NULL ? 0 : mf_out_of_memory(err);
}

/* Hands the local error to the caller, who may not want it. */
static void report(struct mf_error *err, const struct mf_error *local)
{
    if (err != NULL)
        *err = *local;
}

/* A call that asks for a document. */
static int ask(struct mf_client *client, const char *method, const char *path, const cJSON *body,
               cJSON **out, struct mf_error *err)
{
    struct mf_error local;
    struct mf_response response;
    struct call call = {
        .method = method, .path = path, .max_body = MF_MAX_DOCUMENT, .is_repeatable = 1};
    *out = NULL;
    mf_error_init(&local);
    mf_response_init(&response);
    int failed = print_body(body, &call.body, &local);
    if (!failed)
        failed = run(client, &call, &response, &local);
    if (!failed)
        failed = parse_answer(&response, out, &local);
    cJSON_free(call.body);
    mf_response_free(&response);
    if (failed)
        report(err, &local);
    return failed;
}

/* ---- the calls ----------------------------------------------------------------------------- */

int mf_client_get(struct mf_client *client, const char *path, cJSON **out, struct mf_error *err)
{
    return ask(client, "GET", path, NULL, out, err);
}

int mf_client_query(struct mf_client *client, const char *path, const cJSON *body, cJSON **out,
                    struct mf_error *err)
{
    return ask(client, "POST", path, body, out, err);
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
                              .is_repeatable = 1};
    mf_error_init(&local);
    mf_response_init(&response);
    mf_resume_init(&download, sink, &response, max_body);
    int failed = run(client, &call, &response, &local);
    mf_response_free(&response);
    if (failed)
        report(err, &local);
    return failed;
}

static uint64_t changes; /* guarded by the global lock */

uint64_t mf_client_write_count(void)
{
    mf_global_lock();
    const uint64_t count = changes;
    mf_global_unlock();
    return count;
}

static void count_change(void)
{
    mf_global_lock();
    ++changes;
    mf_global_unlock();
}

/* Can the server have done what it did not confirm? */
static int is_outcome_unknown(const struct mf_response *response, int failed)
{
    if (response->status == 0 || is_success(response))
        return failed && response->request_sent;
    /* 307 and 308 ask to send it elsewhere; other redirects may come after the work. A 5xx may be a
     * proxy's that lost the answer. */
    return response->status >= 500 ||
           (response->status < 400 && response->status != 307 && response->status != 308);
}

int mf_client_send_once(struct mf_client *client, const char *method, const char *path,
                        const cJSON *body, cJSON **out, int *outcome_unknown, struct mf_error *err)
{
    struct mf_error local;
    struct mf_response response;
    struct call call = {.method = method, .path = path, .max_body = MF_MAX_DOCUMENT};
    int is_unknown = 0;
    if (out != NULL)
        *out = NULL;
    mf_error_init(&local);
    mf_response_init(&response);
    int failed = print_body(body, &call.body, &local);
    if (!failed) {
        failed = run(client, &call, &response, &local);
        count_change();
        is_unknown = is_outcome_unknown(&response, failed);
    }
    if (!failed && out != NULL && is_empty(&response)) {
        is_unknown = response.status != 204 && response.status != 205;
    } else if (!failed && out != NULL) {
        failed = parse_answer(&response, out, &local);
        is_unknown = failed;
    }
    cJSON_free(call.body);
    mf_response_free(&response);
    if (outcome_unknown != NULL)
        *outcome_unknown = is_unknown != 0;
    if (failed)
        report(err, &local);
    return failed;
}

/* ---- twins --------------------------------------------------------------------------------- */

/* The form of a path: up to the query, with "*" for each part that holds a digit, as ids do and
 * "v2" does not. */
static void path_form(const char *path, char form[MF_CLIENT_FALLBACK_SIZE])
{
    size_t used = 0;
    const char *end = path + strcspn(path, "?");
    while (path < end && used + 2 < MF_CLIENT_FALLBACK_SIZE) {
        const size_t part = strcspn(path + 1, "/?") + 1;
        const int is_id = part > 4 && strcspn(path, "0123456789") < part;
        if (is_id) {
            form[used++] = '/';
            form[used++] = '*';
        } else {
            for (size_t i = 0; i < part && used + 1 < MF_CLIENT_FALLBACK_SIZE; i++)
                form[used++] = path[i];
        }
        path += part;
    }
    form[used] = '\0';
}

static int prefers_twin(struct mf_client *client, const char *form)
{
    int found = 0;
    mf_mutex_lock(&client->mutex);
    for (size_t i = 0; i < MF_CLIENT_FALLBACKS; i++)
        found |= strcmp(client->twins[i], form) == 0;
    mf_mutex_unlock(&client->mutex);
    return found;
}

static void remember_twin(struct mf_client *client, const char *form)
{
    mf_mutex_lock(&client->mutex);
    memcpy(client->twins[client->next_twin], form, strlen(form) + 1);
    client->next_twin = (client->next_twin + 1) % MF_CLIENT_FALLBACKS;
    mf_mutex_unlock(&client->mutex);
}

static int ask_twin(struct mf_client *client, const char *twin, const cJSON *body, cJSON **out,
                    struct mf_error *err)
{
    const size_t word = mf_str_prefix_nocase(twin, "GET ");
    return word > 0 ? ask(client, "GET", twin + word, NULL, out, err)
                    : ask(client, "POST", twin, body, out, err);
}

int mf_client_query_fallback(struct mf_client *client, const char *path, const cJSON *body,
                             const char *twin, cJSON **out, int *used_twin, struct mf_error *err)
{
    char form[MF_CLIENT_FALLBACK_SIZE];
    struct mf_error first, second;
    mf_error_init(&first);
    path_form(path, form);
    const int is_known = prefers_twin(client, form);
    if (used_twin != NULL)
        *used_twin = is_known;
    if (is_known)
        return ask_twin(client, twin, body, out, err);
    if (ask(client, "POST", path, body, out, &first) == 0)
        return 0;
    if (first.http_status == 404 || first.http_status == 405) {
        mf_error_init(&second);
        if (ask_twin(client, twin, body, out, &second) == 0) {
            remember_twin(client, form);
            if (used_twin != NULL)
                *used_twin = 1;
            return 0;
        }
    }
    report(err, &first);
    return -1;
}
