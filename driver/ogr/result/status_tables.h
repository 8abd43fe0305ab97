// SPDX-License-Identifier: MIT
// status_tables: the status of a processing and of its areas, as small layers.
#ifndef MAPFLOW_STATUS_TABLES_H
#define MAPFLOW_STATUS_TABLES_H

#include <memory>

#include "api/processing.h"
#include "common/areas.h"
#include "layer/table_layer.h"

// The layer `processing`: one row, no geometry.
std::unique_ptr<OGRMapflowTableLayer>
OGRMapflowMakeProcessingTable(GDALDataset *dataset, const mf_processing &processing);

// The layer `aois`: a polygon for each area. Makes at most one request. Returns nullptr after one
// CPLError.
std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakeAOITable(GDALDataset *dataset,
                                                             OGRMapflowAreaSource &source,
                                                             const OGRMapflowAreaOwner &owner);

#endif
