/* Imagery while memory runs out: documents, lists, searches, changes and uploads. */
#include <stdlib.h>

#include "api/image.h"
#include "api/mosaic.h"
#include "api/planned_search.h"
#include "api/storage.h"
#include "api/tilejson.h"
#include "check.h"
#include "scarce.h"
#include "script.h"

#define TOKEN "bWVAZXhhbXBsZS5jb206czNjcmV0LXRva2Vu" /* me@example.com:s3cret-token */
#define ID "3fa85f64-5717-4562-b3fc-2c963f66afa6"
#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define GOOD(text)                                                                                 \
    {                                                                                              \
        .status = 200, .body = text                                                                \
    }
#define AREA "{\"type\":\"Polygon\",\"coordinates\":[[[4,52],[5,52],[5,53],[4,52]]]}"
#define MOSAIC                                                                                     \
    "{\"id\":\"" ID "\",\"name\":\"Docks\",\"tags\":[\"a\",\"b\"],\"created_at\":\"c\","           \
    "\"footprint\":\"POLYGON EMPTY\",\"rasterLayer\":{\"tileUrl\":\"t\",\"tileJsonUrl\":\"j\"}}"
#define IMAGE                                                                                      \
    "{\"id\":\"" ID "\",\"mosaic_id\":\"m\",\"filename\":\"a.tif\",\"uploaded_at\":\"u\","         \
    "\"checksum\":\"c\",\"footprint\":\"POLYGON EMPTY\",\"meta_data\":{\"crs\":\"EPSG:4326\","     \
    "\"dtypes\":[\"uint8\"]}}"
#define STATUS                                                                                     \
    "{\"image_id\":\"" ID "\",\"filename\":\"a.tif\",\"preprocessing_status\":\"FAILED\","         \
    "\"preprocessing_error\":\"e\",\"uploaded_at\":\"u\"}"
#define TEMPLATE                                                                                   \
    "{\"id\":\"" ID "\",\"name\":\"n\",\"status\":\"READY\",\"createdAt\":\"c\",\"userId\":\"u\"," \
    "\"projectId\":\"p\",\"activeUntil\":\"a\",\"lastCheckedAt\":\"l\",\"searchParams\":{"         \
    "\"maxCloudCover\":5,\"aoiDetails\":{\"features\":[{\"id\":\"1\",\"properties\":{\"name\":"    \
    "\"x\"},\"geometry\":" AREA "}]}}}"

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

static int read_mosaics(struct mf_error *err)
{
    struct mf_mosaic_list list;
    struct mf_mosaic mosaic;
    PLAY(GOOD("[" MOSAIC ",{\"id\":\"b\"}]"), GOOD("[" MOSAIC "]"), GOOD(MOSAIC));
    int failed = mf_mosaic_list_get(&list, client, err);
    if (!failed)
        mf_mosaic_list_free(&list);
    for (int i = 0; i < 2 && !failed; i++) {
        failed = mf_mosaic_find(&mosaic, client, i == 0 ? "docks" : ID, err);
        if (!failed)
            mf_mosaic_free(&mosaic);
    }
    mf_client_close(client);
    return failed;
}

static int change_mosaics(struct mf_error *err)
{
    char *items[] = {"a", "b"};
    const struct mf_str_list tags = {items, 2};
    struct mf_mosaic mosaic;
    PLAY(GOOD(MOSAIC), GOOD("{}"), GOOD("{\"count\":1}"), GOOD("null"));
    int failed = mf_mosaic_create(&mosaic, client, "Docks", &tags, NULL, err);
    if (!failed)
        mf_mosaic_free(&mosaic);
    failed = failed || mf_mosaic_update(client, ID, "Docks", &tags, err) != 0 ||
             mf_mosaic_delete_failed(client, ID, NULL, err) != 0 ||
             mf_mosaic_delete(client, ID, err) != 0;
    mf_client_close(client);
    return failed;
}

static int read_images(struct mf_error *err)
{
    struct mf_image_list list;
    struct mf_image image;
    PLAY(GOOD("{\"images\":[" STATUS ",{\"image_id\":\"b\"}]}"), GOOD("[" IMAGE ",{\"id\":\"c\"}]"),
         GOOD(STATUS), GOOD(IMAGE));
    int failed = mf_image_list_get(&list, client, ID, err);
    if (!failed) {
        mf_image_list_free(&list);
        failed = mf_image_get(&image, client, ID, err);
    }
    if (!failed)
        mf_image_free(&image);
    mf_client_close(client);
    return failed;
}

static int read_x(void *ctx, char *data, size_t size, size_t *got, struct mf_error *err)
{
    (void)ctx;
    (void)err;
    for (*got = 0; *got < size; ++*got)
        data[*got] = 'x';
    return 0;
}

static int change_images(struct mf_error *err)
{
    char *id = NULL, *url = NULL;
    int unknown = 0;
    PLAY(GOOD(IMAGE), GOOD("{\"download_url\":\"u\"}"), GOOD(IMAGE), GOOD("null"));
    const struct mf_client_file file = {.name = "a.tif", .content = {.size = 100, .read = read_x}};
    const int failed = mf_image_upload(client, ID, &file, &id, &unknown, err) != 0 ||
                       mf_image_download_url(client, ID, &url, err) != 0 ||
                       mf_image_rename(client, ID, "b c.tif", err) != 0 ||
                       mf_image_delete(client, ID, err) != 0;
    free(id);
    free(url);
    free(mf_image_upload_name("a/b.vrt"));
    mf_client_close(client);
    return failed;
}

static int read_storage(struct mf_error *err)
{
    struct mf_storage storage;
    PLAY(GOOD("{\"memoryLimit\":5}"));
    const int failed = mf_storage_get(&storage, client, err);
    mf_client_close(client);
    return failed;
}

static int search_scenes(struct mf_error *err)
{
    char *items[] = {"sky"};
    const struct mf_str_list names = {items, 1};
    struct mf_scene_search *search = NULL;
    struct mf_scene_filter filter;
    PLAY(GOOD("{\"images\":[{\"id\":\"a\",\"providerName\":\"p\",\"footprint\":" AREA
              ",\"previewUrl\":\"u\",\"previews\":[{\"url\":\"u\",\"geometry\":" AREA
              "},\"{\\\"url\\\":\\\"v\\\"}\"]},{\"id\":\"b\"}],\"total\":3}"),
         GOOD("{\"images\":[{\"id\":\"c\"}],\"total\":3}"));
    mf_scene_filter_init(&filter);
    filter.acquired_from = "2026-01-01T00:00:00Z";
    filter.max_cloud_cover = 5;
    filter.hide_unavailable = true;
    filter.providers = &names;
    const struct mf_scene_search_options options = {
        .aoi = AREA, .filter = &filter, .sort_by = "ZOOM"};
    int failed = mf_scene_search_open(&search, &options, err);
    for (int is_end = failed; !is_end;) {
        struct mf_scene_list page;
        failed = mf_scene_search_next(search, client, &page, err);
        is_end = failed || page.count == 0;
        mf_scene_list_free(&page);
    }
    mf_scene_search_close(search);
    mf_client_close(client);
    return failed;
}

static int plan_searches(struct mf_error *err)
{
    const struct mf_planned_area areas[] = {{AREA, "x"}, {AREA, NULL}};
    const struct mf_planned_search_options options = {
        .name = "n", .project_id = ID, .areas = areas, .area_count = 2};
    struct mf_planned_search_list list;
    struct mf_planned_search search;
    PLAY(GOOD("[" TEMPLATE "]"), GOOD("{\"template\":" TEMPLATE "}"), GOOD(TEMPLATE), GOOD("{}"),
         GOOD("{}"), GOOD("{}"), GOOD("{}"), {.status = 204});
    int failed = mf_planned_search_list_get(&list, client, err);
    if (!failed) {
        mf_planned_search_list_free(&list);
        failed = mf_planned_search_create(&search, client, &options, NULL, err);
    }
    if (!failed) {
        mf_planned_search_free(&search);
        failed = mf_planned_search_get(&search, client, ID, err);
    }
    if (!failed)
        mf_planned_search_free(&search);
    failed = failed || mf_planned_search_update(client, ID, "n", "u", err) != 0 ||
             mf_planned_search_control(client, ID, "pause", err) != 0 ||
             mf_planned_search_control(client, ID, "resume", err) != 0 ||
             mf_planned_search_control(client, ID, "restart", err) != 0 ||
             mf_planned_search_delete(client, ID, err) != 0;
    mf_client_close(client);
    return failed;
}

static int read_tilejson(struct mf_error *err)
{
    struct mf_tilejson tiles;
    PLAY(GOOD("{\"bounds\":[1,2,3,4]}"));
    const int failed = mf_tilejson_get(&tiles, client, "https://t.example/t.json?k=v", err);
    mf_client_close(client);
    return failed;
}

int main(void)
{
    scarce_run("mosaics", read_mosaics);
    scarce_run("changing mosaics", change_mosaics);
    scarce_run("images", read_images);
    scarce_run("uploading and changing images", change_images);
    scarce_run("storage", read_storage);
    scarce_run("tiles", read_tilejson);
    scarce_run("searching scenes", search_scenes);
    scarce_run("planned searches", plan_searches);
    return check_result();
}
