// SPDX-License-Identifier: MIT
#include "result/arrow_conversion.h"

#include <set>
#include <string>

#include "common/open_drivers.h"

namespace
{

// Names of columns that are none of the result's: GDAL's for the FID and the geometry, and those
// that GeoPackage and SQLite have for the FID.
bool IsTaken(const char *name)
{
    return EQUAL(name, "OGC_FID") || EQUAL(name, "wkb_geometry") || EQUAL(name, "fid");
}

// The columns of the target are looked up by their names, and some targets take no two that differ
// in case alone: of features, the second one gets another name.
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

// What a layer has that a target may write otherwise, or not at all, when it comes through Arrow.
struct Contents
{
    bool columns = false;
    bool geometries = false;
    bool dates = false;
    bool times = false; // of day
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

// A stream has no styles, and what a driver does not declare as a type of its columns becomes a
// string: of dates, 2026/08/02. Of features, the driver gets all of these as they are.
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
    // From GDAL 3.13 on ogr2ogr crashes where there is no column at all. A stream's lists of
    // booleans become lists of 0 and 1.
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
