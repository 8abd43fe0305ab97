/* Submissions like an earlier one, and areas of uploaded imagery: what is taken, and what wins. */
#include "check.h"
#include "script.h"
#include "submit/submission_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN "bWVAZXhhbXBsZS5jb206czNjcmV0LXRva2Vu" /* me@example.com:s3cret-token */
#define PROJECT "11111111-2222-4333-8444-555555555501"
#define EARLIER "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeee01"
#define MOSAIC "55555555-6666-4777-8888-999999999901"
#define IMAGE "55555555-6666-4777-8888-999999999911"
#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define MODELS                                                                                     \
    "[{\"id\":\"22222222-3333-4444-8555-666666666601\",\"name\":\"Buildings\",\"blocks\":["        \
    "{\"name\":\"Detection\",\"optional\":false},{\"name\":\"Heights\",\"optional\":true},"        \
    "{\"name\":\"OSM\",\"optional\":true}]}]"
#define DOCUMENT(source)                                                                           \
    "{\"id\":\"" EARLIER "\",\"workflowDef\":{\"id\":\"" PROJECT "\",\"name\":\"Buildings\"},"     \
    "\"blocks\":[{\"name\":\"Detection\",\"enabled\":true},{\"name\":\"Gone\",\"enabled\":false}," \
    "{\"enabled\":true},{\"name\":\"Heights\",\"enabled\":true},"                                  \
    "{\"name\":\"OSM\",\"enabled\":false}],\"params\":{\"inferenceParams\":{\"a\":1},"             \
    "\"sourceParams\":" source "}}"
#define MAPBOX                                                                                     \
    "{\"dataProvider\":{\"providerName\":\"Mapbox\",\"zoom\":17},\"myImagery\":null,"              \
    "\"imagerySearch\":null,\"userDefined\":null}"
#define OWN "{\"myImagery\":{\"imageIds\":[\"" IMAGE "\",7],\"mosaicId\":null}}"
#define WHOLE "{\"myImagery\":{\"imageIds\":null,\"mosaicId\":\"" MOSAIC "\"}}"
#define SEARCH "{\"imagerySearch\":{\"dataProvider\":\"cg\",\"imageIds\":[\"a b\",\"c\"]}}"
#define TILES                                                                                      \
    "{\"userDefined\":{\"sourceType\":\"XYZ\",\"url\":\"https://t/{z}/{x}/{y}?k=abcdefg\","        \
    "\"zoom\":9,\"crs\":null,\"rasterLogin\":null,\"rasterPassword\":null}}"
#define GOOD(text)                                                                                 \
    {                                                                                              \
        .status = 200, .body = text                                                                \
    }

static struct mf_error err;
static struct script script;
static struct mf_client *client;
static struct mf_account account;

/* Resolves what `options` say while the server answers `steps`; NULL when it is refused. */
static struct mf_submission *resolve(const struct mf_submission_options *options,
                                     const struct script_step *steps, size_t count)
{
    struct mf_submission *s = NULL;
    script_start(&script, steps, count);
    const struct mf_client_options wanted = script_options(&script, TOKEN);
    mf_error_init(&err);
    mf_client_close(client);
    client = NULL;
    CHECK_NUMBER(mf_client_open(&client, &wanted, &err), 0);
    if (mf_submission_open(&s, options, &err) != 0 ||
        mf_submission_resolve(s, &account, client, &err) != 0) {
        mf_submission_close(s);
        return NULL;
    }
    return s;
}

static const struct script_step project =
    GOOD("{\"id\":\"" PROJECT "\",\"name\":\"Default\",\"workflowDefs\":" MODELS "}");

/* What is sent of a submission like `document`: blocks and parameters. */
static void check_like(struct mf_submission_options options, const char *document,
                       const char *blocks, const char *params)
{
    const struct script_step steps[] = {GOOD(document), project};
    options.like = EARLIER;
    struct mf_submission *const s = resolve(&options, steps, 2);
    CHECK_TEXT(err.message, "");
    if (s == NULL)
        return;
    CHECK_HOLDS(script.requests[0].url, "/processings/" EARLIER "/v2");
    CHECK_NUMBER(script.next, 2);
    CHECK_NUMBER(mf_submission_resolve(s, &account, client, &err), 0);
    CHECK_NUMBER(script.next, 2);
    cJSON *const documents[] = {mf_submission_blocks(s), mf_submission_params(s)};
    char *const texts[] = {cJSON_PrintUnformatted(documents[0]),
                           cJSON_PrintUnformatted(documents[1])};
    CHECK_TEXT(texts[0], blocks);
    CHECK_TEXT(texts[1], params);
    for (int i = 0; i < 2; i++) {
        cJSON_free(texts[i]);
        cJSON_Delete(documents[i]);
    }
    mf_submission_close(s);
}

#define BLOCKS "[{\"name\":\"Heights\",\"enabled\":true},{\"name\":\"OSM\",\"enabled\":false}]"
#define PARAMS(source) "{\"sourceParams\":" source ",\"inferenceParams\":{\"a\":1}}"

static void test_taken(void)
{
    const struct mf_submission_options none = {.version = "9.9"};
    check_like(none, DOCUMENT(MAPBOX), BLOCKS,
               PARAMS("{\"dataProvider\":{\"zoom\":17,\"providerName\":\"Mapbox\"}}"));
    check_like(none, DOCUMENT(OWN), BLOCKS,
               PARAMS("{\"myImagery\":{\"imageIds\":[\"" IMAGE "\"]}}"));
    check_like(none, DOCUMENT(WHOLE), BLOCKS,
               PARAMS("{\"myImagery\":{\"mosaicId\":\"" MOSAIC "\"}}"));
    check_like(
        none, DOCUMENT(SEARCH), BLOCKS,
        PARAMS("{\"imagerySearch\":{\"imageIds\":[\"a b\",\"c\"],\"dataProvider\":\"cg\"}}"));
    check_like(none, DOCUMENT(TILES), BLOCKS,
               PARAMS("{\"userDefined\":{\"sourceType\":\"XYZ\",\"url\":\"https://t/{z}/{x}/"
                      "{y}?k=abcdefg\",\"zoom\":9}}"));
}

static void test_what_wins(void)
{
    check_like((struct mf_submission_options){.zoom = "3"}, DOCUMENT(MAPBOX), BLOCKS,
               PARAMS("{\"dataProvider\":{\"zoom\":3,\"providerName\":\"Mapbox\"}}"));
    check_like((struct mf_submission_options){.provider = "Mapbox"}, DOCUMENT(OWN), BLOCKS,
               PARAMS("{\"dataProvider\":{\"providerName\":\"Mapbox\"}}"));
    check_like((struct mf_submission_options){.model = "buildings"}, DOCUMENT(WHOLE), "[]",
               PARAMS("{\"myImagery\":{\"mosaicId\":\"" MOSAIC "\"}}"));
    check_like((struct mf_submission_options){.blocks = "OSM", .inference_params = "{\"b\":2}"},
               DOCUMENT(WHOLE), "[{\"name\":\"OSM\",\"enabled\":true}]",
               "{\"sourceParams\":{\"myImagery\":{\"mosaicId\":\"" MOSAIC
               "\"}},\"inferenceParams\":{\"b\":2}}");
}

static void check_refusal(struct mf_submission_options options, const char *document,
                          const char *said)
{
    const struct script_step steps[] = {GOOD(document), project};
    options.like = options.like != NULL ? options.like : EARLIER;
    CHECK(resolve(&options, steps, 2) == NULL);
    CHECK_HOLDS(err.message, said);
}

static void test_refused(void)
{
    const struct mf_submission_options none = {.version = "9.9"};
    check_refusal((struct mf_submission_options){.like = "1"}, "", "not the UUID of a processing");
    check_refusal((struct mf_submission_options){.zoom = "3"}, DOCUMENT(OWN), "own resolution");
    check_refusal((struct mf_submission_options){.zoom = "x"}, DOCUMENT(MAPBOX), "ZOOM=x");
    check_refusal(none, DOCUMENT("{}"), "no imagery is specified");
    check_refusal(none,
                  DOCUMENT("{\"imagerySearch\":{\"dataProvider\":\"cg\",\"imageIds\":"
                           "[\"a\",\"b,c\",\"d\"]}}"),
                  "comma in its id");
    check_refusal(none,
                  DOCUMENT("{\"userDefined\":{\"url\":\"https://t\",\"rasterLogin\":\"me\"}}"),
                  "password the service does not return");
    check_refusal(none, "{\"id\":\"x\",\"params\":{\"sourceParams\":" MAPBOX "}}", "set MODEL");
    check_refusal(none,
                  "{\"workflowDef\":{\"name\":\"Boats\"},\"params\":{\"sourceParams\":" MAPBOX "}}",
                  "no model in project");
    check_refusal(none, "[", "LIKE: processing " EARLIER);
}

/* ---- MOSAIC and footprints ------------------------------------------------------------------- */

#define MOSAIC_DOCUMENT(more) "{\"id\":\"" MOSAIC "\",\"name\":\"Docks\"" more "}"

/* Returns what mf_submission_footprints says of `steps`, which follow those of resolving. */
static int footprints(struct mf_submission_options options, const struct script_step *steps,
                      size_t count, struct mf_str_list *list, int *missing)
{
    options.model = "buildings";
    struct mf_submission *const s = resolve(&options, steps, count);
    CHECK_TEXT(err.message, "");
    memset(list, 0, sizeof *list);
    const int failed = s == NULL || mf_submission_footprints(s, client, list, missing, &err) != 0;
    mf_submission_close(s);
    return failed;
}

static void test_footprints(void)
{
    static const struct script_step whole[] = {
        GOOD("[" MOSAIC_DOCUMENT("") "]"),
        GOOD("{\"id\":\"" PROJECT "\",\"name\":\"Default\",\"workflowDefs\":" MODELS "}"),
        GOOD(MOSAIC_DOCUMENT(",\"footprint\":\"POLYGON EMPTY\",\"status_summary\":{\"total\":3,"
                             "\"ready\":2}")),
    };
    struct mf_str_list list;
    int missing = 0;
    const struct mf_submission_options named = {.mosaic = "docks"};
    CHECK_NUMBER(footprints(named, whole, 3, &list, &missing), 0);
    CHECK_NUMBER(missing, 1);
    CHECK_NUMBER(list.count, 1);
    CHECK_TEXT(list.items[0], "POLYGON EMPTY");
    mf_str_list_free(&list);

    const struct script_step empty[] = {whole[0], whole[1], whole[0]};
    const struct script_step none[] = {whole[1], GOOD(MOSAIC_DOCUMENT(""))};
    const struct mf_submission_options by_id = {.mosaic = MOSAIC};
    CHECK_NUMBER(footprints(named, empty, 3, &list, &missing), 1);
    CHECK_NUMBER(footprints(by_id, none, 2, &list, &missing), 1);
    CHECK_NUMBER(err.kind, MF_ERR_NOT_READY);
    CHECK_HOLDS(err.message, "none of its images is ready");

    const struct mf_submission_options provider = {.provider = "Mapbox"};
    CHECK_NUMBER(footprints(provider, whole + 1, 1, &list, &missing), 1);
    CHECK_HOLDS(err.message, "needs uploaded imagery");
}

static void test_footprints_of_images(void)
{
    static const struct script_step ready[] = {
        GOOD("{\"id\":\"" PROJECT "\",\"name\":\"Default\",\"workflowDefs\":" MODELS "}"),
        GOOD("{\"image_id\":\"" IMAGE
             "\",\"preprocessing_status\":\"NONE\",\"data_available\":true}"),
        GOOD("{\"id\":\"" IMAGE "\",\"footprint\":\"POLYGON EMPTY\"}"),
    };
    static const struct script_step failed[] = {
        GOOD("{\"id\":\"" PROJECT "\",\"name\":\"Default\",\"workflowDefs\":" MODELS "}"),
        GOOD("{\"image_id\":\"" IMAGE "\",\"preprocessing_status\":\"FAILED\","
             "\"preprocessing_error\":\"odd\",\"data_available\":false}"),
        GOOD("{\"id\":\"" IMAGE "\"}"),
    };
    const struct mf_submission_options images = {.image_ids = IMAGE};
    struct mf_str_list list;
    int missing = 0;
    CHECK_NUMBER(footprints(images, ready, 3, &list, &missing), 0);
    CHECK_NUMBER(list.count, 1);
    CHECK_NUMBER(missing, 0);
    mf_str_list_free(&list);
    CHECK_NUMBER(footprints(images, failed, 3, &list, &missing), 1);
    CHECK_HOLDS(err.message, "its state is FAILED (odd)");
    mf_str_list_free(&list);
}

int main(void)
{
    static const struct script_step user[] = {GOOD("{\"email\":\"me@example.com\"}")};
    client = script_client(&script, user, 1);
    CHECK_NUMBER(mf_account_get(&account, client, &err), 0);
    test_taken();
    test_what_wins();
    test_refused();
    test_footprints();
    test_footprints_of_images();
    mf_client_close(client);
    mf_account_free(&account);
    return check_result();
}
