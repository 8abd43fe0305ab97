// SPDX-License-Identifier: MIT
// aoi_geometry: the geometry of a feature as polygons that the service can take.
#ifndef MAPFLOW_AOI_GEOMETRY_H
#define MAPFLOW_AOI_GEOMETRY_H

#include <memory>

#include "submit/aoi_projection.h"
#include "submit/polygons.h"

// Polygons and multipolygons of any coordinate reference system, and their curved kin, become valid
// 2D polygons in WGS84 lon/lat.
struct OGRMapflowArea
{
    std::unique_ptr<OGRMultiPolygon> polygons; // nullptr: refused
    // The polygons as they were, when it is there that they have to be united; else nullptr.
    std::unique_ptr<OGRMultiPolygon> source;
};

class OGRMapflowAOIs
{
  public:
    // Returns nullptr, after one CPLError, when the coordinate reference system is of no use.
    static std::unique_ptr<OGRMapflowAOIs> Create(const OGRSpatialReference *source);

    // nullptr or empty geometries give an empty collection. Refuses, after one CPLError that names
    // the feature, what is no polygon or cannot be sent.
    OGRMapflowArea Convert(const OGRGeometry *geometry, GIntBig fid);

    // Unites sources, and converts what comes of it. Neighbours on a plane meet at straight edges,
    // which bend in lon/lat: united there, slivers would be left between them. Returns nullptr when
    // it cannot be done.
    std::unique_ptr<OGRMultiPolygon> Unite(const OGRMultiPolygon &sources) const;

    // True for what a layer of polygons may announce, unknown included.
    static bool IsPossibleLayerType(OGRwkbGeometryType type);

  private:
    bool ConvertPolygon(const OGRPolygon &polygon, GIntBig fid, OGRMapflowArea &area) const;
    bool Repair(const OGRPolygon &polygon, const OGRMultiPolygon &before, GIntBig fid,
                OGRMapflowArea &area) const;
    bool FromPlane(OGRGeometry &sound, OGRMultiPolygon &lonlat, std::string &why) const;
    void WarnAssumed();

    std::unique_ptr<OGRMapflowProjection> m_projection{};
    bool m_hasWarned = false;
};

// Unites polygons that overlap or share an edge; those apart stay apart. Returns nullptr after one
// CPLError.
std::unique_ptr<OGRMultiPolygon> OGRMapflowDissolve(std::unique_ptr<OGRMultiPolygon> polygons);

// Adds the polygons to those of the core, and counts in `dropped` those smaller than
// MF_MIN_RING_AREA, which are left out. Returns false after one CPLError.
bool OGRMapflowAddPolygons(OGRMultiPolygon &from, mf_polygons &to, size_t &dropped);

#endif
