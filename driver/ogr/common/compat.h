// SPDX-License-Identifier: MIT
// compat: the only file that knows GDAL versions.
//
// Overrides use the names below where GDAL has changed their form. Where the names do not suffice,
// the override is one line that calls a method of the class, the same for every GDAL version.
#ifndef MAPFLOW_COMPAT_H
#define MAPFLOW_COMPAT_H

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "gdal_priv.h"
#include "gdal_version.h"
#include "ogr_p.h"
#include "ogrsf_frmts.h"

#include "geojson/geojson.h"

#define MF_GDAL_AT_LEAST(major, minor) (GDAL_VERSION_NUM >= GDAL_COMPUTE_VERSION(major, minor, 0))

// const from 3.12 on: methods that only read, and the objects that they return pointers to.
#if MF_GDAL_AT_LEAST(3, 12)
#define MF_CONST_312 const
#else
#define MF_CONST_312
#endif

// The list of names that SetIgnoredFields takes.
#if MF_GDAL_AT_LEAST(3, 9)
using IgnoredFields = CSLConstList;
#else
using IgnoredFields = const char **;
#endif

// For layers: the base class's overloads that an override would hide, and overrides of the spatial
// filter and the extent in the form that is virtual in this GDAL. A class that uses these has the
// methods
//     OGRErr SpatialFilterSet(int geomField, const OGRGeometry *)
//     OGRErr ExtentOf(int geomField, OGREnvelope *, bool force).
#if MF_GDAL_AT_LEAST(3, 12)
#define MF_LAYER_USING using OGRLayer::GetLayerDefn;
#define MF_DATASET_USING using GDALDataset::GetLayer;
#else
#define MF_LAYER_USING
#define MF_DATASET_USING
#endif

#if MF_GDAL_AT_LEAST(3, 11)
#define MF_SPATIAL_FILTER_OVERRIDES                                                                \
    OGRErr ISetSpatialFilter(int geomField, const OGRGeometry *geometry) override                  \
    {                                                                                              \
        return SpatialFilterSet(geomField, geometry);                                              \
    }
#else
#define MF_SPATIAL_FILTER_OVERRIDES                                                                \
    using OGRLayer::SetSpatialFilter;                                                              \
    void SetSpatialFilter(OGRGeometry *geometry) override                                          \
    {                                                                                              \
        SpatialFilterSet(0, geometry);                                                             \
    }                                                                                              \
    void SetSpatialFilter(int geomField, OGRGeometry *geometry) override                           \
    {                                                                                              \
        SpatialFilterSet(geomField, geometry);                                                     \
    }
#endif

// Older GDALs take a filter that is not const, but do not change it.
inline void SetFilterOf(OGRLayer &layer, int geomField, const OGRGeometry *geometry)
{
    layer.SetSpatialFilter(geomField, const_cast<OGRGeometry *>(geometry));
}

#if MF_GDAL_AT_LEAST(3, 11)
#define MF_EXTENT_OVERRIDES                                                                        \
    OGRErr IGetExtent(int geomField, OGREnvelope *extent, bool force) override                     \
    {                                                                                              \
        return ExtentOf(geomField, extent, force);                                                 \
    }
#define MF_BASE_EXTENT(geomField, extent, force) OGRLayer::IGetExtent(geomField, extent, force)
#else
#define MF_EXTENT_OVERRIDES                                                                        \
    OGRErr GetExtent(OGREnvelope *extent, int force) override                                      \
    {                                                                                              \
        return ExtentOf(0, extent, force != 0);                                                    \
    }                                                                                              \
    OGRErr GetExtent(int geomField, OGREnvelope *extent, int force) override                       \
    {                                                                                              \
        return ExtentOf(geomField, extent, force != 0);                                            \
    }
#define MF_BASE_EXTENT(geomField, extent, force)                                                   \
    ((geomField) == 0 ? OGRLayer::GetExtent(extent, force)                                         \
                      : OGRLayer::GetExtent(geomField, extent, force))
#endif

// While an object lives, messages of GDAL in this thread are neither shown nor kept. Newer GDALs
// have a constructor of CPLErrorStateBackuper for this.
class OGRMapflowQuiet
{
    CPLErrorStateBackuper m_before{};
    CPLErrorHandlerPusher m_quiet{CPLQuietErrorHandler};
};

// Like GDAL's GeoJSON driver: OGRParseDate decides whether a string is a date or time at all, and
// its characters decide which.
inline mf_date_kind OGRMapflowDateKind(const char *text, int *timeZone)
{
    const OGRMapflowQuiet quiet;
    OGRField field;
    if (!OGRParseDate(text, &field, 0))
        return MF_DATE_NONE;
    *timeZone = field.Date.TZFlag;
    if (strpbrk(text, "-/") == nullptr)
        return MF_DATE_TIME;
    return strchr(text, ':') != nullptr ? MF_DATE_DATETIME : MF_DATE_DATE;
}

// The behaviour of this GDAL's own GeoJSON driver, so that a result has the same types and rows.
inline mf_schema_rules GeoJSONRules()
{
    mf_schema_rules rules = {};
    rules.mixed_string_is_json = MF_GDAL_AT_LEAST(3, 7);
    rules.untyped_objects_are_rows = !MF_GDAL_AT_LEAST(3, 8);
    rules.date_kind = OGRMapflowDateKind;
    rules.date_version = static_cast<unsigned>(atoi(GDALVersionInfo("VERSION_NUM")));
    rules.geometry_type_is_stated = MF_GDAL_AT_LEAST(3, 9);
    rules.empty_polygons = MF_GDAL_AT_LEAST(3, 10);
    return rules;
}

inline void SetFieldTimeZone([[maybe_unused]] OGRFieldDefn &field, [[maybe_unused]] int timeZone)
{
#if MF_GDAL_AT_LEAST(3, 8)
    field.SetTZFlag(timeZone);
#endif
}

// Whether Arrow columns of this GDAL hold the times of a field that have a zone in UTC.
inline bool FieldTimesAreUTC([[maybe_unused]] const OGRFieldDefn &field)
{
#if MF_GDAL_AT_LEAST(3, 8)
    return field.GetTZFlag() >= OGR_TZFLAG_MIXED_TZ;
#else
    return false;
#endif
}

// Formats a time as in Arrow columns with DATETIME_AS_STRING=YES, which exists from GDAL 3.11 on.
inline std::string OGRMapflowISOTime([[maybe_unused]] const OGRField &time)
{
#if MF_GDAL_AT_LEAST(3, 11)
    char text[OGR_SIZEOF_ISO8601_DATETIME_BUFFER];
    OGRISO8601Format format = {};
    format.ePrecision = OGRISO8601Precision::AUTO;
    const int size = OGRGetISO8601DateTime(&time, format, text);
    return std::string(text, size > 0 ? static_cast<size_t>(size) : 0);
#else
    return std::string();
#endif
}

// ---- faults of ogr2ogr when it converts through Arrow, which it does from 3.8 on

// With -t_srs, which converts through Arrow from 3.10 on, ogr2ogr reads the validity of geometry i
// from byte i / 256 of the bitmap instead of i / 8. If a geometry is missing, others are not
// transformed, or the missing one ends the conversion. This affects 3.10.0 to 3.13.3, and is not
// fixed anywhere so far.
#define MF_ARROW_MISREADS_VALIDITY MF_GDAL_AT_LEAST(3, 10)

// With -select and -where together, 3.13 converts through Arrow, and the target gets columns that
// are not selected. 3.10 does not convert through Arrow then. The layer cannot detect a selection.
#define MF_ARROW_FORGETS_SELECTION MF_GDAL_AT_LEAST(3, 11)

// A JSON column becomes a JSON column in the target.
#define MF_ARROW_STATES_JSON MF_GDAL_AT_LEAST(3, 10)

// Times keep their zones and fractions of a second.
#define MF_ARROW_KEEPS_ZONES MF_GDAL_AT_LEAST(3, 11)

// Declares that features have styles, if this GDAL can: QGIS then shows them at once.
inline void DeclareFeatureStyles([[maybe_unused]] GDALDriver &driver)
{
#ifdef GDAL_DCAP_FEATURE_STYLES
    driver.SetMetadataItem(GDAL_DCAP_FEATURE_STYLES, "YES");
#endif
#ifdef GDAL_DCAP_FEATURE_STYLES_READ
    driver.SetMetadataItem(GDAL_DCAP_FEATURE_STYLES_READ, "YES");
#endif
}

// Sets the function that GDALClearMemoryCaches() calls, in GDALs that have it.
inline void DeclareClearing([[maybe_unused]] GDALDriver &driver,
                            [[maybe_unused]] void (*clear)(GDALDriver *))
{
#if MF_GDAL_AT_LEAST(3, 13)
    driver.pfnClearCaches = clear;
#endif
}

// The gdal program, to which drivers can add commands.
#if MF_GDAL_AT_LEAST(3, 11)
#define MF_HAS_PROGRAM
#endif

// Sets the unit or meaning of a column, in GDALs that can store it.
inline void SetFieldComment([[maybe_unused]] OGRFieldDefn &field,
                            [[maybe_unused]] const char *comment)
{
#if MF_GDAL_AT_LEAST(3, 7)
    field.SetComment(comment);
#endif
}

// ---- statements

// The number of columns of a swq_select: a member in older GDALs, a function in newer ones.
template <class Select>
auto OGRMapflowResultColumns(const Select &select, int) -> decltype(select.result_columns())
{
    return select.result_columns();
}
template <class Select> int OGRMapflowResultColumns(const Select &select, ...)
{
    return select.result_columns;
}

// ---- rasters

// The type of the list of bands to read.
#ifdef BANDMAP_TYPE
#define MF_BAND_MAP BANDMAP_TYPE
#else
#define MF_BAND_MAP int *
#endif

// For georeferenced datasets. A class that uses this has
//     CPLErr TransformTo(double *transform) const    which fills in six numbers.
#if MF_GDAL_AT_LEAST(3, 12)
#define MF_GEOTRANSFORM_OVERRIDE                                                                   \
    CPLErr GetGeoTransform(GDALGeoTransform &transform) const override                             \
    {                                                                                              \
        return TransformTo(transform.data());                                                      \
    }
#else
#define MF_GEOTRANSFORM_OVERRIDE                                                                   \
    CPLErr GetGeoTransform(double *transform) override                                             \
    {                                                                                              \
        return TransformTo(transform);                                                             \
    }
#endif

// ---- writing

// const from 3.9 on: the definition of a field that is created.
#if MF_GDAL_AT_LEAST(3, 9)
#define MF_CONST_39 const
#else
#define MF_CONST_39
#endif

// For datasets that create layers, in the form that is virtual in this GDAL. A class that uses this
// has
//     OGRLayer *MakeLayer(const char *name, const OGRSpatialReference *, OGRwkbGeometryType,
//     CSLConstList)
#if MF_GDAL_AT_LEAST(3, 9)
#define MF_CREATE_LAYER_OVERRIDE                                                                   \
    OGRLayer *ICreateLayer(const char *name, const OGRGeomFieldDefn *field, CSLConstList options)  \
        override                                                                                   \
    {                                                                                              \
        return MakeLayer(name, field != nullptr ? field->GetSpatialRef() : nullptr,                \
                         field != nullptr ? field->GetType() : wkbNone, options);                  \
    }
#elif MF_GDAL_AT_LEAST(3, 8)
#define MF_CREATE_LAYER_OVERRIDE                                                                   \
    OGRLayer *ICreateLayer(const char *name, const OGRSpatialReference *srs,                       \
                           OGRwkbGeometryType type, char **options) override                       \
    {                                                                                              \
        return MakeLayer(name, srs, type, options);                                                \
    }
#else
#define MF_CREATE_LAYER_OVERRIDE                                                                   \
    OGRLayer *ICreateLayer(const char *name, OGRSpatialReference *srs, OGRwkbGeometryType type,    \
                           char **options) override                                                \
    {                                                                                              \
        return MakeLayer(name, srs, type, options);                                                \
    }
#endif

// For datasets with work left when they are flushed or closed. GDAL's own FlushCache is not called:
// it syncs each layer, which submits it, even when the dataset is only closed. A class that uses
// this has
//     bool FinishAt(bool isClosing)    which returns false after CPLError, and does nothing the
//     second time,
// and calls it in its destructor too, because GDAL before 3.7 has no Close. From 3.13 on it also
// needs
//     void ReportTo(GDALProgressFunc, void *)    for the progress of FinishAt.
#if MF_GDAL_AT_LEAST(3, 7)
#define MF_FLUSH_OVERRIDE                                                                          \
    CPLErr FlushCache(bool atClosing) override                                                     \
    {                                                                                              \
        return atClosing || FinishAt(false) ? CE_None : CE_Failure;                                \
    }
#else
#define MF_FLUSH_OVERRIDE                                                                          \
    void FlushCache(bool atClosing) override                                                       \
    {                                                                                              \
        if (!atClosing)                                                                            \
            (void)FinishAt(false);                                                                 \
    }
#endif
#define MF_CLOSE_BODY                                                                              \
    {                                                                                              \
        const bool finished = FinishAt(true);                                                      \
        const CPLErr closed = GDALDataset::Close();                                                \
        return finished ? closed : CE_Failure;                                                     \
    }
#if MF_GDAL_AT_LEAST(3, 13)
#define MF_CLOSE_OVERRIDE                                                                          \
    bool GetCloseReportsProgress() const override                                                  \
    {                                                                                              \
        return true;                                                                               \
    }                                                                                              \
    CPLErr Close(GDALProgressFunc progress, void *data) override                                   \
    {                                                                                              \
        ReportTo(progress, data);                                                                  \
        MF_CLOSE_BODY                                                                              \
    }
#elif MF_GDAL_AT_LEAST(3, 7)
#define MF_CLOSE_OVERRIDE CPLErr Close() override MF_CLOSE_BODY
#else
#define MF_CLOSE_OVERRIDE
#endif

#ifndef ODsCZGeometries // 3.9
#define ODsCZGeometries "ZGeometries"
#endif

// Options of pfnCreate and pfnCreateCopy.
#if MF_GDAL_AT_LEAST(3, 13)
using MapflowCreateOptions = CSLConstList;
#else
using MapflowCreateOptions = char **;
#endif

inline std::unique_ptr<OGRGeometry> OGRMapflowUnaryUnion(const OGRMultiPolygon &polygons)
{
#if MF_GDAL_AT_LEAST(3, 7)
    return std::unique_ptr<OGRGeometry>(polygons.UnaryUnion());
#else
    return std::unique_ptr<OGRGeometry>(polygons.UnionCascaded());
#endif
}

#endif
