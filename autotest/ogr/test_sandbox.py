"""The sandbox refuses what the service would refuse, and each of its variants has an effect.

Its everyday answers are not tested here: the other tests fail without them. It is asked with
http.client, never with the driver, so that it cannot drift towards what the driver happens to send.
"""

import base64
import contextlib
import gzip
import http.client
import json
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from helpers import (BUILDINGS, CANCELLED, FAILED, MISSING, NOTHING, RASTER, REFUNDED, REVIEW, REWORK, RUNNING)
from paths import AUTOTEST, DATA
from sandbox import Sandbox
from sandbox.area import bounds_area, total_area
from sandbox.variants import CHOICES

URBAN = "11111111-2222-4333-8444-555555555502"
SHARED = "11111111-2222-4333-8444-555555555504"
DEFAULT = "11111111-2222-4333-8444-555555555501"
MODEL = "22222222-3333-4444-8555-666666666601"
MOSAIC, IMAGE = "55555555-6666-4777-8888-999999999901", "55555555-6666-4777-8888-999999999911"
CREATE, COST, PAGE = "/processings/v2", "/processing/cost/v2", "/projects/page"
FEATURES = json.dumps({"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"n": n}, "geometry": {"type": "Point", "coordinates": [lon, 52.16]}}
    for n, lon in enumerate((4.485, 4.50, 4.505))]}).encode()


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """One connection to a sandbox; it sends the token unless a call passes another `authorization`."""

    def __init__(self, sandbox, origin=1):
        self.sandbox = sandbox
        self.connection = http.client.HTTPConnection(urlsplit(sandbox.origins[origin]).netloc, timeout=5)

    def __call__(self, method, path, body=None, headers=None, authorization="token", base="/rest"):
        headers = dict(headers or {})
        if authorization is not None:
            headers["Authorization"] = "Basic " + self.sandbox.token if authorization == "token" else authorization
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        self.connection.request(method, base + path, body, headers)
        return Answer(self.connection.getresponse())

    def get(self, path, **options):
        return self("GET", path, **options)


@pytest.fixture
def sandbox():
    with Sandbox(DATA, seed=7, seconds_per_job=0) as running:
        yield running


@pytest.fixture
def client(sandbox):
    client = Client(sandbox)
    yield client
    client.connection.close()


def square(west=4.48, south=52.15, size=0.01):
    ring = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    return [[west + x * size, south + y * size] for x, y in ring]


def multi(*rings):
    return {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def source(**kinds):
    return {"params": {"sourceParams": kinds}}


def provider(name="Mapbox", **members):
    return source(dataProvider={"providerName": name, **members})


def tiles(kind, url):
    return source(userDefined={"sourceType": kind, "url": url})


def create_body(**changes):
    """A create request that is accepted; a change to `...` leaves a member out."""
    body = {"name": "docks", "projectId": URBAN, "wdId": MODEL, "geometry": polygon(square()), **provider(zoom=18),
            **changes}
    return {name: value for name, value in body.items() if value is not ...}


def result_path(processing):
    return f"/processings/{processing}/result"


# --- area


def test_area():
    # Karney's geodesic area of 0..1° × 0..1° on WGS84
    assert total_area([[square(0, 0, 1)]]) == pytest.approx(12308778361.469, rel=1e-4)
    outer, hole = square(4, 52, 0.1), square(4.02, 52.02, 0.05)
    whole = total_area([[outer]])
    assert total_area([[outer], [outer]]) == pytest.approx(2 * whole)  # overlaps count twice
    assert total_area([[outer, hole]]) == pytest.approx(whole - total_area([[hole]]))
    assert total_area([[outer[::-1]]]) == pytest.approx(whole)
    assert bounds_area([outer, hole]) == pytest.approx(whole)


# --- authentication


@pytest.mark.parametrize("auth, basic, bearer", [("basic", 200, 401), ("bearer", 401, 200), ("both", 200, 200)])
def test_auth_variants(sandbox, client, auth, basic, bearer):
    sandbox.variants.auth = auth
    assert client.get("/user/status").status == basic
    assert client.get("/user/status", authorization="Bearer " + sandbox.token).status == bearer
    assert client.get("/user/status", authorization="Bearer " + sandbox.oauth_token).status == 200


@pytest.mark.parametrize("authorization", [
    None, "", "Basic", "Basic ", "Bearer ", "Basic {bare}", "Basic {oauth}", "Token {token}", "{token}", "Basic %%%",
    "Basic " + base64.b64encode(b"dev@example.com:guess").decode(), "Basic " + base64.b64encode(b"no colon").decode()])
def test_wrong_credentials_are_401(sandbox, client, authorization):
    sent = authorization and authorization.format(token=sandbox.token, bare=sandbox.token.rstrip("="),
                                                  oauth=sandbox.oauth_token)
    answer = client.get("/projects/default", authorization=sent)
    assert (answer.status, answer.json["code"]) == (401, "UNAUTHORIZED")


def test_where_no_token_is_wanted(sandbox, client):
    """The version, and the second origin: a token there is a leak, which is recorded and not refused."""
    assert client.get("/version", authorization=None).status == 200
    other = Client(sandbox, origin=2)
    layer = client.get(f"/processings/{BUILDINGS}/v2").json["vectorLayer"]
    preview = client.get("/user/status").json["dataProviders"][0]["previewUrl"]
    for url in (layer["tileJsonUrl"], layer["tileUrl"], preview):
        path = url.removeprefix(sandbox.origins[2]).replace("{z}/{x}/{y}", "14/1/2")
        assert other.get(path, authorization=None, base="").status == 200
        assert client.get(path, base="").status == 404
    assert other.get(result_path(NOTHING), authorization=None).status == 200
    assert other.get(result_path(NOTHING)).status == 200
    assert sandbox.requests[-1].origin == 2 and sandbox.requests[-1].authorization
    assert other("DELETE", f"/processings/{NOTHING}").status == 405
    other.connection.close()


# --- what is refused

GIVEN = {"rating": 5, "feedback": ""}
REJECTION = {"comment": "crooked", "features": {"type": "FeatureCollection", "features": []}}


@pytest.mark.parametrize("method, path, body, status", [
    ("GET", "/nothing", None, 404),
    ("GET", "/projects/", None, 404),
    ("GET", f"/processings/{BUILDINGS}", None, 405),
    ("POST", "/user/status", None, 405),
    ("PATCH", "/projects/default", None, 405),
    ("HEAD", "/projects/default", None, 405),
    ("GET", COST, None, 405),
    ("GET", "/processings/not-a-uuid/v2", None, 400),
    ("GET", f"/processings/{MISSING}/v2", None, 404),
    ("GET", f"/processings/{MISSING}/result", None, 404),
    ("GET", f"/projects/{MISSING}", None, 404),
    ("GET", f"/processings/{BUILDINGS}/result?bbox=1,2,3,4", None, 400),
    ("GET", f"/processings/{BUILDINGS}/result?aoiId=x", None, 400),
    ("DELETE", f"/processings/{MISSING}", None, 404),
    # projects: the default one stays as it is, roles count
    ("PUT", f"/projects/{URBAN}", {"name": ""}, 400),
    ("PUT", f"/projects/{URBAN}", {"title": "x"}, 400),
    ("PUT", f"/projects/{DEFAULT}", {"name": "Mine"}, 400),
    ("DELETE", f"/projects/{DEFAULT}", None, 400),
    ("DELETE", f"/projects/{SHARED}", None, 403),
    ("POST", CREATE, create_body(projectId=SHARED), 403),
    ("GET", "/processings/{theirs}/v2", None, 200),
    ("PUT", "/processings/{theirs}/v2", {"name": "x"}, 403),
    ("POST", "/processings/{theirs}/restart/v2", None, 403),
    ("DELETE", "/processings/{theirs}", None, 403),
    # processings: two paths with two sets of members
    ("PUT", f"/processings/{NOTHING}/v2", {"name": "Empty", "description": "none"}, 200),
    ("PUT", f"/processings/{NOTHING}/v2", {"projectId": URBAN}, 400),
    ("PUT", f"/processings/{NOTHING}", {"projectId": DEFAULT}, 200),
    ("PUT", f"/processings/{NOTHING}", {"projectId": SHARED}, 403),
    ("POST", f"/processings/{BUILDINGS}/restart/v2", None, 400),
    ("POST", f"/processings/{FAILED}/restart/v2", None, 200),
    ("POST", f"/processings/{CANCELLED}/restart", None, 200),
    ("POST", f"/processings/{FAILED}/restart", {"force": True}, 400),
    ("PUT", f"/processings/{FAILED}/rate", GIVEN, 400),
    ("PUT", f"/processings/{REVIEW}/rate", GIVEN, 200),
    *[("PUT", f"/processings/{REVIEW}/rate", {**GIVEN, "rating": rating}, 400) for rating in (0, 6, "5", 4.5)],
    ("PUT", f"/processings/{REVIEW}/rejection", {"comment": "crooked"}, 400),
    ("PUT", f"/processings/{REVIEW}/rejection", REJECTION, 200),
    ("PUT", f"/processings/{BUILDINGS}/rejection", REJECTION, 400),
    ("PUT", f"/processings/{REVIEW}/acceptation", None, 200),
    ("PUT", f"/processings/{REWORK}/acceptation", None, 400),
    # pages
    ("POST", f"/projects/{URBAN}/processings/v2/page", {"terms": "x", "sortBy": "NAME", "sortOrder": "DESC"}, 200),
    ("POST", f"/projects/{URBAN}/processings/v2/page", {"filter": "x"}, 400),
    ("POST", PAGE, {"filter": "x", "sortBy": "NAME", "sortOrder": "DESC"}, 200),
    *[("POST", PAGE, body, 400) for body in (
        {"terms": "x"}, {"sortBy": "name"}, {"filter": None}, {"limit": True}, {"limit": "20"}, {"limit": 0},
        {"limit": 101}, {"offset": -1})],
])
def test_refused_requests(sandbox, client, method, path, body, status):
    theirs = sandbox.add_processing(project=SHARED, status="FAILED")
    answer = client(method, path.replace("{theirs}", theirs), body)
    assert answer.status == status
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize("body, content_type, status", [
    (b"{}", None, 415),
    (b"{}", "text/plain", 415),
    (b"{}", "application/json; charset=utf-8", 200),
    (b"", "application/json", 400),
    (b"[]", "application/json", 400),
    (b'{"limit":1,"limit":2}', "application/json", 400),
    (b'{"limit":NaN}', "application/json", 400),
    (b'{"filter":"\xff"}', "application/json", 400),
])
def test_refused_bodies(client, body, content_type, status):
    headers = {"Content-Type": content_type} if content_type else {}
    assert client("POST", PAGE, body, headers).status == status


def test_outside_the_base_path(client):
    assert client.get("/user/status", base="").status == 404


# --- create and cost


def test_create_and_charge(client):
    before = client.get("/user/status").json["remainingCredits"]
    body = create_body(blocks=[{"name": "Classification", "enabled": True}], meta={"source-app": "gdal"})
    document = client("POST", CREATE, body).json
    assert document["name"] == "docks" and document["meta"] == {"source-app": "gdal"}
    assert document["status"] == "OK" and document["area"] == pytest.approx(761371, rel=1e-3)
    assert document["cost"] == 8  # 1 km² at least, 5 + 3 credits
    assert document["params"]["sourceParams"] == {"dataProvider": {"providerName": "Mapbox", "zoom": 18},
                                                  "myImagery": None, "imagerySearch": None, "userDefined": None}
    assert client.get("/user/status").json["remainingCredits"] == before - 8
    assert client.get(result_path(document["id"])).body == (DATA / "buildings.geojson").read_bytes()


@pytest.mark.parametrize("changes, status", [
    ({"name": ...}, 400),
    ({"name": " "}, 400),
    ({"projectId": ...}, 400),
    ({"projectId": MISSING}, 404),
    ({"projectId": "Urban Analysis"}, 400),
    ({"wdName": "🏠 Buildings"}, 400),
    ({"wdId": ...}, 400),
    ({"wdId": MISSING}, 404),
    ({"wdId": ..., "wdName": "🏠 Buildings"}, 200),
    ({"wdId": ..., "wdName": "Buildings"}, 404),
    ({"wdId": ..., "wdName": "🏗 Construction"}, 404),
    ({"params": ...}, 400),
    ({"params": {}}, 400),
    (source(), 400),
    ({"params": {**provider()["params"], "inferenceParams": []}}, 400),
    ({"params": {**provider()["params"], "inferenceParams": {"a": 1}}}, 200),
    (provider(zoom="18"), 400),
    (provider("mapbox"), 400),
    (provider("maxar"), 403),
    (source(dataProvider={"providerName": "Mapbox"}, myImagery={}), 400),
    (source(myImagery={"mosaicId": MOSAIC}), 200),
    (source(myImagery={"imageIds": [IMAGE]}), 200),
    (source(myImagery={"imageIds": []}), 400),
    (source(myImagery={"imageIds": [MISSING]}), 400),
    (source(myImagery={"mosaicId": MOSAIC, "imageIds": [IMAGE]}), 400),
    (source(imagerySearch={"imageIds": ["a"]}), 400),
    (source(imagerySearch={"dataProvider": "cg", "imageIds": ["a"], "zoom": 18}), 200),
    (tiles("xyz", "https://t/{x}/{y}/{z}"), 400),
    (tiles("XYZ", "https://t/{x}/{y}/{z}"), 200),
    ({"blocks": [{"name": "Walls", "enabled": True}]}, 400),
    ({"blocks": [{"name": "OSM"}]}, 400),
    ({"blocks": [{"name": "OSM", "enabled": 1}]}, 400),
    ({"blocks": [{"name": "Detection", "enabled": False}]}, 400),
    ({"blocks": {"OSM": True}}, 400),
    ({"meta": {"n": 1}}, 400),
    ({"description": "what", "meta": {}}, 200),
    ({"wdID": MODEL}, 400),
])
def test_create_members(client, changes, status):
    assert client("POST", CREATE, create_body(**changes)).status == status


SQUARE = square()
SLIVER = [[4.4, 52.0], [4.5, 52.1], [4.5, 52.101], [4.4, 52.001], [4.4, 52.0]]  # its bounding box is large


@pytest.mark.parametrize("geometry, code", [
    *[(geometry, "BAD_REQUEST") for geometry in (
        ..., None, {"type": "FeatureCollection", "features": []}, {"type": "Feature", "geometry": polygon(SQUARE)},
        {"type": "GeometryCollection", "geometries": []}, {"type": "Point", "coordinates": [4, 52]},
        {**polygon(SQUARE), "crs": {}}, multi(*(square(4 + i / 100, 52, 0.001) for i in range(11))),
        polygon(), polygon(SQUARE[:-1]), polygon([p + [0] for p in SQUARE]), polygon([[str(x), y] for x, y in SQUARE]),
        polygon(square(500000, 5780000, 100)), {"type": "MultiPolygon", "coordinates": [SQUARE]})],
    (polygon([SQUARE[0]] * 4), "geometry.Invalid"),
    (polygon([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]), "geometry.Invalid"),
    # the limit is 25 km²: for the sum of two squares of 15 km², also where they overlap, and for each bounding box
    *[(geometry, "TOO_LARGE_PROCESSING") for geometry in (
        multi(square(4.4, 52, 0.044), square(4.6, 52, 0.044)), multi(square(4.4, 52, 0.044), square(4.4, 52, 0.044)),
        multi(SLIVER))],
])
def test_create_geometries(client, geometry, code):
    answer = client("POST", CREATE, create_body(geometry=geometry))
    assert (answer.status, answer.json["code"]) == (400, code)
    if code == "TOO_LARGE_PROCESSING":
        assert answer.json["params"]["aoiAreaLimit"] == "25000000" and int(answer.json["params"]["area"]) > 25000000


def test_owner_sets_the_limit(sandbox, client):
    share = {"owners": None, "users": [{"role": "CONTRIBUTOR", "email": "dev@example.com"}]}
    project = sandbox.add_project("Theirs", share=share, owner={"aoiAreaLimit": 1000})
    assert client("POST", CREATE, create_body(projectId=project)).json["code"] == "TOO_LARGE_PROCESSING"
    sandbox.state.projects[project].owner["aoiAreaLimit"] = None
    assert client("POST", CREATE, create_body(projectId=project)).status == 200


@pytest.mark.parametrize("path", [CREATE, COST])
def test_provider_minimum(client, path):
    error = client("POST", path, create_body(**provider("skywatch", zoom=18))).json
    assert error["code"] == "ProviderMinAreaError"
    assert error["params"]["providerName"] == "skywatch" and error["params"]["providerMinArea"] == "5.0"


def test_balance(sandbox, client):
    sandbox.state.user["remainingCredits"] = 4
    assert client("POST", CREATE, create_body()).status == 400
    sandbox.state.user["billingType"] = "NONE"
    assert client("POST", CREATE, create_body()).status == 200


@pytest.mark.parametrize("changes, cost", [
    ({}, 5),
    ({"blocks": [{"name": "Heights", "enabled": True}]}, 10),
    ({"geometry": ..., "areaSqKm": 2.1}, 11),
    (provider("CG_mosaic_2022", zoom=17), 7),
    ({"name": ..., "projectId": ..., "params": ...}, 5),
    ({"areaSqKm": 2}, None),
    ({"geometry": ...}, None),
    ({"wdId": ..., "wdName": "🏠 Buildings"}, None),
])
def test_cost(sandbox, client, changes, cost):
    before = len(sandbox.state.processings)
    answer = client("POST", COST, create_body(**changes))
    assert (answer.status, answer.json if cost else None) == (200 if cost else 400, cost)
    assert len(sandbox.state.processings) == before


@pytest.mark.parametrize("params, code", [
    (provider(zoom=23), "InvalidZoomValue"),
    (provider(zoom=20), "TooHighZoom"),
    (provider(zoom=12), "TooLowZoom"),
    (tiles("XYZ", "tiles/{x}"), "UrlMustBeLink"),
    (tiles("TMS", "http://t/{x}"), "TMSLinkFormatError"),
    (tiles("QUADKEY", "http://t"), "QuadkeyLinkFormatError"),
    (tiles("LOCAL", "http://t"), "S3URLError"),
])
def test_bad_sources_fail_in_the_job(client, params, code):
    made = client("POST", CREATE, create_body(**params)).json
    assert (made["status"], made["messages"][0]["code"]) == ("FAILED", f"source-validator.{code}")


# --- variants: each has its effect


@pytest.mark.parametrize("values", [{"encoding": "brotli"}, {"no_such_variant": 1}, {"sparse": "yes"},
                                    {"chunk_size": 0}])
def test_unknown_variants_are_refused(values):
    with pytest.raises(ValueError, match=next(iter(values))):
        Sandbox(DATA, **values)


@pytest.mark.parametrize("fault", [{}, {"explode": True}, {"sequence": [], "status": 500}, {"cut_reset": True}])
def test_unknown_faults_are_refused(sandbox, fault):
    with pytest.raises(ValueError):
        sandbox.fault("/x", **fault)


@pytest.mark.parametrize("missing", ["404", "405"])
@pytest.mark.parametrize("paths", ["plugin", "docs"])
def test_paths(sandbox, client, paths, missing):
    sandbox.variants.paths, sandbox.variants.missing = paths, missing
    twins = {
        "plugin": [("POST", PAGE, {}), ("POST", f"/projects/{URBAN}/processings/v2/page", {}),
                   ("PUT", f"/processings/{NOTHING}/v2", {"name": "a"}),
                   ("POST", f"/processings/{FAILED}/restart/v2", None)],
        "docs": [("GET", "/projects", None), ("GET", f"/projects/{URBAN}/processings/v2", None),
                 ("GET", "/processings/v2", None), ("PUT", f"/processings/{NOTHING}", {"name": "a"}),
                 ("POST", f"/processings/{CANCELLED}/restart", None)],
    }
    for side, calls in twins.items():
        for call in calls:
            assert client(*call).status == (200 if side == paths else int(missing)), call


def status_of(processing, member):
    return "GET", f"/processings/{processing}/v2", None, lambda answer: answer.json[member]


CREATED = create_body(name=..., projectId=..., params=...)
FRACTION = create_body(geometry=..., areaSqKm=2.11)
RESULT_CODES = {"400": 400, "404": 404, "409": 409, "empty": 200, "partial": 200}
REVIEWED = {"object": {"reviewStatus": "NOT_ACCEPTED", "inReviewUntil": None}, "string": "NOT_ACCEPTED",
            "status-object": {"status": "NOT_ACCEPTED", "feedback": None}}
UNREVIEWED = {"object": None, "string": None, "status-object": None,
              "null-object": {"reviewStatus": None, "inReviewUntil": None}}


def features(answer):
    return len(answer.json["features"])


@pytest.mark.parametrize("name, value, request_and_look, expected", [
    ("status_shape", "nested", ("GET", "/user/status", None, lambda a: a.json["user"]["credits"]), 2500),
    ("rating_shape", "string", status_of(BUILDINGS, "rating"), "4"),
    *[("review_shape", value, status_of(REWORK, "reviewStatus"), shape) for value, shape in REVIEWED.items()],
    *[("review_shape", value, status_of(BUILDINGS, "reviewStatus"), shape) for value, shape in UNREVIEWED.items()],
    ("cost_type", "float", ("POST", COST, FRACTION, lambda a: a.json), 10.55),
    ("cost_type", "text", ("POST", COST, FRACTION, lambda a: (a.headers["content-type"], a.body)),
     ("text/plain", b" 11\n")),
    ("aois", "404", ("GET", f"/processings/{BUILDINGS}/aois", None, lambda a: a.status), 404),
    ("aois", "410", ("GET", f"/processings/{BUILDINGS}/aois", None, lambda a: a.status), 410),
    ("aois", "object", ("GET", f"/processings/{BUILDINGS}/aois", None, lambda a: len(a.json["aois"])), 2),
    *[("result_when_not_ok", value, ("GET", result_path(RUNNING), None, lambda a: a.status), code)
      for value, code in RESULT_CODES.items()],
    ("result_when_not_ok", "empty", ("GET", result_path(REFUNDED), None, features), 0),
    ("result_when_not_ok", "partial", ("GET", result_path(RUNNING), None, features), 0),
    ("result_when_not_ok", "partial", ("GET", result_path(FAILED), None, features), 1317),
    ("result_when_not_ok", "partial", ("GET", result_path(REFUNDED), None, features), 2496),
    *[("raster_result", value, ("GET", result_path(RASTER), None, lambda a: a.status), code)
      for value, code in (("404", 404), ("400", 400), ("empty", 200))],
    *[("result_type", value, ("GET", result_path(NOTHING), None, lambda a: a.headers["content-type"]), value)
      for value in CHOICES["result_type"]],
    ("required", "table", ("POST", CREATE, CREATED, lambda a: a.json["projectId"]), DEFAULT),
    ("my_imagery", "both", ("POST", CREATE, create_body(**source(
        myImagery={"mosaicId": MOSAIC, "imageIds": [IMAGE]})), lambda a: a.status), 200),
    ("list_scope", "all", ("GET", "/processings/v2", None, lambda a: len(a.json)), 14),
    ("list_scope", "default", ("GET", "/processings/v2", None, lambda a: len(a.json)), 5),
    ("docs_answer", "empty", ("PUT", f"/processings/{NOTHING}", {"projectId": URBAN}, lambda a: a.body), b""),
    ("numbers_as_text", True, ("GET", "/user/status", None, lambda a: a.json["remainingCredits"]), "2500"),
    ("numbers_as_text", True, status_of(BUILDINGS, "percentCompleted"), "100"),
    ("sparse", True, ("GET", f"/processings/{BUILDINGS}/v2", None, lambda a: "cost" in a.json), False),
    ("sparse", True, ("GET", f"/processings/{RASTER}/v2", None, lambda a: "resultRasterLayer" in a.json), True),
    ("sparse", True, ("POST", PAGE, {"filter": "no such"}, lambda a: "results" in a.json), False),
    *[("unknown_fields", True, ("GET", path, None, lambda a: "novelty" in a.json), True)
      for path in ("/user/status", f"/projects/{URBAN}", f"/processings/{BUILDINGS}/v2")],
])
def test_variants(sandbox, client, name, value, request_and_look, expected):
    setattr(sandbox.variants, name, value)
    *request, look = request_and_look
    assert look(client(*request)) == expected


ERROR_SHAPES = {
    "api": ("application/json", lambda a: a.json["code"] == "TOO_LARGE_PROCESSING"),
    "old": ("application/json", lambda a: a.json["code"] == 400),
    "data": ("application/json", lambda a: a.json["detail"]["code"] == "TOO_LARGE_PROCESSING"),
    "detail-list": ("application/json", lambda a: isinstance(a.json["detail"], list)),
    "detail-text": ("application/json", lambda a: isinstance(a.json["detail"], str)),
    "html": ("text/html", lambda a: a.body.startswith(b"<html>")),
    "text": ("text/plain; charset=utf-8", lambda a: a.body.startswith(b"Area")),
}


@pytest.mark.parametrize("shape", CHOICES["error_shape"])
def test_error_shapes(sandbox, client, shape):
    sandbox.variants.error_shape = shape
    answer = client("POST", CREATE, create_body(geometry=multi(square(4, 52, 0.5))))
    kind, fits = ERROR_SHAPES[shape]
    assert (answer.status, answer.headers["content-type"]) == (400, kind) and fits(answer)


@pytest.mark.parametrize("value, known, unknown", [
    ("yes", [0], 404), ("ignored", [0, 1, 2], [0, 1, 2]), ("empty", [0], []), ("error", 400, 400)])
def test_aoi_filter(sandbox, client, value, known, unknown):
    """Three points: one in the first AOI, two in the second."""
    west, east = square(4.48, 52.155, 0.01), square(4.495, 52.155, 0.012)
    processing = sandbox.add_processing(result=FEATURES, aois=[polygon(west), polygon(east)])
    sandbox.variants.aoi_filter = value
    first = client.get(f"/processings/{processing}/aois").json[0]["id"]
    for aoi, expected in ((first, known), (MISSING, unknown)):
        answer = client.get(f"{result_path(processing)}?aoiId={aoi}")
        assert expected == (answer.status if isinstance(expected, int)
                            else [feature["properties"]["n"] for feature in answer.json["features"]])


@pytest.mark.parametrize("encoding", CHOICES["encoding"])
@pytest.mark.parametrize("accept", ["gzip", None])
def test_encodings(sandbox, client, encoding, accept):
    sandbox.variants.encoding = encoding
    sandbox.variants.chunk_size = 1000
    answer = client.get(result_path(BUILDINGS), headers={"Accept-Encoding": accept} if accept else {})
    zipped = "gzip" in encoding and accept == "gzip"
    assert answer.headers.get("content-encoding") == ("gzip" if zipped else None)
    assert ("transfer-encoding" in answer.headers) == ("chunked" in encoding)
    assert ("content-length" in answer.headers) == (encoding in ("length", "gzip"))
    assert (gzip.decompress(answer.body) if zipped else answer.body) == (DATA / "buildings.geojson").read_bytes()
    assert sandbox.requests.settle()[-1].bytes_sent == len(answer.body)


@pytest.mark.parametrize("encoding", CHOICES["encoding"])
@pytest.mark.parametrize("reset", [False, True])
def test_cut_after_exactly_so_many_bytes(sandbox, client, encoding, reset):
    sandbox.variants.encoding = encoding
    sandbox.fault("/result", cut=100, cut_reset=reset)
    with contextlib.suppress(http.client.HTTPException, ConnectionError):
        answer = client.get(result_path(BUILDINGS), headers={"Accept-Encoding": "gzip"})
        assert encoding == "close" and not reset and len(answer.body) == 100
    assert sandbox.requests.settle()[-1].bytes_sent == 100


# --- the command


def test_command_line(tmp_path):
    log = tmp_path / "log.jsonl"
    command = [sys.executable, "-m", "sandbox", "--data", "../data", "--port", "0", "--log", str(log),
               "--variant", "sparse", "--variant", "encoding=chunked", "--seed", "1",
               "--fault", '{"path": "/version", "status": 503, "times": 1}']
    with subprocess.Popen(command, cwd=AUTOTEST, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        url = urlsplit(process.stdout.readline().strip())
        assert url.hostname == "127.0.0.1" and url.path == "/rest"
        connection = http.client.HTTPConnection(url.netloc, timeout=5)
        connection.request("GET", "/rest/version")
        answer = connection.getresponse()
        assert answer.status == 503 and answer.headers["Transfer-Encoding"] == "chunked"
        connection.close()
        process.terminate()
        assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0
    assert json.loads(log.read_text().splitlines()[0])["path"] == "/version"
    broken = subprocess.run([*command, "--variant", "sparse=perhaps"], cwd=AUTOTEST, capture_output=True, check=False)
    assert broken.returncode == 1 and b"variant sparse is yes or no" in broken.stderr
