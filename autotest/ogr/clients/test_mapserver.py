"""MapServer: the layer of the page, drawn as it is drawn from a file."""

import re

import pytest

from helpers import BUILDINGS, environment_of
from paths import AUTOTEST, DATA
from programs import map_file, run

PAGE = (AUTOTEST.parent / "driver" / "programs.md").read_text(encoding="utf-8")
(LAYER,) = re.findall(r"^```\n(LAYER\n.*?^END\n)```", PAGE, re.M | re.S)
NAME = f"MAPFLOW:{BUILDINGS}"


@pytest.fixture
def draw(sb, tmp_path):
    """Draws a map of one layer; returns the picture, or what MapServer says."""
    def drawn(name, *more, layer=None):
        path, settings = map_file(tmp_path, name, *more)
        if layer is not None:
            path.write_text(re.sub(r"  LAYER\n.*?\n  END\nEND\n", lambda _: layer + "END\n", path.read_text(), flags=re.S))
        picture = tmp_path / "map.png"
        picture.unlink(missing_ok=True)
        done = run("map2img", "-m", path, "-o", picture, environment={**environment_of(sb), **settings})
        return picture.read_bytes() if done.returncode == 0 else done.stderr + done.stdout
    return drawn


@pytest.fixture
def wanted(draw):
    picture = draw(DATA / "buildings.geojson")
    assert picture != draw(DATA / "empty.geojson")
    return picture


def test_layer_of_the_page(draw, wanted):
    layer = LAYER.replace('NAME "buildings"', 'NAME "buildings"\n  STATUS DEFAULT')
    colour = layer.replace("COLOR 200 30 30", "COLOR 255 0 0")
    assert layer != colour and draw("", layer=colour) == wanted != draw("", layer=layer)


@pytest.mark.parametrize("name, more", (
    (NAME, []), (NAME, ['DATA "0"']), (NAME, ['DATA "Leiden district buildings"']), (NAME, ['DATA "SELECT * FROM results"']),
    (NAME, ['DATA "results"', 'CONNECTIONOPTIONS "LAYER_NAME" "results" END']),
    (f"{NAME},LAYER_NAME=results", ['DATA "results"']),
    (f"{NAME},LAYER_NAME=results,GEOMETRY=SPLIT", ['DATA "results_polygon"']),
), ids=lambda one: one if isinstance(one, str) else " ".join(one))
def test_ways_to_name_a_layer(draw, wanted, name, more):
    assert draw(name, *more) == wanted


def test_layer_that_is_not_there_is_an_error(draw):
    """The name `results` is not among those that are counted; nor may a comma do without DATA."""
    assert "GetLayer(results) failed" in draw(NAME, 'DATA "results"')
    assert "GetLayer(STYLE=NO) failed" in draw(f"{NAME},STYLE=NO")
