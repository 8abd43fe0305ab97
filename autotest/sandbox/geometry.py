"""The AOI of a request: a bare GeoJSON Polygon or MultiPolygon, lon/lat, 2D, closed, simple.

Self-crossing rings are refused with `geometry.Invalid` (the only code a source
names for bad geometries). Third coordinates and positions outside ±180/±90
are refused because no source says what the service makes of them (API notes 19).
"""

from .area import ring_area
from .errors import bad_request
from .validate import Members


def polygons_of(geometry):
    """The polygons of a geometry object, each a list of rings of [lon, lat]; 400 for anything else."""
    members = Members(geometry, "geometry")
    kind = members.one_of("type", ("Polygon", "MultiPolygon"), required=True)
    coordinates = members.filled_list("coordinates", required=True)
    members.finish()
    polygons = [coordinates] if kind == "Polygon" else coordinates
    for polygon in polygons:
        if not isinstance(polygon, list) or not polygon:
            raise bad_request("a polygon is a list of rings")
        for ring in polygon:
            _check_ring(ring)
    return polygons


def _check_ring(ring):
    if not isinstance(ring, list):
        raise bad_request("a ring is a list of positions")
    for position in ring:
        _check_position(position)
    if len(ring) < 4:
        raise bad_request("a ring has at least four positions")
    if ring[0] != ring[-1]:
        raise bad_request("a ring ends where it starts")
    if ring_area(ring) == 0 or _crosses_itself(ring):
        raise bad_request("geometry is invalid", "geometry.Invalid")


def _check_position(position):
    if not isinstance(position, list) or len(position) != 2:
        raise bad_request("a position is [lon, lat]")
    if not all(type(value) in (int, float) for value in position):
        raise bad_request("coordinates are numbers")
    lon, lat = position
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise bad_request(f"position {lon}, {lat} is outside the world")


def _side(a, b, c):
    """Positive when c is left of a→b, negative when right, 0 when on the line."""
    value = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (value > 0) - (value < 0)


def _crosses_itself(ring):
    """Whether two edges of the ring properly cross: a sweep over edges sorted by their west end."""
    edges = [(min(a[0], b[0]), max(a[0], b[0]), a, b) for a, b in zip(ring, ring[1:]) if a != b]
    edges.sort(key=lambda edge: edge[0])
    active = []
    for west, east, a, b in edges:
        active = [edge for edge in active if edge[0] >= west]
        for _, c, d in active:
            if _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0:
                return True
        active.append((east, a, b))
    return False
