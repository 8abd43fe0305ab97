// SPDX-License-Identifier: MIT
#include "common/connection.h"

#include <algorithm>
#include <mutex>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/program.h"
#include "common/errors.h"
#include "common/http_settings.h"

namespace
{

// The user has pressed TAB and waits.
constexpr double COMPLETION_TIME = 2; // s

bool IsTimeUp()
{
    static const double end = mf_clock_monotonic() + COMPLETION_TIME;
    return OGRMapflowIsCompleting() && mf_clock_monotonic() > end;
}

int IsStopped(void *ctx)
{
    const auto *const stop = static_cast<const std::atomic<bool> *>(ctx);
    return mf_interrupt_requested() || (stop != nullptr && stop->load()) || IsTimeUp();
}

// One transport for the whole process, so that connections outlive datasets.
std::mutex transportMutex;
mf_transport sharedTransport = {nullptr, nullptr, nullptr};

bool GetTransport(mf_transport &transport, mf_error &err)
{
    const std::lock_guard<std::mutex> lock(transportMutex);
    if (sharedTransport.perform == nullptr)
    {
        const std::string agent = OGRMapflowUserAgent();
        mf_transport_options options = {};
        options.hooks = OGRMapflowHTTPHooks(OGRMapflowDebug);
        options.user_agent = agent.c_str();
        if (mf_transport_curl_open(&sharedTransport, &options, &err) != 0)
            return false;
    }
    transport = sharedTransport;
    return true;
}

mf_auth_scheme SchemeOf(const std::string &auth)
{
    return EQUAL(auth.c_str(), "BASIC")    ? MF_AUTH_BASIC
           : EQUAL(auth.c_str(), "BEARER") ? MF_AUTH_BEARER
                                           : MF_AUTH_AUTO;
}

} // namespace

void OGRMapflowDebug(void *, const char *line)
{
    CPLDebug("MAPFLOW", "%s", line);
}

void OGRMapflowWarn(void *, const char *line)
{
    CPLError(CE_Warning, CPLE_AppDefined, "%s", line);
}

bool OGRMapflowIsCompleting()
{
    static const bool isCompleting = mf_program_is("gdal", "completion");
    return isCompleting;
}

std::string OGRMapflowBaseURL(const OGRMapflowOptions &options)
{
    std::string url = options.Get("API_URL", MF_DEFAULT_API_URL);
    while (!url.empty() && url.back() == '/')
        url.pop_back();
    return url;
}

mf_cache_mode OGRMapflowCacheMode(const OGRMapflowOptions &options)
{
    const std::string mode = options.Get("CACHE", "YES");
    return EQUAL(mode.c_str(), "NO")        ? MF_CACHE_NO
           : EQUAL(mode.c_str(), "REFRESH") ? MF_CACHE_REFRESH
           : EQUAL(mode.c_str(), "OFFLINE") ? MF_CACHE_OFFLINE
                                            : MF_CACHE_YES;
}

bool OGRMapflowCacheOptions::Read(const OGRMapflowOptions &options)
{
    mode = OGRMapflowCacheMode(options);
    directory = options.Get("CACHE_DIR");
    if (STARTS_WITH(directory.c_str(), "/vsi"))
    {
        CPLError(CE_Failure, CPLE_IllegalArg,
                 "CACHE_DIR=%.100s is not supported: the cache is memory-mapped, and needs a "
                 "folder on a disk.",
                 directory.c_str());
        return false;
    }
    size = options.GetSize("CACHE_SIZE", MF_DEFAULT_CACHE_SIZE);
    return true;
}

bool OGRMapflowMayAsk(const OGRMapflowOptions &options, const char *what)
{
    const bool isOffline = OGRMapflowCacheMode(options) == MF_CACHE_OFFLINE;
    if (isOffline)
        CPLError(CE_Failure, CPLE_IllegalArg, "%s needs a request, which CACHE=OFFLINE forbids.",
                 what);
    return !isOffline;
}

mf_cancel OGRMapflowCancel(std::atomic<bool> *stop)
{
    return {stop, IsStopped};
}

OGRMapflowClient OGRMapflowConnect(const OGRMapflowOptions &options, std::atomic<bool> *stop)
{
    OGRMapflowError err;
    mf_client_options wanted = {};
    if (!GetTransport(wanted.transport, err))
    {
        OGRMapflowRaise(err);
        return nullptr;
    }
    const std::string url = options.Get("API_URL", MF_DEFAULT_API_URL);
    const std::string token = options.Get("API_TOKEN");
    const std::string tokenFile = options.Get("API_TOKEN_FILE");
    const std::string source = options.SourceOf(token.empty() ? "API_TOKEN_FILE" : "API_TOKEN");
    const std::string retryCodes = OGRMapflowHTTPOption("GDAL_HTTP_RETRY_CODES", "");
    wanted.base_url = url.c_str();
    wanted.token = token.empty() ? nullptr : token.c_str();
    wanted.token_file = tokenFile.empty() ? nullptr : tokenFile.c_str();
    wanted.token_source = source.c_str();
    wanted.auth = SchemeOf(options.Get("AUTH", "AUTO"));
    wanted.allow_http = options.GetBool("ALLOW_HTTP", false);
    wanted.max_retry = atoi(OGRMapflowHTTPOption("GDAL_HTTP_MAX_RETRY", "-1").c_str());
    wanted.retry_delay = CPLAtof(OGRMapflowHTTPOption("GDAL_HTTP_RETRY_DELAY", "-1").c_str());
    // GDAL's limit is set on each handle; ours must not end a request before it does.
    wanted.document_timeout = std::max(
        MF_DOCUMENT_TIMEOUT, 1 + CPLAtof(OGRMapflowHTTPOption("GDAL_HTTP_TIMEOUT", "0").c_str()));
    wanted.retry_codes = retryCodes.empty() ? nullptr : retryCodes.c_str();
    wanted.cancel = OGRMapflowCancel(stop);
    wanted.debug = OGRMapflowDebug;
    wanted.warn = OGRMapflowWarn;

    mf_client *client = nullptr;
    (void)OGRMapflowTry(mf_client_open, &client, &wanted);
    return OGRMapflowClient(client);
}

void OGRMapflowDisconnectAll()
{
    const std::lock_guard<std::mutex> lock(transportMutex);
    if (sharedTransport.close != nullptr)
        sharedTransport.close(sharedTransport.ctx);
    sharedTransport = {nullptr, nullptr, nullptr};
}
