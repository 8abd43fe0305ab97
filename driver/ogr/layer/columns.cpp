#include "layer/columns.h"

#include <cmath>
#include <cstdint>

#include "geojson/geojson.h"

void OGRMapflowSetText(OGRFeature &row, const char *column, const char *text)
{
    if (text != nullptr)
        row.SetField(column, text);
}

void OGRMapflowSetTime(OGRFeature &row, const char *column, const char *text)
{
    OGRMapflowSetText(row, column, text);
    OGRField *const time = row.GetRawFieldRef(row.GetFieldIndex(column));
    if (!OGR_RawField_IsUnset(time) && time->Date.TZFlag == MF_TZ_UNKNOWN)
        time->Date.TZFlag = MF_TZ_UTC;
}

void OGRMapflowSetNumber(OGRFeature &row, const char *column, double number)
{
    if (!std::isnan(number))
        row.SetField(column, number);
}

void OGRMapflowSetCount(OGRFeature &row, const char *column, int count)
{
    if (count >= 0)
        row.SetField(column, count);
}

void OGRMapflowSetArea(OGRFeature &row, const char *column, double squareMetres)
{
    OGRMapflowSetNumber(row, column, squareMetres / 1e6);
}

std::string OGRMapflowText(const OGRFeature &row, const char *column)
{
    const int i = row.GetFieldIndex(column);
    return row.IsFieldSetAndNotNull(i) ? row.GetFieldAsString(i) : "";
}

GIntBig OGRMapflowStableFID(const char *id)
{
    uint64_t hash = 14695981039346656037u; // FNV-1a
    for (; *id != '\0'; ++id)
        hash = (hash ^ static_cast<unsigned char>(tolower(static_cast<unsigned char>(*id)))) *
               1099511628211u;
    hash ^= hash >> 32;
    return static_cast<GIntBig>(hash & ((uint64_t{1} << 53) - 1));
}
