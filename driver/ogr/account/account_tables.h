// account_tables: the layers of an account that are read and never changed: models, providers,
// account.
#ifndef MAPFLOW_ACCOUNT_TABLES_H
#define MAPFLOW_ACCOUNT_TABLES_H

#include <memory>

#include "account/account_session.h"
#include "layer/table_layer.h"

// Their schemas are there at once; what is in them is asked for at the first touch.
std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakeModelTable(GDALDataset *dataset,
                                                               OGRMapflowAccountSession &state);
std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakeProviderTable(GDALDataset *dataset,
                                                                  OGRMapflowAccountSession &state);
std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakeAccountTable(GDALDataset *dataset,
                                                                 OGRMapflowAccountSession &state);

#endif
