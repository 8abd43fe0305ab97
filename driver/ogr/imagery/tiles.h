// SPDX-License-Identifier: MIT
// tiles: opens a tile layer through GDAL's WMS driver.
#ifndef MAPFLOW_TILES_H
#define MAPFLOW_TILES_H

#include <functional>
#include <string>

#include "common/connection.h"
#include "imagery/raster_dataset.h"

// What the service reports about a tile layer. The addresses are secrets.
struct OGRMapflowTileLayer
{
    std::string what{};        // starts messages: "Mosaic \"Quarry flights\""
    std::string id{};          // UUID of what is shown
    std::string state{};       // changes when the tiles do
    std::string url{};         // with {x}, {y} or {-y}, {z}
    std::string tileJSONURL{}; // "" when there is none
    // Returns the box of what is shown, in degrees, for tiles without bounds.
    std::function<OGREnvelope()> area{};
};

// Opens the part of the world that has pictures, in EPSG:3857: red, green, blue and alpha. A
// missing tile is transparent. Returns a picture without a source after one CPLError.
OGRMapflowPicture OGRMapflowOpenTiles(const OGRMapflowOptions &options, mf_client *client,
                                      const OGRMapflowTileLayer &layer);

#endif
