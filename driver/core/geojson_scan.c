/* The scanner. Between the pieces it keeps a state of the outermost structure; a value that is
 * whole inside a piece is read right there, one that is not is first collected in `carry`. */
#include <math.h>
#include <stdlib.h>

#include "geojson_geometry.h"
#include "geojson_schema.h"
#include "number_near.h"

enum state {
    AT_START,        /* before the document's '{' */
    AT_FIRST_MEMBER, /* '}' or a key */
    AT_MEMBER,       /* a key */
    AT_COLON,
    AT_VALUE,      /* the value of `member` */
    AFTER_MEMBER,  /* ',' or '}' */
    AT_FIRST_ITEM, /* inside features: ']' or a value */
    AT_ITEM,       /* a value */
    AFTER_ITEM,    /* ',' or ']' */
    AT_END,        /* only white space */
    FAILED
};

enum member { OTHER_MEMBER, TYPE_MEMBER, FEATURES_MEMBER, CRS_MEMBER, DESCRIPTION_MEMBER };

/* Finds the end of a value that comes in pieces. */
struct value_end {
    size_t depth;
    int in_string;
    int after_backslash;
    int scalar_size; /* letters of a literal so far; 1 for a number, 0 for other values */
    int letters;     /* that the literal has when it is whole, 0 for a number */
    int has_point;   /* of a number */
    int has_exponent;
    int at_exponent; /* just behind its 'e' */
};

struct mf_scanner {
    struct mf_schema_rules rules;
    struct mf_schema_builder builder;
    struct mf_collection found;
    uint64_t feature_capacity;
    struct mf_wkb wkb;
    int needs_exact; /* the last geometry was not inside the extent */
    struct mf_observation *observations;
    size_t observation_count;
    size_t observation_capacity;
    int has_property_id; /* and it is not null */

    enum state state;
    enum member member;
    uint64_t offset; /* of the first byte that is not read yet */
    char *carry;     /* the start of a value that is not whole yet */
    size_t carry_size;
    size_t carry_capacity;
    struct value_end end;
    size_t bom_size;
    int is_collection; /* "type": "FeatureCollection" was met */
    int has_features;
};

/* How reading a piece of the document ended: a lexer's verdict, or no memory. */
enum { NO_MEMORY = -2 };

static const struct mf_box empty_box = {INFINITY, INFINITY, -INFINITY, -INFINITY};

/* ---- life ----------------------------------------------------------------------------------- */

int mf_scanner_open(struct mf_scanner **out, const struct mf_schema_rules *rules,
                    struct mf_error *err)
{
    struct mf_scanner *const scanner = calloc(1, sizeof *scanner);
    if (scanner == NULL)
        return mf_error_set(err, MF_ERR_MEMORY, "out of memory");
    scanner->rules = *rules;
    mf_builder_init(&scanner->builder, rules);
    scanner->wkb.empty_polygons = rules->empty_polygons;
    scanner->found.extent = empty_box;
    *out = scanner;
    return 0;
}

void mf_scanner_reset(struct mf_scanner *scanner)
{
    mf_builder_free(&scanner->builder);
    mf_collection_free(&scanner->found);
    scanner->found.extent = empty_box;
    scanner->feature_capacity = 0;
    scanner->needs_exact = 0;
    scanner->state = AT_START;
    scanner->offset = 0;
    scanner->carry_size = 0;
    scanner->bom_size = 0;
    scanner->is_collection = 0;
    scanner->has_features = 0;
}

void mf_scanner_close(struct mf_scanner *scanner)
{
    if (scanner == NULL)
        return;
    mf_scanner_reset(scanner);
    free(scanner->wkb.data);
    free(scanner->observations);
    free(scanner->carry);
    free(scanner);
}

void mf_collection_free(struct mf_collection *collection)
{
    if (collection == NULL)
        return;
    mf_schema_free(&collection->schema);
    free(collection->features);
    free(collection->runs);
    free(collection->crs);
    free(collection->description);
    memset(collection, 0, sizeof *collection);
}

/* ---- properties ----------------------------------------------------------------------------- */

static enum mf_value_class class_of_number(const struct mf_number *number)
{
    /* An exponent of four characters or more that overflows: for GDAL the integer before the 'e'.
     */
    if (number->real && !(number->exponent_digits > 3 && isinf(mf_number_double(number))))
        return MF_CLASS_REAL;
    const uint64_t limit = (uint64_t)INT32_MAX + number->negative;
    return number->truncated || number->mantissa > limit ? MF_CLASS_INT64 : MF_CLASS_INT32;
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

static enum mf_lex read_class(struct mf_text *t, enum mf_value_class *kind, struct mf_span *string,
                              int *negative);

static enum mf_lex read_list_class(struct mf_text *t, enum mf_value_class *kind)
{
    const char *const start = t->p;
    int list = -1, first = 1;
    enum mf_lex lex;
    ++t->p;
    while (mf_text_next(t, ']', &first, &lex)) {
        enum mf_value_class item;
        struct mf_span string;
        int negative;
        if (*t->p == '[' || *t->p == '{') {
            /* Nested: the list is JSON text, and its depth is for the skipper to watch. */
            t->p = start;
            *kind = MF_CLASS_JSON;
            return mf_text_skip(t);
        }
        lex = read_class(t, &item, &string, &negative);
        if (lex != MF_LEX_OK)
            return lex;
        list = (int)class_with_item(list, item);
    }
    *kind = list == -1 ? MF_CLASS_EMPTY_LIST : (enum mf_value_class)list;
    return lex;
}

/* Reads a value and says what it is. *string is set for strings, *negative for integers. */
static enum mf_lex read_class(struct mf_text *t, enum mf_value_class *kind, struct mf_span *string,
                              int *negative)
{
    enum { DIGITS_OF_INT32 = 9 }; /* so many always fit */
    struct mf_plain plain;
    struct mf_number number;
    enum mf_lex lex;
    switch (*t->p) {
    case '"':
        *kind = MF_CLASS_STRING;
        return mf_text_string(t, string);
    case 't':
        *kind = MF_CLASS_BOOLEAN;
        return mf_text_literal(t, "true", 4);
    case 'f':
        *kind = MF_CLASS_BOOLEAN;
        return mf_text_literal(t, "false", 5);
    case 'n':
        *kind = MF_CLASS_NULL;
        return mf_text_literal(t, "null", 4);
    case '[':
        return read_list_class(t, kind);
    case '{':
        *kind = MF_CLASS_JSON;
        return mf_text_skip(t);
    default:
        if (*t->p != '-' && (*t->p < '0' || *t->p > '9'))
            return mf_text_bad(t, "expected a value");
        if (mf_plain_find(&plain, t->p, t->end) &&
            (plain.fraction_size > 0 || plain.whole_size <= DIGITS_OF_INT32)) {
            *kind = plain.fraction_size > 0 ? MF_CLASS_REAL : MF_CLASS_INT32;
            *negative = plain.negative && *plain.whole != '0';
            t->p = plain.stop;
            return MF_LEX_OK;
        }
        lex = mf_text_number(t, &number);
        if (lex == MF_LEX_OK) {
            *kind = class_of_number(&number);
            *negative = number.negative && number.mantissa != 0;
        }
        return lex;
    }
}

static struct mf_observation *add_observation(struct mf_scanner *s)
{
    if (s->observation_count == s->observation_capacity) {
        const size_t capacity = s->observation_capacity * 2 + 32;
        struct mf_observation *const grown = realloc(s->observations, capacity * sizeof *grown);
        if (grown == NULL)
            return NULL;
        s->observations = grown;
        s->observation_capacity = capacity;
    }
    return &s->observations[s->observation_count++];
}

/* Adds what was met to the observations, unless it repeats a key: then the value takes the place of
 * the one before. */
static int observe(struct mf_scanner *s, const struct mf_observation *met)
{
    struct mf_builder_field *const field = met->field >= 0 ? &s->builder.fields[met->field] : NULL;
    const int is_repeated = field != NULL && field->object == s->builder.object;
    if (is_repeated && field->observation != MF_NOT_OBSERVED) {
        struct mf_observation *const first = &s->observations[field->observation];
        first->kind = met->kind;
        first->string = met->string;
        return 0;
    }
    struct mf_observation *const seen = add_observation(s);
    if (seen == NULL)
        return NO_MEMORY;
    *seen = *met;
    if (is_repeated)
        seen->after = MF_AFTER_NOTHING;
    if (field != NULL) {
        field->object = s->builder.object;
        field->observation = s->observation_count - 1;
    }
    return 0;
}

/* Reads one member of an object of properties. *before is the field that stands before it. */
static int read_property(struct mf_scanner *s, struct mf_text *t, int *before)
{
    struct mf_observation met;
    int negative;
    enum mf_lex lex = MF_LEX_OK;
    met.string = (struct mf_span){"", 0, 0};
    met.field = mf_builder_read_key(&s->builder, t, *before);
    if (met.field == MF_OBSERVED_NEW) {
        lex = mf_text_key(t, &met.key);
        if (lex != MF_LEX_OK)
            return (int)lex;
        met.field = mf_builder_find(&s->builder, &met.key);
        if (met.field == NO_MEMORY)
            return NO_MEMORY;
    }
    lex = read_class(t, &met.kind, &met.string, &negative);
    if (lex != MF_LEX_OK)
        return (int)lex;
    met.after = *before;
    met.repeats_new = 0;
    if (met.field < 0) {
        *before = MF_AFTER_NEW;
        s->has_property_id |= mf_span_equals(&met.key, "id", 2) && met.kind != MF_CLASS_NULL;
        return observe(s, &met);
    }
    struct mf_builder_field *const field = &s->builder.fields[met.field];
    if (field->object != s->builder.object)
        *before = met.field; /* a repeated key stands in its first place, and nothing behind it */
    if (field->is_id)
        s->has_property_id = met.kind != MF_CLASS_NULL;
    if (field->object != s->builder.object && met.after >= 0 &&
        (s->builder.fields[met.after].followers[0] == met.field ||
         s->builder.fields[met.after].followers[1] == met.field) &&
        mf_builder_is_settled(field, met.kind, &met.string)) {
        field->object = s->builder.object;
        field->observation = MF_NOT_OBSERVED;
        return 0;
    }
    return observe(s, &met);
}

/* Reads the object at the cursor; what may teach the schema something goes to s->observations.
 * Returns a verdict or NO_MEMORY. */
static int read_members(struct mf_scanner *s, struct mf_text *t)
{
    int first = 1, before = MF_AFTER_START;
    enum mf_lex lex;
    s->observation_count = 0;
    s->has_property_id = 0;
    ++s->builder.object;
    ++t->p;
    while (mf_text_next(t, '}', &first, &lex)) {
        const int verdict = read_property(s, t, &before);
        if (verdict != MF_LEX_OK)
            return verdict;
    }
    return (int)lex;
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
    int id_negative;
    struct mf_span null_geometry_key; /* text NULL: none is null */
    struct mf_text geometry;          /* what s->wkb was read from */
    uint32_t layer_type; /* bit of geometry_types; only for the key `geometry` itself */
};

static int first_spelling(struct mf_span *known, const struct mf_span *key)
{
    if (known->text == NULL)
        *known = *key;
    return known->size == key->size && memcmp(known->text, key->text, key->size) == 0;
}

static int read_properties(struct mf_scanner *s, struct mf_text *t, struct feature *feature)
{
    s->observation_count = 0;
    if (*t->p == '{') {
        feature->properties = AN_OBJECT;
        return read_members(s, t);
    }
    enum mf_value_class kind = MF_CLASS_NULL;
    struct mf_span string;
    int negative;
    const enum mf_lex lex = read_class(t, &kind, &string, &negative);
    feature->properties =
        kind == MF_CLASS_NULL || kind == MF_CLASS_EMPTY_LIST ? NULL_OR_EMPTY : SOMETHING_ELSE;
    return (int)lex;
}

static enum mf_lex read_feature_geometry(struct mf_scanner *s, struct mf_text *t,
                                         const struct mf_span *key, struct feature *feature)
{
    const int is_exact = mf_span_equals(key, "geometry", 8);
    if (is_exact)
        feature->layer_type = 0;
    if (*t->p == 'n') {
        feature->null_geometry_key = *key;
        return mf_text_literal(t, "null", 4);
    }
    if (feature->null_geometry_key.text != NULL && first_spelling(&feature->null_geometry_key, key))
        feature->null_geometry_key.text = NULL;
    feature->geometry = *t;
    s->wkb.is_near = !s->needs_exact;
    const enum mf_lex lex = mf_geometry_read(t, &s->wkb);
    if (lex != MF_LEX_OK || !is_exact)
        return lex;
    if (s->rules.geometry_type_is_stated)
        feature->layer_type = (uint32_t)s->wkb.is_object << (2 * s->wkb.stated + s->wkb.stated_z);
    else if (s->wkb.type != MF_GEOMETRY_NONE)
        feature->layer_type = 1U << (2 * s->wkb.type + (s->wkb.has_z != 0));
    return lex;
}

static enum mf_lex read_type(struct mf_text *t, struct feature *feature)
{
    struct mf_span string;
    feature->is_feature = 0;
    if (*t->p != '"')
        return mf_text_skip(t);
    const enum mf_lex lex = mf_text_string(t, &string);
    feature->is_feature = lex == MF_LEX_OK && mf_span_equals(&string, "Feature", 7);
    return lex;
}

static int read_feature_member(struct mf_scanner *s, struct mf_text *t, struct feature *feature)
{
    struct mf_span key, string;
    const enum mf_lex lex = mf_text_key(t, &key);
    if (lex != MF_LEX_OK)
        return (int)lex;
    if (mf_span_equals(&key, "type", 4))
        return (int)read_type(t, feature);
    if (mf_span_equals_nocase(&key, "properties", 10) &&
        first_spelling(&feature->properties_key, &key))
        return read_properties(s, t, feature);
    if (mf_span_equals_nocase(&key, "geometry", 8))
        return (int)read_feature_geometry(s, t, &key, feature);
    if (mf_span_equals_nocase(&key, "id", 2) && first_spelling(&feature->id_key, &key))
        return (int)read_class(t, &feature->id_kind, &string, &feature->id_negative);
    return (int)mf_text_skip(t);
}

/* Whether a property has a name. */
static int is_named(const struct mf_scanner *s, const struct mf_observation *seen, const char *name,
                    size_t size)
{
    if (seen->field < 0)
        return mf_span_equals(&seen->key, name, size);
    const struct mf_field *const field = &s->builder.fields[seen->field].field;
    return field->name_size == size && memcmp(field->name, name, size) == 0;
}

/* Takes what is no field of a feature without properties out of the observations. */
static void drop_members_of_geojson(struct mf_scanner *s)
{
    static const char *const names[] = {"type", "geometry", "centroid", "bbox", "center"};
    size_t kept = 0;
    for (size_t i = 0; i < s->observation_count; ++i) {
        int is_field = 1;
        for (size_t k = 0; k < sizeof names / sizeof *names; ++k)
            is_field &= !is_named(s, &s->observations[i], names[k], strlen(names[k]));
        if (is_field)
            s->observations[kept++] = s->observations[i];
    }
    s->observation_count = kept;
}

/* Lets the schema learn from a feature. One without properties is flat: its other members are its
 * fields. */
static int learn_schema(struct mf_scanner *s, const struct feature *feature, struct mf_text whole)
{
    int after = -1;
    if (feature->id_key.text != NULL && feature->id_kind != MF_CLASS_NULL) {
        after = mf_builder_feature_id(&s->builder, feature->id_kind, feature->id_negative,
                                      feature->properties == AN_OBJECT && s->has_property_id);
        if (after == NO_MEMORY)
            return NO_MEMORY;
    }
    if (feature->properties == NULL_OR_EMPTY)
        return 0;
    const int is_flat = feature->properties != AN_OBJECT;
    if (is_flat) {
        if (read_members(s, &whole) == NO_MEMORY)
            return NO_MEMORY;
        drop_members_of_geojson(s);
    }
    return mf_builder_observe(&s->builder, s->observations, s->observation_count, after, is_flat);
}

static struct mf_feature *add_feature(struct mf_scanner *s)
{
    struct mf_collection *const found = &s->found;
    if (found->feature_count == s->feature_capacity) {
        const uint64_t capacity = s->feature_capacity * 2 + 1024;
        if (capacity > SIZE_MAX / sizeof *found->features)
            return NULL;
        struct mf_feature *const grown = realloc(found->features, (size_t)capacity * sizeof *grown);
        if (grown == NULL)
            return NULL;
        found->features = grown;
        s->feature_capacity = capacity;
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
    box->min_x -= MF_NUMBER_NEAR_ERROR;
    box->min_y -= MF_NUMBER_NEAR_ERROR;
    box->max_x += MF_NUMBER_NEAR_ERROR;
    box->max_y += MF_NUMBER_NEAR_ERROR;
}

/* The box of a feature. The index wants it rounded outwards, so that near ordinates are good
 * enough; only who may make the extent larger is read exactly. */
static void find_box(struct mf_scanner *s, const struct feature *feature, struct mf_box *box)
{
    mf_geometry_box(&s->wkb, box);
    if (s->wkb.type == MF_GEOMETRY_NONE || box->min_x > box->max_x)
        return;
    if (s->wkb.is_near) {
        struct mf_box wide = *box;
        widen(&wide);
        if (is_inside(&wide, &s->found.extent)) {
            *box = wide;
            return;
        }
        struct mf_text again = feature->geometry;
        s->wkb.is_near = 0;
        if (mf_geometry_read(&again, &s->wkb) == MF_LEX_OK) /* as it was before */
            mf_geometry_box(&s->wkb, box);
    }
    s->needs_exact = !is_inside(box, &s->found.extent);
    grow_extent(&s->found.extent, box);
}

static int keep_feature(struct mf_scanner *s, const struct feature *feature, uint64_t offset,
                        size_t size)
{
    struct mf_feature *const kept = add_feature(s);
    if (kept == NULL)
        return NO_MEMORY;
    if (feature->null_geometry_key.text != NULL)
        s->wkb.type = MF_GEOMETRY_NONE;
    struct mf_box box;
    find_box(s, feature, &box);
    kept->offset = offset;
    kept->size = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
    round_box_outwards(&box, kept->box);
    kept->geometry = (uint8_t)s->wkb.type;
    kept->has_z = s->wkb.type != MF_GEOMETRY_NONE && s->wkb.has_z;
    memset(kept->reserved, 0, sizeof kept->reserved);
    if (feature->is_feature)
        s->found.geometry_types |= feature->layer_type;
    return 0;
}

/* Reads one element of `features`; what is no object is no row. */
static int read_item(struct mf_scanner *s, struct mf_text *t, uint64_t offset)
{
    if (*t->p != '{')
        return (int)mf_text_skip(t);
    struct mf_text whole = *t;
    struct feature feature;
    memset(&feature, 0, sizeof feature);
    s->wkb.type = MF_GEOMETRY_NONE;
    s->observation_count = 0;

    int first = 1;
    enum mf_lex lex;
    ++t->p;
    while (mf_text_next(t, '}', &first, &lex)) {
        const int verdict = read_feature_member(s, t, &feature);
        if (verdict != MF_LEX_OK)
            return verdict;
    }
    if (lex != MF_LEX_OK)
        return (int)lex;
    if (s->wkb.out_of_memory)
        return NO_MEMORY;
    if (!feature.is_feature && !s->rules.untyped_objects_are_rows)
        return MF_LEX_OK;
    if (feature.is_feature && learn_schema(s, &feature, whole) != 0)
        return NO_MEMORY;
    return keep_feature(s, &feature, offset, (size_t)(t->p - whole.p));
}

/* ---- the document --------------------------------------------------------------------------- */

static char *copy_text(const char *text, size_t size)
{
    char *const copy = malloc(size + 1);
    if (copy != NULL) {
        memcpy(copy, text, size);
        copy[size] = '\0';
    }
    return copy;
}

/* Keeps a member of the collection that says something about the layer. */
static int keep_member(struct mf_scanner *s, const char *text, size_t size)
{
    if (s->member == CRS_MEMBER) {
        free(s->found.crs);
        s->found.crs = *text == 'n' ? NULL : copy_text(text, size);
        return *text != 'n' && s->found.crs == NULL ? NO_MEMORY : 0;
    }
    if (*text != '"')
        return 0;
    const struct mf_span span = {text + 1, size - 2, 1};
    if (s->member == TYPE_MEMBER) {
        s->is_collection = mf_span_equals(&span, "FeatureCollection", 17);
        return 0;
    }
    free(s->found.description);
    s->found.description = malloc(size);
    if (s->found.description == NULL)
        return NO_MEMORY;
    s->found.description[mf_text_unescape(&span, s->found.description)] = '\0';
    return 0;
}

static int read_member_value(struct mf_scanner *s, struct mf_text *t)
{
    const char *const start = t->p;
    const enum mf_lex lex = mf_text_skip(t);
    if (lex != MF_LEX_OK || s->member == OTHER_MEMBER)
        return (int)lex;
    return keep_member(s, start, (size_t)(t->p - start)) == 0 ? MF_LEX_OK : NO_MEMORY;
}

static enum member member_of_key(const struct mf_span *key)
{
    if (mf_span_equals(key, "features", 8))
        return FEATURES_MEMBER;
    if (mf_span_equals(key, "type", 4))
        return TYPE_MEMBER;
    if (mf_span_equals(key, "crs", 3))
        return CRS_MEMBER;
    return mf_span_equals(key, "description", 11) ? DESCRIPTION_MEMBER : OTHER_MEMBER;
}

/* The single characters that the state allows; moves on. */
static enum mf_lex read_punctuation(struct mf_scanner *s, struct mf_text *t)
{
    const char c = *t->p;
    switch (s->state) {
    case AT_START:
        if (c != '{')
            return mf_text_bad(t, "it does not start with '{'");
        s->state = AT_FIRST_MEMBER;
        break;
    case AT_FIRST_MEMBER:
        s->state = AT_END;
        break;
    case AT_COLON:
        if (c != ':')
            return mf_text_bad(t, "expected ':'");
        s->state = AT_VALUE;
        break;
    case AFTER_MEMBER:
        if (c != ',' && c != '}')
            return mf_text_bad(t, "expected ',' or '}'");
        s->state = c == ',' ? AT_MEMBER : AT_END;
        break;
    case AT_FIRST_ITEM:
        s->state = AFTER_MEMBER;
        break;
    case AFTER_ITEM:
        if (c != ',' && c != ']')
            return mf_text_bad(t, "expected ',' or ']'");
        s->state = c == ',' ? AT_ITEM : AFTER_MEMBER;
        break;
    default:
        return mf_text_bad(t, "there is text behind its end");
    }
    ++t->p;
    return MF_LEX_OK;
}

/* Reads the value (a key, a member's value or a feature) that the state asks for; moves on. */
static int read_value(struct mf_scanner *s, struct mf_text *t, uint64_t offset)
{
    int verdict;
    struct mf_span key;
    switch (s->state) {
    case AT_FIRST_MEMBER:
    case AT_MEMBER:
        if (*t->p != '"')
            return (int)mf_text_bad(t, "expected a member name in double quotes");
        verdict = (int)mf_text_string(t, &key);
        if (verdict == MF_LEX_OK) {
            s->member = member_of_key(&key);
            s->state = AT_COLON;
        }
        return verdict;
    case AT_VALUE:
        verdict = read_member_value(s, t);
        if (verdict == MF_LEX_OK)
            s->state = AFTER_MEMBER;
        return verdict;
    default:
        verdict = read_item(s, t, offset);
        if (verdict == MF_LEX_OK)
            s->state = AFTER_ITEM;
        return verdict;
    }
}

static int wants_value(const struct mf_scanner *s, char c)
{
    switch (s->state) {
    case AT_FIRST_MEMBER:
        return c != '}';
    case AT_FIRST_ITEM:
        return c != ']';
    case AT_MEMBER:
    case AT_VALUE:
    case AT_ITEM:
        return 1;
    default:
        return 0;
    }
}

static int enter_features(struct mf_scanner *s, struct mf_text *t)
{
    if (s->state != AT_VALUE || s->member != FEATURES_MEMBER || *t->p != '[')
        return 0;
    ++t->p;
    s->has_features = 1;
    s->state = AT_FIRST_ITEM;
    return 1;
}

/* ---- values in pieces ----------------------------------------------------------------------- */

static int literal_goes_on(struct value_end *v, char c)
{
    return c >= 'a' && c <= 'z' && ++v->scalar_size <= v->letters;
}

/* Whether a byte may belong to the number before it. It never takes a byte behind which a shorter
 * number would have been complete. */
static int number_goes_on(struct value_end *v, char c)
{
    const int was_at_exponent = v->at_exponent;
    v->at_exponent = 0;
    if (c >= '0' && c <= '9')
        return 1;
    if (c == '+' || c == '-')
        return was_at_exponent;
    if (c == '.') {
        const int is_first = !v->has_point && !v->has_exponent;
        v->has_point = 1;
        return is_first;
    }
    v->at_exponent = (c == 'e' || c == 'E') && !v->has_exponent;
    v->has_exponent |= v->at_exponent;
    return v->at_exponent;
}

/* Looks for the end of the value that began in the carry. Returns how many bytes of [p, end) belong
 * to it; *is_whole tells whether it ends there. */
static size_t find_value_end(struct value_end *v, const char *p, const char *end, int *is_whole)
{
    const char *const start = p;
    *is_whole = 0;
    for (; p < end; ++p) {
        if (v->in_string) {
            if (v->after_backslash) {
                v->after_backslash = 0;
                continue;
            }
            p = mf_text_string_stop(p, end);
            if (p == end)
                break;
            v->after_backslash = *p == '\\';
            v->in_string = *p != '"';
            if (v->in_string || v->depth > 0)
                continue;
        } else if (v->scalar_size > 0) {
            if (v->letters > 0 ? literal_goes_on(v, *p) : number_goes_on(v, *p))
                continue;
            --p;
        } else if (*p == '"') {
            v->in_string = 1;
            continue;
        } else if (*p == '{' || *p == '[') {
            ++v->depth;
            continue;
        } else if (*p == '}' || *p == ']') {
            if (v->depth > 0 && --v->depth > 0)
                continue;
        } else if (v->depth > 0) {
            continue;
        } else {
            v->scalar_size = 1;
            v->letters = *p == 'f' ? 5 : *p == 't' || *p == 'n' ? 4 : 0;
            continue;
        }
        *is_whole = 1;
        return (size_t)(p + 1 - start);
    }
    return (size_t)(end - start);
}

static int carry_on(struct mf_scanner *s, const char *data, size_t size)
{
    if (s->carry_capacity - s->carry_size < size) {
        const size_t capacity = (s->carry_size + size) * 2 + 4096;
        char *const grown = realloc(s->carry, capacity);
        if (grown == NULL)
            return NO_MEMORY;
        s->carry = grown;
        s->carry_capacity = capacity;
    }
    memcpy(s->carry + s->carry_size, data, size);
    s->carry_size += size;
    return 0;
}

static int fail(struct mf_scanner *s, const char *why, uint64_t offset, struct mf_error *err)
{
    s->state = FAILED;
    if (s->found.feature_count == 0)
        return mf_error_set(err, MF_ERR_FORMAT, "the result is not GeoJSON: %s (byte %llu)", why,
                            (unsigned long long)offset);
    return mf_error_set(err, MF_ERR_FORMAT,
                        "the result is not GeoJSON: %s (byte %llu, after feature %llu)", why,
                        (unsigned long long)offset, (unsigned long long)s->found.feature_count - 1);
}

static int fail_memory(struct mf_scanner *s, struct mf_error *err)
{
    s->state = FAILED;
    return mf_error_set(err, MF_ERR_MEMORY, "not enough memory for the index of %llu features",
                        (unsigned long long)s->found.feature_count);
}

/* Reads the value in the carry, of which no more will come when `is_whole`. */
static int read_carry(struct mf_scanner *s, struct mf_error *err)
{
    struct mf_text t = {s->carry, s->carry + s->carry_size, ""};
    const int verdict = read_value(s, &t, s->offset);
    if (verdict == NO_MEMORY)
        return fail_memory(s, err);
    if (verdict == MF_LEX_BAD)
        return fail(s, t.why, s->offset + (uint64_t)(t.p - s->carry), err);
    if (verdict == MF_LEX_OK) {
        s->offset += (uint64_t)(t.p - s->carry);
        s->carry_size = 0;
    }
    return verdict;
}

/* Adds to the carry what belongs to it, and reads it when it is whole. A number or literal is whole
 * only with the byte behind it, so that the carry takes one byte more of those and gives it back.
 */
static int feed_carry(struct mf_scanner *s, const char *data, size_t size, size_t *used,
                      struct mf_error *err)
{
    int is_whole;
    *used = find_value_end(&s->end, data, data + size, &is_whole);
    const size_t extra = is_whole && s->end.scalar_size > 0 ? 1 : 0;
    if (carry_on(s, data, *used + extra) != 0)
        return fail_memory(s, err);
    if (!is_whole)
        return 0;
    const uint64_t start = s->offset;
    const size_t before = s->carry_size - *used - extra;
    const int verdict = read_carry(s, err);
    if (verdict == MF_LEX_MORE)
        return fail(s, "unbalanced brackets", s->offset + s->carry_size, err);
    if (verdict != MF_LEX_OK)
        return -1;
    *used = (size_t)(s->offset - start) - before;
    return 0;
}

/* The byte order mark may stand before the document, and nothing else. Returns bytes to pass over.
 */
static size_t skip_byte_order_mark(struct mf_scanner *s, const char *data, size_t size)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t n = 0;
    while (s->bom_size < 3 && s->offset + n == s->bom_size && n < size &&
           data[n] == mark[s->bom_size]) {
        ++n;
        ++s->bom_size;
    }
    return n;
}

int mf_scanner_feed(struct mf_scanner *s, const char *data, size_t size, struct mf_error *err)
{
    if (s->state == FAILED)
        return mf_error_set(err, MF_ERR_FORMAT, "the result is not GeoJSON");
    struct mf_text t = {data, data + size, ""};
    if (s->carry_size > 0) {
        size_t used;
        if (feed_carry(s, data, size, &used, err) != 0)
            return -1;
        t.p += used;
    } else if (s->state == AT_START) {
        const size_t skipped = skip_byte_order_mark(s, data, size);
        t.p += skipped;
        s->offset += skipped;
    }

    while (s->carry_size == 0) {
        const char *const before = t.p;
        const int c = mf_text_peek(&t);
        s->offset += (uint64_t)(t.p - before);
        if (c < 0)
            break;
        if (s->state == AT_START && s->bom_size > 0 && s->bom_size < 3)
            return fail(s, "it does not start with '{'", 0, err);
        const char *const start = t.p;
        int verdict;
        if (enter_features(s, &t))
            verdict = MF_LEX_OK;
        else if (wants_value(s, (char)c))
            verdict = read_value(s, &t, s->offset);
        else
            verdict = (int)read_punctuation(s, &t);
        if (verdict == NO_MEMORY)
            return fail_memory(s, err);
        if (verdict == MF_LEX_BAD)
            return fail(s, t.why, s->offset + (uint64_t)(t.p - start), err);
        if (verdict == MF_LEX_MORE) {
            int is_whole;
            memset(&s->end, 0, sizeof s->end);
            find_value_end(&s->end, start, t.end, &is_whole);
            if (carry_on(s, start, (size_t)(t.end - start)) != 0)
                return fail_memory(s, err);
            break;
        }
        s->offset += (uint64_t)(t.p - start);
    }
    return 0;
}

/* The type that all geometries share. 2D and 3D go together as 3D. */
static void find_layer_type(struct mf_collection *found)
{
    for (int type = MF_GEOMETRY_POINT; type <= MF_GEOMETRY_COLLECTION; ++type) {
        const uint32_t flat = 1U << (2 * type), with_z = flat << 1;
        if (found->geometry_types != 0 && (found->geometry_types & ~(flat | with_z)) == 0) {
            found->layer_geometry = type;
            found->layer_has_z = (found->geometry_types & with_z) != 0;
        }
    }
}

int mf_scanner_finish(struct mf_scanner *s, struct mf_collection *collection, struct mf_error *err)
{
    if (s->state == FAILED)
        return mf_error_set(err, MF_ERR_FORMAT, "the result is not GeoJSON");
    if (s->carry_size > 0 && read_carry(s, err) == -1)
        return -1;
    if (s->state != AT_END || s->carry_size > 0) {
        s->state = FAILED;
        return mf_error_set(err, MF_ERR_TRUNCATED,
                            "the result ends too early, after %llu bytes and %llu features",
                            (unsigned long long)s->offset + s->carry_size,
                            (unsigned long long)s->found.feature_count);
    }
    if (!s->is_collection || !s->has_features)
        return fail(s,
                    !s->is_collection ? "it is JSON, but no FeatureCollection"
                                      : "it is a FeatureCollection without features",
                    s->offset, err);
    if (mf_builder_finish(&s->builder, &s->found.schema) != 0 ||
        mf_collection_make_runs(&s->found) != 0)
        return fail_memory(s, err);
    s->found.schema.empty_polygons = s->rules.empty_polygons;
    find_layer_type(&s->found);
    s->found.text_size = s->offset;
    *collection = s->found;
    memset(&s->found, 0, sizeof s->found);
    mf_scanner_reset(s);
    return 0;
}
