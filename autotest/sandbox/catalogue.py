"""The catalogue of scenes: what a search asks for, and what it finds (imagery notes 8)."""

import copy
import json
import random
from dataclasses import dataclass
from datetime import datetime, timezone

from .area import ring_area, total_area
from .errors import bad_request
from .geometry import polygons_of

SORT = {  # token → member
    "PROVIDER_NAME": "providerName",
    "SAT_ID": "satId",
    "CLOUD_COVER": "cloudCover",
    "OFF_NADIR_ANGLE": "offNadirAngle",
    "ACQUISITION_DATE": "acquisitionDate",
    "ZOOM": "zoom",
    "PIXEL_RESOLUTION": "pixelResolution",
}
DEFAULT_LIMIT = 100
OWN_IMAGES, OWN_MOSAICS = "my_imagery_images", "my_imagery_mosaics"


def moment(text):
    """A date-time of the API; no zone is UTC (notes 1.1)."""
    try:
        parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise bad_request(f"{text} is not a date-time") from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=timezone.utc)


@dataclass
class Search:
    """A checked request: the area, the filters, the order and the page."""

    polygons: list
    acquired: tuple = (None, None)
    resolution: tuple = (None, None)
    max_cloud: float | None = None
    min_intersection: float | None = None
    angle: tuple = (None, None)
    hide_unavailable: bool = False
    providers: list | None = None
    types: list | None = None
    sort: str | None = None
    is_descending: bool = True
    limit: int = DEFAULT_LIMIT
    offset: int = 0


def read_filters(body):
    """The filters that searches and planned searches share, as arguments of `Search`."""

    def pair(low, high, read):
        return read(low), read(high)

    def date(name):
        text = body.filled_text(name)
        return None if text is None else moment(text)

    return {
        "acquired": pair("acquisitionDateFrom", "acquisitionDateTo", date),
        "resolution": pair("minResolution", "maxResolution", body.number),
        "max_cloud": body.number("maxCloudCover", 0, 100),
        "angle": pair("minOffNadirAngle", "maxOffNadirAngle", body.number),
    }


def read_wishes(body):
    """The filters that only a new search takes."""
    types = body.filled_list("productTypes")
    if any(kind not in ("IMAGE", "MOSAIC") for kind in types or []):
        raise bad_request("body.productTypes holds something else than IMAGE and MOSAIC")
    providers = body.list("dataProviders")
    if not all(isinstance(name, str) for name in providers or []):
        raise bad_request("body.dataProviders holds something else than names")
    return {
        "min_intersection": body.number("minAoiIntersectionPercent", 0, 100),
        "hide_unavailable": body.boolean("hideUnavailable") or False,
        "providers": None if providers is None else [name.lower() for name in providers],
        "types": types,
    }


def read_page(body):
    """Order and page of a search."""
    limit = body.integer("limit", 1)
    return {
        "sort": body.one_of("sortBy", tuple(SORT)),
        "is_descending": body.one_of("sortOrder", ("ASC", "DESC")) != "ASC",
        "limit": DEFAULT_LIMIT if limit is None else limit,
        "offset": body.integer("offset", 0) or 0,
    }


def read_search(body, area_limit):
    """The body of POST /catalog/meta."""
    polygons = polygons_of(body.object("aoi", required=True))
    search = Search(polygons, **read_filters(body), **read_wishes(body), **read_page(body))
    body.finish()
    area = total_area(polygons)
    if area_limit and area > area_limit:
        raise bad_request(
            "The area of the search is above the limit",
            "SEARCH_AREA_TOO_LARGE",
            {"area": str(round(area)), "searchAreaLimit": str(area_limit)},
        )
    return search


# --- geometry


def _outlines(footprint):
    """The outer rings of a footprint, counter-clockwise."""
    if not footprint or not footprint.get("coordinates"):
        return []
    parts = footprint["coordinates"]
    polygons = [parts] if footprint["type"] == "Polygon" else parts
    rings = [polygon[0] for polygon in polygons]
    return [ring if _turn(ring) > 0 else ring[::-1] for ring in rings]


def _turn(ring):
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:]))


def _clip(ring, outline):
    """The part of a ring within a convex outline (Sutherland and Hodgman), closed; [] when there is none."""
    points = ring[:-1]
    for (x1, y1), (x2, y2) in zip(outline, outline[1:]):

        def side(p):
            return (x2 - x1) * (p[1] - y1) - (y2 - y1) * (p[0] - x1)

        kept = []
        for a, b in zip(points, points[1:] + points[:1]):
            sa, sb = side(a), side(b)
            if sa >= 0:
                kept.append(a)
            if (sa > 0 > sb) or (sa < 0 < sb):
                t = sa / (sa - sb)
                kept.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
        points = kept
        if not points:
            return []
    return [*points, points[0]]


def intersection_percent(footprint, polygons):
    """How much of the area a footprint covers, 0 to 100; None for a scene without a footprint."""
    outlines = _outlines(footprint)
    if not outlines:
        return None
    covered = 0.0
    for outer, *holes in polygons:
        for outline in outlines:
            covered += ring_area(_clip(outer, outline)) - sum(ring_area(_clip(hole, outline)) for hole in holes)
    return round(max(0.0, min(100.0, 100 * covered / total_area(polygons))), 3)


# --- the scenes


class Catalogue:
    """Scenes as the service knows them: dicts in the API's own members. Tests may add to them."""

    def __init__(self, state, variants):
        self._state = state
        self._variants = variants
        self.scenes = []
        path = state.data / "imagery.json"
        if path.exists():
            self.scenes = json.loads(path.read_text(encoding="utf-8"))["scenes"]

    def add(self, **members):
        """A scene; what is not said is as in the first one."""
        scene = {**copy.deepcopy(self.scenes[0]), **members}
        self.scenes.append(scene)
        return scene

    def fill(self, count, bounds=(4.40, 52.10, 4.60, 52.22), seed=1):
        """Many scenes of all kinds over the middle of `bounds`: nulls, negative angles, ids with any character."""
        random_ = random.Random(seed)
        west, south, east, north = bounds
        x, y = (west + east) / 2, (south + north) / 2

        def maybe(value):
            return None if random_.random() < 0.1 else value

        for number in range(count):
            l, r = x - random_.uniform(0, x - west), x + random_.uniform(0, east - x)
            b, t = y - random_.uniform(0, y - south), y + random_.uniform(0, north - y)
            ring = [[l, b], [r, b], [r, t], [l, t], [l, b]]
            kind = random_.choice(("Image", "IMAGE", "Mosaic", "MOSAIC"))
            odd = random_.choice(("", "", "", " b", "/c", "ü", '"', "%41", "\\"))
            date = f"2026-{random_.randint(1, 12):02}-{random_.randint(1, 28):02}T{random_.randint(0, 23):02}:00:00"
            self.add(
                id=f"S{number:05}{odd}",
                productType=kind,
                providerName=random_.choice(("orbview", "CG", "skyline_pan")),
                satId=maybe(f"SAT-{random_.randint(1, 5)}"),
                footprint={"type": "Polygon", "coordinates": [ring]},
                pixelResolution=random_.choice((0.0, 0.3, 0.5, 0.5, 1.5, None)),
                acquisitionDate=maybe(date + random_.choice(("Z", ""))),
                cloudCover=maybe(round(random_.uniform(0, 100), 1)),
                offNadirAngle=maybe(round(random_.uniform(-40, 40), 1)),
                zoom=random_.choice((None, 18, "18")),
            )

    def _rows(self, rasters):
        """All scenes, own imagery among them (notes 8.4)."""
        rows = [json.loads(json.dumps(scene).replace("{imagery}", rasters.tile_host)) for scene in self.scenes]
        imagery = self._state.imagery
        for mosaic in imagery.mosaics.values():
            usable = [image for image in imagery.images_of(mosaic) if image.state.usable]
            rows += [self._own_image(image, rasters) for image in usable]
            if usable:
                rows.append(self._own_mosaic(mosaic, usable, rasters))
        return rows

    @staticmethod
    def _own(identifier, kind, provider, footprint, preview):
        nothing = dict.fromkeys(
            ("sensor", "satId", "acquisitionDate", "cloudCover", "offNadirAngle", "colorBandOrder", "zoom")
        )
        return {
            **nothing,
            "id": identifier,
            "productType": kind,
            "providerName": provider,
            "footprint": footprint,
            "pixelResolution": None,
            **preview,
            "previews": [],
            "minAreaSqkm": None,
            "isNew": None,
        }

    def _own_image(self, image, rasters):
        polygon = {"type": "Polygon", "coordinates": [[list(p) for p in rasters.ring(image)]]}
        preview = {"previewType": "png", "previewUrl": rasters.image(image)["preview_url_l"]}
        return self._own(image.id, "IMAGE", OWN_IMAGES, polygon, preview)

    def _own_mosaic(self, mosaic, images, rasters):
        parts = [[[list(p) for p in rasters.ring(image)]] for image in images]
        preview = {"previewType": "xyz", "previewUrl": rasters.tile_layer(f"mosaic_{mosaic.id}/")["tileUrl"]}
        return self._own(mosaic.id, "MOSAIC", OWN_MOSAICS, {"type": "MultiPolygon", "coordinates": parts}, preview)

    # --- searching

    def find(self, search, rasters):
        """All scenes that pass every filter, in the order asked for."""
        found = []
        for scene in self._rows(rasters):
            percent = intersection_percent(scene["footprint"], search.polygons)
            if percent != 0 and self._passes(scene, percent, search):
                found.append({**scene, "aoiIntersectionPercent": percent})
        return _sorted(found, search)

    def _passes(self, scene, percent, search):
        """A value that is null passes; so does a resolution of 0, which stands for unknown."""
        acquired = scene["acquisitionDate"] and moment(scene["acquisitionDate"])
        angle = scene["offNadirAngle"]
        return (
            _within(acquired, *search.acquired)
            and _within(scene["pixelResolution"] or None, *search.resolution)
            and _within(scene["cloudCover"], None, search.max_cloud)
            and _within(percent, search.min_intersection, None)
            and _within(None if angle is None else abs(angle), *search.angle)
            and self._is_wanted(scene, search)
        )

    def _is_wanted(self, scene, search):
        provider = (scene["providerName"] or "").lower()
        usable = {entry["name"].lower() for entry in self._state.search_providers} | {OWN_IMAGES, OWN_MOSAICS}
        kind = "MOSAIC" if (scene["productType"] or "").upper() == "MOSAIC" else "IMAGE"
        return (
            (search.types is None or kind in search.types)
            and (search.providers is None or provider in search.providers)
            and (not search.hide_unavailable or provider in usable)
        )

    def page(self, found, search):
        """The page of a list: perhaps shorter than asked for, perhaps with the last scene of the page before."""
        begin = search.offset
        end = begin + min(search.limit, self._variants.catalogue_page)
        if self._variants.overlapping_pages and begin > 0:
            begin, end = begin - 1, max(begin, end - 1)
        return found[begin:end]

    def document(self, found, search):
        """The answer, in the shape that the variants ask for."""
        page = [self._shaped(scene) for scene in self.page(found, search)]
        if self._variants.catalogue_shape == "array":
            return page
        document = {"images": page, "total": len(found), "limit": search.limit, "offset": search.offset}
        if not page and self._variants.no_images == "null":
            document["images"] = None
        if not page and self._variants.no_images == "missing":
            del document["images"]
        if self._variants.catalogue_shape == "no-total":
            del document["total"]
        return document

    def _shaped(self, scene):
        if self._variants.sparse:
            scene = {name: value for name, value in scene.items() if value is not None}
            scene.pop("aoiIntersectionPercent", None)
        if self._variants.unknown_fields:
            scene = {"novelty": {"id": 7}, **scene}
        return scene


def _within(value, low, high):
    return value is None or ((low is None or value >= low) and (high is None or value <= high))


def _sorted(found, search):
    """By a token, with nulls in places that depend on nothing a client knows; else as they are."""
    if search.sort is None:
        return found
    member = SORT[search.sort]
    known = [scene for scene in found if scene[member] is not None]
    known.sort(key=lambda scene: _key(scene[member]), reverse=search.is_descending)
    places = random.Random(f"{search.sort} {search.is_descending}")
    for scene in found:
        if scene[member] is None:
            known.insert(places.randint(0, len(known)), scene)
    return known


def _key(value):
    """Zooms may be text; texts sort without case."""
    return float(value) if isinstance(value, (int, float)) or value.isdecimal() else value.lower()
