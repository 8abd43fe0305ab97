#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static void copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text != NULL ? text : "");
}

static int add_headers(struct mf_response *response, const char *lines, struct mf_error *err)
{
    while (lines != NULL && *lines != '\0') {
        const char *colon = strchr(lines, ':');
        const size_t size = strcspn(lines, "\n");
        struct mf_header *const headers =
            realloc(response->headers, (response->header_count + 1) * sizeof *response->headers);
        if (headers == NULL)
            return mf_error_set(err, MF_ERR_MEMORY, "out of memory");
        response->headers = headers;
        struct mf_header *const header = &headers[response->header_count++];
        header->name = mf_str_copy_part(lines, (size_t)(colon - lines));
        header->value = mf_str_copy_part(colon + 2, (size_t)(lines + size - colon - 2));
        if (header->name == NULL || header->value == NULL)
            return mf_error_set(err, MF_ERR_MEMORY, "out of memory");
        lines += size + (lines[size] == '\n');
    }
    return 0;
}

static void append(char *log, size_t size, const char *line)
{
    const size_t used = strlen(log);
    snprintf(log + used, size - used, "%s\n", line);
}

static int give_body(const struct mf_request *request, const char *body,
                     struct mf_response *response, struct mf_error *err)
{
    const struct mf_sink *sink = request->sink;
    if (sink == NULL || response->status < 200 || response->status > 299) {
        response->body = mf_str_copy(body);
        if (response->body == NULL)
            return mf_error_set(err, MF_ERR_MEMORY, "out of memory");
        response->body_size = strlen(body);
        return 0;
    }
    const char *length = mf_response_header(response, "content-length");
    if (sink->begin != NULL &&
        sink->begin(sink->ctx, length != NULL ? atoll(length) : -1, err) != 0)
        return -1;
    return sink->write(sink->ctx, body, strlen(body), err);
}

/* Reads an upload to its end, or only the form in front of its file. */
static int read_upload(const struct mf_upload *upload, int is_cut, struct script_request *seen,
                       struct mf_error *err)
{
    char block[300];
    size_t got = 1, kept = 0;
    while (seen->upload_size < upload->size && !(is_cut && seen->upload_size > 0)) {
        if (upload->read(upload->ctx, block, sizeof block, &got, err) != 0)
            return -1;
        for (size_t i = 0; i < got && kept + 1 < sizeof seen->body; i++)
            seen->body[kept++] = block[i];
        seen->upload_size += (long long)got;
        if (upload->progress != NULL &&
            upload->progress(upload->ctx, seen->upload_size, upload->size))
            return mf_error_set(err, MF_ERR_CANCELLED, "Cancelled");
    }
    return 0;
}

static int perform(void *ctx, const struct mf_request *request, struct mf_response *response,
                   struct mf_error *err)
{
    struct script *script = ctx;
    if (script->next == script->count || script->next == SCRIPT_MAX)
        return mf_error_set(err, MF_ERR_NETWORK, "The script has ended");
    struct script_request *seen = &script->requests[script->next];
    const struct script_step *step = &script->steps[script->next++];
    copy(seen->method, sizeof seen->method, request->method);
    copy(seen->url, sizeof seen->url, request->url);
    copy(seen->authorization, sizeof seen->authorization, request->authorization);
    copy(seen->body, sizeof seen->body, request->body);
    seen->fresh_connection = request->send_once;
    seen->silence = request->silence;
    for (const char *const *line = request->headers; line != NULL && *line != NULL; line++)
        append(seen->headers, sizeof seen->headers, *line);
    mf_response_free(response);
    response->request_sent = step->not_sent != 1;
    if (request->upload != NULL && step->not_sent != 1) {
        copy(seen->content_type, sizeof seen->content_type, request->content_type);
        const int failed = read_upload(request->upload, step->not_sent == SCRIPT_CUT, seen, err);
        response->upload_unsent = request->upload->size - seen->upload_size;
        if (failed)
            return -1;
    }
    response->status = step->status;
    if (add_headers(response, step->header, err) != 0)
        return -1;
    if (step->body != NULL && give_body(request, step->body, response, err) != 0) {
        response->is_transient = err->kind == MF_ERR_TRUNCATED;
        return -1;
    }
    if (step->kind != MF_OK) {
        response->is_transient = step->is_transient;
        response->is_silent = step->not_sent == SCRIPT_SILENT;
        return mf_error_set(err, step->kind, "Scripted failure");
    }
    return 0;
}

static double now(void *ctx)
{
    return ((struct script *)ctx)->now;
}

static double utc(void *ctx)
{
    return 784111777 + ((struct script *)ctx)->now; /* Sun, 06 Nov 1994 08:49:37 GMT */
}

static void sleep_now(void *ctx, double seconds)
{
    struct script *script = ctx;
    script->now += seconds;
    script->slept += seconds;
}

static int is_cancelled(void *ctx)
{
    struct script *script = ctx;
    return script->is_cancelled || (script->cancel_at > 0 && script->now >= script->cancel_at);
}

static void debug(void *ctx, const char *line)
{
    struct script *script = ctx;
    append(script->log, sizeof script->log, line);
}

static void warn(void *ctx, const char *line)
{
    struct script *script = ctx;
    append(script->warnings, sizeof script->warnings, line);
}

void script_start(struct script *script, const struct script_step *steps, size_t count)
{
    memset(script, 0, sizeof *script);
    script->steps = steps;
    script->count = count;
    script->clock = (struct mf_clock){script, now, utc, sleep_now};
}

struct mf_client_options script_options(struct script *script, const char *token)
{
    const struct mf_client_options options = {
        .base_url = "https://api.example.com/rest/",
        .token = token,
        .max_retry = -1,
        .retry_delay = -1,
        .transport = {script, perform, NULL},
        .cancel = {script, is_cancelled},
        .debug = debug,
        .warn = warn,
        .log_ctx = script,
        .clock = &script->clock,
    };
    return options;
}

struct mf_client *script_client(struct script *script, const struct script_step *steps,
                                size_t count)
{
    struct mf_client *client = NULL;
    script_start(script, steps, count);
    const struct mf_client_options options = script_options(script, "a@b.c:secret");
    return mf_client_open(&client, &options, NULL) == 0 ? client : NULL;
}
