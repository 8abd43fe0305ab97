/* SPDX-License-Identifier: MIT */
/* schema: the fields of a collection, inferred feature by feature.
 *
 * Types widen and fields are ordered by the rules of GDAL's GeoJSON driver: the order is
 * topological over "a precedes b in some feature", with ties broken by name.
 *
 * Thread-safety: a builder belongs to one thread at a time. */
#ifndef MF_SCHEMA_INTERNAL_H
#define MF_SCHEMA_INTERNAL_H

#include "geojson/geojson.h"
#include "geojson/json_cursor_internal.h"

bool mf_field_has_name(const struct mf_field *field, const char *name, size_t size);

/* Appends a field to `fields`, which has room for it, and to the index. Returns -1 without
 * memory. */
int mf_schema_add(struct mf_schema *schema, const char *name, size_t size) MF_NODISCARD;

/* The class of a value for type inference. The lists are in the order of their elements. */
enum mf_value_class {
    MF_CLASS_NULL = 0,
    MF_CLASS_BOOLEAN,
    MF_CLASS_INT32,
    MF_CLASS_INT64,
    MF_CLASS_BEYOND_INT64, /* an integer that is clamped to 64 bits */
    MF_CLASS_REAL,
    MF_CLASS_STRING,
    MF_CLASS_EMPTY_LIST,
    MF_CLASS_BOOLEAN_LIST,
    MF_CLASS_INT32_LIST,
    MF_CLASS_INT64_LIST,
    MF_CLASS_BEYOND_INT64_LIST,
    MF_CLASS_REAL_LIST,
    MF_CLASS_STRING_LIST,
    MF_CLASS_JSON /* an object, or a list that is none of the above */
};

/* A property that may change the schema. */
struct mf_observation {
    struct mf_span key;    /* of a field that is not known yet */
    struct mf_span string; /* the value, if STRING; the first integer that is BEYOND_INT64 */
    enum mf_value_class kind;
    int field;        /* MF_OBSERVED_NEW, or its position in the builder */
    int after;        /* the field that precedes it, or MF_AFTER_… */
    bool repeats_new; /* its key was new, and occurred earlier in this object */
};

enum {
    MF_OBSERVED_NEW = -1,
    MF_AFTER_START = -1,  /* it is the first */
    MF_AFTER_NEW = -2,    /* follows the observation before, whose field was new */
    MF_AFTER_NOTHING = -3 /* a repeated key: its first place counts */
};

/* Long enough for a date and time with its zone. */
#define MF_MAX_DATE 40

#define MF_NOT_OBSERVED SIZE_MAX

/* What a builder keeps of a field besides its name and type. */
struct mf_schema_builder_field {
    bool is_new;                 /* has no type yet */
    bool is_id;                  /* the name is "id" */
    uint64_t object;             /* the last object that has it, and its observation there */
    size_t observation;          /* or MF_NOT_OBSERVED: there was nothing to learn */
    int followers[2];            /* the last two followers, known to be recorded; -1: none */
    unsigned settled;            /* a bit for each class that can no longer change the type */
    char last_date[MF_MAX_DATE]; /* the last classified string: dates often repeat */
    size_t last_date_size;
    int *next; /* fields that follow this one */
    int next_count;
    int next_capacity;
};

struct mf_schema_builder {
    struct mf_schema_rules rules;
    struct mf_schema schema;                /* fields in the order of first appearance */
    struct mf_schema_builder_field *fields; /* one for each of schema.fields */
    int field_capacity;
    uint64_t *edges; /* hash set of from << 32 | to, plus 1; 0 empty */
    size_t edge_count;
    size_t edge_mask;
    uint64_t object; /* number of the current properties object, from 1 */
    char *scratch;   /* for unescaped strings */
    size_t scratch_capacity;
    /* Feature-level ids, see mf_schema_builder_feature_id. */
    bool has_ids;
    bool id_is_field;
    bool id_would_be_fid;
    enum mf_field_type id_type; /* of a field `id` made of ids */
    unsigned id_met;            /* as mf_field has it */
    char *id_beyond_int64;      /* as mf_field has it */
};

void mf_schema_builder_init(struct mf_schema_builder *builder, const struct mf_schema_rules *rules);
void mf_schema_builder_free(struct mf_schema_builder *builder);

/* Reads the key at the cursor if it is expected after the field `before` (-1: at the start).
 * Returns its field, or MF_OBSERVED_NEW with the cursor where it was. */
static inline int mf_schema_builder_read_key(const struct mf_schema_builder *builder,
                                             struct mf_cursor *t, int before)
{
    for (int i = 0; i < 2; ++i) {
        const int guess = before >= 0 ? builder->fields[before].followers[i] : -i;
        if (guess < 0 || guess >= builder->schema.field_count)
            break;
        const struct mf_field *const field = &builder->schema.fields[guess];
        if (field->is_plain && mf_cursor_key_is(t, field->name, field->name_size))
            return guess;
    }
    return MF_OBSERVED_NEW;
}

/* Finds the field of a key: *field is its position, or MF_OBSERVED_NEW. */
enum mf_parse_status mf_schema_builder_find(struct mf_schema_builder *builder,
                                            const struct mf_span *key, int *field);

/* Returns whether a value of this class can no longer change the field. */
static inline bool mf_schema_builder_is_settled(const struct mf_schema_builder_field *field,
                                                enum mf_value_class kind,
                                                const struct mf_span *string)
{
    if (field->settled >> kind & 1)
        return true;
    return kind == MF_CLASS_STRING && field->last_date_size > 0 &&
           field->last_date_size == string->size &&
           memcmp(field->last_date, string->text, string->size) == 0;
}

/* Updates the schema from the observations of one properties object. `start` is the field that
 * precedes the first one, -1 for none. With `only_new` the fields known before are ignored. */
enum mf_parse_status mf_schema_builder_observe(struct mf_schema_builder *builder,
                                               struct mf_observation *seen, size_t count, int start,
                                               bool only_new);

/* Updates the schema from a feature-level id. `has_property_id`: the properties have an `id` that
 * is not null. *field is the field that the id stands for, -1 for none. */
enum mf_parse_status mf_schema_builder_feature_id(struct mf_schema_builder *builder,
                                                  const struct mf_observation *id, bool is_negative,
                                                  bool has_property_id, int *field);

/* Records that field `from` came right before field `to` in a feature. */
enum mf_parse_status mf_schema_builder_add_edge(struct mf_schema_builder *builder, int from,
                                                int to);

/* Moves the fields to `ordered`, which has room for all. Takes always the first by name of those
 * with no predecessor left. */
enum mf_parse_status mf_schema_builder_order(struct mf_schema_builder *builder,
                                             struct mf_field *ordered);

/* Adds what another schema has inferred, as if its features came now. */
enum mf_parse_status mf_schema_builder_add_schema(struct mf_schema_builder *builder,
                                                  const struct mf_schema *schema);

/* Moves the fields to *schema, ordered. */
enum mf_parse_status mf_schema_builder_finish(struct mf_schema_builder *builder,
                                              struct mf_schema *schema);

#endif
