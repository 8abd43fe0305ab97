#!/usr/bin/env python3
"""An upload of a large sparse file on loopback, held against `curl -F` of the same file in the same run.

Prints for each the speed of interleaved runs, and of the driver the anonymous memory, the files in its folder for
temporary files, and how soon its progress function ends it. Exit code 1 when a promise is broken: less than 64 MB, no
file, at least 0.7 times the speed of curl, 200 ms.
Usage: MAPFLOW_BUILD_DIR=build python3 autotest/bench/upload.py [--gigabytes N] [--runs N] [--folder FOLDER]
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

AUTOTEST = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("MAPFLOW_BUILD_DIR", AUTOTEST.parent / "build")).resolve()
os.environ["GDAL_DRIVER_PATH"] = str(BUILD / "gdalplugins")
os.environ["GDAL_PAM_ENABLED"] = "NO"
sys.path[:0] = [str(AUTOTEST), str(AUTOTEST / "ogr")]

from osgeo import gdal  # noqa: E402

from sandbox import Sandbox, multipart  # noqa: E402
from uploading import EMPTY, create_copy, mosaic_id, raster  # noqa: E402

MOST_MEMORY, LEAST_RATIO, MOST_TIME = 64.0, 0.7, 0.2  # MB, of the speed of curl, s
POLL = 0.01  # s


def light_spool():
    """The sandbox counts the bytes of a file and keeps its beginning, so that it is faster than who sends."""
    def write(spool, block):
        if spool.size < 1 << 20:
            spool.file.write(block)
        spool.size += len(block)
    multipart.Spool.write = write


def anonymous(pid):
    """MB."""
    try:
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
        return max(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon"))
    except (OSError, ValueError):
        return 0.0


def watched(command, environment, folder):
    """Returns (seconds, MB, names of temporary files)."""
    most, names = 0.0, set()
    start = time.monotonic()
    program = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    while program.poll() is None:
        most = max(most, anonymous(program.pid))
        names |= set(os.listdir(folder))
        time.sleep(POLL)
    if program.returncode != 0:
        raise SystemExit(f"{command[0]} has failed")
    return time.monotonic() - start, most, names


def cancelled(sandbox, path, options):
    """Seconds from the refusal of the progress function to the return of GDALCreateCopy."""
    moments = []
    fault = sandbox.fault("/image$", method="POST", slow_upload=50_000_000)

    def progress(part):
        moments.append(time.monotonic())
        return part < 0.01
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    assert not create_copy(path, f"MAPFLOW:mosaic={EMPTY}", options, progress)
    returned = time.monotonic()
    gdal.PopErrorHandler()
    fault.remove()
    return returned - moments[-1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gigabytes", type=float, default=4)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder")
    wanted = parser.parse_args()
    light_spool()
    with tempfile.TemporaryDirectory(dir=wanted.folder) as name, \
            Sandbox(data=AUTOTEST.parent / "data", seed=1) as sandbox:
        folder = pathlib.Path(name)
        temporary = folder / "temporary"
        temporary.mkdir()
        path = raster(folder / "large.tif")
        size = int(wanted.gigabytes * 1e9)
        os.truncate(path, size)
        sandbox.imagery.limit, sandbox.imagery.max_file = 1 << 50, 1 << 50
        os.environ["XDG_STATE_HOME"] = str(folder)
        options = {"API_URL": sandbox.url, "API_TOKEN": sandbox.token, "DUPLICATES": "ALLOW"}
        environment = {**os.environ, "CPL_TMPDIR": str(temporary), "TMPDIR": str(temporary)}
        commands = {
            "driver": ["gdal_translate", "-q", "-of", "MAPFLOW", path, f"MAPFLOW:mosaic={EMPTY}",
                       *[word for key, value in options.items() for word in ("-co", f"{key}={value}")]],
            "curl": ["curl", "-sSf", "-F", f"file=@{path};type=image/tiff", "-H",
                     f"Authorization: Basic {sandbox.token}",
                     f"{sandbox.url}/rasters/mosaic/{mosaic_id(sandbox, EMPTY)}/image"]}
        seconds = {program: [] for program in commands}
        most, names = 0.0, set()
        for _ in range(wanted.runs):
            for program, command in commands.items():
                taken, memory, files = watched(command, environment, temporary)
                seconds[program].append(taken)
                if program == "driver":
                    most, names = max(most, memory), names | files
        stop = statistics.median(cancelled(sandbox, path, options) for _ in range(3))
    speed = {program: size / 1e6 / statistics.median(taken) for program, taken in seconds.items()}
    ratio = speed["driver"] / speed["curl"]
    print(f"{size / 1e9:g} GB, {wanted.runs} runs: driver {speed['driver']:.0f} MB/s, curl {speed['curl']:.0f} MB/s, "
          f"ratio {ratio:.2f}")
    print(f"anonymous memory {most:.1f} MB, temporary files {len(names)}, ends {stop * 1000:.0f} ms after a cancel")
    return not (most < MOST_MEMORY and not names and ratio >= LEAST_RATIO and stop <= MOST_TIME)


if __name__ == "__main__":
    sys.exit(main())
