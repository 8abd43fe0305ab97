"""ogr2ogr writes the same through Arrow as from features.

It takes the way through Arrow, which has faults of its own, where a layer calls its stream fast.
"""

import contextlib
import itertools
import json
import uuid

import pytest
from osgeo import gdal, ogr

import oracle
from settings import config

VERSION = int(gdal.VersionInfo())
MISREADS_VALIDITY = VERSION >= 3100000  # with -t_srs; see compat.h


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
ENDINGS = {"GPKG": "gpkg", "GeoJSON": "geojson"}


def json_line(line):
    """A line of GeoJSON without nulls among the properties: a stream does not tell null from missing."""
    with contextlib.suppress(ValueError):
        read = json.loads(line.rstrip(b",\r"))
        if isinstance(read, dict) and isinstance(read.get("properties"), dict):
            read["properties"] = {key: value for key, value in read["properties"].items() if value is not None}
        return read
    return line


def content(path, target):
    """What is in a file, in a form that can be compared. Booleans have no width in a stream."""
    if target == "GeoJSON":
        size = gdal.VSIStatL(path).size
        file = gdal.VSIFOpenL(path, "rb")
        text = bytes(gdal.VSIFReadL(1, size, file)) if size else b""
        gdal.VSIFCloseL(file)
        return [json_line(line) for line in text.split(b"\n")]
    lines = []
    dataset = gdal.OpenEx(path, gdal.OF_VECTOR)
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
