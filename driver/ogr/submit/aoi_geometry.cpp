// SPDX-License-Identifier: MIT
#include "submit/aoi_geometry.h"

#include <cmath>
#include <vector>

#include "common/errors.h"
#include "common/polygon_parts.h"

namespace
{

std::string FeatureName(GIntBig fid)
{
    return fid == OGRNullFID ? std::string("A feature") : "Feature " + std::to_string(fid);
}

bool IsPolygonal(OGRwkbGeometryType type)
{
    switch (wkbFlatten(type))
    {
        case wkbPolygon:
        case wkbTriangle:
        case wkbCurvePolygon:
        case wkbMultiPolygon:
        case wkbMultiSurface:
            return true;
        default:
            return false;
    }
}

bool Refuse(GIntBig fid, const std::string &why)
{
    CPLError(CE_Failure, CPLE_NotSupported, "%s %s. Nothing of the layer is submitted.",
             FeatureName(fid).c_str(), why.c_str());
    return false;
}

double AreaOf(const OGRMultiPolygon &polygons)
{
    double area = 0;
    for (const OGRPolygon *polygon : polygons)
        area += OGRMapflowAreaOf(*polygon);
    return area;
}

bool IsValid(const OGRGeometry &geometry, std::string &why)
{
    const OGRMapflowQuiet quiet;
    CPLErrorReset();
    const bool valid = geometry.IsValid();
    why = CPLGetLastErrorMsg();
    return valid;
}

// Converts the geometry of a feature to flat, linear polygons.
std::unique_ptr<OGRGeometry> Simple(const OGRGeometry &geometry)
{
    std::unique_ptr<OGRGeometry> linear(geometry.getLinearGeometry());
    if (linear != nullptr && wkbFlatten(linear->getGeometryType()) == wkbTriangle)
        linear.reset(OGRGeometryFactory::forceToPolygon(linear.release()));
    if (linear != nullptr)
    {
        linear->setMeasured(FALSE);
        linear->set3D(FALSE);
        linear->closeRings();
    }
    return linear;
}

} // namespace

bool OGRMapflowAOIs::IsPossibleLayerType(OGRwkbGeometryType type)
{
    return IsPolygonal(type) || wkbFlatten(type) == wkbUnknown || wkbFlatten(type) == wkbSurface;
}

std::unique_ptr<OGRMapflowAOIs> OGRMapflowAOIs::Create(const OGRSpatialReference *source)
{
    auto aois = std::make_unique<OGRMapflowAOIs>();
    aois->m_projection = OGRMapflowProjection::Create(source);
    return aois->m_projection != nullptr ? std::move(aois) : nullptr;
}

void OGRMapflowAOIs::WarnAssumed()
{
    if (m_projection->IsAssumed() && !m_hasWarned)
        CPLError(CE_Warning, CPLE_AppDefined,
                 "The layer has no coordinate reference system: its coordinates are read as WGS84 "
                 "longitude and latitude.");
    m_hasWarned = true;
}

namespace
{

// Adds the polygons of a valid form of `polygon` to `parts`.
void MakeValid(const OGRPolygon &polygon, OGRMultiPolygon &parts)
{
    const OGRMapflowQuiet quiet;
    const std::unique_ptr<OGRGeometry> repaired(polygon.MakeValid());
    if (repaired != nullptr)
        OGRMapflowAddPolygonsOf(*repaired, parts);
}

std::unique_ptr<OGRGeometry> UnionOf(const OGRMultiPolygon &polygons)
{
    const OGRMapflowQuiet quiet;
    return OGRMapflowUnaryUnion(polygons);
}

} // namespace

// Converts polygons from the plane of the source, where they are repaired and united. Those that
// become invalid because edges bend are repaired without a warning.
bool OGRMapflowAOIs::FromPlane(OGRGeometry &sound, OGRMultiPolygon &lonlat, std::string &why) const
{
    for (const OGRPolygon *polygon : OGRMapflowPolygonsOf(sound))
    {
        OGRMultiPolygon parts;
        std::string bent;
        if (!m_projection->Transform(*polygon, parts, why))
            return false;
        for (const OGRPolygon *part : OGRMapflowPolygonsOf(parts))
        {
            if (IsValid(*part, bent))
                lonlat.addGeometry(part);
            else
                MakeValid(*part, lonlat);
        }
    }
    return true;
}

// Adds a valid polygon as it is, an invalid one repaired. Returns false after one CPLError.
bool OGRMapflowAOIs::Repair(const OGRPolygon &polygon, const OGRMultiPolygon &before, GIntBig fid,
                            OGRMapflowArea &area) const
{
    const bool isPlane = area.source != nullptr;
    std::string why;
    OGRMultiPolygon sound, made;
    const bool isValid = IsValid(polygon, why);
    if (isValid)
        sound.addGeometry(&polygon);
    else
        MakeValid(polygon, sound);
    if (sound.IsEmpty())
        return Refuse(fid, "has an invalid polygon that cannot be repaired (" + why + ")");
    if (isPlane && !FromPlane(sound, made, why))
        return Refuse(fid, why);
    OGRMultiPolygon &lonlat = isPlane ? made : sound;
    if (!isValid)
        CPLError(CE_Warning, CPLE_AppDefined,
                 "%s has an invalid polygon (%s). It was repaired: %.6f km² became %.6f km².",
                 FeatureName(fid).c_str(), why.c_str(), AreaOf(before) / 1e6, AreaOf(lonlat) / 1e6);
    if (isPlane)
        OGRMapflowAddPolygonsOf(sound, *area.source);
    OGRMapflowAddPolygonsOf(lonlat, *area.polygons);
    return true;
}

// Handles one polygon at a time: repairing all at once would make holes where two overlap.
bool OGRMapflowAOIs::ConvertPolygon(const OGRPolygon &polygon, GIntBig fid,
                                    OGRMapflowArea &area) const
{
    OGRMultiPolygon lonlat;
    std::string why;
    if (!m_projection->Transform(polygon, lonlat, why))
        return Refuse(fid, why);
    if (area.source != nullptr)
        return Repair(polygon, lonlat, fid, area);
    const bool hasGEOS = OGRGeometryFactory::haveGEOS(), isValid = hasGEOS && IsValid(polygon, why);
    for (const OGRPolygon *part : OGRMapflowPolygonsOf(lonlat))
    {
        OGRMultiPolygon before;
        before.addGeometry(part);
        if (!hasGEOS || IsValid(*part, why))
            area.polygons->addGeometry(part);
        else if (isValid)
            MakeValid(*part, *area.polygons); // invalid by our rounding
        else if (!Repair(*part, before, fid, area))
            return false;
    }
    return true;
}

OGRMapflowArea OGRMapflowAOIs::Convert(const OGRGeometry *geometry, GIntBig fid)
{
    OGRMapflowArea area = {std::make_unique<OGRMultiPolygon>(), nullptr};
    if (m_projection->IsPlane() && OGRGeometryFactory::haveGEOS())
        area.source = std::make_unique<OGRMultiPolygon>();
    if (geometry == nullptr || (geometry->IsEmpty() && IsPolygonal(geometry->getGeometryType())))
        return area;
    bool isTaken =
        IsPolygonal(geometry->getGeometryType()) ||
        Refuse(fid, std::string("is a ") + OGRGeometryTypeToName(geometry->getGeometryType()) +
                        ", and areas must be polygons");
    const std::unique_ptr<OGRGeometry> simple = isTaken ? Simple(*geometry) : nullptr;
    if (isTaken && simple == nullptr)
        isTaken = Refuse(fid, "has curves that cannot be made straight lines");
    if (isTaken)
        for (const OGRPolygon *polygon : OGRMapflowPolygonsOf(*simple))
            isTaken = isTaken && ConvertPolygon(*polygon, fid, area);
    if (!isTaken)
        return {};
    WarnAssumed();
    return area;
}

std::unique_ptr<OGRMultiPolygon> OGRMapflowAOIs::Unite(const OGRMultiPolygon &sources) const
{
    const std::unique_ptr<OGRGeometry> united = UnionOf(sources);
    auto lonlat = std::make_unique<OGRMultiPolygon>();
    std::string why;
    if (united == nullptr || !FromPlane(*united, *lonlat, why) || lonlat->IsEmpty())
        return nullptr;
    return lonlat;
}

std::unique_ptr<OGRMultiPolygon> OGRMapflowDissolve(std::unique_ptr<OGRMultiPolygon> polygons)
{
    if (polygons->getNumGeometries() < 2)
        return polygons;
    if (!OGRGeometryFactory::haveGEOS())
    {
        CPLError(CE_Failure, CPLE_NotSupported,
                 "This GDAL was built without GEOS and cannot merge polygons: overlaps would be "
                 "billed twice. If there are none, use DISSOLVE=NO.");
        return nullptr;
    }
    const std::unique_ptr<OGRGeometry> united = UnionOf(*polygons);
    auto parts = std::make_unique<OGRMultiPolygon>();
    std::string why = "the union failed";
    if (united != nullptr)
        OGRMapflowAddPolygonsOf(*united, *parts);
    if (parts->IsEmpty() || !IsValid(*parts, why))
    {
        CPLError(CE_Failure, CPLE_AppDefined,
                 "The polygons cannot be merged (%s). DISSOLVE=NO submits them as they are: "
                 "overlaps are then billed twice.",
                 why.c_str());
        return nullptr;
    }
    return parts;
}

bool OGRMapflowAddPolygons(OGRMultiPolygon &from, mf_polygons &to, size_t &dropped)
{
    for (const OGRPolygon *polygon : OGRMapflowPolygonsOf(from))
    {
        bool isOuter = true;
        for (const OGRLinearRing *ring : *polygon)
        {
            const std::vector<double> lonlat = OGRMapflowPositions(*ring);
            const auto add = isOuter ? mf_polygons_add_outer : mf_polygons_add_hole;
            int isKept = 0;
            if (!OGRMapflowTry(add, &to, lonlat.data(), lonlat.size() / 2, &isKept))
                return false;
            if (isOuter && !isKept)
            {
                ++dropped;
                break;
            }
            isOuter = false;
        }
    }
    return true;
}
