// SPDX-License-Identifier: MIT
// stable_fid: feature ids that belong to an object of the service for good.
#ifndef MAPFLOW_STABLE_FID_H
#define MAPFLOW_STABLE_FID_H

#include <cctype>
#include <cstdint>

#include "common/compat.h"

// The same in whatever order and through whatever filter an object is read: 53 bits of a hash of
// its UUID, exact as a double too. The chance that two of 10,000 objects share one is 1 to 200
// million.
inline GIntBig OGRMapflowStableFID(const char *id)
{
    uint64_t hash = 14695981039346656037u; // FNV-1a
    for (; *id != '\0'; ++id)
        hash = (hash ^ static_cast<unsigned char>(tolower(static_cast<unsigned char>(*id)))) *
               1099511628211u;
    hash ^= hash >> 32;
    return static_cast<GIntBig>(hash & ((uint64_t{1} << 53) - 1));
}

#endif
