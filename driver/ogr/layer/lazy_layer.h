// SPDX-License-Identifier: MIT
// lazy_layer: a layer whose content is loaded at first use.
#ifndef MAPFLOW_LAZY_LAYER_H
#define MAPFLOW_LAZY_LAYER_H

#include <functional>
#include <string>

#include "common/compat.h"
#include "layer/lazy_definition.h"

// Passes all calls except the one for its name to the layer that `load` returns at first use. Until
// then the geometry type is unknown and the number of geometry columns is one, so listing layers
// fetches nothing.
class OGRMapflowLazyLayer final : public OGRLayer
{
  public:
    enum class Purpose
    {
        Reading, // access to the geometry column loads the layer
        List     // it does not: QGIS asks for the column's name and type
    };

    // `load` is called once. It returns a layer that lives as long as this one, or nullptr after a
    // CPLError. Then there are no features, and each attempt to read one raises an error.
    OGRMapflowLazyLayer(GDALDataset *dataset, const std::string &name,
                        std::function<OGRLayer *()> load, Purpose purpose = Purpose::Reading);
    ~OGRMapflowLazyLayer() override;

    const char *GetName() MF_CONST_312 override { return GetDescription(); }
    OGRwkbGeometryType GetGeomType() MF_CONST_312 override;
    MF_CONST_312 OGRFeatureDefn *GetLayerDefn() MF_CONST_312 override;
    MF_CONST_312 OGRSpatialReference *GetSpatialRef() MF_CONST_312 override
    {
        return Inner() != nullptr ? m_inner->GetSpatialRef() : nullptr;
    }
    MF_LAYER_USING
    void ResetReading() override;
    OGRFeature *GetNextFeature() override;
    OGRErr SetNextByIndex(GIntBig index) override;
    OGRFeature *GetFeature(GIntBig fid) override;
    GIntBig GetFeatureCount(int force) override;
    MF_EXTENT_OVERRIDES
    MF_SPATIAL_FILTER_OVERRIDES
    OGRErr SetAttributeFilter(const char *filter) override;
    OGRErr SetIgnoredFields(IgnoredFields fields) override;
    int TestCapability(const char *capability) MF_CONST_312 override;
    bool GetArrowStream(ArrowArrayStream *stream, CSLConstList options = nullptr) override;
    OGRStyleTable *GetStyleTable() override;
    GDALDataset *GetDataset() override { return m_dataset; }

    // For a stream of the loaded layer: OGR SQL calls the layer, not the stream.
    int GetArrowSchema(ArrowArrayStream *stream, ArrowSchema *schema) override;
    int GetNextArrowArray(ArrowArrayStream *stream, ArrowArray *array) override;

    // Loads the layer now. Returns false after an error, which later calls repeat.
    bool Load() { return InnerOrError() != nullptr; }

    // Why loading failed, "" if it has not.
    const std::string &Failure() const { return m_failure; }
    // Number of uses that failed because the layer could not be loaded.
    unsigned Refusals() const { return m_refusals; }

  private:
    bool IsUntouched() const { return static_cast<bool>(m_load); } // it has no filter then
    OGRLayer *Inner() const;
    OGRLayer *InnerOrError();
    void AddMetadata(CSLConstList items) const;
    OGRErr SpatialFilterSet(int geomField, const OGRGeometry *geometry);
    OGRErr ExtentOf(int geomField, OGREnvelope *extent, bool force);

    GDALDataset *const m_dataset;
    // mutable: loading changes nothing that a caller has seen.
    mutable std::function<OGRLayer *()> m_load;
    mutable OGRLayer *m_inner = nullptr;
    const Purpose m_purpose;
    mutable OGRMapflowLazyDefinition *m_lazy = nullptr; // returned while the layer is not loaded
    mutable std::string m_failure{};
    mutable unsigned m_refusals = 0;
};

#endif
