// SPDX-License-Identifier: MIT
// tiles: a layer of tiles, read by GDAL's WMS driver.
#ifndef MAPFLOW_TILES_H
#define MAPFLOW_TILES_H

#include <functional>
#include <string>

#include "common/connection.h"
#include "imagery/raster_dataset.h"

// What the service tells of a layer of tiles. The addresses are secrets.
struct OGRMapflowTileLayer
{
    std::string what{};        // it begins messages: "Mosaic \"Quarry flights\""
    std::string id{};          // UUID of what is shown
    std::string state{};       // changes when the tiles do
    std::string url{};         // with {x}, {y} or {-y}, {z}
    std::string tileJSONURL{}; // "" when there is none
    // The box in degrees of what is shown, for tiles that do not say where they lie.
    std::function<OGREnvelope()> area{};
};

// The part of the world that has pictures, EPSG:3857, red, green, blue and alpha; a tile that is
// missing is transparent. Returns one without a source after one CPLError.
OGRMapflowPicture OGRMapflowOpenTiles(const OGRMapflowOptions &options, mf_client *client,
                                      const OGRMapflowTileLayer &layer);

#endif
