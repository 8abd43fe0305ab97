"""ogr2ogr writes the same through Arrow as from features.

It takes the way through Arrow, which has faults of its own, where a layer calls its stream fast, and wherever
OGR2OGR_USE_ARROW_API=YES tells it to.
"""

import contextlib
import itertools
import json
import uuid

import pytest
from osgeo import gdal, ogr

import awkward
import oracle
from paths import DATA
from settings import config

VERSION = int(gdal.VersionInfo())
HAS_ARROW = VERSION >= 3080000  # in ogr2ogr
MISREADS_VALIDITY = VERSION >= 3100000  # with -t_srs; see compat.h
STATES_JSON = VERSION >= 3100000
KEEPS_ZONES = VERSION >= 3110000


def square(i):
    """A polygon beside those of other numbers."""
    x, y = 4 + i * 0.001, 52 + i * 0.001
    return {"type": "Polygon", "coordinates": [[[x, y], [x + .0005, y], [x + .0005, y + .0005], [x, y]]]}


def feature(properties, geometry):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features):
    """The bytes of a FeatureCollection."""
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def squares(*properties):
    """A collection of polygons with these properties."""
    return collection(*(feature(more, square(i)) for i, more in enumerate(properties)))


def lacking(count, *missing):
    """A collection of polygons of which some have no geometry."""
    return collection(*(feature({"n": i, "t": f"text {i}"}, None if i in missing else square(i)) for i in range(count)))


def nested(depth):
    """A geometry in as many collections."""
    geometry = {"type": "Point", "coordinates": [4, 52]}
    for _ in range(depth):
        geometry = {"type": "GeometryCollection", "geometries": [geometry]}
    return geometry


NO_MEMBER = collection({"type": "Feature", "properties": {"n": 0}}, feature({"n": 1}, square(1)))
NO_GEOMETRY = {  # how a geometry may come to lack
    "null": lacking(40, 3),
    "several": lacking(600, 5, *range(300, 312)),
    "all but one": lacking(20, *range(1, 20)),
    "no member": NO_MEMBER,
    "unknown type": collection(feature({"n": 0}, {"type": "Circle", "coordinates": [4, 52]}), feature({"n": 1}, square(1))),
    "no coordinates": collection(feature({"n": 0}, {"type": "Polygon"}), feature({"n": 1}, square(1))),
    "unreadable": collection(feature({"n": 0}, {"type": "Point", "coordinates": ["x", 2]}), feature({"n": 1}, square(1))),
}
JSON = squares(*({"n": n, "o": {"a": n, "b": [1, None, "ä"]}} for n in range(20)))
MADE = {
    "one of 40 without a geometry": NO_GEOMETRY["null"],
    "several of 600 without a geometry": NO_GEOMETRY["several"],
    "geometry that is no member": NO_MEMBER,
    "geometry of an unknown type": NO_GEOMETRY["unknown type"],
    "json": JSON,
    "json and a date": squares({"o": {"a": 1}, "d": "2026-08-02"}, {"o": [], "d": None}, {"o": 7}),
    "date": squares({"d": "2026-08-02", "n": 1}, {"d": "1950-01-31", "n": 2}, {"n": 3}),
    "time": squares({"d": "12:34:56", "n": 1}, {"d": "12:34:57.5", "n": 2}),
    "date and time": squares({"d": "2026-08-02T12:34:56.789Z", "n": 1}, {"d": "1950-08-02T12:34:56+02:00", "n": 2}),
    "text": squares({"t": "Straße 5"}, {"t": ""}, {"t": None}),
    "lists": squares({"i": [1, 2], "r": [0.5], "t": ["a", "ä"]}, {"i": [], "r": None}),
    "lists of booleans": squares({"n": 1, "b": [True, False]}, {"n": 2, "b": []}),
    "fid": squares({"fid": 5, "n": 1}, {"fid": 7, "n": 2}),
    "nested deep": collection(feature({"n": 1}, nested(40)), feature({"n": 2}, square(1))),
    "nested": collection(feature({"n": 1}, nested(20)), feature({"n": 2}, square(1))),
    "buildings": DATA / "buildings.geojson",
    "combo": DATA / "combo.geojson",
    "forest": DATA / "forest.geojson",
}
AWKWARD = ("absent_null_and_empty", "crs_without_geometries", "datetime_fractions", "datetime_zones_mixed",
           "dimension_first_2d_then_3d", "geometry_all_kinds", "geometry_multipolygon", "geometry_null_only", "key_cases",
           "key_empty", "key_names_of_fids", "null_between", "number_int32_edges", "types_bool_then_other")
DOCUMENTS = MADE | {name: awkward.documents()[name] for name in AWKWARD}

# What ogr2ogr is told, of a layer and a column of it.
OPTIONS = {
    "": [],
    "-t_srs": ["-t_srs", "EPSG:32631"],
    "-where": ["-where", '"{column}" IS NOT NULL'],
    "-select": ["-select", "{column}"],
    "-where of FIDs": ["-where", "FID > 0"],
    "-where of listed FIDs": ["-where", "FID IN (0, 2, 3)"],
    "-where of the area": ["-where", "OGR_GEOM_AREA > 1e-12", "-t_srs", "EPSG:3857"],
    "-spat": ["-spat", "4", "52", "4.49", "52.3"],
    "all at once": ["-spat", "4", "52", "4.49", "52.3", "-where", '"{column}" IS NOT NULL', "-select", "{column}",
                    "-t_srs", "EPSG:32631", "-limit", "300"],
    "-clipsrc": ["-clipsrc", "4", "52", "4.49", "52.3"],
    "-limit": ["-limit", "2"],
    "-nlt": ["-nlt", "PROMOTE_TO_MULTI"],
    "-explodecollections": ["-explodecollections"],
    "-unsetFid": ["-unsetFid"],
    "-preserve_fid": ["-preserve_fid"],
    "-gt": ["-gt", "7", "-t_srs", "EPSG:3857"],
    "-sql": ["-sql", 'SELECT "{column}" FROM "{layer}" WHERE FID > 0 LIMIT 300'],
    "-dialect SQLITE": ["-dialect", "SQLITE", "-sql", 'SELECT * FROM "{layer}"'],
}
FEW = ("", "-t_srs", "-where")
TARGETS = {"GPKG": OPTIONS, "FlatGeobuf": OPTIONS, "GeoJSON": OPTIONS, "GeoJSONSeq": FEW, "CSV": FEW, "MapInfo File": FEW}
ENDINGS = {"GPKG": "gpkg", "FlatGeobuf": "fgb", "GeoJSON": "geojson", "GeoJSONSeq": "geojsonl", "CSV": "csv",
           "MapInfo File": "tab"}
# FlatGeobuf's writer of features ends with an error where a column has a list. A stream's lists are text to it.
FAILS_OF_FEATURES = {("FlatGeobuf", "types_bool_then_other"), ("FlatGeobuf", "lists"), ("FlatGeobuf", "lists of booleans")}

TIMES = {"date and time", "datetime_fractions", "datetime_zones_mixed"}

# What does not reach a GeoPackage through Arrow, and the MapInfo file never does: its features have styles.
NOT_THROUGH_ARROW = {
    "crs_without_geometries", "fid", "geometry_null_only", "key_cases", "key_empty", "key_names_of_fids", "nested deep", "time",
    "lists of booleans", "types_bool_then_other",
    *(MISREADS_VALIDITY * ("one of 40 without a geometry", "several of 600 without a geometry", "geometry that is no member",
                           "geometry of an unknown type")),
    *(TIMES if not KEEPS_ZONES else ()),
    *((not STATES_JSON) * ("buildings", "combo", "json", "json and a date")),
}


def json_line(line):
    """A line of GeoJSON without nulls among the properties: a stream does not tell null from missing."""
    with contextlib.suppress(ValueError):
        read = json.loads(line.rstrip(b",\r").replace(b":60.000Z", b":60Z"))  # 59.9999 s
        if isinstance(read, dict) and isinstance(read.get("properties"), dict):
            read["properties"] = {key: value for key, value in read["properties"].items() if value is not None}
        return read
    return line


def content(path, target):
    """What is in a file, in a form that can be compared. Booleans have no width in a stream."""
    if target in ("GeoJSON", "GeoJSONSeq", "CSV"):
        size = gdal.VSIStatL(path).size
        file = gdal.VSIFOpenL(path, "rb")
        text = bytes(gdal.VSIFReadL(1, size, file)) if size else b""
        gdal.VSIFCloseL(file)
        return [json_line(line) for line in text.split(b"\n")]
    lines = []
    dataset = gdal.OpenEx(path, gdal.OF_VECTOR)
    if dataset is None:
        return "failed"
    for layer in map(dataset.GetLayer, range(dataset.GetLayerCount())):
        definition, srs = layer.GetLayerDefn(), layer.GetSpatialRef()
        fields = [definition.GetFieldDefn(i) for i in range(definition.GetFieldCount())]
        lines.append((layer.GetName(), layer.GetGeomType(), srs and srs.ExportToWkt(), layer.GetMetadata()))
        lines += [(field.GetName(), field.GetType(), field.GetSubType()) for field in fields]
        for row in layer:
            geometry = row.GetGeometryRef()
            values = [oracle.value_text(row, i).replace("unset", "null") for i in range(len(fields))]
            lines.append((row.GetFID(), values, row.GetStyleString(), geometry and geometry.ExportToIsoWkt()))
    return lines


def first_difference(wanted, got):
    """The first lines of two contents that differ."""
    if "failed" in (wanted, got):
        return wanted[:6], got[:6]
    return next(((one, other) for one, other in itertools.zip_longest(wanted, got) if one != other), ())


@pytest.fixture
def convert(account, every_time):  # noqa: ARG001 (exceptions)
    """convert(dataset's name, target, options, OGR2OGR_USE_ARROW_API) -> (content or "failed", whether through Arrow)."""
    def converted(name, target, options, use_arrow):
        path, ways = f"/vsimem/{uuid.uuid4()}/out.{ENDINGS[target]}", []

        def watch(kind, number, message):  # noqa: ARG001
            ways.append("WriteArrowBatch()" in message)

        settings = {**{"MAPFLOW_" + key: value for key, value in account.items()}, "MAPFLOW_CACHE": "YES"}
        with config(OGR2OGR_USE_ARROW_API=use_arrow, CPL_DEBUG="OGR2OGR", **settings), oracle.exceptions(False):
            gdal.PushErrorHandler(watch)
            try:
                source = gdal.OpenEx(name, gdal.OF_VECTOR)
                good = gdal.VectorTranslate(path, source, options=["-f", target, *options]) is not None
                del source
                return content(path, target) if good else "failed", any(ways)
            finally:
                gdal.PopErrorHandler()
                gdal.RmdirRecursive(path.rpartition("/")[0])
    return converted


@pytest.fixture
def processing(sb):
    """processing(result) -> the name of its dataset."""
    return lambda result: "MAPFLOW:" + sb.add_processing(name="A", status="OK", result=result)


@pytest.mark.parametrize("lack", NO_GEOMETRY)
@pytest.mark.parametrize("target", ("GPKG", "GeoJSON"))
def test_rows_beside_one_without_a_geometry_are_transformed(processing, convert, target, lack):
    source = processing(NO_GEOMETRY[lack])
    wanted, _ = convert(source, target, ["-t_srs", "EPSG:32631"], "NO")
    got, _ = convert(source, target, ["-t_srs", "EPSG:32631"], None)
    assert wanted != "failed"
    assert not first_difference(wanted, got)


def is_fast(layer):
    return bool(layer.TestCapability(ogr.OLCFastGetArrowStream))


@pytest.mark.parametrize("lack", NO_GEOMETRY)
def test_stream_is_fast_unless_a_geometry_lacks(sb, open_mapflow, lack):
    """A missing geometry matters to GDALs that look for its validity in a wrong place, and where geometries are read."""
    dataset = open_mapflow(sb.add_processing(name="A", status="OK", result=NO_GEOMETRY[lack]))
    layer = dataset.GetLayer(0)
    assert is_fast(layer) == (not MISREADS_VALIDITY)
    layer.SetIgnoredFields(["OGR_GEOMETRY"])
    assert is_fast(layer)
    layer.SetIgnoredFields([])
    assert is_fast(layer) == (not MISREADS_VALIDITY)


def test_table_beside_polygons_is_fast(sb, open_mapflow):
    """The features that lack a geometry are a layer of their own with GEOMETRY=SPLIT, which has none to misread."""
    dataset = open_mapflow(sb.add_processing(name="A", status="OK", result=lacking(40, 3)), GEOMETRY="SPLIT")
    layers = [dataset.GetLayer(i) for i in range(dataset.GetLayerCount())]
    assert [layer.GetName() for layer in layers] == ["A_polygon", "A_other"]
    assert all(map(is_fast, layers))


@pytest.mark.parametrize("missing", ((), (19,)))
def test_merged_stream_is_fast_unless_one_result_lacks_a_geometry(sb, open_mapflow, missing):
    sb.add_project("P")
    for result in (lacking(20), lacking(20, *missing), lacking(20)):
        sb.add_processing(name="A", status="OK", project="P", result=result)
    dataset = open_mapflow("project=P,MERGE=YES")
    assert is_fast(dataset.GetLayer(0)) == (not missing or not MISREADS_VALIDITY)


def layer_and_column(open_mapflow, source):
    """The name of the first layer, and of a column of it, None if it has none with a name."""
    dataset = open_mapflow(source.removeprefix("MAPFLOW:"))
    layer = dataset.GetLayer(0)
    definition = layer.GetLayerDefn()
    columns = [definition.GetFieldDefn(i).GetName() for i in range(definition.GetFieldCount())]
    return layer.GetName(), next(filter(None, reversed(columns)), None)


if HAS_ARROW:
    @pytest.mark.parametrize("name", DOCUMENTS)
    def test_same_through_arrow(processing, open_mapflow, convert, name):
        source = processing(DOCUMENTS[name])
        layer, column = layer_and_column(open_mapflow, source)
        differences = []
        for target, option in ((target, option) for target, options in TARGETS.items() for option in options):
            told = [word.format(layer=layer, column=column) for word in OPTIONS[option]]
            if column is None and told != OPTIONS[option] and option != "-dialect SQLITE":
                continue
            wanted, through_arrow = convert(source, target, told, "NO")
            assert not through_arrow
            if wanted == "failed" and (target, name) in FAILS_OF_FEATURES:
                continue
            # A statement is a layer of GDAL's, which YES reads through Arrow whatever is lost.
            is_lost = "-sql" in told and name in NOT_THROUGH_ARROW | TIMES
            for use_arrow in (None,) if is_lost else (None, "YES"):
                got, through_arrow = convert(source, target, told, use_arrow)
                if got != wanted:
                    differences.append((target, option, use_arrow, *first_difference(wanted, got)))
                if option == "" and target in ("GPKG", "MapInfo File"):
                    assert through_arrow == (target == "GPKG" and name not in NOT_THROUGH_ARROW)
        assert not differences
