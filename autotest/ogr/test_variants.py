"""Whatever the sources leave open about the service, a result opens and reads."""

import pytest

from helpers import BUILDING_COUNT, BUILDINGS, COMBO, COUNTS, FAILED, REVIEW
from sandbox.variants import CHOICES, FLAGS

# What the variants of results that are not there, or not of vectors, do is tested elsewhere.
OF_OTHERS = {"result_when_not_ok", "raster_result", "aoi_filter"}
VARIANTS = [(name, value) for name, values in CHOICES.items() if name not in OF_OTHERS
            for value in values] + [(name, True) for name in FLAGS]


@pytest.mark.parametrize("name, value", VARIANTS, ids=[f"{n}-{v}" for n, v in VARIANTS])
def test_processing_opens_and_reads(sb, open_mapflow, name, value):
    setattr(sb.variants, name, value)
    for processing, count in ((COMBO, COUNTS["combo.geojson"]), (REVIEW, BUILDING_COUNT)):
        dataset = open_mapflow(processing)
        layer = dataset.GetLayer(0)
        assert sum(1 for _ in layer) == layer.GetFeatureCount() == count
        assert dataset.GetMetadataItem("STATUS") == "OK"
    dataset = open_mapflow(FAILED, STATUS_ONLY="YES")
    (row,) = list(dataset.GetLayerByName("processing"))
    assert row["status"] == "FAILED"
    if name != "aois" or value in ("yes", "object"):
        assert len(list(dataset.GetLayerByName("aois"))) == 2


@pytest.mark.parametrize("value", ("404", "405", "410"))
def test_server_without_areas(sb, open_mapflow, value):
    sb.variants.aois = value
    dataset = open_mapflow(FAILED, STATUS_ONLY="YES")
    assert len(list(dataset.GetLayerByName("aois"))) == 0


@pytest.mark.parametrize("encoding", CHOICES["encoding"])
@pytest.mark.parametrize("chunk_size", (1, 7, 4096))
def test_pieces_of_any_size(sb, open_mapflow, encoding, chunk_size):
    sb.variants.encoding = encoding
    sb.variants.chunk_size = chunk_size
    small = sb.add_processing(name="small", result=b'{"type":"FeatureCollection","features":['
                              b'{"type":"Feature","properties":{"a":"\xc3\xa9\\u00e9"},'
                              b'"geometry":{"type":"Point","coordinates":[4.5,52.25]}}]}')
    dataset = open_mapflow(small)
    (feature,) = list(dataset.GetLayer(0))
    assert feature["a"] == "éé"
    assert feature.GetGeometryRef().GetPoint_2D() == (4.5, 52.25)


@pytest.mark.parametrize("shape", ("object", "string", "status-object"))
def test_review(sb, open_mapflow, shape):
    sb.variants.review_shape = shape
    dataset = open_mapflow(REVIEW)
    assert dataset.GetMetadataItem("REVIEW_STATUS") == "IN_REVIEW"


@pytest.mark.parametrize("flag", ("numbers_as_text", "unknown_fields"))
def test_numbers_of_the_documents(sb, open_mapflow, flag):
    setattr(sb.variants, flag, True)
    dataset = open_mapflow(BUILDINGS)
    assert dataset.GetMetadataItem("PERCENT_COMPLETED") == "100"
    assert dataset.GetMetadataItem("AREA_M2") == "4568733"
    (row,) = list(dataset.GetLayerByName("processing"))
    assert (row["percent"], row["aoi_count"]) == (100, 2)


@pytest.mark.parametrize("value", (404, 400))
def test_status_ok_and_no_result(sb, open_mapflow, value):
    sb.fault(r"/result$", status=value)
    with pytest.raises(RuntimeError, match=f"HTTP {value}"):
        open_mapflow(COMBO)
