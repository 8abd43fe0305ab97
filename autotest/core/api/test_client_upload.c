/* mf_client_upload: one form, sent once, and what its end means. */
#include "check.h"
#include "script.h"

#define TOKEN "bWVAZXhhbXBsZS5jb206czNjcmV0LXRva2Vu" /* me@example.com:s3cret-token */

static struct mf_error err;
static int progress_calls, cancels;

static int read_nothing_but_x(void *ctx, char *data, size_t size, size_t *got,
                              struct mf_error *error)
{
    (void)error;
    long long *const left = ctx;
    for (*got = 0; *got<size && * left> 0; --*left)
        data[(*got)++] = 'x';
    return 0;
}

static int report(void *ctx, int64_t sent, int64_t size)
{
    (void)ctx;
    CHECK(sent >= 0 && sent <= size && size == 1000);
    progress_calls++;
    return cancels;
}

static void upload(const struct script_step *step, int wanted, int wanted_unknown, int line)
{
    struct script script;
    struct mf_client *client = NULL;
    cJSON *answer = NULL;
    int unknown = -1;
    long long left = 1000;
    const struct mf_client_file file = {
        .name = "a.tif",
        .content = {.ctx = &left, .size = 1000, .read = read_nothing_but_x, .progress = report}};
    script_start(&script, step, 1);
    const struct mf_client_options options = script_options(&script, TOKEN);
    mf_error_init(&err);
    CHECK_NUMBER(mf_client_open(&client, &options, &err), 0);
    const uint64_t before = mf_client_write_count();
    const int failed = mf_client_upload(client, "/rasters/x", &file, &answer, &unknown, &err);
    check_number(failed ? (int)err.kind : 0, wanted, "kind", __FILE__, line);
    check_number(unknown, wanted_unknown, "outcome_unknown", __FILE__, line);
    check_number(script.next, 1, "requests", __FILE__, line);
    CHECK_NUMBER(mf_client_write_count(), before + 1);
    CHECK_NUMBER(script.requests[0].fresh_connection, 1);
    CHECK_TEXT(script.requests[0].method, "POST");
    CHECK_TEXT(script.requests[0].url, "https://api.example.com/rest/rasters/x");
    CHECK_LACKS(script.log, "s3cret");
    CHECK_LACKS(script.log, TOKEN);
    if (wanted == 0) {
        CHECK_HOLDS(script.requests[0].content_type, "multipart/form-data; boundary=");
        CHECK_HOLDS(script.requests[0].body, "form-data; name=\"file\"; filename=\"a.tif\"\r\n");
        CHECK(script.requests[0].upload_size > 1000);
    }
    cJSON_Delete(answer);
    mf_client_close(client);
}
#define UPLOAD(wanted, wanted_unknown, ...)                                                        \
    do {                                                                                           \
        const struct script_step step = {__VA_ARGS__};                                             \
        upload(&step, wanted, wanted_unknown, __LINE__);                                           \
    } while (0)

static void test_outcomes(void)
{
    UPLOAD(0, 0, .status = 200, .body = "{\"mosaic_id\":\"m\"}");
    CHECK(progress_calls > 0);
    UPLOAD(0, 1, .status = 200, .body = "");
    UPLOAD(0, 0, .status = 204);
    UPLOAD(MF_ERR_FORMAT, 1, .status = 200, .body = "<html>");
    UPLOAD(MF_ERR_AUTH, 0, .status = 401, .not_sent = SCRIPT_CUT);
    UPLOAD(MF_ERR_REJECTED, 0, .status = 413, .not_sent = SCRIPT_CUT,
           .body = "{\"detail\":{\"code\":\"FileTooBig\",\"parameters\":{\"max_file_size\":5}}}");
    CHECK_TEXT(err.code, "FileTooBig");
    CHECK_HOLDS(err.message, "max_file_size 5");
    UPLOAD(MF_ERR_REJECTED, 0, .status = 422, .body = "{}");
    UPLOAD(MF_ERR_SERVER, 1, .status = 504);
    UPLOAD(MF_ERR_SERVER, 0, .status = 503, .not_sent = SCRIPT_CUT);
    UPLOAD(MF_ERR_NETWORK, 1, .kind = MF_ERR_NETWORK, .is_transient = 1);
    UPLOAD(MF_ERR_NETWORK, 0, .kind = MF_ERR_NETWORK, .is_transient = 1, .not_sent = 1);
    UPLOAD(MF_ERR_NETWORK, 0, .kind = MF_ERR_NETWORK, .is_transient = 1, .not_sent = SCRIPT_CUT);
    UPLOAD(MF_ERR_REJECTED, 0, .status = 307, .header = "Location: https://other.example/");
    cancels = 1;
    UPLOAD(MF_ERR_CANCELLED, 0, .status = 200);
}

static void test_bad_name(void)
{
    struct script script;
    struct mf_client *const client = script_client(&script, NULL, 0);
    const struct mf_client_file file = {.name = "a\".tif"};
    cJSON *answer = NULL;
    int unknown = -1;
    CHECK_NUMBER(mf_client_upload(client, "/x", &file, &answer, &unknown, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_ARGUMENT);
    CHECK_NUMBER(unknown, 0);
    CHECK_NUMBER(script.next, 0);
    mf_client_close(client);
}

int main(void)
{
    test_outcomes();
    test_bad_name();
    return check_result();
}
