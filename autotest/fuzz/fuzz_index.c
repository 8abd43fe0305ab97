/* The index reader: no bytes make it read outside, and what it accepts can be used. */
#include <stdlib.h>
#include <string.h>

#include "fuzz_common.h"
#include "hash.h"
#include "result_index.h"

/* Where the header of an index has its sizes and its checksum, see result_index.c. A fuzzer would never
 * find the right ones. */
enum { VERSION_AT = 8, FILE_SIZE_AT = 16, CHECKSUM_AT = 24, CHECKSUM_FROM = 32 };

static void make_plausible(char *index, size_t size)
{
    static const uint32_t version_and_mark[2] = {1, 0x01020304U};
    const uint64_t file_size = size;
    memcpy(index, "MFINDEX", VERSION_AT);
    memcpy(index + VERSION_AT, version_and_mark, sizeof version_and_mark);
    memcpy(index + FILE_SIZE_AT, &file_size, sizeof file_size);
    const uint64_t checksum = mf_hash_of(index + CHECKSUM_FROM, size - CHECKSUM_FROM);
    memcpy(index + CHECKSUM_AT, &checksum, sizeof checksum);
}

/* Uses everything that an index says, over a text that has nothing to do with it. */
static void use(const struct mf_collection *found, const struct mf_index_facts *facts, uint64_t seed)
{
    enum { MOST = 1 << 16 };
    struct mf_row row;
    FUZZ_CHECK(strlen(facts->text_name) + strlen(facts->fingerprint) + strlen(facts->document) +
                   strlen(facts->boot_id) < SIZE_MAX);
    for (int i = 0; i < found->schema.field_count; ++i)
        FUZZ_CHECK(mf_schema_find(&found->schema, found->schema.fields[i].name,
                                  found->schema.fields[i].name_size) >= 0);
    if (found->text_size > MOST || mf_row_init(&row, &found->schema, NULL) != 0)
        return;
    char *const text = malloc((size_t)found->text_size + 1);
    FUZZ_CHECK(text != NULL);
    for (uint64_t i = 0; i < found->text_size; ++i)
        text[i] = "{}[]\":,1a "[fuzz_random(&seed) % 10];
    for (uint64_t i = 0; i < found->feature_count; ++i) {
        const uint64_t size = mf_feature_text_size(found, i);
        FUZZ_CHECK(found->features[i].offset + size <= found->text_size);
        if (mf_row_decode(&row, text + found->features[i].offset, (size_t)size, NULL) == 0)
            fuzz_touch_row(&row);
    }
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
