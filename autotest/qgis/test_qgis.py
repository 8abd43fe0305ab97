"""A processing in QGIS: what a user sees, and what it costs in requests."""

import pytest

from desktop_session import run_desktop

COUNT = 2496


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    seen, requests = run_desktop(tmp_path_factory.mktemp("qgis"))
    assert "failure" not in seen, seen["failure"]
    return seen, requests


@pytest.fixture
def seen(session):
    return session[0]


@pytest.fixture
def requests(session):
    """The requests by step; printed with pytest -rP."""
    for step, paths in session[1].items():
        print(f"{step}: {len(paths)} requests")
    return session[1]


def test_layer_is_drawn_in_colours(seen):
    assert seen["valid"] and seen["count"] == COUNT
    assert seen["renderer"] == "embeddedSymbol"
    assert seen["colours"] > 5


def test_drawing_costs_one_status_and_one_result(requests):
    status, result = sorted(requests["draw"])[::-1]
    assert status.endswith("/v2") and "/result" in result


@pytest.mark.parametrize("step", ("pan_and_zoom", "attribute_table", "identify", "filter", "save_as"))
def test_what_comes_after_costs_nothing(requests, step):
    assert requests[step] == []


def test_result_is_downloaded_once(requests):
    assert sum("/result" in path for paths in requests.values() for path in paths) == 1


def test_attribute_table(seen):
    assert str(COUNT) in seen["table"]


def test_identify(seen):
    assert seen["identified"]


def test_filter(seen):
    accepted, count = seen["filtered"]
    assert accepted and 0 < count < COUNT
    assert seen["unfiltered"] == COUNT


def test_save_as_geopackage(seen):
    assert seen["saved"] == ["", COUNT]


def test_project_is_saved_and_opened_again(seen):
    assert seen["reopened"] == [True, True, COUNT, "embeddedSymbol"]


def test_option_in_the_source_string(seen):
    assert seen["plain"] == [True, COUNT, 1]  # one colour: without a style QGIS takes its own


def test_processing_that_runs_is_no_layer(seen):
    refused, message = seen["running"]
    assert refused
    assert message
