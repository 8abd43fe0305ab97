/* SPDX-License-Identifier: MIT */
/* polygons: polygons in WGS84 lon/lat: held, measured on the ellipsoid, written as GeoJSON.
 *
 * Areas are those of PROJ's geodesic.h, in m². What is measured here is what is sent, so that the
 * price that was agreed to is the price of the request.
 *
 * Thread-safety: a struct belongs to its caller. */
#ifndef MF_POLYGONS_H
#define MF_POLYGONS_H

#include <stddef.h>

#include "base/error.h"
#include "base/json.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A closed ring: the last position is the first one. */
struct mf_ring {
    double *lonlat; /* degrees: lon, lat, lon, lat … */
    size_t count;   /* positions, at least 4 */
    double area_m2; /* inside it, positive */
};

/* The outer ring runs against the clock, holes with it (RFC 7946). */
struct mf_polygon {
    struct mf_ring *rings; /* the outer one first */
    size_t count;
};

struct mf_polygons {
    struct mf_polygon *items;
    size_t count;
};

/* Adds a polygon by its outer ring, or a hole to the polygon that was added last. `lonlat` holds
 * `count` positions, closed or not, in either direction; it is copied, without repeated positions.
 * A ring with less than MF_MIN_RING_AREA inside is left out: *is_kept (may be NULL) tells. Holes
 * must not follow an outer ring that was left out. */
#define MF_MIN_RING_AREA 0.01 /* m²: a sliver of rounding, not an area of interest */
int mf_polygons_add_outer(struct mf_polygons *polygons, const double *lonlat, size_t count,
                          int *is_kept, struct mf_error *err) MF_NODISCARD;
int mf_polygons_add_hole(struct mf_polygons *polygons, const double *lonlat, size_t count,
                         int *is_kept, struct mf_error *err) MF_NODISCARD;
void mf_polygons_free(struct mf_polygons *polygons); /* NULL-safe, empties it */

/* Area inside a ring of `count` positions in m², closed or not: positive when it runs against the
 * clock. */
double mf_ring_area(const double *lonlat, size_t count);

/* The outer ring without the holes, m². */
double mf_polygon_area(const struct mf_polygon *polygon);

/* Sum over all polygons, m²: where two overlap it counts twice, as the service bills it. */
double mf_polygons_area(const struct mf_polygons *polygons);

/* Area in m² of the smallest box of meridians and parallels around a polygon: the service's second
 * area limit (API notes 12.3). */
double mf_polygon_bounds_area(const struct mf_polygon *polygon);

/* A GeoJSON Polygon, or a MultiPolygon when there are more. NULL when out of memory. */
cJSON *mf_polygons_geojson(const struct mf_polygons *polygons);

#ifdef __cplusplus
}
#endif
#endif
