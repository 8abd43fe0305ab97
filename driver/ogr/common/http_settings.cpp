// SPDX-License-Identifier: MIT
#include "common/http_settings.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <curl/curl.h>

#include "cpl_conv.h"
#include "cpl_http.h"
#include "cpl_string.h"
#include "cpl_vsi.h"
#include "gdal.h"
#include "version.h"

namespace
{

constexpr const char *PATH = "MAPFLOW:";

// The user's keys, and their names in CPLHTTPSetOptions. A GDAL that does not know one of them
// ignores it. If several keys for one option are set, the first one counts.
constexpr struct
{
    const char *key;
    const char *option;
} KEYS[] = {
    {"GDAL_HTTP_VERSION", "HTTP_VERSION"},
    {"GDAL_HTTP_CONNECTTIMEOUT", "CONNECTTIMEOUT"},
    {"GDAL_HTTP_TIMEOUT", "TIMEOUT"},
    {"GDAL_HTTP_LOW_SPEED_TIME", "LOW_SPEED_TIME"},
    {"GDAL_HTTP_LOW_SPEED_LIMIT", "LOW_SPEED_LIMIT"},
    {"GDAL_HTTP_PROXY", "PROXY"},
    {"GDAL_HTTPS_PROXY", "HTTPS_PROXY"},
    {"GDAL_HTTP_PROXYUSERPWD", "PROXYUSERPWD"},
    {"GDAL_PROXY_AUTH", "PROXYAUTH"},
    {"GDAL_HTTP_AUTH", "HTTPAUTH"},
    {"GDAL_HTTP_USERPWD", "USERPWD"},
    {"GDAL_HTTP_BEARER", "HTTP_BEARER"},
    {"GDAL_GSSAPI_DELEGATION", "GSSAPI_DELEGATION"},
    {"GDAL_HTTP_NETRC", "NETRC"},
    {"GDAL_HTTP_NETRC_FILE", "NETRC_FILE"},
    {"GDAL_HTTP_HEADER_FILE", "HEADER_FILE"},
    {"GDAL_HTTP_COOKIE", "COOKIE"},
    {"GDAL_HTTP_COOKIEFILE", "COOKIEFILE"},
    {"GDAL_HTTP_COOKIEJAR", "COOKIEJAR"},
    {"GDAL_HTTP_USERAGENT", "USERAGENT"},
    {"GDAL_HTTP_UNSAFESSL", "UNSAFESSL"},
    {"GDAL_CURL_CA_BUNDLE", "CAINFO"},
    {"CURL_CA_BUNDLE", "CAINFO"},
    {"SSL_CERT_FILE", "CAINFO"},
    {"GDAL_HTTP_CAPATH", "CAPATH"},
    {"GDAL_HTTP_SSL_VERIFYSTATUS", "SSL_VERIFYSTATUS"},
    {"GDAL_HTTP_USE_CAPI_STORE", "USE_CAPI_STORE"},
    {"GDAL_HTTP_SSLCERT", "SSLCERT"},
    {"GDAL_HTTP_SSLCERTTYPE", "SSLCERTTYPE"},
    {"GDAL_HTTP_SSLKEY", "SSLKEY"},
    {"GDAL_HTTP_KEYPASSWD", "KEYPASSWD"},
    {"GDAL_HTTP_TCP_KEEPALIVE", "TCP_KEEPALIVE"},
    {"GDAL_HTTP_TCP_KEEPIDLE", "TCP_KEEPIDLE"},
    {"GDAL_HTTP_TCP_KEEPINTVL", "TCP_KEEPINTVL"},
    {"GDAL_HTTP_PATH_VERBATIM", "PATH_VERBATIM"},
};

const char *Find(const char *key)
{
    return VSIGetPathSpecificOption(PATH, key, nullptr);
}

// Passes all options, not only those that a path has changed: GDAL reads some only from here
// (GDAL_HTTP_CAPATH), and from 3.7 on sets its own user agent if there is none.
CPLStringList GatherOptions()
{
    CPLStringList options;
    for (const auto &[key, option] : KEYS)
    {
        const char *const value = Find(key);
        if (value != nullptr && options.FetchNameValue(option) == nullptr)
            options.SetNameValue(option, value);
    }
    if (options.FetchNameValue("USERAGENT") == nullptr)
        options.SetNameValue("USERAGENT", OGRMapflowUserAgent().c_str());
    return options;
}

// Omits the line if out of memory.
curl_slist *Appended(curl_slist *list, const char *line)
{
    curl_slist *const longer = curl_slist_append(list, line);
    return longer != nullptr ? longer : list;
}

// Takes over `list` and returns it with one line per element. From 3.7 on GDAL splits
// GDAL_HTTP_HEADERS at line ends; before, it sent them as they were.
curl_slist *OneLineEach(curl_slist *list)
{
    curl_slist *lines = nullptr;
    for (const curl_slist *item = list; item != nullptr; item = item->next)
    {
        const CPLStringList parts(CSLTokenizeString2(item->data, "\r\n", 0));
        for (int i = 0; i < parts.Count(); ++i)
            lines = Appended(lines, parts[i]);
    }
    curl_slist_free_all(list);
    return lines;
}

// Passes the user's headers, which GDAL returns as a curl_slist, to the transport, which adds its
// own: GDAL_HTTP_HEADERS is merged and not replaced.
void *Configure(void *, void *handle, const char *url)
{
    const CPLStringList options = GatherOptions();
    // As an option, headers mean something different in each GDAL: ignored, added or replacing. As
    // a configuration option they mean the same in all.
    std::optional<CPLConfigOptionSetter> setter;
    if (const char *const headers = Find("GDAL_HTTP_HEADERS"))
        setter.emplace("GDAL_HTTP_HEADERS", std::string(headers).c_str(), false);
    curl_slist *const list =
        OneLineEach(static_cast<curl_slist *>(CPLHTTPSetOptions(handle, url, options.List())));
    if (CPLTestBool(OGRMapflowHTTPOption("CPL_CURL_GZIP", "YES").c_str()))
        return list;
    return Appended(list, "Accept-Encoding: identity");
}

// Whether an option or the proxy's address specifies a login.
int HasProxyLogin(void *)
{
    const char *const addresses[] = {"GDAL_HTTP_PROXY", "GDAL_HTTPS_PROXY", "http_proxy",
                                     "https_proxy",     "HTTPS_PROXY",      "all_proxy",
                                     "ALL_PROXY"};
    return Find("GDAL_HTTP_PROXYUSERPWD") != nullptr ||
           std::any_of(std::begin(addresses), std::end(addresses),
                       [](const char *key)
                       {
                           const char *const address = Find(key);
                           return address != nullptr && strchr(address, '@') != nullptr;
                       });
}

} // namespace

std::string OGRMapflowHTTPOption(const char *key, const char *fallback)
{
    return VSIGetPathSpecificOption(PATH, key, fallback);
}

std::string OGRMapflowUserAgent()
{
    return std::string("gdal-mapflow/" MAPFLOW_VERSION " GDAL/") + GDALVersionInfo("RELEASE_NAME");
}

mf_transport_hooks OGRMapflowHTTPHooks(void (*debug)(void *, const char *))
{
    const auto release = [](void *, void *headers)
    { curl_slist_free_all(static_cast<curl_slist *>(headers)); };
    const auto wantsVerbose = [](void *) -> int
    { return CPLTestBool(OGRMapflowHTTPOption("CPL_CURL_VERBOSE", "NO").c_str()); };
    return {nullptr, Configure, release, debug, wantsVerbose, HasProxyLogin};
}
