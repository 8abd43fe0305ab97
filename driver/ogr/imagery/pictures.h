// SPDX-License-Identifier: MIT
// pictures: opens Mapflow datasets as rasters.
#ifndef MAPFLOW_PICTURES_H
#define MAPFLOW_PICTURES_H

#include <memory>

#include "common/compat.h"
#include "common/options.h"

// Shows the tiles of a mosaic, the raster result or source imagery of a processing, or the file or
// preview of an image. The open option RASTER chooses. Returns nullptr after one CPLError.
std::unique_ptr<GDALDataset> OGRMapflowOpenPicture(const OGRMapflowOptions &options);

#endif
