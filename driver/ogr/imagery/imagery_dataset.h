// SPDX-License-Identifier: MIT
// imagery_dataset: a mosaic, the catalogue or a planned search as a GDAL dataset.
#ifndef MAPFLOW_IMAGERY_DATASET_H
#define MAPFLOW_IMAGERY_DATASET_H

#include <memory>
#include <vector>

#include "common/connection.h"
#include "imagery/mosaic_list.h"
#include "imagery/search_layer.h"
#include "layer/row_changes.h"

// ExecuteSQL returns complete results or fails, see table_sql.h. The order of an OGR SQL statement
// is passed to the service, if it can sort by that column.
class OGRMapflowImageryDataset final : public GDALDataset
{
  public:
    // MAPFLOW:mosaic=…: the layer `images`, editable like that of the account. Requests the mosaic.
    // nullptr after one CPLError.
    static std::unique_ptr<OGRMapflowImageryDataset> OpenMosaic(const OGRMapflowOptions &options,
                                                                GDALAccess access);
    // MAPFLOW:search: the layer `scenes`. Makes no request before it is read. nullptr after one
    // CPLError.
    static std::unique_ptr<OGRMapflowImageryDataset> OpenSearch(const OGRMapflowOptions &options);
    // MAPFLOW:planned_search=…: the layers `areas` and `scenes`. Requests the planned search.
    // nullptr after one CPLError.
    static std::unique_ptr<OGRMapflowImageryDataset>
    OpenPlannedSearch(const OGRMapflowOptions &options);

    int GetLayerCount() MF_CONST_312 override { return static_cast<int>(m_layers.size()); }
    OGRLayer *GetLayer(int i) MF_CONST_312 override;
    MF_DATASET_USING
    int TestCapability(const char *) MF_CONST_312 override { return FALSE; }
    OGRLayer *ExecuteSQL(const char *statement, OGRGeometry *filter, const char *dialect) override;

  private:
    explicit OGRMapflowImageryDataset(const OGRMapflowOptions &options) : m_options(options) {}

    // `what` is the subject of a message. nullptr after one CPLError.
    static std::unique_ptr<OGRMapflowImageryDataset> Connect(const OGRMapflowOptions &options,
                                                             const char *what);
    void AddScenes(OGRMapflowSearched searched);

    const OGRMapflowOptions m_options;
    OGRMapflowRights m_rights{};
    OGRMapflowClient m_client{};
    std::unique_ptr<OGRMapflowMosaicList> m_mosaics{}; // only for a mosaic
    std::vector<std::unique_ptr<OGRMapflowTableLayer>> m_layers{};
    OGRMapflowScenesLayer *m_scenes = nullptr; // one of the layers
};

#endif
