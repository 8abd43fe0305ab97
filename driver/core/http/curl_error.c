#include "http/curl_error_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/redact.h"
#include "base/str.h"

/* A proxy that answered the CONNECT with something else than 200. */
static int proxy_refusal(long status, int *is_transient, struct mf_error *err)
{
    *is_transient = status == 429 || status == 502 || status == 503 || status == 504;
    if (status == 407)
        return mf_error_set(err, MF_ERR_NETWORK,
                            "The proxy wants a user name and a password (HTTP 407): set "
                            "GDAL_HTTP_PROXYUSERPWD, and GDAL_PROXY_AUTH if it is not Basic");
    return mf_error_set(err, MF_ERR_NETWORK,
                        "The proxy refused the connection (HTTP %ld): check GDAL_HTTP_PROXY and "
                        "https_proxy",
                        status);
}

static int tls_failure(CURLcode code, const char *origin, const char *detail, int *is_transient,
                       struct mf_error *err)
{
    /* A handshake may fail by a lost connection; a wrong certificate stays wrong. */
    *is_transient = code == CURLE_SSL_CONNECT_ERROR;
    if (code == CURLE_SSL_CACERT_BADFILE)
        return mf_error_set(err, MF_ERR_NETWORK,
                            "The file of trusted certificates cannot be read (%s): check "
                            "CURL_CA_BUNDLE, GDAL_CURL_CA_BUNDLE and SSL_CERT_FILE",
                            detail);
    if (code == CURLE_SSL_CERTPROBLEM)
        return mf_error_set(err, MF_ERR_NETWORK,
                            "The client certificate cannot be used (%s): check GDAL_HTTP_SSLCERT "
                            "and GDAL_HTTP_SSLKEY",
                            detail);
    if (code == CURLE_SSL_CONNECT_ERROR)
        return mf_error_set(err, MF_ERR_NETWORK, "No TLS connection to %s (%s)", origin, detail);
    return mf_error_set(err, MF_ERR_NETWORK,
                        "The certificate of %s is not trusted (%s): if a proxy of your network "
                        "signs it, set CURL_CA_BUNDLE to a file with the certificate of its "
                        "authority",
                        origin, detail);
}

static int time_out(const char *origin, const char *detail, int has_begun, struct mf_error *err)
{
    if (has_begun)
        return mf_error_set(err, MF_ERR_TRUNCATED,
                            "The answer of %s stopped coming (%s): GDAL_HTTP_LOW_SPEED_TIME and "
                            "GDAL_HTTP_TIMEOUT set the limits",
                            origin, detail);
    return mf_error_set(err, MF_ERR_NETWORK,
                        "%s does not answer (%s): check the network, or set "
                        "GDAL_HTTP_CONNECTTIMEOUT, GDAL_HTTP_LOW_SPEED_TIME or GDAL_HTTP_TIMEOUT",
                        origin, detail);
}

/* The connection was there and broke. */
static int broken(const char *origin, const char *detail, int has_begun, int *is_transient,
                  struct mf_error *err)
{
    *is_transient = 1;
    if (has_begun)
        return mf_error_set(err, MF_ERR_TRUNCATED, "The answer of %s was cut short (%s)", origin,
                            detail);
    return mf_error_set(err, MF_ERR_NETWORK, "%s closed the connection without an answer (%s)",
                        origin, detail);
}

static int other_failure(CURLcode code, const char *origin, const char *detail,
                         struct mf_error *err)
{
    switch (code) {
    case CURLE_OUT_OF_MEMORY:
        return mf_out_of_memory(err);
    case CURLE_UNSUPPORTED_PROTOCOL:
        if (strstr(detail, "HTTP/0.9") == NULL)
            break;
        /* fall through */
    case CURLE_WEIRD_SERVER_REPLY:
        return mf_error_set(err, MF_ERR_FORMAT, "%s does not answer in HTTP (%s)", origin, detail);
    case CURLE_URL_MALFORMAT:
        return mf_error_set(err, MF_ERR_ARGUMENT, "The URL at %s is malformed (%s)", origin,
                            detail);
    case CURLE_COULDNT_RESOLVE_PROXY:
        return mf_error_set(err, MF_ERR_NETWORK,
                            "The address of the proxy is unknown (%s): check GDAL_HTTP_PROXY and "
                            "https_proxy",
                            detail);
    default:
        break;
    }
    return mf_error_set(err, MF_ERR_NETWORK, "The exchange with %s failed (%s)", origin, detail);
}

static int classify(CURLcode code, const char *origin, const char *detail, int has_begun,
                    int *is_transient, struct mf_error *err)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        *is_transient = 1; /* name servers fail for moments */
        return mf_error_set(err, MF_ERR_NETWORK,
                            "The address of %s is unknown (%s): check the network and the URL, or "
                            "set GDAL_HTTP_PROXY if a proxy leads out of your network",
                            origin, detail);
    case CURLE_COULDNT_CONNECT:
        *is_transient = 1;
        return mf_error_set(err, MF_ERR_NETWORK,
                            "Cannot connect to %s (%s): check the network, or set GDAL_HTTP_PROXY "
                            "if a proxy leads out of your network",
                            origin, detail);
    case CURLE_OPERATION_TIMEDOUT:
        *is_transient = 1;
        return time_out(origin, detail, has_begun, err);
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return broken(origin, detail, has_begun, is_transient, err);
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return tls_failure(code, origin, detail, is_transient, err);
    default:
        return other_failure(code, origin, detail, err);
    }
}

int mf_curl_error(CURLcode code, CURL *easy, const char *detail, const struct mf_url *url,
                  int has_begun, int *is_transient, struct mf_error *err)
{
    char origin[MF_URL_ORIGIN_SIZE];
    char reason[CURL_ERROR_SIZE];
    mf_url_origin(url, origin);
    snprintf(reason, sizeof reason, "%s", detail[0] != '\0' ? detail : curl_easy_strerror(code));
    mf_redact(reason);
    mf_str_clean(reason, 0);
    *is_transient = 0;
    long connect_status = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    if (!has_begun && connect_status >= 300)
        return proxy_refusal(connect_status, is_transient, err);
    return classify(code, origin, reason, has_begun, is_transient, err);
}
