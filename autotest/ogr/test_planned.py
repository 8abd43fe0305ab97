"""Planned searches: as a layer of the account, with their areas and scenes, and what changes them."""

import json
from datetime import datetime, timedelta, timezone

import pytest
from osgeo import gdal, ogr

from accounts import LOST, asked, failure_of, names, rows
from helpers import layer_names, messages, quiet, reports, secrets_of

UPDATE = gdal.OF_VECTOR | gdal.OF_UPDATE
MISSING = "00000000-0000-4000-8000-000000000000"
WKT = "POLYGON ((4.48 52.15,4.51 52.15,4.51 52.17,4.48 52.17,4.48 52.15))"
PARTS = ("MULTIPOLYGON (((4.48 52.15,4.50 52.15,4.50 52.17,4.48 52.17,4.48 52.15)),"
         "((4.49 52.15,4.51 52.15,4.51 52.17,4.49 52.17,4.49 52.15)))")


@pytest.fixture(autouse=True)
def free(sb):
    """A planned search costs nothing, and none is created twice."""
    yield
    assert sb.submitted == [] and sb.violations == []


def geometry(wkt):
    return json.loads(ogr.CreateGeometryFromWkt(wkt).ExportToJson())


@pytest.fixture
def planned(sb):
    """planned(name, area, name of the area, …, filters) -> a planned search of the sandbox."""
    def made(name="Harbour watch", areas=((WKT, "Pier 4"),), **filters):
        features = [{"type": "Feature", "properties": {"name": label}, "geometry": geometry(wkt)} for wkt, label in areas]
        end = (datetime.now(timezone.utc) + timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ")
        document = {"name": name, "projectId": sb.state.find_project("Default").id, "activeUntil": end,
                    "searchParams": {"aoiDetails": {"type": "FeatureCollection", "features": features}, **filters}}
        return sb.planned.create(document, 0)
    return made


@pytest.fixture
def opened(open_mapflow):
    """The layer planned_searches; it keeps its dataset."""
    datasets = []

    def once(flags=gdal.OF_VECTOR, **options):
        datasets.append(open_mapflow("", flags, **options))
        return datasets[-1].GetLayerByName("planned_searches")
    yield once
    datasets.clear()


@pytest.fixture
def scenes_of(open_mapflow):
    """The layer of scenes of a planned search; it keeps its dataset."""
    datasets = []

    def once(item):
        datasets.append(open_mapflow(f"planned_search={item.id}"))
        return datasets[-1].GetLayerByName("scenes")
    yield once
    datasets.clear()


def row(layer, name):
    return next(f for f in layer if f["name"] == name)


def new(layer, wkt=WKT, **values):
    feature = ogr.Feature(layer.GetLayerDefn())
    for column, value in values.items():
        feature[column] = value
    if wkt is not None:
        feature.SetGeometry(ogr.CreateGeometryFromWkt(wkt))
    return feature


def sent(sb):
    return [(r.method, r.path.removeprefix("/processings/template"), r.json) for r in sb.requests.settle()
            if r.method in ("PUT", "DELETE") or (r.method == "POST" and not r.path.endswith(("/images", "/page")))]


# ---- reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["array", "templates", "results"])
def test_rows(sb, planned, opened, shape):
    sb.variants.template_list = shape
    item = planned(areas=((WKT, "Pier 4"), (WKT.replace("4.51", "4.50"), None)), maxCloudCover=20)
    (found,) = rows(opened())
    columns = ("id", "name", "state", "active", "project_id", "new_images", "aoi_count", "filters")
    assert [found[c] for c in columns] == [item.id, "Harbour watch", "UPDATED", 1, item.project_id, len_of_new(sb, item), 2,
                                           '{"maxCloudCover":20}']
    assert found["area_km2"] == pytest.approx(item.area / 1e6)
    assert found.GetFieldAsDateTime("active_until")[-1] == 100 and found["last_checked"] is not None
    shape = found.GetGeometryRef()
    assert shape.GetGeometryCount() == 2  # as they are: they overlap
    assert asked(sb) == ["GET /processings/template"]


def len_of_new(sb, item):
    return len(sb.catalogue.find(sb.planned.search_of(item, item.aois), sb.rasters))


def test_states(sb, planned, opened, open_mapflow):
    planned("a")
    planned("b").is_active = False
    planned("c", areas=((PARTS, None),))  # none that can be searched
    created = planned("d")
    created.status, created.last_checked, created.is_active = "READY", None, True
    sb.planned.items[planned("e").id].reads_left = 5
    assert {f["name"]: f["state"] for f in opened()} == {
        "a": "UPDATED", "b": "PAUSED", "c": "FAILED", "d": "CREATED", "e": "SEARCHING"}
    failed = next(i for i in sb.planned.items.values() if i.name == "c")
    dataset = open_mapflow(f"planned_search={failed.id}")
    assert rows(dataset.GetLayer(0)) == []
    definition = opened().GetLayerDefn()
    assert definition.GetFieldDefn(definition.GetFieldIndex("state")).GetDomainName() == "mapflow_planned_search"


def test_as_a_dataset(sb, planned, open_mapflow):
    item = planned(areas=((WKT, "Pier 4"), (WKT.replace("4.51", "4.50"), None)))
    dataset = open_mapflow(f"planned_search={item.id.upper()}")
    assert layer_names(dataset) == ["areas", "scenes"]
    assert dataset.GetMetadata() == {"PLANNED_SEARCH_ID": item.id, "NAME": "Harbour watch", "STATE": "UPDATED"}
    assert [(f["id"], f["name"], f.GetGeometryRef().GetGeometryCount()) for f in dataset.GetLayer(0)] == [
        (item.aois[0].id, "Pier 4", 1), (item.aois[1].id, None, 1)]
    assert asked(sb) == ["GET /processings/template/*"]
    found = {f["id"]: f for f in dataset.GetLayer(1)}
    assert len(found) == 9 and found["KX3_20260518_101533_P07"]["is_new"] == 1
    assert found["KX3_20260518_101533_P07"]["provider"] == "orbview"
    assert asked(sb) == ["POST /processings/template/*/images"]
    (count,) = dataset.ExecuteSQL("SELECT COUNT(*) AS n FROM scenes WHERE cloud_cover < 5")
    assert count["n"] == 2


def test_scenes_are_filtered_here(sb, planned, scenes_of):
    """The planned search has a filter of its own, which another one would replace."""
    sb.catalogue.fill(300)
    item = planned(maxCloudCover=30)
    layer = scenes_of(item)
    every = {f["id"]: f["cloud_cover"] for f in layer}
    assert len(every) > 100 and all(value is None or value <= 30 for value in every.values())
    layer.SetAttributeFilter("cloud_cover < 60")
    assert sorted(f["id"] for f in layer) == sorted(i for i, value in every.items() if value is not None)
    layer.SetSpatialFilterRect(4.49, 52.155, 4.50, 52.16)
    assert all(f.GetGeometryRef() is not None for f in layer)
    bodies = [r.json for r in sb.requests.settle() if r.path.endswith("/images")]
    assert [body["offset"] for body in bodies] == [0, 100]
    assert all(set(body) == {"limit", "offset"} for body in bodies)


def test_order_of_scenes(sb, planned, open_mapflow):
    sb.catalogue.fill(300)
    dataset = open_mapflow(f"planned_search={planned().id}")
    found = [f["acquired"] for f in dataset.ExecuteSQL("SELECT acquired FROM scenes ORDER BY acquired DESC LIMIT 5")]
    assert found == sorted(found, reverse=True) and len(found) == 5
    (body,) = [r.json for r in sb.requests.settle() if r.path.endswith("/images")]
    assert (body["sortBy"], body["sortOrder"]) == ("ACQUISITION_DATE", "DESC")


@pytest.mark.parametrize("providers, wanted", [(["orbview"], {"orbview"}), (["orbview", "CG"], {None})])
def test_scenes_without_a_provider(sb, planned, scenes_of, providers, wanted):
    """That of a planned search that looks for those of one provider."""
    sb.variants.null_providers = True
    layer = scenes_of(planned(dataProviders=providers))
    assert {f["provider"] for f in layer} == wanted


@pytest.mark.parametrize("variants", [{"catalogue_shape": "array"}, {"catalogue_page": 50}, {"overlapping_pages": True},
                                      {"sparse": True}, {"no_images": "missing", "catalogue_shape": "no-total"}])
def test_each_scene_once(sb, planned, scenes_of, variants):
    sb.catalogue.fill(250)
    for name, value in variants.items():
        setattr(sb.variants, name, value)
    found = [f["id"] for f in scenes_of(planned())]
    assert len(found) == len(set(found)) == 259


def test_none_of_that_id(sb, open_mapflow):
    with pytest.raises(RuntimeError, match=f"Planned search {MISSING}"):
        open_mapflow(f"planned_search={MISSING}")


# ---- changing -------------------------------------------------------------------------------------


def test_create(sb, opened):
    layer = opened(UPDATE)
    feature = new(layer, PARTS, name="Häfen", filters='{"maxCloudCover": 20, "productTypes": ["IMAGE"], '
                                                      '"dataProviders": ["orbview"], "hideUnavailable": true}')
    assert layer.CreateFeature(feature) == ogr.OGRERR_NONE
    item = sb.planned.items[feature["id"]]
    assert item.name == "Häfen" and item.project_id == sb.state.find_project("Default").id and item.is_active
    assert item.search_params == {"maxCloudCover": 20, "productTypes": ["IMAGE"], "dataProviders": ["orbview"],
                                  "hideUnavailable": True}
    assert [aoi.geometry for aoi in item.aois] == [
        {"type": "Polygon", "coordinates": part} for part in geometry(PARTS)["coordinates"]]  # two that overlap
    assert layer.GetFeature(feature.GetFID())["state"] == "SEARCHING"
    assert names(layer) == ["Häfen"] and len(sent(sb)) == 1


@pytest.mark.parametrize("wanted", ["Forestry", None])
def test_create_in_a_project(sb, opened, wanted):
    project = sb.state.find_project("Forestry")
    layer = opened(UPDATE)
    end = (datetime.now(timezone.utc) + timedelta(days=30)).replace(microsecond=0)
    feature = new(layer, name="x", project_id=wanted or project.id, active_until=end.strftime("%Y/%m/%d %H:%M:%S+00"))
    assert layer.CreateFeature(feature) == ogr.OGRERR_NONE
    (item,) = sb.planned.items.values()
    assert item.project_id == project.id and item.active_until == end.strftime("%Y-%m-%dT%H:%M:%S.0Z")


@pytest.mark.parametrize("values, said", [
    ({"wkt": None, "name": "x"}, "needs an area"), ({}, "A planned search needs a name"),
    ({"wkt": "POINT (4 52)", "name": "x"}, "has no polygon"),
    ({"wkt": "POLYGON ((170 0,190 0,190 1,170 0))", "name": "x"}, "not within longitudes"),
    ({"name": "x", "project_id": "Nowhere"}, 'o project "Nowhere"'),
    ({"name": "x", "filters": "cloudy"}, "filters is not a JSON object"),
    ({"name": "x", "filters": '{"cloud": 5}'}, 'member "cloud" that is not known'),
    ({"name": "x", "filters": '{"maxCloudCover": "5"}'}, "Known are acquisitionDateFrom"),
    ({"name": "x", "filters": '{"dataProviders": [5]}'}, "dataProviders"),
    ({"name": "x", "state": "PAUSED"}, "state cannot be changed")])
def test_create_what_cannot_be(sb, opened, values, said):
    layer = opened(UPDATE)
    assert said in failure_of(lambda: layer.CreateFeature(new(layer, **values)))
    assert sent(sb) == []


def test_one_more_than_may_be_active(sb, planned, opened):
    planned("a"), planned("b")
    layer = opened(UPDATE)
    with reports() as seen:
        assert layer.CreateFeature(new(layer, name="c")) == ogr.OGRERR_NONE
    assert [text for _, text in seen] == ['The planned search "c" was created paused: too many are active.']
    assert row(layer, "c")["active"] == 0


def test_rename_and_prolong(sb, planned, opened):
    item = planned(maxCloudCover=20)
    layer = opened(UPDATE)
    feature = row(layer, "Harbour watch")
    before = item.active_until
    feature["name"] = "Docks"
    assert layer.SetFeature(feature) == ogr.OGRERR_NONE
    assert (item.name, item.active_until, item.search_params) == ("Docks", before, {"maxCloudCover": 20})
    end = (datetime.now(timezone.utc) + timedelta(days=20)).replace(microsecond=0)
    feature["active_until"] = (end + timedelta(hours=2)).strftime("%Y/%m/%d %H:%M:%S+02")
    assert layer.SetFeature(feature) == ogr.OGRERR_NONE
    assert item.active_until == end.strftime("%Y-%m-%dT%H:%M:%S.0Z")
    feature = row(layer, "Docks")
    feature["filters"] = "{}"
    assert "filters cannot be changed" in failure_of(lambda: layer.SetFeature(feature))
    feature = row(layer, "Docks")
    feature.SetGeometry(ogr.CreateGeometryFromWkt(PARTS))
    assert "insert a row with the new ones" in failure_of(lambda: layer.SetFeature(feature))
    assert len(sent(sb)) == 2


def test_delete(sb, planned, opened):
    item = planned()
    layer = opened(UPDATE)
    fid = row(layer, "Harbour watch").GetFID()
    assert "ALLOW_DELETE=YES" in failure_of(lambda: layer.DeleteFeature(fid))
    assert "for update" in failure_of(lambda: opened().DeleteFeature(fid))
    assert sent(sb) == []
    layer = opened(UPDATE, ALLOW_DELETE="YES")
    assert layer.DeleteFeature(fid) == ogr.OGRERR_NONE and sb.planned.items == {} and rows(layer) == []
    assert sent(sb) == [("DELETE", f"/{item.id}", None)]


def test_verbs(sb, planned, open_mapflow):
    item = planned()
    dataset = open_mapflow("", UPDATE)
    layer = dataset.GetLayerByName("planned_searches")
    assert row(layer, "Harbour watch")["state"] == "UPDATED"
    for statement, state in (("PAUSE PLANNED SEARCH", "PAUSED"), ("resume planned  search", "UPDATED")):
        (answer,) = dataset.ExecuteSQL(f"{statement} {item.id};")
        assert (answer["id"], answer["state"], answer["active"]) == (item.id, state, int(item.is_active))
        assert row(layer, "Harbour watch")["state"] == state
        assert answer.GetGeometryRef() is not None
    item.status = "FAILED"
    (answer,) = dataset.ExecuteSQL(f"RESTART PLANNED SEARCH '{item.id}'")
    assert answer["state"] == "SEARCHING"
    assert [call[1] for call in sent(sb)] == [f"/{item.id}/{verb}" for verb in ("pause", "resume", "restart")]


@pytest.mark.parametrize("statement, said", [
    ("PAUSE PLANNED SEARCH", "Expected: PAUSE PLANNED SEARCH <uuid>"),
    ("PAUSE PLANNED SEARCH Harbour", "Expected: PAUSE PLANNED SEARCH <uuid>"),
    ("RESTART PLANNED SEARCH 5", "Expected: RESTART PLANNED SEARCH <uuid>"),
    ("RESTART PLANNED", "Expected: RESTART <uuid>"),
    (f"RESUME PLANNED SEARCH {MISSING}", f"Planned search {MISSING}")])
def test_verbs_that_cannot_be(sb, planned, open_mapflow, statement, said):
    dataset = open_mapflow("", UPDATE)
    assert said in failure_of(lambda: dataset.ExecuteSQL(statement))


def test_server_refuses(sb, planned, open_mapflow):
    item = planned("a")
    planned("b"), planned("c")
    dataset = open_mapflow("", UPDATE)
    assert "is active" in failure_of(lambda: dataset.ExecuteSQL(f"RESUME PLANNED SEARCH {item.id}"))
    paused = next(i for i in sb.planned.items.values() if not i.is_active)
    assert "number of active templates is limited to 2" in \
        failure_of(lambda: dataset.ExecuteSQL(f"RESUME PLANNED SEARCH {paused.id}"))
    assert "cannot be restarted" in failure_of(lambda: dataset.ExecuteSQL(f"RESTART PLANNED SEARCH {item.id}"))
    read_only = open_mapflow("")
    assert "for update" in failure_of(lambda: read_only.ExecuteSQL(f"PAUSE PLANNED SEARCH {item.id}"))
    sb.state.user["templateAreaLimit"] = 1000
    layer = dataset.GetLayerByName("planned_searches")
    assert "above the limit" in failure_of(lambda: layer.CreateFeature(new(layer, name="x")))


# ---- what goes wrong ------------------------------------------------------------------------------

TROUBLES = {"401 in the middle": {"status": 401}, "500": {"status": 500}, "broken JSON": {"garbage": '{"x": ['},
            "another document": {"garbage": "5"}, "cut": {"cut": 1}, "reset": {"reset": True}, "a web page": {"html": True},
            "silence": {"delay": 3}}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_reading_fails_clearly(sb, planned, opened, open_mapflow, quickly, trouble):
    item = planned()
    dataset = open_mapflow(f"planned_search={item.id}")
    sb.fault("/processings/template", **TROUBLES[trouble])
    said = [failure_of(lambda: rows(opened())), failure_of(lambda: rows(dataset.GetLayer(1)))]
    assert said[0].startswith("The list of planned searches") and said[1].startswith("The search for scenes")
    with pytest.raises(RuntimeError, match=f"Planned search {item.id}"):
        open_mapflow(f"planned_search={item.id}")
    with quiet():
        assert dataset.ExecuteSQL("SELECT COUNT(*) FROM scenes") is None
    assert not [secret for secret in ("sig=abc", *secrets_of(sb)) if secret in "".join(said)]


CHANGES = {
    "create": ("POST", "/template$", lambda ds, item: ds.GetLayerByName("planned_searches").CreateFeature(
        new(ds.GetLayerByName("planned_searches"), name="New"))),
    "rename": ("PUT", "/template/", lambda ds, item: renamed(ds.GetLayerByName("planned_searches"))),
    "delete": ("DELETE", "/template/", lambda ds, item: ds.GetLayerByName("planned_searches").DeleteFeature(
        row(ds.GetLayerByName("planned_searches"), "Harbour watch").GetFID())),
    "pause": ("POST", "/pause$", lambda ds, item: ds.ExecuteSQL(f"PAUSE PLANNED SEARCH {item.id}")),
}


def renamed(layer):
    feature = row(layer, "Harbour watch")
    feature["name"] = "New"
    return layer.SetFeature(feature)


@pytest.mark.parametrize("trouble", [*LOST, "401", "403"])
@pytest.mark.parametrize("change", CHANGES)
def test_change_is_sent_once(sb, planned, open_mapflow, quickly, change, trouble):
    method, path, act = CHANGES[change]
    item = planned()
    dataset = open_mapflow("", UPDATE, ALLOW_DELETE="YES")
    rows(dataset.GetLayerByName("planned_searches"))
    sb.fault(path, method=method, **LOST.get(trouble, {"status": int(trouble) if trouble.isdigit() else None}))
    with reports() as seen:
        assert act(dataset, item) != ogr.OGRERR_NONE
    (said,) = messages(seen, gdal.CE_Failure)
    assert len(sent(sb)) == 1
    if trouble in LOST and change == "create":
        assert 'lanned search "New" was not created' in said and "read the list of planned searches before" in said
    elif trouble in LOST:
        assert "The change may have been made: read it again before you repeat it" in said
    assert not [secret for secret in secrets_of(sb) if secret in said]


@pytest.mark.parametrize("body", ["", "not JSON", "{}"])
def test_answer_that_says_nothing(sb, open_mapflow, body):
    dataset = open_mapflow("", UPDATE)
    layer = dataset.GetLayerByName("planned_searches")
    rows(layer)
    sb.fault("/template$", method="POST", done=True, **({"garbage": body} if body else {"empty": True}))
    assert "It may exist anyway" in failure_of(lambda: layer.CreateFeature(new(layer, name="New")))
    assert [i.name for i in sb.planned.items.values()] == ["New"] and len(sent(sb)) == 1


def test_slow_server(sb, planned, opened, scenes_of):
    item = planned()
    sb.fault("/processings/template", delay=0.2)
    assert len(rows(opened())) == 1 and len(rows(scenes_of(item))) == 9
