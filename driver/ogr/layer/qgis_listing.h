// SPDX-License-Identifier: MIT
// qgis_listing: why something does not open, for QGIS.
//
// QGIS asks which layers a source has (OGRMapflowOptions::IsListing). When that fails it drops the
// error and says that the source is not valid. So it gets a layer then whose name is the error:
// QGIS shows it in the list of layers to add. Added all the same, the layer is opened under that
// name with the user's options, and may succeed.
#ifndef MAPFLOW_QGIS_LISTING_H
#define MAPFLOW_QGIS_LISTING_H

#include <memory>
#include <optional>

#include "common/options.h"

// The dataset for a list, after a CPLError, whose message is the name of its one layer. Reading
// that layer gives the error again. `options` are what could be read of the dataset's name, nothing
// when that is at fault.
std::unique_ptr<GDALDataset> OGRMapflowListFailure(const std::optional<OGRMapflowOptions> &options);

// Whether a layer's name comes from such a list of this process.
bool OGRMapflowIsFailureName(const char *layerName);

#endif
