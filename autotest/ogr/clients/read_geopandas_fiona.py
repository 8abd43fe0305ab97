"""geopandas, which has its rows from fiona. It takes a condition or a box."""

import logging

import fiona
import geopandas

logging.basicConfig()  # warnings of GDAL, and errors that fiona does not raise
fiona.drvsupport.supported_drivers["MAPFLOW"] = "r"


def read(name, layer, where, box, options):
    rows = geopandas.read_file(name, engine="fiona", layer=layer, where=where, bbox=box, **options)
    return rows["id"] if len(rows) else []
