"""No invalid access and no leak of ours, from opening to closing and on the ways that fail.

GDAL and its libraries keep memory at exit on purpose: only what has one of our frames counts. The programs of the unit
tests have nothing but ours, and must leave nothing behind.
"""

import os
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest
from helpers import FOREST
from paths import AUTOTEST, BUILD

VALGRIND = ["valgrind", "--leak-check=full", "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite",
            "--keep-debuginfo=yes", "--num-callers=40"]
# The histories run thousands of processes that are killed: here they would take an hour.
UNIT_TESTS = sorted(path.name for path in (BUILD / "autotest" / "core").glob("test_*")
                    if path.is_file() and path.name != "test_submit_histories")

WAYS = {
    "open, read, close": ([], None, 0),
    "status and areas": (["-oo", "STATUS_ONLY=YES"], None, 0),
    "cut, then whole": ([], {"cut": 5000, "times": 1}, 0),
    "cut": ([], {"cut": 5000}, 1),
    "refused": ([], {"status": 401}, 1),
    "a web page": ([], {"html": True}, 1),
}


def errors_of(xml):
    """What valgrind has found with one of our frames, as (kind, functions)."""
    found = []
    for error in ElementTree.parse(xml).getroot().findall("error"):
        frames = error.findall("stack/frame")
        if any("ogr_MAPFLOW" in (frame.findtext("obj") or "") or
               (frame.findtext("fn") or "").startswith(("mf_", "OGRMapflow")) for frame in frames):
            found.append((error.findtext("kind"), [frame.findtext("fn") for frame in frames]))
    return found


@pytest.mark.parametrize("way", WAYS)
def test_driver(sb, run, tmp_path, monkeypatch, way):
    options, fault, code = WAYS[way]
    monkeypatch.setenv("MAPFLOW_CACHE", "NO")
    if fault:
        sb.fault("/result$", **fault)
    xml = tmp_path / "valgrind.xml"
    ogrinfo = shutil.which("ogrinfo", path="/usr/bin:" + os.environ["PATH"])
    done = run(*VALGRIND, "--xml=yes", f"--xml-file={xml}", ogrinfo, "-al", "-ro", *options, f"MAPFLOW:{FOREST}",
               timeout=600)
    assert done.returncode == code, done.said
    assert errors_of(xml) == []


@pytest.mark.parametrize("name", UNIT_TESTS)
def test_unit_tests(name):
    done = subprocess.run([*VALGRIND, "--quiet", "--child-silent-after-fork=yes", "--error-exitcode=9", str(BUILD / "autotest" / "core" / name)],
                          capture_output=True, text=True, timeout=600, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_unit_tests_are_there():
    rooms = [path for path in (AUTOTEST / "core").iterdir() if path.is_dir()]
    assert {*UNIT_TESTS, "test_submit_histories"} == {path.stem.replace("test_", f"test_{room.name}_", 1)
                               for room in rooms for path in room.glob("test_*.c")}
