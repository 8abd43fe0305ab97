// SPDX-License-Identifier: MIT
#include "result/arrow_conversion.h"

#include <set>
#include <string>

#include "common/open_drivers.h"

namespace
{

// Column names with another meaning in the target: those of GDAL for the FID and the geometry, and
// those of GeoPackage and SQLite for the FID.
bool IsTaken(const char *name)
{
    return EQUAL(name, "OGC_FID") || EQUAL(name, "wkb_geometry") || EQUAL(name, "fid");
}

// ogr2ogr looks up the columns of the target by name, and some targets accept no two names that
// differ only in case. If it converts features, the second column gets another name.
bool AreNamesClear(const OGRFeatureDefn &defn)
{
    std::set<std::string> names;
    for (int i = 0; i < defn.GetFieldCount(); ++i)
    {
        const char *const name = defn.GetFieldDefn(i)->GetNameRef();
        if (name[0] == '\0' || IsTaken(name) || !names.insert(CPLString(name).tolower()).second)
            return false;
    }
    return true;
}

// Contents of a layer that a target may write differently, or not at all, if it is converted
// through Arrow.
struct Contents
{
    bool columns = false;
    bool geometries = false;
    bool dates = false;
    bool times = false; // times of day
    bool zones = false;
    bool json = false;
    bool booleanLists = false;
    bool styles = false;
};

Contents ContentsOf(const OGRFeatureDefn &defn)
{
    Contents contents;
    for (int i = 0; i < defn.GetFieldCount(); ++i)
    {
        const OGRFieldDefn &field = *defn.GetFieldDefn(i);
        if (field.IsIgnored())
            continue;
        contents.columns = true;
        contents.dates |= field.GetType() == OFTDate;
        contents.times |= field.GetType() == OFTTime;
        contents.zones |= field.GetType() == OFTDateTime;
        contents.json |= field.GetSubType() == OFSTJSON;
        contents.booleanLists |=
            field.GetType() == OFTIntegerList && field.GetSubType() == OFSTBoolean;
    }
    contents.geometries = defn.GetGeomFieldCount() > 0 && !defn.GetGeomFieldDefn(0)->IsIgnored();
    return contents;
}

// A stream has no styles, and types that a driver does not declare for its columns become strings:
// dates become 2026/08/02. If features are converted, the driver gets all of these unchanged.
bool IsLostBy(GDALDriver &driver, const Contents &contents)
{
    if (contents.styles && driver.GetMetadataItem("DCAP_FEATURE_STYLES_WRITE") != nullptr)
        return true;
    const char *const declared = driver.GetMetadataItem(GDAL_DMD_CREATIONFIELDDATATYPES);
    if (declared == nullptr)
        return false;
    const CPLStringList types(CSLTokenizeString(declared));
    return (contents.dates && types.FindString("Date") < 0) ||
           (contents.times && types.FindString("Time") < 0);
}

} // namespace

bool OGRMapflowConvertsThroughArrow(const OGRFeatureDefn &defn, const OGRMapflowResultRows &rows,
                                    bool hasStyles)
{
    Contents contents = ContentsOf(defn);
    contents.styles = hasStyles;
    // From GDAL 3.13 on ogr2ogr crashes if there is no column at all. Lists of booleans in a stream
    // become lists of 0 and 1.
    if ((!contents.columns && !contents.geometries) || contents.booleanLists ||
        !AreNamesClear(defn) || (contents.json && !MF_ARROW_STATES_JSON) ||
        (contents.zones && !MF_ARROW_KEEPS_ZONES) ||
        (contents.geometries && !rows.HasPlainGeometries()))
        return false;
    const bool depends = contents.styles || contents.dates || contents.times;
    return !depends || !OGRMapflowIsOpen([&contents](GDALDriver &driver)
                                         { return IsLostBy(driver, contents); });
}

bool OGRMapflowIsForConversion(CSLConstList options)
{
    return CSLFetchNameValue(options, "SILENCE_GET_SCHEMA_ERROR") != nullptr;
}
