/* SPDX-License-Identifier: MIT */
/* storage: how much imagery the account may store, and how large one file may be.
 *
 * Source: imagery notes 5, 3.2, D24. Members that are missing or null never fail a parse.
 *
 * Thread-safety: a plain struct. */
#ifndef MF_STORAGE_H
#define MF_STORAGE_H

#include <stdint.h>

#include "api/client.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Numbers are NaN when unknown, or when nothing is limited. */
struct mf_storage {
    double limit;      /* bytes of all images */
    double used;       /* bytes; no sum of the sizes of the images */
    double available;  /* bytes */
    double max_file;   /* bytes: a file must be smaller */
    double max_pixels; /* a side: width and height must be smaller, in spite of the API's name */
};

/* Parses the answer of /rasters/memory in either of its two forms. MF_ERR_FORMAT when it is no
 * object. */
int mf_storage_parse(struct mf_storage *storage, const cJSON *document,
                     struct mf_error *err) MF_NODISCARD;

/* GET /rasters/memory. To be asked before each batch of uploads: it grows stale. */
int mf_storage_get(struct mf_storage *storage, struct mf_client *client,
                   struct mf_error *err) MF_NODISCARD;

/* MF_ERR_ARGUMENT, with the limit and the actual value, when a file of that size (pixels, bytes)
 * would be refused. */
int mf_storage_check(const struct mf_storage *storage, int width, int height, int64_t bytes,
                     struct mf_error *err) MF_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
