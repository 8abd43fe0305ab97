// status_tables: what the service says about a processing, as layers of a few rows.
#ifndef MAPFLOW_STATUS_TABLES_H
#define MAPFLOW_STATUS_TABLES_H

#include <memory>

#include "api/processing.h"
#include "common/areas.h"
#include "layer/table_layer.h"

// The layer `processing`: one row, no geometry.
std::unique_ptr<OGRMapflowTableLayer>
OGRMapflowMakeProcessingTable(GDALDataset *dataset, const mf_processing &processing);

// The layer `aois`: one polygon an area. Makes one request at most; returns nullptr after one
// CPLError.
std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakeAOITable(GDALDataset *dataset,
                                                             OGRMapflowAreaSource &source,
                                                             const OGRMapflowAreaOwner &owner);

#endif
