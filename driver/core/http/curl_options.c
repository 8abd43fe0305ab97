/* SPDX-License-Identifier: MIT */
#include "http/curl_options_internal.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "base/str.h"

/* Sets an option that takes a long: libcurl checks the type. */
static void set_long(CURL *easy, CURLoption option, long value)
{
    curl_easy_setopt(easy, option, value);
}

/* Sets what applies unless the host has set it. */
static void set_defaults(CURL *easy, const struct mf_transport_options *options,
                         const struct mf_request *request)
{
    const double silence = request->silence > 0 ? request->silence : options->low_speed_time;

    set_long(easy, CURLOPT_CONNECTTIMEOUT, 10);
    set_long(easy, CURLOPT_LOW_SPEED_TIME, (long)silence);
    set_long(easy, CURLOPT_LOW_SPEED_LIMIT, (long)options->low_speed_limit);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, options->user_agent);
    /* One exchange at a time gains nothing from HTTP/2, and GDAL found it slower. */
    set_long(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    set_long(easy, CURLOPT_TCP_NODELAY, 1);
}

/* ---- headers ------------------------------------------------------------------------------- */

static int append_line(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer == NULL)
        return -1;
    *list = longer;
    return 0;
}

static int append_header(struct curl_slist **list, const char *name, const char *value)
{
    char *line = mf_str_format("%s: %s", name, value);
    const int failed = line == NULL ? -1 : append_line(list, line);
    free(line);
    return failed;
}

/* "Name: value", "Name:" and "Name;" all name a header. */
static bool has_name(const char *line, const char *name)
{
    const size_t size = strcspn(line, ":; ");
    return size == strlen(name) && curl_strnequal(line, name, size);
}

static bool is_one_of(const char *line, const char *const *names)
{
    while (*names != NULL && !has_name(line, *names))
        names++;
    return *names != NULL;
}

/* Returns whether a header that the user set for all GDAL requests belongs in this one. */
static bool is_host_header_wanted(const struct mf_curl_hop *hop, const char *line)
{
    static const char *const ours[] = {"Content-Type", "Content-Length", "Transfer-Encoding",
                                       "Expect",       "Range",          NULL};
    static const char *const harmless[] = {"User-Agent", "Accept", "Accept-Encoding", NULL};
    for (const char *const *own = hop->request->headers; own != NULL && *own != NULL; own++)
        if (curl_strnequal(*own, line, strcspn(*own, ":;") + 1))
            return false;
    if (strpbrk(line, "\r\n") != NULL || is_one_of(line, ours) ||
        (hop->request->authorization != NULL && has_name(line, "Authorization")))
        return false;
    return hop->is_home || is_one_of(line, harmless);
}

static int build_headers(struct curl_slist **list, const struct mf_curl_hop *hop,
                         const struct curl_slist *host)
{
    const struct mf_request *request = hop->request;
    for (; host != NULL; host = host->next)
        if (is_host_header_wanted(hop, host->data) && append_line(list, host->data) != 0)
            return -1;
    for (const char *const *line = request->headers; line != NULL && *line != NULL; line++)
        if (append_line(list, *line) != 0)
            return -1;
    if (hop->is_home && request->authorization != NULL &&
        append_header(list, "Authorization", request->authorization) != 0)
        return -1;
    /* "Content-Type:" keeps libcurl from declaring the body a form, "Expect:" from waiting a second
     * for a "100 Continue" that few servers send. An upload is worth the second. */
    const bool has_body = request->body != NULL || request->upload != NULL;
    if (has_body && request->content_type != NULL
            ? append_header(list, "Content-Type", request->content_type) != 0
            : append_line(list, "Content-Type:") != 0)
        return -1;
    return request->upload != NULL && !hop->is_unannounced ? 0 : append_line(list, "Expect:");
}

/* ---- what the transport depends on --------------------------------------------------------- */

static void set_method(CURL *easy, const struct mf_curl_hop *hop)
{
    const struct mf_request *const request = hop->request;
    if (request->upload != NULL) {
        mf_upload_set_options(easy, hop->upload);
        return;
    }
    const bool has_body = request->body != NULL || strcmp(request->method, "POST") == 0;
    set_long(easy, has_body ? CURLOPT_POST : CURLOPT_HTTPGET, 1);
    if (has_body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)(request->body != NULL ? request->body_size : 0));
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body != NULL ? request->body : "");
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

/* libcurl must not add its own credentials where ours go, nor any where ours must not go. */
static void set_auth(CURL *easy, const struct mf_curl_hop *hop)
{
    if (hop->is_home && hop->request->authorization == NULL)
        return;
    set_long(easy, CURLOPT_NETRC, CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_USERPWD, NULL);
    curl_easy_setopt(easy, CURLOPT_XOAUTH2_BEARER, NULL);
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    if (hop->is_home)
        return;
    curl_easy_setopt(easy, CURLOPT_COOKIE, NULL);
    curl_easy_setopt(easy, CURLOPT_COOKIEJAR, NULL);
    curl_easy_setopt(easy, CURLOPT_COOKIEFILE, NULL); /* also drops the cookies of a jar */
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
    set_method(easy, hop);
    set_auth(easy, hop);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
    set_long(easy, CURLOPT_HEADEROPT, CURLHEADER_SEPARATE); /* sends none of it to a proxy */
    set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1);
    set_long(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1);
    set_long(easy, CURLOPT_FOLLOWLOCATION, 0); /* the transport decides which origin is trusted */
    set_long(easy, CURLOPT_FAILONERROR, 0);
    set_long(easy, CURLOPT_HEADER, 0);
    set_long(easy, CURLOPT_HTTP_CONTENT_DECODING, 1);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip"); /* a header of that name wins */
    set_long(easy, CURLOPT_NOSIGNAL, 1);
    set_long(easy, CURLOPT_NOPROGRESS, 1);
    if (hop->request->sink != NULL)
        set_long(easy, CURLOPT_BUFFERSIZE, 512L << 10);
    if (hop->request->send_once || hop->request->upload != NULL) {
        /* libcurl resends a request if a kept-alive connection is dead or HTTP/2 refuses it. */
        set_long(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
        set_long(easy, CURLOPT_FRESH_CONNECT, 1);
        set_long(easy, CURLOPT_FORBID_REUSE, 1);
    }
}

/* ---- libcurl's log ------------------------------------------------------------------------- */

/* Masks "Added cookie sid="abc" for domain h", and headers of HTTP/2: "[x-key: abc]". */
static void hide_in_remark(char *line)
{
    char *const cookie = strstr(line, "cookie ");
    if (cookie != NULL)
        cookie[strcspn(cookie, "=")] = '\0';
    for (char *open = line; (open = strchr(open, '[')) != NULL;)
        mf_redact_header(++open);
}

static void log_line(const struct mf_transport_hooks *hooks, char mark, const char *data,
                     size_t size)
{
    char *line = mf_str_format("%c %.*s", mark, size < 8192 ? (int)size : 8192, data);
    if (line == NULL)
        return;
    mf_redact(line);
    if (mark == '>')
        mf_redact_header(line + 2);
    if (mark == '*')
        hide_in_remark(line);
    mf_str_clean(line, 0);
    if (line[1] != '\0')
        hooks->debug(hooks->ctx, line);
    free(line);
}

static int on_debug(CURL *easy, curl_infotype type, char *data, size_t size, void *ctx)
{
    (void)easy;
    if (type > CURLINFO_HEADER_OUT)
        return 0; /* bodies and TLS records are never printed */
    const char mark = "*<>"[type];
    while (size > 0) {
        const char *end = memchr(data, '\n', size);
        const size_t part = end != NULL ? (size_t)(end - data) : size;
        log_line(ctx, mark, data, part);
        data += part + (end != NULL);
        size -= part + (end != NULL);
    }
    return 0;
}

/* The host may have enabled libcurl's log, with a printer that does not know our secrets. Send it
 * through ours. */
static void set_log(CURL *easy, const struct mf_transport_hooks *hooks, bool is_secret)
{
    const bool wanted = !is_secret && hooks->debug != NULL && hooks->wants_verbose != NULL &&
                        hooks->wants_verbose(hooks->ctx);
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
    set_defaults(easy, options, hop->request);
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
    set_log(easy, hooks, hop->request->is_secret);
    return 0;
}
