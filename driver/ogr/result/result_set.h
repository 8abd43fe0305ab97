// SPDX-License-Identifier: MIT
// result_set: the results that a layer shows: that of one processing, or those of a project in
// sequence.
#ifndef MAPFLOW_RESULT_SET_H
#define MAPFLOW_RESULT_SET_H

#include <memory>
#include <string>
#include <vector>

#include "common/compat.h"
#include "common/options.h"
#include "common/spatial_reference.h"
#include "store/result.h"

// The user's options about columns.
struct OGRMapflowColumnForms
{
    explicit OGRMapflowColumnForms(const OGRMapflowOptions &options);

    bool integersAreText; // columns with integers beyond 64 bits
    bool jsonIsText;      // no column has the subtype JSON
};

// A result, and the processing that it belongs to.
struct OGRMapflowPart
{
    std::shared_ptr<const mf_result> result{};
    std::string id{};
    std::string name{};
    std::string model{}; // "": unknown
};

// A decoded feature.
struct OGRMapflowRow : mf_row
{
    OGRMapflowRow() : mf_row{} {}
    ~OGRMapflowRow() { mf_row_free(this); }
    CPL_DISALLOW_COPY_ASSIGN(OGRMapflowRow)

    size_t part = 0; // index of the part in the set
};

// Features have positions from 0 on, through all results. Constant after it is made, so any number
// of threads may share it.
class OGRMapflowResultSet
{
  public:
    // One unchanged result. FID = position.
    static std::shared_ptr<const OGRMapflowResultSet> Of(OGRMapflowPart part,
                                                         OGRMapflowColumnForms forms);
    // Several results, with the columns processing_id and processing before all of theirs. FID =
    // position in the result, plus a number made from the processing's id, independent of the other
    // results. Returns nullptr after one CPLError if they do not fit together.
    static std::shared_ptr<const OGRMapflowResultSet> Merge(std::vector<OGRMapflowPart> parts,
                                                            OGRMapflowColumnForms forms);

    const mf_schema &Schema() const { return *m_schema; }
    const std::string &ColumnName(int field) const
    {
        return m_columnNames[static_cast<size_t>(field)];
    }
    bool IsJSON(const mf_field &field) const
    {
        return field.subtype == MF_SUBTYPE_JSON && !m_forms.jsonIsText;
    }
    // Raises one warning that names the columns whose integers are not read exactly.
    void WarnOfIntegers(const std::string &layer) const;

    size_t PartCount() const { return m_parts.size(); }
    const OGRMapflowPart &Part(size_t part) const { return m_parts[part]; }
    // Whether the result itself has a column, and not only other results.
    bool PartHas(size_t part, int field) const
    {
        return m_parts[part].hasField[static_cast<size_t>(field)] != 0;
    }

    uint64_t Count() const { return m_count; }
    uint64_t OddCount() const { return m_oddCount; } // features whose `is_odd` is set
    const mf_feature &Feature(uint64_t position) const;
    std::string Text(uint64_t position) const; // "" if the document has changed meanwhile
    GIntBig FIDOf(uint64_t position) const;
    uint64_t PositionOf(GIntBig fid) const; // Count() if there is none
    // Returns the first position at or after `position` whose bounding box meets `box`, Count() if
    // there is none.
    uint64_t Find(uint64_t position, const mf_box &box) const;

    OGRwkbGeometryType GeometryType() const; // a type that fits all
    OGRMapflowSRS SpatialReference() const;
    const OGREnvelope &Extent() const { return m_extent; }
    const char *Description() const; // nullptr: none

    // Decodes a feature, as row.wanted and row.wants_geometry request. Returns false and sets `err`
    // on failure.
    bool Decode(OGRMapflowRow &row, uint64_t position, mf_error &err) const;

  private:
    struct Member : OGRMapflowPart
    {
        uint64_t begin = 0; // position of its first feature
        GIntBig fid = 0;    // FID of its first feature
        std::vector<unsigned char> hasField{};
    };

    explicit OGRMapflowResultSet(OGRMapflowColumnForms forms) : m_forms(forms) {}

    void Add(std::vector<OGRMapflowPart> parts);
    void SetSchema(std::shared_ptr<const mf_schema> schema);
    void MergeSchemas();
    void NameColumns();
    void NumberFeatures();
    bool CheckSpatialReferences() const;
    size_t PartAt(uint64_t position) const;

    const OGRMapflowColumnForms m_forms;
    std::vector<Member> m_parts{};
    std::vector<size_t> m_byFID{}; // parts that have features
    std::shared_ptr<const mf_schema> m_schema{};
    std::vector<std::string> m_columnNames{};
    uint64_t m_count = 0, m_oddCount = 0;
    uint32_t m_geometryTypes = 0; // as in mf_collection
    OGREnvelope m_extent{};
};

#endif
