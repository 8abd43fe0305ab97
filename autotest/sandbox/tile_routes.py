"""The third origin: tiles, TileJSON, previews of scenes and pre-signed downloads (imagery notes 6.2, 8.5, 10).

Such addresses carry their own right of access. A request that brings the
account's credentials here is refused, and fails the run (`audit`).
"""

import re

from .area import bounds
from .body import Reply
from .errors import ApiError, not_found
from .pictures import GREYS, QUARTERS, jpeg, png, quarters_png
from .projection import world_pixel
from .results import requested_range
from .routing import route

SIZE = 256
MAX_ZOOM = 25
PLACE = re.compile(
    r"s3://users-data/[^/]+/(?:mosaic_(?P<mosaic>[^/]+)/|processing_(?P<processing>[^/]+)/(?P<kind>\w+))"
)
QUERY = ("uri", "rescale", "expression")
TILE = r"/api/v0/cogs/tiles/{z}/{x}/{y}\.png"


def _areas(call):
    """(bounds, colours) of what the address of a layer covers, in lon/lat; 404 for an unknown one."""
    match = PLACE.fullmatch(call.query.get("uri", ""))
    if not match:
        raise not_found("Layer")
    if match["mosaic"]:
        images = call.imagery.images_of(call.imagery.mosaic(match["mosaic"]))
        return [(image.bounds, QUARTERS) for image in images if image.state.available and image.state.tiles_ready]
    processing = call.state.processing(match["processing"])
    colours = GREYS if match["kind"] == "result" else QUARTERS
    return [(bounds(polygon), colours) for aoi in processing.aois for polygon in aoi.polygons]


def _union(areas):
    if not areas:
        return None
    wests, souths, easts, norths = zip(*(area for area, _ in areas))
    return [min(wests), min(souths), max(easts), max(norths)]


@route("GET", r"/api/v0/cogs/tiles\.json", query=QUERY, origin=3)
def tilejson(call):
    how = call.variants.tilejson
    if how in ("401", "404"):
        raise ApiError(int(how), "TileJSON is not here")
    url = f"{call.sandbox.origins[3]}/api/v0/cogs/tiles/{{z}}/{{x}}/{{y}}.png?{call.raw_query}"
    document = {"tilejson": "2.2.0", "tiles": [url], "scheme": "xyz", "minzoom": 0, "maxzoom": 18}
    if how == "no-zooms":
        del document["minzoom"], document["maxzoom"]
    area = _union(_areas(call))
    if area and how != "no-bounds":
        document["bounds"] = area
    return Reply.json(document)


@route("GET", TILE, query=QUERY, origin=3)
def tile(call, z, x, y):
    if not (z.isdecimal() and x.isdecimal() and y.isdecimal() and int(z) <= MAX_ZOOM):
        raise not_found("Tile")
    z, x, y = int(z), int(x), int(y)
    rows, is_empty = _draw(_areas(call), z, x, y)
    if is_empty and call.variants.missing_tile != "transparent":
        return _missing(call.variants.missing_tile)
    if call.variants.tile_type == "jpeg":
        return Reply(200, jpeg(SIZE, SIZE, _colours_of(rows)), "image/png")
    return Reply(200, png(SIZE, rows), "image/png")


def _missing(how):
    if how == "404":
        raise not_found("Tile")
    return Reply(204) if how == "204" else Reply(200, b"", "image/png")


def _draw(areas, z, x, y):
    """RGBA rows of a tile: each area a rectangle of four quarters, transparent outside."""
    rows = [bytearray(4 * SIZE) for _ in range(SIZE)]
    is_empty = True
    for (west, south, east, north), colours in areas:
        left, top = world_pixel(west, north, z)
        right, bottom = world_pixel(east, south, z)
        columns = [_edge(value - x * SIZE) for value in (left, (left + right) / 2, right)]
        lines = [_edge(value - y * SIZE) for value in (top, (top + bottom) / 2, bottom)]
        for half, (begin, end) in enumerate(zip(lines, lines[1:])):
            pair = (colours[0], colours[1]) if half == 0 else (colours[3], colours[2])
            for row in rows[begin:end]:
                for colour, first, last in zip(pair, columns, columns[1:]):
                    row[4 * first : 4 * last] = bytes((*colour, 255)) * (last - first)
                    is_empty &= first >= last
    return rows, is_empty


def _edge(value):
    """The first pixel whose centre is beyond a position, within the tile."""
    return max(0, min(SIZE, round(value)))


def _colours_of(rows):
    def colour_at(column, row):
        at = 4 * min(SIZE - 1, int(column * SIZE))
        return tuple(rows[min(SIZE - 1, int(row * SIZE))][at : at + 3])

    return colour_at


@route("GET", "/quicklooks/{name}", query=("sig",), origin=3)
def quicklook(call, name):
    if call.query.get("sig") != "abc":
        raise ApiError(403, "the signature is missing")
    if name.endswith(".jpg"):
        return Reply(200, jpeg(SIZE, SIZE), "image/jpeg")
    return Reply(200, quarters_png(SIZE, SIZE), "image/png")


@route("GET", r"/atlas/{z}/{x}/{y}\.png", query=("year",), origin=3)
def atlas(call, z, x, y):
    """The world map of a provider: a picture everywhere."""
    return Reply(200, quarters_png(SIZE, SIZE), "image/png")


@route("GET", "/downloads/{key}/{filename}", query=("X-Signature",), origin=3)
def download(call, key, filename):
    image = call.imagery.downloads.get(key)
    if image is None or call.query.get("X-Signature") != "abc":
        raise ApiError(403, "Request has expired")
    content = call.imagery.content(image)
    start, end, status = requested_range(call.headers.get("range", ""), len(content))
    headers = {"Accept-Ranges": "bytes"}
    if status == 206:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(content)}"
    return Reply(status, content[start:end], "image/tiff", headers)
