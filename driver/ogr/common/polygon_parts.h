// SPDX-License-Identifier: MIT
// polygon_parts: the polygons inside a geometry.
#ifndef MAPFLOW_POLYGON_PARTS_H
#define MAPFLOW_POLYGON_PARTS_H

#include <vector>

#include "common/compat.h"

// Polygons of a polygon, a multipolygon or a collection, as deep as they are. What else is there
// (GEOS gives lines and points where polygons touch) is left out. They belong to `geometry`.
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

#endif
