// SPDX-License-Identifier: MIT
#include "imagery/planned_filters.h"

#include "cpl_json.h"
#include "layer/columns.h"

namespace
{

using Type = CPLJSONObject::Type;

struct Number
{
    const char *name;
    double mf_scene_filter::*member;
};

constexpr Number NUMBERS[] = {
    {"minResolution", &mf_scene_filter::min_resolution},
    {"maxResolution", &mf_scene_filter::max_resolution},
    {"maxCloudCover", &mf_scene_filter::max_cloud_cover},
    {"minAoiIntersectionPercent", &mf_scene_filter::min_aoi_intersection},
    {"minOffNadirAngle", &mf_scene_filter::min_off_nadir},
    {"maxOffNadirAngle", &mf_scene_filter::max_off_nadir},
};

constexpr const char *KNOWN =
    "acquisitionDateFrom, acquisitionDateTo, minResolution, maxResolution, maxCloudCover, "
    "minAoiIntersectionPercent, minOffNadirAngle, maxOffNadirAngle, hideUnavailable, "
    "dataProviders, productTypes";

// Each returns false when the value has the wrong type.
bool TakeNumber(const CPLJSONObject &value, mf_scene_filter &filter)
{
    const bool isNumber = value.GetType() == Type::Integer || value.GetType() == Type::Long ||
                          value.GetType() == Type::Double;
    for (const Number &number : NUMBERS)
    {
        if (value.GetName() == number.name && isNumber)
            filter.*number.member = value.ToDouble();
        if (value.GetName() == number.name)
            return isNumber;
    }
    return false;
}

bool TakeText(const CPLJSONObject &value, std::string &text)
{
    text = value.ToString();
    return value.GetType() == Type::String && !text.empty();
}

bool TakeTexts(const CPLJSONObject &value, CPLStringList &texts)
{
    if (value.GetType() != Type::Array)
        return false;
    for (const CPLJSONObject &item : value.ToArray())
    {
        if (item.GetType() != Type::String)
            return false;
        texts.AddString(item.ToString().c_str());
    }
    return true;
}

} // namespace

bool OGRMapflowPlannedFilters::Read(const std::string &json)
{
    CPLJSONDocument document;
    bool isObject = json.empty();
    if (!json.empty())
    {
        const OGRMapflowQuiet quiet;
        isObject = document.LoadMemory(json) && document.GetRoot().GetType() == Type::Object;
    }
    mf_scene_filter_init(&m_filter);
    if (!isObject)
    {
        CPLError(CE_Failure, CPLE_IllegalArg, "The column filters is not a JSON object.");
        return false;
    }
    const auto members =
        json.empty() ? std::vector<CPLJSONObject>() : document.GetRoot().GetChildren();
    for (const CPLJSONObject &value : members)
    {
        const std::string name = value.GetName();
        const bool isTaken = name == "acquisitionDateFrom" ? TakeText(value, m_from)
                             : name == "acquisitionDateTo" ? TakeText(value, m_to)
                             : name == "dataProviders"     ? TakeTexts(value, m_providers)
                             : name == "productTypes"      ? TakeTexts(value, m_types)
                             : name == "hideUnavailable"   ? value.GetType() == Type::Boolean
                                                           : TakeNumber(value, m_filter);
        if (name == "hideUnavailable" && isTaken)
            m_filter.hide_unavailable = value.ToBool();
        if (isTaken)
            continue;
        CPLError(CE_Failure, CPLE_IllegalArg,
                 "The column filters has a member \"%.60s\" that is not known or has a value of "
                 "another type. Known are %s.",
                 name.c_str(), KNOWN);
        return false;
    }
    m_providerList = OGRMapflowListOf(m_providers);
    m_typeList = OGRMapflowListOf(m_types);
    m_filter.acquired_from = m_from.empty() ? nullptr : m_from.c_str();
    m_filter.acquired_to = m_to.empty() ? nullptr : m_to.c_str();
    m_filter.providers = &m_providerList;
    m_filter.product_types = &m_typeList;
    return true;
}
