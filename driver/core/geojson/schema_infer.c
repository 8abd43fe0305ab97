#include <stdlib.h>

#include "base/checksum.h"
#include "geojson/schema_internal.h"

void mf_schema_builder_init(struct mf_schema_builder *builder, const struct mf_schema_rules *rules)
{
    const struct mf_schema_rules kept = *rules; /* which may be those of the builder */
    memset(builder, 0, sizeof *builder);
    builder->rules = kept;
}

void mf_schema_builder_free(struct mf_schema_builder *builder)
{
    for (int i = 0; i < builder->field_count; ++i) {
        free(builder->fields[i].field.name);
        free(builder->fields[i].next);
    }
    free(builder->fields);
    free(builder->slots);
    free(builder->edges);
    free(builder->scratch);
    mf_schema_builder_init(builder, &builder->rules);
}

static char *scratch(struct mf_schema_builder *builder, size_t size)
{
    if (builder->scratch_capacity < size) {
        char *const text = realloc(builder->scratch, size + 256);
        if (text == NULL)
            return NULL;
        builder->scratch = text;
        builder->scratch_capacity = size + 256;
    }
    return builder->scratch;
}

static int builder_grow_slots(struct mf_schema_builder *builder)
{
    const uint32_t count = builder->slots == NULL ? 64 : (builder->slot_mask + 1) * 2;
    int32_t *const slots = malloc(count * sizeof *slots);
    if (slots == NULL)
        return MF_SCHEMA_NO_MEMORY;
    memset(slots, -1, count * sizeof *slots);
    for (int i = 0; i < builder->field_count; ++i) {
        const struct mf_field *const field = &builder->fields[i].field;
        uint32_t slot = (uint32_t)mf_checksum_of(field->name, field->name_size) & (count - 1);
        while (slots[slot] >= 0)
            slot = (slot + 1) & (count - 1);
        slots[slot] = i;
    }
    free(builder->slots);
    builder->slots = slots;
    builder->slot_mask = count - 1;
    return 0;
}

static int builder_lookup(struct mf_schema_builder *builder, const char *name, size_t size)
{
    if (builder->slots == NULL)
        return -1;
    uint32_t slot = (uint32_t)mf_checksum_of(name, size) & builder->slot_mask;
    for (; builder->slots[slot] >= 0; slot = (slot + 1) & builder->slot_mask) {
        const int i = builder->slots[slot];
        if (mf_field_has_name(&builder->fields[i].field, name, size))
            return i;
    }
    return -1;
}

/* The characters of a key, in the text itself or in the scratch. NULL without memory. */
static const char *key_text(struct mf_schema_builder *builder, const struct mf_span *key,
                            size_t *size)
{
    *size = key->size;
    if (!key->escaped)
        return key->text;
    char *const text = scratch(builder, key->size);
    if (text != NULL)
        *size = mf_cursor_unescape(key, text);
    return text;
}

int mf_schema_builder_find(struct mf_schema_builder *builder, const struct mf_span *key)
{
    size_t size;
    const char *const name = key_text(builder, key, &size);
    return name == NULL ? MF_SCHEMA_NO_MEMORY : builder_lookup(builder, name, size);
}

static int builder_add(struct mf_schema_builder *builder, const char *name, size_t size)
{
    if (builder->slots == NULL || (uint32_t)builder->field_count * 2 >= builder->slot_mask) {
        if (builder_grow_slots(builder) != 0)
            return MF_SCHEMA_NO_MEMORY;
    }
    if (builder->field_count == builder->field_capacity) {
        const int capacity = builder->field_capacity * 2 + 16;
        struct mf_schema_builder_field *const fields =
            realloc(builder->fields, (size_t)capacity * sizeof *fields);
        if (fields == NULL)
            return MF_SCHEMA_NO_MEMORY;
        builder->fields = fields;
        builder->field_capacity = capacity;
    }
    struct mf_schema_builder_field *const added = &builder->fields[builder->field_count];
    memset(added, 0, sizeof *added);
    added->field.is_plain = mf_field_name_is_plain(name, size);
    added->is_new = 1;
    added->is_id = size == 2 && memcmp(name, "id", 2) == 0;
    added->followers[0] = added->followers[1] = -1;
    added->field.name = malloc(size + 1);
    if (added->field.name == NULL)
        return MF_SCHEMA_NO_MEMORY;
    memcpy(added->field.name, name, size);
    added->field.name[size] = '\0';
    added->field.name_size = size;

    uint32_t slot = (uint32_t)mf_checksum_of(name, size) & builder->slot_mask;
    while (builder->slots[slot] >= 0)
        slot = (slot + 1) & builder->slot_mask;
    builder->slots[slot] = builder->field_count;
    return builder->field_count++;
}

/* ---- types ---------------------------------------------------------------------------------- */

static void type_of_class(enum mf_value_class kind, enum mf_field_type *type,
                          enum mf_field_subtype *subtype)
{
    static const struct {
        unsigned char type, subtype;
    } types[] = {[MF_CLASS_NULL] = {MF_FIELD_STRING, MF_SUBTYPE_NONE},
                 [MF_CLASS_BOOLEAN] = {MF_FIELD_INTEGER, MF_SUBTYPE_BOOLEAN},
                 [MF_CLASS_INT32] = {MF_FIELD_INTEGER, MF_SUBTYPE_NONE},
                 [MF_CLASS_INT64] = {MF_FIELD_INTEGER64, MF_SUBTYPE_NONE},
                 [MF_CLASS_REAL] = {MF_FIELD_REAL, MF_SUBTYPE_NONE},
                 [MF_CLASS_STRING] = {MF_FIELD_STRING, MF_SUBTYPE_NONE},
                 [MF_CLASS_BOOLEAN_LIST] = {MF_FIELD_INTEGER_LIST, MF_SUBTYPE_BOOLEAN},
                 [MF_CLASS_INT32_LIST] = {MF_FIELD_INTEGER_LIST, MF_SUBTYPE_NONE},
                 [MF_CLASS_INT64_LIST] = {MF_FIELD_INTEGER64_LIST, MF_SUBTYPE_NONE},
                 [MF_CLASS_REAL_LIST] = {MF_FIELD_REAL_LIST, MF_SUBTYPE_NONE},
                 [MF_CLASS_STRING_LIST] = {MF_FIELD_STRING_LIST, MF_SUBTYPE_NONE},
                 [MF_CLASS_EMPTY_LIST] = {MF_FIELD_STRING, MF_SUBTYPE_JSON},
                 [MF_CLASS_JSON] = {MF_FIELD_STRING, MF_SUBTYPE_JSON}};
    *type = (enum mf_field_type)types[kind].type;
    *subtype = (enum mf_field_subtype)types[kind].subtype;
}

static void set_type(struct mf_field *field, enum mf_field_type type, enum mf_field_subtype subtype)
{
    field->type = type;
    field->subtype = subtype;
}

/* Type of a field that holds a string: a date or time when the text is one. */
static int classify_string(struct mf_schema_builder *builder, const struct mf_span *string,
                           enum mf_field_type *type, int *time_zone)
{
    static const enum mf_field_type types[] = {[MF_DATE_NONE] = MF_FIELD_STRING,
                                               [MF_DATE_DATE] = MF_FIELD_DATE,
                                               [MF_DATE_TIME] = MF_FIELD_TIME,
                                               [MF_DATE_DATETIME] = MF_FIELD_DATETIME};
    char *const text = scratch(builder, string->size + 1);
    if (text == NULL)
        return MF_SCHEMA_NO_MEMORY;
    size_t size = string->size;
    if (string->escaped)
        size = mf_cursor_unescape(string, text);
    else
        memcpy(text, string->text, size);
    text[size] = '\0';
    *time_zone = MF_TZ_UNKNOWN;
    *type = types[builder->rules.date_kind != NULL ? builder->rules.date_kind(text, time_zone)
                                                   : MF_DATE_NONE];
    return 0;
}

static int determine(struct mf_schema_builder *builder, struct mf_field *field,
                     const struct mf_observation *seen)
{
    type_of_class(seen->kind, &field->type, &field->subtype);
    if (seen->kind == MF_CLASS_STRING)
        return classify_string(builder, &seen->string, &field->type, &field->time_zone);
    return 0;
}

static void widen_integer(struct mf_field *field, enum mf_field_type type,
                          enum mf_field_subtype subtype)
{
    if (type == MF_FIELD_INTEGER || type == MF_FIELD_INTEGER_LIST) {
        if (subtype != MF_SUBTYPE_BOOLEAN)
            field->subtype = MF_SUBTYPE_NONE;
        field->type = type;
    } else if (type == MF_FIELD_INTEGER64 || type == MF_FIELD_REAL ||
               type == MF_FIELD_INTEGER64_LIST || type == MF_FIELD_REAL_LIST ||
               type == MF_FIELD_STRING_LIST) {
        set_type(field, type, MF_SUBTYPE_NONE);
    } else {
        set_type(field, MF_FIELD_STRING, MF_SUBTYPE_JSON);
    }
}

static void widen_integer64(struct mf_field *field, enum mf_field_type type)
{
    if (type == MF_FIELD_INTEGER || type == MF_FIELD_INTEGER64)
        return;
    if (type == MF_FIELD_INTEGER_LIST || type == MF_FIELD_INTEGER64_LIST)
        set_type(field, MF_FIELD_INTEGER64_LIST, MF_SUBTYPE_NONE);
    else if (type == MF_FIELD_REAL || type == MF_FIELD_REAL_LIST || type == MF_FIELD_STRING_LIST)
        set_type(field, type, MF_SUBTYPE_NONE);
    else
        set_type(field, MF_FIELD_STRING, MF_SUBTYPE_JSON);
}

static void widen_real(struct mf_field *field, enum mf_field_type type)
{
    if (type == MF_FIELD_INTEGER || type == MF_FIELD_INTEGER64 || type == MF_FIELD_REAL)
        return;
    if (type == MF_FIELD_INTEGER_LIST || type == MF_FIELD_INTEGER64_LIST ||
        type == MF_FIELD_REAL_LIST)
        set_type(field, MF_FIELD_REAL_LIST, MF_SUBTYPE_NONE);
    else if (type == MF_FIELD_STRING_LIST)
        set_type(field, type, MF_SUBTYPE_NONE);
    else
        set_type(field, MF_FIELD_STRING, MF_SUBTYPE_JSON);
}

static void widen_string(const struct mf_schema_builder *builder, struct mf_field *field,
                         enum mf_field_type type)
{
    if (field->subtype != MF_SUBTYPE_NONE)
        return;
    if (type == MF_FIELD_STRING_LIST)
        field->type = MF_FIELD_STRING_LIST;
    else if (type != MF_FIELD_STRING && builder->rules.mixed_string_is_json)
        field->subtype = MF_SUBTYPE_JSON;
}

/* INTEGER_LIST, INTEGER64_LIST and REAL_LIST. An empty list fits all of them. */
static void widen_list(struct mf_field *field, enum mf_field_type type,
                       enum mf_field_subtype subtype, enum mf_value_class kind)
{
    if (kind == MF_CLASS_EMPTY_LIST)
        return;
    if (type == MF_FIELD_STRING) {
        set_type(field, MF_FIELD_STRING, MF_SUBTYPE_JSON);
    } else if (type == MF_FIELD_STRING_LIST) {
        set_type(field, type, MF_SUBTYPE_NONE);
    } else if (field->type == MF_FIELD_REAL_LIST) {
        return;
    } else if (type == MF_FIELD_REAL || type == MF_FIELD_REAL_LIST) {
        set_type(field, MF_FIELD_REAL_LIST, MF_SUBTYPE_NONE);
    } else if (field->type == MF_FIELD_INTEGER64_LIST) {
        return;
    } else if (type == MF_FIELD_INTEGER64 || type == MF_FIELD_INTEGER64_LIST) {
        set_type(field, MF_FIELD_INTEGER64_LIST, MF_SUBTYPE_NONE);
    } else if (subtype != MF_SUBTYPE_BOOLEAN) {
        field->subtype = MF_SUBTYPE_NONE;
    }
}

static int widen_date(struct mf_schema_builder *builder, struct mf_field *field,
                      enum mf_field_type type, enum mf_field_subtype subtype,
                      const struct mf_observation *seen)
{
    if (seen->kind == MF_CLASS_STRING) {
        int time_zone;
        if (classify_string(builder, &seen->string, &type, &time_zone) != 0)
            return MF_SCHEMA_NO_MEMORY;
        if (field->time_zone > MF_TZ_UNKNOWN && time_zone != field->time_zone)
            field->time_zone = time_zone == MF_TZ_UNKNOWN ? MF_TZ_UNKNOWN : MF_TZ_MIXED;
    }
    if (type == field->type)
        return 0;
    if (type == MF_FIELD_STRING)
        set_type(field, type, subtype);
    else if (field->type == MF_FIELD_DATE && type == MF_FIELD_DATETIME)
        field->type = MF_FIELD_DATETIME;
    else if (!(field->type == MF_FIELD_DATETIME && type == MF_FIELD_DATE))
        set_type(field, MF_FIELD_STRING, MF_SUBTYPE_JSON);
    return 0;
}

static int widen(struct mf_schema_builder *builder, struct mf_field *field,
                 const struct mf_observation *seen)
{
    enum mf_field_type type;
    enum mf_field_subtype subtype;
    type_of_class(seen->kind, &type, &subtype);
    switch (field->type) {
    case MF_FIELD_INTEGER:
        widen_integer(field, type, subtype);
        return 0;
    case MF_FIELD_INTEGER64:
        widen_integer64(field, type);
        return 0;
    case MF_FIELD_REAL:
        widen_real(field, type);
        return 0;
    case MF_FIELD_STRING:
        widen_string(builder, field, type);
        return 0;
    case MF_FIELD_INTEGER_LIST:
    case MF_FIELD_INTEGER64_LIST:
    case MF_FIELD_REAL_LIST:
        widen_list(field, type, subtype, seen->kind);
        return 0;
    case MF_FIELD_STRING_LIST:
        if (seen->kind == MF_CLASS_JSON)
            set_type(field, MF_FIELD_STRING, MF_SUBTYPE_JSON);
        return 0;
    default:
        return widen_date(builder, field, type, subtype, seen);
    }
}

/* ---- feature-level ids ----------------------------------------------------------------------
 * GDAL makes FIDs of ids that are not negative integers, and a field of the others; here the FID is
 * the position, so that such ids become a field too, unless a property has that name. */

static void widen_id(enum mf_field_type *type, enum mf_value_class kind)
{
    if (kind == MF_CLASS_INT64 && *type == MF_FIELD_INTEGER)
        *type = MF_FIELD_INTEGER64;
    else if (kind != MF_CLASS_INT32 && kind != MF_CLASS_INT64)
        *type = MF_FIELD_STRING;
}

static enum mf_field_type type_of_id(enum mf_value_class kind)
{
    return kind == MF_CLASS_INT32   ? MF_FIELD_INTEGER
           : kind == MF_CLASS_INT64 ? MF_FIELD_INTEGER64
                                    : MF_FIELD_STRING;
}

int mf_schema_builder_feature_id(struct mf_schema_builder *builder, enum mf_value_class kind,
                                 int is_negative, int has_property_id)
{
    const int is_integer = kind == MF_CLASS_INT32 || kind == MF_CLASS_INT64;
    if (builder->id_candidate == 0) {
        builder->id_candidate = type_of_id(kind) + 1;
    } else {
        enum mf_field_type type = (enum mf_field_type)(builder->id_candidate - 1);
        widen_id(&type, kind);
        builder->id_candidate = type + 1;
    }

    int i = builder_lookup(builder, "id", 2);
    if (i >= 0) {
        if (builder->id_is_field) {
            widen_id(&builder->fields[i].field.type, kind);
            builder->fields[i].settled = 0;
        }
        return i;
    }
    if (is_integer)
        builder->id_would_be_fid = !is_negative;
    if (builder->id_would_be_fid || has_property_id)
        return -1;
    i = builder_add(builder, "id", 2);
    if (i >= 0) {
        builder->fields[i].is_new = 0;
        builder->fields[i].field.type = type_of_id(kind);
        builder->id_is_field = 1;
    }
    return i;
}

/* ---- what objects teach ---------------------------------------------------------------------- */

static int learn_type(struct mf_schema_builder *builder, struct mf_schema_builder_field *field,
                      const struct mf_observation *seen)
{
    const int is_null = seen->kind == MF_CLASS_NULL;
    if (field->is_new) {
        field->is_new = 0;
        field->undetermined = is_null;
        return determine(builder, &field->field, seen);
    }
    if (is_null)
        return 0;
    if (field->undetermined) {
        field->undetermined = 0;
        return determine(builder, &field->field, seen);
    }
    return widen(builder, &field->field, seen);
}

/* Notes what need not be looked at a second time. */
static void settle(struct mf_schema_builder_field *field, const struct mf_observation *seen)
{
    const enum mf_field_type type = field->field.type;
    const int is_date = type == MF_FIELD_DATE || type == MF_FIELD_TIME || type == MF_FIELD_DATETIME;
    field->last_date_size = 0;
    if (!is_date) {
        field->settled |= 1U << seen->kind;
    } else if (seen->kind == MF_CLASS_STRING && seen->string.size <= MF_MAX_DATE) {
        memcpy(field->last_date, seen->string.text, seen->string.size);
        field->last_date_size = seen->string.size;
    }
}

static int observe_one(struct mf_schema_builder *builder, const struct mf_observation *seen)
{
    struct mf_schema_builder_field *const field = &builder->fields[seen->field];
    if (mf_schema_builder_is_settled(field, seen->kind, &seen->string))
        return 0;
    const struct mf_field before = field->field;
    const int was_open = field->is_new || field->undetermined;
    if (learn_type(builder, field, seen) != 0)
        return MF_SCHEMA_NO_MEMORY;
    if (was_open || before.type != field->field.type || before.subtype != field->field.subtype)
        field->settled = 0;
    else
        settle(field, seen);
    return 0;
}

/* Adds the field of a key that was new when it was met; a new key that is repeated counts once, at
 * its first place with its last value. */
static int add_new_field(struct mf_schema_builder *builder, struct mf_observation *seen, size_t i)
{
    size_t size;
    const char *const name = key_text(builder, &seen[i].key, &size);
    if (name == NULL)
        return MF_SCHEMA_NO_MEMORY;
    int at = builder_lookup(builder, name, size);
    if (at < 0)
        at = builder_add(builder, name, size);
    if (at < 0)
        return MF_SCHEMA_NO_MEMORY;
    struct mf_schema_builder_field *const field = &builder->fields[at];
    seen[i].field = at;
    if (field->object == builder->object) {
        seen[field->observation].kind = seen[i].kind;
        seen[field->observation].string = seen[i].string;
        seen[i].repeats_new = 1;
    } else {
        field->object = builder->object;
        field->observation = i;
    }
    return 0;
}

static int add_new_fields(struct mf_schema_builder *builder, struct mf_observation *seen,
                          size_t count)
{
    for (size_t i = 0; i < count; ++i) {
        if (seen[i].field == MF_OBSERVED_NEW && add_new_field(builder, seen, i) != 0)
            return MF_SCHEMA_NO_MEMORY;
    }
    return 0;
}

int mf_schema_builder_observe(struct mf_schema_builder *builder, struct mf_observation *seen,
                              size_t count, int start, int only_new)
{
    int last = start;
    if (add_new_fields(builder, seen, count) != 0)
        return MF_SCHEMA_NO_MEMORY;
    for (size_t i = 0; i < count; ++i) {
        const int field = seen[i].field;
        if (only_new && !builder->fields[field].is_new)
            continue;
        /* What follows it stands behind what it stands behind itself. */
        if (seen[i].repeats_new && seen[i].after >= 0 && !only_new)
            last = seen[i].after;
        const int is_repeated = seen[i].repeats_new || seen[i].after == MF_AFTER_NOTHING;
        if (is_repeated && builder->fields[field].observation != i)
            continue; /* its value has moved to its first place */
        if (observe_one(builder, &seen[i]) != 0)
            return MF_SCHEMA_NO_MEMORY;
        if (is_repeated)
            continue;
        int before = seen[i].after;
        if (only_new || before == MF_AFTER_NEW)
            before = last;
        else if (before == MF_AFTER_START)
            before = start;
        if (before >= 0 && mf_schema_builder_add_edge(builder, before, field) != 0)
            return MF_SCHEMA_NO_MEMORY;
        last = field;
    }
    return 0;
}

int mf_schema_builder_finish(struct mf_schema_builder *builder, struct mf_schema *schema)
{
    memset(schema, 0, sizeof *schema);
    const int has_id = builder_lookup(builder, "id", 2) >= 0;
    const int make_id = !has_id && builder->id_candidate != 0;
    schema->fill_id = make_id || (has_id && !builder->id_would_be_fid);

    struct mf_field *const fields = calloc((size_t)builder->field_count + 1, sizeof *fields);
    if (fields == NULL)
        return MF_SCHEMA_NO_MEMORY;
    schema->fields = fields;
    if (make_id) {
        fields[0].name = malloc(3);
        if (fields[0].name == NULL)
            return MF_SCHEMA_NO_MEMORY;
        memcpy(fields[0].name, "id", 3);
        fields[0].name_size = 2;
        fields[0].type = (enum mf_field_type)(builder->id_candidate - 1);
        schema->field_count = 1;
    }
    if (mf_schema_builder_order(builder, fields + make_id) != 0)
        return MF_SCHEMA_NO_MEMORY;
    schema->field_count = builder->field_count + make_id;
    return mf_schema_index(schema) == 0 ? 0 : MF_SCHEMA_NO_MEMORY;
}
