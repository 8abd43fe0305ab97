// SPDX-License-Identifier: MIT
#include "layer/field_domains.h"

namespace
{

struct Domain
{
    const char *name;
    const char *description;
    std::vector<std::pair<const char *, const char *>> words;
};

// API notes 13.1 to 13.3, 4.1; imagery notes 4, 9.2.
std::vector<Domain> Domains()
{
    return {{MAPFLOW_STATUS_DOMAIN,
             "status of a processing or an area",
             {{"UNPROCESSED", "created, not started"},
              {"IN_PROGRESS", "running or queued"},
              {"AWAITING", "waiting for imagery"},
              {"OK", "finished"},
              {"FAILED", "failed: see messages"},
              {"CANCELLED", "stopped"},
              {"CANCELED", "stopped (another spelling)"},
              {"REFUNDED", "credits were given back"}}},
            {MAPFLOW_REVIEW_DOMAIN,
             "status of the review of a result",
             {{"IN_REVIEW", "to be accepted or rejected by you"},
              {"NOT_ACCEPTED", "rejected: the result is being reworked"},
              {"ACCEPTED", "accepted"},
              {"REFUNDED", "credits were given back"}}},
            {MAPFLOW_BILLING_DOMAIN,
             "what an account pays with",
             {{"CREDITS", "credits"}, {"AREA", "area"}, {"NONE", "nothing"}}},
            {MAPFLOW_IMAGE_DOMAIN,
             "state of an uploaded image",
             {{"READY", "can be used"},
              {"PROCESSING", "is being prepared"},
              {"LOADING", "is being loaded, or failed to load: the service does not specify which"},
              {"FAILED", "failed: see error"}}},
            {MAPFLOW_PLANNED_SEARCH_DOMAIN,
             "state of a planned search",
             {{"FAILED", "has no area that can be searched"},
              {"SEARCHING", "searches for the first time"},
              {"PAUSED", "does not search"},
              {"CREATED", "has not searched yet"},
              {"UPDATED", "has searched: see new_images"}}}};
}

} // namespace

void OGRMapflowAddFieldDomains(std::map<std::string, std::unique_ptr<OGRFieldDomain>> &domains)
{
    for (const Domain &domain : Domains())
    {
        std::vector<OGRCodedValue> values; // the domain frees the strings
        for (const auto &[code, meaning] : domain.words)
            values.push_back({CPLStrdup(code), CPLStrdup(meaning)});
        domains[domain.name] = std::make_unique<OGRCodedFieldDomain>(
            domain.name, domain.description, OFTString, OFSTNone, std::move(values));
    }
}
