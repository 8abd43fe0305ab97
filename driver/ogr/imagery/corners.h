// SPDX-License-Identifier: MIT
// corners: where the corners of a picture lie.
#ifndef MAPFLOW_CORNERS_H
#define MAPFLOW_CORNERS_H

#include <array>
#include <optional>

#include "common/compat.h"

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
