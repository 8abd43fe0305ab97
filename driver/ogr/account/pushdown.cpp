// SPDX-License-Identifier: MIT
#include "account/pushdown.h"

#include <algorithm>

#include "base/uuid.h"
#include "ogr_swq.h"

namespace
{

// Shorter strings match half of all names.
constexpr size_t SHORTEST_TERM = 2;

// Returns the longest part of a LIKE pattern without wildcards. A pattern with ESCAPE is never
// passed to it.
std::string LongestLiteral(const std::string &pattern)
{
    std::string longest;
    for (size_t begin = 0; begin <= pattern.size();)
    {
        const size_t end = std::min(pattern.find_first_of("%_", begin), pattern.size());
        if (end - begin > longest.size())
            longest = pattern.substr(begin, end - begin);
        begin = end + 1;
    }
    return longest;
}

bool IsText(const swq_expr_node &node)
{
    return node.eNodeType == SNT_CONSTANT && node.field_type == SWQ_STRING && !node.is_null &&
           node.string_value != nullptr;
}

// Adds column = 'string', with the operands in either order, and column LIKE 'string'.
void AddComparison(const swq_expr_node &node, const OGRFeatureDefn &defn,
                   OGRMapflowPushdown &pushdown)
{
    const bool isEqual = node.nOperation == SWQ_EQ;
    const swq_expr_node *column = node.papoSubExpr[0];
    const swq_expr_node *text = node.papoSubExpr[1];
    if (isEqual && text->eNodeType == SNT_COLUMN)
        std::swap(column, text);
    if (column->eNodeType != SNT_COLUMN || !IsText(*text) || column->table_index != 0 ||
        column->field_index < 0 || column->field_index >= defn.GetFieldCount())
        return;
    const std::string name = defn.GetFieldDefn(column->field_index)->GetNameRef();
    const std::string value = text->string_value;
    const std::string part = isEqual ? value : LongestLiteral(value);
    char uuid[MF_UUID_SIZE];
    if (name == "id" && isEqual && mf_uuid_parse(value.c_str(), uuid))
        pushdown.id = uuid;
    else if ((name == "project" || name == "project_id") && isEqual)
        pushdown.project = value;
    else if (name == "name" && part.size() >= SHORTEST_TERM)
        pushdown.terms = part;
}

void Collect(const swq_expr_node &node, const OGRFeatureDefn &defn, OGRMapflowPushdown &pushdown)
{
    if (node.eNodeType != SNT_OPERATION)
        return;
    if (node.nOperation == SWQ_AND)
    {
        for (int i = 0; i < node.nSubExprCount; ++i)
            Collect(*node.papoSubExpr[i], defn, pushdown);
    }
    else if (node.nSubExprCount == 2 && (node.nOperation == SWQ_EQ || node.nOperation == SWQ_LIKE ||
                                         node.nOperation == SWQ_ILIKE))
        AddComparison(node, defn, pushdown);
}

} // namespace

OGRMapflowPushdown OGRMapflowReadFilter(OGRFeatureQuery *query, const OGRFeatureDefn &defn)
{
    OGRMapflowPushdown pushdown;
    const auto *const root =
        query != nullptr ? static_cast<const swq_expr_node *>(query->GetSWQExpr()) : nullptr;
    if (root != nullptr)
        Collect(*root, defn, pushdown);
    return pushdown;
}
