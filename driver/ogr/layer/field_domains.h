// SPDX-License-Identifier: MIT
// field_domains: the words of the service that a column may hold, with their meanings.
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

// Adds them to the field domains of a dataset, where GDALDataset keeps them. The service may
// use words that are not among them: a column shows what the service sent.
void OGRMapflowAddFieldDomains(std::map<std::string, std::unique_ptr<OGRFieldDomain>> &domains);

#endif
