#include "http/curl_options_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "base/str.h"

/* curl checks that a long is a long; these are the ones that are set. */
static void set_long(CURL *easy, CURLoption option, long value)
{
    curl_easy_setopt(easy, option, value);
}

/* What holds when the host has not set it. */
static void set_defaults(CURL *easy, const struct mf_transport_options *options)
{
    set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(options->connect_timeout * 1000));
    set_long(easy, CURLOPT_LOW_SPEED_TIME, (long)options->low_speed_time);
    set_long(easy, CURLOPT_LOW_SPEED_LIMIT, (long)options->low_speed_limit);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, options->user_agent);
    /* One exchange at a time gains nothing from HTTP/2, and GDAL found it slower. */
    set_long(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    set_long(easy, CURLOPT_TCP_NODELAY, 1);
}

/* ---- headers ------------------------------------------------------------------------------- */

static int append(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer == NULL)
        return -1;
    *list = longer;
    return 0;
}

static int append_pair(struct curl_slist **list, const char *name, const char *value)
{
    char *line = mf_str_format("%s: %s", name, value);
    const int failed = line == NULL ? -1 : append(list, line);
    free(line);
    return failed;
}

/* "Name: value", "Name:" and "Name;" all name a header. */
static int is_named(const char *line, const char *name)
{
    const size_t size = mf_str_prefix_nocase(line, name);
    return size > 0 && (line[size] == ':' || line[size] == ';' || line[size] == ' ');
}

static int holds_header(const char *const *lines, const char *host_line)
{
    for (; lines != NULL && *lines != NULL; lines++) {
        char *name = mf_str_copy_part(*lines, strcspn(*lines, ":;"));
        const int found = name != NULL && is_named(host_line, name);
        free(name);
        if (found)
            return 1;
    }
    return 0;
}

/* Does a header that the user set for all of GDAL's requests belong into this one? */
static int is_host_header_wanted(const struct mf_curl_hop *hop, const char *line)
{
    static const char *const of_the_body[] = {"Content-Type", "Content-Length", "Transfer-Encoding",
                                              "Expect", "Range"};
    for (size_t i = 0; i < sizeof of_the_body / sizeof of_the_body[0]; i++)
        if (is_named(line, of_the_body[i]))
            return 0;
    if (strpbrk(line, "\r\n") != NULL || holds_header(hop->request->headers, line))
        return 0;
    if (is_named(line, "Authorization"))
        return hop->is_home && hop->request->authorization == NULL;
    return hop->is_home || (!is_named(line, "Cookie") && !is_named(line, "Host"));
}

static int append_host_headers(struct curl_slist **list, const struct mf_curl_hop *hop,
                               const struct curl_slist *host, int *has_accept_encoding)
{
    for (; host != NULL; host = host->next) {
        if (!is_host_header_wanted(hop, host->data))
            continue;
        *has_accept_encoding |= is_named(host->data, "Accept-Encoding");
        if (append(list, host->data) != 0)
            return -1;
    }
    return 0;
}

static int build_headers(struct curl_slist **list, const struct mf_curl_hop *hop,
                         const struct curl_slist *host)
{
    const struct mf_request *request = hop->request;
    int has_accept_encoding = holds_header(request->headers, "Accept-Encoding:");
    if (append_host_headers(list, hop, host, &has_accept_encoding) != 0)
        return -1;
    for (const char *const *line = request->headers; line != NULL && *line != NULL; line++)
        if (append(list, *line) != 0)
            return -1;
    if (hop->is_home && request->authorization != NULL &&
        append_pair(list, "Authorization", request->authorization) != 0)
        return -1;
    if (!has_accept_encoding && append(list, "Accept-Encoding: gzip") != 0)
        return -1;
    /* "Content-Type:" keeps libcurl from calling the body a form, "Expect:" from waiting a second
     * for a "100 Continue" that few servers send. */
    if (request->body != NULL && request->content_type != NULL
            ? append_pair(list, "Content-Type", request->content_type) != 0
            : append(list, "Content-Type:") != 0)
        return -1;
    return append(list, "Expect:");
}

/* ---- what the transport depends on --------------------------------------------------------- */

static void set_method(CURL *easy, const struct mf_request *request)
{
    const int has_body = request->body != NULL || strcmp(request->method, "POST") == 0;
    set_long(easy, has_body ? CURLOPT_POST : CURLOPT_HTTPGET, 1);
    if (has_body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)(request->body != NULL ? request->body_size : 0));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body != NULL ? request->body : "");
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

/* libcurl must not add credentials of its own where ours go, nor any where ours must not go. */
static void set_credentials(CURL *easy, const struct mf_curl_hop *hop)
{
    if (hop->is_home && hop->request->authorization == NULL)
        return;
    set_long(easy, CURLOPT_NETRC, CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_USERPWD, NULL);
    curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, NULL);
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    if (!hop->is_home)
        curl_easy_setopt(easy, CURLOPT_COOKIE, NULL);
}

static void set_protocols(CURL *easy)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    set_long(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
}

static void set_own(CURL *easy, const struct mf_curl_hop *hop, struct curl_slist *list)
{
    curl_easy_setopt(easy, CURLOPT_URL, hop->url);
    set_protocols(easy);
    set_method(easy, hop->request);
    set_credentials(easy, hop);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
    set_long(easy, CURLOPT_HEADEROPT, CURLHEADER_SEPARATE); /* none of it for a proxy */
    set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
    set_long(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1);
    set_long(easy, CURLOPT_FOLLOWLOCATION, 0); /* the transport decides who is trusted */
    set_long(easy, CURLOPT_FAILONERROR, 0);
    set_long(easy, CURLOPT_HEADER, 0);
    set_long(easy, CURLOPT_HTTP_CONTENT_DECODING, 0); /* `body` does that */
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, NULL);
    set_long(easy, CURLOPT_NOSIGNAL, 1);
    set_long(easy, CURLOPT_NOPROGRESS, 1);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, hop->error_buffer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, hop->on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, hop->ctx);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, hop->on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, hop->ctx);
#if LIBCURL_VERSION_NUM >= 0x075000
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, hop->on_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, hop->ctx);
#endif
    if (hop->request->sink != NULL)
        set_long(easy, CURLOPT_BUFFERSIZE, 512L << 10);
    if (hop->request->fresh_connection) {
        set_long(easy, CURLOPT_FRESH_CONNECT, 1);
        set_long(easy, CURLOPT_FORBID_REUSE, 1);
    }
}

/* ---- libcurl's log ------------------------------------------------------------------------- */

static void log_line(const struct mf_transport_hooks *hooks, char mark, const char *data,
                     size_t size)
{
    char *line = mf_str_format("%c %.*s", mark, size < 8192 ? (int)size : 8192, data);
    if (line == NULL)
        return;
    mf_redact(line);
    mf_str_clean(line, 0);
    if (line[1] != '\0')
        hooks->debug(hooks->ctx, line);
    free(line);
}

static int on_debug(CURL *easy, curl_infotype type, char *data, size_t size, void *ctx)
{
    (void)easy;
    const char mark = type == CURLINFO_TEXT ? '*' : type == CURLINFO_HEADER_IN ? '<' : '>';
    if (type != CURLINFO_TEXT && type != CURLINFO_HEADER_IN && type != CURLINFO_HEADER_OUT)
        return 0; /* bodies and TLS records are never printed */
    while (size > 0) {
        const char *end = memchr(data, '\n', size);
        const size_t part = end != NULL ? (size_t)(end - data) : size;
        log_line(ctx, mark, data, part);
        data += part + (end != NULL);
        size -= part + (end != NULL);
    }
    return 0;
}

/* The host may have switched libcurl's log on, with a printer that knows nothing of our secrets: it
 * is ours or none. */
static void set_log(CURL *easy, const struct mf_transport_hooks *hooks)
{
    const int wanted =
        hooks->debug != NULL && hooks->wants_verbose != NULL && hooks->wants_verbose(hooks->ctx);
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
    curl_easy_setopt(easy, CURLOPT_DEBUGDATA, (void *)(uintptr_t)hooks);
    set_long(easy, CURLOPT_VERBOSE, wanted);
}

int mf_curl_set_options(CURL *easy, const struct mf_transport_options *options,
                        const struct mf_curl_hop *hop, struct curl_slist **list,
                        struct mf_error *err)
{
    const struct mf_transport_hooks *hooks = &options->hooks;
    void *host_headers = NULL;
    *list = NULL;
    set_defaults(easy, options);
    if (hooks->configure != NULL)
        host_headers = hooks->configure(hooks->ctx, easy, hop->url);
    const int failed = build_headers(list, hop, host_headers);
    if (host_headers != NULL && hooks->release_headers != NULL)
        hooks->release_headers(hooks->ctx, host_headers);
    if (failed) {
        curl_slist_free_all(*list);
        *list = NULL;
        return mf_out_of_memory(err);
    }
    set_own(easy, hop, *list);
    set_log(easy, hooks);
    return 0;
}
