#include "base/checksum.h"
#include "geojson/schema_internal.h"

#include <stdlib.h>

int mf_field_has_name(const struct mf_field *field, const char *name, size_t size)
{
    return field->name_size == size && memcmp(field->name, name, size) == 0;
}

unsigned mf_schema_rules_bits(const struct mf_schema_rules *rules)
{
    return (rules->mixed_string_is_json ? 1U : 0) | (rules->untyped_objects_are_rows ? 2U : 0) |
           (rules->geometry_type_is_stated ? 8U : 0) |
           (rules->empty_polygons ? MF_RULES_EMPTY_POLYGONS : 0) |
           (rules->date_rules & 0xFFFFU) << 16;
}

int mf_field_name_is_plain(const char *name, size_t size)
{
    for (size_t i = 0; i < size; ++i) {
        if (name[i] == '"' || name[i] == '\\' || (unsigned char)name[i] < 0x20)
            return 0;
    }
    return 1;
}

int mf_schema_index(struct mf_schema *schema)
{
    uint32_t count = 16;
    while (count < (uint32_t)schema->field_count * 2)
        count *= 2;
    schema->slots = malloc(count * sizeof *schema->slots);
    if (schema->slots == NULL)
        return -1;
    memset(schema->slots, -1, count * sizeof *schema->slots);
    schema->slot_mask = count - 1;
    for (int i = 0; i < schema->field_count; ++i) {
        struct mf_field *const field = &schema->fields[i];
        field->is_plain = mf_field_name_is_plain(field->name, field->name_size);
        uint32_t slot = (uint32_t)mf_checksum_of(field->name, field->name_size) & (count - 1);
        while (schema->slots[slot] >= 0)
            slot = (slot + 1) & (count - 1);
        schema->slots[slot] = i;
    }
    return 0;
}

int mf_schema_find(const struct mf_schema *schema, const char *name, size_t size)
{
    uint32_t slot = (uint32_t)mf_checksum_of(name, size) & schema->slot_mask;
    for (; schema->slots[slot] >= 0; slot = (slot + 1) & schema->slot_mask) {
        if (mf_field_has_name(&schema->fields[schema->slots[slot]], name, size))
            return schema->slots[slot];
    }
    return -1;
}

void mf_schema_free(struct mf_schema *schema)
{
    for (int i = 0; i < schema->field_count; ++i)
        free(schema->fields[i].name);
    free(schema->fields);
    free(schema->slots);
    memset(schema, 0, sizeof *schema);
}
