// SPDX-License-Identifier: MIT
#include "imagery/upload_checks.h"

#include <algorithm>
#include <cmath>

#include "common/owned.h"
#include "common/spatial_reference.h"

namespace
{

constexpr double LARGEST_PIXEL = 20; // m
constexpr double METRES_PER_DEGREE = 111320;
constexpr double DEGREE = 3.14159265358979323846 / 180;

// Returns the EPSG code of the horizontal CRS, nullptr when it has none.
const char *CodeOf(const OGRSpatialReference &srs)
{
    const char *const node = srs.IsProjected() ? "PROJCS" : srs.IsGeographic() ? "GEOGCS" : nullptr;
    const char *const authority = node != nullptr ? srs.GetAuthorityName(node) : nullptr;
    return authority != nullptr && EQUAL(authority, "EPSG") ? srs.GetAuthorityCode(node) : nullptr;
}

struct Place
{
    double transform[6];
    bool hasTransform;
    double x, y; // of the centre

    explicit Place(GDALDataset &raster)
        : hasTransform(GDALGetGeoTransform(GDALDataset::ToHandle(&raster), transform) == CE_None)
    {
        GDALApplyGeoTransform(transform, raster.GetRasterXSize() / 2.0,
                              raster.GetRasterYSize() / 2.0, &x, &y);
    }
    bool IsNorthUp() const
    {
        return hasTransform && transform[1] > 0 && transform[2] == 0 && transform[4] == 0 &&
               transform[5] < 0;
    }
};

// Converts x and y to lon/lat. Returns false when that is not possible.
bool ToLonLat(const OGRSpatialReference &srs, double &x, double &y)
{
    const OGRMapflowSRS wgs84 = OGRMapflowWGS84();
    const OGRMapflowSRS source(srs.Clone());
    source->SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    const OGRMapflowQuiet quiet;
    const OGRMapflowPtr<OGRCoordinateTransformation::DestroyCT> way(
        OGRCreateCoordinateTransformation(source.get(), wgs84.get()));
    return way != nullptr && way->Transform(1, &x, &y) != 0;
}

// Returns the UTM zone of the centre, or EPSG:3857 when there is none.
std::string ZoneOf(const OGRSpatialReference &srs, const Place &place)
{
    double lon = place.x, lat = place.y;
    if (!place.hasTransform || !ToLonLat(srs, lon, lat) || !(std::fabs(lat) <= 84))
        return "EPSG:3857";
    const int zone = std::min(60, std::max(1, static_cast<int>((lon + 180) / 6) + 1));
    return CPLSPrintf("EPSG:%d", (lat < 0 ? 32700 : 32600) + zone);
}

// Returns the path of a plain file. Any other name may hold credentials and is replaced by
// "in.tif".
std::string ShownName(GDALDataset &raster)
{
    VSIStatBufL status;
    const char *const name = raster.GetDescription();
    return !STARTS_WITH(name, "/vsi") && VSIStatL(name, &status) == 0 ? name : "in.tif";
}

constexpr char UNKNOWN_SRS[] = "-s_srs <its system> ";

std::string WarpLine(GDALDataset &raster, const std::string &target, const char *more = "")
{
    return "gdalwarp " + std::string(more) + "-t_srs " + target + " \"" + ShownName(raster) +
           "\" out.tif";
}

// Comes before the check of the coordinate reference system, which such a raster has in its points.
bool CheckPoints(GDALDataset &raster, const Place &place)
{
    const char *const source = raster.GetGCPSpatialRef() != nullptr ? "" : UNKNOWN_SRS;
    return place.hasTransform || raster.GetGCPCount() == 0 ||
           OGRMapflowRefuseUpload(
               CPLSPrintf("The raster is georeferenced by ground control points, and must be by a "
                          "geotransform. This makes one: %s",
                          WarpLine(raster, "EPSG:4326", source).c_str()));
}

bool CheckSRS(GDALDataset &raster, const Place &place)
{
    const OGRSpatialReference *const srs = raster.GetSpatialRef();
    if (srs == nullptr || srs->IsEmpty())
        return OGRMapflowRefuseUpload(
            CPLSPrintf("The raster has no coordinate reference system, and must have one "
                       "with an EPSG code. This makes one: %s",
                       WarpLine(raster, "EPSG:4326", UNKNOWN_SRS).c_str()));
    if (const char *const code = CodeOf(*srs))
    {
        const int number = atoi(code);
        const bool isUTM =
            (number > 32600 && number <= 32660) || (number > 32700 && number <= 32760);
        if (number != 4326 && number != 3857 && !isUTM)
            CPLError(CE_Warning, CPLE_AppDefined,
                     "The raster is in EPSG:%d. The service documents EPSG:4326, EPSG:3857 and UTM "
                     "zones on WGS84.",
                     number);
        return true;
    }
    return OGRMapflowRefuseUpload(
        CPLSPrintf("The coordinate reference system \"%.80s\" has no EPSG code, and must "
                   "have one. This makes one: %s",
                   srs->GetName() != nullptr ? srs->GetName() : "",
                   WarpLine(raster, ZoneOf(*srs, place)).c_str()));
}

bool CheckDirection(GDALDataset &raster, const Place &place)
{
    if (place.IsNorthUp())
        return true;
    if (!place.hasTransform)
        return OGRMapflowRefuseUpload(
            CPLSPrintf("The raster is not georeferenced by a geotransform, and must be. This makes "
                       "one: gdal_translate -a_ullr <west> <north> <east> <south> \"%s\" out.tif",
                       ShownName(raster).c_str()));
    const std::string target = CPLSPrintf("EPSG:%s", CodeOf(*raster.GetSpatialRef()));
    return OGRMapflowRefuseUpload(
        CPLSPrintf("The raster is not north-up: a step to the right is (%g, %g) and a "
                   "step down (%g, %g), and they must be (+, 0) and (0, -). This turns "
                   "it: %s",
                   place.transform[1], place.transform[4], place.transform[2], place.transform[5],
                   WarpLine(raster, target).c_str()));
}

bool CheckPixelSize(const OGRSpatialReference &srs, const Place &place)
{
    double width = place.transform[1], height = -place.transform[5];
    if (srs.IsGeographic())
    {
        const double degrees = srs.GetAngularUnits(nullptr) / DEGREE;
        height *= degrees * METRES_PER_DEGREE;
        width *= degrees * METRES_PER_DEGREE * std::cos(place.y * degrees * DEGREE);
    }
    else
    {
        width *= srs.GetLinearUnits();
        height *= srs.GetLinearUnits();
    }
    const double larger = std::max(width, height);
    return larger <= LARGEST_PIXEL * (1 + 1e-6) ||
           OGRMapflowRefuseUpload(
               CPLSPrintf("The pixel size of the raster is %.10g m, and the limit is %g m.", larger,
                          LARGEST_PIXEL));
}

bool CheckBand(GDALRasterBand &band, const OGRMapflowUploadOptions &options)
{
    const GDALDataType type = band.GetRasterDataType();
    const int bits = GDALGetDataTypeSizeBits(type);
    if (band.GetColorTable() != nullptr)
        return OGRMapflowRefuseUpload(
            "The raster has a colour table, and must have colours: gdal_translate "
            "-expand rgb makes them.");
    if (GDALDataTypeIsComplex(type))
        return OGRMapflowRefuseUpload(
            CPLSPrintf("The raster is complex (%s), and must be of 8-bit numbers.",
                       GDALGetDataTypeName(type)));
    // The service converts everything to 8 bits and does not document how.
    const bool mayGoAsItIs =
        options.Is("CONVERT", "NO") && (type == GDT_UInt16 || type == GDT_Int16);
    return type == GDT_Byte || options.HasScale() || mayGoAsItIs ||
           OGRMapflowRefuseUpload(
               CPLSPrintf("The raster has %d bits a sample (%s), and must have 8: SCALE=min,max "
                          "gives the values that become 1 and 255.",
                          bits, GDALGetDataTypeName(type)));
}

bool CheckBands(GDALDataset &raster, const OGRMapflowUploadOptions &options)
{
    const int count = raster.GetRasterCount();
    if (count != 1 && count != 3 && count != 4)
        return OGRMapflowRefuseUpload(
            CPLSPrintf("The raster has %d bands, and must have 1, 3 or 4: gdal_translate "
                       "-b chooses bands.",
                       count));
    for (int i = 1; i <= count; ++i)
        if (!CheckBand(*raster.GetRasterBand(i), options))
            return false;
    return true;
}

} // namespace

bool OGRMapflowCheckRaster(GDALDataset &raster, const OGRMapflowUploadOptions &options)
{
    const Place place(raster);
    return CheckBands(raster, options) && CheckPoints(raster, place) && CheckSRS(raster, place) &&
           CheckDirection(raster, place) && CheckPixelSize(*raster.GetSpatialRef(), place);
}
