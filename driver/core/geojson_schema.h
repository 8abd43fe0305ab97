/* geojson_schema: the fields of a collection, learnt from one feature after the other.
 *
 * Internal to `geojson`. Types widen and fields are ordered by the rules of GDAL's GeoJSON driver:
 * the order is a topological one over "a stands before b in some feature", ties broken by name. */
#ifndef MF_GEOJSON_SCHEMA_H
#define MF_GEOJSON_SCHEMA_H

#include "geojson.h"
#include "geojson_text.h"

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

/* A property as it was met. */
struct mf_observation {
    struct mf_span key;
    struct mf_span string; /* the value, of class STRING */
    enum mf_value_class kind;
    int field; /* its position in the builder; -1: a repeated key, its value moved to the first */
};

struct mf_builder_field;

struct mf_schema_builder {
    struct mf_schema_rules rules;
    struct mf_builder_field *fields; /* in the order of first appearance */
    int field_count;
    int field_capacity;
    int32_t *slots;
    uint32_t slot_mask;
    uint64_t *edges; /* hash set of from << 32 | to, plus 1; 0 empty */
    size_t edge_count;
    size_t edge_mask;
    int guess;             /* field expected next */
    uint64_t feature;      /* number of the feature at hand, from 1 */
    char *scratch;         /* unescaped texts */
    size_t scratch_capacity;
    /* Feature-level ids, see mf_builder_feature_id. */
    int id_is_field;
    int id_would_be_fid;
    int id_candidate; /* enum mf_field_type + 1 of a field `id` made of ids, 0: none was met */
};

void mf_builder_init(struct mf_schema_builder *builder, const struct mf_schema_rules *rules);
void mf_builder_free(struct mf_schema_builder *builder);

/* Takes in the properties of one feature, in their order; a repeated key counts once, at its first
 * place with its last value. `after` is the field that stands before them, -1 for none. With
 * `only_new` the fields known before stay as they are. Returns 0, or -2 without memory. */
int mf_builder_observe(struct mf_schema_builder *builder, struct mf_observation *seen, size_t count,
                       int after, int only_new);

/* A feature-level id was met, whose properties have (or not) an `id` that is not null. Returns the
 * field that it stands for, -1 when for none, -2 without memory. */
int mf_builder_feature_id(struct mf_schema_builder *builder, enum mf_value_class kind,
                          int is_negative, int has_property_id);

/* Moves the fields to *schema, ordered. Returns 0, or -2 without memory. */
int mf_builder_finish(struct mf_schema_builder *builder, struct mf_schema *schema);

void mf_schema_free(struct mf_schema *schema);

/* Fills schema->slots from schema->fields. Returns 0, or -2 without memory. */
int mf_schema_index(struct mf_schema *schema);

#endif
