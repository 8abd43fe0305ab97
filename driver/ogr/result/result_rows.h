// SPDX-License-Identifier: MIT
// result_rows: which features of its results a layer has, and how to decode them.
#ifndef MAPFLOW_RESULT_ROWS_H
#define MAPFLOW_RESULT_ROWS_H

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/compat.h"
#include "result/result_set.h"

// Kinds of geometry that a file format with one geometry type can store together (GEOMETRY=SPLIT).
enum class OGRMapflowGeometryKind
{
    Polygon,
    Line,
    Point,
    Other, // features without a geometry, and collections
    All
};

inline OGRMapflowGeometryKind OGRMapflowKindOf(int geometry)
{
    switch (geometry)
    {
        case MF_GEOMETRY_POLYGON:
        case MF_GEOMETRY_MULTIPOLYGON:
            return OGRMapflowGeometryKind::Polygon;
        case MF_GEOMETRY_LINESTRING:
        case MF_GEOMETRY_MULTILINESTRING:
            return OGRMapflowGeometryKind::Line;
        case MF_GEOMETRY_POINT:
        case MF_GEOMETRY_MULTIPOINT:
            return OGRMapflowGeometryKind::Point;
        default:
            return OGRMapflowGeometryKind::Other;
    }
}

// The features of one kind, by their positions in the results. Small enough to copy: each thread
// decodes with its own copy.
class OGRMapflowResultRows
{
  public:
    OGRMapflowResultRows(std::shared_ptr<const OGRMapflowResultSet> set,
                         OGRMapflowGeometryKind kind);

    const OGRMapflowResultSet &Set() const { return *m_set; }
    uint64_t End() const { return m_set->Count(); }
    uint64_t Count() const { return m_count; }
    bool IsMember(uint64_t position) const;
    // Returns the first position at or after `position`, End() if there is none. With a box, only
    // considers features whose bounding box meets it.
    uint64_t Find(uint64_t position, const mf_box *box = nullptr) const;
    // Returns the position of feature number `index`, End() if there is none.
    uint64_t PositionOf(uint64_t index) const;

    OGRwkbGeometryType Type() const { return m_type; }
    // Whether ogr2ogr can read all geometries as WKB, according to the index. Only for the layer's
    // thread.
    bool HasPlainGeometries() const;
    // Returns false if there is no extent, or after one CPLError. Decodes few features.
    bool GetExtent(OGREnvelope &extent) const;

    // Which fields are decoded, and whether geometries are. By default all.
    std::vector<unsigned char> wanted{};
    bool wantsGeometry = true;

    // Decodes a feature. If single and multiple geometries occur in one kind, single ones become
    // multiple, so that one type fits all. Returns false and sets `err` on failure.
    bool Decode(OGRMapflowRow &row, uint64_t position, mf_error &err) const;

  private:
    void ChooseType();

    std::shared_ptr<const OGRMapflowResultSet> m_set;
    OGRMapflowGeometryKind m_kind;
    uint64_t m_count = 0;
    OGRwkbGeometryType m_type = wkbUnknown;
    bool m_makesMultiple = false;
    mutable std::optional<bool> m_hasPlainGeometries{};
};

#endif
