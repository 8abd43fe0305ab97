// SPDX-License-Identifier: MIT
#include "imagery/planned_layer.h"

#include <optional>
#include <vector>

#include "api/project.h"
#include "base/clock.h"
#include "common/errors.h"
#include "common/owned.h"
#include "common/polygon_parts.h"
#include "common/spatial_reference.h"
#include "common/unix_time.h"
#include "cpl_json.h"
#include "imagery/footprint.h"
#include "imagery/planned_filters.h"
#include "layer/field_domains.h"
#include "layer/stable_fid.h"

namespace
{

using Kind = OGRMapflowKind;

constexpr OGRMapflowColumn<mf_planned_search> COLUMNS[] = {
    {"id", Kind::Text, "UUID", &mf_planned_search::id},
    {"name", Kind::Text, "", &mf_planned_search::name},
    {"state", Kind::Text, "",
     [](const mf_planned_search &search) { return mf_planned_state_name(search.state); },
     MAPFLOW_PLANNED_SEARCH_DOMAIN},
    {"active", Kind::Flag, "it is not paused", &mf_planned_search::is_active},
    {"project_id", Kind::Text, "UUID", &mf_planned_search::project_id},
    {"created", Kind::Time, "UTC", &mf_planned_search::created},
    {"active_until", Kind::Time, "UTC", &mf_planned_search::active_until},
    {"last_checked", Kind::Time, "UTC", &mf_planned_search::last_checked},
    {"new_images", Kind::Count, "scenes that were not seen yet", &mf_planned_search::new_images},
    {"area_km2", Kind::Area, "km²", &mf_planned_search::area_m2},
    {"aoi_count", Kind::Count, "number of areas",
     [](const mf_planned_search &search) { return static_cast<int>(search.aoi_count); }},
    {"filters", Kind::JSON, "what the search leaves out", &mf_planned_search::filters},
};

constexpr OGRMapflowColumn<mf_planned_aoi> AREA_COLUMNS[] = {
    {"id", Kind::Text, "", &mf_planned_aoi::id},
    {"name", Kind::Text, "", &mf_planned_aoi::name},
};

constexpr OGRMapflowEditing EDITING = {
    "planned search",
    "name, active_until",
    mf_planned_search_delete,
    "",
    "The areas of a planned search cannot be changed here: insert a row with the new ones.",
    nullptr,
    "name, project_id, active_until, filters",
    true};

std::unique_ptr<OGRMultiPolygon> AreasOf(const mf_planned_search &search)
{
    auto all = std::make_unique<OGRMultiPolygon>();
    for (size_t i = 0; i < search.aoi_count; ++i)
    {
        const auto area =
            OGRMapflowReadFootprint(search.aois[i].geometry, "planned search", search.id);
        if (area == nullptr)
            continue;
        all->assignSpatialReference(area->getSpatialReference());
        OGRMapflowAddPolygonsOf(*area, *all);
    }
    return all->IsEmpty() ? nullptr : std::move(all);
}

void Fill(OGRFeature &row, const mf_planned_search &search)
{
    row.SetFID(OGRMapflowStableFID(search.id));
    OGRMapflowFill(row, COLUMNS, search);
    OGRMapflowSetGeometry(row, AreasOf(search));
}

// Converts the time of a column to the format of the service's own client. Returns nothing after
// one CPLError.
std::optional<std::string> TimeOf(const std::string &text)
{
    OGRField field;
    char iso[MF_TIME_SIZE];
    if (!OGRParseDate(text.c_str(), &field, 0))
    {
        CPLError(CE_Failure, CPLE_IllegalArg, "The column active_until is not a time.");
        return std::nullopt;
    }
    mf_time_format(static_cast<double>(OGRMapflowUnixTime(field) - OGRMapflowZone(field)), iso);
    memcpy(strchr(iso, '.'), ".0Z", 4);
    return iso;
}

// Returns the UUID of the project of a new planned search, given its UUID or name; "" finds the
// default project. Returns "" after one CPLError.
std::string FindProject(mf_client *client, const std::string &wanted)
{
    OGRMapflowOwned<mf_project_free> project;
    const bool isFound = wanted.empty()
                             ? OGRMapflowTry(mf_project_get_default, &project, client)
                             : OGRMapflowTry(mf_project_find, &project, client, wanted.c_str());
    return isFound ? project.id : "";
}

// Returns the areas of a new planned search as GeoJSON, one for each polygon. Empty after one
// CPLError.
std::vector<std::string> NewAreas(const OGRFeature &feature)
{
    std::vector<std::string> areas;
    const OGRGeometry *const geometry = feature.GetGeometryRef();
    if (geometry == nullptr)
        CPLError(CE_Failure, CPLE_IllegalArg, "A planned search needs an area: set a geometry.");
    const auto polygons =
        geometry != nullptr
            ? OGRMapflowPolygonsInLonLat(*geometry, "The geometry of a planned search")
            : nullptr;
    for (int i = 0; polygons != nullptr && i < polygons->getNumGeometries(); ++i)
        areas.push_back(OGRMapflowGeoJSONOf(*polygons->getGeometryRef(i)));
    return areas;
}

} // namespace

// ---- tables -------------------------------------------------------------------------------------

std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakePlannedTable(GDALDataset *dataset,
                                                                 const mf_planned_search &search)
{
    auto table = std::make_unique<OGRMapflowTableLayer>(dataset, "planned_search", wkbMultiPolygon);
    table->AddColumns(COLUMNS);
    Fill(table->AddRow(), search);
    return table;
}

std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakeAreasLayer(GDALDataset *dataset,
                                                               const mf_planned_search &search)
{
    auto table = std::make_unique<OGRMapflowTableLayer>(dataset, "areas", wkbMultiPolygon);
    table->AddColumns(AREA_COLUMNS);
    for (size_t i = 0; i < search.aoi_count; ++i)
    {
        const mf_planned_aoi &aoi = search.aois[i];
        OGRFeature &row = table->AddRow();
        OGRMapflowFill(row, AREA_COLUMNS, aoi);
        OGRMapflowSetGeometry(row,
                              OGRMapflowReadFootprint(aoi.geometry, "planned search", search.id));
    }
    return table;
}

std::string OGRMapflowProviderOf(const mf_planned_search &search)
{
    CPLJSONDocument document;
    if (search.filters == nullptr || !document.LoadMemory(std::string(search.filters)))
        return "";
    const CPLJSONArray providers = document.GetRoot().GetArray("dataProviders");
    return providers.IsValid() && providers.Size() == 1 ? providers[0].ToString() : "";
}

// ---- the layer ----------------------------------------------------------------------------------

OGRMapflowPlannedLayer::OGRMapflowPlannedLayer(GDALDataset *dataset, mf_client *client,
                                               const OGRMapflowRights &rights)
    : OGRMapflowEditableLayer(dataset, "planned_searches", wkbMultiPolygon, client, rights, EDITING)
{
    AddColumns(COLUMNS);
    SetSource([this] { return Fetch(); });
}

bool OGRMapflowPlannedLayer::Fetch()
{
    OGRMapflowOwned<mf_planned_search_list_free> list;
    if (!OGRMapflowTry(mf_planned_search_list_get, &list, m_client))
        return false;
    for (size_t i = 0; i < list.count; ++i)
        Fill(AddRow(), list.items[i]);
    m_rows.isComplete = true;
    return true;
}

void OGRMapflowPlannedLayer::Refresh(const mf_planned_search &search)
{
    OGRFeature *const row = m_rows.Find(OGRMapflowStableFID(search.id));
    if (row != nullptr)
        Fill(*row, search);
}

bool OGRMapflowPlannedLayer::SendNew(const OGRFeature &feature, OGRMapflowChanges &values,
                                     std::string &id)
{
    OGRMapflowPlannedFilters filters;
    const std::vector<std::string> areas = NewAreas(feature);
    const auto until =
        values["active_until"].empty() ? std::string() : TimeOf(values["active_until"]);
    // Read the existing rows first, so that the list does not return the new one again.
    if (areas.empty() || !until || !filters.Read(values["filters"]) || !m_rows.Reach(SIZE_MAX))
        return false;
    const std::string project = FindProject(m_client, values["project_id"]);
    if (project.empty())
        return false;
    std::vector<mf_planned_area> parts;
    for (const std::string &area : areas)
        parts.push_back({area.c_str(), nullptr});
    mf_planned_search_options options = {};
    options.name = values["name"].c_str();
    options.project_id = project.c_str();
    options.active_until = until->empty() ? nullptr : until->c_str();
    options.areas = parts.data();
    options.area_count = parts.size();
    options.filter = &filters.Filter();
    OGRMapflowOwned<mf_planned_search_free> search;
    int *const anyOutcome = nullptr;
    if (!OGRMapflowTry(mf_planned_search_create, &search, m_client, &options, anyOutcome))
        return false;
    if (!search.is_active)
        CPLError(CE_Warning, CPLE_AppDefined,
                 "The planned search \"%s\" was created paused: too many are active.", search.name);
    id = search.id;
    Fill(AddRow(), search);
    return true;
}

bool OGRMapflowPlannedLayer::SendChanges(OGRFeature &row, const std::string &name,
                                         const OGRMapflowChanges &changes)
{
    const std::string id = OGRMapflowText(row, "id");
    const char *const wanted = OGRMapflowNewText(changes, "active_until");
    const auto until = wanted != nullptr ? TimeOf(wanted) : std::string();
    const char *const end = until && !until->empty() ? until->c_str() : nullptr;
    OGRMapflowOwned<mf_planned_search_free> newer;
    if (!until ||
        !OGRMapflowTry(mf_planned_search_update, m_client, id.c_str(), name.c_str(), end) ||
        !OGRMapflowTry(mf_planned_search_get, &newer, m_client, id.c_str()))
        return false;
    Fill(row, newer);
    return true;
}
