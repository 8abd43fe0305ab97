"""The journal: a command that did not end and is repeated pays for nothing twice, and loses no id."""

import contextlib
import json
import pathlib
import re
import shutil
import signal
import subprocess
import threading

import pytest
from osgeo import gdal, ogr

import oracle
from helpers import environment_of, reports, wait_until
from sandbox import Sandbox
from submitting import (MAPBOX, age_journal, changes, creation, errors_of, geojson, journal_files,
                        journal_lines, known_ids, polygon, report_of, square, state_folder, submit)

CREATE = "/processings/v2$"
LISTS = "/projects/[^/]+/processings/v2"


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    """The checks for a lost answer, and the looks at a status, follow each other at once."""
    monkeypatch.setenv("GDAL_HTTP_RETRY_DELAY", "0.0003")
    monkeypatch.setenv("MAPFLOW_POLL_INTERVAL", "0.05")


@pytest.fixture(autouse=True)
def rich(sb):
    sb.state.user["remainingCredits"] = 1000000


@pytest.fixture
def before(sb):
    """The ids of the processings that were there already."""
    return set(sb.state.processings)


def new_names(sb, before):
    """Names of the processings that were created, sorted."""
    return sorted(p.name for i, p in sb.state.processings.items() if i not in before)


def new_ids(sb, before):
    return set(sb.state.processings) - before


# ---- sources: one processing, three layers, one for each feature

def single(tmp_path):
    return geojson(tmp_path / "a.geojson", polygon()), {}, ["a"]


def layers(tmp_path):
    source = tmp_path / "three.gpkg"
    for i, name in enumerate("abc"):
        layer = geojson(tmp_path / f"{name}.geojson", polygon(square(4.5 + 0.1 * i)))
        gdal.VectorTranslate(str(source), str(layer), format="GPKG", layerName=name,
                             accessMode="append" if i else None)
    return source, {}, ["a", "b", "c"]


def split(tmp_path):
    return (geojson(tmp_path / "areas.geojson", *[polygon(square(4.5 + 0.1 * i)) for i in range(3)],
                    properties=[{"name": name} for name in "abc"]),
            {"SPLIT": "FEATURE", "NAME_FIELD": "name"}, ["a", "b", "c"])


KINDS = {"single": single, "layers": layers, "split": split}


@pytest.fixture(params=KINDS)
def batch(request, tmp_path):
    """(source, options, names of its processings)"""
    return KINDS[request.param](tmp_path)


# ---- a program that is ended

def words_of(source, options):
    return ["ogr2ogr", "-f", "MAPFLOW", "MAPFLOW:", str(source), *creation({**MAPBOX, **options})]


def posts(sb):
    return sum((r.method, r.path) == ("POST", "/processings/v2") for r in sb.requests)


def ended(sb, source, options, when, number=signal.SIGKILL):
    """Runs a submission, and sends it a signal when when() is true."""
    with subprocess.Popen(words_of(source, options), env=environment_of(sb), stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as program:
        wait_until(when, program)
        program.send_signal(number)
    assert program.returncode != 0


def ended_while_sending(sb, source, options, nth, is_created, before, number=signal.SIGKILL):
    """Ends a submission while its request number `nth`, from 0, is under way."""
    slow = sb.fault(CREATE, method="POST", skip=nth, **({"throttle": 20} if is_created else {"delay": 60}))
    ended(sb, source, options,
          lambda: len(new_ids(sb, before)) == nth + 1 if is_created else posts(sb) == nth + 1, number)
    slow.remove()


def assert_whole(sb, before, names, *report_texts):
    """One processing for each job, and each id is in the journal, and in the reports if there are any."""
    assert new_names(sb, before) == sorted(names)
    assert new_ids(sb, before) <= known_ids()
    for text in report_texts:
        assert {line["id"] for line in report_of(text)} == new_ids(sb, before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=lambda s: s.name)
@pytest.mark.parametrize("is_created", [True, False], ids=["created", "not created"])
def test_ended_while_a_request_is_under_way(sb, run, tmp_path, before, batch, number, is_created):
    source, options, names = batch
    nth = len(names) // 2
    options = {**options, "REPORT": tmp_path / "report.json"}
    ended_while_sending(sb, source, options, nth, is_created, before, number)
    states = [line["state"] for line in journal_lines()]
    assert states[:2 * nth] == ["sending", "submitted"] * nth and states[2 * nth] == "sending"
    assert "run ended" not in states
    done = submit(run, source, **options)
    if not is_created:
        assert done.returncode != 0
        assert "may still appear: repeat the command after ten minutes" in errors_of(done)[0]
        assert posts(sb) == nth + 1
        age_journal()
        done = submit(run, source, **options)
    assert done.returncode == 0, done.said
    if nth or is_created:
        assert f"{nth + is_created} of {len(names)} processings were submitted before" in done.stderr
    lines = report_of(options["REPORT"].read_text())
    assert {line["id"] for line in lines if line["status"] != "UNKNOWN"} == new_ids(sb, before)
    assert [line["name"] for line in lines if line["status"] == "UNKNOWN"] == \
        ([names[nth]] if number == signal.SIGINT else [])  # the others cannot be caught
    assert_whole(sb, before, names)
    assert journal_lines()[-1]["state"] == "run ended"


@pytest.mark.parametrize("nth", [0, 1, 2])
@pytest.mark.parametrize("is_created", [True, False], ids=["created", "not created"])
def test_a_dry_run_in_between(sb, run, tmp_path, before, nth, is_created):
    """It writes nothing to the journal, and says what the next command would take over."""
    source, options, names = split(tmp_path)
    ended_while_sending(sb, source, options, nth, is_created, before)
    known = [path.read_bytes() for path in journal_files()]
    count = posts(sb)
    dry = submit(run, source, DRY_RUN="YES", REPORT="/vsistdout/", **options)
    assert dry.returncode == 0, dry.said
    assert len(report_of(dry.stdout)) == 3 and all(line["dryRun"] for line in report_of(dry.stdout))
    assert f"{nth + 1} of 3 processings were sent before by a run that did not end" in dry.stderr
    assert [path.read_bytes() for path in journal_files()] == known and posts(sb) == count
    if not is_created:
        age_journal()
    assert submit(run, source, **options).returncode == 0
    assert_whole(sb, before, names)


def test_resume_no_after_it_was_ended(sb, run, before, batch):
    """What is open is left alone, and all is sent; the run after it knows this one alone."""
    source, options, names = batch
    nth = len(names) // 2
    ended_while_sending(sb, source, options, nth, True, before)
    done = submit(run, source, RESUME="NO", **options)
    assert done.returncode == 0 and done.said == ""
    assert new_names(sb, before) == sorted(names + names[:nth + 1])
    assert new_ids(sb, before) - known_ids() <= {list(sb.state.processings)[len(before) + nth]}
    done = submit(run, source, **options)
    assert done.returncode == 0 and "it is submitted again" in done.stderr
    assert new_names(sb, before) == sorted(names + names + names[:nth + 1])


def test_ended_again_and_again(sb, run, tmp_path, before):
    """The command is repeated and ended at each of its requests: one for each all the same."""
    source, options, names = split(tmp_path)
    slow = sb.fault(CREATE, method="POST", throttle=20)
    for count in (1, 2, 3):
        ended(sb, source, options, lambda: len(new_ids(sb, before)) == count)
    slow.remove()
    assert new_names(sb, before) == names
    done = submit(run, source, **options)
    assert done.returncode == 0 and "3 of 3 processings were submitted before" in done.stderr
    assert_whole(sb, before, names)


# ---- mended sources

def test_what_was_mended_is_sent(sb, run, tmp_path, before):
    """The second of three is refused; it is drawn anew, another is added, and the first is not paid twice."""
    source = tmp_path / "areas.geojson"
    names = [{"name": name} for name in "abcd"]
    options = {"SPLIT": "FEATURE", "NAME_FIELD": "name"}
    geojson(source, *[polygon(square(4.5 + 0.1 * i)) for i in range(3)], properties=names)
    fault = sb.fault(CREATE, method="POST", skip=1, status=400)
    assert submit(run, source, **options).returncode != 0
    fault.remove()
    geojson(source, *[polygon(square(x)) for x in (4.8, 4.7, 4.65, 4.5)], properties=names[::-1])
    done = submit(run, source, **options)
    assert done.returncode == 0 and "1 of 4 processings were submitted before" in done.stderr
    assert_whole(sb, before, list("abcd"))


def test_another_order_and_another_start(sb, run, tmp_path, before):
    """The same area is the same however its rings, parts and features are written."""
    one, two = square(4.5), square(4.7)
    hole = [[4.703, 52.153], [4.703, 52.156], [4.706, 52.156], [4.706, 52.153], [4.703, 52.153]]
    source = geojson(tmp_path / "areas.geojson", polygon(one), polygon(two, hole))
    with lost_answer(sb):
        assert submit(run, source).returncode != 0
    turned = [ring[2:-1] + ring[:3] for ring in (one, two)]
    geojson(source, {"type": "MultiPolygon", "coordinates": [[turned[1][::-1], hole[::-1]], [turned[0]]]})
    done = submit(run, source)
    assert done.returncode == 0 and "1 of 1 processings" in done.stderr
    assert_whole(sb, before, ["areas"])


@pytest.mark.parametrize("change", [{"NAME": "other"}, {"PROVIDER": None,
                                     "MOSAIC_ID": "55555555-6666-4777-8888-999999999901"}, {"ZOOM": "17"}, {"MODEL": "Roads"},
                                    {"BLOCKS": "Heights"}, {"INFERENCE_PARAMS": '{"a":"b"}'}], ids=str)
def test_another_command_is_another(sb, run, tmp_path, before, change):
    source = geojson(tmp_path / "a.geojson", polygon())
    with lost_answer(sb):
        assert submit(run, source).returncode != 0
    done = submit(run, source, **change)
    assert done.returncode == 0 and done.said == ""
    assert len(new_ids(sb, before)) == 2


@pytest.mark.parametrize("change", [{"META": '{"a":"b"}'}, {"DESCRIPTION": "d"}, {"MAX_COST": "50"},
                                    {"MODEL": "🏠 Buildings"}, {"PROVIDER": "mapbox"}, {"WAIT": "NO"}], ids=str)
def test_the_same_command_in_other_words(sb, run, tmp_path, before, change):
    source = geojson(tmp_path / "a.geojson", polygon())
    with lost_answer(sb):
        assert submit(run, source).returncode != 0
    done = submit(run, source, **change)
    assert done.returncode == 0 and "1 of 1 processings" in done.stderr
    assert_whole(sb, before, ["a"])


# ---- lost answers

@contextlib.contextmanager
def lost_answer(sb, is_created=True, **options):
    """The answer to a request that creates is lost, and nothing can be listed."""
    faults = [sb.fault(CREATE, method="POST", **({"reset_after_processing": True} if is_created else {"reset": True}),
                       **options), sb.fault(LISTS, status=500)]
    yield
    for fault in faults:
        fault.remove()


def add_newer(sb, count):
    for i in range(count):
        sb.add_processing(f"of somebody else {i}")


@pytest.mark.parametrize("is_created", [True, False], ids=["created", "not created"])
@pytest.mark.parametrize("kind", ["single", "split"])
@pytest.mark.parametrize("newer", [0, 31, 500])
@pytest.mark.parametrize("most", [5, 20, 30, 31, 100])
def test_lost_among_newer_ones(sb, run, tmp_path, before, kind, is_created, newer, most):
    """However many came after it and however few a page has: it is found, or proven absent and sent."""
    source, options, names = KINDS[kind](tmp_path)
    nth = len(names) // 2
    with lost_answer(sb, is_created, skip=nth):
        done = submit(run, source, **options)
    assert done.returncode != 0 and "could not be listed" in errors_of(done)[0]
    assert "Repeat the command: it searches for the processing first, and is not billed twice" in errors_of(done)[0]
    add_newer(sb, newer)
    known = set(sb.state.processings) - before
    others = {i for i in known if sb.state.processing(i).name.startswith("of somebody")}
    sb.variants.most_per_page = most
    if not is_created:
        age_journal()
    done = submit(run, source, **options)
    assert done.returncode == 0, done.said
    assert posts(sb) == nth + 1 + len(names) - nth - is_created
    assert new_names(sb, before | others) == names
    assert new_ids(sb, before | others) <= known_ids()


@pytest.mark.parametrize("variant", [{"paths": "docs"}, {"paths": "docs", "missing": "405"}, {"sparse": True},
                                     {"unknown_fields": True}, {"numbers_as_text": True}], ids=str)
def test_lost_at_another_server(sb, run, tmp_path, before, variant):
    source, options, names = split(tmp_path)
    with lost_answer(sb, skip=1):
        assert submit(run, source, **options).returncode != 0
    add_newer(sb, 40)
    others = {i for i in new_ids(sb, before) if sb.state.processing(i).name.startswith("of somebody")}
    for name, value in variant.items():
        setattr(sb.variants, name, value)
    done = submit(run, source, **options)
    assert done.returncode == 0, done.said
    assert_whole(sb, before | others, names)


def test_all_unknown_ones_are_settled_first(sb, run, tmp_path, before):
    """Nothing is sent while one of the jobs may still appear."""
    source, options, names = split(tmp_path)
    with lost_answer(sb, is_created=False, skip=1):
        assert submit(run, source, **options).returncode != 0
    for _ in range(2):
        done = submit(run, source, **options)
        assert done.returncode != 0 and len(errors_of(done)) == 1
        assert '"b" was sent on 2' in errors_of(done)[0].replace("Processing ", "")
        assert "Nothing was sent again" in errors_of(done)[0]
        assert posts(sb) == 2
    hidden = sb.fault(LISTS, status=500)
    age_journal()
    done = submit(run, source, **options)
    assert done.returncode != 0 and "It is not sent again: the processings could not be listed" in \
        errors_of(done)[0]
    assert posts(sb) == 2
    hidden.remove()
    assert submit(run, source, **options).returncode == 0
    assert_whole(sb, before, names)


@pytest.mark.parametrize("garbage", ["null", "{}", '{"message": "thank you"}', '"soon"', '{"results": null, "total": 3}'])
def test_what_is_no_list_proves_nothing(sb, run, tmp_path, before, garbage):
    """A proxy's answer in the place of the list: it is not taken for an empty one."""
    source = geojson(tmp_path / "a.geojson", polygon())
    with lost_answer(sb):
        assert submit(run, source).returncode != 0
    age_journal()
    sb.fault(LISTS, garbage=garbage)
    done = submit(run, source)
    assert done.returncode != 0 and "could not be listed" in errors_of(done)[0]
    assert posts(sb) == 1


def test_processings_that_go_while_they_are_listed(sb, run, tmp_path, before):
    """One page on, ten of the first have gone: the lost one has moved to where it was not read."""
    source = geojson(tmp_path / "a.geojson", polygon())
    with lost_answer(sb):
        assert submit(run, source).returncode != 0
    (lost,) = new_ids(sb, before)
    add_newer(sb, 32)
    age_journal()
    pages = []

    def remove(record):
        if record.path.endswith("/page") and (pages.append(record) or len(pages) == 2):
            with sb.state.lock:
                for identifier in list(sb.state.processings)[-10:]:
                    del sb.state.processings[identifier]

    sb.on_request = remove
    done = submit(run, source)
    assert done.returncode == 0, done.said
    assert posts(sb) == 1 and lost in done.stderr


@pytest.mark.parametrize("meta", ["null", "application"])
def test_server_that_drops_metadata(sb, run, tmp_path, before, meta):
    """What it has of the same name may be what was sent: it is not sent again."""
    sb.variants.meta = meta
    source = geojson(tmp_path / "a.geojson", polygon())
    sb.fault(CREATE, method="POST", times=1, reset_after_processing=True)
    assert submit(run, source).returncode != 0
    (lost,) = new_ids(sb, before)
    age_journal()
    done = submit(run, source)
    assert done.returncode != 0 and posts(sb) == 1
    assert f"It is not sent again: processing {lost} has the same name" in errors_of(done)[0]
    assert "JOURNAL=NO" in errors_of(done)[0]
    assert submit(run, source, JOURNAL="NO").returncode == 0 and posts(sb) == 2


@pytest.mark.parametrize("days, is_known", [(29, True), (31, False)])
def test_open_jobs_expire(sb, run, tmp_path, before, days, is_known):
    source, options, names = split(tmp_path)
    fault = sb.fault(CREATE, method="POST", skip=1, reset=True)
    assert submit(run, source, **options).returncode != 0
    fault.remove()
    age_journal(days * 86400)
    done = submit(run, source, **options)
    assert done.returncode == 0, done.said
    assert done.stderr.count("more than 30 days ago: it is submitted again") == (0 if is_known else 2)
    assert posts(sb) == (4 if is_known else 5)


# ---- several layers

def test_the_second_layer_is_refused(sb, run, tmp_path, before):
    """The first is not paid twice, and its id is in the message."""
    source, options, names = layers(tmp_path)
    fault = sb.fault(CREATE, method="POST", skip=1, status=403)
    done = submit(run, source)
    (first,) = new_ids(sb, before)
    assert done.returncode != 0 and len(errors_of(done)) == 1
    assert f"1 of 3 processings were submitted: {first}." in errors_of(done)[0]
    assert known_ids() == {first}
    fault.remove()
    done = submit(run, source, REPORT="/vsistdout/")
    assert done.returncode == 0 and first in done.stderr
    assert_whole(sb, before, names, done.stdout)


# ---- several processes

class Crowd:
    """Several submissions at once: each has begun before the first request that creates is answered."""

    def __init__(self, sb, commands):
        self.sb = sb
        self.begun = threading.Semaphore(0)
        self.may_create = threading.Event()
        sb.on_request = self.hold
        self.programs = [subprocess.Popen(words_of(*command), env=environment_of(sb), stdout=subprocess.PIPE,
                                          stderr=subprocess.PIPE, text=True) for command in commands]

    def hold(self, record):
        if record.path == "/user/status":
            self.begun.release()
        elif (record.method, record.path) == ("POST", "/processings/v2"):
            assert self.may_create.wait(60)

    def finish(self):
        """-> (exit code, output, messages) of each."""
        for _ in self.programs:
            assert self.begun.acquire(timeout=60)
        self.may_create.set()
        outputs = [program.communicate(timeout=60) for program in self.programs]
        self.sb.on_request = None
        return [(program.returncode, *output) for program, output in zip(self.programs, outputs)]


@pytest.mark.parametrize("count", [2, 4, 8])
def test_one_run_in_several_processes(sb, tmp_path, before, batch, count):
    """One sends, the others wait for it, say so, and have the same ids."""
    source, options, names = batch
    ends = Crowd(sb, [(source, {**options, "REPORT": "/vsistdout/"})] * count).finish()
    assert [code for code, _, _ in ends] == [0] * count, ends
    assert_whole(sb, before, names, *[output for _, output, _ in ends])
    told = f"{len(names)} of {len(names)} processings were submitted before, by a run that did not end or by another"
    assert sum(told in said for _, _, said in ends) == count - 1
    waited = [said for _, _, said in ends if "Another process is submitting the same: waiting for it" in said]
    assert all(told in said for said in waited)


def test_the_second_waits_and_says_so(sb, tmp_path, before):
    source, options, names = split(tmp_path)
    crowd = Crowd(sb, [(source, options)])
    wait_until(lambda: posts(sb) == 1, crowd.programs[0])
    with subprocess.Popen(words_of(source, options), env=environment_of(sb), stderr=subprocess.PIPE,
                          text=True) as second:
        assert second.stderr.readline() == "Warning 1: Another process is submitting the same: waiting for it.\n"
        assert posts(sb) == 1 and second.poll() is None
        assert crowd.finish() == [(0, "", "")]
        said = second.stderr.read()
    assert second.returncode == 0 and said.startswith("Warning 1: 3 of 3 processings were submitted before")
    assert_whole(sb, before, names)


@pytest.mark.parametrize("count", [2, 4, 8])
def test_different_runs_at_once(sb, tmp_path, before, count):
    """They do not disturb each other."""
    sources = [geojson(tmp_path / f"a{i}.geojson", polygon(square(4 + i / 10)), polygon(square(6 + i / 10)))
               for i in range(count)]
    ends = Crowd(sb, [(source, {"SPLIT": "FEATURE", "REPORT": tmp_path / "report.json"})
                      for source in sources]).finish()
    assert [(code, said) for code, _, said in ends] == [(0, "")] * count
    names = [f"a{i} {n}" for i in range(count) for n in (1, 2)]
    assert_whole(sb, before, names, (tmp_path / "report.json").read_text())
    assert len((tmp_path / "report.json").read_text().splitlines()) == 2 * count


@pytest.mark.parametrize("count", [2, 4, 8])
def test_runs_that_share_an_area(sb, tmp_path, before, count):
    sources = [geojson(tmp_path / f"a{i}.geojson", polygon(square(4 + i / 10)), polygon(square(6)),
                       properties=[{"name": f"own {i}"}, {"name": "common"}]) for i in range(count)]
    options = {"SPLIT": "FEATURE", "NAME_FIELD": "name", "REPORT": "/vsistdout/"}
    ends = Crowd(sb, [(source, options) for source in sources]).finish()
    assert [code for code, _, _ in ends] == [0] * count, ends
    assert_whole(sb, before, ["common"] + [f"own {i}" for i in range(count)])
    common = {line["id"] for _, output, _ in ends for line in report_of(output) if line["name"] == "common"}
    assert len(common) == 1


@pytest.mark.parametrize("count", [2, 4, 8])
def test_the_first_of_several_is_ended(sb, tmp_path, before, count):
    """While its request is under way: another one finds what it has created, and goes on."""
    source, options, names = split(tmp_path)
    slow = sb.fault(CREATE, method="POST", times=1, throttle=20)
    crowd = Crowd(sb, [(source, options)])
    assert crowd.begun.acquire(timeout=60)
    crowd.may_create.set()
    wait_until(lambda: len(new_ids(sb, before)) == 1)
    others = Crowd(sb, [(source, options)] * count)
    for _ in range(count):
        assert others.begun.acquire(timeout=60)
    for _ in range(count):
        others.begun.release()
    slow.remove()
    crowd.programs[0].kill()
    crowd.programs[0].communicate()
    ends = others.finish()
    assert [code for code, _, _ in ends] == [0] * count, ends
    assert_whole(sb, before, names)


# ---- the report

def test_a_report_is_never_emptied(sb, run, tmp_path, before):
    """One report for a loop over files, then a dry run, then a refusal, then a failure."""
    report = tmp_path / "report.json"
    for i in range(3):
        source = geojson(tmp_path / f"a{i}.geojson", polygon(square(4.5 + 0.1 * i)))
        assert submit(run, source, REPORT=report).returncode == 0
    lines = report.read_text().splitlines()
    assert {json.loads(line)["id"] for line in lines} == new_ids(sb, before) and len(lines) == 3
    assert submit(run, source, REPORT=report, NAME="dry", DRY_RUN="YES").returncode == 0
    assert submit(run, source, REPORT=report, NAME="dear", MAX_COST="1").returncode != 0
    sb.fault(CREATE, method="POST", reset=True)
    assert submit(run, source, REPORT=report, NAME="lost").returncode != 0
    after = report.read_text().splitlines()
    assert after[:3] == lines
    assert [(json.loads(line)["name"], json.loads(line)["status"]) for line in after[3:]] == \
        [("dry", None), ("lost", "UNKNOWN")]


def test_a_report_of_another_server(sb, run, tmp_path, before):
    """What it holds does not keep anything from being submitted."""
    report = tmp_path / "report.json"
    source = geojson(tmp_path / "a.geojson", polygon())
    with Sandbox(seed=7) as other:
        other.state.user["remainingCredits"] = 1000
        done = submit(run, source, REPORT=report, env={"MAPFLOW_API_URL": other.url, "MAPFLOW_API_TOKEN": other.token})
        assert done.returncode == 0, done.said
    assert submit(run, source, REPORT=report).said == ""
    assert_whole(sb, before, ["a"])
    assert [line["id"] for line in report_of(report.read_text())][1:] == list(new_ids(sb, before))


def test_a_report_is_true_at_the_end(sb, run, tmp_path, before):
    report = tmp_path / "report.json"
    source, options, names = split(tmp_path)
    report.write_text('{"of": "somebody else"}\n')
    done = submit(run, source, "-dsco", "POLL_INTERVAL=0.05", WAIT="YES", REPORT=report, **options)
    assert done.returncode == 0, done.said
    first, *lines = report_of(report.read_text())
    assert first == {"of": "somebody else"}
    assert [(line["name"], line["status"]) for line in lines] == [(name, "OK") for name in names]


def test_two_reports_at_once_have_whole_lines(sb, tmp_path, before):
    """Of processes that also write anew what has ended."""
    report = tmp_path / "report.json"
    sources = [geojson(tmp_path / f"a{i}.geojson", *[polygon(square(4 + i + j / 10)) for j in range(4)])
               for i in range(4)]
    ends = Crowd(sb, [(source, {"SPLIT": "FEATURE", "REPORT": report, "WAIT": "YES"}) for source in sources]).finish()
    assert [code for code, _, _ in ends] == [0] * 4, ends
    lines = report_of(report.read_text())
    assert {line["id"] for line in lines if line["status"] == "OK"} == new_ids(sb, before)
    assert len(new_ids(sb, before)) == 16


# ---- prices

def test_an_answer_that_is_dearer(sb, run, tmp_path, before):
    """The price goes up between the question and the creation: both numbers are told, the true one is reported."""
    source = geojson(tmp_path / "a.geojson", polygon())

    def raise_price(record):
        if (record.method, record.path) == ("POST", "/processings/v2"):
            sb.state.find_model("🏠 Buildings")["blocks"][0]["price"] += 2

    sb.on_request = raise_price
    done = submit(run, source, MAX_COST="6", REPORT="/vsistdout/")
    assert done.returncode == 0, done.said
    (identifier,) = new_ids(sb, before)
    assert f'Processing {identifier} ("a") costs 7 credits; the price given before was 5.' in done.stderr
    assert report_of(done.stdout)[0]["cost"] == 7
    assert [line["cost"] for line in journal_lines() if line["state"] == "submitted"] == [7]


def test_an_answer_that_is_cheaper(sb, run, tmp_path):
    source = geojson(tmp_path / "a.geojson", polygon())

    def lower_price(record):
        if (record.method, record.path) == ("POST", "/processings/v2"):
            sb.state.find_model("🏠 Buildings")["blocks"][0]["price"] -= 2

    sb.on_request = lower_price
    done = submit(run, source, REPORT="/vsistdout/")
    assert done.returncode == 0 and done.stderr == ""
    assert report_of(done.stdout)[0]["cost"] == 3


@pytest.mark.parametrize("switch, limit, is_enough", [("-dsco", 8, False), ("-dsco", 14.5, False), ("-dsco", 15, True),
                                                      ("-lco", 5, True), ("-lco", 4, False)])
def test_max_cost_of_three_layers(sb, run, tmp_path, before, switch, limit, is_enough):
    """Of the dataset it bounds them together, of a layer each."""
    source, _, names = layers(tmp_path)
    done = run("ogr2ogr", "-f", "MAPFLOW", "MAPFLOW:", source, *creation(MAPBOX), switch, f"MAX_COST={limit}")
    assert (done.returncode == 0) == is_enough, done.said
    assert new_names(sb, before) == (names if is_enough else [])
    if not is_enough:
        assert len(errors_of(done)) == 1 and f"allows {limit:g} credits" in errors_of(done)[0]
        assert journal_lines() == []


def test_max_cost_counts_what_is_open(sb, run, tmp_path, before):
    """A run that is continued is paid from the same limit, and what is paid already is never too much."""
    source, _, names = layers(tmp_path)
    fault = sb.fault(CREATE, method="POST", skip=2, status=403)
    words = ["ogr2ogr", "-f", "MAPFLOW", "MAPFLOW:", source, *creation(MAPBOX), "-dsco"]
    assert run(*words, "MAX_COST=15").returncode != 0
    fault.remove()
    done = run(*words, "MAX_COST=14")
    assert done.returncode != 0 and "15 credits" in done.stderr and "14 credits" in done.stderr
    assert run(*words, "MAX_COST=15").returncode == 0
    assert_whole(sb, before, names)


# ---- in one process

@pytest.fixture
def python_run(account):
    """Submits squares in this process: python_run(west, …, OPTION=value) -> (ids, errors, warnings)."""
    driver = gdal.GetDriverByName("MAPFLOW")

    def submitted(*wests, **options):
        with oracle.exceptions(False), reports() as said:
            dataset = driver.Create("MAPFLOW:", 0, 0, 0, gdal.GDT_Unknown,
                                    [f"{k}={v}" for k, v in {**account, **MAPBOX, **options}.items()])
            layer = dataset.CreateLayer("area")
            if layer is not None:
                for west in wests:
                    feature = ogr.Feature(layer.GetLayerDefn())
                    feature.SetGeometry(ogr.CreateGeometryFromJson(json.dumps(polygon(square(west)))))
                    layer.CreateFeature(feature)
                dataset.FlushCache()
            ids = dataset.GetMetadataItem("PROCESSING_ID")
            feature = layer = dataset = None
        return (ids.split(",") if ids else [], [text for kind, text in said if kind == gdal.CE_Failure],
                [text for kind, text in said if kind == gdal.CE_Warning])
    return submitted


def test_max_cost_of_layers_that_are_flushed_one_by_one(sb, account, before):
    driver = gdal.GetDriverByName("MAPFLOW")
    with oracle.exceptions(True):
        dataset = driver.Create("MAPFLOW:", 0, 0, 0, gdal.GDT_Unknown,
                                [f"{k}={v}" for k, v in {**account, **MAPBOX, "MAX_COST": 8}.items()])
        for i in range(2):
            layer = dataset.CreateLayer(f"area {i}")
            feature = ogr.Feature(layer.GetLayerDefn())
            feature.SetGeometry(ogr.CreateGeometryFromJson(json.dumps(polygon(square(4.5 + i)))))
            layer.CreateFeature(feature)
            if i == 0:
                dataset.FlushCache()
            else:
                with pytest.raises(RuntimeError, match="10 credits, and MAX_COST allows 8 credits"):
                    dataset.FlushCache()
        feature = layer = dataset = None
    assert new_names(sb, before) == ["area 0"]


def test_resume_no_is_each_layers_own(sb, account, before):
    """What another layer has left open is not paid twice because of it."""
    driver = gdal.GetDriverByName("MAPFLOW")
    options = [f"{k}={v}" for k, v in {**account, **MAPBOX}.items()]

    def both(**of_first):
        with oracle.exceptions(False), reports() as said:
            dataset = driver.Create("MAPFLOW:", 0, 0, 0, gdal.GDT_Unknown, options)
            for i in range(2):
                layer = dataset.CreateLayer(f"area {i}", options=[f"{k}={v}" for k, v in of_first.items()]
                                            if i == 0 else [])
                feature = ogr.Feature(layer.GetLayerDefn())
                feature.SetGeometry(ogr.CreateGeometryFromJson(json.dumps(polygon(square(4.5 + i)))))
                layer.CreateFeature(feature)
            dataset.FlushCache()
            feature = layer = dataset = None
        return any(kind == gdal.CE_Failure for kind, _ in said)

    fault = sb.fault(CREATE, method="POST", skip=1, reset_after_processing=True)
    hidden = sb.fault(LISTS, status=500)
    assert both()
    fault.remove()
    hidden.remove()
    assert not both(RESUME="NO")
    assert new_names(sb, before) == ["area 0", "area 0", "area 1"]


def test_a_dry_layer_beside_one_that_is_submitted(sb, account, before):
    driver = gdal.GetDriverByName("MAPFLOW")
    with oracle.exceptions(True):
        dataset = driver.Create("MAPFLOW:", 0, 0, 0, gdal.GDT_Unknown,
                                [f"{k}={v}" for k, v in {**account, **MAPBOX}.items()])
        for i in range(2):
            layer = dataset.CreateLayer(f"area {i}", options=["DRY_RUN=YES"] if i == 0 else [])
            feature = ogr.Feature(layer.GetLayerDefn())
            feature.SetGeometry(ogr.CreateGeometryFromJson(json.dumps(polygon(square(4.5 + i)))))
            layer.CreateFeature(feature)
        dataset.FlushCache()
        feature = layer = dataset = None
    assert new_names(sb, before) == ["area 1"]
    assert [line["state"] for line in journal_lines()] == ["sending", "submitted", "run ended"]


def test_one_after_another_in_one_process(sb, python_run, before):
    """Each command is one of its own, however soon it follows."""
    for i in range(5):
        ids, errors, warnings = python_run(4.5)
        assert len(ids) == 1 and errors == []
        assert sum("it is submitted again" in text for text in warnings) == (1 if i else 0)
    assert len(new_ids(sb, before)) == 5


# ---- waiting

def test_interrupted_while_it_waits(sb, run, tmp_path, before, batch):
    """Ctrl-C, a time-out or a kill while it waits for the end: the same command goes on waiting."""
    source, options, names = batch
    sb.state.seconds_per_job = 3600
    options = {**options, "WAIT": "YES", "REPORT": tmp_path / "report.json"}
    for number in (signal.SIGINT, signal.SIGKILL):
        ended(sb, source, options, lambda: len(new_ids(sb, before)) == len(names) and
              any(r.path.startswith("/processings/") and r.method == "GET" for r in sb.requests), number)
        sb.clear_log()
    late = submit(run, source, "-dsco", "WAIT_TIMEOUT=0.2", "-dsco", "POLL_INTERVAL=0.05", **options)
    assert late.returncode != 0 and "has not ended within" in errors_of(late)[0]
    for identifier in new_ids(sb, before):
        sb.set_status(identifier, "OK")
    done = submit(run, source, "-dsco", "POLL_INTERVAL=0.05", **options)
    assert done.returncode == 0, done.said
    assert_whole(sb, before, names)
    assert {line["status"] for line in report_of(options["REPORT"].read_text())[-len(names):]} == {"OK"}
    assert submit(run, source, **{**options, "WAIT": "NO"}).returncode == 0
    assert len(new_ids(sb, before)) == 2 * len(names)


def test_nobody_waits_for_one_that_waits(sb, run, tmp_path, before):
    """A second process of the same run has the ids while the first waits for the end."""
    source, options, names = split(tmp_path)
    sb.state.seconds_per_job = 3600
    with subprocess.Popen(words_of(source, {**options, "WAIT": "YES"}), env=environment_of(sb),
                          stderr=subprocess.DEVNULL) as first:
        wait_until(lambda: any(r.path.startswith("/processings/") and r.method == "GET" for r in sb.requests), first)
        done = submit(run, source, REPORT="/vsistdout/", **options)
        assert first.poll() is None
        assert done.returncode == 0, done.said
        assert_whole(sb, before, names, done.stdout)
        first.kill()


@pytest.mark.parametrize("end", ["FAILED", "CANCELLED", "deleted"])
def test_one_that_did_not_succeed_is_history(sb, run, tmp_path, before, end):
    """There is nothing to go on with: the same command submits anew."""
    source = geojson(tmp_path / "a.geojson", polygon())
    sb.state.seconds_per_job = 3600

    def end_it(record):
        if record.method == "GET" and record.path.startswith("/processings/"):
            (identifier,) = new_ids(sb, before)
            if end != "deleted":
                sb.set_status(identifier, end)
            else:
                del sb.state.processings[identifier]
            sb.on_request = None

    sb.on_request = end_it
    done = submit(run, source, "-dsco", "POLL_INTERVAL=0.05", WAIT="YES")
    assert done.returncode != 0
    assert journal_lines()[-1]["state"] == "run ended"
    done = submit(run, source)
    assert done.returncode == 0 and "it is submitted again" in done.stderr
    assert posts(sb) == 2


# ---- the folder

UNWRITABLE = "/dev/null/state"


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_that_cannot_be_written_to(sb, run, tmp_path, before, kind):
    source, options, names = KINDS[kind](tmp_path)
    env = {"MAPFLOW_STATE_DIR": UNWRITABLE}
    done = submit(run, source, env=env, **options)
    assert done.returncode != 0 and len(errors_of(done)) == 1
    assert "MAPFLOW_STATE_DIR" in errors_of(done)[0] and "JOURNAL=NO" in errors_of(done)[0]
    assert changes(sb) == []
    assert submit(run, source, env=env, DRY_RUN="YES", **options).returncode == 0
    done = submit(run, source, env=env, JOURNAL="NO", **options)
    assert done.returncode == 0 and done.said == ""
    assert new_names(sb, before) == names


def test_a_full_disk(sb, run, tmp_path, before):
    """Nothing is sent that was not written down before."""
    source, options, _ = split(tmp_path)
    done = run("bash", "-c", "ulimit -f 0; exec \"$@\"", "bash", *words_of(source, options))
    assert done.returncode != 0 and "journal of submissions" in done.stderr
    assert changes(sb) == []


def test_without_a_journal(sb, run, tmp_path, before):
    """Nothing is known, nothing is written, and the message says so."""
    source, options, _ = split(tmp_path)
    fault = sb.fault(CREATE, method="POST", skip=1, reset=True)
    done = submit(run, source, JOURNAL="NO", **options)
    assert done.returncode != 0
    assert "Look for it before you repeat the command: with JOURNAL=NO it would be sent again" in errors_of(done)[0]
    assert "Leave them out when you repeat the command" in errors_of(done)[0]
    fault.remove()
    assert not state_folder().exists()
    assert submit(run, source, JOURNAL="NO", **options).returncode == 0
    assert posts(sb) == 5


def test_advice_with_resume_no(sb, run, tmp_path):
    source = geojson(tmp_path / "a.geojson", polygon())
    sb.fault(CREATE, method="POST", reset=True)
    done = submit(run, source, RESUME="NO")
    assert "Repeat the command without RESUME=NO: it searches" in errors_of(done)[0]


def test_where_the_folder_is(sb, run, tmp_path, before):
    source = geojson(tmp_path / "a.geojson", polygon())
    chosen = tmp_path / "chosen" / "by the user"
    assert submit(run, source, env={"MAPFLOW_STATE_DIR": str(chosen)}).returncode == 0
    assert len(journal_lines(chosen)) == 3 and not state_folder().exists()
    assert submit(run, source, env={"XDG_STATE_HOME": "", "HOME": str(tmp_path)}).returncode == 0
    home = tmp_path / ".local" / "state" / "gdal-mapflow"
    assert len(journal_lines(home)) == 3 and home.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in home.iterdir())
    assert submit(run, source, env={"MAPFLOW_CACHE_DIR": str(tmp_path / "cache")}).said == ""
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)
    assert len(journal_lines()) == 3


def test_another_account_and_another_server(sb, run, tmp_path, before):
    """Each has its own journal: what one has left open is nothing to the other."""
    source, options, names = split(tmp_path)
    fault = sb.fault(CREATE, method="POST", skip=1, status=403)
    assert submit(run, source, **options).returncode != 0
    fault.remove()
    email = sb.state.user["email"]
    sb.state.user["email"] = "somebody.else@example.com"
    assert submit(run, source, **options).said == ""
    with Sandbox(seed=7) as other:
        other.state.user["remainingCredits"] = 1000
        done = submit(run, source, env={"MAPFLOW_API_URL": other.url, "MAPFLOW_API_TOKEN": other.token}, **options)
        assert done.returncode == 0 and done.said == ""
    assert len(journal_files()) == 3
    sb.state.user["email"] = email
    done = submit(run, source, **options)
    assert done.returncode == 0 and "1 of 3 processings were submitted before" in done.stderr
    assert new_names(sb, before) == sorted(names * 2)


def test_another_token_of_the_account_is_the_same_account(sb, run, tmp_path, before):
    source, options, names = split(tmp_path)
    fault = sb.fault(CREATE, method="POST", skip=1, status=403)
    assert submit(run, source, **options).returncode != 0
    fault.remove()
    done = submit(run, source, env={"MAPFLOW_API_TOKEN": sb.oauth_token}, **options)
    assert done.returncode == 0, done.said
    assert_whole(sb, before, names)


def test_another_project(sb, run, tmp_path, before):
    source = geojson(tmp_path / "a.geojson", polygon())
    sb.add_project("Other")
    with lost_answer(sb):
        assert submit(run, source).returncode != 0
    assert submit(run, source, PROJECT="Other").said == ""
    done = submit(run, source)
    assert done.returncode == 0 and "1 of 1 processings" in done.stderr
    assert len(new_ids(sb, before)) == 2


def test_a_project_that_was_created_by_the_run(sb, run, tmp_path, before):
    """The command is ended after its project was created: the next one finds it, and what is in it."""
    source, options, names = split(tmp_path)
    options = {**options, "PROJECT": "New one", "CREATE_PROJECT": "YES"}
    ended_while_sending(sb, source, options, 1, True, before)
    done = submit(run, source, **options)
    assert done.returncode == 0, done.said
    assert_whole(sb, before, names)
    assert [p.name for p in sb.state.projects.values()].count("New one") == 1


# ---- the journal without its end: what a power cut leaves

@pytest.mark.parametrize("nth", [0, 1, 2])
@pytest.mark.parametrize("is_created", [True, False], ids=["created", "not created"])
@pytest.mark.parametrize("kind", ["layers", "split"])
def test_the_power_fails_when_the_request_arrives(sb, run, tmp_path, before, kind, is_created, nth):
    """The folder as it was at that moment is all that is left, and it is enough."""
    source, options, names = KINDS[kind](tmp_path)
    copy = tmp_path / "state at that moment"
    turns = []
    is_kept = threading.Event()

    def keep(record):
        if (record.method, record.path) == ("POST", "/processings/v2"):
            turns.append(record)
            if len(turns) == nth + 1:
                shutil.copytree(state_folder(), copy)
                is_kept.set()

    sb.on_request = keep
    ended_while_sending(sb, source, options, nth, is_created, before)
    assert is_kept.wait(30)
    sb.on_request = None
    shutil.rmtree(state_folder())
    shutil.copytree(copy, state_folder())
    if not is_created:
        age_journal()
    done = submit(run, source, **options)
    assert done.returncode == 0, done.said
    assert_whole(sb, before, names)


def test_the_journal_is_cut_at_every_byte(sb, python_run, before):
    """What was not on the disk yet was not sent yet; what was sent is found, and never sent again."""
    ids, errors, _ = python_run(4.5, 4.6, SPLIT="FEATURE")
    assert errors == []
    (journal,) = journal_files()
    whole = journal.read_bytes()
    ends = [i + 1 for i, byte in enumerate(whole) if byte == ord("\n")]
    made = {identifier: sb.state.processing(identifier) for identifier in ids}
    assert len(ends) == 5
    for cut in range(len(whole)):
        lines = sum(end <= cut for end in ends)
        sent = (lines + 1) // 2  # its first line was there
        with sb.state.lock:
            for identifier in new_ids(sb, before):
                del sb.state.processings[identifier]
            sb.state.processings.update({i: made[i] for i in ids[:sent]})
        journal.write_bytes(whole[:cut])
        now_known, errors, warnings = python_run(4.5, 4.6, SPLIT="FEATURE")
        assert errors == [], (cut, errors)
        assert now_known[:sent] == ids[:sent], cut
        assert new_names(sb, before) == ["area 1", "area 2"], cut
        assert any(f"{sent} of 2 processings were submitted before" in text for text in warnings) == (sent > 0)


def test_foreign_files_in_the_folder(sb, run, tmp_path, before):
    source, options, names = split(tmp_path)
    fault = sb.fault(CREATE, method="POST", skip=1, status=403)
    assert submit(run, source, **options).returncode != 0
    fault.remove()
    (journal,) = journal_files()
    journal.write_bytes(b"\x00\xff not JSON\n\n" + journal.read_bytes() + b'{"run":"x"}\n[1,2]\n{"cut')
    (state_folder() / "notes.txt").write_text("mine")
    assert submit(run, source, **options).returncode == 0
    ours = [line for line in journal.read_bytes().splitlines() if line.startswith(b'{"time"')]
    assert json.loads(ours[-1])["state"] == "run ended"
    assert new_names(sb, before) == names


# ---- reports of version 0.1

def former_line(sb, name, status, identifier=None, **more):
    """A line of such a report."""
    return {"id": identifier, "name": name, "projectId": sb.state.default_project.id, "status": status, "cost": 5,
            "aoiCount": 1, "dryRun": False, "request": "0123456789abcdef", **more}


@pytest.mark.parametrize("status", ["SENDING", "UNKNOWN"])
@pytest.mark.parametrize("is_there", [True, False])
def test_a_report_of_version_0_1(sb, run, tmp_path, before, status, is_there):
    """One submitted, one that was under way: honoured once, whatever else the report holds."""
    source, options, names = split(tmp_path)
    report = tmp_path / "report.json"
    marker = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeee01"
    areas = [line["areaKm2"] for line in report_of(
        submit(run, source, DRY_RUN="YES", REPORT="/vsistdout/", **options).stdout)]
    first = sb.add_processing("a")
    lines = [former_line(sb, "a", "UNPROCESSED", first, areaKm2=areas[0]),
             former_line(sb, "b", status, areaKm2=areas[1], submission=marker)]
    if is_there:
        second = sb.add_processing("b", meta={"submission": marker})
        add_newer(sb, 33)
    others = {i for i in new_ids(sb, before) if sb.state.processing(i).name.startswith("of somebody")}
    report.write_text("".join(json.dumps(line) + "\n" for line in lines))
    if not is_there:
        done = submit(run, source, REPORT=report, **options)
        assert done.returncode != 0 and "may still appear" in errors_of(done)[0]
        age_journal()
    done = submit(run, source, REPORT=report, **options)
    assert done.returncode == 0, done.said
    assert posts(sb) == (1 if is_there else 2)
    assert new_names(sb, before | others) == names
    reported = [line["id"] for line in report_of(report.read_text())[2:]]
    assert reported[0] == first and (not is_there or reported[1] == second)
    done = submit(run, source, REPORT=report, **options)
    assert done.returncode == 0 and "submitted again" in done.stderr
    assert posts(sb) == (4 if is_there else 5)


# ---- recipes

README = (pathlib.Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
RECIPES = [text for text in re.findall(r"^```sh\n(.*?)^```", README, re.M | re.S) if "jq -r .id" in text and "district.gpkg" in text]
PLACES = {"account": "/user/status$", "project": "/projects/default$", "price": "/processing/cost/v2$",
          "creation": CREATE, "lists": LISTS, "state": "/processings/[^/]+/v2$", "result": "/result$"}
FAILURES = {"refused": {"status": 403}, "broken": {"status": 500}, "lost": {"reset_after_processing": True},
            "web page": {"garbage": "<html>no</html>"}}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("recipe", range(len(RECIPES)))
def test_recipes_of_the_readme(sb, run, tmp_path, before, recipe, place, failure):
    """Each step is made to fail: no success without the result, and no id is lost. Repeated, the one for cron goes
    on; the other does while it has not submitted."""
    geojson(tmp_path / "district.gpkg", polygon())  # GDAL looks at what is in a file
    script = tmp_path / "recipe.sh"
    script.write_text(f"cd {tmp_path}\n{RECIPES[recipe]}")
    env = {"MAPFLOW_POLL_INTERVAL": "0.05"}
    fault = sb.fault(PLACES[place], **FAILURES[failure])
    done = run("sh", script, env=env)
    if done.returncode == 0:
        assert rows_of(tmp_path / "buildings.gpkg") > 0
        assert_whole(sb, before, ["district"])
        return
    fault.remove()
    is_submitted = "run ended" in [line["state"] for line in journal_lines()]
    age_journal()
    done = run("sh", script, env=env)
    assert done.returncode == 0, done.said
    assert rows_of(tmp_path / "buildings.gpkg") > 0
    assert new_names(sb, before) == ["district"] * (2 if is_submitted and "rm job.json" not in RECIPES[recipe] else 1)
    assert new_ids(sb, before) <= known_ids()


def rows_of(path):
    dataset = ogr.Open(str(path))
    return dataset.GetLayer(0).GetFeatureCount()
