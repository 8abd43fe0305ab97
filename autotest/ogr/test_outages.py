"""Outages: a server that cannot be reached, with and without the result in the cache."""

import time

import pytest
from osgeo import gdal

from helpers import BUILDING_COUNT, BUILDINGS, COMBO, options_of, reports


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setenv("GDAL_HTTP_LOW_SPEED_TIME", "1")  # in the place of 10 s
    monkeypatch.setenv("GDAL_HTTP_RETRY_DELAY", "0.0001")


OUTAGES = {
    "reset": {"reset": True},
    "closed": {"close": True},
    "silent": {"delay": 30},
    "bad gateway": {"status": 502},
    "unavailable": {"status": 503},
    "gateway timeout": {"status": 504},
}
REFUSALS = {"401": {"status": 401}, "403": {"status": 403}, "404": {"status": 404}, "500": {"status": 500},
            "web page": {"garbage": "<html>"}}


@pytest.fixture
def forgotten(sb):
    """Opens in a process of its own: nothing is remembered but what the cache has."""
    def opened(run, name, **options):
        words = [word for key, value in options.items() for word in ("-oo", f"{key}={value}")]
        first = len(sb.requests)
        done = run("ogrinfo", "-ro", "-so", "-al", *words, f"MAPFLOW:{name}")
        return done, len(sb.requests) - first
    return opened


@pytest.mark.parametrize("outage", OUTAGES)
def test_stored_result_is_opened(sb, run, forgotten, outage):
    """One request, one warning."""
    assert run("ogrinfo", "-ro", "-so", "-al", f"MAPFLOW:{BUILDINGS}").returncode == 0
    sb.fault(".", **OUTAGES[outage])
    done, asked = forgotten(run, BUILDINGS)
    assert done.returncode == 0 and f"Feature Count: {BUILDING_COUNT}" in done.stdout
    assert asked == 1
    assert done.stderr.startswith(f"Warning 1: Processing {BUILDINGS}: ") and done.stderr.count(BUILDINGS) == 1
    assert done.stderr.count("It is opened from the cache") == 1 and "ERROR" not in done.stderr


@pytest.mark.parametrize("outage", OUTAGES)
@pytest.mark.parametrize("options", [{"CACHE": "ONLINE"}, {"CACHE": "REFRESH"}, {"CACHE": "NO"}, {"STATUS_ONLY": "YES"}],
                         ids=str)
def test_who_asks_for_news_gets_an_error(sb, run, forgotten, outage, options):
    assert run("ogrinfo", "-ro", "-so", "-al", f"MAPFLOW:{BUILDINGS}").returncode == 0
    sb.fault(".", **OUTAGES[outage])
    done, asked = forgotten(run, BUILDINGS, **options)
    assert done.returncode != 0 and "It is opened from the cache" not in done.stderr
    assert asked == (2 if outage == "silent" else 4)  # tries


@pytest.mark.parametrize("outage", OUTAGES)
def test_other_results_are_errors(sb, run, forgotten, outage):
    assert run("ogrinfo", "-ro", "-so", "-al", f"MAPFLOW:{BUILDINGS}").returncode == 0
    sb.fault(".", **OUTAGES[outage])
    done, asked = forgotten(run, COMBO)
    assert done.returncode != 0 and asked == (2 if outage == "silent" else 4)


def test_a_busy_server_is_asked_again(sb, run, forgotten):
    """As without the stored result: it is there, and says when."""
    assert run("ogrinfo", "-ro", "-so", "-al", f"MAPFLOW:{BUILDINGS}").returncode == 0
    sb.fault(".", status=429, headers={"Retry-After": "0"}, times=2)
    done, asked = forgotten(run, BUILDINGS)
    assert done.returncode == 0 and done.stderr == "" and asked == 3


def test_who_waits_asks_again(sb, run, forgotten):
    assert run("ogrinfo", "-ro", "-so", "-al", f"MAPFLOW:{BUILDINGS}").returncode == 0
    sb.fault(".", status=502, times=2)
    done, asked = forgotten(run, BUILDINGS, WAIT="YES")
    assert done.returncode == 0 and done.stderr == "" and asked == 3


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusals_do_not_fall_back(sb, run, forgotten, refusal):
    assert run("ogrinfo", "-ro", "-so", "-al", f"MAPFLOW:{BUILDINGS}").returncode == 0
    sb.fault(".", **REFUSALS[refusal])
    done, _ = forgotten(run, BUILDINGS)
    assert done.returncode != 0 and "It is opened from the cache" not in done.stderr


def test_many_results_wait_once(sb, account, open_mapflow):
    """A program that opens what it had, as QGIS does with a project, waits for a silent server once."""
    names = [BUILDINGS, COMBO]
    for name in names:
        assert open_mapflow(name, CACHE="REFRESH").GetLayer(0).GetFeatureCount() > 0
    time.sleep(2.2)  # what this process remembers is old
    sb.fault(".", delay=30)
    first = len(sb.requests)
    for name in names * 3:
        with reports() as said:
            dataset = gdal.OpenEx(f"MAPFLOW:{name}", gdal.OF_VECTOR, open_options=options_of(account))
        assert dataset.GetLayer(0).GetFeatureCount() > 0
        ((_, text),) = said
        assert "It is opened from the cache" in text and text.count(name) == 1
    assert len(sb.requests) - first == 1
