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

// A layer for each processing that has a result, in order of creation, named after it as
// layer_names.h says, and found by the name and the id of the processing too. Each is loaded at its
// first touch, or when it is asked for by name. Who has touched two neighbours in order will read
// them all: the next ones are loaded ahead, several at once.
//
// With MERGE=YES one layer, `results`, that has the features of all of them, in that order. It is
// found by the name and the id of the project too. At its first touch all are loaded. With
// GEOMETRY=SPLIT as well the layers are results_polygon and so on; the whole is found by its name.
class OGRMapflowProjectDataset final : public OGRMapflowStatementDataset
{
  public:
    // Asks for the project and its processings; with WAIT=YES waits for those that run. Warns once
    // of those without a result. Returns nullptr after one CPLError.
    static std::unique_ptr<OGRMapflowProjectDataset> Open(const OGRMapflowOptions &options);
    ~OGRMapflowProjectDataset() override;

    int GetLayerCount() MF_CONST_312 override { return CountLayers(); }
    OGRLayer *GetLayer(int i) MF_CONST_312 override { return LayerAt(i); }
    MF_DATASET_USING
    OGRLayer *GetLayerByName(const char *name) override { return NamedLayer(name); }
    int TestCapability(const char *capability) MF_CONST_312 override
    {
        return EQUAL(capability, ODsCZGeometries);
    }
    OGRLayer *ExecuteSQL(const char *statement, OGRGeometry *filter, const char *dialect) override
    {
        return Execute(statement, filter, dialect);
    }

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
    // The layer at position `part` of the result of processing `i`. `suffix`: of a kind of
    // geometry.
    void AddPart(const std::string &name, const std::string &suffix, size_t i, int part);
    struct OtherNames
    {
        std::string name, id; // as the service has them
    };
    OGRMapflowLazyLayer &AddLayer(const std::string &name, const OtherNames &otherNames,
                                  std::function<OGRLayer *()> load);
    bool IsMerged() const { return m_options.GetBool("MERGE", false); }
    bool IsSplit() const { return EQUAL(m_options.Get("GEOMETRY").c_str(), "SPLIT"); }
    int CountLayers() const;
    OGRLayer *LayerAt(int i) const;
    // nullptr as well when a layer that the statement reads cannot be loaded: GDAL would take it
    // for an empty one.
    OGRLayer *Execute(const char *statement, OGRGeometry *filter, const char *dialect);
    OGRMapflowLazyLayer *LayerCalled(const char *name) const;
    // nullptr as well when the layer cannot be loaded, but for a list and a statement.
    OGRLayer *NamedLayer(const char *name) const;

    const OGRMapflowOptions m_options;
    std::atomic<bool> m_stop{false};
    OGRMapflowClient m_client{};
    std::shared_ptr<const OGRMapflowProjectListing> m_listing{};
    std::deque<mf_processing> m_processings{};    // in the end those that are layers
    std::map<std::string, std::string> m_names{}; // of layers, by id
    std::unique_ptr<OGRMapflowPrefetch> m_results{};
    std::unique_ptr<OGRMapflowResultLayer> m_merged{};
    std::vector<std::unique_ptr<OGRMapflowResultLayer>> m_mergedKinds{}; // with GEOMETRY=SPLIT
    std::vector<std::unique_ptr<OGRMapflowLazyLayer>> m_layers{};
    std::vector<OtherNames> m_otherNames{}; // of m_layers: as the service has them
    bool m_isExecuting = false;
};

#endif
