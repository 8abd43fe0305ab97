"""Submissions that name uploaded imagery or an earlier processing: MOSAIC, AOI_FROM=IMAGERY, LIKE."""

import json

import pytest
from osgeo import gdal, ogr

from helpers import BUILDINGS, MISSING, messages, options_of, reports
from sandbox.imagery_variants import IMAGERY_CHOICES
from submitting import (asked_prices, changes, created, creation, errors_of, geojson, journal_lines, polygon, report_of,
                        submit)

MOSAIC, EMPTY = (f"55555555-6666-4777-8888-9999999999{n}" for n in ("01", "02"))
UPLOADED, INGESTED = (f"55555555-6666-4777-8888-9999999999{n}" for n in ("11", "12"))
OWN = {"MODEL": "buildings", "PROVIDER": None, "MOSAIC": "Quarry flights"}
AREA = {**OWN, "AOI_FROM": "IMAGERY"}


@pytest.fixture
def aoi(tmp_path):
    return geojson(tmp_path / "aoi.geojson", polygon())


@pytest.fixture
def rows(tmp_path):
    """A layer without geometries."""
    path = tmp_path / "rows.csv"
    path.write_text("id,name\n1,first\n2,second\n", encoding="utf-8")
    return path


@pytest.fixture
def create(account):
    """A dataset to create layers in."""
    def made(**options):
        return gdal.GetDriverByName("MAPFLOW").Create("MAPFLOW:", 0, 0, 0, gdal.GDT_Unknown,
                                                      options_of(account, options))
    return made


def only(sb):
    (body,) = created(sb)
    return body


def source_of(body):
    return body["params"]["sourceParams"]


def area_of(body):
    shape = ogr.CreateGeometryFromJson(json.dumps(body["geometry"]))
    assert shape.IsValid()
    return shape


def footprints(sb, *images):
    """One geometry of the footprints of images."""
    united = ogr.Geometry(ogr.wkbPolygon)
    for image in images:
        ring = [list(corner) for corner in sb.imagery.images[image].ring]
        united = united.Union(ogr.CreateGeometryFromJson(json.dumps(polygon([*ring, ring[0]]))))
    return united


def is_same(one, other):
    return one.SymDifference(other).GetArea() < 1e-6 * other.GetArea()


# ---- MOSAIC

@pytest.mark.parametrize("options", ({"MOSAIC": "Quarry flights"}, {"MOSAIC": "quarry FLIGHTS"}, {"MOSAIC": MOSAIC.upper()},
                                     {"MOSAIC_ID": MOSAIC}), ids=str)
def test_mosaic(sb, run, aoi, options):
    done = submit(run, aoi, PROVIDER=None, **options)
    assert done.returncode == 0, done.said
    assert source_of(only(sb)) == {"myImagery": {"mosaicId": MOSAIC}}
    assert {source_of(body)["myImagery"]["mosaicId"] for body in asked_prices(sb)} == {MOSAIC}


def test_mosaic_by_name_is_the_same_job_as_by_id(sb, run, aoi):
    """What the digest is of: a command that broke is not sent again under another spelling."""
    sb.fault("/processings/v2$", "POST", times=1, reset_after_processing=True)
    sb.fault("/page", status=500)
    assert submit(run, aoi, **OWN).returncode == 1
    sb.faults.clear()
    assert submit(run, aoi, PROVIDER=None, MOSAIC_ID=MOSAIC).returncode == 0
    assert len(created(sb)) == len(sb.submitted) == 1


REFUSED_MOSAICS = (
    ({"MOSAIC": "Nowhere"}, "Quarry flights"),
    ({"MOSAIC": "Quarry flights", "MOSAIC_ID": MOSAIC}, "exclude each other"),
    ({"MOSAIC": "Quarry flights", "IMAGE_IDS": UPLOADED}, "exclude each other"),
    ({"MOSAIC": "Quarry flights", "ZOOM": "18"}, "own resolution"),
    ({"MOSAIC": "Quarry flights", "PROVIDER": "Mapbox"}, "ore than one imagery source"),
    ({"MOSAIC_ID": "Quarry flights"}, "not the UUID"),
)


@pytest.mark.parametrize("options, said", REFUSED_MOSAICS, ids=str)
def test_mosaics_that_are_refused(sb, run, aoi, options, said):
    done = submit(run, aoi, **{"PROVIDER": None, **options})
    assert done.returncode == 1 and said in done.said
    assert changes(sb) == []


def test_mosaics_of_one_name(sb, run, aoi):
    other = sb.imagery.add_mosaic("Quarry flights")
    done = submit(run, aoi, **OWN)
    assert done.returncode == 1 and MOSAIC in done.said and other in done.said
    assert changes(sb) == []


# ---- AOI_FROM=IMAGERY

def test_footprint_of_a_mosaic(sb, run, rows, tmp_path):
    report = tmp_path / "report.json"
    done = submit(run, rows, REPORT=report, NAME="quarry", **AREA)
    assert done.returncode == 0, done.said
    body = only(sb)
    assert source_of(body) == {"myImagery": {"mosaicId": MOSAIC}} and body["name"] == "quarry"
    assert is_same(area_of(body), footprints(sb, UPLOADED, INGESTED))
    (line,) = report_of(report.read_text())
    assert line["aoiCount"] == 2 and line["areaKm2"] > 0.8 and line["id"] == sb.submitted[0]
    assert [price["geometry"] for price in asked_prices(sb)] == [body["geometry"]]
    assert [line["id"] for line in journal_lines() if "id" in line] == sb.submitted


def test_images_that_overlap_are_paid_once(sb, run, rows):
    """The first image twice, moved by half of its width."""
    raster = sb.imagery.images[UPLOADED].raster
    moved = {**raster.__dict__, "transform": (raster.transform[0] + 500, *raster.transform[1:])}
    other = sb.imagery.add_image(MOSAIC, "moved.tif", raster=moved)
    done = submit(run, rows, **{**AREA, "MOSAIC": None, "IMAGE_IDS": f"{UPLOADED},{other}"})
    assert done.returncode == 0, done.said
    body = only(sb)
    assert body["geometry"]["type"] == "Polygon"
    assert is_same(area_of(body), footprints(sb, UPLOADED, other))
    assert source_of(body) == {"myImagery": {"imageIds": [UPLOADED, other]}}


@pytest.mark.parametrize("kind", (ogr.wkbNone, ogr.wkbPolygon, ogr.wkbPoint, ogr.wkbUnknown))
def test_from_python(sb, create, kind):
    dataset = create()
    layer = dataset.CreateLayer("quarry", None, kind, options_of(AREA | {"PROVIDER": ""}))
    assert layer.GetFeatureCount() == 0 and not sb.submitted
    dataset.FlushCache()
    assert dataset.GetMetadataItem("PROCESSING_ID") == sb.submitted[0]
    assert is_same(area_of(only(sb)), footprints(sb, UPLOADED, INGESTED))
    dataset.FlushCache()
    del layer, dataset
    assert len(sb.submitted) == 1


def test_nothing_is_submitted_unconfirmed(sb, create):
    with reports() as seen:
        dataset = create()
        dataset.CreateLayer("quarry", None, ogr.wkbNone, options_of(AREA | {"PROVIDER": ""}))
        del dataset
    assert any("closed without FlushCache" in text for text in messages(seen, gdal.CE_Failure))
    dataset = create()
    dataset.StartTransaction()
    layer = dataset.CreateLayer("quarry", None, ogr.wkbNone, options_of(AREA | {"PROVIDER": ""}))
    dataset.RollbackTransaction()
    dataset.FlushCache()
    del layer, dataset
    assert changes(sb) == []


@pytest.mark.parametrize("source", (polygon(), {"type": "Point", "coordinates": [4.5, 52.1]}), ids=("polygon", "point"))
def test_features_with_geometries_are_refused(sb, run, tmp_path, source):
    done = submit(run, geojson(tmp_path / "aoi.geojson", source), **AREA)
    assert done.returncode == 1
    assert "takes no features with a geometry" in errors_of(done)[0]
    assert changes(sb) == []


def test_dry_run_and_limit(sb, run, rows):
    done = submit(run, rows, DRY_RUN="YES", REPORT="/vsistdout/", **AREA)
    assert done.returncode == 0, done.said
    (line,) = report_of(done.stdout)
    assert line["dryRun"] and line["cost"] > 1
    done = submit(run, rows, MAX_COST=line["cost"] - 1, **AREA)
    assert done.returncode == 1 and f"The price is {line['cost']:g} credits" in done.said
    assert changes(sb) == []
    assert submit(run, rows, MAX_COST=line["cost"], **AREA).returncode == 0
    assert len(sb.submitted) == 1


REFUSED_AREAS = (
    ({"MOSAIC": "Empty"}, "none of its images is ready"),
    ({"MOSAIC": MISSING}, MISSING),
    ({"MOSAIC": None, "IMAGE_IDS": MISSING}, MISSING),
    ({"MOSAIC": None, "PROVIDER": "Mapbox"}, "AOI_FROM=IMAGERY needs uploaded imagery"),
    ({"MOSAIC": None}, "o imagery is specified"),
    ({"SPLIT": "FEATURE"}, "accepts no features"),
    ({"AOI_FROM": "MOON"}, "is not one of LAYER, IMAGERY"),
)


@pytest.mark.parametrize("options, said", REFUSED_AREAS, ids=str)
def test_areas_that_are_refused(sb, run, rows, options, said):
    done = submit(run, rows, **{**AREA, **options})
    assert done.returncode == 1 and said in done.said
    assert len(errors_of(done)) == 1 and changes(sb) == []


def test_layers_without_it_need_polygons(sb, run, rows):
    done = submit(run, rows, **OWN)
    assert done.returncode == 1 and "areas must be polygons" in done.said
    assert changes(sb) == []


@pytest.mark.parametrize("life, said", (("failed", "FAILED .unsupported data type"), ("loading", "LOADING"),
                                        ("polls", "PROCESSING")))
def test_images_that_are_not_ready(sb, run, rows, life, said):
    image = sb.imagery.add_image(MOSAIC, "new.tif", raster=sb.imagery.images[UPLOADED].raster, life=life)
    sb.imagery.images[image].polls = 0 if life == "polls" else 1000
    sb.imagery.images[image].polls_needed = 5 if life == "polls" else 0
    done = submit(run, rows, **{**AREA, "MOSAIC": None, "IMAGE_IDS": f"{UPLOADED},{image}"})
    assert done.returncode == 1
    assert f"Image {image} has no footprint: its state is {said.split(' ')[0]}" in done.said
    assert said.split(".")[-1] in done.said and changes(sb) == []


@pytest.mark.parametrize("life", ["failed", "loading"])
def test_mosaic_whose_images_are_not_all_ready(sb, run, rows, life):
    assert sb.imagery.add_image(MOSAIC, "new.tif", raster=sb.imagery.images[UPLOADED].raster, life=life)
    done = submit(run, rows, **AREA)
    assert done.returncode == 0
    assert "1 images of the mosaic are not ready" in done.said and len(sb.submitted) == 1


@pytest.mark.parametrize("form", IMAGERY_CHOICES["wkt"])
def test_footprints_in_any_spelling(sb, run, rows, form):
    sb.variants.wkt = form
    done = submit(run, rows, **AREA)
    if form in ("empty", "bad"):
        assert done.returncode == 1 and "a footprint that cannot be read" in done.said and changes(sb) == []
    else:
        assert done.returncode == 0, done.said
        assert is_same(area_of(only(sb)), footprints(sb, UPLOADED, INGESTED))


def test_footprint_that_is_turned(sb, run, rows):
    sb.variants.ring = "rotated"
    done = submit(run, rows, **{**AREA, "MOSAIC": None, "IMAGE_IDS": UPLOADED})
    assert done.returncode == 0, done.said
    assert area_of(only(sb)).GetArea() == pytest.approx(footprints(sb, UPLOADED).GetArea(), rel=1e-3)


# ---- LIKE

FULL = {"BLOCKS": "Heights,Simplification=NO", "ZOOM": "18", "INFERENCE_PARAMS": '{"threshold": 0.5}'}


def what_runs(body):
    """Model, blocks that run, parameters."""
    return body["wdId"], sorted(b["name"] for b in body.get("blocks", []) if b["enabled"]), body["params"]


@pytest.fixture
def earlier(sb, run, aoi):
    """Submits something; returns its id and its request."""
    def sent(**options):
        done = submit(run, aoi, **options)
        assert done.returncode == 0, done.said
        return sb.submitted[-1], created(sb)[-1]
    return sent


def like(run, source, identifier, **options):
    return submit(run, source, **{"MODEL": None, "PROVIDER": None, "LIKE": identifier, **options})


def test_like(sb, run, aoi, earlier):
    identifier, first = earlier(**FULL)
    done = like(run, aoi, identifier.upper(), NAME="again")
    assert done.returncode == 0, done.said
    _, again = created(sb)
    assert what_runs(again) == what_runs(first)
    assert again["name"] == "again" and "description" not in again
    assert again["geometry"] == first["geometry"]
    assert set(again["meta"]) == set(first["meta"])


def test_like_is_the_same_job(sb, run, aoi, earlier):
    """Interrupted, and repeated with the values themselves: the digest is of these."""
    identifier, _ = earlier(**FULL, NAME="first")
    sb.fault("/processings/v2$", "POST", times=1, reset_after_processing=True)
    page = sb.fault("/page", status=500)
    assert like(run, aoi, identifier, NAME="second").returncode == 1
    page.remove()
    done = like(run, aoi, identifier, NAME="second")
    assert done.returncode == 0, done.said
    assert len(sb.submitted) == 2


def test_like_reads_a_zoom_that_is_text(sb, run, aoi, earlier):
    identifier, first = earlier(**FULL)
    sb.variants.numbers_as_text = True
    sb.state.processing(identifier).source = {"dataProvider": {"providerName": "Mapbox", "zoom": "18"}}
    done = like(run, aoi, identifier)
    assert done.returncode == 0, done.said
    assert source_of(created(sb)[-1]) == source_of(first)


def test_like_takes_images_before_their_mosaic(sb, run, aoi, earlier):
    identifier, _ = earlier(**FULL)
    sb.state.processing(identifier).source = {"myImagery": {"imageIds": [UPLOADED], "mosaicId": MOSAIC}}
    done = like(run, aoi, identifier)
    assert done.returncode == 0, done.said
    assert source_of(created(sb)[-1]) == {"myImagery": {"imageIds": [UPLOADED]}}


@pytest.mark.parametrize("options, expected", (
    ({"ZOOM": "17"}, {"dataProvider": {"providerName": "Mapbox", "zoom": 17}}),
    ({"MOSAIC": "Quarry flights"}, {"myImagery": {"mosaicId": MOSAIC}}),
    ({"TILE_URL": "https://tiles.example/{z}/{x}/{y}"},
     {"userDefined": {"sourceType": "XYZ", "url": "https://tiles.example/{z}/{x}/{y}"}}),
), ids=str)
def test_other_imagery_wins(sb, run, aoi, earlier, options, expected):
    identifier, first = earlier(**FULL)
    done = like(run, aoi, identifier, **options)
    assert done.returncode == 0, done.said
    again = created(sb)[-1]
    assert source_of(again) == expected
    assert what_runs(again)[:2] == what_runs(first)[:2]
    assert again["params"]["inferenceParams"] == {"threshold": 0.5}


def test_other_options_win(sb, run, aoi, earlier):
    identifier, first = earlier(**FULL)
    done = like(run, aoi, identifier, BLOCKS="OSM", INFERENCE_PARAMS='{"a": 1}')
    assert done.returncode == 0, done.said
    model, blocks, params = what_runs(created(sb)[-1])
    assert (model, blocks, params["inferenceParams"]) == (first["wdId"], ["OSM"], {"a": 1})
    done = like(run, aoi, identifier, MODEL="Roads")
    assert done.returncode == 0, done.said
    model, blocks, params = what_runs(created(sb)[-1])
    assert model.endswith("603") and blocks == [] and source_of({"params": params}) == source_of(first)


SOURCES = (
    {"myImagery": {"imageIds": [UPLOADED, INGESTED], "mosaicId": None}},
    {"myImagery": {"imageIds": [], "mosaicId": MOSAIC}},
    {"imagerySearch": {"dataProvider": "my_imagery_images", "imageIds": [UPLOADED, INGESTED], "zoom": None, "searchId": "s"}},
    {"userDefined": {"sourceType": "QUADKEY", "url": "https://tiles.example/{q}?key=k3y", "zoom": 16, "crs": "epsg:3395",
                     "rasterLogin": "me", "rasterPassword": "pa55word"}},
)


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_each_kind_of_imagery(sb, run, aoi, source):
    identifier = sb.add_processing(source=source, model="🏠 Buildings", blocks=["Heights"])
    done = like(run, aoi, identifier, env={"CPL_DEBUG": "ON"})
    assert done.returncode == 0, done.said
    body = only(sb)
    ((kind, members),) = source.items()
    wanted = {k: v for k, v in members.items() if v not in (None, []) and k != "searchId"}
    assert source_of(body) == {kind: wanted} and what_runs(body)[1] == ["Heights"]
    assert not [secret for secret in ("k3y", "pa55word") if secret in done.said]


def test_like_with_the_area_of_its_imagery(sb, run, rows):
    identifier = sb.add_processing(source=SOURCES[0], model="🏠 Buildings")
    done = like(run, rows, identifier, AOI_FROM="IMAGERY")
    assert done.returncode == 0, done.said
    assert is_same(area_of(only(sb)), footprints(sb, UPLOADED, INGESTED))


def test_model_of_another_project(sb, run, aoi):
    """Known by its name where the UUID is not."""
    document = {"workflowDef": {"id": MISSING, "name": "🏠 Buildings", "blocks": []}}
    identifier = sb.add_processing(blocks=["Detection"], **document)
    done = like(run, aoi, identifier)
    assert done.returncode == 0, done.said
    model, blocks, _ = what_runs(only(sb))
    assert model.endswith("601") and blocks == []


def test_blocks_that_are_gone(sb, run, aoi):
    blocks = [{"name": "Detection", "enabled": True}, {"name": "Gone", "enabled": False},
              {"name": "OSM", "displayName": None, "enabled": True}]
    identifier = sb.add_processing()
    sb.state.processings[identifier].overrides["blocks"] = blocks
    done = like(run, aoi, identifier)
    assert done.returncode == 0, done.said
    assert what_runs(only(sb))[1] == ["OSM"]
    blocks[1]["enabled"] = True
    done = like(run, aoi, identifier)
    assert done.returncode == 1 and '"Gone" is no block of the model' in done.said
    assert len(sb.submitted) == 1


REFUSED = (
    ("mine", {}, "LIKE=mine is not the UUID of a processing"),
    (MISSING, {}, f"LIKE: processing {MISSING}"),
    ({"source": {"userDefined": {"sourceType": "XYZ", "url": "https://t/{z}/{x}/{y}", "rasterLogin": "me",
                                 "rasterPassword": None}}}, {}, "set TILE_URL, TILE_LOGIN and TILE_PASSWORD"),
    ({"source": SOURCES[0]}, {"ZOOM": "18"}, "own resolution"),
    ({"params": None}, {}, "o imagery is specified"),
    ({"source": {"imagerySearch": {"dataProvider": "orbview", "imageIds": ["a,b"]}}}, {}, "a comma in its id"),
    ({"workflowDef": None}, {}, "does not return its model: set MODEL"),
    ({"workflowDef": {"name": "Boats"}}, {}, "MODEL=Boats is no model in project"),
    ({}, {"ZOOM": "x"}, "is not a whole number"),
)


@pytest.mark.parametrize("what, options, said", REFUSED, ids=str)
def test_what_is_refused(sb, run, aoi, what, options, said):
    identifier = what if isinstance(what, str) else sb.add_processing(**what)
    done = like(run, aoi, identifier, **options)
    assert done.returncode == 1 and said in done.said, done.said
    assert len(errors_of(done)) == 1 and changes(sb) == []


def test_dry_run_of_like(sb, run, aoi):
    done = like(run, aoi, BUILDINGS, DRY_RUN="YES", REPORT="/vsistdout/")
    assert done.returncode == 0, done.said
    (line,) = report_of(done.stdout)
    assert line["cost"] > 0 and changes(sb) == []
    done = like(run, aoi, BUILDINGS, MAX_COST=line["cost"] - 1)
    assert done.returncode == 1 and "MAX_COST allows" in done.said and changes(sb) == []


def test_options_as_those_of_the_dataset(sb, run, rows):
    options = {"LIKE": BUILDINGS, "MOSAIC": MOSAIC, "AOI_FROM": "IMAGERY"}
    done = run("ogr2ogr", "-f", "MAPFLOW", "MAPFLOW:", rows, *creation(options, "-dsco"))
    assert done.returncode == 0, done.said
    assert source_of(only(sb)) == {"myImagery": {"mosaicId": MOSAIC}}
    assert is_same(area_of(only(sb)), footprints(sb, UPLOADED, INGESTED))
