/* wkb: a geometry as little-endian ISO WKB, written piece by piece. */
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
    int is_approx; /* asked for: only the bounding box counts, and only nearly, see number_digits.h
                    */
    int type;      /* MF_GEOMETRY_…, NONE when the value is no geometry */
    int has_z;
    int saw_z;          /* a part that was kept has a third ordinate */
    int empty_polygons; /* in: the rule of this name */
    int stated;         /* the type in "type", readable or not; MF_GEOMETRY_NONE when unknown */
    int stated_z;       /* the first position has three ordinates */
    int is_object;      /* the value was an object */
    int out_of_memory;  /* sticky; checked by the caller at the end */
};

/* Makes sure that `more` bytes can be written behind what is there. Returns 0 without memory. */
int mf_wkb_make_room(struct mf_wkb *wkb, size_t more);

/* Eight bytes at `out`. */
static inline void mf_wkb_put_double(unsigned char *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    bits = __builtin_bswap64(bits);
#endif
    memcpy(out, &bits, sizeof bits);
}

/* Byte order and type, with Z as wkb->has_z says. */
void mf_wkb_write_header(struct mf_wkb *wkb, int type);

/* Writes a count of 0 and returns where it stands, for mf_wkb_write_count. */
size_t mf_wkb_count_later(struct mf_wkb *wkb);
void mf_wkb_write_count(struct mf_wkb *wkb, size_t at, uint32_t count);

/* Two or three ordinates, as wkb->has_z says. */
void mf_wkb_write_position(struct mf_wkb *wkb, const double ordinates[3]);

/* The bounding box of what mf_geometry_read wrote; empty points and NaN ordinates do not count. */
void mf_geometry_box(const struct mf_wkb *wkb, struct mf_box *box);

#endif
