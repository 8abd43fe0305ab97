#include "spatial_reference.h"

#include "cpl_vsi.h"

OGRMapflowSRS OGRMapflowWGS84()
{
    OGRMapflowSRS srs(new OGRSpatialReference());
    srs->SetFromUserInput(SRS_WKT_WGS84_LAT_LONG);
    srs->SetAxisMappingStrategy(OAMS_TRADITIONAL_GIS_ORDER);
    return srs;
}

namespace
{

// The member `crs` has left the standard and has many forms. The GeoJSON driver knows them, and
// what stands for one that says nothing, which depends on Z: it is given a collection with no more
// inside than shows that.
OGRMapflowSRS ReadMember(const char *crs, bool hasZ)
{
    const std::string document =
        std::string("{\"type\":\"FeatureCollection\",\"crs\":") + crs + ",\"features\":[" +
        (hasZ
             ? R"({"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[0,0,0]}})"
             : "") +
        "]}";
    const std::string file =
        CPLSPrintf("/vsimem/mapflow_crs_%p.geojson", static_cast<const void *>(crs));
    VSIFCloseL(VSIFileFromMemBuffer(file.c_str(),
                                    reinterpret_cast<GByte *>(const_cast<char *>(document.data())),
                                    document.size(), FALSE));
    OGRMapflowSRS srs;
    const char *const drivers[] = {"GeoJSON", nullptr};
    std::unique_ptr<GDALDataset> dataset(
        GDALDataset::Open(file.c_str(), GDAL_OF_VECTOR, drivers, nullptr, nullptr));
    if (dataset != nullptr && dataset->GetLayerCount() == 1)
    {
        const OGRSpatialReference *const known = dataset->GetLayer(0)->GetSpatialRef();
        if (known != nullptr)
            srs.reset(known->Clone());
    }
    dataset.reset();
    VSIUnlink(file.c_str());
    return srs;
}

} // namespace

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
