// SPDX-License-Identifier: MIT
// driver: what GDAL finds when it loads the plugin.
//
// Every GDAL program loads it, so registration only fills in strings: no request, no thread, no
// environment.
#include "account/account_dataset.h"
#include "account/find_processing.h"
#include "api/account.h"
#include "common/connection.h"
#include "common/errors.h"
#include "common/options.h"
#include "common/reopening.h"
#include "common/styles_shown.h"
#include "common/waiting.h"
#include "imagery/imagery_dataset.h"
#include "imagery/pictures.h"
#include "imagery/upload.h"
#include "imagery/upload_options.h"
#include "layer/qgis_listing.h"
#include "program/algorithm.h"
#include "project/project_dataset.h"
#include "result/processing_dataset.h"
#include "store/recent.h"
#include "submit/submission_dataset.h"
#include "submit/submission_options.h"

namespace
{

int Identify(GDALOpenInfo *info)
{
    return OGRMapflowOptions::IsConnectionString(info->pszFilename) &&
           !OGRMapflowOptions::IsNew(info->pszFilename);
}

// QGIS and ogrinfo also try to open for update, and continue if that fails. So this is an error
// only if the caller asks for verbose errors.
GDALDataset *RefuseUpdate(const GDALOpenInfo *info)
{
    constexpr const char *MESSAGE =
        "The result of a processing cannot be changed: open it read-only.";
    if (info->nOpenFlags & GDAL_OF_VERBOSE_ERROR)
        CPLError(CE_Failure, CPLE_NotSupported, "%s", MESSAGE);
    else
        CPLDebug("MAPFLOW", "%s", MESSAGE);
    return nullptr;
}

// Whether to open a raster. If the caller accepts both kinds, as QGIS does for its raster layers,
// mosaics and images open as rasters, and processings do if RASTER is set.
bool WantsPicture(const GDALOpenInfo &info, const OGRMapflowOptions &options)
{
    using Target = OGRMapflowOptions::Target;
    const Target target = options.GetTarget();
    const bool isPicture = target == Target::Mosaic || target == Target::Image ||
                           ((target == Target::Processing || target == Target::Name) &&
                            !options.Get("RASTER").empty());
    return (info.nOpenFlags & GDAL_OF_RASTER) != 0 &&
           (isPicture || (info.nOpenFlags & GDAL_OF_VECTOR) == 0);
}

bool CanBeChanged(const GDALOpenInfo &info, const OGRMapflowOptions &options)
{
    return !WantsPicture(info, options) &&
           (options.GetTarget() == OGRMapflowOptions::Target::Account ||
            options.GetTarget() == OGRMapflowOptions::Target::Mosaic);
}

std::unique_ptr<GDALDataset> OpenTarget(const GDALOpenInfo &info, const OGRMapflowOptions &options)
{
    if (options.GetTarget() == OGRMapflowOptions::Target::Account && !WantsPicture(info, options))
        return OGRMapflowAccountDataset::Open(options, info.eAccess);
    const OGRMapflowInterruptible interruptible;
    if (options.GetTarget() == OGRMapflowOptions::Target::Name)
    {
        const std::string id = OGRMapflowFindProcessing(options);
        return id.empty() ? nullptr : OpenTarget(info, options.ForProcessing(id));
    }
    if (WantsPicture(info, options))
        return OGRMapflowOpenPicture(options);
    switch (options.GetTarget())
    {
        case OGRMapflowOptions::Target::Image:
            CPLError(CE_Failure, CPLE_NotSupported, "%s has no layers: open it as a raster.",
                     options.PublicName().c_str());
            return nullptr;
        case OGRMapflowOptions::Target::Project:
            return OGRMapflowProjectDataset::Open(options);
        case OGRMapflowOptions::Target::Mosaic:
            return OGRMapflowImageryDataset::OpenMosaic(options, info.eAccess);
        case OGRMapflowOptions::Target::Search:
            return OGRMapflowImageryDataset::OpenSearch(options);
        case OGRMapflowOptions::Target::PlannedSearch:
            return OGRMapflowImageryDataset::OpenPlannedSearch(options);
        default:
            return OGRMapflowProcessingDataset::Open(options);
    }
}

// Whether the service answers. The account and a search open without a request. QGIS gets no error
// that occurs while rows are read, and would add their layers without rows.
bool Answers(const OGRMapflowOptions &options)
{
    const OGRMapflowInterruptible interruptible;
    const OGRMapflowClient client = OGRMapflowConnect(options);
    OGRMapflowOwned<mf_account_free> account;
    return client != nullptr && OGRMapflowTry(mf_account_get, &account, client.get());
}

bool OpensUnasked(const OGRMapflowOptions &options)
{
    return options.GetTarget() == OGRMapflowOptions::Target::Account ||
           options.GetTarget() == OGRMapflowOptions::Target::Search;
}

// While a shell completes a command, nothing is downloaded and nothing waits. Names chosen by other
// users are kept from the shell, which would run a command in them. The account may open: its
// layers have fixed names and columns.
bool OpensWhileCompleting(const OGRMapflowOptions &options)
{
    return options.GetTarget() == OGRMapflowOptions::Target::Account;
}

GDALDataset *Open(GDALOpenInfo *info)
{
    if (!Identify(info))
        return nullptr;
    const OGRMapflowReopening reopening(info->pszFilename, info->eAccess == GA_Update);
    const auto options = OGRMapflowOptions::Parse(info->pszFilename, info->papszOpenOptions);
    if (options && OGRMapflowIsCompleting() && !OpensWhileCompleting(*options))
        return nullptr;
    if (options && info->eAccess == GA_Update && !CanBeChanged(*info, *options))
        return RefuseUpdate(info);
    auto dataset = options ? OpenTarget(*info, *options) : nullptr;
    if (info->eAccess == GA_ReadOnly && OGRMapflowOptions::IsListing(info->papszOpenOptions))
    {
        if (dataset != nullptr && OpensUnasked(*options) && !Answers(*options))
            dataset = nullptr;
        if (dataset == nullptr)
            dataset = OGRMapflowListFailure(options);
    }
    // GDAL finds a shared dataset by the name that it was opened with.
    if (dataset != nullptr && options && !options->HoldsSecret())
        dataset->SetDescription(info->pszFilename);
    return dataset.release();
}

GDALDataset *Create(const char *name, int, int, int bands, GDALDataType,
                    MapflowCreateOptions options)
{
    if (bands > 0)
    {
        CPLError(CE_Failure, CPLE_NotSupported,
                 "An empty raster cannot be created. Create a file, and upload it with "
                 "gdal_translate -of MAPFLOW.");
        return nullptr;
    }
    return OGRMapflowSubmissionDataset::Create(name, options).release();
}

// ogr2ogr and CreateCopy delete a dataset before they create it, and -overwrite deletes an existing
// one. Nothing at the service is ever deleted by a dataset name.
CPLErr Delete(const char *name)
{
    const auto options = OGRMapflowOptions::Parse(name, nullptr);
    if (!options)
        return CE_Failure;
    using Target = OGRMapflowOptions::Target;
    const Target target = options->GetTarget();
    if (target == Target::Account || target == Target::New || target == Target::Mosaic)
        return CE_None;
    CPLError(CE_Failure, CPLE_NotSupported,
             "%s is not deleted: nothing at the service is deleted by a dataset name.",
             options->PublicName().c_str());
    return CE_Failure;
}

// Options of layers that become processings, and of rasters that become images.
std::string CreationOptionList()
{
    std::string xml = OGRMapflowCreationOptionList();
    return xml.insert(xml.rfind("</"), OGRMapflowUploadOptionXML());
}

void Unload(GDALDriver *)
{
    OGRMapflowDisconnectAll();
    OGRMapflowSetStylelessDriver(nullptr);
}

std::unique_ptr<GDALDriver> MakeDriver()
{
    auto driver = std::make_unique<GDALDriver>();
    driver->SetDescription("MAPFLOW");
    driver->SetMetadataItem(GDAL_DMD_LONGNAME, "Mapflow: AI on satellite and aerial imagery");
    driver->SetMetadataItem(GDAL_DCAP_RASTER, "YES");
    driver->SetMetadataItem(GDAL_DCAP_VECTOR, "YES");
    driver->SetMetadataItem(GDAL_DCAP_OPEN, "YES");
    driver->SetMetadataItem(GDAL_DMD_CONNECTION_PREFIX, "MAPFLOW:");
    driver->SetMetadataItem(GDAL_DMD_SUPPORTED_SQL_DIALECTS, "OGRSQL SQLITE");
    driver->SetMetadataItem(GDAL_DMD_SUBDATASETS, "YES");
    driver->SetMetadataItem(GDAL_DMD_OPENOPTIONLIST, OGRMapflowOpenOptionList().c_str());
    driver->SetMetadataItem(GDAL_DCAP_CREATE, "YES");
    driver->SetMetadataItem(GDAL_DCAP_CREATECOPY, "YES");
    driver->SetMetadataItem(GDAL_DMD_CREATIONDATATYPES,
                            "Byte Int16 UInt16 Int32 UInt32 Float32 Float64");
    driver->SetMetadataItem(GDAL_DCAP_CREATE_LAYER, "YES");
    driver->SetMetadataItem(GDAL_DCAP_CREATE_FIELD, "YES");
    driver->SetMetadataItem(GDAL_DCAP_MULTIPLE_VECTOR_LAYERS, "YES");
    driver->SetMetadataItem(GDAL_DCAP_Z_GEOMETRIES, "YES");
    driver->SetMetadataItem(GDAL_DCAP_MEASURED_GEOMETRIES, "YES");
    driver->SetMetadataItem(GDAL_DCAP_CURVE_GEOMETRIES, "YES");
    driver->SetMetadataItem("DCAP_UPDATE", "YES"); // this and the next: GDAL 3.11 or later
    driver->SetMetadataItem("DMD_UPDATE_ITEMS", "Features");
    driver->SetMetadataItem(
        GDAL_DMD_CREATIONFIELDDATATYPES,
        "Integer Integer64 Real String Date DateTime Time IntegerList Integer64List "
        "RealList StringList Binary");
    driver->SetMetadataItem(GDAL_DMD_CREATIONOPTIONLIST, CreationOptionList().c_str());
    driver->SetMetadataItem(GDAL_DS_LAYER_CREATIONOPTIONLIST,
                            OGRMapflowLayerCreationOptionList().c_str());
    driver->pfnIdentify = Identify;
    driver->pfnOpen = Open;
    driver->pfnCreate = Create;
    driver->pfnCreateCopy = OGRMapflowUpload;
    driver->pfnDelete = Delete;
    DeclareClearing(*driver, [](GDALDriver *) { mf_recent_clear(); });
    return driver;
}

} // namespace

extern "C" CPL_DLL void RegisterOGRMAPFLOW();

void RegisterOGRMAPFLOW()
{
    if (!GDAL_CHECK_VERSION("OGR/MAPFLOW driver") || GDALGetDriverByName("MAPFLOW") != nullptr)
        return;
    OGRMapflowSetStylelessDriver(MakeDriver());
    auto driver = MakeDriver();
    DeclareFeatureStyles(*driver);
    driver->pfnUnloadDriver = Unload;
    OGRMapflowDeclareCommands(*driver);
    GetGDALDriverManager()->RegisterDriver(driver.release());
}
