"""The catalogue as a layer: areas, filters and orders that are pushed to the server, pages, and what goes wrong."""

import dataclasses
import itertools
import json

import pytest
from osgeo import gdal, ogr, osr

from accounts import asked, failure_of, rows
from helpers import layer_names, quiet, secrets_of
from paths import DATA
from sandbox.catalogue import SORT
from settings import QUICK, config

BOX = (4.48, 52.15, 4.51, 52.17)
WKT = "POLYGON ((4.48 52.15,4.51 52.15,4.51 52.17,4.48 52.17,4.48 52.15))"
MANY = 2000
SECRET = ("quicklooks", "sig=abc", "{-y}", "s3://")
SEED = {"KX3_20260518_101533_P07", "odd id/with slash & blank", "order-only-4411", "m-2025-eu", "SKY-1/2026"}


@pytest.fixture(autouse=True)
def free(sb):
    """A search costs nothing."""
    yield
    assert sb.submitted == [] and sb.violations == []


@pytest.fixture
def scenes(open_mapflow):
    """The layer, with the spatial filter BOX unless another area is given."""
    datasets = []

    def opened(box=BOX, **options):
        datasets.append(open_mapflow("search", **options))
        layer = datasets[-1].GetLayer(0)
        if box is not None and "SEARCH_AOI" not in options:
            layer.SetSpatialFilterRect(*box)
        return layer
    yield opened
    datasets.clear()


def searches(sb):
    """The bodies of the searches since the last call."""
    bodies = [r.json for r in sb.requests.settle() if r.path == "/catalog/meta"]
    sb.requests.clear()
    return bodies


def pushed(sb):
    """The filters of the last search."""
    body = searches(sb)[-1]
    return {key: value for key, value in body.items() if key not in ("aoi", "limit", "offset")}


def ids(layer):
    return [f["id"] for f in layer]


@pytest.fixture
def many(sb):
    """A sandbox with many scenes, which looks for those of a search once and not for each page."""
    sb.catalogue.fill(MANY)
    find, known = sb.catalogue.find, {}

    def found(search, rasters):
        key = repr(dataclasses.replace(search, offset=0, limit=0))
        if key not in known:
            known[key] = find(search, rasters)
        return known[key]
    sb.catalogue.find = found
    return sb


# ---- the layer ------------------------------------------------------------------------------------


def test_no_request_before_rows_are_read(sb, open_mapflow):
    dataset = open_mapflow("search")
    assert layer_names(dataset) == ["scenes"]
    layer = dataset.GetLayer(0)
    assert layer.GetGeomType() == ogr.wkbMultiPolygon and layer.GetSpatialRef().GetAuthorityCode(None) == "4326"
    layer.SetSpatialFilterRect(*BOX)
    layer.SetAttributeFilter("cloud_cover < 10")
    assert layer.GetFeatureCount(0) == -1
    assert not layer.TestCapability(ogr.OLCFastFeatureCount)
    assert asked(sb) == []


def test_rows(sb, scenes):
    found = {f["id"]: f for f in scenes()}
    own = {f for f in found if f.startswith("55555555")}
    assert set(found) == SEED | own and len(own) == 3  # two images and their mosaic
    first = found["KX3_20260518_101533_P07"]
    columns = ("provider", "product_type", "cloud_cover", "off_nadir", "resolution", "min_area_km2", "zoom", "satellite",
               "sensor", "band_order")
    assert [first[c] for c in columns] == ["orbview", "Image", 3.5, -6.2, 0.55, 2.5, None, "KX3-B", "KX3", "RGB"]
    assert first.GetFieldAsDateTime("acquired") == [2026, 5, 18, 10, 15, 33.0, 100]
    assert first["aoi_intersection"] == 100 and first.GetGeometryRef().GetEnvelope() == (4.40, 4.60, 52.10, 52.22)
    odd = found["odd id/with slash & blank"]
    assert [odd[c] for c in columns[2:8]] == [None, None, 0.3, None, None, None] and odd.GetGeometryRef().GetGeometryCount() == 2
    assert found["order-only-4411"].GetFieldAsDateTime("acquired")[-1] == 100  # no zone is UTC
    assert [found["m-2025-eu"][c] for c in ("resolution", "zoom")] == [None, 18]
    assert asked(sb) == ["GET /user/status", "POST /catalog/meta"]


def test_scene_without_a_footprint(sb, scenes):
    """A spatial filter drops it, as of any layer; an area that was given does not."""
    assert "no-footprint-9" not in ids(scenes())
    layer = scenes(SEARCH_AOI=WKT)
    found = {f["id"]: f for f in layer}
    assert found["no-footprint-9"].GetGeometryRef() is None
    assert found["no-footprint-9"]["aoi_intersection"] is None


def test_ids_and_providers_are_ready_for_a_submission(sb, scenes, run):
    layer = scenes()
    layer.SetAttributeFilter("id LIKE 'odd%'")
    (scene,) = rows(layer)
    done = run("ogr2ogr", "-f", "MAPFLOW", "MAPFLOW:", DATA / "aoi_4326.geojson", "-lco", "MODEL=Buildings",
               "-lco", f"SEARCH_PROVIDER={scene['provider']}", "-lco", f"IMAGE_IDS={scene['id']}", "-lco", "DRY_RUN=YES",
               "-lco", "REPORT=/vsistdout/", "-nln", "x")
    assert done.returncode == 0, done.said
    assert json.loads(done.stdout.splitlines()[-1])["dryRun"] is True


def submission(run, provider, images, *more):
    return run("ogr2ogr", "-f", "MAPFLOW", "MAPFLOW:", DATA / "aoi_4326.geojson", "-lco", "MODEL=Buildings", "-nln", "x",
               "-lco", f"SEARCH_PROVIDER={provider}", "-lco", f"IMAGE_IDS={images}", "-lco", "DRY_RUN=YES", *more)


def test_scenes_that_do_not_go_together(sb, run):
    """All of it before anything is sent; what the catalogue does not know is left to the service."""
    sb.catalogue.add(id="m-18", productType="MOSAIC", providerName="CG", zoom="18", minAreaSqkm=None)
    sb.catalogue.add(id="m-17", productType="Mosaic", providerName="CG", zoom=17, minAreaSqkm=None)
    sb.catalogue.add(id="far", productType="MOSAIC", providerName="CG", footprint={
        "type": "Polygon", "coordinates": [[[20, 20], [21, 20], [21, 21], [20, 20]]]})
    done = submission(run, "CG", "m-18,odd id/with slash & blank")
    assert done.returncode != 0 and "one processing takes scenes of one product type" in done.said
    assert '"m-18"' in done.said and '"odd id/with slash & blank"' in done.said
    done = submission(run, "CG", "m-17,m-18")
    assert done.returncode != 0 and "mosaics of several zooms" in done.said and " of 17" in done.said
    done = submission(run, "CG", "m-2025-eu")
    assert done.returncode != 0 and "have 0.468315 km²" in done.said and "needs at least 1.000000 km²" in done.said
    for images in ("m-18", "odd id/with slash & blank", "unheard-of", "far,m-18"):
        done = submission(run, "CG", images)
        assert done.returncode == 0, done.said
    assert all(body["dataProviders"] == ["CG"] for body in searches(sb))


@pytest.mark.parametrize("fault", [{"status": 400}, {"status": 500}, {"garbage": "x"}])
def test_submission_without_the_catalogue(sb, run, fault):
    """The service is the judge of what the driver cannot check."""
    sb.fault("/catalog/meta", **fault)
    done = submission(run, "CG", "m-2025-eu")
    assert done.returncode == 0, done.said


def test_submission_above_the_limit_of_a_search(sb, run):
    sb.state.user["searchAreaLimit"] = 1000
    assert submission(run, "CG", "m-2025-eu").returncode == 0
    assert searches(sb) == []


def test_read_by_fid(many, scenes):
    layer = scenes()
    fids = {f["id"]: f.GetFID() for f in layer}
    assert len(set(fids.values())) == len(fids) > MANY
    searches(many)
    for identifier in list(fids)[::100]:
        assert layer.GetFeature(fids[identifier])["id"] == identifier
    assert layer.GetFeature(12345) is None and searches(many) == []
    again = scenes()
    assert again.GetFeature(fids["KX3_20260518_101533_P07"])["id"] == "KX3_20260518_101533_P07"  # the same in each search


# ---- areas ----------------------------------------------------------------------------------------


def test_no_area(sb, scenes, open_mapflow):
    layer = scenes(box=None)
    for read in (layer.GetNextFeature, layer.GetFeatureCount, lambda: layer.GetFeature(1),
                 lambda: open_mapflow("search").ExecuteSQL("SELECT * FROM scenes")):
        said = failure_of(read)
        assert "spatial filter" in said and "-spat" in said and "SEARCH_AOI" in said
    assert asked(sb) == []


def test_spatial_filter_is_the_area(sb, scenes):
    layer = scenes()
    rows(layer)
    (body,) = searches(sb)
    west, south, east, north = BOX
    assert body["aoi"]["type"] == "Polygon"
    assert {tuple(p) for p in body["aoi"]["coordinates"][0]} == set(itertools.product((west, east), (south, north)))
    rows(layer)
    assert layer.GetFeatureCount() == 8 and searches(sb) == []  # the same area again
    layer.SetSpatialFilter(ogr.CreateGeometryFromWkt(
        "MULTIPOLYGON (((4.48 52.15,4.49 52.15,4.49 52.16,4.48 52.15)),((4.5 52.15,4.51 52.15,4.51 52.16,4.5 52.15)))"))
    rows(layer)
    (body,) = searches(sb)
    assert body["aoi"]["type"] == "MultiPolygon" and len(body["aoi"]["coordinates"]) == 2
    layer.SetSpatialFilterRect(20, 20, 20.1, 20.1)
    assert rows(layer) == [] and len(searches(sb)) == 1


@pytest.mark.parametrize("wkt, said", [
    ("POINT (4.5 52.16)", "has no polygon"), ("LINESTRING (4.5 52.16,4.51 52.16)", "has no polygon"),
    ("POLYGON ((170 0,190 0,190 1,180 1,170 0))", "not within longitudes")])
def test_spatial_filter_that_is_no_area(sb, scenes, wkt, said):
    layer = scenes(box=None)
    layer.SetSpatialFilter(ogr.CreateGeometryFromWkt(wkt))
    assert said in failure_of(layer.GetNextFeature) and asked(sb) == []


def test_area_above_the_limit(sb, scenes):
    sb.state.user["searchAreaLimit"] = 1_000_000
    layer = scenes()
    said = failure_of(layer.GetNextFeature)
    assert "is 4.57 km²" in said and "1.00 km²" in said
    assert asked(sb) == ["GET /user/status"]
    layer.SetSpatialFilterRect(4.48, 52.15, 4.49, 52.155)
    assert len(rows(layer)) > 0
    assert asked(sb) == ["POST /catalog/meta"]  # the limit is known
    layer.SetSpatialFilterRect(-400, -400, 400, 400)  # a map of the world
    said = failure_of(layer.GetNextFeature)
    assert "is 51006" in said and asked(sb) == []


@pytest.mark.parametrize("limit", [0, None])
def test_no_limit(sb, scenes, limit):
    sb.state.user["searchAreaLimit"] = limit
    assert len(rows(scenes(box=(4, 52, 5, 53)))) > 0


def test_search_aoi(sb, scenes, tmp_path):
    wanted = ids(scenes(SEARCH_AOI=WKT))
    (body,) = searches(sb)
    lonlat = tmp_path / "area.geojson"
    lonlat.write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": body["aoi"]}))
    assert ids(scenes(SEARCH_AOI=lonlat)) == wanted and searches(sb)[0]["aoi"] == body["aoi"]
    utm = str(tmp_path / "area.gpkg")
    gdal.VectorTranslate(utm, str(lonlat), dstSRS="EPSG:32631", reproject=True)
    assert ids(scenes(SEARCH_AOI=utm)) == wanted
    (projected,) = searches(sb)
    for a, b in zip(sorted(projected["aoi"]["coordinates"][0]), sorted(body["aoi"]["coordinates"][0])):
        assert a == pytest.approx(b, abs=1e-6)
    assert ids(scenes(SEARCH_AOI=" multipolygon(((4.48 52.15,4.51 52.15,4.51 52.17,4.48 52.17,4.48 52.15)))")) == wanted


def test_search_aoi_of_many_features(sb, scenes, tmp_path):
    """Overlapping ones are one area: the account's limit is held against what they cover."""
    parts = [[[4.48, 52.15], [4.50, 52.15], [4.50, 52.17], [4.48, 52.17], [4.48, 52.15]],
             [[4.49, 52.15], [4.51, 52.15], [4.51, 52.17], [4.49, 52.17], [4.49, 52.15]]]
    path = tmp_path / "two.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [part]}} for part in parts]}))
    sb.state.user["searchAreaLimit"] = 4_600_000
    assert len(rows(scenes(SEARCH_AOI=path))) == 9
    assert searches(sb)[0]["aoi"]["type"] == "Polygon"


@pytest.mark.parametrize("value, said", [
    ("POLYGON ((4 52", "not valid WKT"), ("/nowhere/x.gpkg", "nowhere"), ("POLYGON EMPTY", "has no polygon"),
    ("POLYGON ((300 0,301 0,301 1,300 0))", "not within longitudes"),
    ('{"type": "Point", "coordinates": [4, 52]}', "has no polygon")])
def test_search_aoi_that_is_none(sb, open_mapflow, value, said):
    with pytest.raises(RuntimeError, match=f"(?s).*{said}"):
        open_mapflow("search", SEARCH_AOI=value)
    assert asked(sb) == []


def test_search_aoi_is_for_searches(open_mapflow):
    with pytest.raises(RuntimeError, match="has no option SEARCH_AOI"):
        open_mapflow("", SEARCH_AOI=WKT)


def test_spatial_filter_within_a_given_area(sb, scenes):
    """The area of the search stays, and the filter is evaluated here."""
    layer = scenes(SEARCH_AOI=WKT)
    assert len(rows(layer)) == 9
    searches(sb)
    layer.SetSpatialFilterRect(3.0, 51.0, 3.1, 51.1)
    assert ids(layer) == ["m-2025-eu"] and searches(sb) == []


# ---- pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("variants", [
    {}, {"catalogue_page": 37}, {"catalogue_shape": "array"}, {"catalogue_shape": "no-total"}, {"overlapping_pages": True},
    {"no_images": "null"}, {"no_images": "missing", "catalogue_shape": "no-total"}, {"sparse": True},
    {"unknown_fields": True}, {"encoding": "gzip"}])
def test_each_scene_once(many, scenes, variants):
    for name, value in variants.items():
        setattr(many.variants, name, value)
    found = ids(scenes())
    assert len(found) == len(set(found)) == MANY + 8
    assert all(body["limit"] == 100 for body in searches(many))


def test_pages_as_the_reader_advances(many, scenes):
    layer = scenes()
    layer.GetNextFeature()
    assert [body["offset"] for body in searches(many)] == [0]
    for _ in range(100):
        layer.GetNextFeature()
    assert [body["offset"] for body in searches(many)] == [100]
    assert layer.GetFeatureCount() == MANY + 8
    assert [body["offset"] for body in searches(many)] == list(range(200, MANY + 8, 100))
    assert len(rows(layer)) == MANY + 8 and searches(many) == []


def test_no_hits(sb, scenes):
    for variant in ("list", "null", "missing"):
        sb.variants.no_images = variant
        assert rows(scenes(box=(20, 20, 20.1, 20.1))) == []


# ---- filters --------------------------------------------------------------------------------------

FILTERS = {
    "cloud_cover < 20": {"maxCloudCover": 20},
    "cloud_cover <= 20.5 AND cloud_cover <= 30": {"maxCloudCover": 20.5},
    "20 >= cloud_cover": {"maxCloudCover": 20},
    "cloud_cover = 0": {"maxCloudCover": 0},
    "cloud_cover BETWEEN 10 AND 30": {"maxCloudCover": 30},
    "cloud_cover > 20": {},
    "cloud_cover < 250": {},
    "cloud_cover < -1": {},
    "cloud_cover < 20 OR cloud_cover IS NULL": {},
    "NOT cloud_cover < 20": {},
    "cloud_cover IS NULL": {},
    "cloud_cover <> 20": {},
    "off_nadir > 10": {"minOffNadirAngle": 10},
    "off_nadir > -10": {},
    "off_nadir < 10": {},
    "off_nadir < -10": {},
    "off_nadir >= -20 AND off_nadir <= 5": {"maxOffNadirAngle": 20},
    "off_nadir BETWEEN 5 AND 15": {"minOffNadirAngle": 5, "maxOffNadirAngle": 15},
    "off_nadir BETWEEN -35 AND -25": {"maxOffNadirAngle": 35},
    "off_nadir > -200 AND off_nadir < 100": {},
    "resolution <= 0.5": {"maxResolution": 0.5},
    "resolution > 0.3 AND resolution < 2": {"minResolution": 0.3, "maxResolution": 2},
    "resolution = 0.5": {"minResolution": 0.5, "maxResolution": 0.5},
    "resolution < 0": {},
    "resolution IS NULL": {},
    "provider = 'ORBVIEW'": {"dataProviders": ["ORBVIEW"]},
    "provider IN ('CG', 'skyline_pan')": {"dataProviders": ["CG", "skyline_pan"]},
    "provider IN ('CG', '')": {},
    "provider LIKE 'sky%'": {},
    "provider <> 'CG'": {},
    "provider = 'nobody'": {"dataProviders": ["nobody"]},
    "product_type = 'MOSAIC'": {"productTypes": ["MOSAIC"]},
    "product_type IN ('image', 'Mosaic')": {"productTypes": ["IMAGE", "MOSAIC"]},
    "product_type = 'Scene'": {},
    "product_type IN ('Scene', 'MOSAIC')": {},
    "aoi_intersection >= 50": {"minAoiIntersectionPercent": 49.9},
    "aoi_intersection = 100": {"minAoiIntersectionPercent": 99.9},
    "aoi_intersection < 50": {},
    "acquired >= '2026-05-18'": {"acquisitionDateFrom": "2026-05-17T23:59:58Z"},
    "acquired > '2026/05/18 10:00:00' AND acquired < '2026-09-01T12:00:00Z'":
        {"acquisitionDateFrom": "2026-05-18T09:59:58Z", "acquisitionDateTo": "2026-09-01T12:00:02Z"},
    "acquired BETWEEN '2026-03-01' AND '2026-04-01'":
        {"acquisitionDateFrom": "2026-02-28T23:59:58Z", "acquisitionDateTo": "2026-04-01T00:00:02Z"},
    "acquired < '2026-04-01T00:00:00+05:00'": {"acquisitionDateTo": "2026-04-02T00:00:00Z"},
    "acquired IS NULL OR acquired > '2026-06-01'": {},
    "cloud_cover < 30 AND (off_nadir > 5 OR off_nadir < -5) AND provider = 'CG' AND acquired > '2026-02-01'":
        {"maxCloudCover": 30, "dataProviders": ["CG"], "acquisitionDateFrom": "2026-01-31T23:59:58Z"},
    "cloud_cover < off_nadir": {},
    "zoom = 18": {},
    "min_area_km2 > 1 AND cloud_cover < 50": {"maxCloudCover": 50},
    "id = 'S00001' OR id LIKE '% b' OR id LIKE '%/c' OR id LIKE '%\"%'": {},
    "satellite IN ('SAT-1', 'SAT-2')": {},
}


@pytest.fixture
def oracle(many, scenes):
    """All scenes in GDAL's own memory layer: matching(filter) -> the ids that OGR keeps."""
    memory = ogr.GetDriverByName("Memory").CreateDataSource("all")
    source = scenes()
    memory.CopyLayer(source, "all")
    searches(many)

    def matching(text):
        copy = memory.GetLayer(0)
        copy.SetAttributeFilter(text)
        return sorted(f["id"] for f in copy)
    assert len(matching(None)) == MANY + 8
    return matching


def test_filters_equal_local_ones(many, scenes, oracle):
    """What the server leaves out, OGR would have left out; what it lets pass is checked here."""
    empty = 0
    for text, wanted in FILTERS.items():
        layer = scenes()
        layer.SetAttributeFilter(text)
        found = sorted(ids(layer))
        assert found == oracle(text), text
        assert layer.GetFeatureCount() == len(found)
        assert pushed(many) == wanted, text
        empty += not found
    assert empty == 3


def test_pushed_filter_costs_fewer_pages(many, scenes):
    layer = scenes()
    layer.SetAttributeFilter("cloud_cover < 10 AND provider = 'CG' AND product_type = 'MOSAIC'")
    assert len(rows(layer)) > 20
    assert len(searches(many)) == 1  # of 21
    layer.SetAttributeFilter("provider = 'CG' AND cloud_cover < 10 AND product_type = 'MOSAIC' AND id LIKE 'S%'")
    rows(layer)
    assert searches(many) == []  # the same to the server


def test_server_that_filters_less(many, scenes, oracle, monkeypatch):
    """One that drops nothing makes no difference."""
    monkeypatch.setattr(many.catalogue, "_passes", lambda *_: True)
    layer = scenes()
    for text in ("cloud_cover < 20", "off_nadir BETWEEN -5 AND 5", "acquired < '2026-03-01'", "provider = 'CG'"):
        layer.SetAttributeFilter(text)
        assert sorted(ids(layer)) == oracle(text), text


# ---- order ----------------------------------------------------------------------------------------

COLUMNS = {"provider": "PROVIDER_NAME", "satellite": "SAT_ID", "cloud_cover": "CLOUD_COVER", "off_nadir": "OFF_NADIR_ANGLE",
           "acquired": "ACQUISITION_DATE", "zoom": "ZOOM", "resolution": "PIXEL_RESOLUTION"}


def answer(dataset, statement, **keywords):
    layer = dataset.ExecuteSQL(statement, **keywords)
    assert layer is not None, gdal.GetLastErrorMsg()
    found = rows(layer)
    dataset.ReleaseResultSet(layer)
    return found


def keys(found, column):
    return [f.GetField(column) if f.IsFieldSetAndNotNull(column) else None for f in found]


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("direction", ["", " DESC"])
def test_order(many, open_mapflow, column, direction):
    assert set(COLUMNS.values()) == set(SORT)
    dataset = open_mapflow("search", SEARCH_AOI=WKT)
    memory = ogr.GetDriverByName("Memory").CreateDataSource("all")
    memory.CopyLayer(dataset.GetLayer(0), "scenes")
    searches(many)
    statement = f"SELECT id, {column} FROM scenes WHERE cloud_cover < 40 ORDER BY {column}{direction}"
    found, wanted = answer(dataset, statement), answer(memory, statement)
    assert keys(found, column) == keys(wanted, column)
    assert sorted(ids(found)) == sorted(ids(wanted))
    body = searches(many)[-1]
    assert (body["sortBy"], body["sortOrder"]) == (COLUMNS[column], "DESC" if direction else "ASC")
    limited = answer(dataset, statement + " LIMIT 7 OFFSET 2")
    assert keys(limited, column) == keys(wanted, column)[2:9]


def test_end_of_an_order_costs_one_page(many, open_mapflow):
    dataset = open_mapflow("search", SEARCH_AOI=WKT)
    found = answer(dataset, "SELECT * FROM scenes ORDER BY acquired DESC LIMIT 5")
    assert len(found) == 5 and len(searches(many)) == 1
    every = answer(dataset, "SELECT * FROM scenes ORDER BY acquired DESC")
    assert ids(found) == ids(every[:5])
    searches(many)
    answer(dataset, "SELECT * FROM scenes WHERE zoom = 18 ORDER BY cloud_cover DESC LIMIT 90 OFFSET 10")
    assert len(searches(many)) == 2
    for statement in ("SELECT * FROM scenes ORDER BY acquired LIMIT 5",  # those without a date come first
                      "SELECT * FROM scenes ORDER BY provider DESC LIMIT 5",
                      "SELECT DISTINCT cloud_cover FROM scenes ORDER BY cloud_cover DESC LIMIT 5"):
        answer(dataset, statement)
        assert len(searches(many)) == 21, statement


def test_server_that_sorts_wrongly(many, open_mapflow, monkeypatch):
    monkeypatch.setattr("sandbox.catalogue._sorted", lambda found, search: found)
    dataset = open_mapflow("search", SEARCH_AOI=WKT)
    found = keys(answer(dataset, "SELECT cloud_cover FROM scenes ORDER BY cloud_cover DESC LIMIT 9"), "cloud_cover")
    every = [s["cloudCover"] for s in many.catalogue.scenes if s["cloudCover"] is not None]
    assert found == sorted(every, reverse=True)[:9]


@pytest.mark.parametrize("statement, token", [
    ("SELECT * FROM scenes ORDER BY id", None), ("SELECT * FROM scenes ORDER BY cloud_cover, id", None),
    ("SELECT COUNT(*) FROM scenes", None), ("SELECT * FROM scenes", None),
    ("select s.id from SCENES s order by s.Cloud_Cover", "CLOUD_COVER")])
def test_other_statements(sb, open_mapflow, statement, token):
    dataset = open_mapflow("search", SEARCH_AOI=WKT)
    answer(dataset, statement)
    assert searches(sb)[-1].get("sortBy") == token
    rows(dataset.GetLayer(0))
    assert all("sortBy" not in body for body in searches(sb))


def test_statements_of_sqlite(many, open_mapflow, run):
    dataset = open_mapflow("search", SEARCH_AOI=WKT)
    found = answer(dataset, "SELECT provider, COUNT(*) AS n FROM scenes WHERE cloud_cover < 10 GROUP BY provider")
    assert sum(f["n"] for f in found) == sum(1 for s in many.catalogue.scenes
                                            if s["cloudCover"] is not None and s["cloudCover"] < 10 and s["footprint"])
    assert answer(dataset, "SELECT COUNT(*) AS n FROM scenes", dialect="SQLITE")[0]["n"] == MANY + 9


def test_a_join(sb, open_mapflow):
    dataset = open_mapflow("search", SEARCH_AOI=WKT)
    twice = "SELECT COUNT(*) AS n FROM scenes a JOIN scenes b ON a.id = b.id AND a.provider = b.provider"
    assert answer(dataset, twice, dialect="SQLITE")[0]["n"] == len(rows(dataset.GetLayer(0)))


def test_programs(sb, run):
    done = run("ogr2ogr", "-f", "CSV", "/vsistdout/", "MAPFLOW:search", "-spat", *BOX, "-where", "cloud_cover < 5",
               "-select", "id,cloud_cover")
    assert done.returncode == 0 and sorted(line.split(",")[0] for line in done.stdout.split()[1:]) == [
        "KX3_20260518_101533_P07", "SKY-1/2026"]
    assert pushed(sb) == {"maxCloudCover": 5}
    done = run("ogr2ogr", "-f", "CSV", "/vsistdout/", "MAPFLOW:search", "-oo", f"SEARCH_AOI={WKT}", "-sql",
               "SELECT id FROM scenes ORDER BY acquired DESC LIMIT 1")
    assert done.returncode == 0 and done.stdout.split()[1:] == ["SKY-1/2026"]
    done = run("ogrinfo", "-al", "-so", "MAPFLOW:search")
    assert "set a spatial filter" in done.said


# ---- what goes wrong ------------------------------------------------------------------------------

@pytest.mark.parametrize("limit, where, why", [
    (1000, ["-oo", f"SEARCH_AOI={WKT}"], "the limit of this account"), (None, [], "set a spatial filter")])
@pytest.mark.parametrize("dialect", ["OGRSQL", "SQLITE"])
@pytest.mark.parametrize("statement", ["SELECT id FROM scenes ORDER BY acquired DESC LIMIT 1", "SELECT COUNT(*) FROM scenes"])
def test_refused_search_is_no_empty_answer(sb, run, tmp_path, statement, dialect, limit, where, why):
    sb.state.user["searchAreaLimit"] = limit
    done = run("ogr2ogr", tmp_path / "out.csv", "MAPFLOW:search", *where, "-dialect", dialect, "-sql", statement)
    assert done.returncode != 0 and why in done.stderr, done.said


TROUBLES = {"401": {"status": 401}, "400": {"status": 400}, "500": {"status": 500}, "broken JSON": {"garbage": '{"images": ['},
            "another document": {"garbage": '"x"'}, "no list": {"garbage": '{"images": 5}'},
            "a scene without an id": {"garbage": '{"images": [{}], "total": 1}'}, "cut": {"cut": 50},
            "reset": {"reset": True}, "a web page": {"html": True}, "silence": {"delay": 30}}


@pytest.mark.parametrize("page", [0, 3])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_search_fails_clearly(many, open_mapflow, scenes, trouble, page):
    """Never a shorter list, in the middle of the pages either."""
    many.fault("/catalog/meta", skip=page, **TROUBLES[trouble])
    with config(**QUICK):
        layer = scenes()
        said = failure_of(lambda: rows(layer))
        assert said.startswith("The search for scenes")
        with quiet():
            assert layer.GetFeatureCount() == -1
        dataset = open_mapflow("search", SEARCH_AOI=WKT)
        with quiet():
            assert dataset.ExecuteSQL("SELECT COUNT(*) FROM scenes") is None
    assert not [secret for secret in (*SECRET, *secrets_of(many)) if secret in said]


def test_search_goes_on_after_a_failure(many, scenes):
    layer = scenes()
    many.fault("/catalog/meta", skip=2, times=1, status=500)
    with quiet():
        rows(layer)
    assert len(set(ids(layer))) == MANY + 8


def test_trouble_that_passes(many, scenes):
    many.fault("/catalog/meta", skip=1, times=2, status=503)
    many.fault("/catalog/meta", skip=5, times=1, reset=True)
    many.fault("/catalog/meta", delay=0.01)
    assert len(ids(scenes())) == MANY + 8


def test_account_that_cannot_be_read(sb, scenes):
    sb.fault("/user/status", status=500)
    assert "HTTP 500" in failure_of(scenes().GetNextFeature)
    assert searches(sb) == []


def test_server_refuses_the_area(sb, scenes):
    sb.fault("/catalog/meta", status=400, body={"code": "SEARCH_AREA_TOO_LARGE", "message": "too large", "params": {}})
    assert "too large" in failure_of(scenes().GetNextFeature)


def test_no_secret_is_shown(sb, run):
    done = run("ogrinfo", "-al", "MAPFLOW:search", "-spat", *BOX, "--debug", "on")
    assert done.returncode == 0
    assert not [secret for secret in (*SECRET, *secrets_of(sb)) if secret in done.said]


def test_footprints_in_their_reference_system(sb, scenes):
    layer = scenes()
    assert all(f.GetGeometryRef().GetSpatialReference().IsSame(layer.GetSpatialRef()) for f in layer)
    assert layer.GetSpatialRef().GetAxisMappingStrategy() == osr.OAMS_TRADITIONAL_GIS_ORDER
    assert layer.GetExtent()[0] == 3.0
