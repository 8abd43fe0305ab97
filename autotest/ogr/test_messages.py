"""What the GeoJSON driver says about a document is said here, once a layer: errors, warnings, integers beyond 64 bits."""

import json
import re

import pytest
from osgeo import gdal, ogr

import awkward
import oracle
from helpers import layer_names, messages, options_of, reports

DOCUMENTS = awkward.documents()
VERSION = int(gdal.VersionInfo())
CELLS = [10250927353208406016, 10250927353208406017]

# Not compared: what GDAL says once in a process (of integers there are tests below), what it says of FIDs, which are the
# positions here, and what Debian's GDAL says of libcurl.
NOT_SAID = re.compile("Integer values probably ranging out of 64bit|Further messages of this type will be suppressed|"
                      "Several features with id = |GDAL was built against curl")
# Documents that are no JSON or of another form, and those that the GeoJSON driver reads in another way.
NOT_COMPARED = {*awkward.MAY_BE_REFUSED, *awkward.MISREAD,
                "id_string_and_property_id_on_some"}  # the id of a feature is no value for a column of numbers here


def ring(*positions):
    return {"type": "Polygon", "coordinates": [list(positions)]}


def document(*features):
    """Features from (properties, geometry), with members of the feature in a third place."""
    return json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": properties, "geometry": geometry, **(more[0] if more else {})}
        for properties, geometry, *more in features]}).encode()


def kind_of(text):
    """A message without what it quotes from a feature, and without the count that is added here."""
    return re.sub(r" \[layer .*\]$", "", text).split(" for '")[0]


def said_of(dataset, seen):
    """The kinds of message of reading a layer as far as it goes, beside those that were seen before."""
    layer = dataset.GetLayer(0)
    layer.ResetReading()
    for _ in layer:
        pass
    return {(level, kind_of(text)) for level, text in seen if not NOT_SAID.search(text)}


def said_by_the_oracle(content):
    name = "/vsimem/messages.geojson"
    gdal.FileFromMemBuffer(name, content)
    with oracle.exceptions(False), reports() as seen:
        dataset = gdal.OpenEx(name, gdal.OF_VECTOR, allowed_drivers=["GeoJSON"], open_options=["NATIVE_DATA=NO"])
        said = said_of(dataset, seen)
    del dataset
    gdal.Unlink(name)
    return said


@pytest.fixture
def opened(sb, account):
    """Opens a document as a result, with exceptions off: opened(bytes, OPTION=value) -> dataset.

    It stays open until the test ends.
    """
    kept = []

    def open_result(content, **options):
        identifier = sb.add_processing(name="Said", status="OK", result=content)
        with oracle.exceptions(False):
            kept.append(gdal.OpenEx(f"MAPFLOW:{identifier}", gdal.OF_VECTOR, open_options=options_of(account, options)))
        return kept[-1]
    yield open_result
    kept.clear()


@pytest.fixture
def said_here(opened):
    """The kinds of message of opening and reading a document as a result."""
    def read(content, **options):
        with oracle.exceptions(False), reports() as seen:
            return {found for found in said_of(opened(content, **options), seen) if "INTEGERS=TEXT" not in found[1]}
    return read


@pytest.mark.parametrize("name", sorted(DOCUMENTS.keys() - NOT_COMPARED))
def test_awkward_document_says_what_the_geojson_driver_says(said_here, name):
    assert said_here(DOCUMENTS[name]) == said_by_the_oracle(DOCUMENTS[name])


GEOMETRIES = {
    "texts as ordinates": {"type": "Point", "coordinates": ["1", "2"]},
    "a word as ordinate": {"type": "Point", "coordinates": ["x", 1]},
    "an object as ordinate": {"type": "LineString", "coordinates": [[1, 2], [{}, 3]]},
    "a null ordinate": {"type": "Point", "coordinates": [1, None]},
    "one ordinate": {"type": "Point", "coordinates": [1]},
    "no coordinates": {"type": "Point"},
    "null coordinates": {"type": "LineString", "coordinates": None},
    "coordinates that are an object": {"type": "MultiPolygon", "coordinates": {}},
    "no geometries": {"type": "GeometryCollection"},
    "an unclosed ring": ring([0, 0], [1, 0], [1, 1], [0, 1]),
    "an unclosed ring of numbers that differ in form": ring([0, 0], [1, 0], [1, 1], [0, 1e-9]),
    "a ring that is closed with other words": ring([0, 0], [1, 0], [1, 1], [0.0, 0.00]),
    "an unclosed hole": {"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 0]], [[1, 1], [2, 1], [2, 2]]]},
    "an unclosed part": {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0]]],
                                                                 [[[0, 0], [1, 0], [1, 1]]]]},
    "unclosed in a collection": {"type": "GeometryCollection", "geometries": [ring([0, 0], [1, 0], [1, 1])]},
    "unclosed in three dimensions": ring([0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 0, 2]),
    "an empty ring": ring(),
    "a ring of a point": ring([0, 0]),
    "an unknown type": {"type": "Circle", "coordinates": [1, 2]},
    "a text": "POINT (1 2)",
    "a null part": {"type": "GeometryCollection", "geometries": [None, {"type": "Point", "coordinates": [1, 2]}]},
    "a null line": {"type": "MultiLineString", "coordinates": [None, [[1, 2], [3, 4]]]},
    "right": ring([0, 0], [1, 0], [1, 1], [0, 0]),
}


@pytest.mark.parametrize("name", GEOMETRIES)
def test_geometry_says_what_the_geojson_driver_says(said_here, name):
    content = document(({"n": 1}, GEOMETRIES["right"]), ({"n": 2}, GEOMETRIES[name]))
    assert said_here(content) == said_by_the_oracle(content)


def test_all_kinds_in_one_document(said_here):
    content = document(*(({"name": name}, geometry) for name, geometry in GEOMETRIES.items()))
    theirs = said_by_the_oracle(content)
    assert said_here(content) == theirs and len(theirs) > 3


def test_table_of_the_most_important(said_here):
    def only(name):
        return said_here(document(({"n": 1}, GEOMETRIES[name])))

    ((level, text),) = only("an unclosed ring")
    assert level == gdal.CE_Warning and text.startswith("Non closed ring detected.")
    ((level, text),) = only("a word as ordinate")
    assert level == gdal.CE_Failure and "nvalid 'x' coordinate." in text
    assert only("right") == only("a ring that is closed with other words") == set()


def test_messages_are_counted_and_said_once(opened):
    unclosed, right = GEOMETRIES["an unclosed ring"], GEOMETRIES["right"]
    content = document(*(({"n": n}, unclosed if n % 3 == 2 else right) for n in range(30)))
    with oracle.exceptions(False), reports() as seen:
        dataset = opened(content)
        assert seen == []
        layer = dataset.GetLayer(0)
        assert layer.GetFeatureCount() == 30 and seen == []
        for _ in range(3):
            assert sum(1 for _ in layer) == 30
    ((level, text),) = seen
    assert level == gdal.CE_Warning
    assert text.endswith('[layer "Said": 10 features, the first with FID 2]')


def test_messages_are_also_said_of_what_is_cached(opened, sb, account):
    content = document(({"n": 1}, GEOMETRIES["an unclosed ring"]), ({"n": CELLS[0]}, None))
    identifier = sb.add_processing(name="Twice", status="OK", result=content)
    said = []
    for _ in range(2):
        with oracle.exceptions(False), reports() as seen:
            dataset = gdal.OpenEx(f"MAPFLOW:{identifier}", gdal.OF_VECTOR, open_options=options_of(account))
            dataset.GetLayer(0).GetFeature(1)
            del dataset
        said.append(seen)
    assert said[0] == said[1] and len(said[0]) == 2


def test_many_odd_geometries_cost_a_look_at_the_first(opened):
    content = document(*(({"n": n}, GEOMETRIES["an unclosed ring"]) for n in range(1500)))
    with oracle.exceptions(False), reports() as seen:
        assert sum(1 for _ in opened(content).GetLayer(0)) == 1500
    ((_, text),) = seen
    assert text.endswith('[layer "Said": at least 1000 features, the first with FID 0]')


def test_each_layer_of_a_kind_says_its_own(opened):
    content = document(({"n": 1}, GEOMETRIES["an unclosed ring"]), ({"n": 2}, GEOMETRIES["a word as ordinate"]),
                       ({"n": 3}, {"type": "Point", "coordinates": [1, 2]}))
    with oracle.exceptions(False):
        dataset = opened(content, GEOMETRY="SPLIT")
        for name, start in (("polygon", "Non closed"), ("point", None), ("other", "nvalid 'x'")):
            with reports() as seen:
                dataset.GetLayerByName(f"Said_{name}").GetNextFeature()
            assert [start in text for _, text in seen] == ([True] if start else [])


def test_arrow_says_it_too(opened):
    dataset = opened(document(({"n": 1}, GEOMETRIES["an unclosed ring"])))
    with oracle.exceptions(False), reports() as seen:
        stream = dataset.GetLayer(0).GetArrowStream()
        while stream.GetNextRecordBatch() is not None:
            pass
    assert len(seen) == 1 and "Non closed ring" in seen[0][1]


# ---- integers beyond 64 bits

POINT = {"type": "Point", "coordinates": [1, 2]}
BEYOND = {
    "cells": ([{"cell": cell} for cell in CELLS], "cell", [2**63 - 1] * 2, [str(cell) for cell in CELLS]),
    "negative": ([{"c": -2**63 - 1}, {"c": -2**63}], "c", [-2**63] * 2, [str(-2**63 - 1), str(-2**63)]),
    "among small ones": ([{"c": 1}, {"c": None}, {"c": CELLS[0]}], "c", [1, None, 2**63 - 1], ["1", None, str(CELLS[0])]),
    "lists": ([{"c": [1, CELLS[1]]}, {"c": [CELLS[0]]}], "c", [[1, 2**63 - 1], [2**63 - 1]],
              [["1", str(CELLS[1])], [str(CELLS[0])]]),
    "among reals": ([{"c": 1.5}, {"c": CELLS[0]}], "c", [1.5, 2.0**63], ["1.5", str(CELLS[0])]),
    "among texts": ([{"c": "a"}, {"c": CELLS[0]}], "c", ["a", str(2**63 - 1)], ["a", str(CELLS[0])]),
    "thirty digits": ([{"c": 10**29}], "c", [2**63 - 1], [str(10**29)]),
}


def values_of(layer, column):
    return [row[column] for row in layer]


@pytest.mark.parametrize("name", BEYOND)
def test_integers_beyond_64_bits(opened, name):
    properties, column, limited, exact = BEYOND[name]
    content = document(*((one, POINT) for one in properties))
    with oracle.exceptions(False), reports() as seen:
        dataset = opened(content)
        assert values_of(dataset.GetLayer(0), column) == limited
    ((level, text),) = seen
    first = next(number for number in re.findall(r"-?\d{19,}", content.decode())
                 if not -2**63 <= int(number) < 2**63)
    assert level == gdal.CE_Warning
    assert f'column "{column}" (first {first})' in text and "INTEGERS=TEXT" in text and 'Layer "Said"' in text
    with oracle.open_oracle(content) as expected:
        if expected is not None and VERSION < 3130000:
            oracle.assert_same_layer(dataset.GetLayer(0), expected.GetLayer(0))
    with oracle.exceptions(False), reports() as seen:
        as_text = opened(content, INTEGERS="TEXT")
        layer = as_text.GetLayer(0)
        assert values_of(layer, column) == exact
    assert seen == []
    kind = layer.GetLayerDefn().GetFieldDefn(0).GetType()
    assert kind == (ogr.OFTStringList if isinstance(exact[0], list) else ogr.OFTString)


def test_integers_that_fit_say_nothing(opened):
    content = document(({"c": 2**63 - 1, "d": -2**63, "e": 1e300, "f": [2**63 - 1], "g": {"h": CELLS[0]}}, POINT))
    with oracle.exceptions(False), reports() as seen:
        layer = opened(content).GetLayer(0)
        assert values_of(layer, "c") == [2**63 - 1] and values_of(layer, "d") == [-2**63]
    assert seen == []


def test_only_columns_with_such_integers_are_text(opened):
    content = document(({"cell": CELLS[0], "n": 5, "x": 1.5, "d": "2026-08-02"}, POINT))
    for options in ({}, {"GEOMETRY": "SPLIT"}):
        layer = opened(content, INTEGERS="TEXT", **options).GetLayer(0)
        row = layer.GetNextFeature()
        assert [row["cell"], row["n"], row["x"]] == [str(CELLS[0]), 5, 1.5]
        assert [field.GetType() for field in layer.schema] == [ogr.OFTString, ogr.OFTInteger, ogr.OFTReal, ogr.OFTDate]


def test_several_columns_are_one_warning(opened):
    content = document(*(({"a": CELLS[0], "b": CELLS[1]}, POINT) for _ in range(5)))
    with oracle.exceptions(False), reports() as seen:
        opened(content)
    ((_, text),) = seen
    assert f'column "a" (first {CELLS[0]}), column "b" (first {CELLS[1]})' in text


@pytest.mark.parametrize("properties", ({"n": 1}, {}))
def test_ids_of_features_beyond_64_bits(opened, properties):
    content = document(*((properties, POINT, {"id": cell}) for cell in CELLS))
    with oracle.exceptions(False), reports() as seen:
        assert values_of(opened(content).GetLayer(0), "id") == [2**63 - 1] * 2
    assert f'column "id" (first {CELLS[0]})' in messages(seen, gdal.CE_Warning)[0]
    with oracle.exceptions(False), reports() as seen:
        assert values_of(opened(content, INTEGERS="TEXT").GetLayer(0), "id") == [str(cell) for cell in CELLS]
    assert seen == []


def test_both_ways_share_one_download(sb, account):
    identifier = sb.add_processing(name="Shared", status="OK", result=document(({"c": CELLS[0]}, POINT)))
    for integers, value in (("NATIVE", 2**63 - 1), ("TEXT", str(CELLS[0])), ("NATIVE", 2**63 - 1)):
        with oracle.exceptions(False), reports():
            dataset = gdal.OpenEx(f"MAPFLOW:{identifier}", gdal.OF_VECTOR,
                                  open_options=options_of(account, {"INTEGERS": integers}))
            assert layer_names(dataset) == ["Shared"]
            assert values_of(dataset.GetLayer(0), "c") == [value]
    assert sum(record.path.endswith("/result") for record in sb.requests.settle()) == 1


def test_arrow_of_integers_as_text(opened):
    content = document(*(({"cell": cell}, POINT) for cell in CELLS))
    layer = opened(content, INTEGERS="TEXT").GetLayer(0)
    batch = layer.GetArrowStreamAsNumPy(options=["USE_MASKED_ARRAYS=NO"]).GetNextRecordBatch()
    assert [value.decode() if isinstance(value, bytes) else str(value) for value in batch["cell"]] == [
        str(cell) for cell in CELLS]
