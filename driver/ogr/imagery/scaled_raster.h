// SPDX-License-Identifier: MIT
// scaled_raster: scales a raster of any data type to 8 bits.
#ifndef MAPFLOW_SCALED_RASTER_H
#define MAPFLOW_SCALED_RASTER_H

#include "imagery/raster_frame.h"

// Maps `min` to 1 and `max` to 255, and clamps values outside. 0 marks pixels without a value. A
// fourth band is alpha and keeps its range. The source must outlive this raster.
class OGRMapflowScaledRaster final : public OGRMapflowRasterFrame
{
  public:
    OGRMapflowScaledRaster(GDALDataset &source, double min, double max);
};

#endif
