/* SPDX-License-Identifier: MIT */
/* catalogue: the search for scenes and mosaics that can be processed, page by page.
 *
 * Source: imagery notes 8, 9.2, D22, I8. A search is free and changes nothing. The server may give
 * fewer scenes a page than were asked for, and may give a scene twice: each is given once, by its
 * id and provider. Reading ends when as many have come as the server counts, with an empty page,
 * or, from there on or when it does not count, with a page that brings nothing new.
 *
 * Thread-safety: a search belongs to one thread at a time; a parsed struct to its caller. */
#ifndef MF_CATALOGUE_H
#define MF_CATALOGUE_H

#include <stdbool.h>

#include "api/client.h"
#include "base/str_list.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- scenes --------------------------------------------------------------------------------- */

/* A part of a scene's preview. */
struct mf_scene_preview {
    char *url;      /* a secret: fetch it without credentials */
    char *geometry; /* GeoJSON of its place in EPSG:4326, NULL when unknown */
};

/* Texts are NULL and numbers NaN when unknown. */
struct mf_scene {
    char *id;       /* any text: it may hold blanks and slashes */
    char *provider; /* API name, for SEARCH_PROVIDER; NULL in some results of planned searches */
    char *product_type; /* "Image", "MOSAIC", "Scene" … as the server spells it */
    char *sensor;
    char *satellite;
    char *band_order;        /* "RGB" */
    char *acquired;          /* ISO 8601; no zone means UTC */
    char *footprint;         /* GeoJSON Polygon or MultiPolygon, lon/lat */
    double resolution;       /* m per px; the server's 0 stands for unknown */
    double cloud_cover;      /* percent */
    double off_nadir;        /* degrees, may be negative */
    double min_area_km2;     /* of a processing with this scene */
    double aoi_intersection; /* percent of the search area that it covers */
    int zoom;                /* -1 unknown */
    int is_new;              /* of a planned search: 1 or 0; -1 unknown */
    bool is_mosaic;          /* the product type is MOSAIC in any case */
    char *preview_type;      /* "png", "jpg": a picture; "xyz", "tms", "wms": tiles; else none */
    char *preview_url;       /* a secret, as those of `previews`, which win when there are any */
    struct mf_scene_preview *previews;
    size_t preview_count;
};

struct mf_scene_list {
    struct mf_scene *items;
    size_t count;
};

/* MF_ERR_FORMAT when it has no id or is no object. */
int mf_scene_parse(struct mf_scene *scene, const cJSON *document,
                   struct mf_error *err) MF_NODISCARD;
void mf_scene_free(struct mf_scene *scene);          /* NULL-safe, empties it */
void mf_scene_list_free(struct mf_scene_list *list); /* NULL-safe, empties it */

/* ---- filters -------------------------------------------------------------------------------- */

/* What a search leaves out. Begin with mf_scene_filter_init; the strings are borrowed. */
struct mf_scene_filter {
    const char *acquired_from,
        *acquired_to;                      /* ISO 8601 UTC date-times, both inclusive; NULL: any */
    double min_resolution, max_resolution; /* m per px; NaN: any; so all numbers */
    double max_cloud_cover;                /* percent, 0 to 100 */
    double min_aoi_intersection;           /* percent, 0 to 100 */
    double min_off_nadir, max_off_nadir;   /* degrees, of the absolute value */
    bool hide_unavailable;                 /* leave out providers that the account cannot use */
    const struct mf_str_list *providers;   /* API names; NULL or empty: all */
    const struct mf_str_list *product_types; /* "IMAGE", "MOSAIC"; NULL or empty: both */
};

void mf_scene_filter_init(struct mf_scene_filter *filter);

/* Adds the members of a filter to a request, those that are set. Planned searches hold the same
 * ones. Returns -1 without memory. */
int mf_scene_filter_add_to(cJSON *body, const struct mf_scene_filter *filter) MF_NODISCARD;

/* ---- searching ------------------------------------------------------------------------------ */

#define MF_SCENE_PAGE_SIZE 100 /* what the QGIS plugin asks for (imagery notes 8.2) */

struct mf_scene_search_options {
    const char *aoi; /* GeoJSON Polygon or MultiPolygon, lon/lat; not used with a planned search */
    const char *planned_search; /* UUID: the scenes that it has found. NULL: the catalogue */
    const struct mf_scene_filter *filter; /* NULL: everything. A planned search takes its dates,
                                             resolutions, cloud cover and angles only */
    const char *sort_by; /* PROVIDER_NAME, SAT_ID, CLOUD_COVER, OFF_NADIR_ANGLE, ACQUISITION_DATE,
                            ZOOM or PIXEL_RESOLUTION, where unknown values have any place; NULL: the
                            server's order */
    bool is_descending;
    int page_size; /* 0: MF_SCENE_PAGE_SIZE */
};

struct mf_scene_search;

/* No request yet; all strings are copied. MF_ERR_ARGUMENT when the area is not JSON. */
int mf_scene_search_open(struct mf_scene_search **out,
                         const struct mf_scene_search_options *options,
                         struct mf_error *err) MF_NODISCARD;
void mf_scene_search_close(struct mf_scene_search *search); /* NULL-safe */

/* The next scenes, which the caller frees; none at the end. POST /catalog/meta, or
 * /processings/template/{id}/images. */
int mf_scene_search_next(struct mf_scene_search *search, struct mf_client *client,
                         struct mf_scene_list *scenes, struct mf_error *err) MF_NODISCARD;

/* Scenes in all by what the server said last; -1 before the first page, and when it is not known.
 */
long mf_scene_search_total(const struct mf_scene_search *search);

#ifdef __cplusplus
}
#endif
#endif
