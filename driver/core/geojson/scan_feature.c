/* One feature after the other: what it is, what its properties teach the schema, and its box. */
#include "geojson/scan_feature_internal.h"

#include <math.h>
#include <stdlib.h>

#include "base/number_digits.h"

static const struct mf_box empty_box = {INFINITY, INFINITY, -INFINITY, -INFINITY};

void mf_feature_scan_init(struct mf_feature_scan *g, const struct mf_schema_rules *rules)
{
    memset(g, 0, sizeof *g);
    g->rules = *rules;
    mf_schema_builder_init(&g->builder, rules);
    g->wkb.empty_polygons = rules->empty_polygons;
    g->found.extent = empty_box;
}

void mf_feature_scan_reset(struct mf_feature_scan *g)
{
    mf_schema_builder_free(&g->builder);
    mf_collection_free(&g->found);
    g->found.extent = empty_box;
    g->feature_capacity = 0;
    g->needs_exact = 0;
}

void mf_feature_scan_free(struct mf_feature_scan *g)
{
    mf_feature_scan_reset(g);
    free(g->wkb.data);
    free(g->observations);
    g->wkb.data = NULL;
    g->observations = NULL;
}

/* ---- properties ----------------------------------------------------------------------------- */

static enum mf_value_class class_of_number(const struct mf_number *number)
{
    if (mf_number_is_real(number))
        return MF_CLASS_REAL;
    if (number->size < 10) /* so many characters always fit */
        return MF_CLASS_INT32;
    const int64_t value = mf_number_int64(number);
    return value >= INT32_MIN && value <= INT32_MAX ? MF_CLASS_INT32 : MF_CLASS_INT64;
}

/* What a list becomes when `item` is added to a list of class `list`; -1 stands for "no item yet".
 */
static enum mf_value_class class_with_item(int list, enum mf_value_class item)
{
    switch (item) {
    case MF_CLASS_STRING:
        return list == -1 || list == MF_CLASS_STRING_LIST ? MF_CLASS_STRING_LIST : MF_CLASS_JSON;
    case MF_CLASS_BOOLEAN:
        return list == -1 || list == MF_CLASS_BOOLEAN_LIST ? MF_CLASS_BOOLEAN_LIST : MF_CLASS_JSON;
    case MF_CLASS_REAL:
        return list == -1 || list == MF_CLASS_INT32_LIST || list == MF_CLASS_INT64_LIST ||
                       list == MF_CLASS_REAL_LIST
                   ? MF_CLASS_REAL_LIST
                   : MF_CLASS_JSON;
    case MF_CLASS_INT32:
    case MF_CLASS_INT64:
        if (list == -1 || list == MF_CLASS_INT32_LIST)
            return item == MF_CLASS_INT32 ? MF_CLASS_INT32_LIST : MF_CLASS_INT64_LIST;
        return list == MF_CLASS_INT64_LIST || list == MF_CLASS_REAL_LIST ? (enum mf_value_class)list
                                                                         : MF_CLASS_JSON;
    default:
        return MF_CLASS_JSON;
    }
}

static enum mf_parse_status read_class(struct mf_cursor *t, enum mf_value_class *kind,
                                       struct mf_span *string);

static enum mf_parse_status read_list_class(struct mf_cursor *t, enum mf_value_class *kind)
{
    const char *const start = t->p;
    int list = -1, first = 1;
    enum mf_parse_status status;
    ++t->p;
    while (mf_cursor_next(t, ']', &first, &status)) {
        enum mf_value_class item;
        struct mf_span string;
        if (*t->p == '[' || *t->p == '{') {
            /* Nested: the list is JSON text, and its depth is for the skipper to watch. */
            t->p = start;
            *kind = MF_CLASS_JSON;
            return mf_cursor_skip(t);
        }
        status = read_class(t, &item, &string);
        if (status != MF_PARSE_OK)
            return status;
        list = (int)class_with_item(list, item);
    }
    *kind = list == -1 ? MF_CLASS_EMPTY_LIST : (enum mf_value_class)list;
    return status;
}

/* Reads a value and its class. *string is set for strings. */
static enum mf_parse_status read_class(struct mf_cursor *t, enum mf_value_class *kind,
                                       struct mf_span *string)
{
    struct mf_number number;
    enum mf_parse_status status;
    switch (*t->p) {
    case '"':
        *kind = MF_CLASS_STRING;
        return mf_cursor_string(t, string);
    case 't':
        *kind = MF_CLASS_BOOLEAN;
        return mf_cursor_literal(t, "true", 4);
    case 'f':
        *kind = MF_CLASS_BOOLEAN;
        return mf_cursor_literal(t, "false", 5);
    case 'n':
        *kind = MF_CLASS_NULL;
        return mf_cursor_literal(t, "null", 4);
    case '[':
        return read_list_class(t, kind);
    case '{':
        *kind = MF_CLASS_JSON;
        return mf_cursor_skip(t);
    default:
        if (!mf_cursor_at_number(t))
            return mf_cursor_bad(t, "expected a value");
        status = mf_cursor_number(t, &number);
        if (status == MF_PARSE_OK)
            *kind = class_of_number(&number);
        return status;
    }
}

static struct mf_observation *add_observation(struct mf_feature_scan *g)
{
    if (g->observation_count == g->observation_capacity) {
        const size_t capacity = g->observation_capacity * 2 + 32;
        struct mf_observation *const grown = realloc(g->observations, capacity * sizeof *grown);
        if (grown == NULL)
            return NULL;
        g->observations = grown;
        g->observation_capacity = capacity;
    }
    return &g->observations[g->observation_count++];
}

/* Adds what was met to the observations, unless it repeats a key: then the value takes the place of
 * the one before. */
static enum mf_parse_status observe(struct mf_feature_scan *g, const struct mf_observation *met)
{
    struct mf_schema_builder_field *const field =
        met->field >= 0 ? &g->builder.fields[met->field] : NULL;
    const int is_repeated = field != NULL && field->object == g->builder.object;
    if (is_repeated && field->observation != MF_NOT_OBSERVED) {
        struct mf_observation *const first = &g->observations[field->observation];
        first->kind = met->kind;
        first->string = met->string;
        return 0;
    }
    struct mf_observation *const seen = add_observation(g);
    if (seen == NULL)
        return MF_PARSE_NO_MEMORY;
    *seen = *met;
    if (is_repeated)
        seen->after = MF_AFTER_NOTHING;
    if (field != NULL) {
        field->object = g->builder.object;
        field->observation = g->observation_count - 1;
    }
    return 0;
}

/* Reads one member of an object of properties. *before is the field that stands before it. */
static enum mf_parse_status read_property(struct mf_feature_scan *g, struct mf_cursor *t,
                                          int *before)
{
    struct mf_observation met;
    enum mf_parse_status status = MF_PARSE_OK;
    met.string = (struct mf_span){"", 0, 0};
    met.field = mf_schema_builder_read_key(&g->builder, t, *before);
    if (met.field == MF_OBSERVED_NEW) {
        status = mf_cursor_key(t, &met.key);
        if (status != MF_PARSE_OK)
            return status;
        met.field = mf_schema_builder_find(&g->builder, &met.key);
        if (met.field == MF_SCHEMA_NO_MEMORY)
            return MF_PARSE_NO_MEMORY;
    }
    status = read_class(t, &met.kind, &met.string);
    if (status != MF_PARSE_OK)
        return status;
    met.after = *before;
    met.repeats_new = 0;
    if (met.field < 0) {
        *before = MF_AFTER_NEW;
        g->has_property_id |= mf_span_equals(&met.key, "id", 2) && met.kind != MF_CLASS_NULL;
        return observe(g, &met);
    }
    struct mf_schema_builder_field *const field = &g->builder.fields[met.field];
    if (field->object != g->builder.object)
        *before = met.field; /* a repeated key stands in its first place, and nothing behind it */
    if (field->is_id)
        g->has_property_id = met.kind != MF_CLASS_NULL;
    if (field->object != g->builder.object && met.after >= 0 &&
        (g->builder.fields[met.after].followers[0] == met.field ||
         g->builder.fields[met.after].followers[1] == met.field) &&
        mf_schema_builder_is_settled(field, met.kind, &met.string)) {
        field->object = g->builder.object;
        field->observation = MF_NOT_OBSERVED;
        return 0;
    }
    return observe(g, &met);
}

/* Reads the object at the cursor; what may teach the schema something goes to g->observations.
 */
static enum mf_parse_status read_members(struct mf_feature_scan *g, struct mf_cursor *t)
{
    int first = 1, before = MF_AFTER_START;
    enum mf_parse_status status;
    g->observation_count = 0;
    g->has_property_id = 0;
    ++g->builder.object;
    ++t->p;
    while (mf_cursor_next(t, '}', &first, &status)) {
        const enum mf_parse_status status = read_property(g, t, &before);
        if (status != MF_PARSE_OK)
            return status;
    }
    return status;
}

/* ---- features ------------------------------------------------------------------------------- */

enum properties { NO_PROPERTIES, NULL_OR_EMPTY, AN_OBJECT, SOMETHING_ELSE };

/* What is learnt of one feature before it counts. Keys are found in any case; of several spellings
 * the first one counts, of a repeated one its last value. */
struct feature {
    int is_feature; /* "type": "Feature" */
    enum properties properties;
    struct mf_span properties_key;
    struct mf_span id_key;
    enum mf_value_class id_kind;
    const char *id;                   /* its text */
    struct mf_span null_geometry_key; /* text NULL: none is null */
    struct mf_cursor geometry;        /* what g->wkb was read from */
    uint32_t layer_type; /* bit of geometry_types; only for the key `geometry` itself */
};

static int first_spelling(struct mf_span *known, const struct mf_span *key)
{
    if (known->text == NULL)
        *known = *key;
    return known->size == key->size && memcmp(known->text, key->text, key->size) == 0;
}

static enum mf_parse_status read_properties(struct mf_feature_scan *g, struct mf_cursor *t,
                                            struct feature *feature)
{
    g->observation_count = 0;
    if (*t->p == '{') {
        feature->properties = AN_OBJECT;
        return read_members(g, t);
    }
    enum mf_value_class kind = MF_CLASS_NULL;
    struct mf_span string;
    const enum mf_parse_status status = read_class(t, &kind, &string);
    feature->properties =
        kind == MF_CLASS_NULL || kind == MF_CLASS_EMPTY_LIST ? NULL_OR_EMPTY : SOMETHING_ELSE;
    return status;
}

static enum mf_parse_status read_feature_geometry(struct mf_feature_scan *g, struct mf_cursor *t,
                                                  const struct mf_span *key,
                                                  struct feature *feature)
{
    const int is_exact = mf_span_equals(key, "geometry", 8);
    if (is_exact)
        feature->layer_type = 0;
    if (*t->p == 'n') {
        feature->null_geometry_key = *key;
        return mf_cursor_literal(t, "null", 4);
    }
    if (feature->null_geometry_key.text != NULL && first_spelling(&feature->null_geometry_key, key))
        feature->null_geometry_key.text = NULL;
    feature->geometry = *t;
    g->wkb.is_approx = !g->needs_exact;
    const enum mf_parse_status status = mf_geometry_read(t, &g->wkb);
    if (status != MF_PARSE_OK || !is_exact)
        return status;
    if (g->rules.geometry_type_is_stated)
        feature->layer_type = (uint32_t)g->wkb.is_object << (2 * g->wkb.stated + g->wkb.stated_z);
    else if (g->wkb.type != MF_GEOMETRY_NONE)
        feature->layer_type = 1U << (2 * g->wkb.type + (g->wkb.has_z != 0));
    return status;
}

static enum mf_parse_status read_type(struct mf_cursor *t, struct feature *feature)
{
    struct mf_span string;
    feature->is_feature = 0;
    if (*t->p != '"')
        return mf_cursor_skip(t);
    const enum mf_parse_status status = mf_cursor_string(t, &string);
    feature->is_feature = status == MF_PARSE_OK && mf_span_equals(&string, "Feature", 7);
    return status;
}

static enum mf_parse_status read_feature_member(struct mf_feature_scan *g, struct mf_cursor *t,
                                                struct feature *feature)
{
    struct mf_span key, string;
    const enum mf_parse_status status = mf_cursor_key(t, &key);
    if (status != MF_PARSE_OK)
        return status;
    if (mf_span_equals(&key, "type", 4))
        return read_type(t, feature);
    if (mf_span_equals_nocase(&key, "properties", 10) &&
        first_spelling(&feature->properties_key, &key))
        return read_properties(g, t, feature);
    if (mf_span_equals_nocase(&key, "geometry", 8))
        return read_feature_geometry(g, t, &key, feature);
    if (mf_span_equals_nocase(&key, "id", 2) && first_spelling(&feature->id_key, &key)) {
        feature->id = t->p;
        return read_class(t, &feature->id_kind, &string);
    }
    return mf_cursor_skip(t);
}

/* Whether a property has a name. */
static int is_named(const struct mf_feature_scan *g, const struct mf_observation *seen,
                    const char *name, size_t size)
{
    if (seen->field < 0)
        return mf_span_equals(&seen->key, name, size);
    const struct mf_field *const field = &g->builder.fields[seen->field].field;
    return field->name_size == size && memcmp(field->name, name, size) == 0;
}

/* Takes what is no field of a feature without properties out of the observations. */
static void drop_members_of_geojson(struct mf_feature_scan *g)
{
    static const char *const names[] = {"type", "geometry", "centroid", "bbox", "center"};
    size_t kept = 0;
    for (size_t i = 0; i < g->observation_count; ++i) {
        int is_field = 1;
        for (size_t k = 0; k < sizeof names / sizeof *names; ++k)
            is_field &= !is_named(g, &g->observations[i], names[k], strlen(names[k]));
        if (is_field)
            g->observations[kept++] = g->observations[i];
    }
    g->observation_count = kept;
}

/* Lets the schema learn from a feature. One without properties is flat: its other members are its
 * fields. */
static enum mf_parse_status learn_schema(struct mf_feature_scan *g, const struct feature *feature,
                                         struct mf_cursor whole)
{
    int after = -1;
    if (feature->id_key.text != NULL && feature->id_kind != MF_CLASS_NULL) {
        const bool is_negative = feature->id[0] == '-' && feature->id[1] != '0';
        after =
            mf_schema_builder_feature_id(&g->builder, feature->id_kind, is_negative,
                                         feature->properties == AN_OBJECT && g->has_property_id);
        if (after == MF_SCHEMA_NO_MEMORY)
            return MF_PARSE_NO_MEMORY;
    }
    if (feature->properties == NULL_OR_EMPTY)
        return 0;
    const int is_flat = feature->properties != AN_OBJECT;
    if (is_flat) {
        if (read_members(g, &whole) == MF_PARSE_NO_MEMORY)
            return MF_PARSE_NO_MEMORY;
        drop_members_of_geojson(g);
    }
    return mf_schema_builder_observe(&g->builder, g->observations, g->observation_count, after,
                                     is_flat);
}

static struct mf_feature *add_feature(struct mf_feature_scan *g)
{
    struct mf_collection *const found = &g->found;
    if (found->feature_count == g->feature_capacity) {
        const uint64_t capacity = g->feature_capacity * 2 + 1024;
        if (capacity > SIZE_MAX / sizeof *found->features)
            return NULL;
        struct mf_feature *const grown = realloc(found->features, (size_t)capacity * sizeof *grown);
        if (grown == NULL)
            return NULL;
        found->features = grown;
        g->feature_capacity = capacity;
    }
    return &found->features[found->feature_count++];
}

/* nextafterf, in line, for all but zeros and what is no number. */
static float next_float(float value, int upwards)
{
    int32_t bits;
    if (!(value > 0 || value < 0) || isinf(value))
        return nextafterf(value, upwards ? INFINITY : -INFINITY);
    memcpy(&bits, &value, sizeof bits);
    bits += (value > 0) == upwards ? 1 : -1;
    memcpy(&value, &bits, sizeof bits);
    return value;
}

static void round_box_outwards(const struct mf_box *box, float rounded[4])
{
    rounded[0] = (float)box->min_x;
    rounded[1] = (float)box->min_y;
    rounded[2] = (float)box->max_x;
    rounded[3] = (float)box->max_y;
    for (int i = 0; i < 4; ++i) {
        const double exact = i == 0   ? box->min_x
                             : i == 1 ? box->min_y
                             : i == 2 ? box->max_x
                                      : box->max_y;
        if (i < 2 ? (double)rounded[i] > exact : (double)rounded[i] < exact)
            rounded[i] = next_float(rounded[i], i >= 2);
    }
}

/* Of two zeros the first one stays. */
static void grow_extent(struct mf_box *extent, const struct mf_box *box)
{
    if (box->min_x < extent->min_x)
        extent->min_x = box->min_x;
    if (box->min_y < extent->min_y)
        extent->min_y = box->min_y;
    if (box->max_x > extent->max_x)
        extent->max_x = box->max_x;
    if (box->max_y > extent->max_y)
        extent->max_y = box->max_y;
}

static int is_inside(const struct mf_box *box, const struct mf_box *extent)
{
    return box->min_x >= extent->min_x && box->max_x <= extent->max_x &&
           box->min_y >= extent->min_y && box->max_y <= extent->max_y;
}

/* A box around all that the exact ordinates may be. */
static void widen(struct mf_box *box)
{
    box->min_x -= MF_APPROX_ERROR;
    box->min_y -= MF_APPROX_ERROR;
    box->max_x += MF_APPROX_ERROR;
    box->max_y += MF_APPROX_ERROR;
}

/* The box of a feature. The index wants it rounded outwards, so that near ordinates are good
 * enough; only who may make the extent larger is read exactly. */
static void find_box(struct mf_feature_scan *g, const struct feature *feature, struct mf_box *box)
{
    mf_geometry_box(&g->wkb, box);
    if (g->wkb.type == MF_GEOMETRY_NONE || box->min_x > box->max_x)
        return;
    if (g->wkb.is_approx) {
        struct mf_box wide = *box;
        widen(&wide);
        if (is_inside(&wide, &g->found.extent)) {
            *box = wide;
            return;
        }
        struct mf_cursor again = feature->geometry;
        g->wkb.is_approx = 0;
        if (mf_geometry_read(&again, &g->wkb) == MF_PARSE_OK) /* as it was before */
            mf_geometry_box(&g->wkb, box);
    }
    g->needs_exact = !is_inside(box, &g->found.extent);
    grow_extent(&g->found.extent, box);
}

static enum mf_parse_status keep_feature(struct mf_feature_scan *g, const struct feature *feature,
                                         uint64_t offset, size_t size)
{
    struct mf_feature *const kept = add_feature(g);
    if (kept == NULL)
        return MF_PARSE_NO_MEMORY;
    if (feature->null_geometry_key.text != NULL)
        g->wkb.type = MF_GEOMETRY_NONE;
    struct mf_box box;
    find_box(g, feature, &box);
    kept->offset = offset;
    kept->size = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
    round_box_outwards(&box, kept->box);
    kept->geometry = (uint8_t)g->wkb.type;
    kept->has_z = g->wkb.type != MF_GEOMETRY_NONE && g->wkb.has_z;
    memset(kept->reserved, 0, sizeof kept->reserved);
    if (feature->is_feature)
        g->found.geometry_types |= feature->layer_type;
    return 0;
}

enum mf_parse_status mf_feature_scan_item(struct mf_feature_scan *g, struct mf_cursor *t,
                                          uint64_t offset)
{
    if (*t->p != '{')
        return mf_cursor_skip(t);
    struct mf_cursor whole = *t;
    struct feature feature;
    memset(&feature, 0, sizeof feature);
    g->wkb.type = MF_GEOMETRY_NONE;
    g->observation_count = 0;

    int first = 1;
    enum mf_parse_status status;
    ++t->p;
    while (mf_cursor_next(t, '}', &first, &status)) {
        const enum mf_parse_status status = read_feature_member(g, t, &feature);
        if (status != MF_PARSE_OK)
            return status;
    }
    if (status != MF_PARSE_OK)
        return status;
    if (g->wkb.out_of_memory)
        return MF_PARSE_NO_MEMORY;
    if (!feature.is_feature && !g->rules.untyped_objects_are_rows)
        return MF_PARSE_OK;
    if (feature.is_feature && learn_schema(g, &feature, whole) != 0)
        return MF_PARSE_NO_MEMORY;
    return keep_feature(g, &feature, offset, (size_t)(t->p - whole.p));
}
