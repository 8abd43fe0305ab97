// SPDX-License-Identifier: MIT
// account_tables: the read-only layers of an account: models, providers, account, submissions.
#ifndef MAPFLOW_ACCOUNT_TABLES_H
#define MAPFLOW_ACCOUNT_TABLES_H

#include <memory>
#include <vector>

#include "account/account_session.h"
#include "layer/table_layer.h"

// Makes the layers with their columns. Rows are fetched at the first access.
std::vector<std::unique_ptr<OGRMapflowTableLayer>>
OGRMapflowMakeAccountTables(GDALDataset *dataset, OGRMapflowAccountSession &session);

// Makes the layer of the journal, with one row for each processing of each run, the oldest first,
// of all accounts at the server of `options`. Reads from disk at the first access and makes no
// request.
std::unique_ptr<OGRMapflowTableLayer>
OGRMapflowMakeSubmissionsTable(GDALDataset *dataset, const OGRMapflowOptions &options);

#endif
