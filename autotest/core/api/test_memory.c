/* Documents, lists, changes and submissions while memory runs out. */
#include <stdlib.h>
#include <unistd.h>

#include "api/account.h"
#include "api/auth.h"
#include "api/pager.h"
#include "api/processing_edit.h"
#include "api/project.h"
#include "api/wait.h"
#include "check.h"
#include "loopback.h"
#include "scarce.h"
#include "../submit/prepare.h"
#include "script.h"
#include "store/recent.h"
#include "submit/polygons.h"
#include "submit/submission.h"

#define TOKEN "bWVAZXhhbXBsZS5jb206czNjcmV0LXRva2Vu" /* me@example.com:s3cret-token */
#define ID "3fa85f64-5717-4562-b3fc-2c963f66afa6"
#define PROJECT "11111111-2222-4333-8444-555555555501"
#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define GOOD(text)                                                                                 \
    {                                                                                              \
        .status = 200, .body = text                                                                \
    }

#define MODELS                                                                                     \
    "[{\"id\":\"22222222-3333-4444-8555-666666666601\",\"name\":\"Buildings\",\"description\":"    \
    "\"d\",\"blocks\":[{\"name\":\"Detection\",\"optional\":false,\"price\":5},"                   \
    "{\"name\":\"Heights\",\"displayName\":\"Height estimation\",\"optional\":true}]}]"
#define ACCOUNT                                                                                    \
    "{\"email\":\"me@example.com\",\"billingType\":\"CREDITS\",\"remainingCredits\":100,"          \
    "\"models\":" MODELS ",\"dataProviders\":[{\"id\":\"7\",\"name\":\"Mapbox\",\"displayName\":"  \
    "\"Satellite\",\"price\":[{\"zoom\":18,\"priceSqKm\":2}]}],"                                   \
    "\"searchDataProviders\":[{\"name\":\"orbview\"}]}"
#define PROJECT_DOCUMENT                                                                           \
    "{\"id\":\"" PROJECT "\",\"name\":\"Default\",\"description\":\"d\",\"isDefault\":true,"       \
    "\"workflowDefs\":" MODELS ",\"user\":{\"email\":\"me@example.com\",\"aoiAreaLimit\":3e6},"    \
    "\"shareProject\":{\"owners\":[{\"role\":\"OWNER\",\"email\":\"me@example.com\"}]}}"
#define PROCESSING                                                                                 \
    "{\"id\":\"" ID "\",\"name\":\"docks\",\"description\":\"d\",\"projectId\":\"" PROJECT "\","   \
    "\"status\":\"FAILED\",\"messages\":[{\"code\":\"source-validator.PixelSizeTooHigh\","         \
    "\"parameters\":{\"max_res\":\"1.2\",\"actual_res\":\"5.6\"}},{\"code\":\"new.Code\","         \
    "\"parameters\":{\"a\":[1]}}],\"workflowDef\":{\"name\":\"Buildings\"},\"blocks\":["           \
    "{\"name\":\"A\",\"enabled\":true},{\"name\":\"B\",\"enabled\":true}],"                        \
    "\"params\":{\"sourceParams\":{\"userDefined\":{\"sourceType\":\"XYZ\",\"url\":"               \
    "\"https://t/{x}?key=k\",\"rasterLogin\":\"l\",\"rasterPassword\":\"p\"}}},"                   \
    "\"rating\":{\"rating\":4,\"feedback\":\"good\"},\"vectorLayer\":{\"id\":\"v\"}}"

/* Opens a client that plays the steps. */
static int open_client(struct mf_client **client, struct script *script,
                       const struct script_step *steps, size_t count, struct mf_error *err)
{
    script_start(script, steps, count);
    const struct mf_client_options options = script_options(script, TOKEN);
    *client = NULL;
    return mf_client_open(client, &options, err);
}

#define PLAY(...)                                                                                  \
    static const struct script_step steps[] = {__VA_ARGS__};                                       \
    static struct script script;                                                                   \
    struct mf_client *client;                                                                      \
    if (open_client(&client, &script, steps, COUNT(steps), err) != 0)                              \
    return -1

static int take_auth(struct mf_error *err)
{
    static const char *const texts[] = {TOKEN, "me@example.com:secret", "opaque-token"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct mf_auth auth;
        const int failed = mf_auth_init(&auth, texts[i], MF_AUTH_AUTO, err);
        mf_auth_free(&auth);
        if (failed)
            return -1;
    }
    return 0;
}

static int read_account(struct mf_error *err)
{
    struct mf_account account;
    PLAY({.status = 503, .header = "Retry-After: 1"}, GOOD(ACCOUNT));
    const int failed = mf_account_get(&account, client, err);
    if (!failed)
        mf_account_free(&account);
    mf_client_close(client);
    return failed;
}

static int read_projects(struct mf_error *err)
{
    struct mf_project_list list;
    PLAY(GOOD("{\"results\":[" PROJECT_DOCUMENT ",{\"id\":\"b\"}],\"total\":3}"),
         GOOD("{\"results\":[" PROJECT_DOCUMENT ",{\"id\":\"c\"}],\"total\":3}"));
    const int failed = mf_project_list_get(&list, client, err);
    if (!failed)
        mf_project_list_free(&list);
    mf_client_close(client);
    return failed;
}

static int find_project(struct mf_error *err)
{
    struct mf_project project;
    PLAY(GOOD("{\"results\":[{\"id\":\"b\",\"name\":\"Docks\"}],\"total\":1}"),
         GOOD(PROJECT_DOCUMENT));
    const int failed = mf_project_find(&project, client, "docks", err);
    if (!failed)
        mf_project_free(&project);
    mf_client_close(client);
    return failed;
}

static int change_projects(struct mf_error *err)
{
    struct mf_project project;
    PLAY(GOOD(PROJECT_DOCUMENT), GOOD(PROJECT_DOCUMENT), GOOD("{}"), GOOD("{}"));
    int failed = mf_project_get_default(&project, client, err);
    if (!failed) {
        mf_project_free(&project);
        failed = mf_project_create(&project, client, "Docks", "d", err);
    }
    if (!failed) {
        mf_project_free(&project);
        failed = mf_project_update(client, PROJECT, "Docks", "d", err) != 0 ||
                 mf_project_delete(client, PROJECT, err) != 0;
    }
    mf_client_close(client);
    return failed;
}

static int read_processing(struct mf_error *err)
{
    struct mf_processing processing;
    PLAY(GOOD(PROCESSING));
    int failed = mf_processing_get(&processing, client, ID, err);
    if (!failed) {
        char *const fingerprint = mf_processing_fingerprint(&processing);
        if (fingerprint == NULL)
            failed = mf_error_set(err, MF_ERR_MEMORY, "out of memory");
        free(fingerprint);
        mf_processing_free(&processing);
    }
    mf_client_close(client);
    return failed;
}

static int remember_processing(struct mf_error *err)
{
    struct mf_processing processing;
    /* What could not be remembered is asked for again. */
    PLAY(GOOD(PROCESSING), GOOD(PROCESSING), GOOD("{}"));
    int failed = 0;
    for (int i = 0; i < 2 && !failed; i++) {
        failed = mf_recent_get(&processing, client, ID, err);
        if (!failed)
            mf_processing_free(&processing);
    }
    /* A change makes the memory forget; one that was not made does not. */
    const int is_kept = mf_processing_delete(client, ID, err) != 0;
    if (is_kept && mf_processing_delete(client, ID, NULL) != 0)
        failed = 1;
    failed = failed || is_kept;
    mf_recent_prolong(client, ID);
    mf_client_close(client);
    return failed;
}

static int list_processings(struct mf_error *err)
{
    struct mf_pager *pager = NULL;
    PLAY(GOOD("{\"results\":[" PROCESSING "],\"total\":1}"));
    int failed = mf_processing_pager_open(&pager, PROJECT, "docks", err);
    for (int done = failed; !done;) {
        cJSON *entries = NULL;
        failed = mf_pager_next(pager, client, &entries, err);
        done = failed || entries == NULL;
        cJSON_Delete(entries);
    }
    mf_pager_close(pager);
    mf_client_close(client);
    return failed;
}

static int change_processing(struct mf_error *err)
{
    PLAY(GOOD("{}"), GOOD("{}"), GOOD("{}"), GOOD("{}"), GOOD("{}"), GOOD("{}"));
    const int failed = mf_processing_update(client, ID, "name", "d", PROJECT, err) != 0 ||
                       mf_processing_restart(client, ID, err) != 0 ||
                       mf_processing_rate(client, ID, 5, "good", err) != 0 ||
                       mf_processing_accept(client, ID, err) != 0 ||
                       mf_processing_reject(client, ID, "no", err) != 0 ||
                       mf_processing_delete(client, ID, err) != 0;
    mf_client_close(client);
    return failed;
}

static int wait_for_the_end(struct mf_error *err)
{
    struct mf_processing processing;
    PLAY(GOOD("{\"id\":\"" ID "\"}"), GOOD("{\"id\":\"" ID "\"}"), GOOD(PROCESSING));
    const struct mf_wait_options options = {.timeout = 3600, .interval = 30};
    int failed = mf_processing_get(&processing, client, ID, err);
    if (!failed) {
        failed = mf_wait(&processing, client, &options, err);
        mf_processing_free(&processing);
    }
    mf_client_close(client);
    return failed;
}

/* ---- submissions ------------------------------------------------------------------------------
 */

/* Two polygons, one with a hole. */
static int add_areas(struct mf_submission *submission, struct mf_error *err)
{
    static const double one[] = {4.5, 52.15, 4.51, 52.15, 4.51, 52.16, 4.5, 52.16};
    static const double hole[] = {4.503, 52.153, 4.507, 52.153, 4.507, 52.157, 4.503, 52.157};
    static const double two[] = {4.52, 52.15, 4.53, 52.15, 4.53, 52.16, 4.52, 52.16};
    struct mf_polygons polygons = {0};
    const int failed = mf_polygons_add_outer(&polygons, one, 4, NULL, err) != 0 ||
                       mf_polygons_add_hole(&polygons, hole, 4, NULL, err) != 0 ||
                       mf_polygons_add_outer(&polygons, two, 4, NULL, err) != 0 ||
                       mf_submission_add(submission, "docks", &polygons, err) != 0;
    mf_polygons_free(&polygons);
    return failed;
}

/* Checks, prices, sends and reports, by the steps that are played. */
static int submit(const struct mf_submission_options *options, const struct script_step *steps,
                  size_t count, struct mf_error *err)
{
    static struct script script;
    struct mf_client *client = NULL;
    struct mf_submission *submission = NULL;
    char *line = NULL;
    int failed = open_client(&client, &script, steps, count, err) != 0 ||
                 mf_submission_open(&submission, options, err) != 0 ||
                 add_areas(submission, err) != 0 ||
                 prepare_submission(submission, client, err) != 0 ||
                 mf_submission_send(submission, 0, client, err) != 0;
    if (!failed && (line = mf_submission_report_line(submission, 0)) == NULL)
        failed = mf_error_set(err, MF_ERR_MEMORY, "out of memory");
    free(line);
    mf_submission_close(submission);
    mf_client_close(client);
    return failed;
}

static int submit_provider(struct mf_error *err)
{
    static const struct script_step steps[] = {
        GOOD(ACCOUNT),   GOOD("{\"results\":[],\"total\":0}"), GOOD(PROJECT_DOCUMENT),
        GOOD("15.5"),    GOOD("{\"results\":[],\"total\":0}"), GOOD(PROJECT_DOCUMENT),
        GOOD(PROCESSING)};
    const struct mf_submission_options options = {.project = "Docks",
                                                  .create_project = 1,
                                                  .model = "buildings",
                                                  .blocks = "heights",
                                                  .description = "d",
                                                  .provider = "mapbox",
                                                  .zoom = "18",
                                                  .inference_params = "{\"a\":\"b\"}",
                                                  .meta = "{\"a\":\"b\"}",
                                                  .max_cost = "50",
                                                  .version = "9.9"};
    return submit(&options, steps, COUNT(steps), err);
}

static const struct script_step priced[] = {GOOD(ACCOUNT), GOOD(PROJECT_DOCUMENT), GOOD("15.5"),
                                            GOOD(PROCESSING)};

static int submit_tiles(struct mf_error *err)
{
    const struct mf_submission_options options = {.model = "buildings",
                                                  .tile_url = "https://t.example.com/{z}/{x}/{y}",
                                                  .tile_crs = "EPSG:3857",
                                                  .tile_login = "me",
                                                  .tile_password = "secret",
                                                  .version = "9.9"};
    return submit(&options, priced, COUNT(priced), err);
}

#define SCENES "{\"images\":[{\"id\":\"scene-1\",\"zoom\":5},{\"id\":\"b\"}],\"total\":2}"

static const struct script_step found[] = {GOOD(ACCOUNT), GOOD(PROJECT_DOCUMENT), GOOD(SCENES),
                                           GOOD("15.5"), GOOD(PROCESSING)};

static int submit_scenes(struct mf_error *err)
{
    const struct mf_submission_options options = {.model = "buildings",
                                                  .search_provider = "orbview",
                                                  .image_ids = "scene-1,scene-2",
                                                  .version = "9.9"};
    return submit(&options, found, COUNT(found), err);
}

#define EARLIER(source)                                                                            \
    "{\"id\":\"" ID "\",\"workflowDef\":{\"id\":\"" PROJECT "\",\"name\":\"Buildings\"},"          \
    "\"blocks\":[{\"name\":\"Detection\"},{\"name\":\"Heights\",\"enabled\":false}],"              \
    "\"params\":{\"inferenceParams\":{\"a\":\"b\"},\"sourceParams\":" source "}}"

static int submit_like_tiles(struct mf_error *err)
{
    static const struct script_step steps[] = {
        GOOD(ACCOUNT),
        GOOD(EARLIER("{\"userDefined\":{\"sourceType\":\"XYZ\",\"url\":\"https://t/{x}/{y}/{z}\","
                     "\"zoom\":5,\"rasterLogin\":\"me\",\"rasterPassword\":\"secret\"}}")),
        GOOD(PROJECT_DOCUMENT), GOOD("15.5"), GOOD(PROCESSING)};
    const struct mf_submission_options options = {.like = ID, .zoom = "6", .version = "9.9"};
    return submit(&options, steps, COUNT(steps), err);
}

static int submit_like_scenes(struct mf_error *err)
{
    static const struct script_step steps[] = {
        GOOD(ACCOUNT),
        GOOD(EARLIER("{\"imagerySearch\":{\"dataProvider\":\"orbview\",\"imageIds\":[\"a\","
                     "\"b\"]}}")),
        GOOD(PROJECT_DOCUMENT),
        GOOD(SCENES),
        GOOD("15.5"),
        GOOD(PROCESSING)};
    const struct mf_submission_options options = {.like = ID, .version = "9.9"};
    return submit(&options, steps, COUNT(steps), err);
}

/* A mosaic by its name, and where it lies. */
static int find_footprints(struct mf_error *err)
{
    static const struct script_step steps[] = {
        GOOD(ACCOUNT), GOOD("[{\"id\":\"" ID "\",\"name\":\"Docks\"}]"), GOOD(PROJECT_DOCUMENT),
        GOOD("15.5"), GOOD("{\"id\":\"" ID "\",\"footprint\":\"POLYGON EMPTY\"}")};
    static struct script script;
    const struct mf_submission_options options = {
        .model = "buildings", .mosaic = "docks", .version = "9.9"};
    struct mf_client *client = NULL;
    struct mf_submission *submission = NULL;
    struct mf_str_list footprints = {0};
    int missing;
    const int failed =
        open_client(&client, &script, steps, COUNT(steps), err) != 0 ||
        mf_submission_open(&submission, &options, err) != 0 || add_areas(submission, err) != 0 ||
        prepare_submission(submission, client, err) != 0 ||
        mf_submission_footprints(submission, client, &footprints, &missing, err) != 0;
    mf_str_list_free(&footprints);
    mf_submission_close(submission);
    mf_client_close(client);
    return failed;
}

/* ---- exchanges ------------------------------------------------------------------------------ */

static struct mf_transport transport;
static int port;

/* The server is another process: its own memory does not run out. Returns the end of a pipe whose
 * closing ends it. */
static int start_server(void)
{
    int to_child[2], to_parent[2];
    static struct loopback server;
    CHECK(pipe(to_child) == 0 && pipe(to_parent) == 0);
    if (fork() == 0) {
        char byte;
        close(to_child[1]);
        loopback_start(&server);
        if (write(to_parent[1], &server.port, sizeof server.port) > 0)
            while (read(to_child[0], &byte, 1) > 0)
                ;
        _exit(0);
    }
    close(to_child[0]);
    CHECK(read(to_parent[0], &port, sizeof port) == sizeof port);
    return to_child[1];
}

/* Headers and bodies that find no room are neither too large nor broken. */
static int exchange(struct mf_error *err)
{
    static const char *const paths[] = {"/ok", "/gzip", "/error", "/to-home", "/json"};
    struct mf_response response;
    int failed = 0;
    mf_response_init(&response);
    for (size_t i = 0; i < COUNT(paths) && !failed; i++) {
        char url[100];
        snprintf(url, sizeof url, "http://127.0.0.1:%d%s", port, paths[i]);
        const struct mf_request request = {.method = "GET", .url = url, .authorization = "Basic x"};
        failed = transport.perform(transport.ctx, &request, &response, err);
    }
    CHECK(!failed || err->kind == MF_ERR_MEMORY);
    mf_response_free(&response);
    return failed;
}

static int read_document(struct mf_error *err)
{
    cJSON *document = NULL;
    PLAY(GOOD(PROCESSING));
    const int failed = mf_client_get(client, "/x", &document, err);
    cJSON_Delete(document);
    mf_client_close(client);
    return failed;
}

int main(void)
{
    const int server = start_server();
    CHECK_NUMBER(mf_transport_curl_open(&transport, NULL, NULL), 0);
    scarce_run("exchange", exchange);
    scarce_run("document", read_document);
    transport.close(transport.ctx);
    close(server);
    scarce_run("auth", take_auth);
    scarce_run("account", read_account);
    scarce_run("projects", read_projects);
    scarce_run("finding a project", find_project);
    scarce_run("changing projects", change_projects);
    scarce_run("processing", read_processing);
    scarce_run("recent processing", remember_processing);
    scarce_run("processings", list_processings);
    scarce_run("changing a processing", change_processing);
    scarce_run("waiting", wait_for_the_end);
    scarce_run("submission, a provider", submit_provider);
    scarce_run("submission, tiles", submit_tiles);
    scarce_run("submission, scenes", submit_scenes);
    scarce_run("submission like one of tiles", submit_like_tiles);
    scarce_run("submission like one of scenes", submit_like_scenes);
    scarce_run("footprints", find_footprints);
    return check_result();
}
