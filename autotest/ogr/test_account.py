"""The account as a dataset: its layers, and what each look at them costs."""

import json

import pytest
from osgeo import gdal, ogr

from accounts import asked, fill, ignore_geometry, names
from helpers import BUILDINGS, FOREST, most_at_once, quiet
from paths import DATA
from sandbox import Sandbox

LAYERS = ["projects", "processings", "models", "providers", "account", "mosaics", "images",
          "planned_searches"]
WITH_GEOMETRY = ("processings", "mosaics", "images", "planned_searches")
PAGE = 30

COLUMNS = {
    "projects": ["id", "name", "description", "is_default", "role", "owner", "created", "updated",
                 "succeeded", "failed", "area_km2", "aoi_limit_km2"],
    "processings": ["id", "name", "description", "project_id", "project", "status", "percent", "review",
                    "model", "blocks", "provider", "area_km2", "cost", "aoi_count", "messages", "rating",
                    "created", "updated"],
    "models": ["id", "name", "description", "price_per_km2", "blocks", "project_id"],
    "providers": ["name", "display_name", "prices", "min_area_km2", "kind"],
    "account": ["email"],
    "planned_searches": ["id", "name", "state", "active", "project_id"],
    "mosaics": ["id", "name", "tags", "created", "bytes", "images"],
    "images": ["id", "name", "mosaic_id", "mosaic", "state", "error", "uploaded", "bytes"],
}


@pytest.fixture
def large(sb):
    return fill(sb)


@pytest.fixture
def layer_of(open_mapflow):
    """A layer of a newly opened account; a layer does not keep its dataset alive by itself."""
    datasets = []

    def opened(name, **options):
        datasets.append(open_mapflow("", **options))
        return datasets[-1].GetLayerByName(name)
    yield opened
    datasets.clear()


# ---- schemas and the cost of looking --------------------------------------------------------------


def test_layers_without_a_request(sb, open_mapflow, run):
    dataset = open_mapflow("")
    assert [dataset.GetLayer(i).GetName() for i in range(dataset.GetLayerCount())] == LAYERS
    for layer in map(dataset.GetLayerByName, LAYERS):
        defn = layer.GetLayerDefn()
        found = [defn.GetFieldDefn(i).GetName() for i in range(defn.GetFieldCount())]
        wanted = COLUMNS[layer.GetName()]
        assert found[:len(wanted)] == wanted
        assert layer.GetGeomType() == (ogr.wkbMultiPolygon if layer.GetName() in WITH_GEOMETRY
                                       else ogr.wkbNone)
        layer.ResetReading()
        layer.SetAttributeFilter(f"{wanted[0]} = 'x'")
        layer.TestCapability(ogr.OLCFastFeatureCount)
    assert dataset.GetLayer(len(LAYERS)) is None and dataset.GetLayer(-1) is None
    del layer, dataset
    listing = run("ogrinfo", "MAPFLOW:")
    assert listing.returncode == 0 and "processings (Multi Polygon)" in listing.stdout
    assert asked(sb) == []


def test_types(open_mapflow):
    dataset = open_mapflow("")
    processings = dataset.GetLayerByName("processings").GetLayerDefn()
    created = processings.GetFieldDefn(processings.GetFieldIndex("created"))
    assert created.GetType() == ogr.OFTDateTime
    for name in ("area_km2", "cost"):
        assert processings.GetFieldDefn(processings.GetFieldIndex(name)).GetType() == ogr.OFTReal
    feature = next(iter(dataset.GetLayerByName("processings")))
    assert feature.GetFieldAsDateTime("created")[-1] == 100  # UTC
    if hasattr(created, "GetComment"):
        area = processings.GetFieldDefn(processings.GetFieldIndex("area_km2"))
        assert area.GetComment() == "km²"


@pytest.mark.parametrize("paths", ["plugin", "docs"])
@pytest.mark.parametrize("missing", ["404", "405"])
def test_processings_page_by_page(sb, large, layer_of, paths, missing):
    sb.variants.paths, sb.variants.missing = paths, missing
    layer = ignore_geometry(layer_of("processings"))
    first = layer.GetNextFeature()
    if paths == "plugin":
        assert asked(sb) == ["POST /projects/page", "POST /projects/*/processings/v2/page"]
    else:
        assert asked(sb) == ["POST /projects/page", "GET /projects",
                             "POST /projects/*/processings/v2/page", "GET /projects/*/processings/v2"]
    layer.ResetReading()
    features = list(layer)
    assert first["id"] == features[0]["id"]
    assert sorted(f["id"] for f in features) == sorted(large)
    # 84, 83 and 83 of them; the twin that is known is asked alone
    assert asked(sb) == (["POST /projects/*/processings/v2/page"] * 8 if paths == "plugin"
                         else ["GET /projects/*/processings/v2"] * 2)
    assert layer.GetFeatureCount() == 250
    assert asked(sb) == []
    assert len({f.GetFID() for f in features}) == 250
    assert {f["project"] for f in features} == {"Default", "Urban Analysis", 'Küste, "Nord"'}


def test_count_comes_from_the_totals(sb, large, layer_of):
    layer = layer_of("processings")
    assert layer.GetFeatureCount() == 250
    assert sorted(asked(sb)) == sorted(["POST /projects/page"] +
                                       ["POST /projects/*/processings/v2/page"] * 3)
    ignore_geometry(layer)
    assert len(list(layer)) == 250
    assert asked(sb) == ["POST /projects/*/processings/v2/page"] * 6  # the first pages were kept


def test_count_with_a_filter_needs_no_geometry(sb, large, layer_of):
    layer = layer_of("processings")
    layer.SetAttributeFilter("status = 'FAILED'")
    assert layer.GetFeatureCount() == 50
    assert not any("aois" in request for request in asked(sb))


def test_count_that_is_not_forced_reads_nothing(sb, large, layer_of):
    layer = layer_of("processings")
    layer.SetAttributeFilter("status = 'FAILED'")
    assert layer.GetFeatureCount(0) == -1
    layer.SetAttributeFilter(None)
    assert layer.GetFeatureCount(0) == -1 == layer_of("projects").GetFeatureCount(0)
    assert asked(sb) == []
    assert layer.GetFeatureCount() == 250
    asked(sb)
    assert layer.GetFeatureCount(0) == 250  # it is known now
    assert asked(sb) == []


@pytest.mark.parametrize("missing", ["404", "405"])
def test_missing_path_is_asked_for_once(sb, large, layer_of, missing):
    """By a count, which asks for several projects at once, and by what follows."""
    sb.variants.paths, sb.variants.missing = "docs", missing
    layer = ignore_geometry(layer_of("processings"))
    assert layer.GetFeatureCount() == len(list(layer)) == 250
    layer.SetAttributeFilter("name LIKE '%job 1%'")
    assert layer.GetFeatureCount() == 111
    requests = asked(sb)
    assert requests.count("POST /projects/*/processings/v2/page") == 1
    assert requests.count("POST /projects/page") == 1


DOMAINS = {"status": ("mapflow_status", "IN_PROGRESS", "running or queued"),
           "review": ("mapflow_review", "NOT_ACCEPTED", "rejected: the result is being reworked"),
           "billing": ("mapflow_billing", "AREA", "area")}


@pytest.mark.parametrize("name, layer, columns", (("", "processings", ["status", "review"]), ("", "account", ["billing"]),
                                                  (BUILDINGS, "processing", ["status", "review"]),
                                                  (BUILDINGS, "aois", ["status"])))
def test_field_domains(open_mapflow, name, layer, columns):
    dataset = open_mapflow(name)
    defn = dataset.GetLayerByName(layer).GetLayerDefn()
    fields = [defn.GetFieldDefn(i) for i in range(defn.GetFieldCount())]
    assert [field.GetName() for field in fields if field.GetDomainName()] == columns
    for column in columns:
        domain, code, meaning = DOMAINS[column]
        assert defn.GetFieldDefn(defn.GetFieldIndex(column)).GetDomainName() == domain
        assert domain in dataset.GetFieldDomainNames()
        assert dataset.GetFieldDomain(domain).GetEnumeration()[code] == meaning


def test_field_domains_go_into_files(run, tmp_path):
    assert run("ogr2ogr", tmp_path / "out.gpkg", "MAPFLOW:", "processings", "account").returncode == 0
    copy = gdal.OpenEx(str(tmp_path / "out.gpkg"))
    assert set(copy.GetFieldDomainNames()) == {domain for domain, _, _ in DOMAINS.values()}
    done = run("ogr2ogr", "-f", "CSV", "/vsistdout/", "MAPFLOW:", "processings", "-resolveDomains")
    assert "IN_PROGRESS,running or queued" in done.stdout


@pytest.mark.parametrize("name, left, right, reference", [
    ("projects_processings", "projects", "processings", "project_id"), ("mosaics_images", "mosaics", "images", "mosaic_id")])
def test_relationships(sb, open_mapflow, name, left, right, reference):
    dataset = open_mapflow("")
    found = dataset.GetRelationship(name)
    assert name in dataset.GetRelationshipNames() and dataset.GetRelationship(name + "s") is None
    assert (found.GetLeftTableName(), found.GetRightTableName()) == (left, right)
    assert (found.GetLeftTableFields(), found.GetRightTableFields()) == (["id"], [reference])
    assert len(sb.requests) == 0
    known = {row["id"] for row in dataset.GetLayerByName(left)}
    referring = [row[reference] for row in dataset.GetLayerByName(right)]
    assert referring and set(referring) <= known


def test_entry_that_comes_twice(sb, layer_of):
    fill(sb, 40)
    state = sb.state
    project = state.find_project("Default")
    whole = [sb.documents.processing(p) for p in state.processings_of(project)]
    sb.faults.add(f"/projects/{project.id}/processings/v2/page", sequence=[
        {"status": 200, "body": {"results": whole[:8], "total": 14, "count": 8}},
        {"status": 200, "body": {"results": whole[6:], "total": 14, "count": 8}}])
    layer = ignore_geometry(layer_of("processings"))
    layer.SetAttributeFilter("project = 'Default'")
    ids = [f["id"] for f in layer]
    assert len(ids) == len(set(ids)) == 14


def test_failing_page_is_an_error(sb, large, layer_of):
    sb.faults.add(r"processings/v2/page", skip=1, status=500)
    layer = ignore_geometry(layer_of("processings"))
    with quiet():
        assert len([f for f in layer]) == PAGE
    assert 'rocessings of project "Default"' in gdal.GetLastErrorMsg()
    assert gdal.GetLastErrorType() == gdal.CE_Failure


def test_program_fails_when_rows_are_missing(sb, large, run, tmp_path):
    sb.faults.add(r"processings/v2/page", skip=2, status=500)
    done = run("ogr2ogr", tmp_path / "out.csv", "MAPFLOW:", "processings")
    assert done.returncode != 0
    assert "Urban Analysis" in done.said or "Default" in done.said


# ---- geometries -----------------------------------------------------------------------------------


def test_geometry_is_fetched_when_wanted(sb, layer_of):
    ids = fill(sb, 9)
    sb.state.add_processing(name="two areas", project="Default", aois=[
        {"type": "Polygon", "coordinates": [[[1, 1], [1.1, 1], [1.1, 1.1], [1, 1]]]},
        {"type": "MultiPolygon", "coordinates": [[[[2, 2], [2.1, 2], [2.1, 2.1], [2, 2]]]]}])
    layer = layer_of("processings")
    ignore_geometry(layer)
    list(layer)
    assert not any("aois" in request for request in asked(sb))
    layer.SetIgnoredFields([])
    geometries = {f["name"]: f.GetGeometryRef().Clone() for f in layer}
    assert asked(sb).count("GET /processings/*/aois") == 10
    assert geometries["two areas"].GetGeometryCount() == 2
    assert geometries["two areas"].GetGeometryType() == ogr.wkbMultiPolygon
    assert geometries["job 0"].GetSpatialReference().GetAxisMappingStrategy() == 0
    assert [f.GetGeometryRef() is not None for f in layer] == [True] * 10
    # Another dataset of the process has them too: QGIS opens each source several times.
    assert all(f.GetGeometryRef() for f in layer_of("processings"))
    assert not any("aois" in request for request in asked(sb))
    assert len(ids) == 9


def test_geometries_in_parallel(sb, layer_of):
    fill(sb, 24)
    sb.faults.add(r"/aois$", delay=0.1)
    layer = layer_of("processings")
    assert len(list(layer)) == 24
    areas = [r for r in sb.requests.settle() if r.path.endswith("/aois")]
    assert 1 < most_at_once(areas) <= 6
    assert len({r.connection for r in areas}) <= 7


def test_spatial_filter(sb, layer_of):
    fill(sb, 5)
    sb.state.add_processing(name="far away", project="Default", aois=[
        {"type": "Polygon", "coordinates": [[[100, 1], [100.1, 1], [100.1, 1.1], [100, 1]]]}])
    layer = ignore_geometry(layer_of("processings"))
    layer.SetSpatialFilterRect(99, 0, 101, 2)
    assert names(layer) == ["far away"]
    assert layer.GetFeatureCount() == 1


def test_filter_on_geometry(sb, layer_of):
    fill(sb, 3)
    layer = layer_of("processings")
    layer.SetAttributeFilter("OGR_GEOM_AREA > 0 AND name = 'job 1'")
    assert names(layer) == ["job 1"]


@pytest.mark.parametrize("answer", ["404", "410"])
def test_areas_that_are_not_told(sb, layer_of, answer):
    fill(sb, 3)
    sb.variants.aois = answer
    with quiet():
        features = list(layer_of("processings"))
    assert [f.GetGeometryRef() for f in features] == [None] * 3
    assert gdal.GetLastErrorType() == gdal.CE_Warning


def test_areas_that_fail(sb, layer_of):
    fill(sb, 3)
    sb.faults.add(r"/aois$", status=500)
    with quiet():
        assert list(layer_of("processings")) == []
    assert "reas of processing" in gdal.GetLastErrorMsg()


def test_extent_is_that_of_all_or_none(sb, layer_of):
    """GDAL computes it, and would give that of the rows before a failure."""
    layer = layer_of("processings")
    sb.faults.add(f"/processings/{FOREST}/aois", status=500)
    with quiet():
        assert layer.GetExtent(can_return_null=True) is None
    assert FOREST in gdal.GetLastErrorMsg()
    sb.faults.clear()
    west, east, _, _ = layer.GetExtent()
    assert west < east


# ---- filters that the server answers --------------------------------------------------------------


def test_one_request_for_an_id(sb, large, layer_of, run):
    layer = layer_of("processings")
    layer.SetIgnoredFields(["OGR_GEOMETRY", "project"])
    layer.SetAttributeFilter(f"id = '{large[100].upper()}'")
    assert names(layer) == ["job 100"] and layer.GetFeatureCount() == 1
    assert asked(sb) == ["GET /processings/*/v2"]
    layer.SetAttributeFilter(f"id = '{large[101]}' AND status = 'NONE'")
    assert names(layer) == []
    assert asked(sb) == ["GET /processings/*/v2"]
    layer.SetAttributeFilter("id = '00000000-0000-4000-8000-000000000000'")
    assert names(layer) == []
    assert asked(sb) == ["GET /processings/*/v2"]
    done = run("ogrinfo", "-q", "MAPFLOW:", "processings", "-where", f"id = '{large[7]}'")
    assert "name (String) = job 7" in done.stdout
    # nothing is listed: the others are for two columns of this one row
    assert asked(sb) == ["GET /processings/*/v2", "GET /projects/*", "GET /processings/*/aois"]


def test_id_with_all_columns(sb, large, layer_of):
    layer = layer_of("processings")
    layer.SetAttributeFilter(f"id = '{large[100]}'")
    feature = layer.GetNextFeature()
    assert feature["project"] == "Urban Analysis"
    assert asked(sb) == ["GET /processings/*/v2", "GET /projects/*", "GET /processings/*/aois"]
    # The same row has the same FID in every dataset and through every filter.
    other = ignore_geometry(layer_of("processings"))
    assert {f["id"]: f.GetFID() for f in other}[large[100]] == feature.GetFID()
    assert layer.GetFeature(feature.GetFID())["name"] == "job 100"
    assert other.GetFeature(feature.GetFID())["id"] == large[100]
    assert other.GetFeature(5) is None


def test_project_filter(sb, large, layer_of):
    layer = ignore_geometry(layer_of("processings"))
    for text in ("project = 'urban analysis'",
                 f"project_id = '{sb.state.find_project('Urban Analysis').id}'"):
        layer.SetAttributeFilter(text)
        assert len(list(layer)) == 83
        assert asked(sb)[-3:] == ["POST /projects/*/processings/v2/page"] * 3
    layer.SetAttributeFilter("project = 'Urban Analysis' AND status = 'FAILED' AND cost >= 0")
    assert {f["status"] for f in layer} == {"FAILED"}
    layer.SetAttributeFilter("project = 'Urban Analysis' OR name = 'job 0'")
    assert len(list(layer)) == 84


def test_name_filter(sb, large, layer_of):
    layer = ignore_geometry(layer_of("processings"))
    layer.SetAttributeFilter("name LIKE '%b 24_'")
    assert sorted(names(layer)) == [f"job {i}" for i in range(240, 250)]
    pages = [r.json["terms"] for r in sb.requests.settle() if r.path.endswith("processings/v2/page")]
    assert pages == ["b 24"] * 3
    sb.requests.clear()
    sb.variants.paths = "docs"  # the twin knows no filter: rows are checked here
    layer = ignore_geometry(layer_of("processings"))
    layer.SetAttributeFilter("name LIKE '%b 24_' AND NOT name LIKE '%5'")
    assert len(list(layer)) == 9


# ---- values ---------------------------------------------------------------------------------------


def test_processing_values(sb, layer_of):
    fill(sb, 0)
    sb.state.add_processing(
        name="Ärger", description="why", project="Urban Analysis", status="FAILED", percent=40,
        model="🏠 Buildings", blocks=["Heights"], rating={"rating": 4, "feedback": "so"},
        messages=[{"code": "source-validator.PixelSizeTooHigh", "parameters": {}}],
        created="2026-02-03T04:05:06.5Z", updated="2026-02-04T04:05:06Z")
    row = next(iter(layer_of("processings")))
    assert (row["name"], row["description"], row["project"]) == ("Ärger", "why", "Urban Analysis")
    assert (row["status"], row["percent"], row["model"]) == ("FAILED", 40, "🏠 Buildings")
    assert (row["blocks"], row["provider"], row["zoom"]) == ("Detection,Heights", "Mapbox", 18)
    assert row["rating"] == 4 and row["aoi_count"] == 1 and row["review"] is None
    assert row["messages"] and "source-validator" not in row["messages"].split(":")[0]
    processing = sb.state.all_processings()[0]
    assert row["area_km2"] == pytest.approx(processing.area / 1e6)
    assert row["created"].startswith("2026/02/03 04:05:06.5")


def test_projects(sb, layer_of):
    rows = {f["name"]: f for f in layer_of("projects")}
    assert rows["Default"]["is_default"] and rows["Default"]["role"] == "owner"
    assert rows["Shared survey"]["role"] == "readonly"
    assert rows["Shared survey"]["owner"] == "owner@example.com"
    assert rows["Shared survey"]["aoi_limit_km2"] == 50
    assert rows["Urban Analysis"]["succeeded"] > 0
    assert asked(sb) == ["POST /projects/page", "GET /user/status"]


@pytest.mark.parametrize("paths", ["plugin", "docs"])
def test_many_projects(sb, layer_of, paths):
    sb.variants.paths = paths
    for i in range(100):
        sb.state.add_project(f"number {i}")
    layer = layer_of("projects")
    assert layer.GetFeatureCount() == 104
    assert asked(sb) == ["POST /projects/page"] + ["GET /projects"] * (paths == "docs")
    assert len(list(layer)) == 104
    requests = asked(sb)
    assert requests.count("POST /projects/page") == (3 if paths == "plugin" else 0)


def test_models_and_providers(sb, open_mapflow):
    dataset = open_mapflow("")
    models = [(f["name"], f["project"], f["price_per_km2"]) for f in dataset.GetLayerByName("models")]
    assert ("🏠 Buildings", "Default", 5) in models
    assert ("🏗️ Construction", "Urban Analysis", 8) in models
    assert ("🏗️ Construction", "Default", 8) not in models
    blocks = json.loads(next(iter(dataset.GetLayerByName("models")))["blocks"])
    assert blocks[1] == {"name": "Classification", "display_name": "Classification", "optional": True,
                         "price_per_km2": 3.0}
    providers = {f["name"]: f for f in dataset.GetLayerByName("providers")}
    assert "CG_mosaic_2022" not in providers  # the same imagery as "Global mosaic 2022"
    assert providers["orbview"]["kind"] == "search" and providers["orbview"]["min_area_km2"] == 2.5
    assert json.loads(providers["Global mosaic 2022"]["prices"]) == [
        {"zoom": 17, "price_per_km2": 2.0}, {"zoom": 18, "price_per_km2": 3.5}]
    assert asked(sb).count("GET /user/status") == 1


@pytest.mark.parametrize("variant", [{}, {"status_shape": "nested"}, {"sparse": True},
                                     {"numbers_as_text": True}, {"unknown_fields": True},
                                     {"rating_shape": "string"}, {"review_shape": "status-object"}])
def test_variants(variant, account):
    with Sandbox(data=DATA, seed=1, **variant) as sandbox:
        options = {"API_URL": sandbox.url, "API_TOKEN": sandbox.token}
        dataset = gdal.OpenEx("MAPFLOW:", gdal.OF_VECTOR,
                              open_options=[f"{k}={v}" for k, v in options.items()])
        counts = [len(list(dataset.GetLayer(i))) for i in range(5)]
        # the nested form tells no providers, the sparse one no data providers
        providers = {"status_shape": 0, "sparse": 2}.get(next(iter(variant), ""), 6)
        assert counts == [4, 14, 21, providers, 1]
        row = next(iter(dataset.GetLayerByName("account")))
        assert row["email"] == "dev@example.com" and row["credits"] == 2500
        assert row["max_aois"] == 10


# ---- names ----------------------------------------------------------------------------------------


NO_TARGET = ("The text after MAPFLOW: is not the id of a processing. To list the ids: ogr2ogr -f CSV /vsistdout/ "
             "MAPFLOW: processings -select id,name. To open by name: MAPFLOW:name=<name> or MAPFLOW:project=<name or id>.")
NO_PROJECT = "The dataset name does not specify which project to open."


@pytest.mark.parametrize("name, said", [
    ("nonsense", NO_TARGET), ("processings", NO_TARGET), ("WAIT=YES", NO_TARGET),
    ("3fa85f64-5717-4562-b3fc-2c963f66afa", NO_TARGET), ("project=", NO_PROJECT), ("project=  ", NO_PROJECT),
    ('project="a', "A double quote in the dataset name is not closed."),
    ("project=x,NOVELTY=1", "The dataset name has an unknown option NOVELTY: ogrinfo --format MAPFLOW lists them."),
    ("project=x,WAIT", "An option in the dataset name is not of the form KEY=VALUE.")])
def test_refused_names(sb, open_mapflow, name, said):
    with pytest.raises(RuntimeError) as caught:
        open_mapflow(name)
    assert str(caught.value) == said
    assert asked(sb) == []


def test_options_in_the_name(sb):
    dataset = gdal.OpenEx(f"mapflow:,API_URL={sb.url},API_TOKEN={sb.token}", gdal.OF_VECTOR)
    assert len(list(dataset.GetLayerByName("account"))) == 1
    assert sb.token not in dataset.GetDescription()


def test_no_token(sb):
    with quiet():
        assert gdal.OpenEx("MAPFLOW:", gdal.OF_VECTOR, open_options=[f"API_URL={sb.url}"]) is None
    assert "API_TOKEN" in gdal.GetLastErrorMsg()


@pytest.mark.parametrize("name", ["", "project=Default"])
def test_offline_makes_no_request(sb, open_mapflow, name):
    with pytest.raises(RuntimeError, match="CACHE=OFFLINE forbids"):
        open_mapflow(name, CACHE="OFFLINE")
    assert asked(sb) == []
