// SPDX-License-Identifier: MIT
// areas: the areas of processings: where they are kept, and what they look like as geometries.
#ifndef MAPFLOW_AREAS_H
#define MAPFLOW_AREAS_H

#include <memory>
#include <string>
#include <vector>

#include "api/processing.h"
#include "common/compat.h"
#include "common/connection.h"
#include "store/aoi_cache.h"

// Where the areas of an account come from.
struct OGRMapflowAreaSource
{
    mf_client *client = nullptr; // nullptr: the cache alone
    std::string baseURL{};
    OGRMapflowCacheOptions cache{};
    bool hasWarned = false; // that areas cannot be kept
    size_t added = 0;       // to the cache, since it was kept within its size
};

// A processing whose areas are wanted. `fingerprint`: its state when it has ended, else "".
struct OGRMapflowAreaOwner
{
    std::string id{};
    std::string fingerprint{};

    static OGRMapflowAreaOwner Of(const mf_processing &processing);
};

struct OGRMapflowAreas
{
    std::shared_ptr<const OGRMultiPolygon> geometry{}; // nullptr: it has none, or they are not told
    bool isOffered = true;                             // the server tells areas
};

// The geometry of an area, from GeoJSON; nullptr when it cannot be read. No CPLError.
std::unique_ptr<OGRGeometry> OGRMapflowReadArea(const char *geojson);

// The areas of one processing, from the cache on the disk or from the server. Returns false with
// *err. Warns, once a source, when they could not be kept.
bool OGRMapflowGetAreaList(OGRMapflowAreaSource &source, const OGRMapflowAreaOwner &owner,
                           mf_aoi_list &list, mf_error &err);

// The same of several, at once, as geometries. Those of a processing never change, so that what was
// fetched once serves the whole process: QGIS reads a layer many times over. Returns false when one
// of them failed, with its error.
bool OGRMapflowGetAreas(OGRMapflowAreaSource &source,
                        const std::vector<OGRMapflowAreaOwner> &owners,
                        std::vector<OGRMapflowAreas> &areas, mf_error &err);

// Keeps the cache within its size when areas were added: to be called at the end.
void OGRMapflowTrimAreas(OGRMapflowAreaSource &source);

#endif
