/* SPDX-License-Identifier: MIT */
#include "store/index_file_internal.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/checksum.h"
#include "base/str.h"

#define BYTE_ORDER_MARK 0x01020304U

static const char index_magic[8] = "MFINDEX";

struct header {
    char magic[8];
    uint32_t version;
    uint32_t byte_order;
    uint64_t file_size;
    uint64_t checksum; /* of what follows this member */
    struct mf_index_part document;
    struct mf_index_part features;
    struct mf_box extent;
    uint64_t odd_count;
    uint32_t field_count;
    uint32_t geometry_types;
    uint32_t rules; /* mf_schema_rules_bits */
    uint8_t fill_id;
    uint8_t has_crs;
    uint8_t has_description;
    uint8_t feature_size; /* sizeof(struct mf_feature) */
    uint8_t reserved[8];
};

#define CHECKSUM_FROM (offsetof(struct header, checksum) + sizeof(uint64_t))

/* ---- writing -------------------------------------------------------------------------------- */

struct buffer {
    struct mf_buffer bytes;
    bool failed;
};

static void put(struct buffer *buffer, const void *data, size_t size)
{
    buffer->failed = buffer->failed || mf_buffer_append(&buffer->bytes, data, size) != 0;
}

/* Writes a length, the bytes, a NUL. */
static void put_string(struct buffer *buffer, const char *string, size_t size)
{
    const uint64_t length = size;
    put(buffer, &length, sizeof length);
    put(buffer, string, size);
    put(buffer, "", 1);
}

static void put_optional(struct buffer *buffer, const char *string)
{
    put_string(buffer, string != NULL ? string : "", string != NULL ? strlen(string) : 0);
}

static void put_fields(struct buffer *buffer, const struct mf_schema *schema)
{
    for (int i = 0; i < schema->field_count; ++i) {
        const struct mf_field *const field = &schema->fields[i];
        const int32_t facts[4] = {(int32_t)field->type, (int32_t)field->subtype, field->time_zone,
                                  (int32_t)field->met};
        put(buffer, facts, sizeof facts);
        put_string(buffer, field->name, field->name_size);
        put_optional(buffer, field->beyond_int64); /* a number, never "" */
    }
}

static void fill_header(struct header *header, const struct mf_collection *collection,
                        const struct mf_index_facts *facts)
{
    memset(header, 0, sizeof *header);
    memcpy(header->magic, index_magic, sizeof header->magic);
    header->version = MF_INDEX_VERSION;
    header->byte_order = BYTE_ORDER_MARK;
    header->document = facts->document;
    header->features = facts->features;
    header->extent = collection->extent;
    header->odd_count = collection->odd_count;
    header->field_count = (uint32_t)collection->schema.field_count;
    header->geometry_types = collection->geometry_types;
    header->fill_id = (uint8_t)collection->schema.fill_id;
    header->has_crs = collection->crs != NULL;
    header->has_description = collection->description != NULL;
    header->rules = facts->rules;
    header->feature_size = sizeof(struct mf_feature);
}

int mf_index_write(struct mf_file *file, const struct mf_collection *collection,
                   const struct mf_index_facts *facts, struct mf_error *err)
{
    struct buffer buffer = {{NULL, 0, 0}, false};
    struct header header;
    fill_header(&header, collection, facts);
    put(&buffer, &header, sizeof header);
    put_optional(&buffer, facts->name);
    put_optional(&buffer, facts->fingerprint);
    put_optional(&buffer, facts->processing);
    put_optional(&buffer, facts->boot_id);
    put_optional(&buffer, collection->crs);
    put_optional(&buffer, collection->description);
    put_fields(&buffer, &collection->schema);
    put(&buffer, collection->blocks,
        (size_t)mf_collection_block_count(collection) * sizeof *collection->blocks);
    if (buffer.failed) {
        free(buffer.bytes.data);
        return mf_out_of_memory(err);
    }

    header.file_size = buffer.bytes.size;
    header.checksum =
        mf_checksum_of(buffer.bytes.data + CHECKSUM_FROM, buffer.bytes.size - CHECKSUM_FROM);
    memcpy(buffer.bytes.data, &header, sizeof header);
    const int failed = mf_file_write(file, buffer.bytes.data, buffer.bytes.size, err);
    free(buffer.bytes.data);
    return failed;
}

/* ---- reading -------------------------------------------------------------------------------- */

struct cursor {
    const char *p;
    const char *end;
    bool is_damaged;
    bool out_of_memory;
};

/* Takes `size` bytes; NULL if there are fewer. */
static const char *take(struct cursor *cursor, uint64_t size)
{
    const char *const taken = cursor->p;
    cursor->is_damaged = cursor->is_damaged || size > (uint64_t)(cursor->end - taken);
    if (cursor->is_damaged)
        return NULL;
    cursor->p += size;
    return taken;
}

/* Takes a string with its length; "" if there is none left. */
static const char *take_string(struct cursor *cursor, size_t *size)
{
    uint64_t length = UINT64_MAX;
    const char *string = take(cursor, sizeof length);
    if (string != NULL)
        memcpy(&length, string, sizeof length);
    string = length < UINT64_MAX ? take(cursor, length + 1) : NULL;
    cursor->is_damaged = string == NULL || string[length] != '\0';
    *size = cursor->is_damaged ? 0 : (size_t)length;
    return cursor->is_damaged ? "" : string;
}

static const char *take_borrowed(struct cursor *cursor)
{
    size_t size;
    return take_string(cursor, &size);
}

/* Takes a string and copies it. */
static char *take_copy(struct cursor *cursor, size_t *size)
{
    const char *const string = take_string(cursor, size);
    char *const copy = mf_str_copy_part(string, *size);
    cursor->out_of_memory = cursor->out_of_memory || copy == NULL;
    return copy;
}

static char *take_optional(struct cursor *cursor, bool is_there)
{
    size_t size;
    if (is_there)
        return take_copy(cursor, &size);
    take_string(cursor, &size);
    return NULL;
}

static void take_field(struct cursor *cursor, struct mf_field *field)
{
    int32_t facts[4] = {-1, -1, 0, 0};
    size_t size;
    const char *const taken = take(cursor, sizeof facts);
    if (taken != NULL)
        memcpy(facts, taken, sizeof facts);
    cursor->is_damaged = facts[0] < 0 || facts[0] > MF_FIELD_STRING_LIST || facts[1] < 0 ||
                         facts[1] > MF_SUBTYPE_JSON;
    field->name = take_copy(cursor, &field->name_size);
    field->beyond_int64 = take_copy(cursor, &size);
    if (size == 0) {
        free(field->beyond_int64);
        field->beyond_int64 = NULL;
    }
    field->type = (enum mf_field_type)facts[0];
    field->subtype = (enum mf_field_subtype)facts[1];
    field->time_zone = facts[2];
    field->met = (unsigned)facts[3];
}

static struct mf_bbox_block *take_blocks(struct cursor *cursor, uint64_t count)
{
    const uint64_t size = count * sizeof(struct mf_bbox_block);
    const char *const taken = take(cursor, size);
    if (taken == NULL || count == 0)
        return NULL;
    struct mf_bbox_block *const blocks = malloc((size_t)size);
    if (blocks != NULL)
        memcpy(blocks, taken, (size_t)size);
    cursor->out_of_memory = cursor->out_of_memory || blocks == NULL;
    return blocks;
}

static bool is_usable(const char *data, size_t size, const struct header *header)
{
    return memcmp(header->magic, index_magic, sizeof header->magic) == 0 &&
           header->version == MF_INDEX_VERSION && header->byte_order == BYTE_ORDER_MARK &&
           header->feature_size == sizeof(struct mf_feature) && header->file_size == size &&
           header->features.identity.size % sizeof(struct mf_feature) == 0 &&
           header->field_count <= size / sizeof(uint64_t) &&
           mf_checksum_of(data + CHECKSUM_FROM, size - CHECKSUM_FROM) == header->checksum;
}

/* Reads what follows the header. */
static void read_rest(const struct header *header, struct cursor *cursor,
                      struct mf_collection *collection, struct mf_index_facts *facts)
{
    struct mf_schema *const schema = &collection->schema;
    facts->name = take_borrowed(cursor);
    facts->fingerprint = take_borrowed(cursor);
    facts->processing = take_borrowed(cursor);
    facts->boot_id = take_borrowed(cursor);
    collection->crs = take_optional(cursor, header->has_crs);
    collection->description = take_optional(cursor, header->has_description);
    schema->fields = calloc((size_t)header->field_count + 1, sizeof *schema->fields);
    cursor->out_of_memory = cursor->out_of_memory || schema->fields == NULL;
    while (schema->field_count < (int)header->field_count && !cursor->is_damaged &&
           !cursor->out_of_memory)
        take_field(cursor, &schema->fields[schema->field_count++]);
    collection->blocks = take_blocks(cursor, mf_collection_block_count(collection));
}

int mf_index_read(const char *data, size_t size, struct mf_collection *collection,
                  struct mf_index_facts *facts, struct mf_error *err)
{
    struct header header;
    memset(collection, 0, sizeof *collection);
    memset(facts, 0, sizeof *facts);
    if (size < sizeof header)
        return mf_error_set(err, MF_ERR_FORMAT, "the index of the cached result is damaged");
    memcpy(&header, data, sizeof header);
    if (!is_usable(data, size, &header))
        return mf_error_set(err, MF_ERR_FORMAT,
                            "the index of the cached result is damaged or of another version");

    struct cursor cursor = {.p = data + sizeof header, .end = data + size};
    collection->feature_count = header.features.identity.size / sizeof(struct mf_feature);
    read_rest(&header, &cursor, collection, facts);
    collection->text_size = header.document.identity.size;
    collection->extent = header.extent;
    collection->odd_count = header.odd_count;
    collection->geometry_types = header.geometry_types;
    collection->schema.fill_id = header.fill_id;
    collection->schema.empty_polygons = (header.rules & MF_RULES_EMPTY_POLYGONS) != 0;
    facts->document = header.document;
    facts->features = header.features;
    facts->rules = header.rules;
    if (!cursor.is_damaged && !cursor.out_of_memory)
        cursor.out_of_memory = mf_schema_index(&collection->schema) != 0;
    if (!cursor.is_damaged && !cursor.out_of_memory)
        return 0;
    mf_index_collection_free(collection);
    return cursor.out_of_memory
               ? mf_out_of_memory(err)
               : mf_error_set(err, MF_ERR_FORMAT, "the index of the cached result is damaged");
}

void mf_index_collection_free(struct mf_collection *collection)
{
    if (collection == NULL)
        return;
    collection->features = NULL; /* in a mapped file */
    mf_collection_free(collection);
}
