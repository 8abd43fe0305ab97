// table_layer: a few rows in memory as an OGR layer.
#ifndef MAPFLOW_TABLE_LAYER_H
#define MAPFLOW_TABLE_LAYER_H

#include <memory>
#include <vector>

#include "compat.h"

// Read-only. FID = position. Made for what the API answers in one piece: areas, the processing.
class OGRMapflowTableLayer final : public OGRLayer
{
  public:
    // Geometries, when the type is not wkbNone, are WGS84.
    OGRMapflowTableLayer(GDALDataset *dataset, const char *name, OGRwkbGeometryType type);
    ~OGRMapflowTableLayer() override;

    void AddColumn(const char *name, OGRFieldType type, const char *comment);
    // A feature to fill; it is a row from now on.
    OGRFeature &AddRow();

    OGRFeatureDefn *GetLayerDefn() MF_CONST_312 override { return m_defn; }
    MF_LAYER_USING
    void ResetReading() override { m_next = 0; }
    OGRFeature *GetNextFeature() override;
    OGRFeature *GetFeature(GIntBig fid) override;
    GIntBig GetFeatureCount(int force) override;
    int TestCapability(const char *capability) MF_CONST_312 override;
    GDALDataset *GetDataset() override { return m_dataset; }

  private:
    GDALDataset *const m_dataset;
    OGRFeatureDefn *const m_defn;
    std::vector<std::unique_ptr<OGRFeature>> m_rows{};
    size_t m_next = 0;
};

#endif
