// SPDX-License-Identifier: MIT
#include "imagery/search_area.h"

#include "common/areas.h"
#include "common/polygon_parts.h"
#include "imagery/footprint.h"

namespace
{

bool IsWKT(const char *text)
{
    for (const char *word :
         {"POLYGON", "MULTIPOLYGON", "CURVEPOLYGON", "MULTISURFACE", "GEOMETRYCOLLECTION"})
    {
        if (STARTS_WITH_CI(text, word) && strchr(" \t\r\n(", text[strlen(word)]) != nullptr)
            return true;
    }
    return false;
}

// Merges overlapping polygons. Returns them unchanged if this GDAL cannot.
std::unique_ptr<OGRMultiPolygon> United(std::unique_ptr<OGRMultiPolygon> polygons)
{
    const OGRMapflowQuiet quiet;
    const auto united =
        polygons->getNumGeometries() > 1 ? OGRMapflowUnaryUnion(*polygons) : nullptr;
    auto parts = united != nullptr ? OGRMapflowPolygonsInLonLat(*united, "SEARCH_AOI") : nullptr;
    return parts != nullptr ? std::move(parts) : std::move(polygons);
}

// Adds the polygons of all features. Returns false after one CPLError.
bool AddFeatures(OGRLayer &layer, OGRMultiPolygon &area)
{
    while (const std::unique_ptr<OGRFeature> feature{layer.GetNextFeature()})
    {
        const OGRGeometry *const geometry = feature->GetGeometryRef();
        if (geometry == nullptr || geometry->IsEmpty())
            continue;
        const auto polygons =
            OGRMapflowPolygonsInLonLat(*geometry, "A feature of the file SEARCH_AOI");
        if (polygons == nullptr)
            return false;
        OGRMapflowAddPolygonsOf(*polygons, area);
    }
    return true;
}

std::unique_ptr<OGRMultiPolygon> ReadFile(const char *path)
{
    const std::unique_ptr<GDALDataset> dataset(
        GDALDataset::Open(path, GDAL_OF_VECTOR | GDAL_OF_VERBOSE_ERROR));
    if (dataset == nullptr)
        return nullptr;
    if (dataset->GetLayerCount() != 1)
    {
        CPLError(CE_Failure, CPLE_IllegalArg,
                 "SEARCH_AOI: the file has %d layers. Give one with a single layer, or WKT.",
                 dataset->GetLayerCount());
        return nullptr;
    }
    auto area = std::make_unique<OGRMultiPolygon>();
    if (!AddFeatures(*dataset->GetLayer(0), *area))
        return nullptr;
    if (area->IsEmpty())
        CPLError(CE_Failure, CPLE_IllegalArg, "SEARCH_AOI: the file has no polygon.");
    return area->IsEmpty() ? nullptr : United(std::move(area));
}

} // namespace

std::unique_ptr<OGRMultiPolygon> OGRMapflowReadSearchArea(const std::string &wktOrPath)
{
    const char *const text = wktOrPath.c_str() + strspn(wktOrPath.c_str(), " \t\r\n");
    if (!IsWKT(text))
        return ReadFile(text);
    const auto geometry = OGRMapflowReadShape(text);
    if (geometry != nullptr)
        return OGRMapflowPolygonsInLonLat(*geometry, "SEARCH_AOI");
    CPLError(CE_Failure, CPLE_IllegalArg, "SEARCH_AOI is not valid WKT.");
    return nullptr;
}
