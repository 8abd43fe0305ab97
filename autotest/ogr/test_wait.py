"""WAIT=YES: when a wait ends, what is reported meanwhile, and how it is interrupted."""

import signal
import subprocess
import sys

import pytest

from helpers import BUILDING_COUNT, OF_THE_SYSTEM, at_each_look, environment_of, preload, wait_until

RESULT = "buildings.geojson"
SOON = {"WAIT": "YES", "POLL_INTERVAL": "0.05"}
RUN = ("UNPROCESSED", "IN_PROGRESS", "IN_PROGRESS")
FOR_HOURS = 3600.0  # seconds that a server takes for an answer nobody waits for


@pytest.fixture
def job(sb):
    """A processing that runs: job("OK") -> the id of one that is OK at the fourth look; job() runs on and on."""
    def started(*end, **options):
        identifier = sb.state.add_processing(name="Docks", status="UNPROCESSED", percent=40, result=RESULT, **options)
        at_each_look(sb, identifier, *RUN, *end)
        return identifier
    return started


def looks(sandbox, identifier):
    return [r for r in sandbox.requests if r.path == f"/processings/{identifier}/v2"]


def test_waits_for_the_result(sb, job, open_mapflow):
    identifier = job("OK")
    dataset = open_mapflow(identifier, **SOON)
    assert dataset.GetLayer(0).GetFeatureCount() == BUILDING_COUNT
    assert dataset.GetMetadataItem("STATUS") == "OK"
    assert len(looks(sb, identifier)) == len(RUN) + 1


def test_does_not_wait_unasked(sb, job, open_mapflow):
    identifier = job("OK")
    with pytest.raises(RuntimeError, match="UNPROCESSED.*WAIT=YES"):
        open_mapflow(identifier)
    assert len(looks(sb, identifier)) == 1


def test_terminal_is_not_waited_for(sb, open_mapflow):
    identifier = sb.state.add_processing(name="done", result=RESULT)
    open_mapflow(identifier, WAIT="YES")
    assert len(looks(sb, identifier)) == 1


def test_failure_at_the_end(sb, job, open_mapflow):
    identifier = job("FAILED", messages=[{"code": "dataloader.NoDataTile", "parameters": {}}])
    with pytest.raises(RuntimeError, match="FAILED.*tiles without data for the area"):
        open_mapflow(identifier, **SOON)
    assert len(looks(sb, identifier)) == len(RUN) + 1


def test_status_only(job, open_mapflow):
    dataset = open_mapflow(job("OK"), STATUS_ONLY="YES", **SOON)
    (row,) = list(dataset.GetLayer(0))
    assert (row["status"], row["percent"]) == ("OK", 100)


def test_review_and_unknown_states_are_waited_for(sb, open_mapflow):
    identifier = sb.state.add_processing(name="reworked", result=RESULT)
    steps = [("OK", "NOT_ACCEPTED"), "PONDERING", None, "AWAITING", "OK"]
    at_each_look(sb, identifier, *steps)
    assert open_mapflow(identifier, **SOON).GetMetadataItem("STATUS") == "OK"
    assert len(looks(sb, identifier)) == len(steps)


def test_time_is_over(sb, job, open_mapflow):
    """The looks are 0.05 s apart: in 0.3 s there are at most as many as that allows."""
    identifier = job()
    with pytest.raises(RuntimeError, match="Docks.*within 0 s.*WAIT_TIMEOUT"):
        open_mapflow(identifier, WAIT_TIMEOUT="0.3", **SOON)
    assert 1 <= len(looks(sb, identifier)) <= 8


def test_trouble_passes(sb, job, open_mapflow):
    identifier = job("OK")
    sb.faults.add(f"{identifier}/v2", sequence=[None, {"status": 500}, {"status": 500}, None])
    dataset = open_mapflow(identifier, **SOON)
    assert dataset.GetLayer(0).GetFeatureCount() == BUILDING_COUNT
    assert len(looks(sb, identifier)) == len(RUN) + 1 + 2


@pytest.mark.parametrize("options", [{"WAIT_TIMEOUT": "soon"}, {"POLL_INTERVAL": "0"},
                                     {"POLL_INTERVAL": "-1"}, {"PROGRESS": "LOUD"}])
def test_bad_options(sb, job, open_mapflow, options):
    ((key, value),) = options.items()
    with pytest.raises(RuntimeError, match=f"{key}={value}"):
        open_mapflow(job("OK"), **{**SOON, **options})


# ---- progress -------------------------------------------------------------------------------------

SHOWN = ["ogrinfo", "-so", "-al"]


def test_no_progress_without_a_terminal(job, run):
    done = run(*SHOWN, f"MAPFLOW:{job('OK')},WAIT=YES,POLL_INTERVAL=0.1")
    assert (done.returncode, done.stderr) == (0, "")


def test_progress_when_asked(job, run):
    done = run(*SHOWN, f"MAPFLOW:{job('OK')},WAIT=YES,POLL_INTERVAL=0.1,PROGRESS=YES")
    assert "Docks: IN_PROGRESS, 40 %, " in done.stderr and "Docks: OK, 100 %, " in done.stderr
    assert "Docks: " not in done.stdout


def test_progress_on_a_terminal(sb, job, tmp_path):
    """On one line that is written over. No terminal is needed: the C library says that standard error is one."""
    terminal = preload(tmp_path, "int isatty(int fd) { return fd == 2; }")
    done = subprocess.run([*SHOWN, f"MAPFLOW:{job('OK')},WAIT=YES,POLL_INTERVAL=0.1"], capture_output=True,
                          env=environment_of(sb, LD_PRELOAD=terminal), timeout=60, check=False)
    assert done.returncode == 0
    assert b"\r\x1b[KDocks: IN_PROGRESS, 40 %, " in done.stderr and b"\r\x1b[KDocks: OK, 100 %, " in done.stderr


# ---- interrupts: the answers would take an hour; how soon a program ends is measured by bench/cancel.py ----


def interrupted(sb, arguments, begun, cache):
    """Starts a program, interrupts it when begun(); returns its exit code, and what it printed."""
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=environment_of(sb, MAPFLOW_CACHE_DIR=str(cache))) as program:
        try:
            wait_until(begun, program)
            program.send_signal(signal.SIGINT)
            stdout, stderr = program.communicate(timeout=120)
        finally:
            program.kill()
    return program.returncode, stdout, OF_THE_SYSTEM.sub("", stderr)


def requested(sb, ending, count=1):
    """Whether `count` requests have arrived whose path ends so."""
    return lambda: sum(record.path.endswith(ending) for record in sb.requests) >= count


def left_in(cache):
    return [p.name for p in cache.rglob("*") if p.is_file() and not p.name.endswith(".lock")]


def test_interrupt_of_a_wait(sb, job, tmp_path):
    identifier = job()
    status, _, said = interrupted(
        sb, ["ogr2ogr", "/vsimem/x.gpkg", f"MAPFLOW:{identifier}", "-oo", "WAIT=YES"],
        lambda: looks(sb, identifier), tmp_path)
    assert status == -signal.SIGINT and "interrupted" in said
    assert left_in(tmp_path) == []


def test_interrupt_of_a_download(sb, tmp_path):
    identifier = sb.state.add_processing(name="slow", result=RESULT)
    sb.faults.add("/result", throttle=300)
    status, _, _ = interrupted(sb, ["ogr2ogr", "/vsimem/x.gpkg", f"MAPFLOW:{identifier}"], requested(sb, "/result"),
                               tmp_path)
    assert status == -signal.SIGINT
    assert left_in(tmp_path) == []


def test_interrupt_of_a_project(sb, run, tmp_path):
    """Six downloads are under way: nothing is left of them, and what was in the cache is still whole."""
    sb.state.add_project("slow")
    ids = [sb.state.add_processing(name=f"job {i}", project="slow", result=RESULT) for i in range(12)]
    for identifier in ids[-2:]:
        assert run("ogrinfo", f"MAPFLOW:{identifier}", env={"MAPFLOW_CACHE_DIR": str(tmp_path)}).returncode == 0
    before = sorted(left_in(tmp_path))
    assert len(before) == 2 * 4
    sb.clear_log()
    sb.faults.add("/result", throttle=300, skip=1)  # the second one shows that all will be read
    status, _, _ = interrupted(sb, ["ogr2ogr", "-f", "GPKG", "/vsimem/x.gpkg", "MAPFLOW:project=slow"],
                               requested(sb, "/result", 7), tmp_path)
    assert status == -signal.SIGINT
    assert set(before) <= set(left_in(tmp_path)) and len(left_in(tmp_path)) == 3 * 4  # the first one is whole
    assert requested(sb, "/result", 7)() and not requested(sb, "/result", 8)()


def test_interrupt_of_areas(sb, tmp_path):
    sb.faults.add("/aois", delay=FOR_HOURS)
    status, _, _ = interrupted(sb, ["ogrinfo", "-al", "MAPFLOW:", "processings"], requested(sb, "/aois"), tmp_path)
    assert status == -signal.SIGINT


# Prints whether the handler of Python is still there when it has raised its exception.
SCRIPT = """
import signal, sys, time
from osgeo import gdal
gdal.UseExceptions()
def opened(name, *options):
    return gdal.OpenEx("MAPFLOW:" + name, gdal.OF_VECTOR, open_options=list(options))
try:
    try:
        exec(compile(sys.argv[1], 'the test', 'exec'))
    except RuntimeError:
        pass
    while True:
        time.sleep(0.01)
except (KeyboardInterrupt, SystemError):  # the error handler of GDAL 3.13's bindings makes the second of the first
    print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
"""


def test_python_gets_its_own_interrupt(sb, job, tmp_path):
    identifier = job()
    done = interrupted(sb, [sys.executable, "-c", SCRIPT, f"opened('{identifier}', 'WAIT=YES')"],
                       lambda: looks(sb, identifier), tmp_path)
    assert done == (0, "True\n", "")


@pytest.mark.parametrize("code", [
    "layer = account.GetLayer(0); layer.GetFeatureCount()", "layer = account.GetLayer(1); layer.GetFeatureCount()",
    "layer = account.GetLayer(1); layer.GetNextFeature()", "layer = account.GetLayer(1); layer.GetFeature(5)",
    "layer = account.GetLayer(4); layer.GetNextFeature()", "account.ExecuteSQL('SELECT * FROM projects')",
    "opened('project=Default')", "opened('{}', 'STATUS_ONLY=YES').GetLayerByName('aois')"])
def test_python_interrupts_a_slow_server(sb, job, tmp_path, code):
    code = "account = opened(''); " + code.format(job())
    sb.faults.add("", delay=FOR_HOURS)
    status, said, _ = interrupted(sb, [sys.executable, "-W", "ignore", "-c", SCRIPT, code], requested(sb, ""), tmp_path)
    assert (status, said, len(sb.requests)) == (0, "True\n", 1)


def test_in_process_handler_is_left_alone(job, open_mapflow):
    before = signal.getsignal(signal.SIGINT)
    open_mapflow(job("OK"), **SOON)
    assert signal.getsignal(signal.SIGINT) is before
