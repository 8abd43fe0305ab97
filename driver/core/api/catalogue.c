/* SPDX-License-Identifier: MIT */
#include "api/catalogue.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/document_internal.h"
#include "api/json_writer.h"
#include "base/clock.h"
#include "base/str.h"

/* ---- scenes --------------------------------------------------------------------------------- */

static const struct mf_document_member members[] = {
    MF_ROW(mf_scene, id, MF_TEXT_REQUIRED, "id"),
    MF_ROW(mf_scene, provider, MF_TEXT, "providerName"),
    MF_ROW(mf_scene, product_type, MF_TEXT, "productType"),
    MF_ROW(mf_scene, sensor, MF_TEXT, "sensor"),
    MF_ROW(mf_scene, satellite, MF_TEXT, "satId"),
    MF_ROW(mf_scene, band_order, MF_TEXT, "colorBandOrder"),
    MF_ROW(mf_scene, acquired, MF_TEXT, "acquisitionDate"),
    MF_ROW(mf_scene, footprint, MF_TEXT_OF_OBJECT, "footprint"),
    MF_ROW(mf_scene, resolution, MF_LIMIT, "pixelResolution"),
    MF_ROW(mf_scene, cloud_cover, MF_NUMBER, "cloudCover"),
    MF_ROW(mf_scene, off_nadir, MF_NUMBER, "offNadirAngle"),
    MF_ROW(mf_scene, min_area_km2, MF_NUMBER, "minAreaSqkm"),
    MF_ROW(mf_scene, aoi_intersection, MF_NUMBER, "aoiIntersectionPercent"),
    MF_ROW(mf_scene, zoom, MF_COUNT, "zoom"),
    MF_ROW(mf_scene, is_new, MF_FLAG_OR_UNKNOWN, "isNew"),
};

static const struct mf_document_type scene_type =
    MF_DOCUMENT_TYPE(mf_scene, members, NULL, "a scene of the server's answer has no id");

void mf_scene_list_free(struct mf_scene_list *list)
{
    mf_document_list_free(&scene_type, list);
}

/* ---- filters -------------------------------------------------------------------------------- */

void mf_scene_filter_init(struct mf_scene_filter *filter)
{
    memset(filter, 0, sizeof *filter);
    filter->min_resolution = filter->max_resolution = NAN;
    filter->max_cloud_cover = filter->min_aoi_intersection = NAN;
    filter->min_off_nadir = filter->max_off_nadir = NAN;
}

/* The server takes an empty list as "none" (imagery notes 8.2). */
static cJSON *add_list(cJSON *body, const char *name, const struct mf_str_list *list)
{
    const bool is_empty = list == NULL || list->count == 0;
    return is_empty ? body : mf_json_add(body, name, mf_str_list_json(list));
}

/* Adds the filters that also apply to the scenes of planned searches. */
static cJSON *add_common(cJSON *body, const struct mf_scene_filter *filter)
{
    body = mf_json_add_text(body, "acquisitionDateFrom", filter->acquired_from);
    body = mf_json_add_text(body, "acquisitionDateTo", filter->acquired_to);
    body = mf_json_add_number(body, "minResolution", filter->min_resolution);
    body = mf_json_add_number(body, "maxResolution", filter->max_resolution);
    body = mf_json_add_number(body, "maxCloudCover", filter->max_cloud_cover);
    body = mf_json_add_number(body, "minOffNadirAngle", filter->min_off_nadir);
    return mf_json_add_number(body, "maxOffNadirAngle", filter->max_off_nadir);
}

cJSON *mf_scene_filter_add_to(cJSON *body, const struct mf_scene_filter *filter)
{
    body = add_common(body, filter);
    body = mf_json_add_number(body, "minAoiIntersectionPercent", filter->min_aoi_intersection);
    if (filter->hide_unavailable)
        body = mf_json_add(body, "hideUnavailable", cJSON_CreateTrue());
    body = add_list(body, "dataProviders", filter->providers);
    return add_list(body, "productTypes", filter->product_types);
}

/* ---- searches ------------------------------------------------------------------------------- */

struct mf_scene_search {
    char *path;
    cJSON *body; /* of the next request */
    long offset;
    bool is_at_end;
    struct mf_str_set seen; /* ids and providers of the scenes returned */
};

static int build_body(struct mf_scene_search *search, const struct mf_scene_search_options *options,
                      struct mf_error *err)
{
    const bool is_planned = options->planned_search != NULL;
    cJSON *body = cJSON_CreateObject(), *area = NULL;
    if (!is_planned &&
        mf_json_parse(options->aoi, strlen(options->aoi), "the search area", &area, NULL) != 0) {
        cJSON_Delete(body);
        return mf_error_set(err, MF_ERR_ARGUMENT, "the search area is not GeoJSON");
    }
    if (!is_planned)
        body = mf_json_add(body, "aoi", area);
    if (options->filter != NULL)
        body = is_planned ? add_common(body, options->filter)
                          : mf_scene_filter_add_to(body, options->filter);
    body = mf_json_add_text(body, "sortBy", options->sort_by);
    if (options->sort_by != NULL)
        body = mf_json_add_text(body, "sortOrder", options->is_descending ? "DESC" : "ASC");
    body = mf_json_add_number(body, "limit", MF_SCENE_PAGE_SIZE);
    search->body = mf_json_add_number(body, "offset", 0);
    return search->body != NULL ? 0 : mf_out_of_memory(err);
}

int mf_scene_search_open(struct mf_scene_search **out,
                         const struct mf_scene_search_options *options, struct mf_error *err)
{
    *out = NULL;
    struct mf_scene_search *const search = calloc(1, sizeof *search);
    if (search == NULL)
        return mf_out_of_memory(err);
    search->path = options->planned_search != NULL
                       ? mf_str_format("/processings/template/%s/images", options->planned_search)
                       : mf_str_copy("/catalog/meta");
    const int failed =
        search->path == NULL ? mf_out_of_memory(err) : build_body(search, options, err);
    if (failed) {
        mf_scene_search_close(search);
        return -1;
    }
    *out = search;
    return 0;
}

void mf_scene_search_close(struct mf_scene_search *search)
{
    if (search == NULL)
        return;
    mf_str_set_free(&search->seen);
    cJSON_Delete(search->body);
    free(search->path);
    free(search);
}

/* Drops the newest scene of the list if it was returned before. */
static int drop_repeated(struct mf_scene_search *search, struct mf_scene_list *scenes,
                         struct mf_error *err)
{
    struct mf_scene *const scene = &scenes->items[scenes->count - 1];
    const char *const provider = scene->provider != NULL ? scene->provider : "";
    char *const key = mf_str_format("%s\n%s", provider, scene->id);
    const int fresh = key != NULL ? mf_str_set_add(&search->seen, key) : -1;
    free(key);
    if (fresh <= 0) {
        mf_document_free(&scene_type, scene);
        scenes->count--;
    }
    return fresh < 0 ? mf_out_of_memory(err) : 0;
}

static int take_scenes(struct mf_scene_search *search, const cJSON *images,
                       struct mf_scene_list *scenes, struct mf_error *err)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, images)
    {
        if (mf_document_list_add(&scene_type, scenes, entry, err) != 0 ||
            drop_repeated(search, scenes, err) != 0)
            return -1;
    }
    return 0;
}

/* A page is an object, with `images` unless there are none, or an array (D22). */
static int read_page(struct mf_scene_search *search, const cJSON *answer,
                     struct mf_scene_list *scenes, struct mf_error *err)
{
    const cJSON *const images = cJSON_IsArray(answer) ? answer : mf_json_member(answer, "images");
    if (!cJSON_IsObject(answer) && !cJSON_IsArray(answer))
        return mf_error_set(err, MF_ERR_FORMAT, "the server's answer is not a list of scenes");
    if (images != NULL && !cJSON_IsArray(images))
        return mf_error_set(err, MF_ERR_FORMAT, "the server's answer holds no list of scenes");
    if (take_scenes(search, images, scenes, err) != 0)
        return -1;
    const int count = cJSON_GetArraySize(images);
    const long total = cJSON_IsArray(answer) ? -1 : mf_json_count(answer, "total");
    search->offset += count;
    const bool has_all = total >= 0 && (long)search->seen.count >= total;
    const bool is_past_end = total < 0 || search->offset >= total;
    search->is_at_end = count == 0 || has_all || (scenes->count == 0 && is_past_end);
    return 0;
}

int mf_scene_search_next(struct mf_scene_search *search, struct mf_client *client,
                         struct mf_scene_list *scenes, struct mf_error *err)
{
    cJSON *const offset = cJSON_GetObjectItemCaseSensitive(search->body, "offset");
    int failed = 0;
    memset(scenes, 0, sizeof *scenes);
    while (!failed && !search->is_at_end && scenes->count == 0) {
        cJSON *answer = NULL;
        cJSON_SetNumberValue(offset, (double)search->offset);
        failed = mf_client_query(client, search->path, search->body, &answer, err);
        if (!failed)
            failed = read_page(search, answer, scenes, err);
        cJSON_Delete(answer);
    }
    if (failed || scenes->count == 0)
        mf_scene_list_free(scenes);
    return failed ? mf_error_prefix(err, "the search for scenes") : 0;
}
