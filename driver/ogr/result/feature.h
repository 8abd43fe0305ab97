// SPDX-License-Identifier: MIT
// feature: a decoded row as an OGRFeature.
#ifndef MAPFLOW_FEATURE_H
#define MAPFLOW_FEATURE_H

#include <memory>
#include <vector>

#include "common/compat.h"
#include "geojson/geojson.h"
#include "result/feature_style.h"

// Makes features of one layer. Its fields are those of the rows' schema, in that order. With
// styles, each feature has a style string.
class OGRMapflowFeatureMaker
{
  public:
    OGRMapflowFeatureMaker(OGRFeatureDefn *defn, const OGRMapflowStyles *styles);
    std::unique_ptr<OGRFeature> Make(const OGRMapflowRow &row) const;

    // Set parts of a feature. A field that has a value keeps it if the row has none.
    void SetField(OGRFeature &feature, const OGRMapflowRow &row, int field) const;
    void SetGeometry(OGRFeature &feature, const OGRMapflowRow &row) const;
    void SetStyle(OGRFeature &feature, const OGRMapflowRow &row) const;

  private:
    OGRFeatureDefn *const m_defn;
    const OGRMapflowStyles *const m_styles;
    std::vector<OGRFieldType> m_types{};
    const OGRSpatialReference *m_srs;
};

#endif
