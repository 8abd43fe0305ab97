/* SPDX-License-Identifier: MIT */
/* storage: how much imagery the account can store, and the largest file.
 *
 * Source: imagery notes 5, 3.2, D24. Missing or null members never fail a parse.
 *
 * Thread-safety: a plain struct. */
#ifndef MF_STORAGE_H
#define MF_STORAGE_H

#include <stdint.h>

#include "api/client.h"

MF_C_BEGIN

/* Numbers are NaN when unknown or unlimited. */
struct mf_storage {
    double limit;      /* bytes of all images */
    double used;       /* bytes; not the sum of the image sizes */
    double available;  /* bytes */
    double max_file;   /* bytes: a file must be smaller */
    double max_pixels; /* per side: width and height must be smaller, despite the API's name */
};

/* GET /rasters/memory. Call it before each batch of uploads, since it goes stale. */
int mf_storage_get(struct mf_storage *storage, struct mf_client *client,
                   struct mf_error *err) MF_NODISCARD;

/* MF_ERR_ARGUMENT, with the limit and the actual value, if a file of that size (pixels, bytes)
 * would be refused. */
int mf_storage_check(const struct mf_storage *storage, int width, int height, int64_t bytes,
                     struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
