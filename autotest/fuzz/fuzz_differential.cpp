// The scanner and decoder against GDAL's GeoJSON driver: where both take a document they see the same fields,
// and the same geometries in the same rows.
//
// Allowed, as in autotest/ogr/awkward.py: either may refuse; feature-level ids are FIDs there, which also
// order the rows, and a field here; an exponent of four digits makes GDAL misread the number, a run of digits
// that no integer holds makes it read any date; of members that differ in case alone, repeated in turns, it may
// choose another.
#include <algorithm>
#include <cctype>
#include <cstring>
#include <string>
#include <vector>

#include "common/compat.h"
#include "fuzz_common.h"

namespace
{

constexpr const char *FILE_NAME = "/vsimem/fuzz.geojson";
constexpr OGRFieldType TYPES[] = {OFTInteger,  OFTInteger64,     OFTReal,     OFTString,
                                  OFTDate,     OFTTime,          OFTDateTime, OFTIntegerList,
                                  OFTInteger64List, OFTRealList, OFTStringList};

GDALDatasetUniquePtr OpenOracle(const uint8_t *data, size_t size)
{
    static const char *const drivers[] = {"GeoJSON", nullptr};
    static const char *const options[] = {"NATIVE_DATA=NO", nullptr};
    VSIFCloseL(VSIFileFromMemBuffer(FILE_NAME, const_cast<GByte *>(data), size, FALSE));
    return GDALDatasetUniquePtr(GDALDataset::Open(FILE_NAME, GDAL_OF_VECTOR, drivers, options, nullptr));
}

// Whether an id may play a part, however its name is written.
bool MayHaveId(const std::string &text)
{
    if (text.find("\\u") != std::string::npos)
        return true;
    for (size_t i = 0; i + 1 < text.size(); ++i)
        if (tolower(static_cast<unsigned char>(text[i])) == 'i' &&
            tolower(static_cast<unsigned char>(text[i + 1])) == 'd')
            return true;
    return false;
}

// Whether there are numbers that GDAL reads in a way of its own.
bool HasExtremeNumbers(const std::string &text)
{
    size_t digits = 0, exponent = 0;
    for (const char c : text)
    {
        const bool isDigit = c >= '0' && c <= '9';
        digits = isDigit ? digits + 1 : 0;
        exponent = c == 'e' || c == 'E' ? 1 : exponent > 0 && (isDigit || c == '-' || c == '+') ? exponent + 1 : 0;
        if (digits > 18 || exponent > 3)
            return true;
    }
    return false;
}

// Whether a member of a feature is spelt in another case.
bool HasOtherCases(const std::string &text)
{
    for (const std::string &name : std::vector<std::string>{"geometry", "properties", "coordinates", "geometries", "type"})
        for (size_t i = 0; i + name.size() <= text.size(); ++i)
            if (EQUALN(text.data() + i, name.data(), name.size()) &&
                text.compare(i, name.size(), name) != 0)
                return true;
    return false;
}

void CompareFields(const mf_schema &ours, OGRFeatureDefn &theirs)
{
    FUZZ_CHECK(ours.field_count == theirs.GetFieldCount());
    for (int i = 0; i < ours.field_count; ++i)
    {
        const OGRFieldDefn &field = *theirs.GetFieldDefn(i);
        FUZZ_CHECK(strcmp(ours.fields[i].name, field.GetNameRef()) == 0);
        FUZZ_CHECK(TYPES[ours.fields[i].type] == field.GetType());
    }
}

std::string WkbOf(const OGRFeature &feature)
{
    const OGRGeometry *const geometry = feature.GetGeometryRef();
    if (geometry == nullptr)
        return "none";
    std::vector<unsigned char> wkb(geometry->WkbSize());
    geometry->exportToWkb(wkbNDR, wkb.data(), wkbVariantIso);
    return std::string(wkb.begin(), wkb.end());
}

std::string WkbOf(const mf_row &row)
{
    return row.geometry == MF_GEOMETRY_NONE
               ? "none"
               : std::string(reinterpret_cast<const char *>(row.wkb), row.wkb_size);
}

// NaN ordinates, of empty points, may differ in their bits: they go through OGR as well.
std::string Normal(const std::string &wkb)
{
    if (wkb == "none")
        return wkb;
    OGRGeometry *made = nullptr;
    FUZZ_CHECK(OGRGeometryFactory::createFromWkb(wkb.data(), nullptr, &made, wkb.size(), wkbVariantIso) ==
               OGRERR_NONE);
    OGRFeatureDefn defn("");
    defn.Reference();
    std::string normal;
    {
        OGRFeature feature(&defn);
        feature.SetGeometryDirectly(made);
        normal = WkbOf(feature);
    }
    return normal;
}

void CompareRows(const mf_collection &found, const char *text, OGRLayer &layer)
{
    mf_row row;
    mf_error err;
    mf_error_init(&err);
    FUZZ_CHECK(mf_row_init(&row, &found.schema, &err) == 0);
    uint64_t i = 0;
    for (const auto &feature : layer)
    {
        FUZZ_CHECK(i < found.feature_count);
        FUZZ_CHECK(mf_row_decode_feature(&row, &found, text, i, &err) == 0);
        const std::string ours = WkbOf(row), theirs = WkbOf(*feature);
        FUZZ_CHECK(ours == theirs || Normal(ours) == theirs);
        ++i;
    }
    FUZZ_CHECK(i == found.feature_count);
    mf_row_free(&row);
}

} // namespace

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const bool ready = (GDALAllRegister(), CPLPushErrorHandler(CPLQuietErrorHandler), true);
    (void)ready;
    const mf_schema_rules rules = GeoJSONRules();
    const std::string text(reinterpret_cast<const char *>(data), size);
    mf_collection found;
    mf_error err;
    mf_error_init(&err);
    if (fuzz_scan(text.data(), size, 0, 1, &rules, &found, &err) == 0)
    {
        const auto oracle = OpenOracle(data, size);
        if (oracle != nullptr && oracle->GetLayerCount() == 1 && !MayHaveId(text) &&
            !HasExtremeNumbers(text) && !HasOtherCases(text))
        {
            OGRLayer &layer = *oracle->GetLayer(0);
            CompareFields(found.schema, *layer.GetLayerDefn());
            CompareRows(found, text.data(), layer);
        }
    }
    mf_collection_free(&found);
    VSIUnlink(FILE_NAME);
    CPLErrorReset();
    return 0;
}
