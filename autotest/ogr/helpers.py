"""What several test files need: the sandbox's processings by name, programs and their errors, requests and growth."""

import contextlib
import math
import os
import re
import subprocess
import threading
import time

from osgeo import gdal

FIXED = "3fa85f64-5717-4562-b3fc-2c963f66"
BUILDINGS = FIXED + "afa6"
COMBO = FIXED + "0001"
NOTHING = FIXED + "0002"
RUNNING = FIXED + "0003"
FAILED = FIXED + "0004"
RASTER = FIXED + "0005"
QUEUED = FIXED + "0006"
AWAITING = FIXED + "0007"
CANCELLED = FIXED + "0008"
REFUNDED = FIXED + "0009"
REWORK = FIXED + "0010"
REVIEW = FIXED + "0011"
UNKNOWN_STATUS = FIXED + "0012"
FOREST = FIXED + "0013"
MISSING = "00000000-0000-4000-8000-000000000000"

FIRST_AREA = "0a1b2c3d-0000-4000-8000-0000000afa61"
SECOND_AREA = "0a1b2c3d-0000-4000-8000-0000000afa62"
BUILDING_COUNT = 2496
FIRST_AREA_COUNT, SECOND_AREA_COUNT = 1317, 1179
COUNTS = {"buildings.geojson": BUILDING_COUNT, "forest.geojson": 153, "combo.geojson": 204}

# The project of the fixture `project`, and its name as a dataset.
PROJECT = "Küste, Nord"
PROJECT_DATASET = f'project="{PROJECT}"'
SMALL_AREA = {"type": "Polygon", "coordinates": [[[4.48, 52.15], [4.51, 52.15], [4.51, 52.17], [4.48, 52.15]]]}
RESULTS = ["buildings.geojson", "forest.geojson", "combo.geojson"]

# What a GDAL says whose libcurl has been replaced since it was built, as in a Debian that is in the making.
OF_THE_SYSTEM = re.compile(r"^Warning 1: GDAL was built against curl .*\n", re.M)


@contextlib.contextmanager
def reports():
    """Collects (class, message) of the warnings and errors that GDAL reports, in order, as a program that starts anew."""
    seen = []
    gdal.ErrorReset()

    def take(kind, number, message):
        if kind != gdal.CE_Debug:
            seen.append((kind, message))

    gdal.PushErrorHandler(take)
    try:
        yield seen
    finally:
        gdal.PopErrorHandler()


def messages(seen, kind):
    """The messages of one class among what reports() has collected."""
    return [text for said, text in seen if said == kind]


@contextlib.contextmanager
def quiet():
    """GDAL prints no messages; gdal.GetLastErrorMsg() has the last one."""
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        yield
    finally:
        gdal.PopErrorHandler()


def options_of(*options):
    """Open options as GDAL takes them: KEY=VALUE of each member of each dict; later dicts win."""
    return [f"{key}={value}" for key, value in {k: v for given in options for k, v in given.items()}.items()]


def environment_of(sandbox, **more):
    """The environment of a program that finds the sandbox and its account."""
    return {**os.environ, "MAPFLOW_API_URL": sandbox.url, "MAPFLOW_API_TOKEN": sandbox.token, **more}


def refusal(name, **options):
    """Opens what must be refused with exactly one error; returns its text.

    Warnings of GDAL itself about values that are not in the list of an option do not count.
    """
    with reports() as seen:
        dataset = gdal.OpenEx(name, gdal.OF_VECTOR, open_options=options_of(options))
    assert dataset is None
    errors = [text for kind, text in seen if kind != gdal.CE_Warning]
    assert len(errors) == 1, seen
    return errors[0]


def secrets_of(sandbox):
    """Every text that must never be seen: the token, with and without padding, and its secret."""
    return [sandbox.token, sandbox.token.rstrip("="), sandbox.state.secret]


def layer_names(dataset):
    return [dataset.GetLayer(i).GetName() for i in range(dataset.GetLayerCount())]


def field_names(layer):
    definition = layer.GetLayerDefn()
    return [definition.GetFieldDefn(i).GetName() for i in range(definition.GetFieldCount())]


def downloads(sandbox):
    """The requests for results."""
    return [record for record in sandbox.requests.settle() if record.path.endswith("/result")]


def most_at_once(records):
    """The largest number of requests that were being answered at one time."""
    moments = sorted(moment for r in records for moment in ((r.time_start, 1), (r.time_end, -1)))
    at_once = most = 0
    for _, change in moments:
        at_once += change
        most = max(most, at_once)
    return most


def in_threads(count, work):
    """Calls work() in `count` threads at once; what it raises in one of them is raised here."""
    failures, start = [], threading.Barrier(count)

    def run():
        start.wait()
        try:
            work()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def at_each_look(sandbox, identifier, *steps):
    """Each request for a processing finds it one step further, and at the last step from then on.

    A step is a status or (status, review); the end of a job is its status and percent 100.
    """
    processing, original, left = sandbox.state.processings[identifier], sandbox.documents.processing, list(steps)

    def document(asked):
        if asked is processing and left:
            step = left.pop(0)
            processing.status, processing.review = step if isinstance(step, tuple) else (step, None)
            processing.percent = 100 if processing.status == "OK" else processing.percent
        return original(asked)
    sandbox.documents.processing = document


def wait_until(condition, program=None, seconds=120):
    """Waits for condition(), which `program` brings about while it runs. The time only ends a test that hangs."""
    end = time.monotonic() + seconds
    while not condition():
        if program is not None and program.poll() is not None and not condition():
            raise AssertionError(f"the program has ended with {program.returncode} before")
        if time.monotonic() > end:
            raise TimeoutError("the condition has not come true")
        time.sleep(0.005)


def growth(work, size):
    """How many times more CPU time work(4 * size) takes than work(size): 4 if it is linear, 16 if quadratic.

    The smallest of three ratios, since a busy machine disturbs some of them; the first one that is linear ends it.
    The limit to assert is 8, as far from the one as from the other.
    """
    def seconds(count):
        started = time.process_time()
        work(count)
        return time.process_time() - started

    work(size)
    smallest = math.inf
    for _ in range(3):
        smallest = min(smallest, seconds(4 * size) / seconds(size))
        if smallest < 5:
            break
    return smallest


def without_root():
    """A command prefix: the program may write only where the modes of files allow it, also when root starts it."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]


def preload(folder, source):
    """Compiles C into a library; returns it for LD_PRELOAD."""
    (folder / "preload.c").write_text(source)
    library = folder / "preload.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, folder / "preload.c", "-ldl"], check=True)
    return str(library)
