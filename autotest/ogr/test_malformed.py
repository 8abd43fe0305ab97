"""A body that is no complete FeatureCollection is an error, however it travels."""

import pytest

import malformed
import oracle

CASES = [pytest.param(body, id=f"{kind}-{name}") for name, body, kind in malformed.cases()]
ENCODINGS = ("length", "chunked", "gzip", "close")


def read_all(dataset):
    """The FIDs of a result, from the first to the last."""
    return [feature.GetFID() for feature in dataset.GetLayer(0)]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("body", CASES)
def test_incomplete_result_is_an_error(sb, open_mapflow, body, encoding):
    sb.variants.encoding = encoding
    processing = sb.add_processing(name="Malformed", status="OK", result=body)
    with oracle.exceptions(True), pytest.raises(RuntimeError):
        read_all(open_mapflow(processing))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_body_that_the_cases_derive_from_is_good(sb, open_mapflow, encoding):
    sb.variants.encoding = encoding
    processing = sb.add_processing(name="Good", status="OK", result=malformed.BODY.encode())
    with oracle.exceptions(True):
        assert len(read_all(open_mapflow(processing))) == 2


def test_cuts_are_beginnings_of_the_good_body():
    cuts = [body for _, body, kind in malformed.cases() if kind == malformed.CUT]
    assert len(cuts) == len(set(cuts))
    assert sum(malformed.BODY.encode().startswith(body) for body in cuts) >= len(cuts) - 1
