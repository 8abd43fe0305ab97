/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/json_writer.h"
#include "api/mosaic.h"
#include "base/redact.h"
#include "base/str.h"
#include "base/uuid.h"
#include "submit/name_match.h"
#include "submit/submission_internal.h"

#define MAX_ZOOM 22 /* API notes 16 */

static int add_text(struct mf_imagery *source, const char *name, const char *text,
                    struct mf_error *err)
{
    return cJSON_AddStringToObject(source->members, name, text) != NULL ? 0 : mf_out_of_memory(err);
}

static int is_said(const char *text)
{
    return mf_str_nonblank(text) != NULL;
}

/* ---- reading -------------------------------------------------------------------------------- */

static int read_zoom(struct mf_imagery *source, const char *text, struct mf_error *err)
{
    if (!is_said(text))
        return 0;
    char *end = NULL;
    const long zoom = strtol(text, &end, 10);
    if (end == text || *end != '\0' || zoom < 0 || zoom > MAX_ZOOM)
        return mf_error_set(err, MF_ERR_ARGUMENT, "ZOOM=%.20s is not a whole number from 0 to %d",
                            text, MAX_ZOOM);
    return cJSON_AddNumberToObject(source->members, "zoom", (double)zoom) != NULL
               ? 0
               : mf_out_of_memory(err);
}

/* Reads a comma-separated list into an array. Uploaded images have UUIDs, scenes any id. */
static int read_images(struct mf_imagery *source, const char *text, int must_be_uuid,
                       struct mf_error *err)
{
    cJSON *const images = cJSON_AddArrayToObject(source->members, "imageIds");
    int failed = images == NULL ? mf_out_of_memory(err) : 0;
    while (!failed && text != NULL) {
        char uuid[MF_UUID_SIZE];
        const size_t size = strcspn(text, ",");
        char *const id = mf_str_copy_part(text, size);
        text = text[size] == ',' ? text + size + 1 : NULL;
        if (id == NULL)
            return mf_out_of_memory(err);
        mf_str_squeeze(id);
        cJSON *item = NULL;
        if (id[0] == '\0')
            failed = mf_error_set(err, MF_ERR_ARGUMENT, "IMAGE_IDS has an empty entry");
        else if (must_be_uuid && !mf_uuid_parse(id, uuid))
            failed = mf_error_set(err, MF_ERR_ARGUMENT,
                                  "IMAGE_IDS has \"%.60s\", which is not the UUID of an image", id);
        else if ((item = cJSON_CreateString(must_be_uuid ? uuid : id)) == NULL ||
                 !cJSON_AddItemToArray(images, item))
            failed = mf_out_of_memory(err);
        free(id);
    }
    return failed;
}

static int read_own(struct mf_imagery *source, const struct mf_submission_options *o,
                    struct mf_error *err)
{
    char uuid[MF_UUID_SIZE];
    if (is_said(o->zoom))
        return mf_error_set(
            err, MF_ERR_ARGUMENT,
            "ZOOM cannot be combined with uploaded images, which have their own resolution");
    if (is_said(o->image_ids) + is_said(o->mosaic_id) + is_said(o->mosaic) > 1)
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "IMAGE_IDS, MOSAIC and MOSAIC_ID exclude each other: name images, or a "
                            "whole mosaic");
    if (is_said(o->image_ids))
        return read_images(source, o->image_ids, 1, err);
    if (mf_uuid_parse(is_said(o->mosaic) ? o->mosaic : o->mosaic_id, uuid))
        return add_text(source, "mosaicId", uuid, err);
    if (!is_said(o->mosaic))
        return mf_error_set(err, MF_ERR_ARGUMENT, "MOSAIC_ID=%.60s is not the UUID of a mosaic",
                            o->mosaic_id);
    return mf_replace_text(&source->mosaic, o->mosaic, err);
}

/* ---- tile services -------------------------------------------------------------------------- */

struct tile_type {
    const char *name;
    const char *scheme;          /* how the address must begin; NULL: http or https */
    const char *placeholders[3]; /* that it must contain */
};

static const struct tile_type tile_types[] = {
    {"XYZ", NULL, {"{x}", "{y}", "{z}"}}, {"TMS", NULL, {"{x}", "{y}", "{z}"}},
    {"QUADKEY", NULL, {"{q}"}},           {"SENTINEL_L2A", "", {NULL}},
    {"LOCAL", "s3://", {NULL}},
};

static const struct tile_type *find_tile_type(const char *name)
{
    for (size_t i = 0; i < sizeof tile_types / sizeof *tile_types; i++)
        if (mf_str_equal_nocase(tile_types[i].name, name))
            return &tile_types[i];
    return NULL;
}

/* The service accepts any address, and the job fails later, after it was paid for. Messages do not
 * repeat the address, which may contain a key. */
static int check_address(const struct tile_type *type, const char *url, struct mf_error *err)
{
    if (type->scheme == NULL && mf_str_prefix_nocase(url, "http://") == 0 &&
        mf_str_prefix_nocase(url, "https://") == 0)
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "TILE_URL must begin with https:// or http:// for TILE_TYPE=%s",
                            type->name);
    if (type->scheme != NULL && strncmp(url, type->scheme, strlen(type->scheme)) != 0)
        return mf_error_set(err, MF_ERR_ARGUMENT, "TILE_URL must begin with %s for TILE_TYPE=%s",
                            type->scheme, type->name);
    for (size_t i = 0; i < 3 && type->placeholders[i] != NULL; i++)
        if (strstr(url, type->placeholders[i]) == NULL)
            return mf_error_set(err, MF_ERR_ARGUMENT, "TILE_URL lacks %s, which TILE_TYPE=%s needs",
                                type->placeholders[i], type->name);
    return 0;
}

static int read_crs(struct mf_imagery *source, const char *crs, struct mf_error *err)
{
    /* What the service supports (API notes 6.2), in the spelling of its own client. */
    static const char *const known[] = {"epsg:3857", "epsg:3395"};
    if (!is_said(crs))
        return 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (mf_str_equal_nocase(crs, known[i]))
            return add_text(source, "crs", known[i], err);
    return mf_error_set(err, MF_ERR_ARGUMENT,
                        "TILE_CRS=%.40s is not supported. Use EPSG:3857 or "
                        "EPSG:3395",
                        crs);
}

/* Hides a string from messages and log lines from now on. */
static int keep_secret(struct mf_imagery *source, size_t i, const char *text, struct mf_error *err)
{
    if (!is_said(text))
        return 0;
    if (mf_replace_text(&source->secrets[i], text, err) != 0)
        return -1;
    return mf_redact_add(text, err);
}

static int read_tiles(struct mf_imagery *source, const struct mf_submission_options *o,
                      struct mf_error *err)
{
    const char *const type_name = is_said(o->tile_type) ? o->tile_type : "XYZ";
    const struct tile_type *const type = find_tile_type(type_name);
    const char *const login = mf_str_nonblank(o->tile_login), *const password =
                                                                  mf_str_nonblank(o->tile_password);
    if (type == NULL)
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "TILE_TYPE=%.40s is not supported. Use one of XYZ, TMS, QUADKEY, "
                            "SENTINEL_L2A, LOCAL",
                            type_name);
    if ((login == NULL) != (password == NULL))
        return mf_error_set(err, MF_ERR_ARGUMENT, "TILE_LOGIN and TILE_PASSWORD go together");
    if (keep_secret(source, 0, o->tile_url, err) != 0 || keep_secret(source, 1, login, err) != 0 ||
        keep_secret(source, 2, password, err) != 0 || check_address(type, o->tile_url, err) != 0 ||
        add_text(source, "sourceType", type->name, err) != 0 ||
        add_text(source, "url", o->tile_url, err) != 0 || read_crs(source, o->tile_crs, err) != 0)
        return -1;
    return login == NULL ? 0
           : add_text(source, "rasterLogin", login, err) != 0
               ? -1
               : add_text(source, "rasterPassword", password, err);
}

/* ---- choosing ------------------------------------------------------------------------------- */

static enum mf_imagery_kind choose(const struct mf_submission_options *o)
{
    const int search = is_said(o->search_provider);
    const int own =
        (is_said(o->image_ids) && !search) || is_said(o->mosaic_id) || is_said(o->mosaic);
    const int provider = is_said(o->provider), tiles = is_said(o->tile_url);
    if (search + own + provider + tiles > 1)
        return MF_IMAGERY_SEVERAL;
    return search     ? MF_IMAGERY_SEARCH
           : own      ? MF_IMAGERY_OWN
           : provider ? MF_IMAGERY_PROVIDER
           : tiles    ? MF_IMAGERY_TILES
                      : MF_IMAGERY_NONE;
}

int mf_imagery_read(struct mf_imagery *source, const struct mf_submission_options *o,
                    struct mf_error *err)
{
    source->kind = choose(o);
    source->members = cJSON_CreateObject();
    if (source->members == NULL)
        return mf_out_of_memory(err);
    if (!is_said(o->tile_url) && (is_said(o->tile_type) || is_said(o->tile_crs) ||
                                  is_said(o->tile_login) || is_said(o->tile_password)))
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "TILE_TYPE, TILE_CRS, TILE_LOGIN and TILE_PASSWORD need TILE_URL");
    int failed = 0;
    switch (source->kind) {
    case MF_IMAGERY_PROVIDER:
        failed = mf_replace_text(&source->provider, o->provider, err);
        break;
    case MF_IMAGERY_SEARCH:
        failed = !is_said(o->image_ids)
                     ? mf_error_set(err, MF_ERR_ARGUMENT,
                                    "SEARCH_PROVIDER needs IMAGE_IDS, the scenes that were found")
                     : mf_replace_text(&source->provider, o->search_provider, err);
        if (!failed)
            failed = read_images(source, o->image_ids, 0, err);
        break;
    case MF_IMAGERY_OWN:
        return read_own(source, o, err);
    case MF_IMAGERY_TILES:
        failed = read_tiles(source, o, err);
        break;
    default:
        return is_said(o->like) && is_said(o->zoom) ? mf_replace_text(&source->zoom, o->zoom, err)
                                                    : 0;
    }
    return failed ? -1 : read_zoom(source, o->zoom, err);
}

/* ---- the source of an earlier processing ---------------------------------------------------- */

/* Joins the ids with commas. Returns NULL if there are none, or on failure. */
static char *join_ids(const cJSON *ids, struct mf_error *err, int *failed)
{
    const cJSON *id;
    char *joined = NULL;
    cJSON_ArrayForEach(id, ids)
    {
        if (!cJSON_IsString(id) || *failed)
            continue;
        char *const longer = strchr(id->valuestring, ',') != NULL ? NULL
                             : joined == NULL                     ? mf_str_copy(id->valuestring)
                                              : mf_str_format("%s,%s", joined, id->valuestring);
        if (longer == NULL)
            *failed = strchr(id->valuestring, ',') == NULL
                          ? mf_out_of_memory(err)
                          : mf_error_set(err, MF_ERR_ARGUMENT,
                                         "a scene of it has a comma in its id, which IMAGE_IDS "
                                         "cannot name");
        free(joined);
        joined = longer;
    }
    return joined;
}

/* Reads the source as if the options `o` named it. */
static int read_again(struct mf_imagery *source, struct mf_submission_options o, const cJSON *ids,
                      double zoom, struct mf_error *err)
{
    char number[32] = "";
    int failed = 0;
    char *const images = join_ids(ids, err, &failed);
    const struct mf_imagery typed = *source;
    if (!isnan(zoom))
        snprintf(number, sizeof number, "%.0f", zoom);
    o.image_ids = images;
    o.zoom = typed.zoom != NULL ? typed.zoom : number;
    memset(source, 0, sizeof *source);
    failed = failed || mf_imagery_read(source, &o, err) != 0;
    free(images);
    free(typed.zoom);
    cJSON_Delete(typed.members);
    return failed ? -1 : 0;
}

/* The service does not return the password. */
static int check_login(const cJSON *tiles, struct mf_error *err)
{
    const int has_login = mf_str_nonblank(mf_json_string(tiles, "rasterLogin", NULL)) != NULL;
    if (has_login && mf_str_nonblank(mf_json_string(tiles, "rasterPassword", NULL)) == NULL)
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "its imagery is a tile service with a login, whose password the "
                            "service does not return: set TILE_URL, TILE_LOGIN and TILE_PASSWORD");
    return 0;
}

int mf_imagery_inherit(struct mf_imagery *source, const cJSON *params, struct mf_error *err)
{
    const cJSON *const data = mf_json_member(params, "dataProvider");
    const cJSON *const own = mf_json_member(params, "myImagery");
    const cJSON *const search = mf_json_member(params, "imagerySearch");
    const cJSON *const tiles = mf_json_member(params, "userDefined");
    const cJSON *const images = mf_json_member(search != NULL ? search : own, "imageIds");
    const double zoom = mf_json_number(
        data, "zoom", mf_json_number(search, "zoom", mf_json_number(tiles, "zoom", NAN)));
    const struct mf_submission_options o = {
        .provider = mf_json_string(data, "providerName", NULL),
        /* Images of a mosaic may come with its id (API notes D7). */
        .mosaic_id = cJSON_GetArraySize(images) > 0 ? NULL : mf_json_string(own, "mosaicId", NULL),
        .search_provider = mf_json_string(search, "dataProvider", NULL),
        .tile_url = mf_json_string(tiles, "url", NULL),
        .tile_type = mf_json_string(tiles, "sourceType", NULL),
        .tile_crs = mf_json_string(tiles, "crs", NULL),
        .tile_login = mf_json_string(tiles, "rasterLogin", NULL),
        .tile_password = mf_json_string(tiles, "rasterPassword", NULL),
    };
    if (source->kind != MF_IMAGERY_NONE)
        return 0;
    if (check_login(tiles, err) != 0)
        return -1;
    return read_again(source, o, images, zoom, err);
}

/* ---- the account's providers ---------------------------------------------------------------- */

static enum mf_provider_kind kind_of(const struct mf_imagery *source)
{
    return source->kind == MF_IMAGERY_SEARCH ? MF_PROVIDER_SEARCH : MF_PROVIDER_DATA;
}

static void list_providers(const struct mf_account *account, enum mf_provider_kind kind,
                           struct mf_error *err)
{
    int is_first = 1;
    for (size_t i = 0; i < account->provider_count; i++) {
        const struct mf_provider *const provider = &account->providers[i];
        if (provider->kind != kind || provider->is_alias)
            continue;
        mf_error_append(err, "%s %.60s", is_first ? "" : ",", provider->name);
        if (strcmp(provider->name, provider->display_name) != 0)
            mf_error_append(err, " (%.60s)", provider->display_name);
        is_first = 0;
    }
    mf_error_append(err, "%s", is_first ? " none" : "");
}

static int refuse_choice(const struct mf_imagery *source, const struct mf_account *account,
                         struct mf_error *err)
{
    mf_error_set(err, MF_ERR_ARGUMENT,
                 "%s Give one of: PROVIDER (and ZOOM); IMAGE_IDS or MOSAIC; SEARCH_PROVIDER and "
                 "IMAGE_IDS; TILE_URL. PROVIDER can be",
                 source->kind == MF_IMAGERY_NONE ? "no imagery is specified."
                                                 : "more than one imagery source is specified.");
    list_providers(account, MF_PROVIDER_DATA, err);
    return -1;
}

struct providers {
    const struct mf_account *account;
    enum mf_provider_kind kind;
};

static const char *provider_name(const void *ctx, size_t i)
{
    const struct providers *const of = ctx;
    const struct mf_provider *const provider = &of->account->providers[i];
    return provider->kind == of->kind ? provider->name : NULL;
}

static int has_any(const struct providers *of)
{
    for (size_t i = 0; i < of->account->provider_count; i++)
        if (provider_name(of, i) != NULL)
            return 1;
    return 0;
}

static int find_mosaic(struct mf_imagery *source, struct mf_client *client, struct mf_error *err)
{
    struct mf_mosaic mosaic;
    if (mf_mosaic_find(&mosaic, client, source->mosaic, err) != 0)
        return -1;
    const int failed = add_text(source, "mosaicId", mosaic.id, err);
    mf_mosaic_free(&mosaic);
    free(source->mosaic);
    source->mosaic = NULL;
    return failed;
}

int mf_imagery_resolve(struct mf_imagery *source, const struct mf_account *account,
                       struct mf_client *client, struct mf_error *err)
{
    const struct providers of = {account, kind_of(source)};
    if (source->kind == MF_IMAGERY_NONE || source->kind == MF_IMAGERY_SEVERAL)
        return refuse_choice(source, account, err);
    if (source->mosaic != NULL && find_mosaic(source, client, err) != 0)
        return -1;
    /* If the account lists no provider of the kind (API notes 4.1: may be missing), the service
     * decides. Uploaded images found by a search (imagery notes 8.4) are not listed. */
    if (source->provider == NULL || !has_any(&of) ||
        (source->kind == MF_IMAGERY_SEARCH &&
         mf_str_prefix_nocase(source->provider, "my_imagery_") > 0))
        return 0;
    const int i = mf_name_match(source->provider, provider_name, &of, account->provider_count);
    if (i < 0) {
        mf_error_set(err, MF_ERR_ARGUMENT, "%s=%.60s is not available. The account has",
                     of.kind == MF_PROVIDER_DATA ? "PROVIDER" : "SEARCH_PROVIDER",
                     source->provider);
        list_providers(account, of.kind, err);
        return -1;
    }
    source->min_km2 = account->providers[i].min_area_km2;
    return mf_replace_text(&source->provider, account->providers[i].name, err);
}

/* ---- the request ---------------------------------------------------------------------------- */

cJSON *mf_imagery_json(const struct mf_imagery *source)
{
    static const struct {
        const char *member, *provider;
    } forms[] = {[MF_IMAGERY_PROVIDER] = {"dataProvider", "providerName"},
                 [MF_IMAGERY_OWN] = {"myImagery", NULL},
                 [MF_IMAGERY_SEARCH] = {"imagerySearch", "dataProvider"},
                 [MF_IMAGERY_TILES] = {"userDefined", NULL}};
    cJSON *members = cJSON_Duplicate(source->members, 1);
    if (forms[source->kind].provider != NULL)
        members = mf_json_add_text(members, forms[source->kind].provider, source->provider);
    return mf_json_add(cJSON_CreateObject(), forms[source->kind].member, members);
}

void mf_imagery_free(struct mf_imagery *source)
{
    for (size_t i = 0; i < sizeof source->secrets / sizeof *source->secrets; i++) {
        mf_redact_remove(source->secrets[i]);
        free(source->secrets[i]);
    }
    free(source->provider);
    free(source->mosaic);
    free(source->zoom);
    cJSON_Delete(source->members);
    memset(source, 0, sizeof *source);
}
