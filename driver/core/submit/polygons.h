/* SPDX-License-Identifier: MIT */
/* polygons: stores polygons in WGS84 lon/lat, measures them on the ellipsoid, writes GeoJSON.
 *
 * Areas are computed by PROJ's geodesic.h, in m². The polygons measured are the ones sent, so that
 * the request costs the price that was agreed to.
 *
 * Thread-safety: a struct belongs to its caller. */
#ifndef MF_POLYGONS_H
#define MF_POLYGONS_H

#include <stddef.h>

#include "base/error.h"
#include "base/json.h"

MF_C_BEGIN

/* A closed ring: the last position repeats the first. */
struct mf_ring {
    double *lonlat; /* degrees: lon, lat, lon, lat … */
    size_t count;   /* positions, at least 4 */
    double area_m2; /* inside it, positive */
};

/* The outer ring is counterclockwise, holes are clockwise (RFC 7946). */
struct mf_polygon {
    struct mf_ring *rings; /* the outer one first */
    size_t count;
};

struct mf_polygons {
    struct mf_polygon *items;
    size_t count;
};

/* Adds a polygon by its outer ring, or a hole to the polygon added last. `lonlat` holds `count`
 * positions, closed or not, in either direction. It is copied without repeated positions. A ring
 * smaller than MF_MIN_RING_AREA is left out, and *is_kept (may be NULL) is then 0. Do not add holes
 * after an outer ring that was left out. */
#define MF_MIN_RING_AREA 0.01 /* m²: smaller rings are slivers from rounding */
int mf_polygons_add_outer(struct mf_polygons *polygons, const double *lonlat, size_t count,
                          int *is_kept, struct mf_error *err) MF_NODISCARD;
int mf_polygons_add_hole(struct mf_polygons *polygons, const double *lonlat, size_t count,
                         int *is_kept, struct mf_error *err) MF_NODISCARD;
void mf_polygons_free(struct mf_polygons *polygons); /* NULL-safe, empties it */

/* Area in m² of a ring of `count` positions, closed or not: positive if counterclockwise. */
double mf_ring_area(const double *lonlat, size_t count);

/* Area of the outer rings minus the holes, m². Overlaps count twice, as the service bills them. */
double mf_polygons_area(const struct mf_polygons *polygons);

/* Area in m² of the bounding box of a polygon in lon/lat: the service's second area limit (API
 * notes 12.3). */
double mf_polygon_bounds_area(const struct mf_polygon *polygon);

/* Returns a GeoJSON Polygon, or a MultiPolygon if there are several. NULL when out of memory. */
cJSON *mf_polygons_geojson(const struct mf_polygons *polygons);

MF_C_END
#endif
