"""A project read by many processes: the example of the page, with workers of dask on this machine.

Each test has its own cluster of two processes, which the example starts.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter

import pytest

from helpers import downloads, environment_of, wait_until
from paths import AUTOTEST

PAGE = (AUTOTEST.parent / "driver" / "programs.md").read_text(encoding="utf-8")
(EXAMPLE,) = [text for text in re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S) if "dask" in text]
PROJECT = "Many"
EXAMPLE = EXAMPLE.replace("Urban Analysis", PROJECT)
RESULTS, ROWS = 200, 20

# The same without dask, one after the other.
ALONE = EXAMPLE[:EXAMPLE.index("    with Client(")] + "    print(len(list(map(convert, identifiers))), 'parts')\n"

# Each result is wanted twice at once, by whoever of the workers is free. The program that asks tells its name to the server.
TWICE = EXAMPLE[:EXAMPLE.index("        print(")] + '''\
        wanted = [(identifier, turn) for identifier in sorted(identifiers) for turn in range(2)]
        print(json.dumps(client.gather(client.map(read, wanted))))
'''
TWICE = TWICE.replace("if __name__", f'''
def read(wanted):
    worker = get_worker()
    gdal.UseExceptions()
    gdal.SetConfigOption("GDAL_HTTP_USERAGENT", str(os.getpid()))
    if "PRIVATE" in os.environ:
        gdal.SetConfigOption("MAPFLOW_CACHE_DIR", worker.local_directory + "/mapflow")
    dataset = gdal.OpenEx(f"MAPFLOW:{{wanted[0]}}", gdal.OF_VECTOR)
    assert dataset.GetLayer(0).GetFeatureCount() == {ROWS}
    return [wanted[0], worker.address]


if __name__''').replace("import Client", "import Client, get_worker").replace("import os\n", "import json\nimport os\n")


def result(number):
    rows = [{"type": "Feature", "properties": {"id": number * 100 + i, "part": number},
             "geometry": {"type": "Point", "coordinates": [4 + number / 1000, 52 + i / 1000]}} for i in range(ROWS)]
    return json.dumps({"type": "FeatureCollection", "features": rows}).encode()


@pytest.fixture
def results(sb):
    """Makes a project of so many processings; returns their ids."""
    def made(count):
        sb.state.add_project(PROJECT)
        return [sb.add_processing(name=f"job {i}", project=PROJECT, result=result(i)) for i in range(count)]
    return made


@pytest.fixture
def start(sb, tmp_path):
    """Starts a program in a folder of its own."""
    def started(program, name, **env):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "example.py").write_text(program, encoding="utf-8")
        return subprocess.Popen([sys.executable, "-W", "ignore", "example.py"], cwd=folder, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=environment_of(sb, DASK_TEMPORARY_DIRECTORY=str(folder), **env))
    return started


def ended(process):
    """What a program has printed. The time only ends one that hangs."""
    printed, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return printed


def pairs(process):
    """Result and worker of each task of TWICE."""
    return [tuple(pair) for pair in json.loads(ended(process))]


def parts(folder):
    return {path.name: path.read_bytes() for path in (folder / "parts").iterdir()}


def fetched(sb):
    """How often each result was asked for."""
    return Counter(record.path.split("/")[2] for record in downloads(sb))


def test_partitions_are_those_of_one_process(sb, results, start, tmp_path):
    """Also when the service asks to wait. The second time nothing is fetched."""
    ids = results(RESULTS)
    sb.fault("/result$", status=429, headers={"Retry-After": "0"}, times=5)
    assert ended(start(EXAMPLE, "many")) == f"{RESULTS} parts\n"
    assert sum(fetched(sb).values()) == RESULTS + 5 and set(fetched(sb)) == set(ids)
    made = parts(tmp_path / "many")
    assert sorted(made) == sorted(f"{identifier}.fgb" for identifier in ids)
    assert ended(start(EXAMPLE, "many")) == f"{RESULTS} parts\n"
    assert sum(fetched(sb).values()) == RESULTS + 5 and parts(tmp_path / "many") == made
    assert ended(start(ALONE, "one", MAPFLOW_CACHE="NO")) == f"{RESULTS} parts\n"
    assert parts(tmp_path / "one") == made


def test_failed_task_is_an_exception(sb, results, start, tmp_path):
    *good, bad = results(3)
    sb.fault(f"{bad}/result", status=403)
    process = start(EXAMPLE, "failing")
    _, said = process.communicate(timeout=120)
    assert process.returncode == 1 and f"Result of processing {bad}: the server does not allow this" in said
    assert f"{bad}.fgb" not in parts(tmp_path / "failing")


def test_workers_that_want_the_same_make_one_download(sb, results, start):
    ids = results(RESULTS)
    sb.fault("/result$", delay=0.02)
    found = pairs(start(TWICE, "shared"))
    assert Counter(identifier for identifier, _ in found) == dict.fromkeys(ids, 2)
    assert len(set(found)) > RESULTS * 1.2  # by both workers
    assert fetched(sb) == dict.fromkeys(ids, 1)


def test_worker_with_a_cache_of_its_own_fetches_once(sb, results, start):
    results(RESULTS // 4)
    found = pairs(start(TWICE, "private", PRIVATE="1"))
    assert len({worker for _, worker in found}) == 2
    assert fetched(sb) == Counter(identifier for identifier, _ in set(found))


def test_killed_worker(sb, results, start):
    """It is killed in the middle of a download that the other worker wants too. What was cached is not fetched again."""
    ids = results(RESULTS // 4)
    last = max(ids)
    slow = sb.fault(f"{last}/result", throttle=10)
    process = start(TWICE, "killed")
    wait_until(lambda: slow.seen > 0, process)
    slow.remove()
    (held,) = [record for record in sb.requests if record.path.endswith(f"{last}/result")]
    os.kill(int(held.headers["user-agent"]), signal.SIGKILL)
    found = pairs(process)
    assert Counter(identifier for identifier, _ in found) == dict.fromkeys(ids, 2)
    assert fetched(sb) == {**dict.fromkeys(ids, 1), last: 2}
