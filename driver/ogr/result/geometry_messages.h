// SPDX-License-Identifier: MIT
// geometry_messages: what GDAL's GeoJSON driver says about geometries that are not right.
#ifndef MAPFLOW_GEOMETRY_MESSAGES_H
#define MAPFLOW_GEOMETRY_MESSAGES_H

#include "result/result_rows.h"

// Raises the errors and warnings that this GDAL gives for the geometries of a layer (positions that
// are no numbers, missing coordinates, rings that are not closed): one of each kind, with the
// number of features and the first FID. Looks at the features that the scanner found odd, at most
// 1000.
void OGRMapflowReportGeometries(const OGRMapflowResultRows &rows, const char *layer);

#endif
