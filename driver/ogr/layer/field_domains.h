// SPDX-License-Identifier: MIT
// field_domains: the service's coded values that a column may hold, with their meanings.
#ifndef MAPFLOW_FIELD_DOMAINS_H
#define MAPFLOW_FIELD_DOMAINS_H

#include <map>
#include <memory>
#include <string>

#include "common/compat.h"

constexpr const char *MAPFLOW_STATUS_DOMAIN = "mapflow_status";
constexpr const char *MAPFLOW_REVIEW_DOMAIN = "mapflow_review";
constexpr const char *MAPFLOW_BILLING_DOMAIN = "mapflow_billing";
constexpr const char *MAPFLOW_IMAGE_DOMAIN = "mapflow_image";
constexpr const char *MAPFLOW_PLANNED_SEARCH_DOMAIN = "mapflow_planned_search";

// Adds the domains to those of a dataset, in GDALDataset's own map. The service may use values that
// are not among them: a column shows what the service sent.
void OGRMapflowAddFieldDomains(std::map<std::string, std::unique_ptr<OGRFieldDomain>> &domains);

#endif
