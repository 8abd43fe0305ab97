// SPDX-License-Identifier: MIT
// pushdown: the part of an attribute filter that the service can answer.
#ifndef MAPFLOW_PUSHDOWN_H
#define MAPFLOW_PUSHDOWN_H

#include <string>

#include "common/compat.h"

// Conditions that each row of the answer fulfils, "" for none. There may be others in the filter:
// rows are checked again.
struct OGRMapflowPushdown
{
    std::string id{};      // UUID of the only processing
    std::string project{}; // UUID or name, in any case, of the only project
    std::string terms{};   // part of the name

    bool IsEmpty() const { return id.empty() && project.empty() && terms.empty(); }
    bool operator==(const OGRMapflowPushdown &other) const
    {
        return id == other.id && project == other.project && terms == other.terms;
    }
};

// Looks at the comparisons between the ANDs of a filter on the layer `processings`, of the forms
// column = 'text' and column LIKE '%text%'. `query` may be nullptr.
OGRMapflowPushdown OGRMapflowReadFilter(OGRFeatureQuery *query, const OGRFeatureDefn &defn);

#endif
