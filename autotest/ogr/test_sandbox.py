"""The local Mapflow stand-in against its own promises: strictness, variants, faults, speed of its clock.

The sandbox is judged with http.client, never with the driver, so that it cannot
drift towards what the driver happens to send.
"""

import base64
import contextlib
import gzip
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

AUTOTEST = Path(__file__).resolve().parents[1]
DATA = AUTOTEST.parent / "data"
sys.path.insert(0, str(AUTOTEST))

from sandbox import Sandbox  # noqa: E402
from sandbox.area import bounds_area, total_area  # noqa: E402
from sandbox.variants import CHOICES, FLAGS  # noqa: E402

FIXED = "3fa85f64-5717-4562-b3fc-2c963f66"
BUILDINGS, NOTHING, RUNNING, FAILED = FIXED + "afa6", FIXED + "0002", FIXED + "0003", FIXED + "0004"
RASTER, CANCELLED, REFUNDED, REWORK, REVIEW = (FIXED + tail for tail in ("0005", "0008", "0009", "0010", "0011"))
UNKNOWN = "00000000-0000-4000-8000-000000000000"
URBAN = "11111111-2222-4333-8444-555555555502"
SHARED = "11111111-2222-4333-8444-555555555504"
MODEL = "22222222-3333-4444-8555-666666666601"
SQUARE = [[4.48, 52.15], [4.49, 52.15], [4.49, 52.16], [4.48, 52.16], [4.48, 52.15]]
MESSAGE = {"code": "dataloader.NoDataTile", "parameters": {}}
FEATURES = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"n": n}, "geometry": {"type": "Point", "coordinates": [lon, 52.16]}}
            for n, lon in enumerate((4.485, 4.50, 4.505))
        ],
    }
).encode()


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """One connection to a sandbox, with credentials unless told otherwise."""

    def __init__(self, sandbox, origin=1):
        self.sandbox = sandbox
        self.connection = http.client.HTTPConnection(urlsplit(sandbox.origins[origin]).netloc, timeout=5)

    def __call__(self, method, path, body=None, headers=None, authorization="token", base="/rest"):
        headers = dict(headers or {})
        if authorization == "token":
            headers["Authorization"] = "Basic " + self.sandbox.token
        elif authorization is not None:
            headers["Authorization"] = authorization
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


def create_body(**changes):
    """A create request that is accepted; a change to `...` leaves a member out."""
    body = {
        "name": "docks",
        "projectId": URBAN,
        "wdId": MODEL,
        "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
        "params": {"sourceParams": {"dataProvider": {"providerName": "Mapbox", "zoom": 18}}},
        **changes,
    }
    return {name: value for name, value in body.items() if value is not ...}


def square(west, south, size):
    ring = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    return [[west + x * size, south + y * size] for x, y in ring]


def source(**kinds):
    return {"sourceParams": kinds}


def result_path(processing):
    return f"/processings/{processing}/result"


# --- area


def test_area_of_a_degree():
    # Karney's geodesic area of 0..1° × 0..1° on WGS84
    assert total_area([[square(0, 0, 1)]]) == pytest.approx(12308778361.469, rel=1e-4)


def test_area_sums_overlaps_and_subtracts_holes():
    outer, hole = square(4, 52, 0.1), square(4.02, 52.02, 0.05)
    whole = total_area([[outer]])
    assert total_area([[outer], [outer]]) == pytest.approx(2 * whole)
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


def test_wrong_credentials_are_401(sandbox, client):
    assert sandbox.token.endswith("=") and sandbox.oauth_token.count(".") == 2
    wrong = [
        None,
        "",
        "Basic",
        "Basic ",
        "Bearer ",
        "Basic " + sandbox.token.rstrip("="),
        "Basic " + base64.b64encode(b"dev@example.com:guess").decode(),
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic %%%",
        "Basic " + sandbox.oauth_token,
        "Token " + sandbox.token,
        sandbox.token,
    ]
    for authorization in wrong:
        answer = client.get("/projects/default", authorization=authorization)
        assert answer.status == 401, authorization
        assert answer.json["code"] == "UNAUTHORIZED"
    assert client.get("/version", authorization=None).status == 200


def test_other_token():
    token = base64.b64encode(b"someone@example.com:another").decode()
    with Sandbox(DATA, token=token) as sandbox:
        assert Client(sandbox).get("/user/status").json["email"] == "someone@example.com"


# --- paths, methods, ids, bodies


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "/nothing", 404),
        ("GET", "/projects/", 404),
        ("GET", f"/processings/{BUILDINGS}", 405),
        ("POST", "/user/status", 405),
        ("PATCH", "/projects/default", 405),
        ("HEAD", "/projects/default", 405),
        ("GET", "/processing/cost/v2", 405),
        ("GET", "/processings/not-a-uuid/v2", 400),
        ("GET", f"/processings/{UNKNOWN}/v2", 404),
        ("GET", f"/processings/{UNKNOWN}/result", 404),
        ("GET", f"/projects/{UNKNOWN}", 404),
        ("GET", f"/processings/{BUILDINGS}/result?bbox=1,2,3,4", 400),
        ("GET", f"/processings/{BUILDINGS}/result?aoiId=x", 400),
        ("DELETE", f"/processings/{UNKNOWN}", 404),
    ],
)
def test_refused_paths(client, method, path, status):
    answer = client(method, path)
    assert answer.status == status
    assert ("allow" in answer.headers) == (status == 405)


def test_outside_the_base_path(client):
    assert client.get("/user/status", base="").status == 404


@pytest.mark.parametrize(
    "body, content_type, status",
    [
        (b"{}", None, 415),
        (b"{}", "text/plain", 415),
        (b"{}", "application/json; charset=utf-8", 200),
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"limit":1,"limit":2}', "application/json", 400),
        (b'{"limit":NaN}', "application/json", 400),
        (b'{"limit":true}', "application/json", 400),
        (b'{"limit":"20"}', "application/json", 400),
        (b'{"limit":0}', "application/json", 400),
        (b'{"offset":-1}', "application/json", 400),
        (b'{"sortBy":"NAME","sortOrder":"DESC"}', "application/json", 200),
        (b'{"sortBy":"name"}', "application/json", 400),
        (b'{"terms":"x"}', "application/json", 400),
        (b'{"filter":null}', "application/json", 400),
        (b'{"filter":"\xff"}', "application/json", 400),
    ],
)
def test_page_body(client, body, content_type, status):
    headers = {"Content-Type": content_type} if content_type else {}
    assert client("POST", "/projects/page", body, headers).status == status


# --- documents


def test_user_status(sandbox, client):
    status = client.get("/user/status").json
    assert status["maxAoisPerProcessing"] == 10 and "secret" not in status and "aoiAreaLimit" not in status
    displays = [provider["displayName"] for provider in status["dataProviders"]]
    assert len(displays) > len(set(displays))
    assert any(model["name"].startswith("🏗️ ") for model in status["models"])
    sandbox.variants.status_shape = "nested"
    assert client.get("/user/status").json["user"]["credits"] == status["remainingCredits"]


def test_projects(client):
    projects = client.get("/projects").json
    assert [project["isDefault"] for project in projects] == [True, False, False, False]
    urban = client.get(f"/projects/{URBAN}").json
    assert urban["user"]["aoiAreaLimit"] == 25000000
    assert urban["processingCounts"] == {"succeeded": 5, "failed": 1}
    page = client("POST", "/projects/page", {"filter": "URBAN", "limit": 1}).json
    assert [project["id"] for project in page["results"]] == [URBAN] and (page["total"], page["count"]) == (1, 1)


def test_project_changes(client):
    made = client("POST", "/projects", {"name": "Fields", "description": "Felder"}).json
    path = f"/projects/{made['id']}"
    models = [model["name"] for model in made["workflowDefs"]]
    assert "🏠 Buildings" in models and "🏗️ Construction" not in models
    assert client("PUT", path, {"name": "Fields 2"}).json["description"] == "Felder"
    assert client("PUT", path, {"name": ""}).status == 400
    assert client("PUT", path, {"title": "x"}).status == 400
    processing = client("POST", "/processings/v2", create_body(projectId=made["id"])).json
    assert client("DELETE", path).status == 200
    assert client.get(path).status == 404
    assert client.get(f"/processings/{processing['id']}/v2").status == 404


def test_default_and_shared_projects_are_protected(sandbox, client):
    default = client.get("/projects/default").json["id"]
    assert client("PUT", f"/projects/{default}", {"name": "Mine"}).status == 400
    assert client("DELETE", f"/projects/{default}").status == 400
    assert client("DELETE", f"/projects/{SHARED}").status == 403
    assert client("POST", "/processings/v2", create_body(projectId=SHARED)).status == 403
    theirs = sandbox.add_processing(project=SHARED, status="FAILED")
    assert client.get(f"/processings/{theirs}/v2").status == 200
    assert client("PUT", f"/processings/{theirs}/v2", {"name": "x"}).status == 403
    assert client("POST", f"/processings/{theirs}/restart/v2").status == 403
    assert client("DELETE", f"/processings/{theirs}").status == 403


def test_processing_document(client):
    document = client.get(f"/processings/{BUILDINGS}/v2").json
    assert document["status"] == "OK" and document["aoiCount"] == 2
    assert document["params"]["sourceParams"]["dataProvider"] == {"providerName": "Mapbox", "zoom": 18}
    assert document["params"]["sourceParams"]["userDefined"] is None
    assert document["vectorLayer"]["id"] not in document["vectorLayer"]["tileUrl"]
    raster = client.get(f"/processings/{RASTER}/v2").json
    assert raster["vectorLayer"] is None and raster["resultRasterLayer"]
    failed = client.get(f"/processings/{FAILED}/v2").json
    assert [message["code"] for message in failed["messages"]] == [
        "source-validator.PixelSizeTooHigh",
        "dataloader.NoDataTile",
    ]
    assert [aoi["status"] for aoi in client.get(f"/processings/{FAILED}/aois").json] == ["OK", "FAILED"]


def test_processing_pages(sandbox, client):
    project = sandbox.add_project("Many")
    for number in range(7):
        sandbox.add_processing(f"run {number}", project=project)
    path = f"/projects/{project}/processings/v2/page"
    names = []
    for offset in (0, 3, 6):
        page = client("POST", path, {"limit": 3, "offset": offset, "sortBy": "NAME", "sortOrder": "DESC"}).json
        assert page["total"] == 7 and page["count"] == len(page["results"])
        names += [processing["name"] for processing in page["results"]]
    assert names == [f"run {number}" for number in range(6, -1, -1)]
    sandbox.variants.most_per_page = 2
    page = client("POST", path, {"limit": 3, "offset": 1, "sortBy": "NAME", "sortOrder": "ASC"}).json
    assert [processing["name"] for processing in page["results"]] == ["run 1", "run 2"] and page["total"] == 7
    sandbox.variants.most_per_page = 100
    assert client("POST", path, {"terms": "RUN 5"}).json["total"] == 1
    assert client("POST", path, {"filter": "run"}).status == 400
    assert len(client.get(f"/projects/{project}/processings/v2").json) == 7
    assert len(client.get("/processings/v2").json) == 14 + 7
    sandbox.variants.list_scope = "default"
    assert {p["status"] for p in client.get("/processings/v2").json} >= {"UNPROCESSED", "AWAITING", "PAUSED_BY_MARS"}


def test_ids_follow_the_seed():
    def first_id():
        with Sandbox(DATA, seed=42) as sandbox:
            return sandbox.add_processing()

    assert first_id() == first_id()


# --- create and cost


def test_create_and_charge(client):
    before = client.get("/user/status").json["remainingCredits"]
    body = create_body(blocks=[{"name": "Classification", "enabled": True}], meta={"source-app": "gdal"})
    made = client("POST", "/processings/v2", body)
    assert made.status == 200
    document = made.json
    assert document["name"] == "docks" and document["meta"] == {"source-app": "gdal"}
    assert document["status"] == "OK" and document["area"] == pytest.approx(761371, rel=1e-3)
    assert document["cost"] == 8  # 1 km² at least, 5 + 3 credits
    assert client.get("/user/status").json["remainingCredits"] == before - 8
    assert client.get(result_path(document["id"])).body == (DATA / "buildings.geojson").read_bytes()


@pytest.mark.parametrize(
    "changes, status",
    [
        ({"name": ...}, 400),
        ({"name": " "}, 400),
        ({"projectId": ...}, 400),
        ({"projectId": UNKNOWN}, 404),
        ({"projectId": "Urban Analysis"}, 400),
        ({"wdName": "🏠 Buildings"}, 400),
        ({"wdId": ...}, 400),
        ({"wdId": UNKNOWN}, 404),
        ({"wdId": ..., "wdName": "🏠 Buildings"}, 200),
        ({"wdId": ..., "wdName": "Buildings"}, 404),
        ({"wdId": ..., "wdName": "🏗 Construction"}, 404),
        ({"params": ...}, 400),
        ({"params": {}}, 400),
        ({"params": {"sourceParams": {}}}, 400),
        ({"params": {**source(dataProvider={"providerName": "Mapbox"}), "inferenceParams": []}}, 400),
        ({"params": {**source(dataProvider={"providerName": "Mapbox"}), "inferenceParams": {"a": 1}}}, 200),
        ({"params": source(dataProvider={"providerName": "Mapbox", "zoom": "18"})}, 400),
        ({"params": source(dataProvider={"providerName": "mapbox"})}, 400),
        ({"params": source(dataProvider={"providerName": "maxar"})}, 403),
        ({"params": source(dataProvider={"providerName": "Mapbox"}, myImagery={})}, 400),
        ({"params": source(myImagery={"mosaicId": "55555555-6666-4777-8888-999999999901"})}, 200),
        ({"params": source(myImagery={"imageIds": ["55555555-6666-4777-8888-999999999911"]})}, 200),
        ({"params": source(myImagery={"imageIds": []})}, 400),
        ({"params": source(myImagery={"imageIds": [UNKNOWN]})}, 400),
        ({"params": source(imagerySearch={"imageIds": ["a"]})}, 400),
        ({"params": source(imagerySearch={"dataProvider": "cg", "imageIds": ["a"], "zoom": 18})}, 200),
        ({"params": source(userDefined={"sourceType": "xyz", "url": "https://t/{x}/{y}/{z}"})}, 400),
        ({"params": source(userDefined={"sourceType": "XYZ", "url": "https://t/{x}/{y}/{z}"})}, 200),
        ({"blocks": [{"name": "Walls", "enabled": True}]}, 400),
        ({"blocks": [{"name": "OSM"}]}, 400),
        ({"blocks": [{"name": "OSM", "enabled": 1}]}, 400),
        ({"blocks": [{"name": "Detection", "enabled": False}]}, 400),
        ({"blocks": {"OSM": True}}, 400),
        ({"meta": {"n": 1}}, 400),
        ({"description": "what", "meta": {}}, 200),
        ({"wdID": MODEL}, 400),
    ],
)
def test_create_members(client, changes, status):
    assert client("POST", "/processings/v2", create_body(**changes)).status == status


@pytest.mark.parametrize(
    "geometry",
    [
        ...,
        None,
        {"type": "FeatureCollection", "features": []},
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [SQUARE]}},
        {"type": "GeometryCollection", "geometries": []},
        {"type": "Point", "coordinates": [4, 52]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [SQUARE[:-1]]},
        {"type": "Polygon", "coordinates": [[SQUARE[0]] * 4]},
        {"type": "Polygon", "coordinates": [[p + [0] for p in SQUARE]]},
        {"type": "Polygon", "coordinates": [[[str(x), y] for x, y in SQUARE]]},
        {"type": "Polygon", "coordinates": [square(500000, 5780000, 100)]},
        {"type": "Polygon", "coordinates": [[SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]]},
        {"type": "MultiPolygon", "coordinates": [SQUARE]},
        {"type": "Polygon", "coordinates": [SQUARE], "crs": {}},
    ],
)
def test_create_geometries(client, geometry):
    answer = client("POST", "/processings/v2", create_body(geometry=geometry))
    assert answer.status == 400
    assert answer.json["code"] in ("BAD_REQUEST", "geometry.Invalid")


def multi(*rings):
    return {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}


def test_area_limits(client):
    def refusal(geometry):
        return client("POST", "/processings/v2", create_body(geometry=geometry)).json

    # two squares of about 15 km²: each fits, the sum does not
    sum_of_parts = refusal(multi(square(4.4, 52, 0.044), square(4.6, 52, 0.044)))
    assert sum_of_parts["code"] == "TOO_LARGE_PROCESSING"
    assert sum_of_parts["params"]["aoiAreaLimit"] == "25000000"
    assert int(sum_of_parts["params"]["area"]) > 25000000
    # overlapping polygons count twice
    assert refusal(multi(square(4.4, 52, 0.044), square(4.4, 52, 0.044)))["code"] == "TOO_LARGE_PROCESSING"
    # a thin diagonal: small area, large bounding box
    sliver = [[4.4, 52.0], [4.5, 52.1], [4.5, 52.101], [4.4, 52.001], [4.4, 52.0]]
    assert refusal(multi(sliver))["code"] == "TOO_LARGE_PROCESSING"
    assert "10" in refusal(multi(*(square(4 + i / 100, 52, 0.001) for i in range(11))))["message"]


def test_owner_sets_the_limit(sandbox, client):
    share = {"owners": None, "users": [{"role": "CONTRIBUTOR", "email": "dev@example.com"}]}
    project = sandbox.add_project("Theirs", share=share, owner={"aoiAreaLimit": 1000})
    assert client("POST", "/processings/v2", create_body(projectId=project)).json["code"] == "TOO_LARGE_PROCESSING"
    sandbox.state.projects[project].owner["aoiAreaLimit"] = None
    assert client("POST", "/processings/v2", create_body(projectId=project)).status == 200


def test_provider_minimum(client):
    params = source(dataProvider={"providerName": "skywatch", "zoom": 18})
    for path in ("/processings/v2", "/processing/cost/v2"):
        error = client("POST", path, create_body(params=params)).json
        assert error["code"] == "ProviderMinAreaError"
        assert error["params"]["providerName"] == "skywatch" and error["params"]["providerMinArea"] == "5.0"


def test_balance(sandbox, client):
    sandbox.state.user["remainingCredits"] = 4
    assert client("POST", "/processings/v2", create_body()).status == 400
    sandbox.state.user["billingType"] = "NONE"
    assert client("POST", "/processings/v2", create_body()).status == 200


def test_cost(sandbox, client):
    def cost(**changes):
        return client("POST", "/processing/cost/v2", create_body(**changes))

    assert cost().json == 5
    assert cost(blocks=[{"name": "Heights", "enabled": True}]).json == 10
    assert cost(geometry=..., areaSqKm=2.1).json == 11
    assert cost(params=source(dataProvider={"providerName": "CG_mosaic_2022", "zoom": 17})).json == 7
    assert cost(name=..., projectId=..., params=...).json == 5
    assert cost(areaSqKm=2).status == 400
    assert cost(geometry=...).status == 400
    assert cost(wdId=..., wdName="🏠 Buildings").status == 400
    sandbox.variants.cost_type = "float"
    assert cost(geometry=..., areaSqKm=2.11).json == 10.55
    sandbox.variants.cost_type = "text"
    answer = cost()
    assert answer.headers["content-type"] == "text/plain" and answer.body == b" 5\n"
    assert client.get("/processings/v2").json[-1]["name"] == "Forest with crowns"  # asking made nothing


def test_optional_members_of_create(sandbox, client):
    sandbox.variants.required = "table"
    body = create_body(name=..., projectId=..., params=...)
    made = client("POST", "/processings/v2", body).json
    assert made["name"] and made["projectId"] == client.get("/projects/default").json["id"]
    sandbox.variants.my_imagery = "both"
    both = {"mosaicId": "55555555-6666-4777-8888-999999999901", "imageIds": ["55555555-6666-4777-8888-999999999911"]}
    assert client("POST", "/processings/v2", create_body(params=source(myImagery=both))).status == 200


# --- life of a processing


def test_states_follow_the_clock(sandbox, client):
    sandbox.state.seconds_per_job = 0.3
    made = client("POST", "/processings/v2", create_body()).json
    assert (made["status"], made["percentCompleted"]) == ("UNPROCESSED", 0)
    assert made["vectorLayer"] is None
    assert client.get(result_path(made["id"])).status == 400
    seen, percents, deadline = [made["status"]], [], time.monotonic() + 3
    while seen[-1] != "OK" and time.monotonic() < deadline:
        now = client.get(f"/processings/{made['id']}/v2").json
        percents.append(now["percentCompleted"])
        if now["status"] != seen[-1]:
            seen.append(now["status"])
        time.sleep(0.02)
    assert seen == ["UNPROCESSED", "IN_PROGRESS", "OK"]
    assert percents == sorted(percents) and percents[-1] == 100
    assert client.get(f"/processings/{made['id']}/v2").json["vectorLayer"]


def test_failure_and_restart(sandbox, client):
    sandbox.fail_next([MESSAGE], aois=[0, 1])
    geometry = multi(square(4.48, 52.15, 0.01), square(4.50, 52.15, 0.01), square(4.50, 52.17, 0.01))
    made = client("POST", "/processings/v2", create_body(geometry=geometry)).json
    assert made["status"] == "FAILED" and made["messages"] == [MESSAGE]
    aois = client.get(f"/processings/{made['id']}/aois").json
    assert [aoi["status"] for aoi in aois] == ["FAILED", "FAILED", "OK"]
    assert client("PUT", f"/processings/{made['id']}/rate", {"rating": 5, "feedback": ""}).status == 400
    again = client("POST", f"/processings/{made['id']}/restart/v2")
    assert again.status == 200 and again.json["status"] == "OK" and again.json["messages"] == []
    assert again.json["id"] == made["id"] and again.json["rasterLayer"]["id"] != made["rasterLayer"]["id"]
    assert client("POST", f"/processings/{made['id']}/restart/v2").status == 400
    assert client("POST", f"/processings/{CANCELLED}/restart").status == 200
    assert client("POST", f"/processings/{FAILED}/restart", {"force": True}).status == 400


@pytest.mark.parametrize(
    "params, code",
    [
        (source(dataProvider={"providerName": "Mapbox", "zoom": 23}), "source-validator.InvalidZoomValue"),
        (source(dataProvider={"providerName": "Mapbox", "zoom": 20}), "source-validator.TooHighZoom"),
        (source(dataProvider={"providerName": "Mapbox", "zoom": 12}), "source-validator.TooLowZoom"),
        (source(userDefined={"sourceType": "XYZ", "url": "tiles/{x}"}), "source-validator.UrlMustBeLink"),
        (source(userDefined={"sourceType": "TMS", "url": "http://t/{x}"}), "source-validator.TMSLinkFormatError"),
        (source(userDefined={"sourceType": "QUADKEY", "url": "http://t"}), "source-validator.QuadkeyLinkFormatError"),
        (source(userDefined={"sourceType": "LOCAL", "url": "http://t"}), "source-validator.S3URLError"),
    ],
)
def test_bad_sources_fail_in_the_job(client, params, code):
    made = client("POST", "/processings/v2", create_body(params=params))
    assert made.status == 200 and made.json["status"] == "FAILED"
    assert made.json["messages"][0]["code"] == code


def test_update_move_and_delete(sandbox, client):
    path = f"/processings/{NOTHING}"
    assert client("PUT", path + "/v2", {"name": "Empty", "description": "none"}).json["name"] == "Empty"
    assert client("PUT", path + "/v2", {"projectId": URBAN}).status == 400
    assert client("PUT", path, {"projectId": SHARED}).status == 403
    default = client.get("/projects/default").json["id"]
    assert client("PUT", path, {"projectId": default}).json["projectId"] == default
    sandbox.variants.docs_answer = "empty"
    assert client("PUT", path, {"projectId": URBAN}).body == b""
    assert client("DELETE", path).status == 200
    assert client.get(path + "/v2").status == 404


def test_review_and_rating(client):
    path = f"/processings/{REVIEW}"
    rejection = {"comment": "crooked", "features": {"type": "FeatureCollection", "features": []}}
    assert client("PUT", path + "/rejection", {"comment": "crooked"}).status == 400
    assert client("PUT", f"/processings/{BUILDINGS}/rejection", rejection).status == 400
    assert client("PUT", path + "/rejection", rejection).status == 200
    assert client.get(path + "/v2").json["reviewStatus"]["reviewStatus"] == "NOT_ACCEPTED"
    assert client("PUT", path + "/acceptation").status == 400
    for rating, status in ((0, 400), (6, 400), ("5", 400), (5, 200)):
        assert client("PUT", path + "/rate", {"rating": rating, "feedback": "good"}).status == status
    assert client.get(path + "/v2").json["rating"] == {"rating": 5, "feedback": "good"}


def test_tests_can_change_everything(sandbox, client):
    made = sandbox.add_processing("odd", result=FEATURES, aois=[{"type": "Polygon", "coordinates": [SQUARE]}])
    assert client.get(result_path(made)).body == FEATURES
    sandbox.set_result(made, b"other")
    assert client.get(result_path(made)).body == b"other"
    sandbox.set_status(made, "IN_PROGRESS", 10)
    assert client.get(f"/processings/{made}/v2").json["percentCompleted"] == 10
    bent = sandbox.add_processing(cost=..., percentCompleted="12", status="OK", surprise=[1])
    document = client.get(f"/processings/{bent}/v2").json
    assert "cost" not in document and document["percentCompleted"] == "12" and document["surprise"] == [1]


# --- variants of documents


def test_every_variant_is_checked():
    with pytest.raises(ValueError):
        Sandbox(DATA, encoding="brotli")
    with pytest.raises(ValueError):
        Sandbox(DATA, no_such_variant=1)
    with pytest.raises(ValueError):
        Sandbox(DATA, sparse="yes")


@pytest.mark.parametrize("missing", ["404", "405"])
@pytest.mark.parametrize("paths", ["plugin", "docs"])
def test_paths(sandbox, client, paths, missing):
    sandbox.variants.paths, sandbox.variants.missing = paths, missing
    twins = {
        "plugin": [("POST", "/projects/page", {}), ("POST", f"/projects/{URBAN}/processings/v2/page", {})],
        "docs": [("GET", "/projects", None), ("GET", f"/projects/{URBAN}/processings/v2", None)],
    }
    twins["plugin"] += [("PUT", f"/processings/{NOTHING}/v2", {"name": "a"})]
    twins["docs"] += [("PUT", f"/processings/{NOTHING}", {"name": "a"}), ("GET", "/processings/v2", None)]
    twins["plugin"] += [("POST", f"/processings/{FAILED}/restart/v2", None)]
    twins["docs"] += [("POST", f"/processings/{CANCELLED}/restart", None)]
    for side, calls in twins.items():
        for call in calls:
            assert client(*call).status == (200 if side == paths else int(missing)), call


@pytest.mark.parametrize(
    "shape, expected",
    [
        ("object", {"reviewStatus": "NOT_ACCEPTED", "inReviewUntil": None}),
        ("string", "NOT_ACCEPTED"),
        ("status-object", {"status": "NOT_ACCEPTED", "feedback": None}),
        ("null-object", {"reviewStatus": "NOT_ACCEPTED", "inReviewUntil": None}),
    ],
)
def test_review_shapes(sandbox, client, shape, expected):
    sandbox.variants.review_shape = shape
    assert client.get(f"/processings/{REWORK}/v2").json["reviewStatus"] == expected
    plain = client.get(f"/processings/{BUILDINGS}/v2").json["reviewStatus"]
    assert plain == ({"reviewStatus": None, "inReviewUntil": None} if shape == "null-object" else None)


def test_rating_shape(sandbox, client):
    sandbox.variants.rating_shape = "string"
    assert client.get(f"/processings/{BUILDINGS}/v2").json["rating"] == "4"


def test_numbers_as_text(sandbox, client):
    sandbox.variants.numbers_as_text = True
    assert client.get("/user/status").json["remainingCredits"] == "2500"
    document = client.get(f"/processings/{BUILDINGS}/v2").json
    assert document["percentCompleted"] == "100" and document["workflowDef"]["blocks"][0]["optional"] is False
    aoi = client.get(f"/processings/{BUILDINGS}/aois").json[0]
    assert aoi["area"].isdecimal() and aoi["geometry"]["coordinates"][0][0] == [4.48, 52.15]


def test_sparse(sandbox, client):
    sandbox.variants.sparse = True
    assert not {"billingType", "dataProviders", "maxAoisPerProcessing"} & set(client.get("/user/status").json)
    document = client.get(f"/processings/{BUILDINGS}/v2").json
    assert not {"cost", "percentCompleted", "resultRasterLayer"} & set(document)
    assert list(document["params"]) == ["sourceParams"] and list(document["params"]["sourceParams"]) == ["dataProvider"]
    assert "resultRasterLayer" in client.get(f"/processings/{RASTER}/v2").json
    assert "results" not in client("POST", "/projects/page", {"filter": "no such"}).json


def test_unknown_fields(sandbox, client):
    sandbox.variants.unknown_fields = True
    for path in ("/user/status", f"/projects/{URBAN}", f"/processings/{BUILDINGS}/v2"):
        assert "novelty" in client.get(path).json
    assert "novelty" in client.get(f"/processings/{BUILDINGS}/aois").json[0]


def test_aois(sandbox, client):
    path = f"/processings/{BUILDINGS}/aois"
    assert len(client.get(path).json) == 2
    for value, status in (("404", 404), ("410", 410), ("object", 200)):
        sandbox.variants.aois = value
        answer = client.get(path)
        assert answer.status == status
    assert len(answer.json["aois"]) == 2


@pytest.mark.parametrize("shape", CHOICES["error_shape"])
def test_error_shapes(sandbox, client, shape):
    sandbox.variants.error_shape = shape
    answer = client("POST", "/processings/v2", create_body(geometry=multi(square(4, 52, 0.5))))
    assert answer.status == 400
    kind = {"html": "text/html", "text": "text/plain"}.get(shape, "application/json")
    assert answer.headers["content-type"].startswith(kind)
    if shape == "data":
        assert answer.json["detail"]["code"] == "TOO_LARGE_PROCESSING"
    elif shape == "old":
        assert answer.json["code"] == 400
    elif shape == "detail-list":
        assert isinstance(answer.json["detail"], list)


# --- results


@pytest.fixture
def two_aois(sandbox):
    """A processing with three points: one in its first AOI, two in its second."""
    west, east = square(4.48, 52.155, 0.01), square(4.495, 52.155, 0.012)
    return sandbox.add_processing(
        result=FEATURES, aois=[{"type": "Polygon", "coordinates": [ring]} for ring in (west, east)]
    )


@pytest.mark.parametrize(
    "value, known, unknown",
    [("yes", [0], 404), ("ignored", [0, 1, 2], [0, 1, 2]), ("empty", [0], []), ("error", 400, 400)],
)
def test_aoi_filter(sandbox, client, two_aois, value, known, unknown):
    sandbox.variants.aoi_filter = value
    first = client.get(f"/processings/{two_aois}/aois").json[0]["id"]
    for aoi, expected in ((first, known), (UNKNOWN, unknown)):
        answer = client.get(f"{result_path(two_aois)}?aoiId={aoi}")
        if isinstance(expected, int):
            assert answer.status == expected
        else:
            assert [feature["properties"]["n"] for feature in answer.json["features"]] == expected


def test_results_by_aoi_make_the_whole(sandbox, client, two_aois):
    aois = client.get(f"/processings/{two_aois}/aois").json
    sandbox.set_result(two_aois, FEATURES, aois[0]["id"])
    assert len(client.get(result_path(two_aois)).json["features"]) == 3 + 2


@pytest.mark.parametrize("value", CHOICES["result_when_not_ok"])
def test_result_when_not_ok(sandbox, client, value):
    sandbox.variants.result_when_not_ok = value
    for processing in (RUNNING, FAILED, REFUNDED):
        answer = client.get(result_path(processing))
        if value.isdecimal():
            assert answer.status == int(value)
        else:
            has_some = value == "partial" and processing != RUNNING
            assert bool(answer.json["features"]) == has_some
    if value == "partial":
        whole = len(client.get(result_path(BUILDINGS)).json["features"])
        assert len(client.get(result_path(REFUNDED)).json["features"]) == whole
        assert 0 < len(client.get(result_path(FAILED)).json["features"]) < whole


@pytest.mark.parametrize("value", CHOICES["raster_result"])
def test_raster_result(sandbox, client, value):
    sandbox.variants.raster_result = value
    assert client.get(result_path(RASTER)).status == (200 if value == "empty" else int(value))


@pytest.mark.parametrize("value", CHOICES["result_type"])
def test_result_type(sandbox, client, value):
    sandbox.variants.result_type = value
    assert client.get(result_path(NOTHING)).headers["content-type"] == value


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
    body = gzip.decompress(answer.body) if zipped else answer.body
    assert body == (DATA / "buildings.geojson").read_bytes()
    assert sandbox.requests.settle()[-1].bytes_sent == len(answer.body)
    if encoding != "close":
        assert client.get("/version").status == 200


def test_validators_and_ranges(sandbox, client, two_aois):
    path = result_path(two_aois)
    assert "etag" not in client.get(path).headers
    sandbox.variants.etag = sandbox.variants.ranges = True
    whole = client.get(path)
    etag = whole.headers["etag"]
    assert whole.headers["accept-ranges"] == "bytes" and etag.startswith('"')
    assert client.get(path, headers={"If-None-Match": etag}).status == 304
    for text, start, end in (("bytes=10-19", 10, 20), ("bytes=100-", 100, None), ("bytes=-5", -5, None)):
        part = client.get(path, headers={"Range": text, "If-Range": etag})
        assert part.status == 206 and part.body == FEATURES[start:end]
        assert part.headers["content-range"].endswith(f"/{len(FEATURES)}")
    assert client.get(path, headers={"Range": "bytes=10-19", "If-Range": '"old"'}).status == 200
    assert client.get(path, headers={"Range": f"bytes={len(FEATURES)}-"}).status == 416
    sandbox.set_result(two_aois, FEATURES + b" ")
    assert client.get(path, headers={"If-None-Match": etag}).status == 200


# --- faults

BROKEN = (http.client.HTTPException, ConnectionError)


def test_fault_status_times_skip_and_removal(sandbox, client):
    fault = sandbox.fault(r"/user/status$", "GET", times=2, skip=1, status=503, headers={"Retry-After": 7})
    statuses = [client.get("/user/status") for _ in range(4)]
    assert [answer.status for answer in statuses] == [200, 503, 503, 200]
    assert statuses[1].headers["retry-after"] == "7" and statuses[1].json["code"] == "SERVICE_UNAVAILABLE"
    assert (fault.seen, fault.applied) == (4, 2)
    always = sandbox.fault("/version", status=429, body={"slow": True})
    assert client.get("/version").json == {"slow": True}
    always.remove()
    assert client.get("/version").status == 200 and len(sandbox.faults) == 1


def test_fault_sequence(sandbox, client):
    sandbox.fault("/version", sequence=[{"status": 500, "body": "oops"}, None, {"html": True}, {"empty": True}])
    answers = [client.get("/version") for _ in range(5)]
    assert [answer.status for answer in answers] == [500, 200, 200, 200, 200]
    assert answers[0].body == b"oops" and answers[2].body.startswith(b"<!DOCTYPE html>") and answers[3].body == b""
    assert answers[4].body == b"3.6.0"


def test_fault_garbage_and_bad_kinds(sandbox, client):
    sandbox.fault("/user", garbage=b"{\xff")
    answer = client.get("/user/status")
    assert answer.body == b"{\xff" and answer.headers["content-type"] == "application/json"
    for bad in ({}, {"explode": True}, {"sequence": [], "status": 500}, {"cut_reset": True}):
        with pytest.raises(ValueError):
            sandbox.fault("/x", **bad)


def test_fault_delay_and_throttle(sandbox, client):
    sandbox.fault("/version", delay=0.2)
    sandbox.fault("/result", throttle=2000)
    begin = time.monotonic()
    client.get("/version")
    assert time.monotonic() - begin >= 0.2
    made = sandbox.add_processing(result=b"x" * 500)
    begin = time.monotonic()
    assert client.get(result_path(made)).body == b"x" * 500
    assert time.monotonic() - begin >= 0.2


@pytest.mark.parametrize("kind, error", [("reset", ConnectionResetError), ("close", http.client.RemoteDisconnected)])
def test_fault_hang_up(sandbox, client, kind, error):
    sandbox.fault("/processings/v2", "POST", times=1, **{kind: True})
    with pytest.raises(error) as caught:
        client("POST", "/processings/v2", create_body())
    assert caught.type is error
    client.connection.close()
    assert len(sandbox.state.processings) == 14
    assert sandbox.requests.settle()[-1].status is None


def test_fault_reset_after_processing(sandbox, client):
    sandbox.fault("/processings/v2", "POST", times=1, reset_after_processing=True)
    with pytest.raises(ConnectionResetError):
        client("POST", "/processings/v2", create_body())
    assert len(sandbox.state.processings) == 15


@pytest.mark.parametrize("encoding", ["length", "chunked", "gzip", "gzip-chunked", "close"])
@pytest.mark.parametrize("reset", [False, True])
def test_fault_cut(sandbox, client, encoding, reset):
    sandbox.variants.encoding = encoding
    fault = sandbox.fault("/result", cut=100, cut_reset=reset)
    with contextlib.suppress(*BROKEN):
        answer = client.get(result_path(BUILDINGS), headers={"Accept-Encoding": "gzip"})
        assert encoding == "close" and not reset and len(answer.body) == 100
    assert sandbox.requests.settle()[-1].bytes_sent == 100
    client.connection.close()
    fault.remove()
    assert client.get(result_path(BUILDINGS)).status == 200


def test_fault_wrong_length(sandbox, client):
    fault = sandbox.fault("/result", wrong_length=3)
    with pytest.raises(http.client.IncompleteRead):
        client.get(result_path(NOTHING))
    client.connection.close()
    fault.remove()
    sandbox.fault("/result", wrong_length=-3)
    size = (DATA / "empty.geojson").stat().st_size
    assert len(client.get(result_path(NOTHING)).body) == size - 3


def test_fault_redirect(sandbox, client):
    sandbox.fault("/result", redirect="other")
    path = result_path(NOTHING)
    moved = client.get(path)
    assert moved.status == 302 and moved.headers["location"] == sandbox.origins[2] + "/rest" + path
    other = Client(sandbox, origin=2)
    sandbox.faults.clear()
    assert other.get(path, authorization=None).status == 200
    assert other.get(path).status == 200
    first, clean, leaky = sandbox.requests
    assert (first.origin, clean.origin, leaky.origin) == (1, 2, 2)
    assert clean.authorization is None and leaky.authorization
    assert other("DELETE", f"/processings/{NOTHING}").status == 405
    other.connection.close()
    sandbox.fault("/version", redirect="{origin}/elsewhere?from={target}", status=307)
    answer = client.get("/version")
    assert answer.status == 307 and answer.headers["location"].endswith("/elsewhere?from=/rest/version")


def test_second_origin_serves_layers(sandbox, client):
    layer = client.get(f"/processings/{BUILDINGS}/v2").json["vectorLayer"]
    preview = client.get("/user/status").json["dataProviders"][0]["previewUrl"]
    other = Client(sandbox, origin=2)
    for url in (layer["tileJsonUrl"], layer["tileUrl"], preview):
        path = url.removeprefix(sandbox.origins[2]).replace("{z}/{x}/{y}", "14/1/2")
        assert other.get(path, authorization=None, base="").status == 200
    assert sandbox.requests[-1].authorization is None
    assert client.get("/api/layers/x.json", base="").status == 404
    other.connection.close()


# --- plumbing


def test_log(sandbox, client):
    client.get("/user/status")
    client("POST", "/projects/page", {"filter": "ü"})
    first, second = sandbox.requests.settle()
    assert first.connection == second.connection and first.time_end <= second.time_start
    assert (second.method, second.path, second.raw_path) == ("POST", "/projects/page", "/rest/projects/page")
    assert second.json == {"filter": "ü"} and second.headers["content-type"] == "application/json"
    sandbox.clear_log()
    client.get(f"/processings/{UNKNOWN}/result?aoiId={UNKNOWN}")
    assert sandbox.requests[0].query == {"aoiId": [UNKNOWN]} and sandbox.requests[0].status == 404


def test_parallel_clients(sandbox):
    answers = []

    def work():
        client = Client(sandbox)
        answers.extend(client.get(result_path(FIXED + "0001")).status for _ in range(5))
        client.connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 40


def test_two_sandboxes_and_stop_with_open_connections(capfd):
    with Sandbox(DATA) as one, Sandbox(DATA) as two:
        assert one.url != two.url
        client = Client(one)
        client("DELETE", f"/processings/{NOTHING}")
        assert len(two.state.processings) == 14
        one.fault("/version", delay=60)
        client.connection.request("GET", "/rest/version")  # left unanswered
        one.stop()
        one.stop()
    client.connection.close()
    assert capfd.readouterr().err == ""


def test_dropped_connection_is_quiet(sandbox, client, capfd):
    big = sandbox.add_processing(result=b"x" * 20_000_000)
    client.connection.request("GET", "/rest" + result_path(big), headers={"Authorization": "Basic " + sandbox.token})
    client.connection.getresponse().read(10)
    client.connection.close()
    client.connection.sock and client.connection.sock.close()
    assert sandbox.requests.settle(timeout=3)[-1].dropped
    assert capfd.readouterr().err == ""


def test_command_line(tmp_path):
    log = tmp_path / "log.jsonl"
    command = [sys.executable, "-m", "sandbox", "--data", "../data", "--port", "0", "--log", str(log)]
    command += ["--variant", "sparse", "--variant", "encoding=chunked", "--seed", "1"]
    command += ["--fault", '{"path": "/version", "status": 503, "times": 1}']
    process = subprocess.Popen(command, cwd=AUTOTEST, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        url = urlsplit(process.stdout.readline().strip())
        assert url.hostname == "127.0.0.1" and url.path == "/rest"
        connection = http.client.HTTPConnection(url.netloc, timeout=5)
        connection.request("GET", "/rest/version")
        answer = connection.getresponse()
        assert answer.status == 503 and answer.headers["Transfer-Encoding"] == "chunked"
        connection.close()
    finally:
        os.kill(process.pid, signal.SIGTERM)
        output, errors = process.communicate(timeout=5)
    assert (process.returncode, output, errors) == (0, "", "")
    assert json.loads(log.read_text().splitlines()[0])["path"] == "/version"
    broken = subprocess.run(command + ["--variant", "sparse=perhaps"], cwd=AUTOTEST, capture_output=True, timeout=5)
    assert broken.returncode != 0 and b"sparse" in broken.stderr


def test_variants_are_documented():
    assert all(FLAGS.values()) and all(len(choices) > 1 for choices in CHOICES.values())
