// account_dataset: the account as a GDAL dataset.
#ifndef MAPFLOW_ACCOUNT_DATASET_H
#define MAPFLOW_ACCOUNT_DATASET_H

#include <memory>
#include <vector>

#include "account_state.h"
#include "compat.h"
#include "processings_layer.h"

// Layers: projects, processings, models, providers, account. No request is made before a layer's
// features are touched. For update: projects and processings can be changed, and ExecuteSQL
// understands the verbs of verbs.h, each of which answers with the row of the processing.
class OGRMapflowAccountDataset final : public GDALDataset
{
  public:
    // Returns nullptr after one CPLError.
    static std::unique_ptr<OGRMapflowAccountDataset> Open(const OGRMapflowOptions &options,
                                                          GDALAccess access);

    int GetLayerCount() MF_CONST_312 override { return static_cast<int>(m_layers.size()); }
    OGRLayer *GetLayer(int i) MF_CONST_312 override { return LayerAt(i); }
    MF_DATASET_USING
    int TestCapability(const char *) MF_CONST_312 override { return FALSE; }
    OGRLayer *ExecuteSQL(const char *statement, OGRGeometry *filter, const char *dialect) override
    {
        return Execute(statement, filter, dialect);
    }

  private:
    OGRMapflowAccountDataset(OGRMapflowClient client, const OGRMapflowRights &rights);

    OGRLayer *Execute(const char *statement, OGRGeometry *filter, const char *dialect);

    OGRLayer *LayerAt(int i) const;

    OGRMapflowAccountState m_state;
    OGRMapflowProcessingsLayer *m_processings = nullptr; // one of the layers
    std::vector<std::unique_ptr<OGRMapflowTableLayer>> m_layers{};
};

#endif
