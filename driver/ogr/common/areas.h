// SPDX-License-Identifier: MIT
// areas: the areas of processings, from the cache or the server, and their geometries.
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
    mf_client *client = nullptr; // nullptr: only the cache
    std::string baseURL{};
    OGRMapflowCacheOptions cache{};
    bool hasWarned = false; // that areas cannot be cached
    size_t added = 0;       // to the cache, since it was last trimmed

    // Reads all but the client. Returns false after one CPLError.
    bool Read(const OGRMapflowOptions &options)
    {
        baseURL = OGRMapflowBaseURL(options);
        return cache.Read(options);
    }
};

// A processing whose areas are requested. `fingerprint`: its state if it has ended, else "".
struct OGRMapflowAreaOwner
{
    std::string id{};
    std::string fingerprint{};

    static OGRMapflowAreaOwner Of(const mf_processing &processing);
};

struct OGRMapflowAreas
{
    std::shared_ptr<const OGRMultiPolygon> geometry{}; // nullptr: no areas, or none listed
    bool isOffered = true;                             // the server lists areas
};

// Parses GeoJSON; WKT or GeoJSON. Each returns nullptr if it cannot be parsed. No CPLError.
std::unique_ptr<OGRGeometry> OGRMapflowReadArea(const char *geojson);
std::unique_ptr<OGRGeometry> OGRMapflowReadShape(const char *text);

// Gets the areas of one processing from the disk cache or from the server. Returns false and sets
// `err` on failure. Warns, once per source, if they could not be cached.
bool OGRMapflowGetAreaList(OGRMapflowAreaSource &source, const OGRMapflowAreaOwner &owner,
                           mf_aoi_list &list, mf_error &err);

// Gets the areas of several processings in parallel, as geometries. Keeps them in memory for the
// whole process: the areas of a processing never change, and QGIS reads a layer many times. Returns
// false if one of them failed, with its error.
bool OGRMapflowGetAreas(OGRMapflowAreaSource &source,
                        const std::vector<OGRMapflowAreaOwner> &owners,
                        std::vector<OGRMapflowAreas> &areas, mf_error &err);

// Trims the cache to its size if areas were added. Call it at the end.
void OGRMapflowTrimAreas(OGRMapflowAreaSource &source);

#endif
