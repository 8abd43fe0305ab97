// SPDX-License-Identifier: MIT
#include "result/feature.h"

#include <cstring>

#include "result/geometry.h"

namespace
{

char *CopyText(const char *text, size_t size)
{
    char *const copy = static_cast<char *>(CPLMalloc(size + 1));
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

bool TwoDigits(const char *text, int &number)
{
    const unsigned tens = static_cast<unsigned char>(text[0]) - '0';
    const unsigned ones = static_cast<unsigned char>(text[1]) - '0';
    number = static_cast<int>(tens * 10 + ones);
    return tens <= 9 && ones <= 9;
}

// Sets a date in the service's form, YYYY-MM-DD. OGR parses all other forms.
bool SetPlainDate(OGRFeature &feature, int i, const mf_value &value)
{
    const char *const text = value.as.text;
    int century, year, month, day;
    if (value.count != 10 || text[4] != '-' || text[7] != '-' || !TwoDigits(text, century) ||
        !TwoDigits(text + 2, year) || !TwoDigits(text + 5, month) || !TwoDigits(text + 8, day) ||
        month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    OGRField *const field = feature.GetRawFieldRef(i);
    memset(field, 0, sizeof *field);
    field->Date.Year = static_cast<GInt16>(century * 100 + year);
    field->Date.Month = static_cast<GByte>(month);
    field->Date.Day = static_cast<GByte>(day);
    return true;
}

void SetText(OGRFeature &feature, int i, OGRFieldType type, const mf_value &value)
{
    if (type == OFTDate && SetPlainDate(feature, i, value))
        return;
    char *const text = CopyText(value.as.text, value.count);
    if (type == OFTString)
    {
        feature.SetFieldSameTypeUnsafe(i, text);
        return;
    }
    // Dates, times, and strings in a column of another type: OGR converts them.
    feature.SetField(i, text);
    CPLFree(text);
}

void SetIntegerList(OGRFeature &feature, int i, OGRFieldType type, const mf_value &value)
{
    const int count = static_cast<int>(value.count);
    if (type == OFTInteger64List)
    {
        feature.SetField(i, count, reinterpret_cast<const GIntBig *>(value.as.integers));
        return;
    }
    const std::vector<int> integers(value.as.integers, value.as.integers + value.count);
    feature.SetField(i, count, integers.data());
}

void SetStringList(OGRFeature &feature, int i, const mf_value &value)
{
    CPLStringList strings;
    for (size_t k = 0; k < value.count; ++k)
        strings.AddStringDirectly(CopyText(value.as.strings[k].text, value.as.strings[k].size));
    char *nothing[] = {nullptr};
    feature.SetField(i, value.count == 0 ? nothing : strings.List());
}

void SetValue(OGRFeature &feature, int i, OGRFieldType type, const mf_value &value)
{
    switch (value.kind)
    {
        case MF_VALUE_UNSET:
            break;
        case MF_VALUE_NULL:
            feature.SetFieldNull(i);
            break;
        case MF_VALUE_INTEGER:
            if (type == OFTInteger)
                feature.SetFieldSameTypeUnsafe(i, static_cast<int>(value.as.integer));
            else
                feature.SetFieldSameTypeUnsafe(i, static_cast<GIntBig>(value.as.integer));
            break;
        case MF_VALUE_REAL:
            feature.SetFieldSameTypeUnsafe(i, value.as.real);
            break;
        case MF_VALUE_STRING:
            SetText(feature, i, type, value);
            break;
        case MF_VALUE_INTEGER_LIST:
            SetIntegerList(feature, i, type, value);
            break;
        case MF_VALUE_REAL_LIST:
            feature.SetField(i, static_cast<int>(value.count), value.as.reals);
            break;
        case MF_VALUE_STRING_LIST:
            SetStringList(feature, i, value);
            break;
    }
}

} // namespace

OGRMapflowFeatureMaker::OGRMapflowFeatureMaker(OGRFeatureDefn *defn, const OGRMapflowStyles *styles)
    : m_defn(defn), m_styles(styles),
      m_srs(defn->GetGeomFieldCount() > 0 ? defn->GetGeomFieldDefn(0)->GetSpatialRef() : nullptr)
{
    for (int i = 0; i < defn->GetFieldCount(); ++i)
        m_types.push_back(defn->GetFieldDefn(i)->GetType());
}

std::unique_ptr<OGRFeature> OGRMapflowFeatureMaker::Make(const OGRMapflowRow &row) const
{
    auto feature = std::make_unique<OGRFeature>(m_defn);
    SetStyle(*feature, row);
    for (int i = 0; i < row.schema->field_count; ++i)
        SetField(*feature, row, i);
    SetGeometry(*feature, row);
    return feature;
}

void OGRMapflowFeatureMaker::SetField(OGRFeature &feature, const OGRMapflowRow &row,
                                      int field) const
{
    SetValue(feature, field, m_types[static_cast<size_t>(field)], row.values[field]);
}

void OGRMapflowFeatureMaker::SetGeometry(OGRFeature &feature, const OGRMapflowRow &row) const
{
    if (row.geometry != MF_GEOMETRY_NONE)
        feature.SetGeometryDirectly(OGRMapflowGeometryOf(row, m_srs).release());
}

// Also sets ignored styles: QGIS 3.22 ignores them and reads them anyway.
void OGRMapflowFeatureMaker::SetStyle(OGRFeature &feature, const OGRMapflowRow &row) const
{
    if (m_styles != nullptr)
        feature.SetStyleString(m_styles->Of(row));
}
