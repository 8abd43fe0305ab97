"""Every fault at every operation: the right answer, or one clear error, and nothing left behind."""

import gzip
import json
import random
import re
import subprocess

import pytest
from fault_table import CHANGE, ERROR, GET, ONE, ORDER, QUERY, RIGHT, TAKEN, TROUBLES, UNKNOWN
from helpers import BUILDING_COUNT, BUILDINGS, downloads, environment_of
from osgeo import gdal
from paths import BUILD, DATA
from settings import config, read_all

PROBE = BUILD / "autotest" / "core" / "mapflow_probe"
PROJECT = "11111111-2222-4333-8444-555555555502"
FILE = DATA / "buildings.geojson"

COMMON = {
    "wdId": "22222222-3333-4444-8555-666666666601",
    "params": {"sourceParams": {"dataProvider": {"providerName": "Mapbox", "zoom": 18}}},
}
PRICED = {"areaSqKm": 100, **COMMON}
SUBMITTED = {
    "name": "Submitted",
    "projectId": PROJECT,
    "geometry": {"type": "Polygon", "coordinates": [[[4.48, 52.15], [4.5, 52.15], [4.5, 52.16], [4.48, 52.15]]]},
    **COMMON,
}


# Operations: what HTTP sees, how it is run, and whether it was done. Those of the driver run as GDAL programs, those
# that only the core has as one call of it.


class Operation:
    def __init__(self, form, method, path, arguments, is_good):
        self.form = form
        self.method = method
        self.path = path  # a regular expression for the sandbox
        self.arguments = arguments
        self.is_good = is_good  # (the sandbox, what was said or the document) -> bool


def ogrinfo(path, layer, *options, holds):
    return Operation(GET, "GET", path, ["ogrinfo", "-ro", *options, f"MAPFLOW:{BUILDINGS}", layer],
                     lambda sb, said: holds in said)


def probe(form, method, path, *arguments, is_good):
    return Operation(form, method, path, [str(PROBE), *arguments], is_good)


def was_renamed(sb):
    return sb.state.processings[BUILDINGS].name == "Renamed"


OPERATIONS = {
    "status": ogrinfo(f"{BUILDINGS}/v2$", "processing", "-oo", "STATUS_ONLY=YES", holds="status (String) = OK"),
    "result": ogrinfo("/result$", "results", "-so", holds=f"Feature Count: {BUILDING_COUNT}\n"),
    "aois": ogrinfo("/aois$", "aois", "-oo", "STATUS_ONLY=YES", holds="Layer name: aois"),
    "list": probe(QUERY, "POST", "/page$", "query", f"/projects/{PROJECT}/processings/v2/page", "{}",
                  f"GET /projects/{PROJECT}/processings/v2",
                  is_good=lambda sb, document: BUILDINGS in json.dumps(document)),
    "cost": probe(QUERY, "POST", "/cost/v2$", "query", "/processing/cost/v2", json.dumps(PRICED),
                  is_good=lambda sb, document: document == 500),
    "create": probe(CHANGE, "POST", "/rest/processings/v2$", "change", "POST", "/processings/v2",
                    json.dumps(SUBMITTED), is_good=lambda sb, document: document["id"] in sb.state.processings),
    "update": probe(CHANGE, "PUT", f"{BUILDINGS}/v2$", "change", "PUT", f"/processings/{BUILDINGS}/v2",
                    '{"name": "Renamed"}', is_good=lambda sb, document: was_renamed(sb)),
    "delete": probe(ORDER, "DELETE", f"{BUILDINGS}$", "order", "DELETE", f"/processings/{BUILDINGS}",
                    is_good=lambda sb, document: BUILDINGS not in sb.state.processings),
}


@pytest.fixture
def start(sb, tmp_path):
    """Runs an operation with temporary files and cache in folders of its own."""
    def started(operation, **env):
        for folder in ("temporary", "cache"):
            (tmp_path / folder).mkdir(exist_ok=True)
        return subprocess.run(operation.arguments, capture_output=True, text=True, timeout=120, check=False,
                              env=environment_of(sb, TMPDIR=str(tmp_path / "temporary"),
                                                 XDG_CACHE_HOME=str(tmp_path / "cache"), **env))
    return started


def files_of(folder):
    """Files with content: a lock is an empty one."""
    return [file for file in folder.rglob("*") if file.is_file() and file.stat().st_size > 0]


def outcome_of_program(operation, sb, done, words):
    """What a GDAL program came to; each error is told once."""
    # From some GDAL on, ogrinfo adds what it could not get.
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR") and "Couldn't fetch" not in line]
    if done.returncode == 0:
        assert not errors
        assert operation.is_good(sb, done.stdout), done.stdout
        return RIGHT
    assert len(errors) == 1, done.stderr
    assert BUILDINGS in errors[0] and re.search(words, errors[0]), errors
    return ERROR


def outcome_of_call(operation, sb, done, words):
    assert done.returncode in (0, 1), done.stderr
    said = json.loads(done.stdout)
    if done.returncode == 1:
        assert said["message"] and re.search(words, said["message"]), said["message"]
        return UNKNOWN if said["unknown"] else ERROR
    if said["unknown"]:
        return UNKNOWN
    document = said.get("document")
    if operation.form != ORDER:
        assert document is not None
        assert operation.is_good(sb, document), document
        return RIGHT
    return RIGHT if operation.is_good(sb, document) else TAKEN


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_fault(sb, start, tmp_path, trouble, name):
    operation = OPERATIONS[name]
    for variant, value in trouble.variants.items():
        setattr(sb.variants, variant, value)
    fault = sb.fault(operation.path, method=operation.method, **trouble.fault)
    done = start(operation, **trouble.env)
    if operation.arguments[0] == "ogrinfo":
        outcome = outcome_of_program(operation, sb, done, trouble.words)
    else:
        outcome = outcome_of_call(operation, sb, done, trouble.words)
    assert outcome in trouble.promise(name, operation.form), done.stdout + done.stderr
    assert sb.token not in done.stdout + done.stderr
    seen = [record for record in sb.requests if record.method == operation.method
            and re.search(operation.path, record.raw_path)]
    if operation.form in (CHANGE, ORDER):
        assert len(seen) == 1
    elif outcome == ERROR and trouble.requests:
        assert len(seen) in trouble.requests
        assert trouble.requests == ONE or "4 tries" in done.stdout + done.stderr
    assert not files_of(tmp_path / "temporary")
    if outcome == ERROR:
        assert not files_of(tmp_path / "cache")
    if operation.form == GET and outcome == ERROR:
        fault.remove()
        again = start(operation)
        assert outcome_of_program(operation, sb, again, "") == RIGHT


def test_troubles_have_names_of_their_own():
    assert len({trouble.name for trouble in TROUBLES}) == len(TROUBLES)


# A result that is cut at any place


def cut_points(count, seed, size):
    """Places from the first to the last byte of a body."""
    return sorted(random.Random(seed).sample(range(1, size), count - 2)) + [1, size - 1]


@pytest.fixture
def quick(every_time, sb):
    """A result without a cache: read() -> the number of features."""
    def read():
        dataset = gdal.OpenEx(f"MAPFLOW:{BUILDINGS}", gdal.OF_VECTOR,
                              open_options=[f"API_URL={sb.url}", f"API_TOKEN={sb.token}"])
        return read_all(dataset)
    return read


@pytest.mark.parametrize("encoding", ["length", "chunked", "gzip", "gzip-chunked", "close"])
def test_reset_at_random_points(sb, quick, encoding):
    """One try: an error, each time. With retries: the right layer, each time."""
    sb.variants.encoding = encoding
    assert quick() == BUILDING_COUNT
    for point in cut_points(20, encoding, downloads(sb)[-1].bytes_sent):
        fault = sb.fault("/result$", cut=point, cut_reset=True)
        with config(GDAL_HTTP_MAX_RETRY=0), pytest.raises(RuntimeError, match="cut short|127.0.0.1"):
            quick()
        fault.remove()
        sb.fault("/result$", sequence=[{"cut": point, "cut_reset": True}])
        with config(GDAL_HTTP_MAX_RETRY=1):
            assert quick() == BUILDING_COUNT


def test_gzip_that_ends_early(sb, quick):
    """HTTP delivers all it has announced, and libcurl takes it for whole: the result does not end."""
    packed = gzip.compress(FILE.read_bytes(), 1, mtime=0)
    points = sorted(random.Random("early").sample(range(1, len(packed) - 8), 20))
    for cut in [1, 10, *points, len(packed) - 8]:
        sb.clear_log()
        fault = sb.fault("/result$", garbage=packed[:cut], headers={"Content-Encoding": "gzip"})
        if cut < len(packed) - 20:
            with pytest.raises(RuntimeError, match="cut short|ends too early"):
                quick()
        else:  # the check sum alone is missing
            assert quick() == BUILDING_COUNT
        assert sum(record.path.endswith("/result") for record in sb.requests.settle()) == 1
        fault.remove()


def test_gzip_that_ends_with_the_connection(sb, quick):
    """Nothing says where it ends: it is asked for again."""
    packed = gzip.compress(FILE.read_bytes(), 1, mtime=0)
    sb.variants.encoding = "close"
    for cut in random.Random("close").sample(range(1, len(packed) - 20), 10):
        sb.fault("/result$", garbage=packed[:cut], headers={"Content-Encoding": "gzip"}, times=1)
        assert quick() == BUILDING_COUNT


@pytest.mark.parametrize("encoding", ["length", "close"])
def test_document_in_gzip_that_ends_early(sb, quick, encoding):
    document = json.dumps(sb.documents.processing(sb.state.processings[BUILDINGS])).encode()
    packed = gzip.compress(document, mtime=0)
    sb.variants.encoding = encoding
    for cut in range(1, len(packed) - 20, 37):
        fault = sb.fault("/v2$", garbage=packed[:cut], headers={"Content-Encoding": "gzip"})
        with pytest.raises(RuntimeError, match="empty answer|not valid JSON"):
            quick()
        fault.remove()


@pytest.mark.parametrize("damage", ["check sum", "more"])
def test_damaged_gzip_is_asked_for_again(sb, quick, damage):
    packed = bytearray(gzip.compress(FILE.read_bytes(), 1, mtime=0))
    if damage == "check sum":
        packed[-6] ^= 1
    else:
        packed += b"more"
    headers = {"Content-Encoding": "gzip"}
    sb.fault("/result$", garbage=bytes(packed), headers=headers, times=1)
    assert quick() == BUILDING_COUNT
    sb.fault("/result$", garbage=bytes(packed), headers=headers)
    with pytest.raises(RuntimeError, match="is damaged.*4 tries"):
        quick()


def test_download_is_continued(sb, quick):
    """With ranges and a strong ETag no byte is sent twice."""
    sb.variants.etag = sb.variants.ranges = True
    size = FILE.stat().st_size
    for point in cut_points(20, "ranges", size):
        sb.clear_log()
        reset = point % 2 == 0
        sb.fault("/result$", sequence=[{"cut": point, "cut_reset": reset}])
        assert quick() == BUILDING_COUNT
        last = downloads(sb)[-1]
        first = int(re.fullmatch(r"bytes=(\d+)-", last.headers.get("range", "bytes=0-"))[1])
        assert first == point or reset and first < point  # a reset may take what was sent before it along
        assert (last.status, last.bytes_sent) == (206 if first else 200, size - first)
        if first:
            assert last.headers["if-range"].startswith('"') and last.headers["accept-encoding"] == "identity"


def test_download_is_continued_several_times(sb, quick):
    sb.variants.etag = sb.variants.ranges = True
    sb.fault("/result$", sequence=[{"cut": 500000}, {"cut": 300000}, {"status": 503}])
    assert quick() == BUILDING_COUNT
    results = downloads(sb)
    assert [record.headers.get("range") for record in results] == [
        None, "bytes=500000-", "bytes=800000-", "bytes=800000-"]


def test_result_that_changed_starts_again(sb, quick):
    """The second answer is another result: nothing of the first one may stay."""
    sb.variants.etag = sb.variants.ranges = True
    sb.fault("/result$", sequence=[{"cut": 400000}])
    changed = b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1},"geometry":null}]}'
    answer = sb.answer

    def answer_and_change(record):
        reply = answer(record)
        if record.path.endswith("/result"):
            sb.set_result(BUILDINGS, changed)
        return reply
    sb.answer = answer_and_change
    assert quick() == 1
    results = downloads(sb)
    assert [record.status for record in results] == [200, 200]
    assert results[1].headers["range"] == "bytes=400000-"


@pytest.mark.parametrize("switches", [{"etag": True}, {"ranges": True}, {"etag": True, "ranges": True,
                                                                         "encoding": "gzip"}])
def test_download_without_an_offer_starts_again(sb, quick, switches):
    for variant, value in switches.items():
        setattr(sb.variants, variant, value)
    sb.fault("/result$", sequence=[{"cut": 20000}])
    assert quick() == BUILDING_COUNT
    assert all("range" not in record.headers for record in sb.requests)


def test_translation_of_a_cut_result_fails(sb, run, tmp_path):
    """Exit code and output of the program that runs in scripts at night."""
    sb.fault("/result$", cut=600000)
    output = tmp_path / "out.geojson"
    done = run("ogr2ogr", output, f"MAPFLOW:{BUILDINGS}", env={"MAPFLOW_CACHE": "NO"})
    assert done.returncode == 1
    assert "cut short" in done.stderr
    assert not output.exists()


# A server that does not come to an end


def test_byte_a_second_stops(sb, quick):
    sb.fault("/result$", throttle=1)
    with config(GDAL_HTTP_LOW_SPEED_TIME=1, GDAL_HTTP_LOW_SPEED_LIMIT=50, GDAL_HTTP_MAX_RETRY=0):
        with pytest.raises(RuntimeError, match="stopped coming.*GDAL_HTTP_LOW_SPEED_TIME"):
            quick()
    assert len(downloads(sb)) == 1


@pytest.mark.parametrize("encoding", ["length", "chunked", "gzip", "close"])
def test_result_above_the_limit_stops(sb, quick, encoding):
    """Also a bomb: 30 MB of spaces are 30 kB of gzip."""
    sb.variants.encoding = encoding
    sb.set_result(BUILDINGS, b'{"type":"FeatureCollection",' + b" " * (30 << 20) + b'"features":[]}')
    with config(MAPFLOW_MAX_RESULT_SIZE="1M"), pytest.raises(RuntimeError, match="MAX_RESULT_SIZE"):
        quick()
    results = downloads(sb)
    assert [record.status for record in results] == [200]


def test_wait_that_is_too_long_is_told(sb, quick):
    sb.fault("/result$", status=429, headers={"Retry-After": "3600"})
    with pytest.raises(RuntimeError, match="429.*60 minutes"):
        quick()


def test_broken_document_is_not_fetched_again(sb, quick):
    """HTTP has delivered it whole: it would come the same."""
    sb.set_result(BUILDINGS, FILE.read_bytes()[:-200])
    for encoding in ("length", "chunked", "gzip"):
        sb.variants.encoding = encoding
        sb.clear_log()
        with pytest.raises(RuntimeError, match="2495 features"):
            quick()
        assert len(downloads(sb)) == 1
