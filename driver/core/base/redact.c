#include "base/redact.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/thread.h"

/* ---- registered secrets -------------------------------------------------------------------- */

struct secret {
    struct secret *next;
    unsigned count;
    char text[]; /* NUL-terminated */
};

/* Longest first, so that no part of a long secret survives a short one inside it. Guarded by the
 * global lock. */
static struct secret *secrets;

static int is_worth_hiding(const char *secret)
{
    return secret != NULL && strlen(secret) >= MF_REDACT_MIN_SECRET;
}

int mf_redact_add(const char *secret, struct mf_error *err)
{
    if (!is_worth_hiding(secret))
        return 0;
    const size_t size = strlen(secret);
    mf_global_lock();
    struct secret **place = &secrets;
    while (*place != NULL && strlen((*place)->text) >= size && strcmp((*place)->text, secret) != 0)
        place = &(*place)->next;
    if (*place != NULL && strcmp((*place)->text, secret) == 0) {
        (*place)->count++;
        mf_global_unlock();
        return 0;
    }
    struct secret *entry = malloc(sizeof *entry + size + 1);
    if (entry != NULL) {
        memcpy(entry->text, secret, size + 1);
        entry->count = 1;
        entry->next = *place;
        *place = entry;
    }
    mf_global_unlock();
    return entry != NULL ? 0 : mf_out_of_memory(err);
}

void mf_redact_remove(const char *secret)
{
    if (!is_worth_hiding(secret))
        return;
    mf_global_lock();
    for (struct secret **place = &secrets; *place != NULL; place = &(*place)->next) {
        struct secret *entry = *place;
        if (strcmp(entry->text, secret) != 0)
            continue;
        if (--entry->count == 0) {
            *place = entry->next;
            free(entry);
        }
        break;
    }
    mf_global_unlock();
}

/* ---- masking ------------------------------------------------------------------------------- */

/* Replaces text[at .. at+size) by at most as many stars. Returns the place behind them. */
static size_t mask(char *text, size_t at, size_t size)
{
    const size_t stars = size < 3 ? size : 3;
    memset(text + at, '*', stars);
    memmove(text + at + stars, text + at + size, strlen(text + at + size) + 1);
    return at + stars;
}

/* Bytes that stand for the character c at p: itself, as %2F, or as \/ (JSON). 0: not c. */
static size_t match_character(const char *p, char c)
{
    if (*p == c)
        return 1;
    if (p[0] == '%' && mf_hex_digit(p[1]) >= 0 && mf_hex_digit(p[2]) >= 0 &&
        mf_hex_digit(p[1]) * 16 + mf_hex_digit(p[2]) == (unsigned char)c)
        return 3;
    return c == '/' && p[0] == '\\' && p[1] == '/' ? 2 : 0;
}

/* Length of the secret at `text`, with any padding behind it; 0: it is not there. */
static size_t match_secret(const char *text, const char *secret)
{
    size_t at = 0;
    for (; *secret != '\0'; secret++) {
        const size_t step = match_character(text + at, *secret);
        if (step == 0)
            return 0;
        at += step;
    }
    for (size_t step = 1; step > 0; at += step)
        step = match_character(text + at, '=');
    return at;
}

static void mask_registered(char *text)
{
    mf_global_lock();
    for (const struct secret *entry = secrets; entry != NULL; entry = entry->next)
        for (size_t i = 0; text[i] != '\0';) {
            const size_t size = match_secret(text + i, entry->text);
            i = size > 0 ? mask(text, i, size) : i + 1;
        }
    mf_global_unlock();
}

/* ---- patterns ------------------------------------------------------------------------------ */

static int is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static int is_alphanumeric(char c)
{
    return mf_is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z');
}

/* A character of a token as HTTP writes one (token68), or of a JWT. */
static int is_token_character(char c)
{
    return is_alphanumeric(c) || (c != '\0' && strchr("-._~+/=", c) != NULL);
}

static int is_quote(char c)
{
    return c == '"' || c == '\'';
}

static size_t skip_spaces(const char *text, size_t at)
{
    while (text[at] == ' ' || text[at] == '\t')
        at++;
    return at;
}

/* Length of the first of the words, which a NULL ends, that `text` starts with in any case, else 0.
 */
static size_t word_at(const char *text, const char *const *words)
{
    size_t size = 0;
    for (; size == 0 && *words != NULL; words++)
        size = mf_str_prefix_nocase(text, *words);
    return size;
}

/* Length of "Basic ", "Bearer " and the like at `text`, else 0. */
static size_t scheme_word(const char *text)
{
    static const char *const words[] = {"Basic ",     "Bearer ", "Digest ",
                                        "Negotiate ", "NTLM ",   NULL};
    return word_at(text, words);
}

/* Moves over the quote before a value. *ends, the bytes at which it ends, become those of a quoted
 * one. */
static size_t skip_quote(const char *text, size_t at, const char **ends)
{
    if (!is_quote(text[at]))
        return at;
    *ends = text[at] == '"' ? "\"\r\n" : "'\r\n";
    return at + 1;
}

/* "Authorization: Basic abc", `"cookie": "a=b"`: hides to the end of the quotes or of the line. */
static size_t mask_header(char *text, size_t at)
{
    static const char *const names[] = {
        "authorization", "proxy-authorization", "cookie", "set-cookie",
        "x-api-key",     "x-auth-token",        NULL};
    const size_t name = word_at(text + at, names);
    if (name == 0)
        return at;
    size_t i = at + name;
    i = skip_spaces(text, i + (size_t)is_quote(text[i]));
    if (text[i] != ':' && text[i] != '=')
        return at;
    const char *ends = "\r\n";
    i = skip_quote(text, skip_spaces(text, i + 1), &ends);
    i += scheme_word(text + i);
    return mask(text, i, strcspn(text + i, ends));
}

/* `Added cookie name="value" for domain x`, as libcurl's log has it. */
static size_t mask_cookie(char *text, size_t at)
{
    const size_t word = mf_str_prefix_nocase(text + at, "cookie ");
    if (word == 0)
        return at;
    size_t i = at + word + strcspn(text + at + word, "= \t\r\n\"'");
    if (i == at + word || text[i] != '=')
        return at;
    i++;
    const char *ends = text[i] == '"' ? "\"\r\n" : " \t\r\n";
    i += text[i] == '"';
    return mask(text, i, strcspn(text + i, ends));
}

/* `"password": "abc"`, "token=abc": hides the value. "Invalid token: expired" is left alone. */
static size_t mask_field(char *text, size_t at)
{
    static const char *const names[] = {"password", "passwd", "secret",  "token",
                                        "apitoken", "apikey", "api_key", NULL};
    const size_t name = word_at(text + at, names);
    if (name == 0)
        return at;
    size_t i = at + name;
    const int quoted_name = is_quote(text[i]);
    i = skip_spaces(text, i + (size_t)quoted_name);
    if (text[i] != '=' && !(quoted_name && text[i] == ':'))
        return at;
    const char *ends = " \t\r\n&,;)}]";
    i = skip_quote(text, skip_spaces(text, i + 1), &ends);
    return mask(text, i, strcspn(text + i, ends));
}

/* "Basic dXNlcjpwYXNz" anywhere. A digit, a padding or a capital inside tells a token from the word
 * in "basic authentication". */
static size_t mask_scheme(char *text, size_t at)
{
    const size_t word = scheme_word(text + at);
    if (word == 0)
        return at;
    const size_t begin = at + word;
    size_t size = 0;
    int telling = 0;
    for (; is_token_character(text[begin + size]); size++) {
        const char c = text[begin + size];
        telling |= mf_is_digit(c) || c == '=' || (size > 0 && is_upper(c));
    }
    return telling && size >= 8 ? mask(text, begin, size) : at;
}

static size_t mask_jwt(char *text, size_t at)
{
    if (strncmp(text + at, "eyJ", 3) != 0)
        return at;
    size_t size = 0;
    int dots = 0;
    for (; is_token_character(text[at + size]); size++)
        dots += text[at + size] == '.';
    return dots >= 1 && size >= 16 ? mask(text, at, size) : at;
}

/* Behind "://": user info and query of the URL. Returns the place where scanning goes on. */
static size_t mask_url(char *text, size_t at)
{
    size_t authority = at + strcspn(text + at, "/?#\\ \t\r\n\"'<>");
    for (size_t i = authority; i > at; i--)
        if (text[i - 1] == '@') {
            mask(text, at, i - 1 - at);
            break;
        }
    authority = at + strcspn(text + at, " \t\r\n\"'<>?");
    if (text[authority] != '?')
        return authority;
    const size_t query = authority + 1;
    size_t size = strcspn(text + query, " \t\r\n\"'<>");
    while (size > 0 && strchr(").,;:", text[query + size - 1]) != NULL)
        size--;
    return mask(text, query, size);
}

static size_t mask_at(char *text, size_t at)
{
    static size_t (*const masks[])(char *, size_t) = {mask_header, mask_cookie, mask_field,
                                                      mask_scheme, mask_jwt};
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        const size_t next = masks[i](text, at);
        if (next > at)
            return next;
    }
    return at + 1;
}

void mf_redact(char *text)
{
    if (text == NULL)
        return;
    mask_registered(text);
    for (size_t i = 0; text[i] != '\0';) {
        if (strncmp(text + i, "://", 3) == 0)
            i = mask_url(text, i + 3);
        else if (strncmp(text + i, ":\\/\\/", 5) == 0)
            i = mask_url(text, i + 5);
        else if (i == 0 || !is_alphanumeric(text[i - 1]))
            i = mask_at(text, i);
        else
            i++;
    }
}

/* ---- documents ------------------------------------------------------------------------------ */

/* Members that hold credentials, whatever their case. */
static int is_secret_name(const char *name)
{
    static const char *const words[] = {"password", "login", "token", "secret", "authorization"};
    for (size_t i = 0; i < sizeof words / sizeof *words; ++i) {
        if (mf_str_find_nocase(name, words[i]) != NULL)
            return 1;
    }
    return 0;
}

/* Removes credentials and the secret parts of URLs from a document, in place. */
static void remove_secrets(cJSON *item)
{
    if (cJSON_IsString(item)) {
        if (item->string != NULL && is_secret_name(item->string))
            cJSON_SetValuestring(item, "");
        else
            mf_redact(item->valuestring);
    }
    for (cJSON *child = item->child; child != NULL; child = child->next)
        remove_secrets(child);
}

char *mf_redact_document(const cJSON *document)
{
    cJSON *const copy = cJSON_Duplicate(document, 1);
    if (copy == NULL)
        return NULL;
    remove_secrets(copy);
    char *const text = cJSON_PrintUnformatted(copy);
    cJSON_Delete(copy);
    return text;
}
