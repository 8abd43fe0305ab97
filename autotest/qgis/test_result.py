"""A processing in QGIS: what a user sees, and what it costs in requests."""

import pytest

from session import Desktop, new_sandbox, single

COUNT = 2496
OPTIONS = {"AOI", "PARTIAL", "STATUS_ONLY", "MERGE", "GEOMETRY", "INTEGERS", "JSON", "ALLOW_DELETE", "SEARCH_AOI", "STYLE", "CACHE"}


@pytest.fixture(scope="module")
def desktop(tmp_path_factory):
    with new_sandbox() as sandbox:
        sandbox.fault("/result", delay=1.5)
        yield Desktop(tmp_path_factory.mktemp("qgis"), sandbox)


@pytest.fixture(scope="module")
def session(desktop):
    return desktop.run("steps_result")


@pytest.fixture
def requests(session):
    print("QGIS", session.seen["draw"]["qgis"])
    session.print_requests()
    return session.requests


def test_options_are_offered(seen):
    """Those that concern a layer: with all of them the window is higher than a laptop's screen."""
    assert {option for option in seen["draw"]["options"] if option.replace("_", "").isupper()} == OPTIONS


def test_window_does_not_wait_for_the_result(seen):
    assert seen["draw"]["first"] == [["Leiden district buildings", "Scanning…"]]
    assert single(seen["draw"]["rows"]) == [["Leiden district buildings", "Polygon (2496)"]]


def test_layer_is_drawn_in_colours(seen):
    assert seen["draw"]["valid"] and seen["draw"]["count"] == COUNT
    assert seen["draw"]["renderer"] == "embeddedSymbol"
    assert seen["draw"]["colours"] > 5
    assert seen["draw"]["bar"] == []


def test_layer_is_named_after_the_processing(seen):
    assert seen["draw"]["name"].endswith(" — Leiden district buildings")


def test_drawing_costs_one_status_and_one_result(requests):
    status, result = requests["draw"]
    assert status.endswith("/v2") and result.endswith("/result")


@pytest.mark.parametrize("step", ("pan_and_zoom", "attribute_table", "identify", "filter", "save_as", "reopen",
                                  "option_in_the_string", "option_in_the_dialog"))
def test_what_comes_after_costs_nothing(requests, step):
    assert requests[step] == []


def test_attribute_table(seen):
    assert COUNT in seen["attribute_table"]


def test_identify(seen):
    assert seen["identify"]


def test_filter(seen):
    accepted, counted, read, afterwards = seen["filter"]
    assert accepted and 0 < counted == read < COUNT
    assert afterwards == COUNT


def test_save_as_geopackage(seen):
    assert seen["save_as"] == ["", COUNT]


def test_project_is_saved_and_opened_again(seen):
    assert seen["reopen"] == [True, True, COUNT, "embeddedSymbol"]


def test_options(seen):
    """Without styles QGIS draws in its own manner."""
    assert seen["option_in_the_string"] == [True, COUNT, True]
    assert seen["option_in_the_dialog"] == [True, True, COUNT, True]


def test_areas_are_coloured_by_status(seen):
    assert seen["areas"] == ["embeddedSymbol", ["#1a9641"], True]


# ---- the next day: these tests go in this order

def test_cached_result_costs_one_request(session, desktop):
    again = desktop.run("steps_again")
    again.print_requests()
    assert again.seen["open"]["valid"] and again.seen["open"]["count"] == COUNT
    assert again.seen["open"]["colours"] > 5
    path, = again.requests["open"]
    assert path.endswith("/v2")
    assert again.requests["pan"] == []


def test_cached_result_without_a_network(session, desktop):
    desktop.sandbox.stop()
    away = desktop.run("steps_again").seen["open"]
    assert away["valid"] and away["count"] == COUNT
    online = desktop.run("steps_again", MAPFLOW_CACHE="ONLINE").seen["open"]
    assert not online["valid"] and "annot connect" in online["log"][-1]
    offline = desktop.run("steps_again", MAPFLOW_CACHE="OFFLINE").seen["open"]
    assert offline["valid"] and offline["count"] == COUNT
