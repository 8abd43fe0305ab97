#include "submit/polygons.h"
#include "check.h"

#include <geodesic.h>
#include <math.h>

static struct mf_error err;

/* By PROJ itself, with its own polygon. */
static double proj_area(double *lonlat, int count)
{
    struct geod_geodesic wgs84;
    double lons[64], lats[64], area = 0, perimeter = 0;
    for (int i = 0; i < count; i++) {
        lons[i] = lonlat[2 * i];
        lats[i] = lonlat[2 * i + 1];
    }
    geod_init(&wgs84, 6378137.0, 1 / 298.257223563);
    geod_polygonarea(&wgs84, lats, lons, count, &area, &perimeter);
    return area;
}

static int is_approx(double got, double wanted, double relative)
{
    return fabs(got - wanted) <= relative * fabs(wanted);
}

static void test_ring_area(void)
{
    double square[] = {4.49, 52.15, 4.50, 52.15, 4.50, 52.16, 4.49, 52.16, 4.49, 52.15};
    double octant[] = {0, 0, 90, 0, 0, 90};
    double across[] = {179.9, -17, -179.9, -17, -179.9, -16.8, 179.9, -16.8};
    CHECK(is_approx(mf_ring_area(square, 5), proj_area(square, 4), 1e-9));
    CHECK(is_approx(mf_ring_area(square, 4), proj_area(square, 4), 1e-9));
    CHECK(is_approx(mf_ring_area(across, 4), proj_area(across, 4), 1e-9));
    CHECK(mf_ring_area(across, 4) > 0);
    /* An eighth of the WGS84 ellipsoid, 510065621724088.44 m² by Karney. */
    CHECK(is_approx(mf_ring_area(octant, 3), 510065621724088.44 / 8, 1e-9));
    CHECK_NUMBER(mf_ring_area(square, 0), 0);
}

static void test_rings_are_made_right(void)
{
    /* Open, with the clock, a position twice. */
    const double outer[] = {0, 0, 0, 1, 0, 1, 1, 1, 1, 0};
    const double hole[] = {.2, .2, .4, .2, .4, .4, .2, .4};
    const double line[] = {0, 0, 1, 1, 2, 2, 0, 0};
    struct mf_polygons polygons = {0};
    int is_kept = 0;
    mf_error_init(&err);
    CHECK(mf_polygons_add_outer(&polygons, outer, 5, &is_kept, &err) == 0 && is_kept);
    CHECK(mf_polygons_add_hole(&polygons, hole, 4, &is_kept, &err) == 0 && is_kept);
    CHECK(mf_polygons_add_hole(&polygons, line, 4, &is_kept, &err) == 0);
    CHECK(mf_polygons_add_outer(&polygons, outer, 2, &is_kept, &err) == 0 && !is_kept);
    CHECK_NUMBER(polygons.count, 1);
    const struct mf_polygon *const polygon = &polygons.items[0];
    CHECK_NUMBER(polygon->rings[0].count, 5);
    CHECK(mf_ring_area(polygon->rings[0].lonlat, 5) > 0);
    CHECK(mf_ring_area(polygon->rings[1].lonlat, 5) < 0);
    CHECK(polygon->rings[0].lonlat[0] == polygon->rings[0].lonlat[8]);
    CHECK(is_approx(mf_polygons_area(&polygons),
                  polygon->rings[0].area_m2 - polygon->rings[1].area_m2 -
                      (polygon->count > 2 ? polygon->rings[2].area_m2 : 0),
                  1e-15));
    mf_polygons_free(&polygons);
    mf_polygons_free(&polygons);
    mf_polygons_free(NULL);
}

static void test_bounds(void)
{
    const double triangle[] = {4.0, 52.0, 4.02, 52.0, 4.0, 52.01};
    double box[] = {4.0, 52.0, 4.02, 52.0, 4.02, 52.01, 4.0, 52.01};
    const double wide[] = {-170, -10, 170, -10, 0, 10};
    struct mf_polygons polygons = {0};
    CHECK(mf_polygons_add_outer(&polygons, triangle, 3, NULL, &err) == 0);
    CHECK(mf_polygons_add_outer(&polygons, wide, 3, NULL, &err) == 0);
    CHECK(is_approx(mf_polygon_bounds_area(&polygons.items[0]), proj_area(box, 4), 1e-9));
    /* 340 of 360 degrees of the zone between 10° south and north: sin 10° of the sphere, about. */
    CHECK(is_approx(mf_polygon_bounds_area(&polygons.items[1]),
                  510065621724088.44 * sin(10 * M_PI / 180) * 340 / 360, 0.01));
    mf_polygons_free(&polygons);
}

static void test_geojson(void)
{
    const double triangle[] = {4.0, 52.0, 4.02, 52.0, 4.0, 52.0123456789012};
    struct mf_polygons polygons = {0};
    for (int i = 0; i < 2; i++) {
        CHECK(mf_polygons_add_outer(&polygons, triangle, 3, NULL, &err) == 0);
        cJSON *const json = mf_polygons_geojson(&polygons);
        char *const text = cJSON_PrintUnformatted(json);
        CHECK_HOLDS(text, i == 0 ? "{\"type\":\"Polygon\",\"coordinates\":[[[4,52]"
                                 : "{\"type\":\"MultiPolygon\",\"coordinates\":[[[[4,52]");
        CHECK_HOLDS(text, "52.012345678901");
        cJSON_free(text);
        cJSON_Delete(json);
    }
    mf_polygons_free(&polygons);

    /* The next number is another position, and written as that. */
    const double near[] = {-0.000000001, -52.5, 5.013488545000001, -52.5, 5.013488545, -52.2};
    CHECK(mf_polygons_add_outer(&polygons, near, 3, NULL, &err) == 0);
    cJSON *const json = mf_polygons_geojson(&polygons);
    char *const text = cJSON_PrintUnformatted(json);
    CHECK_HOLDS(
        text,
        "[[[-0.000000001,-52.5],[5.0134885450000013,-52.5],[5.013488545,-52.2],[-0.000000001");
    cJSON_free(text);
    cJSON_Delete(json);
    mf_polygons_free(&polygons);
    CHECK(mf_polygons_add_outer(&polygons, triangle, 3, NULL, &err) == 0);
    const double area = mf_polygons_area(&polygons);
    CHECK(mf_polygons_add_outer(&polygons, triangle, 3, NULL, &err) == 0);
    CHECK(is_approx(mf_polygons_area(&polygons), 2 * area, 1e-15));
    mf_polygons_free(&polygons);
}

int main(void)
{
    test_ring_area();
    test_rings_are_made_right();
    test_bounds();
    test_geojson();
    return check_result();
}
