// SPDX-License-Identifier: MIT
#include "layer/columns.h"

#include <cmath>

#include "common/unix_time.h"

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
        SetFieldTimeZone(field, OGR_MAPFLOW_UTC);
    defn.AddFieldDefn(&field);
}

// The columns are in UTC, also where the server names another zone.
static void MakeUTC(OGRFeature &row, int i)
{
    const OGRField &time = *row.GetRawFieldRef(i);
    const float second = time.Date.Second;
    struct tm parts = {};
    CPLUnixTimeToYMDHMS(OGRMapflowUnixTime(time) - OGRMapflowZone(time), &parts);
    row.SetField(i, parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                 parts.tm_min, static_cast<float>(parts.tm_sec) + second - std::floor(second),
                 OGR_MAPFLOW_UTC);
}

void OGRMapflowSetValue(OGRFeature &row, int i, OGRMapflowKind kind, const char *text)
{
    if (text == nullptr)
        return;
    row.SetField(i, text);
    if (kind == OGRMapflowKind::Time && row.IsFieldSetAndNotNull(i))
        MakeUTC(row, i);
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
