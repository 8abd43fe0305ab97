#include "api/processing.h"
#include "base/uuid.h"

#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "script.h"

#define ID "3fa85f64-5717-4562-b3fc-2c963f66afa6"

static struct mf_processing parsed(const char *members)
{
    char text[2048];
    struct mf_processing processing;
    cJSON *document = NULL;
    snprintf(text, sizeof text, "{\"id\":\"" ID "\",\"name\":\"Docks\"%s}", members);
    CHECK_NUMBER(mf_json_parse(text, strlen(text), "test", &document, NULL), 0);
    CHECK_NUMBER(mf_processing_parse(&processing, document, NULL), 0);
    cJSON_Delete(document);
    return processing;
}

static void test_uuid(void)
{
    static const char *const bad[] = {"",
                                      "abc",
                                      ID "0",
                                      "3fa85f64-5717-4562-b3fc-2c963f66afg6",
                                      "3fa85f6405717-4562-b3fc-2c963f66afa6",
                                      "{fa85f64-5717-4562-b3fc-2c963f66afa}"};
    char uuid[MF_UUID_SIZE];
    CHECK(mf_uuid_parse("3FA85F64-5717-4562-B3FC-2C963F66AFA6", uuid));
    CHECK_TEXT(uuid, ID);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(!mf_uuid_parse(bad[i], uuid));
}

static void test_states(void)
{
    static const struct {
        const char *members;
        enum mf_state state;
        int terminal, has_result, has_partial_result;
    } cases[] = {
        {"", MF_STATE_RUNNING, 0, 0, 0},
        {",\"status\":null", MF_STATE_RUNNING, 0, 0, 0},
        {",\"status\":7", MF_STATE_RUNNING, 0, 0, 0},
        {",\"status\":\"UNPROCESSED\"", MF_STATE_RUNNING, 0, 0, 0},
        {",\"status\":\"IN_PROGRESS\",\"percentCompleted\":100", MF_STATE_RUNNING, 0, 0, 0},
        {",\"status\":\"AWAITING\"", MF_STATE_RUNNING, 0, 0, 0},
        {",\"status\":\"PAUSED_BY_MARS\"", MF_STATE_RUNNING, 0, 0, 0},
        {",\"status\":\"OK\"", MF_STATE_DONE, 1, 1, 1},
        {",\"status\":\"ok\"", MF_STATE_DONE, 1, 1, 1},
        {",\"status\":\"OK\",\"reviewStatus\":{\"reviewStatus\":\"IN_REVIEW\"}", MF_STATE_DONE, 1,
         1, 1},
        {",\"status\":\"OK\",\"reviewStatus\":{\"status\":\"ACCEPTED\"}", MF_STATE_DONE, 1, 1, 1},
        {",\"status\":\"OK\",\"reviewStatus\":{\"reviewStatus\":\"NOT_ACCEPTED\"}", MF_STATE_REWORK,
         0, 0, 0},
        {",\"status\":\"OK\",\"reviewStatus\":\"NOT_ACCEPTED\"", MF_STATE_REWORK, 0, 0, 0},
        {",\"status\":\"FAILED\",\"reviewStatus\":\"NOT_ACCEPTED\"", MF_STATE_FAILED, 1, 0, 1},
        {",\"status\":\"FAILED\"", MF_STATE_FAILED, 1, 0, 1},
        {",\"status\":\"CANCELLED\"", MF_STATE_CANCELLED, 1, 0, 1},
        {",\"status\":\"CANCELED\"", MF_STATE_CANCELLED, 1, 0, 1},
        {",\"status\":\"REFUNDED\"", MF_STATE_REFUNDED, 1, 0, 1},
        {",\"status\":\"OK\",\"vectorLayer\":null,\"resultRasterLayer\":{\"tileUrl\":\"u\"}",
         MF_STATE_DONE, 1, 0, 0},
        {",\"status\":\"OK\",\"vectorLayer\":{},\"resultRasterLayer\":{\"tileUrl\":\"u\"}",
         MF_STATE_DONE, 1, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mf_processing processing = parsed(cases[i].members);
        struct mf_error err;
        mf_error_init(&err);
        CHECK_NUMBER(processing.state, cases[i].state);
        CHECK_NUMBER(mf_processing_is_terminal(&processing), cases[i].terminal);
        CHECK_NUMBER(mf_processing_check_result(&processing, true, true, NULL) == 0,
                     cases[i].has_partial_result);
        CHECK_NUMBER(mf_processing_check_result(&processing, false, true, &err) == 0,
                     cases[i].has_result);
        if (!cases[i].has_result) {
            CHECK_NUMBER(err.kind, MF_ERR_NOT_READY);
            CHECK_HOLDS(err.message, ID);
            CHECK_HOLDS(err.message, "\"Docks\"");
        }
        mf_processing_free(&processing);
    }
}

static void test_messages(void)
{
    struct mf_error err;
    mf_error_init(&err);
    struct mf_processing processing = parsed(
        ",\"status\":\"FAILED\",\"percentCompleted\":60,\"messages\":["
        "{\"code\":\"source-validator.PixelSizeTooHigh\",\"parameters\":{\"max_res\":\"1.2\"}},"
        "{\"code\":\"source-validator.PixelSizeTooHigh\",\"parameters\":{\"max_res\":\"1.2\"}},"
        "{\"code\":\"new.Code\",\"params\":{\"a\":1}},{},null,7,{\"code\":null}]");
    CHECK_NUMBER(mf_processing_check_result(&processing, false, true, &err), -1);
    CHECK_HOLDS(err.message, "its status is FAILED, 60 %.");
    CHECK_HOLDS(err.message, "the image is too coarse for the model");
    CHECK_HOLDS(err.message, "new.Code");
    CHECK_HOLDS(err.message, "PARTIAL=YES");
    const char *const first = strstr(processing.messages, "too coarse");
    CHECK(first != NULL && strstr(first + 1, "too coarse") == NULL);
    mf_processing_free(&processing);
}

static void test_advice_to_wait(void)
{
    static const char *const running[] = {",\"status\":\"IN_PROGRESS\"",
                                          ",\"status\":\"OK\",\"reviewStatus\":\"NOT_ACCEPTED\""};
    for (size_t i = 0; i < sizeof running / sizeof *running; i++) {
        struct mf_processing processing = parsed(running[i]);
        struct mf_error err;
        mf_error_init(&err);
        CHECK_NUMBER(mf_processing_check_result(&processing, false, true, &err), -1);
        CHECK_HOLDS(err.message, "Open it with WAIT=YES");
        CHECK_NUMBER(mf_processing_check_result(&processing, false, false, &err), -1);
        CHECK(strstr(err.message, "WAIT") == NULL);
        CHECK_HOLDS(err.message, "Try again later.");
        mf_processing_free(&processing);
    }
}

static void test_members(void)
{
    struct mf_processing p =
        parsed(",\"percentCompleted\":\"40\",\"aoiCount\":\"2\",\"aoiArea\":5,\"cost\":\"1.5\","
               "\"workflowDef\":{\"name\":\"Roads\"},\"projectId\":\"p\",\"created\":\"c\","
               "\"updated\":\"u\"");
    CHECK_NUMBER(p.percent, 40);
    CHECK_NUMBER(p.aoi_count, 2);
    CHECK(p.area_m2 == 5 && p.cost == 1.5);
    CHECK_TEXT(p.model, "Roads");
    CHECK_TEXT(p.project_id, "p");
    CHECK_TEXT(p.created, "c");
    CHECK_TEXT(p.updated, "u");
    CHECK_TEXT(p.description, NULL);
    mf_processing_free(&p);

    p = parsed(",\"percentCompleted\":101,\"aoiCount\":-1,\"workflowDef\":[],\"vectorLayer\":7");
    CHECK_NUMBER(p.percent, -1);
    CHECK_NUMBER(p.aoi_count, -1);
    CHECK(isnan(p.area_m2) && isnan(p.cost));
    CHECK_TEXT(p.model, NULL);
    mf_processing_free(&p);
    mf_processing_free(&p);
    mf_processing_free(NULL);
}

static void test_secrets(void)
{
    struct mf_processing p = parsed(",\"params\":{\"rasterPassword\":\"hunter2\",\"rasterLogin\":"
                                    "\"me\",\"deep\":[{\"ACCESS_TOKEN\":\"t0k3n\"}]}");
    CHECK_LACKS(p.document, "hunter2");
    CHECK_LACKS(p.document, "\"me\"");
    CHECK_LACKS(p.document, "t0k3n");
    CHECK_HOLDS(p.document, "rasterPassword");
    mf_processing_free(&p);
}

/* What is kept of a processing is the same processing: it is found again in the cache. */
static void test_document_is_kept(void)
{
    static const char *const members[] = {
        ",\"name\":\"Roofs https://maps.example.com/p?id=7\"",
        ",\"name\":\"batch token=A12345 north\"",
        ",\"name\":\"Cookie: area\"",
        ",\"name\":\"basic Building2\"",
        ",\"name\":\"\\ud83c\\udfe0 \\\"a\\\\b\\u0007\"",
        ",\"area\":30000.000000000004,\"cost\":0.1",
        ",\"area\":1e400,\"cost\":-0.5",
        ",\"aoiArea\":\"30000.000000000004\",\"cost\":12345678901234567890",
        ",\"area\":5e-324,\"cost\":1.7976931348623157e308",
        ",\"area\":null,\"cost\":{},\"status\":\"OK|x\",\"updated\":\"2026-01-01T00:00:00Z\"",
        ",\"reviewStatus\":{\"reviewStatus\":\"a?b=c\"},\"vectorLayer\":{\"id\":\"Basic "
        "dXNlcjpwYXNz\"}",
        ",\"resultRasterLayer\":{\"tileUrl\":\"https://t/{z}?token=abc\"}",
    };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        struct mf_processing p = parsed(members[i]), again;
        CHECK_NUMBER(mf_processing_read(&again, p.document, NULL), 0);
        char *const first = mf_processing_fingerprint(&p);
        char *const second = mf_processing_fingerprint(&again);
        CHECK_TEXT(again.name, p.name);
        CHECK_TEXT(second, first);
        CHECK_TEXT(again.document, p.document);
        CHECK((again.result_tile_url == NULL) == (p.result_tile_url == NULL));
        if (again.result_tile_url != NULL) /* it opens nothing any more */
            CHECK_TEXT(again.result_tile_url, "https://t/{z}?***");
        free(first);
        free(second);
        mf_processing_free(&again);
        mf_processing_free(&p);
    }
}

static void test_not_a_processing(void)
{
    static const char *const texts[] = {"{}",        "[]", "null", "7", "\"text\"", "{\"id\":null}",
                                        "{\"id\":7}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct mf_processing processing;
        struct mf_error err;
        cJSON *const document = cJSON_Parse(texts[i]);
        mf_error_init(&err);
        CHECK_NUMBER(mf_processing_parse(&processing, document, &err), -1);
        CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
        mf_processing_free(&processing);
        cJSON_Delete(document);
    }
}

static void test_get(void)
{
    static const struct script_step steps[] = {
        {.status = 200, .body = "{\"id\":\"" ID "\",\"status\":\"OK\"}"},
        {.status = 404, .body = "{\"code\":\"NOT_FOUND\",\"message\":\"Processing not found\"}"},
        {.status = 200, .body = "{}"},
        {.status = 200, .body = "{\"id\":\"00000000-0000-4000-8000-000000000000\"}"},
    };
    static struct script script;
    struct mf_processing processing;
    struct mf_error err;
    mf_error_init(&err);
    struct mf_client *const client = script_client(&script, steps, 4);
    CHECK_NUMBER(mf_processing_get(&processing, client, ID, &err), 0);
    CHECK_TEXT(script.requests[0].url, "https://api.example.com/rest/processings/" ID "/v2");
    CHECK_TEXT(processing.name, "");
    mf_processing_free(&processing);
    CHECK_NUMBER(mf_processing_get(&processing, client, ID, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_NOT_FOUND);
    CHECK_HOLDS(err.message, "processing " ID ": ");
    CHECK_NUMBER(mf_processing_get(&processing, client, ID, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
    CHECK_NUMBER(mf_processing_get(&processing, client, ID, &err), -1);
    CHECK_HOLDS(err.message, "about another processing, 00000000-");
    mf_client_close(client);
}

int main(void)
{
    test_uuid();
    test_states();
    test_messages();
    test_advice_to_wait();
    test_members();
    test_secrets();
    test_document_is_kept();
    test_not_a_processing();
    test_get();
    return check_result();
}
