// driver: what GDAL finds when it loads the plugin.
//
// Every GDAL program loads it, so registration only fills in texts: no request, no thread, no look at
// the environment.
#include "account.h"
#include "dataset.h"
#include "options.h"

namespace
{

int Identify(GDALOpenInfo *info)
{
    return OGRMapflowOptions::IsConnectionString(info->pszFilename);
}

// QGIS and ogrinfo try to open for update as well, and go on without: that is no news for a user. Who
// has asked to hear of failures is told why.
GDALDataset *RefuseUpdate(const GDALOpenInfo *info)
{
    constexpr const char *MESSAGE = "The result of a processing cannot be changed: open it read-only.";
    if (info->nOpenFlags & GDAL_OF_VERBOSE_ERROR)
        CPLError(CE_Failure, CPLE_NotSupported, "%s", MESSAGE);
    else
        CPLDebug("MAPFLOW", "%s", MESSAGE);
    return nullptr;
}

GDALDataset *Open(GDALOpenInfo *info)
{
    if (!Identify(info))
        return nullptr;
    auto options = OGRMapflowOptions::Parse(info->pszFilename, info->papszOpenOptions);
    if (!options)
        return nullptr;
    if (info->eAccess == GA_Update)
        return RefuseUpdate(info);
    return OGRMapflowDataset::Open(std::move(*options)).release();
}

void Unload(GDALDriver *)
{
    OGRMapflowDisconnectAll();
}

} // namespace

extern "C" CPL_DLL void RegisterOGRMAPFLOW();

void RegisterOGRMAPFLOW()
{
    if (!GDAL_CHECK_VERSION("OGR/MAPFLOW driver") || GDALGetDriverByName("MAPFLOW") != nullptr)
        return;
    auto driver = std::make_unique<GDALDriver>();
    driver->SetDescription("MAPFLOW");
    driver->SetMetadataItem(GDAL_DMD_LONGNAME, "Mapflow: AI on satellite and aerial imagery");
    driver->SetMetadataItem(GDAL_DCAP_VECTOR, "YES");
    driver->SetMetadataItem(GDAL_DCAP_OPEN, "YES");
    driver->SetMetadataItem(GDAL_DMD_CONNECTION_PREFIX, "MAPFLOW:");
    driver->SetMetadataItem(GDAL_DMD_SUPPORTED_SQL_DIALECTS, "OGRSQL SQLITE");
    DeclareFeatureStyles(*driver);
    driver->SetMetadataItem(GDAL_DMD_OPENOPTIONLIST, MAPFLOW_OPEN_OPTION_LIST);
    driver->pfnIdentify = Identify;
    driver->pfnOpen = Open;
    driver->pfnUnloadDriver = Unload;
    GetGDALDriverManager()->RegisterDriver(driver.release());
}
