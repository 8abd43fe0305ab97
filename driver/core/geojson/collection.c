/* SPDX-License-Identifier: MIT */
/* Finds features by location. Each block of features has a box, so most of the index is not even
 * read. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "geojson/schema_internal.h"

int mf_geometry_common_type(uint32_t types, bool *has_z)
{
    *has_z = false;
    for (int type = MF_GEOMETRY_POINT; type <= MF_GEOMETRY_COLLECTION; ++type) {
        const uint32_t flat = 1U << (2 * type), with_z = flat << 1;
        if (types != 0 && (types & ~(flat | with_z)) == 0) {
            *has_z = (types & with_z) != 0;
            return type;
        }
    }
    return MF_GEOMETRY_NONE;
}

uint64_t mf_collection_block_count(const struct mf_collection *collection)
{
    return collection->feature_count / MF_FEATURES_IN_BLOCK +
           (collection->feature_count % MF_FEATURES_IN_BLOCK != 0);
}

/* An empty box changes nothing. */
static void add_box(float block[4], const float box[4])
{
    block[0] = fminf(block[0], box[0]);
    block[1] = fminf(block[1], box[1]);
    block[2] = fmaxf(block[2], box[2]);
    block[3] = fmaxf(block[3], box[3]);
}

int mf_collection_make_blocks(struct mf_collection *collection)
{
    const uint64_t count = mf_collection_block_count(collection);
    if (count == 0)
        return 0;
    struct mf_bbox_block *const blocks = malloc((size_t)count * sizeof *blocks);
    if (blocks == NULL)
        return -1;
    for (uint64_t i = 0; i < count; ++i)
        blocks[i] = (struct mf_bbox_block){{INFINITY, INFINITY, -INFINITY, -INFINITY}};
    for (uint64_t i = 0; i < collection->feature_count; ++i)
        add_box(blocks[i / MF_FEATURES_IN_BLOCK].box, collection->features[i].box);
    collection->blocks = blocks;
    return 0;
}

static bool meets(const float box[4], const struct mf_box *wanted)
{
    return box[0] <= wanted->max_x && box[2] >= wanted->min_x && box[1] <= wanted->max_y &&
           box[3] >= wanted->min_y;
}

uint64_t mf_collection_find(const struct mf_collection *collection, uint64_t from,
                            const struct mf_box *wanted)
{
    uint64_t i = from;
    while (i < collection->feature_count) {
        const uint64_t block = i / MF_FEATURES_IN_BLOCK;
        uint64_t end = (block + 1) * MF_FEATURES_IN_BLOCK;
        end = end < collection->feature_count ? end : collection->feature_count;
        if (!meets(collection->blocks[block].box, wanted)) {
            i = end;
            continue;
        }
        for (; i < end; ++i) {
            if (meets(collection->features[i].box, wanted))
                return i;
        }
    }
    return collection->feature_count;
}

bool mf_collection_extends_beyond(const struct mf_collection *collection, const struct mf_box *box,
                                  const struct mf_box *towards)
{
    uint64_t i = mf_collection_find(collection, 0, towards);
    while (i < collection->feature_count && meets(collection->features[i].box, box))
        i = mf_collection_find(collection, i + 1, towards);
    return i < collection->feature_count;
}

void mf_collection_free(struct mf_collection *collection)
{
    if (collection == NULL)
        return;
    mf_schema_free(&collection->schema);
    free(collection->features);
    free(collection->blocks);
    free(collection->crs);
    free(collection->description);
    memset(collection, 0, sizeof *collection);
}
