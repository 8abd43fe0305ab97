// SPDX-License-Identifier: MIT
// arrow_conversion: which layers ogr2ogr can convert through Arrow.
#ifndef MAPFLOW_ARROW_CONVERSION_H
#define MAPFLOW_ARROW_CONVERSION_H

#include "common/compat.h"
#include "result/result_rows.h"

// ogr2ogr reads the stream of a layer that reports its stream as fast, and makes the target's
// columns from the stream's schema. Returns whether it then writes the same as from features, to a
// dataset that is open now. `defn` is that of the layer of these rows; ignored columns do not
// count. `hasStyles`: the features have styles.
bool OGRMapflowConvertsThroughArrow(const OGRFeatureDefn &defn, const OGRMapflowResultRows &rows,
                                    bool hasStyles);

// Whether ogr2ogr requests a stream with these options. With OGR2OGR_USE_ARROW_API=YES it requests
// one whatever the layer reports. If it gets none, it reads the features.
bool OGRMapflowIsForConversion(CSLConstList options);

#endif
