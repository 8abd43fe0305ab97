/* SPDX-License-Identifier: MIT */
/* geojson: a result, read once.
 *
 * A GeoJSON FeatureCollection is read in two steps.
 *
 *   struct mf_scanner   takes the bytes as they arrive, in pieces of any size, and checks that they
 *                       are JSON. Keeps only the position and bounding box of each feature, the
 *                       schema and the extent. Builds no tree and makes no second pass.
 *   struct mf_row       one feature, decoded from the text: typed values and WKB. Only the
 *                       requested features and fields are decoded.
 *
 * Types, values and geometries are those of GDAL's GeoJSON driver for the same bytes. An incomplete
 * FeatureCollection is an error, never a shorter result.
 *
 * Memory: 32 bytes per feature, the schema, and the text of the one feature that spans pieces.
 * Only the machine limits the size; objects nest at most 1024 deep.
 *
 * Thread-safety: a scanner and a row belong to one thread at a time. A finished mf_collection is
 * only read and may be shared by any number of threads. */
#ifndef MF_GEOJSON_H
#define MF_GEOJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

MF_C_BEGIN

/* ---- schema -------------------------------------------------------------------------------- */

enum mf_field_type {
    MF_FIELD_INTEGER = 0,
    MF_FIELD_INTEGER64,
    MF_FIELD_REAL,
    MF_FIELD_STRING,
    MF_FIELD_DATE,
    MF_FIELD_TIME,
    MF_FIELD_DATETIME,
    MF_FIELD_INTEGER_LIST,
    MF_FIELD_INTEGER64_LIST,
    MF_FIELD_REAL_LIST,
    MF_FIELD_STRING_LIST
};

enum mf_field_subtype { MF_SUBTYPE_NONE = 0, MF_SUBTYPE_BOOLEAN, MF_SUBTYPE_JSON };

struct mf_field {
    char *name; /* NUL-terminated UTF-8 as in the document; may be "" */
    size_t name_size;
    enum mf_field_type type;
    enum mf_field_subtype subtype;
    int time_zone;      /* of time and date-time fields, see enum mf_time_zone */
    unsigned met;       /* the classes of its values, one bit each, for mf_schema_merge */
    bool is_plain;      /* the name has no character that JSON escapes */
    char *beyond_int64; /* the first integer beyond 64 bits, as written; NULL if there is none */
};

enum mf_date_kind { MF_DATE_NONE = 0, MF_DATE_DATE, MF_DATE_TIME, MF_DATE_DATETIME };

/* Time zones in OGR's terms: 0 unknown, 1 local time, 2 mixed, 100 UTC, 100 + quarters of an hour.
 */
enum mf_time_zone { MF_TZ_UNKNOWN = 0, MF_TZ_LOCAL = 1, MF_TZ_MIXED = 2, MF_TZ_UTC = 100 };

/* What the host's own GeoJSON driver does, where GDAL versions differ. */
struct mf_schema_rules {
    /* Returns whether a NUL-terminated string is a date, a time or both. Sets *time_zone unless it
     * is neither. Called from any thread. NULL: no string is one. The host parses the values. */
    enum mf_date_kind (*date_kind)(const char *text, int *time_zone);
    unsigned date_version;     /* differs where date_kind may return other results; below 2^24 */
    bool mixed_string_is_json; /* a string field that meets another type gets subtype JSON (3.7) */
    bool untyped_objects_are_rows; /* objects without "type": "Feature" are rows (up to 3.7) */
    /* The layer's type is the one that geometries state in "type", valid or not. It has Z if their
     * first positions have three ordinates. */
    bool geometry_type_is_stated;
    bool empty_polygons; /* a polygon without rings is empty, not missing; null is not a ring */
};

/* Returns the rules as bits, to compare and store them. */
unsigned mf_schema_rules_bits(const struct mf_schema_rules *rules);
#define MF_RULES_EMPTY_POLYGONS 8U

struct mf_schema {
    struct mf_field *fields; /* in the order of the layer */
    int field_count;
    /* hash of names → position in `fields`, open addressing, -1 empty */
    int32_t *slots;
    uint32_t slot_mask;
    int host_count; /* leading fields that are the host's: documents have no members for them */
    bool empty_polygons; /* the rule of this name, for decoding */
    bool fill_id;        /* an unset field `id` takes its value from the feature-level id */
    bool exact_integers; /* integers beyond 64 bits are kept as strings, else they are clamped */
};

/* Returns the position of a field by its exact name, -1 if there is none. */
int mf_schema_find(const struct mf_schema *schema, const char *name, size_t size);

/* Builds `slots` for `fields` that do not come from a scan. Returns -1 without memory. */
int mf_schema_index(struct mf_schema *schema) MF_NODISCARD;
void mf_schema_free(struct mf_schema *schema);

/* Copies a schema; fields with integers beyond 64 bits hold strings. Returns -1 without memory. */
int mf_schema_copy_exact(struct mf_schema *copy, const struct mf_schema *schema) MF_NODISCARD;

/* Merges the schemas of several documents, in their order: the fields of all, with types widened as
 * if the features of each document came after those of the one before. Rows of each document can be
 * decoded by the result. It begins with `host_count` string fields that no document has: rows leave
 * them UNSET, and the host sets them. Returns -1 without memory. */
int mf_schema_merge(struct mf_schema *merged, const char *const *host, int host_count,
                    const struct mf_schema *const *schemas, size_t count,
                    const struct mf_schema_rules *rules) MF_NODISCARD;

/* ---- features ------------------------------------------------------------------------------ */

/* Geometry types as in WKB. */
enum {
    MF_GEOMETRY_NONE = 0,
    MF_GEOMETRY_POINT,
    MF_GEOMETRY_LINESTRING,
    MF_GEOMETRY_POLYGON,
    MF_GEOMETRY_MULTIPOINT,
    MF_GEOMETRY_MULTILINESTRING,
    MF_GEOMETRY_MULTIPOLYGON,
    MF_GEOMETRY_COLLECTION
};

struct mf_box {
    double min_x, min_y, max_x, max_y; /* min_x > max_x: empty */
};

/* One feature in the index: 32 bytes, in the layout of the file. */
struct mf_feature {
    uint64_t offset;  /* of its '{' in the text */
    uint32_t size;    /* bytes of its text; UINT32_MAX: that many or more, up to the next feature */
    float box[4];     /* min x, min y, max x, max y, rounded outwards; min > max: empty */
    uint8_t geometry; /* MF_GEOMETRY_… */
    uint8_t has_z;
    uint8_t is_odd; /* its geometry may be one that GDAL warns about */
    uint8_t reserved;
};

#define MF_FEATURES_IN_BLOCK 256

/* The box around MF_FEATURES_IN_BLOCK consecutive features; empty boxes do not count. */
struct mf_bbox_block {
    float box[4];
};

/* Returns the type that all geometries share, NONE if they are mixed or there are none. 2D and 3D
 * together are 3D. `types` holds bits as in mf_collection.geometry_types. */
int mf_geometry_common_type(uint32_t types, bool *has_z);

/* The outcome of a scan. */
struct mf_collection {
    struct mf_schema schema;
    struct mf_feature *features;
    struct mf_bbox_block *blocks; /* mf_collection_block_count of them */
    uint64_t feature_count;
    uint64_t odd_count;      /* features that are odd */
    struct mf_box extent;    /* of all geometries, exact */
    uint32_t geometry_types; /* bit 2·type + has_z for each kind of geometry that occurs, bit 0 for
                                an unknown type */
    char *crs;               /* the JSON text of the member `crs`, NULL if missing or null */
    char *description;       /* the string member `description`, or NULL */
    uint64_t text_size;      /* bytes of the document */
};

void mf_collection_free(struct mf_collection *collection); /* NULL-safe, empties it */

/* Returns the position of the first feature at or after `from` whose box intersects `wanted`,
 * feature_count if there is none. Boxes are rounded outwards: the feature may still be outside. */
uint64_t mf_collection_find(const struct mf_collection *collection, uint64_t from,
                            const struct mf_box *wanted);

/* Returns whether a feature that may intersect `towards` is certainly outside `box`. */
bool mf_collection_extends_beyond(const struct mf_collection *collection, const struct mf_box *box,
                                  const struct mf_box *towards);

uint64_t mf_collection_block_count(const struct mf_collection *collection);

/* Builds the blocks of the features. Returns -1 without memory. */
int mf_collection_make_blocks(struct mf_collection *collection) MF_NODISCARD;

/* ---- scanning ------------------------------------------------------------------------------ */

struct mf_scanner;

int mf_scanner_open(struct mf_scanner **out, const struct mf_schema_rules *rules,
                    struct mf_error *err) MF_NODISCARD;
void mf_scanner_close(struct mf_scanner *scanner); /* NULL-safe */

/* Discards all bytes, because the download starts again. */
void mf_scanner_reset(struct mf_scanner *scanner);

/* Takes the next bytes. Fails with MF_ERR_FORMAT if the document cannot become a FeatureCollection
 * (the message states where and why), or with MF_ERR_MEMORY. After an error only reset and close
 * are allowed. How the document is cut into pieces never changes the outcome. */
int mf_scanner_feed(struct mf_scanner *scanner, const char *data, size_t size,
                    struct mf_error *err) MF_NODISCARD;

/* Ends the document. Fails with MF_ERR_TRUNCATED if it is incomplete. Moves the outcome to
 * *collection, which the caller frees. */
int mf_scanner_finish(struct mf_scanner *scanner, struct mf_collection *collection,
                      struct mf_error *err) MF_NODISCARD;

/* ---- decoding ------------------------------------------------------------------------------ */

enum mf_value_kind {
    MF_VALUE_UNSET = 0,
    MF_VALUE_NULL,
    MF_VALUE_INTEGER,      /* integer; of INTEGER (32 bits) and INTEGER64 fields */
    MF_VALUE_REAL,         /* real */
    MF_VALUE_STRING,       /* text, count; in a field of another type: for the host to convert */
    MF_VALUE_INTEGER_LIST, /* integers, count */
    MF_VALUE_REAL_LIST,    /* reals, count */
    MF_VALUE_STRING_LIST   /* strings, count */
};

struct mf_string {
    const char *text; /* not NUL-terminated */
    size_t size;
};

/* Pointers are valid until the row decodes the next feature, and as long as the document's text. */
struct mf_value {
    enum mf_value_kind kind;
    size_t count; /* of a list; of bytes in a string */
    union {
        int64_t integer;
        double real;
        const char *text;
        const int64_t *integers;
        const double *reals;
        const struct mf_string *strings;
    } as;
};

struct mf_arena_block;

/* Caller-owned; init, decode any number of features of one collection, free. */
struct mf_row {
    const struct mf_schema *schema;
    struct mf_value *values; /* schema->field_count of them */
    unsigned char *wanted;   /* a flag for each field: 0 leaves its value UNSET */
    bool wants_geometry;
    int geometry; /* MF_GEOMETRY_…; NONE: the feature has no (valid) geometry */
    bool has_z;
    unsigned char *wkb; /* ISO WKB, little-endian */
    size_t wkb_size;
    size_t wkb_capacity;
    struct mf_arena_block *arena;
    int guess; /* the field expected next: most features list them in one order */
};

/* Initially all fields and the geometry are wanted. */
int mf_row_init(struct mf_row *row, const struct mf_schema *schema,
                struct mf_error *err) MF_NODISCARD;
void mf_row_free(struct mf_row *row); /* NULL-safe */

/* Decodes the feature whose text is [text, text + size). Reads no byte after it. The text was
 * scanned before: MF_ERR_FORMAT means that it has changed since. */
int mf_row_decode(struct mf_row *row, const char *text, size_t size,
                  struct mf_error *err) MF_NODISCARD;

/* The same for feature `i` of a collection, whose whole text is at `text`. The row's schema is that
 * of the collection, or one derived from it. */
int mf_row_decode_feature(struct mf_row *row, const struct mf_collection *collection,
                          const char *text, uint64_t i, struct mf_error *err) MF_NODISCARD;

/* Finds the text of feature `i`. Returns false if it is not inside the document. */
bool mf_collection_feature_text(const struct mf_collection *collection, const char *text,
                                uint64_t i, struct mf_string *feature);

/* Wraps a decoded point, line or polygon in a multi-geometry. Leaves other rows unchanged. */
int mf_row_make_multiple(struct mf_row *row, struct mf_error *err) MF_NODISCARD;

MF_C_END
#endif
