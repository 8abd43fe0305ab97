/* SPDX-License-Identifier: MIT */
#include "geojson/wkb_internal.h"

#include <math.h>
#include <stdlib.h>

/* ---- writing WKB --------------------------------------------------------------------------- */

/* Appends `more` bytes. Returns NULL without memory. */
static unsigned char *append(struct mf_wkb *wkb, size_t more)
{
    if (wkb->capacity - wkb->size < more) {
        const size_t capacity = wkb->capacity * 2 + more + 1024;
        unsigned char *const data = realloc(wkb->data, capacity);
        if (data == NULL) {
            wkb->out_of_memory = true;
            return NULL;
        }
        wkb->data = data;
        wkb->capacity = capacity;
    }
    unsigned char *const end = wkb->data + wkb->size;
    wkb->size += more;
    return end;
}

bool mf_wkb_reserve(struct mf_wkb *wkb, size_t more)
{
    if (append(wkb, more) == NULL)
        return false;
    wkb->size -= more;
    return true;
}

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define LITTLE_32(value) __builtin_bswap32(value)
#define LITTLE_64(value) __builtin_bswap64(value)
#else
#define LITTLE_32(value) (value)
#define LITTLE_64(value) (value)
#endif

static void put_u32(unsigned char *out, uint32_t value)
{
    value = LITTLE_32(value);
    memcpy(out, &value, sizeof value);
}

static uint32_t get_u32(const unsigned char *in)
{
    uint32_t value;
    memcpy(&value, in, sizeof value);
    return LITTLE_32(value);
}

static void put_double(unsigned char *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = LITTLE_64(bits);
    memcpy(out, &bits, sizeof bits);
}

static double get_double(const unsigned char *in)
{
    uint64_t bits;
    double value;
    memcpy(&bits, in, sizeof bits);
    bits = LITTLE_64(bits);
    memcpy(&value, &bits, sizeof value);
    return value;
}

void mf_wkb_write_header(struct mf_wkb *wkb, int type)
{
    unsigned char *const out = append(wkb, 5);
    if (out != NULL) {
        out[0] = 1;
        put_u32(out + 1, (uint32_t)type + (wkb->has_z ? 1000 : 0));
    }
}

size_t mf_wkb_count_later(struct mf_wkb *wkb)
{
    const size_t at = wkb->size;
    unsigned char *const out = append(wkb, 4);
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
    unsigned char *const out = append(wkb, wkb->has_z ? 24 : 16);
    if (out != NULL) {
        put_double(out, ordinates[0]);
        put_double(out + 8, ordinates[1]);
        if (wkb->has_z)
            put_double(out + 16, ordinates[2]);
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

/* Adds the content of a geometry, which follows its header. Returns the first byte after it. */
static const unsigned char *box_add_content(struct mf_box *box, const unsigned char *p,
                                            uint32_t type, size_t stride)
{
    if (type == MF_GEOMETRY_POINT) {
        box_add(box, p);
        return p + stride;
    }
    uint32_t count = get_u32(p);
    for (p += 4; count > 0; --count) {
        if (type == MF_GEOMETRY_LINESTRING)
            p = box_add_content(box, p, MF_GEOMETRY_POINT, stride);
        else if (type == MF_GEOMETRY_POLYGON)
            p = box_add_content(box, p, MF_GEOMETRY_LINESTRING, stride);
        else
            p = box_add_content(box, p + 5, get_u32(p + 1) % 1000, stride);
    }
    return p;
}

void mf_geometry_box(const struct mf_wkb *wkb, struct mf_box *box)
{
    *box = (struct mf_box){INFINITY, INFINITY, -INFINITY, -INFINITY};
    if (wkb->type == MF_GEOMETRY_NONE || wkb->out_of_memory)
        return;
    const uint32_t code = get_u32(wkb->data + 1);
    box_add_content(box, wkb->data + 5, code % 1000, code >= 1000 ? 24 : 16);
}
