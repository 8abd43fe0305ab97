"""The script of the Processing toolbox that loads the results of a project."""

import pytest

from session import SCRIPTS, Desktop, new_sandbox
from test_submit import LEGEND

COMBO = "3fa85f64-5717-4562-b3fc-2c963f660001"


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    with new_sandbox() as sandbox:
        yield Desktop(tmp_path_factory.mktemp("qgis"), sandbox, scripts=SCRIPTS).run("steps_project")


def test_results_are_in_a_group_with_legends(seen):
    opened = seen["open"]
    assert opened["tree"] == [["Urban Analysis", name] for name in (
        "Leiden district buildings", "Combo (Point)", "Combo (Line)", "Combo (Polygon)", "Review required")]
    assert all(opened["valid"])
    assert opened["legends"]["Leiden district buildings"] == LEGEND
    assert opened["legends"]["Combo (Line)"][0] == "object_type"


def test_log_says_what_is_left_out(seen):
    log = seen["open"]["log"]
    assert "processings without a readable result are left out: 1 FAILED, 1 IN_PROGRESS, 1 in rework" in log
    assert "Nothing found: nothing was found." in log


def test_each_result_is_fetched_once(session):
    fetched = [path for step in session.requests.values() for path in step if path.endswith("/result")]
    assert len(fetched) == len(set(fetched)) == 4
    assert session.requests["draw"] == []


def test_filter(seen):
    assert seen["filter"] == [["Urban Analysis", f"Combo ({kind})"] for kind in ("Point", "Line", "Polygon")]


def test_default_project(seen):
    log, tree = seen["default_project"]
    assert "The project Default has no such result." in log and tree == []


def test_unknown_project(seen):
    log = seen["unknown_project"]
    assert 'There is no project "the "old" one". The account has "Default", "Urban Analysis"' in log
    assert "Traceback" not in log


def test_result_that_cannot_be_read_is_told_and_the_others_are_loaded(tmp_path):
    with new_sandbox() as sandbox:
        sandbox.fault(f"/{COMBO}/result", status=500)
        seen = Desktop(tmp_path, sandbox, scripts=SCRIPTS).run("steps_project").seen["open"]
    assert [name for _, name in seen["tree"]] == ["Leiden district buildings", "Review required"]
    assert "Combo: " in seen["log"] and "HTTP 500" in seen["log"] and "Traceback" not in seen["log"]


def test_results_of_a_project_without_a_window(tmp_path):
    with new_sandbox() as sandbox:
        status, said = Desktop(tmp_path, sandbox, scripts=SCRIPTS).run_without_window(
            "run", "script:mapflow_project", "--", "PROJECT=Urban Analysis", "FILTER=Leiden")
    assert status == 0, said
    assert "MAPFLOW:3fa85f64-5717-4562-b3fc-2c963f66afa6" in said.partition("OUTPUT:")[2]
