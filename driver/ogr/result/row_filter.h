// SPDX-License-Identifier: MIT
// row_filter: an attribute filter for rows that are not features yet.
#ifndef MAPFLOW_ROW_FILTER_H
#define MAPFLOW_ROW_FILTER_H

#include <vector>

#include "common/compat.h"
#include "result/feature.h"

struct OGRMapflowFilterNeeds
{
    OGRMapflowFilterNeeds(OGRFeatureQuery &query, const OGRFeatureDefn &defn);

    std::vector<int> fields{};
    bool geometry = false; // OGR_GEOM_AREA and the like
    bool style = false;    // OGR_STYLE
};

// Whether a filter only lists FIDs. GDAL's own stream reads these by number, in the order of the
// list.
bool OGRMapflowListsFIDs(OGRFeatureQuery &query, const OGRFeatureDefn &defn);

// Sets only what the filter reads of a feature. Not thread-safe. The layer and the maker must
// outlive it.
class OGRMapflowRowFilter
{
  public:
    // `text` is a filter that the layer has accepted.
    OGRMapflowRowFilter(OGRLayer &layer, const char *text, const OGRMapflowFeatureMaker &maker);

    // The row must have everything that the filter reads.
    bool Passes(const OGRMapflowRow &row, GIntBig fid);

  private:
    OGRFeatureQuery m_query{};
    const OGRMapflowFeatureMaker &m_maker;
    OGRFeature m_feature;
    OGRMapflowFilterNeeds m_needs;
};

#endif
