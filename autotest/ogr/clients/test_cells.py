"""Each client reads, filters, passes options on, fails so that its user sees it, and does without the network.

A client reads all in one go, then the sandbox ends, and it reads again.
"""

import re

import pytest

import oracle
from helpers import (BUILDING_COUNT, BUILDINGS, COMBO, FAILED, FIRST_AREA, FIRST_AREA_COUNT, FIXED, FOREST, MISSING, NOTHING,
                     RUNNING)
from paths import AUTOTEST, DATA
from programs import CLIENTS, Job
from sandbox import Sandbox
from table import FOUND

PAGE = (AUTOTEST.parent / "driver" / "programs.md").read_text(encoding="utf-8")
WHERE = "class_id = 101"
BOX = (4.489, 52.163, 4.497, 52.168)
LATE, LATER = FIXED + "1a7e", FIXED + "1a7f"
WRONG = "bWVAZXhhbXBsZS5jb206d3Jvbmc="
BUILDING = f"MAPFLOW:{BUILDINGS}"

# What fails, and words that say why.
FAILURES = {
    "running": (Job("running", f"MAPFLOW:{RUNNING}"), "its status is IN_PROGRESS"),
    "failed": (Job("failed", f"MAPFLOW:{FAILED}"), "its status is FAILED"),
    "missing": (Job("missing", f"MAPFLOW:{MISSING}"), "the server does not find it"),
    "token": (Job("token", f"{BUILDING},CACHE=NO,API_TOKEN={WRONG}"), f"Processing {BUILDINGS}: the server does not accept"),
    "cut": (Job("cut", f"MAPFLOW:{COMBO}"), "was cut short"),
    # A layer of a project is loaded when it is touched, here in vain.
    "touched": (Job("touched", "MAPFLOW:project=Late"), f"Result of processing {LATE}"),
    "named": (Job("named", "MAPFLOW:project=Later", layer="later"), f"Result of processing {LATER}"),
    # The account opens without a request: the first one is for its rows.
    "account": (Job("account", f"MAPFLOW:,API_TOKEN={WRONG}", layer="projects"), "list of projects: the server does not accept the API token"),
    # Rows of the account come page by page, and then an error does.
    "page": (Job("page", "MAPFLOW:", layer="processings"), "HTTP 500"),
}


@pytest.fixture(scope="module")
def client(client_name):
    return CLIENTS[client_name]


@pytest.fixture(scope="module")
def answers(client, client_name, tmp_path_factory, request):
    """Online and offline, by the keys of the jobs."""
    folder = tmp_path_factory.mktemp(client_name)
    (folder / "run").mkdir(mode=0o700)
    environment = {"XDG_CACHE_HOME": str(folder / "cache"), "XDG_RUNTIME_DIR": str(folder / "run"), "HOME": str(folder),
                   "QT_QPA_PLATFORM": "offscreen", "DASK_TEMPORARY_DIRECTORY": str(folder)}
    if client_name == "postgis":
        environment["PG_DATABASE"] = request.getfixturevalue("database")
    with Sandbox(data=DATA, seed=1) as sandbox:
        environment |= {"MAPFLOW_API_URL": sandbox.url, "MAPFLOW_API_TOKEN": sandbox.token}
        for name, identifier in (("Late", LATE), ("Later", LATER)):
            sandbox.add_project(name)
            sandbox.add_processing(name=name.lower(), id=identifier, project=name, status="OK", result="forest.geojson")
        sandbox.fault(f"({COMBO}|{LATE}|{LATER})/result", cut=100)
        second = sandbox.state.find_project("Urban Analysis").id
        sandbox.fault(f"{second}/processings", status=500)
        online = client.read([
            Job("read", BUILDING), Job("filter", BUILDING, where=WHERE, box=BOX),
            Job("options", BUILDING, option=f"AOI={FIRST_AREA}"), Job("nothing", f"MAPFLOW:{NOTHING}"),
            *(job for job, _ in FAILURES.values())], environment, folder)
    return online, client.read([Job("cached", BUILDING), Job("uncached", f"MAPFLOW:{FOREST}")], environment, folder)


def ids_of(where=None, box=None):
    with oracle.open_oracle(DATA / "buildings.geojson") as dataset:
        layer = dataset.GetLayer(0)
        layer.SetAttributeFilter(where)
        if box:
            layer.SetSpatialFilterRect(*box)
        return [str(row["id"]) for row in layer]


@pytest.fixture
def found(client_name, request):
    """Fills in the cell of a test: found(text)."""
    cell = request.function.__name__.removeprefix("test_").replace("_", " ")
    FOUND[client_name, cell] = "FAILED"
    return lambda text: FOUND.update({(client_name, cell): text})


def test_read(answers, found):
    rows = answers[0]["read"].rows
    assert rows == ids_of() and len(rows) == BUILDING_COUNT
    found(f"{len(rows)} rows")


def test_filter(answers, found):
    rows = answers[0]["filter"].rows
    assert rows == ids_of(WHERE, BOX) and len(rows) == 13
    found(f"{len(rows)} rows")


def test_options(answers, found):
    """An open option, as the client takes it."""
    rows = answers[0]["options"].rows
    assert len(rows) == len(set(rows)) == FIRST_AREA_COUNT and set(rows) < set(ids_of())
    found(f"{len(rows)} rows")


def test_failure(client, answers, found):
    """What found nothing is no failure."""
    assert answers[0]["nothing"].rows == []
    for key, (_, words) in FAILURES.items():
        answer, seen = answers[0][key], client.goes_on.get(key, "error")
        assert (answer.rows is None) == (key not in client.goes_on), (key, answer)
        assert (words in answer.said) == (client.says_why and seen != "silent"), (key, answer)
    assert len(answers[0]["page"].rows or []) < 15
    found("; ".join([f"{len(FAILURES) - len(client.goes_on)} errors", *(f"{key}: {seen}" for key, seen in client.goes_on.items())]))


def test_unreachable(client, answers, found):
    answer = answers[1]["uncached"]
    assert answer.rows is None
    assert ("cannot connect to" in answer.said and FOREST in answer.said) == client.says_why
    found("error")


def test_from_the_cache(client, answers, found):
    answer = answers[1]["cached"]
    assert answer.rows == ids_of()
    assert (f"Processing {BUILDINGS}: cannot connect to" in answer.said and "It is opened from the cache" in answer.said) == \
        client.warns
    found(f"{len(answer.rows)} rows, {'warning' if client.warns else 'silent'}")


def test_page_tells_what_is_not_seen(client, client_name):
    """The table of the page: after which errors a program goes on, and whether it shows warnings."""
    rows = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("|")]
    word = client_name.removesuffix("-arrow").split("-")[-1]
    row = next(row for row in rows if word in re.findall(r"\w+", row[0].lower()))
    assert ("fewer rows" in row[1] or "printed" in row[1]) == bool(client.goes_on)
    assert ("not shown" in row[2]) == (not client.warns)
