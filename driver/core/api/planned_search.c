/* SPDX-License-Identifier: MIT */
#include "api/planned_search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/document_internal.h"
#include "api/json_writer.h"
#include "base/clock.h"
#include "base/str.h"

static const double default_span = 180 * 86400.0 - 60; /* s (imagery notes 9.1) */

/* ---- parsing -------------------------------------------------------------------------------- */

static const struct mf_document_member aoi_members[] = {
    MF_ROW(mf_planned_aoi, id, MF_TEXT, "id|properties.id"),
    MF_ROW(mf_planned_aoi, name, MF_TEXT, "properties.name"),
    MF_ROW(mf_planned_aoi, geometry, MF_TEXT_OF_OBJECT, "geometry"),
};

static const struct mf_document_type aoi_type =
    MF_DOCUMENT_TYPE(mf_planned_aoi, aoi_members, NULL, NULL);

/* A response may contain the document as a member. */
#define ROW(member, kind, path) MF_ROW(mf_planned_search, member, kind, "template." path "|" path)

static const struct mf_document_member members[] = {
    ROW(id, MF_TEXT_REQUIRED, "id"),
    ROW(name, MF_TEXT_OR_EMPTY, "name"),
    ROW(status, MF_TEXT, "status"),
    ROW(project_id, MF_TEXT, "projectId"),
    ROW(created, MF_TEXT, "createdAt"),
    ROW(active_until, MF_TEXT, "activeUntil"),
    ROW(last_checked, MF_TEXT, "lastCheckedAt"),
    ROW(area_m2, MF_NUMBER, "area"),
    ROW(new_images, MF_COUNT, "newImagesCount"),
    ROW(is_active, MF_FLAG_OR_SET, "isActive"),
    MF_ITEMS_ROW(mf_planned_search, aois, MF_ITEMS,
                 "template.searchParams.aoiDetails.features|searchParams.aoiDetails.features",
                 &aoi_type),
    MF_ROW(mf_planned_search, filters, MF_TEXT, ""),
};

/* Prints searchParams without the areas. */
static char *take_filters(const cJSON *params, int *failed)
{
    cJSON *const copy = cJSON_Duplicate(params, 1);
    cJSON_DeleteItemFromObjectCaseSensitive(copy, "aoiDetails");
    cJSON_DeleteItemFromObjectCaseSensitive(copy, "aoi");
    char *const text = cJSON_PrintUnformatted(copy);
    cJSON_Delete(copy);
    *failed |= text == NULL;
    return text;
}

static enum mf_planned_state state_of(const struct mf_planned_search *search)
{
    const char *const status = search->status != NULL ? search->status : "";
    if (mf_str_equal_nocase(status, "FAILED"))
        return MF_PLANNED_FAILED;
    if (mf_str_equal_nocase(status, "SEARCHING"))
        return MF_PLANNED_SEARCHING;
    if (!search->is_active)
        return MF_PLANNED_PAUSED;
    return search->last_checked == NULL ? MF_PLANNED_CREATED : MF_PLANNED_UPDATED;
}

static void complete(void *document, const cJSON *json, int *failed)
{
    struct mf_planned_search *const search = document;
    const cJSON *const inner = mf_json_member(json, "template");
    const cJSON *const params = mf_json_member(inner != NULL ? inner : json, "searchParams");
    const cJSON *const bare = mf_json_member(params, "aoi");
    search->state = state_of(search);
    if (cJSON_IsObject(params))
        search->filters = take_filters(params, failed);
    /* The old form has a bare geometry (imagery notes I10). */
    if (search->aoi_count > 0 || !cJSON_IsObject(bare))
        return;
    search->aois = calloc(1, sizeof *search->aois);
    search->aoi_count = search->aois != NULL;
    if (search->aois != NULL)
        search->aois[0].geometry = cJSON_PrintUnformatted(bare);
    *failed |= search->aois == NULL || search->aois[0].geometry == NULL;
}

static const struct mf_document_type search_type =
    MF_DOCUMENT_TYPE(mf_planned_search, members, complete,
                     "the server's answer is not a planned search: it has no id");

void mf_planned_search_free(struct mf_planned_search *search)
{
    mf_document_free(&search_type, search);
}

const char *mf_planned_state_name(enum mf_planned_state state)
{
    static const char *const names[] = {"FAILED", "SEARCHING", "PAUSED", "CREATED", "UPDATED"};
    return names[state];
}

/* ---- queries -------------------------------------------------------------------------------- */

int mf_planned_search_list_get(struct mf_planned_search_list *list, struct mf_client *client,
                               struct mf_error *err)
{
    return mf_document_list_get(&search_type, list, client, "/processings/template",
                                "the list of planned searches", err);
}

void mf_planned_search_list_free(struct mf_planned_search_list *list)
{
    mf_document_list_free(&search_type, list);
}

static char *path_of(const char *id, const char *rest)
{
    return mf_str_format("/processings/template/%s%s", id, rest);
}

int mf_planned_search_get(struct mf_planned_search *search, struct mf_client *client,
                          const char *id, struct mf_error *err)
{
    return mf_document_get(&search_type, search, client, path_of(id, ""), "planned search", id,
                           err);
}

/* ---- creating ------------------------------------------------------------------------------- */

/* Counts the characters of a UTF-8 string. */
static size_t length_of(const char *text)
{
    size_t length = 0;
    for (; *text != '\0'; text++)
        length += ((unsigned char)*text & 0xC0) != 0x80;
    return length;
}

static int parse_area(const struct mf_planned_area *area, cJSON **geometry, struct mf_error *err)
{
    if (area->name != NULL && length_of(area->name) > MF_PLANNED_AOI_NAME_SIZE)
        return mf_error_set(
            err, MF_ERR_ARGUMENT,
            "the name of an area has %zu characters, and the limit is %d: \"%.100s\"",
            length_of(area->name), MF_PLANNED_AOI_NAME_SIZE, area->name);
    if (mf_json_parse(area->geometry, strlen(area->geometry), "an area", geometry, err) != 0)
        return -1;
    if (strcmp(mf_json_string(*geometry, "type", ""), "Polygon") == 0)
        return 0;
    cJSON_Delete(*geometry);
    return mf_error_set(err, MF_ERR_ARGUMENT,
                        "an area of a planned search must be a Polygon: the service ignores "
                        "MultiPolygons. Split it into its parts");
}

/* Adds an area as a feature. */
static int add_area(cJSON **features, const struct mf_planned_area *area, struct mf_error *err)
{
    cJSON *geometry = NULL;
    if (parse_area(area, &geometry, err) != 0)
        return -1;
    cJSON *feature = mf_json_add_text(cJSON_CreateObject(), "type", "Feature");
    feature = mf_json_add(feature, "properties",
                          mf_json_add_text(cJSON_CreateObject(), "name", area->name));
    *features = mf_json_add(*features, NULL, mf_json_add(feature, "geometry", geometry));
    return *features != NULL ? 0 : mf_out_of_memory(err);
}

static int add_areas(cJSON **features, const struct mf_planned_search_options *options,
                     struct mf_error *err)
{
    int failed = 0;
    *features = cJSON_CreateArray();
    for (size_t i = 0; !failed && i < options->area_count; i++)
        failed = add_area(features, &options->areas[i], err);
    if (failed)
        cJSON_Delete(*features);
    return failed;
}

/* *body is NULL if out of memory. */
static int build_body(cJSON **body, const struct mf_planned_search_options *options,
                      struct mf_error *err)
{
    char end[MF_TIME_SIZE];
    cJSON *features = NULL;
    mf_time_format(mf_clock_utc() + default_span, end);
    memcpy(strchr(end, '.'), ".0Z", 4); /* as the QGIS plugin writes it */
    if (add_areas(&features, options, err) != 0)
        return -1;
    cJSON *areas = mf_json_add_text(cJSON_CreateObject(), "type", "FeatureCollection");
    areas = mf_json_add(areas, "features", features);
    cJSON *params = cJSON_CreateObject();
    if (options->filter != NULL)
        params = mf_scene_filter_add_to(params, options->filter);
    params = mf_json_add(params, "aoiDetails", areas);
    *body = mf_json_add_text(cJSON_CreateObject(), "name", options->name);
    *body = mf_json_add_text(*body, "projectId", options->project_id);
    *body = mf_json_add_text(*body, "activeUntil",
                             options->active_until != NULL ? options->active_until : end);
    *body = mf_json_add(*body, "searchParams", params);
    return 0;
}

int mf_planned_search_create(struct mf_planned_search *search, struct mf_client *client,
                             const struct mf_planned_search_options *options, int *outcome_unknown,
                             struct mf_error *err)
{
    cJSON *body = NULL;
    memset(search, 0, sizeof *search);
    if (outcome_unknown != NULL)
        *outcome_unknown = 0;
    if (build_body(&body, options, err) != 0)
        return mf_error_prefix(err, "planned search \"%.100s\" was not created", options->name);
    return mf_document_create(&search_type, search, client, "/processings/template", body,
                              "planned search", options->name, outcome_unknown, err);
}

/* ---- changes -------------------------------------------------------------------------------- */

static int change(struct mf_client *client, const char *method, const char *id, const char *rest,
                  const cJSON *body, struct mf_error *err)
{
    return mf_change_send(client, method, path_of(id, rest), body,
                          (struct mf_change_of){"planned search", id}, NULL, err);
}

int mf_planned_search_update(struct mf_client *client, const char *id, const char *name,
                             const char *active_until, struct mf_error *err)
{
    cJSON *body = mf_json_add_text(cJSON_CreateObject(), "name", name);
    body = mf_json_add_text(body, "activeUntil", active_until);
    const int failed =
        body != NULL ? change(client, "PUT", id, "", body, err) : mf_out_of_memory(err);
    cJSON_Delete(body);
    return failed;
}

int mf_planned_search_control(struct mf_client *client, const char *id, const char *action,
                              struct mf_error *err)
{
    char rest[16];
    snprintf(rest, sizeof rest, "/%s", action);
    return change(client, "POST", id, rest, NULL, err);
}

int mf_planned_search_delete(struct mf_client *client, const char *id, struct mf_error *err)
{
    return change(client, "DELETE", id, "", NULL, err);
}
