// feature: a decoded row as an OGRFeature.
#ifndef MAPFLOW_FEATURE_H
#define MAPFLOW_FEATURE_H

#include <memory>

#include "compat.h"
#include "geojson.h"

// The fields of `defn` are those of the row's schema, in their order.
std::unique_ptr<OGRFeature> OGRMapflowMakeFeature(OGRFeatureDefn *defn, const mf_row &row);

#endif
