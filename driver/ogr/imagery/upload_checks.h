// SPDX-License-Identifier: MIT
// upload_checks: what the service wants of a raster (imagery notes 3.2, 3.3).
#ifndef MAPFLOW_UPLOAD_CHECKS_H
#define MAPFLOW_UPLOAD_CHECKS_H

#include "common/compat.h"
#include "imagery/upload_options.h"

// Coordinate reference system, direction, bands, data type, size of a pixel. Without a request.
// Returns false after one CPLError, which states what the raster has and what it must have.
bool OGRMapflowCheckRaster(GDALDataset &raster, const OGRMapflowUploadOptions &options);

#endif
