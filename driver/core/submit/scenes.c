/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/catalogue.h"
#include "base/str.h"
#include "submit/submission_internal.h"

/* Of scenes. Scenes beyond these pages are left to the service. */
#define MOST_PAGES 20

/* Facts about the chosen scenes. */
struct facts {
    char *first; /* id of the first scene found; NULL: none */
    bool is_mosaic;
    int zoom;       /* of the mosaics, -1 unknown */
    double min_km2; /* the largest of their minimums, 0: none */
    int left;       /* scenes not found yet */
};

static bool is_chosen(const cJSON *ids, const char *id)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, ids)
    {
        if (strcmp(entry->valuestring, id) == 0)
            return true;
    }
    return false;
}

static bool is_mosaic(const struct mf_scene *scene)
{
    return scene->product_type != NULL && mf_str_equal_nocase(scene->product_type, "MOSAIC");
}

static int check_scene(struct facts *facts, const struct mf_scene *scene, struct mf_error *err)
{
    facts->left--;
    if (scene->min_area_km2 > facts->min_km2)
        facts->min_km2 = scene->min_area_km2;
    if (facts->first == NULL) {
        facts->is_mosaic = is_mosaic(scene);
        facts->zoom = scene->zoom;
        facts->first = mf_str_copy(scene->id);
        return facts->first != NULL ? 0 : mf_out_of_memory(err);
    }
    if (is_mosaic(scene) != facts->is_mosaic)
        return mf_error_set(
            err, MF_ERR_ARGUMENT,
            "IMAGE_IDS has a mosaic and a single image, \"%.60s\" and \"%.60s\": "
            "one processing takes scenes of one product type. Submit them separately",
            facts->is_mosaic ? facts->first : scene->id,
            facts->is_mosaic ? scene->id : facts->first);
    if (is_mosaic(scene) && scene->zoom != facts->zoom)
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "IMAGE_IDS has mosaics of several zooms, \"%.60s\" of %d and \"%.60s\" "
                            "of %d. Submit them separately",
                            facts->first, facts->zoom, scene->id, scene->zoom);
    return 0;
}

/* Searches the catalogue for the scenes. If the service refuses the search, returns 0 and sets
 * *is_known to false. */
static int look_up(const struct mf_submission *s, struct mf_scene_search *search,
                   struct mf_client *client, struct facts *facts, bool *is_known,
                   struct mf_error *err)
{
    const cJSON *const ids = cJSON_GetObjectItemCaseSensitive(s->source.members, "imageIds");
    int failed = 0;
    facts->left = cJSON_GetArraySize(ids);
    for (int page = 0; !failed && facts->left > 0 && page < MOST_PAGES; page++) {
        struct mf_error own;
        struct mf_scene_list scenes;
        mf_error_init(&own);
        if (mf_scene_search_next(search, client, &scenes, &own) != 0) {
            *is_known = false;
            if (own.kind != MF_ERR_CANCELLED && own.kind != MF_ERR_MEMORY)
                return 0;
            if (err != NULL)
                *err = own;
            return -1;
        }
        const size_t count = scenes.count;
        for (size_t i = 0; !failed && i < count; i++) {
            if (is_chosen(ids, scenes.items[i].id))
                failed = check_scene(facts, &scenes.items[i], err);
        }
        mf_scene_list_free(&scenes);
        if (count == 0)
            break;
    }
    return failed;
}

/* Gathers the polygons of the jobs to be sent, which still own them. */
static int gather(const struct mf_submission *s, struct mf_polygons *all, double *area_m2,
                  struct mf_error *err)
{
    size_t total = 0;
    *area_m2 = 0;
    for (size_t i = 0; i < s->job_count; i++)
        total += s->jobs[i].polygons.count;
    all->items = calloc(total + 1, sizeof *all->items);
    if (all->items == NULL)
        return mf_out_of_memory(err);
    for (size_t i = 0; i < s->job_count; i++) {
        const struct mf_polygons *const own = &s->jobs[i].polygons;
        if (s->jobs[i].state == MF_JOB_SENT || own->count == 0)
            continue;
        *area_m2 += s->jobs[i].area_m2;
        memcpy(all->items + all->count, own->items, own->count * sizeof *own->items);
        all->count += own->count;
    }
    return 0;
}

static int search_scenes(const struct mf_submission *s, const struct mf_polygons *area,
                         struct mf_client *client, struct facts *facts, bool *is_known,
                         struct mf_error *err)
{
    struct mf_scene_filter filter;
    struct mf_scene_search *search = NULL;
    struct mf_str_list providers = {(char *[]){s->source.provider}, 1};
    cJSON *const document = mf_polygons_geojson(area);
    char *const text = cJSON_PrintUnformatted(document);
    cJSON_Delete(document);
    if (text == NULL)
        return mf_out_of_memory(err);
    mf_scene_filter_init(&filter);
    filter.providers = &providers;
    const struct mf_scene_search_options options = {.aoi = text, .filter = &filter};
    int failed = mf_scene_search_open(&search, &options, err);
    if (!failed)
        failed = look_up(s, search, client, facts, is_known, err);
    mf_scene_search_close(search);
    cJSON_free(text);
    return failed;
}

int mf_submission_check_scenes(const struct mf_submission *s, const struct mf_account *account,
                               struct mf_client *client, struct mf_error *err)
{
    struct mf_polygons area = {0};
    struct facts facts = {.zoom = -1};
    double area_m2 = 0;
    bool is_known = true;
    if (s->source.kind != MF_IMAGERY_SEARCH)
        return 0;
    int failed = gather(s, &area, &area_m2, err);
    if (!failed && area.count > 0 && !(area_m2 > account->search_area_limit_m2))
        failed = search_scenes(s, &area, client, &facts, &is_known, err);
    free(area.items);
    for (size_t i = 0; !failed && is_known && i < s->job_count; i++) {
        const struct mf_job *const job = &s->jobs[i];
        if (job->state != MF_JOB_SENT &&
            job->area_m2 < facts.min_km2 * MF_KM2 * (1 - MF_AREA_TOLERANCE))
            failed = mf_error_set(err, MF_ERR_ARGUMENT,
                                  "the polygons of \"%.60s\" have %.6f km², and a processing with "
                                  "these scenes needs at least %.6f km²",
                                  job->name, job->area_m2 / MF_KM2, facts.min_km2);
    }
    free(facts.first);
    return failed;
}
