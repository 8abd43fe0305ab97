// SPDX-License-Identifier: MIT
// columns: the columns of tables that show documents of the service, each declared once.
#ifndef MAPFLOW_COLUMNS_H
#define MAPFLOW_COLUMNS_H

#include <functional>
#include <string>
#include <type_traits>
#include <variant>

#include "base/str_list.h"
#include "common/compat.h"

// The type of a column, which decides how a value of the service is converted. An unknown value
// (NULL, "" of a function, NaN, an int below 0) leaves the column unset.
enum class OGRMapflowKind
{
    Text,
    JSON,
    Time,  // from ISO 8601; a time without a zone is UTC (API notes 19)
    Count, // a small integer
    Flag,
    Number,
    Area, // km², from m²
    Texts // a list
};

template <class Item> struct OGRMapflowColumn
{
    const char *name;
    OGRMapflowKind kind;
    const char *comment; // unit or meaning, "" when the name is enough
    // A member or a function of the item. Without one the layer sets the value.
    std::variant<std::monostate, char * Item::*, int Item::*, bool Item::*, double Item::*,
                 mf_str_list Item::*, int (*)(const Item &), const char *(*)(const Item &),
                 std::string (*)(const Item &)>
        value{};
    const char *domain = ""; // one of field_domains.h, or none
};

void OGRMapflowAddColumn(OGRFeatureDefn &defn, const char *name, OGRMapflowKind kind,
                         const char *comment, const char *domain);

// Set a value of an unset column.
void OGRMapflowSetValue(OGRFeature &row, int i, OGRMapflowKind kind, const char *text);
void OGRMapflowSetValue(OGRFeature &row, int i, OGRMapflowKind kind, int number);
void OGRMapflowSetValue(OGRFeature &row, int i, OGRMapflowKind kind, double number);
void OGRMapflowSetValue(OGRFeature &row, int i, OGRMapflowKind kind, const mf_str_list &texts);
inline void OGRMapflowSetValue(OGRFeature &row, int i, OGRMapflowKind kind, const std::string &text)
{
    OGRMapflowSetValue(row, i, kind, text.empty() ? nullptr : text.c_str());
}

// The strings as the core takes them. They stay those of `texts`.
inline mf_str_list OGRMapflowListOf(const CPLStringList &texts)
{
    return {const_cast<char **>(texts.List()), static_cast<size_t>(texts.Count())};
}

// Sets these columns of a row, except those without a value of their own.
template <class Item, size_t N>
void OGRMapflowFill(OGRFeature &row, const OGRMapflowColumn<Item> (&columns)[N],
                    const std::common_type_t<Item> &item)
{
    for (const OGRMapflowColumn<Item> &column : columns)
    {
        const auto set = [&](const auto &value)
        {
            if constexpr (!std::is_same_v<std::decay_t<decltype(value)>, std::monostate>)
            {
                const int i = row.GetFieldIndex(column.name);
                row.UnsetField(i);
                OGRMapflowSetValue(row, i, column.kind, std::invoke(value, item));
            }
        };
        std::visit(set, column.value);
    }
}

// Returns the value of a column as a string, "" if it is not set.
std::string OGRMapflowText(const OGRFeature &row, const char *column);

#endif
