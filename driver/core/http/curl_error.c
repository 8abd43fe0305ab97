/* SPDX-License-Identifier: MIT */
#include "http/curl_error_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/redact.h"
#include "base/str.h"

/* A proxy that answered the CONNECT with something else than 200. */
static int proxy_refusal(long status, bool *is_transient, struct mf_error *err)
{
    *is_transient = status == 429 || status == 502 || status == 503 || status == 504;
    if (status == 407)
        return mf_error_set(
            err, MF_ERR_NETWORK,
            "The proxy wants a user name and a password, or does not accept those it "
            "got (HTTP 407): set "
            "GDAL_HTTP_PROXYUSERPWD, and GDAL_PROXY_AUTH if it is not Basic");
    return mf_error_set(err, MF_ERR_NETWORK,
                        "The proxy refused the connection (HTTP %ld): check GDAL_HTTP_PROXY and "
                        "https_proxy",
                        status);
}

enum when { EITHER, BEFORE, AFTER }; /* a 2xx answer had begun */

/* "<before><origin><after> (<detail>)<advice>"; without `after` the origin does not matter. A lost
 * connection, also in a TLS handshake, is transient; a wrong certificate is not. */
static const struct failure {
    CURLcode code;
    enum when when;
    enum mf_error_kind kind;
    bool is_transient;
    const char *before, *after, *advice;
} failures[] = {
    {CURLE_COULDNT_RESOLVE_HOST, EITHER, MF_ERR_NETWORK, true, "The address of ", " is unknown",
     ": check the network and the URL, or set GDAL_HTTP_PROXY if a proxy leads out of your "
     "network"},
    {CURLE_COULDNT_RESOLVE_PROXY, EITHER, MF_ERR_NETWORK, false,
     "The address of the proxy is unknown", NULL, ": check GDAL_HTTP_PROXY and https_proxy"},
    {CURLE_COULDNT_CONNECT, EITHER, MF_ERR_NETWORK, true, "Cannot connect to ", "",
     ": check the network, or set GDAL_HTTP_PROXY if a proxy leads out of your network"},
    {CURLE_OPERATION_TIMEDOUT, AFTER, MF_ERR_TRUNCATED, true, "The answer of ", " stopped coming",
     ": GDAL_HTTP_LOW_SPEED_TIME and GDAL_HTTP_TIMEOUT set the limits"},
    {CURLE_OPERATION_TIMEDOUT, BEFORE, MF_ERR_NETWORK, true, "", " does not answer",
     ": check the network, or set GDAL_HTTP_CONNECTTIMEOUT, GDAL_HTTP_LOW_SPEED_TIME or "
     "GDAL_HTTP_TIMEOUT"},
    {CURLE_RECV_ERROR, AFTER, MF_ERR_TRUNCATED, true, "The answer of ", " was cut short", ""},
    {CURLE_RECV_ERROR, BEFORE, MF_ERR_NETWORK, true, "", " closed the connection without an answer",
     ""},
    {CURLE_BAD_CONTENT_ENCODING, EITHER, MF_ERR_FORMAT, false, "The answer of ",
     " cannot be decoded", ""},
    {CURLE_WRITE_ERROR, EITHER, MF_ERR_TRUNCATED, true, "The answer of ", " is damaged", ""},
    {CURLE_SSL_CONNECT_ERROR, EITHER, MF_ERR_NETWORK, true, "No TLS connection to ", "", ""},
    {CURLE_SSL_CACERT_BADFILE, EITHER, MF_ERR_NETWORK, false,
     "The file of trusted certificates cannot be read", NULL,
     ": check CURL_CA_BUNDLE, GDAL_CURL_CA_BUNDLE and SSL_CERT_FILE"},
    {CURLE_SSL_CERTPROBLEM, EITHER, MF_ERR_NETWORK, false, "The client certificate cannot be used",
     NULL, ": check GDAL_HTTP_SSLCERT and GDAL_HTTP_SSLKEY"},
    {CURLE_PEER_FAILED_VERIFICATION, EITHER, MF_ERR_NETWORK, false, "The certificate of ",
     " is not trusted",
     ": if a proxy of your network signs it, set CURL_CA_BUNDLE to a file with the certificate of "
     "its authority"},
    {CURLE_WEIRD_SERVER_REPLY, EITHER, MF_ERR_FORMAT, false, "", " does not answer in HTTP", ""},
    {CURLE_URL_MALFORMAT, EITHER, MF_ERR_ARGUMENT, false, "The URL at ", " is malformed", ""},
    {CURLE_OK, EITHER, MF_ERR_NETWORK, false, "The exchange with ", " failed", ""}, /* any other */
};

/* One code for all that mean the same. */
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
    case CURLE_BAD_CONTENT_ENCODING: /* an unknown one, or damaged data; WRITE: more than those */
        return strstr(detail, "Unrecognized") != NULL ? code : CURLE_WRITE_ERROR;
    default:
        return code;
    }
}

int mf_curl_error(CURLcode code, CURL *easy, const char *detail, const struct mf_url *url,
                  bool has_begun, bool *is_transient, struct mf_error *err)
{
    char reason[CURL_ERROR_SIZE];
    snprintf(reason, sizeof reason, "%s", detail[0] != '\0' ? detail : curl_easy_strerror(code));
    mf_redact(reason);
    mf_str_clean(reason, 0);
    *is_transient = false;
    long connect_status = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    if (!has_begun && connect_status >= 300)
        return proxy_refusal(connect_status, is_transient, err);
    if (code == CURLE_OUT_OF_MEMORY)
        return mf_out_of_memory(err);
    code = canonical(code, reason);
    const struct failure *failure = failures;
    while (failure->code != CURLE_OK &&
           (failure->code != code || failure->when == (has_begun ? BEFORE : AFTER)))
        failure++;
    *is_transient = failure->is_transient;
    return mf_error_set(err, failure->kind, "%s%s%s (%s)%s", failure->before,
                        failure->after != NULL ? url->origin : "",
                        failure->after != NULL ? failure->after : "", reason, failure->advice);
}
