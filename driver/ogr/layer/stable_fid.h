// SPDX-License-Identifier: MIT
// stable_fid: feature ids that permanently belong to an object of the service.
#ifndef MAPFLOW_STABLE_FID_H
#define MAPFLOW_STABLE_FID_H

#include <cctype>
#include <cstdint>

#include "common/compat.h"

// Returns 53 bits of a hash of the UUID, exact as a double too. They do not depend on the order or
// the filter with which an object is read. The chance that two of 10,000 objects share an id is 1
// in 200 million.
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
