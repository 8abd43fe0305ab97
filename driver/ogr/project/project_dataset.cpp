// SPDX-License-Identifier: MIT
#include "project/project_dataset.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "api/aoi.h"
#include "base/uuid.h"
#include "common/errors.h"
#include "common/parallel.h"
#include "common/styles_shown.h"
#include "common/waiting.h"
#include "layer/layer_names.h"
#include "layer/qgis_listing.h"

constexpr const char *MERGED_NAME = "results";

std::unique_ptr<OGRMapflowProjectDataset>
OGRMapflowProjectDataset::Open(const OGRMapflowOptions &options)
{
    if (!OGRMapflowMayAsk(options, "The list of a project"))
        return nullptr;
    std::unique_ptr<OGRMapflowProjectDataset> dataset(new OGRMapflowProjectDataset(options));
    dataset->SetDescription(options.PublicName().c_str());
    dataset->poDriver = OGRMapflowDriverFor(options.HasStyles());
    dataset->m_client = OGRMapflowConnect(options, &dataset->m_stop);
    return dataset->m_client != nullptr && dataset->Load() ? std::move(dataset) : nullptr;
}

OGRMapflowProjectDataset::~OGRMapflowProjectDataset()
{
    for (mf_processing &processing : m_processings)
        mf_processing_free(&processing);
}

bool OGRMapflowProjectDataset::Load()
{
    m_listing = OGRMapflowListProject(m_options, m_client.get());
    if (m_listing == nullptr)
        return false;
    SetMetadataItem("PROJECT_ID", m_listing->id.c_str());
    SetMetadataItem("NAME", m_listing->name.c_str());
    if (!m_listing->description.empty())
        SetMetadataItem("DESCRIPTION", m_listing->description.c_str());
    return ReadProcessings() && WaitForAll() && ChooseReadable() && MakeLayers();
}

// ---- which processings --------------------------------------------------------------------------

bool OGRMapflowProjectDataset::ReadProcessings()
{
    for (const std::string &document : m_listing->documents)
    {
        mf_processing processing;
        if (!OGRMapflowTry(mf_processing_read, &processing, document.c_str()))
            return false;
        m_processings.push_back(processing);
    }
    NameLayers();
    return true;
}

// Names layers in order of creation, including processings that are not layers now. If they become
// layers later, the others keep their names.
void OGRMapflowProjectDataset::NameLayers()
{
    const auto text = [](const char *created) { return std::string(created ? created : ""); };
    std::stable_sort(m_processings.begin(), m_processings.end(),
                     [&text](const mf_processing &a, const mf_processing &b)
                     { return text(a.created) < text(b.created); });
    OGRMapflowLayerNames names;
    for (const mf_processing &processing : m_processings)
        m_names[processing.id] = names.Add(processing.name);
}

// Waits for one after the other; meanwhile the others continue.
bool OGRMapflowProjectDataset::WaitForAll()
{
    for (mf_processing &processing : m_processings)
    {
        if (!OGRMapflowWaitIfWanted(m_options, m_client.get(), processing))
            return false;
    }
    return true;
}

namespace
{

// Only a UUID may become part of a path and of a file name.
bool HasValidId(const mf_processing &processing)
{
    char uuid[MF_UUID_SIZE];
    return mf_uuid_parse(processing.id, uuid) != 0;
}

// Whether an area of a processing that did not succeed has a result. Assumes so if the server does
// not list areas.
bool HasFinishedArea(mf_client *client, const mf_processing &processing)
{
    OGRMapflowOwned<mf_aoi_list_free> areas;
    if (mf_aoi_list_get(&areas, nullptr, client, processing.id, nullptr) != 0)
        return true; // the attempt to read it will report the error
    bool found = areas.is_offered == 0;
    for (size_t i = 0; i < areas.count; ++i)
        found |= EQUAL(areas.items[i].status, "OK") || EQUAL(areas.items[i].status, "REFUNDED");
    return found;
}

std::string Summary(const std::map<std::string, int> &left)
{
    std::string text;
    for (const auto &[status, count] : left)
        text += (text.empty() ? "" : ", ") + std::to_string(count) + ' ' + status;
    return text;
}

} // namespace

bool OGRMapflowProjectDataset::ChooseReadable()
{
    const bool partial = m_options.GetBool("PARTIAL", false);
    std::vector<char> isReadable(m_processings.size(), 0);
    OGRMapflowInParallel(m_processings.size(),
                         [&](size_t i)
                         {
                             const mf_processing &p = m_processings[i];
                             isReadable[i] =
                                 HasValidId(p) &&
                                 mf_processing_check_result(&p, partial, false, nullptr) == 0 &&
                                 (p.state == MF_STATE_DONE || HasFinishedArea(m_client.get(), p));
                         });
    std::map<std::string, int> left;
    std::deque<mf_processing> chosen;
    for (size_t i = 0; i < m_processings.size(); ++i)
    {
        mf_processing &p = m_processings[i];
        if (isReadable[i])
        {
            chosen.push_back(p);
            continue;
        }
        ++left[!HasValidId(p)                            ? "without a valid id"
               : p.is_raster && p.state == MF_STATE_DONE ? "raster result"
               : p.state == MF_STATE_REWORK              ? "in rework"
               : p.status[0] != '\0'                     ? p.status
                                                         : "unknown"];
        mf_processing_free(&p);
    }
    m_processings.swap(chosen);
    if (!left.empty())
        CPLError(CE_Warning, CPLE_AppDefined,
                 "Project \"%s\": processings without a readable result are left out: %s.%s",
                 GetMetadataItem("NAME"), Summary(left).c_str(),
                 partial ? "" : " PARTIAL=YES adds the finished parts of failed ones.");
    if (mf_client_cancelled(m_client.get()))
        CPLError(CE_Failure, CPLE_UserInterrupt, "Interrupted");
    return !mf_client_cancelled(m_client.get());
}

// ---- layers -------------------------------------------------------------------------------------

bool OGRMapflowProjectDataset::MakeLayers()
{
    m_results = std::make_unique<OGRMapflowPrefetch>(m_options, m_stop);
    std::vector<std::string> names;
    for (const mf_processing &processing : m_processings)
    {
        names.push_back(m_names[processing.id]);
        m_results->Add(processing, names.back());
    }
    if (IsMerged())
        return MakeMergedLayers();
    for (size_t i = 0; i < names.size() && !IsSplit(); ++i)
        AddPart(names[i], "", i, 0);
    return !IsSplit() || SplitAll(names);
}

// The layers depend on the results, so all are fetched now.
bool OGRMapflowProjectDataset::SplitAll(const std::vector<std::string> &names)
{
    m_results->ExpectAll();
    for (size_t i = 0; i < names.size(); ++i)
    {
        GDALDataset *const known = m_results->Get(i);
        if (known == nullptr)
            return false;
        for (int part = 0; part < known->GetLayerCount(); ++part)
        {
            const std::string name = known->GetLayer(part)->GetName();
            AddPart(name, name.substr(names[i].size()), i, part);
            m_layers.back()->Load(); // already fetched
        }
    }
    return true;
}

void OGRMapflowProjectDataset::AddPart(const std::string &name, const std::string &suffix, size_t i,
                                       int part)
{
    const mf_processing &processing = m_processings[i];
    OGRMapflowLazyLayer &layer =
        AddLayer(name, {processing.name + suffix, processing.id + suffix},
                 [this, i, part]() -> OGRLayer *
                 {
                     GDALDataset *const dataset = m_results->Get(i);
                     return dataset != nullptr ? dataset->GetLayer(part) : nullptr;
                 });
    OGRMapflowDescribeProcessing(processing, layer);
}

OGRMapflowLazyLayer &OGRMapflowProjectDataset::AddLayer(const std::string &name,
                                                        const OtherNames &otherNames,
                                                        std::function<OGRLayer *()> load)
{
    m_otherNames.push_back(otherNames);
    m_layers.push_back(std::make_unique<OGRMapflowLazyLayer>(
        this, name, std::move(load),
        m_options.IsListing() ? OGRMapflowLazyLayer::Purpose::List
                              : OGRMapflowLazyLayer::Purpose::Reading));
    return *m_layers.back();
}

// ---- MERGE=YES

// Returns false after one CPLError.
bool OGRMapflowProjectDataset::LoadMerged()
{
    const OGRMapflowInterruptible interruptible;
    std::vector<OGRMapflowPart> parts;
    m_results->ExpectAll();
    for (size_t i = 0; i < m_processings.size(); ++i)
    {
        const mf_processing &processing = m_processings[i];
        auto result = m_results->Take(i);
        if (result == nullptr)
            return false;
        parts.push_back({std::move(result), processing.id, processing.name,
                         processing.model != nullptr ? processing.model : ""});
    }
    const auto set = OGRMapflowResultSet::Merge(std::move(parts), OGRMapflowColumnForms(m_options));
    if (set == nullptr)
        return false;
    const bool hasStyles = m_options.HasStyles();
    m_merged = OGRMapflowResultLayer::Create(this, MERGED_NAME, hasStyles,
                                             {set, OGRMapflowGeometryKind::All});
    if (m_merged == nullptr)
        return false;
    set->WarnOfIntegers(MERGED_NAME);
    return !IsSplit() ||
           OGRMapflowResultLayer::Split(this, MERGED_NAME, hasStyles, set, m_mergedKinds);
}

// The layer with all kinds comes last.
bool OGRMapflowProjectDataset::MakeMergedLayers()
{
    if (IsSplit() && !LoadMerged())
        return false;
    for (const auto &kind : m_mergedKinds)
        AddMerged(kind->GetName(), [layer = kind.get()] { return layer; });
    AddMerged(MERGED_NAME,
              [this]() -> OGRLayer *
              { return m_merged != nullptr || LoadMerged() ? m_merged.get() : nullptr; });
    return true;
}

void OGRMapflowProjectDataset::AddMerged(const std::string &name, std::function<OGRLayer *()> load)
{
    const std::string suffix = name.substr(strlen(MERGED_NAME));
    OGRMapflowLazyLayer &layer =
        AddLayer(name, {m_listing->name + suffix, m_listing->id + suffix}, std::move(load));
    layer.SetMetadata(GetMetadata());
    layer.SetMetadataItem(OLMD_FID64, "YES");
    if (m_merged != nullptr)
        layer.Load();
}

// ---- finding layers

// With GEOMETRY=SPLIT the layer with all kinds is not counted.
int OGRMapflowProjectDataset::GetLayerCount() MF_CONST_312
{
    return static_cast<int>(m_layers.size()) - (m_mergedKinds.empty() ? 0 : 1);
}

OGRLayer *OGRMapflowProjectDataset::GetLayer(int i) MF_CONST_312
{
    return i >= 0 && i < GetLayerCount() ? m_layers[static_cast<size_t>(i)].get() : nullptr;
}

OGRMapflowLazyLayer *OGRMapflowProjectDataset::LayerCalled(const char *name) const
{
    for (const auto &layer : m_layers)
    {
        if (EQUAL(layer->GetName(), name))
            return layer.get();
    }
    for (size_t i = 0; i < m_layers.size(); ++i)
    {
        if (m_otherNames[i].name == name || EQUAL(m_otherNames[i].id.c_str(), name))
            return m_layers[i].get();
    }
    return IsMerged() && OGRMapflowIsFailureName(name) ? m_layers.back().get() : nullptr;
}

// A program that names a layer is about to read it, so it is loaded. Programs that miss errors
// during reading, such as QGIS and sf, then see that it is missing. In a statement it is not
// loaded: GDAL would report that the table does not exist, but ExecuteSQL reports the error.
OGRLayer *OGRMapflowProjectDataset::GetLayerByName(const char *name)
{
    OGRMapflowLazyLayer *const layer = LayerCalled(name);
    const bool isLazy = m_isExecuting || m_options.IsListing();
    return layer == nullptr || isLazy || layer->Load() ? layer : nullptr;
}

OGRLayer *OGRMapflowProjectDataset::ExecuteSQL(const char *statement, OGRGeometry *filter,
                                               const char *dialect)
{
    std::vector<std::pair<unsigned, bool>> before;
    for (const auto &layer : m_layers)
        before.emplace_back(layer->Refusals(), layer->Failure().empty());
    m_isExecuting = true;
    OGRLayer *const answer = OGRMapflowStatementDataset::ExecuteSQL(statement, filter, dialect);
    m_isExecuting = false;
    for (size_t i = 0; i < m_layers.size(); ++i)
    {
        const auto &[refusals, wasGood] = before[i];
        if (m_layers[i]->Refusals() == refusals)
            continue;
        if (!wasGood && CPLGetLastErrorType() != CE_Failure)
            CPLError(CE_Failure, CPLE_AppDefined, "%s", m_layers[i]->Failure().c_str());
        ReleaseResultSet(answer);
        return nullptr;
    }
    return answer;
}
