/* SPDX-License-Identifier: MIT */
#include "api/storage.h"

#include <math.h>

/* Returns a number that may be 0. NaN if missing, null or negative. */
static double amount(const cJSON *document, const char *name)
{
    const double value = mf_json_number(document, name, NAN);
    return value >= 0 ? value : NAN;
}

static int parse(struct mf_storage *storage, const cJSON *document, struct mf_error *err)
{
    *storage = (struct mf_storage){NAN, NAN, NAN, NAN, NAN};
    if (!cJSON_IsObject(document))
        return mf_error_set(err, MF_ERR_FORMAT, "the server's answer is not a state of storage");
    /* The second form is on one documentation page only, and has no limits per file (D24). */
    storage->limit = mf_json_limit(document, "memoryLimit");
    if (isnan(storage->limit))
        storage->limit = mf_json_limit(document, "limit_bytes");
    storage->used = amount(document, "memoryUsed");
    if (isnan(storage->used))
        storage->used = amount(document, "used_bytes");
    storage->available = amount(document, "memoryFree");
    if (isnan(storage->available) && storage->limit >= storage->used)
        storage->available = storage->limit - storage->used;
    if (isnan(storage->limit))
        storage->available = NAN; /* unlimited (imagery notes 3.2) */
    storage->max_file = mf_json_limit(document, "maxUploadFileSize");
    storage->max_pixels = mf_json_limit(document, "maxPixelCount");
    return 0;
}

int mf_storage_get(struct mf_storage *storage, struct mf_client *client, struct mf_error *err)
{
    cJSON *document = NULL;
    *storage = (struct mf_storage){NAN, NAN, NAN, NAN, NAN};
    if (mf_client_get(client, "/rasters/memory", &document, err) != 0)
        return mf_error_prefix(err, "the storage of the account");
    const int failed = parse(storage, document, err);
    cJSON_Delete(document);
    return failed;
}

int mf_storage_check(const struct mf_storage *storage, int width, int height, int64_t bytes,
                     struct mf_error *err)
{
    const int longer = width > height ? width : height;
    if (longer >= storage->max_pixels)
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "the image is too large: its %s is %d pixels, and must be less than "
                            "%.0f",
                            width > height ? "width" : "height", longer, storage->max_pixels);
    if ((double)bytes >= storage->max_file)
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "the file is too large: it has %lld bytes, and must have less than "
                            "%.0f. Compress it (JPEG is recommended) or split it",
                            (long long)bytes, storage->max_file);
    if ((double)bytes > storage->available)
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "there is not enough storage: the file has %lld bytes, and %.0f of "
                            "%.0f are free. Delete images, or upgrade the plan",
                            (long long)bytes, storage->available, storage->limit);
    return 0;
}
