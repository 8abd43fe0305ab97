#include "api/account.h"
#include "check.h"
#include "script.h"

#include <math.h>

#define TOKEN "bWVAZXhhbXBsZS5jb206czNjcmV0LXRva2Vu" /* me@example.com:s3cret-token */

static struct mf_error err;

static int parse(struct mf_account *account, const char *text)
{
    static struct script script;
    const struct script_step step = {.status = 200, .body = text};
    struct mf_client *const client = script_client(&script, &step, 1);
    mf_error_init(&err);
    const int failed = mf_account_get(account, client, &err);
    mf_client_close(client);
    return failed;
}

static void test_flat(void)
{
    struct mf_account account;
    CHECK_NUMBER(
        parse(
            &account,
            "{\"email\":\"me@example.com\",\"billingType\":\"credits\",\"remainingCredits\":\"25\","
            "\"remainingArea\":2e6,\"processedArea\":1e6,\"areaLimit\":3000000,"
            "\"searchAreaLimit\":0,\"memoryLimit\":7,\"maxAoisPerProcessing\":100,"
            "\"reviewWorkflowEnabled\":true}"),
        0);
    CHECK_TEXT(account.email, "me@example.com");
    CHECK_TEXT(mf_billing_name(account.billing), "CREDITS");
    CHECK(account.remaining_credits == 25);
    CHECK(account.remaining_area_m2 == 2e6);
    CHECK(account.processed_area_m2 == 1e6);
    CHECK(account.area_limit_m2 == 3e6);
    CHECK(isnan(account.search_area_limit_m2)); /* 0 is no limit */
    CHECK(account.memory_limit == 7);
    CHECK_NUMBER(account.max_aois, 100);
    CHECK_NUMBER(account.reviews, 1);
    CHECK_NUMBER(account.models.count, 0);
    CHECK_NUMBER(account.provider_count, 0);
    mf_account_free(&account);
    mf_account_free(&account);
    mf_account_free(NULL);
}

static void test_nested_and_sparse(void)
{
    struct mf_account account;
    CHECK_NUMBER(parse(&account, "{\"user\":{\"email\":\"me@example.com\",\"credits\":12.5},"
                                 "\"models\":[{\"name\":\"A\"}]}"),
                 0);
    CHECK_TEXT(account.email, "me@example.com");
    CHECK_TEXT(mf_billing_name(account.billing), "CREDITS");
    CHECK(account.remaining_credits == 12.5);
    CHECK_NUMBER(account.models.count, 1);
    mf_account_free(&account);
    CHECK_NUMBER(parse(&account, "{\"billingType\":0,\"dataProviders\":null}"), 0);
    CHECK_TEXT(account.email, "");
    CHECK_TEXT(mf_billing_name(account.billing), "AREA");
    CHECK(isnan(account.remaining_credits));
    CHECK(isnan(account.area_limit_m2));
    CHECK_NUMBER(account.max_aois, MF_DEFAULT_MAX_AOIS);
    mf_account_free(&account);
    CHECK_NUMBER(parse(&account, "{\"billingType\":\"none\"}"), 0);
    CHECK_TEXT(mf_billing_name(account.billing), "NONE");
    mf_account_free(&account);
    CHECK_NUMBER(parse(&account, "[]"), -1);
    CHECK_NUMBER(err.kind, MF_ERR_FORMAT);
}

static void test_models(void)
{
    struct mf_account account;
    CHECK_NUMBER(
        parse(
            &account,
            "{\"models\":[{\"id\":\"i\",\"name\":\"\\ud83c\\udfe0 B\",\"description\":\"d\","
            "\"pricePerSqKm\":9,\"blocks\":["
            "{\"name\":\"Base\",\"displayName\":\"Basis\",\"optional\":false,\"price\":5},"
            "{\"name\":\"More\",\"description\":\"Also\",\"optional\":1,\"price\":\"3\"},"
            "{\"optional\":true}]},"
            "{\"name\":\"Plain\",\"pricePerSqKm\":\"4.5\",\"blocks\":[]},{\"id\":\"nameless\"}]}"),
        0);
    CHECK_NUMBER(account.models.count, 2);
    const struct mf_model *const model = &account.models.items[0];
    CHECK_TEXT(model->id, "i");
    CHECK_TEXT(model->name, "\xF0\x9F\x8F\xA0 B");
    CHECK_TEXT(model->description, "d");
    CHECK(model->price_per_km2 == 5); /* blocks decide, without the optional one */
    CHECK_NUMBER(model->block_count, 2);
    CHECK_TEXT(model->blocks[0].display_name, "Basis");
    CHECK_NUMBER(model->blocks[0].is_optional, 0);
    CHECK_TEXT(model->blocks[1].display_name, "Also");
    CHECK_NUMBER(model->blocks[1].is_optional, 1);
    CHECK(model->blocks[1].price == 3);
    CHECK(account.models.items[1].price_per_km2 == 4.5);
    CHECK_TEXT(account.models.items[1].id, "");
    CHECK(account.models.items[1].description == NULL);
    mf_account_free(&account);
}

static void test_providers(void)
{
    struct mf_account account;
    CHECK_NUMBER(
        parse(&account,
              "{\"dataProviders\":["
              "{\"id\":\"1\",\"name\":\"Mapbox\",\"displayName\":\"Sat\",\"price\":"
              "[{\"zoom\":18,\"priceSqKm\":0},{\"zoom\":\"17\",\"priceSqKm\":2.5},{\"zoom\":1}]},"
              "{\"name\":\"Mapbox\"},"
              "{\"name\":\"Other\",\"displayName\":\"Sat\",\"minAreaSqKm\":5}],"
              "\"searchDataProviders\":["
              "{\"name\":\"Mapbox\",\"minAreaSqkm\":\"2.5\"},{\"displayName\":\"no name\"}]}"),
        0);
    CHECK_NUMBER(account.provider_count, 3);
    const struct mf_provider *const first = &account.providers[0];
    CHECK_TEXT(first->name, "Mapbox");
    CHECK_TEXT(first->display_name, "Sat");
    CHECK_NUMBER(first->kind, MF_PROVIDER_DATA);
    CHECK_NUMBER(first->price_count, 2);
    CHECK_NUMBER(first->prices[1].zoom, 17);
    CHECK(first->prices[1].price == 2.5);
    CHECK(first->min_area_km2 == 0);
    CHECK_NUMBER(first->is_alias, 0);
    CHECK_NUMBER(account.providers[1].is_alias, 1);
    CHECK(account.providers[1].min_area_km2 == 5);
    const struct mf_provider *const search = &account.providers[2];
    CHECK_NUMBER(search->kind, MF_PROVIDER_SEARCH);
    CHECK_TEXT(search->display_name, "Mapbox");
    CHECK(search->min_area_km2 == 2.5);
    mf_account_free(&account);
}

static void test_get(void)
{
    struct script script;
    struct mf_client *client = NULL;
    struct mf_account account;
    const struct script_step steps[] = {{.status = 200, .body = "{\"email\":\"me@example.com\"}"},
                                        {.status = 401}};
    script_start(&script, steps, 2);
    struct mf_client_options options = script_options(&script, TOKEN);
    options.auth = MF_AUTH_BASIC;
    CHECK_NUMBER(mf_client_open(&client, &options, &err), 0);
    CHECK_NUMBER(mf_account_get(&account, client, &err), 0);
    CHECK_TEXT(script.requests[0].method, "GET");
    CHECK_TEXT(script.requests[0].url, "https://api.example.com/rest/user/status");
    mf_account_free(&account);
    CHECK_NUMBER(mf_account_get(&account, client, &err), -1);
    CHECK_NUMBER(err.kind, MF_ERR_AUTH);
    mf_account_free(&account);
    mf_client_close(client);
}

int main(void)
{
    test_flat();
    test_nested_and_sparse();
    test_models();
    test_providers();
    test_get();
    return check_result();
}
