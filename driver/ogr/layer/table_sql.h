// SPDX-License-Identifier: MIT
// table_sql: SQL on layers whose rows come from the service, answered whole or not at all.
#ifndef MAPFLOW_TABLE_SQL_H
#define MAPFLOW_TABLE_SQL_H

#include "common/options.h"

// Reads the answer of GDALDataset::ExecuteSQL to its end at once. GDAL takes a failed request for
// the end of a layer, and would sum or sort the rows before it. Returns nullptr after such a
// failure, and if a statement has no answer. The layers keep their ignored fields and filters.
//
// Without a dialect, a statement with GROUP BY, which OGR SQL does not support, runs in SQLITE.
// That dialect does not fetch columns that the statement does not name. `options` are those of the
// dataset: the dialect opens it again if a statement reads a layer twice.
OGRLayer *OGRMapflowAnswerSQL(GDALDataset &dataset, const OGRMapflowOptions &options,
                              const char *statement, OGRGeometry *filter, const char *dialect);

// Call it for each dataset with such layers when it is opened. If SQLITE opens it again while a
// statement runs, columns that the statement does not name are not fetched there either.
void OGRMapflowJoinStatement(GDALDataset &dataset);

#endif
