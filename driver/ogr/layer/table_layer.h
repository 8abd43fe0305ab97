// SPDX-License-Identifier: MIT
// table_layer: rows of documents as an OGR layer.
#ifndef MAPFLOW_TABLE_LAYER_H
#define MAPFLOW_TABLE_LAYER_H

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "common/compat.h"
#include "layer/columns.h"

// Rows in memory, and a function that fetches more.
struct OGRMapflowRows
{
    std::vector<std::shared_ptr<OGRFeature>> items{}; // nullptr: the row was deleted
    bool isComplete = true;
    // Adds rows at the end, or sets isComplete. Returns false after one CPLError.
    std::function<bool()> fetch{};
    // Gets the number of rows there will be, -1 if unknown. Makes requests only if `forced`.
    // Returns false after one CPLError.
    std::function<bool(bool forced, GIntBig &count)> total{};

    // Fetches until there are `count` rows, or all. Returns false after one CPLError.
    bool Reach(size_t count);
    GIntBig Count() const;
    bool HasGaps() const { return Count() < static_cast<GIntBig>(items.size()); }
    OGRFeature *Find(GIntBig fid);
    // Leaves gaps, so that positions stay the same.
    void Remove(const std::function<bool(const OGRFeature &)> &isGone);

  private:
    std::unordered_map<GIntBig, size_t> m_byFID{}; // of the first m_indexed rows
    size_t m_indexed = 0;
};

// Reads its rows from memory, and fetches more as the reader advances. Keeps the rows that were
// read, so that a dataset shows one state of the account. Read-only; derived classes change rows.
class OGRMapflowTableLayer : public OGRLayer
{
  public:
    // Geometries, if the type is not wkbNone, are WGS84.
    OGRMapflowTableLayer(GDALDataset *dataset, const char *name, OGRwkbGeometryType type);
    // Shares the columns of another layer, whose rows it can take over.
    OGRMapflowTableLayer(GDALDataset *dataset, OGRFeatureDefn &defn);
    ~OGRMapflowTableLayer() override;

    template <class Item, size_t N> void AddColumns(const OGRMapflowColumn<Item> (&columns)[N])
    {
        for (const OGRMapflowColumn<Item> &c : columns)
            OGRMapflowAddColumn(*m_defn, c.name, c.kind, c.comment, c.domain);
    }
    // Gives rows the colour of their column `status`.
    void ColourByStatus() { m_statusField = m_defn->GetFieldIndex("status"); }
    // Adds a row to fill, with its position as FID.
    OGRFeature &AddRow();
    // Takes over a row of the layer that the columns are from.
    void TakeRow(std::unique_ptr<OGRFeature> row) { m_rows.items.push_back(std::move(row)); }
    // Sets the functions that fetch rows, from the first use on.
    void SetSource(std::function<bool()> fetch,
                   std::function<bool(bool, GIntBig &)> total = nullptr);
    // The rows that are there now.
    OGRMapflowRows &Rows() { return m_rows; }

    OGRFeatureDefn *GetLayerDefn() MF_CONST_312 override { return m_defn; }
    MF_LAYER_USING
    void ResetReading() override;
    OGRFeature *GetNextFeature() override;
    OGRErr SetNextByIndex(GIntBig index) override;
    OGRFeature *GetFeature(GIntBig fid) override;
    // Returns -1 after a CPLError, and if counting takes a request or reading and is not forced.
    GIntBig GetFeatureCount(int force) override;
    MF_EXTENT_OVERRIDES
    OGRErr SetAttributeFilter(const char *filter) override;
    int TestCapability(const char *capability) MF_CONST_312 override;
    GDALDataset *GetDataset() override { return m_dataset; }
    int GetNextArrowArray(ArrowArrayStream *stream, ArrowArray *array) override;

  protected:
    OGRErr ICreateFeature(OGRFeature *feature) override;
    // Returns the rows to read with the current filter: all that pass it, and maybe more. Called
    // when reading starts.
    virtual OGRMapflowRows &RowsToRead() { return m_rows; }
    virtual const OGRMapflowRows &AllRows() const { return m_rows; }
    // Finds a row by FID, and fetches it if necessary, without geometry. Returns nullptr if there
    // is none.
    virtual OGRFeature *FindRow(GIntBig fid) { return FindIn(m_rows, fid); }
    // Fetches the geometries of rows that have none. Returns false after one CPLError.
    virtual bool FetchGeometries(const std::vector<OGRFeature *> &) { return true; }

    static OGRFeature *FindIn(OGRMapflowRows &rows, GIntBig fid);
    // Finds a feature with its geometry by FID. Returns nullptr if there is none.
    std::unique_ptr<OGRFeature> FindFeature(GIntBig fid);

    OGRFeatureDefn *const m_defn;
    OGRMapflowRows m_rows{};

  private:
    enum class Match
    {
        Yes,
        No,
        Failed
    };
    // Whether a row passes the attribute filter, as far as that needs no geometry.
    bool PassesWithoutGeometry(OGRFeature &row) const;
    Match Evaluate(OGRMapflowRows &rows, size_t i);
    void Colour(OGRFeature &row) const;
    // Fetches the geometry of a row that is read now, together with those of the next rows, which
    // are read soon.
    bool FetchGeometriesFrom(OGRMapflowRows &rows, size_t i);
    // Returns the next row that passes; nullptr at the end, and after a CPLError, which sets
    // *failed.
    OGRFeature *NextRow(bool *failed);
    OGRErr ExtentOf(int geomField, OGREnvelope *extent, bool forced);
    bool IsGeometryIgnored() const;
    bool NeedsGeometry() const;
    void UnsetIgnored(OGRFeature &feature) const;

    GDALDataset *const m_dataset;
    int m_statusField = -1;              // -1: rows have no colours
    OGRMapflowRows *m_reading = nullptr; // nullptr: at the start
    size_t m_next = 0;
    bool m_isAtEnd = false; // even if there are more rows
    bool m_filterUsesGeometry = false;
    bool m_isCounting = false; // rows are skipped
};

#endif
