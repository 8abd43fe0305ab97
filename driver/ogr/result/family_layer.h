// family_layer: the features of a result that have one kind of geometry (GEOMETRY=SPLIT).
#ifndef MAPFLOW_FAMILY_LAYER_H
#define MAPFLOW_FAMILY_LAYER_H

#include <memory>
#include <string>
#include <vector>

#include "common/compat.h"
#include "result/result_layer.h"

// What a file format of one geometry type can hold together.
enum class OGRMapflowFamily
{
    Polygon,
    Line,
    Point,
    Other
};

// Reads through a layer of the whole result and passes on its own family, with the FIDs of the
// whole. Where single and multiple geometries occur together the single ones are made multiple, so
// that one type fits all.
class OGRMapflowFamilyLayer final : public OGRLayer
{
  public:
    // A layer for each family that occurs, named <name>_polygon, _line and _point; <name>_other
    // holds features without a geometry and collections. None when the result has no features.
    // `model` is that of the styles, nullptr for none. Returns false after one CPLError.
    static bool Split(GDALDataset *dataset, const std::string &name, const char *model,
                      const std::shared_ptr<const mf_result> &result,
                      std::vector<std::unique_ptr<OGRMapflowFamilyLayer>> &layers);

    const char *GetName() MF_CONST_312 override { return GetDescription(); }
    OGRFeatureDefn *GetLayerDefn() MF_CONST_312 override { return m_whole->GetLayerDefn(); }
    MF_LAYER_USING
    void ResetReading() override { m_whole->ResetReading(); }
    OGRFeature *GetNextFeature() override { return Next(); }
    OGRFeature *GetFeature(GIntBig fid) override;
    GIntBig GetFeatureCount(int force) override;
    MF_SPATIAL_FILTER_OVERRIDES
    OGRErr SetAttributeFilter(const char *filter) override;
    OGRErr SetIgnoredFields(IgnoredFields fields) override
    {
        return m_whole->SetIgnoredFields(fields);
    }
    int TestCapability(const char *capability) MF_CONST_312 override { return CanDo(capability); }
    OGRStyleTable *GetStyleTable() override { return m_whole->GetStyleTable(); }
    GDALDataset *GetDataset() override { return m_whole->GetDataset(); }

  private:
    OGRMapflowFamilyLayer(std::unique_ptr<OGRMapflowResultLayer> whole,
                          std::shared_ptr<const mf_result> result, OGRMapflowFamily family);

    void ChooseType();
    bool IsMember(GIntBig fid) const;
    bool IsUnfiltered() const { return m_poFilterGeom == nullptr && !m_hasAttributeFilter; }
    OGRFeature *Next();
    std::unique_ptr<OGRFeature> Shaped(std::unique_ptr<OGRFeature> feature) const;
    OGRErr SpatialFilterSet(int geomField, const OGRGeometry *geometry);
    bool CanDo(const char *capability) const;

    const std::unique_ptr<OGRMapflowResultLayer> m_whole;
    const std::shared_ptr<const mf_result> m_result;
    const OGRMapflowFamily m_family;
    bool m_makesMultiple = false;
    bool m_hasAttributeFilter = false;
};

#endif
