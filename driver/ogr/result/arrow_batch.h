// SPDX-License-Identifier: MIT
// arrow_batch: rows of a result as one Arrow record batch.
#ifndef MAPFLOW_ARROW_BATCH_H
#define MAPFLOW_ARROW_BATCH_H

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/compat.h"
#include "geojson/geojson.h"
#include "ogr_recordbatch.h"
#include "result/text_value.h"

// The content of a column of a batch.
enum class OGRMapflowColumnKind
{
    FID,
    Int32,
    Int64,
    Double,
    Boolean,
    String,
    Date,              // days since 1970
    Time,              // ms since midnight
    DateTime,          // ms since 1970
    DateTimeAndOffset, // the same, and the minutes that its zone is ahead of UTC, as two columns
    DateTimeText,      // as an ISO 8601 string
    Geometry,          // ISO WKB
    BooleanList,       // this and all kinds below are lists
    Int32List,
    Int64List,
    DoubleList,
    StringList
};

struct OGRMapflowColumnPlan
{
    OGRMapflowColumnKind kind;
    int field = -1;     // of the schema; -1 for FID and geometry
    bool toUTC = false; // DateTime…: converts times with a zone to UTC
};

struct OGRMapflowBatchPlan
{
    std::vector<OGRMapflowColumnPlan> columns{};
    std::shared_ptr<OGRFeatureDefn> defn{}; // of the layer, which may be closed before a stream
};

// Plans the columns of a schema that GDAL has made for the layer, so that batches fit it in any
// version. Returns nothing if the schema has a column that cannot be made here.
std::optional<OGRMapflowBatchPlan> OGRMapflowPlanBatch(const ArrowSchema &schema,
                                                       OGRFeatureDefn &defn, bool withFID);

struct OGRMapflowColumn;

// Collects rows and releases them as an ArrowArray. The plan must outlive it. Not thread-safe.
class OGRMapflowBatch
{
  public:
    OGRMapflowBatch(const OGRMapflowBatchPlan &plan, size_t expectedRows);
    ~OGRMapflowBatch();
    CPL_DISALLOW_COPY_ASSIGN(OGRMapflowBatch)

    // Returns false if the row no longer fits: offsets have 32 bits. A row that does not fit into
    // an empty batch does not fit into any.
    bool Fits(const mf_row &row) const;
    void Add(const mf_row &row, int64_t fid);
    int64_t Rows() const { return m_rows; }

    // Moves everything to *array, which then owns it.
    void Release(ArrowArray *array);

  private:
    const mf_value &Converted(const OGRMapflowColumnPlan &plan, const mf_row &row);

    const OGRMapflowBatchPlan &m_plan;
    std::unique_ptr<OGRMapflowTextConverter> m_converter{};
    std::vector<std::unique_ptr<OGRMapflowColumn>> m_columns{};
    int64_t m_rows = 0;
};

#endif
