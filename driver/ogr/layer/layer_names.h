// SPDX-License-Identifier: MIT
// layer_names: names of layers that drivers can use as file names.
//
// ogr2ogr passes the name of a layer to the driver that writes it, and folder formats (Shapefile,
// CSV, FlatGeobuf, MapInfo) create a file of that name. Any user of a shared project can choose
// names at the service, so a name must not lead out of the folder or collide with another layer
// there.
#ifndef MAPFLOW_LAYER_NAMES_H
#define MAPFLOW_LAYER_NAMES_H

#include <map>
#include <string>

// Returns `wanted` as the name of a layer: for processings, projects, AOIs, mosaics, images and
// scenes. Replaces by '_' path separators and characters not allowed in file names (/ \ : * ? " < >
// | and control characters), and leading dots. Drops dots and spaces at the end, puts '_' before
// device names (con, nul, com1, …), and cuts at 200 bytes. Returns "results" if nothing is left.
// Safe names stay as they are.
std::string OGRMapflowLayerName(const std::string &wanted);

// The unique names of the layers of one dataset. Not thread-safe.
class OGRMapflowLayerNames
{
  public:
    // Returns OGRMapflowLayerName(wanted), and appends _2, _3, … if an earlier name is equal. Names
    // are also equal if they differ only in case, or in characters that drivers replace: all but
    // letters and digits.
    std::string Add(const std::string &wanted);

  private:
    std::map<std::string, int> m_uses{}; // last number, by the name as drivers change it
};

#endif
