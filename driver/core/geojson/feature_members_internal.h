/* SPDX-License-Identifier: MIT */
/* feature_members: the members of a feature that scanning and decoding use.
 *
 * Follows the rules of GDAL over json-c. Names match in any case, but `type` only exactly. Of
 * several spellings the first one counts, of a repeated one its last value. A feature has no
 * geometry if any spelling of `geometry` is null.
 *
 * Thread-safety: pure functions. */
#ifndef MF_FEATURE_MEMBERS_INTERNAL_H
#define MF_FEATURE_MEMBERS_INTERNAL_H

#include "geojson/json_cursor_internal.h"

enum mf_feature_member {
    MF_MEMBER_OTHER,
    MF_MEMBER_TYPE,
    MF_MEMBER_PROPERTIES,
    MF_MEMBER_GEOMETRY,
    MF_MEMBER_ID
};

/* The members found so far. Zero-initialise. */
struct mf_feature_members {
    struct mf_span properties_key;
    struct mf_span id_key;
    struct mf_span null_geometry_key; /* text NULL: the geometry is not null */
    const char *id;                   /* the value, or NULL */
};

static inline bool mf_is_first_spelling(struct mf_span *known, const struct mf_span *key)
{
    if (known->text == NULL)
        *known = *key;
    return mf_span_same(known, key);
}

/* Returns which member a key names. Its value is at `value`. */
static inline enum mf_feature_member mf_feature_member(struct mf_feature_members *found,
                                                       const struct mf_span *key, const char *value)
{
    if (mf_span_equals(key, "type", 4))
        return MF_MEMBER_TYPE;
    if (mf_span_equals_nocase(key, "properties", 10))
        return mf_is_first_spelling(&found->properties_key, key) ? MF_MEMBER_PROPERTIES
                                                                 : MF_MEMBER_OTHER;
    if (mf_span_equals_nocase(key, "geometry", 8)) {
        if (*value == 'n')
            found->null_geometry_key = *key;
        else if (mf_span_same(&found->null_geometry_key, key))
            found->null_geometry_key.text = NULL;
        return MF_MEMBER_GEOMETRY;
    }
    if (!mf_span_equals_nocase(key, "id", 2) || !mf_is_first_spelling(&found->id_key, key))
        return MF_MEMBER_OTHER;
    found->id = value;
    return MF_MEMBER_ID;
}

#endif
