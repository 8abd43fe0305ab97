// SPDX-License-Identifier: MIT
// raster_frame: a read-only raster with the size and georeference of another.
#ifndef MAPFLOW_RASTER_FRAME_H
#define MAPFLOW_RASTER_FRAME_H

#include <algorithm>
#include <array>

#include "common/compat.h"
#include "common/spatial_reference.h"

class OGRMapflowRasterFrame : public GDALDataset
{
  public:
    const OGRSpatialReference *GetSpatialRef() const override { return m_srs.get(); }
    MF_GEOTRANSFORM_OVERRIDE

  protected:
    CPLErr TransformTo(double *transform) const
    {
        std::copy(m_transform.begin(), m_transform.end(), transform);
        return CE_None;
    }

    // Creates no bands.
    explicit OGRMapflowRasterFrame(GDALDataset &like)
    {
        nRasterXSize = like.GetRasterXSize();
        nRasterYSize = like.GetRasterYSize();
        (void)GDALGetGeoTransform(GDALDataset::ToHandle(&like), m_transform.data());
        if (like.GetSpatialRef() != nullptr)
            m_srs.reset(like.GetSpatialRef()->Clone());
    }

  private:
    std::array<double, 6> m_transform{};
    OGRMapflowSRS m_srs{};
};

#endif
