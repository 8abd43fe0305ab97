/* SPDX-License-Identifier: MIT */
/* aoi: the areas of interest of a processing.
 *
 * Source: API notes 7.1. Members that are missing or null never fail a parse.
 *
 * Thread-safety: a list belongs to its caller. */
#ifndef MF_AOI_H
#define MF_AOI_H

#include "api/client.h"
#include "base/json.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mf_aoi {
    char *id;
    char *status;   /* "" when unknown */
    char *messages; /* NULL when there are none */
    char *geometry; /* GeoJSON text of a Polygon or MultiPolygon, NULL when it has none */
    int percent;    /* -1 unknown */
    double area_m2; /* NaN unknown */
};

struct mf_aoi_list {
    struct mf_aoi *items;
    size_t count;
    int is_offered; /* 0: the server lists no areas (API notes D12), and there are none */
};

/* Reads an answer of the service. MF_ERR_FORMAT if it is no list. */
int mf_aoi_list_parse(struct mf_aoi_list *list, const cJSON *document,
                      struct mf_error *err) MF_NODISCARD;
void mf_aoi_list_free(struct mf_aoi_list *list); /* NULL-safe, empties it */

/* GET /processings/{id}/aois. A server that no longer has it (404, 410) gives a list that is not
 * offered. *document, if `document` is not NULL, becomes the answer, which the caller deletes; NULL
 * if there is none. */
int mf_aoi_list_get(struct mf_aoi_list *list, cJSON **document, struct mf_client *client,
                    const char *id, struct mf_error *err) MF_NODISCARD;

/* Finds an area whose result can be read. It is unknown what the service gives for an area of
 * another processing, or one that is not finished (API notes 19): it may be the result of all
 * areas. An area that is not in the list is MF_ERR_NOT_FOUND, one that is not finished
 * MF_ERR_NOT_READY. Of a list that is not offered every area may be read, and *found becomes NULL;
 * so may an area without a status. */
int mf_aoi_list_find(const struct mf_aoi_list *list, const char *id, const struct mf_aoi **found,
                     struct mf_error *err) MF_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
