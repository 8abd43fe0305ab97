// SPDX-License-Identifier: MIT
#include "imagery/imagery_dataset.h"

#include "common/errors.h"
#include "common/styles_shown.h"
#include "imagery/images_layer.h"
#include "imagery/planned_layer.h"
#include "imagery/search_area.h"
#include "layer/field_domains.h"
#include "layer/table_sql.h"

std::unique_ptr<OGRMapflowImageryDataset>
OGRMapflowImageryDataset::Connect(const OGRMapflowOptions &options, const char *what)
{
    if (!OGRMapflowMayAsk(options, what))
        return nullptr;
    std::unique_ptr<OGRMapflowImageryDataset> dataset(new OGRMapflowImageryDataset(options));
    dataset->SetDescription(options.PublicName().c_str());
    dataset->poDriver = OGRMapflowDriverFor(false);
    dataset->m_client = OGRMapflowConnect(options);
    OGRMapflowAddFieldDomains(dataset->m_oMapFieldDomains);
    return dataset->m_client != nullptr ? std::move(dataset) : nullptr;
}

std::unique_ptr<OGRMapflowImageryDataset>
OGRMapflowImageryDataset::OpenMosaic(const OGRMapflowOptions &options, GDALAccess access)
{
    mf_mosaic mosaic;
    auto dataset = Connect(options, "A mosaic");
    if (dataset == nullptr || !OGRMapflowTry(mf_mosaic_find, &mosaic, dataset->m_client.get(),
                                             options.TargetName().c_str()))
        return nullptr;
    dataset->eAccess = access;
    dataset->m_rights = OGRMapflowRights(options, access);
    dataset->SetMetadataItem("MOSAIC_ID", mosaic.id);
    dataset->SetMetadataItem("NAME", mosaic.name);
    dataset->m_mosaics = std::make_unique<OGRMapflowMosaicList>(dataset->m_client.get());
    dataset->m_mosaics->SetOnly(mosaic);
    dataset->m_layers.push_back(std::make_unique<OGRMapflowImagesLayer>(
        dataset.get(), *dataset->m_mosaics, dataset->m_rights));
    OGRMapflowJoinStatement(*dataset);
    return dataset;
}

void OGRMapflowImageryDataset::AddScenes(OGRMapflowSearched searched)
{
    auto scenes =
        std::make_unique<OGRMapflowScenesLayer>(this, m_client.get(), std::move(searched));
    m_scenes = scenes.get();
    m_layers.push_back(std::move(scenes));
}

std::unique_ptr<OGRMapflowImageryDataset>
OGRMapflowImageryDataset::OpenSearch(const OGRMapflowOptions &options)
{
    OGRMapflowSearched searched;
    auto dataset = Connect(options, "A search");
    const std::string area = options.Get("SEARCH_AOI");
    if (dataset != nullptr && !area.empty())
        searched.area = OGRMapflowReadSearchArea(area);
    if (dataset == nullptr || (!area.empty() && searched.area == nullptr))
        return nullptr;
    dataset->AddScenes(std::move(searched));
    OGRMapflowJoinStatement(*dataset);
    return dataset;
}

std::unique_ptr<OGRMapflowImageryDataset>
OGRMapflowImageryDataset::OpenPlannedSearch(const OGRMapflowOptions &options)
{
    OGRMapflowOwned<mf_planned_search_free> search;
    OGRMapflowSearched searched;
    auto dataset = Connect(options, "A planned search");
    if (dataset == nullptr || !OGRMapflowTry(mf_planned_search_get, &search,
                                             dataset->m_client.get(), options.TargetName().c_str()))
        return nullptr;
    searched.plannedSearch = options.TargetName();
    searched.provider = OGRMapflowProviderOf(search);
    dataset->SetMetadataItem("PLANNED_SEARCH_ID", searched.plannedSearch.c_str());
    dataset->SetMetadataItem("NAME", search.name);
    dataset->SetMetadataItem("STATE", mf_planned_state_name(search.state));
    dataset->m_layers.push_back(OGRMapflowMakeAreasLayer(dataset.get(), search));
    dataset->AddScenes(std::move(searched));
    OGRMapflowJoinStatement(*dataset);
    return dataset;
}

OGRLayer *OGRMapflowImageryDataset::GetLayer(int i) MF_CONST_312
{
    const bool isThere = i >= 0 && static_cast<size_t>(i) < m_layers.size();
    return isThere ? m_layers[static_cast<size_t>(i)].get() : nullptr;
}

OGRLayer *OGRMapflowImageryDataset::ExecuteSQL(const char *statement, OGRGeometry *filter,
                                               const char *dialect)
{
    const bool isOGRSQL = dialect == nullptr || *dialect == '\0' || EQUAL(dialect, "OGRSQL");
    if (m_scenes == nullptr || !isOGRSQL)
        return OGRMapflowAnswerSQL(*this, m_options, statement, filter, dialect);
    m_scenes->SetOrder(OGRMapflowSceneOrder::Read(statement, *m_scenes->GetLayerDefn()));
    OGRLayer *const answer = OGRMapflowAnswerSQL(*this, m_options, statement, filter, dialect);
    m_scenes->SetOrder({});
    return answer;
}
