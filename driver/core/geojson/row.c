/* Rows: one feature, decoded from its text. Values that need no conversion point into the text;
 * what has to be made lives in an arena that is emptied with every row. */
#include <math.h>
#include <stdlib.h>

#include "geojson/geometry_internal.h"
#include "geojson/row_text_internal.h"

/* ---- typed values --------------------------------------------------------------------------- */

static int64_t limit_to_int32(int64_t value)
{
    return value < INT32_MIN ? INT32_MIN : value > INT32_MAX ? INT32_MAX : value;
}

/* A number or boolean, as integer or as real. Returns a status; *is_scalar is 0, and the value is
 * skipped, when it is something else. */
static enum mf_parse_status read_scalar(struct mf_cursor *t, int as_real, int64_t *integer,
                                        double *real, int *is_scalar)
{
    const char c = *t->p;
    *is_scalar = 1;
    if (c == 't' || c == 'f') {
        *integer = c == 't';
        *real = (double)*integer;
        return c == 't' ? mf_cursor_literal(t, "true", 4) : mf_cursor_literal(t, "false", 5);
    }
    if (!mf_cursor_at_number(t)) {
        *is_scalar = 0;
        *integer = 0;
        *real = 0;
        return mf_cursor_skip(t);
    }
    struct mf_number number;
    const enum mf_parse_status status = mf_cursor_number(t, &number);
    if (status != MF_PARSE_OK)
        return status;
    if (mf_number_is_real(&number)) {
        *real = mf_number_double(&number);
        *integer = *real >= 9.2e18 ? INT64_MAX : *real <= -9.2e18 ? INT64_MIN : (int64_t)*real;
    } else {
        *integer = mf_number_int64(&number);
        if (as_real)
            *real = (double)*integer;
    }
    return MF_PARSE_OK;
}

static enum mf_parse_status read_number(struct mf_cursor *t, enum mf_field_type type,
                                        struct mf_value *value)
{
    int64_t integer;
    double real;
    int is_scalar;
    const enum mf_parse_status status =
        read_scalar(t, type == MF_FIELD_REAL, &integer, &real, &is_scalar);
    if (status != MF_PARSE_OK)
        return status;
    if (type == MF_FIELD_REAL) {
        value->kind = MF_VALUE_REAL;
        value->as.real = real;
    } else {
        value->kind = MF_VALUE_INTEGER;
        value->as.integer = type == MF_FIELD_INTEGER ? limit_to_int32(integer) : integer;
    }
    return 0;
}

/* Counts the elements of the list at the cursor, which stays. */
static enum mf_parse_status count_items(const struct mf_cursor *list, size_t *count)
{
    struct mf_cursor t = *list;
    int first = 1;
    enum mf_parse_status status;
    *count = 0;
    ++t.p;
    while (mf_cursor_next(&t, ']', &first, &status)) {
        status = mf_cursor_skip(&t);
        if (status != MF_PARSE_OK)
            return status;
        ++*count;
    }
    return status;
}

/* A list of numbers; a single number or boolean is a list of one. */
static enum mf_parse_status read_number_list(struct mf_row *row, struct mf_cursor *t,
                                             enum mf_field_type type, struct mf_value *value)
{
    const int as_real = type == MF_FIELD_REAL_LIST;
    size_t count = 1;
    const int is_list = *t->p == '[';
    if (is_list) {
        const enum mf_parse_status failed = count_items(t, &count);
        if (failed)
            return failed;
    }
    int64_t *const integers = mf_row_take(row, (count + 1) * sizeof *integers);
    if (integers == NULL)
        return MF_PARSE_NO_MEMORY;
    double *const reals = (double *)(void *)integers;
    int first = 1, is_scalar = 1;
    enum mf_parse_status status = MF_PARSE_OK;
    t->p += is_list;
    for (size_t i = 0; is_list ? mf_cursor_next(t, ']', &first, &status) : i < count; ++i) {
        int64_t integer;
        double real;
        status = read_scalar(t, as_real, &integer, &real, &is_scalar);
        if (status != MF_PARSE_OK)
            return status;
        if (as_real)
            reals[i] = real;
        else
            integers[i] = type == MF_FIELD_INTEGER_LIST ? limit_to_int32(integer) : integer;
    }
    if (status != MF_PARSE_OK)
        return status;
    if (!is_list && !is_scalar)
        return 0;
    value->kind = as_real ? MF_VALUE_REAL_LIST : MF_VALUE_INTEGER_LIST;
    value->count = count;
    if (as_real)
        value->as.reals = reals;
    else
        value->as.integers = integers;
    return 0;
}

/* A list of texts, up to its first null. What is no list stays a single text. */
static enum mf_parse_status read_string_list(struct mf_row *row, struct mf_cursor *t,
                                             struct mf_value *value)
{
    size_t count;
    enum mf_parse_status failed = count_items(t, &count);
    if (failed)
        return failed;
    struct mf_string *const strings = mf_row_take(row, (count + 1) * sizeof *strings);
    if (strings == NULL)
        return MF_PARSE_NO_MEMORY;
    int first = 1, at_null = 0;
    enum mf_parse_status status;
    count = 0;
    ++t->p;
    while (mf_cursor_next(t, ']', &first, &status)) {
        at_null |= *t->p == 'n';
        failed = at_null ? mf_cursor_skip(t) : mf_row_text(row, t, &strings[count]);
        if (failed)
            return failed;
        count += !at_null;
    }
    value->kind = MF_VALUE_STRING_LIST;
    value->count = count;
    value->as.strings = strings;
    return status;
}

static enum mf_parse_status read_text(struct mf_row *row, struct mf_cursor *t,
                                      struct mf_value *value)
{
    struct mf_string string;
    const enum mf_parse_status failed = mf_row_text(row, t, &string);
    if (!failed) {
        value->kind = MF_VALUE_STRING;
        value->count = string.size;
        value->as.text = string.text;
    }
    return failed;
}

static enum mf_parse_status read_value(struct mf_row *row, struct mf_cursor *t,
                                       enum mf_field_type type, struct mf_value *value)
{
    value->kind = MF_VALUE_UNSET;
    if (*t->p == 'n') {
        value->kind = MF_VALUE_NULL;
        return mf_cursor_literal(t, "null", 4);
    }
    switch (type) {
    case MF_FIELD_INTEGER:
    case MF_FIELD_INTEGER64:
    case MF_FIELD_REAL:
        return read_number(t, type, value);
    case MF_FIELD_INTEGER_LIST:
    case MF_FIELD_INTEGER64_LIST:
    case MF_FIELD_REAL_LIST:
        return read_number_list(row, t, type, value);
    case MF_FIELD_STRING_LIST:
        return *t->p == '[' ? read_string_list(row, t, value) : read_text(row, t, value);
    default:
        return read_text(row, t, value);
    }
}

/* ---- features ------------------------------------------------------------------------------- */

static int same_name(const struct mf_field *field, const char *name, size_t size)
{
    return field->name_size == size && memcmp(field->name, name, size) == 0;
}

/* The field of a key, -1 when there is none. Most features list their properties in one order. */
static int field_of(struct mf_row *row, const struct mf_string *name)
{
    const struct mf_schema *const schema = row->schema;
    if (row->guess < schema->field_count &&
        same_name(&schema->fields[row->guess], name->text, name->size))
        return row->guess++;
    const int field = mf_schema_find(schema, name->text, name->size);
    if (field >= 0)
        row->guess = field + 1;
    return field;
}

/* Reads the key at the cursor. *field is -1 when it names none. */
static enum mf_parse_status read_key(struct mf_row *row, struct mf_cursor *t, int *field)
{
    const struct mf_schema *const schema = row->schema;
    if (row->guess < schema->field_count && schema->fields[row->guess].is_plain &&
        mf_cursor_key_is(t, schema->fields[row->guess].name,
                         schema->fields[row->guess].name_size)) {
        *field = row->guess++;
        return 0;
    }
    struct mf_span key;
    struct mf_string name;
    const enum mf_parse_status status = mf_cursor_key(t, &key);
    if (status != MF_PARSE_OK)
        return status;
    if (mf_row_characters(row, &key, &name) != 0)
        return MF_PARSE_NO_MEMORY;
    *field = field_of(row, &name);
    return 0;
}

/* Reads `"key": value` into the field of that name. With `as_text`, whatever the field's type, the
 * value is handed over as text. */
static enum mf_parse_status read_member(struct mf_row *row, struct mf_cursor *t, int as_text)
{
    int field;
    const enum mf_parse_status failed = read_key(row, t, &field);
    if (failed)
        return failed;
    if (field < 0 || !row->wanted[field])
        return mf_cursor_skip(t);
    struct mf_value *const value = &row->values[field];
    if (as_text && *t->p != 'n')
        return read_text(row, t, value);
    return read_value(row, t, row->schema->fields[field].type, value);
}

static enum mf_parse_status read_properties(struct mf_row *row, struct mf_cursor *t)
{
    int first = 1;
    enum mf_parse_status status;
    row->guess = 0;
    ++t->p;
    while (mf_cursor_next(t, '}', &first, &status)) {
        const enum mf_parse_status failed = read_member(row, t, 0);
        if (failed)
            return failed;
    }
    return status;
}

/* Where the members that matter stand in a feature; the rules are those of the scanner. */
struct places {
    struct mf_span properties_key;
    struct mf_span id_key;
    struct mf_span null_geometry_key;
    const char *id;
    int has_properties; /* and they are not null */
};

static int first_spelling(struct mf_span *known, const struct mf_span *key)
{
    if (known->text == NULL)
        *known = *key;
    return known->size == key->size && memcmp(known->text, key->text, key->size) == 0;
}

static void forget_values(struct mf_row *row)
{
    for (int i = 0; i < row->schema->field_count; ++i)
        row->values[i].kind = MF_VALUE_UNSET;
}

static enum mf_parse_status read_row_geometry(struct mf_row *row, struct mf_cursor *t,
                                              const struct mf_span *key, struct places *places)
{
    if (*t->p == 'n') {
        places->null_geometry_key = *key;
        return mf_cursor_literal(t, "null", 4);
    }
    if (places->null_geometry_key.text != NULL && first_spelling(&places->null_geometry_key, key))
        places->null_geometry_key.text = NULL;
    if (!row->wants_geometry)
        return mf_cursor_skip(t);
    struct mf_wkb wkb = {.data = row->wkb,
                         .capacity = row->wkb_capacity,
                         .has_z = row->has_z,
                         .empty_polygons = row->schema->empty_polygons};
    const enum mf_parse_status status = mf_geometry_read(t, &wkb);
    row->wkb = wkb.data;
    row->wkb_capacity = wkb.capacity;
    row->wkb_size = wkb.size;
    row->geometry = wkb.type;
    row->has_z = wkb.has_z;
    return wkb.out_of_memory ? MF_PARSE_NO_MEMORY : status;
}

static enum mf_parse_status read_feature_member(struct mf_row *row, struct mf_cursor *t,
                                                struct places *places)
{
    struct mf_span key;
    const enum mf_parse_status status = mf_cursor_key(t, &key);
    if (status != MF_PARSE_OK)
        return status;
    if (mf_span_equals_nocase(&key, "geometry", 8))
        return read_row_geometry(row, t, &key, places);
    if (mf_span_equals_nocase(&key, "properties", 10) &&
        first_spelling(&places->properties_key, &key)) {
        forget_values(row);
        places->has_properties = *t->p != 'n';
        return *t->p == '{' ? read_properties(row, t) : mf_cursor_skip(t);
    }
    if (mf_span_equals_nocase(&key, "id", 2) && first_spelling(&places->id_key, &key))
        places->id = t->p;
    return mf_cursor_skip(t);
}

/* A feature without properties: each of its members that is named like a field is its value. */
static enum mf_parse_status read_flat(struct mf_row *row, struct mf_cursor t)
{
    int first = 1;
    enum mf_parse_status status;
    row->guess = 0;
    ++t.p;
    while (mf_cursor_next(&t, '}', &first, &status)) {
        const enum mf_parse_status failed = read_member(row, &t, 1);
        if (failed)
            return failed;
    }
    return status;
}

static enum mf_parse_status fill_id(struct mf_row *row, const struct places *places,
                                    const char *end)
{
    if (!row->schema->fill_id || places->id == NULL || *places->id == 'n')
        return 0;
    const int field = mf_schema_find(row->schema, "id", 2);
    if (field < 0 || !row->wanted[field] || row->values[field].kind != MF_VALUE_UNSET)
        return 0;
    /* A text does not fit a property `id` of numbers: it stays unset there. */
    struct mf_cursor t = {places->id, end, ""};
    const enum mf_field_type type = row->schema->fields[field].type;
    if (mf_cursor_at_number(&t) && (type == MF_FIELD_INTEGER || type == MF_FIELD_INTEGER64))
        return read_value(row, &t, type, &row->values[field]);
    return type == MF_FIELD_STRING ? read_text(row, &t, &row->values[field]) : 0;
}

static enum mf_parse_status read_row(struct mf_row *row, struct mf_cursor *t)
{
    const struct mf_cursor whole = *t;
    struct places places;
    int first = 1;
    enum mf_parse_status status;
    if (mf_cursor_peek(t) != '{')
        return MF_PARSE_BAD;
    memset(&places, 0, sizeof places);
    ++t->p;
    while (mf_cursor_next(t, '}', &first, &status)) {
        const enum mf_parse_status failed = read_feature_member(row, t, &places);
        if (failed)
            return failed;
    }
    if (status != MF_PARSE_OK)
        return status;
    if (places.null_geometry_key.text != NULL)
        row->geometry = MF_GEOMETRY_NONE;
    const enum mf_parse_status failed = places.has_properties ? 0 : read_flat(row, whole);
    return failed ? failed : fill_id(row, &places, t->p);
}

int mf_row_init(struct mf_row *row, const struct mf_schema *schema, struct mf_error *err)
{
    memset(row, 0, sizeof *row);
    row->schema = schema;
    row->wants_geometry = 1;
    row->values = calloc((size_t)schema->field_count + 1, sizeof *row->values);
    row->wanted = malloc((size_t)schema->field_count + 1);
    if (row->values == NULL || row->wanted == NULL) {
        mf_row_free(row);
        return mf_out_of_memory(err);
    }
    memset(row->wanted, 1, (size_t)schema->field_count + 1);
    return 0;
}

void mf_row_free(struct mf_row *row)
{
    if (row == NULL)
        return;
    mf_row_free_arena(row);
    free(row->values);
    free(row->wanted);
    free(row->wkb);
    memset(row, 0, sizeof *row);
}

static int fail_changed(struct mf_error *err)
{
    return mf_error_set(err, MF_ERR_FORMAT, "the cached result has changed under the driver");
}

int mf_row_decode(struct mf_row *row, const char *text, size_t size, struct mf_error *err)
{
    struct mf_cursor t = {text, text + size, ""};
    mf_row_empty_arena(row);
    forget_values(row);
    row->geometry = MF_GEOMETRY_NONE;
    row->wkb_size = 0;
    const enum mf_parse_status status = read_row(row, &t);
    if (status == MF_PARSE_NO_MEMORY)
        return mf_out_of_memory(err);
    return status != MF_PARSE_OK ? fail_changed(err) : 0;
}

static uint64_t text_end(const struct mf_collection *collection, uint64_t i)
{
    const struct mf_feature *const feature = &collection->features[i];
    if (feature->size != UINT32_MAX)
        return feature->offset + feature->size;
    return i + 1 < collection->feature_count ? feature[1].offset : collection->text_size;
}

/* That features are inside the text is looked at here, and not when a result is opened: a million
 * of them take longer than all the rest of that. */
int mf_row_decode_feature(struct mf_row *row, const struct mf_collection *collection,
                          const char *text, uint64_t i, struct mf_error *err)
{
    const uint64_t start = collection->features[i].offset, end = text_end(collection, i);
    if (start > end || end > collection->text_size)
        return fail_changed(err);
    return mf_row_decode(row, text + start, (size_t)(end - start), err);
}
