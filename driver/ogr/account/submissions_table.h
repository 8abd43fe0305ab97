// SPDX-License-Identifier: MIT
// submissions_table: the journal of submissions as a layer.
#ifndef MAPFLOW_SUBMISSIONS_TABLE_H
#define MAPFLOW_SUBMISSIONS_TABLE_H

#include <memory>

#include "common/options.h"
#include "layer/table_layer.h"

// A row for each processing of each run, the oldest first, of all accounts at the server of
// `options`. Read from the disk at the first touch: no request.
std::unique_ptr<OGRMapflowTableLayer>
OGRMapflowMakeSubmissionsTable(GDALDataset *dataset, const OGRMapflowOptions &options);

#endif
