// SPDX-License-Identifier: MIT
// aoi_projection: transforms rings of any coordinate reference system to WGS84 lon/lat.
#ifndef MAPFLOW_AOI_PROJECTION_H
#define MAPFLOW_AOI_PROJECTION_H

#include <memory>
#include <string>
#include <vector>

#include "common/compat.h"
#include "common/owned.h"
#include "common/spatial_reference.h"

// An edge that is straight in the source bends in lon/lat, where the service draws straight edges.
// Edges get intermediate points until they are closer to the true line than this.
constexpr double MAPFLOW_EDGE_ERROR = 0.1; // m

// Positions are rounded to this, 0.1 mm, so that shared positions become equal even if they were
// computed in two ways, as between neighbours of a grid.
constexpr double MAPFLOW_STEPS = 1e9; // in a degree

class OGRMapflowProjection
{
  public:
    // `source` is the layer's coordinate reference system. If it is nullptr, coordinates are taken
    // for WGS84 lon/lat, if they fit. Returns nullptr after one CPLError if they cannot be
    // transformed to WGS84.
    static std::unique_ptr<OGRMapflowProjection> Create(const OGRSpatialReference *source);

    // Transforms one linear 2D polygon to lon/lat between ±180 and ±90, rounded to MAPFLOW_STEPS.
    // Cuts it where it crosses the antimeridian. Repairs nothing. Returns false and the reason if a
    // position is outside the world or cannot be transformed.
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

    explicit OGRMapflowProjection(const OGRSpatialReference *source);
    bool IsOutside(const Point &source) const;
    bool ToLonLat(const Point &source, Point &lonlat) const;
    bool AddEdge(const Point &from, const Point &fromLonLat, const Point &to, const Point &toLonLat,
                 int depth, Ring &ring) const;
    bool TransformRing(const OGRLinearRing &source, Ring &ring, std::string &why) const;
    void Unwrap(Ring &ring) const;

    const OGRMapflowSRS m_source;
    const bool m_isAssumed;
    const bool m_isGeographic; // any longitudes and latitudes
    OGRMapflowPtr<OGRCoordinateTransformation::DestroyCT> m_transformation{};
    bool m_isLonLat = false; // WGS84 already: edges stay as they are
    double m_degree = 1;     // in the source's angular unit
    bool m_isLatFirst = false;
};

#endif
