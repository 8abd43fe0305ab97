"""A program may have set any locale: numbers are read and sent as in every other one."""

import json
import subprocess
import sys

import pytest

from helpers import BUILDINGS
from submitting import created, geojson, polygon, square

# Prints the rows of a result as the driver gives them, then submits a file.
PROGRAM = """
import locale, sys
from osgeo import gdal
locale.setlocale(locale.LC_ALL, "")
assert f"{1.5:n}" == sys.argv[3], f"{1.5:n}"
gdal.UseExceptions()
dataset = gdal.OpenEx(sys.argv[1], gdal.OF_VECTOR)
for feature in dataset.GetLayer(0):
    print([feature.GetField(i) for i in range(feature.GetFieldCount())], feature.GetGeometryRef().ExportToWkb().hex())
sys.stdout.flush()
gdal.VectorTranslate("MAPFLOW:", sys.argv[2], format="MAPFLOW", layerCreationOptions=[
    "MODEL=buildings", "PROVIDER=Mapbox", "MAX_COST=500.5", 'INFERENCE_PARAMS={"threshold": 0.25}', "REPORT=/vsistdout/"])
"""


@pytest.fixture(scope="module")
def german(tmp_path_factory):
    """A folder with the locale de_DE.UTF-8, whose decimal point is a comma."""
    folder = tmp_path_factory.mktemp("locales")
    subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", folder / "de_DE.UTF-8"], check=True)
    return str(folder)


@pytest.fixture
def run_in(sb, run, tmp_path):
    """Runs the program in a locale -> what it printed and what the server was asked to create."""
    source = geojson(tmp_path / "aoi.geojson", polygon(square(4.5012345678, 52.1512345678)))

    def started(point, **locale):
        before = len(created(sb))
        done = run(sys.executable, "-c", PROGRAM, f"MAPFLOW:{BUILDINGS}", source, f"1{point}5", env=locale)
        assert done.returncode == 0, done.stderr
        rows, report = done.stdout.rsplit("\n{", 1)
        return rows, json.loads("{" + report), created(sb)[before]
    return started


def test_decimal_comma(run_in, german):
    rows, report, body = run_in(",", LC_ALL="de_DE.UTF-8", LOCPATH=german)
    same_rows, same_report, same_body = run_in(".", LC_ALL="C.UTF-8")
    assert rows == same_rows and rows.count("\n") == 2495
    assert body["geometry"] == same_body["geometry"] and body["params"] == same_body["params"]
    assert body["params"]["inferenceParams"] == {"threshold": 0.25}
    assert (report["cost"], report["areaKm2"]) == (same_report["cost"], same_report["areaKm2"])


def test_turkish_letters(sb, run, tmp_path):
    """Where the small form of I is another letter."""
    subprocess.run(["localedef", "-i", "tr_TR", "-f", "UTF-8", tmp_path / "tr_TR.UTF-8"], check=True)
    sb.add_project("Shared", owner={"email": "boss@example.com"}, share={"users": [{"email": "dev@example.com", "role": "CONTRIBUTOR"}]})
    sb.set_status(BUILDINGS, "failed")
    done = run(sys.executable, "-c", """
import locale
from osgeo import gdal
locale.setlocale(locale.LC_ALL, "")
dataset = gdal.OpenEx("MAPFLOW:", gdal.OF_VECTOR)
print(*[row["role"] for row in dataset.GetLayerByName("projects") if row["name"] == "Shared"])
gdal.OpenEx("MAPFLOW:%s", gdal.OF_VECTOR)
print(gdal.GetLastErrorMsg())
""" % BUILDINGS, env={"LC_ALL": "tr_TR.UTF-8", "LOCPATH": str(tmp_path)})
    role, failure = done.stdout.splitlines()
    assert role == "contributor"
    assert "has no result: its status is failed" in failure  # and not: has no result yet
