/* SPDX-License-Identifier: MIT */
#include "api/auth.h"

#include <stdlib.h>
#include <string.h>

#include "api/memo_internal.h"
#include "base/checksum.h"
#include "base/redact.h"
#include "base/str.h"

/* ---- base64 -------------------------------------------------------------------------------- */

/* The last two are the URL-safe variants of the two before them. */
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";

static char *base64_encode(const char *text)
{
    char *const out = malloc(strlen(text) / 3 * 4 + 5);
    char *p = out;
    for (size_t left = strlen(text); out != NULL && left > 0;) {
        unsigned char in[3] = {0, 0, 0};
        const size_t size = left < 3 ? left : 3;
        memcpy(in, text, size);
        const unsigned bits = (unsigned)in[0] << 16 | (unsigned)in[1] << 8 | in[2];
        for (size_t i = 0; i < 4; i++)
            *p++ = i <= size ? alphabet[bits >> (18 - 6 * i) & 63] : '=';
        text += size;
        left -= size;
    }
    if (out != NULL)
        *p = '\0';
    return out;
}

/* Decodes base64, padded or not. NULL if the result is not printable, or if out of memory, which is
 * noticed elsewhere. */
static char *base64_decode(const char *text)
{
    char *const out = malloc(strlen(text) + 1);
    char *p = out;
    unsigned bits = 0;
    int count = 0;
    for (; out != NULL && *text != '\0' && *text != '='; text++) {
        const char *const digit = strchr(alphabet, *text);
        const unsigned value = digit != NULL ? (unsigned)(digit - alphabet) : 0;
        bits = bits << 6 | (value > 63 ? value - 2 : value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            *p++ = (char)(bits >> count);
        }
        if (digit == NULL || (p > out && ((unsigned char)p[-1] < 0x20 || p[-1] == 0x7F))) {
            free(out);
            return NULL;
        }
    }
    if (out != NULL)
        *p = '\0';
    return out;
}

static size_t unpadded_size(const char *text)
{
    size_t size = strlen(text);
    while (size > 0 && text[size - 1] == '=')
        size--;
    return size;
}

/* Returns a token with base64 padding. Copies a token that is not base64. */
static char *padded(const char *token)
{
    static const char *const paddings[] = {"", "", "==", "="};
    const size_t size = unpadded_size(token);
    if (strspn(token, alphabet) < size)
        return mf_str_copy(token);
    return mf_str_format("%.*s%s", (int)size, token, paddings[size % 4]);
}

/* ---- parsing -------------------------------------------------------------------------------- */

static int no_token(struct mf_error *err)
{
    return mf_error_set(err, MF_ERR_AUTH,
                        "There is no Mapflow API token: set MAPFLOW_API_TOKEN_FILE or "
                        "MAPFLOW_API_TOKEN in the environment, or the open option API_TOKEN_FILE "
                        "or API_TOKEN. The account page of the Mapflow web app creates one, in the "
                        "API tab");
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Copies a string without the byte order mark that some editors write, without surrounding white
 * space, and without the quotes that an environment file may contain. */
static char *trimmed(const char *text)
{
    if (strncmp(text, "\xEF\xBB\xBF", 3) == 0)
        text += 3;
    while (is_blank(*text))
        text++;
    size_t size = strlen(text);
    while (size > 0 && is_blank(text[size - 1]))
        size--;
    const bool is_quoted = size >= 2 && (*text == '"' || *text == '\'') && text[size - 1] == *text;
    return mf_str_copy_part(text + is_quoted, is_quoted ? size - 2 : size);
}

static int check_characters(const char *token, struct mf_error *err)
{
    for (; *token != '\0'; token++)
        if (*token < 0x20 || *token >= 0x7F)
            return mf_error_set(err, MF_ERR_ARGUMENT,
                                "The API token contains a line break or another invalid character: "
                                "copy it again from the account page of the Mapflow web "
                                "app");
    return 0;
}

/* Skips a leading "Basic " or "Bearer ". Returns the scheme that it names. */
static enum mf_auth_scheme take_word(const char **token)
{
    const size_t basic = mf_str_prefix_nocase(*token, "Basic");
    const size_t size = basic > 0 ? basic : mf_str_prefix_nocase(*token, "Bearer");
    const char *rest = *token + size;
    if (size == 0 || (*rest != '\0' && !is_blank(*rest)))
        return MF_AUTH_AUTO;
    while (is_blank(*rest))
        rest++;
    *token = rest;
    return basic > 0 ? MF_AUTH_BASIC : MF_AUTH_BEARER;
}

static bool is_jwt(const char *token)
{
    const char *const first = strchr(token, '.');
    const char *const second = first != NULL ? strchr(first + 1, '.') : NULL;
    return strncmp(token, "eyJ", 3) == 0 && second != NULL && strchr(second + 1, '.') == NULL;
}

/* "email:secret": an @ before the first colon. */
static bool is_login(const char *text)
{
    const char *colon = strchr(text, ':');
    const char *at = strchr(text, '@');
    return colon != NULL && at != NULL && at < colon;
}

/* ---- the headers --------------------------------------------------------------------------- */

/* Registers a secret, without padding: a form in which the token may appear in messages. */
static int hide(struct mf_auth *auth, size_t i, const char *text, struct mf_error *err)
{
    char *const copy = mf_str_copy_part(text, unpadded_size(text));
    if (copy == NULL)
        return mf_out_of_memory(err);
    if (mf_redact_add(copy, err) != 0) {
        free(copy);
        return -1;
    }
    auth->secrets[i] = copy;
    return 0;
}

/* `login` is "name:secret" if the token is known to encode one, else NULL. */
static int set_headers(struct mf_auth *auth, const char *token, const char *login,
                       struct mf_error *err)
{
    char *const basic = login != NULL ? base64_encode(login) : padded(token);
    if (basic == NULL)
        return mf_out_of_memory(err);
    auth->basic = mf_str_format("Basic %s", basic);
    /* A Bearer header cannot contain a colon. */
    auth->bearer = mf_str_format("Bearer %s", strchr(token, ':') != NULL ? basic : token);
    int failed = auth->basic == NULL || auth->bearer == NULL ? mf_out_of_memory(err) : 0;
    if (!failed)
        failed = hide(auth, 0, basic, err) != 0 || hide(auth, 1, token, err) != 0;
    if (!failed && login != NULL)
        failed = hide(auth, 2, strchr(login, ':') + 1, err);
    free(basic);
    return failed ? -1 : 0;
}

/* `token` is trimmed. */
static int take_token(struct mf_auth *auth, const char *token, enum mf_auth_scheme wanted,
                      struct mf_error *err)
{
    if (check_characters(token, err) != 0)
        return -1;
    const enum mf_auth_scheme word = take_word(&token);
    if (*token == '\0')
        return no_token(err);
    const bool is_plain = strchr(token, ':') != NULL;
    char *login = is_plain ? mf_str_copy(token) : base64_decode(token);
    if (login != NULL && !is_plain && !is_login(login)) {
        free(login); /* only looks like base64 */
        login = NULL;
    }
    /* A leading word is a hint; AUTH is binding. A JSON web token is only ever a Bearer token. */
    auth->may_switch = wanted == MF_AUTH_AUTO && !is_jwt(token);
    auth->first = login != NULL ? MF_AUTH_BASIC : MF_AUTH_BEARER;
    if (word != MF_AUTH_AUTO)
        auth->first = word;
    if (wanted != MF_AUTH_AUTO)
        auth->first = wanted;
    auth->fingerprint = mf_checksum_of(token, strlen(token));
    const int failed =
        strchr(token, ' ') != NULL && login == NULL
            ? mf_error_set(err, MF_ERR_ARGUMENT,
                           "The API token contains a space: copy it again from the account page of "
                           "the Mapflow web app")
            : set_headers(auth, token, login, err);
    free(login);
    return failed;
}

int mf_auth_init(struct mf_auth *auth, const char *text, enum mf_auth_scheme wanted,
                 struct mf_error *err)
{
    memset(auth, 0, sizeof *auth);
    char *const token = trimmed(text != NULL ? text : "");
    if (token == NULL)
        return mf_out_of_memory(err);
    const int failed = take_token(auth, token, wanted, err);
    free(token);
    return failed;
}

void mf_auth_free(struct mf_auth *auth)
{
    if (auth == NULL)
        return;
    for (size_t i = 0; i < sizeof auth->secrets / sizeof auth->secrets[0]; i++) {
        mf_redact_remove(auth->secrets[i]);
        free(auth->secrets[i]);
    }
    free(auth->basic);
    free(auth->bearer);
    memset(auth, 0, sizeof *auth);
}

const char *mf_auth_header(const struct mf_auth *auth, enum mf_auth_scheme scheme)
{
    return scheme == MF_AUTH_BASIC ? auth->basic : auth->bearer;
}

/* ---- remembered schemes --------------------------------------------------------------------- */

static struct mf_memo schemes;

static uint64_t scheme_key(const char *origin, uint64_t fingerprint)
{
    const uint64_t both[2] = {mf_checksum_of(origin, strlen(origin)), fingerprint};
    return mf_checksum_of(both, sizeof both);
}

enum mf_auth_scheme mf_auth_scheme_recall(const char *origin, uint64_t fingerprint)
{
    return (enum mf_auth_scheme)mf_memo_get(&schemes, scheme_key(origin, fingerprint));
}

void mf_auth_scheme_remember(const char *origin, uint64_t fingerprint, enum mf_auth_scheme scheme)
{
    mf_memo_set(&schemes, scheme_key(origin, fingerprint), (int)scheme);
}
