#include "cache_options.h"

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
    return options.CheckChoice("CACHE", {"YES", "NO", "REFRESH", "OFFLINE"}) &&
           options.GetSize("CACHE_SIZE", MF_DEFAULT_CACHE_SIZE, size);
}
