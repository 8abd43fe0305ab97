"""Connection strings and options: what is understood, where it is looked for, what is refused."""

import os

import pytest
from osgeo import gdal

from helpers import (BUILDING_COUNT, BUILDINGS, FIRST_AREA, MISSING, SECOND_AREA, refusal, reports, secrets_of)

NAME = f"MAPFLOW:{BUILDINGS}"


@pytest.fixture
def settings(sb):
    """The account as configuration options, for names that carry everything else."""
    gdal.SetConfigOption("MAPFLOW_API_URL", sb.url)
    gdal.SetConfigOption("MAPFLOW_API_TOKEN", sb.token)
    yield
    gdal.SetConfigOption("MAPFLOW_API_URL", None)
    gdal.SetConfigOption("MAPFLOW_API_TOKEN", None)


@pytest.mark.parametrize("name", (
    NAME,
    NAME.lower(),
    f"MAPFLOW:{BUILDINGS.upper()}",
    f"MAPFLOW: {BUILDINGS} ",
    f"{NAME}/",
    f"{NAME}/,PARTIAL=NO",
    f"{NAME},PARTIAL=NO",
    f"{NAME},partial=no",
    f"{NAME}, PARTIAL = NO",
    f'{NAME},PARTIAL="NO"',
    f'{NAME},"PARTIAL=NO"',
    f"{NAME},AUTH=BASIC,PARTIAL=NO,MAX_RESULT_SIZE=1G",
))
@pytest.mark.usefixtures("settings")
def test_name_is_understood(name):
    dataset = gdal.OpenEx(name, gdal.OF_VECTOR)
    assert dataset.GetLayer(0).GetFeatureCount() == BUILDING_COUNT


@pytest.mark.parametrize("name, said", (
    ("MAPFLOW:abc", "id of a processing"),
    ("MAPFLOW:/", "id of a processing"),
    (NAME + "//", "id of the processing"),
    ("MAPFLOW:" + BUILDINGS[:-1], "id of a processing"),
    ("MAPFLOW:" + BUILDINGS + "0", "id of the processing"),
    ("MAPFLOW:" + BUILDINGS.replace("-", ""), "id of a processing"),
    ("MAPFLOW:" + BUILDINGS.replace("f", "g"), "id of a processing"),
    (NAME + ",", "KEY=VALUE"),
    (NAME + ",PARTIAL", "KEY=VALUE"),
    (NAME + ",=YES", "unknown option"),
    (NAME + ",PARTAIL=YES", "unknown option PARTAIL"),
    (NAME + ',AOI="x', "quote"),
    (NAME + ',AOI=x",PARTIAL=NO', "quote"),
    (NAME + ",AUTH=DIGEST", "AUTO, BASIC, BEARER"),
    (NAME + ",API_URL=ftp://example.com/rest", "https://api.mapflow.ai/rest"),
    (NAME + ",API_URL=http://example.com/rest", "plain http"),
    (NAME + ",API_URL=http://127.0.0.1.example.com/rest", "plain http"),
    (NAME + ",API_URL=http://me:pw@127.0.0.1/rest", "API_URL"),
))
def test_name_is_refused(sb, settings, name, said):
    message = refusal(name)
    assert said in message
    assert "pw" not in message
    assert len(sb.requests) == 0


@pytest.mark.parametrize("place", ("{token}", "{token},PARTIAL=NO", BUILDINGS + ",{token}",
                                   BUILDINGS + ",TOKEN={token}", BUILDINGS + ",{bare}=",
                                   BUILDINGS + ',API_TOKEN="{token}',
                                   BUILDINGS + ",API_TOKEN={token},NONSENSE=1",
                                   BUILDINGS + ",API_TOKEN={token},AUTH=NONE"))
def test_token_in_the_wrong_place_is_not_repeated(sb, place):
    bare = sb.token.rstrip("=")
    message = refusal("MAPFLOW:" + place.format(token=sb.token, bare=bare), API_URL=sb.url)
    for secret in (*secrets_of(sb), bare[:12]):
        assert secret not in message
    assert len(sb.requests) == 0


@pytest.mark.parametrize("option, value, said", (
    ("AOI", "x", "AOI=x is not the UUID of an area"),
    ("MAX_RESULT_SIZE", "big", "is not a size"),
    ("MAX_RESULT_SIZE", "-1", "is not a size"),
    ("MAX_RESULT_SIZE", "0", "is not a size"),
    ("MAX_RESULT_SIZE", "1T", "is not a size"),
    ("MAX_RESULT_SIZE", "5 M", "is not a size"),
))
def test_value_is_refused(sb, account, option, value, said):
    assert said in refusal(NAME, **account, **{option: value})
    assert not [request for request in sb.requests if "/result" in request.path]


@pytest.mark.parametrize("value, opens", (("1K", False), ("1168459", False), ("1168460", True),
                                          ("2m", True), ("1.5M", True), ("1G", True)))
def test_max_result_size(account, value, opens):
    if opens:
        assert gdal.OpenEx(NAME, open_options=[f"{k}={v}" for k, v in
                                               {**account, "MAX_RESULT_SIZE": value}.items()])
    else:
        assert "MAX_RESULT_SIZE" in refusal(NAME, **account, MAX_RESULT_SIZE=value)


@pytest.mark.parametrize("encoding", ("chunked", "gzip", "gzip-chunked", "close"))
def test_max_result_size_counts_what_arrives(sb, account, encoding):
    sb.variants.encoding = encoding
    assert "MAX_RESULT_SIZE" in refusal(NAME, **account, MAX_RESULT_SIZE="1M")


def test_options_are_looked_for_from_the_string_to_the_environment(sb, account):
    """AUTH has no such values: the refusal shows which one was found, and costs no request."""
    places = ["STRING", "OPTION", "PATH", "CONFIG", "ENVIRONMENT"]
    try:
        for first in range(len(places)):
            given = places[first:]
            name = NAME + (",AUTH=STRING" if "STRING" in given else "")
            options = {**account, **({"AUTH": "OPTION"} if "OPTION" in given else {})}
            gdal.SetPathSpecificOption("MAPFLOW:", "MAPFLOW_AUTH",
                                       "PATH" if "PATH" in given else None)
            gdal.SetConfigOption("MAPFLOW_AUTH", "CONFIG" if "CONFIG" in given else None)
            os.environ["MAPFLOW_AUTH"] = "ENVIRONMENT"
            assert f"AUTH={given[0]} " in refusal(name, **options)
    finally:
        gdal.SetPathSpecificOption("MAPFLOW:", "MAPFLOW_AUTH", None)
        gdal.SetConfigOption("MAPFLOW_AUTH", None)
        del os.environ["MAPFLOW_AUTH"]
    assert len(sb.requests) == 0


def test_token_from_the_environment(run):
    done = run("ogrinfo", "-so", NAME)
    assert done.returncode == 0, done.said


@pytest.mark.parametrize("written", ("{token}", "{token}\n", "  {token}\r\n", "Basic {token}\n",
                                     "{bare}\n"))
def test_token_from_a_file(sb, run, tmp_path, written):
    path = tmp_path / "token"
    path.write_text(written.format(token=sb.token, bare=sb.token.rstrip("=")), newline="")
    done = run("ogrinfo", "-so", NAME, env={"MAPFLOW_API_TOKEN": "",
                                            "MAPFLOW_API_TOKEN_FILE": str(path)})
    assert done.returncode == 0, done.said


@pytest.mark.parametrize("content, said", ((None, "No such file"), ("", "token"), ("a b", "space")))
def test_token_file_that_holds_none(sb, tmp_path, content, said):
    path = tmp_path / "token"
    if content is not None:
        path.write_text(content)
    message = refusal(NAME, API_URL=sb.url, API_TOKEN_FILE=path)
    assert said in message
    assert len(sb.requests) == 0


@pytest.mark.parametrize("auth, accepted, opens", (
    ("AUTO", "basic", True), ("AUTO", "bearer", True), ("BASIC", "basic", True),
    ("BEARER", "bearer", True), ("BASIC", "bearer", False), ("BEARER", "basic", False)))
def test_auth(sb, account, auth, accepted, opens):
    sb.variants.auth = accepted
    if opens:
        assert gdal.OpenEx(NAME, open_options=[f"{k}={v}" for k, v in
                                               {**account, "AUTH": auth}.items()])
    else:
        assert "does not accept the API token" in refusal(NAME, **account, AUTH=auth)


def test_dataset_name_holds_no_token(sb):
    name = f"{NAME},API_TOKEN={sb.token},API_URL={sb.url},PARTIAL=NO"
    dataset = gdal.OpenEx(name, gdal.OF_VECTOR)
    assert dataset.GetDescription() == f"{NAME},API_URL={sb.url},PARTIAL=NO"
    for secret in secrets_of(sb):
        assert secret not in str([dataset.GetMetadata(domain) for domain in
                                  (None, "json:MAPFLOW", "IMAGE_STRUCTURE")])


@pytest.mark.parametrize("name", (NAME, f"{NAME}/", NAME.lower(), NAME + ",STYLE=no", "MAPFLOW:project=Default",
                                  "MAPFLOW:"))
def test_dataset_is_shared_by_its_name(account, name):
    options = [f"{key}={value}" for key, value in account.items()]
    with reports() as seen:
        first, second = (gdal.OpenEx(name, gdal.OF_VECTOR | gdal.OF_SHARED, open_options=options) for _ in range(2))
    assert first.GetDescription() == name and int(first.this) == int(second.this)
    assert not any("OpenShared" in text for _, text in seen)


def test_area_alone(open_mapflow):
    parts = [open_mapflow(BUILDINGS, AOI=area) for area in (FIRST_AREA, SECOND_AREA.upper())]
    first, second = (dataset.GetLayer(0).GetFeatureCount() for dataset in parts)
    assert first > 0 and second > 0
    assert first + second == BUILDING_COUNT


def test_area_in_the_string(sb, account):
    dataset = gdal.OpenEx(f"{NAME},AOI={FIRST_AREA}",
                          open_options=[f"{k}={v}" for k, v in account.items()])
    assert 0 < dataset.GetLayer(0).GetFeatureCount() < BUILDING_COUNT
    assert sb.requests[-1].raw_path.endswith(f"/result?aoiId={FIRST_AREA}")


@pytest.mark.parametrize("answer", ["yes", "ignored", "empty", "error"])
def test_unknown_area_is_an_error(sb, account, answer):
    """Also where the service would give all features or none for it."""
    sb.variants.aoi_filter = answer
    assert f"no area {MISSING}" in refusal(NAME, **account, AOI=MISSING)


def test_area_that_comes_with_others_is_warned_of(sb, account, run):
    arguments = [part for key, value in account.items() for part in ("-oo", f"{key}={value}")]
    arguments += ["-ro", "-so", "-al", NAME, "-oo", f"AOI={FIRST_AREA}"]
    assert "of others" not in run("ogrinfo", *arguments).stderr
    sb.variants.aoi_filter = "ignored"
    for cache in ("REFRESH", "OFFLINE"):
        done = run("ogrinfo", *arguments, "-oo", f"CACHE={cache}")
        assert f"Feature Count: {BUILDING_COUNT}" in done.stdout
        assert done.stderr.count("one area was requested, but the server also returned features of others") == 1


@pytest.mark.parametrize("fault", ["403", "500"])
def test_area_is_read_where_areas_cannot_be_listed(sb, open_mapflow, fault):
    sb.faults.add(r"/aois$", status=int(fault))
    dataset = open_mapflow(BUILDINGS, AOI=FIRST_AREA)
    assert 0 < dataset.GetLayer(0).GetFeatureCount() < BUILDING_COUNT


def test_area_of_a_service_that_does_not_tell_areas(sb, open_mapflow):
    sb.variants.aois = "410"
    dataset = open_mapflow(BUILDINGS, AOI=FIRST_AREA)
    assert 0 < dataset.GetLayer(0).GetFeatureCount() < BUILDING_COUNT


def test_opening_asks_twice_and_only_reads(sb, open_mapflow):
    open_mapflow(BUILDINGS)
    assert [(r.method, r.path) for r in sb.requests] == [
        ("GET", f"/processings/{BUILDINGS}/v2"), ("GET", f"/processings/{BUILDINGS}/result")]


# ---- by the name of a processing ------------------------------------------------------------------

@pytest.mark.parametrize("name", ["Leiden district buildings", "LEIDEN district buildings"])
@pytest.mark.usefixtures("settings")
def test_processing_by_its_name(sb, name):
    """Areas are not asked for."""
    dataset = gdal.OpenEx(f"MAPFLOW:name={name},AOI={FIRST_AREA}", gdal.OF_VECTOR)
    assert dataset.GetMetadataItem("PROCESSING_ID") == BUILDINGS and dataset.GetLayer(0).GetFeatureCount() > 0
    assert sum(r.path.endswith("/aois") for r in sb.requests) == 1  # of the processing that is opened


@pytest.mark.parametrize("name", ["it's", 'a "quoted", one', "%", "2026/05 roofs", "🏗️ Häfen"])
@pytest.mark.usefixtures("settings")
def test_odd_names_of_processings(sb, name):
    wanted = sb.add_processing(name, result="buildings.geojson")
    sb.add_processing(name + "2", result="buildings.geojson")
    quoted = '"' + name.replace('"', '""') + '"'
    assert gdal.OpenEx(f"MAPFLOW:name={quoted}", gdal.OF_VECTOR).GetMetadataItem("PROCESSING_ID") == wanted


def test_names_that_are_none_or_several(sb, account):
    ids = [sb.add_processing("twin", result="buildings.geojson") for _ in range(2)]
    message = refusal("MAPFLOW:name=twin", **account)
    assert "2 processings" in message and all(identifier in message for identifier in ids)
    exact = sb.add_processing("Twin", result="buildings.geojson")
    dataset = gdal.OpenEx("MAPFLOW:name=Twin", gdal.OF_VECTOR, open_options=[f"{k}={v}" for k, v in account.items()])
    assert dataset.GetMetadataItem("PROCESSING_ID") == exact
    assert 'no processing "triplet"' in refusal("MAPFLOW:name=triplet", **account)
    assert "which name to open" in refusal("MAPFLOW:name=", **account)


def test_name_that_is_no_id_says_what_to_do(account):
    message = refusal("MAPFLOW:Leiden", **account)
    assert message == ("The text after MAPFLOW: is not the id of a processing. To list the ids: ogr2ogr -f CSV /vsistdout/ "
                       "MAPFLOW: processings -select id,name. To open by name: MAPFLOW:name=<name> or "
                       "MAPFLOW:project=<name or id>.")


@pytest.mark.parametrize("text", ("https://app.mapflow.ai/processing/{}?tab=1", "//{}", "processing={}", "{{{}}}", "{} results"))
def test_name_that_holds_an_id(sb, account, text):
    """An address of the web application, or a way to write it that some other driver has."""
    message = refusal("MAPFLOW:" + text.format(BUILDINGS.upper()), **account)
    assert message.endswith(f"use MAPFLOW:{BUILDINGS}.") and "app.mapflow" not in message
    assert len(sb.requests) == 0
