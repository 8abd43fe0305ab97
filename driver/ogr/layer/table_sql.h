// SPDX-License-Identifier: MIT
// table_sql: SQL on layers whose rows come from the service, answered whole or not at all.
#ifndef MAPFLOW_TABLE_SQL_H
#define MAPFLOW_TABLE_SQL_H

#include "common/options.h"

// Reads the answer of GDALDataset::ExecuteSQL to its end at once: GDAL takes a failed request for
// the end of a layer, and would sum or sort the rows that came before. nullptr after such a
// failure, and when a statement has no answer. The layers keep their ignored fields and filters.
//
// Without a dialect a statement with GROUP BY, which OGR SQL does not know, goes to SQLITE. In that
// dialect columns that the statement does not name are not fetched. `options` are those of the
// dataset: the dialect opens it again when a statement reads a layer twice.
OGRLayer *OGRMapflowAnswerSQL(GDALDataset &dataset, const OGRMapflowOptions &options,
                              const char *statement, OGRGeometry *filter, const char *dialect);

// Call it for each such dataset that is opened: one that the dialect opens while a statement runs
// does not fetch the unnamed columns either.
void OGRMapflowJoinStatement(GDALDataset &dataset);

#endif
