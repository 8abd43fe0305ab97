"""Areas that Python writes in a block, as the page shows it."""

import sys

import pytest
from osgeo import gdal

from submitting import created, geojson, polygons_of, squares
from test_documentation import examples

(BLOCK,) = [text for text in examples("python") if "with gdal.GetDriverByName" in text]
BEFORE = """
from osgeo import gdal, ogr, osr
srs = osr.SpatialReference()
srs.SetFromUserInput("WGS84")
srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
source = ogr.Open("{}")
polygons = [feature.GetGeometryRef().Clone() for feature in source.GetLayer(0)]
"""
AFTER = "\nprint('and went on')\n"


@pytest.fixture
def play(run, tmp_path):
    """Runs the block after `change` was applied to its text."""
    def played(change=lambda text: text):
        source = geojson(tmp_path / "district.geojson", *squares(2))
        return run(sys.executable, "-W", "ignore", "-c", BEFORE.format(source) + change(BLOCK) + AFTER)
    return played


if int(gdal.VersionInfo()) >= 3080000:  # has blocks
    def test_as_printed(sb, play):
        done = play()
        assert done.returncode == 0, done.said
        (body,) = created(sb)
        assert len(polygons_of(body)) == 2
        assert done.stdout.split() == [list(sb.state.processings)[-1], "and", "went", "on"]

    @pytest.mark.parametrize("case, said", [
        ("no such model", "Castles"), ("refused by the service", "403"), ("an exception in the block", "ZeroDivisionError")])
    def test_refusals(sb, play, case, said):
        """An exception, that is exit code 1. Bindings before GDAL 3.13 crash after one from closing, which comes here when
        the block ends without FlushCache()."""
        known = len(sb.state.processings)
        if case == "refused by the service":
            sb.fault("/processings/v2$", method="POST", status=403)
        done = play({"no such model": lambda text: text.replace("MODEL=Buildings", "MODEL=Castles"),
                     "an exception in the block": lambda text: text.replace("layer.CreateFeature(feature)", "1 / 0")
                     }.get(case, lambda text: text))
        may_crash = int(gdal.VersionInfo()) < 3130000 and case == "an exception in the block"
        assert done.returncode == 1 or (may_crash and done.returncode == -11), done.said
        assert "and went on" not in done.stdout
        assert said in done.stderr and len(sb.state.processings) == known
