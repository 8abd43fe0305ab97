// SPDX-License-Identifier: MIT
// footprint: the places of imagery as geometries: as the service writes them, and as users give
// them.
#ifndef MAPFLOW_FOOTPRINT_H
#define MAPFLOW_FOOTPRINT_H

#include <memory>
#include <string>

#include "common/compat.h"

// The geometry of a WKT or GeoJSON text; nullptr when it cannot be read. No CPLError.
std::unique_ptr<OGRGeometry> OGRMapflowReadShape(const char *text);

// The polygons of a WKT or GeoJSON text of the service: linear, 2D, WGS84, lon/lat. nullptr when
// there is none: a text that cannot be read, or has no polygon, gives a debug line that begins with
// `whose` ("mosaic", "image") and `id`. No CPLError.
std::unique_ptr<OGRMultiPolygon> OGRMapflowReadFootprint(const char *text, const char *whose,
                                                         const char *id);

// The polygons of a geometry: linear, 2D, in WGS84 lon/lat, as they are, also where they overlap. A
// geometry without a spatial reference is taken for lon/lat. nullptr after one CPLError, which
// begins with `what`, when there is no polygon, or no way to WGS84.
std::unique_ptr<OGRMultiPolygon> OGRMapflowPolygonsInLonLat(const OGRGeometry &geometry,
                                                            const char *what);

// m² on the ellipsoid: where polygons overlap it counts twice. Of one wider than 60 degrees the box
// around it.
double OGRMapflowAreaOf(const OGRMultiPolygon &polygons);

// As GeoJSON with all decimals. "" when it cannot be written.
std::string OGRMapflowGeoJSONOf(const OGRGeometry &geometry);

#endif
