// SPDX-License-Identifier: MIT
// text_value: a text where the column has another type, as OGR converts it.
#ifndef MAPFLOW_TEXT_VALUE_H
#define MAPFLOW_TEXT_VALUE_H

#include <memory>
#include <vector>

#include "common/compat.h"
#include "geojson/geojson.h"

// Converts for the columns of one layer. One thread at a time.
class OGRMapflowTextConverter
{
  public:
    explicit OGRMapflowTextConverter(OGRFeatureDefn *defn);

    // The value that OGRFeature::SetField() makes of a text in the field, NULL when it makes none.
    // Good until the next call. Not for texts, dates and times, which stay texts.
    const mf_value &Convert(int field, const mf_value &text);

  private:
    OGRFeature m_feature;
    mf_value m_value{};
    std::vector<int64_t> m_integers{};
    std::vector<mf_string> m_strings{};
};

#endif
