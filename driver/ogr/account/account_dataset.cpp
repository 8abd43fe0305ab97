// SPDX-License-Identifier: MIT
#include "account/account_dataset.h"

#include "account/account_tables.h"
#include "account/projects_layer.h"
#include "account/relationships.h"
#include "common/styles_shown.h"
#include "layer/processing_columns.h"
#include "layer/table_sql.h"

std::unique_ptr<OGRMapflowAccountDataset>
OGRMapflowAccountDataset::Open(const OGRMapflowOptions &options, GDALAccess access)
{
    OGRMapflowAreaSource areas;
    if (!OGRMapflowMayAsk(options, "The account") || !areas.Read(options))
        return nullptr;
    OGRMapflowClient client = OGRMapflowConnect(options);
    if (client == nullptr)
        return nullptr;
    areas.client = client.get();
    std::unique_ptr<OGRMapflowAccountDataset> dataset(new OGRMapflowAccountDataset(
        options, std::move(client), areas, OGRMapflowRights(options, access)));
    dataset->SetDescription(options.PublicName().c_str());
    dataset->eAccess = access;
    OGRMapflowJoinStatement(*dataset);
    return dataset;
}

OGRMapflowAccountDataset::OGRMapflowAccountDataset(const OGRMapflowOptions &options,
                                                   OGRMapflowClient client,
                                                   const OGRMapflowAreaSource &areas,
                                                   const OGRMapflowRights &rights)
    : m_options(options), m_hasStyles(options.HasStyles()), m_session(std::move(client), rights),
      m_submissions(options, nullptr)
{
    auto processings = std::make_unique<OGRMapflowProcessingsLayer>(this, m_session, areas);
    m_processings = processings.get();
    m_layers.push_back(std::make_unique<OGRMapflowProjectsLayer>(this, m_session));
    m_layers.push_back(std::move(processings));
    for (auto &table : OGRMapflowMakeAccountTables(this, m_session))
        m_layers.push_back(std::move(table));
    auto mosaics =
        std::make_unique<OGRMapflowMosaicsLayer>(this, m_session.Mosaics(), m_session.Rights());
    auto images =
        std::make_unique<OGRMapflowImagesLayer>(this, m_session.Mosaics(), m_session.Rights());
    m_mosaics = mosaics.get();
    m_images = images.get();
    auto planned =
        std::make_unique<OGRMapflowPlannedLayer>(this, m_session.Client(), m_session.Rights());
    m_planned = planned.get();
    m_layers.push_back(std::move(mosaics));
    m_layers.push_back(std::move(images));
    m_layers.push_back(std::move(planned));
    OGRMapflowAddFieldDomains(m_oMapFieldDomains);
    if (m_hasStyles)
        m_processings->ColourByStatus();
}

OGRLayer *OGRMapflowAccountDataset::LayerAt(int i) const
{
    const int known = static_cast<int>(m_layers.size());
    return i >= 0 && i < known ? m_layers[static_cast<size_t>(i)].get()
                               : m_submissions.Layer(i - known);
}

OGRLayer *OGRMapflowAccountDataset::Handed(OGRLayer *layer)
{
    poDriver = OGRMapflowDriverFor(layer == m_processings && m_hasStyles);
    return layer;
}

OGRLayer *OGRMapflowAccountDataset::LayerCalled(const char *name)
{
    OGRLayer *const layer = GDALDataset::GetLayerByName(name);
    if (layer != nullptr || name == nullptr || !EQUAL(name, "submissions"))
        return layer;
    if (m_journal == nullptr)
        m_journal = OGRMapflowMakeSubmissionsTable(this, m_options);
    return m_journal.get();
}

int OGRMapflowAccountDataset::TestCapability(const char *capability) MF_CONST_312
{
    return m_session.Rights().canChange && OGRMapflowCanCreate(capability);
}

std::vector<std::string> OGRMapflowAccountDataset::GetRelationshipNames(CSLConstList) const
{
    std::vector<std::string> names;
    for (const GDALRelationship &relationship : OGRMapflowRelationships())
        names.push_back(relationship.GetName());
    return names;
}

const GDALRelationship *OGRMapflowAccountDataset::GetRelationship(const std::string &name) const
{
    for (const GDALRelationship &relationship : OGRMapflowRelationships())
        if (relationship.GetName() == name)
            return &relationship;
    return nullptr;
}

// ---- writing ------------------------------------------------------------------------------------

OGRLayer *OGRMapflowAccountDataset::MakeLayer(const char *name, const OGRSpatialReference *srs,
                                              OGRwkbGeometryType type, CSLConstList options)
{
    if (!OGRMapflowIsForUpdate(m_session.Rights()))
        return nullptr;
    return m_submissions.CreateLayer(this, name, srs, type, options);
}

OGRErr OGRMapflowAccountDataset::StartTransaction(int force)
{
    if (!m_session.Rights().canChange)
        return GDALDataset::StartTransaction(force);
    const OGRErr begun = m_submissions.Begin();
    m_session.Rights().isInTransaction |= begun == OGRERR_NONE;
    return begun;
}

OGRErr OGRMapflowAccountDataset::End(OGRErr outcome)
{
    m_session.Rights().isInTransaction = false;
    return outcome;
}

// ---- statements ---------------------------------------------------------------------------------

OGRLayer *OGRMapflowAccountDataset::AnswerProcessing(const OGRMapflowVerb &verb)
{
    OGRMapflowOwned<mf_processing_free> processing;
    if (!OGRMapflowRunVerb(m_session.Client(), verb, processing))
        return nullptr;
    auto answer = std::make_unique<OGRMapflowTableLayer>(this, "processing", wkbNone);
    answer->AddColumns(MAPFLOW_PROCESSING_COLUMNS);
    OGRMapflowFill(answer->AddRow(), MAPFLOW_PROCESSING_COLUMNS, processing);
    m_processings->Refresh(processing);
    return answer.release();
}

OGRLayer *OGRMapflowAccountDataset::AnswerMosaic(const OGRMapflowVerb &verb)
{
    mf_mosaic mosaic;
    if (!OGRMapflowRunVerb(m_session.Client(), verb, mosaic))
        return nullptr;
    auto answer = OGRMapflowMakeMosaicTable(this, mosaic);
    m_images->DropFailed(mosaic.id);
    m_mosaics->Refresh(mosaic);
    return answer.release();
}

OGRLayer *OGRMapflowAccountDataset::AnswerPlannedSearch(const OGRMapflowVerb &verb)
{
    OGRMapflowOwned<mf_planned_search_free> search;
    if (!OGRMapflowRunVerb(m_session.Client(), verb, search))
        return nullptr;
    m_planned->Refresh(search);
    return OGRMapflowMakePlannedTable(this, search).release();
}

OGRLayer *OGRMapflowAccountDataset::RunVerb(const OGRMapflowVerb &verb)
{
    if (verb.deletes && !OGRMapflowMayDelete(m_session.Rights(), "image", " for good"))
        return nullptr;
    switch (verb.object)
    {
        case OGRMapflowVerb::Object::Mosaic:
            return AnswerMosaic(verb);
        case OGRMapflowVerb::Object::PlannedSearch:
            return AnswerPlannedSearch(verb);
        default:
            return AnswerProcessing(verb);
    }
}

OGRLayer *OGRMapflowAccountDataset::ExecuteSQL(const char *statement, OGRGeometry *filter,
                                               const char *dialect)
{
    if (!OGRMapflowIsVerb(statement))
        return OGRMapflowAnswerSQL(*this, m_options, statement, filter, dialect);
    const auto verb =
        OGRMapflowMayChange(m_session.Rights()) ? OGRMapflowReadVerb(statement) : std::nullopt;
    return verb ? RunVerb(*verb) : nullptr;
}
