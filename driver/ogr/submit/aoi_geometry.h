// SPDX-License-Identifier: MIT
// aoi_geometry: converts the geometry of a feature to polygons that the service accepts.
#ifndef MAPFLOW_AOI_GEOMETRY_H
#define MAPFLOW_AOI_GEOMETRY_H

#include <memory>

#include "submit/aoi_projection.h"
#include "submit/polygons.h"

// Polygons and multipolygons of any coordinate reference system, curved ones too, converted to
// valid 2D polygons in WGS84 lon/lat.
struct OGRMapflowArea
{
    std::unique_ptr<OGRMultiPolygon> polygons; // nullptr: refused
    // The polygons in the source's coordinates, if they have to be united there; else nullptr.
    std::unique_ptr<OGRMultiPolygon> source;
};

class OGRMapflowAOIs
{
  public:
    // Returns nullptr after one CPLError if the coordinate reference system cannot be used.
    static std::unique_ptr<OGRMapflowAOIs> Create(const OGRSpatialReference *source);

    // Returns an empty collection for nullptr and for empty geometries. Refuses what is not a
    // polygon or cannot be sent, after one CPLError that names the feature.
    OGRMapflowArea Convert(const OGRGeometry *geometry, GIntBig fid);

    // Unites sources and converts the result. Neighbours on a plane meet at straight edges, which
    // bend in lon/lat: uniting them there would leave slivers. Returns nullptr on failure.
    std::unique_ptr<OGRMultiPolygon> Unite(const OGRMultiPolygon &sources) const;

    // Whether a layer of polygons may have this type. Unknown is included.
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

// Unites polygons that overlap or share an edge; others stay separate. Returns nullptr after one
// CPLError.
std::unique_ptr<OGRMultiPolygon> OGRMapflowDissolve(std::unique_ptr<OGRMultiPolygon> polygons);

// Adds the polygons to those of the core. Leaves out those smaller than MF_MIN_RING_AREA, and
// counts them in `dropped`. Returns false after one CPLError.
bool OGRMapflowAddPolygons(OGRMultiPolygon &from, mf_polygons &to, size_t &dropped);

#endif
