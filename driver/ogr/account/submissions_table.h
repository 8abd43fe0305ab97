// SPDX-License-Identifier: MIT
// submissions_table: the journal of submissions as a layer.
#ifndef MAPFLOW_SUBMISSIONS_TABLE_H
#define MAPFLOW_SUBMISSIONS_TABLE_H

#include <memory>

#include "common/options.h"
#include "layer/table_layer.h"

// Makes a layer with one row for each processing of each run, the oldest first, of all accounts at
// the server of `options`. Reads from disk at the first access and makes no request.
std::unique_ptr<OGRMapflowTableLayer>
OGRMapflowMakeSubmissionsTable(GDALDataset *dataset, const OGRMapflowOptions &options);

#endif
