// SPDX-License-Identifier: MIT
#include "result/geometry.h"

#include <cstdint>
#include <cstring>

namespace
{

constexpr size_t HEAD_SIZE = 9;    // of a collection: byte order, type, number of members
constexpr uint32_t COLLECTION = 7; // its type, plus 1000 if it has Z

std::unique_ptr<OGRGeometry> Read(const unsigned char *wkb, size_t size, size_t &used)
{
    OGRGeometry *geometry = nullptr;
    const OGRMapflowQuiet quiet;
    OGRGeometryFactory::createFromWkb(wkb, nullptr, &geometry, size, wkbVariantIso, used);
    return std::unique_ptr<OGRGeometry>(geometry);
}

// GDAL does not read WKB that nests more than 32 collections, although its GeoJSON driver reads
// such GeoJSON. The core makes WKB in the machine's byte order, and has checked it.
std::unique_ptr<OGRGeometry> ReadDeep(const unsigned char *wkb, size_t size, size_t &used)
{
    uint32_t type = 0, count = 0;
    auto geometry = Read(wkb, size, used);
    if (size >= HEAD_SIZE)
    {
        memcpy(&type, wkb + 1, sizeof type);
        memcpy(&count, wkb + 5, sizeof count);
    }
    if (geometry != nullptr || type % 1000 != COLLECTION)
        return geometry;
    auto collection = std::make_unique<OGRGeometryCollection>();
    collection->set3D(type > 1000);
    used = HEAD_SIZE;
    for (uint32_t i = 0; i < count; ++i)
    {
        size_t part = 0;
        auto member = ReadDeep(wkb + used, size - used, part);
        if (member == nullptr || collection->addGeometryDirectly(member.release()) != OGRERR_NONE)
            return nullptr;
        used += part;
    }
    return collection;
}

} // namespace

std::unique_ptr<OGRGeometry> OGRMapflowGeometryOf(const mf_row &row, const OGRSpatialReference *srs)
{
    if (row.geometry == MF_GEOMETRY_NONE)
        return nullptr;
    OGRGeometry *plain = nullptr;
    std::unique_ptr<OGRGeometry> geometry;
    if (row.geometry == MF_GEOMETRY_COLLECTION)
    {
        size_t used = 0;
        geometry = ReadDeep(static_cast<const unsigned char *>(row.wkb), row.wkb_size, used);
    }
    else
    {
        OGRGeometryFactory::createFromWkb(row.wkb, nullptr, &plain, row.wkb_size, wkbVariantIso);
        geometry.reset(plain);
    }
    if (geometry != nullptr && srs != nullptr)
        geometry->assignSpatialReference(const_cast<OGRSpatialReference *>(srs));
    return geometry;
}
