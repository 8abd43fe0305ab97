// SPDX-License-Identifier: MIT
#include "result/result_layer.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "common/errors.h"
#include "common/spatial_reference.h"
#include "layer/statement_dataset.h"
#include "result/arrow_conversion.h"
#include "result/arrow_stream.h"
#include "result/geometry.h"
#include "result/geometry_messages.h"
#include "result/row_filter.h"

constexpr OGRFieldType FIELD_TYPES[] = {
    OFTInteger,  OFTInteger64,   OFTReal,          OFTString,   OFTDate,      OFTTime,
    OFTDateTime, OFTIntegerList, OFTInteger64List, OFTRealList, OFTStringList};
constexpr OGRFieldSubType FIELD_SUBTYPES[] = {OFSTNone, OFSTBoolean, OFSTJSON};

OGRMapflowResultLayer::~OGRMapflowResultLayer()
{
    *m_isAlive = false;
    if (m_defn != nullptr)
        m_defn->Release();
}

std::unique_ptr<OGRMapflowResultLayer>
OGRMapflowResultLayer::Create(GDALDataset *dataset, const std::string &name, bool hasStyles,
                              const OGRMapflowResultRows &rows)
{
    std::unique_ptr<OGRMapflowResultLayer> layer(new OGRMapflowResultLayer(dataset, rows));
    if (!OGRMapflowTry(mf_row_init, &layer->m_row, &rows.Set().Schema()))
        return nullptr;
    layer->m_defn = new OGRFeatureDefn(name.c_str());
    layer->m_defn->Reference();
    layer->SetDescription(name.c_str());
    layer->DefineFields();
    layer->DefineGeometry();
    if (hasStyles)
        layer->m_styles = std::make_unique<OGRMapflowStyles>(rows.Set(), *layer->m_defn);
    layer->m_maker = std::make_unique<OGRMapflowFeatureMaker>(layer->m_defn, layer->m_styles.get());
    if (rows.Set().Description() != nullptr)
        layer->SetMetadataItem("DESCRIPTION", rows.Set().Description());
    return layer;
}

bool OGRMapflowResultLayer::Split(GDALDataset *dataset, const std::string &name, bool hasStyles,
                                  const std::shared_ptr<const OGRMapflowResultSet> &set,
                                  std::vector<std::unique_ptr<OGRMapflowResultLayer>> &layers)
{
    constexpr std::pair<OGRMapflowGeometryKind, const char *> KINDS[] = {
        {OGRMapflowGeometryKind::Polygon, "_polygon"},
        {OGRMapflowGeometryKind::Line, "_line"},
        {OGRMapflowGeometryKind::Point, "_point"},
        {OGRMapflowGeometryKind::Other, "_other"}};
    for (const auto &[kind, suffix] : KINDS)
    {
        const OGRMapflowResultRows rows(set, kind);
        if (rows.Count() > 0)
            layers.push_back(Create(dataset, name + suffix, hasStyles, rows));
        if (!layers.empty() && layers.back() == nullptr)
            return false;
    }
    return true;
}

void OGRMapflowResultLayer::DefineFields()
{
    const OGRMapflowResultSet &set = m_rows.Set();
    const mf_schema &schema = set.Schema();
    for (int i = 0; i < schema.field_count; ++i)
    {
        const mf_field &known = schema.fields[i];
        OGRFieldDefn field(set.ColumnName(i).c_str(), FIELD_TYPES[known.type]);
        const bool isText = known.subtype == MF_SUBTYPE_JSON && !set.IsJSON(known);
        field.SetSubType(isText ? OFSTNone : FIELD_SUBTYPES[known.subtype]);
        field.SetWidth(known.subtype == MF_SUBTYPE_BOOLEAN ? 1 : 0);
        SetFieldTimeZone(field, known.time_zone);
        m_defn->AddFieldDefn(&field);
    }
}

void OGRMapflowResultLayer::DefineGeometry()
{
    m_defn->SetGeomType(m_rows.Type());
    if (m_rows.Type() == wkbNone)
        return;
    const auto srs = m_rows.Set().SpatialReference();
    m_defn->GetGeomFieldDefn(0)->SetSpatialRef(srs.get());
}

// ogr2ogr requests the table of every layer, whatever it writes. For many features the table has
// all styles that they may have. Returns false if it is unknown which ones occur.
bool OGRMapflowResultLayer::FindStyles(std::set<const char *> &occurring) const
{
    constexpr uint64_t MOST_FEATURES = 10000;
    if (m_rows.Count() > MOST_FEATURES)
        return false;
    OGRMapflowResultRows rows = m_rows;
    rows.wantsGeometry = false;
    rows.wanted.assign(rows.wanted.size(), 0);
    for (const int field : m_styles->Fields())
        rows.wanted[static_cast<size_t>(field)] = 1;
    OGRMapflowRow row;
    OGRMapflowError err;
    for (uint64_t i = rows.Find(0); i < rows.End(); i = rows.Find(i + 1))
    {
        if (!rows.Decode(row, i, err))
            return false;
        row.geometry = rows.Set().Feature(i).geometry;
        occurring.insert(m_styles->Of(row));
    }
    return true;
}

OGRStyleTable *OGRMapflowResultLayer::GetStyleTable()
{
    if (m_styles != nullptr && !m_hasStyleTable)
    {
        std::set<const char *> occurring;
        const bool isKnown = FindStyles(occurring);
        SetStyleTableDirectly(m_styles->Table(isKnown ? &occurring : nullptr).release());
    }
    m_hasStyleTable = true;
    return OGRLayer::GetStyleTable();
}

// The decoder skips ignored fields, except those that the attribute filter or the style reads:
// pyogrio selects columns and rows independently of each other.
void OGRMapflowResultLayer::WantWhatIsNotIgnored()
{
    for (int i = 0; i < m_defn->GetFieldCount(); ++i)
        m_rows.wanted[i] = !m_defn->GetFieldDefn(i)->IsIgnored();
    const auto isNeeded = [this](int field)
    {
        if (!m_rows.wanted[field])
            m_neededAlone.push_back(field);
        m_rows.wanted[field] = true;
    };
    m_neededAlone.clear();
    if (m_styles != nullptr)
    {
        for (const int field : m_styles->Fields())
            isNeeded(field);
    }
    m_filterUsesGeometry = false;
    if (m_poAttrQuery == nullptr)
        return;
    const OGRMapflowFilterNeeds needs(*m_poAttrQuery, *m_defn);
    m_filterUsesGeometry = needs.geometry || needs.style; // styles differ by geometry
    for (const int field : needs.fields)
        isNeeded(field);
}

// Removes fields that only the filter or the style reads.
OGRFeature *OGRMapflowResultLayer::Given(std::unique_ptr<OGRFeature> feature) const
{
    for (const int field : m_neededAlone)
        if (feature != nullptr)
            feature->UnsetField(field);
    return feature.release();
}

// Filters need the geometry even if it is ignored. GEOMETRY=SPLIT makes tables without one.
bool OGRMapflowResultLayer::WantsGeometry() const
{
    return m_defn->GetGeomFieldCount() > 0 && (m_poFilterGeom != nullptr || m_filterUsesGeometry ||
                                               !m_defn->GetGeomFieldDefn(0)->IsIgnored());
}

OGRErr OGRMapflowResultLayer::SetIgnoredFields(IgnoredFields fields)
{
    DropPieces();
    const OGRErr outcome = OGRLayer::SetIgnoredFields(fields);
    WantWhatIsNotIgnored();
    return outcome;
}

OGRErr OGRMapflowResultLayer::SetAttributeFilter(const char *query)
{
    const OGRErr outcome = OGRLayer::SetAttributeFilter(query);
    WantWhatIsNotIgnored();
    DropPieces();
    return outcome;
}

// Returns the first position at or after `from` whose feature may meet the spatial filter, if there
// is one.
uint64_t OGRMapflowResultLayer::FindWithinFilter(uint64_t from) const
{
    const mf_box box = {m_sFilterEnvelope.MinX, m_sFilterEnvelope.MinY, m_sFilterEnvelope.MaxX,
                        m_sFilterEnvelope.MaxY};
    return m_rows.Find(from, m_poFilterGeom != nullptr ? &box : nullptr);
}

void OGRMapflowResultLayer::MoveTo(uint64_t position)
{
    m_next = position;
    m_readInARow = 0;
}

void OGRMapflowResultLayer::DropPieces()
{
    m_ahead.Clear();
    m_piece = nullptr;
    m_readInARow = 0;
}

// Returns the feature of a row. If `row` is nullptr, returns nullptr after one CPLError.
std::unique_ptr<OGRFeature> OGRMapflowResultLayer::Make(const OGRMapflowRow *row, uint64_t position,
                                                        const mf_error &err)
{
    if (row == nullptr)
    {
        OGRMapflowRaise(err);
        return nullptr;
    }
    auto feature = m_maker->Make(*row);
    feature->SetFID(m_rows.Set().FIDOf(position));
    return feature;
}

std::unique_ptr<OGRFeature> OGRMapflowResultLayer::ReadAt(uint64_t position)
{
    OGRMapflowError err;
    m_rows.wantsGeometry = WantsGeometry();
    return Make(m_rows.Decode(m_row, position, err) ? &m_row : nullptr, position, err);
}

// Decodes the features of [begin, end), as far as that is possible. Runs in any thread. The
// reader's thread makes the features: memory that one thread allocates and another one frees costs
// more than decoding.
void OGRMapflowResultLayer::FillPiece(const OGRMapflowResultRows &rows, Piece &piece,
                                      uint64_t begin, uint64_t end)
{
    piece.begin = begin;
    piece.end = end;
    piece.positions.clear();
    mf_error_init(&piece.error);
    for (uint64_t i = rows.Find(begin); i < end; i = rows.Find(i + 1))
    {
        const size_t nth = piece.positions.size();
        if (nth == piece.rows.size())
            piece.rows.emplace_back();
        if (!rows.Decode(piece.rows[nth], i, piece.error))
            return;
        piece.positions.push_back(i);
    }
}

// Returns the row of a feature, and reads the next ones ahead. Returns nullptr and sets `err` on
// failure.
const OGRMapflowRow *OGRMapflowResultLayer::TakeRow(uint64_t position, mf_error &err)
{
    constexpr uint64_t ROWS_IN_PIECE = 512;
    if (m_piece == nullptr || position < m_piece->begin || position >= m_piece->end)
    {
        m_rows.wantsGeometry = WantsGeometry();
        m_piece = &m_ahead.Take(position, m_rows.End(), ROWS_IN_PIECE,
                                [rows = m_rows](Piece &piece, uint64_t begin, uint64_t end)
                                { FillPiece(rows, piece, begin, end); });
    }
    const auto &positions = m_piece->positions;
    const auto found = std::lower_bound(positions.begin(), positions.end(), position);
    if (found != positions.end())
        return &m_piece->rows[static_cast<size_t>(found - positions.begin())];
    err = m_piece->error;
    return nullptr;
}

// Other threads decode ahead if many features are read in order. A few are not worth a thread.
std::unique_ptr<OGRFeature> OGRMapflowResultLayer::ReadInOrder(uint64_t position)
{
    constexpr uint64_t WORTH_A_THREAD = 512;
    if (++m_readInARow <= WORTH_A_THREAD)
        return ReadAt(position);
    OGRMapflowError err;
    return Make(TakeRow(position, err), position, err);
}

// Reports once per layer. In Python with GDAL 3.6 an error that is raised with a feature loses that
// feature, so resetting is the best time.
void OGRMapflowResultLayer::ReportGeometriesOnce()
{
    if (!m_hasReported)
        OGRMapflowReportGeometries(m_rows, GetDescription());
    m_hasReported = true;
}

OGRFeature *OGRMapflowResultLayer::GetNextFeature()
{
    ReportGeometriesOnce();
    for (;;)
    {
        const uint64_t position = FindWithinFilter(m_next);
        m_next = position;
        if (position >= m_rows.End())
            return nullptr;
        ++m_next;
        auto feature = m_poFilterGeom == nullptr ? ReadInOrder(position) : ReadAt(position);
        if (feature == nullptr)
            return nullptr;
        if ((m_poFilterGeom == nullptr || FilterGeometry(feature->GetGeometryRef())) &&
            (m_poAttrQuery == nullptr || m_poAttrQuery->Evaluate(feature.get())))
            return Given(std::move(feature));
    }
}

// Like GDAL's own, can move to the end. No feature follows an index that does not exist.
OGRErr OGRMapflowResultLayer::SetNextByIndex(GIntBig index)
{
    const bool exists = index >= 0 && static_cast<uint64_t>(index) <= m_rows.Count();
    if (exists && !IsUnfiltered())
        return OGRLayer::SetNextByIndex(index);
    MoveTo(exists ? m_rows.PositionOf(static_cast<uint64_t>(index)) : m_rows.End());
    return exists ? OGRERR_NONE : OGRERR_NON_EXISTING_FEATURE;
}

OGRFeature *OGRMapflowResultLayer::GetFeature(GIntBig fid)
{
    const uint64_t position = m_rows.Set().PositionOf(fid);
    ReportGeometriesOnce();
    return position < m_rows.End() && m_rows.IsMember(position) ? Given(ReadAt(position)) : nullptr;
}

GIntBig OGRMapflowResultLayer::GetFeatureCount(int force)
{
    return IsUnfiltered() ? static_cast<GIntBig>(m_rows.Count()) : OGRLayer::GetFeatureCount(force);
}

OGRErr OGRMapflowResultLayer::ExtentOf(int geomField, OGREnvelope *extent, bool)
{
    return geomField == 0 && m_rows.GetExtent(*extent) ? OGRERR_NONE : OGRERR_FAILURE;
}

int OGRMapflowResultLayer::TestCapability(const char *capability) MF_CONST_312
{
    if (EQUAL(capability, OLCFastFeatureCount) || EQUAL(capability, OLCFastSetNextByIndex))
        return IsUnfiltered();
    if (EQUAL(capability, OLCZGeometries))
        return OGR_GT_HasZ(m_rows.Type());
    return EQUAL(capability, OLCRandomRead) || EQUAL(capability, OLCFastGetExtent) ||
           EQUAL(capability, OLCFastSpatialFilter) || EQUAL(capability, OLCIgnoreFields) ||
           EQUAL(capability, OLCStringsAsUTF8) ||
           (EQUAL(capability, OLCFastGetArrowStream) && HasOwnStream() && ConvertsThroughArrow() &&
            !OGRMapflowStatementDataset::RenamesGeometry(m_dataset));
}

// Adds the exact tests of the filters, for rows that are not features yet.
void OGRMapflowResultLayer::AddFilters(OGRMapflowStreamSource &source)
{
    if (IsUnfiltered())
        return;
    std::shared_ptr<OGRMapflowRowFilter> filter;
    if (m_poAttrQuery != nullptr)
        filter = std::make_shared<OGRMapflowRowFilter>(*this, m_pszAttrQueryString, *m_maker);
    source.find = [this](uint64_t from) { return FindWithinFilter(from); };
    source.passes = [this, filter](const OGRMapflowRow &row, uint64_t position)
    {
        if (m_poFilterGeom != nullptr)
        {
            const auto geometry = OGRMapflowGeometryOf(row, nullptr);
            if (geometry == nullptr || !FilterGeometry(geometry.get()))
                return false;
        }
        return filter == nullptr || filter->Passes(row, m_rows.Set().FIDOf(position));
    };
}

bool OGRMapflowResultLayer::ConvertsThroughArrow() const
{
    return !(MF_ARROW_FORGETS_SELECTION && m_poAttrQuery != nullptr) &&
           OGRMapflowConvertsThroughArrow(*m_defn, m_rows,
                                          m_styles != nullptr && !m_defn->IsStyleIgnored());
}

// A filter that lists FIDs is left to GDAL's stream, which reads only those features.
bool OGRMapflowResultLayer::HasOwnStream() const
{
    return m_poAttrQuery == nullptr || !OGRMapflowListsFIDs(*m_poAttrQuery, *m_defn);
}

// The schema is that of GDAL's own stream, which depends on GDAL's version; batches are made to fit
// it. If a column has an unknown form, GDAL's stream is returned. A program that would convert the
// layer wrongly gets no stream: it then reads the features.
bool OGRMapflowResultLayer::GetArrowStream(ArrowArrayStream *stream, CSLConstList options)
{
    ReportGeometriesOnce();
    if (OGRMapflowIsForConversion(options) && !ConvertsThroughArrow())
    {
        memset(stream, 0, sizeof *stream);
        return false;
    }
    if (!OGRLayer::GetArrowStream(stream, options))
        return false;
    ArrowSchema schema;
    if (!HasOwnStream() || stream->get_schema(stream, &schema) != 0)
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
    m_rows.wantsGeometry = WantsGeometry();
    OGRMapflowStreamSource source{m_rows, m_isAlive, &m_next};
    AddFilters(source);
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
