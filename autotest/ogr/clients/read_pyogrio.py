import pyogrio


def read(name, layer, where, box, options):
    rows = pyogrio.read_dataframe(name, layer=layer, where=where, bbox=box, **options)
    return rows["id"] if len(rows) else []
