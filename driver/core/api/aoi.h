/* SPDX-License-Identifier: MIT */
/* aoi: the AOIs of a processing.
 *
 * Source: API notes 7.1. Missing or null members never fail a parse.
 *
 * Thread-safety: a list belongs to its caller. */
#ifndef MF_AOI_H
#define MF_AOI_H

#include "api/client.h"
#include "base/json.h"

MF_C_BEGIN

struct mf_aoi {
    char *id;
    char *status;   /* "" when unknown */
    char *messages; /* NULL if there are none */
    char *geometry; /* GeoJSON Polygon or MultiPolygon, NULL if missing */
    int percent;    /* -1 unknown */
    double area_m2; /* NaN unknown */
};

struct mf_aoi_list {
    struct mf_aoi *items;
    size_t count;
    int is_offered; /* 0: the server lists no AOIs (API notes D12), and the list is empty */
};

/* Parses a response of the service. MF_ERR_FORMAT if it is not a list. */
int mf_aoi_list_parse(struct mf_aoi_list *list, const cJSON *document,
                      struct mf_error *err) MF_NODISCARD;
void mf_aoi_list_free(struct mf_aoi_list *list); /* NULL-safe, empties it */

/* GET /processings/{id}/aois. If the server no longer offers it (404, 410), the list is empty and
 * is_offered is 0. If `document` is not NULL, *document becomes the response, or NULL if there is
 * none; the caller deletes it. */
int mf_aoi_list_get(struct mf_aoi_list *list, cJSON **document, struct mf_client *client,
                    const char *id, struct mf_error *err) MF_NODISCARD;

/* Finds an AOI whose result can be read. MF_ERR_NOT_FOUND if it is not in the list,
 * MF_ERR_NOT_READY if it is not finished: what the service returns in these cases is unknown (API
 * notes 19), and may be the result of all AOIs. An AOI without a status can be read. If is_offered
 * is 0, any AOI can be read, and *found becomes NULL. */
int mf_aoi_list_find(const struct mf_aoi_list *list, const char *id, const struct mf_aoi **found,
                     struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
