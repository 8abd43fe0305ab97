// SPDX-License-Identifier: MIT
#include "account/account_tables.h"

#include <cmath>
#include <set>

#include "api/storage.h"
#include "common/errors.h"
#include "cpl_json.h"
#include "layer/columns.h"
#include "layer/field_domains.h"

namespace
{

using Kind = OGRMapflowKind;

// ---- models -------------------------------------------------------------------------------------

std::string BlocksOf(const mf_model &model)
{
    CPLJSONArray blocks;
    for (size_t i = 0; i < model.block_count; ++i)
    {
        const mf_block &known = model.blocks[i];
        CPLJSONObject block;
        block.Add("name", known.name);
        block.Add("display_name", known.display_name);
        block.Add("optional", static_cast<bool>(known.is_optional));
        if (!std::isnan(known.price))
            block.Add("price_per_km2", known.price);
        blocks.Add(block);
    }
    return blocks.Format(CPLJSONObject::PrettyFormat::Plain);
}

constexpr OGRMapflowColumn<mf_model> MODEL_COLUMNS[] = {
    {"id", Kind::Text, "UUID", &mf_model::id},
    {"name", Kind::Text, "value of MODEL for a new processing", &mf_model::name},
    {"description", Kind::Text, "", &mf_model::description},
    {"price_per_km2", Kind::Number, "credits per km², without optional blocks and imagery",
     &mf_model::price_per_km2},
    {"blocks", Kind::JSON, "steps of the model, with prices in credits per km²", BlocksOf},
};
constexpr OGRMapflowColumn<mf_project> PROJECT_COLUMNS[] = {
    {"project_id", Kind::Text, "UUID of the project in which it can be run", &mf_project::id},
    {"project", Kind::Text, "name of that project", &mf_project::name},
};

// Adds one row for each pair of model and project. Models of the account that no project has come
// last, without a project.
bool FillModels(OGRMapflowTableLayer &table, OGRMapflowAccountSession &session)
{
    std::set<std::string> shown;
    const mf_account *const account = session.Account();
    if (account == nullptr || !session.Projects().ReachAll())
        return false;
    for (const mf_project &project : session.Projects().Known())
    {
        const bool isDeleted = session.Projects().IsDeleted(project.id);
        for (size_t i = 0; !isDeleted && i < project.models.count; ++i)
        {
            OGRFeature &row = table.AddRow();
            OGRMapflowFill(row, MODEL_COLUMNS, project.models.items[i]);
            OGRMapflowFill(row, PROJECT_COLUMNS, project);
            shown.insert(project.models.items[i].name);
        }
    }
    for (size_t i = 0; i < account->models.count; ++i)
    {
        if (shown.insert(account->models.items[i].name).second)
            OGRMapflowFill(table.AddRow(), MODEL_COLUMNS, account->models.items[i]);
    }
    return true;
}

// ---- providers ----------------------------------------------------------------------------------

std::string PricesOf(const mf_provider &provider)
{
    CPLJSONArray prices;
    for (size_t i = 0; i < provider.price_count; ++i)
    {
        CPLJSONObject price;
        if (provider.prices[i].zoom >= 0)
            price.Add("zoom", provider.prices[i].zoom);
        price.Add("price_per_km2", provider.prices[i].price);
        prices.Add(price);
    }
    return prices.Format(CPLJSONObject::PrettyFormat::Plain);
}

constexpr OGRMapflowColumn<mf_provider> PROVIDER_COLUMNS[] = {
    {"name", Kind::Text, "value of PROVIDER or SEARCH_PROVIDER for a new processing",
     &mf_provider::name},
    {"display_name", Kind::Text, "", &mf_provider::display_name},
    {"prices", Kind::JSON, "credits per km², by zoom", PricesOf},
    {"min_area_km2", Kind::Number, "km², least area of one processing", &mf_provider::min_area_km2},
    {"kind", Kind::Text, "data: PROVIDER, search: SEARCH_PROVIDER",
     [](const mf_provider &p) { return p.kind == MF_PROVIDER_DATA ? "data" : "search"; }},
};

bool FillProviders(OGRMapflowTableLayer &table, OGRMapflowAccountSession &session)
{
    const mf_account *const account = session.Account();
    for (size_t i = 0; account != nullptr && i < account->provider_count; ++i)
    {
        if (!account->providers[i].is_alias)
            OGRMapflowFill(table.AddRow(), PROVIDER_COLUMNS, account->providers[i]);
    }
    return account != nullptr;
}

// ---- account ------------------------------------------------------------------------------------

constexpr OGRMapflowColumn<mf_account> ACCOUNT_COLUMNS[] = {
    {"email", Kind::Text, "", &mf_account::email},
    {"billing", Kind::Text, "CREDITS, AREA or NONE",
     [](const mf_account &account) { return mf_billing_name(account.billing); },
     MAPFLOW_BILLING_DOMAIN},
    {"credits", Kind::Number, "credits that are left", &mf_account::remaining_credits},
    {"remaining_area_km2", Kind::Area, "km² that are left", &mf_account::remaining_area_m2},
    {"processed_area_km2", Kind::Area, "km² that were processed", &mf_account::processed_area_m2},
    {"area_limit_km2", Kind::Area, "km² in all", &mf_account::area_limit_m2},
    {"search_area_limit_km2", Kind::Area, "km² of one imagery search",
     &mf_account::search_area_limit_m2},
    {"max_aois", Kind::Count, "areas of one processing, at most", &mf_account::max_aois},
    {"memory_limit", Kind::Number, "bytes of uploaded imagery", &mf_account::memory_limit},
    {"reviews", Kind::Flag, "results go through a review", &mf_account::reviews},
};

constexpr OGRMapflowColumn<mf_storage> STORAGE_COLUMNS[] = {
    {"storage_limit", Kind::Number, "bytes of uploaded images", &mf_storage::limit},
    {"storage_used", Kind::Number, "bytes", &mf_storage::used},
    {"storage_available", Kind::Number, "bytes that are left", &mf_storage::available},
    {"max_file_size", Kind::Number, "bytes: an uploaded file must be smaller",
     &mf_storage::max_file},
    {"max_file_pixels", Kind::Number, "px: its width and height must be smaller",
     &mf_storage::max_pixels},
};

// A server without uploaded imagery (404) sets no limits here. Any other failure leaves the table
// without its row, because an unset limit would mean no limit.
bool ReadStorage(mf_client *client, mf_storage &storage)
{
    OGRMapflowError err;
    return mf_storage_get(&storage, client, &err) == 0 || err.http_status == 404 ||
           OGRMapflowRaise(err);
}

bool FillAccount(OGRMapflowTableLayer &table, OGRMapflowAccountSession &session)
{
    mf_storage storage;
    const mf_account *const account = session.Account();
    if (account == nullptr || !ReadStorage(session.Client(), storage))
        return false;
    OGRFeature &row = table.AddRow();
    OGRMapflowFill(row, ACCOUNT_COLUMNS, *account);
    OGRMapflowFill(row, STORAGE_COLUMNS, storage);
    return true;
}

// ---- the layers ---------------------------------------------------------------------------------

// `fill` adds all rows at the first access.
template <class Fill, class... Columns>
std::unique_ptr<OGRMapflowTableLayer> Make(GDALDataset *dataset, const char *name,
                                           OGRMapflowAccountSession &session, Fill fill,
                                           const Columns &...columns)
{
    auto table = std::make_unique<OGRMapflowTableLayer>(dataset, name, wkbNone);
    (table->AddColumns(columns), ...);
    OGRMapflowTableLayer &layer = *table;
    table->SetSource([&layer, &session, fill]
                     { return layer.Rows().isComplete = fill(layer, session); });
    return table;
}

} // namespace

std::vector<std::unique_ptr<OGRMapflowTableLayer>>
OGRMapflowMakeAccountTables(GDALDataset *dataset, OGRMapflowAccountSession &session)
{
    std::vector<std::unique_ptr<OGRMapflowTableLayer>> tables;
    tables.push_back(Make(dataset, "models", session, FillModels, MODEL_COLUMNS, PROJECT_COLUMNS));
    tables.push_back(Make(dataset, "providers", session, FillProviders, PROVIDER_COLUMNS));
    tables.push_back(
        Make(dataset, "account", session, FillAccount, ACCOUNT_COLUMNS, STORAGE_COLUMNS));
    return tables;
}
