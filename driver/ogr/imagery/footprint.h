// SPDX-License-Identifier: MIT
// footprint: where a picture lies, as the service tells it: WKT in lon/lat.
#ifndef MAPFLOW_FOOTPRINT_H
#define MAPFLOW_FOOTPRINT_H

#include <array>
#include <memory>
#include <optional>

#include "common/compat.h"

// nullptr when there is none, or one that cannot be read. No CPLError.
std::unique_ptr<OGRGeometry> OGRMapflowReadFootprint(const char *wkt);

// The corners of a picture in degrees: north-west, north-east, south-east, south-west, as they are
// in the picture itself, which may be turned on the ground.
struct OGRMapflowCorners
{
    std::array<OGRRawPoint, 4> points{};
    bool isUpright = false; // a box of meridians and parallels
    bool isExact = true;    // false: the box around a footprint that has other corners
};

// From the ring of a footprint, which may begin at any corner and run either way (imagery
// notes 6.1).
std::optional<OGRMapflowCorners> OGRMapflowCornersOf(const OGRGeometry &footprint);

#endif
