// SPDX-License-Identifier: MIT
// project_dataset: the results of a project as one GDAL dataset.
#ifndef MAPFLOW_PROJECT_DATASET_H
#define MAPFLOW_PROJECT_DATASET_H

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/connection.h"
#include "layer/lazy_layer.h"
#include "layer/statement_dataset.h"
#include "project/prefetch.h"
#include "project/project_listing.h"

// A layer for each processing that has a result, in order of creation, with the name of the
// processing (see layer_names.h). It is also found by the processing's own name and id. Each is
// loaded at first use, or when it is requested by name. When a program reads two consecutive
// layers, the next ones are prefetched in parallel.
//
// With MERGE=YES one layer, `results`, has the features of all of them, in that order. It is also
// found by the name and the id of the project. At first use all results are loaded. With
// GEOMETRY=SPLIT as well, the layers are results_polygon and so on; `results` is found by name.
class OGRMapflowProjectDataset final : public OGRMapflowStatementDataset
{
  public:
    // Requests the project and its processings; with WAIT=YES waits for those that run. Warns once
    // about those without a result. Returns nullptr after one CPLError.
    static std::unique_ptr<OGRMapflowProjectDataset> Open(const OGRMapflowOptions &options);
    ~OGRMapflowProjectDataset() override;

    int GetLayerCount() MF_CONST_312 override;
    OGRLayer *GetLayer(int i) MF_CONST_312 override;
    MF_DATASET_USING
    // Also returns nullptr if the layer cannot be loaded, except for a list or a statement.
    OGRLayer *GetLayerByName(const char *name) override;
    // Also returns nullptr if a layer that the statement reads cannot be loaded: GDAL would take it
    // for an empty one.
    OGRLayer *ExecuteSQL(const char *statement, OGRGeometry *filter, const char *dialect) override;

  private:
    explicit OGRMapflowProjectDataset(const OGRMapflowOptions &options) : m_options(options) {}

    bool Load();
    bool ReadProcessings();
    void NameLayers();
    bool WaitForAll();
    bool ChooseReadable();
    bool MakeLayers();
    bool SplitAll(const std::vector<std::string> &names);
    bool MakeMergedLayers();
    bool LoadMerged();
    void AddMerged(const std::string &name, std::function<OGRLayer *()> load);
    // Adds the layer at position `part` of the result of processing `i`. `suffix`: that of a kind
    // of geometry.
    void AddPart(const std::string &name, const std::string &suffix, size_t i, int part);
    struct OtherNames
    {
        std::string name, id; // those of the service
    };
    OGRMapflowLazyLayer &AddLayer(const std::string &name, const OtherNames &otherNames,
                                  std::function<OGRLayer *()> load);
    bool IsMerged() const { return m_options.GetBool("MERGE", false); }
    bool IsSplit() const { return EQUAL(m_options.Get("GEOMETRY").c_str(), "SPLIT"); }
    OGRMapflowLazyLayer *LayerCalled(const char *name) const;

    const OGRMapflowOptions m_options;
    std::atomic<bool> m_stop{false};
    OGRMapflowClient m_client{};
    std::shared_ptr<const OGRMapflowProjectListing> m_listing{};
    std::deque<mf_processing> m_processings{};    // after Load() those that are layers
    std::map<std::string, std::string> m_names{}; // of layers, by id
    std::unique_ptr<OGRMapflowPrefetch> m_results{};
    std::unique_ptr<OGRMapflowResultLayer> m_merged{};
    std::vector<std::unique_ptr<OGRMapflowResultLayer>> m_mergedKinds{}; // with GEOMETRY=SPLIT
    std::vector<std::unique_ptr<OGRMapflowLazyLayer>> m_layers{};
    std::vector<OtherNames> m_otherNames{}; // of m_layers: those of the service
    bool m_isExecuting = false;
};

#endif
