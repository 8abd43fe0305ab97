#include "table_layer.h"

#include "spatial_reference.h"

OGRMapflowTableLayer::OGRMapflowTableLayer(GDALDataset *dataset, const char *name,
                                           OGRwkbGeometryType type)
    : m_dataset(dataset), m_defn(new OGRFeatureDefn(name))
{
    SetDescription(name);
    m_defn->Reference();
    m_defn->SetGeomType(type);
    if (type != wkbNone)
        m_defn->GetGeomFieldDefn(0)->SetSpatialRef(OGRMapflowWGS84().get());
}

OGRMapflowTableLayer::~OGRMapflowTableLayer()
{
    m_rows.clear();
    m_defn->Release();
}

void OGRMapflowTableLayer::AddColumn(const char *name, OGRFieldType type, const char *comment)
{
    OGRFieldDefn field(name, type);
    SetFieldComment(field, comment);
    m_defn->AddFieldDefn(&field);
}

OGRFeature &OGRMapflowTableLayer::AddRow()
{
    m_rows.push_back(std::make_unique<OGRFeature>(m_defn));
    m_rows.back()->SetFID(static_cast<GIntBig>(m_rows.size() - 1));
    return *m_rows.back();
}

OGRFeature *OGRMapflowTableLayer::GetNextFeature()
{
    while (m_next < m_rows.size())
    {
        OGRFeature *const row = m_rows[m_next++].get();
        if ((m_poFilterGeom == nullptr || FilterGeometry(row->GetGeometryRef())) &&
            (m_poAttrQuery == nullptr || m_poAttrQuery->Evaluate(row)))
            return row->Clone();
    }
    return nullptr;
}

OGRFeature *OGRMapflowTableLayer::GetFeature(GIntBig fid)
{
    if (fid < 0 || static_cast<size_t>(fid) >= m_rows.size())
        return nullptr;
    return m_rows[static_cast<size_t>(fid)]->Clone();
}

GIntBig OGRMapflowTableLayer::GetFeatureCount(int force)
{
    if (m_poFilterGeom != nullptr || m_poAttrQuery != nullptr)
        return OGRLayer::GetFeatureCount(force);
    return static_cast<GIntBig>(m_rows.size());
}

int OGRMapflowTableLayer::TestCapability(const char *capability) MF_CONST_312
{
    if (EQUAL(capability, OLCFastFeatureCount))
        return m_poFilterGeom == nullptr && m_poAttrQuery == nullptr;
    return EQUAL(capability, OLCRandomRead) || EQUAL(capability, OLCStringsAsUTF8);
}
