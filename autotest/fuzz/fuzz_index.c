/* The index reader: no bytes make it read outside, and what it accepts can be used. */
#include <stdlib.h>
#include <string.h>

#include "fuzz_common.h"
#include "base/checksum.h"
#include "store/index_file_internal.h"

/* Where the header of an index has its sizes and its checksum, see result_index.c. A fuzzer would never
 * find the right ones. */
enum { VERSION_AT = 8, FILE_SIZE_AT = 16, CHECKSUM_AT = 24, CHECKSUM_FROM = 32 };

static void make_plausible(char *index, size_t size)
{
    static const uint32_t version_and_mark[2] = {MF_INDEX_VERSION, 0x01020304U};
    const uint64_t file_size = size;
    memcpy(index, "MFINDEX", VERSION_AT);
    memcpy(index + VERSION_AT, version_and_mark, sizeof version_and_mark);
    memcpy(index + FILE_SIZE_AT, &file_size, sizeof file_size);
    const uint64_t checksum = mf_checksum_of(index + CHECKSUM_FROM, size - CHECKSUM_FROM);
    memcpy(index + CHECKSUM_AT, &checksum, sizeof checksum);
}

/* Features that may lie anywhere, mostly inside the text. */
static struct mf_feature *make_features(const struct mf_collection *found, uint64_t *seed)
{
    struct mf_feature *const features = calloc((size_t)found->feature_count + 1, sizeof *features);
    FUZZ_CHECK(features != NULL);
    for (uint64_t i = 0; i < found->feature_count; ++i) {
        const uint64_t kind = fuzz_random(seed) % 8;
        features[i].offset = kind == 0 ? fuzz_random(seed) : fuzz_random(seed) % (found->text_size + 1);
        features[i].size = kind == 1   ? UINT32_MAX
                           : kind == 2 ? (uint32_t)fuzz_random(seed)
                                       : (uint32_t)(fuzz_random(seed) % 64);
    }
    return features;
}

/* Uses everything that an index says, over a text and features that have nothing to do with it. */
static void use(struct mf_collection *found, const struct mf_index_facts *facts, uint64_t seed)
{
    enum { MOST = 1 << 16 };
    struct mf_row row;
    FUZZ_CHECK(strlen(facts->name) + strlen(facts->fingerprint) + strlen(facts->processing) +
                   strlen(facts->boot_id) < SIZE_MAX);
    for (int i = 0; i < found->schema.field_count; ++i)
        FUZZ_CHECK(mf_schema_find(&found->schema, found->schema.fields[i].name,
                                  found->schema.fields[i].name_size) >= 0);
    if (found->text_size > MOST || found->feature_count > MOST ||
        mf_row_init(&row, &found->schema, NULL) != 0)
        return;
    char *const text = malloc((size_t)found->text_size + 1);
    FUZZ_CHECK(text != NULL);
    for (uint64_t i = 0; i < found->text_size; ++i)
        text[i] = "{}[]\":,1a "[fuzz_random(&seed) % 10];
    found->features = make_features(found, &seed);
    for (uint64_t i = 0; i < found->feature_count; ++i) {
        if (mf_row_decode_feature(&row, found, text, i, NULL) == 0)
            fuzz_touch_row(&row);
    }
    free(found->features);
    free(text);
    mf_row_free(&row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mf_collection found;
    struct mf_index_facts facts;
    struct mf_error err;
    mf_error_init(&err);
    const uint64_t seed = fuzz_seed(data, size);
    char *const index = malloc(size + 1); /* aligned, as a mapped file is */
    FUZZ_CHECK(index != NULL);
    memcpy(index, data, size);
    if (size > CHECKSUM_FROM && seed >> 8 & 7)
        make_plausible(index, size);
    if (mf_index_read(index, size, &found, &facts, &err) == 0) {
        use(&found, &facts, seed);
        mf_index_collection_free(&found);
    } else {
        FUZZ_CHECK(err.kind == MF_ERR_FORMAT);
    }
    free(index);
    return 0;
}
