// cache_options: the open options of the cache.
#ifndef MAPFLOW_CACHE_OPTIONS_H
#define MAPFLOW_CACHE_OPTIONS_H

#include <string>

#include "common/options.h"
#include "store/result.h"

struct OGRMapflowCacheOptions
{
    mf_cache_mode mode = MF_CACHE_YES;
    std::string directory{}; // "": the user's own
    int64_t size = MF_DEFAULT_CACHE_SIZE;

    // Returns false after one CPLError.
    bool Read(const OGRMapflowOptions &options);

    // As the core wants it.
    const char *Directory() const { return directory.empty() ? nullptr : directory.c_str(); }
};

// The open option CACHE; MF_CACHE_YES for anything unknown.
mf_cache_mode OGRMapflowCacheMode(const OGRMapflowOptions &options);

#endif
