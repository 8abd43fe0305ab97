"""Results look as the GeoJSON driver shows the same bytes."""

import pytest

import awkward
import oracle
from paths import DATA

DOCUMENTS = awkward.documents()
RESULTS = ("buildings", "combo", "empty", "forest")
COMPARED = sorted(DOCUMENTS.keys() - awkward.MISREAD.keys())

pytestmark = pytest.mark.usefixtures("exceptions")


@pytest.fixture
def exceptions():
    """What goes wrong while the driver under test reads must not pass unseen."""
    with oracle.exceptions(True):
        yield


@pytest.fixture
def serve(sb, open_mapflow):
    """Opens a document as the result of a processing: serve(path or bytes) -> dataset.

    What test_messages.py compares, errors of geometries, has been said.
    """
    def opened(result):
        dataset = open_mapflow(sb.add_processing(name="Awkward", status="OK", result=result))
        with oracle.tolerant():
            dataset.GetLayer(0).ResetReading()
        return dataset
    return opened


def value_lines(taken, name):
    """The values of one field of a snapshot, from the first row to the last."""
    return [dict(values)[name] for values, _ in taken.rows]


@pytest.mark.parametrize("name", COMPARED)
def test_awkward_document_as_geojson_driver(serve, name):
    try:
        dataset = serve(DOCUMENTS[name])
        ours = oracle.snapshot(dataset.GetLayer(0))
    except RuntimeError:
        if name in awkward.MAY_BE_REFUSED:
            return
        raise
    with oracle.open_oracle(DOCUMENTS[name]) as expected:
        oracle.assert_same_layer(dataset.GetLayer(0), expected.GetLayer(0),
                                 awkward.differences(name))
    if name in awkward.ID_FIELDS:
        kind, values = awkward.ID_FIELDS[name]
        assert dict(ours.fields)["'id'"].split()[0] == kind
        assert value_lines(ours, "id") == values


@pytest.mark.parametrize("name", awkward.MISREAD)
def test_value_that_the_geojson_driver_damages(serve, name):
    dataset = serve(DOCUMENTS[name])
    layer = dataset.GetLayer(0)
    assert sum(1 for _ in layer) == layer.GetFeatureCount() == awkward.MISREAD[name]


@pytest.mark.parametrize("name", RESULTS)
def test_result_as_geojson_driver(serve, name):
    path = DATA / f"{name}.geojson"
    dataset = serve(path)
    with oracle.open_oracle(path) as expected:
        oracle.assert_same_layer(dataset.GetLayer(0), expected.GetLayer(0))


@pytest.mark.parametrize("name", ("buildings", "combo", "forest"))
def test_second_reading_is_the_first(serve, name):
    dataset = serve(DATA / f"{name}.geojson")
    assert oracle.snapshot(dataset.GetLayer(0)) == oracle.snapshot(dataset.GetLayer(0))


@pytest.mark.parametrize("name", COMPARED)
def test_oracle_opens_every_awkward_document(name):
    with oracle.open_oracle(DOCUMENTS[name]) as dataset:
        assert dataset.GetLayerCount() == 1


def test_tables_name_documents():
    assert len(DOCUMENTS) == 272
    named = {*awkward.MAY_BE_REFUSED, *awkward.MISREAD, *awkward.ID_FIELDS, *awkward.MISCOUNTED,
             *awkward.WITH_COORDINATES_OF_NO_GEOMETRY}
    assert named <= DOCUMENTS.keys()
