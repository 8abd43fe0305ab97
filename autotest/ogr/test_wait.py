"""WAIT=YES: when a wait ends, what it says meanwhile, and how it is interrupted."""

import collections
import os
import signal
import subprocess
import sys
import time

import pytest

RESULT = "buildings.geojson"
SOON = {"WAIT": "YES", "POLL_INTERVAL": "0.05"}


@pytest.fixture
def job(sb):
    """A processing that runs: job(seconds) -> its id."""
    def started(seconds=0.4, failing=(), name="Docks"):
        identifier = sb.state.add_processing(name=name, status="UNPROCESSED", result=RESULT)
        processing = sb.state.processings[identifier]
        processing.start(seconds, {aoi.id: list(failing) for aoi in processing.aois if failing})
        return identifier
    return started


def looks(sandbox, identifier):
    return [r for r in sandbox.requests.settle() if r.path == f"/processings/{identifier}/v2"]


def test_waits_for_the_result(sb, job, open_mapflow):
    identifier = job()
    dataset = open_mapflow(identifier, **SOON)
    assert dataset.GetLayer(0).GetFeatureCount() > 0
    assert dataset.GetMetadataItem("STATUS") == "OK"
    assert 4 < len(looks(sb, identifier)) < 20


def test_does_not_wait_unasked(job, open_mapflow):
    with pytest.raises(RuntimeError, match="WAIT=YES"):
        open_mapflow(job())


def test_terminal_is_not_waited_for(sb, open_mapflow):
    identifier = sb.state.add_processing(name="done", result=RESULT)
    open_mapflow(identifier, WAIT="YES")
    assert len(looks(sb, identifier)) == 1


def test_failure_at_the_end(job, open_mapflow):
    identifier = job(failing=[{"code": "dataloader.NoDataTile", "parameters": {}}])
    with pytest.raises(RuntimeError, match="FAILED"):
        open_mapflow(identifier, **SOON)


def test_status_only(job, open_mapflow):
    dataset = open_mapflow(job(), STATUS_ONLY="YES", **SOON)
    assert next(iter(dataset.GetLayer(0)))["status"] == "OK"


def test_review_and_unknown_states_are_waited_for(sb, open_mapflow):
    identifier = sb.state.add_processing(name="reworked", result=RESULT, review="NOT_ACCEPTED")
    state = sb.state.processings[identifier]
    steps = [("OK", "NOT_ACCEPTED"), ("PONDERING", None), (None, None), ("AWAITING", None), ("OK", None)]

    # Each look moves on by one step.
    original = sb.documents.processing

    def stepping(processing):
        document = original(processing)
        if processing is state and len(steps) > 1:
            steps.pop(0)
            state.status, state.review = steps[0]
        return document
    sb.documents.processing = stepping
    assert open_mapflow(identifier, **SOON).GetMetadataItem("STATUS") == "OK"
    assert len(looks(sb, identifier)) == 5


def test_time_is_over(job, open_mapflow):
    start = time.monotonic()
    with pytest.raises(RuntimeError, match="within 0 s.*WAIT_TIMEOUT") as caught:
        open_mapflow(job(60), WAIT_TIMEOUT="0.3", **SOON)
    assert "Docks" in str(caught.value)
    assert time.monotonic() - start < 3


def test_trouble_passes(sb, job, open_mapflow):
    identifier = job()
    sb.faults.add(f"{identifier}/v2", sequence=[None, {"status": 500}, {"status": 500}, None])
    dataset = open_mapflow(identifier, **SOON)
    assert dataset.GetLayer(0).GetFeatureCount() > 0


@pytest.mark.parametrize("options", [{"WAIT_TIMEOUT": "soon"}, {"POLL_INTERVAL": "0"},
                                     {"POLL_INTERVAL": "-1"}, {"PROGRESS": "LOUD"}])
def test_bad_options(job, open_mapflow, options):
    with pytest.raises(RuntimeError, match=next(iter(options))):
        open_mapflow(job(), **{**SOON, **options})


# ---- progress -------------------------------------------------------------------------------------


def test_no_progress_without_a_terminal(job, run):
    done = run("ogrinfo", "-so", "-al", f"MAPFLOW:{job()}", "-oo", "WAIT=YES",
               "-oo", "POLL_INTERVAL=0.1")
    assert done.returncode == 0 and "IN_PROGRESS" not in done.said


def test_progress_when_asked(job, run):
    done = run("ogrinfo", "-so", "-al", f"MAPFLOW:{job()},WAIT=YES,POLL_INTERVAL=0.1,PROGRESS=YES")
    assert "Docks: IN_PROGRESS, " in done.stderr and "Docks: OK, 100 %, " in done.stderr
    assert "Docks: " not in done.stdout


def test_progress_on_a_terminal(sb, job):
    ours, theirs = os.openpty()
    environment = {**os.environ, "MAPFLOW_API_URL": sb.url, "MAPFLOW_API_TOKEN": sb.token}
    done = subprocess.run(["ogrinfo", "-so", "-al", f"MAPFLOW:{job()},WAIT=YES,POLL_INTERVAL=0.1"],
                          stdout=subprocess.DEVNULL, stderr=theirs, env=environment, timeout=30,
                          check=False)
    os.close(theirs)
    said = os.read(ours, 10000).decode()
    os.close(ours)
    assert done.returncode == 0
    assert "\r\x1b[KDocks: OK, 100 %, 0 s" in said


# ---- interrupts -----------------------------------------------------------------------------------


def interrupted(sb, arguments, begun, cache):
    """Starts a program, interrupts it when `begun()`, and returns it with the seconds it took to end."""
    environment = {**os.environ, "MAPFLOW_API_URL": sb.url, "MAPFLOW_API_TOKEN": sb.token,
                   "MAPFLOW_CACHE_DIR": str(cache)}
    program = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env=environment)
    deadline = time.monotonic() + 20
    while not begun():
        assert time.monotonic() < deadline and program.poll() is None
        time.sleep(0.02)
    time.sleep(0.1)
    start = time.monotonic()
    program.send_signal(signal.SIGINT)
    _, said = program.communicate(timeout=20)
    return program.returncode, time.monotonic() - start, said


def left_in(cache):
    return [p.name for p in cache.rglob("*") if p.is_file() and not p.name.endswith(".lock")]


def test_interrupt_of_a_wait(sb, job, tmp_path):
    identifier = job(60)
    status, seconds, said = interrupted(
        sb, ["ogr2ogr", "/vsimem/x.gpkg", f"MAPFLOW:{identifier}", "-oo", "WAIT=YES"],
        lambda: looks(sb, identifier), tmp_path)
    assert status == -signal.SIGINT and "interrupted" in said
    assert seconds < 1  # 0.2 s and the end of a process on a busy machine
    assert left_in(tmp_path) == []


def test_interrupt_of_a_download(sb, tmp_path):
    identifier = sb.state.add_processing(name="slow", result=RESULT)
    sb.faults.add("/result", throttle=2000)
    status, seconds, _ = interrupted(
        sb, ["ogr2ogr", "/vsimem/x.gpkg", f"MAPFLOW:{identifier}"],
        lambda: any(r.path.endswith("/result") for r in list(sb.requests)), tmp_path)
    assert status == -signal.SIGINT
    assert seconds < 1
    assert left_in(tmp_path) == []


def test_interrupt_of_a_project(sb, tmp_path):
    sb.state.add_project("slow")
    for i in range(12):
        sb.state.add_processing(name=f"job {i}", project="slow", result=RESULT)
    sb.faults.add("/result", skip=2, throttle=2000)
    status, seconds, _ = interrupted(
        sb, ["ogr2ogr", "-f", "GPKG", "/vsimem/x.gpkg", "MAPFLOW:project=slow"],
        lambda: sum(r.path.endswith("/result") for r in list(sb.requests)) > 5, tmp_path)
    assert status == -signal.SIGINT
    assert seconds < 1
    # The two that were delivered may be there, each of them whole; of the others there is nothing.
    endings = collections.defaultdict(set)
    for name in left_in(tmp_path):
        endings[name.partition(".")[0]].add(name.rpartition(".")[2])
    assert len(endings) <= 2
    assert all(found == {"index", "geojson", "features"} for found in endings.values()), endings


def test_interrupt_of_areas(sb, tmp_path):
    sb.faults.add("/aois", delay=30)
    status, seconds, _ = interrupted(
        sb, ["ogrinfo", "-al", "MAPFLOW:", "processings"],
        lambda: any(r.path.endswith("/aois") for r in list(sb.requests)), tmp_path)
    assert status == -signal.SIGINT
    assert seconds < 1


SCRIPT = """
import sys, time, threading, signal, os
from osgeo import gdal
gdal.UseExceptions()
sent = []
def send():
    sent.append(time.monotonic())
    os.kill(os.getpid(), signal.SIGINT)
def opened(name, *options):
    return gdal.OpenEx("MAPFLOW:" + name, gdal.OF_VECTOR, open_options=list(options))
threading.Timer(1.0, send).start()
try:
    try:
        exec(sys.argv[1])
    except RuntimeError:
        pass
    for _ in range(500):
        time.sleep(0.01)
except (KeyboardInterrupt, SystemError):  # the bindings of GDAL 3.13 make the second of the first in their error handler
    print(f"{time.monotonic() - sent[0]:.3f}", signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""


def interrupted_python(sb, code):
    """What a Python program is interrupted in: the seconds it takes, and whether its handler is still there."""
    environment = {**os.environ, "MAPFLOW_API_URL": sb.url, "MAPFLOW_API_TOKEN": sb.token}
    done = subprocess.run([sys.executable, "-c", SCRIPT, code], text=True, capture_output=True,
                          env=environment, timeout=60, check=False)
    assert done.stdout, done.stderr
    seconds, handler = done.stdout.split()
    return float(seconds), handler


def test_python_gets_its_own_interrupt(sb, job):
    seconds, handler = interrupted_python(sb, f"opened('{job(60)}', 'WAIT=YES')")
    assert seconds < 0.2 and handler == "True"


@pytest.mark.parametrize("code", [
    "layer = account.GetLayer(0); layer.GetFeatureCount()", "layer = account.GetLayer(1); layer.GetFeatureCount()",
    "layer = account.GetLayer(1); layer.GetNextFeature()", "layer = account.GetLayer(1); layer.GetFeature(5)",
    "layer = account.GetLayer(4); layer.GetNextFeature()", "account.ExecuteSQL('SELECT * FROM projects')",
    "opened('project=Default')", "opened('{}', 'STATUS_ONLY=YES').GetLayerByName('aois')"])
def test_python_interrupts_a_slow_server(sb, job, code):
    identifier = job(60)
    sb.faults.add("", delay=20)
    seconds, handler = interrupted_python(sb, "account = opened(''); " + code.format(identifier))
    assert seconds < 1 and handler == "True"


def test_in_process_handler_is_left_alone(job, open_mapflow):
    before = signal.getsignal(signal.SIGINT)
    open_mapflow(job(), **SOON)
    assert signal.getsignal(signal.SIGINT) is before
