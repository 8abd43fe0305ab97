// SPDX-License-Identifier: MIT
// result_rows: which features of a result a layer has, and how they are decoded.
#ifndef MAPFLOW_RESULT_ROWS_H
#define MAPFLOW_RESULT_ROWS_H

#include <memory>
#include <string>
#include <vector>

#include "common/compat.h"
#include "store/result.h"

// What a file format with one geometry type can hold together (GEOMETRY=SPLIT).
enum class OGRMapflowGeometryKind
{
    Polygon,
    Line,
    Point,
    Other, // features without a geometry, and collections
    All
};

// What users choose about columns.
struct OGRMapflowColumnForms
{
    bool integersAreText = false; // those with integers beyond 64 bits
    bool jsonIsText = false;      // no column says that it holds JSON
};

// A decoded feature.
struct OGRMapflowRow : mf_row
{
    OGRMapflowRow() : mf_row{} {}
    ~OGRMapflowRow() { mf_row_free(this); }
    OGRMapflowRow(const OGRMapflowRow &) = delete;
    OGRMapflowRow &operator=(const OGRMapflowRow &) = delete;
};

// The features of one kind, by their positions in the result. A small value: each thread decodes
// with a copy of its own.
class OGRMapflowResultRows
{
  public:
    OGRMapflowResultRows(std::shared_ptr<const mf_result> result, OGRMapflowGeometryKind kind,
                         OGRMapflowColumnForms forms);

    const mf_collection &Collection() const { return m_result->collection; }
    const mf_schema &Schema() const { return *m_schema; }
    bool IsJSON(const mf_field &field) const
    {
        return field.subtype == MF_SUBTYPE_JSON && !m_jsonIsText;
    }
    // The text of a feature; "" if the document has changed under the driver.
    std::string Text(uint64_t position) const;
    uint64_t End() const { return Collection().feature_count; }
    uint64_t Count() const { return m_count; }
    bool IsMember(uint64_t position) const;
    // The first one at or after `position`, End() if there is none. With a box: of those whose
    // bounding box meets it.
    uint64_t Find(uint64_t position, const mf_box *box = nullptr) const;
    // The position of feature number `index`, End() if there is none.
    uint64_t PositionOf(uint64_t index) const;

    OGRwkbGeometryType Type() const { return m_type; }
    // Returns false if there is no extent, or after one CPLError. Decodes few features.
    bool GetExtent(mf_box &extent) const;

    // Which fields are decoded, and whether geometries are: all at first.
    std::vector<unsigned char> wanted{};
    bool wantsGeometry = true;

    // Decodes a feature. Where single and multiple geometries occur in one kind, single ones become
    // multiple, so that one type fits all. Returns false with *err.
    bool Decode(OGRMapflowRow &row, uint64_t position, mf_error &err) const;

  private:
    void ChooseType();

    std::shared_ptr<const mf_result> m_result;
    std::shared_ptr<const mf_schema> m_schema; // of m_result, or a copy
    bool m_jsonIsText;
    OGRMapflowGeometryKind m_kind;
    uint64_t m_count = 0;
    OGRwkbGeometryType m_type = wkbUnknown;
    bool m_makesMultiple = false;
};

#endif
