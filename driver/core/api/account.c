/* SPDX-License-Identifier: MIT */
#include "api/account.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* Allocates room for all entries of an array. Never NULL for an empty array. */
static void *room_for(const cJSON *array, size_t item_size, int *failed)
{
    void *room = calloc((size_t)cJSON_GetArraySize(array) + 1, item_size);
    *failed |= room == NULL;
    return room;
}

/* Copies the display name. A newer sample of a block has `description` instead. */
static char *take_display_name(const cJSON *object, int *failed)
{
    const char *text = mf_json_string(object, "displayName", "");
    if (text[0] == '\0')
        text = mf_json_string(object, "description", "");
    if (text[0] == '\0')
        text = mf_json_string(object, "name", "");
    char *copy = mf_str_copy(text);
    *failed |= copy == NULL;
    return copy;
}

/* ---- models --------------------------------------------------------------------------------- */

static void parse_blocks(struct mf_model *model, const cJSON *array, int *failed)
{
    const cJSON *entry;
    double sum = 0;
    model->blocks = room_for(array, sizeof *model->blocks, failed);
    if (model->blocks == NULL)
        return;
    cJSON_ArrayForEach(entry, array)
    {
        if (mf_json_string(entry, "name", NULL) == NULL)
            continue;
        struct mf_block *block = &model->blocks[model->block_count++];
        block->name = mf_json_take(entry, "name", failed);
        block->display_name = take_display_name(entry, failed);
        block->is_optional = mf_json_bool(entry, "optional", 0);
        block->price = mf_json_number(entry, "price", NAN);
        if (!block->is_optional)
            sum += block->price;
    }
    if (model->block_count > 0)
        model->price_per_km2 = sum;
}

static void parse_model(struct mf_model *model, const cJSON *entry, int *failed)
{
    model->id = mf_json_take_or_empty(entry, "id", failed);
    model->name = mf_json_take(entry, "name", failed);
    model->description = mf_json_take(entry, "description", failed);
    model->price_per_km2 = mf_json_number(entry, "pricePerSqKm", NAN);
    parse_blocks(model, mf_json_member(entry, "blocks"), failed);
}

int mf_model_list_parse(struct mf_model_list *list, const cJSON *array, struct mf_error *err)
{
    const cJSON *entry;
    int failed = 0;
    memset(list, 0, sizeof *list);
    list->items = room_for(array, sizeof *list->items, &failed);
    if (list->items == NULL)
        return mf_out_of_memory(err);
    cJSON_ArrayForEach(entry, array)
    {
        if (mf_json_string(entry, "name", NULL) != NULL)
            parse_model(&list->items[list->count++], entry, &failed);
    }
    if (!failed)
        return 0;
    mf_model_list_free(list);
    return mf_out_of_memory(err);
}

static void free_model(struct mf_model *model)
{
    for (size_t i = 0; i < model->block_count; i++) {
        free(model->blocks[i].name);
        free(model->blocks[i].display_name);
    }
    free(model->blocks);
    free(model->id);
    free(model->name);
    free(model->description);
}

void mf_model_list_free(struct mf_model_list *list)
{
    if (list == NULL)
        return;
    for (size_t i = 0; i < list->count; i++)
        free_model(&list->items[i]);
    free(list->items);
    memset(list, 0, sizeof *list);
}

/* ---- providers ------------------------------------------------------------------------------ */

static void parse_prices(struct mf_provider *provider, const cJSON *array, int *failed)
{
    const cJSON *entry;
    provider->prices = room_for(array, sizeof *provider->prices, failed);
    if (provider->prices == NULL)
        return;
    cJSON_ArrayForEach(entry, array)
    {
        const double price = mf_json_number(entry, "priceSqKm", NAN);
        const double zoom = mf_json_number(entry, "zoom", -1);
        if (isnan(price))
            continue;
        provider->prices[provider->price_count++] =
            (struct mf_zoom_price){zoom >= 0 && zoom <= 30 ? (int)zoom : -1, price};
    }
}

static void add_provider(struct mf_account *account, enum mf_provider_kind kind, const cJSON *entry,
                         int *failed)
{
    const char *const name = mf_json_string(entry, "name", NULL);
    if (name == NULL)
        return;
    for (size_t i = 0; i < account->provider_count; i++) {
        const struct mf_provider *known = &account->providers[i];
        if (known->kind == kind && known->name != NULL && strcmp(known->name, name) == 0)
            return;
    }
    struct mf_provider *provider = &account->providers[account->provider_count];
    provider->kind = kind;
    provider->name = mf_json_take(entry, "name", failed);
    provider->display_name = take_display_name(entry, failed);
    parse_prices(provider, mf_json_member(entry, "price"), failed);
    /* Both spellings occur (API notes 4.3). */
    provider->min_area_km2 =
        fmax(0, mf_json_number(entry, "minAreaSqKm", mf_json_number(entry, "minAreaSqkm", 0)));
    for (size_t i = 0; i < account->provider_count; i++) {
        const struct mf_provider *known = &account->providers[i];
        if (known->kind == kind && known->display_name != NULL && provider->display_name != NULL &&
            strcmp(known->display_name, provider->display_name) == 0)
            provider->is_alias = 1;
    }
    account->provider_count++;
}

static void parse_providers(struct mf_account *account, const cJSON *document, int *failed)
{
    const cJSON *const data = mf_json_member(document, "dataProviders");
    const cJSON *const search = mf_json_member(document, "searchDataProviders");
    const int count = cJSON_GetArraySize(data) + cJSON_GetArraySize(search);
    const cJSON *entry;
    account->providers = calloc((size_t)count + 1, sizeof *account->providers);
    if (account->providers == NULL) {
        *failed = 1;
        return;
    }
    cJSON_ArrayForEach(entry, data) add_provider(account, MF_PROVIDER_DATA, entry, failed);
    cJSON_ArrayForEach(entry, search) add_provider(account, MF_PROVIDER_SEARCH, entry, failed);
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

int mf_account_parse(struct mf_account *account, const cJSON *document, struct mf_error *err)
{
    memset(account, 0, sizeof *account);
    if (!cJSON_IsObject(document))
        return mf_error_set(err, MF_ERR_FORMAT,
                            "the server's answer is not the status of an account");
    /* Newer documentation shows a nested form (API notes D4), which takes precedence. */
    const cJSON *const user = mf_json_member(document, "user");
    const cJSON *const owner = mf_json_string(user, "email", NULL) != NULL ? user : document;
    int failed = 0;
    account->email = mf_json_take_or_empty(owner, "email", &failed);
    account->remaining_credits =
        mf_json_number(user, "credits", mf_json_number(document, "remainingCredits", NAN));
    /* The nested form counts credits and has no billing type. */
    account->billing = mf_json_member(document, "billingType") == NULL &&
                               !isnan(mf_json_number(user, "credits", NAN))
                           ? MF_BILLING_CREDITS
                           : billing_of(document);
    account->remaining_area_m2 = mf_json_number(document, "remainingArea", NAN);
    account->processed_area_m2 = mf_json_number(document, "processedArea", NAN);
    account->area_limit_m2 = mf_json_limit(document, "areaLimit");
    account->search_area_limit_m2 = mf_json_limit(document, "searchAreaLimit");
    account->memory_limit = mf_json_limit(document, "memoryLimit");
    const int max_aois = mf_json_count(document, "maxAoisPerProcessing");
    account->max_aois = max_aois > 0 ? max_aois : MF_DEFAULT_MAX_AOIS;
    account->reviews = mf_json_bool(document, "reviewWorkflowEnabled", 0);
    parse_providers(account, document, &failed);
    if (failed) {
        mf_account_free(account);
        return mf_out_of_memory(err);
    }
    if (mf_model_list_parse(&account->models, mf_json_member(document, "models"), err) != 0) {
        mf_account_free(account);
        return -1;
    }
    return 0;
}

void mf_account_free(struct mf_account *account)
{
    if (account == NULL)
        return;
    for (size_t i = 0; i < account->provider_count; i++) {
        free(account->providers[i].name);
        free(account->providers[i].display_name);
        free(account->providers[i].prices);
    }
    free(account->providers);
    mf_model_list_free(&account->models);
    free(account->email);
    memset(account, 0, sizeof *account);
}

int mf_account_get(struct mf_account *account, struct mf_client *client, struct mf_error *err)
{
    cJSON *document = NULL;
    memset(account, 0, sizeof *account);
    if (mf_client_get(client, "/user/status", &document, err) != 0)
        return mf_error_prefix(err, "the status of the account");
    const int failed = mf_account_parse(account, document, err);
    cJSON_Delete(document);
    return failed;
}
