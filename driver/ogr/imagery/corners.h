// SPDX-License-Identifier: MIT
// corners: the positions of the corners of a picture.
#ifndef MAPFLOW_CORNERS_H
#define MAPFLOW_CORNERS_H

#include <array>
#include <optional>

#include "common/compat.h"

// The corners of a picture in degrees: north-west, north-east, south-east, south-west in the
// picture's own orientation. The picture may be rotated on the ground.
struct OGRMapflowCorners
{
    std::array<OGRRawPoint, 4> points{};
    bool isUpright = false; // a box along meridians and parallels
    bool isExact = true;    // false: the box around a footprint without four corners
};

// Finds the corners from the ring of a footprint, which may start at any corner and run in either
// direction (imagery notes 6.1).
std::optional<OGRMapflowCorners> OGRMapflowCornersOf(const OGRGeometry &footprint);

#endif
