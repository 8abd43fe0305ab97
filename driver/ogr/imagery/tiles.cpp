// SPDX-License-Identifier: MIT
#include "imagery/tiles.h"

#include <algorithm>
#include <cmath>

#include "api/tilejson.h"
#include "common/errors.h"
#include "cpl_string.h"
#include "http/url.h"
#include "imagery/tile_cache.h"

namespace
{

constexpr double HALF_WORLD = 20037508.342789244; // m, EPSG:3857
constexpr double MAX_LATITUDE = 85.0511287798066; // degrees: the edge of its square
constexpr int TILE_SIZE = 256;                    // px
constexpr int USUAL_MAX_ZOOM = 18;
constexpr int MAX_ZOOM = 22; // 2^30 px a side: GDAL counts pixels as int

// The extent of the layer and its zoom levels.
struct Extent
{
    OGREnvelope box{}; // degrees
    int minZoom = 0;
    int maxZoom = USUAL_MAX_ZOOM;
};

// Fetches the TileJSON of the layer. Its values stay unknown when that fails.
mf_tilejson Describe(const OGRMapflowTileLayer &layer, mf_client *client)
{
    mf_tilejson tiles = {{NAN, NAN, NAN, NAN}, -1, -1};
    OGRMapflowError err;
    if (!layer.tileJSONURL.empty() &&
        mf_tilejson_get(&tiles, client, layer.tileJSONURL.c_str(), &err) != 0)
        CPLDebug("MAPFLOW", "%s: %s", layer.what.c_str(), err.message);
    return tiles;
}

Extent ExtentOf(const OGRMapflowTileLayer &layer, mf_client *client)
{
    Extent extent;
    const mf_tilejson tiles = Describe(layer, client);
    if (std::isnan(tiles.bounds[0]))
        extent.box = layer.area();
    else
    {
        extent.box.Merge(tiles.bounds[0], tiles.bounds[1]);
        extent.box.Merge(tiles.bounds[2], tiles.bounds[3]);
    }
    if (tiles.max_zoom >= 0)
        extent.maxZoom = std::min(tiles.max_zoom, MAX_ZOOM);
    extent.minZoom = std::clamp(tiles.min_zoom, 0, extent.maxZoom);
    return extent;
}

// Each returns a fraction of the world's width or height, from its north-west corner.
double ColumnOf(double longitude)
{
    return (longitude + 180) / 360;
}

double RowOf(double latitude)
{
    const double sine = std::sin(std::clamp(latitude, -MAX_LATITUDE, MAX_LATITUDE) * M_PI / 180);
    return 0.5 - std::log((1 + sine) / (1 - sine)) / (4 * M_PI);
}

// Finds the pixels of a side that cover a range of fractions of it. Leaves out a pixel that the
// range covers by no more than a thousandth.
void Cover(double from, double to, int side, int &first, int &size)
{
    first = std::clamp(static_cast<int>(std::floor(from * side + 1e-3)), 0, side - 1);
    size = std::clamp(static_cast<int>(std::ceil(to * side - 1e-3)), first + 1, side) - first;
}

// Converts the placeholders of an address to those of GDAL's WMS driver. Returns "" when the
// address cannot be used.
std::string Template(const std::string &url)
{
    CPLString text = url;
    text.replaceAll("{z}", "${z}").replaceAll("{x}", "${x}");
    text.replaceAll("{y}", "${y}").replaceAll("{-y}", "${y}");
    mf_url parsed;
    CPLString example = text;
    example.replaceAll("${z}", "0").replaceAll("${x}", "0").replaceAll("${y}", "0");
    const bool isUsable = text.find("${z}") != std::string::npos &&
                          text.find("${x}") != std::string::npos &&
                          text.find("${y}") != std::string::npos &&
                          mf_url_parse(&parsed, example.c_str(), nullptr) == 0;
    return isUsable ? text : CPLString();
}

std::string Escaped(const std::string &text)
{
    return OGRMapflowTaken(CPLEscapeString(text.c_str(), -1, CPLES_XML), VSIFree);
}

// Describes the whole world, so that levels and tiles are where the driver expects them.
std::string Document(const std::string &address, bool isFromSouth, const Extent &extent,
                     const std::string &cacheFolder)
{
    const std::string cache = cacheFolder.empty() ? std::string()
                                                  : "<Cache><Path>" + Escaped(cacheFolder) +
                                                        "</Path><Unique>False</Unique></Cache>";
    const std::string connections = CPLGetConfigOption("GDAL_MAX_CONNECTIONS", nullptr) == nullptr
                                        ? "<MaxConnections>6</MaxConnections>"
                                        : "";
    return CPLSPrintf(
               "<GDAL_WMS><Service name=\"TMS\"><ServerUrl>%s</ServerUrl></Service><DataWindow>"
               "<UpperLeftX>%.9f</UpperLeftX><UpperLeftY>%.9f</UpperLeftY>"
               "<LowerRightX>%.9f</LowerRightX><LowerRightY>%.9f</LowerRightY>"
               "<TileLevel>%d</TileLevel><TileCountX>1</TileCountX><TileCountY>1</TileCountY>"
               "<YOrigin>%s</YOrigin></DataWindow><Projection>EPSG:3857</Projection>"
               "<BlockSizeX>%d</BlockSizeX><BlockSizeY>%d</BlockSizeY><BandsCount>4</BandsCount>"
               "<OverviewCount>%d</OverviewCount>"
               "<ZeroBlockHttpCodes>200,204,404</ZeroBlockHttpCodes>",
               Escaped(address).c_str(), -HALF_WORLD, HALF_WORLD, HALF_WORLD, -HALF_WORLD,
               extent.maxZoom, isFromSouth ? "bottom" : "top", TILE_SIZE, TILE_SIZE,
               extent.maxZoom - extent.minZoom) +
           connections + cache + "</GDAL_WMS>";
}

// Counts the overviews that the layer has, down to the first that fits into one tile.
int LevelsOf(const OGRMapflowPicture &picture, const Extent &extent)
{
    int levels = 0;
    while (levels < extent.maxZoom - extent.minZoom &&
           std::max(picture.width, picture.height) >> levels > TILE_SIZE)
        ++levels;
    return levels;
}

bool Refuse(const OGRMapflowTileLayer &layer, const char *why)
{
    CPLError(CE_Failure, CPLE_OpenFailed, "%s cannot be shown: %s.", layer.what.c_str(), why);
    return false;
}

bool CheckLayer(const OGRMapflowTileLayer &layer, const std::string &address)
{
    if (layer.url.empty())
        return Refuse(layer, "the service has no tiles of it");
    if (address.empty())
        return Refuse(layer, "the service describes its tiles in a way that this driver does not "
                             "know");
    return GetGDALDriverManager()->GetDriverByName("WMS") != nullptr ||
           Refuse(layer, "this GDAL has no WMS driver, which reads tiles. Install a GDAL that has "
                         "it, or remove WMS from GDAL_SKIP");
}

} // namespace

OGRMapflowPicture OGRMapflowOpenTiles(const OGRMapflowOptions &options, mf_client *client,
                                      const OGRMapflowTileLayer &layer)
{
    OGRMapflowPicture picture;
    const std::string address = Template(layer.url);
    if (!CheckLayer(layer, address))
        return picture;
    const Extent extent = ExtentOf(layer, client);
    if (!extent.box.IsInit())
    {
        Refuse(layer, "the service does not return its position");
        return picture;
    }
    std::string folder;
    if (!OGRMapflowTileFolder(options, layer.id, layer.state, folder))
        return picture;
    const bool isFromSouth = layer.url.find("{-y}") != std::string::npos;
    const char *const drivers[] = {"WMS", nullptr};
    const int side = TILE_SIZE << extent.maxZoom;
    Cover(ColumnOf(extent.box.MinX), ColumnOf(extent.box.MaxX), side, picture.x, picture.width);
    Cover(RowOf(extent.box.MaxY), RowOf(extent.box.MinY), side, picture.y, picture.height);
    picture.levels = LevelsOf(picture, extent);
    picture.what = layer.what;
    picture.source = OGRMapflowOpenSecret(Document(address, isFromSouth, extent, folder), drivers,
                                          nullptr, layer.what);
    return picture;
}
