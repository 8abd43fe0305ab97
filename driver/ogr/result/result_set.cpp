// SPDX-License-Identifier: MIT
#include "result/result_set.h"

#include <algorithm>
#include <map>
#include <new>
#include <numeric>

#include "common/owned.h"
#include "layer/stable_fid.h"

namespace
{

constexpr const char *OWN_COLUMNS[] = {"processing_id", "processing"};
constexpr int OWN_COUNT = 2;

using OwnedSchema = OGRMapflowOwned<mf_schema_free>;

std::shared_ptr<const mf_schema> CopyExact(const mf_schema &schema)
{
    auto copy = std::make_shared<OwnedSchema>();
    if (mf_schema_copy_exact(copy.get(), &schema) != 0)
        throw std::bad_alloc();
    return copy;
}

bool IsText(const OGRMapflowOptions &options, const char *option)
{
    return EQUAL(options.Get(option).c_str(), "TEXT");
}

} // namespace

OGRMapflowColumnForms::OGRMapflowColumnForms(const OGRMapflowOptions &options)
    : integersAreText(IsText(options, "INTEGERS")), jsonIsText(IsText(options, "JSON"))
{
}

std::shared_ptr<const OGRMapflowResultSet> OGRMapflowResultSet::Of(OGRMapflowPart part,
                                                                   OGRMapflowColumnForms forms)
{
    const std::shared_ptr<OGRMapflowResultSet> set(new OGRMapflowResultSet(forms));
    const auto result = part.result;
    set->Add({std::move(part)});
    set->SetSchema({result, &result->collection.schema});
    return set;
}

std::shared_ptr<const OGRMapflowResultSet>
OGRMapflowResultSet::Merge(std::vector<OGRMapflowPart> parts, OGRMapflowColumnForms forms)
{
    const std::shared_ptr<OGRMapflowResultSet> set(new OGRMapflowResultSet(forms));
    set->Add(std::move(parts));
    if (!set->CheckSpatialReferences())
        return nullptr;
    set->MergeSchemas();
    set->NumberFeatures();
    return set;
}

void OGRMapflowResultSet::Add(std::vector<OGRMapflowPart> parts)
{
    for (OGRMapflowPart &part : parts)
    {
        const mf_collection &collection = part.result->collection;
        const mf_box &box = collection.extent;
        if (box.min_x <= box.max_x)
        {
            m_extent.Merge(box.min_x, box.min_y);
            m_extent.Merge(box.max_x, box.max_y);
        }
        m_geometryTypes |= collection.geometry_types;
        m_oddCount += collection.odd_count;
        m_parts.emplace_back();
        static_cast<OGRMapflowPart &>(m_parts.back()) = std::move(part);
        m_parts.back().begin = m_count;
        m_count += collection.feature_count;
    }
    m_byFID.resize(m_parts.size());
    std::iota(m_byFID.begin(), m_byFID.end(), 0);
}

// ---- columns

void OGRMapflowResultSet::SetSchema(std::shared_ptr<const mf_schema> schema)
{
    m_schema = m_forms.integersAreText ? CopyExact(*schema) : std::move(schema);
    for (Member &part : m_parts)
    {
        const mf_schema &own = part.result->collection.schema;
        for (int i = 0; i < m_schema->field_count; ++i)
        {
            const mf_field &field = m_schema->fields[i];
            part.hasField.push_back(i < m_schema->host_count ||
                                    mf_schema_find(&own, field.name, field.name_size) >= 0);
        }
    }
    NameColumns();
}

void OGRMapflowResultSet::MergeSchemas()
{
    std::vector<const mf_schema *> schemas;
    for (const Member &part : m_parts)
        schemas.push_back(&part.result->collection.schema);
    auto merged = std::make_shared<OwnedSchema>();
    const mf_schema_rules rules = GeoJSONRules();
    if (mf_schema_merge(merged.get(), OWN_COLUMNS, OWN_COUNT, schemas.data(), schemas.size(),
                        &rules) != 0)
        throw std::bad_alloc();
    SetSchema(std::move(merged));
}

// Appends a number to the name of a result's field if one of the columns before them has that name.
void OGRMapflowResultSet::NameColumns()
{
    const int count = m_schema->field_count, own = m_schema->host_count;
    const auto isTaken = [this, count](const std::string &name, int end)
    {
        for (int i = 0; i < end && i < count; ++i)
            if (EQUAL(m_schema->fields[i].name, name.c_str()))
                return true;
        return false;
    };
    for (int i = 0; i < count; ++i)
    {
        std::string name = m_schema->fields[i].name;
        for (int n = 2; i >= own && isTaken(name, n == 2 ? own : count); ++n)
            name = m_schema->fields[i].name + ('_' + std::to_string(n));
        m_columnNames.push_back(name);
    }
}

void OGRMapflowResultSet::WarnOfIntegers(const std::string &layer) const
{
    std::string columns;
    for (int i = 0; i < m_schema->field_count && !m_forms.integersAreText; ++i)
    {
        const char *const beyond = m_schema->fields[i].beyond_int64;
        if (beyond != nullptr)
            columns += (columns.empty() ? "column \"" : ", column \"") + ColumnName(i) +
                       "\" (first " + beyond + ')';
    }
    if (!columns.empty())
        CPLError(CE_Warning, CPLE_AppDefined,
                 "Layer \"%s\": integers beyond 64 bits are read as the nearest 64-bit integer, in "
                 "%s. INTEGERS=TEXT reads such columns as strings.",
                 layer.c_str(), columns.c_str());
}

// ---- features

// Returns the first number from `wanted` on that starts `count` free ones. `taken` has the first
// number and the count of each range in use.
static GIntBig FindFree(const std::map<GIntBig, GIntBig> &taken, GIntBig wanted, GIntBig count)
{
    for (;;)
    {
        auto before = taken.lower_bound(wanted + count);
        if (before == taken.begin())
            return wanted;
        --before;
        if (before->first + before->second <= wanted)
            return wanted;
        wanted = before->first + before->second;
    }
}

void OGRMapflowResultSet::NumberFeatures()
{
    std::map<GIntBig, GIntBig> taken;
    m_byFID.clear();
    for (Member &part : m_parts)
    {
        const auto count = static_cast<GIntBig>(part.result->collection.feature_count);
        if (count == 0)
            continue;
        part.fid = FindFree(taken, OGRMapflowStableFID(part.id.c_str()), count);
        taken[part.fid] = count;
        m_byFID.push_back(static_cast<size_t>(&part - m_parts.data()));
    }
    std::sort(m_byFID.begin(), m_byFID.end(),
              [this](size_t a, size_t b) { return m_parts[a].fid < m_parts[b].fid; });
}

size_t OGRMapflowResultSet::PartAt(uint64_t position) const
{
    if (m_parts.size() == 1)
        return 0;
    const auto after =
        std::upper_bound(m_parts.begin(), m_parts.end(), position,
                         [](uint64_t wanted, const Member &part) { return wanted < part.begin; });
    return static_cast<size_t>(after - m_parts.begin()) - 1;
}

const mf_feature &OGRMapflowResultSet::Feature(uint64_t position) const
{
    const Member &part = m_parts[PartAt(position)];
    return part.result->collection.features[position - part.begin];
}

std::string OGRMapflowResultSet::Text(uint64_t position) const
{
    const Member &part = m_parts[PartAt(position)];
    mf_string text;
    return mf_collection_feature_text(&part.result->collection, part.result->document.data,
                                      position - part.begin, &text)
               ? std::string(text.text, text.size)
               : std::string();
}

GIntBig OGRMapflowResultSet::FIDOf(uint64_t position) const
{
    const Member &part = m_parts[PartAt(position)];
    return part.fid + static_cast<GIntBig>(position - part.begin);
}

uint64_t OGRMapflowResultSet::PositionOf(GIntBig fid) const
{
    const auto after = std::upper_bound(m_byFID.begin(), m_byFID.end(), fid,
                                        [this](GIntBig wanted, size_t part)
                                        { return wanted < m_parts[part].fid; });
    if (after == m_byFID.begin())
        return m_count;
    const Member &part = m_parts[*(after - 1)];
    const auto i = static_cast<uint64_t>(fid - part.fid);
    return i < part.result->collection.feature_count ? part.begin + i : m_count;
}

uint64_t OGRMapflowResultSet::Find(uint64_t position, const mf_box &box) const
{
    while (position < m_count)
    {
        const Member &part = m_parts[PartAt(position)];
        const mf_collection &collection = part.result->collection;
        const uint64_t i = mf_collection_find(&collection, position - part.begin, &box);
        position = part.begin + i;
        if (i < collection.feature_count)
            break;
    }
    return position;
}

bool OGRMapflowResultSet::Decode(OGRMapflowRow &row, uint64_t position, mf_error &err) const
{
    row.part = PartAt(position);
    const Member &part = m_parts[row.part];
    // A feature without properties takes other members as its fields, but only fields of its own
    // result.
    for (size_t i = 0; i < part.hasField.size(); ++i)
        row.wanted[i] = row.wanted[i] & part.hasField[i];
    if (mf_row_decode_feature(&row, &part.result->collection, part.result->document.data,
                              position - part.begin, &err) != 0)
    {
        mf_error_prefix(&err, "processing %s", part.id.c_str());
        return false;
    }
    const std::string *const own[] = {&part.id, &part.name};
    for (int i = 0; i < m_schema->host_count; ++i)
    {
        mf_value &value = row.values[i];
        if (row.wanted[i] == 0)
            continue;
        value.kind = own[i]->empty() ? MF_VALUE_NULL : MF_VALUE_STRING;
        value.count = own[i]->size();
        value.as.text = own[i]->c_str();
    }
    return true;
}

// ---- the layer

OGRwkbGeometryType OGRMapflowResultSet::GeometryType() const
{
    bool hasZ = false;
    const int type = mf_geometry_common_type(m_geometryTypes, &hasZ);
    const auto flat = static_cast<OGRwkbGeometryType>(type);
    return hasZ ? OGR_GT_SetZ(flat) : flat;
}

// The description of one result does not apply to the others.
const char *OGRMapflowResultSet::Description() const
{
    return m_schema->host_count == 0 ? m_parts[0].result->collection.description : nullptr;
}

namespace
{

// Returns the member `crs` of the first result that has geometries, else of the first one; nullptr
// if there is none.
template <class Parts> const char *ReferenceOf(const Parts &parts)
{
    const auto found = std::find_if(parts.begin(), parts.end(),
                                    [](const OGRMapflowPart &part)
                                    { return part.result->collection.geometry_types != 0; });
    return parts.empty() ? nullptr
                         : (found != parts.end() ? *found : parts[0]).result->collection.crs;
}

bool IsSameText(const char *a, const char *b)
{
    return a == nullptr || b == nullptr ? a == b : strcmp(a, b) == 0;
}

bool IsSame(const OGRMapflowSRS &a, const OGRMapflowSRS &b)
{
    return a == nullptr || b == nullptr ? a == b : a->IsSame(b.get()) != 0;
}

const char *NameOf(const OGRMapflowSRS &srs)
{
    const char *const name = srs != nullptr ? srs->GetName() : nullptr;
    return name != nullptr ? name : "unknown";
}

} // namespace

OGRMapflowSRS OGRMapflowResultSet::SpatialReference() const
{
    return OGRMapflowResultSRS(ReferenceOf(m_parts), OGR_GT_HasZ(GeometryType()) != 0);
}

// Results without a geometry fit all others. Returns false after one CPLError.
bool OGRMapflowResultSet::CheckSpatialReferences() const
{
    const char *const reference = ReferenceOf(m_parts);
    const char *known = reference; // the last one that is equal
    const bool hasZ = OGR_GT_HasZ(GeometryType()) != 0;
    for (const Member &part : m_parts)
    {
        const char *const crs = part.result->collection.crs;
        if (part.result->collection.geometry_types == 0 || IsSameText(crs, known))
            continue;
        const auto wanted = OGRMapflowResultSRS(reference, hasZ);
        const auto found = OGRMapflowResultSRS(crs, hasZ);
        if (!IsSame(wanted, found))
        {
            CPLError(CE_Failure, CPLE_NotSupported,
                     "MERGE=YES: the result of processing %s (\"%s\") is in another spatial "
                     "reference system (%s) than those before (%s). Read the results as layers of "
                     "their own.",
                     part.id.c_str(), part.name.c_str(), NameOf(found), NameOf(wanted));
            return false;
        }
        known = crs;
    }
    return true;
}
