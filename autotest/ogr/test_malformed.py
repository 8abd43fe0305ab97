"""A body that is no complete FeatureCollection is an error, however it travels."""

import pytest

import malformed
import oracle
from helpers import downloads

NOTHING = ("other_empty", "other_white_space", "other_byte_order_mark_only")
CASES = [pytest.param(body, kind == malformed.CUT or name in NOTHING, id=f"{kind}-{name}")
         for name, body, kind in malformed.cases()]
ENCODINGS = ("length", "chunked", "gzip", "close")


def read_all(dataset):
    """The FIDs of a result, from the first to the last."""
    return [feature.GetFID() for feature in dataset.GetLayer(0)]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("body, is_cut", CASES)
def test_incomplete_result_is_an_error(sb, open_mapflow, body, is_cut, encoding):
    """It is fetched again only where HTTP does not say whether it came whole."""
    sb.variants.encoding = encoding
    processing = sb.add_processing(name="Malformed", status="OK", result=body)
    with oracle.exceptions(True), pytest.raises(RuntimeError, match=f"^Result of processing {processing}: "):
        read_all(open_mapflow(processing))
    assert len(downloads(sb)) == (4 if is_cut and encoding == "close" else 1)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_body_that_the_cases_derive_from_is_good(sb, open_mapflow, encoding):
    sb.variants.encoding = encoding
    processing = sb.add_processing(name="Good", status="OK", result=malformed.BODY.encode())
    with oracle.exceptions(True):
        assert read_all(open_mapflow(processing)) == [0, 1]


def test_cuts_are_beginnings_of_the_good_body():
    cuts = [body for _, body, kind in malformed.cases() if kind == malformed.CUT]
    assert len(cuts) == len(set(cuts)) == 32
    assert sum(malformed.BODY.encode().startswith(body) for body in cuts) == len(cuts) - 1  # one is inside a character
