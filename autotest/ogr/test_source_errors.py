"""A source that breaks while it is read: half of it is never submitted, whichever program reads it."""

import json
import os
import subprocess
import sys
import threading

import pytest
from osgeo import gdal, ogr

from helpers import OF_THE_SYSTEM
from submitting import MAPBOX, WEST, changes, created, creation, errors_of, geojson, polygon, square, submit

COUNT, SMALL = 60, 0.002  # degrees
REFUSAL = "The source reported an error ("
WAY_OUT = "nothing is submitted. SOURCE_ERRORS=IGNORE submits what was read."


def creation_list():
    return [f"{key}={value}" for key, value in MAPBOX.items()]


# ---- sources and what breaks them

def cut(path):
    os.truncate(path, path.stat().st_size // 2)


def overwrite(path):
    """Two pages in the middle of a database are lost."""
    with open(path, "r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xff" * 8192)


def garble(path):
    """One line breaks off, and more follow."""
    lines = path.read_text().split("\n")
    lines[COUNT // 2] = lines[COUNT // 2][:40]
    path.write_text("\n".join(lines))


# Name: extension, the file that breaks, and how.
BREAKS = {
    "a line of GeoJSONSeq": ("geojsonl", "geojsonl", garble),
    "FlatGeobuf": ("fgb", "fgb", cut),
    "the shapes of a shapefile": ("shp", "shp", cut),
    "the rows of a shapefile": ("shp", "dbf", cut),
    "GeoPackage": ("gpkg", "gpkg", overwrite),
    "SQLite": ("sqlite", "sqlite", overwrite),
    "GML": ("gml", "gml", cut),
    "MapInfo": ("mif", "mif", cut),
}


@pytest.fixture(autouse=True)
def many(sb):
    sb.state.user["maxAoisPerProcessing"] = COUNT


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """whole(extension) -> a sound file of COUNT squares, none of which is small beside a page of a database."""
    folder = tmp_path_factory.mktemp("whole")
    areas = [polygon(square(WEST + i * 2 * SMALL, size=SMALL)) for i in range(COUNT)]
    texts = [{"t": f"{i:04}" * 60, "u": f"{i:04}" * 60} for i in range(COUNT)]
    original = geojson(folder / "areas.geojson", *areas, properties=texts)

    def made(extension):
        path = folder / f"areas.{extension}"
        if not path.exists():
            driver = {"gml": "GML", "geojsonl": "GeoJSONSeq", "mif": "MapInfo File"}.get(extension)
            subprocess.run(["ogr2ogr", "-q", *(["-f", driver] if driver else []), path, original], check=True,
                           capture_output=True)
        return path
    return made


@pytest.fixture
def broken(whole, tmp_path):
    """broken(name of BREAKS) -> the path of a broken copy."""
    def made(name):
        extension, victim, damage = BREAKS[name]
        for part in whole(extension).parent.glob("areas.*"):
            (tmp_path / part.name).write_bytes(part.read_bytes())
        damage(tmp_path / f"areas.{victim}")
        return tmp_path / f"areas.{extension}"
    return made


def refused(sb, done):
    assert done.returncode != 0, done.said
    assert REFUSAL in done.stderr and WAY_OUT in done.stderr
    assert changes(sb) == []


# ---- programs

def test_the_sources_are_sound_before(sb, run, whole):
    for extension in sorted({extension for extension, _, _ in BREAKS.values()}):
        done = submit(run, whole(extension))
        assert (done.returncode, errors_of(done)) == (0, []), extension
        assert len(created(sb)[-1]["geometry"]["coordinates"]) == COUNT, extension


@pytest.mark.parametrize("words", [(), ("-skipfailures",)], ids=["plain", "skipfailures"])
@pytest.mark.parametrize("name", BREAKS)
def test_ogr2ogr(sb, run, broken, name, words):
    """Where ogr2ogr does not stop by itself, with nothing confirmed, the driver refuses."""
    done = submit(run, broken(name), *words)
    if "Terminating translation" in done.stderr:
        assert (done.returncode, changes(sb)) == (1, [])
    else:
        refused(sb, done)


LOOP = """
import sys
from osgeo import gdal, ogr
gdal.DontUseExceptions()
source = ogr.Open(sys.argv[1])
target = gdal.GetDriverByName("MAPFLOW").Create("MAPFLOW:", 0, 0, 0, gdal.GDT_Unknown, {creation})
layer = target.CreateLayer("areas", source.GetLayer(0).GetSpatialRef(), ogr.wkbUnknown)
for feature in source.GetLayer(0):
    made = ogr.Feature(layer.GetLayerDefn())
    made.SetGeometry(feature.GetGeometryRef())
    layer.CreateFeature(made)
gdal.ErrorReset()
target.FlushCache()
sys.exit(gdal.GetLastErrorType() == gdal.CE_Failure)
"""


@pytest.mark.parametrize("name", BREAKS)
def test_python(sb, run, broken, name):
    """The loop ends where the source breaks, as it ends after the last feature."""
    script = LOOP.format(creation=creation_list())
    refused(sb, run(sys.executable, "-c", script, broken(name)))


if int(gdal.VersionInfo()) >= 3110000:  # has the gdal program
    @pytest.mark.parametrize("name", BREAKS)
    def test_pipeline(sb, run, broken, name):
        done = run("gdal", "vector", "pipeline", "read", broken(name), "!", "filter", "--bbox", "-180,-90,180,90", "!",
                   "write", "-f", "MAPFLOW", "MAPFLOW:", "--append", *creation(MAPBOX, "--lco"))
        assert done.returncode != 0, done.said
        assert changes(sb) == []


# ---- the way out, and what does not count

def test_what_was_read_is_submitted_on_demand(sb, run, broken):
    done = submit(run, broken("a line of GeoJSONSeq"), SOURCE_ERRORS="IGNORE")
    assert done.returncode == 0, done.said
    assert len(created(sb)[0]["geometry"]["coordinates"]) == COUNT - 1


def test_dry_run(sb, run, broken):
    refused(sb, submit(run, broken("a line of GeoJSONSeq"), DRY_RUN="YES"))


def test_one_of_two_layers(sb, run, broken, tmp_path):
    """What is asked for one layer is not granted for the other."""
    target = broken("a line of GeoJSONSeq")
    script = LOOP.format(creation=creation_list()).replace(
        "gdal.ErrorReset()", 'target.CreateLayer("more", None, ogr.wkbUnknown, ["SOURCE_ERRORS=IGNORE"])\ngdal.ErrorReset()')
    refused(sb, run(sys.executable, "-c", script, target))


@pytest.fixture
def target(sb, account, monkeypatch):
    """A dataset with a layer of one square, not confirmed yet."""
    monkeypatch.setenv("MAPFLOW_API_URL", account["API_URL"])
    monkeypatch.setenv("MAPFLOW_API_TOKEN", account["API_TOKEN"])
    dataset = gdal.GetDriverByName("MAPFLOW").Create("MAPFLOW:", 0, 0, 0, gdal.GDT_Unknown,
                                                     creation_list())
    write(dataset.CreateLayer("areas", None, ogr.wkbPolygon))
    return dataset


def write(layer, west=4.5):
    feature = ogr.Feature(layer.GetLayerDefn())
    feature.SetGeometry(ogr.CreateGeometryFromJson(json.dumps(polygon(square(west)))))
    assert layer.CreateFeature(feature) == ogr.OGRERR_NONE


def fail(kind=gdal.CE_Failure):
    gdal.Error(kind, gdal.CPLE_AppDefined, "password=abc is https://a.test/?token=s3cret")


def confirm(dataset):
    """FlushCache() has no outcome in Python before GDAL 3.7."""
    gdal.ErrorReset()
    dataset.FlushCache()
    return gdal.GetLastErrorType() != gdal.CE_Failure


def test_an_error_between(sb, target):
    fail()
    assert not confirm(target)
    said = gdal.GetLastErrorMsg()
    assert REFUSAL in said and WAY_OUT in said and "s3cret" not in said
    assert changes(sb) == []


def test_an_error_after_the_last_commit(sb, target):
    target.StartTransaction()
    target.CommitTransaction()
    fail()
    assert not confirm(target)
    assert changes(sb) == []


@pytest.mark.parametrize("case", ["a warning", "another thread", "before the layer", "caught"])
def test_what_is_no_error_of_the_source(sb, target, case):
    if case == "a warning":
        fail(gdal.CE_Warning)
    elif case == "another thread":
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    elif case == "caught":
        gdal.PushErrorHandler("CPLQuietErrorHandler")
        fail()
        gdal.PopErrorHandler()
    assert confirm(target)
    if case == "before the layer":
        fail()
        write(target.CreateLayer("more", None, ogr.wkbPolygon), 4.6)
        assert confirm(target)
    assert len(created(sb)) == (2 if case == "before the layer" else 1)


def test_the_thread_that_writes(sb, target):
    """A layer that is made in one thread and written in another, as QGIS does."""
    def work():
        write(target.GetLayer(0), 4.6)
        fail()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert not confirm(target)
    assert changes(sb) == []


# ---- the program's own handler

def test_handlers(sb, account, monkeypatch, tmp_path):
    """A handler hears everything, with its data, and stands again at the end; so does one that was set in between."""
    script = f"""
import sys
from osgeo import gdal, ogr
gdal.DontUseExceptions()
heard = []
first = lambda kind, number, text: heard.append(("first", text))
second = lambda kind, number, text: heard.append(("second", text))
fail = lambda text: gdal.Error(gdal.CE_Failure, 1, text)
def create():
    dataset = gdal.GetDriverByName("MAPFLOW").Create("MAPFLOW:", 0, 0, 0, gdal.GDT_Unknown, {creation_list()})
    assert dataset.CreateLayer("areas", None, ogr.wkbPolygon) is not None
    return dataset
gdal.SetErrorHandler(first)
one = create()
fail("a")
two = create()
fail("b")
one = None
fail("c")
two = None
fail("d")
three = create()
gdal.SetErrorHandler(second)
fail("e")
three = None
fail("f")
four = create()
fail("g")
assert [pair for pair in heard if len(pair[1]) == 1] == [
    ("first", "a"), ("first", "b"), ("first", "c"), ("first", "d"), ("second", "e"), ("second", "f"), ("second", "g")], heard
"""
    environment = {**os.environ, "MAPFLOW_API_URL": account["API_URL"], "MAPFLOW_API_TOKEN": account["API_TOKEN"]}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, OF_THE_SYSTEM.sub("", done.stderr)) == (0, "")
