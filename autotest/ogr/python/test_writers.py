"""Areas that other libraries of Python submit, each in a process of its own. What they do when a file is complete
confirms the areas: nobody has to call FlushCache()."""

import sys

import pytest
from osgeo import gdal

from submitting import created, geojson, squares
from test_documentation import examples
from test_readers import importable

CREATION = 'driver="MAPFLOW", layer="areas", MODEL="buildings", PROVIDER="Mapbox", SPLIT="FEATURE"'
FIONA = 'import fiona; fiona.drvsupport.supported_drivers["MAPFLOW"] = "rw"\n'
WRITERS = {
    "fiona": ("fiona", FIONA + f"""
with fiona.open(name) as source, fiona.open("MAPFLOW:", "w", schema=source.schema, crs=source.crs, {CREATION}) as out:
    out.writerecords(source)
"""),
    "geopandas-fiona": ("fiona", FIONA + f"""
import geopandas
geopandas.read_file(name).to_file("MAPFLOW:", engine="fiona", {CREATION})
"""),
    "geopandas": ("pyogrio", f"""
import geopandas
geopandas.read_file(name).to_file("MAPFLOW:", engine="pyogrio", {CREATION})
"""),
    "pyogrio": ("pyogrio", f"""
import pyogrio
pyogrio.write_dataframe(pyogrio.read_dataframe(name), "MAPFLOW:", {CREATION})
"""),
}
HERE = [name for name, (module, _) in WRITERS.items() if importable(module)]


@pytest.fixture
def write(sb, run, tmp_path):
    """Submits two areas by one of the programs above, or one that is given. Returns what it did."""
    def written(writer, program=None):
        source = geojson(tmp_path / "areas.geojson", *squares(2), properties=[{"name": "a"}, {"name": "b"}])
        return run(sys.executable, "-W", "ignore", "-c", f"name = {str(source)!r}\n{program or WRITERS[writer][1]}")
    return written


if importable("pyogrio"):
    def test_geopandas_of_the_page(sb, write, tmp_path):
        (example,) = [text for text in examples("python") if "to_file" in text]
        geojson(tmp_path / "district.gpkg", *squares(2))  # whatever it is called
        done = write(None, f"import geopandas, os\nos.chdir({str(tmp_path)!r})\n{example}")
        assert done.returncode == 0, done.said
        assert len(created(sb)) == 1


def test_one_of_the_libraries_is_here():
    assert HERE


@pytest.mark.parametrize("writer", HERE)
def test_written_is_submitted(sb, write, writer):
    done = write(writer)
    assert done.returncode == 0, done.said
    assert [body["name"] for body in created(sb)] == ["areas 1", "areas 2"]


@pytest.mark.parametrize("writer", HERE)
def test_refused_area_is_an_exception(sb, write, writer):
    """Nothing is sent, and the program ends with the driver's message."""
    done = write(writer, WRITERS[writer][1].replace('PROVIDER="Mapbox"', 'PROVIDER="Nobody"'))
    assert done.returncode != 0 and "Nobody" in done.stderr
    assert created(sb) == []


@pytest.mark.parametrize("writer", HERE)
def test_refused_request_is_shown(sb, write, writer):
    """It is an exception where GDALFlushCache() has an outcome, from GDAL 3.7 on; fiona on GDAL 3.6 prints it."""
    sb.fault("/processings/v2$", method="POST", status=403)
    done = write(writer)
    assert "0 of 2 processings were submitted" in done.stderr
    if "fiona" not in writer or int(gdal.VersionInfo()) >= 3070000:
        assert done.returncode != 0
