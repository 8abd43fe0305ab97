/* SPDX-License-Identifier: MIT */
/* mosaic: a collection of the account's uploaded images.
 *
 * Source: imagery notes 2.1, 2.3. Missing or null members never fail a parse. Tile URLs are
 * secrets: they work without credentials, and contain e-mail and storage addresses. Keep them out
 * of messages, logs, metadata and projects.
 *
 * Thread-safety: a parsed struct belongs to its caller. */
#ifndef MF_MOSAIC_H
#define MF_MOSAIC_H

#include "api/client.h"
#include "base/str_list.h"

MF_C_BEGIN

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
    int total;   /* images; the members below are parts of it */
    int ready;   /* may exceed the number of usable images */
    int pending;
    int in_progress;
    int failed;
};

void mf_mosaic_free(struct mf_mosaic *mosaic); /* NULL-safe, empties it */

/* ---- queries -------------------------------------------------------------------------------- */

struct mf_mosaic_list {
    struct mf_mosaic *items;
    size_t count;
};

/* GET /rasters/mosaic: all mosaics of the account, in the server's order. */
int mf_mosaic_list_get(struct mf_mosaic_list *list, struct mf_client *client,
                       struct mf_error *err) MF_NODISCARD;
void mf_mosaic_list_free(struct mf_mosaic_list *list); /* NULL-safe, empties it */

/* GET /rasters/mosaic/{id}. `id` is a UUID. */
int mf_mosaic_get(struct mf_mosaic *mosaic, struct mf_client *client, const char *id,
                  struct mf_error *err) MF_NODISCARD;

/* Finds a mosaic by its UUID or its name. A name matches exactly, or else without regard to case if
 * only one mosaic matches. MF_ERR_NOT_FOUND lists the mosaics of the account. MF_ERR_ARGUMENT, if
 * several have the name, lists their UUIDs. */
int mf_mosaic_find(struct mf_mosaic *mosaic, struct mf_client *client, const char *id_or_name,
                   struct mf_error *err) MF_NODISCARD;

/* ---- changes: each is sent once ------------------------------------------------------------- */

/* POST /rasters/mosaic. `tags` may be NULL. *outcome_unknown (may be NULL) as in
 * mf_client_send_once: the mosaic may exist despite a failure. */
int mf_mosaic_create(struct mf_mosaic *mosaic, struct mf_client *client, const char *name,
                     const struct mf_str_list *tags, int *outcome_unknown,
                     struct mf_error *err) MF_NODISCARD;

/* PUT /rasters/mosaic/{id}. Always sends both; `tags` replaces the whole list. */
int mf_mosaic_update(struct mf_client *client, const char *id, const char *name,
                     const struct mf_str_list *tags, struct mf_error *err) MF_NODISCARD;

/* DELETE /rasters/mosaic/{id}: also deletes its images, permanently. */
int mf_mosaic_delete(struct mf_client *client, const char *id, struct mf_error *err) MF_NODISCARD;

/* DELETE /rasters/mosaic/{id}/failed: the images with status FAILED. Images that failed to load
 * have another status and remain. *count (may be NULL) is the number deleted, -1 if unknown. */
int mf_mosaic_delete_failed(struct mf_client *client, const char *id, int *count,
                            struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
