/* geojson_geometry: a GeoJSON geometry to ISO WKB.
 *
 * Internal to `geojson`. What is not a valid geometry (unknown type, coordinates of the wrong
 * shape) becomes no geometry, and what is not a valid part of one is left out, as GDAL's GeoJSON
 * driver does. As soon as one position has a third ordinate all get one, 0 where it is missing. */
#ifndef MF_GEOJSON_GEOMETRY_H
#define MF_GEOJSON_GEOMETRY_H

#include "geojson.h"
#include "geojson_text.h"

/* A geometry under construction. Zero-initialise; free(data). `has_z` of the last geometry is the
 * guess for the next one. */
struct mf_wkb {
    unsigned char *data; /* little-endian ISO WKB */
    size_t size;
    size_t capacity;
    int is_near; /* asked for: only the bounding box counts, and only nearly, see number_near.h */
    int type;    /* MF_GEOMETRY_…, NONE when the value is no geometry */
    int has_z;
    int saw_z;          /* a part that was kept has a third ordinate */
    int empty_polygons; /* in: the rule of this name */
    int stated;         /* the type in "type", readable or not; MF_GEOMETRY_NONE when unknown */
    int stated_z;       /* the first position has three ordinates */
    int is_object;      /* the value was an object */
    int out_of_memory;  /* sticky; checked by the caller at the end */
};

/* Reads the value at the cursor, which is a geometry object or anything else, and moves behind it.
 */
enum mf_lex mf_geometry_read(struct mf_text *t, struct mf_wkb *wkb);

/* The bounding box of what mf_geometry_read wrote; empty points and NaN ordinates do not count. */
void mf_geometry_box(const struct mf_wkb *wkb, struct mf_box *box);

#endif
