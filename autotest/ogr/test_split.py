"""GEOMETRY=SPLIT: a layer for each kind of geometry of a result."""

import json

import pytest
from osgeo import gdal, ogr

import oracle

SHAPES = {
    "polygon": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
    "polygons": {"type": "MultiPolygon", "coordinates": [[[[2, 0], [3, 0], [3, 1], [2, 0]]]]},
    "line": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
    "point": {"type": "Point", "coordinates": [5, 5, 7]},
    "points": {"type": "MultiPoint", "coordinates": [[6, 6]]},
    "nothing": None,
    "collection": {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [0, 0]}]},
}


@pytest.fixture
def split(sb, open_mapflow):
    """Opens a result with features of those shapes: split("line", …) -> dataset."""
    def opened(*shapes, **options):
        features = [{"type": "Feature", "properties": {"n": n, "shape": shape}, "geometry": SHAPES[shape]}
                    for n, shape in enumerate(shapes)]
        text = json.dumps({"type": "FeatureCollection", "features": features}).encode()
        identifier = sb.state.add_processing(name="mixed", result=text)
        return open_mapflow(identifier, **{"GEOMETRY": "SPLIT", "CACHE": "NO", **options})
    return opened


def layers(dataset):
    return [dataset.GetLayer(i) for i in range(dataset.GetLayerCount())]


def test_families(split):
    dataset = split("polygon", "line", "polygons", "nothing", "point", "polygon", "collection")
    found = {layer.GetName(): [f["n"] for f in layer] for layer in layers(dataset)}
    assert found == {"mixed_polygon": [0, 2, 5], "mixed_line": [1], "mixed_point": [4],
                     "mixed_other": [3, 6]}
    assert [layer.GetFeatureCount() for layer in layers(dataset)] == [3, 1, 1, 2]
    assert [ogr.GeometryTypeToName(layer.GetGeomType()) for layer in layers(dataset)] == [
        "Multi Polygon", "Line String", "3D Point", "Unknown (any)"]
    assert {f.GetGeometryRef().GetGeometryName() for f in dataset.GetLayer(0)} == {"MULTIPOLYGON"}
    assert dataset.GetLayerByName("mixed_LINE").GetFeatureCount() == 1
    assert dataset.GetLayerByName("results").GetFeatureCount() == 7


def test_one_family_needs_no_promotion(split):
    dataset = split("polygon", "polygon")
    (layer,) = layers(dataset)
    assert layer.GetGeomType() == ogr.wkbPolygon and layer.GetName() == "mixed_polygon"
    assert {f.GetGeometryRef().GetGeometryName() for f in layer} == {"POLYGON"}


def test_table(split, tmp_path):
    dataset = split("nothing", "polygon", "nothing", "nothing")
    layer = dataset.GetLayerByName("mixed_other")
    assert layer.GetGeomType() == ogr.wkbNone
    assert [(f["n"], f.GetGeometryRef()) for f in layer] == [(0, None), (2, None), (3, None)]
    assert layer.GetFeature(2)["n"] == 2
    layer.SetAttributeFilter("n > 1")
    assert [f["n"] for f in layer] == [2, 3]
    layer.SetAttributeFilter("OGR_GEOM_AREA > 1")
    assert [f["n"] for f in layer] == []
    layer.SetAttributeFilter(None)
    layer.SetIgnoredFields(["shape"])
    assert [f["n"] for f in layer] == [0, 2, 3]
    with oracle.tolerant():
        layer.SetSpatialFilterRect(0, 0, 4, 4)
        assert [f["n"] for f in layer] in ([], [0, 2, 3])  # some GDALs refuse the filter
        layer.SetSpatialFilter(None)
    gdal.VectorTranslate(str(tmp_path / "out.gpkg"), dataset, format="GPKG")
    written = gdal.OpenEx(str(tmp_path / "out.gpkg"))
    assert [(one.GetName(), one.GetFeatureCount()) for one in layers(written)] == [
        ("mixed_polygon", 1), ("mixed_other", 3)]


def test_no_features(split):
    dataset = split()
    assert [(layer.GetName(), layer.GetFeatureCount()) for layer in layers(dataset)] == [("mixed", 0)]


def test_filters_and_fids(split):
    dataset = split("polygon", "line", "polygons", "line", "polygon")
    layer = dataset.GetLayerByName("mixed_polygon")
    assert [f.GetFID() for f in layer] == [0, 2, 4]
    assert layer.GetFeature(2)["shape"] == "polygons" and layer.GetFeature(1) is None
    assert layer.GetFeature(99) is None
    layer.SetAttributeFilter("n > 0")
    assert [f["n"] for f in layer] == [2, 4] and layer.GetFeatureCount() == 2
    layer.SetSpatialFilterRect(1.5, 0, 4, 4)
    assert [f["n"] for f in layer] == [2] and layer.GetFeatureCount() == 1
    layer.SetAttributeFilter(None)
    layer.SetSpatialFilter(None)
    assert layer.GetFeatureCount() == 3
    with oracle.tolerant():
        assert layer.SetAttributeFilter("no_such_field = 1") != ogr.OGRERR_NONE
    assert layer.TestCapability(ogr.OLCFastFeatureCount) and layer.GetFeatureCount(0) == 3
    assert layer.GetExtent() == (0, 3, 0, 1)
    lines = dataset.GetLayerByName("mixed_line")
    lines.SetIgnoredFields(["shape"])
    assert [(f["n"], f["shape"]) for f in lines] == [(1, None), (3, None)]


def test_shapefiles(split, tmp_path):
    dataset = split("polygon", "line", "polygons", "points")
    gdal.VectorTranslate(str(tmp_path), dataset, format="ESRI Shapefile")
    written = sorted(p.name for p in tmp_path.glob("*.shp"))
    assert written == ["mixed_line.shp", "mixed_point.shp", "mixed_polygon.shp"]


def test_project(sb, split, open_mapflow):
    sb.state.add_project("two")
    for name, shapes in (("a", ("line", "point")), ("b", ("polygon",)), ("c", ())):
        features = [{"type": "Feature", "properties": {}, "geometry": SHAPES[s]} for s in shapes]
        sb.state.add_processing(name=name, project="two", result=json.dumps(
            {"type": "FeatureCollection", "features": features}).encode())
    dataset = open_mapflow("project=two", GEOMETRY="SPLIT")
    assert [(layer.GetName(), layer.GetFeatureCount()) for layer in layers(dataset)] == [
        ("a_line", 1), ("a_point", 1), ("b_polygon", 1), ("c", 0)]


def test_unknown_value(split):
    with pytest.raises(RuntimeError, match="GEOMETRY"):
        split("line", GEOMETRY="SOMETIMES")
