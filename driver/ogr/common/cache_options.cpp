#include "common/cache_options.h"

mf_cache_mode OGRMapflowCacheMode(const OGRMapflowOptions &options)
{
    const std::string mode = options.Get("CACHE", "YES");
    return EQUAL(mode.c_str(), "NO")        ? MF_CACHE_NO
           : EQUAL(mode.c_str(), "REFRESH") ? MF_CACHE_REFRESH
           : EQUAL(mode.c_str(), "OFFLINE") ? MF_CACHE_OFFLINE
                                            : MF_CACHE_YES;
}

bool OGRMapflowCacheOptions::Read(const OGRMapflowOptions &options)
{
    mode = OGRMapflowCacheMode(options);
    directory = options.Get("CACHE_DIR");
    if (STARTS_WITH(directory.c_str(), "/vsi"))
    {
        CPLError(CE_Failure, CPLE_IllegalArg,
                 "CACHE_DIR=%.100s is not possible: the cache is mapped into memory and needs a "
                 "folder of a disk.",
                 directory.c_str());
        return false;
    }
    size = options.GetSize("CACHE_SIZE", MF_DEFAULT_CACHE_SIZE);
    return true;
}
