#include "layer/table_layer.h"

#include "common/errors.h"
#include "common/spatial_reference.h"
#include "common/waiting.h"

bool OGRMapflowRows::Reach(size_t count)
{
    if (items.size() >= count || isComplete)
        return true;
    const OGRMapflowInterruptible interruptible;
    while (items.size() < count && !isComplete)
    {
        if (!fetch(*this))
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

GIntBig OGRMapflowRows::Find(GIntBig fid) const
{
    for (size_t i = 0; i < items.size(); ++i)
    {
        if (items[i] != nullptr && items[i]->GetFID() == fid)
            return static_cast<GIntBig>(i);
    }
    return -1;
}

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

void OGRMapflowTableLayer::AddColumn(const char *name, OGRFieldType type, const char *comment,
                                     OGRFieldSubType subType)
{
    OGRFieldDefn field(name, type);
    field.SetSubType(subType);
    SetFieldComment(field, comment);
    if (type == OFTDateTime)
        SetFieldTimeZone(field, 100); // UTC
    m_defn->AddFieldDefn(&field);
}

OGRFeature &OGRMapflowTableLayer::AddRow()
{
    auto &items = m_rows.items;
    items.push_back(std::make_unique<OGRFeature>(m_defn));
    items.back()->SetFID(static_cast<GIntBig>(items.size() - 1));
    return *items.back();
}

void OGRMapflowTableLayer::SetSource(std::function<bool(OGRMapflowRows &)> fetch,
                                     std::function<bool(OGRMapflowRows &, GIntBig &)> total)
{
    m_rows.isComplete = false;
    m_rows.fetch = std::move(fetch);
    m_rows.total = std::move(total);
}

void OGRMapflowTableLayer::ResetReading()
{
    m_reading = nullptr;
    m_next = 0;
}

OGRErr OGRMapflowTableLayer::FilterBy(const char *filter)
{
    const OGRErr err = OGRLayer::SetAttributeFilter(filter);
    m_filterUsesGeometry = false;
    if (err == OGRERR_NONE && m_poAttrQuery != nullptr)
    {
        // No name at all stands for a column that is none of the fields.
        const CPLStringList used(m_poAttrQuery->GetUsedFields());
        m_filterUsesGeometry = used.Count() == 0;
        for (const char *name : {"OGR_GEOMETRY", "OGR_GEOM_WKT", "OGR_GEOM_AREA"})
            m_filterUsesGeometry |= used.FindString(name) >= 0;
    }
    ResetReading();
    return err;
}

// A count looks at no geometry unless it has to.
bool OGRMapflowTableLayer::NeedsGeometry() const
{
    if (m_defn->GetGeomFieldCount() == 0)
        return false;
    return m_poFilterGeom != nullptr || m_filterUsesGeometry ||
           (!m_isCounting && !m_defn->GetGeomFieldDefn(0)->IsIgnored());
}

bool OGRMapflowTableLayer::MayPass(OGRFeature &row) const
{
    return m_poAttrQuery == nullptr || m_filterUsesGeometry || m_poAttrQuery->Evaluate(&row);
}

OGRMapflowTableLayer::Verdict OGRMapflowTableLayer::Judge(OGRMapflowRows &rows, size_t i)
{
    if (rows.items[i] == nullptr || !MayPass(*rows.items[i]))
        return Verdict::Skip;
    if (NeedsGeometry() && !FetchGeometry(rows, i))
        return Verdict::Failed;
    OGRFeature *const row = rows.items[i].get();
    const bool passes =
        (m_poFilterGeom == nullptr || FilterGeometry(row->GetGeomFieldRef(m_iGeomFieldFilter))) &&
        (!m_filterUsesGeometry || m_poAttrQuery->Evaluate(row));
    return passes ? Verdict::Pass : Verdict::Skip;
}

OGRFeature *OGRMapflowTableLayer::NextRow(bool *failed)
{
    if (m_reading == nullptr)
        m_reading = &RowsToRead();
    *failed = true;
    while (m_reading->Reach(m_next + 1))
    {
        if (m_next >= m_reading->items.size())
        {
            *failed = false;
            return nullptr;
        }
        const size_t i = m_next++;
        const Verdict verdict = Judge(*m_reading, i);
        if (verdict == Verdict::Failed)
            return nullptr;
        if (verdict == Verdict::Pass)
        {
            *failed = false;
            return m_reading->items[i].get();
        }
    }
    return nullptr;
}

OGRFeature *OGRMapflowTableLayer::GetNextFeature()
{
    bool failed = false;
    const OGRFeature *const row = NextRow(&failed);
    return row != nullptr ? WithoutIgnored(row->Clone()) : nullptr;
}

OGRFeature *OGRMapflowTableLayer::WithoutIgnored(OGRFeature *feature) const
{
    if (feature == nullptr)
        return nullptr;
    for (int i = 0; i < m_defn->GetFieldCount(); ++i)
    {
        if (m_defn->GetFieldDefn(i)->IsIgnored())
            feature->UnsetField(i);
    }
    if (m_defn->GetGeomFieldCount() > 0 && m_defn->GetGeomFieldDefn(0)->IsIgnored())
        feature->SetGeometry(nullptr);
    return feature;
}

OGRFeature *OGRMapflowTableLayer::FindFeature(GIntBig fid)
{
    for (;;)
    {
        const GIntBig i = m_rows.Find(fid);
        if (i >= 0)
        {
            const auto position = static_cast<size_t>(i);
            return FetchGeometry(m_rows, position) ? m_rows.items[position]->Clone() : nullptr;
        }
        if (m_rows.isComplete || !m_rows.Reach(m_rows.items.size() + 1))
            return nullptr;
    }
}

GIntBig OGRMapflowTableLayer::CountFeatures(bool forced)
{
    const OGRMapflowInterruptible interruptible;
    GIntBig count = -1;
    bool failed = false;
    if (m_poFilterGeom == nullptr && m_poAttrQuery == nullptr)
    {
        OGRMapflowRows &rows = RowsToRead();
        if (rows.isComplete)
            return rows.Count();
        // A total may have been told before a row was deleted, or after.
        if (rows.total && !rows.HasGaps() && !rows.total(rows, count))
            return -1;
        if (count >= 0)
            return count;
    }
    if (!forced)
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

// GDAL takes the failure of a request for the end of the rows.
OGRErr OGRMapflowTableLayer::ExtentOf(int geomField, OGREnvelope *extent, bool forced)
{
    const unsigned reported = OGRMapflowErrorCount();
    const OGRErr outcome = MF_BASE_EXTENT(geomField, extent, forced);
    return OGRMapflowErrorCount() == reported ? outcome : OGRERR_FAILURE;
}

// What is passed over is not fetched.
OGRErr OGRMapflowTableLayer::MoveTo(GIntBig index)
{
    const OGRMapflowInterruptible interruptible;
    bool failed = false;
    ResetReading();
    m_isCounting = true;
    while (index > 0 && NextRow(&failed) != nullptr)
        --index;
    m_isCounting = false;
    return index == 0 ? OGRERR_NONE : OGRERR_FAILURE;
}

bool OGRMapflowTableLayer::CanDo(const char *capability) const
{
    // The dialect SQLITE takes a fast count for what it will read, and what the service counts may
    // be another number by then.
    if (EQUAL(capability, OLCFastFeatureCount))
        return m_poFilterGeom == nullptr && m_poAttrQuery == nullptr && AllRows().isComplete;
    return EQUAL(capability, OLCRandomRead) || EQUAL(capability, OLCStringsAsUTF8) ||
           EQUAL(capability, OLCIgnoreFields);
}
