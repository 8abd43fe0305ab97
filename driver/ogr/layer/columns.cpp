// SPDX-License-Identifier: MIT
#include "layer/columns.h"

#include <cmath>

// Values of the TZFlag of an OGRField.
constexpr int NO_ZONE = 0, UTC = 100;

// Indexed by OGRMapflowKind.
constexpr struct
{
    OGRFieldType type;
    OGRFieldSubType subType;
} TYPES[] = {{OFTString, OFSTNone},  {OFTString, OFSTJSON},     {OFTDateTime, OFSTNone},
             {OFTInteger, OFSTNone}, {OFTInteger, OFSTBoolean}, {OFTReal, OFSTNone},
             {OFTReal, OFSTNone},    {OFTStringList, OFSTNone}};

void OGRMapflowAddColumn(OGRFeatureDefn &defn, const char *name, OGRMapflowKind kind,
                         const char *comment, const char *domain)
{
    const auto &type = TYPES[static_cast<size_t>(kind)];
    OGRFieldDefn field(name, type.type);
    field.SetSubType(type.subType);
    field.SetDomainName(domain);
    SetFieldComment(field, comment);
    if (kind == OGRMapflowKind::Time)
        SetFieldTimeZone(field, UTC);
    defn.AddFieldDefn(&field);
}

void OGRMapflowSetValue(OGRFeature &row, int i, OGRMapflowKind kind, const char *text)
{
    if (text == nullptr)
        return;
    row.SetField(i, text);
    OGRField *const time = kind == OGRMapflowKind::Time ? row.GetRawFieldRef(i) : nullptr;
    if (time != nullptr && !OGR_RawField_IsUnset(time) && time->Date.TZFlag == NO_ZONE)
        time->Date.TZFlag = UTC;
}

void OGRMapflowSetValue(OGRFeature &row, int i, OGRMapflowKind, int number)
{
    if (number >= 0)
        row.SetField(i, number);
}

void OGRMapflowSetValue(OGRFeature &row, int i, OGRMapflowKind kind, double number)
{
    if (!std::isnan(number))
        row.SetField(i, kind == OGRMapflowKind::Area ? number / 1e6 : number);
}

// An empty list leaves the column unset: the service does not distinguish the two.
void OGRMapflowSetValue(OGRFeature &row, int i, OGRMapflowKind, const mf_str_list &texts)
{
    CPLStringList list;
    for (size_t k = 0; k < texts.count; ++k)
        list.AddString(texts.items[k]);
    if (texts.count > 0)
        row.SetField(i, list.List());
}

std::string OGRMapflowText(const OGRFeature &row, const char *column)
{
    const int i = row.GetFieldIndex(column);
    return row.IsFieldSetAndNotNull(i) ? row.GetFieldAsString(i) : "";
}
