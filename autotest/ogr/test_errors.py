"""What goes wrong: one clear message, a failing ogr2ogr, and never the token."""

import json
import re

import pytest
from osgeo import gdal

import oracle
from helpers import (AWAITING, BUILDING_COUNT, BUILDINGS, CANCELLED, COMBO, COUNTS, FAILED, MISSING, QUEUED, RASTER,
                     REFUNDED, REWORK, RUNNING, UNKNOWN_STATUS, downloads, options_of, refusal, reports, secrets_of)
from settings import config

STATUS, RESULT = r"/processings/[^/]*/v2$", r"/result$"

# A processing that has no result: what the message says.
NOT_READY = {
    "running": (RUNNING, ("Harbour, running", "IN_PROGRESS", "40 %", "try again later")),
    "queued": (QUEUED, ("Queued", "UNPROCESSED", "0 %")),
    "awaiting": (AWAITING, ("Waiting for imagery", "AWAITING", "5 %")),
    "failed": (FAILED, ("Failed: too coarse", "FAILED", "60 %", "the image is too coarse",
                        "without data for the area", "PARTIAL=YES", "STATUS_ONLY=YES")),
    "cancelled": (CANCELLED, ("CANCELLED", "30 %", "PARTIAL=YES")),
    "refunded": (REFUNDED, ("REFUNDED", "PARTIAL=YES")),
    "rework": (REWORK, ("In rework", "NOT_ACCEPTED", "will change")),
    "raster": (RASTER, ("Forest height map", "raster result", "STATUS_ONLY=YES")),
    "unknown": (UNKNOWN_STATUS, ("PAUSED_BY_MARS", "50 %", "does not know")),
}

@pytest.fixture
def only_error(sb):
    """The error of a program that has failed; checks what holds for every failure."""
    def check(done):
        assert done.returncode == 1, done.said
        # ogr2ogr adds one of its own, from GDAL 3.10 on.
        errors = [line for line in re.findall("^ERROR.*", done.said, re.M)
                  if "nable to open datasource" not in line]
        assert len(errors) == 1, done.said
        assert not [secret for secret in secrets_of(sb) if secret in done.said]
        return errors[0]
    return check


@pytest.mark.parametrize("case", NOT_READY)
def test_processing_without_a_result(sb, account, case):
    processing, words = NOT_READY[case]
    message = refusal(f"MAPFLOW:{processing}", **account)
    for word in (processing, *words):
        assert word in message
    assert "source-validator." not in message  # words, not codes
    assert downloads(sb) == []


@pytest.mark.parametrize("case", NOT_READY)
def test_ogr2ogr_of_a_processing_without_a_result(run, only_error, tmp_path, case):
    path = tmp_path / "out.gpkg"
    assert NOT_READY[case][1][0] in only_error(run("ogr2ogr", path, f"MAPFLOW:{NOT_READY[case][0]}"))
    assert not path.exists()


@pytest.mark.parametrize("where", (STATUS, RESULT), ids=("status", "result"))
@pytest.mark.parametrize("document", ({"code": "NOT_READY", "message": "It is being prepared."},
                                      {"detail": {"code": "NOT_READY", "message": "It is being prepared"}},
                                      {"detail": "It is being prepared"}), ids=str)
def test_error_that_is_sent_as_success(sb, account, where, document):
    sb.fault(where, garbage=json.dumps(document))
    assert "The server says: It is being prepared" in refusal(f"MAPFLOW:{BUILDINGS}", **account)


@pytest.mark.parametrize("shape", ("api", "old", "data", "detail-list", "detail-text", "html",
                                   "text"))
def test_error_bodies(sb, account, shape):
    sb.variants.error_shape = shape
    message = refusal(f"MAPFLOW:{MISSING}", **account)
    assert MISSING in message and "HTTP 404" in message
    assert "<" not in message and "{" not in message


def test_trouble_that_passes(sb, open_mapflow):
    sb.fault(STATUS, sequence=[{"status": 503}, {"reset": True}])
    sb.fault(RESULT, sequence=[{"cut": 1000}, {"status": 429}])
    dataset = open_mapflow(BUILDINGS)
    assert dataset.GetLayer(0).GetFeatureCount() == BUILDING_COUNT
    assert len(sb.requests) == 6


def test_number_of_retries(sb, account):
    sb.fault(STATUS, status=503)
    with config(GDAL_HTTP_MAX_RETRY=0):
        assert "HTTP 503" in refusal(f"MAPFLOW:{BUILDINGS}", **account)
    assert len(sb.requests) == 1


ACCOUNTS = {
    "unknown uuid": (MISSING, {}, "does not find it"),
    "wrong token": (BUILDINGS, {"MAPFLOW_API_TOKEN": "d3Jvbmc6d3Jvbmc="}, "HTTP 401"),
    "opaque token": (BUILDINGS, {"MAPFLOW_API_TOKEN": "nonsense"}, "HTTP 401"),
    "no token": (BUILDINGS, {"MAPFLOW_API_TOKEN": ""}, "There is no Mapflow API token"),
    "no such host": (BUILDINGS, {"MAPFLOW_API_URL": "https://host.invalid/rest"},
                     "host.invalid"),
    "nothing listens": (BUILDINGS, {"MAPFLOW_API_URL": "http://127.0.0.1:1/rest"},
                        "cannot connect to http://127.0.0.1:1"),
    "plain http": (BUILDINGS, {"MAPFLOW_API_URL": "http://mapflow.example/rest"}, "plain http"),
    "not the API": (BUILDINGS, {"MAPFLOW_API_URL": "{origin}"}, "HTTP 404"),
}


@pytest.mark.parametrize("case", ACCOUNTS)
def test_ogr2ogr_and_the_account(sb, run, only_error, tmp_path, case):
    processing, env, said = ACCOUNTS[case]
    env = {name: value.format(origin=sb.url.removesuffix("/rest")) for name, value in env.items()}
    done = run("ogr2ogr", tmp_path / "out.gpkg", f"MAPFLOW:{processing}", env=env)
    message = only_error(done)
    assert said in message
    for name, value in env.items():
        if name == "MAPFLOW_API_TOKEN" and value:
            assert value not in done.said


DEBUG = {"CPL_DEBUG": "ON", "CPL_CURL_VERBOSE": "YES", "CPL_LOG_ERRORS": "ON"}


@pytest.mark.parametrize("processing, code", ((COMBO, 0), (FAILED, 1), (MISSING, 1)))
@pytest.mark.parametrize("auth", ("basic", "bearer"))
def test_debug_output_holds_no_token(sb, run, tmp_path, processing, code, auth):
    sb.variants.auth = auth
    done = run("ogr2ogr", tmp_path / "out.gpkg", f"MAPFLOW:{processing}", env=DEBUG)
    assert done.returncode == code
    assert "MAPFLOW: " in done.said
    assert "uthorization" in done.said  # the header is shown, not its value
    for secret in (*secrets_of(sb), "not-a-real-password"):
        assert secret not in done.said


@pytest.mark.parametrize("place", ("option", "string", "file"))
def test_debug_output_holds_no_token_wherever_it_comes_from(sb, run, tmp_path, place):
    """Without the name itself, which GDAL repeats: a token in it is the user's own choice."""
    path = tmp_path / "token"
    path.write_text(sb.token)
    name, extra, env = f"MAPFLOW:{RUNNING}", [], {**DEBUG, "MAPFLOW_API_TOKEN": ""}
    if place == "option":
        extra = ["-oo", f"API_TOKEN={sb.token}"]
    elif place == "string":
        name += f",API_TOKEN={sb.token}"
    else:
        env["MAPFLOW_API_TOKEN_FILE"] = str(path)
    done = run("ogrinfo", "-ro", *extra, name, env=env)
    assert done.returncode == 1 and "IN_PROGRESS" in done.said
    said = done.said.replace(name, "NAME")
    for secret in secrets_of(sb):
        assert secret not in said


def test_token_stays_at_home_on_a_redirect(sb, open_mapflow):
    sb.fault(RESULT, redirect="other", times=1)
    dataset = open_mapflow(BUILDINGS)
    assert dataset.GetLayer(0).GetFeatureCount() == BUILDING_COUNT
    assert [request.authorization for request in sb.requests if request.origin == 2] == [None]


@pytest.mark.parametrize("fault, said", (({"html": True}, "Sign in"), ({"status": 500}, "the server failed"),
                                         ({"status": 403}, "does not allow this"), ({"cut": 20}, "cut short")), ids=str)
def test_areas_of_a_server_in_trouble(sb, open_mapflow, fault, said):
    sb.fault(r"/aois$", **fault)
    dataset = open_mapflow(BUILDINGS)
    with reports() as seen:
        assert dataset.GetLayerByName("aois") is None
    ((kind, text),) = seen
    assert kind == gdal.CE_Failure and BUILDINGS in text and re.search(said, text)
    assert dataset.GetLayer(0).GetFeatureCount() == BUILDING_COUNT


def test_ogr2ogr_of_a_layer_that_cannot_be_had(sb, run, tmp_path):
    sb.fault(r"/aois$", status=500)
    done = run("ogr2ogr", tmp_path / "out.gpkg", f"MAPFLOW:{BUILDINGS}", "aois")
    assert done.returncode == 1
    assert "HTTP 500" in done.said


def test_result_of_a_raster_processing_that_has_a_vector_layer_too(sb, open_mapflow):
    both = sb.add_processing(name="both", result="combo.geojson",
                             resultRasterLayer={"tileUrl": "https://tiles.example/{z}?sig=abc"})
    dataset = open_mapflow(both)
    assert dataset.GetLayer(0).GetFeatureCount() == COUNTS["combo.geojson"]


@pytest.mark.parametrize("document", ([], {}, {"id": None}, b'"text"'), ids=str)
def test_status_document_that_is_none(sb, account, document):
    sb.fault(STATUS, status=200, body=document)
    assert "not a processing" in refusal(f"MAPFLOW:{BUILDINGS}", **account)


# ---- what is known about the cause ---------------------------------------------------------------

def test_address_without_rest(sb, account):
    message = refusal(f"MAPFLOW:{BUILDINGS}", **{**account, "API_URL": sb.url.removesuffix("/rest")})
    assert "API_URL is " in message and "ends in /rest" in message and "Check the id" not in message
    assert "/rest" not in refusal(f"MAPFLOW:{MISSING}", **account).replace(sb.url, "")


@pytest.mark.parametrize("quote", ["'", '"'])
def test_quotes_around_a_token(sb, open_mapflow, quote):
    """Docker's files of environment variables keep them."""
    assert open_mapflow(BUILDINGS, API_TOKEN=f"{quote}{sb.token}{quote}").GetLayer(0).GetFeatureCount() == BUILDING_COUNT


WRONG = "d3JvbmdAZXhhbXBsZS5jb206d3Jvbmc="


@pytest.mark.parametrize("place, source", (
    ("name", "the dataset name"), ("option", "the open option API_TOKEN"), ("environment", "MAPFLOW_API_TOKEN"),
    ("file option", "{path} (the open option API_TOKEN_FILE)"), ("file environment", "{path} (MAPFLOW_API_TOKEN_FILE)")))
def test_wrong_token_says_where_it_came_from(sb, monkeypatch, tmp_path, place, source):
    path = tmp_path / "token"
    path.write_text(WRONG)
    path.chmod(0o600)
    name, options = f"MAPFLOW:{BUILDINGS}" + (f",API_TOKEN={WRONG}" if place == "name" else ""), {"API_URL": sb.url}
    key, value = ("API_TOKEN_FILE", str(path)) if place.startswith("file") else ("API_TOKEN", WRONG)
    if place.endswith("option"):
        options[key] = value
    elif place != "name":
        monkeypatch.setenv("MAPFLOW_" + key, value)
    message = refusal(name, **options)
    assert f"The token came from {source.format(path=path)}: copy it again" in message and WRONG not in message


@pytest.mark.parametrize("status", [402, 403])
def test_plan_without_downloads(sb, account, status):
    sb.fault(RESULT, status=status)
    message = refusal(f"MAPFLOW:{BUILDINGS}", **account)
    assert "plan may not include downloads" in message and "web app" in message and "STATUS_ONLY=YES" in message


@pytest.mark.parametrize("processing", (FAILED, CANCELLED, REFUNDED))
def test_nothing_finished_is_said_once(account, processing):
    message = refusal(f"MAPFLOW:{processing}", **account, PARTIAL="YES")
    assert message == (f"Result of processing {processing}: the server refused the request (HTTP 400, BAD_REQUEST): The "
                       "processing has no result yet. Nothing of it may be finished: STATUS_ONLY=YES shows its areas")


@pytest.mark.parametrize("name, words", (
    ("", "There is no Mapflow API token"), (",WAIT=YES", "has no option WAIT"), ("Leiden", "not the id of a processing"),
    ("mosaic=x", "There is no Mapflow API token")))
def test_one_error_although_ogrinfo_opens_twice(run, name, words):
    done = run("ogrinfo", f"MAPFLOW:{name}", env={"MAPFLOW_API_TOKEN": ""})
    assert done.returncode == 1 and done.stderr.count("ERROR") == 1 and words in done.stderr


@pytest.mark.parametrize("name, fault, errors", (
    ("search", {}, 1), ("", {"path": ".", "status": 403}, 4), ("", {"path": ".", "reset": True}, 4),
    ("project=Urban Analysis", {"path": "/result", "status": 403}, 4)))
def test_ogrinfo_shows_a_failure_once(sb, run, name, fault, errors):
    """It asks for count, extent and features. There is one for each thing that fails: three lists and the status, or results."""
    if fault:
        sb.fault(**fault)
    done = run("ogrinfo", "-ro", "-al", f"MAPFLOW:{name}", env={"CPL_LOG_ERRORS": "ON"})
    said = re.findall("^ERROR.*", done.stderr, re.M)
    assert len(said) == errors == len({line.replace(" (4 tries)", "") for line in said})
    assert not [one for one in said for other in said if one != other and one.startswith(other)]


def test_failure_is_reported_each_time(sb, account):
    """A program may have dropped the first report, as QGIS does."""
    sb.fault("/projects", status=403)
    with oracle.exceptions(False):
        dataset = gdal.OpenEx("MAPFLOW:", gdal.OF_VECTOR, open_options=options_of(account))
        layer = dataset.GetLayerByName("projects")
        with reports() as seen:
            for _ in range(3):
                assert layer.GetFeatureCount() == -1
                assert gdal.GetLastErrorType() == gdal.CE_Failure
    assert len(seen) == 3 and all("HTTP 403" in text for _, text in seen)


def test_each_failure_to_open_is_an_error_in_a_program():
    """Only the second attempt of the same kind as ogrinfo's is quiet, and the last error is known all the same."""
    for access, count in ((gdal.OF_UPDATE, 1), (gdal.OF_READONLY, 0), (gdal.OF_READONLY, 1), (gdal.OF_READONLY, 1),
                          (gdal.OF_UPDATE, 0), (gdal.OF_UPDATE, 1)):
        with oracle.exceptions(False), reports() as seen:
            gdal.ErrorReset()
            assert gdal.OpenEx("MAPFLOW:,WAIT=YES", gdal.OF_VECTOR | access) is None
            assert "has no option WAIT" in gdal.GetLastErrorMsg()
        assert len([text for kind, text in seen if kind == gdal.CE_Failure]) == count
