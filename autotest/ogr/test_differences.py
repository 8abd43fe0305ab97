"""Where the GeoJSON driver of some GDALs reads a document in another way: the table of the driver page, row by row."""

import pytest
from osgeo import gdal

import oracle

VERSION = int(gdal.VersionInfo())
NEVER, FROM_3_7, FROM_3_13, NO_END = 0, 3070000, 3130000, 10**9
POINT = '{"type":"Point","coordinates":[1,2]}'


def properties(*values):
    features = ",".join('{"type":"Feature","properties":{"a":%s},"geometry":%s}' % (value, POINT) for value in values)
    return f'{{"type":"FeatureCollection","features":[{features}]}}'.encode()


def geometries(*values):
    features = ",".join('{"type":"Feature","properties":{"a":1},"geometry":%s}' % value for value in values)
    return f'{{"type":"FeatureCollection","features":[{features}]}}'.encode()


STAC = (b'{"type":"FeatureCollection","features":[{"type":"Feature","stac_version":"1.0.0","id":"item",'
        b'"properties":{"datetime":"2026-08-02T00:00:00Z"},"geometry":{"type":"Point","coordinates":[1,2]},'
        b'"bbox":[1,2,1,2],"links":[],"assets":{"a":{"href":"x"}},"collection":"c"}]}')

# A document, the GDAL from which on it is read differently, and the first that reads it alike again.
CASES = {
    "zero with an exponent": (properties("0e1", "0E5"), FROM_3_7, FROM_3_13),
    "zero with an exponent among reals": (properties("0e1", "1.5"), NEVER, NEVER),
    "NUL in nested text": (properties('{"b":"x\\u0000y"}'), FROM_3_13, NO_END),
    "NUL in text": (properties('"x\\u0000y"'), NEVER, NEVER),
    "NUL in a list of texts": (properties('["x\\u0000y","z"]'), NEVER, NEVER),
    "negative integer of 19 digits": (properties("-1234567890123456789"), FROM_3_13, NO_END),
    "integer beyond 64 bits": (properties("10250927353208406016"), FROM_3_13, NO_END),
    "real that overflows": (properties("1e400"), FROM_3_13, NO_END),
    "STAC item": (STAC, FROM_3_13, NO_END),
    "curve of JSON-FG": (geometries('{"type":"CircularString","coordinates":[[1,2],[3,4],[5,2]]}'), FROM_3_13, NO_END),
    "null among lines": (geometries('{"type":"MultiLineString","coordinates":[null,[[1,2],[3,4]]]}'),
                         FROM_3_13, NO_END),
    "more than four ordinates": (geometries('{"type":"Point","coordinates":[1,2,3,4,5]}'), FROM_3_13, NO_END),
    "four ordinates": (geometries('{"type":"Point","coordinates":[1,2,3,4]}'), NEVER, NEVER),
}


@pytest.mark.parametrize("name", CASES)
def test_difference_is_that_of_the_page(sb, open_mapflow, name):
    content, first, end = CASES[name]
    dataset = open_mapflow(sb.add_processing(name="Other", status="OK", result=content))
    with oracle.tolerant():
        ours = list(oracle.snapshot(dataset.GetLayer(0)).lines())
    with oracle.open_oracle(content) as expected:
        theirs = list(oracle.snapshot(expected.GetLayer(0)).lines()) if expected is not None else None
    assert (ours != theirs) == (first <= VERSION < end)
