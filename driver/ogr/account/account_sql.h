// account_sql: SQL on the layers of an account, answered whole or not at all.
#ifndef MAPFLOW_ACCOUNT_SQL_H
#define MAPFLOW_ACCOUNT_SQL_H

#include "common/options.h"

// What GDALDataset::ExecuteSQL gives, read to its end at once: GDAL takes the failure of a request
// for the end of a layer, and would give the sum or the order of what came before. nullptr after
// such a failure, and when a statement has no answer.
//
// Without a dialect a statement with GROUP BY, which OGR SQL does not know, goes to SQLITE. In that
// dialect columns that the statement does not name are not fetched. `options` are those of the
// dataset, which the dialect opens again when a statement reads a layer twice.
OGRLayer *OGRMapflowAnswerSQL(GDALDataset &dataset, const OGRMapflowOptions &options,
                              const char *statement, OGRGeometry *filter, const char *dialect);

// To be called for each account that is opened: one that the dialect opens in the course of a
// statement leaves out the same columns.
void OGRMapflowJoinStatement(GDALDataset &dataset);

#endif
