// SPDX-License-Identifier: MIT
// arrow_stream: the Arrow stream of a result layer.
#ifndef MAPFLOW_ARROW_STREAM_H
#define MAPFLOW_ARROW_STREAM_H

#include <functional>
#include <memory>

#include "result/arrow_batch.h"
#include "result/result_rows.h"

// What a stream needs from its layer. The layer may be closed before the stream: then `isAlive` is
// false, and the stream ends with EINVAL.
struct OGRMapflowStreamSource
{
    OGRMapflowResultRows rows;
    std::shared_ptr<bool> isAlive;
    uint64_t *next; // the layer's reading position
    // Empty without a filter. `passes`: whether the row at that position passes. `find`: the next
    // position that may pass.
    std::function<bool(const OGRMapflowRow &, uint64_t position)> passes{};
    std::function<uint64_t(uint64_t from)> find{};
};

// Makes *stream. Takes over GDAL's own stream of the layer, which provides the schema, and releases
// it at the end.
void OGRMapflowMakeStream(ArrowArrayStream *stream, OGRMapflowStreamSource source,
                          OGRMapflowBatchPlan plan, ArrowArrayStream schemaStream,
                          uint64_t rowsInBatch);

// Whether OGRMapflowMakeStream made the stream.
bool OGRMapflowIsOwnStream(const ArrowArrayStream *stream);

#endif
