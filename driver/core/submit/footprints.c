/* SPDX-License-Identifier: MIT */
/* The footprints of uploaded images. */
#include "api/image.h"
#include "api/mosaic.h"
#include "submit/submission_internal.h"

static int keep(struct mf_str_list *footprints, const char *wkt, struct mf_error *err)
{
    return mf_str_list_add(footprints, wkt) == 0 ? 0 : mf_out_of_memory(err);
}

/* The mosaic's own count of ready images may include some that are not (imagery notes 2.1): it
 * serves only if the images cannot be listed. */
static int count_missing(const struct mf_mosaic *mosaic, struct mf_client *client)
{
    struct mf_image_list images;
    struct mf_error ignored;
    int missing = 0;
    mf_error_init(&ignored);
    if (mf_image_list_get(&images, client, mosaic->id, &ignored) != 0)
        return mosaic->ready >= 0 && mosaic->total > mosaic->ready ? mosaic->total - mosaic->ready
                                                                   : 0;
    for (size_t i = 0; i < images.count; i++)
        missing += images.items[i].state != MF_IMAGE_READY;
    mf_image_list_free(&images);
    return missing;
}

static int keep_mosaic(struct mf_str_list *footprints, const struct mf_mosaic *mosaic,
                       struct mf_client *client, int *missing, struct mf_error *err)
{
    if (mosaic->footprint == NULL)
        return mf_error_set(err, MF_ERR_NOT_READY,
                            "mosaic %s (\"%s\") has no footprint: none of its images is ready",
                            mosaic->id, mosaic->name);
    *missing = count_missing(mosaic, client);
    return keep(footprints, mosaic->footprint, err);
}

static int keep_image(struct mf_str_list *footprints, const struct mf_image *image,
                      struct mf_error *err)
{
    if (image->state == MF_IMAGE_READY && image->footprint != NULL)
        return keep(footprints, image->footprint, err);
    mf_error_set(err, MF_ERR_NOT_READY, "image %s has no footprint: its state is %s", image->id,
                 mf_image_state_name(image->state));
    return image->error != NULL ? mf_error_append(err, " (%s)", image->error) : -1;
}

int mf_submission_footprints(const struct mf_submission *s, struct mf_client *client,
                             struct mf_str_list *footprints, int *missing, struct mf_error *err)
{
    const char *const mosaic_id = mf_json_string(s->source.members, "mosaicId", NULL);
    const cJSON *id;
    int failed = 0;
    *missing = 0;
    if (s->source.kind != MF_IMAGERY_OWN)
        return mf_error_set(
            err, MF_ERR_ARGUMENT,
            "AOI_FROM=IMAGERY needs uploaded imagery, which has a footprint: MOSAIC or "
            "IMAGE_IDS");
    if (mosaic_id != NULL) {
        struct mf_mosaic mosaic;
        failed = mf_mosaic_get(&mosaic, client, mosaic_id, err);
        if (!failed)
            failed = keep_mosaic(footprints, &mosaic, client, missing, err);
        mf_mosaic_free(&mosaic);
        return failed;
    }
    cJSON_ArrayForEach(id, mf_json_member(s->source.members, "imageIds"))
    {
        struct mf_image image;
        if (!failed)
            failed = mf_image_get(&image, client, id->valuestring, err);
        if (!failed) {
            failed = keep_image(footprints, &image, err);
            mf_image_free(&image);
        }
    }
    return failed ? -1 : 0;
}
