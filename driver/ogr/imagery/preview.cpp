// SPDX-License-Identifier: MIT
#include "imagery/preview.h"

#include "common/errors.h"
#include "common/owned.h"
#include "common/spatial_reference.h"
#include "gdal_utils.h"
#include "imagery/corners.h"
#include "imagery/footprint.h"

namespace
{

constexpr int64_t MAX_BYTES = 64 << 20;
constexpr int MAX_SIDE = 8192; // px; the service documents 1024

// A file in memory, removed by the destructor.
class MemoryFile
{
  public:
    explicit MemoryFile(std::string content)
        : m_content(std::move(content)),
          m_name(CPLSPrintf("/vsimem/mapflow/preview-%p", static_cast<void *>(this)))
    {
        VSIFCloseL(VSIFileFromMemBuffer(m_name.c_str(), reinterpret_cast<GByte *>(m_content.data()),
                                        m_content.size(), FALSE));
    }
    ~MemoryFile() { VSIUnlink(m_name.c_str()); }
    CPL_DISALLOW_COPY_ASSIGN(MemoryFile)
    const std::string &Name() const { return m_name; }

  private:
    std::string m_content;
    const std::string m_name;
};

int Begin(void *ctx, int64_t, mf_error *)
{
    static_cast<std::string *>(ctx)->clear();
    return 0;
}

int Append(void *ctx, const char *data, size_t size, mf_error *)
{
    static_cast<std::string *>(ctx)->append(data, size);
    return 0;
}

// Fetches the larger of the two previews. Returns false after one CPLError.
bool Fetch(mf_client *client, const mf_image &image, std::string &bytes)
{
    mf_sink sink = {};
    sink.ctx = &bytes;
    sink.begin = Begin;
    sink.write = Append;
    return OGRMapflowTry(mf_image_preview, client, image.id, 'l', &sink, MAX_BYTES);
}

void AddNumbers(CPLStringList &words, std::initializer_list<double> numbers)
{
    for (const double number : numbers)
        words.AddString(CPLSPrintf("%.17g", number));
}

// Copies the picture to memory, with its corners as the extent or as ground control points.
OGRMapflowSecretDataset Place(GDALDataset &picture, const OGRMapflowCorners &corners)
{
    CPLStringList words(CSLTokenizeString2("-q -of MEM -a_srs EPSG:4326", " ", 0));
    const auto &[northWest, northEast, southEast, southWest] = corners.points;
    if (corners.isUpright)
    {
        words.AddString("-a_ullr");
        AddNumbers(words, {northWest.x, northWest.y, southEast.x, southEast.y});
    }
    else
    {
        const double width = picture.GetRasterXSize(), height = picture.GetRasterYSize();
        const std::pair<OGRRawPoint, OGRRawPoint> pairs[] = {{{0, 0}, northWest},
                                                             {{width, 0}, northEast},
                                                             {{width, height}, southEast},
                                                             {{0, height}, southWest}};
        for (const auto &[pixel, ground] : pairs)
        {
            words.AddString("-gcp");
            AddNumbers(words, {pixel.x, pixel.y, ground.x, ground.y});
        }
    }
    const OGRMapflowPtr<GDALTranslateOptionsFree> options(
        GDALTranslateOptionsNew(words.List(), nullptr));
    return OGRMapflowSecretDataset(GDALDataset::FromHandle(
        GDALTranslate("", GDALDataset::ToHandle(&picture), options.get(), nullptr)));
}

OGRMapflowSecretDataset Turn(GDALDataset &placed)
{
    CPLStringList words(
        CSLTokenizeString2("-q -of MEM -tps -r bilinear -dstalpha -t_srs EPSG:4326", " ", 0));
    const OGRMapflowPtr<GDALWarpAppOptionsFree> options(
        GDALWarpAppOptionsNew(words.List(), nullptr));
    GDALDatasetH source = GDALDataset::ToHandle(&placed);
    return OGRMapflowSecretDataset(
        GDALDataset::FromHandle(GDALWarp("", nullptr, 1, &source, options.get(), nullptr)));
}

OGRMapflowSecretDataset Draw(const std::string &file, const OGRMapflowCorners &corners)
{
    const OGRMapflowSecretIO quiet;
    const char *const drivers[] = {"JPEG", "PNG", "WEBP", nullptr};
    const OGRMapflowSecretDataset picture(
        GDALDataset::Open(file.c_str(), GDAL_OF_RASTER, drivers, nullptr, nullptr));
    if (picture == nullptr || picture->GetRasterXSize() > MAX_SIDE ||
        picture->GetRasterYSize() > MAX_SIDE)
        return nullptr;
    OGRMapflowSecretDataset placed = Place(*picture, corners);
    return placed == nullptr || corners.isUpright ? std::move(placed) : Turn(*placed);
}

} // namespace

OGRMapflowPicture OGRMapflowOpenPreview(mf_client *client, const mf_image &image, bool &isExact)
{
    OGRMapflowPicture picture;
    const auto footprint = OGRMapflowReadFootprint(image.footprint, "image", image.id);
    const auto corners = footprint != nullptr ? OGRMapflowCornersOf(*footprint) : std::nullopt;
    if (!corners)
    {
        CPLError(CE_Failure, CPLE_OpenFailed,
                 "Image %s (\"%s\") cannot be shown: the service does not return its position.",
                 image.id, image.filename);
        return picture;
    }
    std::string bytes;
    if (!Fetch(client, image, bytes))
        return picture;
    isExact = corners->isExact;
    picture.source = Draw(MemoryFile(std::move(bytes)).Name(), *corners);
    if (picture.source == nullptr)
    {
        CPLError(CE_Failure, CPLE_OpenFailed,
                 "The preview of image %s (\"%s\") is not a readable JPEG, PNG or WebP image.",
                 image.id, image.filename);
        return picture;
    }
    picture.width = picture.source->GetRasterXSize();
    picture.height = picture.source->GetRasterYSize();
    return picture;
}
