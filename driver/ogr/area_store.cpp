#include "area_store.h"

#include <map>
#include <mutex>

#include "parallel.h"
#include "processing.h"
#include "waiting.h"

namespace
{

constexpr size_t MOST_KEPT = 20000; // processings: some 10 MB

std::mutex storeMutex;
std::map<std::string, OGRMapflowAreas> store;

// Another account may not be allowed to see what this one saw.
std::string KeyOf(const mf_client *client, const std::string &id)
{
    return std::string(mf_client_base_url(client)) + ' ' +
           std::to_string(mf_client_account(client)) + ' ' + id;
}

bool Recall(const std::string &key, OGRMapflowAreas &areas)
{
    const std::lock_guard<std::mutex> lock(storeMutex);
    const auto found = store.find(key);
    if (found == store.end())
        return false;
    areas = found->second;
    return true;
}

void Remember(const std::string &key, const OGRMapflowAreas &areas)
{
    const std::lock_guard<std::mutex> lock(storeMutex);
    if (store.size() >= MOST_KEPT)
        store.clear();
    store[key] = areas;
}

void AddPolygons(OGRMultiPolygon &whole, const char *geojson)
{
    CPLErrorHandlerPusher quiet(CPLQuietErrorHandler);
    const std::unique_ptr<OGRGeometry> part(OGRGeometryFactory::createFromGeoJson(geojson));
    if (part == nullptr)
        return;
    const OGRwkbGeometryType type = wkbFlatten(part->getGeometryType());
    if (type == wkbPolygon)
        whole.addGeometry(part.get());
    else if (type == wkbMultiPolygon)
    {
        for (const auto *polygon : *part->toMultiPolygon())
            whole.addGeometry(polygon);
    }
}

// Returns 0 or what mf_processing_aois returns.
int Fetch(mf_client *client, const std::string &id, OGRMapflowAreas &areas, mf_error &err)
{
    mf_aoi_list list;
    int isOffered = 0;
    if (mf_processing_aois(&list, &isOffered, client, id.c_str(), &err) != 0)
        return -1;
    auto whole = std::make_shared<OGRMultiPolygon>();
    for (size_t i = 0; i < list.count; ++i)
    {
        if (list.items[i].geometry != nullptr)
            AddPolygons(*whole, list.items[i].geometry);
    }
    areas.isOffered = isOffered != 0;
    if (!whole->IsEmpty())
        areas.geometry = std::move(whole);
    mf_aoi_list_free(&list);
    return 0;
}

} // namespace

bool OGRMapflowGetAreas(mf_client *client, const std::vector<std::string> &ids,
                        std::vector<OGRMapflowAreas> &areas, mf_error &err)
{
    std::vector<size_t> missing;
    areas.assign(ids.size(), {});
    for (size_t i = 0; i < ids.size(); ++i)
    {
        if (!Recall(KeyOf(client, ids[i]), areas[i]))
            missing.push_back(i);
    }
    if (missing.empty())
        return true;
    const OGRMapflowInterruptible interruptible;
    std::vector<mf_error> errors(missing.size());
    std::vector<int> failed(missing.size(), 0);
    OGRMapflowInParallel(missing.size(),
                         [&](size_t turn)
                         {
                             const size_t i = missing[turn];
                             mf_error_init(&errors[turn]);
                             failed[turn] = Fetch(client, ids[i], areas[i], errors[turn]);
                             if (!failed[turn])
                                 Remember(KeyOf(client, ids[i]), areas[i]);
                         });
    for (size_t turn = 0; turn < missing.size(); ++turn)
    {
        if (failed[turn])
        {
            err = errors[turn];
            return false;
        }
    }
    return true;
}
