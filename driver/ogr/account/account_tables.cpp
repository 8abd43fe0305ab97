#include "account/account_tables.h"

#include <cmath>
#include <set>

#include "cpl_json.h"
#include "layer/columns.h"

namespace
{

std::string Compact(const CPLJSONArray &array)
{
    return array.Format(CPLJSONObject::PrettyFormat::Plain);
}

std::string BlocksOf(const mf_model &model)
{
    CPLJSONArray blocks;
    for (size_t i = 0; i < model.block_count; ++i)
    {
        const mf_block &known = model.blocks[i];
        CPLJSONObject block;
        block.Add("name", known.name);
        block.Add("display_name", known.display_name);
        block.Add("optional", known.is_optional != 0);
        if (!std::isnan(known.price))
            block.Add("price_per_km2", known.price);
        blocks.Add(block);
    }
    return Compact(blocks);
}

void AddModelRow(OGRMapflowTableLayer &table, const mf_model &model, const mf_project *project)
{
    OGRFeature &row = table.AddRow();
    OGRMapflowSetText(row, "id", model.id);
    OGRMapflowSetText(row, "name", model.name);
    OGRMapflowSetText(row, "description", model.description);
    OGRMapflowSetNumber(row, "price_per_km2", model.price_per_km2);
    OGRMapflowSetText(row, "blocks", BlocksOf(model).c_str());
    if (project != nullptr)
    {
        OGRMapflowSetText(row, "project_id", project->id);
        OGRMapflowSetText(row, "project", project->name);
    }
}

// A model is run in a project: one row for each pair. A model of the account that no project has
// comes at the end, without one.
bool FillModels(OGRMapflowTableLayer &table, OGRMapflowAccountSession &state)
{
    std::set<std::string> shown;
    const mf_account *const account = state.Account();
    if (account == nullptr || !state.FetchAllProjects())
        return false;
    for (const mf_project &project : state.Projects())
    {
        for (size_t i = 0; i < project.models.count; ++i)
        {
            AddModelRow(table, project.models.items[i], &project);
            shown.insert(project.models.items[i].name);
        }
    }
    for (size_t i = 0; i < account->models.count; ++i)
    {
        if (shown.insert(account->models.items[i].name).second)
            AddModelRow(table, account->models.items[i], nullptr);
    }
    return true;
}

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
    return Compact(prices);
}

bool FillProviders(OGRMapflowTableLayer &table, OGRMapflowAccountSession &state)
{
    const mf_account *const account = state.Account();
    if (account == nullptr)
        return false;
    for (size_t i = 0; i < account->provider_count; ++i)
    {
        const mf_provider &provider = account->providers[i];
        if (provider.is_alias)
            continue;
        OGRFeature &row = table.AddRow();
        OGRMapflowSetText(row, "name", provider.name);
        OGRMapflowSetText(row, "display_name", provider.display_name);
        OGRMapflowSetText(row, "prices", PricesOf(provider).c_str());
        OGRMapflowSetNumber(row, "min_area_km2", provider.min_area_km2);
        OGRMapflowSetText(row, "kind", provider.kind == MF_PROVIDER_DATA ? "data" : "search");
    }
    return true;
}

bool FillAccount(OGRMapflowTableLayer &table, OGRMapflowAccountSession &state)
{
    const mf_account *const account = state.Account();
    if (account == nullptr)
        return false;
    OGRFeature &row = table.AddRow();
    OGRMapflowSetText(row, "email", account->email);
    OGRMapflowSetText(row, "billing", mf_billing_name(account->billing));
    OGRMapflowSetNumber(row, "credits", account->remaining_credits);
    OGRMapflowSetArea(row, "remaining_area_km2", account->remaining_area_m2);
    OGRMapflowSetArea(row, "processed_area_km2", account->processed_area_m2);
    OGRMapflowSetArea(row, "area_limit_km2", account->area_limit_m2);
    OGRMapflowSetArea(row, "search_area_limit_km2", account->search_area_limit_m2);
    OGRMapflowSetCount(row, "max_aois", account->max_aois);
    OGRMapflowSetNumber(row, "memory_limit", account->memory_limit);
    row.SetField("reviews", account->reviews);
    return true;
}

// The whole content comes at once, at the first touch.
template <class Fill>
void SetContent(OGRMapflowTableLayer &table, OGRMapflowAccountSession &state, Fill fill)
{
    table.SetSource(
        [&table, &state, fill](OGRMapflowRows &rows)
        {
            rows.isComplete = fill(table, state);
            return rows.isComplete;
        });
}

} // namespace

std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakeModelTable(GDALDataset *dataset,
                                                               OGRMapflowAccountSession &state)
{
    auto table = std::make_unique<OGRMapflowTableLayer>(dataset, "models", wkbNone);
    table->AddColumn("id", OFTString, "UUID");
    table->AddColumn("name", OFTString, "value of MODEL for a new processing");
    table->AddColumn("description", OFTString, "");
    table->AddColumn("price_per_km2", OFTReal,
                     "credits per km², without optional blocks and imagery");
    table->AddColumn("blocks", OFTString, "steps of the model, with prices in credits per km²",
                     OFSTJSON);
    table->AddColumn("project_id", OFTString, "UUID of the project in which it can be run");
    table->AddColumn("project", OFTString, "name of that project");
    SetContent(*table, state, FillModels);
    return table;
}

std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakeProviderTable(GDALDataset *dataset,
                                                                  OGRMapflowAccountSession &state)
{
    auto table = std::make_unique<OGRMapflowTableLayer>(dataset, "providers", wkbNone);
    table->AddColumn("name", OFTString,
                     "value of PROVIDER or SEARCH_PROVIDER for a new processing");
    table->AddColumn("display_name", OFTString, "");
    table->AddColumn("prices", OFTString, "credits per km², by zoom", OFSTJSON);
    table->AddColumn("min_area_km2", OFTReal, "km², least area of one processing");
    table->AddColumn("kind", OFTString, "data: PROVIDER, search: SEARCH_PROVIDER");
    SetContent(*table, state, FillProviders);
    return table;
}

std::unique_ptr<OGRMapflowTableLayer> OGRMapflowMakeAccountTable(GDALDataset *dataset,
                                                                 OGRMapflowAccountSession &state)
{
    auto table = std::make_unique<OGRMapflowTableLayer>(dataset, "account", wkbNone);
    table->AddColumn("email", OFTString, "");
    table->AddColumn("billing", OFTString, "CREDITS, AREA or NONE");
    table->AddColumn("credits", OFTReal, "credits that are left");
    table->AddColumn("remaining_area_km2", OFTReal, "km² that are left");
    table->AddColumn("processed_area_km2", OFTReal, "km² that were processed");
    table->AddColumn("area_limit_km2", OFTReal, "km² in all");
    table->AddColumn("search_area_limit_km2", OFTReal, "km² of one imagery search");
    table->AddColumn("max_aois", OFTInteger, "areas of one processing, at most");
    table->AddColumn("memory_limit", OFTReal, "bytes of own imagery");
    table->AddColumn("reviews", OFTInteger, "results go through a review", OFSTBoolean);
    SetContent(*table, state, FillAccount);
    return table;
}
