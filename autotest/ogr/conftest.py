"""Fixtures: the plugin that was built, a sandbox, and programs run against it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

import pytest

from paths import AUTOTEST, BUILD, DATA

sys.path.insert(0, str(AUTOTEST))

# Before GDAL registers its drivers: the plugin of the build tree, and none of the user's settings.
os.environ["GDAL_DRIVER_PATH"] = str(BUILD / "gdalplugins")
os.environ["GDAL_HTTP_RETRY_DELAY"] = "0.01"
CACHES = tempfile.TemporaryDirectory(prefix="mapflow-test-")  # goes at the end
# In memory where there is such a folder: each line of a journal waits for the disk.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
STATES = tempfile.TemporaryDirectory(prefix="mapflow-test-", dir=MEMORY)
os.environ["XDG_CACHE_HOME"] = CACHES.name
os.environ["XDG_STATE_HOME"] = STATES.name
for name in [n for n in os.environ if n.startswith("MAPFLOW_") or n.lower().endswith("_proxy")
             or n in ("GDAL_CURL_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")]:
    if name != "MAPFLOW_BUILD_DIR":  # pytest-xdist passes it on to its processes
        del os.environ[name]

# A shell lets what it starts in the background ignore Ctrl-C, and so would what the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

from osgeo import gdal  # noqa: E402

import oracle  # noqa: E402
from helpers import BUILDINGS, OF_THE_SYSTEM, PROJECT, RESULTS, SMALL_AREA, environment_of, options_of  # noqa: E402
from sandbox import Sandbox  # noqa: E402
from settings import QUICK, config  # noqa: E402


# Only newer ones have the gdal program.
collect_ignore = [] if int(gdal.VersionInfo()) >= 3110000 else ["test_gdal_verbs.py"]


def pytest_collection_modifyitems(items):
    """The file that takes longest comes first, so that several processes end together."""
    items.sort(key=lambda item: item.path.name != "test_valgrind.py")


@pytest.fixture
def sb(monkeypatch):
    """A sandbox with its own cache and journal: the system gives the port of an earlier sandbox again."""
    monkeypatch.setenv("XDG_CACHE_HOME", tempfile.mkdtemp(dir=CACHES.name))
    monkeypatch.setenv("XDG_STATE_HOME", tempfile.mkdtemp(dir=STATES.name))
    with Sandbox(data=DATA, seconds_per_job=0.2, seed=1) as sandbox:
        yield sandbox


@pytest.fixture
def account(sb):
    """The open options that name the sandbox and its account."""
    return {"API_URL": sb.url, "API_TOKEN": sb.token}


@pytest.fixture
def open_mapflow(account):
    """Opens a processing of the sandbox: open_mapflow(id, OPTION=value, …) -> dataset.

    A failure raises RuntimeError with the driver's message.
    """
    def opened(identifier, flags=gdal.OF_VECTOR, **options):
        gdal.ErrorReset()
        exceptions = gdal.GetUseExceptions()
        if not exceptions:
            gdal.PushErrorHandler("CPLQuietErrorHandler")
        try:
            dataset = gdal.OpenEx(f"MAPFLOW:{identifier}", flags, open_options=options_of(account, options))
        finally:
            if not exceptions:
                gdal.PopErrorHandler()
        if dataset is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
        return dataset
    return opened


@pytest.fixture
def every_time(monkeypatch):
    """Each opening asks the server: nothing is cached, also not by the programs that a test runs. Failures raise."""
    monkeypatch.setenv("MAPFLOW_CACHE", "NO")
    with oracle.exceptions(True):
        yield


@pytest.fixture
def folder(tmp_path):
    """The folder of the cache, which is not there yet."""
    return tmp_path / "made by the driver" / "cache"


@pytest.fixture
def project(sb):
    """The project PROJECT, empty; returns a function that fills it: project(count) -> ids of its processings."""
    sb.state.add_project(PROJECT)

    def filled(count, **options):
        return [sb.state.add_processing(name=f"job {i}", project=PROJECT, result=RESULTS[i % 3], **options)
                for i in range(count)]
    return filled


@pytest.fixture
def half_failed(sb):
    """Adds a failed processing with one finished area to PROJECT: half_failed(result of that area)."""
    sb.variants.result_when_not_ok = "partial"

    def added(result):
        return sb.state.add_processing(name="half", project=PROJECT, status="FAILED", aois=[
            {"geometry": SMALL_AREA, "status": "OK", "result": result}, {"geometry": SMALL_AREA, "status": "FAILED"}])
    return added


class Finished(subprocess.CompletedProcess):
    """A program that has ended; `said` is all it printed."""

    @property
    def said(self):
        return self.stdout + self.stderr


@pytest.fixture
def run(sb):
    """Runs a GDAL program with the account in its environment: run("ogrinfo", …) -> Finished."""
    def started(program, *arguments, env=None, timeout=60, stdin=None):
        path = shutil.which(program, path="/usr/bin:/bin:" + os.environ["PATH"])
        done = subprocess.run([path, *map(str, arguments)], capture_output=True, text=True, input=stdin,
                              env=environment_of(sb, **(env or {})), timeout=timeout, check=False)
        return Finished(done.args, done.returncode, done.stdout, OF_THE_SYSTEM.sub("", done.stderr))
    return started


@pytest.fixture
def example_folder(run, tmp_path, monkeypatch):
    """A folder with the input files that the examples of the pages name; it becomes the current one."""
    monkeypatch.chdir(tmp_path)
    done = run("sh", "-e", "-c", f"ROOT='{AUTOTEST.parent}'; . '{AUTOTEST}/common.sh'; example_files")
    assert done.returncode == 0, done.said
    return tmp_path


@pytest.fixture
def quickly():
    """A silent server is an error after a second, and nothing is retried."""
    with config(**QUICK):
        yield


@pytest.fixture
def complete(run):
    """What TAB offers in the gdal program after these words, whose last one may be begun: complete("vector", …)."""
    def offered(*words, is_complete=True, env=None):
        end = f"last_word_is_complete={str(is_complete).lower()}"
        done = run("gdal", "completion", "gdal", *words, end, env=env)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout
    return offered


@pytest.fixture
def python(run):
    """Runs a program of Python, with the dataset's name in `name`; what it prints is JSON."""
    def ran(program, name=f"MAPFLOW:{BUILDINGS}"):
        done = run(sys.executable, "-W", "ignore", "-c", f"import json\nname = {name!r}\n{program}")
        assert done.returncode == 0, done.said
        return json.loads(done.stdout)
    return ran


@pytest.fixture
def ids_of(run):
    """The ids of the rows that ogr2ogr gives: ids_of(where, box)."""
    def read(where=None, box=None):
        filters = [*(["-where", where] if where else []), *(["-spat", *box] if box else [])]
        done = run("ogr2ogr", "-f", "CSV", "/vsistdout/", "-select", "id", *filters, f"MAPFLOW:{BUILDINGS}")
        assert done.returncode == 0, done.said
        return [int(line.strip('"')) for line in done.stdout.split()[1:]]
    return read
