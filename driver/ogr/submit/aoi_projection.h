// SPDX-License-Identifier: MIT
// aoi_projection: rings of any coordinate reference system as rings in WGS84 lon/lat.
#ifndef MAPFLOW_AOI_PROJECTION_H
#define MAPFLOW_AOI_PROJECTION_H

#include <memory>
#include <string>
#include <vector>

#include "common/compat.h"
#include "common/spatial_reference.h"

// An edge that is straight in the source bends in lon/lat, where the service draws its edges
// straight. Edges get points in between until they are closer to the true line than this.
constexpr double MAPFLOW_EDGE_ERROR = 0.1; // m

// Positions are rounded to this: what was computed in two ways, as the neighbours of a grid are,
// is the same then. 0.1 mm.
constexpr double MAPFLOW_STEPS = 1e9; // in a degree

class OGRMapflowProjection
{
  public:
    // What the layer says of its coordinates; nullptr when it says nothing: they are taken for
    // WGS84 lon/lat then, if they fit. Returns nullptr, after one CPLError, when there is no way to
    // WGS84.
    static std::unique_ptr<OGRMapflowProjection> Create(const OGRSpatialReference *source);

    // One polygon, linear and 2D, in lon/lat between ±180 and ±90, rounded to MAPFLOW_STEPS: cut
    // where it crosses the antimeridian. Nothing is repaired. Returns false, with the reason, when
    // a position is outside the world or cannot be transformed.
    bool Transform(const OGRPolygon &polygon, OGRMultiPolygon &lonlat, std::string &why) const;

    bool IsAssumed() const { return m_isAssumed; }
    // Whether the edges of the source are straight on a plane, and may bend in lon/lat.
    bool IsPlane() const { return !m_isGeographic; }

  private:
    struct Point
    {
        double x, y;
    };
    using Ring = std::vector<Point>;
    struct CoordinateTransformationDeleter
    {
        void operator()(OGRCoordinateTransformation *ct) const
        {
            OGRCoordinateTransformation::DestroyCT(ct);
        }
    };

    OGRMapflowProjection() = default;
    bool IsOutside(const Point &source) const;
    bool ToLonLat(const Point &source, Point &lonlat) const;
    bool AddEdge(const Point &from, const Point &fromLonLat, const Point &to, const Point &toLonLat,
                 int depth, Ring &ring) const;
    bool TransformRing(const OGRLinearRing &source, Ring &ring, std::string &why) const;
    void Unwrap(Ring &ring) const;

    OGRMapflowSRS m_source{};
    OGRMapflowSRS m_target{};
    std::unique_ptr<OGRCoordinateTransformation, CoordinateTransformationDeleter>
        m_transformation{};
    bool m_isAssumed = false;
    bool m_isLonLat = false;     // WGS84 already: edges stay as they are
    bool m_isGeographic = false; // longitudes and latitudes of some kind
    double m_degree = 1;         // of the source's angles
    bool m_isLatFirst = false;
};

#endif
