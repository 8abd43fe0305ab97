// SPDX-License-Identifier: MIT
// arrow_conversion: which layers ogr2ogr can convert through Arrow.
#ifndef MAPFLOW_ARROW_CONVERSION_H
#define MAPFLOW_ARROW_CONVERSION_H

#include "common/compat.h"
#include "result/result_rows.h"

// ogr2ogr reads the stream of a layer that calls its stream fast, and makes the target's columns of
// the stream's schema. Returns whether it writes what it writes of the features, to a dataset that
// is open now. `defn`: of the layer of these rows; ignored columns do not count. `hasStyles`: the
// features have.
bool OGRMapflowConvertsThroughArrow(const OGRFeatureDefn &defn, const OGRMapflowResultRows &rows,
                                    bool hasStyles);

// Whether ogr2ogr asks for a stream with these options. It can be told to ask whatever the layer
// says (OGR2OGR_USE_ARROW_API=YES), and takes the features when it gets none.
bool OGRMapflowIsForConversion(CSLConstList options);

#endif
