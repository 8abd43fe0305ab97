// SPDX-License-Identifier: MIT
#include "common/spatial_reference.h"

OGRMapflowSRS OGRMapflowWGS84()
{
    OGRMapflowSRS srs(new OGRSpatialReference());
    srs->SetFromUserInput(SRS_WKT_WGS84_LAT_LONG);
    srs->SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    return srs;
}

// The member `crs` has left the standard and has many forms. The GeoJSON driver parses them, and
// has a default, which depends on Z, for one that specifies nothing. So it opens a collection with
// this member, and with one point if there is Z, passed as a string instead of a file name.
static OGRMapflowSRS ReadMember(const char *crs, bool hasZ)
{
    const std::string document =
        std::string("{\"type\":\"FeatureCollection\",\"crs\":") + crs + ",\"features\":[" +
        (hasZ
             ? R"({"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[0,0,0]}})"
             : "") +
        "]}";
    const char *const drivers[] = {"GeoJSON", nullptr};
    const std::unique_ptr<GDALDataset> dataset(
        GDALDataset::Open(document.c_str(), GDAL_OF_VECTOR, drivers, nullptr, nullptr));
    if (dataset == nullptr || dataset->GetLayerCount() != 1)
        return nullptr;
    const OGRSpatialReference *const known = dataset->GetLayer(0)->GetSpatialRef();
    return OGRMapflowSRS(known != nullptr ? known->Clone() : nullptr);
}

OGRMapflowSRS OGRMapflowResultSRS(const char *crs, bool hasZ)
{
    if (crs != nullptr)
        return ReadMember(crs, hasZ);
    if (!hasZ)
        return OGRMapflowWGS84();
    OGRMapflowSRS srs(new OGRSpatialReference());
    srs->importFromEPSG(4979);
    srs->SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    return srs;
}

void OGRMapflowSetGeometry(OGRFeature &row, std::unique_ptr<OGRGeometry> geometry)
{
    if (geometry != nullptr)
        geometry->assignSpatialReference(row.GetDefnRef()->GetGeomFieldDefn(0)->GetSpatialRef());
    row.SetGeometryDirectly(geometry.release());
}
