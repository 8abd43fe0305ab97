"""GET /processings/{id}/result (API notes 8, 19)."""

import hashlib
import json
import os
import re
from io import BytesIO

from .body import FileBody, Reply
from .errors import ApiError, bad_request
from .validate import uuid

EMPTY = b'{"type":"FeatureCollection","features":[]}'
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def result_reply(call, processing, aoi_id):
    """The result, or what the variants say where no source does."""
    variants = call.variants
    if aoi_id is not None:
        aoi_id = uuid(aoi_id, "aoiId")
        if variants.aoi_filter == "error":
            raise bad_request("aoiId is not supported")
    if processing.status != "OK" and variants.result_when_not_ok != "partial":
        if variants.result_when_not_ok == "empty":
            return _reply(call, EMPTY)
        raise ApiError(int(variants.result_when_not_ok), "The processing has no result yet")
    if processing.raster:
        if variants.raster_result == "empty":
            return _reply(call, EMPTY)
        raise ApiError(int(variants.raster_result), "The processing has no vector result")
    return _reply(call, _content(call, processing, aoi_id))


def _content(call, processing, aoi_id):
    """Bytes or the path of a file."""
    if aoi_id is not None and call.variants.aoi_filter != "ignored":
        chosen = [aoi for aoi in processing.aois if aoi.id == aoi_id]
        if not chosen and call.variants.aoi_filter == "empty":
            return EMPTY
        chosen = chosen or [call.state.aoi(processing, aoi_id)]
    elif processing.status in ("OK", "REFUNDED") and not any(aoi.result for aoi in processing.aois):
        return EMPTY if processing.result is None else processing.result
    else:
        chosen = processing.aois
    finished = [aoi for aoi in chosen if aoi.status in ("OK", "REFUNDED")]
    return _merged([_aoi_features(processing, aoi) for aoi in finished])


def _aoi_features(processing, aoi):
    """Features of one AOI: its own result, or those of the whole whose bbox centre it contains."""
    if aoi.result is not None:
        return _features(aoi.result)
    return [feature for feature in _features(processing.result) if _belongs(feature, aoi)]


def _features(result):
    if result is None:
        return []
    data = result if isinstance(result, bytes) else result.read_bytes()
    return json.loads(data)["features"]


def _belongs(feature, aoi):
    positions = list(_positions((feature.get("geometry") or {}).get("coordinates") or []))
    if not positions:
        return False
    lons, lats = zip(*positions)
    return aoi.contains((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)


def _positions(coordinates):
    if coordinates and isinstance(coordinates[0], (int, float)):
        yield coordinates[0], coordinates[1]
    else:
        for part in coordinates:
            yield from _positions(part)


def _merged(parts):
    features = [feature for part in parts for feature in part]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def _reply(call, content):
    """200, 206 or 416 for bytes or a file, with the validators that are switched on."""
    variants = call.variants
    if isinstance(content, bytes):
        size, etag = len(content), hashlib.sha1(content).hexdigest()
    else:
        facts = os.stat(content)
        size, etag = facts.st_size, f"{facts.st_size:x}-{facts.st_mtime_ns:x}"
    etag = f'"{etag}"'
    headers = {}
    if variants.etag and "gzip" not in variants.encoding:  # a strong ETag names one encoding
        headers["ETag"] = etag
    start, end, status = 0, size, 200
    if variants.ranges:
        headers["Accept-Ranges"] = "bytes"
        if call.headers.get("if-range", etag) == etag and "range" in call.headers:
            start, end, status = requested_range(call.headers["range"], size)
            if status == 206:
                headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    body = FileBody(BytesIO(content) if isinstance(content, bytes) else open(content, "rb"), start, end)
    return Reply(status, body, variants.result_type, headers)


def requested_range(text, size):
    """(start, end, status) of one byte range; other forms are ignored, as HTTP allows."""
    match = RANGE.fullmatch(text)
    if not match or match.groups() == ("", ""):
        return 0, size, 200
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    if start >= end:
        raise ApiError(416, "range is outside the result", headers={"Content-Range": f"bytes */{size}"})
    return start, end, 206
