// result_layer: the features of a processing as an OGR layer.
#ifndef MAPFLOW_RESULT_LAYER_H
#define MAPFLOW_RESULT_LAYER_H

#include <memory>
#include <string>
#include <vector>

#include "common/compat.h"
#include "result/feature.h"
#include "result/row_ahead.h"
#include "store/result.h"

// Read-only. FID = position in the result. The spatial filter is answered from the index, so that
// only features whose bounding box meets it are decoded.
class OGRMapflowResultLayer final : public OGRLayer
{
  public:
    // `model` decides how the features look; nullptr: they have no style. Returns nullptr after one
    // CPLError.
    static std::unique_ptr<OGRMapflowResultLayer> Create(GDALDataset *dataset, const char *name,
                                                         const char *model,
                                                         std::shared_ptr<const mf_result> result);
    ~OGRMapflowResultLayer() override;

    OGRFeatureDefn *GetLayerDefn() MF_CONST_312 override { return m_defn; }
    MF_LAYER_USING
    void ResetReading() override { MoveTo(0); }
    OGRFeature *GetNextFeature() override;
    OGRErr SetNextByIndex(GIntBig index) override;
    OGRFeature *GetFeature(GIntBig fid) override;
    GIntBig GetFeatureCount(int force) override;
    MF_EXTENT_OVERRIDES
    OGRErr SetIgnoredFields(IgnoredFields fields) override;
    OGRErr SetAttributeFilter(const char *query) override;
    int TestCapability(const char *capability) MF_CONST_312 override;
    bool GetArrowStream(ArrowArrayStream *stream, CSLConstList options = nullptr) override;
    GDALDataset *GetDataset() override { return m_dataset; }

  protected:
    // Of a stream that GetArrowStream has made, whichever: OGR SQL asks the layer, not the stream.
    int GetArrowSchema(ArrowArrayStream *stream, ArrowSchema *schema) override;
    int GetNextArrowArray(ArrowArrayStream *stream, ArrowArray *array) override;

  private:
    OGRMapflowResultLayer(GDALDataset *dataset, std::shared_ptr<const mf_result> result);

    void DefineFields();
    void DefineGeometry();
    void DefineStyle(const char *model);
    void WantWhatIsNotIgnored();
    OGRFeature *Given(std::unique_ptr<OGRFeature> feature) const;
    bool WantsGeometry() const;
    uint64_t FindWithinFilter(uint64_t from) const;
    bool Passes(const mf_row &row);
    void MoveTo(uint64_t position);
    void ForgetWhatWasReadAhead();
    std::unique_ptr<OGRFeature> NextUnfiltered();
    std::unique_ptr<OGRFeature> Decode(uint64_t position);
    std::unique_ptr<OGRFeature> Make(const mf_row *row, uint64_t position, const mf_error &err);
    OGRErr ExtentOf(int geomField, OGREnvelope *extent, bool force);

    GDALDataset *const m_dataset;
    const std::shared_ptr<const mf_result> m_result;
    OGRFeatureDefn *m_defn = nullptr;
    // Columns whose subtype an Arrow schema does not carry: ogr2ogr, which takes the stream of who
    // calls it fast, would write their numbers as texts.
    bool m_hasJSON = false;
    bool m_filterUsesGeometry = false; // the attribute filter: OGR_GEOM_AREA and the like
    std::unique_ptr<OGRMapflowStyle> m_style{};
    std::unique_ptr<OGRMapflowFeatureMaker> m_maker{};
    mf_row m_row{};
    std::vector<int> m_neededAlone{}; // ignored fields that the filter or the style looks at
    const std::shared_ptr<bool> m_isAlive = std::make_shared<bool>(true); // for streams
    uint64_t m_next = 0; // position of the next feature to look at

    OGRMapflowRowAhead m_ahead;
    uint64_t m_readInARow = 0; // features, one after the other
};

#endif
