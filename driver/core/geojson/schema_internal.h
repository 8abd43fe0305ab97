/* schema: the fields of a collection, learnt from one feature after the other.
 *
 * Types widen and fields are ordered by the rules of GDAL's GeoJSON driver:
 * the order is a topological one over "a stands before b in some feature", ties broken by name. */
#ifndef MF_SCHEMA_INTERNAL_H
#define MF_SCHEMA_INTERNAL_H

#include "geojson/geojson.h"
#include "geojson/json_cursor_internal.h"

/* What a value is, as far as typing cares. */
enum mf_value_class {
    MF_CLASS_NULL = 0,
    MF_CLASS_BOOLEAN,
    MF_CLASS_INT32,
    MF_CLASS_INT64,
    MF_CLASS_REAL,
    MF_CLASS_STRING,
    MF_CLASS_BOOLEAN_LIST,
    MF_CLASS_INT32_LIST,
    MF_CLASS_INT64_LIST,
    MF_CLASS_REAL_LIST,
    MF_CLASS_STRING_LIST,
    MF_CLASS_EMPTY_LIST,
    MF_CLASS_JSON /* an object, or a list that is none of the above */
};

/* A property that may teach the schema something. */
struct mf_observation {
    struct mf_span key;    /* of a field that is not known yet */
    struct mf_span string; /* the value, of class STRING */
    enum mf_value_class kind;
    int field;       /* MF_OBSERVED_NEW, or its position in the builder */
    int after;       /* the field that stands before it, or MF_AFTER_… */
    int repeats_new; /* its key was new in this object, and has been met there before */
};

enum {
    MF_OBSERVED_NEW = -1,
    MF_AFTER_START = -1,  /* it is the first */
    MF_AFTER_NEW = -2,    /* the observation before this one, whose field was new */
    MF_AFTER_NOTHING = -3 /* a repeated key: its place was the first one */
};

/* Long enough for a date and time with its zone. */
#define MF_MAX_DATE 40

#define MF_NOT_OBSERVED SIZE_MAX

/* What functions of the builder return in the place of 0 or of a field. */
enum { MF_SCHEMA_NO_MEMORY = -2 };

struct mf_schema_builder_field {
    struct mf_field field;
    int is_new;         /* has no type yet */
    int undetermined;   /* met as null only */
    int is_id;          /* the name is "id" */
    uint64_t object;    /* the last object that has it, and its observation there */
    size_t observation; /* or MF_NOT_OBSERVED: there was nothing to learn */
    int followers[2];   /* the fields that followed last, known to be recorded; -1 none */
    unsigned settled;   /* bit of each class that is known not to change the type any more */
    char last_date[MF_MAX_DATE]; /* the text that was classified last: dates repeat themselves */
    size_t last_date_size;
    int *next; /* fields that follow this one */
    int next_count;
    int next_capacity;
};

struct mf_schema_builder {
    struct mf_schema_rules rules;
    struct mf_schema_builder_field *fields; /* in the order of first appearance */
    int field_count;
    int field_capacity;
    int32_t *slots;
    uint32_t slot_mask;
    uint64_t *edges; /* hash set of from << 32 | to, plus 1; 0 empty */
    size_t edge_count;
    size_t edge_mask;
    uint64_t object; /* number of the object of properties at hand, from 1 */
    char *scratch;   /* unescaped texts */
    size_t scratch_capacity;
    /* Feature-level ids, see mf_schema_builder_feature_id. */
    int id_is_field;
    int id_would_be_fid;
    int id_candidate; /* enum mf_field_type + 1 of a field `id` made of ids, 0: none was met */
};

void mf_schema_builder_init(struct mf_schema_builder *builder, const struct mf_schema_rules *rules);
void mf_schema_builder_free(struct mf_schema_builder *builder);

/* Reads the key at the cursor when it is one to expect behind the field `before` (-1: at the
 * start). Returns its field, or MF_OBSERVED_NEW with the cursor where it was. */
static inline int mf_schema_builder_read_key(const struct mf_schema_builder *builder,
                                             struct mf_cursor *t, int before)
{
    for (int i = 0; i < 2; ++i) {
        const int guess = before >= 0 ? builder->fields[before].followers[i] : -i;
        if (guess < 0 || guess >= builder->field_count)
            break;
        const struct mf_field *const field = &builder->fields[guess].field;
        if (field->is_plain && mf_cursor_key_is(t, field->name, field->name_size))
            return guess;
    }
    return MF_OBSERVED_NEW;
}

/* The field of a key, or MF_OBSERVED_NEW; MF_SCHEMA_NO_MEMORY. */
int mf_schema_builder_find(struct mf_schema_builder *builder, const struct mf_span *key);

/* Whether a value of this class can change nothing about the field any more. */
static inline int mf_schema_builder_is_settled(const struct mf_schema_builder_field *field,
                                               enum mf_value_class kind,
                                               const struct mf_span *string)
{
    if (field->settled >> kind & 1)
        return 1;
    return kind == MF_CLASS_STRING && field->last_date_size > 0 &&
           field->last_date_size == string->size &&
           memcmp(field->last_date, string->text, string->size) == 0;
}

/* Learns from what was observed in one object of properties. `start` is the field that stands
 * before its first one, -1 for none. With `only_new` the fields known before stay as they are, and
 * count for nothing. Returns 0, or MF_SCHEMA_NO_MEMORY. */
int mf_schema_builder_observe(struct mf_schema_builder *builder, struct mf_observation *seen,
                              size_t count, int start, int only_new);

/* A feature-level id was met, whose properties have (or not) an `id` that is not null. Returns the
 * field that it stands for, -1 when for none, MF_SCHEMA_NO_MEMORY. */
int mf_schema_builder_feature_id(struct mf_schema_builder *builder, enum mf_value_class kind,
                                 int is_negative, int has_property_id);

/* Records that field `from` stood right before field `to` in a feature. Returns 0, or
 * MF_SCHEMA_NO_MEMORY.
 */
int mf_schema_builder_add_edge(struct mf_schema_builder *builder, int from, int to);

/* Moves the fields to `ordered`, which has room for all: of those with nothing left before them,
 * always the one whose name is first. Returns 0, or MF_SCHEMA_NO_MEMORY. */
int mf_schema_builder_order(struct mf_schema_builder *builder, struct mf_field *ordered);

/* Moves the fields to *schema, ordered. Returns 0, or MF_SCHEMA_NO_MEMORY. */
int mf_schema_builder_finish(struct mf_schema_builder *builder, struct mf_schema *schema);

/* ---- names of fields ------------------------------------------------------------------------- */

int mf_field_has_name(const struct mf_field *field, const char *name, size_t size);

/* Whether the name has no character that JSON escapes. */
int mf_field_name_is_plain(const char *name, size_t size);

#endif
