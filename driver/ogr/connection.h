// connection: the core's client, set up from a dataset's options and GDAL's HTTP settings.
#ifndef MAPFLOW_CONNECTION_H
#define MAPFLOW_CONNECTION_H

#include <memory>

#include "client.h"
#include "options.h"

struct OGRMapflowClientDeleter
{
    void operator()(mf_client *client) const { mf_client_close(client); }
};

using OGRMapflowClient = std::unique_ptr<mf_client, OGRMapflowClientDeleter>;

// Makes no request. Returns nullptr after one CPLError: no token, a bad URL, a bad option.
OGRMapflowClient OGRMapflowConnect(const OGRMapflowOptions &options);

// Frees what the driver keeps for the whole process: its connections. Called when GDAL unloads it.
void OGRMapflowDisconnectAll();

#endif
