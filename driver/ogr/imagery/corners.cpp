// SPDX-License-Identifier: MIT
#include "imagery/corners.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace
{

constexpr double SAME = 1e-9; // degrees

// Returns the corners of the only ring, without the closing one and repeated ones; none when there
// are several polygons.
std::vector<OGRRawPoint> RingOf(const OGRGeometry &footprint)
{
    std::vector<OGRRawPoint> ring;
    const auto type = wkbFlatten(footprint.getGeometryType());
    if (type == wkbMultiPolygon && footprint.toMultiPolygon()->getNumGeometries() == 1)
        return RingOf(*footprint.toMultiPolygon()->getGeometryRef(0));
    if (type != wkbPolygon)
        return ring;
    const auto isNew = [](const OGRRawPoint &point, const OGRRawPoint &other)
    { return std::hypot(point.x - other.x, point.y - other.y) > SAME; };
    for (const OGRPoint &point : *footprint.toPolygon()->getExteriorRing())
    {
        const OGRRawPoint corner(point.getX(), point.getY());
        if (ring.empty() || isNew(corner, ring.back()))
            ring.push_back(corner);
    }
    if (ring.size() > 1 && !isNew(ring.front(), ring.back()))
        ring.pop_back();
    return ring;
}

std::vector<OGRRawPoint> CornersOf(const OGREnvelope &box)
{
    return {{box.MinX, box.MaxY}, {box.MaxX, box.MaxY}, {box.MaxX, box.MinY}, {box.MinX, box.MinY}};
}

bool IsBox(const std::vector<OGRRawPoint> &ring, const OGREnvelope &box)
{
    const auto isCorner = [&box](const OGRRawPoint &point)
    {
        return std::min(std::fabs(point.x - box.MinX), std::fabs(point.x - box.MaxX)) <= SAME &&
               std::min(std::fabs(point.y - box.MinY), std::fabs(point.y - box.MaxY)) <= SAME;
    };
    return std::all_of(ring.begin(), ring.end(), isCorner);
}

// Orders the ring clockwise, starting at the corner nearest to the box's north-west.
void PutInOrder(std::vector<OGRRawPoint> &ring, const OGREnvelope &box)
{
    double area = 0;
    for (size_t i = 0; i < ring.size(); ++i)
    {
        const OGRRawPoint &from = ring[i], &to = ring[(i + 1) % ring.size()];
        area += (from.x - box.MinX) * (to.y - box.MinY) - (to.x - box.MinX) * (from.y - box.MinY);
    }
    if (area > 0)
        std::reverse(ring.begin(), ring.end());
    const double stretch = std::cos((box.MinY + box.MaxY) / 2 * M_PI / 180);
    const auto distance = [&](const OGRRawPoint &point)
    { return std::hypot((point.x - box.MinX) * stretch, point.y - box.MaxY); };
    const auto first = std::min_element(ring.begin(), ring.end(),
                                        [&](const OGRRawPoint &a, const OGRRawPoint &b)
                                        { return distance(a) < distance(b); });
    std::rotate(ring.begin(), first, ring.end());
}

} // namespace

std::optional<OGRMapflowCorners> OGRMapflowCornersOf(const OGRGeometry &footprint)
{
    OGRMapflowCorners corners;
    OGREnvelope box;
    footprint.getEnvelope(&box);
    if (!(box.MinX < box.MaxX && box.MinY < box.MaxY))
        return std::nullopt;
    std::vector<OGRRawPoint> ring = RingOf(footprint);
    corners.isExact = ring.size() == 4;
    corners.isUpright = !corners.isExact || IsBox(ring, box);
    if (corners.isUpright)
        ring = CornersOf(box);
    else
        PutInOrder(ring, box);
    std::copy(ring.begin(), ring.end(), corners.points.begin());
    return corners;
}
