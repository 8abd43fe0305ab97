"""Dates and times are what this GDAL's own GeoJSON driver makes of the same strings: type, zone and value of each."""

import itertools
import json

import pytest
from osgeo import gdal, ogr

import oracle

VERSION = int(gdal.VersionInfo())

DATES = ["2026-08-02", "2026/08/02", "2026-8-2", "2026/8/2", "02-08-2026", "08/02/2026", "26-08-02", "26/08/02", "20260802",
         "2026-02-30", "2026-13-01", "2026-00-10", "2026-08-00", "2026-08-32", "0000-01-01", "0001-01-01", "9999-12-31",
         "12026-08-02", "-2026-08-02", "+2026-08-02", "2026-214", "2026-W31-7", "2026-08", "2026", "2024-02-29", "2023-02-29"]
TIMES = ["10:11:12", "10:11", "10:11:12.5", "10:11:12.500", "10:11:12.123456", "10:11:12,5", "1:2:3", "24:00:00", "23:59:60",
         "25:00:00", "10:60:00", "10:11:61", "101112", "10h11", "10:11:12.", "10", "10:", "00:00:00", "10:11:12 PM"]
ZONES = ["", "Z", "z", " Z", "+05", "+5", "-5", "+05:30", "+5:30", "-05:30", "+0530", "-0530", "+530", "+14:00", "+15:00",
         "+23:45", "+24:00", "+05:15", "+05:17", "+05:3", "+99", "-00:00", "+00", " UTC", " GMT", "UTC", " +05:30", "CET", "[Europe/Paris]"]
SEPARATORS = ["T", " ", "t", "  ", "_", ""]
WORDS = ["", " ", "T", "now", "today", "Monday", "2 August 2026", "Sun, 02 Aug 2026 10:11:12 GMT", "1/2", "1-2", "1-2-3", "1:2", "1/2/3",
         "12-34-56", "12:34:56:78", "2026-08-02T", "T10:11:12", "2026-08-02T10:11:12+", "2026-08-02T10:11:12+:", "192.168.1.1",
         "0/0/0", "00:00", "--", "::", "1.5", "1e5", "0x10", "2026-08-02/2026-08-03", "P1D", " 2026-08-02", "2026-08-02 ",
         "2026-08-02T10:11:12Z ", "\t2026-08-02", "２０２６-08-02", "2026\u201308\u201302", "2026-08-02\u00a010:11:12"]


def strings():
    """Each date with each zone at one time, each time with each zone on one date, each date with each time."""
    found = dict.fromkeys(WORDS + DATES)
    found |= dict.fromkeys(time + zone for time, zone in itertools.product(TIMES, ZONES))
    found |= dict.fromkeys(f"2026-08-02{separator}{time}{zone}"
                           for separator, time, zone in itertools.product(SEPARATORS[:2], TIMES, ZONES))
    found |= dict.fromkeys(f"{date}T10:11:12{zone}" for date, zone in itertools.product(DATES, ZONES))
    found |= dict.fromkeys(f"{date}{separator}{time}"
                           for date, separator, time in itertools.product(DATES, SEPARATORS, ["10:11:12", "10:11", "1:2:3"]))
    return list(found)


STRINGS = strings()
MIXED = [("2026-08-02T10:11:12Z", "2026-08-02T10:11:12+05:30"), ("2026-08-02T10:11:12+5:30", "2026-08-02T10:11:12+05:30"),
         ("2026-08-02", "2026-08-02T10:11:12"), ("2026-08-02", "10:11:12"), ("2026-08-02T10:11:12", "2026-08-02T10:11:12Z"),
         ("2026-08-02T10:11:12Z", "no date"), ("2026-08-02T10:11:12+24:00", "2026-08-02T10:11:12-05")]


def document(rows):
    """A feature for each row of strings, a column for each place in the row."""
    return json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": None, "properties": {f"c{i:05}": text for i, text in enumerate(row)}}
        for row in rows]}).encode()


def zones(layer):
    """The zone of each column and of each value."""
    of_columns = [field.GetTZFlag() for field in layer.schema] if VERSION >= 3080000 else []
    layer.ResetReading()
    of_values = [[row.GetFieldAsDateTime(i)[6] for i in range(row.GetFieldCount())
                  if row.GetFieldDefnRef(i).GetType() in (ogr.OFTTime, ogr.OFTDateTime)] for row in layer]
    layer.ResetReading()
    return of_columns, of_values


@pytest.fixture
def compare(sb, open_mapflow):
    """Compares the layer of a document with the oracle's, zones included."""
    def compared(content):
        dataset = open_mapflow(sb.add_processing(name="Dates", status="OK", result=content))
        with oracle.open_oracle(content) as expected:
            ours, theirs = dataset.GetLayer(0), expected.GetLayer(0)
            oracle.assert_same_layer(ours, theirs)
            assert zones(ours) == zones(theirs)
        return {field.GetType() for field in ours.schema}
    return compared


def test_every_string_is_read_as_the_geojson_driver_reads_it(compare):
    assert len(STRINGS) > 2800
    assert compare(document([STRINGS])) == {ogr.OFTString, ogr.OFTDate, ogr.OFTTime, ogr.OFTDateTime}


def test_columns_of_two_strings(compare):
    compare(document(zip(*MIXED)))
    compare(document(zip(*[pair[::-1] for pair in MIXED])))


def test_zones_in_the_arrow_stream(sb, open_mapflow):
    """A program that reads the stream finds zones that it knows: +5:30 is +05:30."""
    dataset = open_mapflow(sb.add_processing(name="Dates", status="OK",
                                             result=document([["2026-08-02T10:11:12+5:30", "2026-08-02T10:11:12+05:30"]])))
    layer = dataset.GetLayer(0)
    if VERSION >= 3080000:
        assert [field.GetTZFlag() for field in layer.schema] == [122, 122]
    batch = layer.GetArrowStreamAsNumPy(options=["USE_MASKED_ARRAYS=NO"]).GetNextRecordBatch()
    # In UTC where GDAL's columns have a zone.
    clock = "04:41:12.000" if VERSION >= 3080000 else "10:11:12.000"
    assert str(batch["c00001"][0]) == f"2026-08-02T{clock}"
    assert VERSION < 3080000 or str(batch["c00000"][0]) == f"2026-08-02T{clock}"
