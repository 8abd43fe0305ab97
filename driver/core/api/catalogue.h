/* SPDX-License-Identifier: MIT */
/* catalogue: the paged search for scenes and mosaics that can be processed.
 *
 * Source: imagery notes 8, 9.2, D22, I8. A search is free and changes nothing. The server may
 * return fewer scenes per page than requested, and may repeat a scene: scenes are deduplicated by
 * id and provider. Reading ends when all scenes of the server's total were read, or with an empty
 * page. Past the total, or without one, it also ends with a page that has no new scenes.
 *
 * Thread-safety: a search belongs to one thread at a time; a parsed struct to its caller. */
#ifndef MF_CATALOGUE_H
#define MF_CATALOGUE_H

#include <stdbool.h>

#include "api/client.h"
#include "base/str_list.h"

MF_C_BEGIN

/* ---- scenes --------------------------------------------------------------------------------- */

/* Strings are NULL and numbers NaN when unknown. */
struct mf_scene {
    char *id;       /* any string: may contain spaces and slashes */
    char *provider; /* API name, for SEARCH_PROVIDER; NULL in some results of planned searches */
    char *product_type; /* "Image", "MOSAIC", "Scene" … as the server spells it */
    char *sensor;
    char *satellite;
    char *band_order;        /* "RGB" */
    char *acquired;          /* ISO 8601; no zone means UTC */
    char *footprint;         /* GeoJSON Polygon or MultiPolygon, lon/lat */
    double resolution;       /* m per px; the server's 0 means unknown */
    double cloud_cover;      /* percent */
    double off_nadir;        /* degrees, may be negative */
    double min_area_km2;     /* smallest area of a processing with this scene */
    double aoi_intersection; /* percent of the search area covered */
    int zoom;                /* -1 unknown */
    int is_new;              /* in a planned search: 1 or 0; -1 unknown */
};

struct mf_scene_list {
    struct mf_scene *items;
    size_t count;
};

void mf_scene_list_free(struct mf_scene_list *list); /* NULL-safe, empties it */

/* ---- filters -------------------------------------------------------------------------------- */

/* Restricts a search. Call mf_scene_filter_init first. The strings are borrowed. */
struct mf_scene_filter {
    const char *acquired_from,
        *acquired_to;                      /* ISO 8601 UTC date-times, both inclusive; NULL: any */
    double min_resolution, max_resolution; /* m per px; NaN: any, as for all numbers */
    double max_cloud_cover;                /* percent, 0 to 100 */
    double min_aoi_intersection;           /* percent, 0 to 100 */
    double min_off_nadir, max_off_nadir;   /* degrees, absolute value */
    bool hide_unavailable;                 /* leave out providers that the account cannot use */
    const struct mf_str_list *providers;   /* API names; NULL or empty: all */
    const struct mf_str_list *product_types; /* "IMAGE", "MOSAIC"; NULL or empty: both */
};

void mf_scene_filter_init(struct mf_scene_filter *filter);

/* Adds the members of a filter that are set to a request, as json_writer.h. Planned searches use
 * the same members. */
cJSON *mf_scene_filter_add_to(cJSON *body, const struct mf_scene_filter *filter) MF_NODISCARD;

/* ---- searches ------------------------------------------------------------------------------- */

#define MF_SCENE_PAGE_SIZE 100 /* of a request, as in the QGIS plugin (imagery notes 8.2) */

struct mf_scene_search_options {
    const char *aoi; /* GeoJSON Polygon or MultiPolygon, lon/lat; ignored with a planned search */
    const char *planned_search;           /* UUID: the scenes that it found. NULL: the catalogue */
    const struct mf_scene_filter *filter; /* NULL: everything. A planned search uses only its dates,
                                             resolutions, cloud cover and angles */
    const char *sort_by; /* PROVIDER_NAME, SAT_ID, CLOUD_COVER, OFF_NADIR_ANGLE, ACQUISITION_DATE,
                            ZOOM or PIXEL_RESOLUTION; unknown values are in no defined position.
                            NULL: the server's order */
    bool is_descending;
};

struct mf_scene_search;

/* Makes no request; copies all strings. MF_ERR_ARGUMENT if the area is not JSON. */
int mf_scene_search_open(struct mf_scene_search **out,
                         const struct mf_scene_search_options *options,
                         struct mf_error *err) MF_NODISCARD;
void mf_scene_search_close(struct mf_scene_search *search); /* NULL-safe */

/* Returns the next scenes, which the caller frees; none at the end. POST /catalog/meta, or
 * /processings/template/{id}/images. */
int mf_scene_search_next(struct mf_scene_search *search, struct mf_client *client,
                         struct mf_scene_list *scenes, struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
