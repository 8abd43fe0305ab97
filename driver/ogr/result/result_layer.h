// SPDX-License-Identifier: MIT
// result_layer: the features of one processing, or of all processings of a project, as an OGR
// layer.
#ifndef MAPFLOW_RESULT_LAYER_H
#define MAPFLOW_RESULT_LAYER_H

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "common/compat.h"
#include "common/errors.h"
#include "result/feature.h"
#include "result/read_ahead.h"
#include "result/result_rows.h"

struct OGRMapflowStreamSource;

// Read-only. FIDs are those of the set of results. The spatial filter uses the index: only features
// whose bounding box meets it are decoded.
class OGRMapflowResultLayer final : public OGRLayer
{
  public:
    // `hasStyles`: features have colours. Returns nullptr after one CPLError.
    static std::unique_ptr<OGRMapflowResultLayer> Create(GDALDataset *dataset,
                                                         const std::string &name, bool hasStyles,
                                                         const OGRMapflowResultRows &rows);
    // A layer for each kind of geometry that occurs, named <name>_polygon, _line, _point and
    // _other. None if there are no features. Returns false after one CPLError.
    static bool Split(GDALDataset *dataset, const std::string &name, bool hasStyles,
                      const std::shared_ptr<const OGRMapflowResultSet> &set,
                      std::vector<std::unique_ptr<OGRMapflowResultLayer>> &layers);
    ~OGRMapflowResultLayer() override;

    OGRFeatureDefn *GetLayerDefn() MF_CONST_312 override { return m_defn; }
    MF_LAYER_USING
    void ResetReading() override
    {
        ReportGeometriesOnce();
        MoveTo(0);
    }
    OGRFeature *GetNextFeature() override;
    OGRErr SetNextByIndex(GIntBig index) override;
    OGRFeature *GetFeature(GIntBig fid) override;
    GIntBig GetFeatureCount(int force) override;
    MF_EXTENT_OVERRIDES
    OGRErr SetIgnoredFields(IgnoredFields fields) override;
    OGRErr SetAttributeFilter(const char *query) override;
    int TestCapability(const char *capability) MF_CONST_312 override;
    bool GetArrowStream(ArrowArrayStream *stream, CSLConstList options = nullptr) override;
    OGRStyleTable *GetStyleTable() override;
    GDALDataset *GetDataset() override { return m_dataset; }

  protected:
    // For any stream that GetArrowStream has made: OGR SQL calls the layer, not the stream.
    int GetArrowSchema(ArrowArrayStream *stream, ArrowSchema *schema) override;
    int GetNextArrowArray(ArrowArrayStream *stream, ArrowArray *array) override;

  private:
    struct Piece
    {
        std::deque<OGRMapflowRow> rows{};
        std::vector<uint64_t> positions{}; // of the decoded features
        uint64_t begin = 0;
        uint64_t end = 0;
        OGRMapflowError error{}; // why the next feature was not decoded
    };

    OGRMapflowResultLayer(GDALDataset *dataset, const OGRMapflowResultRows &rows)
        : m_dataset(dataset), m_rows(rows)
    {
    }

    void DefineFields();
    void DefineGeometry();
    bool FindStyles(std::set<const char *> &occurring) const;
    void ReportGeometriesOnce();
    void WantWhatIsNotIgnored();
    OGRFeature *Given(std::unique_ptr<OGRFeature> feature) const;
    bool IsUnfiltered() const { return m_poFilterGeom == nullptr && m_poAttrQuery == nullptr; }
    bool WantsGeometry() const;
    uint64_t FindWithinFilter(uint64_t from) const;
    bool HasOwnStream() const;
    bool ConvertsThroughArrow() const;
    void AddFilters(OGRMapflowStreamSource &source);
    void MoveTo(uint64_t position);
    void DropPieces();
    static void FillPiece(const OGRMapflowResultRows &rows, Piece &piece, uint64_t begin,
                          uint64_t end);
    const OGRMapflowRow *TakeRow(uint64_t position, mf_error &err);
    std::unique_ptr<OGRFeature> ReadInOrder(uint64_t position);
    std::unique_ptr<OGRFeature> ReadAt(uint64_t position);
    std::unique_ptr<OGRFeature> Make(const OGRMapflowRow *row, uint64_t position,
                                     const mf_error &err);
    OGRErr ExtentOf(int geomField, OGREnvelope *extent, bool force);

    GDALDataset *const m_dataset;
    OGRMapflowResultRows m_rows;
    OGRFeatureDefn *m_defn = nullptr;
    bool m_hasReported = false;        // GDAL's messages about the geometries
    bool m_filterUsesGeometry = false; // the attribute filter uses OGR_GEOM_AREA or the like
    std::unique_ptr<OGRMapflowStyles> m_styles{};
    bool m_hasStyleTable = false; // the table is made when it is requested
    std::unique_ptr<OGRMapflowFeatureMaker> m_maker{};
    OGRMapflowRow m_row{};
    std::vector<int> m_neededAlone{}; // ignored fields that the filter or the style reads
    const std::shared_ptr<bool> m_isAlive = std::make_shared<bool>(true); // for streams
    uint64_t m_next = 0; // position of the next feature to read

    OGRMapflowReadAhead<Piece> m_ahead{};
    const Piece *m_piece = nullptr; // of m_ahead
    uint64_t m_readInARow = 0;      // number of features read in order
};

#endif
