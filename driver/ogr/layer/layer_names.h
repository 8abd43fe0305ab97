// SPDX-License-Identifier: MIT
// layer_names: names of layers that drivers can use as names of files.
//
// ogr2ogr hands the name of a layer to the driver that writes it, and folder formats (Shapefile,
// CSV, FlatGeobuf, MapInfo) make a file of that name. What the service calls a thing is the choice
// of any user of a shared project, so it must not leave the folder, nor meet another layer there.
#ifndef MAPFLOW_LAYER_NAMES_H
#define MAPFLOW_LAYER_NAMES_H

#include <map>
#include <string>

// `wanted` as the name of a layer: for processings, projects, AOIs, mosaics, images and scenes.
// Replaces by '_' what separates folders or is not allowed in names of files (/ \ : * ? " < > | and
// control characters), and leading dots; drops dots and spaces at the end, puts '_' before names of
// devices (con, nul, com1, …), and cuts at 200 bytes. `fallback` stands for a name of which nothing
// is left. Names that are safe stay as they are.
std::string OGRMapflowLayerName(const std::string &wanted, const char *fallback = "results");

// The names of the layers of one dataset, each given once. One thread at a time.
class OGRMapflowLayerNames
{
  public:
    // OGRMapflowLayerName(wanted), with _2, _3, … after it while an earlier name is equal or
    // becomes equal by case, or when a driver replaces all but letters and digits.
    std::string Add(const std::string &wanted);

  private:
    std::map<std::string, int> m_uses{}; // by what drivers make of a name: its last number
};

#endif
