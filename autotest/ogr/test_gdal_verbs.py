"""`gdal driver mapflow …`, from GDAL 3.11 on (conftest.py): each verb on the command line, in Python and for TAB."""

import inspect
import json
import os
import re
import sys

import pytest
from osgeo import gdal

from helpers import BUILDINGS, FAILED, MISSING, REVIEW, RUNNING, at_each_look, secrets_of
from settings import config
from submitting import asked, changes, created, creation, geojson, known_ids, square, polygon, squares, submit
from test_documentation import section
from uploading import QUARRY, images, posts, raster

URBAN = "Urban Analysis"
BOX = "4.4,52.1,4.6,52.2"

VERBS = ["accept", "cache clear", "cache info", "list", "models", "providers", "rate", "reject", "restart", "search",
         "status", "submit", "upload"]


@pytest.fixture
def aoi(tmp_path):
    return geojson(tmp_path / "district.geojson", *squares(2))


@pytest.fixture
def mapflow(run):
    """gdal driver mapflow WORDS -> Finished."""
    def started(*words, **options):
        return run("gdal", "driver", "mapflow", *words, **options)
    return started


@pytest.fixture
def answer(mapflow):
    """The same, with its answer as JSON. Nothing but JSON goes to the standard output."""
    def started(*words, **options):
        done = mapflow(*words, "-f", "json", **options)
        assert done.returncode == 0, done.said
        return json.loads(done.stdout)
    return started


@pytest.fixture
def called(sb):
    """The same in Python: called("cache info", argument=value, …) -> what it answers."""
    def ran(verb, **arguments):
        function = gdal.alg.driver.mapflow
        for word in verb.split():
            function = getattr(function, word)
        with config(MAPFLOW_API_URL=sb.url, MAPFLOW_API_TOKEN=sb.token), gdal.ExceptionMgr():
            return function(**arguments).Output()
    return ran


# ---- help

def test_help_lists_them(sb, mapflow):
    done = mapflow("--help")
    assert done.returncode == 0
    assert re.findall(r"^  - (\w+):", done.stdout, re.M) == sorted({verb.split()[0] for verb in VERBS})
    assert len(sb.requests) == 0


@pytest.mark.parametrize("verb", VERBS)
def test_help(sb, mapflow, verb):
    done = mapflow(*verb.split(), "--help")
    before, _, examples = done.stdout.partition("\nExamples:\n")
    commands = examples.partition("\n\n")[0].splitlines()
    assert done.returncode == 0 and commands
    assert all(command.startswith(f"  gdal driver mapflow {verb}") for command in commands)
    assert set(re.findall(r" (--?[a-z][a-z-]*)", " ".join(commands))) <= set(re.findall(r"--?[a-z][a-z-]*", before))
    assert len(sb.requests) == 0


# ---- completion

SOME_ID = BUILDINGS[:-4]


@pytest.mark.parametrize("words, begin, offered", [
    *(((verb,), SOME_ID + "000", [FAILED, RUNNING]) for verb in ("status", "restart", "rate", "accept", "reject")),
    (("status", "--wait"), "", [BUILDINGS, FAILED]),
    (("status",), SOME_ID + "af", [BUILDINGS]),
    (("submit", "district.geojson", "--model"), "", ["Buildings", "Forest\\ and\\ trees", "Roads"]),
    (("submit", "district.geojson", "--model"), "Bui", ["Buildings"]),
    (("submit", "district.geojson", "--provider"), "", ["Mapbox", "skywatch"]),
    (("submit", "district.geojson", "--search-provider"), "", ["orbview", "CG"]),
    (("submit", "district.geojson", "--project"), "U", ["Urban\\ Analysis"]),
    (("submit", "district.geojson", "--mosaic"), "", ["Quarry\\ flights", "Empty"]),
    (("submit", "district.geojson", "--tile-type"), "", ["XYZ", "TMS"]),
    (("submit", "district.geojson"), "--max", ["--max-cost"]),
    (("models", "--project"), "", [URBAN.replace(" ", "\\ "), "Forestry"]),
    (("list", "--project"), "Fo", ["Forestry"]),
    (("providers",), "--out", ["--output-format"]),
    (("search",), "--b", ["--bbox"]),
    (("upload", "ortho.tif"), "", ["Quarry\\ flights", "Empty"]),
    (("upload", "ortho.tif"), "Qu", ["Quarry\\ flights"]),
    (("cache",), "", ["clear", "info"]),
])
def test_completion(sb, complete, words, begin, offered):
    given = complete("driver", "mapflow", *words, *([begin] if begin else []), is_complete=not begin)
    values = [text.partition("\\ --\\ ")[0] for text in re.split(r"(?<!\\) ", given)]
    assert [value for value in values if value in offered] == sorted(offered, key=values.index)
    assert all(value.startswith(begin) for value in values)
    assert len(values) > 1 or given == offered[0]
    assert changes(sb) == [] and not [path for _, path in asked(sb) if path.endswith("/result")]


def test_completion_offers_nothing_where_nothing_belongs(sb, complete):
    assert complete("driver", "mapflow", "submit", "district.geojson") == ""
    assert len(sb.requests) == 0


def test_completion_knows_what_was_submitted_here(sb, complete, run, aoi):
    """The journal is read without a request, and comes first."""
    assert submit(run, aoi).returncode == 0
    (identifier,) = known_ids()
    sb.fault(".", status=500)
    assert complete("driver", "mapflow", "status") == identifier


@pytest.mark.parametrize("words", [("status",), ("submit", "--model"), ("submit", "--provider")])
def test_completion_does_not_wait(sb, complete, words):
    """The program would be stopped by the test, long before this server answers."""
    sb.fault(".", delay=1000)
    assert complete("driver", "mapflow", *words, env={"GDAL_HTTP_LOW_SPEED_TIME": "1000"})[:2] in ("", "**")


@pytest.mark.parametrize("name, offered", [
    ("Coast, north", "Coast,\\ north"), ("Küste 50% @ 1:1000", "Küste\\ 50%\\ @\\ 1:1000"), ("$(reboot)", "ID"), ("`reboot`", "ID"),
    ("a;reboot", "ID"), ("a&b", "ID"), ("<(b)", "ID"), ("a'b", "ID"), ('a"b', "ID"), ("a\\b", "ID"), ("{a,b}", "ID"), ("~root", "ID"),
    ("a\nb", "ID"), ("a*", "ID"), ("a!b", "ID")])
def test_completion_gives_the_shell_no_command(sb, complete, name, offered):
    """A shell runs commands that stand in what it is offered, and projects are shared."""
    identifier = sb.state.add_project(name)
    offers = re.split(r"(?<!\\) ", complete("driver", "mapflow", "list", "--project"))
    assert [text for text in offers if text.startswith(offered.replace("ID", identifier))] != []
    assert not re.search(r"""[$`;&<>()'"{}~*!\n]""", " ".join(offers))


# ---- refusals

@pytest.mark.parametrize("words, message", [
    (("status", MISSING), "not found"),
    (("status", "Nothing of this name"), "There is no processing"),
    (("status", "MAPFLOW:search"), "is not a processing"),
    (("status",), "have not been specified"),
    (("status", BUILDINGS, "--wait-timeout", "-1"), "should be >= 0"),
    (("submit", "AOI", "--model", "Castles", "--provider", "Mapbox"), "Castles"),
    (("submit", "AOI", "--model", "buildings"), "imagery"),
    (("submit", "AOI", "--model", "buildings", "--provider", "Mapbox", "--zoom", "23"), "should be <= 22"),
    (("submit", "AOI", "--model", "buildings", "--provider", "Mapbox", "--max-cost", "-1"), "should be >= 0"),
    (("submit", "AOI", "--model", "buildings", "--provider", "Mapbox", "--max-cost", "1"), "MAX_COST allows 1"),
    (("submit", "AOI", "--model", "buildings", "--provider", "Mapbox", "--max-cost="), "'max-cost' needs a number"),
    (("submit", "AOI", "--model", "buildings", "--provider", "Mapbox", "--zoom="), "'zoom' needs a number"),
    (("submit", "AOI", "--model", "buildings", "--provider", "Mapbox", "--zoom", ""), "'zoom' needs a number"),
    (("submit", "AOI", "--model", "buildings", "--provider", "Mapbox", "--layer", "other"), "other"),
    (("submit", "--model", "buildings", "--provider", "Mapbox"), "No areas are given"),
    (("submit", "AOI", "--nodel", "buildings"), "nodel"),
    (("models", "--project", "Nowhere"), "There is no project 'Nowhere'"),
    (("list", "--project", MISSING), "There is no project"),
    (("list", "--limit", "0"), "should be >= 1"),
    (("providers", "--model", "buildings"), "model"),
    (("restart", BUILDINGS), "cannot be restarted"),
    (("rate", BUILDINGS, "6"), "should be <= 5"),
    (("rate", BUILDINGS, "0"), "should be >= 1"),
    (("rate", BUILDINGS), "have not been specified"),
    (("accept", BUILDINGS), "not in review"),
    (("reject", REVIEW), "Required argument 'comment'"),
    (("upload", "RASTER", "Nothing of this name"), "There is no mosaic"),
    (("upload", "AOI", QUARRY), "district.geojson"),
    (("search",), "No area is given"),
    (("search", "--bbox", "4.6,52.1,4.4,52.2"), "xmin <= xmax"),
    (("search", "--bbox", BOX, "--where", "clouds < 10"), "clouds"),
    (("cache", "info", "--cache-dir", "/vsimem/cache"), "needs a folder on a disk"),
    (("cache", "clear", BUILDINGS), "are not expected"),
])
def test_refusals(sb, mapflow, aoi, tmp_path, words, message):
    names = {"AOI": aoi, "RASTER": raster(tmp_path / "ortho.tif")}
    done = mapflow(*(names.get(word, word) for word in words))
    assert done.returncode != 0 and done.stdout == ""
    assert message in done.stderr
    assert [path for _, path in changes(sb) if not path.endswith(("/restart/v2", "/acceptation"))] == []


# ---- each verb, on the command line and in Python

def test_status(sb, answer, called, mapflow):
    shown = answer("status", BUILDINGS)
    assert (shown["id"], shown["name"], shown["status"], shown["percent"], shown["cost"], shown["raster"], shown["messages"]) == (
        BUILDINGS, "Leiden district buildings", "OK", 100, 64, False, None)
    assert shown["updated"] == "2026-07-01T12:34:56Z"
    assert called("status", processing=BUILDINGS) == shown
    assert answer("status", "leiden district BUILDINGS") == answer("status", f"MAPFLOW:{BUILDINGS}") == shown
    lines = mapflow("status", BUILDINGS).stdout.splitlines()
    assert "status:       OK" in lines and not [line for line in lines if line.startswith("messages")]


def test_status_waits(sb, answer, called):
    at_each_look(sb, RUNNING, "UNPROCESSED", "IN_PROGRESS", "OK")
    assert answer("status", RUNNING)["status"] == "UNPROCESSED"
    seen = []
    shown = called("status", processing=RUNNING, wait=True, poll_interval=0.01,
                   progress=lambda part, text, _: seen.append((part, text)) or 1)
    assert shown["status"] == "OK"
    assert seen[-1] == (1, "OK") and len(seen) > 1


def test_status_of_a_failure(sb, mapflow):
    """Without --wait the state is what was asked for."""
    assert mapflow("status", FAILED).returncode == 0
    done = mapflow("status", FAILED, "--wait", "-f", "json")
    assert done.returncode != 0 and "too coarse" in done.stderr
    assert json.loads(done.stdout)["status"] == "FAILED"


def test_status_has_no_commands_for_the_terminal(sb, mapflow):
    identifier = sb.state.add_processing(name="a\x1b[31mb\x7f\u009bc\nd\u00e9\u00a0")
    text = mapflow("status", identifier).stdout
    assert "a [31mb  c dé" in text and not re.search("[\x1b\x7f\x80-\x9f]", text)


def test_submit_is_what_ogr2ogr_does(sb, run, answer, aoi):
    options = {"MODEL": "buildings", "PROVIDER": "Mapbox", "ZOOM": "18", "MAX_COST": "100", "NAME": "Docks"}
    words = [word for key, value in options.items() for word in ("--" + key.lower().replace("_", "-"), value)]
    (job,) = answer("submit", aoi, *words)
    first = asked(sb)
    assert submit(run, aoi, *creation(options)).returncode == 0
    assert asked(sb)[len(first):] == first
    one, other = created(sb)
    assert [{**body, "meta": None} for body in (one, other)] == [{**one, "meta": None}] * 2
    assert job["id"] in known_ids() and len(known_ids()) == 2
    assert (job["name"], job["status"], job["aoiCount"], job["dryRun"]) == ("Docks", "UNPROCESSED", 2, False)


def test_submit_in_python(sb, called, aoi):
    arguments = {"model": "buildings", "provider": "Mapbox", "max_cost": 100}
    (by_name,) = called("submit", input=str(aoi), **arguments)
    (by_dataset,) = called("submit", input=gdal.OpenEx(str(aoi)), wait=True, poll_interval=0.01, **arguments)
    assert by_name["status"] == "UNPROCESSED" and by_dataset["status"] == "OK"
    assert {by_name["id"], by_dataset["id"]} == known_ids()
    with pytest.raises(RuntimeError, match="MAX_COST allows 1"):
        called("submit", input=str(aoi), **{**arguments, "max_cost": 1})
    assert len(created(sb)) == 2


def test_submit_dry(sb, answer, mapflow, aoi):
    words = ("submit", aoi, "--model", "buildings", "--provider", "Mapbox", "--dry-run")
    (job,) = answer(*words)
    assert (job["dryRun"], job["id"], job["cost"] > 0) == (True, None, True)
    assert "areaKm2" in mapflow(*words).stdout.splitlines()[0]
    assert changes(sb) == [] and known_ids() == set()


def test_submit_shows_the_progress_of_the_wait(sb, called, aoi):
    seen = []
    called("submit", input=str(aoi), model="buildings", provider="Mapbox", wait=True, poll_interval=0.01,
           progress=lambda part, text, _: seen.append((part, text)) or 1)
    assert [text for _, text in seen if text == "OK"]


def test_submit_waits_and_fails(sb, mapflow, aoi):
    sb.state.fail_next([{"code": "dataloader.NoDataTile"}])
    done = mapflow("submit", aoi, "--model", "buildings", "--provider", "Mapbox", "--wait", "-f", "json")
    assert done.returncode != 0
    assert [job["status"] for job in json.loads(done.stdout)] == ["FAILED"]


def test_submit_options_of_each_kind(sb, answer, tmp_path):
    overlapping = geojson(tmp_path / "two.geojson", polygon(square(4.5)), polygon(square(4.505)),
                          properties=[{"kind": "a"}, {"kind": "b"}])
    words = ("submit", overlapping, "--model", "buildings", "--provider", "Mapbox")
    assert [job["aoiCount"] for job in answer(*words)] == [1]
    assert [job["aoiCount"] for job in answer(*words, "--dissolve=false")] == [2]
    assert [job["name"] for job in answer(*words, "--split", "FEATURE", "--name-field", "kind")] == ["a", "b"]
    assert [job["name"] for job in answer(*words, "--layer", "two", "--name", "x")] == ["x"]


def test_submit_of_imagery(sb, answer):
    (job,) = answer("submit", "--mosaic", QUARRY, "--aoi-from", "IMAGERY", "--name", "Quarry", "--model", "buildings")
    assert job["name"] == created(sb)[0]["name"] == "Quarry"


def test_submit_takes_every_option(mapflow):
    """Those of a layer, but for REPORT, whose lines are the answer; named as an argument is."""
    xml = gdal.GetDriverByName("MAPFLOW").GetMetadataItem("DS_LAYER_CREATIONOPTIONLIST")
    options = {name.lower().replace("_", "-") for name in re.findall(r"name='(\w+)'|name=\"(\w+)\"", xml) for name in name if name}
    options.remove("report")
    assert options <= set(re.findall(r"--([a-z-]+)", mapflow("submit", "--help").stdout))
    assert len(options) > 25


def test_models(sb, answer, called, mapflow):
    models = answer("models")
    assert {model["project"] for model in models} >= {"Default", URBAN, "Forestry"}
    assert models[0]["blocks"][0] == {"name": "Detection", "display_name": "Detection", "optional": False, "price_per_km2": 5.0}
    of_project = [model for model in models if model["project"] == URBAN]
    assert called("models", project=URBAN) == of_project
    assert called("models", project=of_project[0]["project_id"]) == of_project
    header, first = mapflow("models", "--project", URBAN).stdout.splitlines()[:2]
    assert header.split() == ["name", "price_per_km2", "project", "id"]
    assert first.split() == ["🏠", "Buildings", "5", "Urban", "Analysis", models[0]["id"]]
    assert first.index("5  ") == header.index("price")


def test_providers(answer, called, mapflow):
    providers = answer("providers")
    assert [(one["name"], one["kind"]) for one in providers][:1] + [(one["name"], one["kind"]) for one in providers][-1:] == [
        ("Mapbox", "data"), ("CG", "search")]
    assert called("providers") == providers
    assert len(mapflow("providers").stdout.splitlines()) == len(providers) + 1


def test_list(sb, answer, called, mapflow):
    everything = answer("list")
    assert len(everything) == len(sb.state.processings)
    created_at = [row["created"] for row in everything]
    assert created_at == sorted(created_at, reverse=True)
    assert not [path for _, path in asked(sb) if path.endswith("/aois")]
    assert called("list", limit=2) == everything[:2]
    assert called("list", project=URBAN, status="FAILED") == [row for row in everything if row["id"] == FAILED]
    assert called("list", project="Shared survey", status="REFUNDED") == []
    assert mapflow("list", "--limit", "1").stdout.splitlines()[1].startswith(everything[0]["id"])


def test_restart(sb, answer, called):
    assert answer("restart", FAILED)["status"] in ("UNPROCESSED", "IN_PROGRESS")
    identifier = sb.state.add_processing(name="x", status="FAILED")
    assert called("restart", processing=identifier)["status"] in ("UNPROCESSED", "IN_PROGRESS")


def test_account_in_the_name(sb, mapflow, tmp_path):
    """The token and the server in a dataset name hold for the change as well as for finding the processing."""
    (tmp_path / "token").write_text(sb.token)
    (tmp_path / "token").chmod(0o600)
    name = f"MAPFLOW:{FAILED},API_TOKEN_FILE={tmp_path / 'token'}"
    done = mapflow("restart", name, "-f", "json", env={"MAPFLOW_API_TOKEN": "bWVAZXhhbXBsZS5jb206d3Jvbmc="})
    assert done.returncode != 0 and "does not accept the API token" in done.stderr  # API_TOKEN wins over API_TOKEN_FILE
    name = f"MAPFLOW:{FAILED},API_TOKEN={sb.token}"
    done = mapflow("restart", name, "-f", "json", env={"MAPFLOW_API_TOKEN": "bWVAZXhhbXBsZS5jb206d3Jvbmc="})
    assert done.returncode == 0 and json.loads(done.stdout)["id"] == FAILED, done.stderr


def test_rate(sb, answer, called):
    identifier = sb.state.add_processing(name="x")
    assert answer("rate", identifier, "4", "--comment", "it's \"fine\"; nearly")["rating"] == 4
    assert sb.state.processings[identifier].rating["feedback"] == "it's \"fine\"; nearly"
    assert called("rate", processing=identifier, rating=5)["rating"] == 5


@pytest.mark.parametrize("verb, arguments, review", [("accept", {}, "ACCEPTED"),
                                                     ("reject", {"comment": "it's short"}, "NOT_ACCEPTED")])
def test_review(sb, answer, called, verb, arguments, review):
    one, other = (sb.state.add_processing(name=name, review="IN_REVIEW") for name in ("x", "y"))
    words = [word for key, value in arguments.items() for word in (f"--{key}", value)]
    assert answer(verb, one, *words)["review"] == review
    assert called(verb, processing=other, **arguments)["review"] == review


@pytest.mark.parametrize("words, statement", [
    (("restart", "ID"), "RESTART ID"), (("rate", "ID", "3", "--comment", "so; so"), "RATE ID 3 'so; so'"),
    (("accept", "ID"), "ACCEPT ID"), (("reject", "ID", "--comment", "bad"), "REJECT ID 'bad'")])
def test_verbs_are_those_of_sql(sb, answer, open_mapflow, words, statement):
    state = {"status": "FAILED"} if "restart" in words else {} if "rate" in words else {"review": "IN_REVIEW"}
    one, other = (sb.state.add_processing(name="x", **state) for _ in range(2))
    shown = answer(*(one if word == "ID" else word for word in words))
    first = [(r.method, r.path.replace(one, "ID"), r.json) for r in sb.requests.settle()]
    layer = open_mapflow("", gdal.OF_VECTOR | gdal.OF_UPDATE).ExecuteSQL(statement.replace("ID", other))
    row = layer.GetNextFeature()
    assert [(r.method, r.path.replace(other, "ID"), r.json) for r in sb.requests.settle()][len(first):] == first
    assert [row["status"], row["rating"], row["review"]] == [shown["status"], shown["rating"], shown["review"]]


def test_upload(sb, answer, called, tmp_path):
    image = answer("upload", raster(tmp_path / "one.tif"), QUARRY, "--tags", "x,y")
    assert (image["name"], image["state"]) == ("one.tif", "READY")
    other = called("upload", input=str(raster(tmp_path / "two.tif", value=50)), mosaic=image["mosaicId"], name="2.tif")
    assert {image["imageId"], other["imageId"]} <= {one.id for one in images(sb)}
    assert [other["name"], len(posts(sb))] == ["2.tif", 2]


def test_search(sb, answer, called, mapflow, tmp_path):
    scenes = answer("search", "--bbox", BOX)
    days = [scene["acquired"] for scene in scenes if scene["acquired"]]
    assert len(days) == 3 and days == sorted(days, reverse=True)
    assert called("search", bbox=[float(text) for text in BOX.split(",")], limit=2) == scenes[:2]
    clear = called("search", bbox=[float(text) for text in BOX.split(",")], where="cloud_cover < 5 OR zoom = 99")
    assert clear == [scene for scene in scenes if scene["cloud_cover"] is not None and scene["cloud_cover"] < 5] != []
    area = geojson(tmp_path / "area.geojson", polygon(square(4.4, 52.1, 0.2, 0.1)))
    assert {scene["id"] for scene in answer("search", "--search-aoi", area)} >= {scene["id"] for scene in scenes}
    assert mapflow("search", "--bbox", BOX, "--limit", "1").stdout.splitlines()[1].startswith(scenes[0]["id"])


def test_cache(sb, run, answer, called):
    folder = os.path.join(os.environ["XDG_CACHE_HOME"], "gdal-mapflow")
    assert (answer("cache", "info")["folder"], answer("cache", "info")["results"]) == (folder, 0)
    assert run("ogrinfo", "-so", "-al", f"MAPFLOW:{BUILDINGS}", "aois").returncode == 0
    assert run("ogrinfo", "-so", "-al", f"MAPFLOW:{BUILDINGS}").returncode == 0
    os.makedirs(f"{folder}/tiles/{BUILDINGS}-{'0' * 16}/0")
    with open(f"{folder}/tiles/{BUILDINGS}-{'0' * 16}/0/tile", "wb") as tile:
        tile.write(b"x" * 77)
    with open(f"{folder}/notes", "wb") as notes:
        notes.write(b"mine")
    held = sum(os.path.getsize(f"{folder}/{name}") for name in os.listdir(folder) if name.startswith(BUILDINGS))
    info = called("cache info")
    assert info == {"folder": folder, "results": 1, "areas": 1, "bytes": held, "tile_bytes": 77, "limit": 10 << 30}
    assert called("cache clear", cache_dir=folder + "/elsewhere")["results"] == 0
    assert answer("cache", "clear") == {key: value for key, value in info.items() if key != "limit"}
    assert sorted(os.listdir(folder)) == ["notes", "tiles"] and os.listdir(folder + "/tiles") == []
    assert called("cache info")["bytes"] == 0


# ---- the page

def blocks(heading, language):
    """The code of that language in a section of the pages."""
    return [part.partition("\n```")[0] for part in section(heading).split(f"```{language}\n")[1:]]


@pytest.fixture
def district(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("ogr2ogr", "district.gpkg", geojson(tmp_path / "district.geojson", *squares(2))).returncode == 0


@pytest.mark.parametrize("command", blocks("Verbs", "sh")[0].splitlines())
def test_commands_of_the_page(sb, run, district, command):
    done = run("sh", "-c", command)
    assert (done.returncode, done.stderr) == (0, "") and len(done.stdout.splitlines()) > 1
    assert len(created(sb)) == (" submit " in command and "--dry-run" not in command)


def test_python_of_the_page(sb, run, district):
    assert run(sys.executable, "-c", "from osgeo import gdal\n" + blocks("Verbs in Python", "python")[0]).stdout == "OK\n"
    assert len(created(sb)) == 1


def test_the_page_lists_them():
    table = section("Verbs").split("|---|---|\n")[1].partition("\n\n")[0]
    names = [name.split(" <")[0].split(" [")[0] for cell in table.splitlines() for name in re.findall("`([^`]*)`", cell.split("|")[1])]
    assert sorted(names) == VERBS


# ---- what holds for all

def test_python_knows_their_arguments():
    module = gdal.alg.driver.mapflow
    assert list(inspect.signature(module.rate).parameters)[:3] == ["processing", "rating", "comment"]
    assert list(inspect.signature(module.submit).parameters)[0] == "input"
    assert "Empty the cache" in module.cache.clear.__doc__


def test_they_show_no_secret(sb, mapflow, aoi):
    for words in (("status", BUILDINGS), ("list",), ("submit", aoi, "--model", "buildings", "--provider", "Mapbox")):
        done = mapflow(*words, "--config", "CPL_DEBUG=ON", "--config", "CPL_CURL_VERBOSE=YES")
        assert done.returncode == 0 and not [secret for secret in secrets_of(sb) if secret in done.said]


def test_offline_makes_no_request(sb, mapflow):
    for words in (("status", BUILDINGS), ("list",), ("models",), ("search", "--bbox", BOX), ("restart", FAILED)):
        done = mapflow(*words, env={"MAPFLOW_CACHE": "OFFLINE"})
        assert done.returncode != 0 and "OFFLINE" in done.stderr
    assert len(sb.requests) == 0
