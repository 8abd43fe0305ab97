#include "api/mosaic.h"
#include "check.h"
#include "script.h"

#include <math.h>

#define ID "5b0d8e52-91b6-4c39-a0f4-7d2f6a1c9e10"
#define OTHER "5b0d8e52-91b6-4c39-a0f4-7d2f6a1c9e11"
#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define GOOD(text)                                                                                 \
    {                                                                                              \
        .status = 200, .body = text                                                                \
    }

static struct mf_error err;
static struct script script;

static int parse(struct mf_mosaic *mosaic, const char *text)
{
    const struct script_step step = GOOD(text);
    struct mf_client *const client = script_client(&script, &step, 1);
    mf_error_init(&err);
    const int failed = mf_mosaic_get(mosaic, client, ID, &err);
    mf_client_close(client);
    return failed;
}

static void test_parse(void)
{
    struct mf_mosaic m;
    CHECK_NUMBER(parse(&m,
                       "{\"id\":\"" ID "\",\"name\":\"Quarry\",\"tags\":[\"a, b\",\"2026\"],"
                       "\"created_at\":\"2026-05-11T07:20:41.118203Z\",\"sizeInBytes\":48211904,"
                       "\"footprint\":\"MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))\",\"rasterLayer\":"
                       "{\"tileUrl\":\"t\",\"tileJsonUrl\":\"j\"},\"status_summary\":{\"total\":3,"
                       "\"ready\":2,\"pending\":0,\"in_progress\":1,\"failed\":0},\"new\":{}}"),
                 0);
    CHECK_TEXT(m.id, ID);
    CHECK_TEXT(m.name, "Quarry");
    CHECK_NUMBER(m.tags.count, 2);
    CHECK_TEXT(m.tags.items[0], "a, b");
    CHECK_TEXT(m.created, "2026-05-11T07:20:41.118203Z");
    CHECK_TEXT(m.footprint, "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))");
    CHECK_TEXT(m.tile_url, "t");
    CHECK_TEXT(m.tilejson_url, "j");
    CHECK(m.size == 48211904);
    CHECK(m.total == 3 && m.ready == 2 && m.pending == 0 && m.in_progress == 1 && m.failed == 0);
    mf_mosaic_free(&m);
    static const char *const empty[] = {
        "{\"id\":\"m\",\"tags\":null,\"footprint\":null,\"rasterLayer\":null}",
        "{\"id\":\"m\",\"footprint\":\"\",\"rasterLayer\":{}}",
        "{\"id\":\"m\",\"rasterLayer\":{\"tileUrl\":null,\"tileJsonUrl\":null}}"};
    for (size_t i = 0; i < COUNT(empty); i++) {
        CHECK_NUMBER(parse(&m, empty[i]), 0);
        CHECK_TEXT(m.name, "");
        CHECK(m.footprint == NULL && m.tile_url == NULL && m.tilejson_url == NULL);
        CHECK(m.tags.count == 0 && isnan(m.size) && m.total == -1 && m.failed == -1);
        mf_mosaic_free(&m);
    }
    CHECK_NUMBER(parse(&m, "{\"id\":\"m\",\"image_count\":7}"), 0);
    CHECK_NUMBER(m.total, 7);
    mf_mosaic_free(&m);
    CHECK_NUMBER(parse(&m, "{\"name\":\"x\"}"), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
    CHECK_NUMBER(parse(&m, "[]"), -1);
    mf_mosaic_free(NULL);
}

static void test_list_and_get(void)
{
    struct mf_mosaic_list list;
    struct mf_mosaic m;
    static const struct script_step steps[] = {
        GOOD("[{\"id\":\"a\"},{\"id\":\"b\"}]"),
        GOOD("[]"),
        GOOD("{}"),
        GOOD("[{}]"),
        {.status = 404,
         .body = "{\"detail\":{\"code\":\"ItemNotFound\",\"parameters\":{\"uid\":"
                 "\"u\"}}}"}};
    struct mf_client *const client = script_client(&script, steps, COUNT(steps));
    CHECK_NUMBER(mf_mosaic_list_get(&list, client, &err), 0);
    CHECK_TEXT(script.requests[0].url, "https://api.example.com/rest/rasters/mosaic");
    CHECK_NUMBER(list.count, 2);
    mf_mosaic_list_free(&list);
    CHECK_NUMBER(mf_mosaic_list_get(&list, client, &err), 0);
    CHECK_NUMBER(list.count, 0);
    mf_mosaic_list_free(&list);
    for (int i = 0; i < 2; i++) {
        CHECK_NUMBER(mf_mosaic_list_get(&list, client, &err), -1);
        CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
        CHECK_HOLDS(err.message, "the list of mosaics: ");
    }
    CHECK_NUMBER(mf_mosaic_get(&m, client, ID, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_NOT_FOUND);
    CHECK_TEXT(err.code, "ItemNotFound");
    CHECK_HOLDS(err.message, "mosaic " ID ": ");
    mf_client_close(client);
}

/* Finds a name in one list. Returns the id found, or NULL with `err`. */
static const char *find(const char *name)
{
    static char id[60];
    static const struct script_step step =
        GOOD("[{\"id\":\"1\",\"name\":\"Docks\"},{\"id\":\"2\",\"name\":\"docks\"},{\"id\":\"3\","
             "\"name\":\"Quarry\"},{\"id\":\"4\",\"name\":\"Twice\"},{\"id\":\"5\",\"name\":"
             "\"Twice\"}]");
    struct mf_mosaic m;
    struct mf_client *const client = script_client(&script, &step, 1);
    mf_error_init(&err);
    const int failed = mf_mosaic_find(&m, client, name, &err);
    snprintf(id, sizeof id, "%s", failed ? "" : m.id);
    mf_mosaic_free(&m);
    mf_client_close(client);
    return failed ? NULL : id;
}

static void test_find(void)
{
    CHECK_TEXT(find("Docks"), "1");
    CHECK_TEXT(find("docks"), "2");
    CHECK_TEXT(find("QUARRY"), "3");
    CHECK(find("DOCKS") == NULL);
    CHECK_NUMBER(err.kind, MF_ERR_ARGUMENT);
    CHECK_HOLDS(err.message, "several mosaics are called \"DOCKS\". Use the UUID of one: 1, 2");
    CHECK(find("Twice") == NULL);
    CHECK_HOLDS(err.message, " 4, 5");
    CHECK(find("Harbour") == NULL);
    CHECK_NUMBER(err.kind, MF_ERR_NOT_FOUND);
    CHECK_HOLDS(err.message, "The account has \"Docks\", \"docks\", \"Quarry\"");
    struct mf_mosaic m;
    static const struct script_step steps[] = {GOOD("{\"id\":\"" ID "\"}"), GOOD("[]")};
    struct mf_client *const client = script_client(&script, steps, COUNT(steps));
    CHECK_NUMBER(mf_mosaic_find(&m, client, "5B0D8E52-91b6-4c39-a0f4-7d2f6a1c9e10", &err), 0);
    CHECK_TEXT(script.requests[0].url, "https://api.example.com/rest/rasters/mosaic/" ID);
    mf_mosaic_free(&m);
    CHECK_NUMBER(mf_mosaic_find(&m, client, "x", &err), -1);
    CHECK_HOLDS(err.message, "The account has none");
    mf_client_close(client);
}

static void test_long_refusal(void)
{
    char body[4000] = "[";
    for (int i = 0; i < 23; i++)
        snprintf(body + strlen(body), sizeof body - strlen(body),
                 "%s{\"id\":\"%d\",\"name\":\"m%d\"}", i > 0 ? "," : "", i, i);
    strcat(body, "]");
    struct mf_mosaic m;
    const struct script_step step = GOOD(body);
    struct mf_client *const client = script_client(&script, &step, 1);
    CHECK_NUMBER(mf_mosaic_find(&m, client, "x", &err), -1);
    CHECK_HOLDS(err.message, "\"m19\" and 3 more");
    mf_client_close(client);
}

static void test_changes(void)
{
    char *items[] = {"a, b", "c"};
    const struct mf_str_list tags = {items, 2};
    struct mf_mosaic m;
    int unknown = -1, count = -2;
    static const struct script_step steps[] = {
        GOOD("{\"id\":\"" ID "\",\"name\":\"N\",\"tags\":[]}"),
        {.status = 504},
        {.status = 422, .body = "{\"detail\":[{\"loc\":[\"body\",\"name\"],\"msg\":\"bad\"}]}"},
        GOOD("{\"name\":\"no id\"}"),
        GOOD("{}"),
        GOOD("null"),
        {.status = 204},
        GOOD("{\"message\":\"m\",\"count\":2,\"deleted_image_ids\":[\"x\",\"y\"]}"),
        {.status = 409, .body = "{\"message\":\"locked\"}"}};
    struct mf_client *const client = script_client(&script, steps, COUNT(steps));
    CHECK_NUMBER(mf_mosaic_create(&m, client, "N", &tags, &unknown, &err), 0);
    CHECK_TEXT(script.requests[0].method, "POST");
    CHECK_TEXT(script.requests[0].body, "{\"name\":\"N\",\"tags\":[\"a, b\",\"c\"]}");
    CHECK_NUMBER(unknown, 0);
    mf_mosaic_free(&m);
    CHECK_NUMBER(mf_mosaic_create(&m, client, "N", NULL, &unknown, &err), -1);
    CHECK_TEXT(script.requests[1].body, "{\"name\":\"N\",\"tags\":[]}");
    CHECK_NUMBER(unknown, 1);
    CHECK_HOLDS(err.message, "It may exist anyway");
    CHECK_NUMBER(mf_mosaic_create(&m, client, "N", NULL, &unknown, &err), -1);
    CHECK_NUMBER(unknown, 0);
    CHECK_HOLDS(err.message, "mosaic \"N\" was not created: ");
    CHECK_HOLDS(err.message, "body.name: bad");
    CHECK_NUMBER(mf_mosaic_create(&m, client, "N", NULL, NULL, &err), -1);
    CHECK_HOLDS(err.message, "It may exist anyway");
    CHECK_NUMBER(mf_mosaic_update(client, ID, "M", &tags, &err), 0);
    CHECK_TEXT(script.requests[4].method, "PUT");
    CHECK_TEXT(script.requests[4].body, "{\"name\":\"M\",\"tags\":[\"a, b\",\"c\"]}");
    CHECK_NUMBER(mf_mosaic_delete(client, ID, &err), 0);
    CHECK_TEXT(script.requests[5].method, "DELETE");
    CHECK_TEXT(script.requests[5].body, "");
    CHECK_NUMBER(mf_mosaic_delete_failed(client, ID, &count, &err), 0);
    CHECK_NUMBER(count, -1);
    CHECK_NUMBER(mf_mosaic_delete_failed(client, ID, &count, &err), 0);
    CHECK_TEXT(script.requests[7].url, "https://api.example.com/rest/rasters/mosaic/" ID "/failed");
    CHECK_NUMBER(count, 2);
    CHECK_NUMBER(mf_mosaic_delete(client, OTHER, &err), -1);
    CHECK_HOLDS(err.message, "mosaic " OTHER ": ");
    CHECK_HOLDS(err.message, "locked");
    for (size_t i = 0; i < COUNT(steps); i++)
        CHECK_NUMBER(script.requests[i].fresh_connection, 1);
    mf_client_close(client);
}

int main(void)
{
    test_parse();
    test_list_and_get();
    test_find();
    test_long_refusal();
    test_changes();
    return check_result();
}
