// SPDX-License-Identifier: MIT
#include "common/areas.h"

#include <cstdlib>
#include <map>
#include <mutex>

#include "common/connection.h"
#include "common/errors.h"
#include "common/parallel.h"
#include "common/polygon_parts.h"
#include "common/waiting.h"

std::unique_ptr<OGRGeometry> OGRMapflowReadArea(const char *geojson)
{
    const OGRMapflowQuiet quiet;
    return std::unique_ptr<OGRGeometry>(OGRGeometryFactory::createFromGeoJson(geojson));
}

std::unique_ptr<OGRGeometry> OGRMapflowReadShape(const char *text)
{
    if (text[strspn(text, " \t\r\n")] == '{')
        return OGRMapflowReadArea(text);
    const OGRMapflowQuiet quiet;
    OGRGeometry *geometry = nullptr;
    if (OGRGeometryFactory::createFromWkt(text, nullptr, &geometry) != OGRERR_NONE)
        return nullptr;
    return std::unique_ptr<OGRGeometry>(geometry);
}

namespace
{

// ---- in memory ----------------------------------------------------------------------------------

constexpr size_t MOST_KEPT = 20000; // processings, about 10 MB

std::mutex storeMutex;
std::map<std::string, OGRMapflowAreas> store;

// The key has the account: another one may not be allowed to see the same areas.
std::string KeyOf(const OGRMapflowAreaSource &source, const std::string &id)
{
    return source.baseURL + ' ' + std::to_string(mf_client_account(source.client)) + ' ' + id;
}

// Finds nothing if the cache is to be refreshed.
bool Recall(const OGRMapflowAreaSource &source, const std::string &id, OGRMapflowAreas &areas)
{
    const std::lock_guard<std::mutex> lock(storeMutex);
    const auto found = store.find(KeyOf(source, id));
    if (found == store.end() || source.cache.mode == MF_CACHE_REFRESH)
        return false;
    areas = found->second;
    return true;
}

// Skips an unfinished processing without areas: it may get them later.
void Remember(const OGRMapflowAreaSource &source, const OGRMapflowAreaOwner &owner,
              const OGRMapflowAreas &areas)
{
    if (areas.geometry == nullptr && areas.isOffered && owner.fingerprint.empty())
        return;
    const std::lock_guard<std::mutex> lock(storeMutex);
    if (store.size() >= MOST_KEPT)
        store.clear();
    store[KeyOf(source, owner.id)] = areas;
}

// ---- from the disk or the server ----------------------------------------------------------------

// Number of additions before the cache is trimmed. Trimming looks through the whole cache, which
// may hold a great many files.
constexpr size_t MOST_ADDED = 1000;

// The outcome for one processing.
struct Outcome
{
    int result = -1; // as mf_aoi_list_acquire returns it
    OGRMapflowError err{};
    OGRMapflowError cacheErr{};
};

// Does not report errors: it may run in a worker thread.
Outcome Acquire(const OGRMapflowAreaSource &source, const OGRMapflowAreaOwner &owner,
                mf_aoi_list &list)
{
    Outcome outcome;
    mf_aoi_request wanted = {};
    wanted.client = source.client;
    wanted.base_url = source.baseURL.c_str();
    wanted.id = owner.id.c_str();
    wanted.fingerprint = owner.fingerprint.empty() ? nullptr : owner.fingerprint.c_str();
    wanted.mode = source.cache.mode;
    wanted.cache_directory = source.cache.Directory();
    wanted.debug = OGRMapflowDebug;
    outcome.result = mf_aoi_list_acquire(&list, &wanted, &outcome.cacheErr, &outcome.err);
    return outcome;
}

void WarnOnce(OGRMapflowAreaSource &source, mf_error why)
{
    mf_error_prefix(&why, "Areas are not cached");
    mf_error_append(&why, ". Set CACHE_DIR to another folder.");
    if (!source.hasWarned)
        CPLError(CE_Warning, CPLE_AppDefined, "%s", why.message);
    source.hasWarned = true;
}

// Call it after all requests have ended.
bool Conclude(OGRMapflowAreaSource &source, const std::vector<Outcome> &outcomes, mf_error &err)
{
    const Outcome *failed = nullptr, *notKept = nullptr;
    for (const Outcome &outcome : outcomes)
    {
        source.added += outcome.result == 1;
        if (failed == nullptr && outcome.result < 0)
            failed = &outcome;
        if (notKept == nullptr && outcome.cacheErr.kind != MF_OK)
            notKept = &outcome;
    }
    if (source.added >= MOST_ADDED)
        OGRMapflowTrimAreas(source);
    if (notKept != nullptr)
        WarnOnce(source, notKept->cacheErr);
    if (failed != nullptr)
        err = failed->err;
    return failed == nullptr;
}

// ---- geometries ---------------------------------------------------------------------------------

OGRMapflowAreas GeometryOf(const mf_aoi_list &list)
{
    OGRMapflowAreas areas;
    auto whole = std::make_shared<OGRMultiPolygon>();
    for (size_t i = 0; i < list.count; ++i)
    {
        const char *const geojson = list.items[i].geometry;
        if (const auto part = geojson != nullptr ? OGRMapflowReadArea(geojson) : nullptr)
            OGRMapflowAddPolygonsOf(*part, *whole);
    }
    areas.isOffered = list.is_offered != 0;
    if (!whole->IsEmpty())
        areas.geometry = std::move(whole);
    return areas;
}

Outcome Fetch(const OGRMapflowAreaSource &source, const OGRMapflowAreaOwner &owner,
              OGRMapflowAreas &areas)
{
    OGRMapflowOwned<mf_aoi_list_free> list;
    const Outcome outcome = Acquire(source, owner, list);
    if (outcome.result >= 0)
    {
        areas = GeometryOf(list);
        Remember(source, owner, areas);
    }
    return outcome;
}

} // namespace

OGRMapflowAreaOwner OGRMapflowAreaOwner::Of(const mf_processing &processing)
{
    return {processing.id, OGRMapflowTaken(mf_processing_is_terminal(&processing)
                                               ? mf_processing_fingerprint(&processing)
                                               : nullptr,
                                           free)};
}

bool OGRMapflowGetAreaList(OGRMapflowAreaSource &source, const OGRMapflowAreaOwner &owner,
                           mf_aoi_list &list, mf_error &err)
{
    const OGRMapflowInterruptible interruptible;
    const bool done = Conclude(source, {Acquire(source, owner, list)}, err);
    OGRMapflowTrimAreas(source);
    return done;
}

bool OGRMapflowGetAreas(OGRMapflowAreaSource &source,
                        const std::vector<OGRMapflowAreaOwner> &owners,
                        std::vector<OGRMapflowAreas> &areas, mf_error &err)
{
    std::vector<size_t> missing;
    areas.assign(owners.size(), {});
    for (size_t i = 0; i < owners.size(); ++i)
    {
        if (!Recall(source, owners[i].id, areas[i]))
            missing.push_back(i);
    }
    if (missing.empty())
        return true;
    const OGRMapflowInterruptible interruptible;
    std::vector<Outcome> outcomes(missing.size());
    OGRMapflowInParallel(missing.size(),
                         [&](size_t turn)
                         {
                             const size_t i = missing[turn];
                             outcomes[turn] = Fetch(source, owners[i], areas[i]);
                         });
    return Conclude(source, outcomes, err);
}

void OGRMapflowTrimAreas(OGRMapflowAreaSource &source)
{
    if (source.added > 0)
        mf_aoi_cache_trim(source.cache.Directory(), source.added, source.cache.size);
    source.added = 0;
}
