"""ogr2ogr from a processing to the formats that people use."""


import pytest
from osgeo import gdal

import oracle
from helpers import BUILDING_COUNT, BUILDINGS, COMBO, FIRST_AREA, FIRST_AREA_COUNT, NOTHING, layer_names
from paths import DATA

FORMATS = (("GPKG", "out.gpkg"), ("FlatGeobuf", "out.fgb"), ("GeoJSON", "out.geojson"),
           ("ESRI Shapefile", "out.shp"), ("CSV", "out.csv"))


def counts(path):
    """The number of features of each layer by its name."""
    dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    return {name: dataset.GetLayerByName(name).GetFeatureCount() for name in layer_names(dataset)}


def count(path):
    (number,) = counts(path).values()
    return number


@pytest.mark.parametrize("name, file", FORMATS)
def test_conversion(run, tmp_path, name, file):
    done = run("ogr2ogr", "-f", name, tmp_path / file, f"MAPFLOW:{BUILDINGS}")
    assert done.returncode == 0, done.said
    assert "ERROR" not in done.said
    assert count(tmp_path / file) == BUILDING_COUNT


@pytest.mark.parametrize("name, file", (("GPKG", "out.gpkg"), ("GeoJSON", "out.geojson")))
def test_conversion_of_nothing(run, tmp_path, name, file):
    done = run("ogr2ogr", "-f", name, tmp_path / file, f"MAPFLOW:{NOTHING}")
    assert done.returncode == 0, done.said
    assert count(tmp_path / file) == 0


def test_geopackage_is_the_same_layer(run, tmp_path):
    path = tmp_path / "out.gpkg"
    assert run("ogr2ogr", path, f"MAPFLOW:{BUILDINGS}").returncode == 0
    written = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    with oracle.open_oracle(DATA / "buildings.geojson") as expected:
        ours, theirs = written.GetLayer(0), expected.GetLayer(0)
        assert ours.GetName() == "Leiden district buildings"
        assert ours.GetExtent() == pytest.approx(theirs.GetExtent(), abs=1e-12)
        assert [d.GetName() for d in ours.schema] == [d.GetName() for d in theirs.schema]
        for one, other in zip(ours, theirs, strict=True):
            assert one["id"] == other["id"]
            assert one.GetGeometryRef().ExportToWkb() == other.GetGeometryRef().ExportToWkb()


def test_geojson_is_what_the_geojson_driver_would_write(run, tmp_path):
    """But for the member "crs", which GDAL leaves out only where the source was GeoJSON."""
    def features(path):
        return [line for line in path.read_text().splitlines() if '"Feature"' in line]

    ours, theirs = tmp_path / "ours.geojson", tmp_path / "theirs.geojson"
    assert run("ogr2ogr", "-nln", "x", ours, f"MAPFLOW:{COMBO}").returncode == 0
    assert run("ogr2ogr", "-noNativeData", "-nln", "x", theirs, DATA / "combo.geojson").returncode == 0
    assert features(ours) == features(theirs) != []


def test_selection_and_reprojection(run, tmp_path):
    path = tmp_path / "out.gpkg"
    done = run("ogr2ogr", "-t_srs", "EPSG:32631", "-where", "class_id = 101", "-select",
               "id,area", path, f"MAPFLOW:{BUILDINGS},AOI={FIRST_AREA}")
    assert done.returncode == 0, done.said
    written = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    layer = written.GetLayer(0)
    assert layer.GetFeatureCount() == 201
    assert [d.GetName() for d in layer.schema] == ["id", "area"]
    assert layer.GetSpatialRef().GetAuthorityCode(None) == "32631"


@pytest.mark.parametrize("name, statement", [("{}", "SELECT * FROM results"), ("{}", "SELECT n FROM results"),
                                             ("project=Default", "SELECT * FROM Plain")])
def test_statement_without_conditions(sb, run, tmp_path, name, statement):
    """OGR SQL hands on the Arrow stream of a layer that calls its own fast."""
    feature = b'{"type":"Feature","properties":{"n":1,"text":"a"},"geometry":{"type":"Point","coordinates":[1,2]}}'
    plain = sb.add_processing(name="Plain", status="OK", result=b'{"type":"FeatureCollection","features":['
                              + b",".join([feature] * 3) + b"]}")
    done = run("ogr2ogr", tmp_path / "out.gpkg", "MAPFLOW:" + name.format(plain), "-sql", statement)
    assert done.returncode == 0, done.said
    assert count(tmp_path / "out.gpkg") == 3


def test_named_layers(run, tmp_path):
    path = tmp_path / "areas.gpkg"
    done = run("ogr2ogr", path, f"MAPFLOW:{BUILDINGS}", "aois")
    assert done.returncode == 0, done.said
    assert count(path) == 2
    done = run("ogr2ogr", "-update", "-nln", "buildings", path, f"MAPFLOW:{BUILDINGS}", "results")
    assert done.returncode == 0, done.said
    assert counts(path) == {"aois": 2, "buildings": BUILDING_COUNT}


def test_append_and_sql(run, tmp_path):
    path = tmp_path / "out.gpkg"
    name = f"MAPFLOW:{BUILDINGS}"
    assert run("ogr2ogr", "-nln", "all", path, name).returncode == 0
    assert run("ogr2ogr", "-append", "-nln", "all", path, name).returncode == 0
    assert count(path) == 2 * BUILDING_COUNT
    done = run("ogrinfo", "-q", name, "-sql",
               "SELECT COUNT(*) FROM \"Leiden district buildings\"")
    assert f"= {BUILDING_COUNT}" in done.stdout, done.said


def test_open_option_on_the_command_line(run):
    done = run("ogrinfo", "-so", "-al", "-oo", f"AOI={FIRST_AREA}", f"MAPFLOW:{BUILDINGS}")
    assert done.returncode == 0
    assert f"Feature Count: {FIRST_AREA_COUNT}\n" in done.stdout
