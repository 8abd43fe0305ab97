/* The decoder: what was scanned can be decoded, and what has changed since does no harm. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz_common.h"
#include "geojson/geometry_internal.h"

/* Decodes from a copy of just the feature, so that reading beyond it is seen. */
static int decode(struct mf_row *row, const char *text, size_t size)
{
    struct mf_error err;
    mf_error_init(&err);
    char *const copy = malloc(size + 1);
    FUZZ_CHECK(copy != NULL);
    char *const end = memcpy(copy + 1, text, size);
    const int failed = mf_row_decode(row, end, size, &err);
    if (!failed)
        fuzz_touch_row(row);
    else
        FUZZ_CHECK(err.kind == MF_ERR_FORMAT);
    free(copy);
    return failed;
}

static void damage(char *text, size_t size, uint64_t *seed)
{
    static const char often[] = "{}[]\",:\\0-.eu tn";
    for (uint64_t n = 1 + fuzz_random(seed) % 3; n > 0; --n)
        text[fuzz_random(seed) % size] = often[fuzz_random(seed) % (sizeof often - 1)];
}

/* The box in the index is around the geometry, and finds it; adds the exact one to the extent. */
static void check_box(const struct mf_row *row, const struct mf_collection *found, uint64_t i,
                      struct mf_box *extent)
{
    const struct mf_feature *const feature = &found->features[i];
    const struct mf_wkb wkb = {.data = row->wkb, .size = row->wkb_size, .type = row->geometry};
    struct mf_box box;
    mf_geometry_box(&wkb, &box);
    if (box.min_x > box.max_x)
        return;
    FUZZ_CHECK(feature->box[0] <= box.min_x && feature->box[1] <= box.min_y &&
               feature->box[2] >= box.max_x && feature->box[3] >= box.max_y);
    FUZZ_CHECK(mf_collection_find(found, i, &box) == i);
    extent->min_x = fmin(extent->min_x, box.min_x);
    extent->min_y = fmin(extent->min_y, box.min_y);
    extent->max_x = fmax(extent->max_x, box.max_x);
    extent->max_y = fmax(extent->max_y, box.max_y);
}

static void decode_all(const struct mf_collection *found, const char *text, uint64_t seed)
{
    struct mf_row row;
    struct mf_box extent = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    FUZZ_CHECK(mf_row_init(&row, &found->schema, NULL) == 0);
    for (uint64_t i = 0; i < found->feature_count; ++i) {
        const size_t size = found->features[i].size;
        const char *const start = text + found->features[i].offset;
        memset(row.wanted, 1, (size_t)found->schema.field_count);
        row.wants_geometry = 1;
        FUZZ_CHECK(decode(&row, start, size) == 0);
        FUZZ_CHECK(row.geometry == found->features[i].geometry);
        check_box(&row, found, i, &extent);
        for (int k = 0; k < found->schema.field_count; ++k)
            row.wanted[k] = fuzz_random(&seed) & 1;
        row.wants_geometry = fuzz_random(&seed) & 1;
        FUZZ_CHECK(decode(&row, start, size) == 0);
        for (int k = 0; k < found->schema.field_count; ++k)
            FUZZ_CHECK(row.wanted[k] || row.values[k].kind == MF_VALUE_UNSET);

        memset(row.wanted, 1, (size_t)found->schema.field_count);
        row.wants_geometry = 1;
        char *const damaged = malloc(size);
        FUZZ_CHECK(damaged != NULL);
        memcpy(damaged, start, size);
        damage(damaged, size, &seed);
        if (decode(&row, damaged, size) != 0)
            FUZZ_CHECK(decode(&row, start, size) == 0); /* a row is usable after an error */
        free(damaged);
    }
    mf_row_free(&row);
    /* Equal as numbers: of two zeros either may have been kept. */
    FUZZ_CHECK(extent.min_x == found->extent.min_x && extent.min_y == found->extent.min_y &&
               extent.max_x == found->extent.max_x && extent.max_y == found->extent.max_y);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *const text = (const char *)data;
    const uint64_t seed = fuzz_seed(data, size);
    const struct mf_schema_rules rules = fuzz_rules(seed);
    struct mf_collection found;
    struct mf_error err;
    mf_error_init(&err);
    if (fuzz_scan(text, size, 0, seed, &rules, &found, &err) == 0)
        decode_all(&found, text, seed);
    mf_collection_free(&found);
    return 0;
}
