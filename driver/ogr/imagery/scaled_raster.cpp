// SPDX-License-Identifier: MIT
#include "imagery/scaled_raster.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace
{

constexpr int BLOCK = 512; // pixels

class Band final : public GDALRasterBand
{
  public:
    Band(GDALDataset *dataset, GDALRasterBand *source, int number, double min, double max,
         bool isAlpha)
        : m_source(source), m_min(min), m_step((max - min) / 254), m_isAlpha(isAlpha)
    {
        poDS = dataset;
        nBand = number;
        eDataType = GDT_Byte;
        nBlockXSize = std::min(BLOCK, dataset->GetRasterXSize());
        nBlockYSize = std::min(BLOCK, dataset->GetRasterYSize());
    }

  protected:
    CPLErr IReadBlock(int column, int row, void *data) override;

  private:
    GByte Scaled(double value) const;

    GDALRasterBand *const m_source;
    const double m_min;
    const double m_step;
    const bool m_isAlpha;
};

GByte Band::Scaled(double value) const
{
    if (m_isAlpha)
        return static_cast<GByte>(std::min(255.0, m_source->GetRasterDataType() == GDT_UInt16
                                                      ? value / 257
                                                      : std::max(0.0, value)));
    if (std::isnan(value))
        return 0;
    return static_cast<GByte>(
        std::lround(std::min(255.0, std::max(1.0, 1 + (value - m_min) / m_step))));
}

CPLErr Band::IReadBlock(int column, int row, void *data)
{
    const int x = column * nBlockXSize, y = row * nBlockYSize;
    const int width = std::min(nBlockXSize, nRasterXSize - x);
    const int height = std::min(nBlockYSize, nRasterYSize - y);
    const size_t count = static_cast<size_t>(width) * static_cast<size_t>(height);
    std::vector<double> values(count);
    std::vector<GByte> mask(count, 255);
    // Alpha is a separate band here, for visibility. Only a mask marks missing values.
    const bool hasMask =
        !m_isAlpha && (m_source->GetMaskFlags() & (GMF_ALL_VALID | GMF_ALPHA)) == 0;
    if (m_source->RasterIO(GF_Read, x, y, width, height, values.data(), width, height, GDT_Float64,
                           0, 0, nullptr) != CE_None ||
        (hasMask &&
         m_source->GetMaskBand()->RasterIO(GF_Read, x, y, width, height, mask.data(), width, height,
                                           GDT_Byte, 0, 0, nullptr) != CE_None))
        return CE_Failure;
    auto *const out = static_cast<GByte *>(data);
    for (size_t i = 0; i < count; ++i)
        out[i / static_cast<size_t>(width) * static_cast<size_t>(nBlockXSize) +
            i % static_cast<size_t>(width)] = mask[i] != 0 ? Scaled(values[i]) : GByte(0);
    return CE_None;
}

} // namespace

OGRMapflowScaledRaster::OGRMapflowScaledRaster(GDALDataset &source, double min, double max)
    : OGRMapflowRasterFrame(source)
{
    for (int i = 1; i <= source.GetRasterCount(); ++i)
        SetBand(i, new Band(this, source.GetRasterBand(i), i, min, max, i == 4));
}
