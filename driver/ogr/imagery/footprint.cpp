// SPDX-License-Identifier: MIT
#include "imagery/footprint.h"

#include <cmath>

#include "common/areas.h"
#include "common/polygon_parts.h"
#include "common/spatial_reference.h"

namespace
{

bool IsFinite(const OGRGeometry &geometry)
{
    OGREnvelope box;
    geometry.getEnvelope(&box);
    return std::isfinite(box.MinX + box.MaxX + box.MinY + box.MaxY);
}

// Returns nullptr when there is no polygon.
std::unique_ptr<OGRMultiPolygon> PolygonsOf(const OGRGeometry &geometry)
{
    const std::unique_ptr<OGRGeometry> linear(geometry.getLinearGeometry());
    if (linear == nullptr)
        return nullptr;
    linear->flattenTo2D();
    linear->assignSpatialReference(nullptr);
    auto polygons = std::make_unique<OGRMultiPolygon>();
    for (OGRPolygon *polygon : OGRMapflowPolygonsOf(*linear))
    {
        polygon->closeRings();
        polygons->addGeometry(polygon);
    }
    return polygons->IsEmpty() || !IsFinite(*polygons) ? nullptr : std::move(polygons);
}

// Returns the area, in m², of the box around a polygon at least 60 degrees wide, on a sphere with
// the area of the ellipsoid; 0 for a narrower one. The edges of such a wide polygon are not
// geodesics.
double AreaOfWide(const OGRPolygon &polygon)
{
    constexpr double RADIUS = 6371007.2, DEGREE = 3.14159265358979323846 / 180, WIDEST = 60;
    OGREnvelope box;
    polygon.getEnvelope(&box);
    if (box.MaxX - box.MinX < WIDEST)
        return 0;
    return RADIUS * RADIUS * (box.MaxX - box.MinX) * DEGREE *
           (std::sin(box.MaxY * DEGREE) - std::sin(box.MinY * DEGREE));
}

bool IsInWorld(const OGRGeometry &geometry)
{
    OGREnvelope box;
    geometry.getEnvelope(&box);
    return box.MinX >= -180 && box.MaxX <= 180 && box.MinY >= -90 && box.MaxY <= 90;
}

} // namespace

std::unique_ptr<OGRMultiPolygon> OGRMapflowReadFootprint(const char *text, const char *whose,
                                                         const char *id)
{
    if (text == nullptr)
        return nullptr;
    const std::unique_ptr<OGRGeometry> geometry = OGRMapflowReadShape(text);
    auto polygons = geometry != nullptr ? PolygonsOf(*geometry) : nullptr;
    if (polygons == nullptr)
        CPLDebug("MAPFLOW", "%s %s: its footprint %s", whose, id,
                 geometry == nullptr ? "cannot be read" : "has no polygon");
    else
        polygons->assignSpatialReference(OGRMapflowWGS84().get());
    return polygons;
}

std::unique_ptr<OGRMultiPolygon> OGRMapflowPolygonsInLonLat(const OGRGeometry &geometry,
                                                            const char *what)
{
    const OGRMapflowSRS lonlat = OGRMapflowWGS84();
    const OGRSpatialReference *const source = geometry.getSpatialReference();
    auto polygons = PolygonsOf(geometry);
    if (polygons == nullptr)
    {
        CPLError(CE_Failure, CPLE_IllegalArg, "%s has no polygon.", what);
        return nullptr;
    }
    if (source != nullptr && !source->IsSame(lonlat.get()))
    {
        const std::unique_ptr<OGRSpatialReference> own(source->Clone());
        polygons->assignSpatialReference(own.get());
        const bool isDone = polygons->transformTo(lonlat.get()) == OGRERR_NONE;
        polygons->assignSpatialReference(nullptr);
        if (!isDone)
        {
            CPLError(CE_Failure, CPLE_IllegalArg, "%s cannot be transformed to WGS84.", what);
            return nullptr;
        }
    }
    if (!IsInWorld(*polygons))
    {
        CPLError(CE_Failure, CPLE_IllegalArg,
                 "%s is not within longitudes -180 to 180 and latitudes -90 to 90.", what);
        return nullptr;
    }
    polygons->assignSpatialReference(lonlat.get());
    return polygons;
}

double OGRMapflowAreaOf(const OGRMultiPolygon &polygons)
{
    double area = 0;
    for (const OGRPolygon *polygon : polygons)
    {
        const double wide = AreaOfWide(*polygon);
        area += wide > 0 ? wide : OGRMapflowAreaOf(*polygon);
    }
    return area;
}

std::string OGRMapflowGeoJSONOf(const OGRGeometry &geometry)
{
    return OGRMapflowTaken(geometry.exportToJson(), VSIFree);
}
