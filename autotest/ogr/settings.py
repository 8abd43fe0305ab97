"""GDAL's options for the length of a `with` block."""

import contextlib

from osgeo import gdal


_in_force = {}  # gdal.GetConfigOption() would give the environment's values too, and these must not be set


@contextlib.contextmanager
def config(**options):
    """Configuration options: with config(GDAL_HTTP_TIMEOUT=1): …"""
    before = {key: _in_force.get(key) for key in options}
    _set(options)
    try:
        yield
    finally:
        _set(before)


def _set(options):
    for key, value in options.items():
        gdal.SetConfigOption(key, None if value is None else str(value))
    _in_force.update(options)


# A silent server is an error after a second, and nothing is retried.
# curl counts what was sent, too: the limit is above that of a request with a body.
QUICK = {"GDAL_HTTP_LOW_SPEED_TIME": "1", "GDAL_HTTP_LOW_SPEED_LIMIT": "5000", "GDAL_HTTP_MAX_RETRY": "0"}


@contextlib.contextmanager
def path_specific(path="MAPFLOW:", **options):
    """Path-specific options, as QGIS and GDAL's configuration file set them."""
    for key, value in options.items():
        gdal.SetPathSpecificOption(path, key, str(value))
    try:
        yield
    finally:
        gdal.ClearPathSpecificOptions(path)


def read_all(dataset):
    """The number of features, each of them read."""
    return sum(1 for _ in dataset.GetLayer(0))
