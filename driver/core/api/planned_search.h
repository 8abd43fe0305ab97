/* SPDX-License-Identifier: MIT */
/* planned_search: areas that the service searches for new scenes once a day. The API calls them
 * templates.
 *
 * Source: imagery notes 9, mapflow-api 10. Members that are missing or null never fail a parse. A
 * planned search costs nothing; running a processing from one is a submission.
 *
 * Thread-safety: a parsed struct belongs to its caller. */
#ifndef MF_PLANNED_SEARCH_H
#define MF_PLANNED_SEARCH_H

#include <stdbool.h>

#include "api/catalogue.h"
#include "api/client.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MF_PLANNED_AOI_NAME_SIZE 64 /* characters, at most */
#define MF_PLANNED_DEFAULT_CAP 2    /* active ones of the free plan */

/* What a planned search is doing, in this order of precedence (imagery notes 9.2). */
enum mf_planned_state {
    MF_PLANNED_FAILED,    /* without an area that can be searched */
    MF_PLANNED_SEARCHING, /* the first search runs */
    MF_PLANNED_PAUSED,    /* by its owner, or because too many were active when it was created */
    MF_PLANNED_CREATED,   /* not searched yet */
    MF_PLANNED_UPDATED    /* searched: new_images counts what was not seen */
};

struct mf_planned_aoi {
    char *id;       /* NULL: it cannot be changed */
    char *name;     /* NULL when it has none */
    char *geometry; /* GeoJSON Polygon, NULL when unknown */
};

/* Texts are NULL, numbers NaN and counts -1 when unknown. */
struct mf_planned_search {
    char *id;
    char *name; /* "" when it has none */
    char *status;
    char *project_id;
    char *user_id;
    char *created; /* ISO 8601 UTC */
    char *active_until;
    char *last_checked;
    char *filters; /* the server's searchParams without the areas, as JSON */
    double area_m2;
    int new_images;
    bool is_active;
    enum mf_planned_state state;
    struct mf_planned_aoi *aois; /* may overlap: they are not merged */
    size_t aoi_count;
};

/* A template, or an answer that holds one. MF_ERR_FORMAT when it has no id. */
int mf_planned_search_parse(struct mf_planned_search *search, const cJSON *document,
                            struct mf_error *err) MF_NODISCARD;
void mf_planned_search_free(struct mf_planned_search *search); /* NULL-safe, empties it */

/* "FAILED", "SEARCHING", "PAUSED", "CREATED" or "UPDATED". */
const char *mf_planned_state_name(enum mf_planned_state state);

/* ---- asking: the scenes that one has found come from mf_scene_search_open ----------------------
 */

struct mf_planned_search_list {
    struct mf_planned_search *items;
    size_t count;
};

/* GET /processings/template: those of the caller. */
int mf_planned_search_list_get(struct mf_planned_search_list *list, struct mf_client *client,
                               struct mf_error *err) MF_NODISCARD;
void mf_planned_search_list_free(struct mf_planned_search_list *list); /* NULL-safe, empties it */

/* GET /processings/template/{id}. `id` is a UUID. */
int mf_planned_search_get(struct mf_planned_search *search, struct mf_client *client,
                          const char *id, struct mf_error *err) MF_NODISCARD;

/* ---- changing: each call is sent once ---------------------------------------------------------
 */

/* An area of a new one: a GeoJSON Polygon (the service ignores MultiPolygons), and its name, NULL
 * for none. */
struct mf_planned_area {
    const char *geometry;
    const char *name;
};

struct mf_planned_search_options {
    const char *name;
    const char *project_id;
    const char *active_until; /* ISO 8601 UTC, within 6 months; NULL: as late as the QGIS plugin
                                 sets it, 180 days but a minute from now */
    const struct mf_planned_area *areas;
    size_t area_count;
    const struct mf_scene_filter *filter; /* NULL: everything */
};

/* POST /processings/template. MF_ERR_ARGUMENT without a request when an area is not a Polygon or a
 * name is too long. One more than may be active is created paused. *outcome_unknown (may be NULL)
 * as in mf_client_send_once. */
int mf_planned_search_create(struct mf_planned_search *search, struct mf_client *client,
                             const struct mf_planned_search_options *options, int *outcome_unknown,
                             struct mf_error *err) MF_NODISCARD;

/* PUT /processings/template/{id}: what is NULL stays as it is. */
int mf_planned_search_update(struct mf_client *client, const char *id, const char *name,
                             const char *active_until, struct mf_error *err) MF_NODISCARD;

/* POST …/pause of an active one, /resume of a paused one (refused while too many are active; its
 * end may have to be moved), /restart of one in state FAILED. */
int mf_planned_search_pause(struct mf_client *client, const char *id,
                            struct mf_error *err) MF_NODISCARD;
int mf_planned_search_resume(struct mf_client *client, const char *id,
                             struct mf_error *err) MF_NODISCARD;
int mf_planned_search_restart(struct mf_client *client, const char *id,
                              struct mf_error *err) MF_NODISCARD;

/* DELETE /processings/template/{id}. */
int mf_planned_search_delete(struct mf_client *client, const char *id,
                             struct mf_error *err) MF_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
