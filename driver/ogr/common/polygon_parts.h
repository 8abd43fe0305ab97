// SPDX-License-Identifier: MIT
// polygon_parts: the polygons inside a geometry, and their areas.
#ifndef MAPFLOW_POLYGON_PARTS_H
#define MAPFLOW_POLYGON_PARTS_H

#include <cmath>
#include <vector>

#include "common/compat.h"
#include "submit/polygons.h"

// Polygons of a polygon, a multipolygon or a collection, at any depth. Other parts are left out:
// GEOS returns lines and points where polygons touch. The polygons belong to `geometry`.
inline std::vector<OGRPolygon *> OGRMapflowPolygonsOf(OGRGeometry &geometry)
{
    std::vector<OGRPolygon *> polygons;
    if (wkbFlatten(geometry.getGeometryType()) == wkbPolygon)
    {
        if (!geometry.IsEmpty())
            polygons.push_back(geometry.toPolygon());
    }
    else if (OGR_GT_IsSubClassOf(geometry.getGeometryType(), wkbGeometryCollection))
        for (OGRGeometry *part : *geometry.toGeometryCollection())
            for (OGRPolygon *polygon : OGRMapflowPolygonsOf(*part))
                polygons.push_back(polygon);
    return polygons;
}

// Adds copies of these polygons.
inline void OGRMapflowAddPolygonsOf(OGRGeometry &geometry, OGRMultiPolygon &whole)
{
    for (const OGRPolygon *polygon : OGRMapflowPolygonsOf(geometry))
        whole.addGeometry(polygon);
}

// Positions of a ring, for the core.
inline std::vector<double> OGRMapflowPositions(const OGRLinearRing &ring)
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

// Area in m² on the ellipsoid inside the rings as they are, valid or not.
inline double OGRMapflowAreaOf(const OGRPolygon &polygon)
{
    double area = 0;
    bool isOuter = true;
    for (const OGRLinearRing *ring : polygon)
    {
        const std::vector<double> lonlat = OGRMapflowPositions(*ring);
        const double inside = std::fabs(mf_ring_area(lonlat.data(), lonlat.size() / 2));
        area += isOuter ? inside : -inside;
        isOuter = false;
    }
    return area;
}

#endif
