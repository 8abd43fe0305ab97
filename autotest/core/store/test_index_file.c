/* An index says what was written, and nothing once a byte of it is another. */
#include <stdlib.h>

#include "check.h"
#include "store/index_file_internal.h"
#include "base/file.h"

static const char text[] =
    "{\"type\":\"FeatureCollection\",\"crs\":{\"x\":1},\"description\":\"d\",\"features\":["
    "{\"type\":\"Feature\",\"properties\":{\"n\":1,\"t\":\"x\",\"l\":[1,9223372036854775808]},"
    "\"geometry\":{\"type\":\"Point\",\"coordinates\":[4.5,52.25]}},"
    "{\"type\":\"Feature\",\"properties\":{\"n\":null},\"geometry\":{\"type\":\"Point\"}}]}";

static int scan(struct mf_collection *found)
{
    const struct mf_schema_rules rules = {.mixed_string_is_json = 1};
    struct mf_scanner *scanner = NULL;
    int failed = mf_scanner_open(&scanner, &rules, NULL);
    if (!failed)
        failed = mf_scanner_feed(scanner, text, sizeof text - 1, NULL);
    if (!failed)
        failed = mf_scanner_finish(scanner, found, NULL);
    mf_scanner_close(scanner);
    return failed;
}

/* The bytes of an index, for the caller to free. */
static char *make_index(const struct mf_collection *found, size_t *size)
{
    struct mf_index_facts facts;
    struct mf_file file;
    struct mf_map map;
    memset(&facts, 0, sizeof facts);
    facts.name = "a";
    facts.fingerprint = "OK|1";
    facts.processing = "{}";
    facts.boot_id = "boot";
    facts.document = (struct mf_index_part){{.size = sizeof text - 1, .inode = 7, .changed = 8}, 9};
    facts.features =
        (struct mf_index_part){{.size = 2 * sizeof(struct mf_feature), .inode = 17, .changed = 18}, 19};
    facts.rules = 1;
    if (mf_file_create_temporary(&file, "/tmp", "mapflow-test-", NULL) != 0)
        return NULL;
    char *copy = NULL;
    if (CHECK_NUMBER(mf_index_write(&file, found, &facts, NULL), 0) &&
        CHECK_NUMBER(mf_map_file(&map, &file, NULL), 0)) {
        *size = map.size;
        copy = malloc(map.size);
        if (copy != NULL)
            memcpy(copy, map.data, map.size);
        mf_map_release(&map);
    }
    mf_file_discard(&file);
    return copy;
}

/* The members of a part are numbered from its inode on. */
static void check_part(const struct mf_index_part *part, size_t size, int inode)
{
    CHECK_NUMBER((long long)part->identity.size, (long long)size);
    CHECK_NUMBER((long long)part->identity.inode, inode);
    CHECK_NUMBER((long long)part->identity.changed, inode + 1);
    CHECK_NUMBER((long long)part->checksum, inode + 2);
}

static void test_says_what_was_written(const char *index, size_t size, const struct mf_collection *made)
{
    struct mf_collection found;
    struct mf_index_facts facts;
    if (!CHECK_NUMBER(mf_index_read(index, size, &found, &facts, NULL), 0))
        return;
    CHECK_TEXT(facts.name, "a");
    CHECK_TEXT(facts.fingerprint, "OK|1");
    CHECK_TEXT(facts.processing, "{}");
    CHECK_TEXT(facts.boot_id, "boot");
    check_part(&facts.document, sizeof text - 1, 7);
    check_part(&facts.features, 2 * sizeof(struct mf_feature), 17);
    CHECK_NUMBER((long long)found.text_size, (long long)sizeof text - 1);
    CHECK_NUMBER(facts.rules, 1);
    CHECK_TEXT(found.crs, made->crs);
    CHECK_TEXT(found.description, "d");
    CHECK_NUMBER((long long)found.feature_count, 2);
    CHECK(found.features == NULL);
    CHECK(memcmp(found.blocks, made->blocks, sizeof *found.blocks) == 0);
    CHECK(memcmp(&found.extent, &made->extent, sizeof found.extent) == 0);
    CHECK_NUMBER(found.schema.field_count, 3);
    for (int i = 0; i < found.schema.field_count; ++i) {
        CHECK_TEXT(found.schema.fields[i].name, made->schema.fields[i].name);
        CHECK_NUMBER(found.schema.fields[i].type, made->schema.fields[i].type);
        CHECK_NUMBER(found.schema.fields[i].met, made->schema.fields[i].met);
        CHECK(found.schema.fields[i].met != 0);
        CHECK_NUMBER(mf_schema_find(&found.schema, found.schema.fields[i].name, 1), i);
        const bool is_list = found.schema.fields[i].name[0] == 'l';
        if (CHECK_NUMBER(found.schema.fields[i].beyond_int64 != NULL, is_list) && is_list)
            CHECK_TEXT(found.schema.fields[i].beyond_int64, "9223372036854775808");
    }
    CHECK_NUMBER((long long)found.odd_count, 1);
    mf_index_collection_free(&found);
}

static void check_refused(const char *index, size_t size)
{
    struct mf_collection found;
    struct mf_index_facts facts;
    struct mf_error err;
    mf_error_init(&err);
    CHECK(mf_index_read(index, size, &found, &facts, &err) != 0);
    CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
}

static void test_damage(char *index, size_t size)
{
    for (size_t i = 0; i < size; ++i) {
        index[i] ^= 0x10;
        check_refused(index, size);
        index[i] ^= 0x10;
        check_refused(index, i);
    }
}

int main(void)
{
    struct mf_collection made;
    size_t size = 0;
    if (!CHECK_NUMBER(scan(&made), 0))
        return check_result();
    char *const index = make_index(&made, &size);
    if (CHECK(index != NULL)) {
        test_says_what_was_written(index, size, &made);
        test_damage(index, size);
    }
    free(index);
    mf_collection_free(&made);
    return check_result();
}
