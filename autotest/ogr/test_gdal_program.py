"""MAPFLOW:new, a target that is created and that nobody can open; and the gdal program, where there is one."""

import pytest
from osgeo import gdal

from helpers import BUILDINGS, RUNNING
from submitting import MAPBOX, changes, created, creation, errors_of, geojson, polygons_of, squares
from test_documentation import section

NAMES = ["MAPFLOW:new", "mapflow:NEW", "MAPFLOW: new ,CACHE=NO"]


@pytest.fixture
def aoi(tmp_path):
    return geojson(tmp_path / "district.geojson", *squares(2))


@pytest.mark.parametrize("name", NAMES)
def test_nobody_opens_it(sb, run, name):
    assert gdal.IdentifyDriverEx(name) is None
    for program in (("ogrinfo", name), ("gdalinfo", name), ("ogrinfo", "-if", "MAPFLOW", name)):
        assert run(*program).returncode != 0
    assert len(sb.requests) == 0


@pytest.mark.parametrize("name", NAMES)
def test_ogr2ogr(sb, run, aoi, name):
    done = run("ogr2ogr", "-f", "MAPFLOW", name, aoi, *creation(MAPBOX))
    assert (done.returncode, errors_of(done)) == (0, [])
    assert [body["name"] for body in created(sb)] == ["district"]


def test_a_layer_called_like_one_of_the_account(sb, run, aoi):
    done = run("ogr2ogr", "-f", "MAPFLOW", "MAPFLOW:new", aoi, "-nln", "projects", *creation(MAPBOX))
    assert (done.returncode, errors_of(done)) == (0, [])
    assert [body["name"] for body in created(sb)] == ["projects"]


def test_names_that_only_look_so(sb, run, aoi):
    for name in ("MAPFLOW:news", "MAPFLOW:new=1", "MAPFLOW:new,NO_SUCH=1"):
        done = run("ogr2ogr", "-f", "MAPFLOW", name, aoi, *creation(MAPBOX))
        assert done.returncode != 0 and len(errors_of(done)) >= 1
    assert len(sb.requests) == 0


if int(gdal.VersionInfo()) >= 3110000:  # has the gdal program
    LCO = creation(MAPBOX, "--lco")

    @pytest.mark.parametrize("step", ["convert", "pipeline"])
    def test_the_gdal_program(sb, run, aoi, step):
        command = {"convert": ("convert", aoi, "MAPFLOW:new"),
                   "pipeline": ("pipeline", "read", aoi, "!", "write", "MAPFLOW:new")}[step]
        done = run("gdal", "vector", *command, "--of", "MAPFLOW", *LCO)
        assert (done.returncode, errors_of(done)) == (0, [])
        assert [body["name"] for body in created(sb)] == ["district"]

    @pytest.mark.parametrize("dry", ["YES", "NO"])
    def test_appending_to_a_layer_of_the_account(sb, run, aoi, dry):
        done = run("gdal", "vector", "convert", aoi, "MAPFLOW:", "--append", "--output-layer", "projects", *LCO, "--lco",
                   f"DRY_RUN={dry}")
        assert done.returncode != 0 and "another name" in done.stderr
        assert changes(sb) == []

    def test_a_refusal(sb, run, aoi):
        done = run("gdal", "vector", "convert", aoi, "MAPFLOW:new", "--of", "MAPFLOW", "--lco", "MODEL=Castles", "--lco",
                   "PROVIDER=Mapbox")
        assert done.returncode != 0 and "Castles" in done.stderr
        assert changes(sb) == []

    def blocks(heading, language):
        """The code of that language in a section of the pages."""
        return [part.partition("\n```")[0] for part in section(heading).split(f"```{language}\n")[1:]]

    def lines(block):
        return [line for line in block.replace("\\\n", "").splitlines() if line]

    @pytest.mark.parametrize("command", [line for block in blocks("With the gdal program", "sh") for line in lines(block)])
    def test_commands_of_the_page(sb, run, tmp_path, command):
        geojson(tmp_path / "district.geojson", *squares(2), properties=[{"kind": "town"}, {"kind": "farm"}])
        assert run("ogr2ogr", tmp_path / "district.gpkg", tmp_path / "district.geojson").returncode == 0
        done = run("sh", "-c", f"cd '{tmp_path}' && {command}")
        assert (done.returncode, errors_of(done)) == (0, []), done.said
        outcome = command.split()[-1]
        if "MAPFLOW:new" in command:
            count = 1 if "filter" in command else 2
            assert [len(polygons_of(body)) for body in created(sb)] == [count]
        elif "." in outcome and not outcome.startswith("MAPFLOW:"):
            assert gdal.OpenEx(str(tmp_path / outcome)).GetLayer(0).GetFeatureCount() > 0
        else:
            assert "1: Leiden district buildings" in done.stdout

    def test_a_pipeline_as_a_file(sb, run, tmp_path):
        (tmp_path / "large.gdalg.json").write_text(blocks("Pipelines in files", "json")[0])
        (tmp_path / "elsewhere").mkdir()
        for folder in (tmp_path, tmp_path / "elsewhere"):
            done = run("sh", "-c", f"cd '{folder}' && ogrinfo -so -al '{tmp_path}/large.gdalg.json'")
            assert done.returncode == 0 and "Feature Count: " in done.stdout, done.said

    @pytest.mark.parametrize("name", [f"{BUILDINGS},CACHE=REFRESH", f"{RUNNING},WAIT=YES", "name=Coast",
                                      "project=Coast", "mosaic=Quarry flights"])
    def test_completing_opens_nothing_at_the_service(sb, complete, name):
        complete("vector", "info", f"MAPFLOW:{name}", "--layer")
        assert len(sb.requests) == 0

    @pytest.mark.parametrize("words", ["vector info NAME", "info NAME", "vector convert NAME out.gpkg", "raster info NAME",
                                       "pipeline read NAME", "vector pipeline read NAME ! select --fields"])
    def test_completing_any_command(sb, complete, words):
        complete(*words.replace("NAME", f"MAPFLOW:{RUNNING},WAIT=YES").split())
        assert len(sb.requests) == 0

    def test_completing_layers(sb, complete):
        assert complete("vector", "info", "MAPFLOW:", "--layer").split()[:3] == ["projects", "processings", "models"]
        assert len(sb.requests) == 0

    def test_completing_gives_the_shell_no_name_of_a_stranger(sb, run, complete):
        """A shell runs commands that stand in what it is offered."""
        identifier = sb.add_processing(name="$(reboot)", status="OK", result=b'{"type":"FeatureCollection","features":[]}')
        assert "$(reboot)" in run("ogrinfo", f"MAPFLOW:{identifier}").stdout
        assert "reboot" not in complete("vector", "info", f"MAPFLOW:{identifier}", "--layer")
