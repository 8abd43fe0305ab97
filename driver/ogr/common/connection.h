// SPDX-License-Identifier: MIT
// connection: the core's client, set up from a dataset's options and GDAL's HTTP settings.
#ifndef MAPFLOW_CONNECTION_H
#define MAPFLOW_CONNECTION_H

#include <atomic>
#include <memory>

#include "api/client.h"
#include "common/options.h"
#include "common/owned.h"
#include "store/result.h"

using OGRMapflowClient = OGRMapflowPtr<mf_client_close>;

// Makes no request. Returns nullptr after one CPLError: no token, a bad URL, a bad option. Requests
// end within 100 ms of an interrupt (OGRMapflowInterruptible), or when *stop becomes true. `stop`
// may be nullptr and must outlive the client.
OGRMapflowClient OGRMapflowConnect(const OGRMapflowOptions &options,
                                   std::atomic<bool> *stop = nullptr);

// Whether this process is the gdal program that completes a command for a shell. It opens every
// dataset that the command names. All requests of such a process together may take 2 s.
bool OGRMapflowIsCompleting();

// The client's check for cancellation, for other code that waits.
mf_cancel OGRMapflowCancel(std::atomic<bool> *stop = nullptr);

// The base URL of the service as the client uses it.
std::string OGRMapflowBaseURL(const OGRMapflowOptions &options);

// Whether the options allow requests. Returns false after one CPLError if CACHE=OFFLINE. `what`
// begins the message.
bool OGRMapflowMayAsk(const OGRMapflowOptions &options, const char *what);

struct OGRMapflowCacheOptions
{
    mf_cache_mode mode = MF_CACHE_YES;
    std::string directory{}; // "": the user's default folder
    int64_t size = MF_DEFAULT_CACHE_SIZE;

    // Returns false after one CPLError.
    bool Read(const OGRMapflowOptions &options);

    // nullptr for the default, as the core takes it.
    const char *Directory() const { return directory.empty() ? nullptr : directory.c_str(); }
};

// The open option CACHE; MF_CACHE_YES for anything unknown.
mf_cache_mode OGRMapflowCacheMode(const OGRMapflowOptions &options);

// Writes one line to the debug log; shows one to the user as a warning.
void OGRMapflowDebug(void *, const char *line);
void OGRMapflowWarn(void *, const char *line);

// Frees what the driver keeps for the whole process: its connections. Called when GDAL unloads it.
void OGRMapflowDisconnectAll();

#endif
