// SPDX-License-Identifier: MIT
#include "submit/aoi_projection.h"

#include <algorithm>
#include <cmath>

#include "common/polygon_parts.h"
#include "cpl_error.h"

namespace
{

// An upper bound: on the ellipsoid a degree of latitude is longest at the poles.
constexpr double METERS_PER_DEGREE = 111700;

// Edges are sampled at three points. The error between these may be up to twice as large.
constexpr double LOOKED_FOR_ERROR = MAPFLOW_EDGE_ERROR / 2;

// Halvings of an edge: enough for one that spans half of the world.
constexpr int MAX_DEPTH = 14;

// In a geographic source no intermediate points show which way round an edge goes. An edge longer
// than this crosses the antimeridian: nobody draws an AOI that wide.
constexpr double CROSSING = 300; // degrees

constexpr double DEGREE_SLACK = 1e-9;

double Rounded(double degrees)
{
    return std::round(degrees * MAPFLOW_STEPS) / MAPFLOW_STEPS;
}

double Nearest(double lon, double to)
{
    return lon + 360 * std::round((to - lon) / 360);
}

} // namespace

// GeoPackages have two names for an undefined one.
static bool IsUndefined(const OGRSpatialReference *srs)
{
    return srs == nullptr || srs->IsEmpty() ||
           (srs->GetName() != nullptr && STARTS_WITH_CI(srs->GetName(), "Undefined "));
}

std::unique_ptr<OGRMapflowProjection>
OGRMapflowProjection::Create(const OGRSpatialReference *source)
{
    std::unique_ptr<OGRMapflowProjection> projection(new OGRMapflowProjection(source));
    if (projection->m_transformation != nullptr)
        return projection;
    const char *const name = projection->m_source->GetName();
    CPLError(CE_Failure, CPLE_NotSupported,
             "The layer's coordinate reference system \"%s\" cannot be transformed to WGS84.",
             name != nullptr ? name : "unknown");
    return nullptr;
}

OGRMapflowProjection::OGRMapflowProjection(const OGRSpatialReference *source)
    : m_source(IsUndefined(source) ? OGRMapflowWGS84() : OGRMapflowSRS(source->Clone())),
      m_isAssumed(IsUndefined(source)), m_isGeographic(m_source->IsGeographic() != 0)
{
    const char *const sameButAxes[] = {"CRITERION=EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS",
                                       "IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES", nullptr};
    const OGRMapflowSRS target = OGRMapflowWGS84();
    m_isLonLat = m_isGeographic && m_source->IsSame(target.get(), sameButAxes);
    if (m_isGeographic)
    {
        m_degree = M_PI / 180 / m_source->GetAngularUnits();
        const auto mapping = m_source->GetDataAxisToSRSAxisMapping();
        m_isLatFirst = m_source->EPSGTreatsAsLatLong() == (mapping.empty() || mapping[0] == 1);
    }
    const OGRMapflowQuiet quiet;
    m_transformation.reset(OGRCreateCoordinateTransformation(m_source.get(), target.get()));
}

// In a geographic source, longitudes from 0 to 360, or beyond 180 for areas that cross the
// antimeridian, are common.
bool OGRMapflowProjection::IsOutside(const Point &source) const
{
    if (!std::isfinite(source.x) || !std::isfinite(source.y))
        return true;
    if (!m_isGeographic)
        return false;
    const double lon = m_isLatFirst ? source.y : source.x, lat = m_isLatFirst ? source.x : source.y;
    return std::fabs(lon) > 360 * m_degree + DEGREE_SLACK ||
           std::fabs(lat) > 90 * m_degree + DEGREE_SLACK;
}

bool OGRMapflowProjection::ToLonLat(const Point &source, Point &lonlat) const
{
    // PROJ would wrap a longitude beyond 180, and an edge would go the other way round the world.
    lonlat = source;
    double &lon = m_isLatFirst ? lonlat.y : lonlat.x;
    const double half = 180 * m_degree + DEGREE_SLACK;
    const int turns = !m_isGeographic || std::fabs(lon) <= half ? 0 : lon > 0 ? 1 : -1;
    lon -= turns * 360 * m_degree;
    if (!m_transformation->Transform(1, &lonlat.x, &lonlat.y) || !std::isfinite(lonlat.x) ||
        !std::isfinite(lonlat.y) || std::fabs(lonlat.x) > 180 + DEGREE_SLACK ||
        std::fabs(lonlat.y) > 90 + DEGREE_SLACK)
        return false;
    lonlat = {std::clamp(lonlat.x, -180.0, 180.0) + turns * 360, std::clamp(lonlat.y, -90.0, 90.0)};
    return true;
}

// Distance in metres of `p` from the segment between `a` and `b`, on the tangent plane at `p`.
template <class Point> static double DistanceFrom(const Point &a, const Point &b, const Point &p)
{
    const double east = METERS_PER_DEGREE * std::cos(p.y * M_PI / 180);
    const double ax = (Nearest(a.x, p.x) - p.x) * east, ay = (a.y - p.y) * METERS_PER_DEGREE;
    const double dx = (Nearest(b.x, a.x) - a.x) * east, dy = (b.y - a.y) * METERS_PER_DEGREE;
    const double length2 = dx * dx + dy * dy;
    const double t = length2 > 0 ? std::clamp(-(ax * dx + ay * dy) / length2, 0.0, 1.0) : 0.0;
    return std::hypot(ax + t * dx, ay + t * dy);
}

// Adds the points after `from`, up to and including `to`.
bool OGRMapflowProjection::AddEdge(const Point &from, const Point &fromLonLat, const Point &to,
                                   const Point &toLonLat, int depth, Ring &ring) const
{
    Point middle{}, middleLonLat{};
    bool bends = false;
    for (const double t : {0.5, 0.25, 0.75})
    {
        const Point at = {from.x + t * (to.x - from.x), from.y + t * (to.y - from.y)};
        Point lonlat;
        if (m_isLonLat || depth >= MAX_DEPTH || bends)
            break;
        if (!ToLonLat(at, lonlat))
            return false;
        if (t == 0.5)
        {
            middle = at;
            middleLonLat = lonlat;
        }
        bends = DistanceFrom(fromLonLat, toLonLat, lonlat) > LOOKED_FOR_ERROR;
    }
    if (!bends)
    {
        ring.push_back(toLonLat);
        return true;
    }
    return AddEdge(from, fromLonLat, middle, middleLonLat, depth + 1, ring) &&
           AddEdge(middle, middleLonLat, to, toLonLat, depth + 1, ring);
}

// Makes longitudes continuous across the antimeridian. A ring around a pole then ends 360° from
// where it began, and is closed along the pole.
void OGRMapflowProjection::Unwrap(Ring &ring) const
{
    const double crossing = m_isGeographic ? CROSSING : 180;
    double south = 90, north = -90, before = ring.empty() ? 0 : ring[0].x, shift = 0;
    for (Point &point : ring)
    {
        if (std::fabs(point.x - before) > crossing)
            shift += point.x < before ? 360 : -360;
        before = point.x;
        point.x += shift;
        south = std::min(south, point.y);
        north = std::max(north, point.y);
    }
    if (shift != 0 && std::fabs(ring.back().x - ring.front().x) > 180)
    {
        const Point begin = ring.front();
        const double pole = south + north > 0 ? 90 : -90;
        ring.push_back({ring.back().x, pole});
        ring.push_back({begin.x, pole});
        ring.push_back(begin);
    }
}

bool OGRMapflowProjection::TransformRing(const OGRLinearRing &source, Ring &ring,
                                         std::string &why) const
{
    Point last{}, lastLonLat{};
    for (int i = 0; i < source.getNumPoints(); ++i)
    {
        const Point point = {source.getX(i), source.getY(i)};
        if (IsOutside(point))
        {
            why = CPLSPrintf("has the position %.9g, %.9g, which is outside the world%s", point.x,
                             point.y,
                             m_isAssumed ? ": the layer has no coordinate reference system, and "
                                           "this is no WGS84 longitude and latitude"
                                         : "");
            return false;
        }
        Point lonlat;
        bool isTransformed = ToLonLat(point, lonlat);
        if (isTransformed && i == 0)
            ring.push_back(lonlat);
        else if (isTransformed)
            isTransformed = AddEdge(last, lastLonLat, point, lonlat, 0, ring);
        if (!isTransformed)
        {
            why = CPLSPrintf("has the position %.9g, %.9g, which cannot be transformed to WGS84",
                             point.x, point.y);
            return false;
        }
        last = point;
        lastLonLat = lonlat;
    }
    Unwrap(ring);
    return true;
}

// Cuts a polygon with continuous longitudes at the antimeridian, and shifts each part to longitudes
// from -180 to 180.
static bool CutAtAntimeridian(const OGRPolygon &whole, double west, double east,
                              OGRMultiPolygon &lonlat)
{
    for (double turn = std::floor((west + 180) / 360); turn * 360 - 180 < east; ++turn)
    {
        OGRLinearRing box;
        OGRPolygon world;
        const double left = turn * 360 - 180, right = left + 360;
        box.addPoint(left, -90);
        box.addPoint(right, -90);
        box.addPoint(right, 90);
        box.addPoint(left, 90);
        box.addPoint(left, -90);
        world.addRing(&box);
        const std::unique_ptr<OGRGeometry> part(whole.Intersection(&world));
        if (part == nullptr)
            return false;
        for (OGRPolygon *piece : OGRMapflowPolygonsOf(*part))
        {
            for (OGRLinearRing *ring : *piece)
                for (int i = 0; i < ring->getNumPoints(); ++i)
                    ring->setPoint(i, ring->getX(i) - turn * 360, ring->getY(i));
            lonlat.addGeometry(piece);
        }
    }
    return true;
}

bool OGRMapflowProjection::Transform(const OGRPolygon &polygon, OGRMultiPolygon &lonlat,
                                     std::string &why) const
{
    const OGRMapflowQuiet quiet;
    OGRPolygon whole;
    double west = 0, east = 0;
    for (const OGRLinearRing *source : polygon)
    {
        Ring ring;
        if (!TransformRing(*source, ring, why))
            return false;
        if (ring.empty())
            continue;
        const auto [low, high] = std::minmax_element(
            ring.begin(), ring.end(), [](const Point &a, const Point &b) { return a.x < b.x; });
        const bool isOuter = whole.getExteriorRing() == nullptr;
        if (isOuter)
        {
            west = low->x;
            east = high->x;
        }
        // Shifts a hole to the same turn around the world as its outer ring.
        const double middle = (low->x + high->x) / 2;
        const double shift = isOuter ? 0 : Nearest(middle, (west + east) / 2) - middle;
        auto made = std::make_unique<OGRLinearRing>();
        made->setNumPoints(static_cast<int>(ring.size()), FALSE);
        for (size_t i = 0; i < ring.size(); ++i)
            made->setPoint(static_cast<int>(i), Rounded(ring[i].x + shift), Rounded(ring[i].y));
        whole.addRingDirectly(made.release());
    }
    if (whole.getExteriorRing() == nullptr)
        return true;
    if (west >= -180 && east <= 180)
        return lonlat.addGeometry(&whole) == OGRERR_NONE;
    if (CutAtAntimeridian(whole, west, east, lonlat))
        return true;
    why = "crosses the antimeridian and could not be cut there. Is it valid, and was GDAL built "
          "with GEOS?";
    return false;
}
