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

// Layers: the result, with the name of the processing (see layer_names.h) or LAYER_NAME. It is also
// found as `results` and by the name of the processing. Not counted, but found by name: `aois` and
// `processing`.
// With GEOMETRY=SPLIT each kind of geometry of the result is counted as a layer, and the whole is
// found as `results`. With STATUS_ONLY=YES `aois` and `processing` are counted and there is no
// result.
class OGRMapflowProcessingDataset final : public OGRMapflowStatementDataset
{
  public:
    // Requests the status and, unless STATUS_ONLY is set, downloads the result. Returns nullptr
    // after one CPLError.
    static std::unique_ptr<OGRMapflowProcessingDataset> Open(OGRMapflowOptions options);
    // Makes a dataset from the processing's document. Its layer is called `layerName`. FetchResult
    // and then ShowResult complete it. Requests end when `stop` becomes true. Returns nullptr after
    // one CPLError.
    static std::unique_ptr<OGRMapflowProcessingDataset> Prepare(OGRMapflowOptions options,
                                                                const std::string &document,
                                                                const std::string &layerName,
                                                                std::atomic<bool> &stop);
    // Downloads the result, in any thread. Takes no locks of GDAL or PROJ: if the process forked
    // meanwhile, the child would find them locked forever. Returns false after one CPLError.
    bool FetchResult();
    // Makes the layer and the metadata of the fetched result. Returns false after one CPLError.
    bool ShowResult();
    // Hands over the fetched result, to become a part of another layer.
    std::shared_ptr<const mf_result> TakeResult();

    int GetLayerCount() MF_CONST_312 override;
    OGRLayer *GetLayer(int i) MF_CONST_312 override;
    MF_DATASET_USING
    OGRLayer *GetLayerByName(const char *name) override;

  private:
    explicit OGRMapflowProcessingDataset(OGRMapflowOptions options) : m_options(std::move(options))
    {
        OGRMapflowAddFieldDomains(m_oMapFieldDomains);
    }

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
    OGRLayer *ProcessingLayer();
    OGRLayer *AOILayer();
    std::string LayerName() const;

    const OGRMapflowOptions m_options;
    std::string m_layerName{}; // "": that of the processing
    std::atomic<bool> *m_stop = nullptr;
    OGRMapflowClient m_client{};
    OGRMapflowOwned<mf_processing_free> m_processing{};
    OGRMapflowAreaSource m_areas{};
    bool m_statusOnly = false;
    std::string m_area{}; // GeoJSON of the only area that is requested, "" if unknown
    std::vector<std::string> m_otherAreas{};
    std::shared_ptr<const mf_result> m_fetched{}; // until it is shown
    std::unique_ptr<OGRMapflowResultLayer> m_resultLayer{};
    std::unique_ptr<OGRMapflowLazyLayer> m_listedLayer{}; // for a list, before m_resultLayer
    std::vector<std::unique_ptr<OGRMapflowResultLayer>> m_kinds{}; // with GEOMETRY=SPLIT
    std::unique_ptr<OGRMapflowTableLayer> m_processingLayer{};
    std::unique_ptr<OGRMapflowTableLayer> m_aoiLayer{};
};

// Sets what is known about a processing as metadata of a dataset or layer. Leaves out the addresses
// of tiles, which work without a token.
void OGRMapflowDescribeProcessing(const mf_processing &processing, GDALMajorObject &target);

#endif
