// SPDX-License-Identifier: MIT
#include "account/find_processing.h"

#include <vector>

#include "account/account_dataset.h"
#include "common/errors.h"

namespace
{

struct Named
{
    std::string id, name;
};

// Lists the processings with the name, ignoring case. Returns false after one CPLError.
bool List(const OGRMapflowOptions &options, std::vector<Named> &found)
{
    const auto account = OGRMapflowAccountDataset::Open(options, GA_ReadOnly);
    OGRLayer *const layer = account != nullptr ? account->GetLayerByName("processings") : nullptr;
    if (layer == nullptr)
        return false;
    const CPLString quoted = CPLString(options.TargetName()).replaceAll("'", "''");
    const char *const ignored[] = {"OGR_GEOMETRY", nullptr};
    layer->SetIgnoredFields(const_cast<const char **>(ignored)); // geometries cost requests
    layer->SetAttributeFilter(("name = '" + quoted + "'").c_str());
    CPLErrorReset();
    for (const auto &row : *layer)
        found.push_back({row->GetFieldAsString("id"), row->GetFieldAsString("name")});
    return CPLGetLastErrorType() != CE_Failure;
}

std::string Ids(const std::vector<Named> &found)
{
    std::string text;
    for (const Named &one : found)
        text += (text.empty() ? "" : ", ") + one.id;
    return text;
}

} // namespace

std::string OGRMapflowFindProcessing(const OGRMapflowOptions &options)
{
    std::vector<Named> found, exact;
    if (!List(options, found))
        return "";
    for (const Named &one : found)
        if (one.name == options.TargetName())
            exact.push_back(one);
    if (!exact.empty())
        found.swap(exact);
    if (found.size() == 1)
        return found[0].id;
    if (found.empty())
        CPLError(CE_Failure, CPLE_OpenFailed,
                 "There is no processing \"%.100s\". ogr2ogr -f CSV /vsistdout/ MAPFLOW: "
                 "processings -select id,name lists them.",
                 options.TargetName().c_str());
    else
        CPLError(CE_Failure, CPLE_OpenFailed,
                 "%d processings are called \"%.100s\": name one of them by its id: %s.",
                 static_cast<int>(found.size()), options.TargetName().c_str(), Ids(found).c_str());
    return "";
}
