// SPDX-License-Identifier: MIT
// footprint: outlines of imagery as geometries, from the service and from users.
#ifndef MAPFLOW_FOOTPRINT_H
#define MAPFLOW_FOOTPRINT_H

#include <memory>
#include <string>

#include "common/compat.h"

// Parses WKT or GeoJSON of the service and returns its polygons: linear, 2D, WGS84, lon/lat.
// Returns nullptr when there are none. A string that cannot be parsed, or has no polygon, is logged
// as a debug message that starts with `whose` ("mosaic", "image") and `id`. Raises no CPLError.
std::unique_ptr<OGRMultiPolygon> OGRMapflowReadFootprint(const char *text, const char *whose,
                                                         const char *id);

// Returns the polygons of a geometry: linear, 2D, in WGS84 lon/lat, unmerged even where they
// overlap. A geometry without a spatial reference is assumed to be lon/lat. Returns nullptr after
// one CPLError that starts with `what`, when there is no polygon, or it cannot be transformed to
// WGS84.
std::unique_ptr<OGRMultiPolygon> OGRMapflowPolygonsInLonLat(const OGRGeometry &geometry,
                                                            const char *what);

// Returns the area in m² on the ellipsoid. Overlaps count twice. A polygon at least 60 degrees wide
// counts as the box around it.
double OGRMapflowAreaOf(const OGRMultiPolygon &polygons);

// Writes GeoJSON with all decimals. Returns "" when that fails.
std::string OGRMapflowGeoJSONOf(const OGRGeometry &geometry);

#endif
