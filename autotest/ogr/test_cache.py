"""Results are fetched once: what the cache answers, when it does not, and what it survives."""

import base64
import contextlib
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import stat
import subprocess
import threading
import time

import pytest
from osgeo import ogr

from helpers import environment_of, preload, without_root
from paths import DATA
from sandbox import Sandbox

BUILDINGS = DATA / "buildings.geojson"
ENTRY = ["features", "geojson", "index", "lock", "names"]  # the files of one, by their endings
COUNT = len(json.loads(BUILDINGS.read_bytes())["features"])
TINY = (b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"n":1,"t":"x"},'
        b'"geometry":{"type":"Point","coordinates":[4,52]}}]}')
TINY_TOO = TINY.replace(b'"n":1', b'"n":2')
DAY = 86400
WARNING = "The result is not cached"


@pytest.fixture
def processing(sb):
    """A processing whose result is the sample of buildings."""
    return sb.add_processing(name="Cached", status="OK", result=BUILDINGS)


@pytest.fixture
def count(run, folder):
    """count(processing, KEY=value…) -> the number of features that a new process sees.

    Only those of the layer: the process has to read them. RuntimeError with what it said when it fails.
    """
    def counted(processing, env=None, **options):
        options = {"CACHE_DIR": folder, **options}
        arguments = [part for key, value in options.items()
                     for part in ("--config", key if key.startswith("GDAL_") else f"MAPFLOW_{key}", value)]
        done = run("ogr2ogr", *arguments, "-f", "CSV", "/vsistdout/", f"MAPFLOW:{processing}", env=env)
        if done.returncode != 0:
            raise RuntimeError(done.said)
        counted.said = done.stderr
        return done.stdout.count("\n") - 1
    return counted


def asked(sb):
    """Requests so far: (for the status, for the result); starts anew."""
    paths = [record.path for record in sb.requests.settle()]
    sb.clear_log()
    return sum(path.endswith("/v2") for path in paths), sum(path.endswith("/result") for path in paths)


def files(folder, ending=""):
    """The files of a cache, by name."""
    return sorted(path for path in folder.iterdir() if path.name.endswith(ending))


def only(folder, ending):
    path, = files(folder, ending)
    return path


def values(dataset, name):
    return [feature[name] for feature in dataset.GetLayer(0)]


# ---- what is asked of the server ------------------------------------------------------------------


def test_second_process_asks_for_the_status_only(sb, processing, count):
    assert count(processing) == COUNT
    assert asked(sb) == (1, 1)
    assert count(processing) == COUNT
    assert asked(sb) == (1, 0)


def test_four_opens_in_a_process_ask_once(sb, processing, folder, open_mapflow):
    datasets = [open_mapflow(processing, CACHE_DIR=folder) for _ in range(4)]
    assert [len(values(dataset, "id")) for dataset in datasets] == [COUNT] * 4
    assert asked(sb) == (1, 1)


def test_datasets_that_share_a_result_read_on_when_one_is_closed(processing, folder, open_mapflow):
    first, second = (open_mapflow(processing, CACHE_DIR=folder) for _ in range(2))
    ids = values(first, "id")
    del first
    assert values(second, "id") == ids


def test_cache_no_neither_reads_nor_stores(sb, processing, folder, count):
    assert count(processing, CACHE="NO") == COUNT
    assert not folder.exists()
    count(processing)
    before = {path: path.stat().st_mtime_ns for path in files(folder)}
    asked(sb)
    assert count(processing, CACHE="NO") == COUNT
    assert asked(sb) == (1, 1)
    assert {path: path.stat().st_mtime_ns for path in files(folder)} == before


@pytest.mark.parametrize("variable", ("TMPDIR", "CPL_TMPDIR"))
def test_temporary_file_leaves_nothing_when_the_process_is_killed(sb, processing, tmp_path, variable):
    temporary, other = tmp_path / "temporary", tmp_path / "other"
    temporary.mkdir()
    other.mkdir()
    slow(sb, 5)
    environment = {**environment_of(sb, MAPFLOW_CACHE="NO", TMPDIR=str(other)), variable: str(temporary)}
    reader = subprocess.Popen(["ogrinfo", f"MAPFLOW:{processing}"], stdout=subprocess.DEVNULL, env=environment)
    while not any(name.startswith(f"{temporary}/mapflow-") and name.endswith(" (deleted)")
                  for name in open_files(reader.pid)):
        assert reader.poll() is None
    reader.kill()
    reader.wait()
    assert list(temporary.iterdir()) == [] == list(other.iterdir())


def open_files(pid):
    """The names of files that a process has open."""
    names = set()
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            names.add(os.readlink(entry))
    return names


def test_temporary_folder_in_memory_is_no_folder_of_a_disk(processing, count, folder):
    assert count(processing, CACHE="NO", env={"CPL_TMPDIR": "/vsimem/temporary"}) == COUNT


def test_cache_refresh_fetches_and_replaces(sb, processing, folder, count):
    count(processing)
    first = only(folder, ".geojson")
    asked(sb)
    assert count(processing, CACHE="REFRESH") == COUNT
    assert asked(sb) == (1, 1)
    assert only(folder, ".geojson") != first
    assert count(processing) == COUNT
    assert asked(sb) == (1, 0)


def test_refresh_gives_a_new_result_while_the_old_one_is_open(sb, folder, open_mapflow):
    processing = sb.add_processing(name="Cached", status="OK", result=TINY)
    old = open_mapflow(processing, CACHE_DIR=folder)
    sb.set_result(processing, TINY_TOO)
    new = open_mapflow(processing, CACHE_DIR=folder, CACHE="REFRESH")
    assert values(old, "n") == [1]
    assert values(new, "n") == [2]


def test_offline_makes_no_request_and_needs_no_token(sb, processing, folder, count):
    count(processing)
    asked(sb)
    without = {"MAPFLOW_API_TOKEN": "", "MAPFLOW_API_TOKEN_FILE": ""}
    assert count(processing, CACHE="OFFLINE", env=without) == COUNT
    sb.stop()
    assert count(processing, CACHE="OFFLINE", env=without) == COUNT
    assert asked(sb) == (0, 0)


def test_offline_knows_what_the_processing_was(processing, folder, open_mapflow):
    online = open_mapflow(processing, CACHE_DIR=folder)
    metadata, document = online.GetMetadata(), online.GetMetadata("json:MAPFLOW")
    del online
    offline = open_mapflow(processing, CACHE_DIR=folder, CACHE="OFFLINE", API_TOKEN="")
    assert offline.GetMetadata() == metadata
    assert offline.GetMetadata("json:MAPFLOW") == document


def test_offline_without_an_entry_is_an_error(sb, processing, count):
    with pytest.raises(RuntimeError, match="not in the cache.*CACHE=YES"):
        count(processing, CACHE="OFFLINE")
    assert asked(sb) == (0, 0)


@pytest.mark.parametrize("option", ({"CACHE": "MAYBE"}, {"CACHE_SIZE": "much"}, {"CACHE_SIZE": "-1"},
                                    {"CACHE_DIR": "/vsimem/cache"}))
def test_nonsense_is_refused(processing, count, option):
    with pytest.raises(RuntimeError, match=next(iter(option.values()))):
        count(processing, **option)


# ---- what is kept, and where ----------------------------------------------------------------------


def test_entry_is_the_text_of_the_server(processing, folder, count):
    count(processing)
    assert only(folder, ".geojson").read_bytes() == BUILDINGS.read_bytes()
    assert [path.name.rpartition(".")[2] for path in files(folder)] == ENTRY


def test_only_the_owner_may_read(processing, folder, count):
    previous = os.umask(0)
    try:
        count(processing)
    finally:
        os.umask(previous)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in files(folder)} == {0o600}


def test_no_token_in_any_file(sb, processing, folder, count):
    count(processing)
    secrets = (sb.token.encode(), base64.b64decode(sb.token), sb.state.secret.encode())
    for path in files(folder):
        content = path.read_bytes()
        assert not any(secret in content or secret.decode() in path.name for secret in secrets)


def test_default_folder_is_in_the_users_cache(processing, run, tmp_path):
    run("ogrinfo", f"MAPFLOW:{processing}", env={"XDG_CACHE_HOME": str(tmp_path)})
    assert files(tmp_path / "gdal-mapflow", ".index")


def test_least_recently_used_go_first(sb, folder, count):
    first, second, third = (sb.add_processing(name=name, status="OK", result=BUILDINGS) for name in "abc")
    count(first)
    two_entries = 2 * sum(path.stat().st_size for path in files(folder)) + 2000
    count(second)
    count(first)
    count(third, CACHE_SIZE=two_entries)
    assert {path.name[:36] for path in files(folder)} == {first, third}
    asked(sb)
    assert [count(first), count(third)] == [COUNT] * 2
    assert asked(sb) == (2, 0)
    assert count(second) == COUNT
    assert asked(sb) == (1, 1)


def test_result_larger_than_the_cache_is_read_and_not_kept(processing, folder, count):
    assert count(processing, CACHE_SIZE="1K") == COUNT
    assert files(folder) == []


def test_files_of_others_are_left_alone(processing, folder, count):
    """The folder may be one where other things lie."""
    folder.mkdir(parents=True)
    others = ["film.part.1", "notes.index", "notes.geojson", "aoi.geojson", f"{processing}.geojson", "x.lock",
              f"{processing}-0123456789abcdef.backup", f"{processing}-0123456789abcdef.x.geojson"]
    for name in others:
        (folder / name).write_bytes(bytes(5000))
        os.utime(folder / name, (1, 1))
    count(processing, CACHE_SIZE="1K")
    assert sorted(path.name for path in files(folder)) == sorted(others)


def test_what_was_left_behind_goes_after_a_day(sb, processing, folder, count):
    folder.mkdir(parents=True)
    stem = "3fa85f64-5717-4562-b3fc-000000000001-0123456789abcdef"
    endings = (".part.AbC123", ".0123456789abcdef.geojson", ".0123456789abcdef.features", ".lock")
    old = [stem + ending for ending in endings]
    young = [stem.replace("01-", "02-") + ending for ending in endings]
    for name in old + young:
        (folder / name).touch()
    for name in old:
        os.utime(folder / name, (time.time() - 2 * DAY,) * 2)
    count(processing)
    names = {path.name for path in files(folder)}
    assert names.isdisjoint(old)
    assert names.issuperset(young)
    assert len(names) == len(ENTRY) + len(young)


def test_entry_of_another_server_is_not_used(sb, processing, folder, count):
    count(processing)
    with Sandbox(data=DATA, seed=2, token=sb.token) as other:
        theirs = other.add_processing(name="Other", status="OK", result=TINY)
        other.state.processings[processing] = other.state.processings.pop(theirs)
        other.state.processings[processing].id = processing
        assert count(processing, env={"MAPFLOW_API_URL": other.url}) == 1
        assert asked(other) == (1, 1)
    assert count(processing) == COUNT


def test_one_area_is_another_result(sb, processing, folder, count):
    count(processing)
    area = sb.state.processings[processing].aois[0].id
    sb.set_result(processing, TINY, area)
    assert count(processing, AOI=area) == 1
    assert len(files(folder, ".index")) == 2


# ---- when the entry is not good -------------------------------------------------------------------

CHANGES = {
    "updated": {"updated": "2030-01-01T00:00:00Z"},
    "review": {"reviewStatus": {"reviewStatus": "ACCEPTED"}},
    "cost": {"cost": 4711},
    "area": {"area": 4711},
    "status": {"status": "REFUNDED"},
    "vector layer": {"vectorLayer": {"id": "3fa85f64-5717-4562-b3fc-000000000009", "tileUrl": "x",
                                     "tileJsonUrl": "x", "name": "x"}},
}


@pytest.mark.parametrize("change", CHANGES)
def test_changed_processing_is_fetched_anew(sb, processing, folder, count, change):
    count(processing, PARTIAL="YES")
    asked(sb)
    sb.state.processings[processing].overrides.update(CHANGES[change])
    sb.set_result(processing, TINY)
    if change == "status":
        sb.variants.result_when_not_ok = "partial"
    assert count(processing, PARTIAL="YES") == 1
    assert asked(sb) == (1, 1)
    assert len(files(folder, ".geojson")) == 1


@pytest.mark.parametrize("state", ({"status": "IN_PROGRESS"}, {"reviewStatus": {"reviewStatus": "NOT_ACCEPTED"}}))
def test_what_will_change_is_not_cached(sb, processing, folder, count, state):
    """Also not shown from the cache, where it was good before."""
    count(processing)
    sb.state.processings[processing].overrides.update(state)
    for partial in ("NO", "YES"):
        with pytest.raises(RuntimeError):
            count(processing, PARTIAL=partial)
    shutil.rmtree(folder)
    with pytest.raises(RuntimeError):
        count(processing)
    assert not folder.exists() or files(folder) == []


def flip(path, position):
    content = bytearray(path.read_bytes())
    content[position] ^= 0x10
    path.write_bytes(content)


def cut(path, size):
    os.truncate(path, size)


DAMAGES = {
    "text flipped": (".geojson", lambda path: flip(path, 200)),
    "text flipped at its end": (".geojson", lambda path: flip(path, -1)),
    "text cut": (".geojson", lambda path: cut(path, 300)),
    "text empty": (".geojson", lambda path: cut(path, 0)),
    "text longer": (".geojson", lambda path: path.write_bytes(path.read_bytes() + b" ")),
    "text removed": (".geojson", pathlib.Path.unlink),
    "text is a folder": (".geojson", lambda path: (path.unlink(), path.mkdir())),
    "features flipped": (".features", lambda path: flip(path, 10)),
    "features cut": (".features", lambda path: cut(path, 32)),
    "features empty": (".features", lambda path: cut(path, 0)),
    "features longer": (".features", lambda path: path.write_bytes(path.read_bytes() + bytes(32))),
    "features removed": (".features", pathlib.Path.unlink),
    "index empty": (".index", lambda path: cut(path, 0)),
    "index removed": (".index", pathlib.Path.unlink),
    "index is of another version": (".index", lambda path: flip(path, 8)),
    "index is something else": (".index", lambda path: path.write_bytes(b"MFINDEX\0" + bytes(4000))),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_entry_is_fetched_anew(sb, processing, folder, count, damage):
    ending, do = DAMAGES[damage]
    count(processing)
    do(only(folder, ending))
    asked(sb)
    assert count(processing) == COUNT
    assert asked(sb) == (1, 1)
    assert count(processing) == COUNT
    assert asked(sb) == (1, 0)


@pytest.mark.parametrize("mode", ("flip", "cut"))
def test_index_damaged_anywhere_is_fetched_anew(sb, folder, open_mapflow, mode):
    processing = sb.add_processing(name="Tiny", status="OK", result=TINY)
    open_mapflow(processing, CACHE_DIR=folder)
    size = only(folder, ".index").stat().st_size
    positions = range(0, size, size // 60)  # the unit tests damage every byte
    asked(sb)
    for position in positions:
        (flip if mode == "flip" else cut)(only(folder, ".index"), position)
        assert values(open_mapflow(processing, CACHE_DIR=folder), "n") == [1]
    assert asked(sb)[1] == len(positions)


@pytest.mark.parametrize("ending", (".geojson", ".features"))
def test_file_that_was_only_touched_is_still_good(sb, processing, folder, count, ending):
    """Its change time is another, so that it is read once, and then it is trusted again."""
    count(processing)
    os.utime(only(folder, ending))
    os.chmod(only(folder, ending), 0o600)
    index = only(folder, ".index").read_bytes()
    asked(sb)
    assert count(processing) == COUNT
    assert asked(sb) == (1, 0)
    assert only(folder, ".index").read_bytes() != index


# Each look at the clock takes a second.
SLOW_CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *now)
{
    static int (*real)(clockid_t, struct timespec *);
    static long looks;
    if (real == NULL)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    const int failed = real(id, now);
    now->tv_sec += ++looks;
    return failed;
}
"""


@pytest.mark.parametrize("progress, lines", (("YES", 2), ("AUTO", 0)))
def test_check_of_a_stored_result_shows_progress(processing, folder, count, run, tmp_path, progress, lines):
    """The document is read, then the features. How it is cancelled is tested in core/store."""
    count(processing)
    for ending in (".geojson", ".features"):
        os.utime(only(folder, ending))
    done = run("ogrinfo", "-ro", "-q", f"MAPFLOW:{processing}", "-oo", f"PROGRESS={progress}", env={
        "MAPFLOW_CACHE_DIR": str(folder), "MAPFLOW_CACHE": "OFFLINE", "LD_PRELOAD": preload(tmp_path, SLOW_CLOCK)})
    assert done.returncode == 0
    said = done.stderr.splitlines()
    assert len(said) == lines
    assert all(line.startswith(f"Processing {processing}: the stored result is checked, ") for line in said)
    assert not said or said[-1].endswith(" 100 %")


def test_entry_that_was_copied_is_still_good(sb, processing, folder, count, tmp_path):
    count(processing)
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    asked(sb)
    assert count(processing, CACHE_DIR=copy) == COUNT
    assert asked(sb) == (1, 0)


# ---- several at once ------------------------------------------------------------------------------


def slow(sb, seconds=0.5):
    """The download takes about this long."""
    sb.fault("/result", throttle=int(BUILDINGS.stat().st_size / seconds))


def test_eight_processes_at_once(sb, processing, folder):
    slow(sb)
    environment = environment_of(sb, MAPFLOW_CACHE_DIR=str(folder))
    readers = [subprocess.Popen(["ogr2ogr", "-f", "CSV", "/vsistdout/", f"MAPFLOW:{processing}"],
                                stdout=subprocess.PIPE, env=environment) for _ in range(8)]
    outputs = {reader.communicate(timeout=60)[0] for reader in readers}
    assert {reader.returncode for reader in readers} == {0}
    assert len(outputs) == 1
    assert outputs.pop().count(b"\n") == COUNT + 1
    assert asked(sb) == (8, 1)
    assert len(files(folder)) == len(ENTRY)


def test_eight_threads_at_once(sb, processing, folder, open_mapflow):
    slow(sb)
    seen, start = [], threading.Barrier(8)

    def read():
        start.wait()
        dataset = open_mapflow(processing, CACHE_DIR=folder)
        seen.append(values(dataset, "id"))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(seen) == 8
    assert all(ids == seen[0] and len(ids) == COUNT for ids in seen)
    assert asked(sb)[1] == 1


def test_others_fetch_when_the_first_one_fails(sb, processing, folder):
    """Who waits for a download that fails makes his own."""
    sb.fault("/result", sequence=[{"delay": 0.3, "status": 403}])
    environment = environment_of(sb, MAPFLOW_CACHE_DIR=str(folder))
    readers = [subprocess.Popen(["ogrinfo", f"MAPFLOW:{processing}"], stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, env=environment) for _ in range(3)]
    assert sorted(reader.wait(60) for reader in readers) == [0, 0, 1]
    assert asked(sb)[1] == 2


def test_killed_at_any_moment(sb, processing, folder, count):
    """Whatever is left of a process that was killed, a later one reads the right result."""
    rng = random.Random(20)
    environment = environment_of(sb, MAPFLOW_CACHE_DIR=str(folder), MAPFLOW_CACHE="REFRESH")
    for _ in range(20):
        slow(sb, 0.1)
        reader = subprocess.Popen(["ogrinfo", f"MAPFLOW:{processing}"], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, env=environment)
        time.sleep(rng.random() * 0.3)
        reader.send_signal(signal.SIGKILL)
        reader.wait()
        sb.faults.clear()
        assert count(processing) == COUNT
    assert count(processing, CACHE="REFRESH") == COUNT
    assert [path.name.rpartition(".")[2] for path in files(folder)] == ENTRY


def test_failed_download_leaves_nothing_and_keeps_the_former_entry(sb, processing, folder, count):
    count(processing)
    former = files(folder)
    sb.fault("/result", cut=1000)
    with pytest.raises(RuntimeError):
        count(processing, CACHE="REFRESH", GDAL_HTTP_MAX_RETRY=0)
    assert files(folder) == former
    assert count(processing) == COUNT


# ---- disks ----------------------------------------------------------------------------------------


def mounted(options):
    """A command line that runs another one with a file system of its own at a folder, or None."""
    command = ["unshare", "-m", "sh", "-c", f'mount -t tmpfs -o {options} none "$0" && exec "$@"']
    probe = pathlib.Path(os.environ["XDG_CACHE_HOME"])
    try:
        works = subprocess.run([*command, probe, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0
    except FileNotFoundError:
        works = False
    return command if works else None


def summary(sb, processing, folder, prefix=(), **options):
    environment = environment_of(sb, MAPFLOW_CACHE_DIR=str(folder))
    return subprocess.run([*prefix, "ogrinfo", "-so", "-al", f"MAPFLOW:{processing}"], capture_output=True,
                          text=True, env=environment, timeout=60, check=False, **options)


def test_read_only_folder_works_with_one_warning(sb, processing, folder):
    folder.mkdir(parents=True)
    folder.chmod(0o500)
    done = summary(sb, processing, folder, without_root())
    assert done.returncode == 0
    assert f"Feature Count: {COUNT}" in done.stdout
    assert done.stderr.count(WARNING) == 1
    assert done.stderr.count("CACHE_DIR") == 1
    assert files(folder) == []


def test_folder_that_cannot_be_made_works_with_one_warning(processing, count):
    assert count(processing, CACHE_DIR="/dev/null/cache") == COUNT
    assert count.said.count(WARNING) == 1


def test_read_only_entry_is_used(sb, processing, folder, count):
    count(processing)
    asked(sb)
    folder.chmod(0o500)
    done = summary(sb, processing, folder, without_root())
    folder.chmod(0o700)
    assert (done.returncode, done.stderr.count(WARNING)) == (0, 0)
    assert f"Feature Count: {COUNT}" in done.stdout
    assert asked(sb) == (1, 0)


def limited(size):
    """What limits the size of a file in a process about to start."""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    return limit


def test_file_that_cannot_grow_is_a_clear_error(sb, processing, folder):
    done = summary(sb, processing, folder, preexec_fn=limited(3000))
    assert done.returncode != 0
    assert "cannot write" in done.stderr
    assert [path.name.rpartition(".")[2] for path in files(folder)] == ["lock"]


@pytest.mark.parametrize("room", (-1000, -100, -4, 0, 4, 8, 12, 32, 64, 96, 128, 160, 1000))
def test_full_disk_is_a_clear_error_or_no_cache(sb, processing, folder, room):
    """The text fits or not, the index fits or not: never a wrong layer."""
    size = BUILDINGS.stat().st_size // 1024 + room
    folder.mkdir(parents=True)
    command = mounted(f"size={size}k")
    if command is None:  # the next best thing, where nothing may be mounted
        done = summary(sb, processing, folder, preexec_fn=limited(size * 1024))
    else:
        done = summary(sb, processing, folder, [*command, folder])
    if done.returncode == 0:
        assert f"Feature Count: {COUNT}" in done.stdout
    else:
        assert "disk is full" in done.stderr or "cannot write" in done.stderr
        assert "CACHE_DIR" in done.stderr


@pytest.mark.parametrize("cache", ("YES", "OFFLINE"))
@pytest.mark.parametrize("mode", (0o770, 0o707, 0o1777))
def test_folder_that_others_can_write_to_is_not_used(sb, processing, folder, count, mode, cache):
    count(processing)
    asked(sb)
    folder.chmod(mode)
    before = files(folder)
    if cache == "OFFLINE":
        with pytest.raises(RuntimeError, match="he folder .* is writable by other users: run chmod go-w"):
            count(processing, CACHE=cache)
        return
    assert count(processing) == COUNT
    assert count.said.count(WARNING) == 1 and "is writable by other users" in count.said and "CACHE_DIR" in count.said
    assert files(folder) == before and asked(sb) == (1, 1)


def test_links_are_not_followed(sb, processing, folder, count, tmp_path):
    count(processing)
    document = only(folder, ".geojson")
    target = tmp_path / "target"
    document.rename(target)
    document.symlink_to(target)
    asked(sb)
    assert count(processing) == COUNT
    assert asked(sb) == (1, 1)
    assert target.read_bytes() == BUILDINGS.read_bytes()
    assert not any(path.is_symlink() for path in files(folder))


def test_folder_may_be_a_link(sb, processing, folder, count, tmp_path):
    (tmp_path / "real").mkdir(mode=0o700)
    folder.parent.mkdir()
    folder.symlink_to(tmp_path / "real")
    count(processing)
    asked(sb)
    assert count(processing) == COUNT
    assert asked(sb) == (1, 0)


# ---- in use ---------------------------------------------------------------------------------------


def test_entry_may_go_while_it_is_read(processing, folder, open_mapflow):
    dataset = open_mapflow(processing, CACHE_DIR=folder)
    shutil.rmtree(folder)
    assert len(values(dataset, "id")) == COUNT


def test_eviction_leaves_what_is_open(sb, processing, folder, open_mapflow):
    dataset = open_mapflow(processing, CACHE_DIR=folder)
    other = sb.add_processing(name="Other", status="OK", result=TINY)
    open_mapflow(other, CACHE_DIR=folder, CACHE_SIZE=1)
    assert files(folder, ".geojson") == []
    assert len(values(dataset, "id")) == COUNT


def test_layer_has_a_file_from_the_cache_only_once(sb, folder, open_mapflow):
    """Nothing of a former document shows through: schema, order, extent."""
    processing = sb.add_processing(name="Cached", status="OK", result=BUILDINGS)
    open_mapflow(processing, CACHE_DIR=folder)
    sb.set_result(processing, TINY)
    dataset = open_mapflow(processing, CACHE_DIR=folder, CACHE="REFRESH")
    layer = dataset.GetLayer(0)
    names = [layer.GetLayerDefn().GetFieldDefn(i).GetName()
             for i in range(layer.GetLayerDefn().GetFieldCount())]
    assert names == ["n", "t"]
    assert layer.GetExtent() == (4, 4, 52, 52)
    assert layer.GetGeomType() == ogr.wkbPoint
