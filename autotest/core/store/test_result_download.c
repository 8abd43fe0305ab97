/* The download of a result with a scripted transport: what a retry, an error and a limit leave. */
#include "store/result.h"

#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "script.h"

#define ID "3fa85f64-5717-4562-b3fc-2c963f66afa6"
#define AOI "0a1b2c3d-0000-4000-8000-0000000afa61"
#define FEATURE(n)                                                                                 \
    "{\"type\":\"Feature\",\"properties\":{\"n\":" n "},\"geometry\":"                             \
    "{\"type\":\"Point\",\"coordinates\":[4.5,52.25]}}"
#define HEAD "{\"type\":\"FeatureCollection\",\"features\":["
#define GOOD HEAD FEATURE("1") "," FEATURE("2") "]}"

static char folder[] = "/tmp/mapflow-test-XXXXXX";

/* Downloads what the steps play, past the cache. */
static int download(const struct mf_result **result, struct script *script, const struct script_step *steps,
                    size_t count, const char *aoi, struct mf_error *err)
{
    struct mf_client *client = NULL;
    script_start(script, steps, count);
    const struct mf_client_options account = script_options(script, "a@b.c:secret");
    CHECK_NUMBER(mf_client_open(&client, &account, NULL), 0);
    mf_error_init(err);
    const struct mf_result_request request = {.client = client,
                                              .base_url = "https://api.example.com/rest",
                                              .id = ID,
                                              .aoi_id = aoi,
                                              .fingerprint = "1",
                                              .processing = "{}",
                                              .mode = MF_CACHE_NO};
    *result = NULL;
    const int failed = mf_result_acquire(result, &request, err);
    mf_client_close(client);
    return failed;
}

static void test_good(void)
{
    static const struct script_step steps[] = {{.status = 200, .body = GOOD}};
    static struct script script;
    const struct mf_result *result = NULL;
    struct mf_error err;
    if (!CHECK_NUMBER(download(&result, &script, steps, 1, AOI, &err), 0))
        return;
    CHECK_TEXT(script.requests[0].url,
               "https://api.example.com/rest/processings/" ID "/result?aoiId=" AOI);
    CHECK_NUMBER(result->collection.feature_count, 2);
    CHECK_NUMBER(result->collection.text_size, strlen(GOOD));
    CHECK(memcmp(result->document.data, GOOD, strlen(GOOD)) == 0);
    mf_result_release(result);
    mf_result_release(NULL);
}

/* What a broken try has left must not be seen in the next one. */
static void test_retry_starts_again(void)
{
    static const struct script_step steps[] = {
        {.status = 200, .body = HEAD FEATURE("\"text\"") ",{", .kind = MF_ERR_TRUNCATED, .is_transient = 1},
        {.status = 503, .body = "<html>busy</html>"},
        {.status = 200, .body = HEAD FEATURE("7") ","},
        {.status = 200, .body = GOOD},
    };
    static struct script script;
    const struct mf_result *result = NULL;
    struct mf_error err;
    if (!CHECK_NUMBER(download(&result, &script, steps, 4, NULL, &err), 0))
        return;
    CHECK_NUMBER(script.next, 4);
    CHECK_NUMBER(result->collection.feature_count, 2);
    CHECK_NUMBER(result->collection.schema.field_count, 1);
    CHECK_NUMBER(result->collection.schema.fields[0].type, MF_FIELD_INTEGER);
    CHECK_NUMBER(result->document.size, strlen(GOOD));
    CHECK(memcmp(result->document.data, GOOD, strlen(GOOD)) == 0);
    mf_result_release(result);
}

static void test_failures(void)
{
    static const struct {
        struct script_step step;
        enum mf_error_kind kind;
        int tries;
        const char *said;
    } cases[] = {
        {{.status = 200, .body = "<!DOCTYPE html><html></html>"}, MF_ERR_FORMAT, 1, "web page"},
        {{.status = 200, .body = " \n <html>"}, MF_ERR_FORMAT, 1, "web page"},
        {{.status = 200, .body = "{\"error\":1}"}, MF_ERR_FORMAT, 1, "FeatureCollection"},
        {{.status = 200, .body = HEAD FEATURE("1") "]}]"}, MF_ERR_FORMAT, 1, ""},
        {{.status = 200, .body = HEAD FEATURE("1")}, MF_ERR_TRUNCATED, 4, "ends too early"},
        {{.status = 200, .body = ""}, MF_ERR_TRUNCATED, 4, "after 0 bytes"},
        {{.status = 204}, MF_ERR_FORMAT, 1, "HTTP 204"},
        {{.status = 206, .body = GOOD}, MF_ERR_FORMAT, 1, "HTTP 206"},
        {{.status = 404, .body = GOOD}, MF_ERR_NOT_FOUND, 1, "HTTP 404"},
        {{.status = 401, .body = "{}"}, MF_ERR_AUTH, 1, "token"},
        {{.status = 500, .body = "{}"}, MF_ERR_SERVER, 1, "HTTP 500"},
        {{.status = 503, .body = "{}"}, MF_ERR_SERVER, 4, "HTTP 503"},
        {{.status = 200, .body = HEAD, .kind = MF_ERR_TOO_LARGE}, MF_ERR_TOO_LARGE, 1, "MAX_RESULT_SIZE"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct script_step steps[8];
        static struct script script;
        const struct mf_result *result = NULL;
        struct mf_error err;
        for (size_t k = 0; k < 8; k++)
            steps[k] = cases[i].step;
        CHECK_NUMBER(download(&result, &script, steps, 8, NULL, &err), -1);
        CHECK_NUMBER(err.kind, cases[i].kind);
        CHECK_HOLDS(err.message, "result of processing " ID ": ");
        CHECK_HOLDS(err.message, cases[i].said);
        if (cases[i].kind != MF_ERR_AUTH)
            CHECK_NUMBER(script.next, cases[i].tries);
        mf_result_release(result);
    }
}

enum { MANY = 40000 };

/* A collection of so many features, written in several pieces; after the feature `bad` stands a
 * letter. The caller frees it. */
static char *make_long(int bad)
{
    const size_t capacity = (size_t)(MANY + 2) * sizeof FEATURE("12345678");
    char *const text = malloc(capacity);
    if (text == NULL)
        return NULL;
    size_t size = (size_t)snprintf(text, capacity, HEAD);
    for (int i = 0; i < MANY; ++i)
        size += (size_t)snprintf(text + size, capacity - size, "%s" FEATURE("%d") "%s",
                                 i > 0 ? "," : "", i, i == bad ? "x" : "");
    snprintf(text + size, capacity - size, "]}");
    return text;
}

/* Pieces change nothing in what is found, retried and reported. */
static void test_long(void)
{
    char *const good = make_long(-1), *const bad = make_long(MANY - 10), *const cut = make_long(-1);
    static struct script script;
    const struct mf_result *result = NULL;
    struct mf_error err;
    if (!CHECK(good != NULL && bad != NULL && cut != NULL))
        return;
    cut[strlen(cut) * 2 / 3] = '\0';

    const struct script_step steps[] = {
        {.status = 200, .body = cut, .kind = MF_ERR_TRUNCATED, .is_transient = 1},
        {.status = 200, .body = cut},
        {.status = 200, .body = good},
        {.status = 200, .body = bad}};
    if (CHECK_NUMBER(download(&result, &script, steps, 3, NULL, &err), 0)) {
        CHECK_NUMBER(script.next, 3);
        CHECK_NUMBER(result->collection.feature_count, MANY);
        CHECK_NUMBER(result->document.size, strlen(good));
        CHECK(memcmp(result->document.data, good, strlen(good)) == 0);
    }
    mf_result_release(result);

    char where[64];
    snprintf(where, sizeof where, "byte %zu, after feature %d", (size_t)(strchr(bad, 'x') - bad),
             MANY - 10);
    CHECK_NUMBER(download(&result, &script, steps + 3, 1, NULL, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
    CHECK_HOLDS(err.message, where);
    free(good);
    free(bad);
    free(cut);
}

static void test_folder_that_is_not_there(void)
{
    static const struct script_step steps[] = {{.status = 200, .body = GOOD}};
    static struct script script;
    const struct mf_result *result = NULL;
    struct mf_error err;
    setenv("TMPDIR", "/nonexistent/folder", 1);
    CHECK_NUMBER(download(&result, &script, steps, 1, NULL, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FILE);
    CHECK_NUMBER(script.next, 0);
}

int main(void)
{
    CHECK(mkdtemp(folder) != NULL);
    setenv("TMPDIR", folder, 1);
    test_good();
    test_retry_starts_again();
    test_failures();
    test_long();
    test_folder_that_is_not_there();
    CHECK_NUMBER(rmdir(folder), 0); /* every temporary file is gone */
    return check_result();
}
