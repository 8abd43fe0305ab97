"""Processes that are forked off while something is open, as Python's multiprocessing does, and
processes to which the system gives no thread."""

import contextlib
import os
import resource
import signal
import traceback

import pytest
from osgeo import gdal

from helpers import BUILDING_COUNT, BUILDINGS, COMBO, COUNTS, FOREST, PROJECT_DATASET, RESULTS
from settings import read_all

SECONDS = 20  # a child that hangs is ended


def in_child(work):
    """Runs work() in a process that is forked off; returns None when it ends well, else why not."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        with contextlib.suppress(BrokenPipeError):
            try:
                work()
            except BaseException:
                os.write(writer, traceback.format_exc().encode()[-4000:])
                os._exit(1)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        said = answer.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return None if status == 0 else said or f"ended with {status}"


def test_child_has_connections_of_its_own(sb, open_mapflow, every_time):
    assert open_mapflow(BUILDINGS) is not None
    before = {r.connection for r in sb.requests.settle()}

    def work():
        assert read_all(open_mapflow(FOREST)) == COUNTS["forest.geojson"]

    assert in_child(work) is None
    inside = {r.connection for r in sb.requests.settle() if FOREST in r.path}
    assert len(inside) == 1 and not inside & before
    assert open_mapflow(COMBO) is not None
    assert {r.connection for r in sb.requests.settle() if COMBO in r.path} <= before


@pytest.mark.parametrize("rows", [1, 600, BUILDING_COUNT])
def test_child_reads_on_where_its_parent_was(open_mapflow, every_time, rows):
    dataset = open_mapflow(BUILDINGS)
    layer = dataset.GetLayer(0)
    for _ in range(rows):
        layer.GetNextFeature()

    def work():
        assert sum(1 for _ in iter(layer.GetNextFeature, None)) == BUILDING_COUNT - rows
        layer.ResetReading()
        assert sum(1 for _ in layer) == BUILDING_COUNT

    assert in_child(work) is None
    assert sum(1 for _ in iter(layer.GetNextFeature, None)) == BUILDING_COUNT - rows


def test_child_closes_what_its_parent_reads(open_mapflow, every_time):
    dataset = open_mapflow(BUILDINGS)
    layer = dataset.GetLayer(0)
    for _ in range(600):
        layer.GetNextFeature()

    def work():
        nonlocal dataset, layer
        layer = None
        dataset = None

    assert in_child(work) is None
    assert sum(1 for _ in iter(layer.GetNextFeature, None)) == BUILDING_COUNT - 600


def test_child_closes_an_arrow_stream(open_mapflow, every_time):
    dataset = open_mapflow(BUILDINGS)
    stream = dataset.GetLayer(0).GetArrowStreamAsNumPy(["MAX_FEATURES_IN_BATCH=100"])
    assert len(stream.GetNextRecordBatch()["OGC_FID"]) == 100

    def work():
        nonlocal stream
        assert len(stream.GetNextRecordBatch()["OGC_FID"]) == 100
        stream = None

    assert in_child(work) is None
    assert len(stream.GetNextRecordBatch()["OGC_FID"]) == 100


def test_child_reads_on_in_a_project(project, open_mapflow, every_time):
    project(8)
    dataset = open_mapflow(PROJECT_DATASET)
    wanted = [COUNTS[RESULTS[i % 3]] for i in range(8)]
    assert [dataset.GetLayer(i).GetFeatureCount() for i in range(2)] == wanted[:2]  # fetches ahead from here on

    def work():
        nonlocal dataset
        assert [dataset.GetLayer(i).GetFeatureCount() for i in range(8)] == wanted
        dataset = None

    assert in_child(work) is None
    assert [dataset.GetLayer(i).GetFeatureCount() for i in range(8)] == wanted


# ---- programs to which the system gives no threads: it cannot find the memory for their stacks -----

NO_THREADS = 1 << 46  # bytes of each stack


@pytest.fixture
def run_alone(run):
    """Runs a program that gets no thread besides its own."""
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    if hard != resource.RLIM_INFINITY and hard < NO_THREADS:
        pytest.fail("the limit of stacks cannot be raised here")

    def started(*arguments, **keywords):
        resource.setrlimit(resource.RLIMIT_STACK, (NO_THREADS, hard))
        try:
            return run(*arguments, **keywords)
        finally:
            resource.setrlimit(resource.RLIMIT_STACK, (soft, hard))
    return started


def test_rows_without_a_thread(run_alone):
    done = run_alone("ogrinfo", "-ro", "-al", f"MAPFLOW:{BUILDINGS}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("OGRFeature(") == BUILDING_COUNT


def test_project_without_a_thread(project, run_alone, tmp_path):
    project(8)
    done = run_alone("ogr2ogr", tmp_path / "all.gpkg", f"MAPFLOW:{PROJECT_DATASET}")
    assert done.returncode == 0, done.stderr
    assert gdal.OpenEx(str(tmp_path / "all.gpkg"), gdal.OF_VECTOR).GetLayerCount() == 8


def test_areas_without_a_thread(run_alone):
    done = run_alone("ogrinfo", "-ro", "-al", "MAPFLOW:", "processings")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("MULTIPOLYGON (((") == 14


def test_arrow_without_a_thread(run_alone):
    script = f"""
from osgeo import gdal
gdal.UseExceptions()
dataset = gdal.OpenEx("MAPFLOW:{BUILDINGS}")
stream = dataset.GetLayer(0).GetArrowStreamAsNumPy(["MAX_FEATURES_IN_BATCH=100"])
print(sum(len(batch["OGC_FID"]) for batch in stream))
"""
    done = run_alone("python3", "-c", script, env={"OPENBLAS_NUM_THREADS": "1"})
    assert (done.returncode, done.stdout.strip()) == (0, str(BUILDING_COUNT)), done.stderr
