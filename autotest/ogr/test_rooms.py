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
# What only a system's own files may name: its headers, and the macros that tell one from another.
SYSTEM = re.compile(
    r"\b(_WIN32|__MINGW32__|_MSC_VER|__APPLE__|__linux__|__unix__)\b"
    r"|#include <((sys|arpa|netinet|net)/\w+|unistd|pthread|fcntl|poll|netdb|signal|dirent|pwd|dlfcn|strings"
    r"|windows|winsock2|ws2tcpip|io|direct|process)\.h>")
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


def knows_the_system(path):
    return path.parent.name == "base" or path.name.startswith("curl_")


def test_the_system_is_known_in_base_alone():
    """The files of base come in pairs: what another system lacks is not seen elsewhere."""
    core, ogr = sources("core"), sources("ogr")
    named = {path.name: SYSTEM.findall(path.read_text(encoding="utf-8")) for path in core + ogr
             if not knows_the_system(path)}
    assert {name: found for name, found in named.items() if found} == {}
    assert any(SYSTEM.search(path.read_text(encoding="utf-8")) for path in core if knows_the_system(path))


def test_each_file_of_a_system_has_its_twin():
    names = {path.name for path in sources("core")}
    posix = {name.replace("_posix.", "_windows.") for name in names if "_posix." in name}
    assert posix == {name for name in names if name.endswith("_windows.c")}
    assert "file_windows.c" in posix


def test_map_names_what_is_there():
    """`room/module`, `room/file.h` and `autotest/…` in driver/README.md; `x` stands for any module."""
    text = (DRIVER / "README.md").read_text(encoding="utf-8")
    named = sorted(set(re.findall(r"`((?:\w+/)+\w{2,})(?:\.\w+)?`", text)))
    there = [path.with_suffix("") for top in ("driver", "autotest", "cmake")
             for path in (DRIVER.parent / top).rglob("*")]
    assert len(named) > 30
    assert [name for name in named if not any(str(path).endswith(f"/{name}") for path in there)] == []
