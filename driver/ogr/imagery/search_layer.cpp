// SPDX-License-Identifier: MIT
#include "imagery/search_layer.h"

#include <algorithm>
#include <cmath>

#include "api/account.h"
#include "base/clock.h"
#include "common/errors.h"
#include "common/spatial_reference.h"
#include "imagery/footprint.h"
#include "layer/stable_fid.h"

namespace
{

using Kind = OGRMapflowKind;

// Converts the time to UTC, because GDAL keeps time zones but only some versions compare them.
std::string AcquiredOf(const mf_scene &scene)
{
    char text[MF_TIME_SIZE] = "";
    const double seconds = mf_time_parse(scene.acquired != nullptr ? scene.acquired : "");
    if (!std::isnan(seconds))
        mf_time_format(seconds, text);
    return text[0] != '\0' || scene.acquired == nullptr ? text : scene.acquired;
}

constexpr OGRMapflowColumn<mf_scene> COLUMNS[] = {
    {"id", Kind::Text, "for IMAGE_IDS of a new processing", &mf_scene::id},
    {"provider", Kind::Text, "for SEARCH_PROVIDER of a new processing", &mf_scene::provider},
    {"product_type", Kind::Text, "", &mf_scene::product_type},
    {"acquired", Kind::Time, "UTC", AcquiredOf},
    {"cloud_cover", Kind::Number, "percent", &mf_scene::cloud_cover},
    {"off_nadir", Kind::Number, "degrees, of either sign", &mf_scene::off_nadir},
    {"resolution", Kind::Number, "m per px", &mf_scene::resolution},
    {"aoi_intersection", Kind::Number, "percent of the search area that it covers",
     &mf_scene::aoi_intersection},
    {"min_area_km2", Kind::Number, "km², least area of a processing", &mf_scene::min_area_km2},
    {"zoom", Kind::Count, "", &mf_scene::zoom},
    {"satellite", Kind::Text, "", &mf_scene::satellite},
    {"sensor", Kind::Text, "", &mf_scene::sensor},
    {"band_order", Kind::Text, "", &mf_scene::band_order},
};
constexpr OGRMapflowColumn<mf_scene> PLANNED_COLUMNS[] = {
    {"is_new", Kind::Flag, "it was not seen yet", &mf_scene::is_new},
};

// Clips a rectangle to the world: that of a wide map may reach beyond it.
std::unique_ptr<OGRGeometry> CutToWorld(const OGRGeometry &filter, bool isBox)
{
    OGREnvelope box;
    if (!isBox)
        return std::unique_ptr<OGRGeometry>(filter.clone());
    filter.getEnvelope(&box);
    box.MinX = std::max(box.MinX, -180.0);
    box.MaxX = std::min(box.MaxX, 180.0);
    box.MinY = std::max(box.MinY, -90.0);
    box.MaxY = std::min(box.MaxY, 90.0);
    OGRLinearRing ring;
    ring.addPoint(box.MinX, box.MinY);
    ring.addPoint(box.MaxX, box.MinY);
    ring.addPoint(box.MaxX, box.MaxY);
    ring.addPoint(box.MinX, box.MaxY);
    ring.closeRings();
    auto polygon = std::make_unique<OGRPolygon>();
    polygon->addRing(&ring);
    return polygon;
}

std::string RequestOf(const OGRMultiPolygon &area)
{
    return area.getNumGeometries() == 1 ? OGRMapflowGeoJSONOf(*area.getGeometryRef(0))
                                        : OGRMapflowGeoJSONOf(area);
}

} // namespace

OGRMapflowScenesLayer::OGRMapflowScenesLayer(GDALDataset *dataset, mf_client *client,
                                             OGRMapflowSearched searched)
    : OGRMapflowTableLayer(dataset, "scenes", wkbMultiPolygon), m_client(client),
      m_searched(std::move(searched))
{
    AddColumns(COLUMNS);
    if (!m_searched.plannedSearch.empty())
        AddColumns(PLANNED_COLUMNS);
    SetMetadataItem(OLMD_FID64, "YES");
    m_rows.isComplete = false; // until there is a search
}

// ---- searching ----------------------------------------------------------------------------------

OGRMapflowScenesLayer::Scan OGRMapflowScenesLayer::Wanted() const
{
    Scan scan;
    scan.order = m_order;
    scan.rows.isComplete = false;
    if (!m_searched.plannedSearch.empty())
        return scan;
    scan.filter = OGRMapflowSceneFilter::Read(m_poAttrQuery, *m_defn);
    std::unique_ptr<OGRMultiPolygon> own;
    const OGRMultiPolygon *area = m_searched.area.get();
    if (area == nullptr && m_poFilterGeom == nullptr)
        scan.fault = "A search needs an area: set a spatial filter (-spat, or "
                     "SetSpatialFilter), or the open option SEARCH_AOI.";
    else if (area == nullptr)
    {
        const OGRMapflowQuiet quiet;
        own = OGRMapflowPolygonsInLonLat(*CutToWorld(*m_poFilterGeom, m_bFilterIsEnvelope != 0),
                                         "The spatial filter, which is the area of the search,");
        area = own.get();
        if (area == nullptr)
            scan.fault = CPLGetLastErrorMsg();
    }
    if (area != nullptr)
    {
        scan.area = RequestOf(*area);
        scan.areaM2 = OGRMapflowAreaOf(*area);
    }
    return scan;
}

bool OGRMapflowScenesLayer::IsSame(const Scan &a, const Scan &b)
{
    return a.area == b.area && a.fault == b.fault && a.filter == b.filter && a.order == b.order;
}

// Checks the area against the limit of the account before the search is sent. The error states
// both.
bool OGRMapflowScenesLayer::CheckArea()
{
    OGRMapflowOwned<mf_account_free> account;
    if (!m_hasLimit)
    {
        if (!OGRMapflowTry(mf_account_get, &account, m_client))
            return false;
        m_limitM2 = account.search_area_limit_m2;
        m_hasLimit = true;
    }
    const bool isAbove = m_scan->areaM2 > m_limitM2; // NaN: no limit
    if (isAbove)
        OGRMapflowReport(CPLE_IllegalArg,
                         CPLSPrintf("The search area is %.2f km², and the limit of this account is "
                                    "%.2f km²: choose a smaller one, or insert a row into "
                                    "planned_searches.",
                                    m_scan->areaM2 / 1e6, m_limitM2 / 1e6));
    return !isAbove;
}

bool OGRMapflowScenesLayer::Begin()
{
    const bool isPlanned = !m_searched.plannedSearch.empty();
    if (!m_scan->fault.empty())
    {
        OGRMapflowReport(CPLE_IllegalArg, m_scan->fault);
        return false;
    }
    if (!isPlanned && !CheckArea())
        return false;
    bool done = false;
    m_scan->filter.Use(
        [&](const mf_scene_filter &filter)
        {
            mf_scene_search_options options = {};
            mf_scene_search *search = nullptr;
            options.aoi = m_scan->area.c_str();
            options.planned_search = isPlanned ? m_searched.plannedSearch.c_str() : nullptr;
            options.filter = isPlanned ? nullptr : &filter;
            options.sort_by = m_scan->order.token.empty() ? nullptr : m_scan->order.token.c_str();
            options.is_descending = m_scan->order.isDescending;
            done = OGRMapflowTry(mf_scene_search_open, &search, &options);
            m_scan->search.reset(search);
        });
    return done;
}

bool OGRMapflowScenesLayer::Fetch()
{
    OGRMapflowOwned<mf_scene_list_free> scenes;
    if ((m_scan->search == nullptr && !Begin()) ||
        !OGRMapflowTry(mf_scene_search_next, m_scan->search.get(), m_client, &scenes))
        return false;
    for (size_t i = 0; i < scenes.count; ++i)
        AddScene(scenes.items[i]);
    m_scan->rows.isComplete = scenes.count == 0;
    return true;
}

void OGRMapflowScenesLayer::AddScene(const mf_scene &scene)
{
    auto row = std::make_shared<OGRFeature>(m_defn);
    OGRMapflowFill(*row, COLUMNS, scene);
    if (!m_searched.plannedSearch.empty())
        OGRMapflowFill(*row, PLANNED_COLUMNS, scene);
    if (scene.provider == nullptr && !m_searched.provider.empty())
        row->SetField("provider", m_searched.provider.c_str());
    row->SetFID(OGRMapflowStableFID((OGRMapflowText(*row, "provider") + '\n' + scene.id).c_str()));
    OGRMapflowSetGeometry(*row, OGRMapflowReadFootprint(scene.footprint, "scene", scene.id));
    m_scan->rows.items.push_back(std::move(row));
}

// ---- reading ------------------------------------------------------------------------------------

OGRMapflowRows &OGRMapflowScenesLayer::RowsToRead()
{
    Scan wanted = Wanted();
    if (m_scan == nullptr || !IsSame(*m_scan, wanted))
    {
        m_scan = std::make_unique<Scan>(std::move(wanted));
        m_scan->rows.fetch = [this] { return Fetch(); };
    }
    return m_scan->rows;
}

const OGRMapflowRows &OGRMapflowScenesLayer::AllRows() const
{
    return m_scan != nullptr && IsSame(*m_scan, Wanted()) ? m_scan->rows : m_rows;
}

OGRFeature *OGRMapflowScenesLayer::FindRow(GIntBig fid)
{
    return FindIn(m_scan != nullptr ? m_scan->rows : RowsToRead(), fid);
}

void OGRMapflowScenesLayer::ResetReading()
{
    OGRMapflowTableLayer::ResetReading();
    m_left = m_order.enough;
    m_lastKey = NAN;
}

void OGRMapflowScenesLayer::SetOrder(const OGRMapflowSceneOrder &order)
{
    m_order = order;
    ResetReading();
}

// Counts down the rows of a sorted result. A row out of order makes all rows needed.
void OGRMapflowScenesLayer::CountDown(const OGRFeature &row)
{
    if (m_left < 0 || !row.IsFieldSetAndNotNull(m_order.column))
        return;
    double key = row.GetFieldAsDouble(m_order.column);
    int year, month, day, hour, minute, zone;
    float second;
    if (row.GetFieldAsDateTime(m_order.column, &year, &month, &day, &hour, &minute, &second, &zone))
        key = ((((year * 12.0 + month) * 31 + day) * 24 + hour) * 60 + minute) * 60 +
              static_cast<double>(second);
    m_left = key > m_lastKey ? -1 : m_left - 1;
    m_lastKey = key;
}

OGRFeature *OGRMapflowScenesLayer::GetNextFeature()
{
    if (m_left == 0)
        return nullptr;
    OGRFeature *const row = OGRMapflowTableLayer::GetNextFeature();
    if (row != nullptr)
        CountDown(*row);
    return row;
}
