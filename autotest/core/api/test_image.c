#include "api/image.h"
#include "check.h"
#include "script.h"

#include <math.h>
#include <stdlib.h>

#define MOSAIC "5b0d8e52-91b6-4c39-a0f4-7d2f6a1c9e10"
#define ID "c41f1f0a-2a3b-4f64-9d3b-6f0a5f6f7b21"
#define BASE "https://api.example.com/rest"
#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define GOOD(text)                                                                                 \
    {                                                                                              \
        .status = 200, .body = text                                                                \
    }
#define IMAGE                                                                                      \
    "{\"id\":\"" ID "\",\"mosaic_id\":\"" MOSAIC "\",\"filename\":\"block_07.tif\","               \
    "\"file_size\":16070635,\"uploaded_at\":\"2026-05-11T07:22:05.402117\",\"footprint\":"         \
    "\"POLYGON ((0 0, 1 0, 1 1, 0 0))\",\"checksum\":\"0f3c\",\"cog_link\":null,"                  \
    "\"available_for_download\":false,\"image_url\":\"s3://b/me@example.com/"                      \
    "x.tif\",\"meta_data\":"                                                                       \
    "{\"crs\":\"EPSG:32633\",\"count\":3,\"width\":9800,\"height\":11200,\"dtypes\":[\"uint8\","   \
    "\"uint8\",\"uint8\"],\"nodata\":0,\"pixel_size\":[0.2,-0.2]}}"

static struct mf_error err;
static struct script script;

static int parse(struct mf_image *image, const char *details, const char *status)
{
    const struct script_step steps[] = {{.status = status != NULL ? 200 : 404, .body = status},
                                        {.status = details != NULL ? 200 : 404, .body = details}};
    struct mf_client *const client = script_client(&script, steps, 2);
    mf_error_init(&err);
    const int failed = mf_image_get(image, client, ID, &err);
    mf_client_close(client);
    return failed;
}

/* ---- parsing -------------------------------------------------------------------------------- */

static void test_parse(void)
{
    struct mf_image i;
    CHECK_NUMBER(parse(&i, IMAGE, NULL), 0);
    CHECK_TEXT(i.id, ID);
    CHECK_TEXT(i.mosaic_id, MOSAIC);
    CHECK_TEXT(i.filename, "block_07.tif");
    CHECK_TEXT(i.uploaded, "2026-05-11T07:22:05.402117");
    CHECK_TEXT(i.checksum, "0f3c");
    CHECK_TEXT(i.crs, "EPSG:32633");
    CHECK_TEXT(i.footprint, "POLYGON ((0 0, 1 0, 1 1, 0 0))");
    CHECK(i.size == 16070635 && i.nodata == 0 && i.pixel_size[0] == 0.2 && i.pixel_size[1] == 0.2);
    CHECK(i.width == 9800 && i.height == 11200 && i.band_count == 3 && i.dtypes.count == 3);
    CHECK(i.has_details && !i.is_downloadable && i.state == MF_IMAGE_READY && i.tiles_ready == -1);
    mf_image_free(&i);
    CHECK_NUMBER(parse(&i, "{\"id\":\"x\",\"footprint\":\"\",\"meta_data\":null}", NULL), 0);
    CHECK_TEXT(i.filename, "");
    CHECK(i.mosaic_id == NULL && i.footprint == NULL && i.crs == NULL && i.checksum == NULL);
    CHECK(isnan(i.size) && isnan(i.nodata) && isnan(i.pixel_size[0]) && isnan(i.pixel_size[1]));
    CHECK(i.width == -1 && i.height == -1 && i.band_count == -1 && i.is_downloadable);
    mf_image_free(&i);
    CHECK_NUMBER(parse(&i, "{\"filename\":\"x\"}", NULL), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
    CHECK_NUMBER(parse(&i, NULL, "{\"filename\":\"x\"}"), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
    mf_image_free(NULL);
}

/* The table of imagery notes 4. */
static void test_states(void)
{
    static const struct {
        const char *status;
        int has_data;
        enum mf_image_state state;
    } cases[] = {
        {"\"NONE\"", 1, MF_IMAGE_READY},
        {"\"NONE\"", 0, MF_IMAGE_LOADING},
        {"null", 1, MF_IMAGE_READY},
        {"\"PENDING\"", 0, MF_IMAGE_PROCESSING},
        {"\"PENDING\"", 1, MF_IMAGE_PROCESSING},
        {"\"IN_PROGRESS\"", 1, MF_IMAGE_PROCESSING},
        {"\"COMPLETED\"", 1, MF_IMAGE_READY},
        {"\"completed\"", 0, MF_IMAGE_PROCESSING},
        {"\"FAILED\"", 0, MF_IMAGE_FAILED},
        {"\"FAILED\"", 1, MF_IMAGE_FAILED},
        {"\"RESAMPLING\"", 1, MF_IMAGE_PROCESSING},
    };
    char row[300];
    struct mf_image i;
    for (size_t n = 0; n < COUNT(cases); n++) {
        snprintf(row, sizeof row,
                 "{\"image_id\":\"x\",\"filename\":\"f\",\"preprocessing_status\":%s,"
                 "\"preprocessing_error\":\"bad\",\"data_available\":%s,\"tiles_ready\":%s}",
                 cases[n].status, cases[n].has_data ? "true" : "false", n % 2 ? "true" : "false");
        CHECK_NUMBER(parse(&i, n % 3 ? NULL : "{\"id\":\"x\",\"filename\":\"f\"}", row), 0);
        if (!CHECK_NUMBER(i.state, cases[n].state))
            fprintf(stderr, "    %s\n", row);
        CHECK_TEXT(i.filename, "f");
        CHECK_TEXT(i.error, "bad");
        CHECK_NUMBER(i.tiles_ready, n % 2);
        CHECK_NUMBER(i.has_details, n % 3 == 0);
        mf_image_free(&i);
    }
    CHECK_NUMBER(parse(&i, NULL, "{\"image_id\":\"x\",\"data_available\":true}"), 0);
    CHECK(i.state == MF_IMAGE_READY && i.tiles_ready == -1 && i.error == NULL && isnan(i.size));
    mf_image_free(&i);
    CHECK_TEXT(mf_image_state_name(MF_IMAGE_READY), "READY");
    CHECK_TEXT(mf_image_state_name(MF_IMAGE_PROCESSING), "PROCESSING");
    CHECK_TEXT(mf_image_state_name(MF_IMAGE_LOADING), "LOADING");
    CHECK_TEXT(mf_image_state_name(MF_IMAGE_FAILED), "FAILED");
}

static void test_metres(void)
{
    double metres[2];
    struct mf_image i = {.pixel_size = {0.5, 0.25}};
    mf_image_pixel_metres(&i, 60, metres);
    CHECK(metres[0] == 0.5 && metres[1] == 0.25);
    i.pixel_size[0] = i.pixel_size[1] = 1e-5;
    mf_image_pixel_metres(&i, 60, metres);
    CHECK(fabs(metres[0] - 0.5566) < 1e-9 && fabs(metres[1] - 1.1132) < 1e-9);
    i.pixel_size[0] = i.pixel_size[1] = NAN;
    mf_image_pixel_metres(&i, 60, metres);
    CHECK(isnan(metres[0]) && isnan(metres[1]));
}

/* ---- asking --------------------------------------------------------------------------------- */

static void test_list(void)
{
    struct mf_image_list list;
    static const struct script_step steps[] = {
        GOOD("{\"mosaic_id\":\"m\",\"images\":[{\"image_id\":\"b\",\"filename\":\"b.tif\","
             "\"preprocessing_status\":\"FAILED\",\"preprocessing_error\":\"no\"},{\"image_id\":"
             "\"" ID "\",\"preprocessing_status\":\"COMPLETED\",\"data_available\":true,"
             "\"tiles_ready\":true}]}"),
        GOOD("[{\"id\":\"late\"}," IMAGE ",{\"id\":\"aaa\"}]")};
    struct mf_client *const client = script_client(&script, steps, COUNT(steps));
    CHECK_NUMBER(mf_image_list_get(&list, client, MOSAIC, &err), 0);
    CHECK_TEXT(script.requests[0].url, BASE "/rasters/mosaic/" MOSAIC "/status");
    CHECK_TEXT(script.requests[1].url, BASE "/rasters/mosaic/" MOSAIC "/image");
    CHECK(list.has_states);
    if (CHECK_NUMBER(list.count, 4)) {
        CHECK_TEXT(list.items[0].id, "b");
        CHECK(list.items[0].state == MF_IMAGE_FAILED && !list.items[0].has_details);
        CHECK_TEXT(list.items[1].filename, "block_07.tif");
        CHECK(list.items[1].state == MF_IMAGE_READY && list.items[1].tiles_ready == 1);
        CHECK_TEXT(list.items[1].status, "COMPLETED");
        CHECK_TEXT(list.items[2].id, "late");
        CHECK_TEXT(list.items[3].id, "aaa");
    }
    mf_image_list_free(&list);
    mf_client_close(client);
}

/* Two answers, and what the list becomes: the number of images, or minus the kind of the error. */
static int list_of(const struct script_step *status, const struct script_step *image,
                   bool *has_states)
{
    struct mf_image_list list;
    const struct script_step steps[] = {*status, *image};
    struct mf_client *const client = script_client(&script, steps, 2);
    mf_error_init(&err);
    const int failed = mf_image_list_get(&list, client, MOSAIC, &err);
    const int result = failed ? -(int)err.kind : (int)list.count;
    *has_states = list.has_states;
    mf_image_list_free(&list);
    mf_client_close(client);
    return result;
}

static void test_old_server(void)
{
    static const struct script_step missing = {.status = 404, .body = "{\"detail\":\"Not Found\"}"};
    static const struct script_step wrong = {.status = 405};
    static const struct script_step other = GOOD("{}");
    static const struct script_step refused = {.status = 403};
    static const struct script_step image = GOOD("[{\"id\":\"a\"},{\"id\":\"b\"}]");
    static const struct script_step none = GOOD("[]");
    bool has_states = true;
    CHECK_NUMBER(list_of(&missing, &image, &has_states), 2);
    CHECK(!has_states);
    CHECK_NUMBER(list_of(&wrong, &none, &has_states), 0);
    CHECK_NUMBER(list_of(&other, &image, &has_states), 2);
    CHECK(!has_states);
    CHECK_NUMBER(list_of(&missing, &missing, &has_states), -MF_ERR_NOT_FOUND); /* of the mosaic */
    CHECK_HOLDS(err.message, "the images of mosaic " MOSAIC ": ");
    CHECK_NUMBER(list_of(&refused, &image, &has_states), -MF_ERR_FORBIDDEN);
    CHECK_NUMBER(list_of(&other, &other, &has_states), -MF_ERR_FORMAT);
}

static void test_get(void)
{
    struct mf_image i;
    static const struct script_step steps[] = {
        GOOD("{\"image_id\":\"" ID "\",\"preprocessing_status\":\"NONE\",\"data_available\":true}"),
        GOOD(IMAGE),
        {.status = 404}, /* an old server */
        GOOD(IMAGE),
        GOOD("{\"image_id\":\"" ID "\",\"preprocessing_status\":\"PENDING\"}"),
        {.status = 404}, /* no details yet */
        {.status = 404},
        {.status = 404},
        {.status = 403}};
    struct mf_client *const client = script_client(&script, steps, COUNT(steps));
    CHECK_NUMBER(mf_image_get(&i, client, ID, &err), 0);
    CHECK_TEXT(script.requests[0].url, BASE "/rasters/image/" ID "/status");
    CHECK_TEXT(script.requests[1].url, BASE "/rasters/image/" ID);
    CHECK(i.has_details && i.state == MF_IMAGE_READY);
    mf_image_free(&i);
    CHECK_NUMBER(mf_image_get(&i, client, ID, &err), 0);
    CHECK(i.has_details && i.status == NULL);
    mf_image_free(&i);
    CHECK_NUMBER(mf_image_get(&i, client, ID, &err), 0);
    CHECK(!i.has_details && i.state == MF_IMAGE_PROCESSING);
    mf_image_free(&i);
    CHECK_NUMBER(mf_image_get(&i, client, ID, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_NOT_FOUND);
    CHECK_HOLDS(err.message, "image " ID ": ");
    CHECK_NUMBER(mf_image_get(&i, client, ID, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORBIDDEN);
    mf_client_close(client);
}

/* ---- files ---------------------------------------------------------------------------------- */

static int gather(void *ctx, const char *data, size_t size, struct mf_error *error)
{
    (void)error;
    snprintf(ctx, 20, "%.*s", (int)size, data);
    return 0;
}

static int end(void *ctx, struct mf_error *error)
{
    (void)ctx;
    (void)error;
    return 0;
}

static void test_preview_and_download(void)
{
    char text[20] = "";
    char *url = NULL;
    const struct mf_sink sink = {.ctx = text, .write = gather, .end = end};
    static const struct script_step steps[] = {
        GOOD("JPEG"),
        {.status = 404},
        GOOD("{\"download_url\":\"https://s/x?sig=1\",\"filename\":\"x\",\"expires_in\":3600}"),
        GOOD("{}"),
        {.status = 403},
        {.status = 409, .body = "{\"message\":\"loading\"}"}};
    struct mf_client *const client = script_client(&script, steps, COUNT(steps));
    CHECK_NUMBER(mf_image_preview(client, ID, 'l', &sink, 1000, &err), 0);
    CHECK_TEXT(script.requests[0].url, BASE "/rasters/image/" ID "/preview/l");
    CHECK_TEXT(text, "JPEG");
    CHECK_NUMBER(mf_image_preview(client, ID, 's', &sink, 1000, &err), -1);
    CHECK_HOLDS(err.message, "the preview of image " ID ": ");
    CHECK_NUMBER(mf_image_download_url(client, ID, &url, &err), 0);
    CHECK_TEXT(url, "https://s/x?sig=1");
    CHECK_LACKS(script.log, "sig=1");
    free(url);
    CHECK_NUMBER(mf_image_download_url(client, ID, &url, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
    CHECK_NUMBER(mf_image_download_url(client, ID, &url, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORBIDDEN);
    CHECK_NUMBER(mf_image_download_url(client, ID, &url, &err), -1);
    CHECK_HOLDS(err.message, "loading");
    CHECK(url == NULL);
    mf_client_close(client);
}

static int read_x(void *ctx, char *data, size_t size, size_t *got, struct mf_error *error)
{
    (void)ctx;
    (void)error;
    memset(data, 'x', size);
    *got = size;
    return 0;
}

static void test_upload(void)
{
    const struct mf_client_file file = {.name = "a.tif", .content = {.size = 500, .read = read_x}};
    char *id = NULL;
    int unknown = -1;
    static const struct script_step steps[] = {
        GOOD("{\"message\":\"m\",\"mosaic_id\":\"m\"}"),
        GOOD(IMAGE),
        {.status = 504},
        {.status = 413,
         .not_sent = SCRIPT_CUT,
         .body =
             "{\"detail\":{\"code\":\"MemoryLimitExceeded\",\"parameters\":{\"memory_requested\":"
             "500,\"available_memory\":1}}}"}};
    struct mf_client *const client = script_client(&script, steps, COUNT(steps));
    CHECK_NUMBER(mf_image_upload(client, MOSAIC, &file, &id, &unknown, &err), 0);
    CHECK_TEXT(script.requests[0].url, BASE "/rasters/mosaic/" MOSAIC "/image");
    CHECK(id == NULL && unknown == 0);
    CHECK_NUMBER(mf_image_upload(client, MOSAIC, &file, &id, &unknown, &err), 0);
    CHECK_TEXT(id, ID);
    free(id);
    CHECK_NUMBER(mf_image_upload(client, MOSAIC, &file, &id, &unknown, &err), -1);
    CHECK(id == NULL && unknown == 1);
    CHECK_NUMBER(mf_image_upload(client, MOSAIC, &file, &id, &unknown, &err), -1);
    CHECK_NUMBER(unknown, 0);
    CHECK_TEXT(err.code, "MemoryLimitExceeded");
    CHECK_HOLDS(err.message, "upload of a.tif: ");
    CHECK_HOLDS(err.message, "available_memory 1");
    mf_client_close(client);
}

static void test_upload_name(void)
{
    static const char *const names[][2] = {{"/data/ortho.tif", "ortho.tif"},
                                           {"ortho.TIFF", "ortho.TIFF"},
                                           {"a/b\"c\\d\n.vrt", "b_c_d_.vrt.tif"},
                                           {"/vsizip/x.zip/", "image.tif"},
                                           {".tif", ".tif.tif"}};
    for (size_t i = 0; i < COUNT(names); i++) {
        char *const name = mf_image_upload_name(names[i][0]);
        CHECK_TEXT(name, names[i][1]);
        free(name);
    }
}

static void test_changes(void)
{
    static const struct script_step steps[] = {GOOD(IMAGE), {.status = 204}, {.status = 404}};
    struct mf_client *const client = script_client(&script, steps, COUNT(steps));
    CHECK_NUMBER(mf_image_rename(client, ID, "a&b \xC3\xBC.tif", &err), 0);
    CHECK_TEXT(script.requests[0].method, "PUT");
    CHECK_TEXT(script.requests[0].url, BASE "/rasters/image/" ID "?name=a%26b%20%C3%BC.tif");
    CHECK_TEXT(script.requests[0].body, "");
    CHECK_NUMBER(mf_image_delete(client, ID, &err), 0);
    CHECK_TEXT(script.requests[1].method, "DELETE");
    CHECK_NUMBER(mf_image_delete(client, ID, &err), -1);
    CHECK_HOLDS(err.message, "image " ID ": ");
    mf_client_close(client);
}

int main(void)
{
    test_parse();
    test_states();
    test_metres();
    test_list();
    test_old_server();
    test_get();
    test_preview_and_download();
    test_upload();
    test_upload_name();
    test_changes();
    return check_result();
}
