// SPDX-License-Identifier: MIT
// pushdown: the part of an attribute filter that the service can answer.
#ifndef MAPFLOW_PUSHDOWN_H
#define MAPFLOW_PUSHDOWN_H

#include <string>

#include "common/compat.h"

// Conditions that every row of the result meets, "" for none. The filter may have more of them, so
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

// Reads the comparisons that a filter on the layer `processings` combines with AND, of the forms
// column = 'string' and column LIKE '%string%'. `query` may be nullptr.
OGRMapflowPushdown OGRMapflowReadFilter(OGRFeatureQuery *query, const OGRFeatureDefn &defn);

#endif
