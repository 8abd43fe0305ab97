// SPDX-License-Identifier: MIT
// scaled_raster: a raster of any numbers as one of 8 bits.
#ifndef MAPFLOW_SCALED_RASTER_H
#define MAPFLOW_SCALED_RASTER_H

#include "imagery/raster_frame.h"

// `min` becomes 1 and `max` 255, what lies outside the one that is nearer; 0 is where the source
// has no value. A fourth band is alpha, and keeps its range. The source must outlive it.
class OGRMapflowScaledRaster final : public OGRMapflowRasterFrame
{
  public:
    OGRMapflowScaledRaster(GDALDataset &source, double min, double max);
};

#endif
