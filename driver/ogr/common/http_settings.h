// SPDX-License-Identifier: MIT
// http_settings: passes the user's HTTP settings of GDAL to the core's transport.
//
// The settings are GDAL's own, applied to each libcurl handle by GDAL's own code. This module does
// what GDAL leaves to a driver. Path-specific options (VSISetPathSpecificOption with the path
// "MAPFLOW:", or a [credentials] section with path=MAPFLOW: in GDAL's configuration file) come
// before configuration options and the environment. The user agent of the requests names this
// driver.
#ifndef MAPFLOW_HTTP_SETTINGS_H
#define MAPFLOW_HTTP_SETTINGS_H

#include <string>

#include "http/transport.h"

// Value of a GDAL option for this driver's requests; `fallback` if it is not set.
std::string OGRMapflowHTTPOption(const char *key, const char *fallback);

// "gdal-mapflow/<version> GDAL/<version>".
std::string OGRMapflowUserAgent();

// The hooks of the transport. `debug` gets its debug lines. They may be called from any thread.
mf_transport_hooks OGRMapflowHTTPHooks(void (*debug)(void *, const char *line));

#endif
