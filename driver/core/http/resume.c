#include "http/resume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static void start_again(struct mf_resume *download)
{
    download->received = 0;
    download->total = -1;
    download->etag[0] = '\0';
}

static int is_identity(const struct mf_response *response)
{
    const char *encoding = mf_response_header(response, "content-encoding");
    return encoding == NULL || *encoding == '\0' || mf_str_equal_nocase(encoding, "identity");
}

/* Keeps what a later try needs to ask for the rest of this body. */
static void note_offer(struct mf_resume *download, int64_t announced)
{
    const char *ranges = mf_response_header(download->response, "accept-ranges");
    const char *etag = mf_response_header(download->response, "etag");
    start_again(download);
    if (ranges == NULL || !mf_str_equal_nocase(ranges, "bytes") || etag == NULL ||
        !is_identity(download->response))
        return;
    const size_t size = strlen(etag);
    if (size < 2 || size >= sizeof download->etag || etag[0] != '"' || etag[size - 1] != '"')
        return; /* weak, or none */
    memcpy(download->etag, etag, size + 1);
    download->total = announced;
}

/* Is this "bytes <received>-<last>/<total>", up to the very end of the body? */
static int is_the_rest(const struct mf_resume *download, const char *range)
{
    size_t at = range != NULL ? mf_str_prefix_nocase(range, "bytes ") : 0;
    if (at == 0)
        return 0;
    char *end = NULL;
    const int64_t first = strtoll(range + at, &end, 10);
    if (*end != '-' || first != download->received)
        return 0;
    const int64_t last = strtoll(end + 1, &end, 10);
    if (*end != '/')
        return 0;
    const int64_t total = end[1] == '*' ? download->total : strtoll(end + 1, &end, 10);
    return total > 0 && last == total - 1 && (download->total < 0 || total == download->total);
}

static int is_not_whole(const struct mf_resume *download, struct mf_error *err)
{
    const int status = download->response->status;
    mf_error_set(err, MF_ERR_FORMAT,
                 "The server sent %s where a whole result was expected (HTTP %d)",
                 status == 206 ? "a part" : "nothing", status);
    if (err != NULL)
        err->http_status = status;
    return -1;
}

static int begin_part(struct mf_resume *download, struct mf_error *err)
{
    const char *etag = mf_response_header(download->response, "etag");
    if (!download->asks_for_rest)
        return is_not_whole(download, err);
    if (is_the_rest(download, mf_response_header(download->response, "content-range")) &&
        (etag == NULL || strcmp(etag, download->etag) == 0) && is_identity(download->response))
        return 0;
    start_again(download);
    return mf_error_set(err, MF_ERR_TRUNCATED,
                        "The answer was cut short, and the server continued it at another place");
}

static int begin(void *ctx, int64_t announced, struct mf_error *err)
{
    struct mf_resume *const download = ctx;
    if (download->response->status == 206)
        return begin_part(download, err);
    note_offer(download, announced);
    const struct mf_sink *target = download->target;
    return target->begin != NULL ? target->begin(target->ctx, announced, err) : 0;
}

static int write(void *ctx, const char *data, size_t size, struct mf_error *err)
{
    struct mf_resume *const download = ctx;
    download->received += (int64_t)size;
    if (download->max_body > 0 && download->received > download->max_body)
        return mf_error_set(err, MF_ERR_TOO_LARGE,
                            "The answer is larger than the limit of %lld bytes",
                            (long long)download->max_body);
    return download->target->write(download->target->ctx, data, size, err);
}

static int end(void *ctx, struct mf_error *err)
{
    struct mf_resume *const download = ctx;
    const int status = download->response->status;
    if (status == 204 || status == 205) /* the target would call it cut */
        return is_not_whole(download, err);
    download->etag[0] = '\0'; /* the target has taken the body for whole: there is no rest */
    const struct mf_sink *target = download->target;
    return target->end != NULL ? target->end(target->ctx, err) : 0;
}

void mf_resume_init(struct mf_resume *download, const struct mf_sink *target,
                    const struct mf_response *response, int64_t max_body)
{
    memset(download, 0, sizeof *download);
    download->sink = (struct mf_sink){download, begin, write, end};
    download->target = target;
    download->response = response;
    download->max_body = max_body;
    start_again(download);
}

int mf_resume_can_continue(const struct mf_resume *download)
{
    return download->etag[0] != '\0' && download->received > 0;
}

const char *const *mf_resume_next_try(struct mf_resume *download)
{
    download->asks_for_rest = mf_resume_can_continue(download);
    if (!download->asks_for_rest)
        return NULL;
    snprintf(download->range, sizeof download->range, "Range: bytes=%lld-",
             (long long)download->received);
    snprintf(download->if_range, sizeof download->if_range, "If-Range: %s", download->etag);
    download->headers[0] = download->range;
    download->headers[1] = download->if_range;
    download->headers[2] = "Accept-Encoding: identity"; /* the ETag is of these very bytes */
    download->headers[3] = NULL;
    return download->headers;
}

int mf_resume_is_refused(struct mf_resume *download, int status)
{
    if (!download->asks_for_rest || status != 416)
        return 0;
    start_again(download);
    return 1;
}
