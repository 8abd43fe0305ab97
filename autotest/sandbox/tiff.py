"""GeoTIFF, as little of it as is needed.

Reading: what an upload is checked for, out of the tags of a classic or BigTIFF
file in either byte order. Writing: a small RGB file for downloads.
"""

import struct
from dataclasses import dataclass

from .projection import METRES_PER_DEGREE, distance

TYPES = {1: "B", 2: "s", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q"}
FORMATS = {1: "uint", 2: "int", 3: "float"}
MAX_VALUES = 1 << 20
WIDTH, HEIGHT, BITS, SAMPLES, SAMPLE_FORMAT = 256, 257, 258, 277, 339
PIXEL_SCALE, TIE_POINT, TRANSFORM, GEO_KEYS, NODATA = 33550, 33922, 34264, 34735, 42113
GEOGRAPHIC, PROJECTED = 2048, 3072


class NotATiff(ValueError):
    """The file cannot be read as a TIFF."""


@dataclass
class Raster:
    """What the tags say. `epsg` and `transform` are None without a reference."""

    width: int
    height: int
    bands: int
    dtypes: list
    nodata: float | None
    epsg: int | None
    transform: tuple | None  # x = t0 + column * t1 + row * t2, y = t3 + column * t4 + row * t5

    @property
    def pixel_size(self):
        _, a, b, _, d, e = self.transform
        return [distance(a, d), distance(b, e)]

    @property
    def metres(self):
        """The larger side of a pixel in metres, degrees times 111320 (imagery notes 2.2)."""
        return max(self.pixel_size) * (METRES_PER_DEGREE if self.epsg == 4326 else 1)

    @property
    def corners(self):
        """North-west, north-east, south-east and south-west of a north-up raster, in its own system."""
        x0, a, b, y0, d, e = self.transform
        places = ((0, 0), (self.width, 0), (self.width, self.height), (0, self.height))
        return [(x0 + c * a + r * b, y0 + c * d + r * e) for c, r in places]


def read_raster(file):
    """The `Raster` of the first directory of an open file; NotATiff when there is none."""
    try:
        tags = _read_tags(file)
        width, height, bands = tags[WIDTH][0], tags[HEIGHT][0], tags.get(SAMPLES, (1,))[0]
    except (struct.error, KeyError, IndexError, OSError, OverflowError) as error:
        raise NotATiff("the file cannot be opened as a GeoTIFF") from error
    bits = tags.get(BITS, (1,))
    formats = tags.get(SAMPLE_FORMAT, (1,))
    dtype = f"{FORMATS.get(formats[0], 'complex')}{bits[0]}"
    nodata = tags.get(NODATA)
    return Raster(
        width=width,
        height=height,
        bands=bands,
        dtypes=[dtype] * bands,
        nodata=float(nodata[0].rstrip(b"\0")) if nodata else None,
        epsg=_epsg(tags.get(GEO_KEYS)),
        transform=_transform(tags),
    )


def _read_tags(file):
    file.seek(0)
    head = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None:
        raise NotATiff("the file is not a TIFF")
    (version,) = struct.unpack(order + "H", head[2:4])
    if version == 42:
        entry, offset_type = order + "HHI4s", "I"
        (where,) = struct.unpack(order + "I", head[4:8])
    elif version == 43:
        entry, offset_type = order + "HHQ8s", "Q"
        (where,) = struct.unpack(order + "Q", head[8:16])
    else:
        raise NotATiff("the file is not a TIFF")
    count_type = order + ("H" if version == 42 else "Q")
    file.seek(where)
    (count,) = struct.unpack(count_type, file.read(struct.calcsize(count_type)))
    size = struct.calcsize(entry)
    directory = file.read(min(count, 4096) * size)
    tags = {}
    for at in range(0, len(directory), size):
        tag, kind, values, inline = struct.unpack(entry, directory[at : at + size])
        if kind in TYPES:
            tags[tag] = _values(file, order, kind, values, inline, offset_type)
    return tags


def _values(file, order, kind, count, inline, offset_type):
    count = min(count, MAX_VALUES)
    form = f"{order}{count}{TYPES[kind]}"
    size = struct.calcsize(form)
    if size > len(inline):
        file.seek(struct.unpack(order + offset_type, inline)[0])
        inline = file.read(size)
    return struct.unpack(form, inline[:size])


def _epsg(keys):
    """The EPSG code among the GeoKeys, None when there is none or the system is user-defined."""
    found = {}
    for at in range(4, len(keys or ()) - 3, 4):
        key, location, _, value = keys[at : at + 4]
        if key in (GEOGRAPHIC, PROJECTED) and location == 0 and 0 < value < 32767:
            found[key] = value
    has_projected = any(keys[at] == PROJECTED for at in range(4, len(keys or ()) - 3, 4))
    return found.get(PROJECTED) if has_projected else found.get(GEOGRAPHIC)


def _transform(tags):
    if TRANSFORM in tags:
        m = tags[TRANSFORM]
        return (m[3], m[0], m[1], m[7], m[4], m[5])
    if PIXEL_SCALE not in tags or TIE_POINT not in tags:
        return None
    (sx, sy, _), (column, row, _, x, y, _) = tags[PIXEL_SCALE], tags[TIE_POINT][:6]
    return (x - column * sx, sx, 0.0, y + row * sy, 0.0, -sy)


def write_raster(raster, colour_at):
    """The bytes of an uncompressed north-up RGB GeoTIFF; colour_at(column, row) with both from 0 to 1."""
    rows = []
    for row in range(raster.height):
        y = (row + 0.5) / raster.height
        rows.append(b"".join(bytes(colour_at((x + 0.5) / raster.width, y)) for x in range(raster.width)))
    pixels = b"".join(rows)
    x0, sx, _, y0, _, sy = raster.transform
    key = GEOGRAPHIC if raster.epsg == 4326 else PROJECTED
    kind = 2 if raster.epsg == 4326 else 1
    entries = [
        (WIDTH, "I", (raster.width,)),
        (HEIGHT, "I", (raster.height,)),
        (BITS, "H", (8, 8, 8)),
        (259, "H", (1,)),  # no compression
        (262, "H", (2,)),  # RGB
        (273, "I", None),  # where the pixels begin
        (SAMPLES, "H", (3,)),
        (278, "I", (raster.height,)),  # rows a strip
        (279, "I", (len(pixels),)),
        (PIXEL_SCALE, "d", (sx, -sy, 0.0)),
        (TIE_POINT, "d", (0.0, 0.0, 0.0, x0, y0, 0.0)),
        (GEO_KEYS, "H", (1, 1, 0, 3, 1024, 0, 1, kind, 1025, 0, 1, 1, key, 0, 1, raster.epsg)),
    ]
    codes = {letter: code for code, letter in TYPES.items() if letter in "HId" and code in (3, 4, 12)}
    end = 8 + 2 + 12 * len(entries) + 4
    directory, rest = b"", b""
    sizes = [struct.calcsize(f"<{len(v)}{k}") if v else 4 for _, k, v in entries]
    where = end + sum(size for size in sizes if size > 4)
    for tag, letter, values in entries:
        values = values or (where,)
        data = struct.pack(f"<{len(values)}{letter}", *values)
        inline = data.ljust(4, b"\0") if len(data) <= 4 else struct.pack("<I", end + len(rest))
        rest += data if len(data) > 4 else b""
        directory += struct.pack("<HHI", tag, codes[letter], len(values)) + inline
    return struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + directory + bytes(4) + rest + pixels
