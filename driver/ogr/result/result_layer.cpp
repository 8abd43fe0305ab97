#include "result/result_layer.h"

#include <algorithm>

#include "common/errors.h"
#include "common/spatial_reference.h"
#include "result/arrow_stream.h"

namespace
{

constexpr OGRFieldType FIELD_TYPES[] = {
    OFTInteger,  OFTInteger64,   OFTReal,          OFTString,   OFTDate,      OFTTime,
    OFTDateTime, OFTIntegerList, OFTInteger64List, OFTRealList, OFTStringList};
constexpr OGRFieldSubType FIELD_SUBTYPES[] = {OFSTNone, OFSTBoolean, OFSTJSON};

} // namespace

OGRMapflowResultLayer::OGRMapflowResultLayer(GDALDataset *dataset,
                                             std::shared_ptr<const mf_result> result)
    : m_dataset(dataset), m_result(std::move(result)), m_ahead(m_result)
{
}

OGRMapflowResultLayer::~OGRMapflowResultLayer()
{
    *m_isAlive = false;
    mf_row_free(&m_row);
    if (m_defn != nullptr)
        m_defn->Release();
}

std::unique_ptr<OGRMapflowResultLayer>
OGRMapflowResultLayer::Create(GDALDataset *dataset, const char *name, const char *model,
                              std::shared_ptr<const mf_result> result)
{
    std::unique_ptr<OGRMapflowResultLayer> layer(
        new OGRMapflowResultLayer(dataset, std::move(result)));
    mf_error err;
    mf_error_init(&err);
    if (mf_row_init(&layer->m_row, &layer->m_result->collection.schema, &err) != 0)
    {
        OGRMapflowRaise(err);
        return nullptr;
    }
    layer->m_defn = new OGRFeatureDefn(name);
    layer->m_defn->Reference();
    layer->SetDescription(name);
    layer->DefineFields();
    layer->DefineGeometry();
    if (model != nullptr)
        layer->DefineStyle(model);
    layer->m_maker = std::make_unique<OGRMapflowFeatureMaker>(layer->m_defn, layer->m_style.get());
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
        m_hasJSON |= known.subtype == MF_SUBTYPE_JSON;
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

void OGRMapflowResultLayer::DefineStyle(const char *model)
{
    m_style = std::make_unique<OGRMapflowStyle>(model, *m_defn);
    SetStyleTableDirectly(m_style->Table().release());
}

// The decoder skips what nobody will look at. An attribute filter looks at its fields, even when
// nobody else will: pyogrio asks for columns and for rows independently of each other. So does the
// style.
void OGRMapflowResultLayer::WantWhatIsNotIgnored()
{
    for (int i = 0; i < m_defn->GetFieldCount(); ++i)
        m_row.wanted[i] = !m_defn->GetFieldDefn(i)->IsIgnored();
    const auto isNeeded = [this](int field)
    {
        if (!m_row.wanted[field])
            m_neededAlone.push_back(field);
        m_row.wanted[field] = true;
    };
    m_neededAlone.clear();
    if (m_style != nullptr)
    {
        for (const int field : m_style->Fields())
            isNeeded(field);
    }
    m_filterUsesGeometry = false;
    if (m_poAttrQuery == nullptr)
        return;
    const CPLStringList used(m_poAttrQuery->GetUsedFields());
    for (int i = 0; i < used.Count(); ++i)
    {
        m_filterUsesGeometry |= STARTS_WITH_CI(used[i], "OGR_GEOM");
        const int field = m_defn->GetFieldIndex(used[i]);
        if (field >= 0)
            isNeeded(field);
    }
}

// What the user gets: fields that only the filter and the style have looked at are not in it.
OGRFeature *OGRMapflowResultLayer::Given(std::unique_ptr<OGRFeature> feature) const
{
    for (const int field : m_neededAlone)
        if (feature != nullptr)
            feature->UnsetField(field);
    return feature.release();
}

// Filters look at the geometry, even when nobody else will. GEOMETRY=SPLIT makes tables without.
bool OGRMapflowResultLayer::WantsGeometry() const
{
    return m_defn->GetGeomFieldCount() > 0 && (m_poFilterGeom != nullptr || m_filterUsesGeometry ||
                                               !m_defn->GetGeomFieldDefn(0)->IsIgnored());
}

OGRErr OGRMapflowResultLayer::SetIgnoredFields(IgnoredFields fields)
{
    ForgetWhatWasReadAhead();
    const OGRErr outcome = OGRLayer::SetIgnoredFields(fields);
    WantWhatIsNotIgnored();
    return outcome;
}

OGRErr OGRMapflowResultLayer::SetAttributeFilter(const char *query)
{
    const OGRErr outcome = OGRLayer::SetAttributeFilter(query);
    WantWhatIsNotIgnored();
    ForgetWhatWasReadAhead();
    return outcome;
}

// The first position at or behind `from` whose feature may meet the spatial filter, if there is
// one.
uint64_t OGRMapflowResultLayer::FindWithinFilter(uint64_t from) const
{
    if (m_poFilterGeom == nullptr)
        return from;
    const mf_box wanted = {m_sFilterEnvelope.MinX, m_sFilterEnvelope.MinY, m_sFilterEnvelope.MaxX,
                           m_sFilterEnvelope.MaxY};
    return mf_collection_find(&m_result->collection, from, &wanted);
}

std::unique_ptr<OGRFeature> OGRMapflowResultLayer::Decode(uint64_t position)
{
    mf_error err;
    mf_error_init(&err);
    m_row.wants_geometry = WantsGeometry();
    if (mf_row_decode_feature(&m_row, &m_result->collection, m_result->document.data, position, &err) !=
        0)
        return Make(nullptr, position, err);
    return Make(&m_row, position, err);
}

// The feature of a row; nullptr of none, after one CPLError.
std::unique_ptr<OGRFeature> OGRMapflowResultLayer::Make(const mf_row *row, uint64_t position,
                                                        const mf_error &err)
{
    if (row == nullptr)
    {
        OGRMapflowRaise(err);
        return nullptr;
    }
    auto feature = m_maker->Make(*row);
    feature->SetFID(static_cast<GIntBig>(position));
    return feature;
}

void OGRMapflowResultLayer::MoveTo(uint64_t position)
{
    m_next = position;
    m_readInARow = 0;
}

void OGRMapflowResultLayer::ForgetWhatWasReadAhead()
{
    m_ahead.Clear();
    m_readInARow = 0;
}

// Who reads one feature after the other is served from rows that another thread decodes ahead; who
// looks at a few is not worth a thread.
std::unique_ptr<OGRFeature> OGRMapflowResultLayer::NextUnfiltered()
{
    constexpr uint64_t WORTH_A_THREAD = 512;
    const uint64_t position = m_next++;
    if (++m_readInARow <= WORTH_A_THREAD)
        return Decode(position);
    mf_error err;
    mf_error_init(&err);
    m_row.wants_geometry = WantsGeometry();
    return Make(m_ahead.Take(position, m_row, err), position, err);
}

OGRFeature *OGRMapflowResultLayer::GetNextFeature()
{
    for (;;)
    {
        m_next = FindWithinFilter(m_next);
        if (m_next >= m_result->collection.feature_count)
            return nullptr;
        auto feature = m_poFilterGeom == nullptr ? NextUnfiltered() : Decode(m_next++);
        if (feature == nullptr)
            return nullptr;
        if ((m_poFilterGeom == nullptr || FilterGeometry(feature->GetGeometryRef())) &&
            (m_poAttrQuery == nullptr || m_poAttrQuery->Evaluate(feature.get())))
            return Given(std::move(feature));
    }
}

OGRErr OGRMapflowResultLayer::SetNextByIndex(GIntBig index)
{
    if (m_poFilterGeom != nullptr || m_poAttrQuery != nullptr)
        return OGRLayer::SetNextByIndex(index);
    if (index < 0 || static_cast<uint64_t>(index) > m_result->collection.feature_count)
        return OGRERR_FAILURE;
    MoveTo(static_cast<uint64_t>(index));
    return OGRERR_NONE;
}

OGRFeature *OGRMapflowResultLayer::GetFeature(GIntBig fid)
{
    if (fid < 0 || static_cast<uint64_t>(fid) >= m_result->collection.feature_count)
        return nullptr;
    return Given(Decode(static_cast<uint64_t>(fid)));
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
           EQUAL(capability, OLCStringsAsUTF8) ||
           (EQUAL(capability, OLCFastGetArrowStream) && m_poAttrQuery == nullptr && !m_hasJSON);
}

// The exact test of the spatial filter, of a row that is not a feature yet.
bool OGRMapflowResultLayer::Passes(const mf_row &row)
{
    if (row.geometry == MF_GEOMETRY_NONE)
        return false;
    OGRGeometry *geometry = nullptr;
    OGRGeometryFactory::createFromWkb(row.wkb, nullptr, &geometry, row.wkb_size, wkbVariantIso);
    const std::unique_ptr<OGRGeometry> owned(geometry);
    return owned != nullptr && FilterGeometry(owned.get());
}

// GDAL's own stream says how the schema of this layer looks in this version; batches are made to
// fit it. What is not made here (an attribute filter, a column of an unknown form) is left to GDAL
// altogether.
bool OGRMapflowResultLayer::GetArrowStream(ArrowArrayStream *stream, CSLConstList options)
{
    if (!OGRLayer::GetArrowStream(stream, options))
        return false;
    ArrowSchema schema;
    if (m_poAttrQuery != nullptr || stream->get_schema(stream, &schema) != 0)
        return true;
    auto plan = OGRMapflowPlanBatch(
        schema, *m_defn, CPLTestBool(CSLFetchNameValueDef(options, "INCLUDE_FID", "YES")));
    schema.release(&schema);
    if (!plan)
    {
        CPLDebug("MAPFLOW", "The Arrow stream is GDAL's own: its schema is unknown to the driver.");
        return true;
    }

    const GIntBig wanted =
        CPLAtoGIntBig(CSLFetchNameValueDef(options, "MAX_FEATURES_IN_BATCH", "65536"));
    OGRMapflowStreamSource source;
    source.result = m_result;
    source.isAlive = m_isAlive;
    source.next = &m_next;
    source.wanted.assign(m_row.wanted, m_row.wanted + m_defn->GetFieldCount());
    source.wantsGeometry = WantsGeometry();
    if (m_poFilterGeom != nullptr)
    {
        source.find = [this](uint64_t from) { return FindWithinFilter(from); };
        source.passes = [this](const mf_row &row) { return Passes(row); };
    }
    const ArrowArrayStream schemaStream = *stream;
    OGRMapflowMakeStream(stream, std::move(source), std::move(*plan), schemaStream,
                         wanted > 0 ? static_cast<uint64_t>(wanted) : 65536);
    return true;
}

int OGRMapflowResultLayer::GetArrowSchema(ArrowArrayStream *stream, ArrowSchema *schema)
{
    return OGRMapflowIsOwnStream(stream) ? stream->get_schema(stream, schema)
                                         : OGRLayer::GetArrowSchema(stream, schema);
}

int OGRMapflowResultLayer::GetNextArrowArray(ArrowArrayStream *stream, ArrowArray *array)
{
    return OGRMapflowIsOwnStream(stream) ? stream->get_next(stream, array)
                                         : OGRLayer::GetNextArrowArray(stream, array);
}
