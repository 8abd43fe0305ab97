"""From the three families of coordinates that the service takes to lon/lat: EPSG:4326, EPSG:3857, UTM on WGS84."""

from math import asin, atan, atan2, cos, cosh, degrees, log, pi, radians, sin, sinh, sqrt, tan

A = 6378137.0
F = 1 / 298.257223563
N = F / (2 - F)
RECTIFYING = A / (1 + N) * (1 + N**2 / 4 + N**4 / 64)
BETA = (N / 2 - 2 * N**2 / 3 + 37 * N**3 / 96, N**2 / 48 + N**3 / 15, 17 * N**3 / 480)
DELTA = (2 * N - 2 * N**2 / 3 - 2 * N**3, 7 * N**2 / 3 - 8 * N**3 / 5, 56 * N**3 / 15)
METRES_PER_DEGREE = 111320.0


def is_known(epsg):
    return epsg in (4326, 3857) or 32601 <= (epsg or 0) <= 32660 or 32701 <= (epsg or 0) <= 32760


def to_lonlat(epsg, x, y):
    """Lon/lat in degrees of a position in one of the known systems."""
    if epsg == 4326:
        return x, y
    if epsg == 3857:
        return degrees(x / A), degrees(atan(sinh(y / A)))
    return _from_utm(epsg, x, y)


def _from_utm(epsg, easting, northing):
    """Krüger's series to the third order: below a millimetre in the zone."""
    zone, is_south = epsg % 100, epsg >= 32700
    xi = (northing - (10_000_000 if is_south else 0)) / (0.9996 * RECTIFYING)
    eta = (easting - 500_000) / (0.9996 * RECTIFYING)
    xi_, eta_ = xi, eta
    for j, beta in enumerate(BETA, 1):
        xi_ -= beta * sin(2 * j * xi) * cosh(2 * j * eta)
        eta_ -= beta * cos(2 * j * xi) * sinh(2 * j * eta)
    chi = asin(sin(xi_) / cosh(eta_))
    latitude = chi + sum(delta * sin(2 * j * chi) for j, delta in enumerate(DELTA, 1))
    return zone * 6 - 183 + degrees(atan2(sinh(eta_), cos(xi_))), degrees(latitude)


def world_pixel(lon, lat, zoom):
    """Position in the pyramid of 256 px tiles of EPSG:3857, in pixels from its north-west corner."""
    size = 256 * 2**zoom
    lat = max(-85.0511287798, min(85.0511287798, lat))
    return (lon + 180) / 360 * size, (0.5 - log(tan(pi / 4 + radians(lat) / 2)) / (2 * pi)) * size


def distance(dx, dy):
    return sqrt(dx * dx + dy * dy)
