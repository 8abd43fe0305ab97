#include "aoi_geometry.h"

#include <cmath>
#include <vector>

#include "polygon_parts.h"
#include "report.h"

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

std::unique_ptr<OGRMultiPolygon> Refuse(GIntBig fid, const std::string &why)
{
    CPLError(CE_Failure, CPLE_NotSupported, "%s %s. Nothing of the layer is submitted.",
             FeatureName(fid).c_str(), why.c_str());
    return nullptr;
}

// Positions of a ring, for the core.
std::vector<double> Positions(const OGRLinearRing &ring)
{
    std::vector<double> lonlat;
    lonlat.reserve(2 * static_cast<size_t>(ring.getNumPoints()));
    for (int i = 0; i < ring.getNumPoints(); ++i)
    {
        lonlat.push_back(ring.getX(i));
        lonlat.push_back(ring.getY(i));
    }
    return lonlat;
}

// m² inside the rings as they run, whether they are valid or not.
double AreaOf(const OGRPolygon &polygon)
{
    double area = 0;
    bool isOuter = true;
    for (const OGRLinearRing *ring : polygon)
    {
        const std::vector<double> lonlat = Positions(*ring);
        const double inside = std::fabs(mf_ring_area(lonlat.data(), lonlat.size() / 2));
        area += isOuter ? inside : -inside;
        isOuter = false;
    }
    return area;
}

double AreaOf(OGRMultiPolygon &polygons)
{
    double area = 0;
    for (const OGRPolygon *polygon : OGRMapflowPolygonsOf(polygons))
        area += AreaOf(*polygon);
    return area;
}

bool IsValid(const OGRGeometry &geometry, std::string &why)
{
    CPLErrorHandlerPusher quiet(CPLQuietErrorHandler);
    CPLErrorStateBackuper state;
    CPLErrorReset();
    const bool valid = geometry.IsValid();
    why = CPLGetLastErrorMsg();
    return valid;
}

// The flat, linear polygons of what a feature has.
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
        CPLError(
            CE_Warning, CPLE_AppDefined,
            "The layer has no coordinate reference system: its coordinates are taken for WGS84 "
            "longitude and latitude.");
    m_hasWarned = true;
}

// A part at a time: a repair of all at once would make a hole of where two parts overlap.
bool OGRMapflowAOIs::Repair(const OGRPolygon &polygon, GIntBig fid, OGRMultiPolygon &valid) const
{
    std::string why;
    if (!OGRGeometryFactory::haveGEOS() || IsValid(polygon, why))
        return valid.addGeometry(&polygon) == OGRERR_NONE;
    OGRMultiPolygon parts;
    {
        CPLErrorHandlerPusher quiet(CPLQuietErrorHandler);
        CPLErrorStateBackuper state;
        const std::unique_ptr<OGRGeometry> repaired(polygon.MakeValid());
        if (repaired != nullptr)
            for (const OGRPolygon *part : OGRMapflowPolygonsOf(*repaired))
                parts.addGeometry(part);
    }
    if (parts.IsEmpty())
    {
        Refuse(fid, "has an invalid polygon that cannot be repaired (" + why + ")");
        return false;
    }
    CPLError(CE_Warning, CPLE_AppDefined,
             "%s has an invalid polygon (%s). It was repaired: %.6f km² became %.6f km².",
             FeatureName(fid).c_str(), why.c_str(), AreaOf(polygon) / 1e6, AreaOf(parts) / 1e6);
    for (const OGRPolygon *part : OGRMapflowPolygonsOf(parts))
        valid.addGeometry(part);
    return true;
}

std::unique_ptr<OGRMultiPolygon> OGRMapflowAOIs::Convert(const OGRGeometry *geometry, GIntBig fid)
{
    auto valid = std::make_unique<OGRMultiPolygon>();
    if (geometry == nullptr || (geometry->IsEmpty() && IsPolygonal(geometry->getGeometryType())))
        return valid;
    if (!IsPolygonal(geometry->getGeometryType()))
        return Refuse(fid, std::string("is a ") +
                               OGRGeometryTypeToName(geometry->getGeometryType()) +
                               ", and areas must be polygons");
    const std::unique_ptr<OGRGeometry> simple = Simple(*geometry);
    if (simple == nullptr)
        return Refuse(fid, "has curves that cannot be made straight lines");
    for (const OGRPolygon *polygon : OGRMapflowPolygonsOf(*simple))
    {
        OGRMultiPolygon lonlat;
        std::string why;
        if (!m_projection->Transform(*polygon, lonlat, why))
            return Refuse(fid, why);
        for (const OGRPolygon *part : OGRMapflowPolygonsOf(lonlat))
            if (!Repair(*part, fid, *valid))
                return nullptr;
    }
    WarnAssumed();
    return valid;
}

std::unique_ptr<OGRMultiPolygon> OGRMapflowDissolve(std::unique_ptr<OGRMultiPolygon> polygons)
{
    if (polygons->getNumGeometries() < 2)
        return polygons;
    if (!OGRGeometryFactory::haveGEOS())
    {
        CPLError(CE_Failure, CPLE_NotSupported,
                 "This GDAL was built without GEOS and cannot unite polygons: where they overlap "
                 "it would "
                 "be billed twice. If they do not, use DISSOLVE=NO.");
        return nullptr;
    }
    std::unique_ptr<OGRGeometry> united;
    {
        CPLErrorHandlerPusher quiet(CPLQuietErrorHandler);
        CPLErrorStateBackuper state;
        united = OGRMapflowUnaryUnion(*polygons);
    }
    auto parts = std::make_unique<OGRMultiPolygon>();
    std::string why = "the union failed";
    if (united != nullptr)
        for (const OGRPolygon *part : OGRMapflowPolygonsOf(*united))
            parts->addGeometry(part);
    if (parts->IsEmpty() || !IsValid(*parts, why))
    {
        CPLError(CE_Failure, CPLE_AppDefined,
                 "The polygons cannot be united (%s). DISSOLVE=NO sends them as they are, and "
                 "where they "
                 "overlap it is billed twice.",
                 why.c_str());
        return nullptr;
    }
    return parts;
}

bool OGRMapflowAddPolygons(OGRMultiPolygon &from, mf_polygons &to)
{
    mf_error err;
    mf_error_init(&err);
    for (const OGRPolygon *polygon : OGRMapflowPolygonsOf(from))
    {
        bool isOuter = true;
        for (const OGRLinearRing *ring : *polygon)
        {
            const std::vector<double> lonlat = Positions(*ring);
            const auto add = isOuter ? mf_polygons_add_outer : mf_polygons_add_hole;
            int isKept = 0;
            if (add(&to, lonlat.data(), lonlat.size() / 2, &isKept, &err) != 0)
            {
                OGRMapflowReport(err);
                return false;
            }
            if (isOuter && !isKept)
                break;
            isOuter = false;
        }
    }
    return true;
}
