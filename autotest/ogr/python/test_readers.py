"""What other libraries of Python read, each in a process of its own: the rows that ogr2ogr reads.

fiona opens the drivers of its own list alone; a program has to add ours to it.
"""

import importlib.util
import pathlib
import re
import sys

import pytest

from helpers import BUILDING_COUNT, BUILDINGS, RUNNING

BOX = (4.489, 52.163, 4.497, 52.168)
WHERE = "class_id = 101"

FIONA = 'import fiona; fiona.drvsupport.supported_drivers["MAPFLOW"] = "r"\n'
READERS = {
    "pyogrio": """
import pyogrio
def read(bbox=None, where=None, columns=None):
    return pyogrio.read_dataframe(name, bbox=bbox, where=where, columns=columns)
""",
    "pyogrio-arrow": """
import pyogrio
def read(bbox=None, where=None, columns=None):
    return pyogrio.read_dataframe(name, bbox=bbox, where=where, columns=columns, use_arrow=True)
""",
    "fiona": FIONA + """
import geopandas
def read(bbox=None, where=None, columns=None):
    with fiona.open(name, include_fields=columns) as source:
        return geopandas.GeoDataFrame.from_features(source.filter(bbox=bbox, where=where), crs=source.crs)
""",
    "geopandas": """
import geopandas
def read(bbox=None, where=None, columns=None):
    return geopandas.read_file(name, bbox=bbox, where=where, columns=columns)
""",
    "geopandas-fiona": FIONA + """
import fiona, geopandas
def read(bbox=None, where=None, columns=None):
    ignored = None
    if columns is not None:
        with fiona.open(name) as source:
            ignored = [field for field in source.schema["properties"] if field not in columns]
    return geopandas.read_file(name, bbox=bbox, where=where, ignore_fields=ignored)
""",
}


def importable(module):
    """Whether Debian has the module here: bookworm has fiona, trixie pyogrio, forky pyarrow as well.

    It is not imported: some change the settings of GDAL for the whole process, as that of the trusted certificates.
    """
    return importlib.util.find_spec(module) is not None


HERE = [name for name, module in (("pyogrio", "pyogrio"), ("pyogrio-arrow", "pyarrow"), ("geopandas", "pyogrio"),
                                  ("fiona", "fiona"), ("geopandas-fiona", "fiona")) if importable(module)]
README = (pathlib.Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
EXAMPLES = [text for text in re.findall(r"^```python\n(.*?)^```", README, re.M | re.S)
            if all(map(importable, re.findall(r"^(?:import|from) (\w+)", text, re.M)))]


def test_one_of_the_libraries_is_here():
    assert HERE


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_of_the_readme(run, example_folder, example):
    done = run(sys.executable, "-W", "ignore", "-c", example)
    assert done.returncode == 0, done.said
    assert done.stdout


@pytest.mark.parametrize("reader", HERE)
@pytest.mark.parametrize("where, box", ((None, None), (WHERE, None), (None, BOX), (WHERE, BOX)))
def test_rows(python, ids_of, reader, where, box):
    if reader == "geopandas-fiona" and where is not None and box is not None:
        where = None  # it takes one of them
    ids = ids_of(where, box)
    assert 0 < len(ids) <= BUILDING_COUNT and (where or box or len(ids) == BUILDING_COUNT)
    assert python(READERS[reader] + f"""
frame = read(where={where!r}, bbox={box!r})
print(json.dumps([int(i) for i in frame["id"]]))""") == ids


@pytest.mark.parametrize("reader", HERE)
def test_columns_and_rows_are_chosen_independently(python, ids_of, reader):
    ids = ids_of(WHERE)
    assert python(READERS[reader] + f"""
frame = read(where={WHERE!r}, columns=["id"])
print(json.dumps([sorted(frame.columns), [int(i) for i in frame["id"]]]))""") == \
        [["geometry", "id"], ids]


@pytest.mark.parametrize("reader", HERE)
def test_values(python, open_mapflow, reader):
    dataset = open_mapflow(BUILDINGS)
    first = dataset.GetLayer(0).GetFeature(0)
    assert python(READERS[reader] + """
frame = read()
row = frame.iloc[0]
print(json.dumps([str(row["processing_date"])[:10], row["shape_type"], row.geometry.wkt, frame.crs.to_epsg()]))
""") == [first["processing_date"].replace("/", "-"), first["shape_type"],
         wkt_of(python, first), 4326]


def wkt_of(python, feature):
    """The geometry as shapely writes it."""
    wkb = bytes(feature.GetGeometryRef().ExportToWkb()).hex()
    return python(f"import shapely.wkb; print(json.dumps(shapely.wkb.loads({wkb!r}, hex=True).wkt))")


@pytest.mark.parametrize("reader", HERE)
def test_processing_without_a_result_is_an_error(run, reader):
    done = run(sys.executable, "-W", "ignore", "-c",
               f"name = 'MAPFLOW:{RUNNING}'\n{READERS[reader]}read()")
    assert done.returncode == 1
    assert "IN_PROGRESS" in done.said
