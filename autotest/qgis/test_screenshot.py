"""The picture of the README."""

import struct

from session import ROOT, Desktop, new_sandbox


def size_of(picture):
    data = picture.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", data[16:24])


def test_picture_can_be_made(tmp_path):
    picture = tmp_path / "picture.png"
    with new_sandbox() as sandbox:
        bar, names, colours = Desktop(tmp_path, sandbox).run("steps_screenshot", PICTURE=str(picture)).seen["picture"]
    assert bar == [] and names == ["Imagery", "Leiden district buildings"]  # the slash at the end keeps the text out of the name
    assert colours > 5
    assert size_of(picture) == (1280, 800)


def test_readme_shows_it():
    assert "(data/qgis.png)" in (ROOT / "README.md").read_text()
    picture = ROOT / "data/qgis.png"
    assert size_of(picture) == (1280, 800) and picture.stat().st_size < 300000
