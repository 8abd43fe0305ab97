#include "account/account_dataset.h"

#include "account/account_sql.h"
#include "account/account_tables.h"
#include "account/projects_layer.h"
#include "account/verbs.h"

std::unique_ptr<OGRMapflowAccountDataset>
OGRMapflowAccountDataset::Open(const OGRMapflowOptions &options, GDALAccess access)
{
    OGRMapflowRights rights;
    rights.canChange = access == GA_Update;
    rights.canDelete = rights.canChange && options.GetBool("ALLOW_DELETE", false);
    OGRMapflowAreaSource areas;
    areas.baseURL = OGRMapflowBaseURL(options);
    if (!OGRMapflowMayAsk(options, "The account") || !areas.cache.Read(options))
        return nullptr;
    OGRMapflowClient client = OGRMapflowConnect(options);
    if (client == nullptr)
        return nullptr;
    std::unique_ptr<OGRMapflowAccountDataset> dataset(
        new OGRMapflowAccountDataset(options, std::move(client), areas, rights));
    dataset->SetDescription(options.PublicName().c_str());
    dataset->eAccess = access;
    OGRMapflowJoinStatement(*dataset);
    return dataset;
}

OGRMapflowAccountDataset::OGRMapflowAccountDataset(const OGRMapflowOptions &options,
                                                   OGRMapflowClient client,
                                                   const OGRMapflowAreaSource &areas,
                                                   const OGRMapflowRights &rights)
    : m_options(options), m_state(std::move(client), areas, rights), m_submissions(options, nullptr)
{
    m_layers.push_back(std::make_unique<OGRMapflowProjectsLayer>(this, m_state));
    auto processings = std::make_unique<OGRMapflowProcessingsLayer>(this, m_state);
    m_processings = processings.get();
    m_layers.push_back(std::move(processings));
    m_layers.push_back(OGRMapflowMakeModelTable(this, m_state));
    m_layers.push_back(OGRMapflowMakeProviderTable(this, m_state));
    m_layers.push_back(OGRMapflowMakeAccountTable(this, m_state));
}

OGRLayer *OGRMapflowAccountDataset::LayerAt(int i) const
{
    const int known = static_cast<int>(m_layers.size());
    if (i < 0 || i >= known + m_submissions.Count())
        return nullptr;
    return i < known ? m_layers[static_cast<size_t>(i)].get() : m_submissions.Layer(i - known);
}

int OGRMapflowAccountDataset::TestCapability(const char *capability) MF_CONST_312
{
    return m_state.Rights().canChange && OGRMapflowCanCreate(capability);
}

OGRLayer *OGRMapflowAccountDataset::MakeLayer(const char *name, const OGRSpatialReference *srs,
                                              OGRwkbGeometryType type, CSLConstList options)
{
    if (!OGRMapflowMayChange(m_state.Rights()))
        return nullptr;
    return m_submissions.CreateLayer(this, name, srs, type, options);
}

OGRLayer *OGRMapflowAccountDataset::Execute(const char *statement, OGRGeometry *filter,
                                            const char *dialect)
{
    if (!OGRMapflowIsVerb(statement))
        return OGRMapflowAnswerSQL(*this, m_options, statement, filter, dialect);
    mf_processing processing;
    if (!OGRMapflowMayChange(m_state.Rights()) ||
        !OGRMapflowRunVerb(m_state.Client(), statement, processing))
        return nullptr;
    auto answer = std::make_unique<OGRMapflowTableLayer>(this, "processing", wkbNone);
    OGRMapflowAddProcessingColumns(*answer);
    OGRMapflowFillProcessing(answer->AddRow(), processing);
    m_processings->Refresh(processing);
    mf_processing_free(&processing);
    return answer.release();
}
