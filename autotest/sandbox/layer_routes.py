"""The second origin: tiles, TileJSON and previews (API notes 9, 2.2).

It asks for no credentials, as such URLs carry their own right of access. A
request that brings the API token shows it in the log (`Record.authorization`).
"""

import struct
import zlib

from .body import Reply
from .errors import not_found
from .routing import route


def _png():
    """A transparent picture of one pixel."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 6, 0, 0, 0)
    pixels = zlib.compress(b"\0" + bytes(4))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


PNG = _png()


@route("GET", r"/api/layers/{layer}\.json", origin=2)
def tilejson(call, layer):
    tiles = f"{call.sandbox.origins[2]}/api/layers/{layer}/tiles/{{z}}/{{x}}/{{y}}.png"
    return Reply.json({"tilejson": "2.2.0", "bounds": [4.48, 52.15, 4.51, 52.17], "tiles": [tiles]})


@route("GET", "/api/layers/{layer}/tiles/{z}/{x}/{tile}", origin=2)
def tile(call, layer, z, x, tile):
    if tile.endswith(".vector.pbf"):
        return Reply(200, b"", "application/vnd.mapbox-vector-tile")
    if tile.endswith(".png"):
        return Reply(200, PNG, "image/png")
    raise not_found("Tile")


@route("GET", "/api/previews/{provider}/{z}/{x}/{tile}", origin=2)
def preview(call, provider, z, x, tile):
    return Reply(200, PNG, "image/png")
