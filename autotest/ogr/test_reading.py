"""Reading in any order: features are made ahead in other threads, and nobody may notice."""

import json
import os

import pytest

from helpers import in_threads
from settings import config

COUNT = 6000


@pytest.fixture
def dataset(sb, open_mapflow):
    """A result long enough for several pieces to be on their way."""
    features = [{"type": "Feature", "properties": {"n": n, "t": f"text {n}"},
                 "geometry": {"type": "Point", "coordinates": [n % 100, n // 100]}} for n in range(COUNT)]
    result = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    return open_mapflow(sb.add_processing(name="Long", status="OK", result=result))


def read(layer, count=COUNT):
    """(FID, n) of the next features."""
    rows = []
    while len(rows) < count and (feature := layer.GetNextFeature()) is not None:
        rows.append((feature.GetFID(), feature["n"]))
    return rows


def rows(*positions):
    return [(n, n) for n in positions]


def test_all_in_order(dataset):
    assert read(dataset.GetLayer(0)) == rows(*range(COUNT))
    assert read(dataset.GetLayer(0)) == []


@pytest.mark.parametrize("count", (1, 511, 512, 513, 1024, 1536, 1537, 3000, COUNT))
def test_reset_in_the_middle(dataset, count):
    layer = dataset.GetLayer(0)
    for _ in range(3):
        assert read(layer, count) == rows(*range(count))
        layer.ResetReading()
    assert read(layer) == rows(*range(COUNT))


@pytest.mark.parametrize("to", (0, 1, 1800, 2047, 2048, 5999, COUNT))
def test_jump_in_the_middle(dataset, to):
    layer = dataset.GetLayer(0)
    read(layer, 2000)
    assert layer.SetNextByIndex(to) == 0
    assert read(layer) == rows(*range(to, COUNT))


def test_feature_by_its_fid_does_not_disturb(dataset):
    layer = dataset.GetLayer(0)
    read(layer, 2000)
    for fid in (0, 1999, 2000, 2001, COUNT - 1):
        assert layer.GetFeature(fid)["n"] == fid
    assert layer.GetFeature(COUNT) is None
    assert layer.GetFeature(-1) is None
    assert read(layer) == rows(*range(2000, COUNT))


@pytest.mark.parametrize("count", (100, 2000))
def test_ignored_fields_in_the_middle(dataset, count):
    layer = dataset.GetLayer(0)
    read(layer, count)
    layer.SetIgnoredFields(["n"])
    feature = layer.GetNextFeature()
    assert feature.GetFID() == count
    assert not feature.IsFieldSet("n") and feature["t"] == f"text {count}"
    for _ in range(1500):
        assert not layer.GetNextFeature().IsFieldSet("n")
    layer.SetIgnoredFields([])
    assert layer.GetNextFeature()["n"] == count + 1501
    layer.SetIgnoredFields(["OGR_GEOMETRY"])
    assert all(layer.GetNextFeature().GetGeometryRef() is None for _ in range(1500))


@pytest.mark.parametrize("count", (100, 2000))
def test_filter_in_the_middle(dataset, count):
    layer = dataset.GetLayer(0)
    read(layer, count)
    layer.SetSpatialFilterRect(9.5, -1, 10.5, 100)
    assert read(layer) == rows(*range(10, COUNT, 100))
    layer.SetSpatialFilter(None)
    layer.SetAttributeFilter("n % 1000 = 7")
    assert read(layer) == rows(*range(7, COUNT, 1000))
    layer.SetAttributeFilter(None)
    assert read(layer) == rows(*range(COUNT))


def test_count_and_extent_with_filters(dataset):
    layer = dataset.GetLayer(0)
    read(layer, 2000)
    assert layer.GetFeatureCount() == COUNT
    layer.SetSpatialFilterRect(9.5, -1, 10.5, 100)
    assert layer.GetFeatureCount() == COUNT // 100
    assert layer.GetExtent() == (0, 99, 0, COUNT // 100 - 1)
    layer.SetSpatialFilterRect(1000, 1000, 1001, 1001)
    assert layer.GetFeatureCount() == 0
    assert read(layer) == []


@pytest.mark.parametrize("count", (0, 512, 600, 2000))
def test_closed_while_features_are_made(open_mapflow, dataset, count):
    mine = open_mapflow(dataset.GetMetadataItem("PROCESSING_ID"))
    assert read(mine.GetLayer(0), count) == rows(*range(count))
    del mine


def test_features_outlive_their_dataset(open_mapflow, dataset):
    mine = open_mapflow(dataset.GetMetadataItem("PROCESSING_ID"))
    layer = mine.GetLayer(0)
    read(layer, 2000)
    kept = [layer.GetNextFeature() for _ in range(100)]
    del layer, mine
    assert [feature["t"] for feature in kept] == [f"text {n}" for n in range(2000, 2100)]


def test_several_threads_each_with_a_dataset(sb, open_mapflow, dataset):
    processing = dataset.GetMetadataItem("PROCESSING_ID")
    seen = []

    def drain():
        mine = open_mapflow(processing)
        seen.append(read(mine.GetLayer(0)))

    in_threads(4, drain)
    assert seen == [rows(*range(COUNT))] * 4


def test_reference_system_in_several_threads(sb, open_mapflow):
    """GDAL reads the member `crs` for each dataset: those of one result, opened at once, do not disturb each other."""
    result = json.dumps({"type": "FeatureCollection",
                         "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}},
                         "features": [{"type": "Feature", "properties": {},
                                       "geometry": {"type": "Point", "coordinates": [1, 2]}}]}).encode()
    processing = sb.add_processing(name="Projected", status="OK", result=result)
    kept = open_mapflow(processing)
    seen = []

    def look():
        for _ in range(500):
            mine = open_mapflow(processing)
            reference = mine.GetLayer(0).GetSpatialRef()
            seen.append(reference is not None and reference.GetAuthorityCode(None))

    in_threads(8, look)
    assert kept.GetLayerCount() == 1
    assert seen == ["3857"] * 4000


@pytest.mark.parametrize("threads", (1, 2))
def test_number_of_threads_is_obeyed(dataset, threads):
    """One is the reader's own."""
    layer = dataset.GetLayer(0)
    with config(GDAL_NUM_THREADS=threads):
        before = set(os.listdir("/proc/self/task"))
        during = set().union(*(os.listdir("/proc/self/task") for _ in layer))
    assert (not during - before) == (threads == 1)
