#include "result/status_tables.h"

#include "common/errors.h"
#include "common/spatial_reference.h"
#include "layer/columns.h"

namespace
{

void SetPolygon(OGRFeature &row, const mf_aoi &area)
{
    if (area.geometry == nullptr)
        return;
    auto geometry = OGRMapflowReadArea(area.geometry);
    if (geometry == nullptr)
    {
        CPLError(CE_Warning, CPLE_AppDefined,
                 "The geometry of area %s cannot be read and is left out.", area.id);
        return;
    }
    geometry->assignSpatialReference(row.GetDefnRef()->GetGeomFieldDefn(0)->GetSpatialRef());
    row.SetGeometryDirectly(geometry.release());
}

} // namespace

std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakeProcessingTable(GDALDataset *dataset,
                                                                    const mf_processing &p)
{
    auto table = std::make_unique<OGRMapflowTableLayer>(dataset, "processing", wkbNone);
    table->AddColumn("id", OFTString, "UUID");
    table->AddColumn("name", OFTString, "");
    table->AddColumn("description", OFTString, "");
    table->AddColumn("project_id", OFTString, "UUID");
    table->AddColumn("status", OFTString, "");
    table->AddColumn("percent", OFTInteger, "0 to 100");
    table->AddColumn("review", OFTString, "status of the review");
    table->AddColumn("model", OFTString, "");
    table->AddColumn("area_m2", OFTReal, "square metres");
    table->AddColumn("cost", OFTReal, "credits");
    table->AddColumn("aoi_count", OFTInteger, "");
    table->AddColumn("messages", OFTString, "what went wrong");
    table->AddColumn("created", OFTDateTime, "UTC");
    table->AddColumn("updated", OFTDateTime, "UTC");

    OGRFeature &row = table->AddRow();
    OGRMapflowSetText(row, "id", p.id);
    OGRMapflowSetText(row, "name", p.name);
    OGRMapflowSetText(row, "description", p.description);
    OGRMapflowSetText(row, "project_id", p.project_id);
    OGRMapflowSetText(row, "status", p.status);
    OGRMapflowSetCount(row, "percent", p.percent);
    OGRMapflowSetText(row, "review", p.review);
    OGRMapflowSetText(row, "model", p.model);
    OGRMapflowSetNumber(row, "area_m2", p.area_m2);
    OGRMapflowSetNumber(row, "cost", p.cost);
    OGRMapflowSetCount(row, "aoi_count", p.aoi_count);
    OGRMapflowSetText(row, "messages", p.messages);
    OGRMapflowSetTime(row, "created", p.created);
    OGRMapflowSetTime(row, "updated", p.updated);
    return table;
}

std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakeAOITable(GDALDataset *dataset,
                                                             OGRMapflowAreaSource &source,
                                                             const OGRMapflowAreaOwner &owner)
{
    mf_error err;
    mf_error_init(&err);
    mf_aoi_list areas;
    if (!OGRMapflowGetAreaList(source, owner, areas, err))
    {
        OGRMapflowRaise(err);
        return nullptr;
    }
    if (!areas.is_offered)
        CPLError(CE_Warning, CPLE_AppDefined,
                 "This server does not tell the areas of a processing: the layer aois is empty.");

    auto table = std::make_unique<OGRMapflowTableLayer>(dataset, "aois", wkbUnknown);
    table->AddColumn("id", OFTString, "UUID, the value of the open option AOI");
    table->AddColumn("status", OFTString, "");
    table->AddColumn("percent", OFTInteger, "0 to 100");
    table->AddColumn("area_m2", OFTReal, "square metres");
    table->AddColumn("messages", OFTString, "what went wrong");
    bool onlyPolygons = true;
    for (size_t i = 0; i < areas.count; ++i)
    {
        const mf_aoi &area = areas.items[i];
        OGRFeature &row = table->AddRow();
        OGRMapflowSetText(row, "id", area.id);
        OGRMapflowSetText(row, "status", area.status);
        OGRMapflowSetCount(row, "percent", area.percent);
        OGRMapflowSetNumber(row, "area_m2", area.area_m2);
        OGRMapflowSetText(row, "messages", area.messages);
        SetPolygon(row, area);
        const OGRGeometry *const geometry = row.GetGeometryRef();
        onlyPolygons &=
            geometry == nullptr || wkbFlatten(geometry->getGeometryType()) == wkbPolygon;
    }
    if (onlyPolygons)
        table->GetLayerDefn()->SetGeomType(wkbPolygon);
    mf_aoi_list_free(&areas);
    return table;
}
