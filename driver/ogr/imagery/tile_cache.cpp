// SPDX-License-Identifier: MIT
#include "imagery/tile_cache.h"

#include <algorithm>
#include <cinttypes>
#include <vector>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "common/connection.h"
#include "common/errors.h"
#include "store/cache_dir.h"

namespace
{

struct Folder
{
    std::string path{};
    int64_t used = 0; // ns since 1970
};

int64_t SizeOf(const std::string &path)
{
    const CPLStringList names(VSIReadDirRecursive(path.c_str()));
    int64_t size = 0;
    for (int i = 0; i < names.Count(); ++i)
    {
        VSIStatBufL facts;
        if (VSIStatL((path + '/' + names[i]).c_str(), &facts) == 0 && VSI_ISREG(facts.st_mode))
            size += static_cast<int64_t>(facts.st_size);
    }
    return size;
}

// Whether `name` is a UUID, "-", and 16 hexadecimal digits.
bool IsFolderName(const std::string &name)
{
    constexpr size_t ID = MF_UUID_SIZE - 1;
    char uuid[MF_UUID_SIZE];
    return name.size() == ID + 17 && name[ID] == '-' &&
           mf_uuid_parse(name.substr(0, ID).c_str(), uuid) != 0 &&
           name.find_first_not_of("0123456789abcdef", ID + 1) == std::string::npos;
}

std::vector<Folder> FoldersIn(const std::string &path)
{
    std::vector<Folder> folders;
    const CPLStringList names(VSIReadDir(path.c_str()));
    for (int i = 0; i < names.Count(); ++i)
    {
        mf_file_identity identity;
        Folder folder;
        folder.path = path + '/' + names[i];
        if (!IsFolderName(names[i]) || mf_path_identity(folder.path.c_str(), &identity) != 0)
            continue;
        folder.used = identity.used;
        folders.push_back(folder);
    }
    return folders;
}

constexpr const char *TILES = "/tiles";

// Returns the folder of the cache; "" when the user has none.
std::string ParentOf(const OGRMapflowCacheOptions &cache)
{
    return OGRMapflowTaken(mf_cache_folder(cache.Directory()), free);
}

// Limits trimming to once an hour, because adding up the sizes of all files is slow.
bool IsTrimDue(const std::string &path)
{
    constexpr double HOUR = 3600e9; // ns
    const std::string stamp = path + "/trimmed";
    mf_file_identity identity;
    if (mf_path_identity(stamp.c_str(), &identity) == 0 &&
        mf_clock_utc() * 1e9 - static_cast<double>(identity.used) < HOUR)
        return false;
    if (VSILFILE *const file = VSIFOpenL(stamp.c_str(), "wb"))
        VSIFCloseL(file);
    mf_path_touch(stamp.c_str());
    return true;
}

void Evict(const std::string &path, const std::string &id, const std::string &own, int64_t limit)
{
    std::vector<Folder> folders = FoldersIn(path);
    const auto isFormer = [&](const Folder &folder)
    { return folder.path != own && STARTS_WITH(folder.path.c_str(), (path + '/' + id).c_str()); };
    for (const Folder &folder : folders)
        if (isFormer(folder))
            VSIRmdirRecursive(folder.path.c_str());
    if (!IsTrimDue(path))
        return;
    std::sort(folders.begin(), folders.end(),
              [](const Folder &a, const Folder &b) { return a.used > b.used; });
    int64_t total = 0;
    for (const Folder &folder : folders)
    {
        total += SizeOf(folder.path);
        if (total > limit)
            VSIRmdirRecursive(folder.path.c_str());
    }
}

} // namespace

bool OGRMapflowTileFolder(const OGRMapflowOptions &options, const std::string &id,
                          const std::string &state, std::string &folder)
{
    OGRMapflowCacheOptions cache;
    folder.clear();
    if (!cache.Read(options))
        return false;
    if (cache.mode == MF_CACHE_NO)
        return true;
    const std::string parent = ParentOf(cache);
    const std::string path = parent + TILES;
    if (parent.empty())
        return true; // the user has no cache folder
    if (!OGRMapflowTry(mf_folder_create, path.c_str()) ||
        !OGRMapflowTry(mf_folder_check_private, parent.c_str()))
        return false;
    const std::string key = OGRMapflowBaseURL(options) + '\n' + state;
    folder = path + '/' + id + CPLSPrintf("-%016" PRIx64, mf_checksum_of(key.c_str(), key.size()));
    if (cache.mode == MF_CACHE_REFRESH)
        VSIRmdirRecursive(folder.c_str());
    if (!OGRMapflowTry(mf_folder_create, folder.c_str()))
        return false;
    mf_path_touch(folder.c_str());
    Evict(path, id, folder, cache.size / 10);
    return OGRMapflowTry(mf_folder_create, folder.c_str()); // it may have been evicted itself
}

int64_t OGRMapflowMeasureTiles(const OGRMapflowCacheOptions &cache, bool clears)
{
    int64_t bytes = 0;
    for (const Folder &folder : FoldersIn(ParentOf(cache) + TILES))
    {
        bytes += SizeOf(folder.path);
        if (clears)
            VSIRmdirRecursive(folder.path.c_str());
    }
    return bytes;
}
