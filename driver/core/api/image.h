/* SPDX-License-Identifier: MIT */
/* image: a raster of the account's uploaded imagery, in a mosaic: its metadata and whether it can
 * be used.
 *
 * Source: imagery notes 2.2 to 4, 6, D37, I12. The service has two lists of images: one with
 * metadata, only of images with data, and one with the state of all images. They are merged by id.
 * If the server has no states (404), only the first is used. Storage URLs are not kept: they
 * contain e-mail addresses.
 *
 * Thread-safety: a parsed struct belongs to its caller. */
#ifndef MF_IMAGE_H
#define MF_IMAGE_H

#include <stdbool.h>

#include "api/client.h"
#include "base/str_list.h"

MF_C_BEGIN

/* The combination of preprocessing_status and data_available (imagery notes 4). */
enum mf_image_state {
    MF_IMAGE_READY,      /* NONE or COMPLETED, with data */
    MF_IMAGE_PROCESSING, /* PENDING, IN_PROGRESS, COMPLETED without data, or an unknown status */
    MF_IMAGE_LOADING,    /* NONE without data: still loading, or loading failed; the server does not
                            state which */
    MF_IMAGE_FAILED      /* FAILED: final */
};

/* Numbers are NaN and counts -1 when unknown. */
struct mf_image {
    char *id;
    char *mosaic_id;           /* NULL when unknown, as are the strings below */
    char *filename;            /* "" when unknown; may differ from the uploaded name */
    char *uploaded;            /* ISO 8601; no zone means UTC */
    char *checksum;            /* SHA-1, 40 hexadecimal digits */
    char *footprint;           /* WKT as the server wrote it, lon/lat; corners in any order */
    char *crs;                 /* "EPSG:32633" */
    char *status;              /* as the server spells it */
    char *error;               /* why it failed */
    struct mf_str_list dtypes; /* "uint8", one per band */
    double size;               /* bytes */
    double nodata;             /* NaN: none */
    double pixel_size[2];      /* x and y in CRS units: see mf_image_pixel_metres */
    int width, height;         /* px */
    int band_count;
    int tiles_ready; /* 1 or 0; -1 unknown */
    enum mf_image_state state;
    bool has_details;    /* metadata are known: all but id, filename, uploaded and the state */
    int is_downloadable; /* ingested by the service itself: see mf_image_download_url */
};

void mf_image_free(struct mf_image *image); /* NULL-safe, empties it */

/* "READY", "PROCESSING", "LOADING" or "FAILED". */
const char *mf_image_state_name(enum mf_image_state state);

/* Computes the size of a pixel in metres in x and y, NaN when unknown. Values below 0.01 are taken
 * for degrees of a geographic CRS (imagery notes 2.2): these are multiplied by 111320, and in x
 * also by the cosine of `latitude`. Other values are left as they are. */
void mf_image_pixel_metres(const struct mf_image *image, double latitude, double metres[2]);

/* ---- queries -------------------------------------------------------------------------------- */

struct mf_image_list {
    struct mf_image *items;
    size_t count;
    bool has_states; /* false: the server has no states; images not ready are missing */
};

/* GETs the images of a mosaic: /rasters/mosaic/{id}/status and /image. Images that are only in the
 * second list come last. */
int mf_image_list_get(struct mf_image_list *list, struct mf_client *client, const char *mosaic_id,
                      struct mf_error *err) MF_NODISCARD;
void mf_image_list_free(struct mf_image_list *list); /* NULL-safe, empties it */

/* GETs /rasters/image/{id} and /status. An image that is not ready may only be in the second. */
int mf_image_get(struct mf_image *image, struct mf_client *client, const char *id,
                 struct mf_error *err) MF_NODISCARD;

/* GETs /rasters/image/{id}/preview/{size}: a picture whose longer side has 256 px (`size` 's') or
 * 1024 px ('l'), not georeferenced. JPEG according to the documentation; detect the format from its
 * bytes. Only for ready images. `max_size` in bytes. */
int mf_image_preview(struct mf_client *client, const char *id, char size,
                     const struct mf_sink *sink, int64_t max_size,
                     struct mf_error *err) MF_NODISCARD;

/* GETs /rasters/image/{id}/download. *url is a pre-signed URL, a secret that expires: fetch it
 * without credentials, and do not store it. The caller frees it. MF_ERR_FORBIDDEN for an ordinary
 * upload, MF_ERR_REJECTED (409) while the image is loading. */
int mf_image_download_url(struct mf_client *client, const char *id, char **url,
                          struct mf_error *err) MF_NODISCARD;

/* ---- changes: each is sent once ------------------------------------------------------------- */

/* POST /rasters/mosaic/{id}/image. *image_id is the id from
 * the server, NULL if it returned none (D37): then it is one of the new ids in the list. A 2xx
 * response without a document, other than 204 or 205, confirms nothing: MF_ERR_FORMAT. Never repeat
 * an upload without comparing the images before and after: see *outcome_unknown of
 * mf_client_upload. */
int mf_image_upload(struct mf_client *client, const char *mosaic_id,
                    const struct mf_client_file *file, char **image_id, int *outcome_unknown,
                    struct mf_error *err) MF_NODISCARD;

/* Returns a file name for an upload: the last part of `path`, with "_" for quotes, backslashes and
 * control characters. Appends ".tif" unless it ends in ".tif" or ".tiff". The caller frees it; NULL
 * if out of memory. */
char *mf_image_upload_name(const char *path);

/* PUT /rasters/image/{id}?name=…, 1 to 255 characters. */
int mf_image_rename(struct mf_client *client, const char *id, const char *name,
                    struct mf_error *err) MF_NODISCARD;

/* DELETE /rasters/image/{id}, in any state, permanently. */
int mf_image_delete(struct mf_client *client, const char *id, struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
