"""What layers a source has: QGIS asks for that first, with LIST_ALL_TABLES=YES, and drops the error."""

import os
import shutil
import time

import pytest
from osgeo import gdal, ogr

from helpers import (BUILDING_COUNT, BUILDINGS, COMBO, FAILED, MISSING, REWORK, RUNNING, downloads, field_names,
                     layer_names, options_of, reports, secrets_of)

LIST = {"@LIST_ALL_TABLES": "YES"}


@pytest.fixture
def only_layer(open_mapflow):
    """The one layer that is listed of a source: its name, and the dataset that keeps it."""
    def listed(name, **options):
        with reports():
            dataset = open_mapflow(name, **LIST, **options)
        assert dataset.GetLayerCount() == 1
        return dataset.GetLayer(0).GetName(), dataset
    return listed


@pytest.mark.parametrize("name, words", (
    (RUNNING, 'Error: Processing ("Harbour, running") has no result yet: its status is IN_PROGRESS, 40 %.'),
    (FAILED, 'Error: Processing ("Failed: too coarse") has no result: its status is FAILED'),
    (MISSING, "Error: Processing 00000000-0000-4000-8000-000000000000: the server does not find it (HTTP 404"),
    ("nonsense", "Error: The text after MAPFLOW: is not the id of a processing. To list the ids: ogr2ogr"),
    (f"{BUILDINGS},AOY=1", "Error: The dataset name has an unknown option AOY: ogrinfo --format MAPFLOW lists them."),
    (f"{BUILDINGS},CACHE=MAYBE", "Error: CACHE=MAYBE is not one of YES, NO, REFRESH, ONLINE, OFFLINE."),
    (f"{BUILDINGS},AOI=here", "Error: AOI=here is not the UUID of an area."),
    (f"{BUILDINGS},GEOMETRY=TORN", "Error: GEOMETRY=TORN is not one of MIXED, SPLIT."),
    ("project=Nowhere", 'Error: There is no project "Nowhere". The account has "Default", "Urban Analysis"'),
))
def test_failure_is_the_name_of_a_layer(only_layer, name, words):
    found, dataset = only_layer(name)
    assert found.startswith(words)
    assert dataset.GetLayer(0).GetGeomType() == ogr.wkbUnknown  # so that QGIS shows the list


def test_failure_without_a_token(only_layer):
    for name in (BUILDINGS, "project=Default", ""):
        found, _ = only_layer(name, API_TOKEN="")
        assert found.startswith("Error: There is no Mapflow API token")


@pytest.mark.parametrize("name", ("", "search"))
def test_what_opens_without_a_request_asks_for_a_list(sb, only_layer, open_mapflow, name):
    """QGIS would add layers of the account that have no rows, and tell nobody why."""
    open_mapflow(name)
    assert len(sb.requests) == 0
    assert open_mapflow(name, **LIST).GetLayer(0).GetName() in ("projects", "scenes")
    assert [r.path for r in sb.requests.settle()] == ["/user/status"]
    fault = sb.fault("/user/status", status=503)
    found, _ = only_layer(name)
    assert found.startswith("Error: The status of the account: the server failed (HTTP 503")
    fault.remove()
    found, dataset = only_layer(name, API_TOKEN="bWVAZXhhbXBsZS5jb206d3Jvbmc=")
    assert found.startswith("Error: The status of the account: the server does not accept the API token")
    with reports() as seen:
        assert dataset.GetLayer(0).GetNextFeature() is None
    assert ["does not accept the API token" in text for _, text in seen] == [True]


@pytest.mark.parametrize("name", (RUNNING, f"{RUNNING},AOI=here", f"{RUNNING},AOY=1", "nonsense"))
def test_failure_does_not_tell_the_token(sb, only_layer, name):
    found, dataset = only_layer(f"{name},API_TOKEN={sb.token}")
    assert dataset.GetDescription().startswith("MAPFLOW:")
    for secret in secrets_of(sb):
        assert secret not in dataset.GetDescription() + found


def test_layer_of_a_failure_cannot_be_read(only_layer):
    _, dataset = only_layer(RUNNING)
    layer = dataset.GetLayer(0)
    for attempt, answer in ((layer.GetNextFeature, None), (layer.GetFeatureCount, -1)):
        with reports() as seen:
            assert attempt() == answer
        assert [text.startswith(f"Processing {RUNNING} (") for _, text in seen] == [True]


def test_failure_is_a_failure_for_everybody_else(open_mapflow):
    with pytest.raises(RuntimeError, match="has no result yet"):
        open_mapflow(RUNNING)
    with pytest.raises(RuntimeError, match="has no result yet"):
        open_mapflow(RUNNING, flags=gdal.OF_VECTOR, STYLE="NO")
    with pytest.raises(RuntimeError, match="cannot be changed"):
        open_mapflow(RUNNING, flags=gdal.OF_VECTOR | gdal.OF_UPDATE | gdal.OF_VERBOSE_ERROR, **LIST)


def test_layer_opens_under_the_name_of_the_failure(only_layer, open_mapflow):
    """QGIS lists without the options that its user has set, and opens with them."""
    name, _ = only_layer(BUILDINGS, API_TOKEN="")
    dataset = open_mapflow(BUILDINGS)
    assert dataset.GetLayerByName(name).GetFeatureCount() == BUILDING_COUNT
    for other in ("anything else", "Error: ", "Error: There is no", name + "x"):
        assert open_mapflow(BUILDINGS).GetLayerByName(other) is None


def test_name_of_a_failure_is_found_by_the_next_process(only_layer, open_mapflow, python):
    """A project of QGIS keeps it."""
    name, _ = only_layer(BUILDINGS, API_TOKEN="")
    program = f"""
from osgeo import gdal
dataset = gdal.OpenEx(name)
print(json.dumps([dataset.GetLayerByName(called) is not None for called in ({name!r}, "Error: anything else", "results")]))"""
    dataset = open_mapflow(BUILDINGS, CACHE="YES")
    assert python(program) == [False, False, True]
    for _ in range(30):  # they do not displace others
        assert dataset.GetLayerByName(name) is not None
        assert open_mapflow(BUILDINGS, CACHE="YES").GetLayerByName("results") is not None
    assert python(program) == [True, False, True]


@pytest.mark.parametrize("name, layer, cached", ((BUILDINGS, None, False), (BUILDINGS, None, True),
                                                 ("project=Urban Analysis", "Leiden district buildings", False)))
def test_list_that_a_script_asks_for_is_written_whole(run, open_mapflow, tmp_path, name, layer, cached):
    """Whatever it is called with, what is read has its columns and its reference system."""
    if cached:
        assert run("ogrinfo", "-ro", f"MAPFLOW:{BUILDINGS}").returncode == 0
    target = tmp_path / "out.gpkg"
    done = run("ogr2ogr", target, f"MAPFLOW:{name}", *([layer] if layer else []), "-oo", "LIST_ALL_TABLES=YES")
    assert done.returncode == 0, done.said
    datasets = [gdal.OpenEx(str(target), gdal.OF_VECTOR), open_mapflow(BUILDINGS)]
    written, expected = (dataset.GetLayer(0) for dataset in datasets)
    assert field_names(written) == field_names(expected)
    assert written.GetFeatureCount() == expected.GetFeatureCount() == BUILDING_COUNT
    assert written.GetSpatialRef().IsSame(expected.GetSpatialRef())
    assert written.GetGeomType() in (expected.GetGeomType(), ogr.wkbUnknown)


@pytest.mark.parametrize("first", ("GetFieldCount", "GetGeomFieldDefn", "GetGeomType"))
def test_definition_of_a_list_is_known_once_it_is_loaded(sb, open_mapflow, first):
    points = (b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"n":1},'
              b'"geometry":{"type":"Point","coordinates":[4,52]}}]}')
    identifier = sb.add_processing(name="Points", status="OK", result=points)
    dataset, plain = open_mapflow(identifier, **LIST), open_mapflow(identifier)
    layer, expected = dataset.GetLayer(0), plain.GetLayer(0)
    definition = layer.GetLayerDefn()
    column = definition.GetGeomFieldDefn(0)
    getattr(definition, first)(*([0] if first == "GetGeomFieldDefn" else []))
    assert definition.GetFieldCount() == expected.GetLayerDefn().GetFieldCount() == 1
    assert column.GetType() == definition.GetGeomType() == layer.GetGeomType() == expected.GetGeomType() == ogr.wkbPoint
    assert column.GetSpatialRef().IsSame(expected.GetSpatialRef())


def test_list_of_a_project_downloads_nothing(sb, open_mapflow):
    with reports():
        dataset = open_mapflow("project=Urban Analysis", **LIST)
    names = set()
    for i in range(dataset.GetLayerCount()):
        layer = dataset.GetLayer(i)
        names.add(layer.GetName())
        layer.SetAttributeFilter(None)
        layer.SetSpatialFilter(None)
        assert layer.GetLayerDefn().GetGeomFieldCount() == 1
        assert layer.GetLayerDefn().GetGeomFieldDefn(0).GetName() == ""
        assert layer.GetGeomType() == layer.GetLayerDefn().GetGeomType() == ogr.wkbUnknown
    assert {"Combo", "Leiden district buildings"} <= names
    assert downloads(sb) == []
    layer = dataset.GetLayerByName("Combo")
    kinds = {row.GetGeometryRef().GetGeometryType() for row in layer}
    assert {ogr.wkbPoint, ogr.wkbLineString, ogr.wkbPolygon} <= kinds
    assert f"/processings/{COMBO}/result" in [record.path for record in downloads(sb)]


def test_list_of_a_processing_downloads_nothing(sb, open_mapflow):
    dataset = open_mapflow(BUILDINGS, **LIST)
    layer = dataset.GetLayer(0)
    assert layer.GetName() == "Leiden district buildings"
    assert dataset.GetLayerByName("results").GetName() == layer.GetName()
    assert layer.GetGeomType() == layer.GetLayerDefn().GetGeomType() == ogr.wkbUnknown
    assert len(sb.requests) == 1
    assert sum(row.GetGeometryRef() is not None for row in layer) == BUILDING_COUNT
    assert len(sb.requests) == 2
    del dataset, layer
    dataset = open_mapflow(BUILDINGS, **LIST)  # it is in the cache now
    assert len(field_names(dataset.GetLayer(0))) == 15
    assert len(sb.requests) == 2


def test_split_list_of_a_processing_is_complete(open_mapflow):
    dataset = open_mapflow(COMBO, GEOMETRY="SPLIT", **LIST)
    assert layer_names(dataset) == ["Combo_polygon", "Combo_line", "Combo_point"]


# ---- the window of QGIS never waits for a processing ----

NO_TIME = {"WAIT": "YES", "WAIT_TIMEOUT": "0"}


@pytest.mark.parametrize("name", (RUNNING, REWORK))
def test_list_does_not_wait(sb, only_layer, name):
    found, _ = only_layer(name, **NO_TIME)
    assert found.startswith("Error: Processing") and found.endswith("Try again later.")
    assert "WAIT" not in found and len(sb.requests) == 1


def test_list_of_a_project_does_not_wait(sb, open_mapflow):
    with reports():
        dataset = open_mapflow("project=Urban Analysis", **NO_TIME, **LIST)
    assert dataset.GetLayerCount() == 4 and len(sb.requests) == 2


OPEN = """
import sys
from osgeo import gdal
dataset = gdal.OpenEx(sys.argv[1], int(sys.argv[2]))
"""


@pytest.mark.parametrize("flags", (gdal.OF_VECTOR, gdal.OF_RASTER))
@pytest.mark.parametrize("program, waits", (("qgis.bin", False), ("QGIS", False), ("qgis-ltr.bin", False),
                                            ("qgis_process.bin", True), ("python3", True)))
def test_desktop_of_qgis_does_not_wait(sb, run, tmp_path, program, waits, flags):
    """QGIS opens what it shows without the option of lists, too: when it is added, and with its project."""
    shutil.copy(os.path.realpath(shutil.which("python3", path="/usr/bin")), tmp_path / program)
    done = run(tmp_path / program, "-c", OPEN, f"MAPFLOW:{RUNNING},RASTER=RESULT", flags,
               env={"PYTHONHOME": "/usr", **{f"MAPFLOW_{name}": value for name, value in NO_TIME.items()}})
    assert ("has not ended within 0 s" in done.said) == waits
    assert ("its status is IN_PROGRESS, 40 %. Try again later." in done.said) != waits


# ---- what a list is good for ----

def lists(sandbox):
    """Requests that only ask: of status and of lists."""
    return [r.path for r in sandbox.requests.settle() if not r.path.endswith("/result")]


def test_status_serves_while_the_user_looks_at_the_list(sb, open_mapflow):
    dataset = open_mapflow(BUILDINGS, **LIST)
    del dataset
    time.sleep(2.2)  # longer than it serves others
    dataset = open_mapflow(BUILDINGS)
    assert dataset.GetLayer(0).GetFeatureCount() == BUILDING_COUNT
    assert len(sb.requests.settle()) == 2


def test_list_of_a_project_serves_while_the_user_looks_at_it(sb, open_mapflow):
    with reports():
        dataset = open_mapflow("project=Urban Analysis", **LIST)
        del dataset
        dataset = open_mapflow("project=Urban Analysis")
    assert dataset.GetLayerCount() == 4
    assert len(lists(sb)) == 2  # the project, its processings


@pytest.fixture
def reopened(sb, open_mapflow):
    """Opens a project, which stays open, and once more; the names of its layers then, and what was asked."""
    kept = []

    def opened(between=lambda: None, **options):
        with reports():
            kept.append(open_mapflow("project=Urban Analysis"))
            between()
            sb.clear_log()
            dataset = open_mapflow("project=Urban Analysis", **options)
        return layer_names(dataset), lists(sb)
    return opened


def test_list_of_an_open_project_serves_further_openings(reopened):
    names, asked = reopened()
    assert len(names) == 4 and asked == []


@pytest.mark.parametrize("cache", ("REFRESH", "NO"))
def test_who_wants_to_know_asks_anew(reopened, cache):
    _, asked = reopened(CACHE=cache)
    assert len(asked) == 2


def test_who_waits_asks_anew(sb, reopened):
    with pytest.raises(RuntimeError, match="has not ended"):
        reopened(WAIT="YES", WAIT_TIMEOUT="0")
    assert len(lists(sb)) == 2


def test_change_ends_what_is_known(reopened, account):
    def rename():
        dataset = gdal.OpenEx("MAPFLOW:", gdal.OF_VECTOR | gdal.OF_UPDATE, open_options=options_of(account))
        layer = dataset.GetLayerByName("processings")
        layer.SetAttributeFilter(f"id = '{BUILDINGS}'")
        row = layer.GetNextFeature()
        row["name"] = "Renamed"
        assert layer.SetFeature(row) == ogr.OGRERR_NONE

    names, asked = reopened(rename)
    assert "Renamed" in names and len(asked) == 2


# ---- without a network ----

