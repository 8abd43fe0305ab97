// SPDX-License-Identifier: MIT
#include "imagery/upload_file.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include "base/file.h"
#include "common/owned.h"
#include "cpl_conv.h"
#include "imagery/scaled_raster.h"

// ---- as it is

namespace
{

using DatasetPtr = std::unique_ptr<GDALDataset>;

// Opens the file without the files beside it: world files, masks, statistics.
DatasetPtr OpenAlone(const char *path)
{
    const char *const drivers[] = {"GTiff", nullptr};
    const char *const options[] = {"GEOREF_SOURCES=INTERNAL", nullptr};
    const char *const siblings[] = {CPLGetFilename(path), nullptr};
    const CPLErrorHandlerPusher quiet(CPLQuietErrorHandler);
    const CPLErrorStateBackuper state;
    return DatasetPtr(GDALDataset::Open(path, GDAL_OF_RASTER, drivers, options, siblings));
}

bool HasSamePlace(GDALDataset &a, GDALDataset &b)
{
    double first[6], second[6];
    return GDALGetGeoTransform(GDALDataset::ToHandle(&a), first) == CE_None &&
           GDALGetGeoTransform(GDALDataset::ToHandle(&b), second) == CE_None &&
           std::equal(first, first + 6, second) && a.GetSpatialRef() != nullptr &&
           b.GetSpatialRef() != nullptr && a.GetSpatialRef()->IsSame(b.GetSpatialRef());
}

bool HasSameBands(GDALDataset &a, GDALDataset &b)
{
    bool isSame = a.GetRasterXSize() == b.GetRasterXSize() &&
                  a.GetRasterYSize() == b.GetRasterYSize() &&
                  a.GetRasterCount() == b.GetRasterCount();
    for (int i = 1; isSame && i <= a.GetRasterCount(); ++i)
    {
        GDALRasterBand *const first = a.GetRasterBand(i), *const second = b.GetRasterBand(i);
        isSame = first->GetRasterDataType() == second->GetRasterDataType() &&
                 first->GetMaskFlags() == second->GetMaskFlags();
    }
    return isSame;
}

} // namespace

std::string OGRMapflowUploadFile::WhyConvert(GDALDataset &source,
                                             const OGRMapflowUploadOptions &options)
{
    const GDALDriver *const driver = source.GetDriver();
    if (driver == nullptr ||
        (!EQUAL(driver->GetDescription(), "GTiff") && !EQUAL(driver->GetDescription(), "COG")))
        return "it is not a GeoTIFF file";
    if (source.GetAccess() != GA_ReadOnly)
        return "it is open for update";
    if (options.HasScale())
        return "SCALE is set";
    const DatasetPtr alone = OpenAlone(source.GetDescription());
    if (alone == nullptr)
        return "it is not a file of its own";
    if (!HasSamePlace(source, *alone))
        return "its georeference is not in the file itself";
    return HasSameBands(source, *alone) ? "" : "its mask or nodata value is not in the file itself";
}

std::unique_ptr<OGRMapflowUploadFile> OGRMapflowUploadFile::OpenAsItIs(GDALDataset &source)
{
    const char *const path = source.GetDescription();
    VSIStatBufL status;
    std::string content;
    if (VSIStatL(path, &status) == 0 && status.st_mtime != 0)
        content = CPLSPrintf(CPL_FRMT_GIB " %s", static_cast<GIntBig>(status.st_mtime), path);
    return OpenPath(path, content);
}

// ---- converted

namespace
{

std::string TemporaryPath()
{
    static std::atomic<unsigned> count{0};
    const std::string own = OGRMapflowTaken(mf_temporary_directory(), free);
    const char *const folder = CPLGetConfigOption("CPL_TMPDIR", own.c_str());
    return CPLFormFilename(folder, CPLSPrintf("mapflow-%d-%u", CPLGetCurrentProcessID(), ++count),
                           "tif");
}

// Limits GDAL's block cache to what a conversion needs while an object lives, unless the user has
// set GDAL_CACHEMAX. The process has only one cache, so the last conversion to end restores it.
class SmallCache
{
  public:
    SmallCache()
    {
        const std::lock_guard<std::mutex> lock(s_mutex);
        if (s_count++ > 0 || CPLGetConfigOption("GDAL_CACHEMAX", nullptr) != nullptr)
            return;
        s_former = GDALGetCacheMax64();
        if (s_former > SIZE)
            GDALSetCacheMax64(SIZE);
    }
    ~SmallCache()
    {
        const std::lock_guard<std::mutex> lock(s_mutex);
        if (--s_count == 0 && s_former > SIZE && GDALGetCacheMax64() == SIZE)
            GDALSetCacheMax64(s_former);
    }
    SmallCache(const SmallCache &) = delete;
    SmallCache &operator=(const SmallCache &) = delete;

  private:
    static constexpr GIntBig SIZE = 24 << 20; // bytes
    static std::mutex s_mutex;
    static unsigned s_count;
    static GIntBig s_former;
};

std::mutex SmallCache::s_mutex;
unsigned SmallCache::s_count = 0;
GIntBig SmallCache::s_former = 0;

// Returns false if the file remains: on Windows while it is open.
bool Remove(const std::string &path)
{
    const CPLErrorHandlerPusher quiet(CPLQuietErrorHandler);
    const CPLErrorStateBackuper state;
    for (const char *suffix : {".aux.xml", ".msk", ".ovr"})
        VSIUnlink((path + suffix).c_str());
    return VSIUnlink(path.c_str()) == 0;
}

// Returns false after a CPLError.
bool WriteTIFF(GDALDataset &source, bool isScaled, const std::string &path,
               GDALProgressFunc progress, void *progressData)
{
    auto *const driver = GetGDALDriverManager()->GetDriverByName("GTiff");
    if (driver == nullptr)
    {
        CPLError(CE_Failure, CPLE_NotSupported,
                 "This GDAL has no GTiff driver, which converts the raster.");
        return false;
    }
    const SmallCache cache;
    const CPLConfigOptionSetter internalMask("GDAL_TIFF_INTERNAL_MASK", "YES", false);
    // Small swaths report progress often, so that a cancel takes effect soon.
    const CPLConfigOptionSetter swath("GDAL_SWATH_SIZE", "4194304", false);
    CPLStringList options;
    options.SetNameValue("TILED", "YES");
    options.SetNameValue("COMPRESS", "DEFLATE");
    options.SetNameValue("PREDICTOR", "2");
    options.SetNameValue("BIGTIFF", "IF_SAFER");
    if (isScaled && source.GetRasterCount() >= 3)
        options.SetNameValue("PHOTOMETRIC", "RGB");
    if (isScaled && source.GetRasterCount() == 4)
        options.SetNameValue("ALPHA", "YES");
    CPLErrorReset();
    DatasetPtr written(
        driver->CreateCopy(path.c_str(), &source, FALSE, options.List(), progress, progressData));
    if (written != nullptr && isScaled)
        for (int i = 1; i <= written->GetRasterCount(); ++i)
            written->GetRasterBand(i)->SetNoDataValue(0);
    const bool isWritten = written != nullptr;
    written.reset(); // writes the rest, which may also fail
    return isWritten && CPLGetLastErrorType() != CE_Failure;
}

} // namespace

std::unique_ptr<OGRMapflowUploadFile>
OGRMapflowUploadFile::Convert(GDALDataset &source, const OGRMapflowUploadOptions &options,
                              GDALProgressFunc progress, void *progressData)
{
    const std::string path = TemporaryPath();
    DatasetPtr scaled;
    if (options.HasScale())
        scaled = std::make_unique<OGRMapflowScaledRaster>(source, options.ScaleMin(),
                                                          options.ScaleMax());
    GDALDataset &pixels = scaled != nullptr ? *scaled : source;
    std::unique_ptr<OGRMapflowUploadFile> file;
    if (WriteTIFF(pixels, scaled != nullptr, path, progress, progressData))
        file = OpenPath(path, "");
    if (!Remove(path) && file != nullptr)
        file->m_temporary = path;
    return file;
}

// ---- the bytes

OGRMapflowUploadFile::OGRMapflowUploadFile(VSILFILE *file, std::string content)
    : m_file(file), m_content(std::move(content))
{
}

OGRMapflowUploadFile::~OGRMapflowUploadFile()
{
    VSIFCloseL(m_file);
    if (!m_temporary.empty())
        Remove(m_temporary);
}

std::unique_ptr<OGRMapflowUploadFile> OGRMapflowUploadFile::OpenPath(const std::string &path,
                                                                     const std::string &content)
{
    VSILFILE *const opened = VSIFOpenL(path.c_str(), "rb");
    if (opened == nullptr)
    {
        CPLError(CE_Failure, CPLE_FileIO, "The file of the raster cannot be opened.");
        return nullptr;
    }
    std::unique_ptr<OGRMapflowUploadFile> file(new OGRMapflowUploadFile(opened, content));
    if (VSIFSeekL(opened, 0, SEEK_END) == 0)
        file->m_size = static_cast<int64_t>(VSIFTellL(opened));
    if (!file->Rewind())
        return nullptr;
    return file;
}

bool OGRMapflowUploadFile::Rewind()
{
    const bool done = m_size > 0 && VSIFSeekL(m_file, 0, SEEK_SET) == 0;
    if (!done)
        CPLError(CE_Failure, CPLE_FileIO, "The file of the raster cannot be read.");
    return done;
}

std::string OGRMapflowUploadFile::SHA1(GDALProgressFunc progress, void *progressData)
{
    constexpr size_t BLOCK = 1 << 20; // bytes
    if (!m_sha1.empty() || !Rewind())
        return m_sha1;
    std::vector<char> block(BLOCK);
    mf_sha1 sha1;
    mf_sha1_init(&sha1);
    for (int64_t left = m_size; left > 0;)
    {
        const size_t wanted = static_cast<size_t>(std::min<int64_t>(left, BLOCK));
        if (Read(block.data(), wanted) != wanted)
        {
            CPLError(CE_Failure, CPLE_FileIO, "The file of the raster cannot be read.");
            return "";
        }
        mf_sha1_add(&sha1, block.data(), wanted);
        left -= static_cast<int64_t>(wanted);
        if (progress(0, "", progressData) == FALSE)
        {
            CPLError(CE_Failure, CPLE_UserInterrupt, "Cancelled");
            return "";
        }
    }
    char hex[MF_SHA1_SIZE];
    mf_sha1_finish(&sha1, hex);
    m_sha1 = hex;
    return m_sha1;
}

std::string OGRMapflowUploadFile::Content(GDALProgressFunc progress, void *progressData)
{
    return !m_content.empty() ? m_content : SHA1(progress, progressData);
}
