#include "api/storage.h"
#include "check.h"
#include "script.h"

#include <math.h>

static struct mf_error err;

static struct mf_storage parse(const char *text)
{
    const struct script_step step = {.status = 200, .body = text};
    struct script script;
    struct mf_storage storage;
    struct mf_client *const client = script_client(&script, &step, 1);
    mf_error_init(&err);
    CHECK_NUMBER(mf_storage_get(&storage, client, &err), text[0] == '{' ? 0 : -1);
    mf_client_close(client);
    return storage;
}

static void test_forms(void)
{
    struct mf_storage s = parse("{\"memoryLimit\":100,\"memoryUsed\":30,\"memoryFree\":60,"
                                "\"maxUploadFileSize\":50,\"maxPixelCount\":\"65535\"}");
    CHECK(s.limit == 100 && s.used == 30 && s.available == 60 && s.max_file == 50);
    CHECK(s.max_pixels == 65535);
    s = parse(
        "{\"memoryLimit\":null,\"memoryUsed\":30,\"memoryFree\":null,\"maxUploadFileSize\":0}");
    CHECK(isnan(s.limit) && s.used == 30 && isnan(s.available) && isnan(s.max_file));
    s = parse("{\"memoryLimit\":100,\"memoryUsed\":100,\"memoryFree\":0}");
    CHECK(s.available == 0);
    s = parse("{\"used_bytes\":30,\"limit_bytes\":100,\"used_gb\":0,\"usage_percent\":30}");
    CHECK(s.limit == 100 && s.used == 30 && s.available == 70 && isnan(s.max_file));
    s = parse("{}");
    CHECK(isnan(s.limit) && isnan(s.used) && isnan(s.available) && isnan(s.max_pixels));
    CHECK_NUMBER(err.kind, MF_OK);
    parse("[]");
    CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
}

static int check(const struct mf_storage *storage, int width, int height, int64_t bytes)
{
    mf_error_init(&err);
    return mf_storage_check(storage, width, height, bytes, &err) != 0;
}

/* Strictly less than the limits of one file; all that is free may be used. */
static void test_check(void)
{
    const struct mf_storage s = {1000, 400, 600, 700, 300};
    CHECK(!check(&s, 299, 299, 600));
    CHECK(check(&s, 300, 10, 5));
    CHECK_HOLDS(err.message, "width is 300 pixels, and must be less than 300");
    CHECK(check(&s, 10, 301, 5));
    CHECK_HOLDS(err.message, "height is 301");
    CHECK(check(&s, 1, 1, 700));
    CHECK_HOLDS(err.message, "700 bytes, and must have less than 700");
    CHECK(check(&s, 1, 1, 601));
    CHECK_HOLDS(err.message, "601 bytes, and 600 of 1000 are free");
    const struct mf_storage none = {NAN, 5, NAN, NAN, NAN};
    CHECK(!check(&none, 1000000, 1000000, (int64_t)1 << 50));
}

static void test_get(void)
{
    struct script script;
    struct mf_storage storage;
    const struct script_step steps[] = {{.status = 200, .body = "{\"memoryUsed\":5}"},
                                        {.status = 403}};
    struct mf_client *const client = script_client(&script, steps, 2);
    CHECK_NUMBER(mf_storage_get(&storage, client, &err), 0);
    CHECK_TEXT(script.requests[0].url, "https://api.example.com/rest/rasters/memory");
    CHECK(storage.used == 5);
    CHECK_NUMBER(mf_storage_get(&storage, client, &err), -1);
    CHECK_HOLDS(err.message, "the storage of the account: ");
    mf_client_close(client);
}

int main(void)
{
    test_forms();
    test_check();
    test_get();
    return check_result();
}
