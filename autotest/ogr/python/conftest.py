"""Fixtures: programs of Python, and the rows that they should see."""

import json
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from helpers import BUILDINGS  # noqa: E402


@pytest.fixture
def python(run):
    """Runs a program of Python, with the dataset's name in `name`; what it prints is JSON."""
    def ran(program, name=f"MAPFLOW:{BUILDINGS}"):
        done = run(sys.executable, "-W", "ignore", "-c", f"import json\nname = {name!r}\n{program}")
        assert done.returncode == 0, done.said
        return json.loads(done.stdout)
    return ran


@pytest.fixture
def ids_of(open_mapflow):
    """The ids of the rows that GDAL gives: ids_of(where, box)."""
    def read(where=None, box=None):
        dataset = open_mapflow(BUILDINGS)
        layer = dataset.GetLayer(0)
        layer.SetAttributeFilter(where)
        if box is not None:
            layer.SetSpatialFilterRect(*box)
        return [row["id"] for row in layer]
    return read
