// SPDX-License-Identifier: MIT
// upload_checks: what the service requires of a raster (imagery notes 3.2, 3.3).
#ifndef MAPFLOW_UPLOAD_CHECKS_H
#define MAPFLOW_UPLOAD_CHECKS_H

#include "common/compat.h"
#include "imagery/upload_options.h"

// Checks the coordinate reference system, orientation, bands, data type and pixel size. Makes no
// request. Returns false after one CPLError, which states what the raster has and what it must
// have.
bool OGRMapflowCheckRaster(GDALDataset &raster, const OGRMapflowUploadOptions &options);

#endif
