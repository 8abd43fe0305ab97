"""The VRT file of the driver's page: in qgis_process, which takes files, and in the Browser."""

import re

import pytest
from osgeo import gdal, ogr

from session import PAGE, Desktop, new_sandbox

COUNT = 2496


@pytest.fixture
def desktop(tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files/buildings.vrt").write_text(re.search("```xml\n(<OGRVRTDataSource>.*?)```", PAGE, re.S)[1])
    with new_sandbox() as sandbox:
        yield Desktop(tmp_path, sandbox)


def test_qgis_process_reads_it(desktop):
    recipe = re.search("^qgis_process (run native:.*)$", PAGE, re.M)[1].split()
    status, said = desktop.run_without_window(*recipe)
    assert status == 0, said
    written = gdal.OpenEx(str(desktop.folder / "files/centroids.gpkg"), gdal.OF_VECTOR)
    layer = written.GetLayer(0)
    assert layer.GetFeatureCount() == COUNT
    assert layer.GetGeomType() == ogr.wkbPoint and layer.GetLayerDefn().GetFieldIndex("class_id") >= 0


def test_browser_shows_it_and_adds_it(desktop):
    run = desktop.run("steps_vrt")
    run.print_requests()
    assert run.seen["browse"] and run.requests["browse"] == []
    assert run.seen["expand"]
    assert run.seen["add"] == [True, COUNT, True]
    assert sum(path.endswith("/result") for path in run.requests["expand"] + run.requests["add"]) == 1
