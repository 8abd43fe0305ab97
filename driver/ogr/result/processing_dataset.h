// SPDX-License-Identifier: MIT
// processing_dataset: one processing as a GDAL dataset.
#ifndef MAPFLOW_PROCESSING_DATASET_H
#define MAPFLOW_PROCESSING_DATASET_H

#include <memory>
#include <string>

#include "api/processing.h"
#include "common/areas.h"
#include "common/compat.h"
#include "common/connection.h"
#include "layer/field_domains.h"
#include "layer/lazy_layer.h"
#include "layer/statement_dataset.h"
#include "layer/table_layer.h"
#include "result/result_layer.h"

// Layers: the result, named after the processing as layer_names.h says, or as LAYER_NAME says;
// found as `results` and by the name of the processing too. Not counted, found by
// name: `aois` and `processing`. With GEOMETRY=SPLIT the result is counted as a layer for each kind
// of geometry, and found whole as `results`. With STATUS_ONLY=YES these two are counted and there
// is no result.
class OGRMapflowProcessingDataset final : public OGRMapflowStatementDataset
{
  public:
    // Asks for the status and, unless only that is wanted, downloads the result. Returns nullptr
    // after one CPLError.
    static std::unique_ptr<OGRMapflowProcessingDataset> Open(OGRMapflowOptions options);
    // A processing whose document is known, with a layer of another name; FetchResult and then
    // ShowResult make it complete. Requests end when `stop` becomes true. Returns nullptr after one
    // CPLError.
    static std::unique_ptr<OGRMapflowProcessingDataset> Prepare(OGRMapflowOptions options,
                                                                const std::string &document,
                                                                const std::string &layerName,
                                                                std::atomic<bool> &stop);
    // Downloads the result, in any thread: locks of GDAL and PROJ, which a process that is forked
    // off meanwhile would find taken for ever, are left alone. Returns false after one CPLError.
    bool FetchResult();
    // Makes layer and metadata of what was fetched. Returns false after one CPLError.
    bool ShowResult();
    // Gives away what was fetched, to be a part of another layer.
    std::shared_ptr<const mf_result> TakeResult();
    ~OGRMapflowProcessingDataset() override;

    int GetLayerCount() MF_CONST_312 override;
    OGRLayer *GetLayer(int i) MF_CONST_312 override;
    MF_DATASET_USING
    OGRLayer *GetLayerByName(const char *name) override;
    int TestCapability(const char *capability) MF_CONST_312 override
    {
        return EQUAL(capability, ODsCZGeometries);
    }

  private:
    explicit OGRMapflowProcessingDataset(OGRMapflowOptions options) : m_options(std::move(options))
    {
        OGRMapflowAddFieldDomains(m_oMapFieldDomains);
    }

    bool ReadCacheOptions();
    bool IsOffline() const { return m_areas.cache.mode == MF_CACHE_OFFLINE; }
    bool OpenOnline();
    bool OpenOffline();
    int GetProcessing(bool isStored, mf_error *err);
    bool CheckResult();
    bool FallBack(const mf_error &err);
    bool ListResult();
    bool MakeLayers();
    void RememberName(const char *name);
    bool WasCalled(const char *name) const;
    bool LoadResult();
    bool ReadDocument(const char *document);
    bool CheckArea();
    void WarnOfOtherAreas(const mf_collection &features);
    bool IsStored();
    std::shared_ptr<const mf_result> AcquireResult(mf_cache_mode mode);
    void PublishMetadata();
    OGRLayer *ResultLayer() const
    {
        return m_listedLayer != nullptr ? static_cast<OGRLayer *>(m_listedLayer.get())
                                        : m_resultLayer.get();
    }
    OGRLayer *StatusLayer(int i) MF_CONST_312;
    OGRLayer *ProcessingLayer();
    OGRLayer *AOILayer();
    std::string LayerName() const;

    const OGRMapflowOptions m_options;
    std::string m_layerName{}; // "": that of the processing
    std::atomic<bool> *m_stop = nullptr;
    OGRMapflowClient m_client{};
    mf_processing m_processing{};
    OGRMapflowAreaSource m_areas{};
    bool m_statusOnly = false;
    std::string m_area{}; // GeoJSON of the area that is wanted alone, "" when it is not known
    std::vector<std::string> m_otherAreas{};
    std::shared_ptr<const mf_result> m_fetched{}; // until it is shown
    std::unique_ptr<OGRMapflowResultLayer> m_resultLayer{};
    std::unique_ptr<OGRMapflowLazyLayer> m_listedLayer{}; // of a list, before m_resultLayer
    std::vector<std::unique_ptr<OGRMapflowResultLayer>> m_kinds{}; // with GEOMETRY=SPLIT
    std::unique_ptr<OGRMapflowTableLayer> m_processingLayer{};
    std::unique_ptr<OGRMapflowTableLayer> m_aoiLayer{};
};

// Metadata of a dataset or layer: what is known about its processing. No address of tiles, which
// work without a token.
void OGRMapflowDescribeProcessing(const mf_processing &processing, GDALMajorObject &target);

#endif
