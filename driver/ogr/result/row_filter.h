// SPDX-License-Identifier: MIT
// row_filter: an attribute filter, and rows that are no features yet.
#ifndef MAPFLOW_ROW_FILTER_H
#define MAPFLOW_ROW_FILTER_H

#include <vector>

#include "common/compat.h"
#include "result/feature.h"

// What a filter looks at.
struct OGRMapflowFilterNeeds
{
    OGRMapflowFilterNeeds(OGRFeatureQuery &query, const OGRFeatureDefn &defn);

    std::vector<int> fields{};
    bool geometry = false; // OGR_GEOM_AREA and the like
    bool style = false;    // OGR_STYLE
};

// Whether a filter lists FIDs and nothing else. GDAL's own stream reads these by number, in the
// order of the list.
bool OGRMapflowListsFIDs(OGRFeatureQuery &query, const OGRFeatureDefn &defn);

// Sets no more of a feature than the filter looks at. One thread at a time. The layer and the maker
// outlive it.
class OGRMapflowRowFilter
{
  public:
    // `text` is a filter that the layer has accepted.
    OGRMapflowRowFilter(OGRLayer &layer, const char *text, const OGRMapflowFeatureMaker &maker);

    // All that the filter looks at is decoded in the row.
    bool Passes(const OGRMapflowRow &row, GIntBig fid);

  private:
    OGRFeatureQuery m_query{};
    const OGRMapflowFeatureMaker &m_maker;
    OGRFeature m_feature;
    OGRMapflowFilterNeeds m_needs;
};

#endif
