// SPDX-License-Identifier: MIT
// raster_dataset: a picture of the service as a GDAL dataset.
//
// A source dataset reads it. Its name, metadata and messages contain secret addresses, so only its
// pixels and their position are exposed.
#ifndef MAPFLOW_RASTER_DATASET_H
#define MAPFLOW_RASTER_DATASET_H

#include <functional>
#include <string>
#include <vector>

#include "common/compat.h"
#include "imagery/secret_io.h"

// A part of a source dataset, in its pixels.
struct OGRMapflowPicture
{
    OGRMapflowSecretDataset source{};
    int x = 0, y = 0;
    int width = 0, height = 0;
    int levels = 0;     // overviews, each with half as many pixels a side
    std::string what{}; // starts messages: "Mosaic \"Quarry flights\""
};

class OGRMapflowRasterDataset final : public GDALDataset
{
  public:
    explicit OGRMapflowRasterDataset(OGRMapflowPicture picture);

    // Sets the function that reopens the picture when its address is refused or, if it `expires`,
    // after any failure. `renew` returns a picture without a source when it fails.
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

    // A window of the source, in its pixels, to be read into a buffer.
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
