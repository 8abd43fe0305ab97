// table_layer: rows of documents as an OGR layer.
#ifndef MAPFLOW_TABLE_LAYER_H
#define MAPFLOW_TABLE_LAYER_H

#include <functional>
#include <memory>
#include <vector>

#include "common/compat.h"

// Rows that are there, and how to come by more.
struct OGRMapflowRows
{
    std::vector<std::unique_ptr<OGRFeature>> items{}; // nullptr: was deleted
    bool isComplete = true;
    // Adds rows at the end, or sets isComplete. Returns false after one CPLError.
    std::function<bool(OGRMapflowRows &)> fetch{};
    // How many there will be, -1 unknown. May fetch; returns false after one CPLError.
    std::function<bool(OGRMapflowRows &, GIntBig &)> total{};

    // Fetches until `count` rows are there, or all. Returns false after one CPLError.
    bool Reach(size_t count);
    GIntBig Count() const;
    bool HasGaps() const { return Count() < static_cast<GIntBig>(items.size()); }
    // Position of a row that is there, -1 when none has this FID.
    GIntBig Find(GIntBig fid) const;
};

// Reads its rows from memory, and fetches more as the reader advances: what was read stays, so that
// a dataset shows one state of things. Read-only; classes derived from it change rows.
class OGRMapflowTableLayer : public OGRLayer
{
  public:
    // Geometries, when the type is not wkbNone, are WGS84.
    OGRMapflowTableLayer(GDALDataset *dataset, const char *name, OGRwkbGeometryType type);
    // With the columns of another layer, whose rows it can take over.
    OGRMapflowTableLayer(GDALDataset *dataset, OGRFeatureDefn &defn);
    ~OGRMapflowTableLayer() override;

    void AddColumn(const char *name, OGRFieldType type, const char *comment,
                   OGRFieldSubType subType = OFSTNone);
    // A feature to fill; it is a row from now on. FID = position.
    OGRFeature &AddRow();
    // A row of the layer whose columns these are.
    void TakeRow(std::unique_ptr<OGRFeature> row) { m_rows.items.push_back(std::move(row)); }
    // Rows that come later, at the first touch.
    void SetSource(std::function<bool(OGRMapflowRows &)> fetch,
                   std::function<bool(OGRMapflowRows &, GIntBig &)> total = nullptr);

    OGRFeatureDefn *GetLayerDefn() MF_CONST_312 override { return m_defn; }
    MF_LAYER_USING
    void ResetReading() override;
    OGRFeature *GetNextFeature() override;
    OGRErr SetNextByIndex(GIntBig index) override { return MoveTo(index); }
    OGRFeature *GetFeature(GIntBig fid) override { return WithoutIgnored(FindFeature(fid)); }
    GIntBig GetFeatureCount(int force) override { return CountFeatures(force != 0); }
    MF_EXTENT_OVERRIDES
    OGRErr SetAttributeFilter(const char *filter) override { return FilterBy(filter); }
    int TestCapability(const char *capability) MF_CONST_312 override { return CanDo(capability); }
    GDALDataset *GetDataset() override { return m_dataset; }

  protected:
    // The rows that hold what the filter lets through, and maybe more. Asked at the begin of a
    // reading.
    virtual OGRMapflowRows &RowsToRead() { return m_rows; }
    virtual const OGRMapflowRows &AllRows() const { return m_rows; }
    // Fetches the geometry of a row that is about to be read. Returns false after one CPLError.
    virtual bool FetchGeometry(OGRMapflowRows &, size_t) { return true; }
    virtual OGRFeature *FindFeature(GIntBig fid);
    virtual OGRErr FilterBy(const char *filter);
    virtual bool CanDo(const char *capability) const;

    // What the attribute filter says of a row without its geometry.
    bool MayPass(OGRFeature &row) const;

    OGRFeatureDefn *const m_defn;
    OGRMapflowRows m_rows{};

  private:
    enum class Verdict
    {
        Pass,
        Skip,
        Failed
    };
    Verdict Judge(OGRMapflowRows &rows, size_t i);
    // The next row that passes; nullptr at the end and after a CPLError, which sets *failed.
    OGRFeature *NextRow(bool *failed);
    // -1 after a CPLError, and when it takes a reading that is not `forced`.
    GIntBig CountFeatures(bool forced);
    OGRErr ExtentOf(int geomField, OGREnvelope *extent, bool forced);
    OGRErr MoveTo(GIntBig index);
    bool NeedsGeometry() const;
    // The same feature, which may be nullptr, without what is ignored.
    OGRFeature *WithoutIgnored(OGRFeature *feature) const;

    GDALDataset *const m_dataset;
    OGRMapflowRows *m_reading = nullptr; // nullptr: at the begin
    size_t m_next = 0;
    bool m_filterUsesGeometry = false;
    bool m_isCounting = false; // rows are passed over
};

#endif
