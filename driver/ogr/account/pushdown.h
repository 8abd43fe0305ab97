// pushdown: the parts of an attribute filter that the service can answer.
#ifndef MAPFLOW_PUSHDOWN_H
#define MAPFLOW_PUSHDOWN_H

#include <string>
#include <vector>

#include "common/compat.h"

// A condition that every row of the answer fulfils: all that stand between the ANDs of a filter.
struct OGRMapflowCondition
{
    enum class Kind
    {
        Equals, // without regard to case, as OGR SQL compares
        Holds   // `value` is part of the text
    };
    std::string column;
    Kind kind;
    std::string value;
};

// Those conditions of the form column = 'text' and column LIKE '%text%'. There may be others: rows
// are checked again.
std::vector<OGRMapflowCondition> OGRMapflowConditions(OGRFeatureQuery *query,
                                                      const OGRFeatureDefn &defn);

#endif
