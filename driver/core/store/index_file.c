#include "store/index_file_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/checksum.h"

#define BYTE_ORDER_MARK 0x01020304U

static const char index_magic[8] = "MFINDEX";

struct header {
    char magic[8];
    uint32_t version;
    uint32_t byte_order;
    uint64_t file_size;
    uint64_t checksum; /* of what follows this member */
    struct mf_index_part text;
    struct mf_index_part features;
    struct mf_box extent;
    uint32_t field_count;
    uint32_t geometry_types;
    uint32_t rules; /* mf_schema_rules_bits */
    uint8_t layer_geometry;
    uint8_t layer_has_z;
    uint8_t fill_id;
    uint8_t has_crs;
    uint8_t has_description;
    uint8_t feature_size; /* sizeof(struct mf_feature) */
    uint8_t reserved[6];
};

#define CHECKSUM_FROM (offsetof(struct header, checksum) + sizeof(uint64_t))

/* ---- writing -------------------------------------------------------------------------------- */

struct buffer {
    struct mf_buffer bytes;
    int failed;
};

static void put(struct buffer *buffer, const void *data, size_t size)
{
    buffer->failed = buffer->failed || mf_buffer_append(&buffer->bytes, data, size) != 0;
}

/* A length, the bytes, a NUL. */
static void put_text(struct buffer *buffer, const char *text, size_t size)
{
    const uint64_t length = size;
    put(buffer, &length, sizeof length);
    put(buffer, text, size);
    put(buffer, "", 1);
}

static void put_optional(struct buffer *buffer, const char *text)
{
    put_text(buffer, text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

static void put_fields(struct buffer *buffer, const struct mf_schema *schema)
{
    for (int i = 0; i < schema->field_count; ++i) {
        const struct mf_field *const field = &schema->fields[i];
        const int32_t facts[3] = {(int32_t)field->type, (int32_t)field->subtype, field->time_zone};
        put(buffer, facts, sizeof facts);
        put_text(buffer, field->name, field->name_size);
    }
}

static void fill_header(struct header *header, const struct mf_collection *collection,
                        const struct mf_index_facts *facts)
{
    memset(header, 0, sizeof *header);
    memcpy(header->magic, index_magic, sizeof header->magic);
    header->version = MF_INDEX_VERSION;
    header->byte_order = BYTE_ORDER_MARK;
    header->text = facts->text;
    header->features = facts->features;
    header->extent = collection->extent;
    header->field_count = (uint32_t)collection->schema.field_count;
    header->geometry_types = collection->geometry_types;
    header->layer_geometry = (uint8_t)collection->layer_geometry;
    header->layer_has_z = (uint8_t)collection->layer_has_z;
    header->fill_id = (uint8_t)collection->schema.fill_id;
    header->has_crs = collection->crs != NULL;
    header->has_description = collection->description != NULL;
    header->rules = facts->rules;
    header->feature_size = sizeof(struct mf_feature);
}

int mf_index_write(struct mf_file *file, const struct mf_collection *collection,
                   const struct mf_index_facts *facts, struct mf_error *err)
{
    struct buffer buffer = {{NULL, 0, 0}, 0};
    struct header header;
    fill_header(&header, collection, facts);
    put(&buffer, &header, sizeof header);
    put_optional(&buffer, facts->name);
    put_optional(&buffer, facts->fingerprint);
    put_optional(&buffer, facts->document);
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
    int failed;
};

/* Takes a text with its length; "" when there is none any more. */
static const char *take_text(struct cursor *cursor, size_t *size)
{
    uint64_t length = 0;
    const size_t left = (size_t)(cursor->end - cursor->p);
    if (!cursor->failed && left > sizeof length)
        memcpy(&length, cursor->p, sizeof length);
    else
        cursor->failed = 1;
    if (!cursor->failed && length >= left - sizeof length)
        cursor->failed = 1;
    if (cursor->failed) {
        *size = 0;
        return "";
    }
    const char *const text = cursor->p + sizeof length;
    if (text[length] != '\0') {
        cursor->failed = 1;
        *size = 0;
        return "";
    }
    cursor->p = text + length + 1;
    *size = (size_t)length;
    return text;
}

static const char *take(struct cursor *cursor)
{
    size_t size;
    return take_text(cursor, &size);
}

/* Takes a text into memory of its own. */
static char *take_copy(struct cursor *cursor, size_t *size, int *no_memory)
{
    const char *const text = take_text(cursor, size);
    char *const made = malloc(*size + 1);
    if (made != NULL) {
        memcpy(made, text, *size);
        made[*size] = '\0';
    }
    *no_memory |= made == NULL;
    return made;
}

static char *take_optional(struct cursor *cursor, int is_there, int *no_memory)
{
    size_t size;
    if (is_there)
        return take_copy(cursor, &size, no_memory);
    take_text(cursor, &size);
    return NULL;
}

static void take_field(struct cursor *cursor, struct mf_field *field, int *no_memory)
{
    int32_t facts[3] = {0, 0, 0};
    if (!cursor->failed && (size_t)(cursor->end - cursor->p) > sizeof facts) {
        memcpy(facts, cursor->p, sizeof facts);
        cursor->p += sizeof facts;
    } else {
        cursor->failed = 1;
    }
    if (facts[0] < 0 || facts[0] > MF_FIELD_STRING_LIST || facts[1] < 0 ||
        facts[1] > MF_SUBTYPE_JSON)
        cursor->failed = 1;
    field->name = take_copy(cursor, &field->name_size, no_memory);
    field->type = (enum mf_field_type)facts[0];
    field->subtype = (enum mf_field_subtype)facts[1];
    field->time_zone = facts[2];
}

static struct mf_bbox_block *take_blocks(struct cursor *cursor, uint64_t count, int *no_memory)
{
    if (count > (uint64_t)(cursor->end - cursor->p) / sizeof(struct mf_bbox_block))
        cursor->failed = 1;
    if (cursor->failed || count == 0)
        return NULL;
    const size_t size = (size_t)count * sizeof(struct mf_bbox_block);
    struct mf_bbox_block *const blocks = malloc(size);
    *no_memory |= blocks == NULL;
    if (blocks != NULL)
        memcpy(blocks, cursor->p, size);
    cursor->p += size;
    return blocks;
}

static int is_usable(const char *data, size_t size, const struct header *header)
{
    return memcmp(header->magic, index_magic, sizeof header->magic) == 0 &&
           header->version == MF_INDEX_VERSION && header->byte_order == BYTE_ORDER_MARK &&
           header->feature_size == sizeof(struct mf_feature) && header->file_size == size &&
           header->features.identity.size % sizeof(struct mf_feature) == 0 &&
           header->layer_geometry <= MF_GEOMETRY_COLLECTION &&
           header->field_count <= size / sizeof(uint64_t) &&
           mf_checksum_of(data + CHECKSUM_FROM, size - CHECKSUM_FROM) == header->checksum;
}

static int read_small_things(const struct header *header, struct cursor *cursor,
                             struct mf_collection *collection, struct mf_index_facts *facts)
{
    int no_memory = 0;
    facts->name = take(cursor);
    facts->fingerprint = take(cursor);
    facts->document = take(cursor);
    facts->boot_id = take(cursor);
    collection->crs = take_optional(cursor, header->has_crs, &no_memory);
    collection->description = take_optional(cursor, header->has_description, &no_memory);
    collection->schema.fields =
        calloc((size_t)header->field_count + 1, sizeof *collection->schema.fields);
    if (collection->schema.fields == NULL)
        return -1;
    for (uint32_t i = 0; i < header->field_count && !cursor->failed && !no_memory; ++i) {
        ++collection->schema.field_count;
        take_field(cursor, &collection->schema.fields[i], &no_memory);
    }
    collection->blocks = take_blocks(cursor, mf_collection_block_count(collection), &no_memory);
    return no_memory ? -1 : 0;
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

    struct cursor cursor = {data + sizeof header, data + size, 0};
    collection->feature_count = header.features.identity.size / sizeof(struct mf_feature);
    int failed = read_small_things(&header, &cursor, collection, facts);
    collection->text_size = header.text.identity.size;
    collection->extent = header.extent;
    collection->geometry_types = header.geometry_types;
    collection->layer_geometry = header.layer_geometry;
    collection->layer_has_z = header.layer_has_z;
    collection->schema.fill_id = header.fill_id;
    collection->schema.empty_polygons = (header.rules & MF_RULES_EMPTY_POLYGONS) != 0;
    facts->text = header.text;
    facts->features = header.features;
    facts->rules = header.rules;
    if (!failed && !cursor.failed)
        failed = mf_schema_index(&collection->schema);
    if (failed || cursor.failed) {
        mf_index_collection_free(collection);
        return failed
                   ? mf_out_of_memory(err)
                   : mf_error_set(err, MF_ERR_FORMAT, "the index of the cached result is damaged");
    }
    return 0;
}

void mf_index_collection_free(struct mf_collection *collection)
{
    if (collection == NULL)
        return;
    collection->features = NULL; /* in a mapped file */
    mf_collection_free(collection);
}
