// result_layer: the features of a processing as an OGR layer.
#ifndef MAPFLOW_RESULT_LAYER_H
#define MAPFLOW_RESULT_LAYER_H

#include <memory>
#include <string>

#include "compat.h"
#include "result.h"

// Read-only. FID = position in the result. The spatial filter is answered from the index, so that
// only features whose bounding box meets it are decoded.
class OGRMapflowResultLayer final : public OGRLayer
{
  public:
    // Returns nullptr after one CPLError.
    static std::unique_ptr<OGRMapflowResultLayer> Create(GDALDataset *dataset, const char *name,
                                                         std::shared_ptr<const mf_result> result);
    ~OGRMapflowResultLayer() override;

    OGRFeatureDefn *GetLayerDefn() MF_CONST_312 override { return m_defn; }
    MF_LAYER_USING
    void ResetReading() override { m_next = 0; }
    OGRFeature *GetNextFeature() override;
    OGRErr SetNextByIndex(GIntBig index) override;
    OGRFeature *GetFeature(GIntBig fid) override;
    GIntBig GetFeatureCount(int force) override;
    MF_EXTENT_OVERRIDES
    int TestCapability(const char *capability) MF_CONST_312 override;
    GDALDataset *GetDataset() override { return m_dataset; }

  private:
    OGRMapflowResultLayer(GDALDataset *dataset, std::shared_ptr<const mf_result> result);

    void DefineFields();
    void DefineGeometry();
    void WantWhatIsNotIgnored();
    bool MayMeetFilter(const mf_feature &feature) const;
    std::unique_ptr<OGRFeature> Decode(uint64_t position);
    OGRErr ExtentOf(int geomField, OGREnvelope *extent, bool force);

    GDALDataset *const m_dataset;
    const std::shared_ptr<const mf_result> m_result;
    OGRFeatureDefn *m_defn = nullptr;
    mf_row m_row{};
    uint64_t m_next = 0; // position of the next feature to look at
};

#endif
