// SPDX-License-Identifier: MIT
#include "program/answer.h"

#include <algorithm>
#include <numeric>
#include <vector>

#ifdef MF_HAS_PROGRAM

namespace
{

void AddValue(CPLJSONObject &object, const OGRFeature &row, int i)
{
    const OGRFieldDefn &field = *row.GetFieldDefnRef(i);
    const char *const name = field.GetNameRef();
    if (!row.IsFieldSetAndNotNull(i))
        return object.AddNull(name);
    CPLJSONDocument json;
    CPLJSONArray texts;
    switch (field.GetType())
    {
        case OFTInteger:
            return field.GetSubType() == OFSTBoolean
                       ? object.Add(name, row.GetFieldAsInteger(i) != 0)
                       : object.Add(name, row.GetFieldAsInteger(i));
        case OFTInteger64:
            return object.Add(name, row.GetFieldAsInteger64(i));
        case OFTReal:
            return object.Add(name, row.GetFieldAsDouble(i));
        case OFTDateTime:
            return object.Add(name, row.GetFieldAsISO8601DateTime(i, nullptr));
        case OFTStringList:
            for (CSLConstList text = row.GetFieldAsStringList(i); *text != nullptr; ++text)
                texts.Add(*text);
            return object.Add(name, texts);
        default:
            break;
    }
    if (field.GetSubType() == OFSTJSON && json.LoadMemory(row.GetFieldAsString(i)))
        return object.Add(name, json.GetRoot());
    object.Add(name, row.GetFieldAsString(i));
}

// Formats a value on one line. Strings of the service must not control the terminal.
std::string TextOf(const CPLJSONObject &value)
{
    using Type = CPLJSONObject::Type;
    std::string text;
    if (value.GetType() == Type::String)
        text = value.ToString();
    else if (value.GetType() == Type::Double)
        text = CPLSPrintf("%.15g", value.ToDouble());
    else if (value.IsValid() && value.GetType() != Type::Null)
        text = value.Format(CPLJSONObject::PrettyFormat::Plain);
    for (size_t i = 0; i < text.size(); ++i)
    {
        const bool isLatin = text[i] == '\xC2' && i + 1 < text.size();
        if (static_cast<unsigned char>(text[i]) < ' ' || text[i] == '\x7f' ||
            (isLatin && static_cast<unsigned char>(text[i + 1]) < 0xA0)) // U+0080 to U+009F
            text.replace(i, isLatin ? 2 : 1, " ");
    }
    return text;
}

// Width in characters.
size_t WidthOf(const std::string &text)
{
    return static_cast<size_t>(std::count_if(text.begin(), text.end(),
                                             [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

// Writes cells side by side, each as wide as the widest of its column.
std::string Align(const std::vector<std::vector<std::string>> &lines)
{
    std::string text;
    std::vector<size_t> widths(lines[0].size());
    for (const auto &line : lines)
        for (size_t i = 0; i < line.size(); ++i)
            widths[i] = std::max(widths[i], WidthOf(line[i]));
    for (const auto &line : lines)
    {
        for (size_t i = 0; i < line.size(); ++i)
            text += line[i] + std::string(widths[i] - WidthOf(line[i]) + 2, ' ');
        text.erase(text.find_last_not_of(' ') + 1);
        text += '\n';
    }
    return text;
}

} // namespace

CPLJSONObject OGRMapflowObjectOf(const OGRFeature &row)
{
    CPLJSONObject object;
    for (int i = 0; i < row.GetFieldCount(); ++i)
        AddValue(object, row, i);
    return object;
}

std::string OGRMapflowShowJSON(const CPLJSONArray &rows, bool isList)
{
    constexpr auto PRETTY = CPLJSONObject::PrettyFormat::Pretty;
    if (isList)
        return rows.Format(PRETTY) + '\n';
    return rows.Size() > 0 ? rows[0].Format(PRETTY) + '\n' : std::string();
}

std::string OGRMapflowShowText(const CPLJSONArray &rows, bool isList, const char *columns)
{
    std::vector<std::vector<std::string>> lines;
    if (isList)
    {
        const CPLStringList names(CSLTokenizeString2(columns, ",", 0));
        lines.emplace_back(names.begin(), names.end());
        for (const CPLJSONObject &row : rows)
        {
            lines.emplace_back();
            for (const char *name : names)
                lines.back().push_back(TextOf(row[name]));
        }
    }
    else if (rows.Size() > 0)
        for (const CPLJSONObject &member : rows[0].GetChildren())
            if (member.GetType() != CPLJSONObject::Type::Null)
                lines.push_back({member.GetName() + ':', TextOf(member)});
    return lines.empty() ? std::string() : Align(lines);
}

#endif
