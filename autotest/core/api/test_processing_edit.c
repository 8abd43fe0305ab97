#include "check.h"
#include "api/processing.h"
#include "api/processing_edit.h"
#include "script.h"

#include <stddef.h>

#define TOKEN "bWVAZXhhbXBsZS5jb206czNjcmV0LXRva2Vu" /* me@example.com:s3cret-token */
#define ID "3fa85f64-5717-4562-b3fc-2c963f66afa6"
#define URL "https://api.example.com/rest/processings/" ID
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static struct mf_error err;
static struct script script;
static struct mf_client *client;

static void start(const struct script_step *steps, size_t count)
{
    script_start(&script, steps, count);
    const struct mf_client_options options = script_options(&script, TOKEN);
    mf_error_init(&err);
    mf_client_close(client);
    client = NULL;
    CHECK_NUMBER(mf_client_open(&client, &options, &err), 0);
}

static struct mf_processing parse(const char *text)
{
    struct mf_processing processing;
    cJSON *const document = cJSON_Parse(text);
    CHECK(document != NULL);
    mf_error_init(&err);
    CHECK_NUMBER(mf_processing_parse(&processing, document, &err), 0);
    cJSON_Delete(document);
    return processing;
}

static void test_run(void)
{
    struct mf_processing p = parse(
        "{\"id\":\"" ID
        "\",\"blocks\":[{\"name\":\"A\",\"enabled\":true},{\"name\":\"B\",\"enabled\":"
        "false},{\"name\":\"C\",\"enabled\":1},{}],\"params\":{\"sourceParams\":{\"dataProvider\":"
        "{\"providerName\":\"Mapbox\",\"zoom\":\"18\"},\"myImagery\":null}},"
        "\"rating\":{\"rating\":4,\"feedback\":\"good\"}}");
    CHECK_TEXT(p.blocks, "A,C");
    CHECK_TEXT(p.provider, "Mapbox");
    CHECK_NUMBER(p.zoom, 18);
    CHECK_NUMBER(p.rating, 4);
    mf_processing_free(&p);
    p = parse("{\"id\":\"" ID "\",\"blocks\":[],\"rating\":\"5\",\"params\":{\"sourceParams\":"
              "{\"userDefined\":{\"sourceType\":\"XYZ\",\"url\":\"https://t?key=k\"}}}}");
    CHECK(p.blocks == NULL);
    CHECK_TEXT(p.provider, "XYZ");
    CHECK_NUMBER(p.zoom, -1);
    CHECK_NUMBER(p.rating, 5);
    CHECK_LACKS(p.document, "key=k");
    mf_processing_free(&p);
    p = parse("{\"id\":\"" ID "\",\"rating\":null,\"params\":{\"sourceParams\":{\"myImagery\":"
              "{\"mosaicId\":\"m\"}}}}");
    CHECK_TEXT(p.provider, "My imagery");
    CHECK_NUMBER(p.rating, -1);
    mf_processing_free(&p);
    p = parse("{\"id\":\"" ID "\",\"params\":{\"sourceParams\":{\"imagerySearch\":"
              "{\"dataProvider\":\"orbview\"}}}}");
    CHECK_TEXT(p.provider, "orbview");
    mf_processing_free(&p);
    p = parse("{\"id\":\"" ID "\"}");
    CHECK(p.provider == NULL);
    mf_processing_free(&p);
}

/* Every state of API notes 13, and an invented one. */
static void test_states(void)
{
    static const struct {
        const char *members;
        enum mf_state state;
        int is_terminal, has_result, has_partial;
    } cases[] = {
        {"\"status\":\"UNPROCESSED\"", MF_STATE_RUNNING, 0, 0, 0},
        {"\"status\":\"IN_PROGRESS\"", MF_STATE_RUNNING, 0, 0, 0},
        {"\"status\":\"AWAITING\"", MF_STATE_RUNNING, 0, 0, 0},
        {"\"status\":null", MF_STATE_RUNNING, 0, 0, 0},
        {"\"status\":\"PONDERING\",\"percentCompleted\":100", MF_STATE_RUNNING, 0, 0, 0},
        {"\"status\":\"OK\"", MF_STATE_DONE, 1, 1, 1},
        {"\"status\":\"FAILED\"", MF_STATE_FAILED, 1, 0, 1},
        {"\"status\":\"CANCELLED\"", MF_STATE_CANCELLED, 1, 0, 1},
        {"\"status\":\"CANCELED\"", MF_STATE_CANCELLED, 1, 0, 1},
        {"\"status\":\"REFUNDED\"", MF_STATE_REFUNDED, 1, 0, 1},
        {"\"status\":\"OK\",\"reviewStatus\":\"IN_REVIEW\"", MF_STATE_DONE, 1, 1, 1},
        {"\"status\":\"OK\",\"reviewStatus\":\"NOT_ACCEPTED\"", MF_STATE_REWORK, 0, 0, 0},
        {"\"status\":\"OK\",\"reviewStatus\":{\"status\":\"NOT_ACCEPTED\"}", MF_STATE_REWORK, 0, 0,
         0},
        {"\"status\":\"OK\",\"reviewStatus\":\"ACCEPTED\"", MF_STATE_DONE, 1, 1, 1},
        {"\"status\":\"OK\",\"reviewStatus\":\"REFUNDED\"", MF_STATE_DONE, 1, 1, 1},
        {"\"status\":\"FAILED\",\"reviewStatus\":\"NOT_ACCEPTED\"", MF_STATE_FAILED, 1, 0, 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[300];
        snprintf(text, sizeof text, "{\"id\":\"" ID "\",%s}", cases[i].members);
        struct mf_processing p = parse(text);
        CHECK_NUMBER(p.state, cases[i].state);
        CHECK_NUMBER(mf_processing_is_terminal(&p), cases[i].is_terminal);
        CHECK_NUMBER(mf_processing_check_result(&p, false, true, &err) == 0, cases[i].has_result);
        CHECK_NUMBER(mf_processing_check_result(&p, true, true, &err) == 0, cases[i].has_partial);
        mf_processing_free(&p);
    }
}

static void test_pager(void)
{
    struct mf_pager *pager = NULL;
    cJSON *entries = NULL;
    const struct script_step steps[] = {{.status = 404},
                                        {.status = 200, .body = "[{\"id\":\"a\"}]"}};
    start(steps, COUNT(steps));
    CHECK_NUMBER(mf_processing_pager_open(&pager, ID, "dock", &err), 0);
    CHECK_NUMBER(mf_pager_next(pager, client, &entries, &err), 0);
    CHECK_NUMBER(cJSON_GetArraySize(entries), 1);
    CHECK_HOLDS(script.requests[0].url, "/projects/" ID "/processings/v2/page");
    CHECK_HOLDS(script.requests[0].body, "\"terms\":\"dock\"");
    CHECK_HOLDS(script.requests[1].url, "/projects/" ID "/processings/v2");
    cJSON_Delete(entries);
    mf_pager_close(pager);
}

static void test_changes(void)
{
    const struct script_step steps[] = {
        {.status = 200}, {.status = 404}, {.status = 200}, {.status = 200}, {.status = 200},
        {.status = 405}, {.status = 200}, {.status = 200}, {.status = 200}, {.status = 200}};
    start(steps, COUNT(steps));
    CHECK_NUMBER(mf_processing_update(client, ID, "N", "D", NULL, &err), 0);
    CHECK_TEXT(script.requests[0].method, "PUT");
    CHECK_TEXT(script.requests[0].url, URL "/v2");
    CHECK_TEXT(script.requests[0].body, "{\"name\":\"N\",\"description\":\"D\"}");
    CHECK_NUMBER(mf_processing_update(client, ID, "N", NULL, NULL, &err), 0);
    CHECK_TEXT(script.requests[1].url, URL "/v2");
    CHECK_TEXT(script.requests[2].url, URL);
    CHECK_NUMBER(mf_processing_update(client, ID, "N", NULL, "p", &err), 0);
    CHECK_TEXT(script.requests[3].url, URL);
    CHECK_TEXT(script.requests[3].body, "{\"name\":\"N\",\"projectId\":\"p\"}");
    CHECK_NUMBER(mf_processing_delete(client, ID, &err), 0);
    CHECK_TEXT(script.requests[4].method, "DELETE");
    CHECK_NUMBER(mf_processing_restart(client, ID, &err), 0);
    CHECK_TEXT(script.requests[5].url, URL "/restart/v2");
    CHECK_TEXT(script.requests[6].url, URL "/restart");
    CHECK_TEXT(script.requests[6].body, "");
    CHECK_NUMBER(mf_processing_rate(client, ID, 4, "so", &err), 0);
    CHECK_TEXT(script.requests[7].url, URL "/rate");
    CHECK_TEXT(script.requests[7].body, "{\"feedback\":\"so\",\"rating\":4}");
    CHECK_NUMBER(mf_processing_accept(client, ID, &err), 0);
    CHECK_TEXT(script.requests[8].url, URL "/acceptation");
    CHECK_NUMBER(mf_processing_reject(client, ID, "no", &err), 0);
    CHECK_TEXT(script.requests[9].body, "{\"comment\":\"no\",\"features\":{\"type\":"
                                        "\"FeatureCollection\",\"features\":[]}}");
    for (size_t i = 0; i < COUNT(steps); i++)
        CHECK_NUMBER(script.requests[i].fresh_connection, 1);
    /* Only 404 and 405 lead to the fallback, whose error is shown unless it is missing too. */
    const struct script_step bad[] = {{.status = 404, .body = "{\"message\":\"first\"}"},
                                      {.status = 405, .body = "{\"message\":\"second\"}"},
                                      {.status = 404},
                                      {.status = 400, .body = "{\"message\":\"third\"}"},
                                      {.status = 500}};
    start(bad, COUNT(bad));
    CHECK_NUMBER(mf_processing_restart(client, ID, &err), -1);
    CHECK_HOLDS(err.message, "first");
    CHECK_HOLDS(err.message, "processing " ID);
    CHECK_NUMBER(mf_processing_restart(client, ID, &err), -1);
    CHECK_HOLDS(err.message, "third");
    CHECK_NUMBER(mf_processing_restart(client, ID, NULL), -1);
    CHECK_NUMBER(script.next, 5);
}

int main(void)
{
    test_run();
    test_states();
    test_pager();
    test_changes();
    mf_client_close(client);
    return check_result();
}
