/* What a user reads of each kind of libcurl error, and whether another try is worth it. */
#include "check.h"
#include "http/curl_error_internal.h"

static const struct {
    CURLcode code;
    const char *detail;
    int has_begun;
    enum mf_error_kind kind;
    int is_transient;
    const char *said;
} cases[] = {
    {CURLE_COULDNT_RESOLVE_HOST, "", 0, MF_ERR_NETWORK, 1,
     "The address of https://h.example is unknown"},
    {CURLE_COULDNT_RESOLVE_PROXY, "", 0, MF_ERR_NETWORK, 0, "The address of the proxy is unknown"},
    {CURLE_COULDNT_CONNECT, "refused", 0, MF_ERR_NETWORK, 1,
     "Cannot connect to https://h.example (refused): check the network and the proxy "
     "(GDAL_HTTP_PROXY, https_proxy)"},
    {CURLE_OPERATION_TIMEDOUT, "", 0, MF_ERR_NETWORK, 1, "GDAL_HTTP_CONNECTTIMEOUT"},
    {CURLE_OPERATION_TIMEDOUT, "", 1, MF_ERR_TRUNCATED, 1, "GDAL_HTTP_LOW_SPEED_TIME"},
    {CURLE_GOT_NOTHING, "", 0, MF_ERR_NETWORK, 1, "closed the connection without an answer"},
    {CURLE_RECV_ERROR, "", 1, MF_ERR_TRUNCATED, 1, "was cut short"},
    {CURLE_PARTIAL_FILE, "", 1, MF_ERR_TRUNCATED, 1, "was cut short"},
    {CURLE_BAD_CONTENT_ENCODING, "incorrect data check", 1, MF_ERR_TRUNCATED, 1, "is damaged"},
    {CURLE_WRITE_ERROR, "", 1, MF_ERR_TRUNCATED, 1, "is damaged"},
    {CURLE_BAD_CONTENT_ENCODING, "Unrecognized content encoding type.", 1, MF_ERR_FORMAT, 0,
     "cannot be decoded"},
    {CURLE_SSL_CONNECT_ERROR, "", 0, MF_ERR_NETWORK, 1, "No TLS connection"},
    {CURLE_PEER_FAILED_VERIFICATION, "", 0, MF_ERR_NETWORK, 0, "is not trusted"},
    {CURLE_PEER_FAILED_VERIFICATION, "SSL certificate problem: certificate has expired", 0,
     MF_ERR_NETWORK, 0, "The certificate of https://h.example has expired"},
    {CURLE_PEER_FAILED_VERIFICATION, "schannel: SEC_E_CERT_EXPIRED (0x80090328)", 0, MF_ERR_NETWORK,
     0, "has expired"},
    {CURLE_PEER_FAILED_VERIFICATION, "server verification failed: certificate has expired.", 0,
     MF_ERR_NETWORK, 0, "has expired"},
    {CURLE_PEER_FAILED_VERIFICATION,
     "SSL: no alternative certificate subject name matches target host name 'h.example'", 0,
     MF_ERR_NETWORK, 0, "is for another host"},
    {CURLE_PEER_FAILED_VERIFICATION,
     "SSL: certificate subject name (other) does not match target host name 'h.example'", 0,
     MF_ERR_NETWORK, 0, "is for another host"},
    {CURLE_PEER_FAILED_VERIFICATION, "schannel: SNI or certificate check failed: "
     "SEC_E_WRONG_PRINCIPAL (0x80090322)", 0, MF_ERR_NETWORK, 0, "is for another host"},
    {CURLE_SSL_CACERT_BADFILE, "", 0, MF_ERR_NETWORK, 0, "CURL_CA_BUNDLE"},
    {CURLE_SSL_CERTPROBLEM, "", 0, MF_ERR_NETWORK, 0, "GDAL_HTTP_SSLCERT"},
    {CURLE_WEIRD_SERVER_REPLY, "", 0, MF_ERR_FORMAT, 0, "does not answer in HTTP"},
    {CURLE_UNSUPPORTED_PROTOCOL, "Received HTTP/0.9 when not allowed", 0, MF_ERR_FORMAT, 0,
     "does not answer in HTTP"},
    {CURLE_UNSUPPORTED_PROTOCOL, "gopher", 0, MF_ERR_NETWORK, 0,
     "The exchange with https://h.example failed (gopher)"},
    {CURLE_URL_MALFORMAT, "", 0, MF_ERR_ARGUMENT, 0, "is malformed"},
    {CURLE_OUT_OF_MEMORY, "", 0, MF_ERR_MEMORY, 0, "out of memory"},
    {CURLE_READ_ERROR, "odd", 0, MF_ERR_NETWORK, 0,
     "The exchange with https://h.example failed (odd)"},
};

int main(void)
{
    struct mf_url url;
    CURL *const easy = curl_easy_init();
    CHECK_NUMBER(mf_url_parse(&url, "https://me:secret@h.example/path?key=secret", NULL), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mf_error err;
        bool is_transient = !cases[i].is_transient;
        mf_error_init(&err);
        const int failed = mf_curl_error(cases[i].code, easy, cases[i].detail, &url,
                                         cases[i].has_begun, false, &is_transient, &err);
        CHECK_NUMBER(failed, -1);
        CHECK_NUMBER(err.kind, cases[i].kind);
        CHECK_NUMBER(is_transient, cases[i].is_transient);
        CHECK_HOLDS(err.message, cases[i].said);
        CHECK_LACKS(err.message, "secret");
    }
    curl_easy_cleanup(easy);
    return check_result();
}
