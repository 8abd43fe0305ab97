// SPDX-License-Identifier: MIT
#include "result/result_rows.h"

#include <algorithm>

#include "common/errors.h"
#include "result/geometry.h"

namespace
{

// GDAL does not read WKB that nests more than 32 collections. GeoJSON with that many is longer than
// this.
constexpr uint32_t SHALLOW_SIZE = 32 * sizeof R"({"type":"GeometryCollection","geometries":[]})";

bool IsPlain(const mf_feature &feature)
{
    if (feature.geometry == MF_GEOMETRY_NONE)
        return !MF_ARROW_MISREADS_VALIDITY;
    return feature.geometry != MF_GEOMETRY_COLLECTION || feature.size < SHALLOW_SIZE;
}

OGREnvelope BoxOf(const mf_feature &feature)
{
    OGREnvelope box;
    box.MinX = feature.box[0];
    box.MinY = feature.box[1];
    box.MaxX = feature.box[2];
    box.MaxY = feature.box[3];
    return box;
}

} // namespace

OGRMapflowResultRows::OGRMapflowResultRows(std::shared_ptr<const OGRMapflowResultSet> set,
                                           OGRMapflowGeometryKind kind)
    : wanted(static_cast<size_t>(set->Schema().field_count), 1), m_set(std::move(set)), m_kind(kind)
{
    ChooseType();
}

// Also counts the features.
void OGRMapflowResultRows::ChooseType()
{
    bool hasSingle = false, hasMultiple = false, hasZ = false;
    for (uint64_t i = Find(0); m_kind != OGRMapflowGeometryKind::All && i < End(); i = Find(i + 1))
    {
        const mf_feature &feature = m_set->Feature(i);
        const bool isMultiple = feature.geometry >= MF_GEOMETRY_MULTIPOINT;
        hasMultiple |= isMultiple;
        hasSingle |= !isMultiple;
        hasZ |= feature.has_z != 0;
        ++m_count;
    }
    switch (m_kind)
    {
        case OGRMapflowGeometryKind::All:
            m_count = m_set->Count();
            m_type = m_set->GeometryType();
            return;
        case OGRMapflowGeometryKind::Other: // without collections the layer is a table
            m_type = hasMultiple ? wkbUnknown : wkbNone;
            return;
        default:
            m_type = m_kind == OGRMapflowGeometryKind::Polygon ? wkbPolygon
                     : m_kind == OGRMapflowGeometryKind::Line  ? wkbLineString
                                                               : wkbPoint;
            m_makesMultiple = hasMultiple && hasSingle;
            if (hasMultiple)
                m_type = OGR_GT_GetCollection(m_type);
    }
    if (hasZ)
        m_type = OGR_GT_SetZ(m_type);
}

bool OGRMapflowResultRows::IsMember(uint64_t position) const
{
    return m_kind == OGRMapflowGeometryKind::All ||
           OGRMapflowKindOf(m_set->Feature(position).geometry) == m_kind;
}

uint64_t OGRMapflowResultRows::Find(uint64_t position, const mf_box *box) const
{
    for (;; ++position)
    {
        if (box != nullptr)
            position = m_set->Find(position, *box);
        if (position >= End() || IsMember(position))
            return position;
    }
}

uint64_t OGRMapflowResultRows::PositionOf(uint64_t index) const
{
    if (index >= m_count || m_kind == OGRMapflowGeometryKind::All)
        return index < m_count ? index : End();
    uint64_t position = Find(0);
    while (index-- > 0)
        position = Find(position + 1);
    return position;
}

bool OGRMapflowResultRows::HasPlainGeometries() const
{
    if (!m_hasPlainGeometries)
    {
        uint64_t i = Find(0);
        while (i < End() && IsPlain(m_set->Feature(i)))
            i = Find(i + 1);
        m_hasPlainGeometries = i == End();
    }
    return *m_hasPlainGeometries;
}

bool OGRMapflowResultRows::Decode(OGRMapflowRow &row, uint64_t position, mf_error &err) const
{
    if (row.schema == nullptr && mf_row_init(&row, &m_set->Schema(), &err) != 0)
        return false;
    std::copy(wanted.begin(), wanted.end(), row.wanted);
    row.wants_geometry = wantsGeometry;
    return m_set->Decode(row, position, err) &&
           (!m_makesMultiple || mf_row_make_multiple(&row, &err) == 0);
}

// The boxes of the index are rounded outwards, so only features whose box is not within the exact
// extent so far are decoded. Those that touch the extent of all boxes come first, so that few
// others remain.
bool OGRMapflowResultRows::GetExtent(OGREnvelope &extent) const
{
    extent = m_set->Extent();
    if (m_kind == OGRMapflowGeometryKind::All)
        return extent.MinX <= extent.MaxX;

    OGREnvelope rounded;
    for (uint64_t i = Find(0); i < End(); i = Find(i + 1))
    {
        const OGREnvelope box = BoxOf(m_set->Feature(i));
        if (box.MinX <= box.MaxX)
            rounded.Merge(box);
    }
    extent = OGREnvelope();
    OGRMapflowResultRows geometries(*this);
    geometries.wanted.assign(wanted.size(), 0);
    geometries.wantsGeometry = true;
    OGRMapflowRow row;
    OGRMapflowError err;
    for (const bool onlyTouching : {true, false})
    {
        for (uint64_t i = Find(0); i < End(); i = Find(i + 1))
        {
            const OGREnvelope box = BoxOf(m_set->Feature(i));
            const bool touches = box.MinX <= rounded.MinX || box.MinY <= rounded.MinY ||
                                 box.MaxX >= rounded.MaxX || box.MaxY >= rounded.MaxY;
            if (box.MinX > box.MaxX || extent.Contains(box) || (onlyTouching && !touches))
                continue;
            if (!geometries.Decode(row, i, err))
                return OGRMapflowRaise(err);
            const auto geometry = OGRMapflowGeometryOf(row, nullptr);
            OGREnvelope edge;
            if (geometry == nullptr || geometry->IsEmpty())
                continue;
            geometry->getEnvelope(&edge);
            extent.Merge(edge);
        }
    }
    return extent.MinX <= extent.MaxX;
}
