/* SPDX-License-Identifier: MIT */
#include "submit/polygons.h"

#include <geodesic.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/json_writer.h"
#include "base/number.h"

#define WGS84_A 6378137.0
#define WGS84_F (1 / 298.257223563)
#define DEGREE 0.017453292519943295 /* in radians */

/* ---- measuring ------------------------------------------------------------------------------ */

double mf_ring_area(const double *lonlat, size_t count)
{
    struct geod_geodesic ellipsoid;
    struct geod_polygon ring;
    double area = 0;
    geod_init(&ellipsoid, WGS84_A, WGS84_F);
    geod_polygon_init(&ring, 0);
    if (count > 1 && lonlat[0] == lonlat[2 * count - 2] && lonlat[1] == lonlat[2 * count - 1])
        count--;
    for (size_t i = 0; i < count; i++)
        geod_polygon_addpoint(&ellipsoid, &ring, lonlat[2 * i + 1], lonlat[2 * i]);
    geod_polygon_compute(&ellipsoid, &ring, 0, 1, &area, NULL);
    return area;
}

static double polygon_area(const struct mf_polygon *polygon)
{
    double area = 0;
    for (size_t i = 0; i < polygon->count; i++)
        area += i == 0 ? polygon->rings[i].area_m2 : -polygon->rings[i].area_m2;
    return area;
}

double mf_polygons_area(const struct mf_polygons *polygons)
{
    double area = 0;
    for (size_t i = 0; i < polygons->count; i++)
        area += polygon_area(&polygons->items[i]);
    return area;
}

/* Adds points from `from` to `to` along a parallel. The geodesic between two points leaves their
 * parallel: steps of one degree keep it within a few metres. Narrower boxes, such as all that pass
 * the limits, are measured by their corners, as Mapflow's own client does. */
static void follow_parallel(const struct geod_geodesic *ellipsoid, struct geod_polygon *ring,
                            double lat, double from, double to)
{
    const int steps = (int)fmax(1, ceil(fabs(to - from)));
    for (int i = 0; i <= steps; i++)
        geod_polygon_addpoint(ellipsoid, ring, lat, from + (to - from) * i / steps);
}

double mf_polygon_bounds_area(const struct mf_polygon *polygon)
{
    const struct mf_ring *const outer = &polygon->rings[0];
    double west = 180, east = -180, south = 90, north = -90, area = 0;
    for (size_t i = 0; i < outer->count; i++) {
        west = fmin(west, outer->lonlat[2 * i]);
        east = fmax(east, outer->lonlat[2 * i]);
        south = fmin(south, outer->lonlat[2 * i + 1]);
        north = fmax(north, outer->lonlat[2 * i + 1]);
    }
    struct geod_geodesic ellipsoid;
    struct geod_polygon ring;
    geod_init(&ellipsoid, WGS84_A, WGS84_F);
    geod_polygon_init(&ring, 0);
    follow_parallel(&ellipsoid, &ring, south, west, east);
    follow_parallel(&ellipsoid, &ring, north, east, west);
    geod_polygon_compute(&ellipsoid, &ring, 0, 1, &area, NULL);
    return fabs(area);
}

/* ---- storing --------------------------------------------------------------------------------- */

static void reverse(double *lonlat, size_t count)
{
    for (size_t i = 0, j = count - 1; i < j; i++, j--) {
        const double lon = lonlat[2 * i], lat = lonlat[2 * i + 1];
        lonlat[2 * i] = lonlat[2 * j];
        lonlat[2 * i + 1] = lonlat[2 * j + 1];
        lonlat[2 * j] = lon;
        lonlat[2 * j + 1] = lat;
    }
}

/* Area in m² of a ring with straight edges in lon/lat, on the tangent plane at its first position.
 * Three positions on a line in lon/lat enclose nothing here, but some m² between the geodesics that
 * join them. */
static double flat_area(const double *lonlat, size_t count)
{
    const double degree = 111320; /* m */
    double twice = 0;
    if (count == 0)
        return 0;
    for (size_t i = 1; i + 1 < count; i++) {
        const double *const a = lonlat + 2 * i, *const b = a + 2;
        twice += (a[0] - lonlat[0]) * (b[1] - lonlat[1]) - (b[0] - lonlat[0]) * (a[1] - lonlat[1]);
    }
    return fabs(twice) / 2 * degree * degree * cos(lonlat[1] * DEGREE);
}

static int same_position(const double *a, const double *b)
{
    return a[0] == b[0] && a[1] == b[1];
}

/* Makes a closed copy in the wanted direction, without repeated positions. ring->lonlat stays NULL
 * if there is no area inside. */
static int make_ring(struct mf_ring *ring, const double *lonlat, size_t count, int is_hole,
                     struct mf_error *err)
{
    memset(ring, 0, sizeof *ring);
    double *const copy = malloc((count + 1) * 2 * sizeof *copy);
    if (copy == NULL)
        return mf_out_of_memory(err);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && same_position(copy + 2 * kept - 2, lonlat + 2 * i))
            continue;
        memcpy(copy + 2 * kept++, lonlat + 2 * i, 2 * sizeof *copy);
    }
    if (kept > 1 && !same_position(copy, copy + 2 * kept - 2)) {
        memcpy(copy + 2 * kept, copy, 2 * sizeof *copy);
        kept++;
    }
    const double area = kept < 4 ? 0 : mf_ring_area(copy, kept);
    if (kept < 4 || fabs(area) < MF_MIN_RING_AREA || flat_area(copy, kept) < MF_MIN_RING_AREA) {
        free(copy);
        return 0;
    }
    if ((area < 0) != is_hole)
        reverse(copy, kept);
    ring->lonlat = copy;
    ring->count = kept;
    ring->area_m2 = fabs(area);
    return 0;
}

/* Adds a ring, to a new polygon unless it is a hole. Returns -1 if out of memory. */
static int push_ring(struct mf_polygons *polygons, const struct mf_ring *ring, int is_hole)
{
    struct mf_polygon *const items =
        realloc(polygons->items, (polygons->count + 1) * sizeof *polygons->items);
    if (items == NULL)
        return -1;
    polygons->items = items;
    if (!is_hole)
        items[polygons->count++] = (struct mf_polygon){NULL, 0};
    struct mf_polygon *const last = &items[polygons->count - 1];
    struct mf_ring *const rings = realloc(last->rings, (last->count + 1) * sizeof *rings);
    if (rings == NULL)
        return -1;
    last->rings = rings;
    rings[last->count++] = *ring;
    return 0;
}

static int add_ring(struct mf_polygons *polygons, const double *lonlat, size_t count, int is_hole,
                    int *is_kept, struct mf_error *err)
{
    struct mf_ring ring;
    if (make_ring(&ring, lonlat, count, is_hole, err) != 0)
        return -1;
    if (is_kept != NULL)
        *is_kept = ring.lonlat != NULL;
    if (ring.lonlat == NULL)
        return 0;
    if (push_ring(polygons, &ring, is_hole) != 0) {
        free(ring.lonlat);
        return mf_out_of_memory(err);
    }
    return 0;
}

int mf_polygons_add_outer(struct mf_polygons *polygons, const double *lonlat, size_t count,
                          int *is_kept, struct mf_error *err)
{
    return add_ring(polygons, lonlat, count, 0, is_kept, err);
}

int mf_polygons_add_hole(struct mf_polygons *polygons, const double *lonlat, size_t count,
                         int *is_kept, struct mf_error *err)
{
    return add_ring(polygons, lonlat, count, 1, is_kept, err);
}

void mf_polygons_free(struct mf_polygons *polygons)
{
    if (polygons == NULL)
        return;
    for (size_t i = 0; i < polygons->count; i++) {
        for (size_t j = 0; j < polygons->items[i].count; j++)
            free(polygons->items[i].rings[j].lonlat);
        free(polygons->items[i].rings);
    }
    free(polygons->items);
    memset(polygons, 0, sizeof *polygons);
}

/* ---- writing -------------------------------------------------------------------------------- */

/* Writes degrees so that reading them gives the same double: a neighbouring one may make a ring
 * cross itself. Nine decimals are enough for most, because the caller rounds. */
static void write_degrees(double degrees, char text[MF_NUMBER_TEXT_SIZE])
{
    const double steps = round(degrees * 1e9);
    if (!(fabs(steps) < 1e12) || steps / 1e9 != degrees) {
        mf_number_format(degrees, text);
        return;
    }
    const int64_t whole = (int64_t)fabs(steps) / 1000000000,
                  rest = (int64_t)fabs(steps) % 1000000000;
    int size = snprintf(text, MF_NUMBER_TEXT_SIZE, "%s%" PRId64 ".%09" PRId64, steps < 0 ? "-" : "",
                        whole, rest);
    while (text[size - 1] == '0')
        text[--size] = '\0';
    if (text[size - 1] == '.')
        text[--size] = '\0';
}

static cJSON *position_json(const double lonlat[2])
{
    char lon[MF_NUMBER_TEXT_SIZE], lat[MF_NUMBER_TEXT_SIZE], text[2 * MF_NUMBER_TEXT_SIZE + 4];
    write_degrees(lonlat[0], lon);
    write_degrees(lonlat[1], lat);
    snprintf(text, sizeof text, "[%s,%s]", lon, lat);
    return cJSON_CreateRaw(text);
}

static cJSON *ring_json(const struct mf_ring *ring)
{
    cJSON *positions = cJSON_CreateArray();
    for (size_t i = 0; positions != NULL && i < ring->count; i++)
        positions = mf_json_add(positions, NULL, position_json(ring->lonlat + 2 * i));
    return positions;
}

static cJSON *polygon_json(const struct mf_polygon *polygon)
{
    cJSON *rings = cJSON_CreateArray();
    for (size_t i = 0; rings != NULL && i < polygon->count; i++)
        rings = mf_json_add(rings, NULL, ring_json(&polygon->rings[i]));
    return rings;
}

cJSON *mf_polygons_geojson(const struct mf_polygons *polygons)
{
    const int is_one = polygons->count == 1;
    cJSON *coordinates = is_one ? polygon_json(&polygons->items[0]) : cJSON_CreateArray();
    for (size_t i = 0; !is_one && coordinates != NULL && i < polygons->count; i++)
        coordinates = mf_json_add(coordinates, NULL, polygon_json(&polygons->items[i]));
    cJSON *const geometry =
        mf_json_add_text(cJSON_CreateObject(), "type", is_one ? "Polygon" : "MultiPolygon");
    return mf_json_add(geometry, "coordinates", coordinates);
}
