// SPDX-License-Identifier: MIT
#include "imagery/pictures.h"

#include "api/image.h"
#include "api/mosaic.h"
#include "api/processing.h"
#include "common/areas.h"
#include "common/connection.h"
#include "common/errors.h"
#include "common/waiting.h"
#include "imagery/footprint.h"
#include "imagery/image_file.h"
#include "imagery/preview.h"
#include "imagery/raster_dataset.h"
#include "imagery/tiles.h"

namespace
{

using Mosaic = OGRMapflowOwned<mf_mosaic_free>;
using Processing = OGRMapflowOwned<mf_processing_free>;
using Client = std::shared_ptr<mf_client>;
using Dataset = std::unique_ptr<OGRMapflowRasterDataset>;

std::string TextOf(const char *text)
{
    return text != nullptr ? text : "";
}

// ---- mosaics

OGRMapflowTileLayer TilesOf(const mf_mosaic &mosaic)
{
    OGRMapflowTileLayer layer;
    const std::string footprint = TextOf(mosaic.footprint);
    layer.what = std::string("Mosaic ") + mosaic.id + " (\"" + mosaic.name + "\")";
    layer.id = mosaic.id;
    layer.state = CPLSPrintf("%d %.0f ", mosaic.ready, mosaic.size) + footprint;
    layer.url = TextOf(mosaic.tile_url);
    layer.tileJSONURL = TextOf(mosaic.tilejson_url);
    layer.area = [footprint]
    {
        OGREnvelope box;
        if (const auto geometry = OGRMapflowReadFootprint(footprint.c_str(), "mosaic", ""))
            geometry->getEnvelope(&box);
        return box;
    };
    return layer;
}

OGRMapflowPicture ReadMosaic(const OGRMapflowOptions &options, mf_client *client, mf_mosaic &mosaic)
{
    if (!OGRMapflowTry(mf_mosaic_find, &mosaic, client, options.TargetName().c_str()))
        return OGRMapflowPicture();
    return OGRMapflowOpenTiles(options, client, TilesOf(mosaic));
}

Dataset OpenMosaic(const OGRMapflowOptions &options, const Client &client)
{
    Mosaic mosaic;
    OGRMapflowPicture picture = ReadMosaic(options, client.get(), mosaic);
    if (picture.source == nullptr)
        return nullptr;
    auto dataset = std::make_unique<OGRMapflowRasterDataset>(std::move(picture));
    dataset->SetMetadataItem("MOSAIC_ID", mosaic.id);
    dataset->SetMetadataItem("NAME", mosaic.name);
    dataset->SetRenewal(
        [options, client]
        {
            Mosaic now;
            return ReadMosaic(options, client.get(), now);
        });
    return dataset;
}

// ---- processings

// Returns the box around all areas of a processing, or an empty one when they are not available.
OGREnvelope BoxOfAreas(const OGRMapflowOptions &options, mf_client *client,
                       const OGRMapflowAreaOwner &owner)
{
    OGRMapflowAreaSource source;
    std::vector<OGRMapflowAreas> areas;
    OGREnvelope box;
    OGRMapflowError err;
    source.client = client;
    if (!source.Read(options) || !OGRMapflowGetAreas(source, {owner}, areas, err))
        return box;
    OGRMapflowTrimAreas(source);
    if (areas[0].geometry != nullptr && !areas[0].geometry->IsEmpty())
        areas[0].geometry->getEnvelope(&box);
    return box;
}

OGRMapflowTileLayer TilesOf(const OGRMapflowOptions &options, mf_client *client,
                            const mf_processing &processing, bool isResult)
{
    OGRMapflowTileLayer layer;
    const OGRMapflowAreaOwner owner = OGRMapflowAreaOwner::Of(processing);
    layer.what = std::string(isResult ? "The raster result" : "The imagery") + " of processing " +
                 processing.id + " (\"" + processing.name + "\")";
    layer.id = processing.id;
    layer.state = (isResult ? "result " : "source ") +
                  OGRMapflowTaken(mf_processing_fingerprint(&processing), free);
    layer.url = TextOf(isResult ? processing.result_tile_url : processing.source_tile_url);
    layer.tileJSONURL =
        TextOf(isResult ? processing.result_tilejson_url : processing.source_tilejson_url);
    layer.area = [options, client, owner] { return BoxOfAreas(options, client, owner); };
    return layer;
}

// Returns false after one CPLError when there is no raster result, or not yet.
bool CheckResult(const OGRMapflowOptions &options, const mf_processing &processing)
{
    if (processing.result_tile_url != nullptr)
        return true;
    if (processing.state == MF_STATE_DONE)
        CPLError(
            CE_Failure, CPLE_OpenFailed,
            "Processing %s (\"%s\") has no raster result. RASTER=SOURCE shows the imagery that "
            "was processed.",
            processing.id, processing.name);
    else
        OGRMapflowTry(mf_processing_check_result, &processing, false, OGRMapflowMayWait(options));
    return false;
}

// Whether the result is shown and not the source imagery, by the option RASTER.
bool ShowsResult(const std::string &wanted, const mf_processing &processing)
{
    return EQUAL(wanted.c_str(), "RESULT") ||
           (EQUAL(wanted.c_str(), "AUTO") && processing.result_tile_url != nullptr);
}

OGRMapflowPicture ReadProcessing(const OGRMapflowOptions &options, mf_client *client,
                                 mf_processing &processing)
{
    const std::string wanted = options.Get("RASTER", "AUTO");
    if (!OGRMapflowTry(mf_processing_get, &processing, client, options.ProcessingId().c_str()) ||
        (!EQUAL(wanted.c_str(), "SOURCE") && !OGRMapflowWaitIfWanted(options, client, processing)))
        return OGRMapflowPicture();
    const bool isResult = ShowsResult(wanted, processing);
    if (isResult && !CheckResult(options, processing))
        return OGRMapflowPicture();
    return OGRMapflowOpenTiles(options, client, TilesOf(options, client, processing, isResult));
}

void ListSubdatasets(GDALDataset &dataset, const mf_processing &processing)
{
    CPLStringList list;
    const auto add = [&](const char *url, const char *kind, const char *description)
    {
        const int number = list.Count() / 2 + 1;
        if (url == nullptr)
            return;
        list.SetNameValue(CPLSPrintf("SUBDATASET_%d_NAME", number),
                          CPLSPrintf("MAPFLOW:%s,RASTER=%s", processing.id, kind));
        list.SetNameValue(CPLSPrintf("SUBDATASET_%d_DESC", number), description);
    };
    add(processing.result_tile_url, "RESULT", "The raster result");
    add(processing.source_tile_url, "SOURCE", "The imagery that was processed");
    dataset.SetMetadata(list.List(), "SUBDATASETS");
}

Dataset OpenProcessing(const OGRMapflowOptions &options, const Client &client)
{
    Processing processing;
    OGRMapflowPicture picture = ReadProcessing(options, client.get(), processing);
    if (picture.source == nullptr)
        return nullptr;
    const std::string wanted = options.Get("RASTER", "AUTO");
    const bool isResult = ShowsResult(wanted, processing);
    auto dataset = std::make_unique<OGRMapflowRasterDataset>(std::move(picture));
    dataset->SetMetadataItem("PROCESSING_ID", processing.id);
    dataset->SetMetadataItem("NAME", processing.name);
    dataset->SetMetadataItem("RASTER", isResult ? "RESULT" : "SOURCE");
    if (EQUAL(wanted.c_str(), "AUTO"))
        ListSubdatasets(*dataset, processing);
    dataset->SetRenewal(
        [options, client]
        {
            Processing now;
            return ReadProcessing(options, client.get(), now);
        });
    return dataset;
}

// ---- images

OGRMapflowPicture ReadImage(const OGRMapflowOptions &options, mf_client *client,
                            const mf_image &image, bool &isFile, bool &isExact)
{
    const std::string wanted = options.Get("RASTER", "AUTO");
    const bool isAuto = EQUAL(wanted.c_str(), "AUTO");
    bool isRefused = isAuto && !image.is_downloadable;
    isFile = !EQUAL(wanted.c_str(), "PREVIEW") && !isRefused;
    if (isFile)
    {
        OGRMapflowPicture picture =
            OGRMapflowOpenImageFile(client, image, isAuto ? &isRefused : nullptr);
        if (!isRefused)
            return picture;
        isFile = false;
    }
    return OGRMapflowOpenPreview(client, image, isExact);
}

Dataset OpenImage(const OGRMapflowOptions &options, const Client &client)
{
    const auto image = std::make_shared<OGRMapflowOwned<mf_image_free>>();
    mf_image &values = *image;
    bool isFile = false, isExact = true;
    if (!OGRMapflowTry(mf_image_get, &values, client.get(), options.TargetName().c_str()))
        return nullptr;
    if (values.state != MF_IMAGE_READY)
    {
        CPLError(CE_Failure, CPLE_OpenFailed,
                 "Image %s (\"%s\") cannot be shown: its state is %s%s%s.", values.id,
                 values.filename, mf_image_state_name(values.state),
                 values.error != nullptr ? ": " : "", TextOf(values.error).c_str());
        return nullptr;
    }
    OGRMapflowPicture picture = ReadImage(options, client.get(), values, isFile, isExact);
    if (picture.source == nullptr)
        return nullptr;
    picture.what = std::string(isFile ? "The file" : "The preview") + " of image " + values.id +
                   " (\"" + values.filename + "\")";
    auto dataset = std::make_unique<OGRMapflowRasterDataset>(std::move(picture));
    dataset->SetMetadataItem("IMAGE_ID", values.id);
    dataset->SetMetadataItem("NAME", values.filename);
    if (values.mosaic_id != nullptr)
        dataset->SetMetadataItem("MOSAIC_ID", values.mosaic_id);
    dataset->SetMetadataItem("RASTER", isFile ? "FILE" : "PREVIEW");
    if (!isExact)
    {
        dataset->SetMetadataItem("APPROXIMATE", "YES");
        CPLError(CE_Warning, CPLE_AppDefined,
                 "The preview of image %s (\"%s\") fills the box around its footprint: the "
                 "position of its corners is unknown.",
                 values.id, values.filename);
    }
    if (isFile)
        dataset->SetRenewal(
            [client, image]
            {
                bool isRefused = false;
                return OGRMapflowOpenImageFile(client.get(), *image, &isRefused);
            },
            true);
    return dataset;
}

// RASTER takes different values for a processing and for an image. Returns false after one
// CPLError.
bool CheckChoice(const OGRMapflowOptions &options, std::initializer_list<const char *> possible)
{
    const std::string wanted = options.Get("RASTER", "AUTO");
    std::string words;
    for (const char *word : possible)
    {
        if (EQUAL(wanted.c_str(), word))
            return true;
        words += (words.empty() ? "" : ", ") + std::string(word);
    }
    CPLError(CE_Failure, CPLE_IllegalArg, "RASTER=%s is not available for %s. Available: %s.",
             wanted.c_str(), options.PublicName().c_str(), words.c_str());
    return false;
}

Dataset OpenTarget(const OGRMapflowOptions &options, const Client &client)
{
    switch (options.GetTarget())
    {
        case OGRMapflowOptions::Target::Mosaic:
            return OpenMosaic(options, client);
        case OGRMapflowOptions::Target::Processing:
            return CheckChoice(options, {"AUTO", "RESULT", "SOURCE"})
                       ? OpenProcessing(options, client)
                       : nullptr;
        default:
            return CheckChoice(options, {"AUTO", "FILE", "PREVIEW"}) ? OpenImage(options, client)
                                                                     : nullptr;
    }
}

} // namespace

std::unique_ptr<GDALDataset> OGRMapflowOpenPicture(const OGRMapflowOptions &options)
{
    using Target = OGRMapflowOptions::Target;
    const Target target = options.GetTarget();
    if (target != Target::Mosaic && target != Target::Processing && target != Target::Image)
    {
        CPLError(CE_Failure, CPLE_NotSupported, "%s has nothing to show as a raster.",
                 options.PublicName().c_str());
        return nullptr;
    }
    const Client client =
        OGRMapflowMayAsk(options, "A picture") ? OGRMapflowConnect(options) : nullptr;
    Dataset dataset = client != nullptr ? OpenTarget(options, client) : nullptr;
    if (dataset != nullptr)
        dataset->SetDescription(options.PublicName().c_str());
    return dataset;
}
