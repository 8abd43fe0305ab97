/* SPDX-License-Identifier: MIT */
#include "geojson/schema_internal.h"

#include <stdlib.h>

#include "base/checksum.h"

unsigned mf_schema_rules_bits(const struct mf_schema_rules *rules)
{
    return (rules->mixed_string_is_json ? 1U : 0) | (rules->untyped_objects_are_rows ? 2U : 0) |
           (rules->geometry_type_is_stated ? 4U : 0) |
           (rules->empty_polygons ? MF_RULES_EMPTY_POLYGONS : 0) | rules->date_version << 8;
}

bool mf_field_has_name(const struct mf_field *field, const char *name, size_t size)
{
    return field->name_size == size && memcmp(field->name, name, size) == 0;
}

static bool is_plain(const char *name, size_t size)
{
    return mf_cursor_string_stop(name, name + size) == name + size;
}

static uint32_t first_slot(const struct mf_schema *schema, const char *name, size_t size)
{
    return (uint32_t)mf_checksum_of(name, size) & schema->slot_mask;
}

static void take_slot(struct mf_schema *schema, int i)
{
    const struct mf_field *const field = &schema->fields[i];
    uint32_t slot = first_slot(schema, field->name, field->name_size);
    while (schema->slots[slot] >= 0)
        slot = (slot + 1) & schema->slot_mask;
    schema->slots[slot] = i;
}

int mf_schema_index(struct mf_schema *schema)
{
    uint32_t count = 16;
    while (count < (uint32_t)schema->field_count * 4)
        count *= 2;
    int32_t *const slots = malloc(count * sizeof *slots);
    if (slots == NULL)
        return -1;
    memset(slots, -1, count * sizeof *slots);
    free(schema->slots);
    schema->slots = slots;
    schema->slot_mask = count - 1;
    for (int i = schema->host_count; i < schema->field_count; ++i) {
        struct mf_field *const field = &schema->fields[i];
        field->is_plain = is_plain(field->name, field->name_size);
        take_slot(schema, i);
    }
    return 0;
}

int mf_schema_add(struct mf_schema *schema, const char *name, size_t size)
{
    struct mf_field *const field = &schema->fields[schema->field_count];
    *field = (struct mf_field){
        .name = mf_str_copy_part(name, size), .name_size = size, .is_plain = is_plain(name, size)};
    if (field->name == NULL)
        return -1;
    ++schema->field_count;
    if (schema->slots == NULL || (uint32_t)schema->field_count * 2 > schema->slot_mask)
        return mf_schema_index(schema);
    take_slot(schema, schema->field_count - 1);
    return 0;
}

int mf_schema_find(const struct mf_schema *schema, const char *name, size_t size)
{
    if (schema->slots == NULL)
        return -1;
    uint32_t slot = first_slot(schema, name, size);
    while (schema->slots[slot] >= 0 &&
           !mf_field_has_name(&schema->fields[schema->slots[slot]], name, size))
        slot = (slot + 1) & schema->slot_mask;
    return schema->slots[slot];
}

void mf_schema_free(struct mf_schema *schema)
{
    for (int i = 0; i < schema->field_count; ++i) {
        free(schema->fields[i].name);
        free(schema->fields[i].beyond_int64);
    }
    free(schema->fields);
    free(schema->slots);
    memset(schema, 0, sizeof *schema);
}

static enum mf_field_type as_text(enum mf_field_type type)
{
    if (type <= MF_FIELD_REAL)
        return MF_FIELD_STRING;
    return type >= MF_FIELD_INTEGER_LIST ? MF_FIELD_STRING_LIST : type;
}

int mf_schema_copy_exact(struct mf_schema *copy, const struct mf_schema *schema)
{
    *copy =
        (struct mf_schema){.fields = calloc((size_t)schema->field_count + 1, sizeof *copy->fields),
                           .host_count = schema->host_count,
                           .empty_polygons = schema->empty_polygons,
                           .fill_id = schema->fill_id,
                           .exact_integers = true};
    bool failed = copy->fields == NULL;
    for (int i = 0; i < schema->field_count && !failed; ++i) {
        const struct mf_field *const from = &schema->fields[i];
        struct mf_field *const to = &copy->fields[copy->field_count++];
        *to = *from;
        to->name = mf_str_copy_part(from->name, from->name_size);
        to->beyond_int64 = from->beyond_int64 != NULL ? mf_str_copy(from->beyond_int64) : NULL;
        failed = to->name == NULL || (to->beyond_int64 == NULL) != (from->beyond_int64 == NULL);
        if (from->beyond_int64 != NULL)
            to->type = as_text(from->type);
    }
    if (!failed && mf_schema_index(copy) == 0)
        return 0;
    mf_schema_free(copy);
    return -1;
}

static int add_all(struct mf_schema *merged, const struct mf_schema *const *schemas, size_t count,
                   const struct mf_schema_rules *rules)
{
    struct mf_schema_builder builder;
    enum mf_parse_status status = MF_PARSE_OK;
    mf_schema_builder_init(&builder, rules);
    for (size_t i = 0; i < count && status == MF_PARSE_OK; ++i)
        status = mf_schema_builder_add_schema(&builder, schemas[i]);
    if (status == MF_PARSE_OK)
        status = mf_schema_builder_finish(&builder, merged);
    mf_schema_builder_free(&builder);
    return status == MF_PARSE_OK ? 0 : -1;
}

static int prepend_host_fields(struct mf_schema *schema, const char *const *names, int count)
{
    const size_t total = (size_t)schema->field_count + (size_t)count;
    struct mf_field *const fields = realloc(schema->fields, (total + 1) * sizeof *fields);
    if (fields == NULL)
        return -1;
    memmove(fields + count, fields, (size_t)schema->field_count * sizeof *fields);
    memset(fields, 0, (size_t)count * sizeof *fields);
    schema->fields = fields;
    schema->field_count = (int)total;
    schema->host_count = count;
    for (int i = 0; i < count; ++i) {
        fields[i].type = MF_FIELD_STRING;
        fields[i].name = mf_str_copy(names[i]);
        if (fields[i].name == NULL)
            return -1;
        fields[i].name_size = strlen(names[i]);
    }
    return mf_schema_index(schema);
}

int mf_schema_merge(struct mf_schema *merged, const char *const *host, int host_count,
                    const struct mf_schema *const *schemas, size_t count,
                    const struct mf_schema_rules *rules)
{
    *merged = (struct mf_schema){0};
    if (add_all(merged, schemas, count, rules) == 0 &&
        prepend_host_fields(merged, host, host_count) == 0)
        return 0;
    mf_schema_free(merged);
    return -1;
}
