// SPDX-License-Identifier: MIT
#include "result/processing_dataset.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "base/redact.h"
#include "base/uuid.h"
#include "common/errors.h"
#include "common/styles_shown.h"
#include "common/waiting.h"
#include "layer/layer_names.h"
#include "layer/qgis_listing.h"
#include "result/status_tables.h"
#include "store/former_names.h"
#include "store/recent.h"

std::unique_ptr<OGRMapflowProcessingDataset>
OGRMapflowProcessingDataset::Open(OGRMapflowOptions options)
{
    std::unique_ptr<OGRMapflowProcessingDataset> dataset(
        new OGRMapflowProcessingDataset(std::move(options)));
    dataset->SetDescription(dataset->m_options.PublicName().c_str());
    dataset->m_statusOnly = dataset->m_options.GetBool("STATUS_ONLY", false);
    dataset->poDriver = OGRMapflowDriverFor(dataset->m_options.HasStyles());
    if (!dataset->m_areas.Read(dataset->m_options) ||
        !(dataset->IsOffline() ? dataset->OpenOffline() : dataset->OpenOnline()))
        return nullptr;
    dataset->PublishMetadata();
    return dataset;
}

std::unique_ptr<OGRMapflowProcessingDataset>
OGRMapflowProcessingDataset::Prepare(OGRMapflowOptions options, const std::string &document,
                                     const std::string &layerName, std::atomic<bool> &stop)
{
    std::unique_ptr<OGRMapflowProcessingDataset> dataset(
        new OGRMapflowProcessingDataset(std::move(options)));
    dataset->SetDescription(dataset->m_options.PublicName().c_str());
    dataset->m_layerName = layerName;
    dataset->m_stop = &stop;
    dataset->m_client = OGRMapflowConnect(dataset->m_options, &stop);
    dataset->m_areas.client = dataset->m_client.get();
    if (dataset->m_client == nullptr || !dataset->m_areas.Read(dataset->m_options) ||
        !dataset->ReadDocument(document.c_str()))
        return nullptr;
    return dataset;
}

// Whether the failure leaves the server's answer unknown.
static bool IsOutage(const mf_error &err)
{
    return err.kind == MF_ERR_NETWORK || (err.http_status >= 502 && err.http_status <= 504);
}

bool OGRMapflowProcessingDataset::OpenOnline()
{
    m_client = OGRMapflowConnect(m_options);
    m_areas.client = m_client.get();
    if (m_client == nullptr)
        return false;
    const bool isStored = !EQUAL(m_options.Get("CACHE").c_str(), "ONLINE") && IsStored();
    OGRMapflowError err;
    if (GetProcessing(isStored, &err) != 0)
    {
        if (isStored && IsOutage(err))
            return FallBack(err);
        return OGRMapflowRaise(err);
    }
    if (!OGRMapflowWaitIfWanted(m_options, m_client.get(), m_processing) || !CheckResult())
        return false;
    if (m_options.IsListing())
        mf_recent_prolong(m_client.get(), m_processing.id);
    return m_statusOnly || ListResult() || LoadResult();
}

// Opens from the cache only: no request, and no token needed.
bool OGRMapflowProcessingDataset::OpenOffline()
{
    return (!m_statusOnly || OGRMapflowMayAsk(m_options, "STATUS_ONLY=YES")) && LoadResult();
}

// Opens the stored result, with one warning.
bool OGRMapflowProcessingDataset::FallBack(const mf_error &err)
{
    m_areas.cache.mode = MF_CACHE_OFFLINE;
    m_areas.client = nullptr;
    m_client.reset();
    if (!OpenOffline())
        return false;
    CPLError(
        CE_Warning, CPLE_AppDefined,
        "%s. It is opened from the cache, as it was when it was stored; CACHE=ONLINE makes this "
        "an error.",
        OGRMapflowSentence(err).c_str());
    return true;
}

// Requests the current status if the cache is refreshed or not used. If the result is stored, does
// not wait for a server that does not answer.
int OGRMapflowProcessingDataset::GetProcessing(bool isStored, mf_error *err)
{
    mf_client *const client = m_client.get();
    if (isStored && mf_client_is_unreachable(client))
    {
        mf_error_set(err, MF_ERR_NETWORK, "the server could not be reached a moment ago");
        return mf_error_prefix(err, "processing %s", m_options.ProcessingId().c_str());
    }
    const auto get =
        m_areas.cache.mode == MF_CACHE_YES && !m_statusOnly ? mf_recent_get : mf_processing_get;
    mf_client_set_impatient(client, isStored && !m_options.GetBool("WAIT", false));
    const int failed = get(&m_processing, client, m_options.ProcessingId().c_str(), err);
    mf_client_set_impatient(client, false);
    return failed;
}

// Returns false after one CPLError if there is no result to read.
bool OGRMapflowProcessingDataset::CheckResult()
{
    return m_statusOnly ||
           OGRMapflowTry(mf_processing_check_result, &m_processing,
                         m_options.GetBool("PARTIAL", false), OGRMapflowMayWait(m_options));
}

// Reads the UUID of the one area that is requested, "" for all. Returns false after one CPLError.
static bool ReadArea(const OGRMapflowOptions &options, std::string &area)
{
    char uuid[MF_UUID_SIZE] = "";
    area = options.Get("AOI");
    if (!area.empty() && !mf_uuid_parse(area.c_str(), uuid))
    {
        CPLError(CE_Failure, CPLE_IllegalArg,
                 "AOI=%.40s is not the UUID of an area. The layer aois of this dataset lists them.",
                 area.c_str());
        return false;
    }
    area = uuid;
    return true;
}

std::shared_ptr<const mf_result> OGRMapflowProcessingDataset::AcquireResult(mf_cache_mode mode)
{
    mf_result_request wanted = {};
    std::string area;
    if (!ReadArea(m_options, area))
        return nullptr;
    const std::unique_ptr<char, decltype(&free)> fingerprint(
        m_processing.id != nullptr ? mf_processing_fingerprint(&m_processing) : nullptr, free);
    wanted.mode = mode;
    wanted.client = m_client.get();
    wanted.base_url = m_areas.baseURL.c_str();
    wanted.id = m_options.ProcessingId().c_str();
    wanted.aoi_id = area.empty() ? nullptr : area.c_str();
    wanted.fingerprint = fingerprint.get();
    wanted.processing = m_processing.document;
    wanted.cache_directory = m_areas.cache.Directory();
    const char *const temporary = CPLGetConfigOption("CPL_TMPDIR", "");
    if (temporary[0] != '\0' && !STARTS_WITH(temporary, "/vsi"))
        wanted.temporary_directory = temporary;
    wanted.cache_size = m_areas.cache.size;
    wanted.max_size = m_options.GetSize("MAX_RESULT_SIZE", MF_DEFAULT_MAX_RESULT_SIZE);
    wanted.rules = GeoJSONRules();
    wanted.cancel = OGRMapflowCancel(m_stop);
    OGRMapflowCheckProgress progress(m_options, "Processing " + m_options.ProcessingId());
    wanted.progress = OGRMapflowCheckProgress::Show;
    wanted.progress_ctx = &progress;
    wanted.debug = OGRMapflowDebug;
    wanted.warn = OGRMapflowWarn;

    OGRMapflowError err;
    const mf_result *result = nullptr;
    if (mf_result_acquire(&result, &wanted, &err) != 0)
    {
        if (m_processing.state != MF_STATE_DONE &&
            (err.http_status == 400 || err.http_status == 404))
            mf_error_append(&err,
                            ". Nothing of it may be finished: STATUS_ONLY=YES shows its areas");
        OGRMapflowRaise(err);
        return nullptr;
    }
    return std::shared_ptr<const mf_result>(result, mf_result_release);
}

// Whether it could be opened without the server. Does not keep it open: answers about open results
// are cached longer.
bool OGRMapflowProcessingDataset::IsStored()
{
    const OGRMapflowQuiet quiet;
    return m_areas.cache.mode == MF_CACHE_YES && !m_statusOnly &&
           AcquireResult(MF_CACHE_OFFLINE) != nullptr;
}

// Lists a result that has to be downloaded by its name only: QGIS loads it in the background.
// LoadResult reports invalid options.
bool OGRMapflowProcessingDataset::ListResult()
{
    const OGRMapflowQuiet quiet;
    std::string area;
    if (!m_options.IsListing() || !m_options.Get("GEOMETRY").empty() || IsStored() ||
        !ReadArea(m_options, area))
        return false;
    m_listedLayer = std::make_unique<OGRMapflowLazyLayer>(
        this, LayerName(),
        [this]() -> OGRLayer * { return LoadResult() ? m_resultLayer.get() : nullptr; },
        OGRMapflowLazyLayer::Purpose::List);
    return true;
}

// If one area is requested, checks that it has a result. A service that does not answer is no
// obstacle. Returns false after one CPLError.
bool OGRMapflowProcessingDataset::CheckArea()
{
    std::string area;
    if (!ReadArea(m_options, area))
        return false;
    if (area.empty())
        return true;
    OGRMapflowError err;
    OGRMapflowOwned<mf_aoi_list_free> areas;
    if (!OGRMapflowGetAreaList(m_areas, OGRMapflowAreaOwner::Of(m_processing), areas, err))
    {
        CPLDebug("MAPFLOW", "Area %s is not checked: %s", area.c_str(), err.message);
        return true;
    }
    const mf_aoi *found = nullptr;
    const bool hasResult = mf_aoi_list_find(&areas, area.c_str(), &found, &err) == 0;
    for (size_t i = 0; hasResult && i < areas.count; ++i)
    {
        const mf_aoi &one = areas.items[i];
        if (&one == found)
            m_area = one.geometry != nullptr ? one.geometry : "";
        else if (one.geometry != nullptr)
            m_otherAreas.emplace_back(one.geometry);
    }
    if (hasResult)
        return true;
    mf_error_prefix(&err, "processing %s (\"%s\")", m_processing.id, m_processing.name);
    return OGRMapflowRaise(err);
}

// Returns the box of an area; an empty one if there is no area or it cannot be read.
static mf_box BoxOf(const std::string &geojson, double slack)
{
    const auto area = OGRMapflowReadArea(geojson.c_str());
    OGREnvelope edge;
    if (area != nullptr && !area->IsEmpty())
        area->getEnvelope(&edge);
    return {edge.MinX - slack, edge.MinY - slack, edge.MaxX + slack, edge.MaxY + slack};
}

// The result for one area may be that of all areas (API notes 19). Warns if there are features in
// another area that are not in this one.
void OGRMapflowProcessingDataset::WarnOfOtherAreas(const mf_collection &features)
{
    constexpr double SLACK = 0.001; // degrees: models draw a little beyond the edge
    const OGRSpatialReference *const srs = m_resultLayer->GetSpatialRef();
    if (m_otherAreas.empty() || srs == nullptr || !srs->IsGeographic())
        return;
    const mf_box own = BoxOf(m_area, SLACK);
    if (own.min_x > own.max_x)
        return;
    const auto isGiven = [&](const std::string &other)
    {
        const mf_box box = BoxOf(other, 0);
        return mf_collection_extends_beyond(&features, &own, &box) != 0;
    };
    if (std::any_of(m_otherAreas.begin(), m_otherAreas.end(), isGiven))
        CPLError(CE_Warning, CPLE_AppDefined,
                 "Processing %s (\"%s\"): one area was requested, but the server also returned "
                 "features of others. Use a spatial filter to exclude them.",
                 m_processing.id, m_processing.name);
}

bool OGRMapflowProcessingDataset::FetchResult()
{
    if (!IsOffline() && !CheckArea())
        return false;
    m_fetched = AcquireResult(m_areas.cache.mode);
    return m_fetched != nullptr;
}

bool OGRMapflowProcessingDataset::MakeLayers()
{
    const auto result = std::move(m_fetched);
    if (IsOffline() && !(ReadDocument(result->processing) && CheckArea()))
        return false;
    const bool hasStyles = m_options.HasStyles();
    const auto set =
        OGRMapflowResultSet::Of({result, m_processing.id, m_processing.name,
                                 m_processing.model != nullptr ? m_processing.model : ""},
                                OGRMapflowColumnForms(m_options));
    m_resultLayer = OGRMapflowResultLayer::Create(this, LayerName(), hasStyles,
                                                  {set, OGRMapflowGeometryKind::All});
    if (m_resultLayer == nullptr)
        return false;
    set->WarnOfIntegers(LayerName());
    WarnOfOtherAreas(result->collection);
    if (result->is_cached)
        RememberName(m_processing.name);
    return !EQUAL(m_options.Get("GEOMETRY", "MIXED").c_str(), "SPLIT") ||
           OGRMapflowResultLayer::Split(this, LayerName(), hasStyles, set, m_kinds);
}

void OGRMapflowProcessingDataset::RememberName(const char *name)
{
    if (!IsOffline() && name[0] != '\0' &&
        mf_former_names_add(m_areas.cache.Directory(), m_areas.baseURL.c_str(), m_processing.id,
                            name, nullptr) != 0)
        CPLDebug("MAPFLOW", "The name of processing %s is not remembered", m_processing.id);
}

bool OGRMapflowProcessingDataset::WasCalled(const char *name) const
{
    return m_areas.cache.mode != MF_CACHE_NO &&
           mf_former_names_hold(m_areas.cache.Directory(), m_areas.baseURL.c_str(), m_processing.id,
                                name);
}

bool OGRMapflowProcessingDataset::LoadResult()
{
    return FetchResult() && MakeLayers();
}

bool OGRMapflowProcessingDataset::ShowResult()
{
    if (!MakeLayers())
        return false;
    PublishMetadata();
    return true;
}

std::shared_ptr<const mf_result> OGRMapflowProcessingDataset::TakeResult()
{
    if (m_fetched->is_cached)
        RememberName(m_processing.name);
    return std::move(m_fetched);
}

// Reads the processing from a document that the service sent earlier.
bool OGRMapflowProcessingDataset::ReadDocument(const char *document)
{
    return OGRMapflowTry(mf_processing_read, &m_processing, document);
}

// Gives the layer a name of its own: programs that look layers up one by one, such as MapServer,
// need it. A processing may have no name, or that of one of the two other layers.
std::string OGRMapflowProcessingDataset::LayerName() const
{
    if (!m_layerName.empty())
        return m_layerName;
    const std::string name =
        OGRMapflowLayerName(m_options.Get("LAYER_NAME", m_processing.name).c_str());
    return EQUAL(name.c_str(), "aois") || EQUAL(name.c_str(), "processing") ? "results" : name;
}

void OGRMapflowDescribeProcessing(const mf_processing &processing, GDALMajorObject &target)
{
    const auto setText = [&target](const char *key, const char *text)
    {
        if (text != nullptr && text[0] != '\0')
            target.SetMetadataItem(key, text);
    };
    const auto setNumber = [&target](const char *key, double number)
    {
        if (!std::isnan(number))
            target.SetMetadataItem(key, CPLSPrintf("%.15g", number));
    };
    setText("PROCESSING_ID", processing.id);
    setText("NAME", processing.name);
    setText("STATUS", processing.status);
    setNumber("PERCENT_COMPLETED", processing.percent >= 0 ? processing.percent : NAN);
    setText("PROJECT_ID", processing.project_id);
    setText("MODEL", processing.model);
    setNumber("AREA_M2", processing.area_m2);
    setNumber("COST", processing.cost);
    setText("CREATED", processing.created);
    setText("UPDATED", processing.updated);
    setText("REVIEW_STATUS", processing.review);
}

void OGRMapflowProcessingDataset::PublishMetadata()
{
    OGRMapflowDescribeProcessing(m_processing, *this);
    if (m_processing.state != MF_STATE_DONE && !m_statusOnly)
        SetMetadataItem("PARTIAL", "YES");
    char *const shown = mf_document_redact(m_processing.document);
    char *document[] = {shown, nullptr};
    SetMetadata(document, "json:MAPFLOW");
    free(shown);
}

int OGRMapflowProcessingDataset::GetLayerCount() MF_CONST_312
{
    return m_statusOnly ? 2 : m_kinds.empty() ? 1 : static_cast<int>(m_kinds.size());
}

OGRLayer *OGRMapflowProcessingDataset::GetLayer(int i) MF_CONST_312
{
    if (i < 0 || i >= GetLayerCount())
        return nullptr;
    // Making a layer at first use does not change what the dataset is.
    auto *const self = const_cast<OGRMapflowProcessingDataset *>(this);
    if (m_statusOnly)
        return i == 0 ? self->ProcessingLayer() : self->AOILayer();
    return m_kinds.empty() ? ResultLayer() : m_kinds[static_cast<size_t>(i)].get();
}

OGRLayer *OGRMapflowProcessingDataset::GetLayerByName(const char *name)
{
    for (const auto &kind : m_kinds)
    {
        const char *const suffix = kind->GetName() + LayerName().size();
        if (EQUAL(name, kind->GetName()) || name == m_processing.name + std::string(suffix))
            return kind.get();
    }
    OGRLayer *const result = ResultLayer();
    if (result != nullptr && (EQUAL(name, result->GetName()) || EQUAL(name, "results")))
        return result;
    if (result != nullptr && OGRMapflowIsFailureName(name))
    {
        RememberName(name); // a project of QGIS will request it
        return result;
    }
    if (EQUAL(name, "processing"))
        return ProcessingLayer();
    if (EQUAL(name, "aois"))
        return AOILayer();
    const bool isMeant = result != nullptr && (EQUAL(name, m_processing.name) ||
                                               EQUAL(name, m_processing.id) || WasCalled(name));
    return isMeant ? result : nullptr;
}

OGRLayer *OGRMapflowProcessingDataset::ProcessingLayer()
{
    if (m_processingLayer == nullptr)
        m_processingLayer = OGRMapflowMakeProcessingTable(this, m_processing);
    return m_processingLayer.get();
}

OGRLayer *OGRMapflowProcessingDataset::AOILayer()
{
    if (m_aoiLayer == nullptr)
    {
        OGRMapflowAreaSource source = m_areas;
        if (m_statusOnly && source.cache.mode == MF_CACHE_YES)
            source.cache.mode = MF_CACHE_REFRESH; // the current state of each area
        m_aoiLayer = OGRMapflowMakeAOITable(this, source, OGRMapflowAreaOwner::Of(m_processing));
        if (m_aoiLayer != nullptr && m_options.HasStyles())
            m_aoiLayer->ColourByStatus();
    }
    return m_aoiLayer.get();
}
