// SPDX-License-Identifier: MIT
// text_value: converts a string to a column's type, as OGR does.
#ifndef MAPFLOW_TEXT_VALUE_H
#define MAPFLOW_TEXT_VALUE_H

#include <memory>
#include <vector>

#include "common/compat.h"
#include "geojson/geojson.h"

// Converts for the columns of one layer. Not thread-safe.
class OGRMapflowTextConverter
{
  public:
    explicit OGRMapflowTextConverter(OGRFeatureDefn *defn);

    // Returns the value that OGRFeature::SetField() makes of a string in the field, NULL if it
    // makes none. It is valid until the next call. Not for columns of strings, dates and times,
    // whose values stay strings.
    const mf_value &Convert(int field, const mf_value &text);

  private:
    OGRFeature m_feature;
    mf_value m_value{};
    std::vector<int64_t> m_integers{};
    std::vector<mf_string> m_strings{};
};

#endif
