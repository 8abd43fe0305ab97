#!/usr/bin/env python3
"""Write the sample results and AOIs of this folder.

The results have the shape in which Mapflow answers (one compact
FeatureCollection, WGS84, no "crs" member, "id" inside the properties); the
town they show is invented. The same numbers come out on every run: one seed,
and all coordinates are rounded to a millimetre in a local plane before they
become degrees.

Usage: make.py    rewrites the files beside this script; needs osgeo for the AOIs
"""

import json
import math
import pathlib
import random

from osgeo import gdal, ogr, osr

FOLDER = pathlib.Path(__file__).parent
ORIGIN_LON, ORIGIN_LAT = 4.495, 52.16
METRES_PER_LON, METRES_PER_LAT = 68390.0, 111270.0
HALF_WIDTH, HALF_HEIGHT = 1020.0, 1105.0  # the extent 4.48..4.51, 52.15..52.17

BUILDING_COUNT = 2496
SHAPED_COUNT = 2444  # features that have a shape_type
DETAILED_COUNT = 432  # features that have the ten further properties
BUILT_YEAR_TEXTS = ("1905-1910", "before 1850", "unknown")

# Quarters of the town: centre, direction of its streets in degrees, how it is
# built. A point belongs to the nearest centre, so that main roads lie between;
# the perimeter blocks of the old town are inside the moat, all others outside.
QUARTERS = (
    (0, 40, 12, "perimeter"),
    (-230, -150, -8, "perimeter"),
    (210, -170, 31, "perimeter"),
    (170, 260, 24, "perimeter"),
    (-260, 230, -14, "perimeter"),
    (-640, 90, 5, "terrace"),
    (-600, -480, -32, "terrace"),
    (-90, -600, 14, "terrace"),
    (470, -560, 42, "slab"),
    (680, -80, -20, "terrace"),
    (620, 420, 8, "detached"),
    (180, 690, -26, "terrace"),
    (-340, 640, 19, "detached"),
    (-760, 560, 40, "slab"),
    (880, -480, 6, "hall"),
    (760, 850, -12, "terrace"),
    (-820, -860, 15, "detached"),
    (330, -930, -6, "hall"),
    (-330, 960, 2, "terrace"),
    (-960, -200, -18, "hall"),
)
PARKS = ((-60, -290, 55), (530, 150, 85), (-540, -170, 75), (-120, 520, 60), (420, 640, 70))
MOAT_RADIUS, MOAT_HALF_WIDTH = 415.0, 16.0


# Geometry in the local plane: points are (east, north) in metres.


def rectangle(x, y, width, depth):
    """The closed ring of a rectangle whose lower left corner is x, y."""
    return [(x, y), (x + width, y), (x + width, y + depth), (x, y + depth), (x, y)]


def l_shape(x, y, width, depth, notch_width, notch_depth):
    """A rectangle that lacks its upper right corner."""
    inner_x, inner_y = x + width - notch_width, y + depth - notch_depth
    return [(x, y), (x + width, y), (x + width, inner_y), (inner_x, inner_y),
            (inner_x, y + depth), (x, y + depth), (x, y)]


def u_shape(x, y, width, depth, wing):
    """Three wings around a court that is open to the north."""
    return [(x, y), (x + width, y), (x + width, y + depth), (x + width - wing, y + depth),
            (x + width - wing, y + wing), (x + wing, y + wing), (x + wing, y + depth),
            (x, y + depth), (x, y)]


def staggered(x, y, width, depth, step):
    """A row of houses whose right half stands back by step."""
    middle = x + width / 2
    return [(x, y), (middle, y), (middle, y + step), (x + width, y + step),
            (x + width, y + depth + step), (middle, y + depth + step), (middle, y + depth),
            (x, y + depth), (x, y)]


def circle(x, y, radius, count, wobble=None):
    """A closed ring of count corners; wobble(i) scales the radius of corner i."""
    ring = []
    for i in range(count):
        r = radius * (wobble(i) if wobble else 1.0)
        angle = 2 * math.pi * i / count
        ring.append((x + r * math.cos(angle), y + r * math.sin(angle)))
    return ring + ring[:1]


def placed(ring, x, y, degrees):
    """The ring turned around 0, 0 and moved to x, y, in whole millimetres."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [(round(x + px * cos - py * sin, 3), round(y + px * sin + py * cos, 3))
            for px, py in ring]


def ring_area(ring):
    """Square metres inside a closed ring."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:]))) / 2


def polygon_area(rings):
    """Square metres of a polygon: its outer ring less its holes."""
    return ring_area(rings[0]) - sum(ring_area(hole) for hole in rings[1:])


def centre(ring):
    """The mean of a closed ring's corners."""
    corners = ring[:-1]
    return (sum(p[0] for p in corners) / len(corners), sum(p[1] for p in corners) / len(corners))


def blob(rng, x, y, radius, count=14):
    """An irregular outline, for woods and ponds."""
    factors = [rng.uniform(0.75, 1.2) for _ in range(count)]
    return placed(circle(0, 0, radius, count, lambda i: factors[i]), x, y, 0)


# The town.


def river_y(x):
    """The river's middle line."""
    return -0.22 * x - 300 + 70 * math.sin(x / 190.0)


def is_free(x, y):
    """Whether neither water, nor railway, nor park is in the way of a building."""
    if abs(math.hypot(x, y) - MOAT_RADIUS) < MOAT_HALF_WIDTH + 6 or abs(y - river_y(x)) < 22:
        return False
    if abs(0.55 * x - y + 1000) / math.hypot(0.55, 1) < 24:
        return False
    if any(math.hypot(x - px, y - py) < radius for px, py, radius in PARKS):
        return False
    return abs(x) < HALF_WIDTH and abs(y) < HALF_HEIGHT


def is_inside_quarter(x, y, index):
    """Whether x, y is in the quarter, at least half a main road away from the next."""
    own = QUARTERS[index]
    in_old_town = own[3] == "perimeter"
    if (math.hypot(x, y) < MOAT_RADIUS) != in_old_town:
        return False
    for i, other in enumerate(QUARTERS):
        if i == index or (other[3] == "perimeter") != in_old_town:
            continue
        between = math.hypot(other[0] - own[0], other[1] - own[1])
        nearer = (x - other[0]) ** 2 + (y - other[1]) ** 2 - (x - own[0]) ** 2 - (y - own[1]) ** 2
        if nearer / (2 * between) < 7:
            return False
    return True


def row(rng, length, depth, widths, gap_chance):
    """Fronts along a street: yields (x, width, depth), now and then a gap."""
    x = 0.0
    while True:
        width = rng.uniform(*widths)
        if x + width > length:
            return
        if rng.random() < gap_chance:
            x += rng.uniform(3, 7)
            continue
        yield x, width, depth * rng.uniform(0.88, 1.12)
        x += width + rng.uniform(0.6, 1.6)


def terrace_block(rng):
    """Two rows of terraced houses back to back."""
    for side in (0, 1):
        for x, width, depth in row(rng, 100, 10, (14, 34), 0.12):
            ring = staggered(x, 0, width, depth, rng.uniform(1.5, 3))
            if side:
                ring = [(100 - px, 48 - py) for px, py in ring]
            yield [ring], "GRID_SNAP", 102
    for x in (0, 91):
        if rng.random() < 0.7:
            yield [rectangle(x, 15, 9, rng.uniform(13, 18))], "RECTANGLE", 102
    if rng.random() < 0.5:
        yield [rectangle(rng.uniform(20, 70), 20, rng.uniform(8, 16), 6)], "DYNAMIC_GRID", 105


def detached_block(rng):
    """Villas, each on its plot."""
    for column in range(5):
        for line in range(2):
            if rng.random() < 0.1:
                continue
            x, y = column * 21 + rng.uniform(0, 6), line * 26 + rng.uniform(0, 6)
            width, depth = rng.uniform(9, 14), rng.uniform(9, 13)
            if rng.random() < 0.4:
                yield [l_shape(x, y, width, depth, width * 0.45, depth * 0.4)], "L-SHAPE", 102
            else:
                yield [rectangle(x, y, width, depth)], "RECTANGLE", 102


def perimeter_block(rng):
    """An old town block: fronts on four streets around a court."""
    width, depth, thick = 74, 50, 11
    for x, front, deep in row(rng, width - 2 * thick, thick, (8, 19), 0.03):
        yield [rectangle(thick + x + 0.6, 0, front, deep)], "GRID_SNAP", rng.choice((101, 102, 104))
    for x, front, deep in row(rng, width - 2 * thick, thick, (8, 19), 0.03):
        yield ([rectangle(thick + x + 0.6, depth - deep, front, deep)], "GRID_SNAP",
               rng.choice((101, 102, 104)))
    for side in (0, 1):
        left = 0 if side == 0 else width - thick
        yield ([l_shape(left, 0, thick, 17, thick * 0.35, 5)], "L-SHAPE", 101)
        yield [rectangle(left, 18, thick, 13)], "GRID_SNAP", 102
        yield [rectangle(left, 32, thick, depth - 32)], "RECTANGLE", 101
    if rng.random() < 0.6:
        yield [rectangle(rng.uniform(20, 42), 20, rng.uniform(7, 14), 8)], "DYNAMIC_GRID", 105


def slab_block(rng):
    """Blocks of flats in parallel, with garages or a court between."""
    if rng.random() < 0.3:
        yield [u_shape(4, 2, 66, 40, 12)], "GRID_SNAP", 101
        yield [rectangle(80, 6, 12, 36)], "RECTANGLE", 101
        return
    for y in (0, 34):
        yield [rectangle(rng.uniform(0, 5), y, rng.uniform(58, 92), 12)], "RECTANGLE", 101
    for x in (4, 38, 70):
        if rng.random() < 0.6:
            yield [rectangle(x, 19, 22, 6)], "RECTANGLE", 105


def hall_block(rng):
    """Works and shops."""
    for x in (0, 54):
        width, depth = rng.uniform(34, 50), rng.uniform(26, 46)
        if rng.random() < 0.45:
            yield ([l_shape(x, 0, width, depth, width * 0.4, depth * 0.45)], "L-SHAPE",
                   rng.choice((103, 104)))
        else:
            yield [rectangle(x, 0, width, depth)], "RECTANGLE", rng.choice((103, 103, 104))
    if rng.random() < 0.3:
        yield [circle(98, 44, rng.uniform(4, 7), 16)], "CIRCLE", 103


# Block kind: how to fill it, its width and depth with the streets around it.
BLOCKS = {
    "terrace": (terrace_block, 110, 60),
    "detached": (detached_block, 116, 64),
    "perimeter": (perimeter_block, 84, 60),
    "slab": (slab_block, 112, 64),
    "hall": (hall_block, 122, 66),
}


def quarter_buildings(rng, index):
    """The buildings of one quarter: [(rings, shape_type, class_id)]."""
    x0, y0, degrees, kind = QUARTERS[index]
    fill, width, depth = BLOCKS[kind]
    found = []
    for column in range(-7, 8):
        for line in range(-12, 13):
            for rings, shape, class_id in fill(rng):
                rings = [placed([(px + column * width, py + line * depth)
                                 for px, py in ring], x0, y0, degrees) for ring in rings]
                if all(is_free(*p) and is_inside_quarter(*p, index) for p in rings[0]):
                    found.append((rings, shape, class_id))
    return found


def landmarks():
    """The three buildings with a court inside."""
    for x, y, degrees, width, depth in ((40, 100, 12, 64, 40), (-190, -130, -8, 58, 44),
                                        (200, 230, 24, 60, 42)):
        outer = rectangle(-width / 2, -depth / 2, width, depth)
        inner = rectangle(-width / 2 + 11, -depth / 2 + 11, width - 22, depth - 22)
        yield ([placed(outer, x, y, degrees), placed(inner[::-1], x, y, degrees)], "GRID_SNAP", 105)


def town(rng):
    """BUILDING_COUNT buildings: [(rings, shape_type, class_id)], north to south by tile."""
    special = list(landmarks())
    ordinary = []
    for index in range(len(QUARTERS)):
        ordinary += quarter_buildings(rng, index)
    near_special = [centre(rings[0]) for rings, _, _ in special]
    ordinary = [b for b in ordinary if all(math.dist(centre(b[0][0]), p) > 52
                                           for p in near_special)]

    def remoteness(building):
        """How far out a building is; the town's edge frays with the direction."""
        x, y = centre(building[0][0])
        angle = math.atan2(y, x)
        return round(math.hypot(x, y) / (1 + 0.07 * math.sin(3 * angle + 1)
                                         + 0.04 * math.sin(7 * angle)), 3)

    ordinary.sort(key=remoteness)
    kept = ordinary[:BUILDING_COUNT - len(special)] + special
    if len(kept) != BUILDING_COUNT:
        raise SystemExit(f"the town has only {len(kept)} buildings")
    return sorted(kept, key=lambda b: (-math.floor(centre(b[0][0])[1] / 150),
                                       math.floor(centre(b[0][0])[0] / 150), centre(b[0][0])))


# GeoJSON.


def degrees_of(value):
    """Plane coordinates, nested to any depth, as [longitude, latitude]."""
    if isinstance(value, tuple):
        return [round(ORIGIN_LON + round(value[0], 3) / METRES_PER_LON, 15),
                round(ORIGIN_LAT + round(value[1], 3) / METRES_PER_LAT, 15)]
    return [degrees_of(item) for item in value]


def feature(properties, kind, coordinates):
    """One GeoJSON feature, its geometry given in the plane."""
    return {"type": "Feature", "properties": properties,
            "geometry": {"type": kind, "coordinates": degrees_of(coordinates)}}


def write_json(name, features, **members):
    """Write a compact FeatureCollection."""
    document = {"type": "FeatureCollection", **members, "features": features}
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    (FOLDER / name).write_bytes(text.encode("utf-8"))


def details(rng, class_id, year):
    """The ten properties that only some buildings have."""
    floors = rng.randint(3, 9) if class_id == 101 else rng.randint(1, 3)
    return {
        "built_year": year,
        "floor_count_min": max(1, floors - rng.randint(0, 1)),
        "floor_count_max": floors,
        "entrance_count": rng.randint(1, 4),
        "in_zkh": rng.random() < 0.3,
        "GAN": rng.choice(("False", "True")),
        "wall_material": rng.choice(("brick", "concrete", None)),
        "roof": rng.choice(("flat", "gable", "hip")),
        "simplification_confidence_score": round(rng.uniform(0.55, 0.99), 4),
        "building_height": round(floors * 2.9 + rng.uniform(0.2, 2.4), 1),
    }


def make_buildings(buildings):
    """buildings.geojson: the whole town, in the form of the oldest results."""
    rng = random.Random(2496)
    unshaped = set(rng.sample(range(BUILDING_COUNT), BUILDING_COUNT - SHAPED_COUNT))
    detailed = sorted(rng.sample(range(BUILDING_COUNT), DETAILED_COUNT))
    years = dict.fromkeys(detailed, None)
    for index in years:
        years[index] = rng.randint(1880, 2019)
    for index, text in zip(rng.sample(detailed[40:], len(BUILT_YEAR_TEXTS)), BUILT_YEAR_TEXTS):
        years[index] = text
    double = next(i for i, b in enumerate(buildings) if i > 900 and len(b[0]) == 1)

    features = []
    for index, (rings, shape, class_id) in enumerate(buildings):
        properties = {"id": 46391002 + 3 * index, "area": round(polygon_area(rings)),
                      "class_id": class_id, "processing_date": "2020-09-30"}
        if index not in unshaped:
            properties["shape_type"] = shape if rng.random() > 0.03 else "OSM"
        if index in years:
            properties.update(details(rng, class_id, years[index]))
        if index == double:
            x, y = rings[0][0]
            shed = placed(rectangle(0, 0, 3, 2), x - 4, y - 3, 0)
            properties["area"] = round(polygon_area(rings) + ring_area(shed))
            features.append(feature(properties, "MultiPolygon", [rings, [shed]]))
        else:
            features.append(feature(properties, "Polygon", rings))
    write_json("buildings.geojson", features)


def combo_buildings(buildings):
    """The buildings next to the market, class_id as text."""
    near = sorted(buildings, key=lambda b: round(math.dist(centre(b[0][0]), (60, -20)), 3))[:80]
    for rings, shape, class_id in near:
        properties = {"object_type": "building", "class_id": str(class_id),
                      "area": round(polygon_area(rings)), "shape_type": shape}
        if class_id == 105:
            properties = {"object_type": "building", "class_id": "105",
                          "area": round(polygon_area(rings), 1)}
        yield properties, "Polygon", rings


def combo_roads(rng):
    """Streets: centre lines, one of them in parts, and two inflated to polygons."""
    for i in range(28):
        angle = math.pi * 2 * i / 28
        line = [(r * math.cos(angle + r / 1500), r * math.sin(angle + r / 1500))
                for r in (40, 120, 210, 300, 385)]
        yield {"object_type": "roads"}, "LineString", line
    half = [(440 * math.cos(i / 8), 440 * math.sin(i / 8)) for i in range(26)]
    other = [(440 * math.cos(3.3 + i / 8), 440 * math.sin(3.3 + i / 8)) for i in range(23)]
    yield {"object_type": "roads", "type": "ring road"}, "MultiLineString", [half, other]
    for degrees in (12, 57):
        ring = placed(rectangle(-380, -3, 760, 6), 0, 0, degrees)
        yield {"object_type": "roads", "area": round(ring_area(ring))}, "Polygon", [ring]
    for i in range(4):
        yield ({"id": f"08f2d5b0-{i:04d}", "object_type": "roads", "type": "segment",
                "subtype": "road", "class": "footway", "surface": "paved", "level": i - 1,
                "names": {"primary": f"Sluispad {i}", "common": {"en": f"Lock path {i}"}},
                "properties": {"width": rng.randint(2, 5), "lit": i % 2 == 0}},
               "LineString", [(-60 + 30 * i, -420), (-50 + 30 * i, -405), (-40 + 30 * i, -340)])


def combo_woods(rng):
    """Parks, two of them in parts, and their trees."""
    for i, (x, y, radius) in enumerate(PARKS * 3):
        stand = blob(rng, x + 40 * (i % 3) - 40, y + 25 * (i // 5) - 25, radius * 0.3)
        properties = {"object_type": "forest", "class_id": ("00m-04m", "04m-10m", "10m-99m")[i % 3],
                      "area": round(ring_area(stand), 2)}
        if i % 6 == 5:
            second = blob(rng, x + radius * 2, y, radius * 0.2, 9)
            yield properties, "MultiPolygon", [[stand], [second]]
        else:
            yield properties, "Polygon", [stand]
    for i in range(60):
        px, py, radius = PARKS[i % len(PARKS)]
        x, y = px + rng.uniform(-radius, radius), py + rng.uniform(-radius, radius)
        properties = {"object_type": "crown", "max_height": round(rng.uniform(4, 24), 1),
                      "radius": round(rng.uniform(1.2, 5), 2)}
        if i % 20 == 19:
            yield properties, "MultiPoint", [(x, y), (x + 6, y + 2), (x + 3, y + 7)]
        elif i % 10 == 4:
            yield properties, "Polygon", [blob(rng, x, y, 4, 8)]
        else:
            yield properties, "Point", (round(x, 3), round(y, 3))


def combo_waters(rng):
    """The moat, ponds, and ditches as open data describes them."""
    moat = [placed(circle(0, 0, MOAT_RADIUS + MOAT_HALF_WIDTH, 64), 0, 0, 0),
            placed(circle(0, 0, MOAT_RADIUS - MOAT_HALF_WIDTH, 64), 0, 0, 0)[::-1]]
    yield ({"object_type": "waterbodies", "type": "water", "is_salt": False, "wikidata": "Q43631",
            "names": {"primary": "Singel", "common": None}, "version": 3}, "Polygon", moat)
    for px, py, radius in PARKS:
        yield {"object_type": "waterbodies"}, "Polygon", [blob(rng, px, py, radius * 0.25, 10)]
    for i in range(8):
        x, y = -500 + 130 * i, river_y(-500 + 130 * i)
        low, high = degrees_of((x - 60, y - 40)), degrees_of((x + 60, y + 40))
        yield ({"id": f"08b2d5b0-{i:04d}", "object_type": "waterbodies", "type": "line",
                "subtype": "stream", "class": "ditch", "names": {"primary": "Oude Rijn"},
                "sources": [{"property": "", "dataset": "OpenStreetMap", "record_id": f"w{9100 + i}",
                             "confidence": None}],
                "source_tags": [["waterway", "ditch"], ["width", str(2 + i)]],
                "bbox": {"xmin": low[0], "xmax": high[0], "ymin": low[1], "ymax": high[1]},
                "is_intermittent": i % 3 == 0, "version": 1,
                "properties": {"type": "FeatureCollection", "features": []}},
               "LineString", [(x + step, river_y(x + step)) for step in (-60, -20, 20, 60)])


def make_combo(buildings):
    """combo.geojson: all kinds of object in one collection."""
    rng = random.Random(206)
    parts = [*combo_buildings(buildings), *combo_roads(rng), *combo_woods(rng), *combo_waters(rng)]
    features = []
    for index, (properties, kind, coordinates) in enumerate(parts):
        features.append(feature({"id": 46420001 + index, **properties}, kind, coordinates))
    write_json("combo.geojson", features)


def make_forest():
    """forest.geojson: stands by height class and the crowns of single trees."""
    rng = random.Random(153)
    features = []
    for index in range(153):
        properties = {"id": 46393048 + index}
        if index % 3 == 0:
            x, y = rng.uniform(-950, 950), rng.uniform(750, 1080)
            stand = blob(rng, x, y, rng.uniform(12, 45), rng.randint(9, 18))
            properties.update(object_type="forest", area=round(ring_area(stand)),
                              class_id=rng.choice(("00m-04m", "04m-10m", "10m-99m")))
            features.append(feature(properties, "Polygon", [stand]))
        else:
            x, y = x + rng.uniform(-40, 40), y + rng.uniform(-40, 40)
            properties.update(object_type="crown", max_height=round(rng.uniform(3, 27), 1),
                              radius=round(rng.uniform(0.9, 5.5), 1))
            features.append(feature(properties, "Point", (x, y)))
    write_json("forest.geojson", features)


# AOIs.

AOIS = (
    ("Old town", "with the market left out",
     [rectangle(-300, -250, 600, 500), rectangle(-60, -50, 120, 100)[::-1]]),
    ("Harbour", None, [rectangle(340, -700, 400, 300)]),
    ("Harbour east", "its western half is the eastern half of Harbour",
     [rectangle(540, -700, 400, 300)]),
)


def reference_system(epsg):
    """The SRS of a code, with x before y."""
    srs = osr.SpatialReference()
    srs.ImportFromEPSG(epsg)
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return srs


def projected(coordinates, epsg):
    """Rings of [longitude, latitude] in another SRS, rounded to about a millimetre."""
    transform = osr.CoordinateTransformation(reference_system(4326), reference_system(epsg))
    decimals = 8 if epsg == 4326 else 3
    return [[[round(value, decimals) for value in transform.TransformPoint(*point)[:2]]
             for point in ring] for ring in coordinates]


def make_aois(suffix, epsg):
    """aoi_<suffix>.geojson and aoi_<suffix>.gpkg."""
    features = []
    for name, note, rings in AOIS:
        aoi = feature({"name": name, "note": note}, "Polygon", rings)
        aoi["geometry"]["coordinates"] = projected(aoi["geometry"]["coordinates"], epsg)
        features.append(aoi)
    members = {}
    if epsg != 4326:
        members["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}
    write_json(f"aoi_{suffix}.geojson", features, **members)

    path = FOLDER / f"aoi_{suffix}.gpkg"
    path.unlink(missing_ok=True)
    dataset = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = dataset.CreateLayer("aoi", reference_system(epsg), ogr.wkbPolygon)
    for field in ("name", "note"):
        layer.CreateField(ogr.FieldDefn(field, ogr.OFTString))
    for aoi in features:
        row_ = ogr.Feature(layer.GetLayerDefn())
        for field, value in aoi["properties"].items():
            row_.SetField(field, value)
        row_.SetGeometry(ogr.CreateGeometryFromJson(json.dumps(aoi["geometry"])))
        layer.CreateFeature(row_)


def main():
    """Write everything."""
    gdal.UseExceptions()
    ogr.UseExceptions()
    gdal.SetConfigOption("OGR_CURRENT_DATE", "2026-01-01T00:00:00.000Z")
    buildings = town(random.Random(4521))
    make_buildings(buildings)
    make_combo(buildings)
    make_forest()
    write_json("empty.geojson", [])
    for suffix, epsg in (("4326", 4326), ("3857", 3857), ("utm", 32631)):
        make_aois(suffix, epsg)


if __name__ == "__main__":
    main()
