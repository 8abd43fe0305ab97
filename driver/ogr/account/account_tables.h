// SPDX-License-Identifier: MIT
// account_tables: the layers of an account that cannot be changed: models, providers, account.
#ifndef MAPFLOW_ACCOUNT_TABLES_H
#define MAPFLOW_ACCOUNT_TABLES_H

#include <memory>
#include <vector>

#include "account/account_session.h"
#include "layer/table_layer.h"

// Their columns are there at once; their rows are fetched at the first touch.
std::vector<std::unique_ptr<OGRMapflowTableLayer>>
OGRMapflowMakeAccountTables(GDALDataset *dataset, OGRMapflowAccountSession &session);

#endif
