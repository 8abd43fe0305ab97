"""Accounts and servers that are not as they should be: lists that change or contradict themselves, odd names."""

import http.server
import json
import threading

import pytest
from osgeo import gdal, ogr

from accounts import asked, failure_of, fill, ignore_geometry, names, pages, rows
from helpers import growth, quiet, reports
from sandbox import paging

UPDATE = gdal.OF_VECTOR | gdal.OF_UPDATE


@pytest.fixture
def processings(open_mapflow):
    """The layer of a newly opened account, without geometries."""
    datasets = []

    def opened(flags=gdal.OF_VECTOR, **options):
        datasets.append(open_mapflow("", flags, **options))
        return ignore_geometry(datasets[-1].GetLayerByName("processings"))
    yield opened
    datasets.clear()


# ---- pages ----------------------------------------------------------------------------------------

TOTALS = {
    "missing": lambda page: {k: v for k, v in page.items() if k not in ("total", "count")},
    "null": lambda page: {**page, "total": None},
    "0": lambda page: {**page, "total": 0},
    "too small": lambda page: {**page, "total": 31},
    "that of the page": lambda page: {**page, "total": len(page["results"])},
    "too large": lambda page: {**page, "total": 4000},
    "text": lambda page: {**page, "total": str(page["total"])},
    "no number": lambda page: {**page, "total": "many"},
    "negative": lambda page: {**page, "total": -1},
}


@pytest.mark.parametrize("cap,total", [(cap, total) for cap in (100, 20, 1) for total in TOTALS
                                       if cap == 100 or total not in ("that of the page", "too small")])
def test_total_and_size_of_pages(sb, processings, monkeypatch, total, cap):
    """All rows are read, and the count is theirs once they are; servers may also give fewer a page."""
    ids = fill(sb, 100)
    cut = paging.Paging.cut
    monkeypatch.setattr(paging.Paging, "cut", lambda self, entries: cut(self, entries)[:cap])
    pages(sb, TOTALS[total])
    layer = processings()
    assert sorted(f["id"] for f in layer) == sorted(ids)
    assert layer.GetFeatureCount() == 100
    if not total.startswith("too"):
        assert processings().GetFeatureCount() == 100


@pytest.mark.parametrize("page", [{}, {"message": "welcome"}, {"content": [], "totalElements": 3}, [7], "x", 7, None,
                                  {"results": {}, "total": 1}, {"results": "none", "total": 0},
                                  {"results": [], "total": 3}, {"total": 3}])
def test_answer_that_is_no_list(sb, processings, page):
    fill(sb, 3)
    pages(sb, lambda _: page)
    layer = processings()
    said = failure_of(lambda: rows(layer))
    assert "list of projects" in said
    assert failure_of(layer.GetFeatureCount) == said


@pytest.mark.parametrize("page", [{"total": 0}, {"count": 0}, {"results": None, "total": 0},
                                  {"results": [], "total": 0, "count": 0}])
def test_empty_lists(sb, open_mapflow, page):
    pages(sb, lambda _: page)
    dataset = open_mapflow("")
    for name in ("projects", "processings"):
        layer = dataset.GetLayerByName(name)
        assert layer.GetFeatureCount() == 0 and layer.GetNextFeature() is None
    assert {f["project"] for f in dataset.GetLayerByName("models")} == {None}


def test_same_page_again_and_again(sb, processings, monkeypatch):
    """It would be a layer of 30 rows, and not of 84."""
    fill(sb, 250)
    cut = paging.Paging.cut

    def first(self, entries):
        self._offset = 0
        return cut(self, entries)
    monkeypatch.setattr(paging.Paging, "cut", first)
    layer = processings()
    assert "keeps returning the same" in failure_of(lambda: rows(layer))
    assert len(asked(sb)) < 8


def test_nothing_is_lost_when_rows_go_while_they_are_read(sb, processings):
    """What follows moves into pages that were read."""
    ids = fill(sb, 250)
    state = sb.state
    layer = processings()
    seen = []
    for feature in layer:
        seen.append(feature["id"])
        if len(seen) in (10, 40, 100, 130):  # somebody else deletes four that were read
            for gone in seen[-8:-4]:
                del state.processings[gone]
    assert len(seen) == len(set(seen)) == 250 and set(seen) == set(ids)


def test_nothing_is_lost_when_many_go_at_once(sb, processings):
    fill(sb, 600)
    layer = processings()
    layer.SetAttributeFilter("project = 'Default'")
    mine = [p.id for p in sb.state.processings_of(sb.state.find_project("Default"))]
    seen = [layer.GetNextFeature()["id"] for _ in range(100)]
    for gone in mine[:90] + mine[190:]:
        del sb.state.processings[gone]
    while (feature := layer.GetNextFeature()) is not None:
        seen.append(feature["id"])
    assert set(mine[:190]) <= set(seen) and len(seen) == len(set(seen))


def test_what_is_added_meanwhile(sb, processings):
    ids = set(fill(sb, 100))
    layer = processings()
    seen = []
    for feature in layer:
        seen.append(feature["id"])
        if len(seen) % 20 == 5:
            sb.state.add_processing(name="new", project="Küste, \"Nord\"")
    assert ids <= set(seen) and len(seen) == len(set(seen)) == 105


def test_moved_to_another_project_meanwhile(sb, processings):
    ids = fill(sb, 100)
    target = sb.state.find_project('Küste, "Nord"')
    layer = processings()
    seen = []
    for feature in layer:
        seen.append(feature["id"])
        if len(seen) == 10:
            sb.state.processings[seen[3]].project_id = target.id
    assert sorted(seen) == sorted(ids)


@pytest.mark.parametrize("status,said", [("410", "does not find"), ("403", "HTTP 403"), ("401", "HTTP 401")])
def test_twin_is_for_404_and_405_alone(sb, processings, status, said):
    fill(sb, 3)
    sb.faults.add("/projects/page", status=int(status))
    assert said in failure_of(lambda: rows(processings()))
    assert "GET /projects" not in asked(sb)


@pytest.mark.parametrize("paths", ["both", "docs"])
def test_project_that_somebody_deletes_meanwhile(sb, processings, paths):
    sb.variants.paths = paths
    fill(sb, 100)
    layer, other = processings(), processings()
    first = [layer.GetNextFeature()["project"] for _ in range(5)]
    assert other.GetFeatureCount() == 100
    gone = sb.state.find_project('Küste, "Nord"')
    del sb.state.projects[gone.id]
    for processing in list(sb.state.processings_of(gone)):
        del sb.state.processings[processing.id]
    seen = []
    with reports() as said:
        while (feature := layer.GetNextFeature()) is not None:
            seen.append(feature["project"])
        assert layer.GetFeatureCount() == 67
    assert said == [] and set(first + seen) == {"Default", "Urban Analysis"} and len(seen) == 62


def test_neither_path(sb, processings):
    fill(sb, 3)
    sb.faults.add("processings/v2", status=404)
    said = failure_of(lambda: rows(processings()))
    assert "processings of project \"Default\"" in said and "HTTP 404" in said


@pytest.mark.parametrize("paths", ["plugin", "docs"])
def test_huge_account(sb, processings, paths):
    """Four times the processings take four times the time, although each id is compared with all others."""
    sb.variants.paths = paths
    fill(sb, 1)
    project = next(iter(sb.state.projects))
    bodies = {}
    for count in (10000, 40000):
        whole = [{"id": f"3fa85f64-5717-4562-b3fc-{i:012x}", "name": "x", "status": "OK"} for i in range(count)]
        body = whole if paths == "docs" else {"results": whole, "total": count}
        bodies[count] = json.dumps(body).encode()

    def read(count):
        sb.faults.clear()
        sb.faults.add(f"/projects/{project}/processings/v2" + ("$" if paths == "docs" else "/page"), status=200,
                      body=bodies[count], content_type="application/json")
        layer = processings()
        layer.SetAttributeFilter("project = 'Default'")
        assert len({f.GetFID() for f in layer}) == count
    assert growth(read, 10000) <= 8


# ---- values ---------------------------------------------------------------------------------------

NAMES = ["it's", 'a "quoted" one', "a, b", "🏗️ Häfen", "two\nlines", "tab\there", "%", "_", "back\\slash", "name = 'x'", "",
         " ", "NULL", "x" * 3000, "\u202eright to left", "<b>&amp;</b>"]


@pytest.mark.parametrize("name", NAMES)
def test_odd_names(sb, processings, open_mapflow, monkeypatch, name):
    """Of processings and projects: in rows, in conditions, in the name of a dataset and of a layer."""
    fill(sb, 3)
    sb.state.add_project(name)
    identifier = sb.state.add_processing(name=name, project=name, result="buildings.geojson")
    layer = processings()
    literal = "'" + name.replace("'", "''") + "'"
    for condition in (f"name = {literal}", f"project = {literal}"):
        layer.SetAttributeFilter(condition)
        assert [(f["id"], f["name"], f["project"]) for f in layer] == [(identifier, name, name)]
    if not name.strip():
        return
    with quiet():
        dataset = open_mapflow('project="' + name.replace('"', '""') + '"')
    assert dataset.GetLayerCount() == 1
    layer = dataset.GetLayerByName(name)
    assert (layer.GetMetadataItem("NAME") or layer.GetName()) == name  # test_layer_names.py has the names themselves
    assert dataset.GetLayerByName(name).GetFeatureCount() > 0
    monkeypatch.setenv("GPKG_NAME_CHECK", "NO")  # else some of them are not to its liking
    gdal.VectorTranslate("/vsimem/named.gpkg", dataset, format="GPKG")
    assert gdal.OpenEx("/vsimem/named.gpkg").GetLayer(0).GetFeatureCount() > 0
    gdal.Unlink("/vsimem/named.gpkg")


def test_two_projects_of_one_name(sb, processings, open_mapflow):
    fill(sb, 0)
    first, second = sb.state.add_project("Twins"), sb.state.add_project("Twins")
    ids = [sb.state.add_processing(name=f"job {i}", project=p.id if hasattr(p, "id") else p)
           for i, p in enumerate((first, second, first))]
    layer = processings()
    layer.SetAttributeFilter("project = 'twins'")
    assert sorted(f["id"] for f in layer) == sorted(ids)
    assert len({f["project_id"] for f in layer}) == 2
    with pytest.raises(RuntimeError, match="everal projects are called"):
        open_mapflow("project=Twins")


ODD = {
    "created": [None, "", "soon", 1767225600, "2026-13-45T99:00:00Z", "2026-01-02T03:04:05+05:30", "2026-01-02"],
    "percentCompleted": [None, "", "half", -5, 101, 1e300, "40", 39.5, True],
    "cost": [None, "12.5", "free", -3, 1e300, {}],
    "aoiCount": [None, "3", -1, 1e12, []],
    "area": [None, "1000000", "large", {}],
    "status": [None, "", "PONDERING", 7, {}, "ok"],
    "name": [None, 7, {}, []],
    "workflowDef": [None, [], "x", {"name": None}, {"name": 5}],
    "blocks": [None, {}, "x", [None, 7, {"name": None}]],
    "params": [None, [], {"sourceParams": None}, {"sourceParams": {"dataProvider": []}}],
    "messages": [None, {}, "x", [None, 7, {"code": None}, {"code": "x", "parameters": 7}]],
    "reviewStatus": [7, [], {"reviewStatus": 7}, {"reviewStatus": "PONDERED", "inReviewUntil": "soon"}],
    "rating": [7, "x", {"rating": "9"}, {"rating": None}, []],
    "projectId": [None, 7, ""],
    "vectorLayer": [7, [], {"id": 5}],
    "meta": [7, [[[[]]]]],
}


@pytest.mark.parametrize("member", ODD)
def test_odd_members(sb, processings, member):
    """What is not understood is NULL in its column, and nothing else suffers."""
    fill(sb, 0)
    for value in ODD[member]:
        identifier = sb.state.add_processing(name="odd", project="Default", description="why")
        sb.state.processings[identifier].overrides[member] = value
    layer = processings()
    with reports() as seen:
        found = [(f["id"], f["description"], f["raster"]) for f in layer]
        layer.SetAttributeFilter(f"id = '{identifier}'")
        assert [f["description"] for f in layer] == ["why"]
    assert len(found) == len(ODD[member]) and {row[1:] for row in found} == {("why", 0)}
    assert seen == []


@pytest.mark.parametrize("geometry", [None, 7, "x", [], {}, {"type": "Polygon"}, {"type": "Polygon", "coordinates": []},
                                      {"type": "Polygon", "coordinates": [[[1, "a"]]]},
                                      {"type": "Point", "coordinates": [1, 2]},
                                      {"type": "GeometryCollection", "geometries": []},
                                      {"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2]]]},
                                      {"type": "Polygon", "coordinates": [[[1, 1, 9], [2, 1, 9], [2, 2, 9], [1, 1, 9]]]}])
def test_odd_areas(sb, open_mapflow, geometry, tmp_path):
    """What is no area is none; twice, since the second time they come from the cache."""
    (identifier,) = fill(sb, 1)
    good = {"type": "Polygon", "coordinates": [[[5, 5], [6, 5], [6, 6], [5, 5]]]}
    sb.faults.add("/aois", status=200, body=[{"id": "a", "geometry": geometry}, {"id": "b", "geometry": good}, None])
    for _ in range(2):
        dataset = open_mapflow("", CACHE_DIR=tmp_path, CACHE="REFRESH" if _ == 0 else "YES")
        with reports() as seen:
            (row,) = [f for f in dataset.GetLayerByName("processings")]
        assert seen == []
        whole = row.GetGeometryRef()
        assert whole.GetGeometryType() in (ogr.wkbMultiPolygon, ogr.wkbMultiPolygon25D)
        assert whole.GetGeometryRef(whole.GetGeometryCount() - 1).GetEnvelope() == (5, 6, 5, 6)
    assert identifier == row["id"]


@pytest.mark.parametrize("sent,shown", [("2026-08-02T10:11:12", "2026/08/02 10:11:12+00"),
                                        ("2026-08-02T10:11:12.5Z", "2026/08/02 10:11:12.500+00"),
                                        ("2026-08-02T10:11:12+02:00", "2026/08/02 08:11:12+00"),
                                        ("2026-08-02T23:45:10.5-04:30", "2026/08/03 04:15:10.500+00"), ("soon", "")])
def test_zone_of_times(sb, processings, open_mapflow, sent, shown):
    """All are shown in UTC, which one without a zone is."""
    fill(sb, 0)
    identifier = sb.state.add_processing(name="odd", project="Default", created=sent)
    next(iter(sb.state.projects.values())).updated = sent
    (row,) = rows(processings())
    assert row.GetFieldAsString("created") == shown
    account, status = open_mapflow(""), open_mapflow(identifier, STATUS_ONLY="YES")
    assert shown in [f.GetFieldAsString("updated") for f in rows(account.GetLayerByName("projects"))]
    (row,) = rows(status.GetLayerByName("processing"))
    assert row.GetFieldAsString("created") == shown


def test_owner_without_an_address(sb, open_mapflow):
    """An account without an e-mail is not the member without one."""
    fill(sb, 0)
    project = next(iter(sb.state.projects.values()))
    project.share = {"owners": [{"role": "owner", "email": None}, {"role": "owner"}], "users": None}
    sb.state.user["email"] = None
    dataset = open_mapflow("")
    roles = {f["id"]: f["role"] for f in dataset.GetLayerByName("projects")}
    assert roles[project.id] == "readonly"


# ---- changing what is being read ------------------------------------------------------------------


def test_deleting_all_while_reading(sb, processings):
    fill(sb, 100)
    layer = processings(UPDATE, ALLOW_DELETE="YES")
    for feature in layer:
        assert layer.DeleteFeature(feature.GetFID()) == ogr.OGRERR_NONE
    assert sb.state.all_processings() == []
    assert layer.GetFeatureCount() == 0 and processings().GetFeatureCount() == 0


def test_moving_all_while_reading(sb, processings):
    ids = fill(sb, 100)
    layer = processings(UPDATE)
    seen = []
    for feature in layer:
        seen.append(feature["id"])
        feature["project"] = 'Küste, "Nord"'
        assert layer.SetFeature(feature) == ogr.OGRERR_NONE
    assert sorted(seen) == sorted(ids)
    assert {f["project"] for f in layer} == {'Küste, "Nord"'} and layer.GetFeatureCount() == 100


def test_deleted_row_that_was_read_ahead(sb, processings):
    """A count reads the first page of each project; a row of it is deleted before it is given."""
    ids = fill(sb, 60)
    layer = processings(UPDATE, ALLOW_DELETE="YES")
    assert layer.GetFeatureCount() == 60
    layer.SetAttributeFilter(f"id = '{ids[1]}'")
    assert layer.DeleteFeature(layer.GetNextFeature().GetFID()) == ogr.OGRERR_NONE
    assert layer.GetFeatureCount() == 0
    layer.SetAttributeFilter(None)
    assert sorted(f["id"] for f in layer) == sorted(ids[:1] + ids[2:])


def test_change_shows_through_every_filter(sb, processings):
    ids = fill(sb, 60)
    layer = processings(UPDATE)
    filters = [f"id = '{ids[4]}'", "project = 'Urban Analysis'", "name LIKE '%job 4%'", None]
    for number, text in enumerate(filters):
        layer.SetAttributeFilter(text)
        feature = next(f for f in layer if f["id"] == ids[4])
        feature["name"] = f"job 4 for the {number}"
        assert layer.SetFeature(feature) == ogr.OGRERR_NONE
        for other in filters:
            layer.SetAttributeFilter(other)
            assert [f["name"] for f in layer if f["id"] == ids[4]] == [f"job 4 for the {number}"]


def test_count_after_a_deletion(sb, processings):
    fill(sb, 100)
    layer = processings(UPDATE, ALLOW_DELETE="YES")
    first = layer.GetNextFeature()
    assert layer.GetFeatureCount() == 100
    layer.DeleteFeature(first.GetFID())
    assert layer.GetFeatureCount() == 99 == len(list(layer))


def test_project_that_is_renamed_or_deleted(sb, open_mapflow):
    fill(sb, 100)
    dataset = open_mapflow("", UPDATE, ALLOW_DELETE="YES")
    projects, layer = dataset.GetLayerByName("projects"), ignore_geometry(dataset.GetLayerByName("processings"))
    for _ in range(40):
        layer.GetNextFeature()
    urban, default = (next(f for f in projects if f["name"] == name) for name in ("Urban Analysis", "Default"))
    urban["name"] = "Städte"
    assert projects.SetFeature(urban) == ogr.OGRERR_NONE
    with quiet():  # the service keeps this one
        assert projects.DeleteFeature(default.GetFID()) != ogr.OGRERR_NONE
    assert {f["project"] for f in layer} >= {"Städte", 'Küste, "Nord"'}
    assert "Urban Analysis" not in {f["project"] for f in layer}
    layer.SetAttributeFilter("project = 'Städte'")
    assert layer.GetFeatureCount() == 33
    assert projects.DeleteFeature(urban.GetFID()) == ogr.OGRERR_NONE
    assert layer.GetFeatureCount() == 0
    layer.SetAttributeFilter(None)
    assert "Städte" not in {f["project"] for f in layer}
    assert layer.GetFeatureCount() == len(sb.state.all_processings())


def test_name_that_is_taken_away(sb, open_mapflow):
    fill(sb, 3)
    dataset = open_mapflow("", UPDATE)
    for name, what in (("projects", "project"), ("processings", "processing")):
        layer = dataset.GetLayerByName(name)
        for nothing in (None, ""):
            feature = next(f for f in layer if f["name"] not in ("Default",))
            feature["name"] = nothing
            assert f"A {what} needs a name" in failure_of(lambda: layer.SetFeature(feature))
    assert not [r for r in sb.requests.settle() if r.method == "PUT"]


def test_two_targets_of_a_move(sb, processings):
    fill(sb, 3)
    layer = processings(UPDATE)
    feature = layer.GetNextFeature()
    feature["project"] = "Urban Analysis"
    feature["project_id"] = sb.state.find_project('Küste, "Nord"').id
    assert "two different projects" in failure_of(lambda: layer.SetFeature(feature))
    feature["project_id"] = sb.state.find_project("Urban Analysis").id
    assert layer.SetFeature(feature) == ogr.OGRERR_NONE


# ---- reading in other ways ------------------------------------------------------------------------


def test_next_by_index(sb, open_mapflow):
    fill(sb, 100)
    dataset = open_mapflow("", CACHE="NO")
    layer = dataset.GetLayerByName("processings")
    all_names = names(ignore_geometry(layer))
    layer.SetIgnoredFields([])
    asked(sb)
    assert layer.SetNextByIndex(70) == ogr.OGRERR_NONE
    assert layer.GetNextFeature()["name"] == all_names[70]
    assert asked(sb).count("GET /processings/*/aois") == 30  # of the rows from there on
    assert layer.SetNextByIndex(0) == ogr.OGRERR_NONE and layer.GetNextFeature()["name"] == all_names[0]
    for index in (101, 1000, -1):
        assert layer.SetNextByIndex(index) == ogr.OGRERR_NON_EXISTING_FEATURE
        assert layer.GetNextFeature() is None
    layer.SetAttributeFilter("status = 'FAILED'")
    failed = names(ignore_geometry(layer))
    assert layer.SetNextByIndex(7) == ogr.OGRERR_NONE and layer.GetNextFeature()["name"] == failed[7]


def test_layers_interleaved(sb, open_mapflow):
    fill(sb, 100)
    dataset = open_mapflow("")
    layer, projects = ignore_geometry(dataset.GetLayerByName("processings")), dataset.GetLayerByName("projects")
    seen = []
    for i in range(101):
        feature = layer.GetNextFeature()
        seen.append(feature and feature["name"])
        if i % 10 == 0:
            projects.ResetReading()
            assert len(list(projects)) == 3
        if i % 7 == 0 and feature is not None:
            assert layer.GetFeature(feature.GetFID())["id"] == feature["id"]
        if i == 50:
            assert layer.GetFeature(12345) is None  # reads to the end
    assert seen[-1] is None and len(set(seen)) == 101


# ---- connections ----------------------------------------------------------------------------------


@pytest.fixture
def rude():
    """A server that ends each connection after its answer without saying so; and the ways in which it is asked."""
    project = {"id": "11111111-2222-4333-8444-555555555501", "name": "Only"}
    entries = [{"id": f"3fa85f64-5717-4562-b3fc-{i:012x}", "name": f"job {i}", "status": "OK"} for i in range(100)]
    connections = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            listed = [project] if self.path.endswith("/projects/page") else entries
            page = listed[body["offset"]:][:body["limit"]]
            self.answer({"results": page, "total": len(listed)})

        def do_GET(self):
            self.answer([])

        def answer(self, document):
            connections.append(self.client_address)
            text = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
            self.close_connection = True

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/rest", connections
    server.shutdown()
    server.server_close()


def test_server_that_drops_connections(rude, tmp_path):
    url, connections = rude
    dataset = gdal.OpenEx("MAPFLOW:", gdal.OF_VECTOR,
                          open_options=[f"API_URL={url}", "API_TOKEN=a@b.c:secret", f"CACHE_DIR={tmp_path}"])
    with reports() as seen:
        assert len([f for f in dataset.GetLayerByName("processings")]) == 100
    assert seen == [] and len(set(connections)) == len(connections)


def test_slow_server(sb, processings):
    """A count asks for the first project alone, which shows the form of the path, and then for the others at once."""
    fill(sb, 40)
    sb.faults.add("processings/v2/page", delay=0.3)
    layer = processings()
    assert layer.GetFeatureCount() == 40
    first, second, third = [r for r in sb.requests.settle() if r.path.endswith("processings/v2/page")]
    assert first.time_end <= second.time_start
    assert max(second.time_start, third.time_start) < min(second.time_end, third.time_end)
    assert len(list(layer)) == 40
