// SPDX-License-Identifier: MIT
// planned_filters: the filters of a planned search, as JSON with the service's member names.
#ifndef MAPFLOW_PLANNED_FILTERS_H
#define MAPFLOW_PLANNED_FILTERS_H

#include <string>

#include "api/catalogue.h"
#include "common/compat.h"

class OGRMapflowPlannedFilters
{
  public:
    // "" means no filter. Returns false after one CPLError when `json` is not an object, or has an
    // unknown member or a value of the wrong type.
    bool Read(const std::string &json);

    // Valid as long as this object.
    const mf_scene_filter &Filter() const { return m_filter; }

  private:
    std::string m_from{}, m_to{};
    CPLStringList m_providers{}, m_types{};
    mf_str_list m_providerList{}, m_typeList{};
    mf_scene_filter m_filter{};
};

#endif
