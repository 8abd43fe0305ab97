// SPDX-License-Identifier: MIT
// tile_cache: the folders in which GDAL's WMS driver keeps tiles.
//
// They lie in the folder `tiles` of the cache, one for each layer of tiles and state of it: a
// mosaic that grows has other tiles at the same address.
#ifndef MAPFLOW_TILE_CACHE_H
#define MAPFLOW_TILE_CACHE_H

#include <string>

#include "common/connection.h"

// The folder of a layer of tiles by the UUID of what it shows; "" with CACHE=NO. Removes the
// folders of its other states, and those that were not used last until all are within a tenth of
// CACHE_SIZE. CACHE=REFRESH empties the folder. Returns false after one CPLError.
bool OGRMapflowTileFolder(const OGRMapflowOptions &options, const std::string &id,
                          const std::string &state, std::string &folder);

// The bytes of all tiles in the cache. `clears` removes them.
int64_t OGRMapflowMeasureTiles(const OGRMapflowCacheOptions &cache, bool clears);

#endif
