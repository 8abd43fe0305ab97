/* SPDX-License-Identifier: MIT */
/* wkb: writes a geometry as little-endian ISO WKB, piece by piece. */
#ifndef MF_WKB_INTERNAL_H
#define MF_WKB_INTERNAL_H

#include <string.h>

#include "geojson/geojson.h"

/* A geometry under construction. Zero-initialise; free(data). `has_z` of the last geometry is the
 * guess for the next one. */
struct mf_wkb {
    unsigned char *data; /* little-endian ISO WKB */
    size_t size;
    size_t capacity;
    bool is_approx;      /* in: only the bounding box counts, see mf_coordinate_approx */
    bool empty_polygons; /* in: the rule of this name */
    int type;            /* MF_GEOMETRY_…, NONE if the value is no geometry */
    bool has_z;
    bool saw_z;     /* a part that was kept has a third ordinate */
    int stated;     /* the type in "type", valid or not; MF_GEOMETRY_NONE if unknown */
    bool stated_z;  /* the first position has three ordinates */
    bool is_object; /* the value was an object */
    bool is_odd; /* something was null or left out, a ring is not closed, more than 3 ordinates */
    bool out_of_memory; /* sticky; checked by the caller at the end */
};

/* Ensures that `more` bytes can be appended. Returns false without memory. */
bool mf_wkb_reserve(struct mf_wkb *wkb, size_t more);

/* Writes the byte order and the type, with Z if wkb->has_z. */
void mf_wkb_write_header(struct mf_wkb *wkb, int type);

/* Writes a count of 0. Returns its place, for mf_wkb_write_count. */
size_t mf_wkb_count_later(struct mf_wkb *wkb);
void mf_wkb_write_count(struct mf_wkb *wkb, size_t at, uint32_t count);

/* Writes two ordinates, three if wkb->has_z. */
void mf_wkb_write_position(struct mf_wkb *wkb, const double ordinates[3]);

/* Computes the bounding box of what mf_geometry_read wrote. NaN ordinates, as in empty points, do
 * not count. */
void mf_geometry_box(const struct mf_wkb *wkb, struct mf_box *box);

#endif
