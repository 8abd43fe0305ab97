/* SPDX-License-Identifier: MIT */
#include "http/url.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* The URL may hold a secret (user info): messages never repeat it. */
static int refuse(struct mf_error *err, const char *why)
{
    return mf_error_set(err, MF_ERR_ARGUMENT,
                        "The URL %s: an address such as https://api.mapflow.ai/rest is expected",
                        why);
}

/* Copies a part, "" if the URL has none. Returns false if it does not fit. */
static bool copy_part(CURLU *parsed, CURLUPart which, unsigned flags, char *out, size_t room)
{
    char *part = NULL;
    const CURLUcode code = curl_url_get(parsed, which, &part, flags);
    const bool fits = code != CURLUE_OUT_OF_MEMORY && (part == NULL || strlen(part) < room);
    snprintf(out, room, "%s", fits && part != NULL ? part : "");
    curl_free(part);
    return fits;
}

/* `written` starts with the host as the URL spells it. Other forms of an IPv6 address are
 * harmless. */
static bool is_read_as_written(const char *host, const char *written)
{
    const size_t size = mf_str_prefix_nocase(written, host);
    return host[0] == '[' || (size > 0 && strchr(":/?#", written[size]) != NULL);
}

int mf_url_parse(struct mf_url *url, const char *text, struct mf_error *err)
{
    char port[8];
    memset(url, 0, sizeof *url);
    for (const char *c = text; *c != '\0'; c++)
        if (*c <= ' ' || *c >= 0x7F || *c == '\\')
            return refuse(err, "holds a space or another character that has to be escaped");
    size_t scheme = mf_str_prefix_nocase(text, "https://");
    url->is_https = scheme > 0;
    if (scheme == 0)
        scheme = mf_str_prefix_nocase(text, "http://");
    if (scheme == 0)
        return refuse(err, "does not start with https:// or http://");
    const char *host = text + scheme;
    for (const char *c = host; strchr("/?#", *c) == NULL; c++)
        if (*c == '@') {
            url->has_user_info = true;
            host = c + 1;
        }

    CURLU *const parsed = curl_url();
    if (parsed == NULL)
        return mf_out_of_memory(err);
    const CURLUcode code = curl_url_set(parsed, CURLUPART_URL, text, 0);
    const bool is_good =
        code == CURLUE_OK && copy_part(parsed, CURLUPART_HOST, 0, url->host, sizeof url->host) &&
        copy_part(parsed, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT, port, sizeof port);
    curl_url_cleanup(parsed);
    if (code == CURLUE_OUT_OF_MEMORY)
        return mf_out_of_memory(err);
    if (!is_good || strcmp(port, "0") == 0 || !is_read_as_written(url->host, host))
        return refuse(err, "has no valid host or port");
    mf_str_lower(url->host);
    const char *const scheme_name = url->is_https ? "https" : "http";
    const char *const colon = port[0] != '\0' ? ":" : "";
    snprintf(url->origin, sizeof url->origin, "%s://%s%s%s", scheme_name, url->host, colon, port);
    return 0;
}

bool mf_url_same_origin(const struct mf_url *a, const struct mf_url *b)
{
    return strcmp(a->origin, b->origin) == 0;
}

/* Returns whether `host` is 127.x.x.x. libcurl writes each IPv4 address as four decimal numbers. */
static bool is_loopback_number(const char *host)
{
    unsigned a, b, c;
    int size = 0;
    return host[strspn(host, "0123456789.")] == '\0' &&
           sscanf(host, "127.%3u.%3u.%3u%n", &a, &b, &c, &size) == 3 && host[size] == '\0' &&
           (a | b | c) < 256;
}

bool mf_url_is_loopback(const struct mf_url *url)
{
    return strcmp(url->host, "localhost") == 0 || strcmp(url->host, "[::1]") == 0 ||
           is_loopback_number(url->host);
}
