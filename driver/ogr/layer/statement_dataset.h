// SPDX-License-Identifier: MIT
// statement_dataset: a dataset that knows the open results of SQL statements.
#ifndef MAPFLOW_STATEMENT_DATASET_H
#define MAPFLOW_STATEMENT_DATASET_H

#include <set>

#include "common/compat.h"

// If a layer reports its Arrow stream as fast, OGR SQL passes that stream on. Its geometry column
// has the name that unnamed columns get. After SELECT * the result's column is called
// _ogr_geometry_, or as AS specifies, so a reader does not find it in the stream. While such a
// result is open, no layer reports its stream as fast, and GDAL makes the result's stream from its
// features.
class OGRMapflowStatementDataset : public GDALDataset
{
  public:
    int TestCapability(const char *capability) MF_CONST_312 override
    {
        return EQUAL(capability, ODsCZGeometries);
    }
    OGRLayer *ExecuteSQL(const char *statement, OGRGeometry *filter, const char *dialect) override;
    void ReleaseResultSet(OGRLayer *answer) override;

    // Whether no layer of the dataset may report its stream as fast.
    static bool RenamesGeometry(GDALDataset *dataset);

  private:
    std::set<OGRLayer *> m_renaming{}; // results whose geometry column has a name
};

#endif
