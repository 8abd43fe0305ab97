/* SPDX-License-Identifier: MIT */
/* image: a raster of the account's own imagery, in a mosaic: its metadata and whether it can be
 * used.
 *
 * Source: imagery notes 2.2 to 4, 6, D37, I12. The service lists images twice: with metadata only
 * those whose data are there, with their state all of them. Both lists are merged by id; a server
 * that knows no states (404) gives the first one only. Addresses of the storage are not kept: they
 * hold addresses of people.
 *
 * Thread-safety: a parsed struct belongs to its caller. */
#ifndef MF_IMAGE_H
#define MF_IMAGE_H

#include <stdbool.h>

#include "api/client.h"
#include "base/str_list.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What preprocessing_status and data_available mean together (imagery notes 4). */
enum mf_image_state {
    MF_IMAGE_READY,      /* NONE or COMPLETED, with data */
    MF_IMAGE_PROCESSING, /* PENDING, IN_PROGRESS, COMPLETED without data, or a status unknown here
                          */
    MF_IMAGE_LOADING,    /* NONE without data: still being loaded, or loading failed; the server
                            does not say which */
    MF_IMAGE_FAILED      /* FAILED: final */
};

/* Numbers are NaN and counts -1 when unknown. */
struct mf_image {
    char *id;
    char *mosaic_id;           /* NULL when unknown; so all below */
    char *filename;            /* "" when unknown; may differ from the name it was sent with */
    char *uploaded;            /* ISO 8601; no zone means UTC */
    char *checksum;            /* SHA-1, 40 hexadecimal digits */
    char *footprint;           /* WKT as the server wrote it, lon/lat; the corners in any order */
    char *crs;                 /* "EPSG:32633" */
    char *status;              /* as the server spells it */
    char *error;               /* why it failed */
    struct mf_str_list dtypes; /* "uint8", one a band */
    double size;               /* bytes */
    double nodata;             /* NaN: none */
    double pixel_size[2];      /* x and y in units of the CRS: see mf_image_pixel_metres */
    int width, height;         /* px */
    int band_count;
    int tiles_ready; /* 1 or 0; -1: the server does not say */
    enum mf_image_state state;
    bool has_details;     /* metadata are known: all but id, filename, uploaded and the state */
    bool is_downloadable; /* the service ingested it itself: mf_image_download_url */
};

/* An image with metadata, as of /image. The state is READY until mf_image_parse_status says more.
 * MF_ERR_FORMAT when it has no id or is no object. */
int mf_image_parse(struct mf_image *image, const cJSON *document,
                   struct mf_error *err) MF_NODISCARD;

/* Puts a row of /status into `image`, which was parsed before or holds zeros. MF_ERR_FORMAT when
 * the row has no id. On failure `image` is empty. */
int mf_image_parse_status(struct mf_image *image, const cJSON *row,
                          struct mf_error *err) MF_NODISCARD;
void mf_image_free(struct mf_image *image); /* NULL-safe, empties it */

/* "READY", "PROCESSING", "LOADING" or "FAILED". */
const char *mf_image_state_name(enum mf_image_state state);

/* The size of a pixel in metres in x and y, NaN when unknown: as it is for a projected CRS, degrees
 * times 111320, in x also times the cosine of `latitude`, for a geographic one, which values below
 * 0.01 are taken for (imagery notes 2.2). */
void mf_image_pixel_metres(const struct mf_image *image, double latitude, double metres[2]);

/* ---- asking --------------------------------------------------------------------------------- */

struct mf_image_list {
    struct mf_image *items;
    size_t count;
    bool has_states; /* false: the server knows no states, and images that are not ready are missing
                      */
};

/* The images of a mosaic: GET /rasters/mosaic/{id}/status and /image. Those that are in the second
 * list only come last. */
int mf_image_list_get(struct mf_image_list *list, struct mf_client *client, const char *mosaic_id,
                      struct mf_error *err) MF_NODISCARD;
void mf_image_list_free(struct mf_image_list *list); /* NULL-safe, empties it */

/* GET /rasters/image/{id} and /status. An image that is not ready may be known to the second one
 * only. */
int mf_image_get(struct mf_image *image, struct mf_client *client, const char *id,
                 struct mf_error *err) MF_NODISCARD;

/* GET /rasters/image/{id}/preview/{size}: a picture whose longer side has 256 px (`size` 's') or
 * 1024 px ('l'), not georeferenced, JPEG by the documentation: recognise it by its bytes. For ready
 * images only. `max_size` in bytes. */
int mf_image_preview(struct mf_client *client, const char *id, char size,
                     const struct mf_sink *sink, int64_t max_size,
                     struct mf_error *err) MF_NODISCARD;

/* GET /rasters/image/{id}/download. *url is a pre-signed address, a secret that expires: fetch it
 * without credentials, keep it nowhere. MF_ERR_FORBIDDEN for an ordinary upload, MF_ERR_REJECTED
 * (409) while the image is being loaded. The caller frees. */
int mf_image_download_url(struct mf_client *client, const char *id, char **url,
                          struct mf_error *err) MF_NODISCARD;

/* ---- changing: each call is sent once ---------------------------------------------------------
 */

/* POST /rasters/mosaic/{id}/image. `file.content_type` is "image/tiff". *image_id is the id that
 * the server gave, NULL when it gave none (D37): it is a new one of the list. A success without
 * a document, other than 204, confirms nothing: MF_ERR_FORMAT. Never repeat this without having
 * compared the images before and after: see *outcome_unknown of mf_client_upload. */
int mf_image_upload(struct mf_client *client, const char *mosaic_id,
                    const struct mf_client_file *file, char **image_id, int *outcome_unknown,
                    struct mf_error *err) MF_NODISCARD;

/* A file name that can be sent: the last part of `path`, with "_" for quotes, backslashes and
 * control characters, and ".tif" at its end unless it ends so or in ".tiff". The caller frees; NULL
 * without memory. */
char *mf_image_upload_name(const char *path);

/* PUT /rasters/image/{id}?name=…, 1 to 255 characters. */
int mf_image_rename(struct mf_client *client, const char *id, const char *name,
                    struct mf_error *err) MF_NODISCARD;

/* DELETE /rasters/image/{id}, in any state, for good. */
int mf_image_delete(struct mf_client *client, const char *id, struct mf_error *err) MF_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
