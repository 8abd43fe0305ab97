// SPDX-License-Identifier: MIT
// geometry_messages: the messages of GDAL's GeoJSON driver about faulty geometries.
#ifndef MAPFLOW_GEOMETRY_MESSAGES_H
#define MAPFLOW_GEOMETRY_MESSAGES_H

#include "result/result_rows.h"

// Raises the errors and warnings of this GDAL about the geometries of a layer: positions that are
// not numbers, missing coordinates, rings that are not closed. Raises one of each kind, with the
// number of features and the first FID. Checks at most 1000 of the features that the scanner found
// odd.
void OGRMapflowReportGeometries(const OGRMapflowResultRows &rows, const char *layer);

#endif
