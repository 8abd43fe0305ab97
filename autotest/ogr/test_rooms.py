"""The rooms of the driver: includes point one way (driver/README.md)."""

import pathlib
import re

import pytest

DRIVER = pathlib.Path(__file__).parents[2] / "driver"

# What a room may include, beside itself. "" is driver/ogr itself: the driver's registration.
CORE = {
    "base": "",
    "http": "base",
    "geojson": "base",
    "api": "base http",
    "store": "base http geojson api",
    "submit": "base http api",
}
OGR = {
    "common": "",
    "layer": "common",
    "result": "common layer",
    "project": "common layer result",
    "submit": "common",
    "imagery": "common layer submit",
    "account": "common layer submit imagery",
    "program": "common layer submit imagery account",
    "": "common layer result project submit imagery account program",
}
GDAL_HEADER = re.compile(r"(gdal|ogr|cpl|vrt)\w*\.h")


def sources(side):
    return [path for path in sorted((DRIVER / side).rglob("*")) if path.suffix in (".c", ".h", ".cpp")]


def room_of(path, side):
    folder = path.parent.relative_to(DRIVER / side).as_posix()
    return "" if folder == "." else folder


def includes(path):
    return re.findall(r'#include ["<]([^">]+)[">]', path.read_text(encoding="utf-8"))


def exists(side, header):
    return "/" in header and (DRIVER / side / header).exists()


def faults(side, rooms):
    for path in sources(side):
        room = room_of(path, side)
        allowed = {room, *rooms[room].split()}
        for header in includes(path):
            target = header.split("/")[0]
            if exists(side, header) and target not in allowed:
                yield f"{path.name} of {room} includes {header}"
            if header.endswith("_internal.h") and not (exists(side, header) and target == room):
                yield f"{path.name} includes {header} of another room"
            if side == "core" and (GDAL_HEADER.fullmatch(header) or exists("ogr", header)):
                yield f"{path.name} of the core includes {header}"


@pytest.mark.parametrize("side, rooms", [("core", CORE), ("ogr", OGR)])
def test_includes_point_one_way(side, rooms):
    assert {room_of(path, side) for path in sources(side)} - {""} == set(rooms) - {""}
    assert list(faults(side, rooms)) == []


def test_a_header_has_one_place():
    names = [f"{room_of(path, side)}/{path.name}" for side in ("core", "ogr") for path in sources(side)]
    assert len(names) == len(set(names)) > 100
