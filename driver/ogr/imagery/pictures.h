// SPDX-License-Identifier: MIT
// pictures: what a Mapflow dataset shows when it is opened as a raster.
#ifndef MAPFLOW_PICTURES_H
#define MAPFLOW_PICTURES_H

#include <memory>

#include "common/compat.h"
#include "common/options.h"

// A mosaic shows its tiles; a processing its raster result or the imagery that was processed; an
// image its file or its preview. The open option RASTER chooses. Returns nullptr after one
// CPLError.
std::unique_ptr<GDALDataset> OGRMapflowOpenPicture(const OGRMapflowOptions &options);

#endif
