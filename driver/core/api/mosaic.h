/* SPDX-License-Identifier: MIT */
/* mosaic: a collection of the account's own images.
 *
 * Source: imagery notes 2.1, 2.3. Members that are missing or null never fail a parse. The
 * addresses of tiles are secrets: they work without credentials and hold addresses of people and
 * storage; they belong in no message, log, metadata or project.
 *
 * Thread-safety: a parsed struct belongs to its caller. */
#ifndef MF_MOSAIC_H
#define MF_MOSAIC_H

#include "api/client.h"
#include "base/str_list.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Counts are -1 when unknown. */
struct mf_mosaic {
    char *id;
    char *name;              /* "" when it has none; not unique */
    char *created;           /* ISO 8601, NULL when unknown */
    struct mf_str_list tags; /* a tag may hold commas */
    char *footprint;         /* WKT as the server wrote it, lon/lat; NULL when it is empty */
    char *tile_url;          /* XYZ template, EPSG:3857, 256 px; NULL when there are no tiles */
    char *tilejson_url;
    double size; /* bytes, NaN unknown */
    int total;   /* images; the rest are parts of it */
    int ready;   /* may exceed the number of usable images */
    int pending;
    int in_progress;
    int failed;
};

/* MF_ERR_FORMAT when it has no id or is no object. */
int mf_mosaic_parse(struct mf_mosaic *mosaic, const cJSON *document,
                    struct mf_error *err) MF_NODISCARD;
void mf_mosaic_free(struct mf_mosaic *mosaic); /* NULL-safe, empties it */

/* ---- asking --------------------------------------------------------------------------------- */

struct mf_mosaic_list {
    struct mf_mosaic *items;
    size_t count;
};

/* GET /rasters/mosaic: all of the account, in the server's order. */
int mf_mosaic_list_get(struct mf_mosaic_list *list, struct mf_client *client,
                       struct mf_error *err) MF_NODISCARD;
void mf_mosaic_list_free(struct mf_mosaic_list *list); /* NULL-safe, empties it */

/* GET /rasters/mosaic/{id}. `id` is a UUID. */
int mf_mosaic_get(struct mf_mosaic *mosaic, struct mf_client *client, const char *id,
                  struct mf_error *err) MF_NODISCARD;

/* The mosaic by its UUID, or by its name: exactly as written, else in another case when only one is
 * called so. MF_ERR_NOT_FOUND names the mosaics there are; MF_ERR_ARGUMENT, when several have the
 * name, lists their UUIDs. */
int mf_mosaic_find(struct mf_mosaic *mosaic, struct mf_client *client, const char *id_or_name,
                   struct mf_error *err) MF_NODISCARD;

/* ---- changing: each call is sent once ---------------------------------------------------------
 */

/* POST /rasters/mosaic. `tags` may be NULL. *outcome_unknown (may be NULL) as in
 * mf_client_send_once: the mosaic may be there although this failed. */
int mf_mosaic_create(struct mf_mosaic *mosaic, struct mf_client *client, const char *name,
                     const struct mf_str_list *tags, int *outcome_unknown,
                     struct mf_error *err) MF_NODISCARD;

/* PUT /rasters/mosaic/{id}. Both are always sent; `tags` replaces the whole list. */
int mf_mosaic_update(struct mf_client *client, const char *id, const char *name,
                     const struct mf_str_list *tags, struct mf_error *err) MF_NODISCARD;

/* DELETE /rasters/mosaic/{id}: its images go with it, for good. */
int mf_mosaic_delete(struct mf_client *client, const char *id, struct mf_error *err) MF_NODISCARD;

/* DELETE /rasters/mosaic/{id}/failed: the images in status FAILED; those that failed to load have
 * another and stay. *count (may be NULL) is their number, -1 when the server does not say. */
int mf_mosaic_delete_failed(struct mf_client *client, const char *id, int *count,
                            struct mf_error *err) MF_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
