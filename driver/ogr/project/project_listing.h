// SPDX-License-Identifier: MIT
// project_listing: a project and its processings, as the service lists them.
#ifndef MAPFLOW_PROJECT_LISTING_H
#define MAPFLOW_PROJECT_LISTING_H

#include <memory>
#include <string>
#include <vector>

#include "common/connection.h"

struct OGRMapflowProjectListing
{
    std::string id{};
    std::string name{};
    std::string description{};            // "": none
    std::vector<std::string> documents{}; // of the processings, without secrets
};

// Returns the listing of the project that the options name. QGIS opens a project once or twice for
// each of its layers. So a listing is reused for MF_RECENT_WHILE_OPEN s while a dataset of this
// process holds it, or while QGIS shows its user a list of layers. It is not reused if the cache is
// refreshed or not used, or with WAIT=YES. Returns nullptr after one CPLError. Thread-safe.
std::shared_ptr<const OGRMapflowProjectListing>
OGRMapflowListProject(const OGRMapflowOptions &options, mf_client *client);

#endif
