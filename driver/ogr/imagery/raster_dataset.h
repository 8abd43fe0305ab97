// SPDX-License-Identifier: MIT
// raster_dataset: a picture of the service as a GDAL dataset.
//
// Another dataset reads it, and its name, metadata and messages hold addresses that are secrets:
// nothing of it is seen but its pixels and where they lie.
#ifndef MAPFLOW_RASTER_DATASET_H
#define MAPFLOW_RASTER_DATASET_H

#include <functional>
#include <string>
#include <vector>

#include "common/compat.h"
#include "imagery/secret_io.h"

// A part of what a dataset shows, in its pixels.
struct OGRMapflowPicture
{
    OGRMapflowSecretDataset source{};
    int x = 0, y = 0;
    int width = 0, height = 0;
    int levels = 0;     // overviews: each has half as many pixels a side
    std::string what{}; // it begins messages: "Mosaic \"Quarry flights\""
};

class OGRMapflowRasterDataset final : public GDALDataset
{
  public:
    explicit OGRMapflowRasterDataset(OGRMapflowPicture picture);

    // Gives the picture anew when the address that was told before is refused, or, if it `expires`,
    // when anything fails. `renew` returns one without a source when there is none.
    void SetRenewal(std::function<OGRMapflowPicture()> renew, bool expires = false)
    {
        m_renew = std::move(renew);
        m_expires = expires;
    }

    MF_GEOTRANSFORM_OVERRIDE
    const OGRSpatialReference *GetSpatialRef() const override { return &m_srs; }
    char **GetFileList() override { return nullptr; }

  protected:
    CPLErr IRasterIO(GDALRWFlag mode, int x, int y, int width, int height, void *buffer,
                     int bufferWidth, int bufferHeight, GDALDataType type, int bandCount,
                     MF_BAND_MAP bands, GSpacing pixelSpace, GSpacing lineSpace, GSpacing bandSpace,
                     GDALRasterIOExtraArg *extra) override;

  private:
    class Band;

    // A window of the source, in its pixels, which is read into a buffer.
    struct Window
    {
        int x, y, width, height;
        GDALRasterIOExtraArg extra;
    };
    Window SourceWindow(double scaleX, double scaleY, int x, int y, int width, int height,
                        const GDALRasterIOExtraArg *extra) const;
    CPLErr Read(const std::function<CPLErr(GDALDataset &)> &read);
    CPLErr TransformTo(double *transform) const;
    bool Renew();

    OGRMapflowPicture m_picture;
    const std::string m_what;
    std::function<OGRMapflowPicture()> m_renew{};
    bool m_expires = false;
    OGRSpatialReference m_srs{};
};

#endif
