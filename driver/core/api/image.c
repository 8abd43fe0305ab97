/* SPDX-License-Identifier: MIT */
#include "api/image.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/document_internal.h"
#include "base/str.h"

static const double metres_per_degree = 111320; /* imagery notes 2.2 */
static const double largest_degrees = 0.01;     /* of a pixel */

/* ---- parsing -------------------------------------------------------------------------------- */

static const struct mf_document_member members[] = {
    MF_ROW(mf_image, id, MF_TEXT_REQUIRED, "id|image_id"),
    MF_ROW(mf_image, mosaic_id, MF_TEXT, "mosaic_id"),
    MF_ROW(mf_image, filename, MF_TEXT_OR_EMPTY, "filename"),
    MF_ROW(mf_image, uploaded, MF_TEXT, "uploaded_at"),
    MF_ROW(mf_image, checksum, MF_TEXT, "checksum"),
    MF_ROW(mf_image, footprint, MF_TEXT_NOT_EMPTY, "footprint"),
    MF_ROW(mf_image, size, MF_NUMBER, "file_size"),
    MF_ROW(mf_image, is_downloadable, MF_FLAG_OR_SET, "available_for_download"),
    MF_ROW(mf_image, crs, MF_TEXT, "meta_data.crs"),
    MF_ROW(mf_image, dtypes, MF_TEXTS, "meta_data.dtypes"),
    MF_ROW(mf_image, nodata, MF_NUMBER, "meta_data.nodata"),
    MF_ROW(mf_image, width, MF_COUNT, "meta_data.width"),
    MF_ROW(mf_image, height, MF_COUNT, "meta_data.height"),
    MF_ROW(mf_image, band_count, MF_COUNT, "meta_data.count"),
    MF_ROW(mf_image, status, MF_TEXT, ""),
    MF_ROW(mf_image, error, MF_TEXT, ""),
};

static void complete(void *document, const cJSON *json, int *failed)
{
    struct mf_image *const image = document;
    const cJSON *const size = mf_json_member(mf_json_member(json, "meta_data"), "pixel_size");
    (void)failed;
    for (int i = 0; i < 2; i++) {
        const cJSON *const side = cJSON_GetArrayItem(size, i);
        image->pixel_size[i] = cJSON_IsNumber(side) ? fabs(side->valuedouble) : NAN;
    }
    image->has_details = true;
    image->tiles_ready = -1;
}

static const struct mf_document_type image_type = MF_DOCUMENT_TYPE(
    mf_image, members, complete, "the server's answer is not an image: it has no id");

static enum mf_image_state state_of(const char *status, bool has_data)
{
    if (mf_str_equal_nocase(status, "FAILED"))
        return MF_IMAGE_FAILED;
    if (mf_str_equal_nocase(status, "NONE"))
        return has_data ? MF_IMAGE_READY : MF_IMAGE_LOADING;
    return mf_str_equal_nocase(status, "COMPLETED") && has_data ? MF_IMAGE_READY
                                                                : MF_IMAGE_PROCESSING;
}

/* Merges a row of /status into `image`, which is either read or zeroed. */
static int merge_status(struct mf_image *image, const cJSON *row, struct mf_error *err)
{
    int failed = 0;
    if (mf_json_string(row, "image_id", NULL) == NULL) {
        mf_image_free(image);
        return mf_error_set(err, MF_ERR_FORMAT, "the state of an image has no id");
    }
    if (image->id == NULL) {
        if (mf_document_parse(&image_type, image, row, err) != 0)
            return -1;
        image->has_details = false;
        image->is_downloadable = 0;
    }
    image->status = mf_json_take(row, "preprocessing_status", &failed);
    image->error = mf_json_take(row, "preprocessing_error", &failed);
    image->tiles_ready = mf_json_bool(row, "tiles_ready", -1);
    image->state = state_of(image->status != NULL ? image->status : "NONE",
                            mf_json_bool(row, "data_available", 0));
    if (!failed)
        return 0;
    mf_image_free(image);
    return mf_out_of_memory(err);
}

void mf_image_free(struct mf_image *image)
{
    mf_document_free(&image_type, image);
}

const char *mf_image_state_name(enum mf_image_state state)
{
    static const char *const names[] = {"READY", "PROCESSING", "LOADING", "FAILED"};
    return names[state];
}

void mf_image_pixel_metres(const struct mf_image *image, double latitude, double metres[2])
{
    static const double degree = 3.14159265358979323846 / 180;
    const bool is_geographic = image->pixel_size[0] < largest_degrees;
    metres[0] = image->pixel_size[0];
    metres[1] = image->pixel_size[1];
    if (is_geographic) {
        metres[0] *= metres_per_degree * cos(latitude * degree);
        metres[1] *= metres_per_degree;
    }
}

/* ---- queries -------------------------------------------------------------------------------- */

static char *mosaic_path(const char *mosaic_id, const char *rest)
{
    return mf_str_format("/rasters/mosaic/%s%s", mosaic_id, rest);
}

static char *image_path(const char *id, const char *rest)
{
    return mf_str_format("/rasters/image/%s%s", id, rest);
}

/* GETs a state. *out stays NULL if the server has no states. */
static int get_status(struct mf_client *client, char *path, cJSON **out, struct mf_error *err)
{
    struct mf_error own;
    mf_error_init(&own);
    if (mf_get_from(client, path, out, &own) == 0)
        return 0;
    if (mf_path_is_missing(&own))
        return 0;
    if (err != NULL)
        *err = own;
    return -1;
}

/* Moves the image with that id out of `details`, if it is there. Both lists tend to have one order:
 * searches from *from on. */
static void take_details(struct mf_image *image, struct mf_image_list *details, const char *id,
                         size_t *from)
{
    for (size_t i = 0; i < details->count; i++) {
        const size_t at = (*from + i) % details->count;
        struct mf_image *const known = &details->items[at];
        if (known->id == NULL || strcmp(known->id, id) != 0)
            continue;
        *image = *known;
        memset(known, 0, sizeof *known);
        *from = at + 1;
        return;
    }
}

/* Makes a list of the images of /status, with their details from /image, and then of those missing
 * from /status. */
static int merge(struct mf_image_list *list, const cJSON *rows, struct mf_image_list *details,
                 struct mf_error *err)
{
    const cJSON *row;
    size_t from = 0;
    list->items =
        calloc((size_t)cJSON_GetArraySize(rows) + details->count + 1, sizeof *list->items);
    if (list->items == NULL)
        return mf_out_of_memory(err);
    cJSON_ArrayForEach(row, rows)
    {
        struct mf_image *const image = &list->items[list->count];
        take_details(image, details, mf_json_string(row, "image_id", ""), &from);
        if (merge_status(image, row, err) != 0)
            return -1;
        list->count++;
    }
    for (size_t i = 0; i < details->count; i++) {
        if (details->items[i].id != NULL)
            list->items[list->count++] = details->items[i];
        memset(&details->items[i], 0, sizeof details->items[i]);
    }
    return 0;
}

static int read_lists(struct mf_image_list *list, const cJSON *status, const cJSON *images,
                      struct mf_error *err)
{
    const cJSON *const rows = mf_json_member(status, "images");
    struct mf_image_list details = {0};
    if (!cJSON_IsArray(images))
        return mf_error_set(err, MF_ERR_FORMAT, "the server's answer is not a list");
    list->has_states = cJSON_IsArray(rows);
    const int failed = mf_document_list_parse(&image_type, &details, images, err) != 0 ||
                       merge(list, list->has_states ? rows : NULL, &details, err) != 0;
    mf_image_list_free(&details);
    return failed ? -1 : 0;
}

int mf_image_list_get(struct mf_image_list *list, struct mf_client *client, const char *mosaic_id,
                      struct mf_error *err)
{
    cJSON *status = NULL, *images = NULL;
    memset(list, 0, sizeof *list);
    /* In this order, an image that becomes ready between the requests is in both lists. */
    const int failed = get_status(client, mosaic_path(mosaic_id, "/status"), &status, err) != 0 ||
                       mf_get_from(client, mosaic_path(mosaic_id, "/image"), &images, err) != 0 ||
                       read_lists(list, status, images, err) != 0;
    cJSON_Delete(status);
    cJSON_Delete(images);
    if (!failed)
        return 0;
    mf_image_list_free(list);
    return mf_error_prefix(err, "the images of mosaic %s", mosaic_id);
}

void mf_image_list_free(struct mf_image_list *list)
{
    mf_document_list_free(&image_type, list);
}

int mf_image_get(struct mf_image *image, struct mf_client *client, const char *id,
                 struct mf_error *err)
{
    struct mf_error missing;
    cJSON *status = NULL, *details = NULL;
    memset(image, 0, sizeof *image);
    mf_error_init(&missing);
    int failed = get_status(client, image_path(id, "/status"), &status, err);
    if (!failed && mf_get_from(client, image_path(id, ""), &details, &missing) != 0 &&
        (missing.kind != MF_ERR_NOT_FOUND || status == NULL)) {
        failed = -1;
        if (err != NULL)
            *err = missing;
    }
    if (!failed && details != NULL)
        failed = mf_document_parse(&image_type, image, details, err);
    if (!failed && status != NULL)
        failed = merge_status(image, status, err);
    cJSON_Delete(status);
    cJSON_Delete(details);
    return failed ? mf_error_prefix(err, "image %s", id) : 0;
}

int mf_image_preview(struct mf_client *client, const char *id, char size,
                     const struct mf_sink *sink, int64_t max_size, struct mf_error *err)
{
    const char rest[] = {'/', 'p', 'r', 'e', 'v', 'i', 'e', 'w', '/', size, '\0'};
    char *const path = image_path(id, rest);
    const int failed = path == NULL ? mf_out_of_memory(err)
                                    : mf_client_download(client, path, sink, max_size, err);
    free(path);
    return failed ? mf_error_prefix(err, "the preview of image %s", id) : 0;
}

int mf_image_download_url(struct mf_client *client, const char *id, char **url,
                          struct mf_error *err)
{
    cJSON *answer = NULL;
    int out_of_memory = 0;
    *url = NULL;
    int failed = mf_get_from(client, image_path(id, "/download"), &answer, err);
    if (!failed) {
        *url = mf_json_take(answer, "download_url", &out_of_memory);
        if (out_of_memory)
            failed = mf_out_of_memory(err);
        else if (*url == NULL)
            failed = mf_error_set(err, MF_ERR_FORMAT, "the server's answer has no download_url");
    }
    cJSON_Delete(answer);
    return failed ? mf_error_prefix(err, "the file of image %s", id) : 0;
}

/* ---- changes -------------------------------------------------------------------------------- */

int mf_image_upload(struct mf_client *client, const char *mosaic_id,
                    const struct mf_client_file *file, char **image_id, int *outcome_unknown,
                    struct mf_error *err)
{
    cJSON *answer = NULL;
    char *const path = mosaic_path(mosaic_id, "/image");
    int out_of_memory = 0;
    *image_id = NULL;
    *outcome_unknown = 0;
    if (path == NULL)
        return mf_out_of_memory(err);
    int failed = mf_client_upload(client, path, file, &answer, outcome_unknown, err);
    if (!failed && (*outcome_unknown || (answer != NULL && !cJSON_IsObject(answer)))) {
        failed = mf_error_set(err, MF_ERR_FORMAT, "the server did not confirm it");
        *outcome_unknown = 1;
    }
    if (!failed)
        *image_id = mf_json_take(answer, "id", &out_of_memory);
    if (out_of_memory) { /* it was stored; its id is in the list */
        failed = mf_out_of_memory(err);
        *outcome_unknown = 1;
    }
    cJSON_Delete(answer);
    free(path);
    return failed ? mf_error_prefix(err, "upload of %.100s", file->name) : 0;
}

static bool ends_in(const char *text, const char *suffix)
{
    const size_t size = strlen(text), end = strlen(suffix);
    return size > end && mf_str_equal_nocase(text + size - end, suffix);
}

char *mf_image_upload_name(const char *path)
{
    const char *const slash = strrchr(path, '/');
    const char *const name = slash != NULL ? slash + 1 : path;
    const bool has_suffix = ends_in(name, ".tif") || ends_in(name, ".tiff");
    char *const safe =
        mf_str_format("%s%s", name[0] != '\0' ? name : "image", has_suffix ? "" : ".tif");
    for (char *c = safe; c != NULL && *c != '\0'; c++) {
        if (*c == '"' || *c == '\\' || (unsigned char)*c < ' ' || *c == 0x7F)
            *c = '_';
    }
    return safe;
}

int mf_image_rename(struct mf_client *client, const char *id, const char *name,
                    struct mf_error *err)
{
    char *const encoded = mf_str_percent_encode(name);
    char *const path =
        encoded != NULL ? mf_str_format("/rasters/image/%s?name=%s", id, encoded) : NULL;
    free(encoded);
    return mf_change_send(client, "PUT", path, NULL, (struct mf_change_of){"image", id}, NULL, err);
}

int mf_image_delete(struct mf_client *client, const char *id, struct mf_error *err)
{
    return mf_change_send(client, "DELETE", image_path(id, ""), NULL,
                          (struct mf_change_of){"image", id}, NULL, err);
}
