"""GDAL's programs for Windows under Wine, against a sandbox on Linux."""

import fcntl
import os
import pathlib
import re
import subprocess
import sys
import termios

import pytest

AUTOTEST = pathlib.Path(__file__).resolve().parents[1]
DATA = AUTOTEST.parent / "data"
FOLDER = pathlib.Path(os.environ["MAPFLOW_WINDOWS_DIR"])
sys.path[:0] = [str(AUTOTEST), str(AUTOTEST / "ogr")]

from helpers import environment_of  # noqa: E402
from sandbox import Sandbox  # noqa: E402


def windows(path):
    """The Windows path of a file."""
    return "Z:" + str(path)


@pytest.fixture
def sb():
    with Sandbox(data=DATA, seconds_per_job=0.2, seed=1) as sandbox:
        yield sandbox


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "a folder"
    made.mkdir()
    return made


@pytest.fixture
def environment(sb, folder):
    return environment_of(
        sb, MAPFLOW_CACHE_DIR=windows(folder / "cache"), MAPFLOW_STATE_DIR=windows(folder / "state"),
        GDAL_DRIVER_PATH=windows(FOLDER / "build" / "gdalplugins"), GDAL_HTTP_RETRY_DELAY="0.01",
        PROJ_LIB=windows(FOLDER / "prefix" / "share" / "proj"), GDAL_DATA=windows(FOLDER / "prefix" / "share" / "gdal"))


PIPES = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


@pytest.fixture
def start(environment):
    """Starts a program of GDAL: start("ogrinfo", …, NAME=value) -> Popen. Converts paths to Windows paths. `streams` are
    arguments of Popen."""
    started = []

    def begin(program, *arguments, streams=PIPES, **more):
        words = [windows(word) if isinstance(word, pathlib.Path) else str(word) for word in arguments]
        process = subprocess.Popen(["wine", str(FOLDER / "prefix" / "bin" / f"{program}.exe"), *words],
                                   env={**environment, **more}, start_new_session=True, **streams)
        started.append(process)
        return process
    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def run(start):
    """Runs a program until it ends -> (exit code, its output and messages)."""
    def finished(*words, **more):
        process = start(*words, **more)
        out, said = process.communicate(timeout=300)
        return process.returncode, (out + said).decode("utf-8", "replace").replace("\r\n", "\n")
    return finished


class Console:
    """A terminal that Wine shows a program as a console of Windows."""

    def __init__(self):
        self.ours, self.theirs = os.openpty()

    def streams(self):
        """Arguments of Popen: the terminal controls the process, so that Wine sees each key."""
        return {"stdin": self.theirs, "stdout": self.theirs, "stderr": self.theirs,
                "preexec_fn": lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)}

    def press(self, key):
        os.write(self.ours, key)

    def text(self):
        """What was written to it, after the process has ended: without control sequences."""
        os.close(self.theirs)
        written = b""
        while True:
            try:
                written += os.read(self.ours, 65536)
            except OSError:  # the other end is closed
                break
        os.close(self.ours)
        return re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", written.decode("utf-8", "replace"))
