// SPDX-License-Identifier: MIT
// geometry: the WKB of a decoded row as an OGRGeometry.
#ifndef MAPFLOW_GEOMETRY_H
#define MAPFLOW_GEOMETRY_H

#include <memory>

#include "common/compat.h"
#include "geojson/geojson.h"

// Returns nullptr for a row without a geometry. The geometry refers to `srs`, which may be nullptr.
std::unique_ptr<OGRGeometry> OGRMapflowGeometryOf(const mf_row &row,
                                                  const OGRSpatialReference *srs);

#endif
