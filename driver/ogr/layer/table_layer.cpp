// SPDX-License-Identifier: MIT
#include "layer/table_layer.h"

#include <cerrno>

#include "common/errors.h"
#include "common/spatial_reference.h"
#include "common/waiting.h"
#include "layer/status_style.h"
#include "ogr_recordbatch.h"

// ---- rows ---------------------------------------------------------------------------------------

bool OGRMapflowRows::Reach(size_t count)
{
    if (items.size() >= count || isComplete)
        return true;
    const OGRMapflowInterruptible interruptible;
    while (items.size() < count && !isComplete)
    {
        if (!fetch())
            return false;
    }
    return true;
}

GIntBig OGRMapflowRows::Count() const
{
    GIntBig count = 0;
    for (const auto &item : items)
        count += item != nullptr;
    return count;
}

OGRFeature *OGRMapflowRows::Find(GIntBig fid)
{
    for (; m_indexed < items.size(); ++m_indexed)
        if (items[m_indexed] != nullptr)
            m_byFID.emplace(items[m_indexed]->GetFID(), m_indexed);
    const auto found = m_byFID.find(fid);
    return found != m_byFID.end() ? items[found->second].get() : nullptr;
}

void OGRMapflowRows::Remove(const std::function<bool(const OGRFeature &)> &isGone)
{
    for (auto &item : items)
    {
        if (item != nullptr && isGone(*item))
            item.reset();
    }
}

// ---- the layer ----------------------------------------------------------------------------------

OGRMapflowTableLayer::OGRMapflowTableLayer(GDALDataset *dataset, const char *name,
                                           OGRwkbGeometryType type)
    : m_defn(new OGRFeatureDefn(name)), m_dataset(dataset)
{
    SetDescription(name);
    m_defn->Reference();
    m_defn->SetGeomType(type);
    if (type != wkbNone)
        m_defn->GetGeomFieldDefn(0)->SetSpatialRef(OGRMapflowWGS84().get());
}

OGRMapflowTableLayer::OGRMapflowTableLayer(GDALDataset *dataset, OGRFeatureDefn &defn)
    : m_defn(&defn), m_dataset(dataset)
{
    SetDescription(m_defn->GetName());
    m_defn->Reference();
}

OGRMapflowTableLayer::~OGRMapflowTableLayer()
{
    m_rows.items.clear();
    m_defn->Release();
}

OGRFeature &OGRMapflowTableLayer::AddRow()
{
    auto &items = m_rows.items;
    items.push_back(std::make_shared<OGRFeature>(m_defn));
    items.back()->SetFID(static_cast<GIntBig>(items.size() - 1));
    return *items.back();
}

void OGRMapflowTableLayer::SetSource(std::function<bool()> fetch,
                                     std::function<bool(bool, GIntBig &)> total)
{
    m_rows.isComplete = false;
    m_rows.fetch = std::move(fetch);
    m_rows.total = std::move(total);
}

int OGRMapflowTableLayer::TestCapability(const char *capability) MF_CONST_312
{
    // The SQLITE dialect takes a fast count for the number of rows that it will read. The service's
    // count may have changed by then.
    if (EQUAL(capability, OLCFastFeatureCount))
        return m_poFilterGeom == nullptr && m_poAttrQuery == nullptr && AllRows().isComplete;
    return EQUAL(capability, OLCRandomRead) || EQUAL(capability, OLCStringsAsUTF8) ||
           EQUAL(capability, OLCIgnoreFields);
}

OGRErr OGRMapflowTableLayer::ICreateFeature(OGRFeature *)
{
    CPLError(CE_Failure, CPLE_NotSupported, "The layer %s does not support inserting rows.",
             m_defn->GetName());
    return OGRERR_UNSUPPORTED_OPERATION;
}

// ---- filters ------------------------------------------------------------------------------------

OGRErr OGRMapflowTableLayer::SetAttributeFilter(const char *filter)
{
    const OGRErr err = OGRLayer::SetAttributeFilter(filter);
    m_filterUsesGeometry = false;
    if (err == OGRERR_NONE && m_poAttrQuery != nullptr)
    {
        // An empty list means a column that is not one of the fields.
        const CPLStringList used(m_poAttrQuery->GetUsedFields());
        m_filterUsesGeometry = used.Count() == 0;
        for (const char *name : {"OGR_GEOMETRY", "OGR_GEOM_WKT", "OGR_GEOM_AREA"})
            m_filterUsesGeometry |= used.FindString(name) >= 0;
    }
    ResetReading();
    return err;
}

bool OGRMapflowTableLayer::IsGeometryIgnored() const
{
    return m_defn->GetGeomFieldCount() == 0 || m_defn->GetGeomFieldDefn(0)->IsIgnored();
}

// Counting needs no geometry, unless a filter does.
bool OGRMapflowTableLayer::NeedsGeometry() const
{
    if (m_defn->GetGeomFieldCount() == 0)
        return false;
    return m_poFilterGeom != nullptr || m_filterUsesGeometry ||
           (!m_isCounting && !IsGeometryIgnored());
}

bool OGRMapflowTableLayer::PassesWithoutGeometry(OGRFeature &row) const
{
    return m_poAttrQuery == nullptr || m_filterUsesGeometry || m_poAttrQuery->Evaluate(&row);
}

bool OGRMapflowTableLayer::FetchGeometriesFrom(OGRMapflowRows &rows, size_t i)
{
    constexpr size_t BATCH = 30; // page size of the service
    if (rows.items[i]->GetGeometryRef() != nullptr)
        return true;
    std::vector<OGRFeature *> batch;
    for (; i < rows.items.size() && batch.size() < BATCH; ++i)
    {
        OGRFeature *const row = rows.items[i].get();
        if (row != nullptr && row->GetGeometryRef() == nullptr && PassesWithoutGeometry(*row))
            batch.push_back(row);
    }
    return FetchGeometries(batch);
}

OGRMapflowTableLayer::Match OGRMapflowTableLayer::Evaluate(OGRMapflowRows &rows, size_t i)
{
    OGRFeature *const row = rows.items[i].get();
    if (row == nullptr)
        return Match::No;
    Colour(*row);
    if (!PassesWithoutGeometry(*row))
        return Match::No;
    if (NeedsGeometry() && !FetchGeometriesFrom(rows, i))
        return Match::Failed;
    const bool passes =
        (m_poFilterGeom == nullptr || FilterGeometry(row->GetGeomFieldRef(m_iGeomFieldFilter))) &&
        (!m_filterUsesGeometry || m_poAttrQuery->Evaluate(row));
    return passes ? Match::Yes : Match::No;
}

// Sets the style when a row is read: the status may have changed since the row was made. Ignores
// SetIgnoredFields, because QGIS 3.22 draws with styles that it has told GDAL to ignore.
void OGRMapflowTableLayer::Colour(OGRFeature &row) const
{
    if (m_statusField >= 0)
        row.SetStyleString(OGRMapflowStatusStyle(row.GetFieldAsString(m_statusField)));
}

// ---- reading ------------------------------------------------------------------------------------

void OGRMapflowTableLayer::ResetReading()
{
    m_reading = nullptr;
    m_next = 0;
    m_isAtEnd = false;
}

OGRFeature *OGRMapflowTableLayer::NextRow(bool *failed)
{
    *failed = false;
    if (m_isAtEnd)
        return nullptr;
    if (m_reading == nullptr)
        m_reading = &RowsToRead();
    Match match = Match::No;
    while (match == Match::No && m_reading->Reach(m_next + 1))
    {
        if (m_next >= m_reading->items.size())
            return nullptr;
        match = Evaluate(*m_reading, m_next++);
    }
    *failed = match != Match::Yes;
    return *failed ? nullptr : m_reading->items[m_next - 1].get();
}

void OGRMapflowTableLayer::UnsetIgnored(OGRFeature &feature) const
{
    for (int i = 0; i < m_defn->GetFieldCount(); ++i)
    {
        if (m_defn->GetFieldDefn(i)->IsIgnored())
            feature.UnsetField(i);
    }
    if (IsGeometryIgnored())
        feature.SetGeometry(nullptr);
}

OGRFeature *OGRMapflowTableLayer::GetNextFeature()
{
    bool failed = false;
    const OGRFeature *const row = NextRow(&failed);
    if (row == nullptr)
        return nullptr;
    OGRFeature *const feature = row->Clone();
    UnsetIgnored(*feature);
    return feature;
}

// Fails if a row could not be read: GDAL's stream takes that for the end of the rows.
int OGRMapflowTableLayer::GetNextArrowArray(ArrowArrayStream *stream, ArrowArray *array)
{
    const unsigned before = OGRMapflowErrorCount();
    const int status = OGRLayer::GetNextArrowArray(stream, array);
    if (status != 0 || OGRMapflowErrorCount() == before)
        return status;
    if (array->release != nullptr)
        array->release(array);
    return EIO;
}

OGRFeature *OGRMapflowTableLayer::FindIn(OGRMapflowRows &rows, GIntBig fid)
{
    for (;;)
    {
        OGRFeature *const row = rows.Find(fid);
        if (row != nullptr || rows.isComplete || !rows.Reach(rows.items.size() + 1))
            return row;
    }
}

std::unique_ptr<OGRFeature> OGRMapflowTableLayer::FindFeature(GIntBig fid)
{
    OGRFeature *const row = FindRow(fid);
    if (row == nullptr)
        return nullptr;
    Colour(*row);
    const bool hasGeometry = IsGeometryIgnored() || row->GetGeometryRef() != nullptr;
    return std::unique_ptr<OGRFeature>(hasGeometry || FetchGeometries({row}) ? row->Clone()
                                                                             : nullptr);
}

OGRFeature *OGRMapflowTableLayer::GetFeature(GIntBig fid)
{
    std::unique_ptr<OGRFeature> feature = FindFeature(fid);
    if (feature != nullptr)
        UnsetIgnored(*feature);
    return feature.release();
}

GIntBig OGRMapflowTableLayer::GetFeatureCount(int force)
{
    const OGRMapflowInterruptible interruptible;
    GIntBig count = -1;
    bool failed = false;
    if (m_poFilterGeom == nullptr && m_poAttrQuery == nullptr)
    {
        const OGRMapflowRows &rows = RowsToRead();
        if (rows.isComplete)
            return rows.Count();
        // The service may have counted before or after a row was deleted.
        if (rows.total && !rows.HasGaps() && !rows.total(force != 0, count))
            return -1;
        if (count >= 0)
            return count;
    }
    if (!force)
        return -1;
    ResetReading();
    m_isCounting = true;
    for (count = 0; NextRow(&failed) != nullptr; ++count)
    {
    }
    m_isCounting = false;
    ResetReading();
    return failed ? -1 : count;
}

// Fails if a request failed: GDAL takes that for the end of the rows.
OGRErr OGRMapflowTableLayer::ExtentOf(int geomField, OGREnvelope *extent, bool forced)
{
    const unsigned reported = OGRMapflowErrorCount();
    const OGRErr outcome = MF_BASE_EXTENT(geomField, extent, forced);
    return OGRMapflowErrorCount() == reported ? outcome : OGRERR_FAILURE;
}

// Fetches no geometries of the rows that it skips. No row follows a failure.
OGRErr OGRMapflowTableLayer::SetNextByIndex(GIntBig index)
{
    const OGRMapflowInterruptible interruptible;
    bool failed = false;
    ResetReading();
    m_isCounting = true;
    while (index > 0 && NextRow(&failed) != nullptr)
        --index;
    m_isCounting = false;
    m_isAtEnd = index != 0;
    if (failed)
        return OGRERR_FAILURE;
    return m_isAtEnd ? OGRERR_NON_EXISTING_FEATURE : OGRERR_NONE;
}
