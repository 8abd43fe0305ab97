#include "account_dataset.h"

#include "account_tables.h"
#include "processings_layer.h"
#include "projects_layer.h"

std::unique_ptr<OGRMapflowAccountDataset>
OGRMapflowAccountDataset::Open(const OGRMapflowOptions &options)
{
    OGRMapflowClient client = OGRMapflowConnect(options);
    if (client == nullptr)
        return nullptr;
    std::unique_ptr<OGRMapflowAccountDataset> dataset(
        new OGRMapflowAccountDataset(std::move(client)));
    dataset->SetDescription(options.PublicName().c_str());
    return dataset;
}

OGRMapflowAccountDataset::OGRMapflowAccountDataset(OGRMapflowClient client)
    : m_state(std::move(client))
{
    m_layers.push_back(std::make_unique<OGRMapflowProjectsLayer>(this, m_state));
    m_layers.push_back(std::make_unique<OGRMapflowProcessingsLayer>(this, m_state));
    m_layers.push_back(OGRMapflowMakeModelTable(this, m_state));
    m_layers.push_back(OGRMapflowMakeProviderTable(this, m_state));
    m_layers.push_back(OGRMapflowMakeAccountTable(this, m_state));
}

OGRLayer *OGRMapflowAccountDataset::LayerAt(int i) const
{
    return i >= 0 && static_cast<size_t>(i) < m_layers.size() ? m_layers[static_cast<size_t>(i)].get()
                                                              : nullptr;
}
