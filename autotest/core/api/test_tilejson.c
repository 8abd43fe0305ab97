#include "api/tilejson.h"

#include <math.h>
#include <stdio.h>

#include "check.h"
#include "script.h"

#define URL "https://tiles.example/tiles.json?uri=s3://bucket/me"

static struct mf_error err;

static struct mf_tilejson parse(const char *text)
{
    struct mf_tilejson tiles;
    const struct script_step step = {.status = 200, .body = text};
    struct script script;
    struct mf_client *const client = script_client(&script, &step, 1);
    CHECK_NUMBER(mf_tilejson_get(&tiles, client, URL, &err), 0);
    mf_client_close(client);
    return tiles;
}

static void test_members(void)
{
    struct mf_tilejson t = parse("{\"bounds\":[4.1,52,4.2,52.5],\"minzoom\":3,\"maxzoom\":19}");
    CHECK(t.bounds[0] == 4.1 && t.bounds[1] == 52 && t.bounds[2] == 4.2 && t.bounds[3] == 52.5);
    CHECK_NUMBER(t.min_zoom, 3);
    CHECK_NUMBER(t.max_zoom, 19);
    static const char *const none[] = {
        "[]",          "[1,2,3]",      "[1,2,3,\"4\"]", "[4,52,4,53]",
        "[4,52,5,51]", "[-181,0,1,1]", "[0,-91,1,1]",   "[0,0,181,1]",
        "[0,0,1,91]",  "null",         "\"4,52,5,53\"", "{\"a\":1}",
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        char text[100];
        snprintf(text, sizeof text, "{\"bounds\":%s,\"minzoom\":-1,\"maxzoom\":\"x\"}", none[i]);
        t = parse(text);
        CHECK(isnan(t.bounds[0]) && isnan(t.bounds[1]) && isnan(t.bounds[2]) && isnan(t.bounds[3]));
        CHECK(t.min_zoom == -1 && t.max_zoom == -1);
    }
}

/* Plays one answer, or several, and looks at what came of it. */
static int get(struct script *script, const struct script_step *steps, size_t count,
               const char *url)
{
    struct mf_tilejson tiles;
    struct mf_client *const client = script_client(script, steps, count);
    mf_error_init(&err);
    const int failed = mf_tilejson_get(&tiles, client, url, &err);
    mf_client_close(client);
    return failed;
}

static void test_where_the_token_goes(void)
{
    static const struct script_step good[] = {{.status = 200, .body = "{}"}};
    struct script script;
    CHECK_NUMBER(get(&script, good, 1, URL), 0);
    CHECK_TEXT(script.requests[0].url, URL);
    CHECK_TEXT(script.requests[0].authorization, "");
    static const char *const foreign[] = {
        "https://api.example.com.evil/t", "http://api.example.com/t",
        "https://api.example.com:444/t", "https://api.example.com.evil/t"};
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        CHECK_NUMBER(get(&script, good, 1, foreign[i]), 0);
        CHECK_TEXT(script.requests[0].authorization, "");
    }
    CHECK_NUMBER(get(&script, good, 1, "https://API.example.com:443/other/t?a=b"), 0);
    CHECK_HOLDS(script.requests[0].authorization, "Basic ");
}

static void test_failures_say_nothing(void)
{
    static const struct {
        struct script_step step;
        enum mf_error_kind kind;
        const char *said;
    } cases[] = {
        {{.status = 404, .body = "no s3://bucket/me"}, MF_ERR_REJECTED, "the answer is HTTP 404"},
        {{.status = 401, .body = "s3://bucket/me"}, MF_ERR_REJECTED, "the answer is HTTP 401"},
        {{.kind = MF_ERR_NETWORK}, MF_ERR_NETWORK, "no answer"},
        {{.status = 200, .kind = MF_ERR_TRUNCATED}, MF_ERR_TRUNCATED, "damaged, after HTTP 200"},
        {{.status = 200, .body = "<s3://bucket/me>"}, MF_ERR_FORMAT, "not JSON"},
        {{.status = 200, .body = "[\"s3://bucket/me\"]"}, MF_ERR_FORMAT, "does not describe tiles"},
        {{.status = 204, .body = ""}, MF_ERR_FORMAT, "not JSON"},
        {{.kind = MF_ERR_CANCELLED}, MF_ERR_CANCELLED, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct script script;
        CHECK_NUMBER(get(&script, &cases[i].step, 1, URL), -1);
        CHECK_NUMBER(err.kind, cases[i].kind);
        CHECK_HOLDS(err.message, "the description of the tiles: ");
        CHECK_HOLDS(err.message, cases[i].said);
        CHECK_LACKS(err.message, "bucket");
        CHECK_LACKS(script.log, "bucket");
        CHECK_LACKS(script.log, "example");
    }
}

static void test_retries(void)
{
    static const struct script_step steps[] = {
        {.status = 503, .body = "busy"},
        {.kind = MF_ERR_NETWORK, .is_transient = 1},
        {.status = 200, .body = "{}"},
    };
    struct script script;
    CHECK_NUMBER(get(&script, steps, 3, URL), 0);
    CHECK(script.slept > 0);
    CHECK_NUMBER(script.next, 3);
}

int main(void)
{
    test_members();
    test_where_the_token_goes();
    test_failures_say_nothing();
    test_retries();
    return check_result();
}
