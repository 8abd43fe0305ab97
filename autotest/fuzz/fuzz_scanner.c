/* The scanner: how a text is cut into pieces never changes the outcome. */
#include <string.h>

#include "fuzz_common.h"

static int same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static int same_field(const struct mf_field *a, const struct mf_field *b)
{
    return a->name_size == b->name_size && memcmp(a->name, b->name, a->name_size) == 0 &&
           a->type == b->type && a->subtype == b->subtype && a->time_zone == b->time_zone;
}

static void check_same(const struct mf_collection *a, const struct mf_collection *b)
{
    FUZZ_CHECK(a->feature_count == b->feature_count);
    for (uint64_t i = 0; i < a->feature_count; ++i)
        FUZZ_CHECK(memcmp(&a->features[i], &b->features[i], sizeof *a->features) == 0);
    FUZZ_CHECK(memcmp(&a->extent, &b->extent, sizeof a->extent) == 0);
    FUZZ_CHECK(a->geometry_types == b->geometry_types);
    FUZZ_CHECK(same_text(a->crs, b->crs) && same_text(a->description, b->description));
    FUZZ_CHECK(a->text_size == b->text_size);
    FUZZ_CHECK(a->schema.field_count == b->schema.field_count);
    FUZZ_CHECK(a->schema.fill_id == b->schema.fill_id);
    for (int i = 0; i < a->schema.field_count; ++i)
        FUZZ_CHECK(same_field(&a->schema.fields[i], &b->schema.fields[i]));
}

/* What the header of the index promises of a scan. */
static void check_sound(const struct mf_collection *found, size_t size)
{
    uint64_t before = 0;
    FUZZ_CHECK(found->text_size == size);
    for (uint64_t i = 0; i < found->feature_count; ++i) {
        const struct mf_feature *const feature = &found->features[i];
        FUZZ_CHECK(feature->offset >= before && feature->offset + feature->size <= size);
        FUZZ_CHECK(feature->geometry <= MF_GEOMETRY_COLLECTION);
        before = feature->offset + feature->size;
    }
    for (int i = 0; i < found->schema.field_count; ++i) {
        const struct mf_field *const field = &found->schema.fields[i];
        FUZZ_CHECK(mf_schema_find(&found->schema, field->name, field->name_size) == i);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *const text = (const char *)data;
    uint64_t seed = fuzz_seed(data, size);
    const struct mf_schema_rules rules = fuzz_rules(seed);
    struct mf_collection whole;
    struct mf_error whole_error;
    mf_error_init(&whole_error);
    const int whole_failed = fuzz_scan(text, size, 0, seed, &rules, &whole, &whole_error);
    if (!whole_failed)
        check_sound(&whole, size);

    static const size_t pieces[] = {1, 3, 40};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; ++i) {
        struct mf_collection cut;
        struct mf_error cut_error;
        mf_error_init(&cut_error);
        const int failed = fuzz_scan(text, size, pieces[i], fuzz_random(&seed), &rules, &cut,
                                     &cut_error);
        FUZZ_CHECK(failed == whole_failed);
        if (failed)
            FUZZ_CHECK(cut_error.kind == whole_error.kind &&
                       strcmp(cut_error.message, whole_error.message) == 0);
        else
            check_same(&whole, &cut);
        mf_collection_free(&cut);
    }
    mf_collection_free(&whole);
    return 0;
}
