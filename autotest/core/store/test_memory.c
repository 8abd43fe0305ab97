/* Results, from the connection to the last value, while memory runs out. */
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "base/file.h"
#include "base/thread.h"
#include "store/result.h"
#include "store/index_file_internal.h"
#include "scarce.h"
#include "script.h"

#define ID "3fa85f64-5717-4562-b3fc-2c963f66afa6"
#define ROW(members, geometry)                                                                     \
    "{\"type\":\"Feature\",\"id\":\"i\",\"properties\":{" members "},\"geometry\":" geometry "}"
#define POINT "{\"type\":\"Point\",\"coordinates\":[4.5,52.25]}"

/* Fields in orders that must be brought together, of each type, and each kind of geometry. */
static const char
    document[] =
        "{\"type\":\"FeatureCollection\",\"description\":\"d\",\"crs\":{\"type\":\"name\","
        "\"properties\":"
        "{\"name\":\"EPSG:3857\"}},\"features\":[" ROW(
            "\"a\":1,\"b\":[1,2],\"c\":\"t\\u00e9\"",
            POINT) "," ROW("\"n\":1,\"x\":[0.5,2e3],\"c\":\"2026-01-01\"",
                           "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[0,0],[1,0],[1,1],[0,0]],"
                           "[[0,0],[2,0],[2,2],[0,0]]]]}") "," ROW("\"x\":[\"p\",\"q\"],\"o\":{"
                                                                   "\"k\":[1,{\"z\":null}]},\"a\":"
                                                                   "2.5,\"d\":\"2026-01-01T00:00:"
                                                                   "00Z\"",
                                                                   "{\"type\":"
                                                                   "\"GeometryCollection\","
                                                                   "\"geometries\":[" POINT
                                                                   "]}") "," ROW("\"o\":7,"
                                                                                 "\"m\\u00e9\":"
                                                                                 "true,\"n\":"
                                                                                 "18446744073709551615,\"b\":"
                                                                                 "[],\"l\":[true,"
                                                                                 "null]",
                                                                                 "{\"type\":"
                                                                                 "\"MultiLineString"
                                                                                 "\","
                                                                                 "\"coordinates\":["
                                                                                 "[[0,0,1],[1,1,2]]"
                                                                                 "]}") "," ROW("\"k"
                                                                                               "0\""
                                                                                               ":0,"
                                                                                               "\"k"
                                                                                               "1\""
                                                                                               ":1,"
                                                                                               "\"k"
                                                                                               "2\""
                                                                                               ":2,"
                                                                                               "\"k"
                                                                                               "3\""
                                                                                               ":3,"
                                                                                               "\"k"
                                                                                               "4\""
                                                                                               ":4,"
                                                                                               "\"k"
                                                                                               "5\""
                                                                                               ":5,"
                                                                                               "\"k"
                                                                                               "6\""
                                                                                               ":6,"
                                                                                               "\"k"
                                                                                               "7\""
                                                                                               ":7,"
                                                                                               "\"k"
                                                                                               "8\""
                                                                                               ":8,"
                                                                                               "\"k"
                                                                                               "9\""
                                                                                               ":9",
                                                                                               "nul"
                                                                                               "l") "]}";

static char folder[] = "/tmp/mapflow-test-XXXXXX";

static int no_memory(struct mf_error *err)
{
    return mf_error_set(err, MF_ERR_MEMORY, "out of memory");
}

/* ---- scanning, decoding, the index ---------------------------------------------------------- */

static int scan(struct mf_collection *found, size_t piece, struct mf_error *err)
{
    const struct mf_schema_rules rules = {.mixed_string_is_json = 1};
    const size_t size = sizeof document - 1;
    struct mf_scanner *scanner = NULL;
    int failed = mf_scanner_open(&scanner, &rules, err);
    for (size_t at = 0; at < size && !failed; at += piece)
        failed =
            mf_scanner_feed(scanner, document + at, size - at < piece ? size - at : piece, err);
    if (!failed)
        failed = mf_scanner_finish(scanner, found, err);
    mf_scanner_close(scanner);
    return failed;
}

static int scan_in_pieces(struct mf_error *err)
{
    struct mf_collection found;
    if (scan(&found, 7, err) != 0)
        return -1;
    mf_collection_free(&found);
    return 0;
}

static int decode(struct mf_error *err)
{
    struct mf_collection found;
    struct mf_row row;
    if (scan(&found, sizeof document, err) != 0)
        return -1;
    int failed = mf_row_init(&row, &found.schema, err);
    if (!failed) {
        for (uint64_t i = 0; i < found.feature_count && !failed; i++)
            failed = mf_row_decode_feature(&row, &found, document, i, err);
        mf_row_free(&row);
    }
    mf_collection_free(&found);
    return failed;
}

/* Twice the same document is enough: fields are new, and then known. */
static int merge(struct mf_error *err)
{
    static const char *const host[] = {"h", "a"};
    const struct mf_schema_rules rules = {.mixed_string_is_json = 1};
    struct mf_collection found;
    struct mf_schema merged, exact;
    if (scan(&found, sizeof document, err) != 0)
        return -1;
    const struct mf_schema *const schemas[] = {&found.schema, &found.schema};
    int failed = mf_schema_merge(&merged, host, 2, schemas, 2, &rules);
    if (!failed) {
        failed = mf_schema_copy_exact(&exact, &merged);
        if (!failed)
            mf_schema_free(&exact);
        mf_schema_free(&merged);
    }
    mf_collection_free(&found);
    return failed ? no_memory(err) : 0;
}

static int write_and_read_index(struct mf_error *err)
{
    struct mf_collection found, read;
    struct mf_file file = {.fd = -1};
    struct mf_map map = {0};
    struct mf_index_facts facts = {
        .name = "a", .fingerprint = "f", .processing = "{}", .boot_id = "b"};
    if (scan(&found, sizeof document, err) != 0)
        return -1;
    const int failed = mf_file_create_temporary(&file, folder, "index-", err) != 0 ||
                       mf_index_write(&file, &found, &facts, err) != 0 ||
                       mf_map_file(&map, &file, err) != 0 ||
                       mf_index_read(map.data, map.size, &read, &facts, err) != 0;
    if (!failed)
        mf_index_collection_free(&read);
    mf_map_release(&map);
    mf_file_discard(&file);
    mf_collection_free(&found);
    return failed;
}

/* ---- results --------------------------------------------------------------------------------- */

static int acquire(enum mf_cache_mode mode, const char *fingerprint, struct mf_error *err)
{
    const struct script_step steps[] = {{.status = 200,
                                         .header = "ETag: \"a\"",
                                         .body = document,
                                         .kind = MF_ERR_TRUNCATED,
                                         .is_transient = 1},
                                        {.status = 200, .body = document}};
    static struct script script;
    struct mf_client *client = NULL;
    const struct mf_result *result = NULL;
    script_start(&script, steps, 2);
    const struct mf_client_options options = script_options(&script, "a@b.c:secret");
    if (mf_client_open(&client, &options, err) != 0)
        return -1;
    const struct mf_result_request request = {.client = client,
                                              .base_url = "https://api.example.com/rest",
                                              .id = ID,
                                              .fingerprint = fingerprint,
                                              .processing = "{}",
                                              .mode = mode,
                                              .cache_directory = folder};
    const int failed = mf_result_acquire(&result, &request, err);
    if (!failed)
        mf_result_release(result);
    mf_client_close(client);
    return failed;
}

static int fetch(struct mf_error *err)
{
    return acquire(MF_CACHE_NO, "f", err);
}

/* Another state each time, so that each time it is fetched and stored. */
static int fetch_and_store(struct mf_error *err)
{
    static int state;
    char fingerprint[20];
    snprintf(fingerprint, sizeof fingerprint, "state %d", state++);
    return acquire(MF_CACHE_YES, fingerprint, err);
}

static int open_from_cache(struct mf_error *err)
{
    return acquire(MF_CACHE_YES, "known", err);
}

static int open_offline(struct mf_error *err)
{
    /* An entry that cannot be read for want of memory is as good as none. */
    if (acquire(MF_CACHE_OFFLINE, "known", err) == 0)
        return 0;
    err->kind = MF_ERR_MEMORY;
    return -1;
}

/* ---- below ----------------------------------------------------------------------------------- */

static int use_platform(struct mf_error *err)
{
    struct mf_mutex mutex = {0};
    char *text = NULL;
    char path[sizeof folder + 10];
    struct mf_map map = {0};
    snprintf(path, sizeof path, "%s/deep", folder);
    char *const cache = mf_user_cache_dir();
    const int failed = (cache == NULL && no_memory(err) != 0) || mf_folder_create(path, err) != 0 ||
                       mf_mutex_init(&mutex, err) != 0 ||
                       mf_read_small_file("/etc/passwd", 1000000, &text, NULL, err) != 0 ||
                       mf_map_path(&map, "/etc/passwd", err) != 0;
    mf_mutex_free(&mutex);
    mf_map_release(&map);
    free(text);
    free(cache);
    rmdir(path);
    return failed;
}

/* Nobody listens there: what is wanted is how far it comes. */
static int connect_to_nobody(struct mf_error *err)
{
    static const char *const headers[] = {"If-Range: \"a\"", NULL};
    const struct mf_transport_options options = {.user_agent = "test"};
    const struct mf_request request = {.method = "POST",
                                       .url = "http://127.0.0.1:1/",
                                       .authorization = "Basic x",
                                       .headers = headers,
                                       .body = "{}",
                                       .body_size = 2,
                                       .content_type = "application/json"};
    struct mf_transport transport;
    struct mf_response response;
    if (mf_transport_curl_open(&transport, &options, err) != 0)
        return -1;
    mf_response_init(&response);
    const int failed = transport.perform(transport.ctx, &request, &response, err);
    mf_response_free(&response);
    transport.close(transport.ctx);
    return failed && err->kind != MF_ERR_NETWORK;
}

static void remove_file(void *ctx, const char *name)
{
    char path[300];
    (void)ctx;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

int main(void)
{
    CHECK(mkdtemp(folder) != NULL);
    setenv("TMPDIR", folder, 1);
    setenv("XDG_CACHE_HOME", folder, 1);
    scarce_run("scanning", scan_in_pieces);
    scarce_run("decoding", decode);
    scarce_run("merging", merge);
    scarce_run("index", write_and_read_index);
    scarce_run("fetching", fetch);
    scarce_run("storing", fetch_and_store);
    scarce_run("from the cache", open_from_cache);
    scarce_run("offline", open_offline);
    scarce_run("platform", use_platform);
    scarce_run("connecting", connect_to_nobody);
    mf_folder_list(folder, remove_file, NULL);
    CHECK_NUMBER(rmdir(folder), 0);
    return check_result();
}
