/* The decoder: what was scanned can be decoded, and what has changed since does no harm. */
#include <stdlib.h>
#include <string.h>

#include "fuzz_common.h"

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

static void decode_all(const struct mf_collection *found, const char *text, uint64_t seed)
{
    struct mf_row row;
    FUZZ_CHECK(mf_row_init(&row, &found->schema, NULL) == 0);
    for (uint64_t i = 0; i < found->feature_count; ++i) {
        const size_t size = (size_t)mf_feature_text_size(found, i);
        const char *const start = text + found->features[i].offset;
        memset(row.wanted, 1, (size_t)found->schema.field_count);
        row.wants_geometry = 1;
        FUZZ_CHECK(decode(&row, start, size) == 0);
        FUZZ_CHECK(row.geometry == found->features[i].geometry);
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
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *const text = (const char *)data;
    const uint64_t seed = fuzz_seed(data, size);
    const struct mf_schema_rules rules = {0, (int)(seed >> 9 & 1)};
    struct mf_collection found;
    struct mf_error err;
    mf_error_init(&err);
    if (fuzz_scan(text, size, 0, seed, &rules, &found, &err) == 0)
        decode_all(&found, text, seed);
    mf_collection_free(&found);
    return 0;
}
