"""Writes a result of any size: buildings as the service describes them.

    python3 make_data.py COUNT FILE

The properties are those of the Buildings model; the coordinates have up to 17
significant digits. The same COUNT gives the same bytes.
"""

import math
import random
import sys

SHAPES = ("RECTANGLE", "L-SHAPE", "GRID_SNAP", "DYNAMIC_GRID", "CIRCLE")


def ring(rng, lon, lat, corners):
    """A closed ring of a building, some metres across."""
    turn = rng.random() * math.tau
    size = 4e-5 + rng.random() * 1e-4
    points = [(lon + size * math.cos(turn + math.tau * i / corners) * 1.6,
               lat + size * math.sin(turn + math.tau * i / corners)) for i in range(corners)]
    return points + points[:1]


def feature(rng, number, columns):
    """One building as a line of GeoJSON text."""
    lon = 4.0 + (number % columns) * 3e-4 + rng.random() * 5e-5
    lat = 51.0 + (number // columns) * 2e-4 + rng.random() * 5e-5
    corners = rng.choice((4, 4, 4, 6, 8))
    coordinates = ",".join(f"[{x!r},{y!r}]" for x, y in ring(rng, lon, lat, corners))
    properties = (f'"id":{46000000 + number},"area":{rng.randrange(20, 4000)},'
                  f'"class_id":"{rng.randrange(101, 106)}","shape_type":"{rng.choice(SHAPES)}",'
                  f'"simplification_confidence_score":{rng.random()!r},')
    if number % 3 == 0:
        properties += f'"building_height":{round(3 + rng.random() * 40, 1)},'
    properties += ('"processing_id":"3fa85f64-5717-4562-b3fc-2c963f66afa6",'
                   '"processing_date":"2026-08-02"')
    return (f'{{"type":"Feature","properties":{{{properties}}},'
            f'"geometry":{{"type":"Polygon","coordinates":[[{coordinates}]]}}}}')


def write(count, path):
    """Writes the collection in one pass, with little memory."""
    rng = random.Random(count)
    columns = max(1, math.isqrt(count))
    with open(path, "w", encoding="ascii", buffering=1 << 20) as out:
        out.write('{"type":"FeatureCollection","features":[')
        for number in range(count):
            out.write(("," if number else "") + feature(rng, number, columns))
        out.write("]}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write(int(sys.argv[1]), sys.argv[2])
