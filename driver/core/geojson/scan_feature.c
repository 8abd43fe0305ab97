/* SPDX-License-Identifier: MIT */
/* Scans features: what each is, what its properties add to the schema, and its box. */
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
    g->needs_exact = false;
}

void mf_feature_scan_free(struct mf_feature_scan *g)
{
    mf_feature_scan_reset(g);
    free(g->wkb.data);
    free(g->observations);
}

/* ---- properties ----------------------------------------------------------------------------- */

static enum mf_value_class class_of_number(const struct mf_number *number)
{
    if (mf_number_is_real(number))
        return MF_CLASS_REAL;
    if (number->size < 10) /* this many characters always fit */
        return MF_CLASS_INT32;
    if (mf_number_exceeds_int64(number))
        return MF_CLASS_BEYOND_INT64;
    const int64_t value = mf_number_int64(number);
    return value >= INT32_MIN && value <= INT32_MAX ? MF_CLASS_INT32 : MF_CLASS_INT64;
}

/* Returns the class of a list of class `list`, which may be empty, with `item` added. */
static enum mf_value_class class_with_item(enum mf_value_class list, enum mf_value_class item)
{
    if (item < MF_CLASS_BOOLEAN || item > MF_CLASS_STRING)
        return MF_CLASS_JSON;
    const enum mf_value_class wanted = item - MF_CLASS_BOOLEAN + MF_CLASS_BOOLEAN_LIST;
    if (list == MF_CLASS_EMPTY_LIST || list == wanted)
        return wanted;
    const bool are_numbers = list >= MF_CLASS_INT32_LIST && list <= MF_CLASS_REAL_LIST &&
                             item >= MF_CLASS_INT32 && item <= MF_CLASS_REAL;
    if (!are_numbers)
        return MF_CLASS_JSON;
    return list > wanted ? list : wanted;
}

static enum mf_parse_status read_class(struct mf_cursor *t, enum mf_value_class *kind,
                                       struct mf_span *string);

static enum mf_parse_status read_list_class(struct mf_cursor *t, enum mf_value_class *kind,
                                            struct mf_span *beyond)
{
    const char *const start = t->p;
    struct mf_walk walk = mf_cursor_open(t, ']');
    *kind = MF_CLASS_EMPTY_LIST;
    while (mf_cursor_next(t, &walk)) {
        enum mf_value_class item;
        struct mf_span string;
        if (*t->p == '[' || *t->p == '{') {
            /* Nested: JSON, whose depth mf_cursor_skip limits. */
            t->p = start;
            *kind = MF_CLASS_JSON;
            return mf_cursor_skip(t);
        }
        MF_TRY(read_class(t, &item, &string));
        if (item == MF_CLASS_BEYOND_INT64 && *kind != MF_CLASS_BEYOND_INT64_LIST)
            *beyond = string;
        *kind = class_with_item(*kind, item);
    }
    return walk.status;
}

/* Reads a value and its class. *string is set for strings, and for integers beyond 64 bits. */
static enum mf_parse_status read_class(struct mf_cursor *t, enum mf_value_class *kind,
                                       struct mf_span *string)
{
    struct mf_number number;
    switch (*t->p) {
    case '"':
        *kind = MF_CLASS_STRING;
        return mf_cursor_string(t, string);
    case 't':
    case 'f':
        *kind = MF_CLASS_BOOLEAN;
        return mf_cursor_literal(t);
    case 'n':
        *kind = MF_CLASS_NULL;
        return mf_cursor_literal(t);
    case '[':
        return read_list_class(t, kind, string);
    case '{':
        *kind = MF_CLASS_JSON;
        return mf_cursor_skip(t);
    default:
        if (!mf_cursor_at_number(t))
            return mf_cursor_bad(t, "expected a value");
        MF_TRY(mf_cursor_number(t, &number));
        *kind = class_of_number(&number);
        if (*kind == MF_CLASS_BEYOND_INT64)
            *string = (struct mf_span){number.text, number.size, false};
        return MF_PARSE_OK;
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

/* Adds an observation. If it repeats a key, its value replaces the earlier one instead. */
static enum mf_parse_status observe(struct mf_feature_scan *g, const struct mf_observation *met)
{
    struct mf_schema_builder_field *const field =
        met->field >= 0 ? &g->builder.fields[met->field] : NULL;
    const bool is_repeated = field != NULL && field->object == g->builder.object;
    if (is_repeated && field->observation != MF_NOT_OBSERVED) {
        struct mf_observation *const first = &g->observations[field->observation];
        first->kind = met->kind;
        first->string = met->string;
        return MF_PARSE_OK;
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
    return MF_PARSE_OK;
}

static bool follows(const struct mf_feature_scan *g, int field, int before)
{
    const int *const followers = before >= 0 ? g->builder.fields[before].followers : NULL;
    return followers != NULL && (followers[0] == field || followers[1] == field);
}

/* Reads one member of a properties object. *before is the field that precedes it. */
static enum mf_parse_status read_property(struct mf_feature_scan *g, struct mf_cursor *t,
                                          int *before)
{
    struct mf_observation met;
    met.string = (struct mf_span){"", 0, false};
    met.after = *before;
    met.repeats_new = false;
    met.field = mf_schema_builder_read_key(&g->builder, t, *before);
    if (met.field == MF_OBSERVED_NEW) {
        MF_TRY(mf_cursor_key(t, &met.key));
        MF_TRY(mf_schema_builder_find(&g->builder, &met.key, &met.field));
    }
    MF_TRY(read_class(t, &met.kind, &met.string));
    if (met.field == MF_OBSERVED_NEW) {
        *before = MF_AFTER_NEW;
        g->has_property_id |= mf_span_equals(&met.key, "id", 2) && met.kind != MF_CLASS_NULL;
        return observe(g, &met);
    }
    struct mf_schema_builder_field *const field = &g->builder.fields[met.field];
    if (field->is_id)
        g->has_property_id = met.kind != MF_CLASS_NULL;
    if (field->object == g->builder.object)
        return observe(g, &met); /* a repeated key counts at its first place */
    *before = met.field;
    if (!follows(g, met.field, met.after) ||
        !mf_schema_builder_is_settled(field, met.kind, &met.string))
        return observe(g, &met);
    field->object = g->builder.object;
    field->observation = MF_NOT_OBSERVED;
    return MF_PARSE_OK;
}

/* Reads the object at the cursor. Whatever may change the schema goes to g->observations. */
static enum mf_parse_status read_members(struct mf_feature_scan *g, struct mf_cursor *t)
{
    int before = MF_AFTER_START;
    g->observation_count = 0;
    g->has_property_id = false;
    ++g->builder.object;
    struct mf_walk walk = mf_cursor_open(t, '}');
    while (mf_cursor_next(t, &walk))
        MF_TRY(read_property(g, t, &before));
    return walk.status;
}

/* ---- features ------------------------------------------------------------------------------- */

enum properties { NO_PROPERTIES, NULL_OR_EMPTY, AN_OBJECT, SOMETHING_ELSE };

/* What is known of a feature before it is kept. */
struct feature {
    bool is_feature; /* "type": "Feature" */
    struct mf_feature_members members;
    enum properties properties;
    struct mf_observation id;  /* only kind and string are used */
    struct mf_cursor geometry; /* what g->wkb was read from */
    uint32_t layer_type;       /* bit of geometry_types; only for the exact key `geometry` */
};

static enum mf_parse_status read_properties(struct mf_feature_scan *g, struct mf_cursor *t,
                                            struct feature *feature)
{
    g->observation_count = 0;
    if (*t->p == '{') {
        feature->properties = AN_OBJECT;
        return read_members(g, t);
    }
    enum mf_value_class kind;
    struct mf_span string;
    MF_TRY(read_class(t, &kind, &string));
    feature->properties =
        kind == MF_CLASS_NULL || kind == MF_CLASS_EMPTY_LIST ? NULL_OR_EMPTY : SOMETHING_ELSE;
    return MF_PARSE_OK;
}

static enum mf_parse_status read_geometry(struct mf_feature_scan *g, struct mf_cursor *t,
                                          const struct mf_span *key, struct feature *feature)
{
    const bool is_exact = mf_span_equals(key, "geometry", 8);
    if (is_exact)
        feature->layer_type = 0;
    if (*t->p == 'n')
        return mf_cursor_literal(t);
    feature->geometry = *t;
    g->wkb.is_approx = !g->needs_exact;
    MF_TRY(mf_geometry_read(t, &g->wkb));
    if (is_exact && g->rules.geometry_type_is_stated)
        feature->layer_type = (uint32_t)g->wkb.is_object << (2 * g->wkb.stated + g->wkb.stated_z);
    else if (is_exact && g->wkb.type != MF_GEOMETRY_NONE)
        feature->layer_type = 1U << (2 * g->wkb.type + g->wkb.has_z);
    return MF_PARSE_OK;
}

static enum mf_parse_status read_type(struct mf_cursor *t, struct feature *feature)
{
    struct mf_span string;
    feature->is_feature = false;
    if (*t->p != '"')
        return mf_cursor_skip(t);
    MF_TRY(mf_cursor_string(t, &string));
    feature->is_feature = mf_span_equals(&string, "Feature", 7);
    return MF_PARSE_OK;
}

static enum mf_parse_status read_feature_member(struct mf_feature_scan *g, struct mf_cursor *t,
                                                struct feature *feature)
{
    struct mf_span key;
    MF_TRY(mf_cursor_key(t, &key));
    switch (mf_feature_member(&feature->members, &key, t->p)) {
    case MF_MEMBER_TYPE:
        return read_type(t, feature);
    case MF_MEMBER_PROPERTIES:
        return read_properties(g, t, feature);
    case MF_MEMBER_GEOMETRY:
        return read_geometry(g, t, &key, feature);
    case MF_MEMBER_ID:
        return read_class(t, &feature->id.kind, &feature->id.string);
    default:
        return mf_cursor_skip(t);
    }
}

static bool is_named(const struct mf_feature_scan *g, const struct mf_observation *seen,
                     const char *name)
{
    const size_t size = strlen(name);
    return seen->field < 0 ? mf_span_equals(&seen->key, name, size)
                           : mf_field_has_name(&g->builder.schema.fields[seen->field], name, size);
}

/* Drops the observations that are not fields of a feature without properties. */
static void drop_members_of_geojson(struct mf_feature_scan *g)
{
    static const char *const names[] = {"type", "geometry", "centroid", "bbox", "center"};
    size_t kept = 0;
    for (size_t i = 0; i < g->observation_count; ++i) {
        bool is_field = true;
        for (size_t k = 0; k < sizeof names / sizeof *names; ++k)
            is_field &= !is_named(g, &g->observations[i], names[k]);
        if (is_field)
            g->observations[kept++] = g->observations[i];
    }
    g->observation_count = kept;
}

/* Updates the schema from a feature. One without properties is flat: its other members are its
 * fields. */
static enum mf_parse_status learn_schema(struct mf_feature_scan *g, const struct feature *feature,
                                         struct mf_cursor whole)
{
    const char *const id = feature->members.id;
    const bool is_flat = feature->properties != AN_OBJECT;
    int after = -1;
    if (id != NULL && feature->id.kind != MF_CLASS_NULL) {
        const bool is_negative = id[0] == '-' && id[1] != '0';
        MF_TRY(mf_schema_builder_feature_id(&g->builder, &feature->id, is_negative,
                                            !is_flat && g->has_property_id, &after));
    }
    if (feature->properties == NULL_OR_EMPTY)
        return MF_PARSE_OK;
    if (is_flat) {
        MF_TRY(read_members(g, &whole));
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

/* Rounds to a float, down or up. */
static float round_towards(double exact, float direction)
{
    const float rounded = (float)exact;
    const bool is_right = direction < 0 ? (double)rounded <= exact : (double)rounded >= exact;
    return is_right ? rounded : nextafterf(rounded, direction);
}

/* Keeps the first of two zeros (0 and -0). */
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

static bool is_inside(const struct mf_box *box, const struct mf_box *extent)
{
    return box->min_x >= extent->min_x && box->max_x <= extent->max_x &&
           box->min_y >= extent->min_y && box->max_y <= extent->max_y;
}

/* Finds the box of a feature. The index rounds it outwards, so approximate ordinates are good
 * enough. Only a geometry that may enlarge the extent is read exactly. */
static void find_box(struct mf_feature_scan *g, const struct feature *feature, struct mf_box *box)
{
    mf_geometry_box(&g->wkb, box);
    if (g->wkb.type == MF_GEOMETRY_NONE || box->min_x > box->max_x)
        return;
    if (g->wkb.is_approx) {
        const struct mf_box wide = {box->min_x - MF_APPROX_ERROR, box->min_y - MF_APPROX_ERROR,
                                    box->max_x + MF_APPROX_ERROR, box->max_y + MF_APPROX_ERROR};
        if (is_inside(&wide, &g->found.extent)) {
            *box = wide;
            return;
        }
        struct mf_cursor again = feature->geometry;
        g->wkb.is_approx = false;
        if (mf_geometry_read(&again, &g->wkb) == MF_PARSE_OK) /* as it was the first time */
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
    if (feature->members.null_geometry_key.text != NULL)
        g->wkb.type = MF_GEOMETRY_NONE;
    struct mf_box box;
    find_box(g, feature, &box);
    *kept = (struct mf_feature){
        .offset = offset,
        .size = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX,
        .box = {round_towards(box.min_x, -INFINITY), round_towards(box.min_y, -INFINITY),
                round_towards(box.max_x, INFINITY), round_towards(box.max_y, INFINITY)},
        .geometry = (uint8_t)g->wkb.type,
        .has_z = g->wkb.type != MF_GEOMETRY_NONE && g->wkb.has_z,
        .is_odd = g->wkb.is_odd && feature->members.null_geometry_key.text == NULL};
    g->found.odd_count += kept->is_odd;
    if (feature->is_feature)
        g->found.geometry_types |= feature->layer_type;
    return MF_PARSE_OK;
}

enum mf_parse_status mf_feature_scan_item(struct mf_feature_scan *g, struct mf_cursor *t,
                                          uint64_t offset)
{
    if (*t->p != '{')
        return mf_cursor_skip(t);
    const struct mf_cursor whole = *t;
    struct feature feature = {0};
    g->wkb.type = MF_GEOMETRY_NONE;
    g->wkb.is_odd = false;
    g->observation_count = 0;
    struct mf_walk walk = mf_cursor_open(t, '}');
    while (mf_cursor_next(t, &walk))
        MF_TRY(read_feature_member(g, t, &feature));
    MF_TRY(walk.status);
    if (g->wkb.out_of_memory)
        return MF_PARSE_NO_MEMORY;
    if (!feature.is_feature && !g->rules.untyped_objects_are_rows)
        return MF_PARSE_OK;
    if (feature.is_feature)
        MF_TRY(learn_schema(g, &feature, whole));
    return keep_feature(g, &feature, offset, (size_t)(t->p - whole.p));
}
