// SPDX-License-Identifier: MIT
// pictures: what a Mapflow dataset shows when it is opened as a raster.
#ifndef MAPFLOW_PICTURES_H
#define MAPFLOW_PICTURES_H

#include <memory>

#include "common/compat.h"
#include "common/options.h"

// MAPFLOW:mosaic=… shows its tiles. Returns nullptr after one CPLError.
std::unique_ptr<GDALDataset> OGRMapflowOpenPicture(const OGRMapflowOptions &options);

#endif
