/* SPDX-License-Identifier: MIT */
/* Rows: one feature, decoded from its text. Values that need no conversion point into the text; the
 * others live in an arena that is emptied with every row. */
#include <stdlib.h>

#include "geojson/feature_members_internal.h"
#include "geojson/geometry_internal.h"
#include "geojson/row_text_internal.h"

/* ---- typed values --------------------------------------------------------------------------- */

static int64_t limit_to_int32(int64_t value)
{
    if (value > INT32_MAX)
        return INT32_MAX;
    return value < INT32_MIN ? INT32_MIN : value;
}

static int64_t limit_to_int64(double value)
{
    if (value >= 9.2e18)
        return INT64_MAX;
    return value <= -9.2e18 ? INT64_MIN : (int64_t)value;
}

/* A number or boolean as integer and as real; 0 for any other value. */
struct scalar {
    bool is_number;
    int64_t integer;
    double real;
};

static enum mf_parse_status read_scalar(struct mf_cursor *t, struct scalar *scalar)
{
    struct mf_number number;
    *scalar = (struct scalar){.is_number = true};
    if (*t->p == 't' || *t->p == 'f') {
        scalar->integer = *t->p == 't';
        scalar->real = (double)scalar->integer;
        return mf_cursor_literal(t);
    }
    if (!mf_cursor_at_number(t)) {
        scalar->is_number = false;
        return mf_cursor_skip(t);
    }
    MF_TRY(mf_cursor_number(t, &number));
    if (mf_number_is_real(&number)) {
        scalar->real = mf_number_double(&number);
        scalar->integer = limit_to_int64(scalar->real);
    } else {
        scalar->integer = mf_number_int64(&number);
        scalar->real = (double)scalar->integer;
    }
    return MF_PARSE_OK;
}

static enum mf_parse_status read_number(struct mf_cursor *t, enum mf_field_type type,
                                        struct mf_value *value)
{
    struct scalar scalar;
    MF_TRY(read_scalar(t, &scalar));
    if (type == MF_FIELD_REAL) {
        value->kind = MF_VALUE_REAL;
        value->as.real = scalar.real;
    } else {
        value->kind = MF_VALUE_INTEGER;
        value->as.integer =
            type == MF_FIELD_INTEGER ? limit_to_int32(scalar.integer) : scalar.integer;
    }
    return MF_PARSE_OK;
}

/* Counts the elements of the list at the cursor. */
static enum mf_parse_status count_items(struct mf_cursor t, size_t *count)
{
    struct mf_walk walk = mf_cursor_open(&t, ']');
    for (*count = 0; mf_cursor_next(&t, &walk); ++*count)
        MF_TRY(mf_cursor_skip(&t));
    return walk.status;
}

static void set_item(void *items, size_t i, enum mf_field_type type, const struct scalar *scalar)
{
    if (type == MF_FIELD_REAL_LIST)
        ((double *)items)[i] = scalar->real;
    else
        ((int64_t *)items)[i] =
            type == MF_FIELD_INTEGER_LIST ? limit_to_int32(scalar->integer) : scalar->integer;
}

/* Reads a list of numbers. A single number or boolean is a list of one. */
static enum mf_parse_status read_number_list(struct mf_row *row, struct mf_cursor *t,
                                             enum mf_field_type type, struct mf_value *value)
{
    struct scalar scalar;
    size_t count = 1;
    const bool is_list = *t->p == '[';
    if (is_list)
        MF_TRY(count_items(*t, &count));
    void *const items = mf_row_take(row, (count + 1) * sizeof(int64_t));
    if (items == NULL)
        return MF_PARSE_NO_MEMORY;
    if (is_list) {
        struct mf_walk walk = mf_cursor_open(t, ']');
        for (size_t i = 0; mf_cursor_next(t, &walk); ++i) {
            MF_TRY(read_scalar(t, &scalar));
            set_item(items, i, type, &scalar);
        }
        MF_TRY(walk.status);
    } else {
        MF_TRY(read_scalar(t, &scalar));
        if (!scalar.is_number)
            return MF_PARSE_OK;
        set_item(items, 0, type, &scalar);
    }
    value->count = count;
    if (type == MF_FIELD_REAL_LIST) {
        value->kind = MF_VALUE_REAL_LIST;
        value->as.reals = items;
    } else {
        value->kind = MF_VALUE_INTEGER_LIST;
        value->as.integers = items;
    }
    return MF_PARSE_OK;
}

/* Reads a list of strings, up to its first null. */
static enum mf_parse_status read_string_list(struct mf_row *row, struct mf_cursor *t,
                                             struct mf_value *value)
{
    size_t count;
    MF_TRY(count_items(*t, &count));
    struct mf_string *const strings = mf_row_take(row, (count + 1) * sizeof *strings);
    if (strings == NULL)
        return MF_PARSE_NO_MEMORY;
    bool is_over = false;
    struct mf_walk walk = mf_cursor_open(t, ']');
    for (count = 0; mf_cursor_next(t, &walk); count += !is_over) {
        is_over |= *t->p == 'n';
        MF_TRY(is_over ? mf_cursor_skip(t) : mf_row_text(row, t, &strings[count]));
    }
    value->kind = MF_VALUE_STRING_LIST;
    value->count = count;
    value->as.strings = strings;
    return walk.status;
}

static enum mf_parse_status read_text(struct mf_row *row, struct mf_cursor *t,
                                      struct mf_value *value)
{
    struct mf_string string;
    MF_TRY(mf_row_text(row, t, &string));
    value->kind = MF_VALUE_STRING;
    value->count = string.size;
    value->as.text = string.text;
    return MF_PARSE_OK;
}

static enum mf_parse_status read_value(struct mf_row *row, struct mf_cursor *t,
                                       enum mf_field_type type, struct mf_value *value)
{
    value->kind = MF_VALUE_UNSET;
    if (*t->p == 'n') {
        value->kind = MF_VALUE_NULL;
        return mf_cursor_literal(t);
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

/* Reads the key at the cursor. *field is -1 if no field has that name. Tries the expected field
 * first: most features list their properties in one order. */
static enum mf_parse_status read_key(struct mf_row *row, struct mf_cursor *t, int *field)
{
    const struct mf_schema *const schema = row->schema;
    const struct mf_field *const guess =
        row->guess < schema->field_count ? &schema->fields[row->guess] : NULL;
    if (guess != NULL && guess->is_plain && mf_cursor_key_is(t, guess->name, guess->name_size)) {
        *field = row->guess++;
        return MF_PARSE_OK;
    }
    struct mf_span key;
    struct mf_string name;
    MF_TRY(mf_cursor_key(t, &key));
    MF_TRY(mf_row_characters(row, &key, &name));
    *field = mf_schema_find(schema, name.text, name.size);
    if (*field >= 0)
        row->guess = *field + 1;
    return MF_PARSE_OK;
}

/* Reads the object at the cursor, each member into the field of that name. With `as_text` the
 * values become strings, whatever the types of the fields. */
static enum mf_parse_status read_members(struct mf_row *row, struct mf_cursor *t, bool as_text)
{
    row->guess = row->schema->host_count;
    struct mf_walk walk = mf_cursor_open(t, '}');
    while (mf_cursor_next(t, &walk)) {
        int field;
        MF_TRY(read_key(row, t, &field));
        if (field < 0 || !row->wanted[field])
            MF_TRY(mf_cursor_skip(t));
        else if (as_text && *t->p != 'n')
            MF_TRY(read_text(row, t, &row->values[field]));
        else
            MF_TRY(read_value(row, t, row->schema->fields[field].type, &row->values[field]));
    }
    return walk.status;
}

static void unset_values(struct mf_row *row)
{
    for (int i = 0; i < row->schema->field_count; ++i)
        row->values[i].kind = MF_VALUE_UNSET;
}

static enum mf_parse_status read_geometry(struct mf_row *row, struct mf_cursor *t)
{
    if (!row->wants_geometry || *t->p == 'n')
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

/* The type of the field in the document's schema decides which ids are values: a string does not
 * fit a property `id` of numbers, which stays unset. */
static enum mf_parse_status fill_id(struct mf_row *row, const struct mf_schema *document,
                                    const char *id, const char *end)
{
    if (!document->fill_id || id == NULL || *id == 'n')
        return MF_PARSE_OK;
    const int known = mf_schema_find(document, "id", 2);
    const int field = mf_schema_find(row->schema, "id", 2);
    if (known < 0 || field < 0 || !row->wanted[field] || row->values[field].kind != MF_VALUE_UNSET)
        return MF_PARSE_OK;
    struct mf_cursor t = {id, end, ""};
    const enum mf_field_type type = document->fields[known].type;
    const bool fits =
        type == MF_FIELD_STRING ||
        ((type == MF_FIELD_INTEGER || type == MF_FIELD_INTEGER64) && mf_cursor_at_number(&t));
    return fits ? read_value(row, &t, row->schema->fields[field].type, &row->values[field])
                : MF_PARSE_OK;
}

static enum mf_parse_status read_row(struct mf_row *row, const struct mf_schema *document,
                                     struct mf_cursor *t)
{
    struct mf_feature_members members = {0};
    bool has_properties = false; /* and they are not null */
    if (mf_cursor_peek(t) != '{')
        return MF_PARSE_BAD;
    struct mf_cursor whole = *t;
    struct mf_walk walk = mf_cursor_open(t, '}');
    while (mf_cursor_next(t, &walk)) {
        struct mf_span key;
        MF_TRY(mf_cursor_key(t, &key));
        switch (mf_feature_member(&members, &key, t->p)) {
        case MF_MEMBER_GEOMETRY:
            MF_TRY(read_geometry(row, t));
            break;
        case MF_MEMBER_PROPERTIES:
            unset_values(row);
            has_properties = *t->p != 'n';
            MF_TRY(*t->p == '{' ? read_members(row, t, false) : mf_cursor_skip(t));
            break;
        default:
            MF_TRY(mf_cursor_skip(t));
        }
    }
    MF_TRY(walk.status);
    if (members.null_geometry_key.text != NULL)
        row->geometry = MF_GEOMETRY_NONE;
    if (!has_properties) /* each member with the name of a field is its value */
        MF_TRY(read_members(row, &whole, true));
    return fill_id(row, document, members.id, t->p);
}

int mf_row_init(struct mf_row *row, const struct mf_schema *schema, struct mf_error *err)
{
    memset(row, 0, sizeof *row);
    row->schema = schema;
    row->wants_geometry = true;
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

/* `document` is the schema from the scan of the text. */
static int decode(struct mf_row *row, const struct mf_schema *document, const char *text,
                  size_t size, struct mf_error *err)
{
    struct mf_cursor t = {text, text + size, ""};
    mf_row_empty_arena(row);
    unset_values(row);
    row->geometry = MF_GEOMETRY_NONE;
    row->wkb_size = 0;
    const enum mf_parse_status status = read_row(row, document, &t);
    if (status == MF_PARSE_NO_MEMORY)
        return mf_out_of_memory(err);
    return status != MF_PARSE_OK ? fail_changed(err) : 0;
}

int mf_row_decode(struct mf_row *row, const char *text, size_t size, struct mf_error *err)
{
    return decode(row, row->schema, text, size, err);
}

static uint64_t text_end(const struct mf_collection *collection, uint64_t i)
{
    const struct mf_feature *const feature = &collection->features[i];
    if (feature->size != UINT32_MAX)
        return feature->offset + feature->size;
    return i + 1 < collection->feature_count ? feature[1].offset : collection->text_size;
}

/* Checks that the feature is inside the text. Checks here, because a million checks take longer
 * than the rest of opening a result. */
bool mf_collection_feature_text(const struct mf_collection *collection, const char *text,
                                uint64_t i, struct mf_string *feature)
{
    const uint64_t start = collection->features[i].offset, end = text_end(collection, i);
    const bool is_inside = start <= end && end <= collection->text_size;
    *feature = is_inside ? (struct mf_string){text + start, (size_t)(end - start)}
                         : (struct mf_string){NULL, 0};
    return is_inside;
}

int mf_row_decode_feature(struct mf_row *row, const struct mf_collection *collection,
                          const char *text, uint64_t i, struct mf_error *err)
{
    struct mf_string feature;
    if (!mf_collection_feature_text(collection, text, i, &feature))
        return fail_changed(err);
    return decode(row, &collection->schema, feature.text, feature.size, err);
}

int mf_row_make_multiple(struct mf_row *row, struct mf_error *err)
{
    const size_t head_size = 9; /* byte order, type, count */
    if (row->geometry < MF_GEOMETRY_POINT || row->geometry > MF_GEOMETRY_POLYGON)
        return 0;
    struct mf_wkb wkb = {.data = row->wkb,
                         .size = row->wkb_size,
                         .capacity = row->wkb_capacity,
                         .has_z = row->has_z};
    const bool has_room = mf_wkb_reserve(&wkb, head_size);
    row->wkb = wkb.data;
    row->wkb_capacity = wkb.capacity;
    if (!has_room)
        return mf_out_of_memory(err);
    memmove(wkb.data + head_size, wkb.data, wkb.size);
    wkb.size = 0;
    row->geometry += MF_GEOMETRY_MULTIPOINT - MF_GEOMETRY_POINT;
    mf_wkb_write_header(&wkb, row->geometry);
    mf_wkb_write_count(&wkb, mf_wkb_count_later(&wkb), 1);
    row->wkb_size += head_size;
    return 0;
}
