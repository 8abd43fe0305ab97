"""The imagery side of the local stand-in against its own promises (imagery notes 15): My imagery, uploads, previews,
tiles, the catalogue, planned searches. Judged with http.client and with files of GDAL's own GeoTIFF driver."""

import contextlib
import hashlib
import http.client
import json
import socket
import threading
import time
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, urlsplit

import pytest
from osgeo import gdal, ogr, osr

from helpers import MISSING
from paths import DATA
from sandbox import Sandbox
from sandbox.catalogue import SORT
from sandbox.imagery_variants import IMAGERY_CHOICES
from test_sandbox import MODEL, URBAN, Answer, Client, square

BROKEN = (ConnectionError, http.client.HTTPException)

MOSAIC, EMPTY = (f"55555555-6666-4777-8888-9999999999{n}" for n in ("01", "02"))
UPLOADED, INGESTED = (f"55555555-6666-4777-8888-9999999999{n}" for n in ("11", "12"))
AREA = {"type": "Polygon", "coordinates": [[[4.48, 52.15], [4.51, 52.15], [4.51, 52.17], [4.48, 52.17], [4.48, 52.15]]]}
LIST = f"/rasters/mosaic/{MOSAIC}"
RED, GREEN, BLUE, YELLOW = [200, 40, 40], [40, 160, 60], [50, 70, 200], [220, 190, 50]


def tiff(width=40, height=30, bands=3, epsg=32631, size=0.5, origin=(601300, 5779800), options=()):
    """The bytes of a GeoTIFF; no reference when `epsg` is None."""
    driver = gdal.GetDriverByName("GTiff")
    dataset = driver.Create("/vsimem/upload.tif", width, height, bands, gdal.GDT_Byte, options=list(options))
    if epsg:
        system = osr.SpatialReference()
        system.ImportFromEPSG(epsg)
        dataset.SetProjection(system.ExportToWkt())
        dataset.SetGeoTransform((origin[0], size, 0, origin[1], 0, -size))
    del dataset
    file = gdal.VSIFOpenL("/vsimem/upload.tif", "rb")
    length = gdal.VSIStatL("/vsimem/upload.tif").size
    content = bytes(gdal.VSIFReadL(1, length, file))
    gdal.VSIFCloseL(file)
    gdal.Unlink("/vsimem/upload.tif")
    return content


def form(content, filename="a.tif", name="file", boundary="limit", extra=b"", end=b"--\r\n"):
    """A multipart body with one file."""
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
    head += "Content-Type: image/tiff\r\n\r\n"
    return head.encode() + content + f"\r\n--{boundary}".encode() + extra + end


FORM = {"Content-Type": "multipart/form-data; boundary=limit"}


def upload(client, content=None, mosaic=EMPTY, headers=FORM, **options):
    return client("POST", f"/rasters/mosaic/{mosaic}/image", form(content or tiff(), **options), headers)


def status_of(client, mosaic=EMPTY):
    return client.get(f"/rasters/mosaic/{mosaic}/status").json["images"]


def detail(answer):
    return answer.json["detail"]


def picture(content):
    """(width, height, bands, the colours of the four quarters from the north-west clockwise)."""
    gdal.FileFromMemBuffer("/vsimem/picture", content)
    dataset = gdal.Open("/vsimem/picture")
    w, h = dataset.RasterXSize, dataset.RasterYSize
    places = ((1, 1), (w - 2, 1), (w - 2, h - 2), (1, h - 2))
    colours = [[int(v) for v in dataset.ReadAsArray(x, y, 1, 1).ravel()] for x, y in places]
    facts = (w, h, dataset.RasterCount, colours)
    del dataset
    gdal.Unlink("/vsimem/picture")
    return facts


def near(colours, wanted):
    return all(abs(a - b) <= 3 for got, want in zip(colours, wanted) for a, b in zip(got, want))


@pytest.fixture
def sandbox():
    with Sandbox(DATA, seed=7, seconds_per_job=0) as running:
        yield running


@pytest.fixture
def client(sandbox):
    client = Client(sandbox)
    yield client
    client.connection.close()


@pytest.fixture
def tiles(sandbox):
    """Reads URLs of the third origin without credentials."""
    other = Client(sandbox, origin=3)

    def read(url, **options):
        path = url.removeprefix(sandbox.origins[3])
        assert path != url
        return other.get(path, base="", **{"authorization": None, **options})

    yield read
    other.connection.close()


# --- paths, errors, mosaics


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "/rasters", 404),
        ("POST", "/rasters", 404),  # the legacy upload
        ("GET", "/rasters/mosaic/", 404),
        ("GET", "/rasters/mosaic/x", 422),
        ("GET", f"/rasters/mosaic/{MISSING}", 404),
        ("PATCH", LIST, 405),
        ("GET", f"/rasters/mosaic/{MISSING}/image", 404),
        ("GET", f"/rasters/mosaic/{MISSING}/status", 404),
        ("DELETE", f"/rasters/mosaic/{MISSING}/failed", 404),
        ("GET", f"/rasters/image/{MISSING}", 404),
        ("GET", f"/rasters/image/{MISSING}/preview/s", 404),
        ("GET", f"/rasters/image/{UPLOADED}/preview/m", 404),
        ("GET", f"/rasters/image/{MISSING}/download", 404),
        ("PUT", f"/rasters/image/{UPLOADED}?name=", 422),
        ("PUT", f"/rasters/image/{UPLOADED}?name={'x' * 256}", 422),
        ("GET", "/rasters/memory?x=1", 422),
    ],
)
def test_refused_paths(client, method, path, status):
    answer = client(method, path)
    assert answer.status == status and "detail" in answer.json
    if status == 422:
        assert answer.json["detail"][0]["msg"]
    assert client(method, path, authorization=None).status == 401


def test_error_shapes(sandbox, client):
    path = f"/rasters/mosaic/{MISSING}"
    assert detail(client.get(path)) == {
        "code": "ItemNotFound",
        "parameters": {"instance_type": "mosaic", "uid": MISSING},
        "message": f"mosaic {MISSING} not found",
    }
    sandbox.variants.raster_error = "message"
    assert list(client.get(path).json) == ["message"]
    assert client.get("/rasters/x").json == {"detail": "Not Found"}


def test_mosaics(sandbox, client):
    made = client("POST", "/rasters/mosaic", {"name": "Docks", "tags": ["a, b", "c"]}).json
    assert set(made) == {"id", "name", "tags", "created_at"}
    path = f"/rasters/mosaic/{made['id']}"
    document = client.get(path).json
    assert document["footprint"] is None and document["rasterLayer"] is None and document["sizeInBytes"] == 0
    assert document["status_summary"] == {"total": 0, "ready": 0, "pending": 0, "in_progress": 0, "failed": 0}
    changed = client("PUT", path, {"name": "Docks", "tags": []}).json
    assert changed["tags"] == [] and client.get(path).json["tags"] == []
    assert client("PUT", path, {"name": "Docks 2"}).json["name"] == "Docks 2"
    names = [mosaic["name"] for mosaic in client.get("/rasters/mosaic").json]
    assert names == ["Quarry flights", "Empty", "Docks 2"]
    tagged = client.get(f"/rasters/mosaic?tags=quarry&tags={quote('north, upper bench')}").json
    assert [mosaic["name"] for mosaic in tagged] == ["Quarry flights"]
    sandbox.imagery.mosaics[made["id"]].is_locked = True
    assert client("DELETE", path).status == 409
    sandbox.imagery.mosaics[made["id"]].is_locked = False
    assert client("DELETE", path).status == 200 and client.get(path).status == 404
    assert client("DELETE", LIST).status == 200 and client.get(f"/rasters/image/{UPLOADED}").status == 404


@pytest.mark.parametrize(
    "body",
    [{}, {"name": ""}, {"name": 1}, {"name": "a", "tags": "b"}, {"name": "a", "tags": [1]}, {"name": "a", "x": 1}],
)
def test_mosaic_bodies(client, body):
    assert client("POST", "/rasters/mosaic", body).status == 422
    assert client("PUT", LIST, body).status == 422


@pytest.mark.parametrize("kind", IMAGERY_CHOICES["empty_mosaic"])
def test_empty_mosaic(sandbox, client, kind):
    sandbox.variants.empty_mosaic = kind
    document = client.get(f"/rasters/mosaic/{EMPTY}").json
    assert not document["footprint"] or ogr.CreateGeometryFromWkt(document["footprint"]).IsEmpty()
    assert not (document["rasterLayer"] or {}).get("tileUrl")


# --- images


def test_images(client):
    first, second = client.get(LIST + "/image").json
    assert (first["id"], second["id"]) == (UPLOADED, INGESTED)
    assert (first["available_for_download"], second["available_for_download"]) == (False, True)
    assert first["uploaded_at"] == "2026-05-11T07:22:05.402117" and len(first["checksum"]) == 40
    assert first["meta_data"]["crs"] == "EPSG:32631" and first["meta_data"]["pixel_size"] == [0.5, 0.5]
    assert client.get(f"/rasters/image/{UPLOADED}").json == first
    name = "a&b=c/ü %.tif"
    assert client("PUT", f"/rasters/image/{UPLOADED}?name={quote(name, safe='')}").json["filename"] == name
    assert client("PUT", f"/rasters/image/{UPLOADED}?name=x", {"a": 1}).status == 422
    assert client("DELETE", f"/rasters/image/{UPLOADED}").status == 200
    assert [image["id"] for image in client.get(LIST + "/image").json] == [INGESTED]
    assert client("POST", LIST + "/link-image", {"url": "s3://b/x.tif"}).json["mosaic_id"] == MOSAIC
    assert client("POST", LIST + "/link-image", {"url": "http://b/x.tif"}).status == 422


def outline(wkt):
    return ogr.CreateGeometryFromWkt(wkt)


@pytest.mark.parametrize("ring", IMAGERY_CHOICES["ring"])
@pytest.mark.parametrize("style", IMAGERY_CHOICES["wkt"])
def test_footprints(sandbox, client, style, ring):
    sandbox.variants.wkt, sandbox.variants.ring = style, ring
    text = client.get(f"/rasters/image/{UPLOADED}").json["footprint"]
    whole = client.get(LIST).json["footprint"]
    if style == "bad":
        gdal.PushErrorHandler("CPLQuietErrorHandler")
        assert outline(text) is None and outline(whole) is None
        gdal.PopErrorHandler()
        return
    assert text.startswith("polygon" if style == "lower" else "POLYGON")
    assert outline(whole).GetGeometryName() == "MULTIPOLYGON"
    if style == "empty":
        assert outline(text).IsEmpty()
        return
    polygon = outline(text)
    corners = polygon.GetGeometryRef(0)
    west, east, south, north = polygon.GetEnvelope()
    assert 4.47 < west < east < 4.51 and 52.14 < south < north < 52.17 and corners.GetPointCount() == 5
    first = corners.GetPoint(0)[:2]
    if ring != "rotated":
        at = {"nw": (west, north), "se": (east, south), "ccw": (west, south)}[ring]
        assert first == pytest.approx(at, abs=5e-4)  # UTM's north is not quite north


@pytest.mark.parametrize("kind", IMAGERY_CHOICES["preview_type"])
def test_previews(sandbox, client, kind):
    sandbox.variants.preview_type = kind
    for size, width, height in (("s", 256, 205), ("l", 1024, 819)):
        answer = client.get(f"/rasters/image/{UPLOADED}/preview/{size}")
        w, h, bands, colours = picture(answer.body)
        assert (w, h, bands) == (width, height, 3 if kind == "jpeg" else 4)
        assert near(colours, (RED, GREEN, BLUE, YELLOW)) and answer.headers["content-type"] == f"image/{kind}"
    sandbox.imagery.images[UPLOADED].life = "loading"
    assert client.get(f"/rasters/image/{UPLOADED}/preview/s").status == 404


def test_downloads(sandbox, client, tiles):
    assert detail(client.get(f"/rasters/image/{UPLOADED}/download"))["code"] == "AccessDenied"
    document = client.get(f"/rasters/image/{INGESTED}/download").json
    assert document["filename"] == "scene_12.tif" and document["expires_in"] == 3600
    content = tiles(document["download_url"]).body
    w, h, _, colours = picture(content)
    assert (w, h) == (400, 300) and near(colours, (RED, GREEN, BLUE, YELLOW))
    part = tiles(document["download_url"], headers={"Range": "bytes=4-7"})
    assert part.status == 206 and part.body == content[4:8]
    sandbox.imagery.expire_downloads()
    assert tiles(document["download_url"]).status == 403
    sandbox.imagery.images[INGESTED].life = "loading"
    assert client.get(f"/rasters/image/{INGESTED}/download").status == 409


# --- uploads


@pytest.mark.parametrize("answer", IMAGERY_CHOICES["upload_answer"])
def test_upload(sandbox, client, answer):
    sandbox.variants.upload_answer = answer
    content = tiff()
    if answer == "lost":
        with pytest.raises(BROKEN):
            upload(client, content)
        client.connection.close()
    else:
        said = upload(client, content).json
        image = {"id", "mosaic_id", "filename", "file_size", "uploaded_at"}
        assert set(said) == (image if answer == "image" else {"message", "mosaic_id"}) and said["mosaic_id"] == EMPTY
    (image,) = client.get(f"/rasters/mosaic/{EMPTY}/image").json
    assert image["filename"] == "a.tif" and image["file_size"] == len(content)
    assert image["checksum"] == hashlib.sha1(content).hexdigest() and not image["available_for_download"]
    assert image["meta_data"]["width"] == 40 and image["meta_data"]["count"] == 3
    record = sandbox.requests[0]
    assert record.body == b"" and [part["name"] for part in record.parts] == ["file"]
    assert record.parts[0]["size"] == len(content) and record.parts[0]["content_type"] == "image/tiff"
    assert not sandbox.submitted


@pytest.mark.parametrize(
    "options, code",
    [
        ({"epsg": 4326, "origin": (4.48, 52.16), "size": 1e-6}, None),
        ({"epsg": 3857, "origin": (500000, 6.8e6)}, None),
        ({"epsg": 32733, "origin": (500000, 8e6)}, None),
        ({"bands": 1}, None),
        ({"bands": 4}, None),
        ({"options": ["BIGTIFF=YES", "TILED=YES", "COMPRESS=DEFLATE"]}, None),
        ({"options": ["ENDIANNESS=BIG"]}, None),
        ({"bands": 2}, "count"),
        ({"epsg": None}, "crs"),
        ({"epsg": 28992, "origin": (90000, 460000)}, "crs"),
        ({"size": 20.5}, "pixel_size"),
        ({"epsg": 4326, "origin": (4.4, 52.1), "size": 2e-4}, "pixel_size"),
        ({"width": 65535, "height": 1, "bands": 1}, "width"),
        ({"epsg": 4326, "origin": (179.99999, 52.1), "size": 1e-6}, "ImageOutOfBounds"),
        ({"epsg": 32631, "width": 30000, "height": 1, "size": 19.0}, "ImageExtentTooBig"),
    ],
)
def test_what_may_be_uploaded(client, options, code):
    answer = upload(client, tiff(**options))
    if code is None:
        assert answer.status == 200, answer.body
    elif code.startswith("Image"):
        assert answer.status == 422 and detail(answer)["code"] == code
    else:
        assert answer.status == 422 and detail(answer)["code"] == "FileCheckFailed"
        assert detail(answer)["parameters"] == {"filename": "a.tif", "bad_parameters": [code]}


@pytest.mark.parametrize(
    "body, headers, status",
    [
        (form(b"no tiff at all"), FORM, 422),
        (form(tiff(), filename="a.png"), FORM, 422),
        (form(tiff(), filename=""), FORM, 422),
        (form(tiff(), name="image"), FORM, 422),
        (form(tiff(), extra=b"\r\n" + form(tiff(), end=b"")), FORM, 422),
        (form(tiff(), end=b"\r\n"), FORM, 422),
        (form(tiff(), end=b"--\r\nepilogue"), FORM, 422),
        (form(tiff())[:-30], FORM, 422),
        (form(tiff()), {"Content-Type": "multipart/form-data"}, 422),
        (form(tiff()), {"Content-Type": "image/tiff"}, 422),
        (form(tiff(), boundary="other"), FORM, 422),
        (b"", FORM, 422),
        (form(tiff(), boundary="a b"), {"Content-Type": 'multipart/form-data; boundary="a b"'}, 200),
        (form(tiff() + b"\r\n--limi\r\n-\r\n--li"), FORM, 200),
    ],
)
def test_forms(client, body, headers, status):
    answer = client("POST", f"/rasters/mosaic/{EMPTY}/image", body, headers)
    assert answer.status == status, answer.body
    assert len(client.get(f"/rasters/mosaic/{EMPTY}/image").json) == (status == 200)


def test_upload_needs_a_length(client):
    assert upload(client, headers={**FORM, "Transfer-Encoding": "chunked"}).status == 411


def test_bands_of_a_mosaic(sandbox, client):
    refused = upload(client, tiff(bands=4), mosaic=MOSAIC)
    assert refused.status == 422 and detail(refused)["code"] == "FileValidationFailed"
    assert detail(refused)["parameters"] == {
        "filename": "a.tif", "mosaic_id": MOSAIC, "param_name": "count", "got_param": 4, "expected_param": 3
    }
    web = tiff(epsg=3857, origin=(500000, 6.8e6))
    assert upload(client, web, mosaic=MOSAIC).status == 200
    sandbox.variants.mosaic_rule = "strict"
    assert detail(upload(client, web, mosaic=MOSAIC))["parameters"]["param_name"] == "crs"
    assert detail(upload(client, tiff(size=1), mosaic=MOSAIC))["parameters"]["param_name"] == "pixel_size"


def test_sizes(sandbox, client):
    content = tiff()
    sandbox.imagery.max_file = len(content)
    refused = upload(client, content)
    assert refused.status == 413 and detail(refused)["code"] == "FileTooBig"
    assert detail(refused)["parameters"] == {"max_file_size": len(content), "actual_file_size": len(content)}
    sandbox.imagery.max_file += 1
    assert upload(client, content).status == 200
    sandbox.imagery.fill()
    full = upload(client, content)
    assert full.status == 413 and detail(full)["code"] == "MemoryLimitExceeded"
    assert detail(full)["parameters"] == {"memory_requested": len(content), "available_memory": 0}
    sandbox.imagery.limit += 2 * len(content)
    sandbox.imagery.taken_meanwhile = 2 * len(content)  # seen by nobody who asks
    assert client.get("/rasters/memory").json["memoryFree"] == 2 * len(content)
    assert upload(client, content).status == 413
    sandbox.imagery.limit = None
    assert upload(client, content).status == 200


@pytest.mark.parametrize("shape", IMAGERY_CHOICES["memory_shape"])
def test_memory(sandbox, client, shape):
    sandbox.variants.memory_shape = shape
    document = client.get("/rasters/memory").json
    used = sum(image["file_size"] for image in client.get(LIST + "/image").json)
    if shape == "docs":
        assert set(document) == {"used_bytes", "limit_bytes", "used_gb", "limit_gb", "usage_percent"}
        assert document["used_bytes"] == used and document["limit_bytes"] == 5368709120
    else:
        assert document["memoryUsed"] == used and document["maxPixelCount"] == 65535
        limits = (5368709120, 5368709120 - used) if shape == "limits" else (None, None)
        assert (document["memoryLimit"], document["memoryFree"]) == limits


def test_create_and_upload(client):
    path = "/rasters/mosaic/image"
    made = client("POST", path + "?name=N%20%26&tags=a,%20b&tags=c", form(tiff()), FORM).json
    assert client.get(f"/rasters/mosaic/{made['mosaic_id']}").json["tags"] == ["a, b", "c"]
    count = len(client.get("/rasters/mosaic").json)
    assert client("POST", path, form(tiff()), FORM).status == 422
    assert client("POST", path + "?name=x", form(b"?"), FORM).status == 422
    assert len(client.get("/rasters/mosaic").json) == count


@pytest.mark.parametrize(
    "life, seen",
    [
        ("at-once", [("NONE", True, False), ("NONE", True, True)]),
        ("polls", [("PENDING", False, False), ("IN_PROGRESS", False, False), ("COMPLETED", True, False),
                   ("COMPLETED", True, True)]),
        ("data-first", [("PENDING", True, False), ("IN_PROGRESS", True, False), ("COMPLETED", True, False)]),
        ("failed", [("PENDING", False, False), ("IN_PROGRESS", False, False), ("FAILED", False, False)]),
        ("failed-null", [("PENDING", False, False), ("IN_PROGRESS", False, False), ("FAILED", False, False)]),
        ("loading", [("NONE", False, False)] * 4),
        ("strange", [("RESAMPLING", False, False), ("RESAMPLING", False, False), ("COMPLETED", True, False)]),
    ],
)
def test_lives(sandbox, client, life, seen):
    sandbox.variants.image_life = life
    upload(client)
    listed = f"/rasters/mosaic/{EMPTY}/image"
    for status, available, tiles_ready in seen:
        (row,) = status_of(client)
        told = (row["preprocessing_status"], row["data_available"], row["tiles_ready"])
        assert told == (status, available, tiles_ready)
        assert len(client.get(listed).json) == available
    if life.startswith("failed"):
        assert row["preprocessing_error"] == (None if life == "failed-null" else "unsupported data type")
        gone = client("DELETE", f"/rasters/mosaic/{EMPTY}/failed").json
        assert gone["count"] == 1 and gone["deleted_image_ids"] == [row["image_id"]]
        assert client("DELETE", f"/rasters/mosaic/{EMPTY}/failed").json["count"] == 0


def test_one_image_and_a_whole_mosaic(sandbox, client):
    sandbox.variants.image_life, sandbox.variants.image_polls = "polls", 1
    upload(client, mosaic=MOSAIC)
    document = client.get(LIST + "/status").json
    counts = ("total", "ready", "pending", "in_progress", "failed", "tiles_ready")
    assert [document[f"{name}_images"] for name in counts] == [3, 2, 1, 0, 0, 2]
    assert client.get(LIST).json["status_summary"]["pending"] == 1
    image = document["images"][-1]["image_id"]
    assert client.get(f"/rasters/image/{image}/status").json["preprocessing_status"] == "COMPLETED"
    assert client.get(f"/rasters/image/{MISSING}/status").status == 404


def test_old_server(sandbox, client):
    sandbox.variants.old_rasters = True
    sandbox.variants.image_life = "polls"
    upload(client)
    for method, path in (("GET", "status"), ("DELETE", "failed")):
        assert client(method, f"/rasters/mosaic/{EMPTY}/{path}").json == {"detail": "Not Found"}
    assert client.get(f"/rasters/image/{UPLOADED}/status").status == 404
    assert "status_summary" not in client.get(LIST).json
    assert [len(client.get(f"/rasters/mosaic/{EMPTY}/image").json) for _ in range(3)] == [0, 0, 1]


def test_switches_of_states(sandbox, client):
    sandbox.variants.no_tiles_ready = sandbox.variants.hex_filenames = True
    sandbox.variants.status_lag = 2
    upload(client)
    rows = [status_of(client) for _ in range(3)]
    assert [len(row) for row in rows] == [0, 0, 1]
    assert "tiles_ready" not in rows[-1][0] and rows[-1][0]["filename"] != "a.tif"
    sandbox.variants.rejected_row, sandbox.variants.status_lag = True, 0
    assert upload(client, b"?").status == 422
    assert [row["preprocessing_status"] for row in status_of(client)] == ["NONE", "FAILED"]


def test_sparse_and_unknown_members(sandbox, client):
    sandbox.variants.sparse = True
    assert "cog_link" not in client.get(f"/rasters/image/{UPLOADED}").json
    sandbox.variants.unknown_fields = True
    assert "novelty" in client.get(LIST).json and "novelty" in status_of(client, MOSAIC)[0]


# --- uploads: large ones, early answers, faults


def raw_upload(sandbox, size, mosaic=EMPTY, headers="", token=None):
    """A socket to which the head of an upload was sent."""
    connection = socket.create_connection(("127.0.0.1", urlsplit(sandbox.url).port), timeout=10)
    head = f"POST /rest/rasters/mosaic/{mosaic}/image HTTP/1.1\r\nAuthorization: Basic {token or sandbox.token}\r\n"
    head += f"Host: x\r\nContent-Type: {FORM['Content-Type']}\r\nContent-Length: {size}\r\n{headers}\r\n"
    connection.sendall(head.encode())
    return connection


def reply_of(connection):
    response = http.client.HTTPResponse(connection)
    response.begin()
    return Answer(response)


def test_large_upload_is_never_in_memory(sandbox, client):
    import resource

    sandbox.imagery.max_file = 1 << 40
    content, zeros, megabytes = tiff(), bytes(1 << 20), 200
    body = form(content)
    at = body.index(content) + len(content)
    connection = raw_upload(sandbox, len(body) + megabytes * len(zeros))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    connection.sendall(body[:at])
    for _ in range(megabytes):
        connection.sendall(zeros)
    connection.sendall(body[at:])
    assert reply_of(connection).status == 200
    connection.close()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # KB
    (image,) = client.get(f"/rasters/mosaic/{EMPTY}/image").json
    assert image["file_size"] == len(content) + megabytes * len(zeros)
    expected = hashlib.sha1(content)
    for _ in range(megabytes):
        expected.update(zeros)
    assert image["checksum"] == expected.hexdigest()


@pytest.mark.parametrize("how, status", [("continue", 100), ("417", 417), ("ignore", None)])
def test_expect(sandbox, how, status):
    sandbox.variants.expect = how
    body = form(tiff())
    with raw_upload(sandbox, len(body), headers="Expect: 100-continue\r\n") as connection:
        if status == 100:
            assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        elif status:
            assert reply_of(connection).status == status
            return
        connection.sendall(body)
        assert reply_of(connection).status == 200


@pytest.mark.parametrize(
    "change, status", [({"mosaic": MISSING}, 404), ({"size": 2 << 30}, 413), ({"token": "YTpi"}, 401)]
)
@pytest.mark.parametrize("expects", [True, False])
def test_refusals_before_the_body(sandbox, change, status, expects):
    sandbox.variants.upload_refusal = "late" if expects else "early"
    headers = "Expect: 100-continue\r\n" if expects else ""
    with raw_upload(sandbox, **{"size": 100_000_000, "headers": headers, **change}) as connection:
        assert reply_of(connection).status == status
    assert not sandbox.requests.settle(timeout=6)[-1].parts


def test_fault_early(sandbox, client):
    said = {"detail": {"code": "FileTooBig", "parameters": {"max_file_size": 1, "actual_file_size": 2}}}
    sandbox.fault("/image$", "POST", times=1, early=100_000, body=said)
    with raw_upload(sandbox, 50_000_000) as connection:
        connection.sendall(form(tiff())[:100] + bytes(200_000))
        answer = reply_of(connection)
        assert answer.status == 413 and answer.json == said
        connection.sendall(bytes(1_000_000))  # the rest is read and dropped
    sandbox.fault("/image$", "POST", times=1, early=1000, status=401, early_close=True)
    with raw_upload(sandbox, 50_000_000) as connection, contextlib.suppress(*BROKEN):
        for _ in range(200):
            connection.sendall(bytes(100_000))
    assert sandbox.requests.settle(timeout=6)[-1].status == 401
    assert not status_of(client)


def test_fault_cut_upload(sandbox, client):
    sandbox.fault("/image$", "POST", cut_upload=5000, times=1)
    with pytest.raises(BROKEN):
        upload(client, tiff(400, 300))
    client.connection.close()
    assert sandbox.requests.settle()[-1].status is None and not status_of(client)
    assert upload(client).status == 200 and not sandbox.violations


def test_fault_slow_upload(sandbox, client):
    sandbox.fault("/image$", "POST", slow_upload=20_000)
    begin = time.monotonic()
    assert upload(client, tiff(40, 30)).status == 200
    assert time.monotonic() - begin >= 0.15  # 3.8 kB


@pytest.mark.parametrize("kinds", [{"reset_after_processing": True}, {"done": True, "status": 504}, {"cut": 5}])
@pytest.mark.parametrize("what", ["upload", "mosaic", "run"])
def test_lost_answers(sandbox, client, what, kinds):
    paths = {"upload": "/image$", "mosaic": "/rasters/mosaic$", "run": "/template/[^/]+/v2$"}
    template = client("POST", "/processings/template", planned()).json["template"]["id"] if what == "run" else None

    def act():
        if what == "upload":
            return upload(client)
        if what == "mosaic":
            return client("POST", "/rasters/mosaic", {"name": "Once"})
        return client("POST", f"/processings/template/{template}/v2", run_body())

    sandbox.fault(paths[what], "POST", times=1, **kinds)
    with contextlib.suppress(*BROKEN):
        assert act().status == 504
    client.connection.close()
    assert not sandbox.violations
    done = {"upload": sandbox.imagery.images_of(sandbox.imagery.mosaics[EMPTY]), "run": sandbox.submitted}
    assert len(done.get(what, [1])) == 1
    act()
    (violation,) = sandbox.violations
    assert "sent again after its answer was lost" in violation
    sandbox.violations.clear()


def test_violations_fail_the_run():
    with pytest.raises(AssertionError, match="credentials came to GET /atlas"), Sandbox(DATA) as sandbox:
        Client(sandbox, origin=3).get("/atlas/1/1/1.png?year=2025", base="")
    with pytest.raises(KeyError), Sandbox(DATA) as sandbox:
        Client(sandbox, origin=3).get(f"/atlas/1/1/1.png?year={sandbox.token}", base="", authorization=None)
        raise KeyError


def test_uploads_do_not_hold_up_others(sandbox, client):
    body = form(tiff())
    with raw_upload(sandbox, len(body)) as connection:
        connection.sendall(body[:200])
        assert client.get("/rasters/memory").status == 200
        connection.sendall(body[200:])
        assert reply_of(connection).status == 200


# --- tiles


def tile_of(layer, lon, lat, z=17):
    """The URL of the tile at a position, and the pixel in it."""
    from sandbox.projection import world_pixel

    x, y = (int(value) for value in world_pixel(lon, lat, z))
    url = layer["tileUrl"].replace("{z}", str(z)).replace("{x}", str(x // 256)).replace("{y}", str(y // 256))
    return url, (x % 256, y % 256)


def pixel(content, place):
    gdal.FileFromMemBuffer("/vsimem/tile", content)
    dataset = gdal.Open("/vsimem/tile")
    assert (dataset.RasterXSize, dataset.RasterYSize) == (256, 256)
    values = [int(v) for v in dataset.ReadAsArray(*place, 1, 1).ravel()]
    del dataset
    gdal.Unlink("/vsimem/tile")
    return values


@pytest.mark.parametrize("form_of_url", IMAGERY_CHOICES["tile_url"])
def test_tiles(sandbox, client, tiles, form_of_url):
    sandbox.variants.tile_url = form_of_url
    layer = client.get(LIST).json["rasterLayer"]
    assert ("s3://" in layer["tileUrl"]) == (form_of_url != "escaped")
    document = tiles(layer["tileJsonUrl"]).json
    west, south, east, north = sandbox.imagery.images[UPLOADED].bounds
    assert document["bounds"][0] == west and document["bounds"][2] > east
    width, height = (east - west) / 4, (north - south) / 4
    for dx, dy, colour in ((-1, 1, RED), (1, 1, GREEN), (1, -1, BLUE), (-1, -1, YELLOW)):
        url, place = tile_of(layer, (west + east) / 2 + dx * width, (south + north) / 2 + dy * height)
        answer = tiles(url)
        assert answer.headers["content-type"] == "image/png" and pixel(answer.body, place) == [*colour, 255]
    url, place = tile_of(layer, west - 0.0005, south)
    assert pixel(tiles(url).body, place)[3] == 0
    assert tiles(document["tiles"][0].replace("{z}/{x}/{y}", "1/1/0")).status == 200
    assert not sandbox.submitted


@pytest.mark.parametrize("kind, status", [("transparent", 200), ("404", 404), ("204", 204), ("empty", 200)])
def test_missing_tiles(sandbox, client, tiles, kind, status):
    sandbox.variants.missing_tile = kind
    url, place = tile_of(client.get(LIST).json["rasterLayer"], 0, 0)
    answer = tiles(url)
    assert answer.status == status
    if kind == "transparent":
        assert pixel(answer.body, place) == [0, 0, 0, 0]
    elif status != 404:
        assert answer.body == b""


def test_switches_of_tiles(sandbox, client, tiles):
    layer = client.get(LIST).json["rasterLayer"]
    sandbox.variants.tile_type = "jpeg"
    url, place = tile_of(layer, 4.4845, 52.157)
    assert tiles(url).body.startswith(b"\xff\xd8") and len(pixel(tiles(url).body, place)) == 3
    for how, absent in (("no-bounds", "bounds"), ("no-zooms", "maxzoom")):
        sandbox.variants.tilejson = how
        assert absent not in tiles(layer["tileJsonUrl"]).json
    for how in ("401", "404"):
        sandbox.variants.tilejson = how
        assert tiles(layer["tileJsonUrl"]).status == int(how)
    assert tiles(layer["tileUrl"].replace("mosaic_", "other_")).status == 404
    sandbox.imagery.images[UPLOADED].polls = 1  # its tiles are not ready
    assert pixel(tiles(url).body, place)


def test_layers_of_processings(sandbox, client, tiles):
    raster = client.get("/processings/3fa85f64-5717-4562-b3fc-2c963f660005/v2").json
    for name, colour in (("rasterLayer", RED), ("resultRasterLayer", [60, 60, 60])):
        west, south, east, north = tiles(raster[name]["tileJsonUrl"]).json["bounds"]
        url, place = tile_of(raster[name], west + (east - west) / 8, north - (north - south) / 8)
        assert pixel(tiles(url).body, place) == [*colour, 255]
    nothing = {"id": raster["rasterLayer"]["id"], "tileUrl": None, "tileJsonUrl": None}
    for how, wanted in (("null", None), ("null-members", nothing)):
        sandbox.variants.raster_layer = how
        assert client.get(f"/processings/{raster['id']}/v2").json["rasterLayer"] == wanted


# --- catalogue


TOO_LARGE = {"aoi": {"type": "Polygon", "coordinates": [square(4, 52, 1)]}}


def search(client, **members):
    return client("POST", "/catalog/meta", {"aoi": AREA, **members})


def ids(answer):
    return [scene["id"] for scene in answer.json["images"]]


def test_search(client, tiles):
    answer = search(client).json
    rows = {scene["id"]: scene for scene in answer["images"]}
    assert answer["total"] == len(rows) == 9 and (answer["limit"], answer["offset"]) == (100, 0)
    assert rows["KX3_20260518_101533_P07"]["aoiIntersectionPercent"] == 100.0
    assert rows["odd id/with slash & blank"]["aoiIntersectionPercent"] == pytest.approx(83.333, abs=0.01)
    assert rows["order-only-4411"]["aoiIntersectionPercent"] == pytest.approx(66.667, abs=0.01)
    assert rows["no-footprint-9"]["aoiIntersectionPercent"] is None
    assert rows[UPLOADED]["providerName"] == "my_imagery_images" and rows[MOSAIC]["productType"] == "MOSAIC"
    assert rows[UPLOADED]["previewUrl"].startswith(client.sandbox.url)
    assert rows[MOSAIC]["previewUrl"].startswith(client.sandbox.origins[3])
    assert tiles(rows["KX3_20260518_101533_P07"]["previewUrl"]).status == 200
    assert tiles(rows["m-2025-eu"]["previewUrl"].replace("{z}/{x}/{-y}", "1/1/1")).status == 200
    assert search(client, aoi={"type": "Polygon", "coordinates": [square(100, 10, 0.01)]}).json["total"] == 1
    assert not client.sandbox.submitted


@pytest.mark.parametrize(
    "members, without",
    [
        ({"acquisitionDateFrom": "2026-04-02T09:00:00Z"}, {"no-footprint-9"}),
        ({"acquisitionDateTo": "2026-04-02T09:00:00Z"}, {"KX3_20260518_101533_P07", "SKY-1/2026"}),
        ({"maxCloudCover": 3.5}, {"order-only-4411", "no-footprint-9"}),
        ({"maxOffNadirAngle": 30}, {"SKY-1/2026"}),
        ({"minOffNadirAngle": 6.2}, {"no-footprint-9"}),
        ({"minResolution": 0.5, "maxResolution": 0.8}, {"odd id/with slash & blank", "order-only-4411"}),
        ({"minAoiIntersectionPercent": 80}, {"order-only-4411", UPLOADED, INGESTED, MOSAIC}),
        ({"hideUnavailable": True}, {"SKY-1/2026"}),
        ({"dataProviders": ["ORBVIEW", "my_imagery_images"]},
         {"odd id/with slash & blank", "m-2025-eu", "SKY-1/2026", MOSAIC}),
        ({"productTypes": ["MOSAIC"]},
         {"KX3_20260518_101533_P07", "odd id/with slash & blank", "order-only-4411", "SKY-1/2026", UPLOADED, INGESTED}),
    ],
)
def test_filters(client, members, without):
    everything = set(ids(search(client)))
    assert without < everything and set(ids(search(client, **members))) == everything - without


@pytest.mark.parametrize(
    "members",
    [
        {"aoi": ...},
        {"aoi": {"type": "Point", "coordinates": [4, 52]}},
        {"aoi": {"type": "Feature", "geometry": AREA}},
        {"maxCloudCover": 101},
        {"maxCloudCover": "5"},
        {"minAoiIntersectionPercent": -1},
        {"limit": 0},
        {"offset": -1},
        {"sortBy": "AREA"},
        {"sortBy": "acquisition_date"},
        {"sortOrder": "down"},
        {"productTypes": []},
        {"productTypes": ["Scene"]},
        {"acquisitionDateFrom": "yesterday"},
        {"cloudCover": 5},
        TOO_LARGE,
    ],
)
def test_refused_searches(client, members):
    body = {name: value for name, value in {"aoi": AREA, **members}.items() if value is not ...}
    answer = client("POST", "/catalog/meta", body)
    assert answer.status == 400 and answer.json["code"]
    if members == TOO_LARGE:
        assert answer.json["code"] == "SEARCH_AREA_TOO_LARGE"
        assert answer.json["params"]["searchAreaLimit"] == "700000000"
    assert client("POST", "/catalog/meta", {"aoi": AREA}, authorization=None).status == 401


def test_no_provider_is_no_scene(sandbox, client):
    for how, wanted in (("list", []), ("null", None), ("missing", ...)):
        sandbox.variants.no_images = how
        assert search(client, dataProviders=[]).json.get("images", ...) == wanted


@pytest.mark.parametrize("token, member", SORT.items())
def test_sorting(sandbox, client, token, member):
    sandbox.catalogue.fill(60)
    for order in ("ASC", "DESC"):
        scenes = search(client, sortBy=token, sortOrder=order).json["images"]
        values = [scene[member] for scene in scenes if scene[member] is not None]
        if token not in ("PROVIDER_NAME", "SAT_ID", "ACQUISITION_DATE"):
            values = [float(value) for value in values]
        elif token != "ACQUISITION_DATE":
            values = [value.lower() for value in values]
        assert values == sorted(values, reverse=order == "DESC") and len(scenes) == 69


@pytest.mark.parametrize("shape", IMAGERY_CHOICES["catalogue_shape"])
@pytest.mark.parametrize("overlap", [False, True])
def test_pages(sandbox, client, shape, overlap):
    sandbox.catalogue.fill(230)
    sandbox.variants.catalogue_shape, sandbox.variants.overlapping_pages = shape, overlap
    sandbox.variants.catalogue_page = 40
    seen, offset, pages = {}, 0, 0
    while True:
        answer = search(client, limit=100, offset=offset, sortBy="CLOUD_COVER").json
        page = answer if shape == "array" else answer["images"]
        assert shape != "page" or answer["total"] == 239
        fresh = {scene["id"]: scene for scene in page if scene["id"] not in seen}
        pages += 1
        if not fresh:
            break
        seen |= fresh
        offset += len(page)
        assert len(page) <= 40
    assert len(seen) == 239 and pages >= 6


def test_filters_equal_local_filters(sandbox, client):
    sandbox.catalogue.fill(500)

    def all_of(**members):
        return search(client, limit=1000, **members).json["images"]

    rows = all_of()
    kept = [
        row["id"]
        for row in rows
        if (row["cloudCover"] is None or row["cloudCover"] <= 40)
        and (row["offNadirAngle"] is None or abs(row["offNadirAngle"]) <= 20)
        and (not row["pixelResolution"] or row["pixelResolution"] <= 0.5)
        and (row["aoiIntersectionPercent"] is None or row["aoiIntersectionPercent"] >= 30)
    ]
    asked = all_of(maxCloudCover=40, maxOffNadirAngle=20, maxResolution=0.5, minAoiIntersectionPercent=30)
    assert [row["id"] for row in asked] == kept and 20 < len(kept) < len(rows)


def test_own_imagery_in_processings(sandbox, client):
    def create(**source):
        body = {"name": "x", "projectId": URBAN, "wdId": MODEL, "geometry": AREA, "params": {"sourceParams": source}}
        return client("POST", "/processings/v2", body).status

    assert create(imagerySearch={"dataProvider": "my_imagery_mosaics", "imageIds": [MOSAIC]}) == 200
    assert create(imagerySearch={"dataProvider": "my_imagery_images", "imageIds": [MOSAIC]}) == 400
    assert create(myImagery={"imageIds": [UPLOADED, INGESTED]}) == 200
    sandbox.imagery.images[UPLOADED].life = "loading"
    assert create(myImagery={"imageIds": [UPLOADED]}) == 400
    assert len(sandbox.submitted) == 2


# --- planned searches


def soon(days=30):
    return (datetime.now(timezone.utc) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.0Z")


def feature(geometry=None, name="Pier 4"):
    return {"type": "Feature", "properties": {"name": name}, "geometry": geometry or AREA}


def collection(*features):
    return {"type": "FeatureCollection", "features": list(features)}


def planned(**changes):
    params = {"aoiDetails": collection(feature()), "maxCloudCover": 20, "productTypes": ["MOSAIC", "IMAGE"]}
    body = {"name": "Harbour watch", "projectId": URBAN, "activeUntil": soon(), "searchParams": params}
    return {name: value for name, value in {**body, **changes}.items() if value is not ...}


def run_body():
    return {"name": "pier", "wdId": MODEL, "geometry": AREA, "updateTemplateGeometry": False,
            "params": {"sourceParams": {"dataProvider": {"providerName": "Mapbox", "zoom": 18}}}}


TEMPLATES = "/processings/template"
MANY = {"type": "MultiPolygon", "coordinates": [AREA["coordinates"]]}


@pytest.fixture
def made(client):
    """The path of a new planned search."""
    return f"{TEMPLATES}/{client('POST', TEMPLATES, planned()).json['template']['id']}"


def test_planned_search(sandbox, client, made):
    first = client.get(made).json
    assert first["template"]["status"] == "SEARCHING" and first["searchResults"] == []
    second = client.get(made).json
    document = second["template"]
    assert document["status"] == "READY" and document["newImagesCount"] == len(second["searchResults"]) > 5
    (area,) = document["searchParams"]["aoiDetails"]["features"]
    assert area["id"] == area["properties"]["id"] and area["properties"]["name"] == "Pier 4"
    assert document["area"] == pytest.approx(4.56e6, rel=0.01) and document["isActive"]
    (short,) = client.get(f"{TEMPLATES}/project/{URBAN}").json
    assert "searchParams" not in short and short["area"] == document["area"]
    assert client.get(f"{TEMPLATES}/project/{sandbox.state.default_project.id}").json == []
    assert len(client.get(f"{TEMPLATES}/user/{document['userId']}").json) == 1
    for shape in ("templates", "results"):
        sandbox.variants.template_list = shape
        assert [item["id"] for item in client.get(TEMPLATES).json[shape]] == [document["id"]]
    assert not sandbox.submitted
    assert client("DELETE", made).status == 200 and client.get(made).status == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ...},
        {"projectId": ...},
        {"activeUntil": ...},
        {"activeUntil": soon(-1)},
        {"activeUntil": soon(200)},
        {"searchParams": {}},
        {"searchParams": {"aoiDetails": collection()}},
        {"searchParams": {"aoiDetails": collection(feature(name="x" * 65))}},
        {"searchParams": {"aoiDetails": collection(feature()), "aoi": AREA}},
        {"searchParams": {"aoiDetails": collection(feature()), "cloud": 1}},
        {"searchParams": {"aoiDetails": collection(feature()), "maxCloudCover": 101}},
        {"searchParams": {"aoiDetails": collection(feature({"type": "Polygon", "coordinates": [square(4, 52, 1)]}))}},
        {"processingParams": {"name": "x"}},
        {"owner": "me"},
    ],
)
def test_refused_planned_searches(client, changes):
    assert client("POST", TEMPLATES, planned(**changes)).status == 400
    assert client.get(TEMPLATES).json == []


def test_states_of_planned_searches(client):
    def create(*features):
        return client("POST", TEMPLATES, planned(searchParams={"aoiDetails": collection(*features)})).json["template"]

    failed = create(feature(MANY))
    path = f"{TEMPLATES}/{failed['id']}"
    assert failed["status"] == "FAILED" and client("POST", path + "/resume").status == 400
    assert client("POST", path + "/restart").json["template"]["status"] == "FAILED"
    mixed, overlapping = create(feature(MANY), feature()), create(feature(), feature())
    assert len(mixed["searchParams"]["aoiDetails"]["features"]) == 1 and mixed["isActive"]
    assert overlapping["area"] == 2 * mixed["area"] and not overlapping["isActive"]  # two are active
    path, paused = f"{TEMPLATES}/{mixed['id']}", f"{TEMPLATES}/{overlapping['id']}"
    refused = client("POST", paused + "/resume")
    assert refused.status == 400 and "active templates" in refused.json["message"]
    assert client("POST", path + "/pause").json["template"]["isActive"] is False
    assert client("POST", path + "/pause").status == 400 and client("POST", path + "/restart").status == 400
    assert client("POST", paused + "/resume").json["template"]["isActive"] is True
    assert client("POST", paused + "/pause", {"a": 1}).status == 400


def test_changes_of_planned_searches(client, made):
    changed = client("PUT", made, {"name": "Docks", "searchParams": {"maxCloudCover": 5}, "activeUntil": soon(60)}).json
    assert changed["name"] == "Docks" and changed["searchParams"]["maxCloudCover"] == 5
    assert changed["searchParams"]["productTypes"] == ["MOSAIC", "IMAGE"]
    for bad in ({"searchParams": {"aoi": AREA}}, {"searchParams": {"aoiDetails": collection(feature())}},
                {"processingParams": {}}, {"activeUntil": soon(200)}, {"isActive": False}):
        assert client("PUT", made, bad).status == 400
    area = changed["searchParams"]["aoiDetails"]["features"][0]["id"]
    assert client("POST", made + "/aoi", {"geometry": AREA, "name": None}).json["addedCount"] == 1
    assert client("POST", made + "/aoi", {"aois": [{"geometry": AREA}, {"geometry": MANY}]}).json["addedCount"] == 1
    assert client("POST", made + "/aoi", {"aois": [{"geometry": AREA}], "geometry": AREA}).status == 400
    assert client("POST", f"{made}/aoi/{area}", {"name": "Pier 5"}).json["properties"]["name"] == "Pier 5"
    assert client("PUT", f"{made}/aoi/{area}", {"name": "Pier 6"}).status == 404
    assert client("POST", f"{made}/aoi/{MISSING}", {"name": "Pier 6"}).status == 404
    assert client("DELETE", made + "/aoi").status == 415
    assert client("DELETE", made + "/aoi", {"aoiIds": [area]}).json["deletedCount"] == 1
    left = client.get(made).json["template"]["searchParams"]["aoiDetails"]["features"]
    assert [area["properties"]["name"] for area in left] == [None, None]


def test_images_of_planned_searches(sandbox, client, made):
    path = made + "/images"
    found = client("POST", path, {"limit": 3, "offset": 0, "sortBy": "ACQUISITION_DATE", "sortOrder": "DESC"}).json
    assert len(found["images"]) == 3 < found["total"] and all(scene["isNew"] for scene in found["images"])
    for bad in ({"minAoiIntersectionPercent": 5}, {"hideUnavailable": True}, {"dataProviders": []}):
        assert client("POST", path, bad).status == 400
    assert client("POST", path, {"aoiIds": [MISSING]}).status == 404
    assert client("POST", path, {"maxCloudCover": 1}).json["total"] < found["total"]
    odd = quote("odd id/with slash & blank", safe="")
    assert client("POST", f"{made}/image/{odd}/seen").status == 200
    news = {scene["id"]: scene["isNew"] for scene in client("POST", path, {}).json["images"]}
    assert [name for name, is_new in news.items() if not is_new] == ["odd id/with slash & blank"]
    assert client("PUT", made + "/image/seenAll").status == 415
    assert client("PUT", made + "/image/seenAll", b"", {"Content-Type": "application/json"}).status == 200
    sandbox.variants.null_providers = True
    scenes = client("POST", path, {}).json["images"]
    assert not any(scene["isNew"] or scene["providerName"] for scene in scenes)


def test_runs_of_planned_searches(sandbox, client, made):
    assert client("POST", made + "/v2", {**run_body(), "projectId": URBAN}).status == 400
    processing = client("POST", made + "/v2", run_body()).json
    assert processing["projectId"] == URBAN and sandbox.submitted == [processing["id"]]
    client("POST", made, run_body())
    assert len(sandbox.submitted) == 2
    runs = client.get(made + "/processings").json
    assert [run["params"] for run in runs] == [{"providerName": "Mapbox", "zoom": "18"}] * 2
    (area,) = client.get(made).json["template"]["searchParams"]["aoiDetails"]["features"]
    assert [run["processingId"] for run in area["properties"]["processings"]] == sandbox.submitted


def test_parallel_uploads(sandbox, client):
    statuses, content = [], tiff()

    def work(number):
        own = Client(sandbox)
        statuses.append(upload(own, content, filename=f"{number}.tif").status)
        own.connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 6 and len({row["image_id"] for row in status_of(client)}) == 6


def test_log_of_an_upload(tmp_path):
    log = tmp_path / "log.jsonl"
    with Sandbox(DATA, log=log) as sandbox:
        own = Client(sandbox)
        upload(own)
        own.connection.close()
    (line,) = [json.loads(line) for line in log.read_text().splitlines()]
    assert line["parts"][0]["filename"] == "a.tif" and line["body"] == ""
