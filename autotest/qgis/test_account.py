"""The account and its projects in QGIS."""

import pytest

from session import ROOT, Desktop, new_sandbox, single

ROWS = {"account": 1, "images": 2, "models": 21, "mosaics": 2, "planned_searches": 0, "processings": 14, "projects": 4, "providers": 6}
RESULTS = {"Combo", "Leiden district buildings", "Nothing found", "Review required"}


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    with new_sandbox() as sandbox:
        sandbox.fault("/result", delay=1.5)
        yield Desktop(tmp_path_factory.mktemp("qgis"), sandbox).run("steps_account", AREA=str(ROOT / "data/aoi_4326.geojson"))


def test_layers_of_a_project_are_listed_before_they_are_there(seen):
    assert [kind for _, kind in seen["project"]["first"]] == ["Scanning…"] * len(RESULTS)
    assert {name for name, _ in seen["project"]["rows"]} == RESULTS
    assert ["Combo", "Point (54)"] in single(seen["project"]["rows"])


def test_layers_of_a_project_are_drawn(seen):
    assert all(seen["project"]["valid"])
    assert set(seen["project"]["names"]) == {f"MAPFLOW:project=Urban Analysis — {name}" for name in RESULTS}
    assert seen["project"]["colours"] > 5
    assert [valid for valid, _ in seen["project_again"]] == [True] * 6


def test_project_costs_one_list_and_each_result_once(requests):
    asked = requests["project"]
    assert len(asked) == len(set(asked)) == 2 + len(RESULTS)
    assert sum(path.endswith("/result") for path in asked) == len(RESULTS)
    assert requests["project_pan"] == requests["project_again"] == []


def test_account_is_listed_and_drawn(seen):
    assert dict(seen["account"]["rows"]).keys() == ROWS.keys()
    assert seen["account"]["name"] == "MAPFLOW: — processings"
    assert seen["account"]["count"] == seen["account"]["drawn"] == ROWS["processings"]
    assert ROWS["processings"] in seen["account_table"]
    assert seen["tables"] == {name: [True, count, count] for name, count in ROWS.items() if name != "processings"}


def test_processings_are_coloured_by_status(seen):
    assert seen["account"]["renderer"] == "embeddedSymbol"
    assert seen["account"]["colours"] == ["#1a9641", "#2b83ba", "#808080", "#a666de", "#d7191c", "#f69053"]


def test_other_layers_are_filled_in_the_manner_of_qgis(seen):
    assert seen["fills"] == {"mosaics": True, "images": True, "planned_searches": True, "processings": False}


def test_drawn_account_costs_nothing_more(requests):
    areas = [path for path in requests["account"] if path.endswith("/aois")]
    assert len(areas) == len(set(areas)) == ROWS["processings"]
    assert requests["account_pan"] == requests["account_table"] == []


def test_rename_and_describe(seen):
    assert seen["rename"] == [True, "by hand"]


def test_refusal_is_told(seen):
    done, (told,), status = seen["change_what_cannot_be_changed"]
    assert not done and status == "OK"
    assert "The column status cannot be changed: the only columns of a processing that can be changed are name, description" in told


def test_delete_needs_the_option(seen):
    without = seen["delete_without_the_option"]
    assert not without["offered"] and not without["marked"] and not without["done"]
    assert "The processing was not deleted." in without["bar"][0] and "ALLOW_DELETE=YES" in without["bar"][0]
    assert without["left"] and without["left_elsewhere"] and without["count"] == ROWS["processings"]
    given = seen["delete_with_the_option"]
    assert given["offered"] and given["done"] and given["bar"] == []
    assert not given["left"] and given["count"] == ROWS["processings"] - 1


def test_written_layer_is_submitted(seen, requests):
    assert seen["submit"] == [0, ""]
    assert requests["submit"].count("/processings/v2") == 1
