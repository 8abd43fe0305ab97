"""fiona."""

import logging

import fiona

logging.basicConfig()  # warnings of GDAL, and errors that fiona does not raise
fiona.drvsupport.supported_drivers["MAPFLOW"] = "r"


def read(name, layer, where, box, options):
    with fiona.open(name, layer=layer, **options) as source:
        return [row["properties"]["id"] for row in source.filter(where=where, bbox=box)]
