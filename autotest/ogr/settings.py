"""GDAL's options for the length of a `with` block."""

import contextlib

from osgeo import gdal


@contextlib.contextmanager
def config(**options):
    """Configuration options: with config(GDAL_HTTP_TIMEOUT=1): …"""
    before = {key: gdal.GetConfigOption(key) for key in options}
    for key, value in options.items():
        gdal.SetConfigOption(key, str(value))
    try:
        yield
    finally:
        for key, value in before.items():
            gdal.SetConfigOption(key, value)


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
