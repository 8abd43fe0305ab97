/* SPDX-License-Identifier: MIT */
#include "base/redact.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/str.h"
#include "base/thread.h"

/* ---- registered secrets -------------------------------------------------------------------- */

struct secret {
    struct secret *next;
    char text[]; /* NUL-terminated */
};

/* Longest first, so that no part of a long secret survives a short one inside it. Guarded by the
 * global lock. */
static struct secret *secrets;

int mf_redact_add(const char *secret, struct mf_error *err)
{
    const size_t size = secret != NULL ? strlen(secret) : 0;
    if (size == 0)
        return 0;
    struct secret *entry = malloc(sizeof *entry + size + 1);
    if (entry == NULL)
        return mf_out_of_memory(err);
    memcpy(entry->text, secret, size + 1);
    mf_global_lock();
    struct secret **place = &secrets;
    while (*place != NULL && strlen((*place)->text) > size)
        place = &(*place)->next;
    entry->next = *place;
    *place = entry;
    mf_global_unlock();
    return 0;
}

void mf_redact_remove(const char *secret)
{
    mf_global_lock();
    struct secret **place = &secrets;
    while (*place != NULL && (secret == NULL || strcmp((*place)->text, secret) != 0))
        place = &(*place)->next;
    struct secret *const entry = *place;
    if (entry != NULL)
        *place = entry->next;
    mf_global_unlock();
    free(entry);
}

/* Replaces text[at .. at+size) by up to three stars. Returns the position after them. */
static size_t mask(char *text, size_t at, size_t size)
{
    const size_t stars = size < 3 ? size : 3;
    memset(text + at, '*', stars);
    memmove(text + at + stars, text + at + size, strlen(text + at + size) + 1);
    return at + stars;
}

/* Returns the bytes at p that stand for c: itself, as in %2F, or as in \/ (JSON). 0 if none do. */
static size_t match_character(const char *p, char c)
{
    if (*p == c)
        return 1;
    if (p[0] == '%' && mf_hex_digit(p[1]) >= 0 && mf_hex_digit(p[2]) >= 0 &&
        mf_hex_digit(p[1]) * 16 + mf_hex_digit(p[2]) == (unsigned char)c)
        return 3;
    return p[0] == '\\' && p[1] == c ? 2 : 0;
}

/* Returns the length of the secret at `text`, with any padding after it; 0 if it is not there. */
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

static bool is_quote(char c)
{
    return c == '"' || c == '\'';
}

/* Returns whether text[at .. at+size) is the whole string, or all after a "name:" or "name=". */
static bool is_whole_value(const char *text, size_t at, size_t size)
{
    const char after = text[at + size];
    if (at == 0 && after == '\0')
        return true;
    at -= at > 0 && is_quote(text[at - 1]);
    while (at > 0 && text[at - 1] == ' ')
        at--;
    return at > 0 && strchr(":=", text[at - 1]) != NULL && strchr("\"'\r\n&,;)}]@<", after) != NULL;
}

/* Masks the registered secrets of at least `least` characters. */
static void mask_registered(char *text, size_t least)
{
    mf_global_lock();
    for (const struct secret *entry = secrets; entry != NULL; entry = entry->next) {
        const size_t length = strlen(entry->text);
        for (size_t i = 0; length >= least && text[i] != '\0';) {
            const size_t size = match_secret(text + i, entry->text);
            const bool is_hidden =
                size > 0 && (length >= MF_REDACT_ANYWHERE || is_whole_value(text, i, size));
            i = is_hidden ? mask(text, i, size) : i + 1;
        }
    }
    mf_global_unlock();
}

/* ---- values by their name ------------------------------------------------------------------ */

/* Returns the length of the name at `text`: of a header, a member, a parameter or an option. */
static size_t name_size(const char *text)
{
    return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
}

/* Decides by the end of the name: the value of API_TOKEN_FILE is a path. */
static bool is_secret_name(const char *name, size_t size)
{
    static const char *const ends[] = {"password", "passwd", "secret",        "token", "key",
                                       "login",    "-auth",  "authorization", "cookie"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const size_t length = strlen(ends[i]);
        if (size >= length && mf_str_prefix_nocase(name + size - length, ends[i]) > 0)
            return true;
    }
    return false;
}

/* Returns whether text[at .. at+size) before a colon is the name of a header. Prose has colons, too
 * ("invalid token: expired"), so most names without a hyphen count only in a log line. */
static bool is_header_name(const char *text, size_t at, size_t size)
{
    const char *const name = text + at;
    return memchr(name, '-', size) != NULL || (at == 2 && text[0] == '<') ||
           mf_str_prefix_nocase(name, "authorization") == size ||
           mf_str_prefix_nocase(name, "cookie") == size;
}

/* Masks the value at text[at], up to one of the bytes in `ends`. Keeps the word Basic or Bearer. */
static size_t mask_value(char *text, size_t at, const char *ends)
{
    at += mf_str_prefix_nocase(text + at, "Basic ");
    at += mf_str_prefix_nocase(text + at, "Bearer ");
    return mask(text, at, strcspn(text + at, ends));
}

/* Masks the value of a name of `size` bytes. Returns the position after it, or after the name. */
static size_t mask_named(char *text, size_t at, size_t size)
{
    size_t i = at + size;
    if (!is_secret_name(text + at, size))
        return i;
    const bool is_quoted = is_quote(text[i]);
    i += is_quoted;
    i += strspn(text + i, " \t");
    const bool is_header = text[i] == ':' && !is_quoted && is_header_name(text, at, size);
    if (text[i] != '=' && !is_header && !(text[i] == ':' && is_quoted))
        return at + size;
    i++;
    i += strspn(text + i, " \t");
    const char *ends = is_header ? "\r\n" : " \t\r\n&,;)}]";
    if (is_quote(text[i]))
        ends = text[i++] == '"' ? "\"\r\n" : "'\r\n";
    return mask_value(text, i, ends);
}

void mf_redact_header(char *line)
{
    static const char *const harmless[] = {
        "accept:",     "accept-encoding:", "accept-language:",  "cache-control:",
        "connection:", "content-type:",    "content-length:",   "expect:",
        "host:",       "if-range:",        "proxy-connection:", "range:",
        "upgrade:",    "user-agent:",      "transfer-encoding:"};
    const size_t size = name_size(line);
    if (size == 0 || line[size] != ':')
        return;
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (mf_str_prefix_nocase(line, harmless[i]) > 0)
            return;
    mask_value(line, size + 1 + strspn(line + size + 1, " \t"), "");
}

/* ---- text ---------------------------------------------------------------------------------- */

/* Masks user info and query of a URL, from after its "://". Returns where scanning continues. */
static size_t mask_url(char *text, size_t at)
{
    size_t end = at + strcspn(text + at, "/?#\\ \t\r\n\"'<>");
    for (size_t i = end; i > at; i--)
        if (text[i - 1] == '@') {
            mask(text, at, i - 1 - at);
            break;
        }
    end = at + strcspn(text + at, " \t\r\n\"'<>?");
    if (text[end] != '?')
        return end;
    size_t size = strcspn(text + end + 1, " \t\r\n\"'<>");
    while (size > 0 && strchr(").,;:", text[end + size]) != NULL)
        size--;
    return mask(text, end + 1, size);
}

void mf_redact(char *text)
{
    if (text == NULL)
        return;
    mask_registered(text, 0);
    for (size_t i = 0; text[i] != '\0';) {
        const size_t size = name_size(text + i);
        if (size > 0)
            i = mask_named(text, i, size);
        else if (strncmp(text + i, "://", 3) == 0)
            i = mask_url(text, i + 3);
        else if (strncmp(text + i, ":\\/\\/", 5) == 0)
            i = mask_url(text, i + 5);
        else
            i++;
    }
}

/* ---- documents ----------------------------------------------------------------------------- */

static bool is_credential(const char *name)
{
    static const char *const words[] = {"password", "login", "token", "secret", "authorization"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (mf_str_find_nocase(name, words[i]) != NULL)
            return true;
    return false;
}

/* cJSON prints 15 digits if they are nearly right, and cannot print infinity. Stores the printed
 * form of a number that cJSON would change. Returns -1 without memory. */
static int keep_number(cJSON *item)
{
    char text[MF_NUMBER_TEXT_SIZE];
    const double value = item->valuedouble;
    snprintf(text, sizeof text, "%.15g", value);
    if (isfinite(value) && strtod(text, NULL) == value)
        return 0;
    const size_t size = mf_number_format(value, text);
    if (!isfinite(value))
        snprintf(text, sizeof text, "%s", value < 0 ? "-1e999" : "1e999");
    else if (size > 2 && strcmp(text + size - 2, ".0") == 0)
        text[size - 2] = '\0';
    item->valuestring = cJSON_malloc(sizeof text);
    if (item->valuestring == NULL)
        return -1;
    memcpy(item->valuestring, text, sizeof text);
    item->type = (item->type & ~0xFF) | cJSON_Raw;
    return 0;
}

/* "url" (the user's uploaded imagery), "tileUrl" and the like: such a URL grants access. */
static bool is_address(const char *name)
{
    const size_t size = strlen(name);
    return strcmp(name, "url") == 0 || (size > 3 && strcmp(name + size - 3, "Url") == 0);
}

/* Prepares a tree for printing. Returns -1 without memory. */
static int prepare(cJSON *item, bool for_people)
{
    const char *const name = item->string != NULL ? item->string : "";
    if (cJSON_IsNumber(item) && keep_number(item) != 0)
        return -1;
    if (cJSON_IsString(item) && is_credential(name))
        item->valuestring[0] = '\0';
    else if (cJSON_IsString(item) && (for_people || is_address(name)))
        mf_redact(item->valuestring);
    else if (cJSON_IsString(item))
        mask_registered(item->valuestring, MF_REDACT_TOKEN);
    for (cJSON *child = item->child; child != NULL; child = child->next)
        if (prepare(child, for_people) != 0)
            return -1;
    return 0;
}

/* Prints and deletes a tree, which may be NULL. */
static char *print(cJSON *tree, bool for_people)
{
    char *const text =
        tree != NULL && prepare(tree, for_people) == 0 ? cJSON_PrintUnformatted(tree) : NULL;
    cJSON_Delete(tree);
    return text;
}

char *mf_document_print(const cJSON *document)
{
    return print(cJSON_Duplicate(document, 1), false);
}

char *mf_document_redact(const char *document)
{
    return print(cJSON_Parse(document), true);
}
