#include "result_layer.h"

#include "feature.h"
#include "report.h"
#include "spatial_reference.h"

namespace
{

constexpr OGRFieldType FIELD_TYPES[] = {OFTInteger,     OFTInteger64,     OFTReal,
                                        OFTString,      OFTDate,          OFTTime,
                                        OFTDateTime,    OFTIntegerList,   OFTInteger64List,
                                        OFTRealList,    OFTStringList};
constexpr OGRFieldSubType FIELD_SUBTYPES[] = {OFSTNone, OFSTBoolean, OFSTJSON};

} // namespace

OGRMapflowResultLayer::OGRMapflowResultLayer(GDALDataset *dataset,
                                             std::shared_ptr<const mf_result> result)
    : m_dataset(dataset), m_result(std::move(result))
{
}

OGRMapflowResultLayer::~OGRMapflowResultLayer()
{
    mf_row_free(&m_row);
    if (m_defn != nullptr)
        m_defn->Release();
}

std::unique_ptr<OGRMapflowResultLayer>
OGRMapflowResultLayer::Create(GDALDataset *dataset, const char *name,
                              std::shared_ptr<const mf_result> result)
{
    std::unique_ptr<OGRMapflowResultLayer> layer(
        new OGRMapflowResultLayer(dataset, std::move(result)));
    mf_error err;
    mf_error_init(&err);
    if (mf_row_init(&layer->m_row, &layer->m_result->collection.schema, &err) != 0)
    {
        OGRMapflowReport(err);
        return nullptr;
    }
    layer->m_defn = new OGRFeatureDefn(name);
    layer->m_defn->Reference();
    layer->SetDescription(name);
    layer->DefineFields();
    layer->DefineGeometry();
    if (layer->m_result->collection.description != nullptr)
        layer->SetMetadataItem("DESCRIPTION", layer->m_result->collection.description);
    return layer;
}

void OGRMapflowResultLayer::DefineFields()
{
    const mf_schema &schema = m_result->collection.schema;
    for (int i = 0; i < schema.field_count; ++i)
    {
        const mf_field &known = schema.fields[i];
        OGRFieldDefn field(known.name, FIELD_TYPES[known.type]);
        field.SetSubType(FIELD_SUBTYPES[known.subtype]);
        field.SetWidth(known.subtype == MF_SUBTYPE_BOOLEAN ? 1 : 0);
        SetFieldTimeZone(field, known.time_zone);
        m_defn->AddFieldDefn(&field);
    }
}

void OGRMapflowResultLayer::DefineGeometry()
{
    const mf_collection &collection = m_result->collection;
    auto type = static_cast<OGRwkbGeometryType>(collection.layer_geometry);
    if (collection.layer_has_z)
        type = OGR_GT_SetZ(type);
    m_defn->SetGeomType(type);
    const auto srs = OGRMapflowResultSRS(collection.crs, collection.layer_has_z != 0);
    m_defn->GetGeomFieldDefn(0)->SetSpatialRef(srs.get());
}

// The decoder skips what nobody will look at. A spatial filter looks at the geometry.
void OGRMapflowResultLayer::WantWhatIsNotIgnored()
{
    for (int i = 0; i < m_defn->GetFieldCount(); ++i)
        m_row.wanted[i] = !m_defn->GetFieldDefn(i)->IsIgnored();
    m_row.wants_geometry =
        m_poFilterGeom != nullptr || !m_defn->GetGeomFieldDefn(0)->IsIgnored();
}

// The boxes of the index are rounded outwards: they may say yes too often, never no.
bool OGRMapflowResultLayer::MayMeetFilter(const mf_feature &feature) const
{
    return feature.box[0] <= m_sFilterEnvelope.MaxX && feature.box[2] >= m_sFilterEnvelope.MinX &&
           feature.box[1] <= m_sFilterEnvelope.MaxY && feature.box[3] >= m_sFilterEnvelope.MinY;
}

std::unique_ptr<OGRFeature> OGRMapflowResultLayer::Decode(uint64_t position)
{
    const mf_collection &collection = m_result->collection;
    mf_error err;
    mf_error_init(&err);
    WantWhatIsNotIgnored();
    if (mf_row_decode(&m_row, m_result->text.data + collection.features[position].offset,
                      mf_feature_text_size(&collection, position), &err) != 0)
    {
        OGRMapflowReport(err);
        return nullptr;
    }
    auto feature = OGRMapflowMakeFeature(m_defn, m_row);
    feature->SetFID(static_cast<GIntBig>(position));
    return feature;
}

OGRFeature *OGRMapflowResultLayer::GetNextFeature()
{
    const mf_collection &collection = m_result->collection;
    while (m_next < collection.feature_count)
    {
        const uint64_t position = m_next++;
        if (m_poFilterGeom != nullptr && !MayMeetFilter(collection.features[position]))
            continue;
        auto feature = Decode(position);
        if (feature == nullptr)
            return nullptr;
        if ((m_poFilterGeom == nullptr || FilterGeometry(feature->GetGeometryRef())) &&
            (m_poAttrQuery == nullptr || m_poAttrQuery->Evaluate(feature.get())))
            return feature.release();
    }
    return nullptr;
}

OGRErr OGRMapflowResultLayer::SetNextByIndex(GIntBig index)
{
    if (m_poFilterGeom != nullptr || m_poAttrQuery != nullptr)
        return OGRLayer::SetNextByIndex(index);
    if (index < 0 || static_cast<uint64_t>(index) > m_result->collection.feature_count)
        return OGRERR_FAILURE;
    m_next = static_cast<uint64_t>(index);
    return OGRERR_NONE;
}

OGRFeature *OGRMapflowResultLayer::GetFeature(GIntBig fid)
{
    if (fid < 0 || static_cast<uint64_t>(fid) >= m_result->collection.feature_count)
        return nullptr;
    return Decode(static_cast<uint64_t>(fid)).release();
}

GIntBig OGRMapflowResultLayer::GetFeatureCount(int force)
{
    if (m_poFilterGeom != nullptr || m_poAttrQuery != nullptr)
        return OGRLayer::GetFeatureCount(force);
    return static_cast<GIntBig>(m_result->collection.feature_count);
}

OGRErr OGRMapflowResultLayer::ExtentOf(int geomField, OGREnvelope *extent, bool)
{
    const mf_box &box = m_result->collection.extent;
    if (geomField != 0 || box.min_x > box.max_x)
        return OGRERR_FAILURE;
    extent->MinX = box.min_x;
    extent->MinY = box.min_y;
    extent->MaxX = box.max_x;
    extent->MaxY = box.max_y;
    return OGRERR_NONE;
}

int OGRMapflowResultLayer::TestCapability(const char *capability) MF_CONST_312
{
    const bool unfiltered = m_poFilterGeom == nullptr && m_poAttrQuery == nullptr;
    if (EQUAL(capability, OLCFastFeatureCount) || EQUAL(capability, OLCFastSetNextByIndex))
        return unfiltered;
    if (EQUAL(capability, OLCZGeometries))
        return m_result->collection.layer_has_z;
    return EQUAL(capability, OLCRandomRead) || EQUAL(capability, OLCFastGetExtent) ||
           EQUAL(capability, OLCFastSpatialFilter) || EQUAL(capability, OLCIgnoreFields) ||
           EQUAL(capability, OLCStringsAsUTF8);
}
