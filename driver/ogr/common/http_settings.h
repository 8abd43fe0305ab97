// SPDX-License-Identifier: MIT
// http_settings: what the user of GDAL has set for HTTP, handed to the core's transport.
//
// The settings are GDAL's own, applied to each libcurl handle by GDAL's own code. What it leaves to
// a driver is done here: path-specific options (VSISetPathSpecificOption with the path "MAPFLOW:",
// or a [credentials] section with path=MAPFLOW: in GDAL's configuration file) come before
// configuration options and the environment, and the requests name this driver as their user agent.
#ifndef MAPFLOW_HTTP_SETTINGS_H
#define MAPFLOW_HTTP_SETTINGS_H

#include <string>

#include "http/transport.h"

// Value of one of GDAL's options for this driver's requests; `fallback` when it is nowhere.
std::string OGRMapflowHTTPOption(const char *key, const char *fallback);

// "gdal-mapflow/<version> GDAL/<version>".
std::string OGRMapflowUserAgent();

// The hooks of the transport, with where its debug lines go. They may be called from any thread.
mf_transport_hooks OGRMapflowHTTPHooks(void (*debug)(void *, const char *line));

#endif
