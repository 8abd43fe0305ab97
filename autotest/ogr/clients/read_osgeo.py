"""GDAL's own bindings. Before GDAL 3.7 each module has a switch for exceptions."""

from osgeo import gdal, ogr

gdal.UseExceptions()
ogr.UseExceptions()


def read(name, layer, where, box, options):
    dataset = gdal.OpenEx(name, gdal.OF_VECTOR, open_options=[f"{key}={value}" for key, value in options.items()])
    rows = dataset.GetLayerByName(layer) if layer else dataset.GetLayer(0)
    rows.SetAttributeFilter(where)
    if box:
        rows.SetSpatialFilterRect(*box)
    return [row["id"] for row in rows]
