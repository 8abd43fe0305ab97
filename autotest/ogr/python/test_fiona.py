"""What fiona has beyond reading rows."""

from helpers import BUILDING_COUNT, BUILDINGS


def test_fiona(python, open_mapflow):
    dataset = open_mapflow(BUILDINGS)
    west, east, south, north = dataset.GetLayer(0).GetExtent()
    assert python("""
import fiona
fiona.drvsupport.supported_drivers["MAPFLOW"] = "r"
with fiona.open(name) as source:
    print(json.dumps([fiona.listlayers(name), len(source), source.crs.to_epsg(), list(source.bounds)]))
""") == [["Leiden district buildings"], BUILDING_COUNT, 4326, [west, south, east, north]]
