"""What pyogrio has beyond reading rows."""

from helpers import BUILDING_COUNT, BUILDINGS, COMBO


def test_layers_and_facts(python):
    layers, facts = python("""
import pyogrio
info = pyogrio.read_info(name)
print(json.dumps([pyogrio.list_layers(name).tolist(),
              [info["features"], info["driver"], info["crs"], len(info["fields"])]]))""")
    assert layers == [["Leiden district buildings", "Unknown"]]
    assert facts == [BUILDING_COUNT, "MAPFLOW", "EPSG:4326", 15]


def test_window_of_rows(python, ids_of):
    ids = ids_of()
    assert python("""
import pyogrio
frame = pyogrio.read_dataframe(name, skip_features=10, max_features=5)
print(json.dumps([int(i) for i in frame["id"]]))""") == ids[10:15]


def test_bounds_and_fids(python, open_mapflow):
    dataset = open_mapflow(BUILDINGS)
    fids = python("""
import pyogrio
print(json.dumps(pyogrio.read_bounds(name)[0].tolist()))""")
    assert fids == list(range(dataset.GetLayer(0).GetFeatureCount()))


def test_mixed_kinds_of_geometry(python, open_mapflow):
    dataset = open_mapflow(COMBO)
    kinds = sorted({row.GetGeometryRef().GetGeometryName() for row in dataset.GetLayer(0)})
    assert python("""
import pyogrio
frame = pyogrio.read_dataframe(name)
print(json.dumps(sorted({kind.upper() for kind in frame.geom_type})))""", f"MAPFLOW:{COMBO}") == kinds
