#include "api/planned_search.h"
#include "base/clock.h"
#include "check.h"
#include "script.h"

#include <math.h>

#define ID "3fa85f64-5717-4562-b3fc-2c963f66afa6"
#define PROJECT "11111111-2222-4333-8444-555555555501"
#define URL "https://api.example.com/rest/processings/template"
#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define GOOD(text)                                                                                 \
    {                                                                                              \
        .status = 200, .body = text                                                                \
    }
#define AREA "{\"type\":\"Polygon\",\"coordinates\":[]}"
#define TEMPLATE                                                                                   \
    "{\"id\":\"" ID "\",\"name\":\"Harbour\",\"status\":\"READY\",\"createdAt\":\"c\","            \
    "\"userId\":\"u\",\"projectId\":\"p\",\"activeUntil\":\"a\",\"lastCheckedAt\":\"l\","          \
    "\"newImagesCount\":3,\"isActive\":true,\"area\":4e6,\"searchParams\":{\"maxCloudCover\":20,"  \
    "\"aoiDetails\":{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","          \
    "\"id\":\"1\",\"properties\":{\"name\":\"Pier 4\"},\"geometry\":" AREA "},{\"properties\":"    \
    "{\"id\":\"2\",\"name\":null},\"geometry\":null},{}]}}}"

static struct mf_error err;
static struct script script;

static int parse(struct mf_planned_search *search, const char *text)
{
    const struct script_step step = GOOD(text);
    struct mf_client *const client = script_client(&script, &step, 1);
    mf_error_init(&err);
    const int failed = mf_planned_search_get(search, client, ID, &err);
    mf_client_close(client);
    return failed;
}

static void test_parse(void)
{
    struct mf_planned_search s;
    static const char *const forms[] = {TEMPLATE,
                                        "{\"template\":" TEMPLATE ",\"searchResults\":[]}"};
    for (size_t i = 0; i < COUNT(forms); i++) {
        CHECK_NUMBER(parse(&s, forms[i]), 0);
        CHECK_TEXT(s.id, ID);
        CHECK_TEXT(s.name, "Harbour");
        CHECK_TEXT(s.project_id, "p");
        CHECK_TEXT(s.created, "c");
        CHECK_TEXT(s.active_until, "a");
        CHECK_TEXT(s.last_checked, "l");
        CHECK_TEXT(s.filters, "{\"maxCloudCover\":20}");
        CHECK(s.area_m2 == 4e6 && s.new_images == 3 && s.is_active);
        CHECK_NUMBER(s.state, MF_PLANNED_UPDATED);
        if (CHECK_NUMBER(s.aoi_count, 3)) {
            CHECK_TEXT(s.aois[0].id, "1");
            CHECK_TEXT(s.aois[0].name, "Pier 4");
            CHECK_TEXT(s.aois[0].geometry, AREA);
            CHECK_TEXT(s.aois[1].id, "2");
            CHECK(s.aois[1].name == NULL && s.aois[1].geometry == NULL && s.aois[2].id == NULL);
        }
        mf_planned_search_free(&s);
    }
    /* The short form, and the old one of an area. */
    CHECK_NUMBER(parse(&s, "{\"id\":\"x\"}"), 0);
    CHECK(s.filters == NULL && s.aoi_count == 0 && isnan(s.area_m2) && s.new_images == -1);
    mf_planned_search_free(&s);
    CHECK_NUMBER(parse(&s, "{\"id\":\"x\",\"searchParams\":{\"aoi\":" AREA "}}"), 0);
    CHECK_NUMBER(s.aoi_count, 1);
    CHECK_TEXT(s.aois[0].geometry, AREA);
    CHECK_TEXT(s.filters, "{}");
    mf_planned_search_free(&s);
    CHECK_NUMBER(parse(&s, "{\"template\":{}}"), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
    mf_planned_search_free(NULL);
}

static void test_states(void)
{
    static const struct {
        const char *members, *name;
    } cases[] = {
        {"\"status\":\"FAILED\",\"isActive\":false", "FAILED"},
        {"\"status\":\"SEARCHING\",\"isActive\":false", "SEARCHING"},
        {"\"status\":\"READY\",\"isActive\":false,\"lastCheckedAt\":\"l\"", "PAUSED"},
        {"\"status\":\"READY\",\"isActive\":true,\"lastCheckedAt\":null", "CREATED"},
        {"\"status\":null,\"lastCheckedAt\":\"l\"", "UPDATED"},
    };
    char text[200];
    struct mf_planned_search s;
    for (size_t i = 0; i < COUNT(cases); i++) {
        snprintf(text, sizeof text, "{\"id\":\"x\",%s}", cases[i].members);
        CHECK_NUMBER(parse(&s, text), 0);
        CHECK_TEXT(mf_planned_state_name(s.state), cases[i].name);
        mf_planned_search_free(&s);
    }
}

static void test_list_and_get(void)
{
    struct mf_planned_search_list list;
    struct mf_planned_search s;
    static const struct script_step steps[] = {GOOD("[" TEMPLATE ",{\"id\":\"b\"}]"),
                                               GOOD("{\"templates\":[{\"id\":\"b\"}]}"),
                                               GOOD("{\"results\":[]}"),
                                               GOOD("{}"),
                                               GOOD("{\"template\":" TEMPLATE "}"),
                                               {.status = 404}};
    struct mf_client *const client = script_client(&script, steps, COUNT(steps));
    for (size_t wanted = 2; wanted != (size_t)-1; wanted--) {
        CHECK_NUMBER(mf_planned_search_list_get(&list, client, &err), 0);
        CHECK_NUMBER(list.count, wanted);
        mf_planned_search_list_free(&list);
    }
    CHECK_TEXT(script.requests[0].url, URL);
    CHECK_NUMBER(mf_planned_search_list_get(&list, client, &err), -1);
    CHECK_HOLDS(err.message, "the list of planned searches: ");
    CHECK_NUMBER(mf_planned_search_get(&s, client, ID, &err), 0);
    CHECK_TEXT(script.requests[4].url, URL "/" ID);
    mf_planned_search_free(&s);
    CHECK_NUMBER(mf_planned_search_get(&s, client, ID, &err), -1);
    CHECK_HOLDS(err.message, "planned search " ID ": ");
    mf_client_close(client);
}

/* ---- creating ------------------------------------------------------------------------------- */

static int create(const struct mf_planned_area *areas, size_t count, const struct script_step *step,
                  int *unknown)
{
    struct mf_planned_search s;
    struct mf_scene_filter filter;
    mf_scene_filter_init(&filter);
    filter.max_cloud_cover = 20;
    const struct mf_planned_search_options options = {.name = "N",
                                                      .project_id = PROJECT,
                                                      .active_until = "2027-01-15T08:00:00.0Z",
                                                      .areas = areas,
                                                      .area_count = count,
                                                      .filter = &filter};
    struct mf_client *const client = script_client(&script, step, 1);
    mf_error_init(&err);
    const int failed = mf_planned_search_create(&s, client, &options, unknown, &err);
    mf_planned_search_free(&s);
    mf_client_close(client);
    return failed ? (int)err.kind : 0;
}

static void test_create(void)
{
    static const struct script_step good = GOOD("{\"template\":" TEMPLATE "}");
    static const struct script_step lost = {.status = 504};
    static const struct script_step odd = GOOD("{}");
    const struct mf_planned_area areas[] = {{AREA, "Pier 4"}, {AREA, NULL}};
    int unknown = -1;
    CHECK_NUMBER(create(areas, 1, &good, &unknown), 0);
    CHECK_TEXT(script.requests[0].url, URL);
    CHECK_NUMBER(script.requests[0].fresh_connection, 1);
    CHECK_HOLDS(
        script.requests[0].body,
        "{\"name\":\"N\",\"projectId\":\"" PROJECT
        "\",\"activeUntil\":\"2027-01-15T08:00:00.0Z\",\"searchParams\":{\"maxCloudCover\":20"
        ",\"aoiDetails\":{");
    CHECK_NUMBER(unknown, 0);
    CHECK_NUMBER(create(areas, 2, &lost, &unknown), MF_ERR_SERVER);
    CHECK_NUMBER(unknown, 1);
    CHECK_HOLDS(err.message, "planned search \"N\" was not created: ");
    CHECK_HOLDS(err.message, "It may exist anyway");
    CHECK_NUMBER(create(areas, 2, &odd, NULL), MF_ERR_FORMAT);
    CHECK_HOLDS(err.message, "It may exist anyway");
}

static void test_bad_areas(void)
{
    static const char long_name[] =
        "\xC3\xBC"
        "23456789 123456789 123456789 123456789 123456789 123456789 12345";
    static const struct script_step good = GOOD(TEMPLATE);
    const struct mf_planned_area areas[] = {
        {"{\"type\":\"MultiPolygon\",\"coordinates\":[]}", NULL},
        {"nothing", NULL},
        {AREA, long_name},
        {AREA, long_name + 2}};
    for (size_t i = 0; i < COUNT(areas); i++) {
        const int outcome = create(&areas[i], 1, &good, NULL);
        CHECK((outcome != 0) == (i < 3));
        CHECK_NUMBER(script.next, i == 3); /* refused without a request */
        if (i == 0)
            CHECK_HOLDS(err.message, "must be a Polygon");
        if (i == 2)
            CHECK_HOLDS(err.message, "has 65 characters, and the limit is 64");
    }
}

/* Half a year is the longest; the default stays below it. */
static void test_default_end(void)
{
    struct mf_planned_search s;
    char text[40];
    const struct mf_planned_area area = {AREA, NULL};
    const struct mf_planned_search_options options = {
        .name = "N", .project_id = PROJECT, .areas = &area, .area_count = 1};
    static const struct script_step good = GOOD(TEMPLATE);
    struct mf_client *const client = script_client(&script, &good, 1);
    CHECK_NUMBER(mf_planned_search_create(&s, client, &options, NULL, &err), 0);
    const char *const member = strstr(script.requests[0].body, "\"activeUntil\":\"");
    if (CHECK(member != NULL)) {
        snprintf(text, sizeof text, "%.22s", member + 15);
        CHECK_HOLDS(text, ".0Z");
        const double days = (mf_time_parse(text) - mf_clock_utc()) / 86400;
        CHECK(days > 179.99 && days < 180);
    }
    mf_planned_search_free(&s);
    mf_client_close(client);
}

static void test_changes(void)
{
    static const struct script_step steps[] = {
        GOOD(TEMPLATE),
        GOOD("{}"),
        GOOD("{}"),
        GOOD("{}"),
        {.status = 204},
        {.status = 400,
         .body = "{\"message\":\"The number of active templates is limited to 2\"}"}};
    struct mf_client *const client = script_client(&script, steps, COUNT(steps));
    CHECK_NUMBER(mf_planned_search_update(client, ID, "M", "2027-01-01T00:00:00.0Z", &err), 0);
    CHECK_TEXT(script.requests[0].method, "PUT");
    CHECK_TEXT(script.requests[0].body,
               "{\"name\":\"M\",\"activeUntil\":\"2027-01-01T00:00:00.0Z\"}");
    CHECK_NUMBER(mf_planned_search_control(client, ID, "pause", &err), 0);
    CHECK_NUMBER(mf_planned_search_control(client, ID, "resume", &err), 0);
    CHECK_NUMBER(mf_planned_search_control(client, ID, "restart", &err), 0);
    CHECK_NUMBER(mf_planned_search_delete(client, ID, &err), 0);
    CHECK_NUMBER(mf_planned_search_control(client, ID, "resume", &err), -1);
    CHECK_HOLDS(err.message, "planned search " ID ": ");
    CHECK_HOLDS(err.message, "active templates is limited to 2");
    static const char *const urls[] = {URL "/" ID, URL "/" ID "/pause", URL "/" ID "/resume",
                                       URL "/" ID "/restart", URL "/" ID};
    for (size_t i = 0; i < COUNT(urls); i++)
        CHECK_TEXT(script.requests[i].url, urls[i]);
    CHECK_TEXT(script.requests[1].method, "POST");
    CHECK_TEXT(script.requests[1].body, "");
    CHECK_TEXT(script.requests[4].method, "DELETE");
    mf_client_close(client);
}

int main(void)
{
    test_parse();
    test_states();
    test_list_and_get();
    test_create();
    test_bad_areas();
    test_default_end();
    test_changes();
    return check_result();
}
