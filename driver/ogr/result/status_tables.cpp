// SPDX-License-Identifier: MIT
#include "result/status_tables.h"

#include "common/errors.h"
#include "common/spatial_reference.h"
#include "layer/processing_columns.h"

namespace
{

using Kind = OGRMapflowKind;

constexpr OGRMapflowColumn<mf_aoi> AOI_COLUMNS[] = {
    {"id", Kind::Text, "UUID, the value of the open option AOI", &mf_aoi::id},
    {"status", Kind::Text, "", &mf_aoi::status, MAPFLOW_STATUS_DOMAIN},
    {"percent", Kind::Count, "0 to 100", &mf_aoi::percent},
    {"area_m2", Kind::Number, "m²", &mf_aoi::area_m2},
    {"messages", Kind::Text, "what went wrong", &mf_aoi::messages},
};

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
    OGRMapflowSetGeometry(row, std::move(geometry));
}

} // namespace

// Has no column for the project's name, which would cost a request.
std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakeProcessingTable(GDALDataset *dataset,
                                                                    const mf_processing &processing)
{
    auto table = std::make_unique<OGRMapflowTableLayer>(dataset, "processing", wkbNone);
    table->AddColumns(MAPFLOW_PROCESSING_COLUMNS);
    table->GetLayerDefn()->DeleteFieldDefn(table->GetLayerDefn()->GetFieldIndex("project"));
    OGRMapflowFill(table->AddRow(), MAPFLOW_PROCESSING_COLUMNS, processing);
    return table;
}

std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakeAOITable(GDALDataset *dataset,
                                                             OGRMapflowAreaSource &source,
                                                             const OGRMapflowAreaOwner &owner)
{
    OGRMapflowOwned<mf_aoi_list_free> areas;
    if (!OGRMapflowTry([&](mf_error *err)
                       { return OGRMapflowGetAreaList(source, owner, areas, *err) ? 0 : -1; }))
        return nullptr;
    if (!areas.is_offered)
        CPLError(CE_Warning, CPLE_AppDefined,
                 "This server does not offer the areas of a processing: the layer aois is empty.");

    auto table = std::make_unique<OGRMapflowTableLayer>(dataset, "aois", wkbUnknown);
    table->AddColumns(AOI_COLUMNS);
    bool onlyPolygons = true;
    for (size_t i = 0; i < areas.count; ++i)
    {
        const mf_aoi &area = areas.items[i];
        OGRFeature &row = table->AddRow();
        OGRMapflowFill(row, AOI_COLUMNS, area);
        SetPolygon(row, area);
        const OGRGeometry *const geometry = row.GetGeometryRef();
        onlyPolygons &=
            geometry == nullptr || wkbFlatten(geometry->getGeometryType()) == wkbPolygon;
    }
    if (onlyPolygons)
        table->GetLayerDefn()->SetGeomType(wkbPolygon);
    return table;
}
