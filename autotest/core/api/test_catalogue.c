#include "api/catalogue.h"
#include "check.h"
#include "script.h"

#include <math.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define GOOD(text)                                                                                 \
    {                                                                                              \
        .status = 200, .body = text                                                                \
    }
#define AOI "{\"type\":\"Polygon\",\"coordinates\":[[[4,52],[5,52],[5,53],[4,52]]]}"
#define UUID "3fa85f64-5717-4562-b3fc-2c963f66afa6"

static struct mf_error err;
static struct script script;

/* Searches, and finds one scene. It lives until the next call. */
static int parse(struct mf_scene *scene, const char *text)
{
    static struct mf_scene_list scenes;
    char page[1000];
    const struct script_step step = GOOD(page);
    const struct mf_scene_search_options options = {.aoi = AOI};
    struct mf_scene_search *search = NULL;
    struct mf_client *const client = script_client(&script, &step, 1);
    mf_scene_list_free(&scenes);
    memset(scene, 0, sizeof *scene);
    snprintf(page, sizeof page, "[%s]", text);
    mf_error_init(&err);
    CHECK_NUMBER(mf_scene_search_open(&search, &options, &err), 0);
    const int failed = mf_scene_search_next(search, client, &scenes, &err);
    if (scenes.count == 1)
        *scene = scenes.items[0];
    mf_scene_search_close(search);
    mf_client_close(client);
    return failed;
}

/* ---- scenes --------------------------------------------------------------------------------- */

static void test_parse(void)
{
    struct mf_scene s;
    CHECK_NUMBER(
        parse(&s,
              "{\"id\":\"a b/c\",\"productType\":\"Mosaic\",\"providerName\":\"sky\","
              "\"sensor\":\"KX3\",\"satId\":\"KX3-B\",\"footprint\":{\"type\":\"Polygon\","
              "\"coordinates\":[]},\"pixelResolution\":0.55,\"acquisitionDate\":\"2026-05-18\","
              "\"cloudCover\":3.5,\"offNadirAngle\":-6.2,\"colorBandOrder\":\"RGB\","
              "\"previewType\":\"png\",\"previewUrl\":\"https://q/x?sig=1\",\"previews\":[],"
              "\"zoom\":\"18\",\"minAreaSqkm\":5,\"isNew\":true,\"aoiIntersectionPercent\":87.4,"
              "\"sun\":{}}"),
        0);
    CHECK_TEXT(s.id, "a b/c");
    CHECK_TEXT(s.provider, "sky");
    CHECK_TEXT(s.product_type, "Mosaic");
    CHECK_TEXT(s.sensor, "KX3");
    CHECK_TEXT(s.satellite, "KX3-B");
    CHECK_TEXT(s.band_order, "RGB");
    CHECK_TEXT(s.acquired, "2026-05-18");
    CHECK_TEXT(s.footprint, "{\"type\":\"Polygon\",\"coordinates\":[]}");
    CHECK(s.resolution == 0.55 && s.cloud_cover == 3.5 && s.off_nadir == -6.2);
    CHECK(s.min_area_km2 == 5 && s.aoi_intersection == 87.4 && s.zoom == 18 && s.is_new == 1);
    CHECK_NUMBER(parse(&s, "{\"id\":\"x\",\"footprint\":null,\"pixelResolution\":0.0,\"zoom\":17,"
                           "\"previews\":null,\"cloudCover\":null}"),
                 0);
    CHECK(s.provider == NULL && s.footprint == NULL && s.acquired == NULL);
    CHECK(isnan(s.resolution) && isnan(s.cloud_cover) && isnan(s.off_nadir));
    CHECK(isnan(s.min_area_km2) && isnan(s.aoi_intersection) && s.zoom == 17 && s.is_new == -1);
    CHECK_NUMBER(parse(&s, "{\"id\":7}"), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
    mf_scene_list_free(NULL);
}

/* ---- filters -------------------------------------------------------------------------------- */

static void test_filter_body(void)
{
    struct mf_scene_filter f;
    char *names[] = {"sky"}, *types[] = {"IMAGE", "MOSAIC"};
    const struct mf_str_list providers = {names, 1}, kinds = {types, 2}, none = {0};
    for (int i = 0; i < 2; i++) {
        cJSON *body = cJSON_CreateObject();
        mf_scene_filter_init(&f);
        f.providers = f.product_types = &none;
        if (i == 1) {
            f = (struct mf_scene_filter){"2026-04-01T00:00:00Z",
                                         "2026-05-01T00:00:00Z",
                                         0.25,
                                         2,
                                         20,
                                         50,
                                         0,
                                         30,
                                         true,
                                         &providers,
                                         &kinds};
        }
        body = mf_scene_filter_add_to(body, &f);
        char *const text = cJSON_PrintUnformatted(body);
        CHECK_TEXT(text, i == 0 ? "{}"
                                : "{\"acquisitionDateFrom\":\"2026-04-01T00:00:00Z\","
                                  "\"acquisitionDateTo\":\"2026-05-01T00:00:00Z\","
                                  "\"minResolution\":0.25,\"maxResolution\":2,\"maxCloudCover\":20,"
                                  "\"minOffNadirAngle\":0,\"maxOffNadirAngle\":30,"
                                  "\"minAoiIntersectionPercent\":50,\"hideUnavailable\":true,"
                                  "\"dataProviders\":[\"sky\"],\"productTypes\":[\"IMAGE\","
                                  "\"MOSAIC\"]}");
        cJSON_free(text);
        cJSON_Delete(body);
    }
}

/* ---- searching ------------------------------------------------------------------------------ */

/* Runs a search to its end. Returns the number of scenes, or minus the kind of the error; `ids`
 * receives theirs. */
static int run(const struct mf_scene_search_options *options, const struct script_step *steps,
               size_t count, char ids[200])
{
    struct mf_scene_search *search = NULL;
    struct mf_client *const client = script_client(&script, steps, count);
    int scenes = 0;
    ids[0] = '\0';
    mf_error_init(&err);
    CHECK_NUMBER(mf_scene_search_open(&search, options, &err), 0);
    for (;;) {
        struct mf_scene_list page;
        if (mf_scene_search_next(search, client, &page, &err) != 0) {
            CHECK_NUMBER(page.count, 0);
            scenes = -(int)err.kind;
            break;
        }
        for (size_t i = 0; i < page.count; i++)
            snprintf(ids + strlen(ids), 200 - strlen(ids), "%s ", page.items[i].id);
        scenes += (int)page.count;
        const int is_end = page.count == 0;
        mf_scene_list_free(&page);
        if (is_end)
            break;
    }
    mf_scene_search_close(search);
    mf_client_close(client);
    return scenes;
}

static void test_request(void)
{
    char ids[200];
    struct mf_scene_filter filter;
    struct mf_scene_search_options options = {.aoi = AOI};
    static const struct script_step steps[] = {GOOD("{\"images\":[{\"id\":\"a\"}],\"total\":1}")};
    CHECK_NUMBER(run(&options, steps, 1, ids), 1);
    CHECK_NUMBER(script.next, 1);
    CHECK_TEXT(script.requests[0].method, "POST");
    CHECK_TEXT(script.requests[0].url, "https://api.example.com/rest/catalog/meta");
    CHECK_TEXT(script.requests[0].body, "{\"aoi\":" AOI ",\"limit\":100,\"offset\":0}");
    mf_scene_filter_init(&filter);
    filter.max_cloud_cover = 5;
    filter.hide_unavailable = true;
    options = (struct mf_scene_search_options){.aoi = AOI,
                                               .filter = &filter,
                                               .sort_by = "ACQUISITION_DATE",
                                               .is_descending = true};
    CHECK_NUMBER(run(&options, steps, 1, ids), 1);
    CHECK_HOLDS(script.requests[0].body, "\"maxCloudCover\":5,\"hideUnavailable\":true");
    CHECK_HOLDS(script.requests[0].body,
                "\"sortBy\":\"ACQUISITION_DATE\",\"sortOrder\":\"DESC\",\"limit\":100");
    options.aoi = NULL;
    options.planned_search = UUID;
    options.is_descending = false;
    CHECK_NUMBER(run(&options, steps, 1, ids), 1);
    CHECK_TEXT(script.requests[0].url,
               "https://api.example.com/rest/processings/template/" UUID "/images");
    CHECK_TEXT(script.requests[0].body, "{\"maxCloudCover\":5,\"sortBy\":\"ACQUISITION_DATE\","
                                        "\"sortOrder\":\"ASC\",\"limit\":100,\"offset\":0}");
    struct mf_scene_search *search = NULL;
    options = (struct mf_scene_search_options){.aoi = "POLYGON ((0 0"};
    CHECK_NUMBER(mf_scene_search_open(&search, &options, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_ARGUMENT);
    mf_scene_search_close(NULL);
}

#define SCENE(name) "{\"id\":\"" name "\",\"providerName\":\"p\"}"

static void test_pages(void)
{
    char ids[200];
    const struct mf_scene_search_options options = {.aoi = AOI};
    /* Pages that are shorter than asked for, and one that repeats a scene. */
    static const struct script_step pages[] = {
        GOOD("{\"images\":[" SCENE("a") "," SCENE("b") "],\"total\":4}"),
        GOOD("{\"images\":[" SCENE("b") "],\"total\":4}"),
        GOOD("{\"images\":[" SCENE("c") "],\"total\":4}")};
    CHECK_NUMBER(run(&options, pages, 3, ids), -MF_ERR_NETWORK); /* one is missing: asked for */
    CHECK_TEXT(ids, "a b c ");
    static const struct script_step repeating[] = {
        GOOD("{\"images\":[" SCENE("a") "," SCENE("b") "],\"total\":4}"),
        GOOD("{\"images\":[" SCENE("a") "," SCENE("b") "],\"total\":4}")};
    CHECK_NUMBER(run(&options, repeating, 2, ids), 2);
    static const struct script_step overlapping[] = {
        GOOD("{\"images\":[" SCENE("a") "," SCENE("b") "],\"total\":4}"),
        GOOD("{\"images\":[" SCENE("b") "," SCENE("c") "],\"total\":4}"),
        GOOD("{\"images\":[" SCENE("d") "],\"total\":4}")};
    CHECK_NUMBER(run(&options, overlapping, 3, ids), 4);
    CHECK_TEXT(ids, "a b c d ");
    CHECK_HOLDS(script.requests[1].body, "\"offset\":2");
    CHECK_HOLDS(script.requests[2].body, "\"offset\":4");
    CHECK_NUMBER(script.next, 3);
    /* The same id of two providers is two scenes. */
    static const struct script_step twins[] = {
        GOOD("{\"images\":[{\"id\":\"a\",\"providerName\":\"p\"},{\"id\":\"a\",\"providerName\":"
             "\"q\"},{\"id\":\"a\"}],\"total\":3}")};
    CHECK_NUMBER(run(&options, twins, 1, ids), 3);
    /* Without a total: until a page brings nothing new. */
    static const struct script_step uncounted[] = {GOOD("{\"images\":[" SCENE("a") "]}"),
                                                   GOOD("{\"images\":[" SCENE("b") "]}"),
                                                   GOOD("{\"images\":null}")};
    CHECK_NUMBER(run(&options, uncounted, 3, ids), 2);
    static const struct script_step arrays[] = {GOOD("[" SCENE("a") "]"), GOOD("[" SCENE("a") "]")};
    CHECK_NUMBER(run(&options, arrays, 2, ids), 1);
    /* A total that counts more than comes ends with an empty page. */
    static const struct script_step fewer[] = {GOOD("{\"images\":[" SCENE("a") "],\"total\":9}"),
                                               GOOD("{\"images\":[],\"total\":9}")};
    CHECK_NUMBER(run(&options, fewer, 2, ids), 1);
}

static void test_nothing_and_errors(void)
{
    char ids[200];
    const struct mf_scene_search_options options = {.aoi = AOI};
    static const struct script_step nothing[] = {GOOD("{\"images\":[],\"total\":0}"),
                                                 GOOD("{\"images\":null,\"total\":0}"),
                                                 GOOD("{\"total\":0}"), GOOD("[]")};
    for (size_t i = 0; i < COUNT(nothing); i++)
        CHECK_NUMBER(run(&options, &nothing[i], 1, ids), 0);
    static const struct script_step bad[] = {GOOD("5"), GOOD("{\"images\":{}}"),
                                             GOOD("{\"images\":[{}]}"), GOOD("[null]")};
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK_NUMBER(run(&options, &bad[i], 1, ids), -MF_ERR_FORMAT);
    static const struct script_step refused[] = {
        {.status = 400,
         .body = "{\"code\":\"X\",\"message\":\"too large\",\"params\":{\"area\":\"7\"}}"}};
    CHECK_NUMBER(run(&options, refused, 1, ids), -MF_ERR_REJECTED);
    CHECK_HOLDS(err.message, "the search for scenes: ");
    CHECK_HOLDS(err.message, "too large (area 7)");
    /* A search only asks: it is repeated. */
    static const struct script_step busy[] = {{.status = 503}, GOOD("{\"images\":[],\"total\":0}")};
    CHECK_NUMBER(run(&options, busy, 2, ids), 0);
}

int main(void)
{
    test_parse();
    test_filter_body();
    test_request();
    test_pages();
    test_nothing_and_errors();
    return check_result();
}
