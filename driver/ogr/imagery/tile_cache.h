// SPDX-License-Identifier: MIT
// tile_cache: the folders in which GDAL's WMS driver keeps tiles.
//
// The folder `tiles` of the cache has one folder for each tile layer and state of it: a mosaic that
// grows has new tiles at the same address.
#ifndef MAPFLOW_TILE_CACHE_H
#define MAPFLOW_TILE_CACHE_H

#include <string>

#include "common/connection.h"

// Sets `folder` to that of a tile layer, by the UUID of what it shows; "" with CACHE=NO. Removes
// the folders of its other states, and the least recently used ones until all fit into a tenth of
// CACHE_SIZE. CACHE=REFRESH empties the folder. Returns false after one CPLError.
bool OGRMapflowTileFolder(const OGRMapflowOptions &options, const std::string &id,
                          const std::string &state, std::string &folder);

// Returns the size of all cached tiles in bytes. `clears` removes them.
int64_t OGRMapflowMeasureTiles(const OGRMapflowCacheOptions &cache, bool clears);

#endif
