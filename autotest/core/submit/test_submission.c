#include "base/str.h"
#include "check.h"
#include "prepare.h"
#include "script.h"
#include "submit/submission_internal.h"

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
    REFUSED("must be a string", o.meta = "{\"a\":1}");
    REFUSED("the driver sets it", o.meta = "{\"source-app\":\"me\"}");
    REFUSED("INFERENCE_PARAMS", o.inference_params = "{");
    REFUSED("BLOCKS", o.blocks = "Heights=PERHAPS");
    REFUSED("BLOCKS", o.blocks = "Heights,,OSM");
    REFUSED("exclude", o.provider = NULL; o.zoom = NULL; o.image_ids = PROJECT;
            o.mosaic_id = PROJECT);
    REFUSED("ZOOM cannot be combined", o.provider = NULL; o.image_ids = PROJECT);
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
    CHECK_NUMBER(prepare_submission(s, client, &err), 0);
    CHECK_TEXT(err.message, "");
    CHECK_TEXT(s->project_id, PROJECT);
    CHECK(mf_submission_job(s, 0)->price == 15.5);
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
    CHECK(prepare_submission(s, client, &err) != 0);
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
    NOT_PREPARED("no imagery is specified", 1, o.provider = NULL);
    NOT_PREPARED("more than one imagery source", 1, o.mosaic_id = PROJECT);
    NOT_PREPARED("it has 3 polygons, and the limit of this account is 2", 3, (void)o);
    NOT_PREPARED("the minimum of provider skywatch is 5.000000 km²", 1, o.provider = "SkyWatch");
    NOT_PREPARED("the price is 15.5 credits, and MAX_COST allows 15 credits", 1, o.max_cost = "15");
}

/* The price 12.600000000000001 is shown as 12.6. */
static void test_limit_that_is_a_shown_price(void)
{
    CHECK(!mf_price_is_above(12.600000000000001, 12.6));
    CHECK(!mf_price_is_above(200, 200) && !mf_price_is_above(0, 0));
    CHECK(mf_price_is_above(12.61, 12.6) && mf_price_is_above(1e-9, 0));
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
        CHECK_NUMBER(prepare_submission(s, client, &err) != 0, i < 2);
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
        CHECK(prepare_submission(s, client, &err) != 0);
        CHECK_HOLDS(err.message,
                    i == 0   ? "the price is 15.5 credits, and the account has 15 credits left"
                    : i == 1 ? "and the account has 0.700000 km² left"
                    : i == 2 ? "processing \"more\": the total area is 3.4"
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
    CHECK_NUMBER(prepare_submission(s, client, &err), 0);
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

/* The whole list, in which the job's processing is the second, or is not. */
static void list_of(char *list, size_t size, const struct mf_job *job, int is_there)
{
    snprintf(list, size,
             "[{\"id\":\"" PROJECT "\",\"meta\":null},{\"id\":\"" JOB
             "\",\"name\":\"docks\",\"status\":\"IN_PROGRESS\",\"cost\":17,\"meta\":{"
             "\"submission\":\"%s\"}}]",
             is_there ? job->marker : "another");
}

/* What is lost in the ways that there are. */
static void lost(const struct script_step *loss, int is_there)
{
    const struct mf_submission_options options = usual();
    char list[500];
    start(asked, COUNT(asked));
    struct mf_submission *const s = make(&options, 1);
    CHECK_NUMBER(prepare_submission(s, client, &err), 0);
    const struct mf_job *const job = mf_submission_job(s, 0);
    list_of(list, sizeof list, job, is_there);
    struct script_step steps[2 + MF_LOST_CHECKS] = {{0}};
    steps[0] = *loss;
    steps[1].status = 200;
    steps[1].body = "{\"results\":[],\"total\":0}";
    for (int i = 2; i < 2 + MF_LOST_CHECKS; i++) {
        steps[i].status = 200;
        steps[i].body = list;
    }
    start(steps, COUNT(steps));
    const int failed = mf_submission_send(s, 0, client, &err);
    CHECK_NUMBER(failed != 0, !is_there);
    CHECK_NUMBER(job->state, is_there ? MF_JOB_SENT : MF_JOB_UNKNOWN);
    CHECK_TEXT(job->id, is_there ? JOB : "");
    CHECK(job->cost == (is_there ? 17 : 15.5));
    CHECK_NUMBER(posts(), 1);
    CHECK_NUMBER(script.next, is_there ? 3 : 1 + MF_LOST_CHECKS);
    if (!is_there) {
        CHECK_HOLDS(err.message, "\"docks\" was submitted, but the server did not confirm it (");
        CHECK_HOLDS(err.message, "). It is not in project " PROJECT " yet.");
        CHECK_HOLDS(err.message, job->marker);
        CHECK(script.slept > 60 && script.slept < 100);
        char *const line = mf_submission_report_line(s, 0);
        CHECK_HOLDS(line, "\"status\":\"UNKNOWN\"");
        CHECK_HOLDS(line, job->marker);
        free(line);
        CHECK(mf_submission_send(s, 0, client, &err) != 0);
        CHECK_HOLDS(err.message, "cannot be sent twice");
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

static void test_cancelled_while_searching(void)
{
    const struct mf_submission_options options = usual();
    const struct script_step steps[] = {{502, NULL, "", MF_OK, 0, 0},
                                        {200, NULL, "[]", MF_OK, 0, 0},
                                        {200, NULL, "[]", MF_OK, 0, 0}};
    start(asked, COUNT(asked));
    struct mf_submission *const s = make(&options, 1);
    CHECK_NUMBER(prepare_submission(s, client, &err), 0);
    start(steps, COUNT(steps));
    script.cancel_at = 0.5;
    CHECK(mf_submission_send(s, 0, client, &err) != 0);
    CHECK_HOLDS(err.message, mf_submission_job(s, 0)->marker);
    CHECK_HOLDS(err.message, "could not be listed: cancelled");
    CHECK_NUMBER(mf_submission_job(s, 0)->state, MF_JOB_UNKNOWN);
    CHECK_NUMBER(script.next, 2);
    mf_submission_close(s);
}

/* ---- searching ------------------------------------------------------------------------------ */

/* Entries of a list: for each letter of `made` one, "n" newer than the submission, "o" older by two
 * days, each a second older than the one before, "=" as old as the one before, "?" without a time,
 * "S" newer, with the job's name and no metadata, "A" the same with our application, "B" with
 * another one, "J" the job's own, "K" the same with an id that is no UUID. `first` numbers their ids. Returns
 * `text`. */
static const char *page(char *text, size_t size, const struct mf_job *job, const char *made,
                        int first, int total)
{
    static const char *const times[] = {"1994-11-06T10:%02d:%02dZ", "1994-11-04T10:%02d:%02dZ"};
    size_t used = (size_t)snprintf(text, size, "{\"results\":[");
    char created[40] = "";
    for (int i = 0; made[i] != '\0'; i++) {
        const int age = 3599 - first - i;
        if (made[i] != '=')
            snprintf(created, sizeof created, times[made[i] == 'o'], age / 60, age % 60);
        used += (size_t)snprintf(
            text + used, size - used,
            "%s{\"id\":\"%s%012d\",\"created\":\"%s\",\"name\":\"%s\",\"meta\":{\"%s\":\"%s\"}}",
            i > 0 ? "," : "", made[i] != 'K' ? "aaaaaaaa-bbbb-4ccc-8ddd-" : "", first + i,
            made[i] != '?' ? created : "", strchr("SABJK", made[i]) != NULL ? job->name : "other",
            made[i] == 'S'                      ? "version"
            : made[i] == 'A' || made[i] == 'B' ? "source-app"
                                                : "submission",
            made[i] == 'A'                        ? MF_APPLICATION
            : made[i] == 'J' || made[i] == 'K' ? job->marker
                                                  : "another");
    }
    used += (size_t)snprintf(text + used, size - used, "]");
    if (total >= 0)
        used += (size_t)snprintf(text + used, size - used, ",\"total\":%d", total);
    snprintf(text + used, size - used, "}");
    return text;
}

struct listed {
    const char *made;
    int first, total; /* -1: the page has no total */
};

/* Searches for a job that was sent `age` seconds ago, in pages that are given one after another. */
static void search(double age, const struct listed *pages, size_t count, enum mf_found wanted,
                   const char *why, int line)
{
    static char texts[SCRIPT_MAX][4096];
    struct script_step steps[SCRIPT_MAX];
    const struct mf_submission_options options = usual();
    start(asked, COUNT(asked));
    struct mf_submission *const s = make(&options, 1);
    CHECK_NUMBER(prepare_submission(s, client, &err), 0);
    struct mf_job *const job = &s->jobs[0];
    for (size_t i = 0; i < count; i++)
        steps[i] =
            (struct script_step){.status = 200,
                                 .body = pages[i].made[0] == '{' || pages[i].made[0] == '['
                                             ? pages[i].made
                                             : page(texts[i], sizeof texts[i], job, pages[i].made,
                                                    pages[i].first, pages[i].total)};
    start(steps, count);
    job->sent = mf_client_utc(client) - age;
    const enum mf_found found = mf_submission_search(s, job, client, &err);
    if (found != wanted || script.next != count)
        fprintf(stderr, "line %d: %zu of %zu pages\n", line, script.next, count);
    CHECK_NUMBER(found, wanted);
    CHECK_NUMBER(script.next, count);
    CHECK_NUMBER(job->state, found == MF_FOUND ? MF_JOB_SENT : MF_JOB_NEW);
    CHECK_HOLDS(err.message, why);
    mf_submission_close(s);
}

#define SEARCH(age, wanted, why, ...)                                                              \
    do {                                                                                           \
        const struct listed pages[] = {__VA_ARGS__};                                               \
        search(age, pages, COUNT(pages), wanted, why, __LINE__);                                   \
    } while (0)

#define OLD 660 /* s: whatever was sent then has appeared by now */
#define PAST                                                                                       \
    {                                                                                              \
        "ooooooooooo", 1, 40                                                                       \
    }
#define SIMILAR                                                                                    \
    {                                                                                              \
        "Sooooooooooo", 1, 40                                                                      \
    }
#define GONE                                                                                       \
    {                                                                                              \
        "{\"message\":\"thank you\"}", 0, 0                                                        \
    }

static void test_searching(void)
{
    SEARCH(OLD, MF_FOUND, "", {"J", 1, 1});
    SEARCH(OLD, MF_FOUND, "", {"nnn", 1, 5}, {"nnJ", 3, 5});
    /* It goes on until one is older, whatever the total is, or until nothing new comes. */
    SEARCH(OLD, MF_FOUND_ABSENT, "", {"nnnnnnnnnno", 1, 900});
    SEARCH(OLD, MF_FOUND_ABSENT, "", {"nnnnnn", 1, -1}, {"nnnnoo", 6, -1});
    SEARCH(OLD, MF_FOUND_ABSENT, "", {"nnn", 1, 4}, {"nn", 3, 4}, {"n", 4, 4});
    SEARCH(OLD, MF_FOUND_ABSENT, "", {"nnn", 1, 3}, {"n", 3, 3});
    SEARCH(OLD, MF_FOUND_ABSENT, "", {"", 0, 0});
    SEARCH(OLD, MF_FOUND_ABSENT, "", {"{\"total\":0}", 0, 0});
    SEARCH(OLD, MF_FOUND_ABSENT, "", {"[]", 0, 0});
    SEARCH(OLD, MF_FOUND_ABSENT, "", {"n", 1, 1}, {"", 0, 1});
    SEARCH(OLD, MF_FOUND, "", {"n", 1, 3}, {"n", 2, 3}, {"J", 3, 3});
    /* Totals that are those of the page. */
    SEARCH(OLD, MF_FOUND_ABSENT, "", {"nnn", 1, 3}, {"nnn", 3, 3}, {"nn", 5, 2}, {"n", 6, 1});
    /* An order that is not kept proves nothing, nor do few entries or those of one time. */
    SEARCH(OLD, MF_FOUND, "", {"onnnnnnnnnnn", 1, 15}, {"nnnJ", 12, 15});
    SEARCH(OLD, MF_FOUND, "", {"ooooooooo", 1, 15}, {"onnnJ", 9, 15});
    SEARCH(OLD, MF_FOUND, "", {"o==============", 1, 16}, {"oJ", 15, 16});
    SEARCH(OLD, MF_FOUND, "", {"on", 1, 5}, {"no", 2, 5}, {"oo", 3, 5}, {"oJ", 4, 5});
    SEARCH(OLD, MF_FOUND, "", {"?o", 1, 3}, {"oJ", 2, 3});
    SEARCH(OLD, MF_FOUND_ABSENT, "", {"?o", 1, 3}, {"oo", 2, 3}, {"o", 3, 3});
    /* Entries that are deleted meanwhile move others to pages that were read: from the start. */
    SEARCH(OLD, MF_FOUND, "", {"nnn", 1, 7}, {"no", 4, 6}, {"nnJ", 1, 6});
    SEARCH(OLD, MF_FOUND, "", {"nnn", 1, -1}, {"nno", 4, -1}, {"nnJ", 1, -1});
    SEARCH(OLD, MF_FOUND, "", {"nnn", 1, 4}, {"", 0, 2}, {"nJ", 1, 2});
    SEARCH(OLD, MF_FOUND_NOTHING_SURE, "deleted while they are listed", {"nn", 1, 90},
           {"nn", 3, 80}, {"nn", 1, 70}, {"nn", 3, 60}, {"nn", 1, 50}, {"nn", 3, 40}, {"nn", 1, 30},
           {"nn", 3, 20}, {"nn", 1, 10}, {"nn", 3, 9}, {"nn", 1, 8}, {"nn", 3, 7});
    /* Entries that are added meanwhile come again, be it a whole page. */
    SEARCH(OLD, MF_FOUND, "", {"nnn", 1, 5}, {"nnn", 2, 7}, {"nnJ", 4, 8});
    SEARCH(OLD, MF_FOUND, "", {"nnn", 3, 5}, {"nnn", 3, 7}, {"nnn", 4, 8}, {"nnJ", 6, 8});
    /* What is no list proves nothing. */
    SEARCH(OLD, MF_FOUND_NOTHING_SURE, "not a list", GONE);
    SEARCH(OLD, MF_FOUND_NOTHING_SURE, "not a list", {"nn", 1, 5}, GONE);
    SEARCH(OLD, MF_FOUND_NOTHING_SURE, "not a list", {"{}", 0, 0});
    SEARCH(OLD, MF_FOUND_NOTHING_SURE, "not a list", {"{\"results\":{},\"total\":0}", 0, 0});
    SEARCH(OLD, MF_FOUND_NOTHING_SURE, "reports 5 processings, but returned none", {"", 0, 5});
    SEARCH(OLD, MF_FOUND_NOTHING_SURE, "the same page", {"nn", 1, 9}, {"nn", 1, 9}, {"nn", 1, 9},
           {"nn", 1, 9});
    SEARCH(OLD, MF_FOUND_NOTHING_SURE, "invalid id", {"K", 1, 1});
    /* What has the same name and shows no marker may be it, unless it is older or another's. */
    SEARCH(OLD, MF_FOUND_NOTHING_SURE, "000000000002 has the same name", {"nSnnnnnnnnnno", 1, 13});
    SEARCH(OLD, MF_FOUND_NOTHING_SURE, "000000000001 has the same name", {"A", 1, 1}, {"", 0, 1});
    SEARCH(OLD, MF_FOUND_ABSENT, "", {"B", 1, 1}, {"", 0, 1});
    SEARCH(OLD, MF_FOUND, "", {"SJ", 1, 2});
    SEARCH(30, MF_FOUND_NOTHING_SURE, "has the same name", SIMILAR, SIMILAR, SIMILAR, SIMILAR,
           SIMILAR, SIMILAR, SIMILAR);
    /* What was sent a moment ago may still appear. */
    SEARCH(30, MF_FOUND, "", {"", 0, 0}, {"", 0, 0}, {"Jno", 1, 3});
    SEARCH(30, MF_FOUND_NOT_YET, "", PAST, PAST, PAST, PAST, PAST, PAST, PAST);
    SEARCH(30, MF_FOUND, "", GONE, GONE, {"J", 1, 1});
    SEARCH(30, MF_FOUND_NOTHING_SURE, "not a list", PAST, PAST, PAST, PAST, PAST, PAST, GONE);
    /* So may what was sent in the future, by a clock that has been put back since. */
    SEARCH(-3600, MF_FOUND_NOT_YET, "", PAST, PAST, PAST, PAST, PAST, PAST, PAST);
    /* And a time that is not known was some time ago: all is read. */
    SEARCH(NAN, MF_FOUND, "", {"ooo", 1, 5}, {"ooJ", 3, 5});
    SEARCH(NAN, MF_FOUND_ABSENT, "", {"ooo", 1, 4}, {"oo", 3, 4}, {"o", 4, 4});
}

static void test_two_ways_to_list(void)
{
    const struct script_step steps[] = {
        {404, NULL, "{}", MF_OK, 0, 0},
        {200, NULL, "[{\"id\":\"" JOB "\",\"meta\":{\"submission\":\"x\"}}]", MF_OK, 0, 0}};
    const struct mf_submission_options options = usual();
    for (int i = 0; i < 2; i++) {
        start(asked, COUNT(asked));
        struct mf_submission *const s = make(&options, 1);
        CHECK_NUMBER(prepare_submission(s, client, &err), 0);
        snprintf(s->jobs[0].marker, sizeof s->jobs[0].marker, i == 0 ? "x" : "y");
        start(steps + i, COUNT(steps) - (size_t)i); /* the second time it is known what is missing */
        s->jobs[0].sent = mf_client_utc(client) - OLD;
        CHECK_NUMBER(mf_submission_search(s, &s->jobs[0], client, &err),
                     i == 0 ? MF_FOUND : MF_FOUND_ABSENT);
        if (i == 0)
            CHECK_HOLDS(script.requests[0].body,
                        "{\"limit\":30,\"offset\":0,\"sortBy\":\"CREATED\",\"sortOrder\":\"DESC\"}");
        CHECK_TEXT(script.requests[1 - i].method, "GET");
        mf_submission_close(s);
    }
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
    CHECK_NUMBER(prepare_submission(s, client, &err), 0);
    CHECK_TEXT(s->project_id, "");
    start(after, COUNT(after));
    CHECK_NUMBER(mf_submission_send(s, 0, client, &err), 0);
    CHECK_HOLDS(script.requests[1].url, "/projects");
    CHECK_HOLDS(script.requests[1].body, "Docks");
    CHECK_TEXT(s->project_id, PROJECT);
    mf_submission_close(s);
}

/* ---- digests -------------------------------------------------------------------------------- */

static uint64_t digest_of(struct mf_submission_options options, const char *name,
                          const double *rings, const int *corners, int count)
{
    struct mf_submission *s = NULL;
    struct mf_polygons polygons = {0};
    start(asked, COUNT(asked));
    CHECK_NUMBER(mf_submission_open(&s, &options, &err), 0);
    for (int i = 0; i < count; rings += 2 * (corners[i] < 0 ? -corners[i] : corners[i]), i++)
        CHECK_NUMBER(corners[i] > 0
                         ? mf_polygons_add_outer(&polygons, rings, (size_t)corners[i], NULL, &err)
                         : mf_polygons_add_hole(&polygons, rings, (size_t)-corners[i], NULL, &err),
                     0);
    CHECK_NUMBER(mf_submission_add(s, name, &polygons, &err), 0);
    CHECK_NUMBER(prepare_submission(s, client, &err), 0);
    CHECK_NUMBER(mf_submission_digest(s, &s->jobs[0], &err), 0);
    const uint64_t digest = s->jobs[0].digest;
    mf_submission_close(s);
    return digest;
}

#define DIGEST(digest, name, ...)                                                                  \
    do {                                                                                           \
        struct mf_submission_options o = usual();                                                  \
        __VA_ARGS__;                                                                               \
        (digest) = digest_of(o, name, square, corners, 1);                                         \
    } while (0)

/* What is the same whatever it is written like, and what is not. */
static void test_digests(void)
{
    static const double square[] = {4.5, 52, 4.51, 52, 4.51, 52.01, 4.5, 52.01};
    static const double turned[] = {4.51, 52.01, 4.5, 52.01, 4.5, 52, 4.51, 52};
    static const double rounded[] = {4.5 + 1e-10, 52, 4.51, 52, 4.51, 52.01 - 1e-10, 4.5, 52.01};
    static const double wider[] = {4.5, 52, 4.5101, 52, 4.5101, 52.01, 4.5, 52.01};
    static const double backward[] = {4.5, 52, 4.5, 52.01, 4.51, 52.01, 4.51, 52};
    static const double one_two[] = {4.5, 52, 4.51, 52, 4.51, 52.01, 4.5, 52.01,
                                     5.5, 52, 5.51, 52, 5.51, 52.01, 5.5, 52.01};
    static const double two_one[] = {5.5, 52, 5.51, 52, 5.51, 52.01, 5.5, 52.01,
                                     4.5, 52, 4.51, 52, 4.51, 52.01, 4.5, 52.01};
    static const double holes[] = {4.5,   52,     4.51,  52,     4.51,  52.01,  4.5,   52.01,
                                   4.501, 52.001, 4.502, 52.001, 4.502, 52.002, 4.501, 52.002,
                                   4.505, 52.005, 4.506, 52.005, 4.506, 52.006, 4.505, 52.006};
    static const double seloh[] = {4.5,   52,     4.51,  52,     4.51,  52.01,  4.5,   52.01,
                                   4.505, 52.005, 4.506, 52.005, 4.506, 52.006, 4.505, 52.006,
                                   4.501, 52.001, 4.502, 52.001, 4.502, 52.002, 4.501, 52.002};
    static const int corners[] = {4, 4}, with_holes[] = {4, -4, -4};
    const struct mf_submission_options o = usual();
    const uint64_t usual_one = digest_of(o, "docks", square, corners, 1);
    CHECK(digest_of(o, "docks", square, corners, 1) == usual_one);
    CHECK(digest_of(o, "docks", turned, corners, 1) == usual_one);
    CHECK(digest_of(o, "docks", rounded, corners, 1) == usual_one);
    CHECK(digest_of(o, "docks", backward, corners, 1) == usual_one);
    CHECK(digest_of(o, "docks", wider, corners, 1) != usual_one);
    CHECK(digest_of(o, "docks", one_two, corners, 2) == digest_of(o, "docks", two_one, corners, 2));
    CHECK(digest_of(o, "docks", one_two, corners, 2) != usual_one);
    CHECK(digest_of(o, "docks", holes, with_holes, 3) ==
          digest_of(o, "docks", seloh, with_holes, 3));
    CHECK(digest_of(o, "docks", holes, with_holes, 2) !=
          digest_of(o, "docks", holes, with_holes, 3));
    uint64_t other, heights;
    DIGEST(other, "dock", (void)o);
    CHECK(other != usual_one);
    DIGEST(other, "docks", o.model = "BUILDINGS"; o.provider = "Mapbox");
    CHECK(other == usual_one);
    DIGEST(other, "docks", o.meta = "{\"order\":\"17\"}"; o.description = "d"; o.max_cost = "90");
    CHECK(other == usual_one);
    DIGEST(other, "docks", o.model = "roads");
    CHECK(other != usual_one);
    DIGEST(other, "docks", o.zoom = "17");
    CHECK(other != usual_one);
    DIGEST(other, "docks", o.zoom = NULL);
    CHECK(other != usual_one);
    DIGEST(other, "docks", o.inference_params = "{\"a\":1}");
    CHECK(other != usual_one);
    DIGEST(heights, "docks", o.blocks = "Heights");
    CHECK(heights != usual_one);
    DIGEST(other, "docks", o.blocks = "heights=ON");
    CHECK(other == heights);
    DIGEST(other, "docks", o.blocks = "Heights=NO");
    CHECK(other != heights && other != usual_one);
}

/* Texts that are not UTF-8 are refused before anything is asked. */
static void test_texts(void)
{
    struct mf_submission *s = NULL;
    const struct mf_submission_options options = usual();
    REFUSED("DESCRIPTION is not UTF-8", o.description = "caf\xE9");
    REFUSED("META is not UTF-8", o.meta = "{\"a\":\"\xFF\"}");
    REFUSED("INFERENCE_PARAMS is not UTF-8", o.inference_params = "{\"a\":\"\xFF\"}");
    REFUSED("MODEL is not UTF-8", o.model = "\xC0\x80");
    REFUSED("PROJECT is not UTF-8", o.project = "\xED\xA0\x80");
    CHECK_NUMBER(mf_submission_open(&s, &options, &err), 0);
    struct mf_polygons made = squares(1);
    CHECK(mf_submission_add(s, "caf\xE9", &made, &err) != 0);
    CHECK_HOLDS(err.message, "is not UTF-8");
    CHECK_NUMBER(mf_submission_count(s), 0);
    mf_submission_close(s);
}

int main(void)
{
    test_options();
    test_prepared();
    test_not_prepared();
    test_limit_that_is_a_shown_price();
    test_models_of_one_name();
    test_limits();
    test_sent();
    test_refused_by_the_server();
    test_lost();
    test_never_left();
    test_cancelled_while_searching();
    test_searching();
    test_two_ways_to_list();
    test_project_is_created_last();
    test_digests();
    test_texts();
    mf_client_close(client);
    mf_submission_close(NULL);
    return check_result();
}
