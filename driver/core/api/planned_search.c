/* SPDX-License-Identifier: MIT */
#include "api/planned_search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/change_internal.h"
#include "base/clock.h"
#include "base/str.h"

static const double default_span = 180 * 86400.0 - 60; /* s (imagery notes 9.1) */

/* ---- parsing -------------------------------------------------------------------------------- */

static char *print(const cJSON *value, int *failed)
{
    char *const text = cJSON_PrintUnformatted(value);
    *failed |= text == NULL;
    return text;
}

static void add_aoi(struct mf_planned_search *search, const cJSON *feature, int *failed)
{
    const cJSON *const properties = mf_json_member(feature, "properties");
    const cJSON *const geometry = mf_json_member(feature, "geometry");
    struct mf_planned_aoi *const aoi = &search->aois[search->aoi_count++];
    aoi->id = mf_json_take(feature, "id", failed);
    if (aoi->id == NULL)
        aoi->id = mf_json_take(properties, "id", failed);
    aoi->name = mf_json_take(properties, "name", failed);
    if (cJSON_IsObject(geometry))
        aoi->geometry = print(geometry, failed);
}

/* The areas are a FeatureCollection; the old form is a bare geometry (imagery notes I10). */
static void take_aois(struct mf_planned_search *search, const cJSON *params, int *failed)
{
    const cJSON *const features = mf_json_member(mf_json_member(params, "aoiDetails"), "features");
    const cJSON *const bare = mf_json_member(params, "aoi");
    const cJSON *feature;
    const int count = cJSON_IsArray(features) ? cJSON_GetArraySize(features) : 0;
    search->aois = calloc((size_t)count + 1, sizeof *search->aois);
    if (search->aois == NULL) {
        *failed = 1;
        return;
    }
    if (count > 0) {
        cJSON_ArrayForEach(feature, features) add_aoi(search, feature, failed);
    } else if (cJSON_IsObject(bare)) {
        search->aois[search->aoi_count++].geometry = print(bare, failed);
    }
}

/* Prints searchParams without the areas. */
static char *take_filters(const cJSON *params, int *failed)
{
    if (!cJSON_IsObject(params))
        return NULL;
    cJSON *const copy = cJSON_Duplicate(params, 1);
    cJSON_DeleteItemFromObjectCaseSensitive(copy, "aoiDetails");
    cJSON_DeleteItemFromObjectCaseSensitive(copy, "aoi");
    char *const text = copy != NULL ? print(copy, failed) : NULL;
    *failed |= copy == NULL;
    cJSON_Delete(copy);
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

int mf_planned_search_parse(struct mf_planned_search *search, const cJSON *document,
                            struct mf_error *err)
{
    const cJSON *const inner = mf_json_member(document, "template");
    const cJSON *const item = cJSON_IsObject(inner) ? inner : document;
    const cJSON *const params = mf_json_member(item, "searchParams");
    memset(search, 0, sizeof *search);
    if (mf_json_string(item, "id", NULL) == NULL)
        return mf_error_set(err, MF_ERR_FORMAT,
                            "the server's answer is not a planned search: it has no id");
    int failed = 0;
    search->id = mf_json_take(item, "id", &failed);
    search->name = mf_json_take_or_empty(item, "name", &failed);
    search->status = mf_json_take(item, "status", &failed);
    search->project_id = mf_json_take(item, "projectId", &failed);
    search->user_id = mf_json_take(item, "userId", &failed);
    search->created = mf_json_take(item, "createdAt", &failed);
    search->active_until = mf_json_take(item, "activeUntil", &failed);
    search->last_checked = mf_json_take(item, "lastCheckedAt", &failed);
    search->filters = take_filters(params, &failed);
    take_aois(search, params, &failed);
    if (failed) {
        mf_planned_search_free(search);
        return mf_out_of_memory(err);
    }
    search->area_m2 = mf_json_number(item, "area", NAN);
    search->new_images = mf_json_count(item, "newImagesCount");
    search->is_active = mf_json_bool(item, "isActive", 1);
    search->state = state_of(search);
    return 0;
}

void mf_planned_search_free(struct mf_planned_search *search)
{
    if (search == NULL)
        return;
    for (size_t i = 0; i < search->aoi_count; i++) {
        free(search->aois[i].id);
        free(search->aois[i].name);
        cJSON_free(search->aois[i].geometry);
    }
    free(search->aois);
    char *const texts[] = {search->id,           search->name,        search->status,
                           search->project_id,   search->user_id,     search->created,
                           search->active_until, search->last_checked};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free(texts[i]);
    cJSON_free(search->filters);
    memset(search, 0, sizeof *search);
}

const char *mf_planned_state_name(enum mf_planned_state state)
{
    static const char *const names[] = {"FAILED", "SEARCHING", "PAUSED", "CREATED", "UPDATED"};
    return names[state];
}

/* ---- queries -------------------------------------------------------------------------------- */

/* Accepts an array, or an object that contains one (imagery notes 9.2). */
static const cJSON *find_list(const cJSON *document)
{
    static const char *const names[] = {"templates", "results"};
    for (size_t i = 0; i < sizeof names / sizeof *names && !cJSON_IsArray(document); i++) {
        const cJSON *const member = mf_json_member(document, names[i]);
        if (cJSON_IsArray(member))
            return member;
    }
    return cJSON_IsArray(document) ? document : NULL;
}

static int parse_list(struct mf_planned_search_list *list, const cJSON *document,
                      struct mf_error *err)
{
    const cJSON *const array = find_list(document);
    const cJSON *entry;
    if (array == NULL)
        return mf_error_set(err, MF_ERR_FORMAT, "the server's answer is not a list");
    list->items = calloc((size_t)cJSON_GetArraySize(array) + 1, sizeof *list->items);
    if (list->items == NULL)
        return mf_out_of_memory(err);
    cJSON_ArrayForEach(entry, array)
    {
        if (mf_planned_search_parse(&list->items[list->count], entry, err) != 0)
            return -1;
        list->count++;
    }
    return 0;
}

int mf_planned_search_list_get(struct mf_planned_search_list *list, struct mf_client *client,
                               struct mf_error *err)
{
    cJSON *document = NULL;
    memset(list, 0, sizeof *list);
    int failed = mf_client_get(client, "/processings/template", &document, err);
    if (!failed)
        failed = parse_list(list, document, err);
    cJSON_Delete(document);
    if (failed)
        mf_planned_search_list_free(list);
    return failed ? mf_error_prefix(err, "the list of planned searches") : 0;
}

void mf_planned_search_list_free(struct mf_planned_search_list *list)
{
    if (list == NULL)
        return;
    for (size_t i = 0; i < list->count; i++)
        mf_planned_search_free(&list->items[i]);
    free(list->items);
    memset(list, 0, sizeof *list);
}

static char *path_of(const char *id, const char *rest)
{
    return mf_str_format("/processings/template/%s%s", id, rest);
}

int mf_planned_search_get(struct mf_planned_search *search, struct mf_client *client,
                          const char *id, struct mf_error *err)
{
    cJSON *document = NULL;
    memset(search, 0, sizeof *search);
    char *const path = path_of(id, "");
    int failed = path == NULL ? mf_out_of_memory(err) : mf_client_get(client, path, &document, err);
    if (!failed)
        failed = mf_planned_search_parse(search, document, err);
    cJSON_Delete(document);
    free(path);
    return failed ? mf_error_prefix(err, "planned search %s", id) : 0;
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

/* Adds `child` to an object or, without a name, to an array. Always takes ownership. */
static bool adopt(cJSON *parent, const char *name, cJSON *child)
{
    if (parent != NULL && child != NULL &&
        (name != NULL ? cJSON_AddItemToObject(parent, name, child)
                      : cJSON_AddItemToArray(parent, child)))
        return true;
    cJSON_Delete(child);
    return false;
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
static int add_area(cJSON *features, const struct mf_planned_area *area, struct mf_error *err)
{
    cJSON *geometry = NULL;
    if (parse_area(area, &geometry, err) != 0)
        return -1;
    cJSON *const feature = cJSON_CreateObject();
    cJSON *const properties = cJSON_CreateObject();
    const bool has_type =
        feature != NULL && properties != NULL &&
        cJSON_AddStringToObject(feature, "type", "Feature") != NULL &&
        (area->name == NULL || cJSON_AddStringToObject(properties, "name", area->name) != NULL);
    const bool has_properties = adopt(feature, "properties", properties);
    const bool has_geometry = adopt(feature, "geometry", geometry);
    if (has_type && has_properties && has_geometry)
        return adopt(features, NULL, feature) ? 0 : mf_out_of_memory(err);
    cJSON_Delete(feature);
    return mf_out_of_memory(err);
}

static int add_areas(cJSON *params, const struct mf_planned_search_options *options,
                     struct mf_error *err)
{
    cJSON *const collection = cJSON_AddObjectToObject(params, "aoiDetails");
    cJSON *const features =
        collection != NULL && cJSON_AddStringToObject(collection, "type", "FeatureCollection")
            ? cJSON_AddArrayToObject(collection, "features")
            : NULL;
    if (features == NULL)
        return mf_out_of_memory(err);
    for (size_t i = 0; i < options->area_count; i++) {
        if (add_area(features, &options->areas[i], err) != 0)
            return -1;
    }
    return 0;
}

static int build_body(cJSON *body, const struct mf_planned_search_options *options,
                      struct mf_error *err)
{
    char end[MF_TIME_SIZE];
    mf_time_format(mf_clock_utc() + default_span, end);
    memcpy(strchr(end, '.'), ".0Z", 4); /* as the QGIS plugin writes it */
    const char *const until = options->active_until != NULL ? options->active_until : end;
    cJSON *const params =
        cJSON_AddStringToObject(body, "name", options->name) != NULL &&
                cJSON_AddStringToObject(body, "projectId", options->project_id) != NULL &&
                cJSON_AddStringToObject(body, "activeUntil", until) != NULL
            ? cJSON_AddObjectToObject(body, "searchParams")
            : NULL;
    if (params == NULL ||
        (options->filter != NULL && mf_scene_filter_add_to(params, options->filter) != 0))
        return mf_out_of_memory(err);
    return add_areas(params, options, err);
}

int mf_planned_search_create(struct mf_planned_search *search, struct mf_client *client,
                             const struct mf_planned_search_options *options, int *outcome_unknown,
                             struct mf_error *err)
{
    cJSON *answer = NULL;
    int unknown = 0;
    memset(search, 0, sizeof *search);
    cJSON *const body = cJSON_CreateObject();
    int failed = body == NULL ? mf_out_of_memory(err) : build_body(body, options, err);
    if (!failed)
        failed = mf_client_send_once(client, "POST", "/processings/template", body, &answer,
                                     &unknown, err);
    cJSON_Delete(body);
    if (!failed)
        failed = mf_planned_search_parse(search, answer, err);
    unknown |= failed && answer != NULL;
    cJSON_Delete(answer);
    if (outcome_unknown != NULL)
        *outcome_unknown = unknown;
    if (!failed)
        return 0;
    mf_error_prefix(err, "planned search \"%.100s\" was not created", options->name);
    return unknown ? mf_error_append(err, ". It may exist anyway: read the list of planned "
                                          "searches before you try again")
                   : -1;
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
    cJSON *const body = cJSON_CreateObject();
    const bool is_built = body != NULL &&
                          (name == NULL || cJSON_AddStringToObject(body, "name", name) != NULL) &&
                          (active_until == NULL ||
                           cJSON_AddStringToObject(body, "activeUntil", active_until) != NULL);
    const int failed = is_built ? change(client, "PUT", id, "", body, err) : mf_out_of_memory(err);
    cJSON_Delete(body);
    return failed;
}

int mf_planned_search_pause(struct mf_client *client, const char *id, struct mf_error *err)
{
    return change(client, "POST", id, "/pause", NULL, err);
}

int mf_planned_search_resume(struct mf_client *client, const char *id, struct mf_error *err)
{
    return change(client, "POST", id, "/resume", NULL, err);
}

int mf_planned_search_restart(struct mf_client *client, const char *id, struct mf_error *err)
{
    return change(client, "POST", id, "/restart", NULL, err);
}

int mf_planned_search_delete(struct mf_client *client, const char *id, struct mf_error *err)
{
    return change(client, "DELETE", id, "", NULL, err);
}
