"""The pictures of the README."""

import struct

import pytest

from session import ROOT, SCRIPTS, Desktop, new_sandbox


def size_of(picture):
    data = picture.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", data[16:24])


def picture_of_buildings(folder, picture):
    with new_sandbox() as sandbox:
        return Desktop(folder, sandbox).run("steps_screenshot", PICTURE=str(picture)).seen["picture"]


def picture_of_submitting(folder, picture):
    with new_sandbox() as sandbox:
        return Desktop(folder, sandbox, screen="1280x800", scripts=SCRIPTS).run(
            "steps_screenshot_submit", PICTURE=str(picture), AREA=str(ROOT / "data/aoi_4326.geojson"),
            MAPFLOW_POLL_INTERVAL="0.5").seen["picture"]


def test_picture_can_be_made(tmp_path):
    bar, names, colours = picture_of_buildings(tmp_path, tmp_path / "picture.png")
    # The slash at the end keeps the text out of the name.
    assert bar == [] and names == ["Imagery", "Leiden district buildings"]
    assert colours > 5
    assert size_of(tmp_path / "picture.png") == (1280, 800)


def test_picture_of_submitting_can_be_made(tmp_path):
    bar, name, legend = picture_of_submitting(tmp_path, tmp_path / "picture.png")
    assert bar == [] and name == "district" and legend[0] == "class_id"
    assert size_of(tmp_path / "picture.png") == (1280, 800)


@pytest.mark.parametrize("name, most", (("qgis.png", 300000), ("qgis-submit.png", 150000)))
def test_readme_shows_it(name, most):
    assert f"(data/{name})" in (ROOT / "README.md").read_text()
    picture = ROOT / "data" / name
    assert size_of(picture) == (1280, 800) and picture.stat().st_size < most
