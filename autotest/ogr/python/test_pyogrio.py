"""What pyogrio has beyond reading rows."""

import json

import pytest

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


@pytest.mark.parametrize("statement", ("SELECT * FROM results", "SELECT n FROM results", "SELECT n AS m FROM results",
                                       "SELECT * FROM results WHERE n > 0"))
def test_statement_has_the_geometries_and_the_reference_system(sb, python, statement):
    """With Arrow where pyarrow is there, and without."""
    points = [{"type": "Feature", "properties": {"n": n, "text": f"t{n}"},
               "geometry": {"type": "Point", "coordinates": [4 + n, 52]}} for n in range(3)]
    identifier = sb.add_processing(name="Plain", status="OK",
                                   result=json.dumps({"type": "FeatureCollection", "features": points}).encode())
    found = python(f"""
import importlib.util
import pyogrio
ways = [{{}}] + ([{{"use_arrow": True}}] if importlib.util.find_spec("pyarrow") else [])
frames = [pyogrio.read_dataframe(name, sql={statement!r}, **way) for way in ways]
print(json.dumps([[frame.crs.to_epsg(), [point.x for point in frame.geometry],
                   [int(n) for n in frame.iloc[:, 0]]] for frame in frames]))""", f"MAPFLOW:{identifier}")
    kept = [1, 2] if "WHERE" in statement else [0, 1, 2]
    assert found == [[4326, [4.0 + n for n in kept], kept]] * len(found)
