"""GDAL's programs with the driver on Windows. autotest/ogr tests what does not depend on the system."""

import json

import pytest
from osgeo import gdal, ogr

from conftest import DATA, FOLDER, Console, windows
from helpers import BUILDING_COUNT, BUILDINGS, wait_until
from uploading import QUARRY, images, raster, sha1

AOI = DATA / "aoi_4326.geojson"
MAPBOX = ["-lco", "MODEL=buildings", "-lco", "PROVIDER=Mapbox"]
OTHERS = 0o007  # rights of other users
CTRL_C = b"\x03"


def requests(sb, ending, method="GET"):
    return [record for record in sb.requests if record.method == method and record.path.endswith(ending)]


def rows(path):
    """The rows of a file, sorted, as read by GDAL on Linux."""
    dataset = ogr.Open(str(path))
    return sorted((feature.GetGeometryRef().ExportToWkt(), feature.items()["id"]) for feature in dataset.GetLayer(0))


def test_the_driver_is_there(run):
    status, said = run("ogrinfo", "--format", "MAPFLOW")
    assert status == 0 and "Short Name: MAPFLOW" in said


def test_reading(run):
    status, said = run("ogrinfo", "-so", "-al", f"MAPFLOW:{BUILDINGS}")
    assert status == 0, said
    assert f"Feature Count: {BUILDING_COUNT}" in said


@pytest.mark.parametrize("ending, driver", [("gpkg", "GPKG"), ("fgb", "FlatGeobuf"), ("geojson", "GeoJSON")])
def test_converting(run, folder, ending, driver):
    """From the network and from the cache: the same rows."""
    for name in ("network", "cache"):
        status, said = run("ogr2ogr", "-f", driver, folder / f"{name}.{ending}", f"MAPFLOW:{BUILDINGS}")
        assert status == 0, said
    assert len(rows(folder / f"network.{ending}")) == BUILDING_COUNT
    assert rows(folder / f"network.{ending}") == rows(folder / f"cache.{ending}")


def test_names_of_all_letters(run, folder):
    """No code page of Windows has all of these letters. GDAL's programs read them from a file; programs that MinGW
    built cannot read them from the command line."""
    place = folder / "Häuser in Ж und Łódź, für 5 €" / ("x" * 100) / ("y" * 100)
    place.mkdir(parents=True)
    words = ["-f", "GPKG", f"Z:{place}/Häuser Ж.gpkg", f"MAPFLOW:{BUILDINGS}", "-oo", f"CACHE_DIR=Z:{place}/Cache Ж"]
    options = folder / "options"
    options.write_text("\n".join(f'"{word}"' for word in words), encoding="utf-8")
    status, said = run("ogr2ogr", "--optfile", options)
    assert status == 0, said
    assert len(rows(place / "Häuser Ж.gpkg")) == BUILDING_COUNT
    assert len(list((place / "Cache Ж").glob("*.index"))) == 1


def test_the_cache_is_used(run, sb):
    for _ in range(2):
        assert run("ogrinfo", "-so", "-al", f"MAPFLOW:{BUILDINGS}")[0] == 0
    assert len(requests(sb, "/result")) == 1


def test_the_usual_folders(run, environment):
    """In the user's folder for local data, without rights for other users. Wine shows the rights of administrators as
    those of the group."""
    for name in ("MAPFLOW_CACHE_DIR", "MAPFLOW_STATE_DIR"):
        del environment[name]
    assert run("ogrinfo", f"MAPFLOW:{BUILDINGS}")[0] == 0
    found = list((FOLDER / "wine" / "drive_c" / "users").glob("*/AppData/Local/gdal-mapflow/cache/*.index"))
    assert found
    assert {path.stat().st_mode & OTHERS for path in [*found, found[0].parent]} == {0}


def test_not_cached(run, folder):
    status, said = run("ogrinfo", "-so", "-al", f"MAPFLOW:{BUILDINGS}", MAPFLOW_CACHE="NO", TMP=str(folder))
    assert status == 0 and f"Feature Count: {BUILDING_COUNT}" in said
    assert list(folder.iterdir()) == []


def test_account_layers(run, sb):
    status, said = run("ogrinfo", "MAPFLOW:")
    assert status == 0, said
    assert all(f": {name}" in said for name in ("projects", "processings"))
    status, said = run("ogrinfo", "-q", "MAPFLOW:", "-sql", f"SELECT name FROM processings WHERE id = '{BUILDINGS}'")
    assert status == 0 and said.count("OGRFeature") == 1, said


def test_submitting(run, sb, folder):
    """The report and the journal are written, and a submission is found again."""
    report = folder / "Bericht für Ж.json"
    status, said = run("ogr2ogr", "-f", "MAPFLOW", "MAPFLOW:", AOI, *MAPBOX, "-lco", f"REPORT=Z:{report}")
    assert status == 0, said
    posts = requests(sb, "/processings/v2", "POST")
    lines = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    assert len(posts) == len(lines) > 0 and all(line["id"] for line in lines)
    journal, = (folder / "state").glob("*.jsonl")
    states = [json.loads(line)["state"] for line in journal.read_text(encoding="utf-8").splitlines()]
    assert states == ["sending", "submitted"] * len(posts) + ["run ended"]
    assert journal.stat().st_mode & OTHERS == 0
    assert not list((folder / "state").glob("*.lock"))


def test_killed_while_it_submits(run, start, sb, folder):
    """A repeated command resumes: nothing is sent, or billed, twice."""
    sb.fault("/processings/v2", method="POST", times=1, throttle=1)
    process = start("ogr2ogr", "-f", "MAPFLOW", "MAPFLOW:", AOI, *MAPBOX)
    wait_until(lambda: requests(sb, "/processings/v2", "POST"), process)
    kill(process)
    status, said = run("ogr2ogr", "-f", "MAPFLOW", "MAPFLOW:", AOI, *MAPBOX)
    assert status == 0, said
    assert "submitted before" in said
    assert len(requests(sb, "/processings/v2", "POST")) == 1


def kill(process):
    process.kill()
    process.communicate(timeout=60)


def test_killed_while_it_downloads(run, start, sb, folder):
    """The lock ends with the process, and the next process reads the right result."""
    sb.fault("/result", times=1, throttle=1000)
    process = start("ogrinfo", f"MAPFLOW:{BUILDINGS}")
    wait_until(lambda: requests(sb, "/result"), process)
    kill(process)
    status, said = run("ogrinfo", "-so", "-al", f"MAPFLOW:{BUILDINGS}")
    assert status == 0 and f"Feature Count: {BUILDING_COUNT}" in said
    assert len(requests(sb, "/result")) == 2


def test_eight_processes(start, sb, folder):
    sb.fault("/result", throttle=200_000)
    readers = [start("ogrinfo", "-so", "-al", f"MAPFLOW:{BUILDINGS}") for _ in range(8)]
    for reader in readers:
        out, said = reader.communicate(timeout=300)
        assert reader.returncode == 0 and f"Feature Count: {BUILDING_COUNT}".encode() in out, said
    assert len(requests(sb, "/result")) == 1
    assert sorted(path.suffix for path in (folder / "cache").iterdir()) == [".features", ".geojson", ".index", ".lock",
                                                                         ".names"]


def test_interrupt(start, sb, folder):
    """Ctrl-C during the download: the program ends soon, and leaves no file."""
    sb.fault("/result", throttle=1000)
    console = Console()
    process = start("ogr2ogr", folder / "x.gpkg", f"MAPFLOW:{BUILDINGS}", streams=console.streams(), TERM="xterm")
    wait_until(lambda: requests(sb, "/result"), process)
    console.press(CTRL_C)
    process.wait(timeout=10)
    assert "cancelled" in console.text()
    assert {path.suffix for path in (folder / "cache").iterdir()} <= {".lock"}
    assert not (folder / "x.gpkg").exists()


def test_uploading(run, sb, folder):
    """The file arrives as it is, under its own name."""
    ortho = raster(folder / "Luftbild Ж.tif", options=["COMPRESS=DEFLATE"])
    options = folder / "options"
    options.write_text(f'-of MAPFLOW "Z:{ortho}" "MAPFLOW:mosaic={QUARRY}"', encoding="utf-8")
    status, said = run("gdal_translate", "--optfile", options)
    assert status == 0, said
    image, = [image for image in images(sb) if image.checksum == sha1(ortho)]
    assert image.filename == ortho.name


def test_uploading_a_converted_raster(run, sb, folder):
    """The temporary file is removed, which is possible only after it is closed."""
    before = {image.id for image in images(sb)}
    temporary = folder / "temporary"
    temporary.mkdir()
    status, said = run("gdal_translate", "-of", "MAPFLOW", raster(folder / "ortho.tif", kind=gdal.GDT_UInt16),
                       f"MAPFLOW:mosaic={QUARRY}", "-co", "SCALE=0,1000", TMP=windows(temporary), TEMP=windows(temporary))
    assert status == 0, said
    assert len({image.id for image in images(sb)} - before) == 1
    assert list(temporary.iterdir()) == []
