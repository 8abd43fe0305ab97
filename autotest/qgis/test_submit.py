"""The script of the Processing toolbox that submits areas: what its user sees, and what is paid for."""

import json
import re
import shlex
import subprocess

import pytest
from osgeo import gdal

from session import BUILD, PAGE, ROOT, SCRIPTS, Desktop, new_sandbox

SUBMITTED = "/processings/v2"
LEGEND = ["class_id", ["Apartment building", "#d7191c"], ["House", "#f69053"], ["Industrial building", "#dd00ff"],
          ["Commercial building", "#a666de"], ["Other building", "#9dc357"]]
BEFORE = '"{}" was submitted before, on 2'


def desktop_of(folder, sandbox, scripts=SCRIPTS):
    return Desktop(folder, sandbox, screen="1366x768", scripts=scripts)


@pytest.fixture(scope="module")
def areas(tmp_path_factory):
    """Three areas in a file."""
    path = tmp_path_factory.mktemp("areas") / "areas.geojson"
    ring = [[4.5, 52.15], [4.51, 52.15], [4.51, 52.16], [4.5, 52.15]]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {}, "geometry": {
            "type": "Polygon", "coordinates": [[[x + 0.02 * i, y] for x, y in ring]]}} for i in range(3)]}))
    return path


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    installed = tmp_path_factory.mktemp("installed")
    subprocess.run(["cmake", "--install", BUILD, "--prefix", installed], check=True, capture_output=True)
    with new_sandbox() as sandbox:
        sandbox.fault(f"{SUBMITTED}$", method="POST", delay=3)  # s: the second of two windows has to wait
        yield desktop_of(tmp_path_factory.mktemp("qgis"), sandbox, installed / "share/gdal-mapflow/qgis").run(
            "steps_submit", AREA=str(ROOT / "data/aoi_4326.geojson"), MAPFLOW_POLL_INTERVAL="0.5")


def test_toolbox_has_the_scripts_and_starting_costs_nothing(seen, requests):
    assert seen["start"][1] == ["Open results of a Mapflow project", "Submit areas to Mapflow"]
    assert requests["start"] == []


def test_lists_come_from_the_account_with_prices(seen, requests):
    lists = seen["dialog"]
    assert ["Urban Analysis", "Urban Analysis"] in lists["PROJECT"]
    assert lists["MODEL"][0] == ["🏠 Buildings — 5 credits/km²", "🏠 Buildings"]
    assert ["🌏 Global mosaic, zoom 18 — 3.5 credits/km²", "Global mosaic 2022@18"] in lists["PROVIDER"]
    assert ["SkyWatch mosaic, zoom 18 — 20 credits/km², at least 5 km²", "skywatch@18"] in lists["PROVIDER"]
    assert not any("scenes" in text for text, _ in lists["PROVIDER"])  # those of searches
    assert ["Classification — 3 credits/km²", "Classification"] in lists["BLOCKS"]
    assert sorted(requests["dialog"]) == ["/projects/page", "/user/status"]


def test_models_are_those_of_the_project(seen, requests):
    custom = ["🏗️ Construction — 8 credits/km²", "🏗️ Construction"]
    assert custom in seen["other_project"] and custom not in seen["dialog"]["MODEL"]
    assert requests["other_project"] == []


def test_exactly_one_area_is_needed(seen, requests):
    assert [text for text, _ in seen["neither"]] == ["Give either a layer with areas or an extent."] * 2
    assert requests["neither"] == []


def test_price_alone(seen, requests):
    log, asked = seen["price"]
    assert "Price: 8 credits, for 0.4683 km²\nNothing was submitted: only the price was asked for." in log
    assert asked == [] and SUBMITTED not in requests["price"]


def test_maximum_cost(seen, requests):
    log, asked = seen["too_much"]
    assert "\nThe price is 8 credits, and MAX_COST allows 2 credits\nExecution failed" in log
    assert "Traceback" not in log and asked == [] and SUBMITTED not in requests["too_much"]


def test_question_shows_the_price_and_cancel_is_the_default(seen, requests):
    log, ((question, default),) = seen["no"]
    assert question.splitlines() == ["Price: 8 credits, for 0.4683 km²", "Name: harbour", "Model: 🏠 Buildings",
                                     "Steps: Classification", "Imagery: Mapbox", "Zoom: 18"]
    assert default == "Cancel"
    assert "Nothing was submitted.\n" in log and SUBMITTED not in requests["no"]


def test_submitted_once_however_often_run_is_pressed(seen, requests):
    assert not seen["yes"]["enabled"] and len(seen["yes"]["questions"]) == 1
    assert requests["yes"].count(SUBMITTED) == 1


def test_result_is_loaded_with_a_legend_by_class(seen, requests):
    yes = seen["yes"]
    assert "Submitted: harbour as MAPFLOW:" in yes["log"] and "harbour: IN_PROGRESS, " in yes["log"]
    assert yes["legend"] == LEGEND and yes["count"] == 2496 and yes["colours"] > 5
    assert yes["tree"] == [["", "harbour"], ["", "harbour"]]  # the result above the areas
    assert yes["source"].startswith("MAPFLOW:")
    assert sum(path.endswith("/result") for path in requests["yes"]) == 1
    assert requests["draw"] == []


def test_question_says_that_the_same_was_submitted(seen, requests):
    log, ((question, _),) = seen["again"]
    assert BEFORE.format("harbour") in question and "would be submitted again" in question
    assert BEFORE.format("harbour") in log and SUBMITTED not in requests["again"]


def test_cancelling_ends_the_wait(seen, requests):
    log, asked, layers = seen["no_longer_waiting"]
    assert "No longer waiting. The processing goes on: open MAPFLOW:" in log and "Traceback" not in log
    assert len(asked) == 1 and layers == 2
    assert requests["no_longer_waiting"].count(SUBMITTED) == 1


def test_second_window_waits_for_the_first(seen, requests):
    first, second, asked = seen["two_windows"]
    assert "Submitted: twice as MAPFLOW:" in first
    assert "Waiting until another submission has been sent." in second
    assert [BEFORE.format("twice") in question for question, _ in asked] == [False, True]
    assert requests["two_windows"].count(SUBMITTED) == 1


# ---- models, options

@pytest.fixture(scope="module")
def kinds(tmp_path_factory, areas):
    with new_sandbox() as sandbox:
        run = desktop_of(tmp_path_factory.mktemp("qgis"), sandbox).run(
            "steps_submit_kinds", AREA=str(areas), MAPFLOW_POLL_INTERVAL="0.5")
        assert sandbox.violations == []
        yield run.seen, [r.json for r in sandbox.requests if r.path == SUBMITTED]


def test_legends_of_kinds_of_results(kinds):
    """Crowns have the colours of their heights: they keep the driver's own styles."""
    (line, point, polygon), forest = kinds[0]["kinds"]["multi"], kinds[0]["kinds"]["forest"]
    assert line == ["multi (Line)", ["object_type", ["roads", "#ff6e23"], ["waterbodies", "#2b83ba"]], True]
    assert point == ["multi (Point)", ["embeddedSymbol"], True]
    assert polygon[1] == ['coalesce("class_id", "object_type")', ["00m-04m", "#c7f0b4"], ["04m-10m", "#67d53c"],
                          *[LEGEND[i] for i in (1, 2, 4, 5)], ["10m-99m", "#1f6b0a"], ["crown", "#1f6b0a"],
                          ["roads", "#ffb647"], ["waterbodies", "#2b83ba"]]
    assert forest == [["forest (Point)", ["embeddedSymbol"], True],
                      ["forest (Polygon)", ["class_id", ["00m-04m", "#c7f0b4"], ["04m-10m", "#67d53c"],
                                            ["10m-99m", "#1f6b0a"]], True]]
    assert kinds[0]["kinds"]["raster"] == [["raster", "raster", True]]


def test_result_without_features(kinds):
    assert "roads: nothing was found.\nExecution completed" in kinds[0]["kinds"]["roads"]


def test_other_options_and_selected_areas(kinds):
    log, sent = kinds[0]["options"], [body for body in kinds[1] if body.get("description") == "by hand"]
    assert "km² in 2 processings" in log and log.count("Submitted: ") == 2
    assert [body["name"] for body in sent] == ["areas 1", "areas 2"]


def test_what_is_refused_is_in_the_log(kinds):
    unknown, no_source, *others = kinds[0]["wrong_options"]
    assert 'MODEL=Ponds is no model in project "Default". It has "🏠 Buildings"' in unknown
    assert "No imagery is specified." in no_source
    for log, words in zip(others, ("There is no creation option COLOUR.", "wait = YES: write KEY=VALUE.",
                                   "SPLIT: write KEY=VALUE.")):
        assert words in log
    assert not any("Traceback" in log for log in kinds[0]["wrong_options"])


# ---- trouble

def submit_once(folder, sandbox):
    return desktop_of(folder, sandbox).run("steps_submit_once", MAPFLOW_POLL_INTERVAL="0.5", GDAL_HTTP_RETRY_DELAY="0.01")


def test_price_that_rises_after_the_question(tmp_path):
    with new_sandbox() as sandbox:
        sandbox.fault("/processing/cost/v2", skip=1, status=200, body=6)
        run = submit_once(tmp_path, sandbox)
    log, ((question, _),), _ = run.seen["submit"]
    assert "Price: 5 credits" in question and "The price is 6 credits, and MAX_COST allows 5 credits" in log
    assert SUBMITTED not in run.requests["submit"]


def test_account_that_pays_with_area(tmp_path):
    with new_sandbox() as sandbox:
        sandbox.state.user["billingType"] = "AREA"
        run = submit_once(tmp_path, sandbox)
    log, ((question, _),), _ = run.seen["submit"]
    assert "Price: not given in credits, for 0.377 km²" in question and "corner: nothing was found." in log
    assert run.requests["submit"].count(SUBMITTED) == 1


def test_lost_answer_and_run_again(tmp_path):
    """The same again takes over what was sent, and is not billed twice."""
    with new_sandbox() as sandbox:
        sandbox.fault("/processings/v2$", method="POST", times=1, reset_after_processing=True)
        lists = sandbox.fault("/projects/[^/]+/processings/v2", status=500)
        log, _, _ = submit_once(tmp_path, sandbox).seen["submit"]
        assert "Repeat the command" in log and "Traceback" not in log
        lists.remove()
        run = submit_once(tmp_path, sandbox)
    log, ((question, _),), _ = run.seen["submit"]
    assert "would be taken over, and not be sent again" in question
    assert "Submitted: corner as MAPFLOW:" in log and SUBMITTED not in run.requests["submit"]


def test_failed_processing(tmp_path):
    with new_sandbox() as sandbox:
        sandbox.fail_next([{"code": "dataloader.NoDataTile", "parameters": {}}])
        log, _, layers = submit_once(tmp_path, sandbox).seen["submit"]
    assert "ended with status FAILED." in log and "tiles without data for the area" in log and "Traceback" not in log
    assert layers == 0


def test_service_that_is_away_for_a_while(tmp_path):
    with new_sandbox() as sandbox:
        sandbox.fault("/processings/[^/]+/v2$", method="GET", times=2, status=500)
        log, _, _ = submit_once(tmp_path, sandbox).seen["submit"]
    assert log.count("HTTP 500") == 2 and "corner: nothing was found." in log


def test_service_that_stays_away(tmp_path):
    with new_sandbox() as sandbox:
        sandbox.fault("/processings/[^/]+/v2$", method="GET", status=500)
        run = submit_once(tmp_path, sandbox)
    log, _, _ = run.seen["submit"]
    assert log.count("HTTP 500") == 5 and "The processing goes on: open MAPFLOW:" in log and "Traceback" not in log
    assert run.requests["submit"].count(SUBMITTED) == 1


@pytest.mark.parametrize("environment, words", (
    ({"MAPFLOW_API_TOKEN": ""}, ("There is no Mapflow API token", "Settings > Options > System > Environment")),
    ({"GDAL_DRIVER_PATH": "/nowhere"}, ("does not find the driver MAPFLOW for its GDAL", "Install the package"))))
def test_missing_token_or_driver(tmp_path, environment, words):
    with new_sandbox() as sandbox:
        run = desktop_of(tmp_path, sandbox).run("steps_submit_refused", **environment)
    for told in run.seen["refused"]:
        assert all(word in told for word in words)
    assert run.requests["refused"] == []


# ---- without a window

@pytest.fixture
def process(tmp_path):
    """Runs the recipe of the page, with more words. Returns (exit code, what it printed, how much was submitted)."""
    recipe = shlex.split(re.search("^qgis_process (run script:.*)$", PAGE, re.M)[1])
    with new_sandbox() as sandbox:
        desktop = desktop_of(tmp_path, sandbox)
        (tmp_path / "files").mkdir()
        gdal.VectorTranslate(str(tmp_path / "files/district.gpkg"), str(ROOT / "data/aoi_4326.geojson"))

        def run(leave_out=(), *words):
            kept = [word for word in recipe if not word.startswith(leave_out)] if leave_out else recipe
            status, said = desktop.run_without_window(*kept, *words, MAPFLOW_POLL_INTERVAL="0.5")
            return status, said, sum(r.path == SUBMITTED for r in sandbox.requests)

        yield run


def test_maximum_cost_is_required_without_a_window(process):
    status, said, submitted = process("MAX_COST=")
    assert status != 0 and "Set the maximum cost: without a question nothing else limits the price." in said
    assert submitted == 0
    status, said, submitted = process("MAX_COST=", "MAX_COST=2")
    assert status != 0 and "The price is 5 credits, and MAX_COST allows 2 credits" in said
    assert submitted == 0


def test_recipe_of_the_page(process):
    status, said, submitted = process()
    assert status == 0, said
    assert "Price: 5 credits, for 0.4683 km²" in said and submitted == 1
    identifier, = re.findall("PROCESSING_ID:\t([0-9a-f-]{36})\n", said)
    assert f"OUTPUT:\tMAPFLOW:{identifier}" in said and "ERROR" not in said
