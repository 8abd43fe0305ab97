"""What QGIS tells a user when something is wrong, and what is left when it ends too early.

QGIS lists the layers of a source first, and drops the error of the driver when that fails: so the error is the name of
what it lists.
"""

import pytest

from session import Desktop, new_sandbox

COUNT = 2496


@pytest.fixture
def desktop(tmp_path):
    with new_sandbox() as sandbox:
        yield Desktop(tmp_path, sandbox)


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    with new_sandbox(result_when_not_ok="partial") as sandbox:
        area = {"type": "Polygon", "coordinates": [[[4.4, 52.1], [4.6, 52.1], [4.6, 52.2], [4.4, 52.1]]]}
        partial = sandbox.add_processing(name="Half", status="FAILED", aois=[
            {"geometry": area, "status": "OK", "result": "buildings.geojson"}, {"geometry": area, "status": "FAILED"}])
        desktop = Desktop(tmp_path_factory.mktemp("qgis"), sandbox)
        yield desktop.run("steps_trouble", MAPFLOW_API_TOKEN="", TOKEN=sandbox.token, PARTIAL=partial).seen


@pytest.mark.parametrize("step, words", (
    ("no_token", "Error: There is no Mapflow API token"),
    ("no_token_for_the_account", "Error: There is no Mapflow API token"),
    ("running", 'Error: Processing ("Harbour, running") has no result yet: its status is IN_PROGRESS, 40 %.'),
    ("failed", 'Error: Processing ("Failed: too coarse") has no result: its status is FAILED, 60 %.'),
    ("wrong_id", "Error: Processing 00000000-0000-4000-8000-000000000000: the server does not find it"),
    ("no_id", "Error: The text after MAPFLOW: is not the id of a processing. "),
    ("wrong_option", "Error: The dataset name has an unknown option AOY: "),
    ("wrong_value", "Error: CACHE=MAYBE is not one of YES, NO, REFRESH, ONLINE, OFFLINE."),
    ("wrong_token", "Error: Processing 3fa85f64-5717-4562-b3fc-2c963f66afa6: the server does not accept the API token"),
    ("wrong_project", 'Error: There is no project "Nowhere". The account has "Default"'),
))
def test_error_is_shown(seen, step, words):
    (told,), bar = seen[step]
    assert told.startswith(words)
    assert bar == []


def test_layer_that_is_added_all_the_same(seen):
    valid, logged = seen["running_added_all_the_same"]
    assert not valid
    assert '("Harbour, running") has no result yet: its status is IN_PROGRESS, 40 %.' in logged


def test_window_never_waits_for_a_processing(seen):
    (told,), bar = seen["waiting"]["text"]
    valid, logged = seen["waiting"]["added"]
    assert bar == [] and not valid
    for text in (told, logged):
        assert '("Harbour, running") has no result yet: its status is IN_PROGRESS, 40 %. Try again later.' in text
    assert seen["waiting"]["raster"] == seen["waiting"]["project"] == [False]


def test_options_of_the_dialog_help(seen):
    """QGIS lists the layers without them."""
    assert seen["token"] == [True, COUNT]
    told, valid, count = seen["failed_in_part"]
    assert told.startswith('Error: Processing ("Half") has no result') and valid and count == COUNT


def test_killed_in_the_middle_of_a_download(desktop):
    slow = desktop.sandbox.fault("/result", throttle=100000)
    desktop.kill_when(lambda: slow.seen > 0, "steps_add")
    slow.remove()
    assert desktop.run("steps_add").seen["add"] == [True, COUNT]
    assert [name.rsplit(".")[-1] for name in desktop.cached_files] == ["features", "geojson", "index", "lock", "names"]
    assert not any(".part." in name for name in desktop.cached_files)


def test_left_in_the_middle_of_a_download(desktop):
    """How QGIS itself ends is not looked at: 3.40 closes datasets at its end that a task of its own still reads."""
    slow = desktop.sandbox.fault("/result", delay=4)
    busy, listed = desktop.run("steps_leave").seen["leave"]
    assert busy > 0 and [kind for _, kind in listed] == ["Scanning…"] * 4
    slow.remove()
    assert desktop.run("steps_add").seen["add"] == [True, COUNT]
    assert not any(".part." in name for name in desktop.cached_files)
