/* geojson_item: the elements of `features`, read one after the other.
 *
 * Internal to `geojson`. Of a feature stays where it stands, its box and the kind of its geometry;
 * beside that the schema and the extent of all. */
#ifndef MF_GEOJSON_ITEM_H
#define MF_GEOJSON_ITEM_H

#include "geojson/geometry_internal.h"
#include "geojson/schema_internal.h"

/* What has been gathered of the features so far, and what reading the next one needs. */
struct mf_gather {
    struct mf_schema_rules rules;
    struct mf_schema_builder builder;
    struct mf_collection found; /* its features and their extent; the caller's, the rest */
    uint64_t feature_capacity;
    struct mf_wkb wkb;
    int needs_exact; /* the last geometry was not inside the extent */
    struct mf_observation *observations;
    size_t observation_count;
    size_t observation_capacity;
    int has_property_id; /* and it is not null */
};

void mf_gather_init(struct mf_gather *gather, const struct mf_schema_rules *rules);
void mf_gather_reset(struct mf_gather *gather); /* forgets what was gathered */
void mf_gather_free(struct mf_gather *gather);

/* Reads the element at the cursor, which stands at `offset` in the document; what is no object is
 * no row. Returns a lexer's verdict or MF_NO_MEMORY; then nothing of it is kept, and it may be read
 * again. */
int mf_gather_item(struct mf_gather *gather, struct mf_text *t, uint64_t offset);

#endif
