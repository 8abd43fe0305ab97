// SPDX-License-Identifier: MIT
#include "project/project_listing.h"

#include <map>
#include <mutex>

#include "api/processing.h"
#include "api/project.h"
#include "base/clock.h"
#include "common/connection.h"
#include "common/errors.h"
#include "store/recent.h"

namespace
{

using Listing = OGRMapflowProjectListing;

struct Known
{
    std::weak_ptr<const Listing> listing{};
    std::shared_ptr<const Listing> kept{}; // kept for a layer that the user will choose
    double time = 0;                       // s, monotonic
    uint64_t changes = 0;                  // number of writes sent before
};

std::mutex knownMutex;
std::map<std::string, Known> known;

std::string KeyOf(const OGRMapflowOptions &options, const mf_client *client)
{
    return std::string(mf_client_base_url(client)) + '\n' +
           std::to_string(mf_client_account(client)) + '\n' + options.TargetName();
}

// The caller holds the lock.
void ForgetOld()
{
    const double oldest = mf_clock_monotonic() - MF_RECENT_WHILE_OPEN;
    for (auto each = known.begin(); each != known.end();)
    {
        const bool isOld = each->second.listing.expired() || each->second.time < oldest ||
                           each->second.changes != mf_client_write_count();
        each = isOld ? known.erase(each) : std::next(each);
    }
}

std::shared_ptr<const Listing> Recall(const std::string &key)
{
    const std::lock_guard<std::mutex> lock(knownMutex);
    ForgetOld();
    const auto found = known.find(key);
    return found != known.end() ? found->second.listing.lock() : nullptr;
}

void Remember(const std::string &key, const Known &read)
{
    const std::lock_guard<std::mutex> lock(knownMutex);
    known[key] = read;
}

bool FindProject(const OGRMapflowOptions &options, mf_client *client, Listing &listing,
                 mf_error &err)
{
    OGRMapflowOwned<mf_project_free> project;
    if (mf_project_find(&project, client, options.TargetName().c_str(), &err) != 0)
        return false;
    listing.id = project.id;
    listing.name = project.name;
    listing.description = project.description != nullptr ? project.description : "";
    return true;
}

bool AddEntries(const cJSON *entries, Listing &listing, mf_error &err)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, entries)
    {
        OGRMapflowOwned<mf_processing_free> processing;
        if (mf_processing_parse(&processing, entry, &err) != 0)
            return false;
        listing.documents.push_back(processing.document);
    }
    return true;
}

bool AddProcessings(mf_client *client, Listing &listing, mf_error &err)
{
    mf_pager *pager = nullptr;
    bool done = mf_processing_pager_open(&pager, listing.id.c_str(), nullptr, &err) == 0;
    while (done)
    {
        cJSON *entries = nullptr;
        done =
            mf_pager_next(pager, client, &entries, &err) == 0 && AddEntries(entries, listing, err);
        const bool isEnd = entries == nullptr;
        cJSON_Delete(entries);
        if (isEnd)
            break;
    }
    mf_pager_close(pager);
    if (!done)
        mf_error_prefix(&err, "the processings of project \"%s\"", listing.name.c_str());
    return done;
}

} // namespace

std::shared_ptr<const Listing> OGRMapflowListProject(const OGRMapflowOptions &options,
                                                     mf_client *client)
{
    const bool mayRecall =
        OGRMapflowCacheMode(options) == MF_CACHE_YES && !options.GetBool("WAIT", false);
    const std::string key = KeyOf(options, client);
    if (mayRecall)
    {
        if (auto recalled = Recall(key))
            return recalled;
    }
    auto listing = std::make_shared<Listing>();
    const Known read{listing, options.IsListing() ? listing : nullptr, mf_clock_monotonic(),
                     mf_client_write_count()};
    OGRMapflowError err;
    if (!FindProject(options, client, *listing, err) || !AddProcessings(client, *listing, err))
    {
        OGRMapflowRaise(err);
        return nullptr;
    }
    Remember(key, read);
    return listing;
}
