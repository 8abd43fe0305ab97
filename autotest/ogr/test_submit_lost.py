"""The answer to the request that creates is lost: one processing at most, and the user knows what became of it."""

import random

import pytest
from osgeo import gdal, ogr

import oracle
from helpers import reports
from submitting import MAPBOX, created, errors_of, geojson, polygon, report_of, square, submit

CREATE = "/processings/v2$"

# What happens to the request, and whether the service has created the processing all the same.
LOST = {
    "reset before": ({"reset": True}, False),
    "closed before": ({"close": True}, False),
    "reset while it works": ({"reset": True, "delay": 0.1}, False),
    "reset after": ({"reset_after_processing": True}, True),
    "slow, then reset after": ({"reset_after_processing": True, "delay": 0.1}, True),
    "500": ({"status": 500}, False),
    "502": ({"status": 502}, False),
    "503": ({"status": 503}, False),
    "504": ({"status": 504}, False),
    "empty 200": ({"empty": True}, False),
    "HTML 200": ({"html": True}, False),
    "garbage 200": ({"garbage": "{\"id\": "}, False),
    "null 200": ({"garbage": "null"}, False),
    "another document 200": ({"garbage": "{\"message\": \"thank you\"}"}, False),
    "an id that is none": ({"garbage": "{\"id\": \"soon\"}"}, False),
    "cut answer": ({"cut": 40}, True),
    "cut and reset": ({"cut": 40, "cut_reset": True}, True),
    "answer without a body": ({"cut": 0}, True),
}


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    """The checks for a lost answer follow each other at once."""
    monkeypatch.setenv("GDAL_HTTP_RETRY_DELAY", "0.0003")


@pytest.fixture
def aoi(tmp_path):
    return geojson(tmp_path / "aoi.geojson", polygon())


@pytest.fixture
def before(sb):
    """The ids of the processings that were there already."""
    return set(sb.state.processings)


def new_ones(sb, before):
    return [identifier for identifier in sb.state.processings if identifier not in before]


@pytest.mark.parametrize("case", LOST, ids=str)
def test_one_processing_at_most(sb, run, aoi, before, case):
    fault, is_created = LOST[case]
    sb.fault(CREATE, method="POST", **fault)
    done = submit(run, aoi, REPORT="/vsistdout/")
    assert len(created(sb)) == 1
    new = new_ones(sb, before)
    assert len(new) == is_created
    line = report_of(done.stdout)[-1]
    if is_created:
        assert done.returncode == 0, done.said
        assert line["id"] == new[0]
        return
    assert done.returncode != 0
    assert len(errors_of(done)) == 1, done.said
    assert "was submitted, but the server did not confirm it" in errors_of(done)[0]
    assert "try again" not in done.said  # it would be paid for twice
    assert created(sb)[0]["meta"]["submission"] in done.stderr
    assert (line["id"], line["status"]) == (None, "UNKNOWN")
    assert line["submission"] == created(sb)[0]["meta"]["submission"]


@pytest.mark.parametrize("effect", [{"delay": 1.5}, {"delay": 1.5, "reset_after_processing": True}], ids=str)
def test_time_out_of_a_service_that_creates_late(sb, run, aoi, before, effect):
    """It appears only after the program gave up waiting for the answer: the checks find it, or the user is told."""
    sb.fault(CREATE, method="POST", **effect)
    done = submit(run, aoi, REPORT="/vsistdout/",
                  env={"GDAL_HTTP_TIMEOUT": "1", "GDAL_HTTP_RETRY_DELAY": "0.2"})
    assert len(created(sb)) == 1
    new = new_ones(sb, before)
    assert len(new) == 1
    assert done.returncode == 0, done.said
    assert report_of(done.stdout)[0]["id"] == new[0]


def test_time_out_of_a_service_that_never_creates(sb, run, aoi, before):
    sb.fault(CREATE, method="POST", delay=1.3, reset=True)
    done = submit(run, aoi, env={"GDAL_HTTP_TIMEOUT": "1"})
    assert len(created(sb)) == 1
    assert new_ones(sb, before) == []
    assert done.returncode != 0
    assert "was submitted, but the server did not confirm it" in errors_of(done)[0]


def test_the_list_is_lost_as_well(sb, run, aoi, before):
    """Created, and nobody can say so: one processing, and a message that the state is unknown."""
    sb.fault(CREATE, method="POST", reset_after_processing=True)
    sb.fault("/projects/[^/]+/processings/v2", status=500)
    done = submit(run, aoi)
    assert len(created(sb)) == 1 and len(new_ones(sb, before)) == 1
    assert done.returncode != 0
    assert "could not be listed" in errors_of(done)[0]


def test_the_list_works_again_later(sb, run, aoi, before):
    sb.fault(CREATE, method="POST", reset_after_processing=True)
    sb.fault("/projects/[^/]+/processings/v2", times=3, reset=True)
    done = submit(run, aoi, REPORT="/vsistdout/")
    assert done.returncode == 0, done.said
    assert [report_of(done.stdout)[0]["id"]] == new_ones(sb, before)
    assert len(created(sb)) == 1


def test_another_run_of_the_same_area_is_not_mistaken(sb, run, aoi, before):
    """The marker tells two runs apart, whatever else they have in common."""
    assert submit(run, aoi).returncode == 0
    sb.fault(CREATE, method="POST", reset=True)
    done = submit(run, aoi)
    assert done.returncode != 0
    assert "was submitted before" in done.stderr
    assert len(new_ones(sb, before)) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
def test_what_the_service_refuses_was_not_created(sb, run, aoi, before, status):
    """A refusal is an answer: nothing is searched, and the message does not speak of an unknown state."""
    sb.fault(CREATE, method="POST", status=status)
    done = submit(run, aoi)
    assert done.returncode != 0
    assert len(created(sb)) == 1 and new_ones(sb, before) == []
    assert "was not created" in errors_of(done)[0]
    assert "confirm" not in done.stderr


def test_no_setting_of_retries_sends_it_again(sb, run, aoi):
    sb.fault(CREATE, method="POST", status=503, headers={"Retry-After": "0"})
    env = {"GDAL_HTTP_MAX_RETRY": "5", "GDAL_HTTP_RETRY_CODES": "ALL"}
    assert submit(run, aoi, env=env).returncode != 0
    assert len(created(sb)) == 1


@pytest.mark.parametrize("report", ["same", "another", "none"])
@pytest.mark.parametrize("split", ["NO", "FEATURE"])
def test_a_run_after_an_unknown_state_searches_first(sb, run, aoi, tmp_path, before, split, report):
    """The second run finds what the first one had created, whatever is reported where."""
    lost = sb.fault(CREATE, method="POST", reset_after_processing=True)
    hidden = sb.fault("/projects/[^/]+/processings/v2", status=500)
    first = tmp_path / "report.json"
    assert submit(run, aoi, SPLIT=split, REPORT=first).returncode != 0
    assert report_of(first.read_text())[0]["status"] == "UNKNOWN"
    lost.remove()
    hidden.remove()
    second = {"same": first, "another": tmp_path / "other.json", "none": None}[report]
    done = submit(run, aoi, SPLIT=split, REPORT=second)
    assert done.returncode == 0, done.said
    (identifier,) = new_ones(sb, before)
    assert "1 of 1 processings were submitted before" in done.stderr and identifier in done.stderr
    if second is not None:
        assert report_of(second.read_text())[-1]["id"] == identifier
    assert len(created(sb)) == 1


def test_two_hundred_random_runs(sb, account, before):
    """Any fault of any request, at random: never two processings, and success exactly when one is known."""
    chance = random.Random(5)
    shape = ogr.CreateGeometryFromJson(str(polygon(square())).replace("'", '"'))
    kinds = [fault for fault, _ in LOST.values() if "delay" not in fault]
    outcomes = set()
    known = set(before)
    driver = gdal.GetDriverByName("MAPFLOW")
    sb.state.user["remainingCredits"] = 100000
    options = [f"{key}={value}" for key, value in {**account, **MAPBOX}.items()]
    for i in range(200):
        sb.clear_log()
        sb.faults.clear()
        if chance.random() < 0.9:
            sb.fault(CREATE, method="POST", **chance.choice(kinds))
        if chance.random() < 0.4:
            sb.fault("/processings/v2/page", times=chance.randint(1, 9), **chance.choice(kinds))
        with oracle.exceptions(False), reports() as said:
            dataset = driver.Create("MAPFLOW:", 0, 0, 0, gdal.GDT_Unknown, options)
            layer = dataset.CreateLayer(f"area {i}")
            feature = ogr.Feature(layer.GetLayerDefn())
            feature.SetGeometry(shape)
            assert layer.CreateFeature(feature) == 0
            dataset.FlushCache()
            identifier = dataset.GetMetadataItem("PROCESSING_ID")
            feature = layer = dataset = None
        failed = any(kind == gdal.CE_Failure for kind, _ in said)
        new = new_ones(sb, known)
        assert len(created(sb)) == 1
        assert len(new) <= 1
        assert failed == (identifier is None)
        assert identifier is None or [identifier] == new
        outcomes.add((len(new), failed))
        known.update(new)
    assert {(0, True), (1, False)} <= outcomes
