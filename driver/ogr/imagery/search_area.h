// SPDX-License-Identifier: MIT
// search_area: the open option SEARCH_AOI.
#ifndef MAPFLOW_SEARCH_AREA_H
#define MAPFLOW_SEARCH_AREA_H

#include <memory>
#include <string>

#include "common/compat.h"

// The polygons of a WKT text in lon/lat, or of all features of a file with one layer that GDAL
// opens, in WGS84; united where they overlap, when GDAL has GEOS. nullptr after one CPLError.
std::unique_ptr<OGRMultiPolygon> OGRMapflowReadSearchArea(const std::string &wktOrPath);

#endif
