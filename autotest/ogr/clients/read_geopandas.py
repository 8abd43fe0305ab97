"""geopandas, which has its rows from pyogrio."""

import geopandas


def read(name, layer, where, box, options):
    rows = geopandas.read_file(name, engine="pyogrio", layer=layer, where=where, bbox=box, **options)
    return rows["id"] if len(rows) else []
