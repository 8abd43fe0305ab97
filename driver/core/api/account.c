/* SPDX-License-Identifier: MIT */
#include "api/account.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/document_internal.h"
#include "base/str.h"

/* ---- models --------------------------------------------------------------------------------- */

/* A newer sample of a block has `description` instead of `displayName`. */
#define DISPLAY_NAME "displayName|description|name"

static const struct mf_document_member block_members[] = {
    MF_ROW(mf_block, name, MF_TEXT_REQUIRED, "name"),
    MF_ROW(mf_block, display_name, MF_TEXT_OR_EMPTY, DISPLAY_NAME),
    MF_ROW(mf_block, is_optional, MF_FLAG, "optional"),
    MF_ROW(mf_block, price, MF_NUMBER, "price"),
};

static const struct mf_document_type block_type =
    MF_DOCUMENT_TYPE(mf_block, block_members, NULL, NULL);

static const struct mf_document_member model_members[] = {
    MF_ROW(mf_model, name, MF_TEXT_REQUIRED, "name"),
    MF_ROW(mf_model, id, MF_TEXT_OR_EMPTY, "id"),
    MF_ROW(mf_model, description, MF_TEXT, "description"),
    MF_ROW(mf_model, price_per_km2, MF_NUMBER, "pricePerSqKm"),
    MF_ITEMS_ROW(mf_model, blocks, MF_ITEMS, "blocks", &block_type),
};

static void sum_prices(void *document, const cJSON *json, int *failed)
{
    struct mf_model *const model = document;
    (void)json;
    (void)failed;
    if (model->block_count > 0)
        model->price_per_km2 = 0;
    for (size_t i = 0; i < model->block_count; i++)
        if (!model->blocks[i].is_optional)
            model->price_per_km2 += model->blocks[i].price;
}

const struct mf_document_type mf_model_type =
    MF_DOCUMENT_TYPE(mf_model, model_members, sum_prices, NULL);

/* ---- providers ------------------------------------------------------------------------------ */

static const struct mf_document_member price_members[] = {
    MF_ROW(mf_zoom_price, price, MF_NUMBER, "priceSqKm"),
    MF_ROW(mf_zoom_price, zoom, MF_COUNT, "zoom"),
};

static const struct mf_document_type price_type =
    MF_DOCUMENT_TYPE(mf_zoom_price, price_members, NULL, NULL);

static const struct mf_document_member provider_members[] = {
    MF_ROW(mf_provider, name, MF_TEXT_REQUIRED, "name"),
    MF_ROW(mf_provider, display_name, MF_TEXT_OR_EMPTY, DISPLAY_NAME),
    MF_ITEMS_ROW(mf_provider, prices, MF_ITEMS, "price", &price_type),
    /* Both spellings occur (API notes 4.3). */
    MF_ROW(mf_provider, min_area_km2, MF_LIMIT, "minAreaSqKm|minAreaSqkm"),
};

static void complete_provider(void *document, const cJSON *json, int *failed)
{
    struct mf_provider *const provider = document;
    size_t kept = 0;
    (void)json;
    (void)failed;
    if (isnan(provider->min_area_km2))
        provider->min_area_km2 = 0;
    for (size_t i = 0; i < provider->price_count; i++) {
        struct mf_zoom_price price = provider->prices[i];
        price.zoom = price.zoom <= 30 ? price.zoom : -1;
        if (!isnan(price.price))
            provider->prices[kept++] = price;
    }
    provider->price_count = kept;
}

static const struct mf_document_type provider_type =
    MF_DOCUMENT_TYPE(mf_provider, provider_members, complete_provider, NULL);

/* Adds the providers of a kind. Of several with one name the first counts. */
static void add_providers(struct mf_account *account, enum mf_provider_kind kind,
                          const cJSON *array, int *failed)
{
    const size_t first = account->provider_count;
    size_t kept = first;
    if (mf_document_list_parse(&provider_type, &account->providers, array, NULL) != 0) {
        *failed = 1;
        return;
    }
    for (size_t i = first; i < account->provider_count; i++) {
        struct mf_provider *const provider = &account->providers[i];
        bool is_known = false;
        provider->kind = kind;
        for (size_t j = first; j < kept; j++) {
            const struct mf_provider *const earlier = &account->providers[j];
            is_known |= strcmp(earlier->name, provider->name) == 0;
            provider->is_alias |= strcmp(earlier->display_name, provider->display_name) == 0;
        }
        if (is_known)
            mf_document_free(&provider_type, provider);
        else
            account->providers[kept++] = *provider;
    }
    account->provider_count = kept;
}

/* ---- account -------------------------------------------------------------------------------- */

const char *mf_billing_name(enum mf_billing billing)
{
    static const char *const names[] = {"AREA", "CREDITS", "NONE"}; /* in order of the enum */
    return names[billing];
}

static enum mf_billing billing_of(const cJSON *document)
{
    const char *const type = mf_json_string(document, "billingType", "AREA");
    if (mf_str_equal_nocase(type, "CREDITS"))
        return MF_BILLING_CREDITS;
    return mf_str_equal_nocase(type, "NONE") ? MF_BILLING_NONE : MF_BILLING_AREA;
}

static const struct mf_document_member members[] = {
    /* Newer documentation shows a nested form (API notes D4), which takes precedence. */
    MF_ROW(mf_account, email, MF_TEXT_OR_EMPTY, "user.email|email"),
    MF_ROW(mf_account, remaining_credits, MF_NUMBER, "user.credits|remainingCredits"),
    MF_ROW(mf_account, remaining_area_m2, MF_NUMBER, "remainingArea"),
    MF_ROW(mf_account, processed_area_m2, MF_NUMBER, "processedArea"),
    MF_ROW(mf_account, area_limit_m2, MF_LIMIT, "areaLimit"),
    MF_ROW(mf_account, search_area_limit_m2, MF_LIMIT, "searchAreaLimit"),
    MF_ROW(mf_account, memory_limit, MF_LIMIT, "memoryLimit"),
    MF_ROW(mf_account, max_aois, MF_COUNT, "maxAoisPerProcessing"),
    MF_ROW(mf_account, reviews, MF_FLAG, "reviewWorkflowEnabled"),
    MF_ITEMS_ROW(mf_account, models, MF_ITEMS, "models", &mf_model_type),
    MF_ITEMS_ROW(mf_account, providers, MF_ITEMS, "", &provider_type),
};

static void complete(void *document, const cJSON *json, int *failed)
{
    struct mf_account *const account = document;
    /* The nested form counts credits and has no billing type. */
    account->billing = mf_json_member(json, "billingType") == NULL &&
                               !isnan(mf_json_number(mf_json_member(json, "user"), "credits", NAN))
                           ? MF_BILLING_CREDITS
                           : billing_of(json);
    if (account->max_aois <= 0)
        account->max_aois = MF_DEFAULT_MAX_AOIS;
    add_providers(account, MF_PROVIDER_DATA, mf_json_member(json, "dataProviders"), failed);
    add_providers(account, MF_PROVIDER_SEARCH, mf_json_member(json, "searchDataProviders"), failed);
}

static const struct mf_document_type account_type =
    MF_DOCUMENT_TYPE(mf_account, members, complete, NULL);

void mf_account_free(struct mf_account *account)
{
    mf_document_free(&account_type, account);
}

int mf_account_get(struct mf_account *account, struct mf_client *client, struct mf_error *err)
{
    cJSON *document = NULL;
    memset(account, 0, sizeof *account);
    if (mf_client_get(client, "/user/status", &document, err) != 0)
        return mf_error_prefix(err, "the status of the account");
    const int failed = cJSON_IsObject(document)
                           ? mf_document_parse(&account_type, account, document, err)
                           : mf_error_set(err, MF_ERR_FORMAT,
                                          "the server's answer is not the status of an account");
    cJSON_Delete(document);
    return failed;
}
