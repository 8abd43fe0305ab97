// SPDX-License-Identifier: MIT
// search_area: reads the open option SEARCH_AOI.
#ifndef MAPFLOW_SEARCH_AREA_H
#define MAPFLOW_SEARCH_AREA_H

#include <memory>
#include <string>

#include "common/compat.h"

// Returns the polygons in WGS84 of a WKT string in lon/lat, or of all features of a file with one
// layer that GDAL can open. Overlapping polygons of a file are merged if GDAL has GEOS. Returns
// nullptr after one CPLError.
std::unique_ptr<OGRMultiPolygon> OGRMapflowReadSearchArea(const std::string &wktOrPath);

#endif
