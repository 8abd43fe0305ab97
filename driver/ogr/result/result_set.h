// SPDX-License-Identifier: MIT
// result_set: the results that a layer shows: that of a processing, or those of a project one after
// the other.
#ifndef MAPFLOW_RESULT_SET_H
#define MAPFLOW_RESULT_SET_H

#include <memory>
#include <string>
#include <vector>

#include "common/compat.h"
#include "common/options.h"
#include "common/spatial_reference.h"
#include "store/result.h"

// What users choose about columns.
struct OGRMapflowColumnForms
{
    explicit OGRMapflowColumnForms(const OGRMapflowOptions &options);

    bool integersAreText; // those with integers beyond 64 bits
    bool jsonIsText;      // no column says that it holds JSON
};

// A result, and the processing that it is of.
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
    OGRMapflowRow(const OGRMapflowRow &) = delete;
    OGRMapflowRow &operator=(const OGRMapflowRow &) = delete;

    size_t part = 0; // of the set
};

// Features have positions from 0 on, through all results. Only read once it is made: any number of
// threads may share it.
class OGRMapflowResultSet
{
  public:
    // One result as it is. FID = position.
    static std::shared_ptr<const OGRMapflowResultSet> Of(OGRMapflowPart part,
                                                         OGRMapflowColumnForms forms);
    // Several, with the columns processing_id and processing before those of all. FID = position in
    // the result, after a number that is made of the processing's id: the same whatever other
    // results there are. Returns nullptr after one CPLError when they do not go together.
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
    // One warning that names the columns in which integers are not read exactly.
    void WarnOfIntegers(const std::string &layer) const;

    size_t PartCount() const { return m_parts.size(); }
    const OGRMapflowPart &Part(size_t part) const { return m_parts[part]; }
    // Whether a column is one of the result, and not of others only.
    bool PartHas(size_t part, int field) const
    {
        return m_parts[part].hasField[static_cast<size_t>(field)] != 0;
    }

    uint64_t Count() const { return m_count; }
    uint64_t OddCount() const { return m_oddCount; } // features whose `is_odd` is set
    const mf_feature &Feature(uint64_t position) const;
    std::string Text(uint64_t position) const; // "" if the document has changed under the driver
    GIntBig FIDOf(uint64_t position) const;
    uint64_t PositionOf(GIntBig fid) const; // Count() if there is none
    // The first position at or after one whose bounding box meets `box`, Count() if there is none.
    uint64_t Find(uint64_t position, const mf_box &box) const;

    OGRwkbGeometryType GeometryType() const; // that fits all
    OGRMapflowSRS SpatialReference() const;
    const mf_box &Extent() const { return m_extent; }
    const char *Description() const; // nullptr: none

    // Decodes a feature as row.wanted and row.wants_geometry ask. Returns false with *err.
    bool Decode(OGRMapflowRow &row, uint64_t position, mf_error &err) const;

  private:
    struct Member : OGRMapflowPart
    {
        uint64_t begin = 0; // position of its first feature
        GIntBig fid = 0;    // of its first feature
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
    uint32_t m_geometryTypes = 0; // as mf_collection has them
    mf_box m_extent{};
};

#endif
