// SPDX-License-Identifier: MIT
// statement_dataset: a dataset that knows the answers to SQL statements that are open.
#ifndef MAPFLOW_STATEMENT_DATASET_H
#define MAPFLOW_STATEMENT_DATASET_H

#include <set>

#include "common/compat.h"

// OGR SQL hands on the Arrow stream of a layer that calls its own fast, and with it the name of the
// geometry column in that stream, which is that of a column without a name. After SELECT * the
// column of the answer is called _ogr_geometry_, or what AS says: who reads the stream does not
// find it. As long as such an answer is open, no layer calls its stream fast, and GDAL makes the
// stream of the answer from its features.
class OGRMapflowStatementDataset : public GDALDataset
{
  public:
    OGRLayer *ExecuteSQL(const char *statement, OGRGeometry *filter, const char *dialect) override;
    void ReleaseResultSet(OGRLayer *answer) override;

    // Whether a layer of the dataset may not call its stream fast.
    static bool RenamesGeometry(GDALDataset *dataset);

  private:
    std::set<OGRLayer *> m_renaming{}; // answers whose geometry column has a name
};

#endif
