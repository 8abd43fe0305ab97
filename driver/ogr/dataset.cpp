#include "dataset.h"

#include <cmath>

#include "report.h"
#include "status_tables.h"

std::unique_ptr<OGRMapflowDataset> OGRMapflowDataset::Open(OGRMapflowOptions options)
{
    std::unique_ptr<OGRMapflowDataset> dataset(new OGRMapflowDataset(std::move(options)));
    dataset->SetDescription(dataset->m_options.PublicName().c_str());
    dataset->m_statusOnly = dataset->m_options.GetBool("STATUS_ONLY", false);
    dataset->m_client = OGRMapflowConnect(dataset->m_options);
    if (dataset->m_client == nullptr || !dataset->LoadProcessing())
        return nullptr;
    dataset->PublishMetadata();
    if (!dataset->m_statusOnly && !dataset->LoadResult())
        return nullptr;
    return dataset;
}

OGRMapflowDataset::~OGRMapflowDataset()
{
    mf_processing_free(&m_processing);
}

bool OGRMapflowDataset::LoadProcessing()
{
    mf_error err;
    mf_error_init(&err);
    const bool partial = m_options.GetBool("PARTIAL", false);
    if (mf_processing_get(&m_processing, m_client.get(), m_options.ProcessingId().c_str(), &err) != 0 ||
        (!m_statusOnly && mf_processing_check_result(&m_processing, partial, &err) != 0))
    {
        OGRMapflowReport(err);
        return false;
    }
    return true;
}

bool OGRMapflowDataset::LoadResult()
{
    mf_result_options wanted = {};
    wanted.rules.mixed_string_is_json = GEOJSON_MIXED_STRING_IS_JSON;
    wanted.rules.untyped_objects_are_rows = GEOJSON_UNTYPED_OBJECTS_ARE_ROWS;
    if (!m_options.GetSize("MAX_RESULT_SIZE", MF_DEFAULT_MAX_RESULT_SIZE, wanted.max_size))
        return false;
    char aoi[MF_UUID_SIZE];
    const std::string aoiText = m_options.Get("AOI");
    if (!aoiText.empty() && !mf_uuid_parse(aoiText.c_str(), aoi))
    {
        CPLError(CE_Failure, CPLE_IllegalArg,
                 "AOI=%.40s is not the UUID of an area. The layer aois of this dataset lists them.",
                 aoiText.c_str());
        return false;
    }

    mf_error err;
    mf_error_init(&err);
    const std::shared_ptr<mf_result> result(new mf_result(),
                                            [](mf_result *owned)
                                            {
                                                mf_result_free(owned);
                                                delete owned;
                                            });
    if (mf_result_download(result.get(), m_client.get(), m_processing.id,
                           aoiText.empty() ? nullptr : aoi, &wanted, &err) != 0)
    {
        OGRMapflowReport(err);
        return false;
    }
    m_resultLayer = OGRMapflowResultLayer::Create(this, LayerName().c_str(), result);
    return m_resultLayer != nullptr;
}

// A processing may have no name, or one that two of our layers have by right.
std::string OGRMapflowDataset::LayerName() const
{
    const char *const name = m_processing.name;
    return name[0] == '\0' || EQUAL(name, "aois") || EQUAL(name, "processing") ? "results" : name;
}

void OGRMapflowDataset::PublishMetadata()
{
    const auto setText = [this](const char *key, const char *text)
    {
        if (text != nullptr && text[0] != '\0')
            SetMetadataItem(key, text);
    };
    const auto setNumber = [this](const char *key, double number)
    {
        if (!std::isnan(number))
            SetMetadataItem(key, CPLSPrintf("%.15g", number));
    };
    const mf_processing &p = m_processing;
    setText("PROCESSING_ID", p.id);
    setText("NAME", p.name);
    setText("STATUS", p.status);
    setNumber("PERCENT_COMPLETED", p.percent >= 0 ? p.percent : NAN);
    setText("PROJECT_ID", p.project_id);
    setText("MODEL", p.model);
    setNumber("AREA_M2", p.area_m2);
    setNumber("COST", p.cost);
    setText("CREATED", p.created);
    setText("UPDATED", p.updated);
    setText("REVIEW_STATUS", p.review);
    setText("RASTER_TILE_URL", p.raster_tile_url);
    if (p.state != MF_STATE_DONE && !m_statusOnly)
        SetMetadataItem("PARTIAL", "YES");
    char *document[] = {p.document, nullptr};
    SetMetadata(document, "json:MAPFLOW");
}

int OGRMapflowDataset::GetLayerCount() MF_CONST_312
{
    return m_statusOnly ? 2 : 1;
}

OGRLayer *OGRMapflowDataset::GetLayer(int i) MF_CONST_312
{
    if (m_statusOnly)
        return StatusLayer(i);
    return i == 0 ? m_resultLayer.get() : nullptr;
}

// Making a layer on first touch does not change what the dataset is.
OGRLayer *OGRMapflowDataset::StatusLayer(int i) MF_CONST_312
{
    auto *const self = const_cast<OGRMapflowDataset *>(this);
    return i == 0 ? self->ProcessingLayer() : i == 1 ? self->AOILayer() : nullptr;
}

OGRLayer *OGRMapflowDataset::GetLayerByName(const char *name)
{
    if (m_resultLayer != nullptr &&
        (EQUAL(name, m_resultLayer->GetName()) || EQUAL(name, "results")))
        return m_resultLayer.get();
    if (EQUAL(name, "processing"))
        return ProcessingLayer();
    return EQUAL(name, "aois") ? AOILayer() : nullptr;
}

OGRLayer *OGRMapflowDataset::ProcessingLayer()
{
    if (m_processingLayer == nullptr)
        m_processingLayer = OGRMapflowMakeProcessingTable(this, m_processing);
    return m_processingLayer.get();
}

OGRLayer *OGRMapflowDataset::AOILayer()
{
    if (m_aoiLayer == nullptr)
        m_aoiLayer = OGRMapflowMakeAOITable(this, m_client.get(), m_processing.id);
    return m_aoiLayer.get();
}
