/* SPDX-License-Identifier: MIT */
/* planned_search: a search for new scenes in some areas that the service repeats daily. The API
 * calls it a template.
 *
 * Source: imagery notes 9, mapflow-api 10. Missing or null members never fail a parse. A planned
 * search costs nothing; running a processing from one is a submission.
 *
 * Thread-safety: a parsed struct belongs to its caller. */
#ifndef MF_PLANNED_SEARCH_H
#define MF_PLANNED_SEARCH_H

#include <stdbool.h>

#include "api/catalogue.h"
#include "api/client.h"

MF_C_BEGIN

#define MF_PLANNED_AOI_NAME_SIZE 64 /* maximum, in characters */

/* States of a planned search, in order of precedence (imagery notes 9.2). */
enum mf_planned_state {
    MF_PLANNED_FAILED,    /* no area that can be searched */
    MF_PLANNED_SEARCHING, /* the first search is running */
    MF_PLANNED_PAUSED,    /* by its owner, or because too many were active at creation */
    MF_PLANNED_CREATED,   /* not searched yet */
    MF_PLANNED_UPDATED    /* searched: new_images counts unseen scenes */
};

struct mf_planned_aoi {
    char *id;       /* NULL: the area cannot be changed */
    char *name;     /* NULL when it has none */
    char *geometry; /* GeoJSON Polygon, NULL when unknown */
};

/* Strings are NULL, numbers NaN and counts -1 when unknown. */
struct mf_planned_search {
    char *id;
    char *name; /* "" when it has none */
    char *status;
    char *project_id;
    char *created; /* ISO 8601 UTC */
    char *active_until;
    char *last_checked;
    char *filters; /* the server's searchParams without the areas, as JSON */
    double area_m2;
    int new_images;
    int is_active;
    enum mf_planned_state state;
    struct mf_planned_aoi *aois; /* may overlap: they are not merged */
    size_t aoi_count;
};

void mf_planned_search_free(struct mf_planned_search *search); /* NULL-safe, empties it */

/* "FAILED", "SEARCHING", "PAUSED", "CREATED" or "UPDATED". */
const char *mf_planned_state_name(enum mf_planned_state state);

/* ---- queries: mf_scene_search_open returns the scenes found --------------------------------- */

struct mf_planned_search_list {
    struct mf_planned_search *items;
    size_t count;
};

/* GET /processings/template: those of the account. */
int mf_planned_search_list_get(struct mf_planned_search_list *list, struct mf_client *client,
                               struct mf_error *err) MF_NODISCARD;
void mf_planned_search_list_free(struct mf_planned_search_list *list); /* NULL-safe, empties it */

/* GET /processings/template/{id}. `id` is a UUID. */
int mf_planned_search_get(struct mf_planned_search *search, struct mf_client *client,
                          const char *id, struct mf_error *err) MF_NODISCARD;

/* ---- changes: each is sent once ------------------------------------------------------------- */

/* An area of a new planned search: a GeoJSON Polygon (the service ignores MultiPolygons), and a
 * name or NULL. */
struct mf_planned_area {
    const char *geometry;
    const char *name;
};

struct mf_planned_search_options {
    const char *name;
    const char *project_id;
    const char *active_until; /* ISO 8601 UTC, within 6 months; NULL: 180 days less a minute from
                                 now, as in the QGIS plugin */
    const struct mf_planned_area *areas;
    size_t area_count;
    const struct mf_scene_filter *filter; /* NULL: everything */
};

/* POST /processings/template. MF_ERR_ARGUMENT, without a request, if an area is not a Polygon or a
 * name is too long. Beyond the limit of active ones, it is created paused. *outcome_unknown (may be
 * NULL) as in mf_client_send_once. */
int mf_planned_search_create(struct mf_planned_search *search, struct mf_client *client,
                             const struct mf_planned_search_options *options, int *outcome_unknown,
                             struct mf_error *err) MF_NODISCARD;

/* PUT /processings/template/{id}. NULL leaves a member unchanged. */
int mf_planned_search_update(struct mf_client *client, const char *id, const char *name,
                             const char *active_until, struct mf_error *err) MF_NODISCARD;

/* POST …/{action}: "pause" for an active one; "resume" for a paused one, refused while too many are
 * active (active_until may have to be extended); "restart" for one in state FAILED. */
int mf_planned_search_control(struct mf_client *client, const char *id, const char *action,
                              struct mf_error *err) MF_NODISCARD;

/* DELETE /processings/template/{id}. */
int mf_planned_search_delete(struct mf_client *client, const char *id,
                             struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
