"""pyogrio with the driver's own Arrow stream."""

import pyogrio


def read(name, layer, where, box, options):
    rows = pyogrio.read_dataframe(name, layer=layer, where=where, bbox=box, use_arrow=True, **options)
    return rows["id"] if len(rows) else []
