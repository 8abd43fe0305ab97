/* SPDX-License-Identifier: MIT */
/* scan_feature: the elements of `features`, read one after another.
 *
 * Keeps the position, the box and the kind of geometry of each feature, and the schema and the
 * extent of all.
 *
 * Thread-safety: a scan belongs to one thread at a time. */
#ifndef MF_SCAN_FEATURE_INTERNAL_H
#define MF_SCAN_FEATURE_INTERNAL_H

#include "geojson/feature_members_internal.h"
#include "geojson/geometry_internal.h"
#include "geojson/schema_internal.h"

/* What was found in the features so far, and what reading the next one needs. */
struct mf_feature_scan {
    struct mf_schema_rules rules;
    struct mf_schema_builder builder;
    struct mf_collection found; /* its features and their extent; the rest is the caller's */
    uint64_t feature_capacity;
    struct mf_wkb wkb;
    bool needs_exact; /* the last geometry was not inside the extent */
    struct mf_observation *observations;
    size_t observation_count;
    size_t observation_capacity;
    bool has_property_id; /* the properties have an `id` that is not null */
};

void mf_feature_scan_init(struct mf_feature_scan *scan, const struct mf_schema_rules *rules);
void mf_feature_scan_reset(struct mf_feature_scan *scan); /* discards what was found */
void mf_feature_scan_free(struct mf_feature_scan *scan);

/* Reads the element at the cursor, at `offset` in the document. Only an object is a row. After a
 * status other than MF_PARSE_OK nothing of it is kept, and it may be read again. */
enum mf_parse_status mf_feature_scan_item(struct mf_feature_scan *scan, struct mf_cursor *t,
                                          uint64_t offset);

#endif
