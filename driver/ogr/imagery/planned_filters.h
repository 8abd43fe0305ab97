// SPDX-License-Identifier: MIT
// planned_filters: what a planned search leaves out, as JSON: the members of the service.
#ifndef MAPFLOW_PLANNED_FILTERS_H
#define MAPFLOW_PLANNED_FILTERS_H

#include <string>
#include <vector>

#include "api/catalogue.h"

class OGRMapflowPlannedFilters
{
  public:
    // "" is no filter. Returns false after one CPLError, for what is no JSON object, a member that
    // is not known, and a value of another type.
    bool Read(const std::string &json);

    // It lives as long as this.
    const mf_scene_filter &Filter() const { return m_filter; }

  private:
    std::string m_from{}, m_to{};
    std::vector<std::string> m_providers{}, m_types{};
    std::vector<char *> m_providerItems{}, m_typeItems{};
    mf_str_list m_providerList{}, m_typeList{};
    mf_scene_filter m_filter{};
};

#endif
