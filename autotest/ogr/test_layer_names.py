"""Names of layers: nothing is written outside the folder, nothing is lost, and the name as it was is found."""

import json

import pytest
from osgeo import gdal, ogr

from helpers import PROJECT, PROJECT_DATASET, layer_names

AWKWARD = [
    "../../evil", "..\\..\\evil", "/tmp/evil", "C:\\evil", "C:evil", "..", ".", "...", "../", ".hidden", "a/../../b",
    "2026/05 roofs", "a/b", "a_b", "A_B", "a b", "a-b", "a:b", "a", "a.b", "a.shp", "a.csv", "a.tab",
    "con", "NUL.v1", "Com1", "LPT9", "COM0", "tab\there", "new\nline", "\x7f", "\x01", "ends. ", "ends", " starts", " ",
    "x" * 300, "x" * 299 + "y", "ü" * 150, "Офис", "офис", "ÉTÉ", "été", "Ωmega", "ωmega", 'q"uote', "wh?t*", "<tag>|",
    "", "results", "Results_2", "aois", "processing", "~", "-lco", "(x)", "#x", "%s%n", "a;b", "'; DROP TABLE a; --",
]
FOLDERS = {
    "ESRI Shapefile": [], "CSV": ["-lco", "GEOMETRY=AS_WKT"], "FlatGeobuf": [], "MapInfo File": [],
    "MapInfo File, MIF": ["-dsco", "FORMAT=MIF"], "LIBKML": [], "GPKG": ["--config", "GPKG_NAME_CHECK", "NO"],
}
ENDINGS = {"GPKG": "out.gpkg"}


def result_of(tag, geometry=None):
    feature = {"type": "Feature", "properties": {"tag": tag}, "geometry": geometry or {
        "type": "Point", "coordinates": [4.5, 52.25]}}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


@pytest.fixture
def awkward_project(sb):
    sb.state.add_project(PROJECT)
    return [sb.state.add_processing(name=name, project=PROJECT, result=result_of(f"tag {number}"))
            for number, name in enumerate(AWKWARD)]


@pytest.fixture
def deep(tmp_path):
    """A folder to write to, so deep that what climbs out of it stays in tmp_path."""
    inner = tmp_path / "one" / "two" / "three"
    inner.mkdir(parents=True)
    return inner


def files_of(top):
    return {path for path in top.rglob("*") if path.is_file()}


def tags_in(path):
    """Each value of the field `tag` in all layers."""
    tags = []
    dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    for name in layer_names(dataset):
        tags += [row["tag"] for row in dataset.GetLayerByName(name)]
    return tags


def written(run, folder, driver, name):
    options = FOLDERS[driver]
    target = folder / ENDINGS.get(driver, "out")
    done = run("ogr2ogr", "-f", driver.split(",")[0], *options, target, name)
    assert done.returncode == 0 and "ERROR" not in done.said, done.said
    return target


DRIVERS = [name for name in FOLDERS if ogr.GetDriverByName(name.split(",")[0])]


@pytest.mark.parametrize("driver", DRIVERS)
def test_project_of_awkward_names(run, awkward_project, tmp_path, deep, driver):
    target = written(run, deep, driver, f"MAPFLOW:{PROJECT_DATASET}")
    assert all(path == target or target in path.parents for path in files_of(tmp_path))
    assert sorted(tags_in(target)) == sorted(f"tag {number}" for number in range(len(AWKWARD)))


@pytest.mark.parametrize("driver", ("ESRI Shapefile", "CSV", "FlatGeobuf", "MapInfo File"))
@pytest.mark.parametrize("name", ("../../evil", "..", "2026/05 roofs", "C:\\evil", ".hidden", "new\nline", "x" * 300),
                         ids=ascii)
def test_processing_of_an_awkward_name(sb, run, tmp_path, deep, driver, name):
    identifier = sb.add_processing(name=name, status="OK", result=result_of("only"))
    if driver in ("ESRI Shapefile", "MapInfo File"):
        (deep / "out").mkdir()
    target = written(run, deep, driver, f"MAPFLOW:{identifier}")
    assert all(path.parent == target and not path.name.startswith(".") for path in files_of(tmp_path))
    assert tags_in(target) == ["only"]


@pytest.mark.parametrize("name, wanted", (
    ("../../evil", "___.._evil"), ("..", "__"), (".hidden", "_hidden"), ("2026/05 roofs", "2026_05 roofs"),
    ("a\\b:c", "a_b_c"), ("new\nline", "new_line"), ("ends. ", "ends"), (" . ", "results"), ("con", "_con"),
    ("NUL.v1", "_NUL.v1"), ("COM0", "COM0"), ("console", "console"), ("Leiden, district «1»", "Leiden, district «1»"),
    ("x" * 201, "x" * 200), ("ü" * 101, "ü" * 100), ("x" + "ü" * 100, "x" + "ü" * 99), ("aois", "results"),
    ("Processing. ", "results"), ("/", "_"), ("   ", "results"), ("", "results")))
def test_name_of_the_layer_of_a_processing(sb, open_mapflow, name, wanted):
    identifier = sb.add_processing(name=name, status="OK", result=result_of("only"))
    dataset = open_mapflow(identifier)
    assert layer_names(dataset) == [wanted]
    for called in {name, wanted, "results"} - {"", "aois"}:
        assert dataset.GetLayerByName(called).GetName() == wanted
    assert dataset.GetMetadataItem("NAME") == (name or None)
    split = open_mapflow(identifier, GEOMETRY="SPLIT")
    assert layer_names(split) == [wanted + "_point"]
    assert split.GetLayerByName(name + "_point").GetName() == wanted + "_point"


def test_layers_of_a_project_are_found_by_the_names_as_they_were(awkward_project, open_mapflow):
    dataset = open_mapflow(PROJECT_DATASET)
    names = layer_names(dataset)
    assert len({name.casefold() for name in names}) == len(AWKWARD)
    for number, (name, given) in enumerate(zip(AWKWARD, names)):
        layer = dataset.GetLayer(number)
        assert layer.GetMetadataItem("NAME") == (name or None)
        assert dataset.GetLayerByName(given).GetName() == given
        taken = [other for other in names if other.casefold() == name.casefold()]
        first = names[AWKWARD.index(name)]
        if name.isascii() and name:
            assert dataset.GetLayerByName(name).GetName() == (taken or [first])[0]


def test_names_that_become_equal_get_numbers(sb, open_mapflow):
    sb.state.add_project(PROJECT)
    for name in ("a/b", "a_b", "A B", "a-b", "a_b_2", "Офис", "офис", "ОФИС", "Étage", "étage", "ą", "Ą"):
        sb.state.add_processing(name=name, project=PROJECT, result=result_of(name))
    dataset = open_mapflow(PROJECT_DATASET)
    assert layer_names(dataset) == ["a_b", "a_b_2", "A B_3", "a-b_4", "a_b_2_2", "Офис", "офис_2", "ОФИС_3",
                                    "Étage", "étage_2", "ą", "Ą_2"]
    assert dataset.GetLayerByName("a/b").GetNextFeature()["tag"] == "a/b"
    assert dataset.GetLayerByName("a-b").GetNextFeature()["tag"] == "a-b"
    assert dataset.GetLayerByName("ОФИС").GetNextFeature()["tag"] == "ОФИС"


def test_many_equal_names(sb, open_mapflow):
    sb.state.add_project(PROJECT)
    for _ in range(300):
        sb.state.add_processing(name="a/b", project=PROJECT, result=result_of("same"))
    assert layer_names(open_mapflow(PROJECT_DATASET)) == ["a_b"] + [f"a_b_{number}" for number in range(2, 301)]


def test_kinds_of_geometry_of_awkward_names(sb, run, tmp_path, deep, open_mapflow):
    sb.state.add_project(PROJECT)
    for name in ("../../evil", ".._.._evil", "../"):
        sb.state.add_processing(name=name, project=PROJECT, result=result_of(name))
    dataset = open_mapflow(PROJECT_DATASET, GEOMETRY="SPLIT")
    assert layer_names(dataset) == ["___.._evil_point", "___.._evil_2_point", "____point"]
    assert dataset.GetLayerByName("../../evil_point").GetMetadataItem("NAME") == "../../evil"
    target = written(run, deep, "CSV", f"MAPFLOW:{PROJECT_DATASET},GEOMETRY=SPLIT")
    assert all(path.parent == target for path in files_of(tmp_path))
    assert sorted(tags_in(target)) == ["../", "../../evil", ".._.._evil"]


def test_reason_that_qgis_lists_leads_nowhere(sb, account):
    identifier = sb.add_processing(name="../../evil\\x", status="FAILED")
    dataset = gdal.OpenEx(f"MAPFLOW:{identifier}", gdal.OF_VECTOR, open_options=[
        "@LIST_ALL_TABLES=YES", *(f"{key}={value}" for key, value in account.items())])
    (name,) = layer_names(dataset)
    assert name.startswith("Error: ") and "evil" in name and not set(name) & set("/\\")


def test_name_of_the_layer_can_be_chosen(sb, open_mapflow):
    """The other names find it too. It is as safe as that of a processing."""
    identifier = sb.add_processing(name="Roofs/2026", status="OK", result=result_of("only"))
    dataset = open_mapflow(identifier, LAYER_NAME="results")
    assert layer_names(dataset) == ["results"] and dataset.GetMetadataItem("NAME") == "Roofs/2026"
    for name in ("results", "Roofs/2026", identifier):
        assert dataset.GetLayerByName(name).GetName() == "results"
    assert layer_names(open_mapflow("name=Roofs/2026,LAYER_NAME=../roofs")) == ["___roofs"]
    assert layer_names(open_mapflow(identifier, LAYER_NAME="aois")) == ["results"]
    split = open_mapflow(identifier, LAYER_NAME="roofs", GEOMETRY="SPLIT")
    assert layer_names(split) == ["roofs_point"]
    assert split.GetLayerByName("Roofs/2026_point").GetName() == "roofs_point"


def test_name_of_the_layer_is_of_a_processing(open_mapflow):
    for name in ("", "project=Default", "search"):
        with pytest.raises(RuntimeError, match="LAYER_NAME"):
            open_mapflow(name, LAYER_NAME="results")
