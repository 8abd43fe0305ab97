/* A download that is cut: what is asked again, and what is made of the answers. */
#include "check.h"
#include "api/client.h"
#include "script.h"

#define TOKEN "bWVAZXhhbXBsZS5jb206czNjcmV0LXRva2Vu" /* me@example.com:s3cret-token */
#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define OFFER "Accept-Ranges: bytes\nETag: \"a\"\nContent-Length: 10"
#define CUT .kind = MF_ERR_TRUNCATED, .is_transient = 1

static struct mf_error err;
static struct script script;

struct target {
    char data[64];
    int begun;
};

static int begin(void *ctx, int64_t announced, struct mf_error *error)
{
    struct target *target = ctx;
    (void)announced;
    (void)error;
    target->begun++;
    target->data[0] = '\0';
    return 0;
}

static int write(void *ctx, const char *data, size_t size, struct mf_error *error)
{
    (void)error;
    strncat(((struct target *)ctx)->data, data, size);
    return 0;
}

/* What the target has at the end, or the text of the error. */
static const char *download(const struct script_step *steps, size_t count, int64_t max_body,
                            int wanted_begun)
{
    static struct target target;
    struct mf_client *client = NULL;
    const struct mf_sink sink = {&target, begin, write, NULL};
    memset(&target, 0, sizeof target);
    script_start(&script, steps, count);
    const struct mf_client_options options = script_options(&script, TOKEN);
    mf_error_init(&err);
    if (mf_client_open(&client, &options, &err) != 0)
        return err.message;
    const int failed = mf_client_download(client, "/r", &sink, max_body, &err);
    mf_client_close(client);
    CHECK_NUMBER(target.begun, wanted_begun);
    return failed ? err.message : target.data;
}

static void test_continued(void)
{
    const struct script_step steps[] = {
        {.status = 200, .header = OFFER, .body = "0123", CUT},
        {.status = 206, .header = "Content-Range: bytes 4-9/10\nETag: \"a\"", .body = "45", CUT},
        {.status = 503, .body = "busy"},
        {.status = 206, .header = "Content-Range: bytes 6-9/*", .body = "6789"},
    };
    CHECK_TEXT(download(steps, COUNT(steps), 10, 1), "0123456789");
    CHECK_TEXT(script.requests[0].headers, "");
    CHECK_TEXT(script.requests[1].headers,
               "Range: bytes=4-\nIf-Range: \"a\"\nAccept-Encoding: identity\n");
    CHECK_HOLDS(script.requests[2].headers, "Range: bytes=6-\n");
    CHECK_HOLDS(script.requests[3].headers, "Range: bytes=6-\n");
    CHECK_HOLDS(script.log, "from where it was cut");
}

/* The server has another body by now, and says so with 200. */
static void test_changed(void)
{
    const struct script_step steps[] = {
        {.status = 200, .header = OFFER, .body = "0123", CUT},
        {.status = 200, .header = "ETag: \"b\"", .body = "ab", CUT},
        {.status = 200, .body = "abcdef"},
    };
    CHECK_TEXT(download(steps, COUNT(steps), 0, 3), "abcdef");
    CHECK_HOLDS(script.requests[1].headers, "If-Range: \"a\"");
    CHECK_TEXT(script.requests[2].headers, "");
}

/* Offers that are not good enough: the body starts again and nothing of it is kept. */
static void test_no_offer(void)
{
    static const char *const headers[] = {
        NULL,
        "Accept-Ranges: bytes",
        "ETag: \"a\"",
        "Accept-Ranges: none\nETag: \"a\"",
        "Accept-Ranges: bytes\nETag: W/\"a\"",
        "Accept-Ranges: bytes\nETag: a",
        "Accept-Ranges: bytes\nETag: \"",
        "Accept-Ranges: bytes\nETag: \"a\"\nContent-Encoding: gzip",
    };
    for (size_t i = 0; i < COUNT(headers); i++) {
        const struct script_step steps[] = {
            {.status = 200, .header = headers[i], .body = "0123", CUT},
            {.status = 200, .body = "0123456789"},
        };
        CHECK_TEXT(download(steps, COUNT(steps), 0, 2), "0123456789");
        CHECK_TEXT(script.requests[1].headers, "");
    }
    const struct script_step empty[] = {
        {.status = 200, .header = OFFER, .body = "", CUT},
        {.status = 200, .body = "0123456789"},
    };
    CHECK_TEXT(download(empty, COUNT(empty), 0, 2), "0123456789");
    CHECK_TEXT(script.requests[1].headers, "");
}

/* Parts that are not the rest: the next try starts again. */
static void test_wrong_part(void)
{
    static const char *const headers[] = {
        NULL,
        "Content-Range: bytes 0-9/10",
        "Content-Range: bytes 3-9/10",
        "Content-Range: bytes 4-8/10",
        "Content-Range: bytes 4-10/11",
        "Content-Range: bytes 4/10",
        "Content-Range: bytes 4-9",
        "Content-Range: bytes */10",
        "Content-Range: lines 4-9/10",
        "Content-Range: bytes 4-9/10\nETag: \"b\"",
        "Content-Range: bytes 4-9/10\nContent-Encoding: gzip",
    };
    for (size_t i = 0; i < COUNT(headers); i++) {
        const struct script_step steps[] = {
            {.status = 200, .header = OFFER, .body = "0123", CUT},
            {.status = 206, .header = headers[i], .body = "456789"},
            {.status = 200, .body = "0123456789"},
        };
        CHECK_TEXT(download(steps, COUNT(steps), 0, 2), "0123456789");
        CHECK_TEXT(script.requests[2].headers, "");
    }
}

static void test_refused(void)
{
    const struct script_step beyond[] = {
        {.status = 200, .header = OFFER, .body = "0123", CUT},
        {.status = 416, .body = "{}"},
        {.status = 200, .body = "0123456789"},
    };
    CHECK_TEXT(download(beyond, COUNT(beyond), 0, 2), "0123456789");
    CHECK_TEXT(script.requests[2].headers, "");
    const struct script_step unasked[] = {{.status = 206, .body = "0123"}};
    CHECK_HOLDS(download(unasked, COUNT(unasked), 0, 0), "206");
    const struct script_step nothing[] = {{.status = 204}, {.status = 200, .body = "0123"}};
    CHECK_HOLDS(download(nothing, COUNT(nothing), 0, 0), "nothing where a whole result");
    CHECK_NUMBER(err.http_status, 204);
    CHECK_NUMBER(script.next, 1);
    const struct script_step never[] = {{.status = 416, .body = "{}"}};
    CHECK_HOLDS(download(never, COUNT(never), 0, 0), "416");
    CHECK_NUMBER(script.next, 1);
    const struct script_step gone[] = {
        {.status = 200, .header = OFFER, .body = "0123", CUT},
        {.status = 404, .body = "{}"},
    };
    download(gone, COUNT(gone), 0, 1);
    CHECK_NUMBER(err.kind, MF_ERR_NOT_FOUND);
}

/* The limit counts the whole body, not one part of it. */
static void test_limit(void)
{
    const struct script_step steps[] = {
        {.status = 200, .header = "Accept-Ranges: bytes\nETag: \"a\"", .body = "0123", CUT},
        {.status = 206, .header = "Content-Range: bytes 4-9/10", .body = "456789"},
    };
    CHECK_TEXT(download(steps, COUNT(steps), 10, 1), "0123456789");
    CHECK_HOLDS(download(steps, COUNT(steps), 9, 1), "MAX_RESULT_SIZE");
    CHECK_NUMBER(err.kind, MF_ERR_TOO_LARGE);
}

int main(void)
{
    test_continued();
    test_changed();
    test_no_offer();
    test_wrong_part();
    test_refused();
    test_limit();
    return check_result();
}
