"""Layers and metadata of a processing, and the ways to read its features."""

import json

import pytest
from osgeo import gdal, ogr

import oracle
from helpers import (BUILDING_COUNT, BUILDINGS, CANCELLED, COMBO, COUNTS, FAILED, FIRST_AREA, FIRST_AREA_COUNT,
                     MISSING,                     NOTHING, QUEUED, RASTER, REFUNDED, RUNNING, SECOND_AREA, UNKNOWN_STATUS, downloads, layer_names,
                     reports)
from paths import DATA

CENTRE = (4.490, 52.158, 4.500, 52.162)
FILTERS = (
    "class_id = 101",
    "class_id IN (102, 103) AND area > 100",
    "built_year = '1905-1910'",
    "shape_type IS NULL",
    "building_height > 10.5",
    "processing_date >= '2026/01/01'",
    "in_zkh = 1",
    "shape_type LIKE 'rect%'",
    "OGR_GEOMETRY = 'MULTIPOLYGON'",
    "class_id = -1",
)


@pytest.fixture
def layer(open_mapflow):
    """The buildings; keeps their dataset open."""
    dataset = open_mapflow(BUILDINGS)
    found = dataset.GetLayer(0)
    found.keep = dataset
    return found


@pytest.fixture
def expected():
    """The same buildings as the GeoJSON driver has them."""
    with oracle.open_oracle(DATA / "buildings.geojson") as dataset:
        yield dataset.GetLayer(0)


def ids(layer):
    layer.ResetReading()
    return [feature["id"] for feature in layer]


# ---- layers

def test_one_layer_named_after_the_processing(open_mapflow):
    dataset = open_mapflow(BUILDINGS)
    assert layer_names(dataset) == ["Leiden district buildings"]
    assert dataset.GetLayer(1) is None
    assert dataset.GetLayer(-1) is None
    for name in ("Leiden district buildings", "LEIDEN district buildings", "results", "Results"):
        assert dataset.GetLayerByName(name).GetFeatureCount() == BUILDING_COUNT
    assert dataset.GetLayerByName("nonsense") is None


@pytest.mark.parametrize("name, shown", (("", "results"), ("aois", "results"),
                                         ("Processing", "results"), ("results", "results"),
                                         ("été 漢字 / \"x\"", "été 漢字 _ _x_")))
def test_layer_of_a_processing_with_a_special_name(sb, open_mapflow, name, shown):
    dataset = open_mapflow(sb.add_processing(name=name, result="empty.geojson"))
    assert layer_names(dataset) == [shown]
    assert dataset.GetLayerByName("results").GetName() == shown


def test_areas(sb, open_mapflow):
    dataset = open_mapflow(BUILDINGS)
    areas = dataset.GetLayerByName("aois")
    assert areas.GetGeomType() == ogr.wkbPolygon
    assert areas.GetSpatialRef().GetAuthorityCode(None) == "4326"
    rows = list(areas)
    assert [row.GetFID() for row in rows] == [0, 1]
    assert {row["status"] for row in rows} == {"OK"}
    assert {row["percent"] for row in rows} == {100}
    assert [(row["id"], row["area_m2"], row["messages"]) for row in rows] == [
        (FIRST_AREA, 2284367, None), (SECOND_AREA, 2284367, None)]
    assert rows[0].GetGeometryRef().GetEnvelope() == (4.48, 4.495, 52.15, 52.17)
    assert layer_names(dataset) == ["Leiden district buildings"]
    dataset.GetLayerByName("aois")
    assert sum(request.path.endswith("/aois") for request in sb.requests) == 1


@pytest.mark.parametrize("coordinates", ([[["x", 1], [1, 1], [1, 0]]], 5, None))
def test_geometry_of_an_area_that_cannot_be_read(sb, open_mapflow, every_time, coordinates):
    broken = {"type": "Polygon", "coordinates": coordinates}
    sb.faults.add("/aois$", status=200, body=[{"id": FIRST_AREA, "status": "OK", "geometry": broken}])
    dataset = open_mapflow(BUILDINGS)
    with reports() as seen:
        rows = list(dataset.GetLayerByName("aois"))
    assert [(row["id"], row.GetGeometryRef()) for row in rows] == [(FIRST_AREA, None)]
    assert seen == [(gdal.CE_Warning, f"The geometry of area {FIRST_AREA} cannot be read and is left out.")]


def test_areas_are_filtered(open_mapflow):
    dataset = open_mapflow(BUILDINGS)
    areas = dataset.GetLayerByName("aois")
    areas.SetSpatialFilterRect(4.481, 52.151, 4.482, 52.152)
    assert areas.GetFeatureCount() == len(list(areas)) == 1
    areas.SetSpatialFilter(None)
    areas.SetAttributeFilter("status <> 'OK'")
    assert areas.GetFeatureCount() == len(list(areas)) == 0
    areas.SetAttributeFilter(None)
    assert areas.GetFeatureCount() == 2
    assert areas.GetFeature(2) is None


def test_processing_table(open_mapflow):
    dataset = open_mapflow(BUILDINGS)
    table = dataset.GetLayerByName("processing")
    assert table.GetGeomType() == ogr.wkbNone
    (row,) = list(table)
    assert (row["id"], row["status"], row["percent"]) == (BUILDINGS, "OK", 100)
    assert row["created"].startswith("2026/07/01 12:00:00")
    assert row["aoi_count"] == 2
    assert row["description"] == "Two AOIs in the north of Leiden"
    assert row["messages"] is None


# ---- metadata

def test_metadata(open_mapflow):
    metadata = open_mapflow(BUILDINGS).GetMetadata()
    assert metadata["PROCESSING_ID"] == BUILDINGS
    assert metadata["NAME"] == "Leiden district buildings"
    assert metadata["STATUS"] == "OK"
    assert metadata["PERCENT_COMPLETED"] == "100"
    assert metadata["MODEL"] == "🏠 Buildings"
    assert (metadata["AREA_M2"], metadata["COST"]) == ("4568733", "64")
    assert metadata["CREATED"] == "2026-07-01T12:00:00.000000Z"
    assert metadata["UPDATED"] == "2026-07-01T12:34:56.000000Z"
    assert "REVIEW_STATUS" not in metadata
    assert "PARTIAL" not in metadata


def test_document_of_the_server_without_secrets(open_mapflow):
    dataset = open_mapflow(FAILED, STATUS_ONLY="YES")
    (text,) = dataset.GetMetadata_List("json:MAPFLOW")
    document = json.loads(text)
    source = document["params"]["sourceParams"]["userDefined"]
    assert document["id"] == FAILED
    assert (source["rasterLogin"], source["rasterPassword"]) == ("", "")
    assert source["sourceType"] == "XYZ"
    assert "not-a-real-password" not in text


# ---- processings without a plain result

@pytest.mark.parametrize("processing", (BUILDINGS, RUNNING, FAILED, RASTER, QUEUED, CANCELLED,
                                        REFUNDED, UNKNOWN_STATUS))
def test_status_only_opens_anything(sb, open_mapflow, processing):
    dataset = open_mapflow(processing, STATUS_ONLY="YES")
    assert layer_names(dataset) == ["processing", "aois"]
    assert dataset.GetLayerByName("results") is None
    (row,) = list(dataset.GetLayer(0))
    assert row["status"] == dataset.GetMetadataItem("STATUS")
    assert downloads(sb) == []
    assert len(list(dataset.GetLayer(1))) == len(sb.state.processings[processing].aois)


def test_status_only_says_in_words_what_failed(open_mapflow):
    dataset = open_mapflow(FAILED, STATUS_ONLY="YES")
    (row,) = list(dataset.GetLayerByName("processing"))
    assert "too coarse" in row["messages"]
    fine, failed = list(dataset.GetLayerByName("aois"))
    assert (fine["status"], fine["messages"]) == ("OK", None)
    assert failed["status"] == "FAILED" and "too coarse" in failed["messages"]


@pytest.mark.parametrize("processing, count", ((FAILED, FIRST_AREA_COUNT), (REFUNDED, BUILDING_COUNT)))
def test_partial_reads_what_there_is(sb, open_mapflow, processing, count):
    sb.variants.result_when_not_ok = "partial"
    dataset = open_mapflow(processing, PARTIAL="YES")
    assert dataset.GetLayer(0).GetFeatureCount() == count
    assert dataset.GetMetadataItem("PARTIAL") == "YES"


def test_empty_result_is_a_layer(open_mapflow):
    dataset = open_mapflow(NOTHING)
    found = dataset.GetLayer(0)
    assert found.GetFeatureCount() == 0
    assert list(found) == []
    assert found.GetLayerDefn().GetFieldCount() == 0
    assert found.GetExtent(can_return_null=True) is None


# ---- features

def test_fid_is_the_position(layer):
    assert [feature.GetFID() for feature in layer] == list(range(BUILDING_COUNT))
    assert layer.GetFIDColumn() == ""


@pytest.mark.parametrize("fid", (-1, BUILDING_COUNT, 2 ** 40, -2 ** 62))
def test_feature_that_is_not_there(layer, fid):
    with reports() as seen:
        assert layer.GetFeature(fid) is None
    assert seen == []


def test_feature_by_fid_ignores_filters(layer):
    layer.SetAttributeFilter("class_id = -1")
    layer.SetSpatialFilterRect(0, 0, 1, 1)
    assert layer.GetFeature(5).GetFID() == 5


@pytest.mark.parametrize("where", FILTERS)
def test_attribute_filter_as_geojson_driver(layer, expected, where):
    for tested in (layer, expected):
        assert tested.SetAttributeFilter(where) == ogr.OGRERR_NONE
    assert ids(layer) == ids(expected)
    assert layer.GetFeatureCount() == len(ids(expected))
    layer.SetAttributeFilter(None)
    assert layer.GetFeatureCount() == BUILDING_COUNT


def test_attribute_filter_by_fid(layer):
    layer.SetAttributeFilter("FID = 42")
    assert [feature.GetFID() for feature in layer] == [42]


@pytest.mark.parametrize("box", (CENTRE, (4.48, 52.15, 4.51, 52.17), (0, 0, 1, 1),
                                 (4.4951, 52.1601, 4.4951, 52.1601), (-180, -90, 180, 90)))
def test_spatial_filter_as_geojson_driver(layer, expected, box):
    for tested in (layer, expected):
        tested.SetSpatialFilterRect(*box)
    assert ids(layer) == ids(expected)
    assert layer.GetFeatureCount() == len(ids(expected))


def test_spatial_filter_by_a_polygon(layer, expected):
    triangle = ogr.CreateGeometryFromWkt("POLYGON ((4.485 52.152,4.505 52.156,4.49 52.167,"
                                         "4.485 52.152))")
    for tested in (layer, expected):
        tested.SetSpatialFilter(triangle)
    assert 0 < len(ids(layer)) < BUILDING_COUNT
    assert ids(layer) == ids(expected)
    for tested in (layer, expected):
        tested.SetAttributeFilter("area > 100")
    assert ids(layer) == ids(expected)
    assert layer.GetFeatureCount() == expected.GetFeatureCount()
    layer.SetSpatialFilter(None)
    layer.SetAttributeFilter(None)
    assert len(ids(layer)) == BUILDING_COUNT


def test_attribute_filter_on_an_ignored_field(layer):
    layer.SetAttributeFilter("class_id = 101")
    wanted = [f["area"] for f in layer]
    assert 0 < len(wanted) < BUILDING_COUNT
    others = [d.GetName() for d in layer.schema if d.GetName() != "area"]
    for filter_first in (True, False):
        layer.SetAttributeFilter("class_id = 101" if filter_first else None)
        layer.SetIgnoredFields(others)
        layer.SetAttributeFilter("class_id = 101")
        assert [f["area"] for f in layer] == wanted
        assert layer.GetFeatureCount() == len(wanted)
        layer.SetIgnoredFields([])


@pytest.mark.parametrize("condition, count", (("OGR_GEOM_AREA > 1e-8", 2435), ("OGR_GEOMETRY = 'MULTIPOLYGON'", 1),
                                              ("OGR_GEOM_WKT LIKE 'MULTI%'", 1)))
def test_attribute_filter_on_the_ignored_geometry(layer, condition, count):
    assert layer.SetAttributeFilter(condition) == ogr.OGRERR_NONE
    try:
        assert len(list(layer)) == count
        assert layer.SetIgnoredFields(["OGR_GEOMETRY"]) == ogr.OGRERR_NONE
        assert len(list(layer)) == layer.GetFeatureCount() == count
    finally:
        layer.SetIgnoredFields([])
        layer.SetAttributeFilter(None)


def test_spatial_filter_with_ignored_geometry(layer):
    layer.SetSpatialFilterRect(*CENTRE)
    wanted = ids(layer)
    layer.SetIgnoredFields(["OGR_GEOMETRY"])
    assert ids(layer) == wanted


def test_capabilities(layer):
    yes = (ogr.OLCRandomRead, ogr.OLCFastSpatialFilter, ogr.OLCFastFeatureCount,
           ogr.OLCFastGetExtent, ogr.OLCFastSetNextByIndex, ogr.OLCIgnoreFields,
           ogr.OLCStringsAsUTF8)
    no = (ogr.OLCSequentialWrite, ogr.OLCRandomWrite, ogr.OLCDeleteFeature, ogr.OLCCreateField,
          ogr.OLCTransactions, ogr.OLCCurveGeometries)
    assert [name for name in yes if not layer.TestCapability(name)] == []
    assert [name for name in no if layer.TestCapability(name)] == []
    layer.SetAttributeFilter("area > 100")
    assert not layer.TestCapability(ogr.OLCFastSetNextByIndex)


def test_two_datasets_of_one_processing_do_not_meet(open_mapflow):
    one, other = open_mapflow(BUILDINGS), open_mapflow(BUILDINGS)
    one.GetLayer(0).SetAttributeFilter("FID = 102")
    assert [feature.GetFID() for feature in one.GetLayer(0)] == [102]
    assert [other.GetLayer(0).GetNextFeature().GetFID() for _ in range(3)] == [0, 1, 2]
    del one
    assert other.GetLayer(0).GetNextFeature().GetFID() == 3


def test_reading_leaves_no_temporary_file(open_mapflow, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    dataset = open_mapflow(COMBO)
    assert dataset.GetLayer(0).GetFeatureCount() == COUNTS["combo.geojson"]
    del dataset
    assert list(tmp_path.iterdir()) == []


# ---- a processing that is renamed -----------------------------------------------------------------

def test_layer_answers_to_what_it_was_called(sb, open_mapflow):
    """Any member of a project may rename it; saved projects and scripts know the old name."""
    processing = sb.state.processing(BUILDINGS)
    names = [processing.name, "Second name", "third, \"name\"\nof it"]
    for name in names:
        processing.name = name
        assert open_mapflow(BUILDINGS, CACHE="REFRESH").GetLayer(0).GetFeatureCount() == BUILDING_COUNT
    for options in ({}, {"CACHE": "OFFLINE"}):
        dataset = open_mapflow(BUILDINGS, **options)
        for name in (*names, names[0].upper(), "results", BUILDINGS, BUILDINGS.upper()):
            assert dataset.GetLayerByName(name).GetFeatureCount() == BUILDING_COUNT
        for name in ("Another name", "", "Second", MISSING):
            assert dataset.GetLayerByName(name) is None
    assert open_mapflow(BUILDINGS, CACHE="NO").GetLayerByName(names[0]) is None


def test_names_are_kept_when_the_result_is(sb, open_mapflow):
    """The last twenty."""
    processing = sb.state.processing(BUILDINGS)
    for name in [f"name {i}" for i in range(25)] * 2:
        processing.name = name
        assert open_mapflow(BUILDINGS, CACHE="REFRESH").GetLayerCount() == 1
    dataset = open_mapflow(BUILDINGS)
    assert [i for i in range(25) if dataset.GetLayerByName(f"name {i}") is not None] == list(range(5, 25))


@pytest.mark.parametrize("depth", [1, 31, 32, 33, 60, 300])
def test_collections_that_nest(sb, open_mapflow, tmp_path, depth):
    """WKB of GDAL ends at 32, GeoJSON does not: the geometry is that of GDAL's GeoJSON driver, and not null."""
    inner = {"type": "Point", "coordinates": [4.5, 52.1, 3]}
    for _ in range(depth):
        inner = {"type": "GeometryCollection", "geometries": [inner, {"type": "Point", "coordinates": [4.6, 52.2, 3]}]}
    path = tmp_path / "deep.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"a": 1}, "geometry": inner}]}))
    dataset = open_mapflow(sb.add_processing("deep", result=path.read_bytes()))
    reference = gdal.OpenEx(str(path))
    layer, expected = dataset.GetLayer(0), reference.GetLayer(0)
    own, other = layer.GetNextFeature(), expected.GetNextFeature()
    assert own.GetGeometryRef().ExportToIsoWkt() == other.GetGeometryRef().ExportToIsoWkt()
    layer.SetSpatialFilterRect(4.59, 52.19, 4.61, 52.21)
    assert layer.GetFeatureCount() == 1 and layer.GetExtent() == expected.GetExtent()


# ---- columns of JSON ------------------------------------------------------------------------------

def test_json_as_text(sb, run, open_mapflow, tmp_path):
    """The same values, in columns that any program takes."""
    rows = [{"o": {"a": 1}, "m": [1, {"b": None}], "t": "before 1850"}, {"o": "no JSON", "m": None, "t": "x"}]
    document = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": row, "geometry": {"type": "Point", "coordinates": [4.5, 52.1]}} for row in rows]}
    identifier = sb.add_processing("mixed", result=json.dumps(document).encode())
    read = {}
    for form in ("NATIVE", "TEXT"):
        for geometry in ("MIXED", "SPLIT"):
            dataset = open_mapflow(identifier, JSON=form, GEOMETRY=geometry)
            layer = dataset.GetLayer(0)
            read[form, geometry] = [[f.GetFieldAsString(i) for i in range(3)] for f in layer]
            subtypes = {layer.GetLayerDefn().GetFieldDefn(i).GetSubType() for i in range(3)}
            assert (ogr.OFSTJSON in subtypes) == (form == "NATIVE")
            assert layer.TestCapability(ogr.OLCFastGetArrowStream) or form == "NATIVE"
    assert len({json.dumps(values) for values in read.values()}) == 1
    done = run("ogr2ogr", tmp_path / "out.gpkg", f"MAPFLOW:{identifier}", "-oo", "JSON=TEXT")
    assert done.returncode == 0 and done.said == ""
