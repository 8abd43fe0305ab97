// SPDX-License-Identifier: MIT
#include "imagery/pictures.h"

#include "api/mosaic.h"
#include "common/connection.h"
#include "common/errors.h"
#include "imagery/raster_dataset.h"
#include "imagery/tiles.h"

namespace
{

std::string TextOf(const char *text)
{
    return text != nullptr ? text : "";
}

// The box of a footprint; an empty one when it cannot be read.
OGREnvelope BoxOf(const char *wkt)
{
    const CPLErrorHandlerPusher quiet(CPLQuietErrorHandler);
    const CPLErrorStateBackuper before;
    OGREnvelope box;
    OGRGeometry *geometry = nullptr;
    if (wkt != nullptr &&
        OGRGeometryFactory::createFromWkt(wkt, nullptr, &geometry) == OGRERR_NONE &&
        !geometry->IsEmpty())
        geometry->getEnvelope(&box);
    delete geometry;
    return box;
}

struct Mosaic
{
    mf_mosaic values = {};
    Mosaic() = default;
    Mosaic(const Mosaic &) = delete;
    Mosaic &operator=(const Mosaic &) = delete;
    ~Mosaic() { mf_mosaic_free(&values); }
};

OGRMapflowTileLayer TilesOf(const mf_mosaic &mosaic)
{
    OGRMapflowTileLayer layer;
    layer.what = std::string("Mosaic ") + mosaic.id + " (\"" + mosaic.name + "\")";
    layer.id = mosaic.id;
    layer.state = CPLSPrintf("%d %.0f ", mosaic.ready, mosaic.size) + TextOf(mosaic.footprint);
    layer.url = TextOf(mosaic.tile_url);
    layer.tileJSONURL = TextOf(mosaic.tilejson_url);
    layer.area = BoxOf(mosaic.footprint);
    return layer;
}

OGRMapflowPicture ReadMosaic(const OGRMapflowOptions &options, mf_client *client, Mosaic &mosaic)
{
    if (!OGRMapflowTry(mf_mosaic_find, &mosaic.values, client, options.TargetName().c_str()))
        return OGRMapflowPicture();
    return OGRMapflowOpenTiles(options, client, TilesOf(mosaic.values));
}

std::unique_ptr<GDALDataset> OpenMosaic(const OGRMapflowOptions &options)
{
    const std::shared_ptr<mf_client> client(OGRMapflowConnect(options));
    if (client == nullptr)
        return nullptr;
    Mosaic mosaic;
    OGRMapflowPicture picture = ReadMosaic(options, client.get(), mosaic);
    if (picture.source == nullptr)
        return nullptr;
    auto dataset =
        std::make_unique<OGRMapflowRasterDataset>(std::move(picture), TilesOf(mosaic.values).what);
    dataset->SetMetadataItem("MOSAIC_ID", mosaic.values.id);
    dataset->SetMetadataItem("NAME", mosaic.values.name);
    dataset->SetRenewal(
        [options, client]
        {
            Mosaic now;
            return ReadMosaic(options, client.get(), now);
        });
    return dataset;
}

} // namespace

std::unique_ptr<GDALDataset> OGRMapflowOpenPicture(const OGRMapflowOptions &options)
{
    using Target = OGRMapflowOptions::Target;
    if (!OGRMapflowMayAsk(options, "A picture"))
        return nullptr;
    std::unique_ptr<GDALDataset> dataset;
    if (options.GetTarget() == Target::Mosaic)
        dataset = OpenMosaic(options);
    else
        CPLError(CE_Failure, CPLE_NotSupported, "%s has no picture.", options.PublicName().c_str());
    if (dataset != nullptr)
        dataset->SetDescription(options.PublicName().c_str());
    return dataset;
}
