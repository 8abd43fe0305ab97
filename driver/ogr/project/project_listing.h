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

// The listing of the project that the options name. QGIS opens a project once or twice for each of
// its layers: as long as a dataset of this process keeps a listing, or QGIS shows its user what
// there is, it serves further ones for MF_RECENT_WHILE_OPEN s, unless these refresh the cache, use
// none, or wait. Returns nullptr after one CPLError. Can be called in several threads.
std::shared_ptr<const OGRMapflowProjectListing>
OGRMapflowListProject(const OGRMapflowOptions &options, mf_client *client);

#endif
