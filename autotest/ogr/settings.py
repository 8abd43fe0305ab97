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
