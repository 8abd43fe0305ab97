/* SPDX-License-Identifier: MIT */
#include "http/curl_error_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/redact.h"
#include "base/str.h"

int mf_curl_proxy_login_error(bool has_login, struct mf_error *err)
{
    return mf_error_set(err, MF_ERR_NETWORK,
                        has_login ? "The proxy does not accept its user name or password (HTTP "
                                    "407): check GDAL_HTTP_PROXYUSERPWD, and GDAL_PROXY_AUTH if "
                                    "it is not Basic"
                                  : "The proxy wants a user name and a password (HTTP 407): set "
                                    "GDAL_HTTP_PROXYUSERPWD, and GDAL_PROXY_AUTH if it is not "
                                    "Basic");
}

/* Sets the error for a proxy that answered CONNECT with something other than 200. */
static int proxy_refusal(long status, bool has_login, bool *is_transient, struct mf_error *err)
{
    *is_transient = status == 429 || status == 502 || status == 503 || status == 504;
    if (status == 407)
        return mf_curl_proxy_login_error(has_login, err);
    return mf_error_set(err, MF_ERR_NETWORK,
                        "The proxy refused the connection (HTTP %ld): check GDAL_HTTP_PROXY and "
                        "https_proxy",
                        status);
}

enum when { EITHER, BEFORE, AFTER }; /* before or after a 2xx answer has begun */

/* The message is "<before><origin><after> (<detail>)<advice>", without the origin if `after` is
 * NULL. A lost connection, also in a TLS handshake, is transient; a wrong certificate is not. */
static const struct failure {
    CURLcode code;
    enum when when;
    enum mf_error_kind kind;
    bool is_transient;
    const char *before, *after, *advice;
    const char *detail; /* contains these words, in any case; NULL: any detail */
} failures[] = {
    {CURLE_COULDNT_RESOLVE_HOST, EITHER, MF_ERR_NETWORK, true, "The address of ", " is unknown",
     ": check the network, API_URL and the proxy (GDAL_HTTP_PROXY, https_proxy)", NULL},
    {CURLE_COULDNT_RESOLVE_PROXY, EITHER, MF_ERR_NETWORK, false,
     "The address of the proxy is unknown", NULL, ": check GDAL_HTTP_PROXY and https_proxy", NULL},
    {CURLE_COULDNT_CONNECT, EITHER, MF_ERR_NETWORK, true, "Cannot connect to ", "",
     ": check the network and the proxy (GDAL_HTTP_PROXY, https_proxy)", NULL},
    {CURLE_OPERATION_TIMEDOUT, AFTER, MF_ERR_TRUNCATED, true, "The answer of ", " stopped coming",
     ": GDAL_HTTP_LOW_SPEED_TIME and GDAL_HTTP_TIMEOUT set the limits", NULL},
    {CURLE_OPERATION_TIMEDOUT, BEFORE, MF_ERR_NETWORK, true, "", " does not answer",
     ": check the network, or set GDAL_HTTP_CONNECTTIMEOUT, GDAL_HTTP_LOW_SPEED_TIME or "
     "GDAL_HTTP_TIMEOUT",
     NULL},
    {CURLE_RECV_ERROR, AFTER, MF_ERR_TRUNCATED, true, "The answer of ", " was cut short", "", NULL},
    {CURLE_RECV_ERROR, BEFORE, MF_ERR_NETWORK, true, "", " closed the connection without an answer",
     "", NULL},
    {CURLE_BAD_CONTENT_ENCODING, EITHER, MF_ERR_FORMAT, false, "The answer of ",
     " cannot be decoded", "", NULL},
    {CURLE_WRITE_ERROR, EITHER, MF_ERR_TRUNCATED, true, "The answer of ", " is damaged", "", NULL},
    {CURLE_SSL_CONNECT_ERROR, EITHER, MF_ERR_NETWORK, true, "No TLS connection to ", "", "", NULL},
    {CURLE_SSL_CACERT_BADFILE, EITHER, MF_ERR_NETWORK, false,
     "The file of trusted certificates cannot be read", NULL,
     ": check CURL_CA_BUNDLE, GDAL_CURL_CA_BUNDLE and SSL_CERT_FILE", NULL},
    {CURLE_SSL_CERTPROBLEM, EITHER, MF_ERR_NETWORK, false, "The client certificate cannot be used",
     NULL, ": check GDAL_HTTP_SSLCERT and GDAL_HTTP_SSLKEY", NULL},
    /* The wording of OpenSSL, GnuTLS and Schannel. Older GnuTLS uses the same words for all. */
    {CURLE_PEER_FAILED_VERIFICATION, EITHER, MF_ERR_NETWORK, false, "The certificate of ",
     " has expired", ": check the clock of this machine, or report it to whoever runs the server",
     "expired"},
    {CURLE_PEER_FAILED_VERIFICATION, EITHER, MF_ERR_NETWORK, false, "The certificate of ",
     " is for another host", ": check API_URL", "match"},
    {CURLE_PEER_FAILED_VERIFICATION, EITHER, MF_ERR_NETWORK, false, "The certificate of ",
     " is for another host", ": check API_URL", "wrong_principal"},
    {CURLE_PEER_FAILED_VERIFICATION, EITHER, MF_ERR_NETWORK, false, "The certificate of ",
     " is not trusted",
     ": if a proxy of your network signs it, set CURL_CA_BUNDLE to a file with the certificate of "
     "its authority; or it has expired, by the clock of this machine",
     NULL},
    {CURLE_WEIRD_SERVER_REPLY, EITHER, MF_ERR_FORMAT, false, "", " does not answer in HTTP", "",
     NULL},
    {CURLE_URL_MALFORMAT, EITHER, MF_ERR_ARGUMENT, false, "The URL at ", " is malformed", "", NULL},
    {CURLE_OK, EITHER, MF_ERR_NETWORK, false, "The exchange with ", " failed", "",
     NULL}, /* any other */
};

/* Maps all codes of one meaning to one. */
static CURLcode canonical(CURLcode code, const char *detail)
{
    switch (code) {
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return CURLE_RECV_ERROR;
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return CURLE_PEER_FAILED_VERIFICATION;
    case CURLE_UNSUPPORTED_PROTOCOL:
        return strstr(detail, "HTTP/0.9") != NULL ? CURLE_WEIRD_SERVER_REPLY : code;
    case CURLE_BAD_CONTENT_ENCODING: /* an unknown one, or damaged data; WRITE: excess data */
        return strstr(detail, "Unrecognized") != NULL ? code : CURLE_WRITE_ERROR;
    default:
        return code;
    }
}

static bool is_like(const struct failure *failure, CURLcode code, const char *reason,
                    bool has_begun)
{
    return failure->code == code && failure->when != (has_begun ? BEFORE : AFTER) &&
           (failure->detail == NULL || mf_str_find_nocase(reason, failure->detail) != NULL);
}

int mf_curl_error(CURLcode code, CURL *easy, const char *detail, const struct mf_url *url,
                  bool has_begun, bool has_proxy_login, bool *is_transient, struct mf_error *err)
{
    char reason[CURL_ERROR_SIZE];
    snprintf(reason, sizeof reason, "%s", detail[0] != '\0' ? detail : curl_easy_strerror(code));
    mf_redact(reason);
    mf_str_clean(reason, 0);
    *is_transient = false;
    long connect_status = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    if (!has_begun && connect_status >= 300)
        return proxy_refusal(connect_status, has_proxy_login, is_transient, err);
    if (code == CURLE_OUT_OF_MEMORY)
        return mf_out_of_memory(err);
    code = canonical(code, reason);
    const struct failure *failure = failures;
    while (failure->code != CURLE_OK && !is_like(failure, code, reason, has_begun))
        failure++;
    *is_transient = failure->is_transient;
    return mf_error_set(err, failure->kind, "%s%s%s (%s)%s", failure->before,
                        failure->after != NULL ? url->origin : "",
                        failure->after != NULL ? failure->after : "", reason, failure->advice);
}
