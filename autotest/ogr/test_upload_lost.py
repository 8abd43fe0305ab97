"""Faults at each step of an upload: no image is uploaded twice, and none is lost."""

import subprocess

import pytest

from helpers import environment_of, wait_until
from submitting import age_journal, creation, journal_lines, report_of
from uploading import errors_of, images, mosaic_id, posts, raster, upload

NEW = "New one"
WANTED = {"CREATE_MOSAIC": "YES", "WAIT": "YES", "POLL_INTERVAL": "0.01", "REPORT": "/vsistdout/"}

# Steps that read: path, and how many such requests come before.
READS = {
    "account": ("/user/status$", 0),
    "mosaics": ("/rasters/mosaic$", 0),
    "mosaics, before it is created": ("/rasters/mosaic$", 1),
    "storage": ("/rasters/memory$", 0),
    "states before": ("/mosaic/[^/]+/status$", 0),
    "images before": ("/mosaic/[^/]+/image$", 0),
    "states after": ("/mosaic/[^/]+/status$", 1),
    "images after": ("/mosaic/[^/]+/image$", 1),
    "states while it waits": ("/mosaic/[^/]+/status$", 2),
    "images while it waits": ("/mosaic/[^/]+/image$", 2),
}
READ_FAULTS = {
    "reset": {"reset": True},
    "401": {"status": 401},
    "503": {"status": 503},
    "html": {"html": True},
    "null": {"garbage": "null"},
    "cut": {"cut": 1},
}
WRITES = {"create": "/rasters/mosaic$", "upload": "/mosaic/[^/]+/image$"}
WRITE_FAULTS = {
    "reset": {"reset": True},
    "close": {"close": True},
    "slow, then reset": {"reset": True, "delay": 0.1},
    **{str(status): {"status": status} for status in (400, 401, 403, 404, 408, 409, 413, 422, 429)},
    **{str(status): {"status": status} for status in (500, 502, 503, 504, 507)},
    "reset after": {"reset_after_processing": True},
    "slow, then reset after": {"reset_after_processing": True, "delay": 0.1},
    "html": {"html": True},
    "garbage": {"garbage": "{\"id\": "},
    "null": {"garbage": "null"},
    "empty": {"empty": True},
    "done, 500": {"status": 500, "done": True},
    "done, 504": {"status": 504, "done": True},
    "done, html": {"html": True, "done": True},
    "done, garbage": {"garbage": "{", "done": True},
    "done, empty": {"empty": True, "done": True},
    "cut": {"cut": 0},
    "cut and reset": {"cut": 30, "cut_reset": True},
    "redirect": {"redirect": "other"},
}
BODY_FAULTS = {
    **{f"cut after {size}": {"cut_upload": size} for size in (0, 1, 300, 5000, 9000)},
    **{f"{status} after {size}": {"early": size, "status": status}
       for status in (401, 413, 500, 507) for size in (0, 5000)},
    "413 and closed": {"early": 5000, "early_close": True},
}
CELLS = [(step, fault) for step in READS for fault in READ_FAULTS] + \
        [(step, fault) for step in WRITES for fault in WRITE_FAULTS] + \
        [("body", fault) for fault in BODY_FAULTS]


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    """Retries, and the checks for a lost answer, follow each other at once."""
    monkeypatch.setenv("GDAL_HTTP_RETRY_DELAY", "0.0003")


@pytest.fixture
def ortho(tmp_path):
    return raster(tmp_path / "ortho.tif")


def break_step(sb, step, fault):
    if step in READS:
        path, skip = READS[step]
        sb.fault(path, method="GET", skip=skip, times=30, **READ_FAULTS[fault])
    elif step in WRITES:
        sb.fault(WRITES[step], method="POST", times=1, **WRITE_FAULTS[fault])
    else:
        sb.fault(WRITES["upload"], method="POST", times=1, **BODY_FAULTS[fault])


def repeat(sb, run, path, **more):
    """The command again, ten minutes later when it says so, until it succeeds."""
    for _ in range(3):
        done = upload(run, path, mosaic=NEW, **WANTED, **more)
        if done.returncode == 0:
            return done
        assert "after ten minutes" in done.stderr, done.said
        age_journal()
    raise AssertionError(done.said)


def check_one(sb, done):
    """One mosaic, one image, and the user has its id."""
    (image,) = images(sb, NEW)
    line = report_of(done.stdout)[-1]
    assert (line["mosaicId"], line["imageId"], line["state"]) == (mosaic_id(sb, NEW), image.id, "READY")
    return image


@pytest.mark.parametrize("step, fault", CELLS, ids=lambda word: word)
def test_uploaded_once(sb, run, ortho, step, fault):
    sb.variants.image_life = "polls"
    break_step(sb, step, fault)
    done = upload(run, ortho, mosaic=NEW, **WANTED)
    assert len(posts(sb)) <= 1
    sb.faults.clear()
    if done.returncode != 0:
        assert errors_of(done), done.said
        done = repeat(sb, run, ortho)
    check_one(sb, done)
    again = upload(run, ortho, mosaic=NEW, **WANTED)
    assert again.returncode != 0 and "DUPLICATES=ALLOW" in again.stderr
    assert len(images(sb, NEW)) == 1


@pytest.mark.parametrize("number", range(1, 13))
def test_killed_at_each_request(sb, run, ortho, number):
    sb.variants.image_life = "polls"
    arrived = []

    def kill(record):
        arrived.append(record)
        if len(arrived) == number:
            program.kill()
            program.wait()
    sb.on_request = kill
    program = subprocess.Popen(
        ["gdal_translate", "-q", "-of", "MAPFLOW", ortho, f"MAPFLOW:mosaic={NEW}", *creation(WANTED, "-co")],
        env=environment_of(sb), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    program.communicate(timeout=60)
    sb.on_request = None
    sb.requests.settle()
    assert program.returncode < 0 and len(arrived) >= number
    check_one(sb, repeat(sb, run, ortho))


def test_killed_while_the_file_is_sent(sb, run, tmp_path):
    """Its last bytes did not leave: it is sent again at once."""
    path = raster(tmp_path / "large.tif", 1500, 1500)
    sb.fault(WRITES["upload"], method="POST", times=1, slow_upload=1_000_000)
    program = subprocess.Popen(
        ["gdal_translate", "-q", "-of", "MAPFLOW", path, f"MAPFLOW:mosaic={NEW}", *creation(WANTED, "-co")],
        env=environment_of(sb), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: any(r.method == "POST" and r.path.endswith("/image") for r in sb.requests), program)
    assert journal_lines()[-1]["state"] == "sending"
    program.kill()
    program.communicate(timeout=60)
    done = upload(run, path, mosaic=NEW, **WANTED)
    assert done.returncode == 0, done.said
    check_one(sb, done)


def test_two_processes_at_once(sb, run, ortho):
    """The second waits for the first, and takes its image."""
    sb.fault(WRITES["upload"], method="POST", times=1, delay=0.5)
    command = ["gdal_translate", "-q", "-of", "MAPFLOW", ortho, f"MAPFLOW:mosaic={NEW}", *creation(WANTED, "-co")]
    programs = [subprocess.Popen(command, env=environment_of(sb), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 text=True) for _ in range(2)]
    said = [program.communicate(timeout=60) for program in programs]
    assert [program.returncode for program in programs] == [0, 0], said
    image = check_one(sb, subprocess.CompletedProcess([], 0, said[0][0], said[0][1]))
    assert [report_of(out)[-1]["imageId"] for out, _ in said] == [image.id] * 2
    assert len(posts(sb)) == 1 and "is not sent again" in said[0][1] + said[1][1]


def test_somebody_elses_image_of_that_name(sb, run, ortho):
    """Its size shows that it is not the file whose answer was lost."""
    sb.fault(WRITES["upload"], method="POST", times=1, reset=True)

    def add(record):
        if record.method == "POST" and record.path.endswith("/image"):
            sb.imagery.add_image(mosaic_id(sb), "ortho.tif", file_size=777777)
    sb.on_request = add
    done = upload(run, ortho, WAIT="YES", REPORT="/vsistdout/")
    theirs = [image.id for image in images(sb) if image.file_size == 777777]
    assert len(theirs) == 1 and done.returncode != 0 and theirs[0] not in done.stdout, done.said


def test_the_line_comes_before_the_request(sb, run, ortho):
    """With the ids that were there before."""
    seen = []
    sb.on_request = lambda record: seen.append(journal_lines()[-2:]) if record.upload else None
    assert upload(run, ortho).returncode == 0
    (lines,) = seen
    assert [line["state"] for line in lines] == ["sending", "unknown"]
    (image,) = [image for image in images(sb) if image.filename == "ortho.tif"]
    for line in lines:
        assert (line["kind"], line["project"], line["name"]) == ("upload", mosaic_id(sb), "ortho.tif")
        assert sorted(line["before"].split(",")) == sorted(i.id for i in images(sb) if i is not image)


def test_without_a_journal_it_says_so(sb, run, ortho):
    sb.fault(WRITES["upload"], method="POST", times=1, reset=True)
    done = upload(run, ortho, JOURNAL="NO", REPORT="/vsistdout/")
    assert done.returncode != 0 and "with JOURNAL=NO it would be sent again" in errors_of(done)[0]
    assert report_of(done.stdout)[0]["state"] == "UNKNOWN" and journal_lines() == []


def test_lost_and_found_at_once(sb, run, ortho):
    sb.variants.upload_answer, sb.variants.hex_filenames = "lost", True
    done = upload(run, ortho, REPORT="/vsistdout/")
    assert done.returncode == 0, done.said
    assert report_of(done.stdout)[0]["imageId"] == images(sb)[-1].id


def test_deleted_by_somebody_it_is_uploaded_again(sb, run, ortho):
    sb.variants.image_life = "loading"
    assert upload(run, ortho, mosaic=NEW, **{**WANTED, "WAIT_TIMEOUT": "0"}).returncode != 0
    sb.imagery.images.clear()
    sb.variants.image_life = "at-once"
    age_journal()
    done = upload(run, ortho, mosaic=NEW, **WANTED)
    assert done.returncode == 0, done.said
    check_one(sb, done)
    assert len(posts(sb)) == 2


def test_without_resume_it_is_sent_again(sb, run, ortho):
    sb.variants.image_life = "loading"
    assert upload(run, ortho, mosaic=NEW, **{**WANTED, "WAIT_TIMEOUT": "0"}).returncode != 0
    sb.variants.image_life = "at-once"
    done = upload(run, ortho, mosaic=NEW, **WANTED, RESUME="NO", DUPLICATES="ALLOW")
    assert done.returncode == 0 and len(images(sb, NEW)) == 2


def test_a_file_that_was_changed_is_another(sb, run, ortho):
    sb.variants.image_life = "loading"
    assert upload(run, ortho, mosaic=NEW, **{**WANTED, "WAIT_TIMEOUT": "0"}).returncode != 0
    raster(ortho, value=7, width=70)
    sb.variants.image_life = "at-once"
    done = upload(run, ortho, mosaic=NEW, **WANTED, DUPLICATES="ALLOW")
    assert done.returncode == 0 and len(images(sb, NEW)) == 2
