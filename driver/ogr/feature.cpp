#include "feature.h"

#include <cstring>
#include <vector>

namespace
{

char *CopyText(const char *text, size_t size)
{
    char *const copy = static_cast<char *>(CPLMalloc(size + 1));
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

void SetText(OGRFeature &feature, int i, OGRFieldType type, const mf_value &value)
{
    char *const text = CopyText(value.as.text, value.count);
    if (type == OFTString)
    {
        feature.SetFieldSameTypeUnsafe(i, text);
        return;
    }
    // Dates and times, and a text where the column has another type: OGR converts.
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
        strings.AddStringDirectly(
            CopyText(value.as.strings[k].text, value.as.strings[k].size));
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

std::unique_ptr<OGRFeature> OGRMapflowMakeFeature(OGRFeatureDefn *defn, const mf_row &row)
{
    auto feature = std::make_unique<OGRFeature>(defn);
    for (int i = 0; i < row.schema->field_count; ++i)
    {
        const mf_value &value = row.values[i];
        if (value.kind != MF_VALUE_UNSET)
            SetValue(*feature, i, defn->GetFieldDefn(i)->GetType(), value);
    }
    if (row.geometry != MF_GEOMETRY_NONE)
    {
        OGRGeometry *geometry = nullptr;
        OGRGeometryFactory::createFromWkb(row.wkb, defn->GetGeomFieldDefn(0)->GetSpatialRef(),
                                          &geometry, row.wkb_size, wkbVariantIso);
        feature->SetGeometryDirectly(geometry);
    }
    return feature;
}
