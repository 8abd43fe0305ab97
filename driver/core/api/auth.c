#include "api/auth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "base/str.h"
#include "base/thread.h"
#include "http/url.h"

/* ---- base64 -------------------------------------------------------------------------------- */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int digit_value(char c)
{
    if (c == '-')
        c = '+'; /* the URL-safe alphabet */
    if (c == '_')
        c = '/';
    const char *place = c == '\0' ? NULL : strchr(alphabet, c);
    return place == NULL ? -1 : (int)(place - alphabet);
}

static char *base64_encode(const char *text)
{
    const size_t size = strlen(text);
    const unsigned char *in = (const unsigned char *)text;
    char *out = malloc((size + 2) / 3 * 4 + 1);
    if (out == NULL)
        return NULL;
    char *p = out;
    for (size_t i = 0; i < size; i += 3) {
        const unsigned second = i + 1 < size ? in[i + 1] : 0;
        const unsigned third = i + 2 < size ? in[i + 2] : 0;
        const unsigned bits = (unsigned)in[i] << 16 | second << 8 | third;
        *p++ = alphabet[bits >> 18];
        *p++ = alphabet[bits >> 12 & 63];
        *p++ = i + 1 < size ? alphabet[bits >> 6 & 63] : '=';
        *p++ = i + 2 < size ? alphabet[bits & 63] : '=';
    }
    *p = '\0';
    return out;
}

/* The decoded text, NULL when `text` is not base64 of printable text (or memory is out, which then
 * shows elsewhere). Padding may be missing. */
static char *base64_decode(const char *text)
{
    size_t size = strlen(text);
    while (size > 0 && text[size - 1] == '=')
        size--;
    char *out = size % 4 == 1 ? NULL : malloc(size / 4 * 3 + 3);
    if (out == NULL)
        return NULL;
    unsigned bits = 0;
    int count = 0;
    char *p = out;
    for (size_t i = 0; i < size; i++) {
        const int value = digit_value(text[i]);
        if (value < 0) {
            free(out);
            return NULL;
        }
        bits = (bits << 6 | (unsigned)value) & 0xFFFFFF;
        count += 6;
        if (count >= 8) {
            count -= 8;
            const unsigned char byte = (unsigned char)(bits >> count);
            if (byte < 0x20 || byte == 0x7F) {
                free(out);
                return NULL;
            }
            *p++ = (char)byte;
        }
    }
    *p = '\0';
    return out;
}

/* ---- what was given ------------------------------------------------------------------------ */

static int no_token(struct mf_error *err)
{
    return mf_error_set(err, MF_ERR_AUTH,
                        "There is no Mapflow API token: give it by the open option API_TOKEN or "
                        "API_TOKEN_FILE, or by the environment variable or configuration option "
                        "MAPFLOW_API_TOKEN or MAPFLOW_API_TOKEN_FILE. A token is made on the "
                        "account page of the Mapflow web app, in the API tab");
}

static int is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A copy without white space around, nor the byte order mark that some editors put first. */
static char *trimmed(const char *text)
{
    if (strncmp(text, "\xEF\xBB\xBF", 3) == 0)
        text += 3;
    while (is_blank(*text))
        text++;
    size_t size = strlen(text);
    while (size > 0 && is_blank(text[size - 1]))
        size--;
    return mf_str_copy_part(text, size);
}

static int check_characters(const char *token, struct mf_error *err)
{
    for (; *token != '\0'; token++)
        if (*token < 0x20 || *token >= 0x7F)
            return mf_error_set(err, MF_ERR_ARGUMENT,
                                "The API token holds a line break or another character that no "
                                "token has: copy it again from the account page of the Mapflow web "
                                "app");
    return 0;
}

/* Takes a leading "Basic " or "Bearer " off, in place. Returns the scheme that it names. */
static enum mf_auth_scheme take_word(char *token)
{
    static const struct {
        const char *word;
        enum mf_auth_scheme scheme;
    } words[] = {{"Basic", MF_AUTH_BASIC}, {"Bearer", MF_AUTH_BEARER}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t size = mf_str_prefix_nocase(token, words[i].word);
        if (size == 0 || (token[size] != '\0' && !is_blank(token[size])))
            continue;
        while (is_blank(token[size]))
            size++;
        memmove(token, token + size, strlen(token + size) + 1);
        return words[i].scheme;
    }
    return MF_AUTH_AUTO;
}

static int is_jwt(const char *token)
{
    int dots = 0;
    for (const char *c = token; *c != '\0'; c++)
        dots += *c == '.';
    return strncmp(token, "eyJ", 3) == 0 && dots == 2;
}

/* "email:secret": an @ before the first colon. */
static int is_login(const char *text)
{
    const char *colon = strchr(text, ':');
    const char *at = strchr(text, '@');
    return colon != NULL && at != NULL && at < colon;
}

/* A token with the padding that base64 wants. */
static char *padded(const char *token)
{
    size_t size = strlen(token);
    while (size > 0 && token[size - 1] == '=')
        size--;
    for (size_t i = 0; i < size; i++)
        if (digit_value(token[i]) < 0)
            return mf_str_copy(token); /* not base64 at all: as it is */
    static const char *const paddings[] = {"", "", "==", "="};
    return mf_str_format("%.*s%s", (int)size, token, paddings[size % 4]);
}

static uint64_t hash(const char *text)
{
    uint64_t value = 14695981039346656037u; /* FNV-1a */
    for (; *text != '\0'; text++)
        value = (value ^ (unsigned char)*text) * 1099511628211u;
    return value;
}

/* ---- the headers --------------------------------------------------------------------------- */

/* Registers one secret under which the token may turn up in a text. Takes `text` over. */
static int hide(struct mf_auth *credentials, char *text, struct mf_error *err)
{
    if (text == NULL)
        return mf_out_of_memory(err);
    for (size_t i = 0; i < sizeof credentials->secrets / sizeof credentials->secrets[0]; i++) {
        if (credentials->secrets[i] != NULL)
            continue;
        if (mf_redact_add(text, err) != 0) {
            free(text);
            return -1;
        }
        credentials->secrets[i] = text;
        return 0;
    }
    free(text);
    return 0;
}

static char *without_padding(const char *text)
{
    size_t size = strlen(text);
    while (size > 0 && text[size - 1] == '=')
        size--;
    return mf_str_copy_part(text, size);
}

/* `login` is "name:secret" when the token is known to stand for that, else NULL. */
static int set_headers(struct mf_auth *credentials, const char *token, const char *login,
                       struct mf_error *err)
{
    const int is_plain = strchr(token, ':') != NULL;
    char *basic = login != NULL ? base64_encode(login) : padded(token);
    if (basic == NULL)
        return mf_out_of_memory(err);
    credentials->basic = mf_str_format("Basic %s", basic);
    /* A colon cannot stand in a Bearer header. */
    credentials->bearer = mf_str_format("Bearer %s", is_plain ? basic : token);
    if (credentials->basic == NULL || credentials->bearer == NULL) {
        free(basic);
        return mf_out_of_memory(err);
    }
    int failed = hide(credentials, without_padding(basic), err);
    free(basic);
    if (!failed)
        failed = hide(credentials, without_padding(token), err);
    const char *colon = login != NULL ? strchr(login, ':') : NULL;
    if (!failed && colon != NULL)
        failed = hide(credentials, mf_str_copy(colon + 1), err);
    return failed;
}

static int choose_scheme(struct mf_auth *credentials, const char *token, const char *login,
                         enum mf_auth_scheme word, enum mf_auth_scheme auth, struct mf_error *err)
{
    const enum mf_auth_scheme named = auth != MF_AUTH_AUTO ? auth : word;
    if (strchr(token, ' ') != NULL && login == NULL)
        return mf_error_set(err, MF_ERR_ARGUMENT,
                            "The API token holds a space: copy it again from the account page of "
                            "the Mapflow web app");
    /* A word in front is a hint of the user's, AUTH is an order. A JSON web token is a Bearer token
     * and nothing else. */
    credentials->may_switch = auth == MF_AUTH_AUTO && !is_jwt(token);
    if (named != MF_AUTH_AUTO)
        credentials->first = named;
    else
        credentials->first = login != NULL ? MF_AUTH_BASIC : MF_AUTH_BEARER;
    return 0;
}

int mf_auth_init(struct mf_auth *credentials, const char *text, enum mf_auth_scheme auth,
                 struct mf_error *err)
{
    memset(credentials, 0, sizeof *credentials);
    char *token = trimmed(text != NULL ? text : "");
    if (token == NULL)
        return mf_out_of_memory(err);
    if (check_characters(token, err) != 0) {
        free(token);
        return -1;
    }
    const enum mf_auth_scheme word = take_word(token);
    if (*token == '\0') {
        free(token);
        return no_token(err);
    }
    const int is_plain = strchr(token, ':') != NULL;
    char *login = is_plain ? mf_str_copy(token) : base64_decode(token);
    if (login != NULL && !is_plain && !is_login(login)) {
        free(login); /* it merely looks like base64 */
        login = NULL;
    }
    credentials->fingerprint = hash(token);
    int failed = choose_scheme(credentials, token, login, word, auth, err);
    if (!failed)
        failed = set_headers(credentials, token, login, err);
    free(login);
    free(token);
    return failed;
}

void mf_auth_free(struct mf_auth *credentials)
{
    if (credentials == NULL)
        return;
    for (size_t i = 0; i < sizeof credentials->secrets / sizeof credentials->secrets[0]; i++) {
        mf_redact_remove(credentials->secrets[i]);
        free(credentials->secrets[i]);
    }
    free(credentials->basic);
    free(credentials->bearer);
    memset(credentials, 0, sizeof *credentials);
}

const char *mf_auth_header(const struct mf_auth *credentials, enum mf_auth_scheme scheme)
{
    return scheme == MF_AUTH_BASIC ? credentials->basic : credentials->bearer;
}

/* ---- what worked before -------------------------------------------------------------------- */

enum { REMEMBERED = 32 };

struct memory {
    char origin[MF_URL_ORIGIN_SIZE];
    uint64_t fingerprint;
    enum mf_auth_scheme scheme;
};

/* Guarded by the global lock. The oldest entry goes first. */
static struct memory memories[REMEMBERED];
static unsigned next_memory;

static struct memory *find_memory(const char *origin, uint64_t fingerprint)
{
    for (size_t i = 0; i < REMEMBERED; i++)
        if (memories[i].scheme != MF_AUTH_AUTO && memories[i].fingerprint == fingerprint &&
            strcmp(memories[i].origin, origin) == 0)
            return &memories[i];
    return NULL;
}

enum mf_auth_scheme mf_auth_scheme_recall(const char *origin, uint64_t fingerprint)
{
    mf_global_lock();
    const struct memory *memory = find_memory(origin, fingerprint);
    const enum mf_auth_scheme scheme = memory != NULL ? memory->scheme : MF_AUTH_AUTO;
    mf_global_unlock();
    return scheme;
}

void mf_auth_scheme_remember(const char *origin, uint64_t fingerprint, enum mf_auth_scheme scheme)
{
    mf_global_lock();
    struct memory *memory = find_memory(origin, fingerprint);
    if (memory == NULL) {
        memory = &memories[next_memory];
        next_memory = (next_memory + 1) % REMEMBERED;
    }
    snprintf(memory->origin, sizeof memory->origin, "%s", origin);
    memory->fingerprint = fingerprint;
    memory->scheme = scheme;
    mf_global_unlock();
}
