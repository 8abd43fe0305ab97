"""A mosaic in QGIS: its tiles are drawn, and no address of them is kept."""

import pytest

from session import Desktop, new_sandbox

QUARTERS = [[40, 160, 60], [50, 70, 200], [200, 40, 40], [220, 190, 50]]
MOSAIC = "MAPFLOW:mosaic=Quarry flights"


@pytest.fixture(scope="module")
def sandbox():
    with new_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def seen(tmp_path_factory, sandbox):
    return Desktop(tmp_path_factory.mktemp("qgis"), sandbox).run("steps_pictures").seen


def test_tiles_are_drawn(seen):
    assert seen["draw"] == {"valid": True, "crs": "EPSG:3857", "bands": 4, "colours": QUARTERS}
    assert seen["pan_and_zoom"]


def test_identify(seen):
    assert seen["identify"] == [200, 40, 40, 255]


def test_project_with_a_picture_and_a_result(seen):
    assert MOSAIC in seen["reopen"] and len(seen["reopen"]) == 2


def test_no_address_is_kept(seen, sandbox):
    assert seen["what_was_kept"] == []
    assert sandbox.violations == []
