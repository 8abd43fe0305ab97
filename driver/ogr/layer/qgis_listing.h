// SPDX-License-Identifier: MIT
// qgis_listing: shows in QGIS why something does not open.
//
// QGIS asks which layers a source has (OGRMapflowOptions::IsListing). If that fails, it drops the
// error and only reports that the source is not valid. So it gets a layer whose name is the error,
// and shows it in the list of layers to add. If the user adds it, the layer is opened under that
// name with the user's options, and may succeed.
#ifndef MAPFLOW_QGIS_LISTING_H
#define MAPFLOW_QGIS_LISTING_H

#include <memory>
#include <optional>

#include "common/options.h"

// Returns the dataset for a list after a CPLError, whose message is the name of its one layer.
// Reading that layer raises the error again. `options` are those parsed from the dataset's name,
// nothing if the name is invalid.
std::unique_ptr<GDALDataset> OGRMapflowListFailure(const std::optional<OGRMapflowOptions> &options);

// Whether a layer's name comes from OGRMapflowListFailure in this process.
bool OGRMapflowIsFailureName(const char *layerName);

#endif
