#include "http/url.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

static int is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The text may be a secret (user info): messages never repeat it. */
static int refuse(struct mf_error *err, const char *why)
{
    return mf_error_set(err, MF_ERR_ARGUMENT,
                        "The URL %s: an address such as https://api.mapflow.ai/rest is expected",
                        why);
}

/* Copies the host in lower case. Returns what follows it, NULL when it is no host name. */
static const char *take_host(struct mf_url *url, const char *p, const char *end)
{
    const int bracketed = p < end && *p == '[';
    size_t size = 0;
    for (; p < end; p++) {
        const int in_brackets = bracketed && (*p == '[' || *p == ']' || *p == ':');
        if (!bracketed && *p == ':')
            break;
        if ((!is_alphanumeric(*p) && *p != '.' && *p != '-' && *p != '_' && !in_brackets) ||
            size + 1 >= sizeof url->host)
            return NULL;
        url->host[size++] = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
        if (bracketed && *p == ']') {
            p++;
            break;
        }
    }
    url->host[size] = '\0';
    if (size == 0 || (bracketed && url->host[size - 1] != ']'))
        return NULL;
    return p;
}

static int take_port(struct mf_url *url, const char *p, const char *end)
{
    url->port = url->is_https ? 443 : 80;
    if (p == end)
        return 0;
    if (*p++ != ':')
        return -1;
    if (p == end)
        return 0; /* "host:" names the scheme's own port */
    long port = 0;
    for (; p < end; p++) {
        if (*p < '0' || *p > '9' || port > 65535)
            return -1;
        port = port * 10 + (*p - '0');
    }
    url->port = (int)port;
    return port >= 1 && port <= 65535 ? 0 : -1;
}

int mf_url_parse(struct mf_url *url, const char *text, struct mf_error *err)
{
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
    const char *begin = text + scheme;
    const char *end = begin + strcspn(begin, "/?#");
    for (const char *c = begin; c < end; c++)
        if (*c == '@') {
            url->has_user_info = 1;
            begin = c + 1;
        }
    const char *after_host = take_host(url, begin, end);
    if (after_host == NULL)
        return refuse(err, "names no host");
    if (take_port(url, after_host, end) != 0)
        return refuse(err, "has a bad port number");
    url->path_offset = (size_t)(end - text);
    const char *fragment = strchr(end, '#');
    const char *query = strchr(end, '?');
    url->has_fragment = fragment != NULL;
    url->has_query = query != NULL && (fragment == NULL || query < fragment);
    return 0;
}

int mf_url_same_origin(const struct mf_url *a, const struct mf_url *b)
{
    return a->is_https == b->is_https && a->port == b->port && strcmp(a->host, b->host) == 0;
}

/* Four whole numbers, so that 127.0.0.1.example.com is not one of us. */
static int is_loopback_ipv4(const char *host)
{
    int part = -1, parts = 0;
    for (const char *p = host;; p++) {
        if (*p >= '0' && *p <= '9') {
            part = (part < 0 ? 0 : part) * 10 + (*p - '0');
            if (part > 255)
                return 0;
            continue;
        }
        if (part < 0 || (*p != '.' && *p != '\0') || (parts == 0 && part != 127))
            return 0;
        parts++;
        part = -1;
        if (*p == '\0')
            return parts == 4;
    }
}

int mf_url_is_loopback(const struct mf_url *url)
{
    return strcmp(url->host, "localhost") == 0 || strcmp(url->host, "[::1]") == 0 ||
           is_loopback_ipv4(url->host);
}

void mf_url_origin(const struct mf_url *url, char origin[MF_URL_ORIGIN_SIZE])
{
    const char *scheme = url->is_https ? "https" : "http";
    if (url->port == (url->is_https ? 443 : 80))
        snprintf(origin, MF_URL_ORIGIN_SIZE, "%s://%s", scheme, url->host);
    else
        snprintf(origin, MF_URL_ORIGIN_SIZE, "%s://%s:%d", scheme, url->host, url->port);
}
