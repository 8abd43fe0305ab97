/* SPDX-License-Identifier: MIT */
/* Opens a client: checks the options, makes no request. */
#include <stdlib.h>
#include <string.h>

#include "api/client_internal.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "base/thread.h"

enum { MAX_TOKEN_FILE = 65536 }; /* bytes */

static int set_base_url(struct mf_client *client, const struct mf_client_options *options,
                        struct mf_error *err)
{
    struct mf_url url;
    const char *text = options->base_url;
    if (text == NULL || *text == '\0')
        text = MF_DEFAULT_API_URL;
    if (mf_url_parse(&url, text, err) != 0)
        return mf_error_prefix(err, "API_URL");
    if (url.has_user_info || strpbrk(text, "?#") != NULL)
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "API_URL must not hold a user name, a query or a fragment: an address "
                            "such as %s is expected",
                            MF_DEFAULT_API_URL);
    if (!url.is_https && !options->allow_http && !mf_url_is_loopback(&url))
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "API_URL uses plain http, which shows the API token to the network: "
                            "use https, or set MAPFLOW_ALLOW_HTTP=YES if %s is safe",
                            url.host);
    size_t size = strlen(text);
    while (text[size - 1] == '/')
        size--;
    client->base_url = mf_str_copy_part(text, size);
    memcpy(client->origin, url.origin, sizeof client->origin);
    return client->base_url != NULL ? 0 : mf_out_of_memory(err);
}

static int set_auth(struct mf_client *client, const struct mf_client_options *options,
                    struct mf_error *err)
{
    const int has_token = options->token != NULL && *options->token != '\0';
    const char *path = options->token_file;
    if (has_token || path == NULL || *path == '\0') {
        client->token_source = mf_str_copy(options->token_source);
        if (options->token_source != NULL && client->token_source == NULL)
            return mf_out_of_memory(err);
        return mf_auth_init(&client->auth, options->token, options->auth, err);
    }
    char *text = NULL;
    int is_private = 1;
    if (mf_read_small_file(path, MAX_TOKEN_FILE, &text, &is_private, err) != 0)
        return mf_error_prefix(err, "API_TOKEN_FILE");
    const int failed = mf_auth_init(&client->auth, text, options->auth, err);
    free(text);
    if (failed && err != NULL && err->kind == MF_ERR_AUTH)
        return mf_error_set(err, MF_ERR_AUTH, "API_TOKEN_FILE %s contains no token: paste it there",
                            path);
    if (failed)
        return mf_error_prefix(err, "API_TOKEN_FILE %s", path);
    client->token_source = options->token_source != NULL
                               ? mf_str_format("%s (%s)", path, options->token_source)
                               : mf_str_copy(path);
    if (client->token_source == NULL)
        return mf_out_of_memory(err);
    if (!is_private && client->warn != NULL) {
        char *line = mf_str_format("API_TOKEN_FILE %s can be read by other users: %s", path,
                                   mf_file_privacy_advice());
        if (line != NULL)
            client->warn(client->log_ctx, line);
        free(line);
    }
    return 0;
}

static int set_up(struct mf_client *client, const struct mf_client_options *options,
                  struct mf_error *err)
{
    client->transport = options->transport;
    client->cancel = options->cancel;
    client->debug = options->debug;
    client->warn = options->warn;
    client->log_ctx = options->log_ctx;
    client->document_timeout =
        options->document_timeout > 0 ? options->document_timeout : MF_DOCUMENT_TIMEOUT;
    client->clock = options->clock != NULL ? options->clock : &mf_system_clock;
    if (mf_mutex_init(&client->mutex, err) != 0 || set_base_url(client, options, err) != 0 ||
        mf_retry_policy_init(&client->retry, options->max_retry, options->retry_delay,
                             options->retry_codes, err) != 0 ||
        set_auth(client, options, err) != 0)
        return -1;
    client->scheme = client->auth.first;
    if (client->auth.may_switch) {
        const enum mf_auth_scheme known =
            mf_auth_scheme_recall(client->origin, client->auth.fingerprint);
        if (known != MF_AUTH_AUTO)
            client->scheme = known;
    }
    return 0;
}

int mf_client_open(struct mf_client **out, const struct mf_client_options *options,
                   struct mf_error *err)
{
    *out = NULL;
    struct mf_client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return mf_out_of_memory(err);
    if (set_up(client, options, err) != 0) {
        mf_client_close(client);
        return -1;
    }
    *out = client;
    return 0;
}

void mf_client_close(struct mf_client *client)
{
    if (client == NULL)
        return;
    mf_auth_free(&client->auth);
    mf_mutex_free(&client->mutex);
    free(client->token_source);
    free(client->base_url);
    free(client);
}

uint64_t mf_client_account(const struct mf_client *client)
{
    return client->auth.fingerprint;
}

void mf_client_set_impatient(struct mf_client *client, bool is_impatient)
{
    client->is_impatient = is_impatient;
}

bool mf_client_is_unreachable(const struct mf_client *client)
{
    return mf_circuit_is_open(client->origin, mf_client_now(client));
}

const char *mf_client_base_url(const struct mf_client *client)
{
    return client->base_url;
}

int mf_client_cancelled(const struct mf_client *client)
{
    return client->cancel.is_cancelled != NULL && client->cancel.is_cancelled(client->cancel.ctx);
}
