#include "geojson/wkb_internal.h"

#include <math.h>
#include <stdlib.h>

/* ---- writing WKB --------------------------------------------------------------------------- */

int mf_wkb_make_room(struct mf_wkb *wkb, size_t more)
{
    if (wkb->capacity - wkb->size >= more)
        return 1;
    const size_t capacity =
        wkb->capacity * 2 > wkb->size + more ? wkb->capacity * 2 : wkb->size + more + 1024;
    unsigned char *const data = realloc(wkb->data, capacity);
    if (data == NULL) {
        wkb->out_of_memory = 1;
        return 0;
    }
    wkb->data = data;
    wkb->capacity = capacity;
    return 1;
}

static unsigned char *wkb_reserve(struct mf_wkb *wkb, size_t more)
{
    if (!mf_wkb_make_room(wkb, more))
        return NULL;
    unsigned char *const end = wkb->data + wkb->size;
    wkb->size += more;
    return end;
}

static void put_u32(unsigned char *out, uint32_t value)
{
    out[0] = (unsigned char)value;
    out[1] = (unsigned char)(value >> 8);
    out[2] = (unsigned char)(value >> 16);
    out[3] = (unsigned char)(value >> 24);
}

static uint32_t get_u32(const unsigned char *in)
{
    return in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

static double get_double(const unsigned char *in)
{
    uint64_t bits;
    double value;
    memcpy(&bits, in, sizeof bits);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    bits = __builtin_bswap64(bits);
#endif
    memcpy(&value, &bits, sizeof value);
    return value;
}

void mf_wkb_write_header(struct mf_wkb *wkb, int type)
{
    unsigned char *const out = wkb_reserve(wkb, 5);
    if (out != NULL) {
        out[0] = 1;
        put_u32(out + 1, (uint32_t)type + (wkb->has_z ? 1000 : 0));
    }
}

size_t mf_wkb_count_later(struct mf_wkb *wkb)
{
    const size_t at = wkb->size;
    unsigned char *const out = wkb_reserve(wkb, 4);
    if (out != NULL)
        put_u32(out, 0);
    return at;
}

void mf_wkb_write_count(struct mf_wkb *wkb, size_t at, uint32_t count)
{
    if (!wkb->out_of_memory)
        put_u32(wkb->data + at, count);
}

void mf_wkb_write_position(struct mf_wkb *wkb, const double ordinates[3])
{
    unsigned char *const out = wkb_reserve(wkb, wkb->has_z ? 24 : 16);
    if (out != NULL) {
        mf_wkb_put_double(out, ordinates[0]);
        mf_wkb_put_double(out + 8, ordinates[1]);
        if (wkb->has_z)
            mf_wkb_put_double(out + 16, ordinates[2]);
    }
}

/* ---- bounding box -------------------------------------------------------------------------- */

static void box_add(struct mf_box *box, const unsigned char *position)
{
    const double x = get_double(position);
    const double y = get_double(position + 8);
    if (x < box->min_x)
        box->min_x = x;
    if (x > box->max_x)
        box->max_x = x;
    if (y < box->min_y)
        box->min_y = y;
    if (y > box->max_y)
        box->max_y = y;
}

static const unsigned char *box_add_positions(struct mf_box *box, const unsigned char *p,
                                              size_t stride)
{
    const uint32_t count = get_u32(p);
    p += 4;
    for (uint32_t i = 0; i < count; ++i, p += stride)
        box_add(box, p);
    return p;
}

static const unsigned char *box_add_geometry(struct mf_box *box, const unsigned char *p)
{
    const uint32_t code = get_u32(p + 1);
    const size_t stride = code >= 1000 ? 24 : 16;
    p += 5;
    switch (code % 1000) {
    case MF_GEOMETRY_POINT:
        box_add(box, p);
        return p + stride;
    case MF_GEOMETRY_LINESTRING:
        return box_add_positions(box, p, stride);
    case MF_GEOMETRY_POLYGON: {
        const uint32_t rings = get_u32(p);
        p += 4;
        for (uint32_t i = 0; i < rings; ++i)
            p = box_add_positions(box, p, stride);
        return p;
    }
    default: {
        const uint32_t parts = get_u32(p);
        p += 4;
        for (uint32_t i = 0; i < parts; ++i)
            p = box_add_geometry(box, p);
        return p;
    }
    }
}

void mf_geometry_box(const struct mf_wkb *wkb, struct mf_box *box)
{
    *box = (struct mf_box){INFINITY, INFINITY, -INFINITY, -INFINITY};
    if (wkb->type != MF_GEOMETRY_NONE && !wkb->out_of_memory)
        box_add_geometry(box, wkb->data);
}
