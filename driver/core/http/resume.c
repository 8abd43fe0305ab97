/* SPDX-License-Identifier: MIT */
#include "http/resume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static void start_over(struct mf_resume *resume)
{
    resume->received = 0;
    resume->total = -1;
    resume->etag[0] = '\0';
}

/* Records what a later try needs to request the rest of this body. */
static void note_offer(struct mf_resume *resume, int64_t announced)
{
    const char *ranges = mf_response_header(resume->response, "accept-ranges");
    const char *etag = mf_response_header(resume->response, "etag");
    start_over(resume);
    if (ranges == NULL || !mf_str_equal_nocase(ranges, "bytes") || etag == NULL ||
        !mf_response_is_identity(resume->response))
        return;
    const size_t size = strlen(etag);
    if (size < 2 || size >= sizeof resume->etag || etag[0] != '"' || etag[size - 1] != '"')
        return; /* weak, or none */
    memcpy(resume->etag, etag, size + 1);
    resume->total = announced;
}

/* Returns whether this is "bytes <received>-<last>/<total>", up to the end of the body. */
static bool is_the_rest(const struct mf_resume *resume, const char *range)
{
    size_t at = range != NULL ? mf_str_prefix_nocase(range, "bytes ") : 0;
    if (at == 0)
        return 0;
    char *end = NULL;
    const int64_t first = strtoll(range + at, &end, 10);
    if (*end != '-' || first != resume->received)
        return 0;
    const int64_t last = strtoll(end + 1, &end, 10);
    if (*end != '/')
        return 0;
    const int64_t total = end[1] == '*' ? resume->total : strtoll(end + 1, &end, 10);
    return total > 0 && last == total - 1 && (resume->total < 0 || total == resume->total);
}

static int refuse_incomplete(const struct mf_resume *resume, struct mf_error *err)
{
    const int status = resume->response->status;
    mf_error_set(err, MF_ERR_FORMAT,
                 "The server sent %s where a whole result was expected (HTTP %d)",
                 status == 206 ? "a part" : "nothing", status);
    if (err != NULL)
        err->http_status = status;
    return -1;
}

static int begin_part(struct mf_resume *resume, struct mf_error *err)
{
    const char *etag = mf_response_header(resume->response, "etag");
    if (!resume->asks_for_rest)
        return refuse_incomplete(resume, err);
    if (is_the_rest(resume, mf_response_header(resume->response, "content-range")) &&
        (etag == NULL || strcmp(etag, resume->etag) == 0) &&
        mf_response_is_identity(resume->response))
        return 0;
    start_over(resume);
    return mf_error_set(err, MF_ERR_TRUNCATED,
                        "The answer was cut short, and the server did not resume it there");
}

static int resume_begin(void *ctx, int64_t announced, struct mf_error *err)
{
    struct mf_resume *const resume = ctx;
    if (resume->response->status == 206)
        return begin_part(resume, err);
    note_offer(resume, announced);
    const struct mf_sink *target = resume->target;
    return target->begin != NULL ? target->begin(target->ctx, announced, err) : 0;
}

static int resume_write(void *ctx, const char *data, size_t size, struct mf_error *err)
{
    struct mf_resume *const resume = ctx;
    resume->received += (int64_t)size;
    if (resume->max_body > 0 && resume->received > resume->max_body)
        return mf_error_set(err, MF_ERR_TOO_LARGE,
                            "The answer is larger than the limit of %lld bytes",
                            (long long)resume->max_body);
    return resume->target->write(resume->target->ctx, data, size, err);
}

static int resume_end(void *ctx, struct mf_error *err)
{
    struct mf_resume *const resume = ctx;
    const int status = resume->response->status;
    if (status == 204 || status == 205) /* the target would take it for a cut body */
        return refuse_incomplete(resume, err);
    resume->etag[0] = '\0'; /* HTTP has delivered the whole body: there is no rest */
    const struct mf_sink *target = resume->target;
    return target->end != NULL ? target->end(target->ctx, err) : 0;
}

void mf_resume_init(struct mf_resume *resume, const struct mf_sink *target,
                    const struct mf_response *response, int64_t max_body)
{
    memset(resume, 0, sizeof *resume);
    resume->sink = (struct mf_sink){resume, resume_begin, resume_write, resume_end};
    resume->target = target;
    resume->response = response;
    resume->max_body = max_body;
    start_over(resume);
}

bool mf_resume_can_continue(const struct mf_resume *resume)
{
    return resume->etag[0] != '\0' && resume->received > 0;
}

const char *const *mf_resume_next_try(struct mf_resume *resume)
{
    resume->asks_for_rest = mf_resume_can_continue(resume);
    if (!resume->asks_for_rest)
        return NULL;
    snprintf(resume->range, sizeof resume->range, "Range: bytes=%lld-",
             (long long)resume->received);
    snprintf(resume->if_range, sizeof resume->if_range, "If-Range: %s", resume->etag);
    resume->headers[0] = resume->range;
    resume->headers[1] = resume->if_range;
    resume->headers[2] = "Accept-Encoding: identity"; /* the ETag is that of the unencoded bytes */
    resume->headers[3] = NULL;
    return resume->headers;
}

bool mf_resume_is_refused(struct mf_resume *resume, int status)
{
    if (!resume->asks_for_rest || status != 416)
        return false;
    start_over(resume);
    return true;
}
