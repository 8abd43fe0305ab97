// feature: a decoded row as an OGRFeature.
#ifndef MAPFLOW_FEATURE_H
#define MAPFLOW_FEATURE_H

#include <memory>
#include <vector>

#include "compat.h"
#include "geojson.h"

// Makes features of one layer, whose fields are those of the rows' schema in their order.
class OGRMapflowFeatureMaker
{
  public:
    explicit OGRMapflowFeatureMaker(OGRFeatureDefn *defn);
    std::unique_ptr<OGRFeature> Make(const mf_row &row) const;

  private:
    OGRFeatureDefn *const m_defn;
    std::vector<OGRFieldType> m_types{};
    const OGRSpatialReference *m_srs;
};

#endif
