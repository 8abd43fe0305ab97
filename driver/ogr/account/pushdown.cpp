#include "account/pushdown.h"

#include <algorithm>

#include "ogr_swq.h"

namespace
{

// The longest part of a LIKE pattern without wildcards. A pattern with an escape is not looked
// into.
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

void AddComparison(const swq_expr_node &node, const OGRFeatureDefn &defn,
                   std::vector<OGRMapflowCondition> &conditions)
{
    const swq_expr_node *column = node.papoSubExpr[0];
    const swq_expr_node *text = node.papoSubExpr[1];
    if (node.nOperation == SWQ_EQ && text->eNodeType == SNT_COLUMN)
        std::swap(column, text);
    if (column->eNodeType != SNT_COLUMN || !IsText(*text) || column->table_index != 0 ||
        column->field_index < 0 || column->field_index >= defn.GetFieldCount())
        return;
    OGRMapflowCondition condition;
    condition.column = defn.GetFieldDefn(column->field_index)->GetNameRef();
    condition.kind = node.nOperation == SWQ_EQ ? OGRMapflowCondition::Kind::Equals
                                               : OGRMapflowCondition::Kind::Holds;
    condition.value = node.nOperation == SWQ_EQ ? std::string(text->string_value)
                                                : LongestLiteral(text->string_value);
    if (!condition.value.empty())
        conditions.push_back(std::move(condition));
}

void Collect(const swq_expr_node &node, const OGRFeatureDefn &defn,
             std::vector<OGRMapflowCondition> &conditions)
{
    if (node.eNodeType != SNT_OPERATION)
        return;
    if (node.nOperation == SWQ_AND)
    {
        for (int i = 0; i < node.nSubExprCount; ++i)
            Collect(*node.papoSubExpr[i], defn, conditions);
    }
    else if (node.nSubExprCount == 2 && (node.nOperation == SWQ_EQ || node.nOperation == SWQ_LIKE ||
                                         node.nOperation == SWQ_ILIKE))
        AddComparison(node, defn, conditions);
}

} // namespace

std::vector<OGRMapflowCondition> OGRMapflowConditions(OGRFeatureQuery *query,
                                                      const OGRFeatureDefn &defn)
{
    std::vector<OGRMapflowCondition> conditions;
    const auto *const root =
        query != nullptr ? static_cast<const swq_expr_node *>(query->GetSWQExpr()) : nullptr;
    if (root != nullptr)
        Collect(*root, defn, conditions);
    return conditions;
}
