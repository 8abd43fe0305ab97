// SPDX-License-Identifier: MIT
// spatial_reference: the coordinate reference systems of results and areas.
#ifndef MAPFLOW_SPATIAL_REFERENCE_H
#define MAPFLOW_SPATIAL_REFERENCE_H

#include <memory>

#include "common/compat.h"

struct OGRMapflowSRSReleaser
{
    void operator()(OGRSpatialReference *srs) const { srs->Release(); }
};

using OGRMapflowSRS = std::unique_ptr<OGRSpatialReference, OGRMapflowSRSReleaser>;

// WGS84 with coordinates in the order lon, lat.
OGRMapflowSRS OGRMapflowWGS84();

// The SRS that GDAL's GeoJSON driver gives a layer: the `crs` member (JSON text, nullptr if there
// is none), else WGS84, with a height if the geometries have one.
OGRMapflowSRS OGRMapflowResultSRS(const char *crs, bool hasZ);

// Gives a row its geometry (nullptr: none), in the SRS of its layer.
void OGRMapflowSetGeometry(OGRFeature &row, std::unique_ptr<OGRGeometry> geometry);

#endif
