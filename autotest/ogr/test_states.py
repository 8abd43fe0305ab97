"""Every state of a processing, and an invented one: opening it, waiting for it, and what is said."""

import pytest

from helpers import BUILDING_COUNT, at_each_look, downloads

RESULT = "buildings.geojson"
NOT_YET = ["UNPROCESSED", "IN_PROGRESS", "AWAITING", None, "PONDERING"]
ENDED = ["FAILED", "CANCELLED", "CANCELED", "REFUNDED"]
SOON = {"WAIT": "YES", "POLL_INTERVAL": "0.05"}


@pytest.fixture
def add(sb):
    def added(status, **options):
        options.setdefault("result", RESULT)
        return sb.state.add_processing(name="Docks", status=status, percent=40, **options)
    return added


@pytest.mark.parametrize("status", NOT_YET)
def test_opening_what_has_not_ended(sb, add, open_mapflow, status):
    identifier = add(status)
    with pytest.raises(RuntimeError) as caught:
        open_mapflow(identifier)
    said = str(caught.value)
    assert said.startswith(f'Processing {identifier} ("Docks")') and f"{status or 'unknown'}, 40 %" in said
    assert ("WAIT=YES" in said) == (status != "PONDERING")
    for options, words in (({"PARTIAL": "YES"}, "has no result"), ({**SOON, "WAIT_TIMEOUT": "0"}, "has not ended")):
        with pytest.raises(RuntimeError, match=words):
            open_mapflow(identifier, **options)
    assert downloads(sb) == []
    assert open_mapflow(identifier, STATUS_ONLY="YES").GetMetadataItem("STATUS") == status


@pytest.mark.parametrize("status", NOT_YET)
@pytest.mark.parametrize("end", ["OK", *ENDED])
def test_waiting_until_it_ends(sb, add, open_mapflow, status, end):
    identifier = add(status)
    at_each_look(sb, identifier, status, end)
    if end == "OK":
        dataset = open_mapflow(identifier, **SOON)
        assert dataset.GetLayer(0).GetFeatureCount() == BUILDING_COUNT
        assert dataset.GetMetadataItem("PARTIAL") is None
    else:
        with pytest.raises(RuntimeError, match=end):
            open_mapflow(identifier, **SOON)


@pytest.mark.parametrize("status", ENDED)
def test_opening_what_ended_without_success(sb, add, open_mapflow, status):
    identifier = add(status, messages=[{"code": "dataloader.NoDataTile", "parameters": {}}])
    with pytest.raises(RuntimeError, match=f"{status}.*tiles without data for the area.*PARTIAL=YES"):
        open_mapflow(identifier)
    with pytest.raises(RuntimeError, match=status):  # nothing more to wait for
        open_mapflow(identifier, WAIT="YES")
    assert downloads(sb) == []
    sb.variants.result_when_not_ok = "partial"
    dataset = open_mapflow(identifier, PARTIAL="YES")
    assert dataset.GetMetadataItem("PARTIAL") == "YES"
    assert dataset.GetMetadataItem("STATUS") == status


@pytest.mark.parametrize("shape", ["object", "string", "status-object", "null-object"])
@pytest.mark.parametrize("review", [None, "IN_REVIEW", "ACCEPTED", "REFUNDED", "PONDERED"])
def test_reviews_that_are_final(sb, add, open_mapflow, shape, review):
    sb.variants.review_shape = shape
    dataset = open_mapflow(add("OK", review=review), WAIT="YES")
    assert dataset.GetLayer(0).GetFeatureCount() == BUILDING_COUNT
    assert dataset.GetMetadataItem("REVIEW_STATUS") == review


@pytest.mark.parametrize("shape", ["object", "string", "status-object"])
@pytest.mark.parametrize("end", ["IN_REVIEW", "ACCEPTED", None])
def test_rework(sb, add, open_mapflow, shape, end):
    sb.variants.review_shape = shape
    identifier = add("OK", review="NOT_ACCEPTED")
    for options in ({}, {"PARTIAL": "YES"}):
        with pytest.raises(RuntimeError, match="NOT_ACCEPTED.*WAIT=YES"):
            open_mapflow(identifier, **options)
    assert downloads(sb) == []
    at_each_look(sb, identifier, ("OK", "NOT_ACCEPTED"), ("OK", end))
    dataset = open_mapflow(identifier, **SOON)
    assert dataset.GetLayer(0).GetFeatureCount() == BUILDING_COUNT


def test_raster(sb, add, open_mapflow):
    identifier = add("OK", raster=True)
    with pytest.raises(RuntimeError, match="raster result"):
        open_mapflow(identifier)
    layer = sb.documents.processing(sb.state.processings[identifier])["resultRasterLayer"]
    dataset = open_mapflow(identifier, STATUS_ONLY="YES")
    shown = [str(dataset.GetMetadata(domain)) for domain in dataset.GetMetadataDomainList()]
    assert not [text for text in shown if layer["tileUrl"].split("?")[1] in text]


@pytest.mark.parametrize("status", [*NOT_YET, "OK", *ENDED])
def test_rows_of_the_account(sb, add, open_mapflow, status):
    identifier = add(status)
    dataset = open_mapflow("")
    layer = dataset.GetLayerByName("processings")
    layer.SetAttributeFilter(f"id = '{identifier}'")
    (row,) = [f for f in layer]
    assert row["status"] == (status or "")
    assert row["percent"] == 40


def test_one_area_of_a_failed_one(sb, add, open_mapflow):
    square = {"type": "Polygon", "coordinates": [[[4.48, 52.15], [4.51, 52.15], [4.51, 52.17], [4.48, 52.15]]]}
    identifier = add("FAILED", aois=[{"geometry": square, "status": "OK", "result": RESULT},
                                     {"geometry": square, "status": "FAILED"}])
    sb.variants.result_when_not_ok = "partial"
    with pytest.raises(RuntimeError, match="PARTIAL=YES"):
        open_mapflow(identifier)
    status = open_mapflow(identifier, STATUS_ONLY="YES")
    ready = [f["id"] for f in status.GetLayerByName("aois") if f["status"] == "OK"]
    dataset = open_mapflow(identifier, PARTIAL="YES", AOI=ready[0])
    assert dataset.GetLayer(0).GetFeatureCount() == BUILDING_COUNT
    assert dataset.GetMetadataItem("PARTIAL") == "YES"
    (failed,) = [f["id"] for f in status.GetLayerByName("aois") if f["id"] != ready[0]]
    with pytest.raises(RuntimeError, match=f"area {failed} has no result: its status is FAILED"):
        open_mapflow(identifier, PARTIAL="YES", AOI=failed)
