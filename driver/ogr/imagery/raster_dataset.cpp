// SPDX-License-Identifier: MIT
#include "imagery/raster_dataset.h"

#include <algorithm>
#include <cmath>

#include "common/waiting.h"

// A band, one of its overviews, or the mask of all bands.
class OGRMapflowRasterDataset::Band final : public GDALRasterBand
{
  public:
    static constexpr int MASK = 0; // used as a band number

    Band(OGRMapflowRasterDataset &dataset, int number, int level)
        : m_dataset(dataset), m_number(number), m_color(Source()->GetColorInterpretation())
    {
        const OGRMapflowPicture &picture = dataset.m_picture;
        poDS = level == 0 ? &dataset : nullptr;
        nBand = number;
        eDataType = Source()->GetRasterDataType();
        nRasterXSize = std::max(1, (picture.width + (1 << level) - 1) >> level);
        nRasterYSize = std::max(1, (picture.height + (1 << level) - 1) >> level);
        Source()->GetBlockSize(&nBlockXSize, &nBlockYSize);
        nBlockXSize = std::min(nBlockXSize, nRasterXSize);
        nBlockYSize = std::min(nBlockYSize, nRasterYSize);
        if (level > 0)
            return;
        for (int i = 1; i <= picture.levels; ++i)
            m_overviews.push_back(std::make_unique<Band>(dataset, number, i));
        if (number != MASK && Source()->GetMaskFlags() == GMF_PER_DATASET)
            m_mask = std::make_unique<Band>(dataset, MASK, 0);
    }

    int GetOverviewCount() override { return static_cast<int>(m_overviews.size()); }
    GDALRasterBand *GetOverview(int i) override
    {
        return i >= 0 && i < GetOverviewCount() ? m_overviews[static_cast<size_t>(i)].get()
                                                : nullptr;
    }
    GDALColorInterp GetColorInterpretation() override { return m_color; }
    GDALColorTable *GetColorTable() override { return Source()->GetColorTable(); }
    double GetNoDataValue(int *isSet) override { return Source()->GetNoDataValue(isSet); }
    int GetMaskFlags() override
    {
        return m_mask != nullptr ? GMF_PER_DATASET : GDALRasterBand::GetMaskFlags();
    }
    GDALRasterBand *GetMaskBand() override
    {
        return m_mask != nullptr ? m_mask.get() : GDALRasterBand::GetMaskBand();
    }

  protected:
    CPLErr IReadBlock(int column, int row, void *buffer) override
    {
        const int x = column * nBlockXSize, y = row * nBlockYSize;
        const int width = std::min(nBlockXSize, nRasterXSize - x);
        const int height = std::min(nBlockYSize, nRasterYSize - y);
        const int size = GDALGetDataTypeSizeBytes(eDataType);
        GDALRasterIOExtraArg extra;
        INIT_RASTERIO_EXTRA_ARG(extra);
        return IRasterIO(GF_Read, x, y, width, height, buffer, width, height, eDataType, size,
                         static_cast<GSpacing>(size) * nBlockXSize, &extra);
    }

    CPLErr IRasterIO(GDALRWFlag mode, int x, int y, int width, int height, void *buffer,
                     int bufferWidth, int bufferHeight, GDALDataType type, GSpacing pixelSpace,
                     GSpacing lineSpace, GDALRasterIOExtraArg *extra) override
    {
        if (mode != GF_Read)
            return CE_Failure;
        const OGRMapflowPicture &picture = m_dataset.m_picture;
        Window window = m_dataset.SourceWindow(static_cast<double>(picture.width) / nRasterXSize,
                                               static_cast<double>(picture.height) / nRasterYSize,
                                               x, y, width, height, extra);
        return m_dataset.Read(
            [&](GDALDataset &)
            {
                return Source()->RasterIO(GF_Read, window.x, window.y, window.width, window.height,
                                          buffer, bufferWidth, bufferHeight, type, pixelSpace,
                                          lineSpace, &window.extra);
            });
    }

  private:
    GDALRasterBand *Source() const
    {
        GDALDataset &source = *m_dataset.m_picture.source;
        return m_number != MASK ? source.GetRasterBand(m_number)
                                : source.GetRasterBand(1)->GetMaskBand();
    }

    OGRMapflowRasterDataset &m_dataset;
    const int m_number;
    const GDALColorInterp m_color;
    std::vector<std::unique_ptr<Band>> m_overviews{};
    std::unique_ptr<Band> m_mask{};
};

OGRMapflowRasterDataset::OGRMapflowRasterDataset(OGRMapflowPicture picture)
    : m_picture(std::move(picture)), m_what(m_picture.what)
{
    const OGRMapflowSecretIO secret;
    GDALDataset &source = *m_picture.source;
    nRasterXSize = m_picture.width;
    nRasterYSize = m_picture.height;
    if (source.GetSpatialRef() != nullptr)
        m_srs = *source.GetSpatialRef();
    for (int i = 1; i <= source.GetRasterCount(); ++i)
        SetBand(i, new Band(*this, i, 0));
    if (const char *const interleave = source.GetMetadataItem("INTERLEAVE", "IMAGE_STRUCTURE"))
        SetMetadataItem("INTERLEAVE", interleave, "IMAGE_STRUCTURE");
}

CPLErr OGRMapflowRasterDataset::TransformTo(double *transform) const
{
    const OGRMapflowSecretIO secret;
    double whole[6];
    if (GDALGetGeoTransform(GDALDataset::ToHandle(m_picture.source.get()), whole) != CE_None)
        return CE_Failure;
    std::copy(std::begin(whole), std::end(whole), transform);
    transform[0] += m_picture.x * whole[1] + m_picture.y * whole[2];
    transform[3] += m_picture.x * whole[4] + m_picture.y * whole[5];
    return CE_None;
}

OGRMapflowRasterDataset::Window
OGRMapflowRasterDataset::SourceWindow(double scaleX, double scaleY, int x, int y, int width,
                                      int height, const GDALRasterIOExtraArg *extra) const
{
    Window window;
    INIT_RASTERIO_EXTRA_ARG(window.extra);
    if (extra != nullptr)
        window.extra = *extra;
    GDALRasterIOExtraArg &exact = window.extra;
    if (!exact.bFloatingPointWindowValidity)
    {
        exact.dfXOff = x;
        exact.dfYOff = y;
        exact.dfXSize = width;
        exact.dfYSize = height;
        exact.bFloatingPointWindowValidity = scaleX != 1 || scaleY != 1;
    }
    exact.dfXOff = m_picture.x + exact.dfXOff * scaleX;
    exact.dfYOff = m_picture.y + exact.dfYOff * scaleY;
    exact.dfXSize *= scaleX;
    exact.dfYSize *= scaleY;
    const auto end = [](int origin, int size, double position)
    { return std::min(origin + size, static_cast<int>(std::ceil(position - 1e-6))); };
    window.x = m_picture.x + static_cast<int>(x * scaleX);
    window.y = m_picture.y + static_cast<int>(y * scaleY);
    window.width = end(m_picture.x, m_picture.width, m_picture.x + (x + width) * scaleX) - window.x;
    window.height =
        end(m_picture.y, m_picture.height, m_picture.y + (y + height) * scaleY) - window.y;
    return window;
}

CPLErr OGRMapflowRasterDataset::IRasterIO(GDALRWFlag mode, int x, int y, int width, int height,
                                          void *buffer, int bufferWidth, int bufferHeight,
                                          GDALDataType type, int bandCount, MF_BAND_MAP bands,
                                          GSpacing pixelSpace, GSpacing lineSpace,
                                          GSpacing bandSpace, GDALRasterIOExtraArg *extra)
{
    if (mode != GF_Read)
        return CE_Failure;
    Window window = SourceWindow(1, 1, x, y, width, height, extra);
    return Read(
        [&](GDALDataset &source)
        {
            return source.RasterIO(GF_Read, window.x, window.y, window.width, window.height, buffer,
                                   bufferWidth, bufferHeight, type, bandCount, bands, pixelSpace,
                                   lineSpace, bandSpace, &window.extra);
        });
}

bool OGRMapflowRasterDataset::Renew()
{
    if (!m_renew)
        return false;
    const OGRMapflowInterruptible interruptible;
    const OGRMapflowQuiet quiet;
    OGRMapflowPicture renewed = m_renew();
    if (renewed.source == nullptr || renewed.x != m_picture.x || renewed.y != m_picture.y ||
        renewed.width != m_picture.width || renewed.height != m_picture.height ||
        renewed.source->GetRasterCount() != m_picture.source->GetRasterCount())
        return false;
    m_picture = std::move(renewed);
    return true;
}

// Whether the address may have changed or expired.
static bool MayHaveMoved(int status)
{
    return status == 401 || status == 403 || status == 410;
}

CPLErr OGRMapflowRasterDataset::Read(const std::function<CPLErr(GDALDataset &)> &read)
{
    for (bool isRenewed = false;; isRenewed = true)
    {
        int status;
        std::string failure;
        {
            const OGRMapflowSecretIO secret;
            if (read(*m_picture.source) == CE_None)
                return CE_None;
            status = secret.Status();
            failure = secret.Failure();
        }
        if (!isRenewed && (m_expires || MayHaveMoved(status)) && Renew())
            continue;
        CPLError(CE_Failure, CPLE_HttpResponse, "%s cannot be read: %s.%s", m_what.c_str(),
                 failure.c_str(),
                 MayHaveMoved(status)
                     ? " Open it again: the address of its pixels may have changed."
                     : "");
        return CE_Failure;
    }
}
