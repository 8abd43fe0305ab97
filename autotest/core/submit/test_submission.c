#include "check.h"
#include "script.h"
#include "submit/submission.h"
#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define TOKEN "bWVAZXhhbXBsZS5jb206czNjcmV0LXRva2Vu" /* me@example.com:s3cret-token */
#define PROJECT "11111111-2222-4333-8444-555555555501"
#define JOB "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeee01"
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define MODELS                                                                                     \
    "[{\"id\":\"22222222-3333-4444-8555-666666666601\",\"name\":\"🏠 Buildings\",\"blocks\":["   \
    "{\"name\":\"Detection\",\"optional\":false,\"price\":5},"                                     \
    "{\"name\":\"Heights\",\"displayName\":\"Height "                                              \
    "estimation\",\"optional\":true,\"price\":3}]},"                                               \
    "{\"id\":\"22222222-3333-4444-8555-666666666602\",\"name\":\"🚗 Roads\",\"pricePerSqKm\":7}]"
#define ACCOUNT                                                                                    \
    "{\"email\":\"me@example.com\",\"billingType\":\"CREDITS\",\"remainingCredits\":100,"          \
    "\"maxAoisPerProcessing\":2,\"models\":" MODELS ",\"dataProviders\":["                         \
    "{\"name\":\"Mapbox\",\"displayName\":\"Mapbox Satellite\"},"                                  \
    "{\"name\":\"skywatch\",\"minAreaSqKm\":5}]}"
#define PROJECT_DOCUMENT                                                                           \
    "{\"id\":\"" PROJECT "\",\"name\":\"Default\",\"isDefault\":true,\"workflowDefs\":" MODELS     \
    ",\"user\":{\"email\":\"me@example.com\",\"aoiAreaLimit\":3000000}}"
#define CREATED "{\"id\":\"" JOB "\",\"name\":\"docks\",\"status\":\"IN_PROGRESS\"}"

static const struct script_step asked[] = {
    {200, NULL, ACCOUNT, MF_OK, 0, 0},
    {200, NULL, PROJECT_DOCUMENT, MF_OK, 0, 0},
    {200, NULL, "15.5", MF_OK, 0, 0},
};

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

static struct mf_submission_options usual(void)
{
    const struct mf_submission_options options = {
        .model = "buildings", .provider = "mapbox", .zoom = "18", .version = "9.9"};
    return options;
}

/* Squares of about 0.76 km² beside each other. */
static struct mf_polygons squares(int count)
{
    struct mf_polygons polygons = {0};
    for (int i = 0; i < count; i++) {
        const double west = 4.5 + i * 0.02;
        const double square[] = {west, 52.15, west + .01, 52.15, west + .01, 52.16, west, 52.16};
        CHECK_NUMBER(mf_polygons_add_outer(&polygons, square, 4, NULL, &err), 0);
    }
    return polygons;
}

static struct mf_submission *make(const struct mf_submission_options *options, int polygons)
{
    struct mf_submission *submission = NULL;
    mf_error_init(&err);
    if (mf_submission_open(&submission, options, &err) != 0) {
        CHECK_TEXT(err.message, "");
        exit(check_result());
    }
    struct mf_polygons made = squares(polygons);
    CHECK_NUMBER(mf_submission_add(submission, "docks", &made, &err), 0);
    CHECK_NUMBER(made.count, 0);
    return submission;
}

/* ---- options -------------------------------------------------------------------------------- */

static void refused(struct mf_submission_options options, const char *why)
{
    struct mf_submission *submission = NULL;
    mf_error_init(&err);
    CHECK(mf_submission_open(&submission, &options, &err) != 0);
    CHECK(submission == NULL);
    CHECK_NUMBER(err.kind, MF_ERR_ARGUMENT);
    CHECK_HOLDS(err.message, why);
}

#define REFUSED(why, ...)                                                                          \
    do {                                                                                           \
        struct mf_submission_options o = usual();                                                  \
        __VA_ARGS__;                                                                               \
        refused(o, why);                                                                           \
    } while (0)

static void test_options(void)
{
    REFUSED("MODEL", o.model = NULL);
    REFUSED("MODEL", o.model = "  ");
    REFUSED("CREATE_PROJECT", o.create_project = 1);
    REFUSED("ZOOM", o.zoom = "23");
    REFUSED("ZOOM", o.zoom = "17.5");
    REFUSED("ZOOM", o.zoom = "-1");
    REFUSED("MAX_COST", o.max_cost = "much");
    REFUSED("MAX_COST is empty", o.max_cost = "");
    REFUSED("MAX_COST is empty", o.max_cost = " ");
    REFUSED("MAX_COST", o.max_cost = "-1");
    REFUSED("MAX_COST", o.max_cost = "5 credits");
    REFUSED("META", o.meta = "source=me");
    REFUSED("META", o.meta = "[1]");
    REFUSED("not a text", o.meta = "{\"a\":1}");
    REFUSED("the driver does", o.meta = "{\"source-app\":\"me\"}");
    REFUSED("INFERENCE_PARAMS", o.inference_params = "{");
    REFUSED("BLOCKS", o.blocks = "Heights=PERHAPS");
    REFUSED("BLOCKS", o.blocks = "Heights,,OSM");
    REFUSED("exclude", o.provider = NULL; o.zoom = NULL; o.image_ids = PROJECT;
            o.mosaic_id = PROJECT);
    REFUSED("ZOOM does not go", o.provider = NULL; o.image_ids = PROJECT);
    REFUSED("not the UUID", o.provider = NULL; o.zoom = NULL; o.image_ids = "1,2");
    REFUSED("not the UUID", o.provider = NULL; o.zoom = NULL; o.mosaic_id = "1");
    REFUSED("needs IMAGE_IDS", o.provider = NULL; o.search_provider = "orbview");
    REFUSED("need TILE_URL", o.tile_type = "XYZ");
    REFUSED("{y}", o.provider = NULL; o.tile_url = "https://t.example.com/{z}/{x}");
    REFUSED("https://", o.provider = NULL; o.tile_url = "ftp://t.example.com/{z}/{x}/{y}");
    REFUSED("s3://", o.provider = NULL; o.tile_url = "https://a"; o.tile_type = "local");
    REFUSED("TILE_TYPE", o.provider = NULL; o.tile_url = "https://a"; o.tile_type = "WMS");
    REFUSED("TILE_CRS", o.provider = NULL; o.tile_url = "https://a/{q}"; o.tile_type = "quadkey";
            o.tile_crs = "EPSG:4326");
    REFUSED("go together", o.provider = NULL; o.tile_url = "https://a/{x}/{y}/{z}";
            o.tile_login = "me");
}

/* ---- preparing ------------------------------------------------------------------------------ */

static void test_prepared(void)
{
    struct mf_submission_options options = usual();
    options.blocks = "height ESTIMATION";
    start(asked, COUNT(asked));
    struct mf_submission *const s = make(&options, 2);
    CHECK_NUMBER(mf_submission_prepare(s, client, &err), 0);
    CHECK_TEXT(err.message, "");
    CHECK_TEXT(mf_submission_project_id(s), PROJECT);
    CHECK_TEXT(mf_submission_project_name(s), "Default");
    CHECK(mf_submission_job(s, 0)->cost == 15.5);
    CHECK_NUMBER(script.next, 3);
    CHECK_HOLDS(script.requests[2].url, "/processing/cost/v2");
    char *const line = mf_submission_report_line(s, 0);
    CHECK_HOLDS(line, "\"id\":null");
    CHECK_HOLDS(line, "\"cost\":15.5");
    CHECK_HOLDS(line, "\"aoiCount\":2");
    CHECK_HOLDS(line, "\"dryRun\":false");
    free(line);
    mf_submission_close(s);
}

static void not_prepared(struct mf_submission_options options, int polygons, const char *why)
{
    start(asked, COUNT(asked));
    struct mf_submission *const s = make(&options, polygons);
    CHECK(mf_submission_prepare(s, client, &err) != 0);
    CHECK_HOLDS(err.message, why);
    /* And what was not prepared cannot be sent. */
    CHECK(mf_submission_send(s, 0, client, &err) != 0);
    for (size_t i = 0; i < script.next; i++)
        CHECK_LACKS(script.requests[i].url, "/processings/v2");
    mf_submission_close(s);
}

#define NOT_PREPARED(why, polygons, ...)                                                           \
    do {                                                                                           \
        struct mf_submission_options o = usual();                                                  \
        __VA_ARGS__;                                                                               \
        not_prepared(o, polygons, why);                                                            \
    } while (0)

static void test_not_prepared(void)
{
    NOT_PREPARED("\"🚗 Roads\" (7 credits/km²)", 1, o.model = "Road");
    NOT_PREPARED("no model", 1, o.model = PROJECT);
    NOT_PREPARED("Optional in \"🏠 Buildings\" are Heights (3 credits/km²)", 1, o.blocks = "Height");
    NOT_PREPARED("always runs", 1, o.blocks = "Detection=NO");
    NOT_PREPARED("comes twice", 1, o.blocks = "Heights,heights=NO");
    NOT_PREPARED("Mapbox (Mapbox Satellite), skywatch", 1, o.provider = "bing");
    NOT_PREPARED("do not say what imagery", 1, o.provider = NULL);
    NOT_PREPARED("more than one source", 1, o.mosaic_id = PROJECT);
    NOT_PREPARED("3 polygons are more than the 2", 3, (void)o);
    NOT_PREPARED("sells no less than 5.000000 km²", 1, o.provider = "SkyWatch");
    NOT_PREPARED("the price is 15.5 credits, and MAX_COST allows 15 credits", 1, o.max_cost = "15");
}

/* Nobody knows which of the two prices is meant. */
static void test_models_of_one_name(void)
{
    static const char project[] =
        "{\"id\":\"" PROJECT "\",\"name\":\"Default\",\"workflowDefs\":[{\"id\":\"" PROJECT
        "\",\"name\":\"Roads\",\"pricePerSqKm\":7},{\"id\":\"" JOB
        "\",\"name\":\"Roads\",\"pricePerSqKm\":70}]}";
    const struct script_step steps[] = {{200, NULL, ACCOUNT, MF_OK, 0, 0},
                                        {200, NULL, project, MF_OK, 0, 0},
                                        {200, NULL, "15.5", MF_OK, 0, 0}};
    static const char *const names[] = {"Roads", "roads", JOB};
    struct mf_submission_options options = usual();
    for (int i = 0; i < 3; i++) {
        options.model = names[i];
        struct mf_submission *const s = make(&options, 1);
        start(steps, COUNT(steps));
        CHECK_NUMBER(mf_submission_prepare(s, client, &err) != 0, i < 2);
        if (i < 2)
            CHECK_HOLDS(err.message, "name of several models");
        else
            CHECK_HOLDS(script.requests[2].body, JOB);
        mf_submission_close(s);
    }
}

static void test_limits(void)
{
    const struct script_step poor[] = {
        {200, NULL, "{\"billingType\":\"CREDITS\",\"remainingCredits\":15}", MF_OK, 0, 0},
        {200, NULL, PROJECT_DOCUMENT, MF_OK, 0, 0},
        {200, NULL, "\"15.5\"", MF_OK, 0, 0},
    };
    const struct script_step small[] = {
        {200, NULL, "{\"billingType\":\"AREA\",\"remainingArea\":700000}", MF_OK, 0, 0},
        {200, NULL, PROJECT_DOCUMENT, MF_OK, 0, 0},
    };
    const struct mf_submission_options options = usual();
    const double corner[] = {4.5, 52.15, 4.53, 52.15, 4.5, 52.18}; /* half of a box of 6.9 km² */
    const double thin[] = {4.5, 52.15, 4.53, 52.1799, 4.53, 52.18, 4.5, 52.1501};
    for (int i = 0; i < 4; i++) {
        struct mf_submission *const s = make(&options, 1);
        struct mf_polygons more = {0};
        const struct script_step *const steps = i == 0 ? poor : i == 1 ? small : asked;
        start(steps, i == 1 ? COUNT(small) : COUNT(asked));
        if (i > 1) {
            CHECK(mf_polygons_add_outer(&more, i == 2 ? corner : thin, i == 2 ? 3 : 4, NULL,
                                        &err) == 0);
            CHECK_NUMBER(mf_submission_add(s, "more", &more, &err), 0);
        }
        CHECK(mf_submission_prepare(s, client, &err) != 0);
        CHECK_HOLDS(err.message,
                    i == 0   ? "the price is 15.5 credits, and the account has 15 credits left"
                    : i == 1 ? "and the account has 0.700000 km² left"
                    : i == 2 ? "processing \"more\": the polygons have 3.4"
                             : "the bounding box of polygon 1 has 6.8");
        mf_submission_close(s);
    }
}

/* ---- sending -------------------------------------------------------------------------------- */

/* Prepares, and sends by the steps that follow. */
static struct mf_submission *send_by(const struct script_step *steps, size_t count, int *failed)
{
    const struct mf_submission_options options = usual();
    start(asked, COUNT(asked));
    struct mf_submission *const s = make(&options, 1);
    CHECK_NUMBER(mf_submission_prepare(s, client, &err), 0);
    start(steps, count);
    *failed = mf_submission_send(s, 0, client, &err);
    return s;
}

static int posts(void)
{
    int count = 0;
    for (size_t i = 0; i < script.next; i++) {
        const size_t size = strlen(script.requests[i].url);
        count += strcmp(script.requests[i].method, "POST") == 0 && size > 15 &&
                 strcmp(script.requests[i].url + size - 15, "/processings/v2") == 0;
    }
    return count;
}

static void test_sent(void)
{
    const struct script_step steps[] = {{200, NULL, CREATED, MF_OK, 0, 0}};
    int failed = 0;
    struct mf_submission *const s = send_by(steps, COUNT(steps), &failed);
    const struct mf_job *const job = mf_submission_job(s, 0);
    CHECK_NUMBER(failed, 0);
    CHECK_NUMBER(job->state, MF_JOB_SENT);
    CHECK_TEXT(job->id, JOB);
    CHECK_TEXT(job->status, "IN_PROGRESS");
    CHECK_NUMBER(script.requests[0].fresh_connection, 1);
    /* Again is not again. */
    CHECK_NUMBER(mf_submission_send(s, 0, client, &err), 0);
    CHECK_NUMBER(posts(), 1);
    mf_submission_close(s);
}

static void test_refused_by_the_server(void)
{
    const struct script_step steps[] = {
        {400, NULL, "{\"code\":\"BAD_REQUEST\",\"message\":\"no such zoom\"}", MF_OK, 0, 0}};
    int failed = 0;
    struct mf_submission *const s = send_by(steps, COUNT(steps), &failed);
    CHECK(failed != 0);
    CHECK_HOLDS(err.message, "\"docks\" was not created");
    CHECK_HOLDS(err.message, "no such zoom");
    CHECK_NUMBER(mf_submission_job(s, 0)->state, MF_JOB_NEW);
    CHECK(mf_submission_send(s, 0, client, &err) != 0);
    CHECK_HOLDS(err.message, "twice");
    CHECK_NUMBER(posts(), 1);
    mf_submission_close(s);
}

/* What is lost in the ways that there are; `list` is what the look for it finds. */
static void lost(const struct script_step *loss, int is_there)
{
    const struct mf_submission_options options = usual();
    char list[400];
    start(asked, COUNT(asked));
    struct mf_submission *const s = make(&options, 1);
    CHECK_NUMBER(mf_submission_prepare(s, client, &err), 0);
    const struct mf_job *const job = mf_submission_job(s, 0);
    snprintf(list, sizeof list,
             "{\"results\":[{\"id\":\"" PROJECT "\",\"meta\":null},{\"id\":\"" JOB
             "\",\"name\":\"docks\",\"status\":\"IN_PROGRESS\",\"meta\":{\"submission\":\"%s\"}}]}",
             is_there ? job->marker : "another");
    struct script_step steps[2 + MF_LOST_CHECKS] = {{0}};
    steps[0] = *loss;
    steps[1].status = 200;
    steps[1].body = "{\"results\":[]}";
    for (int i = 2; i < 2 + MF_LOST_CHECKS; i++) {
        steps[i].status = 200;
        steps[i].body = list;
    }
    start(steps, COUNT(steps));
    const int failed = mf_submission_send(s, 0, client, &err);
    CHECK_NUMBER(failed != 0, !is_there);
    CHECK_NUMBER(job->state, is_there ? MF_JOB_SENT : MF_JOB_UNKNOWN);
    CHECK_TEXT(job->id, is_there ? JOB : "");
    CHECK_NUMBER(posts(), 1);
    CHECK_NUMBER(script.next, is_there ? 3 : 1 + MF_LOST_CHECKS);
    if (!is_there) {
        CHECK_HOLDS(err.message, "has not said what became of it (");
        CHECK_HOLDS(err.message, "). It is not among the newest processings");
        CHECK_HOLDS(err.message, job->marker);
        CHECK_HOLDS(err.message, PROJECT);
        CHECK(script.slept > 60 && script.slept < 100);
        char *const line = mf_submission_report_line(s, 0);
        CHECK_HOLDS(line, "\"status\":\"UNKNOWN\"");
        CHECK_HOLDS(line, job->marker);
        free(line);
        CHECK(mf_submission_send(s, 0, client, &err) != 0);
        CHECK_NUMBER(posts(), 1);
    }
    mf_submission_close(s);
}

static void test_lost(void)
{
    static const struct script_step losses[] = {
        {0, NULL, NULL, MF_ERR_NETWORK, 1, 0},
        {0, NULL, NULL, MF_ERR_TRUNCATED, 1, 0},
        {500, NULL, "oops", MF_OK, 0, 0},
        {502, NULL, "<html></html>", MF_OK, 0, 0},
        {503, "Retry-After: 1", "", MF_OK, 0, 0},
        {504, NULL, "", MF_OK, 0, 0},
        {200, NULL, "", MF_OK, 0, 0},
        {200, NULL, "<html></html>", MF_OK, 0, 0},
        {200, NULL, "{}", MF_OK, 0, 0},
        {200, NULL, "{\"id\":\"7\"}", MF_OK, 0, 0},
        {302, "Location: /x", "", MF_OK, 0, 0},
    };
    for (size_t i = 0; i < COUNT(losses); i++) {
        lost(&losses[i], 1);
        lost(&losses[i], 0);
    }
}

static void test_never_left(void)
{
    const struct script_step steps[] = {{0, NULL, NULL, MF_ERR_NETWORK, 1, 1}};
    int failed = 0;
    struct mf_submission *const s = send_by(steps, COUNT(steps), &failed);
    CHECK(failed != 0);
    CHECK_HOLDS(err.message, "was not created");
    CHECK_NUMBER(script.next, 1);
    mf_submission_close(s);
}

static void test_cancelled_while_looking(void)
{
    const struct mf_submission_options options = usual();
    const struct script_step steps[] = {{502, NULL, "", MF_OK, 0, 0},
                                        {200, NULL, "[]", MF_OK, 0, 0},
                                        {200, NULL, "[]", MF_OK, 0, 0}};
    start(asked, COUNT(asked));
    struct mf_submission *const s = make(&options, 1);
    CHECK_NUMBER(mf_submission_prepare(s, client, &err), 0);
    start(steps, COUNT(steps));
    script.cancel_at = 0.5;
    CHECK(mf_submission_send(s, 0, client, &err) != 0);
    CHECK_HOLDS(err.message, mf_submission_job(s, 0)->marker);
    CHECK_NUMBER(script.next, 2);
    mf_submission_close(s);
}

/* ---- projects ------------------------------------------------------------------------------- */

#define NO_PROJECTS                                                                                \
    {                                                                                              \
        200, NULL, "{\"results\":[],\"total\":0}", MF_OK, 0, 0                                     \
    }

static void test_project_is_created_last(void)
{
    struct mf_submission_options options = usual();
    options.project = "Docks";
    options.create_project = 1;
    const struct script_step before[] = {
        {200, NULL, ACCOUNT, MF_OK, 0, 0},
        NO_PROJECTS,
        {200, NULL, PROJECT_DOCUMENT, MF_OK, 0, 0},
        {200, NULL, "15.5", MF_OK, 0, 0},
    };
    const struct script_step after[] = {
        NO_PROJECTS,
        {200, NULL, "{\"id\":\"" PROJECT "\",\"name\":\"Docks\"}", MF_OK, 0, 0},
        {200, NULL, CREATED, MF_OK, 0, 0},
    };
    start(before, COUNT(before));
    struct mf_submission *const s = make(&options, 1);
    CHECK_NUMBER(mf_submission_prepare(s, client, &err), 0);
    CHECK_TEXT(mf_submission_project_id(s), "");
    CHECK_TEXT(mf_submission_project_name(s), "Docks");
    start(after, COUNT(after));
    CHECK_NUMBER(mf_submission_send(s, 0, client, &err), 0);
    CHECK_HOLDS(script.requests[1].url, "/projects");
    CHECK_HOLDS(script.requests[1].body, "Docks");
    CHECK_TEXT(mf_submission_project_id(s), PROJECT);
    mf_submission_close(s);
}

/* ---- reports -------------------------------------------------------------------------------- */

static void test_resumed(void)
{
    const struct mf_submission_options options = usual();
    char *kept = NULL;
    struct mf_submission *s = make(&options, 1);
    struct mf_polygons second = squares(2);
    CHECK_NUMBER(mf_submission_add(s, "docks", &second, &err), 0);
    const char *const one = mf_submission_job(s, 0)->digest, *const two =
                                                                 mf_submission_job(s, 1)->digest;
    CHECK(strcmp(one, two) != 0);
    char *const text = mf_str_format(
        "{\"id\":\"" JOB "\",\"dryRun\":false,\"request\":\"%s\"}\n"
        "{\"id\":null,\"dryRun\":true,\"request\":\"%s\"}\r\n\n"
        "{\"id\":\"" PROJECT "\",\"dryRun\":false,\"request\":\"0123456789abcdef\"}\n"
        "{\"id\":null,\"dryRun\":false,\"request\":\"%s\",\"submission\":\"" PROJECT "\"}",
        one, one, two);
    CHECK_NUMBER(mf_submission_read_report(s, text, &kept, &err), 0);
    CHECK_NUMBER(mf_submission_job(s, 0)->state, MF_JOB_SENT);
    CHECK_NUMBER(mf_submission_job(s, 1)->state, MF_JOB_UNKNOWN);
    CHECK_TEXT(mf_submission_job(s, 1)->marker, PROJECT);
    CHECK_HOLDS(kept, JOB);
    CHECK_HOLDS(kept, "0123456789abcdef");
    CHECK_LACKS(kept, "true");
    CHECK_HOLDS(kept, "submission");
    CHECK_NUMBER(mf_submission_job(s, 0)->line_size > 0, 1);
    CHECK_NUMBER(mf_submission_job(s, 1)->line_at > mf_submission_job(s, 0)->line_at, 1);
    CHECK_NUMBER(kept[mf_submission_job(s, 1)->line_at], '{');
    free(kept);
    free(text);
    kept = NULL;
    CHECK(mf_submission_read_report(s, "{\"id\":1}", &kept, &err) != 0);
    CHECK(mf_submission_read_report(s, "SQLite format 3", &kept, &err) != 0);
    CHECK(kept == NULL);

    /* What an earlier run was sending when it ended is looked for as long as a lost answer. */
    struct mf_submission *const cut = make(&options, 1);
    char *line = mf_submission_report_line(cut, 0);
    CHECK_HOLDS(line, "\"status\":\"SENDING\"");
    CHECK_HOLDS(line, mf_submission_job(cut, 0)->marker);
    struct mf_submission *const again = make(&options, 1);
    CHECK_NUMBER(mf_submission_read_report(again, line, &kept, &err), 0);
    CHECK_TEXT(mf_submission_job(again, 0)->marker, mf_submission_job(cut, 0)->marker);
    CHECK_NUMBER(mf_submission_job(again, 0)->was_cut_short, 1);
    free(line);
    free(kept);
    kept = NULL;
    start(asked, COUNT(asked));
    CHECK_NUMBER(mf_submission_prepare(again, client, &err), 0);
    struct script_step looks[MF_LOST_CHECKS + 1];
    for (int i = 0; i < MF_LOST_CHECKS; i++)
        looks[i] = (struct script_step){.status = 200, .body = "[]"};
    looks[MF_LOST_CHECKS] = (struct script_step){
        .status = 200, .body = "{\"id\":\"" JOB "\",\"status\":\"IN_PROGRESS\"}"};
    start(looks, COUNT(looks));
    CHECK_NUMBER(mf_submission_send(again, 0, client, &err), 0);
    CHECK_NUMBER(script.next, MF_LOST_CHECKS + 1);
    CHECK_NUMBER(mf_submission_job(again, 0)->state, MF_JOB_SENT);
    mf_submission_close(cut);
    mf_submission_close(again);

    /* What may have been sent before is looked for, found, and not sent. */
    const struct script_step found[] = {
        {200, NULL, "[{\"id\":\"" JOB "\",\"meta\":{\"submission\":\"" PROJECT "\"}}]", MF_OK, 0,
         0}};
    start(asked, COUNT(asked));
    CHECK_NUMBER(mf_submission_prepare(s, client, &err), 0);
    start(found, COUNT(found));
    CHECK_NUMBER(mf_submission_send(s, 0, client, &err), 0);
    CHECK_NUMBER(mf_submission_send(s, 1, client, &err), 0);
    CHECK_NUMBER(script.next, 1);
    CHECK_NUMBER(posts(), 0);
    mf_submission_close(s);
}

int main(void)
{
    test_options();
    test_prepared();
    test_not_prepared();
    test_models_of_one_name();
    test_limits();
    test_sent();
    test_refused_by_the_server();
    test_lost();
    test_never_left();
    test_cancelled_while_looking();
    test_project_is_created_last();
    test_resumed();
    mf_client_close(client);
    mf_submission_close(NULL);
    return check_result();
}
