/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "geojson/schema_internal.h"

void mf_schema_builder_init(struct mf_schema_builder *builder, const struct mf_schema_rules *rules)
{
    *builder = (struct mf_schema_builder){.rules = *rules};
}

void mf_schema_builder_free(struct mf_schema_builder *builder)
{
    for (int i = 0; i < builder->schema.field_count; ++i)
        free(builder->fields[i].next);
    mf_schema_free(&builder->schema);
    free(builder->fields);
    free(builder->edges);
    free(builder->scratch);
    free(builder->id_beyond_int64);
    mf_schema_builder_init(builder, &builder->rules);
}

/* ---- fields --------------------------------------------------------------------------------- */

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

/* Returns a key without escapes, in the text itself or in the scratch. NULL without memory. */
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

enum mf_parse_status mf_schema_builder_find(struct mf_schema_builder *builder,
                                            const struct mf_span *key, int *field)
{
    size_t size;
    const char *const name = key_text(builder, key, &size);
    if (name == NULL)
        return MF_PARSE_NO_MEMORY;
    *field = mf_schema_find(&builder->schema, name, size);
    return MF_PARSE_OK;
}

static enum mf_parse_status make_room(struct mf_schema_builder *builder)
{
    struct mf_schema *const schema = &builder->schema;
    if (schema->field_count < builder->field_capacity)
        return MF_PARSE_OK;
    const size_t capacity = (size_t)builder->field_capacity * 2 + 16;
    struct mf_field *const fields = realloc(schema->fields, capacity * sizeof *fields);
    if (fields == NULL)
        return MF_PARSE_NO_MEMORY;
    schema->fields = fields;
    struct mf_schema_builder_field *const more = realloc(builder->fields, capacity * sizeof *more);
    if (more == NULL)
        return MF_PARSE_NO_MEMORY;
    builder->fields = more;
    builder->field_capacity = (int)capacity;
    return MF_PARSE_OK;
}

/* Adds a field without a type. *added is its position. */
static enum mf_parse_status add_field(struct mf_schema_builder *builder, const char *name,
                                      size_t size, int *added)
{
    MF_TRY(make_room(builder));
    *added = builder->schema.field_count;
    builder->fields[*added] = (struct mf_schema_builder_field){
        .is_new = true,
        .is_id = size == 2 && memcmp(name, "id", 2) == 0,
        .followers = {-1, -1},
    };
    return mf_schema_add(&builder->schema, name, size) == 0 ? MF_PARSE_OK : MF_PARSE_NO_MEMORY;
}

/* ---- types ---------------------------------------------------------------------------------- */

static void set_type(struct mf_field *field, enum mf_field_type type, enum mf_field_subtype subtype)
{
    field->type = type;
    field->subtype = subtype;
}

/* Returns the field that a single value would make; only its type and subtype count. */
static struct mf_field field_of_class(enum mf_value_class kind)
{
    static const struct mf_field fields[] = {
        [MF_CLASS_NULL] = {.type = MF_FIELD_STRING},
        [MF_CLASS_BOOLEAN] = {.type = MF_FIELD_INTEGER, .subtype = MF_SUBTYPE_BOOLEAN},
        [MF_CLASS_INT32] = {.type = MF_FIELD_INTEGER},
        [MF_CLASS_INT64] = {.type = MF_FIELD_INTEGER64},
        [MF_CLASS_BEYOND_INT64] = {.type = MF_FIELD_INTEGER64},
        [MF_CLASS_REAL] = {.type = MF_FIELD_REAL},
        [MF_CLASS_STRING] = {.type = MF_FIELD_STRING},
        [MF_CLASS_EMPTY_LIST] = {.type = MF_FIELD_STRING, .subtype = MF_SUBTYPE_JSON},
        [MF_CLASS_BOOLEAN_LIST] = {.type = MF_FIELD_INTEGER_LIST, .subtype = MF_SUBTYPE_BOOLEAN},
        [MF_CLASS_INT32_LIST] = {.type = MF_FIELD_INTEGER_LIST},
        [MF_CLASS_INT64_LIST] = {.type = MF_FIELD_INTEGER64_LIST},
        [MF_CLASS_BEYOND_INT64_LIST] = {.type = MF_FIELD_INTEGER64_LIST},
        [MF_CLASS_REAL_LIST] = {.type = MF_FIELD_REAL_LIST},
        [MF_CLASS_STRING_LIST] = {.type = MF_FIELD_STRING_LIST},
        [MF_CLASS_JSON] = {.type = MF_FIELD_STRING, .subtype = MF_SUBTYPE_JSON},
    };
    return fields[kind];
}

static unsigned bit_of(enum mf_value_class kind)
{
    return 1U << kind;
}

/* Returns whether the field has met only null. */
static bool is_undetermined(const struct mf_field *field)
{
    return (field->met & ~bit_of(MF_CLASS_NULL)) == 0;
}

static bool is_date(enum mf_field_type type)
{
    return type == MF_FIELD_DATE || type == MF_FIELD_TIME || type == MF_FIELD_DATETIME;
}

/* Returns the bit of mf_field.met for a value of a class that makes a field of a type by itself.
 * Strings that are dates have bits of their own, after those of the classes. */
static unsigned met_bit(enum mf_value_class kind, enum mf_field_type type)
{
    return is_date(type) ? 1U << (MF_CLASS_JSON + 1 + type - MF_FIELD_DATE) : bit_of(kind);
}

/* Sets the type and time zone of a field that holds a string, which may be a date or time. */
static enum mf_parse_status classify_string(struct mf_schema_builder *builder,
                                            const struct mf_span *string, struct mf_field *field)
{
    static const enum mf_field_type types[] = {[MF_DATE_NONE] = MF_FIELD_STRING,
                                               [MF_DATE_DATE] = MF_FIELD_DATE,
                                               [MF_DATE_TIME] = MF_FIELD_TIME,
                                               [MF_DATE_DATETIME] = MF_FIELD_DATETIME};
    char *const text = scratch(builder, string->size + 1);
    if (text == NULL)
        return MF_PARSE_NO_MEMORY;
    text[mf_cursor_unescape(string, text)] = '\0';
    field->time_zone = MF_TZ_UNKNOWN;
    field->type = builder->rules.date_kind != NULL
                      ? types[builder->rules.date_kind(text, &field->time_zone)]
                      : MF_FIELD_STRING;
    return MF_PARSE_OK;
}

static enum mf_parse_status determine(struct mf_schema_builder *builder, struct mf_field *field,
                                      const struct mf_observation *seen)
{
    const struct mf_field made = field_of_class(seen->kind);
    set_type(field, made.type, made.subtype);
    if (seen->kind == MF_CLASS_STRING)
        MF_TRY(classify_string(builder, &seen->string, field));
    field->met |= met_bit(seen->kind, field->type);
    return MF_PARSE_OK;
}

static bool is_list(enum mf_field_type type)
{
    return type >= MF_FIELD_INTEGER_LIST;
}

static enum mf_field_type element_of(enum mf_field_type type)
{
    return is_list(type) ? type - MF_FIELD_INTEGER_LIST + MF_FIELD_INTEGER : type;
}

/* Widens a number or list field to the wider of both elements, as a list if either is one. Other
 * values make it JSON, but an empty list fits all lists, and a string a list of strings. */
static void widen_number_or_list(struct mf_field *field, const struct mf_field *made,
                                 enum mf_value_class kind)
{
    if (made->type == MF_FIELD_STRING) {
        const bool fits = kind == MF_CLASS_STRING
                              ? field->type == MF_FIELD_STRING_LIST
                              : kind == MF_CLASS_EMPTY_LIST && is_list(field->type);
        if (!fits)
            set_type(field, MF_FIELD_STRING, MF_SUBTYPE_JSON);
        return;
    }
    enum mf_field_type type = element_of(field->type);
    if (type < element_of(made->type))
        type = element_of(made->type);
    if (is_list(field->type) || is_list(made->type))
        type += MF_FIELD_INTEGER_LIST - MF_FIELD_INTEGER;
    const bool are_booleans =
        field->subtype == MF_SUBTYPE_BOOLEAN && made->subtype == MF_SUBTYPE_BOOLEAN;
    set_type(field, type, are_booleans ? MF_SUBTYPE_BOOLEAN : MF_SUBTYPE_NONE);
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

static void widen_date(struct mf_field *field, const struct mf_field *made,
                       enum mf_value_class kind)
{
    if (kind == MF_CLASS_STRING && field->time_zone > MF_TZ_UNKNOWN &&
        made->time_zone != field->time_zone)
        field->time_zone = made->time_zone == MF_TZ_UNKNOWN ? MF_TZ_UNKNOWN : MF_TZ_MIXED;
    const bool is_datetime = field->type == MF_FIELD_DATETIME || made->type == MF_FIELD_DATETIME;
    const bool is_time = field->type == MF_FIELD_TIME || made->type == MF_FIELD_TIME;
    if (made->type == MF_FIELD_STRING)
        set_type(field, MF_FIELD_STRING, made->subtype);
    else if (made->type != field->type && is_date(made->type) && is_datetime && !is_time)
        field->type = MF_FIELD_DATETIME;
    else if (made->type != field->type)
        set_type(field, MF_FIELD_STRING, MF_SUBTYPE_JSON);
}

/* `made` is what a single value of the class would make. Which strings are dates matters only for
 * date fields. */
static void widen(const struct mf_schema_builder *builder, struct mf_field *field,
                  const struct mf_field *made, enum mf_value_class kind)
{
    if (is_date(field->type))
        widen_date(field, made, kind);
    else if (field->type == MF_FIELD_STRING)
        widen_string(builder, field, made->type);
    else
        widen_number_or_list(field, made, kind);
}

static enum mf_parse_status widen_by_value(struct mf_schema_builder *builder,
                                           struct mf_field *field,
                                           const struct mf_observation *seen)
{
    struct mf_field made = field_of_class(seen->kind);
    if (is_date(field->type) && seen->kind == MF_CLASS_STRING)
        MF_TRY(classify_string(builder, &seen->string, &made));
    field->met |= met_bit(seen->kind, made.type);
    widen(builder, field, &made, seen->kind);
    return MF_PARSE_OK;
}

/* Keeps the first integer beyond 64 bits of a field. */
static enum mf_parse_status note_beyond_int64(char **beyond, const struct mf_observation *seen)
{
    if (*beyond != NULL ||
        (seen->kind != MF_CLASS_BEYOND_INT64 && seen->kind != MF_CLASS_BEYOND_INT64_LIST))
        return MF_PARSE_OK;
    *beyond = mf_str_copy_part(seen->string.text, seen->string.size);
    return *beyond != NULL ? MF_PARSE_OK : MF_PARSE_NO_MEMORY;
}

/* ---- feature-level ids ----------------------------------------------------------------------
 * GDAL turns non-negative integer ids into FIDs, and the others into a field. Here the FID is the
 * position, so non-negative ids become a field too, unless a property has that name. */

static bool is_integer(enum mf_value_class kind)
{
    return kind >= MF_CLASS_INT32 && kind <= MF_CLASS_BEYOND_INT64;
}

static enum mf_field_type widen_id(enum mf_field_type type, enum mf_value_class kind)
{
    if (!is_integer(kind))
        return MF_FIELD_STRING;
    return kind != MF_CLASS_INT32 && type == MF_FIELD_INTEGER ? MF_FIELD_INTEGER64 : type;
}

enum mf_parse_status mf_schema_builder_feature_id(struct mf_schema_builder *builder,
                                                  const struct mf_observation *id, bool is_negative,
                                                  bool has_property_id, int *field)
{
    const enum mf_value_class kind = id->kind;
    builder->has_ids = true;
    builder->id_met |= bit_of(is_integer(kind) ? kind : MF_CLASS_STRING);
    MF_TRY(note_beyond_int64(&builder->id_beyond_int64, id));
    builder->id_type = widen_id(builder->id_type, kind);
    *field = mf_schema_find(&builder->schema, "id", 2);
    if (*field >= 0) {
        if (builder->id_is_field) {
            struct mf_field *const known = &builder->schema.fields[*field];
            known->type = widen_id(known->type, kind);
            builder->fields[*field].settled = 0;
        }
        return MF_PARSE_OK;
    }
    if (is_integer(kind))
        builder->id_would_be_fid = !is_negative;
    if (builder->id_would_be_fid || has_property_id)
        return MF_PARSE_OK;
    MF_TRY(add_field(builder, "id", 2, field));
    builder->fields[*field].is_new = false;
    builder->schema.fields[*field].type = widen_id(MF_FIELD_INTEGER, kind);
    builder->id_is_field = true;
    return MF_PARSE_OK;
}

/* ---- learning from objects ------------------------------------------------------------------- */

static enum mf_parse_status learn_type(struct mf_schema_builder *builder, int i,
                                       const struct mf_observation *seen)
{
    struct mf_schema_builder_field *const field = &builder->fields[i];
    struct mf_field *const now = &builder->schema.fields[i];
    if (!field->is_new && seen->kind == MF_CLASS_NULL)
        return MF_PARSE_OK;
    if (!field->is_new && !is_undetermined(now))
        return widen_by_value(builder, now, seen);
    field->is_new = false;
    return determine(builder, now, seen);
}

/* Records what need not be checked again. */
static void settle(struct mf_schema_builder_field *field, enum mf_field_type type,
                   const struct mf_observation *seen)
{
    field->last_date_size = 0;
    if (!is_date(type)) {
        field->settled |= bit_of(seen->kind);
    } else if (seen->kind == MF_CLASS_STRING && seen->string.size <= MF_MAX_DATE) {
        memcpy(field->last_date, seen->string.text, seen->string.size);
        field->last_date_size = seen->string.size;
    }
}

static enum mf_parse_status observe_one(struct mf_schema_builder *builder,
                                        const struct mf_observation *seen)
{
    struct mf_schema_builder_field *const field = &builder->fields[seen->field];
    if (mf_schema_builder_is_settled(field, seen->kind, &seen->string))
        return MF_PARSE_OK;
    struct mf_field *const now = &builder->schema.fields[seen->field];
    const struct mf_field before = *now;
    MF_TRY(note_beyond_int64(&now->beyond_int64, seen));
    const bool was_open = field->is_new || is_undetermined(now);
    MF_TRY(learn_type(builder, seen->field, seen));
    if (was_open || before.type != now->type || before.subtype != now->subtype)
        field->settled = 0;
    else
        settle(field, now->type, seen);
    return MF_PARSE_OK;
}

/* Adds the field of a key that was new when it was read. A repeated new key counts once, at its
 * first place with its last value. */
static enum mf_parse_status add_new_field(struct mf_schema_builder *builder,
                                          struct mf_observation *seen, size_t i)
{
    size_t size;
    const char *const name = key_text(builder, &seen[i].key, &size);
    if (name == NULL)
        return MF_PARSE_NO_MEMORY;
    int at = mf_schema_find(&builder->schema, name, size);
    if (at < 0)
        MF_TRY(add_field(builder, name, size, &at));
    struct mf_schema_builder_field *const field = &builder->fields[at];
    seen[i].field = at;
    if (field->object == builder->object) {
        seen[field->observation].kind = seen[i].kind;
        seen[field->observation].string = seen[i].string;
        seen[i].repeats_new = true;
    } else {
        field->object = builder->object;
        field->observation = i;
    }
    return MF_PARSE_OK;
}

enum mf_parse_status mf_schema_builder_observe(struct mf_schema_builder *builder,
                                               struct mf_observation *seen, size_t count, int start,
                                               bool only_new)
{
    int last = start;
    for (size_t i = 0; i < count; ++i) {
        if (seen[i].field == MF_OBSERVED_NEW)
            MF_TRY(add_new_field(builder, seen, i));
    }
    for (size_t i = 0; i < count; ++i) {
        const int field = seen[i].field;
        if (only_new && !builder->fields[field].is_new)
            continue;
        /* A field after a repeated key follows the field before that key. */
        if (seen[i].repeats_new && seen[i].after >= 0 && !only_new)
            last = seen[i].after;
        const bool is_repeated = seen[i].repeats_new || seen[i].after == MF_AFTER_NOTHING;
        if (is_repeated && builder->fields[field].observation != i)
            continue; /* its value has moved to its first place */
        MF_TRY(observe_one(builder, &seen[i]));
        if (is_repeated)
            continue;
        int before = seen[i].after;
        if (only_new || before == MF_AFTER_NEW)
            before = last;
        else if (before == MF_AFTER_START)
            before = start;
        if (before >= 0)
            MF_TRY(mf_schema_builder_add_edge(builder, before, field));
        last = field;
    }
    return MF_PARSE_OK;
}

/* ---- learning from another schema ------------------------------------------------------------ */

/* Widens a field by a string of a type, which matters only for date fields. */
static void widen_by_string(const struct mf_schema_builder *builder, struct mf_field *field,
                            enum mf_field_type type, int time_zone)
{
    struct mf_field made = field_of_class(MF_CLASS_STRING);
    if (is_date(field->type)) {
        made.type = type;
        made.time_zone = time_zone;
    }
    widen(builder, field, &made, MF_CLASS_STRING);
}

/* Widens a field by each class of values that a field of another document has met. An empty list
 * counts as met after the other values if that field is a list, else before them. */
static void widen_by_field(const struct mf_schema_builder *builder, struct mf_field *field,
                           const struct mf_field *from)
{
    const unsigned met = is_list(from->type) ? from->met & ~bit_of(MF_CLASS_EMPTY_LIST) : from->met;
    for (enum mf_field_type type = MF_FIELD_DATE; type <= MF_FIELD_DATETIME; ++type)
        if ((met & met_bit(MF_CLASS_STRING, type)) != 0)
            widen_by_string(builder, field, type, from->time_zone);
    for (enum mf_value_class kind = MF_CLASS_BOOLEAN; kind <= MF_CLASS_JSON; ++kind) {
        const struct mf_field made = field_of_class(kind);
        if ((met & bit_of(kind)) == 0)
            continue;
        if (kind == MF_CLASS_STRING)
            widen_by_string(builder, field, MF_FIELD_STRING, MF_TZ_UNKNOWN);
        else
            widen(builder, field, &made, kind);
    }
}

static enum mf_parse_status learn_field(struct mf_schema_builder *builder, int i,
                                        const struct mf_field *from)
{
    struct mf_field *const field = &builder->schema.fields[i];
    if (is_undetermined(field)) {
        set_type(field, from->type, from->subtype);
        field->time_zone = from->time_zone;
    } else {
        widen_by_field(builder, field, from);
    }
    field->met |= from->met;
    builder->fields[i].is_new = false;
    if (field->beyond_int64 != NULL || from->beyond_int64 == NULL)
        return MF_PARSE_OK;
    field->beyond_int64 = mf_str_copy(from->beyond_int64);
    return field->beyond_int64 != NULL ? MF_PARSE_OK : MF_PARSE_NO_MEMORY;
}

enum mf_parse_status mf_schema_builder_add_schema(struct mf_schema_builder *builder,
                                                  const struct mf_schema *schema)
{
    int before = -1;
    for (int i = schema->host_count; i < schema->field_count; ++i) {
        const struct mf_field *const from = &schema->fields[i];
        int field = mf_schema_find(&builder->schema, from->name, from->name_size);
        if (field < 0)
            MF_TRY(add_field(builder, from->name, from->name_size, &field));
        MF_TRY(learn_field(builder, field, from));
        if (before >= 0)
            MF_TRY(mf_schema_builder_add_edge(builder, before, field));
        before = field;
    }
    return MF_PARSE_OK;
}

/* Most formats allow no two columns whose names differ only in case. */
static bool has_id_in_any_case(const struct mf_schema *schema)
{
    for (int i = 0; i < schema->field_count; ++i) {
        const struct mf_field *const field = &schema->fields[i];
        if (field->name_size == 2 && mf_lower(field->name[0]) == 'i' &&
            mf_lower(field->name[1]) == 'd')
            return true;
    }
    return false;
}

enum mf_parse_status mf_schema_builder_finish(struct mf_schema_builder *builder,
                                              struct mf_schema *schema)
{
    const bool has_field = mf_schema_find(&builder->schema, "id", 2) >= 0;
    const bool make_field = builder->has_ids && !has_id_in_any_case(&builder->schema);
    *schema = (struct mf_schema){
        .fields = calloc((size_t)builder->schema.field_count + 1, sizeof *schema->fields),
        .fill_id = make_field || (has_field && !builder->id_would_be_fid),
        .empty_polygons = builder->rules.empty_polygons};
    if (schema->fields == NULL)
        return MF_PARSE_NO_MEMORY;
    if (make_field) {
        if (mf_schema_add(schema, "id", 2) != 0)
            return MF_PARSE_NO_MEMORY;
        schema->fields[0].type = builder->id_type;
        schema->fields[0].met = builder->id_met;
    }
    MF_TRY(mf_schema_builder_order(builder, schema->fields + make_field));
    schema->field_count += builder->schema.field_count;
    if (mf_schema_index(schema) != 0)
        return MF_PARSE_NO_MEMORY;
    const int id = schema->fill_id ? mf_schema_find(schema, "id", 2) : -1;
    if (id >= 0 && builder->id_is_field)
        schema->fields[id].met |= builder->id_met;
    if (id >= 0 && schema->fields[id].beyond_int64 == NULL) {
        schema->fields[id].beyond_int64 = builder->id_beyond_int64;
        builder->id_beyond_int64 = NULL;
    }
    return MF_PARSE_OK;
}
