"""Areas of processings that have ended are fetched once: what the cache on the disk answers, and when it does not."""

import csv
import io
import os
import random
import signal
import stat
import subprocess
import time

import pytest
from osgeo import gdal

from accounts import fill
from helpers import OF_THE_SYSTEM, environment_of, secrets_of, without_root
from paths import DATA
from sandbox import Sandbox

DAY = 86400
WARNING = "Areas are not cached"


@pytest.fixture
def look(run, folder):
    """look(KEY=value…) -> the areas of the account (WKT) by the id of their processing, in a new process."""
    def looked(env=None, layer=("MAPFLOW:", "processings"), **options):
        options = {"CACHE_DIR": folder, **options}
        config = [part for key, value in options.items() for part in ("--config", f"MAPFLOW_{key}", value)]
        done = run("ogr2ogr", *config, "-f", "CSV", "/vsistdout/", *layer, "-lco", "GEOMETRY=AS_WKT", env=env)
        looked.said = done.said
        if done.returncode != 0:
            raise RuntimeError(done.said)
        looked.errors = done.stderr
        return {row["id"]: row["WKT"] for row in csv.DictReader(io.StringIO(done.stdout)) if row["WKT"]}
    return looked


def asked(sb):
    """Requests for areas so far; starts anew."""
    paths = [record.path for record in sb.requests.settle()]
    sb.clear_log()
    return sum(path.endswith("/aois") for path in paths)


def files(folder, ending=".areas"):
    return sorted(path for path in folder.iterdir() if path.name.endswith(ending))


# ---- what is asked of the server ------------------------------------------------------------------


def test_second_process_asks_for_no_areas(sb, folder, look):
    fill(sb, 40)
    first = look()
    assert len(first) == asked(sb) == 40
    assert len(files(folder)) == 40
    assert look() == first
    assert asked(sb) == 0


def test_what_goes_on_is_asked_for_each_time(sb, folder, look):
    fill(sb, 0)
    ended = ["OK", "FAILED", "CANCELLED", "CANCELED", "REFUNDED"]
    for status in [*ended, "UNPROCESSED", "IN_PROGRESS", "AWAITING", "PONDERING", None]:
        sb.state.add_processing(name=str(status), project="Default", status=status)
    sb.state.add_processing(name="in rework", project="Default", review="NOT_ACCEPTED")
    look()
    assert asked(sb) == 11
    look()
    assert asked(sb) == 6
    assert len(files(folder)) == len(ended)


@pytest.mark.parametrize("change", [{"updated": "2030-01-01T00:00:00Z"}, {"cost": 4711}, {"area": 4711},
                                    {"reviewStatus": "ACCEPTED"}, {"status": "REFUNDED"}])
def test_changed_processing_is_asked_for_anew(sb, folder, look, change):
    ids = fill(sb, 4)
    look()
    asked(sb)
    sb.state.processings[ids[1]].overrides.update(change)
    look()
    assert asked(sb) == 1
    look()
    assert asked(sb) == 0 and len(files(folder)) == 4


def test_restarted_processing_is_asked_for_anew(sb, folder, look, open_mapflow):
    fill(sb, 0)
    identifier = sb.state.add_processing(name="x", project="Default", status="FAILED")
    look()
    asked(sb)
    dataset = open_mapflow("", gdal.OF_VECTOR | gdal.OF_UPDATE, CACHE_DIR=folder)
    dataset.ReleaseResultSet(dataset.ExecuteSQL(f"RESTART {identifier}"))
    look()
    assert asked(sb) == 1


def test_modes(sb, folder, look):
    fill(sb, 3)
    areas = look(CACHE="NO")
    assert not folder.exists() and asked(sb) == 3
    assert look() == areas and asked(sb) == 3
    before = {path: path.stat().st_mtime_ns for path in files(folder)}
    assert look(CACHE="NO") == areas and asked(sb) == 3
    assert {path: path.stat().st_mtime_ns for path in files(folder)} == before
    assert look(CACHE="REFRESH") == areas and asked(sb) == 3
    with pytest.raises(RuntimeError, match="CACHE=OFFLINE forbids"):
        look(CACHE="OFFLINE")
    assert asked(sb) == 0
    for option in ({"CACHE": "MAYBE"}, {"CACHE_SIZE": "much"}):
        with pytest.raises(RuntimeError, match=next(iter(option.values()))):
            look(**option)
    assert len(sb.requests.settle()) == 0


def test_modes_in_a_process_that_knows_them(sb, folder, open_mapflow):
    """Each row is read twice: once they are there, a dataset asks for them no more."""
    fill(sb, 3)
    for mode, requests in (("YES", 3), ("YES", 0), ("REFRESH", 3), ("NO", 0)):
        dataset = open_mapflow("", CACHE=mode, CACHE_DIR=folder)
        layer = dataset.GetLayerByName("processings")
        assert [f.GetGeometryRef() is not None for _ in range(2) for f in layer] == [True] * 6
        assert asked(sb) == requests, mode


def test_areas_that_come_later(sb, open_mapflow, folder):
    """A processing that has just been made may have none yet."""
    fill(sb, 0)
    identifier = sb.state.add_processing(name="new", project="Default", status="UNPROCESSED")
    sb.faults.add("/aois", times=1, status=200, body=[])
    found = []
    for _ in range(2):
        dataset = open_mapflow("", CACHE_DIR=folder)
        layer = dataset.GetLayerByName("processings")
        layer.SetAttributeFilter(f"id = '{identifier}'")
        found.append(layer.GetNextFeature().GetGeometryRef() is not None)
    assert found == [False, True]


# ---- the layer aois of a processing ---------------------------------------------------------------


def test_layer_of_one_processing(sb, folder, run):
    """Read from the same entry, and all that there is of it without a request."""
    (identifier,) = fill(sb, 1)
    sb.state.processings[identifier].status = "OK"
    config = ["--config", "MAPFLOW_CACHE_DIR", folder]
    online = run("ogrinfo", "-q", *config, f"MAPFLOW:{identifier}", "aois")
    assert online.returncode == 0 and "POLYGON" in online.stdout and asked(sb) == 1
    assert run("ogrinfo", "-q", *config, f"MAPFLOW:{identifier}", "aois").stdout == online.stdout
    assert asked(sb) == 0
    sb.clear_log()
    offline = run("ogrinfo", "-q", *config, f"MAPFLOW:{identifier},CACHE=OFFLINE", "aois",
                  env={"MAPFLOW_API_TOKEN": ""})
    assert offline.returncode == 0 and offline.stdout == online.stdout
    assert len(sb.requests.settle()) == 0
    # who asks for the status wants to know how things are now
    assert "POLYGON" in run("ogrinfo", "-al", *config, f"MAPFLOW:{identifier},STATUS_ONLY=YES").stdout
    assert asked(sb) == 1


def test_layer_that_is_not_in_the_cache(sb, folder, open_mapflow, run):
    (identifier,) = fill(sb, 1)
    sb.state.processings[identifier].status = "OK"
    open_mapflow(identifier, CACHE_DIR=folder)
    done = run("ogrinfo", f"MAPFLOW:{identifier},CACHE=OFFLINE", "aois", "--config", "MAPFLOW_CACHE_DIR", folder)
    assert "areas of processing" in done.said and "not in the cache" in done.said and identifier in done.said
    assert asked(sb) == 0


# ---- what is kept, and where ----------------------------------------------------------------------


def test_only_the_owner_may_read(sb, folder, look):
    fill(sb, 3)
    previous = os.umask(0)
    try:
        look()
    finally:
        os.umask(previous)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in files(folder, "")} == {0o600}
    assert len(files(folder, "")) == 3


def test_no_secret_in_any_file(sb, folder, look):
    fill(sb, 2)
    sb.state.add_processing(name="x", project="Default", status="FAILED", aois=[
        {"geometry": {"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 1]]]}, "status": "FAILED",
         "messages": [{"code": "x", "parameters": {"url": "https://tiles.example.com/{z}?api_key=s3cr3t",
                                                   "rasterPassword": "hunter2", "said": sb.token}}]}])
    look()
    for path in files(folder, ""):
        text = path.read_text()
        assert not [s for s in [*secrets_of(sb), "s3cr3t", "hunter2"] if s in text or s in path.name]


def test_least_recently_used_go_first(sb, folder, look):
    ids = fill(sb, 6)
    look()
    size = total(files(folder))
    look(layer=("MAPFLOW:", "processings", "-where", "name = 'job 0' OR name = 'job 1'"))
    new = sb.state.add_processing(name="job 6", project="Default")
    assert asked(sb) == 6
    look(CACHE_SIZE=size // 2, layer=("MAPFLOW:", "processings", "-where", "name = 'job 6'"))
    kept = {path.name[:36] for path in files(folder)}
    assert kept == {ids[0], ids[1], new} and total(files(folder)) <= size // 2


def total(paths):
    return sum(path.stat().st_size for path in paths)


@pytest.mark.parametrize("older", [".areas", ".index"])
def test_areas_and_result_go_one_by_one(sb, folder, look, open_mapflow, older):
    """They belong to the same processing, and each is kept as long as it is used."""
    (identifier,) = fill(sb, 1)
    sb.state.processings[identifier].status = "OK"
    look()
    open_mapflow(identifier, CACHE_DIR=folder)
    before = files(folder, "")
    os.utime(next(path for path in before if path.suffix == older), (1, 1))
    room = total(before) + 600 - total(files(folder, older))  # 600: of the areas that come
    sb.state.add_processing(name="other", project="Default")
    look(CACHE_SIZE=room, layer=("MAPFLOW:", "processings", "-where", "name = 'other'"))
    kept = [path.suffix for path in files(folder, "") if path.name.startswith(identifier)]
    assert kept == ([".features", ".geojson", ".index", ".lock", ".names"] if older == ".areas" else [".areas"])


def test_what_was_left_behind_goes_after_a_day(sb, folder, look):
    fill(sb, 1)
    folder.mkdir(parents=True)
    stem = "3fa85f64-5717-4562-b3fc-000000000001-0123456789abcdef"
    old, young, foreign = f"{stem}.areas.part.AbC123", f"{stem}.areas.part.AbC124", "notes.areas"
    for name in (old, young, foreign):
        (folder / name).touch()
    for name in (old, foreign):
        os.utime(folder / name, (time.time() - 2 * DAY,) * 2)
    look()
    names = {path.name for path in files(folder, "")}
    assert old not in names and {young, foreign} < names and len(names) == 3


# ---- when the entry is not good -------------------------------------------------------------------


@pytest.mark.parametrize("damage", [
    lambda path: path.write_bytes(b""),
    lambda path: path.write_bytes(path.read_bytes()[:-1]),
    lambda path: path.write_bytes(path.read_bytes().replace(b"Polygon", b"Polygom")),
    lambda path: path.write_bytes(path.read_bytes().replace(b"areas 1", b"areas 2")),
    lambda path: (path.unlink(), path.mkdir()),
    lambda path: path.unlink()])
def test_damaged_entry_is_fetched_anew(sb, folder, look, damage):
    fill(sb, 3)
    areas = look()
    asked(sb)
    damage(files(folder)[1])
    assert look() == areas and asked(sb) == 1
    again = 1 if files(folder)[1].is_dir() else 0
    assert look() == areas and asked(sb) == again


def test_entry_of_another_server_is_not_used(sb, folder, look):
    fill(sb, 3)
    look()
    with Sandbox(data=DATA, seed=1, token=sb.token) as other:
        ids = fill(other, 3)
        look(env={"MAPFLOW_API_URL": other.url})
        assert asked(other) == len(ids)


# ---- several at once, and disks -------------------------------------------------------------------


def started(sb, folder, **options):
    return subprocess.Popen(["ogr2ogr", "-f", "CSV", "/vsistdout/", "MAPFLOW:", "processings", "-lco",
                             "GEOMETRY=AS_WKT"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env=environment_of(sb, MAPFLOW_CACHE_DIR=str(folder), **options))


def test_processes_at_once(sb, folder):
    fill(sb, 30)
    readers = [started(sb, folder) for _ in range(6)]
    outputs = [reader.communicate(timeout=60) for reader in readers]
    assert {reader.returncode for reader in readers} == {0}
    assert len(set(outputs)) == 1 and OF_THE_SYSTEM.sub("", outputs[0][1].decode()) == ""
    assert len(files(folder, "")) == 30


def test_killed_at_any_moment(sb, folder, look):
    fill(sb, 30)
    areas = look(CACHE="NO")
    rng = random.Random(6)
    for _ in range(8):
        reader = started(sb, folder, MAPFLOW_CACHE="REFRESH")
        time.sleep(rng.random() * 0.4)
        reader.send_signal(signal.SIGKILL)
        reader.communicate()
        assert look() == areas


def test_folder_that_cannot_be_made_is_one_warning(sb, look):
    fill(sb, 40)
    assert len(look(CACHE_DIR="/dev/null/cache")) == 40
    assert look.errors.count(WARNING) == 1 and "/dev/null/cache" in look.errors


def test_read_only_folder_is_one_warning(sb, folder, run):
    fill(sb, 40)
    folder.mkdir(parents=True)
    folder.chmod(0o500)
    done = run(*without_root(), "ogrinfo", "-q", "-al", "MAPFLOW:", "processings",
               env={"MAPFLOW_CACHE_DIR": str(folder)})
    assert done.returncode == 0 and done.stdout.count("POLYGON") == 40
    assert done.stderr.count(WARNING) == 1 and files(folder, "") == []


def test_server_that_gives_no_uuids(sb, folder, look):
    """Such a name is no name for a file."""
    fill(sb, 1)
    project = next(iter(sb.state.projects))
    document = sb.documents.processing(sb.state.all_processings()[0])
    document["id"] = "../../outside"
    sb.faults.add(f"/projects/{project}/processings/v2/page", status=200,
                  body={"results": [document], "total": 1, "count": 1})
    sb.faults.add("/aois", status=200, body=[])
    look()
    assert not list(folder.parent.parent.rglob("*outside*"))
    assert not folder.exists()
