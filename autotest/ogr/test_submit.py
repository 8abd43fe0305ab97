"""What is submitted: the polygons, the request, the price, the report, and when."""

import json
import math
import subprocess
import sys

import pytest
from osgeo import gdal, ogr, osr

import oracle
from helpers import BUILDING_COUNT, reports
from submitting import (CREATING_A_LAYER, MAPBOX, WEST, asked, asked_prices, changes, created, created_projects,
                        creation, errors_of, geojson, layer_file, polygon, polygons_of, reference, report_of, square,
                        squares, submit)

BUILDINGS_MODEL = "22222222-3333-4444-8555-666666666601"
DEFAULT_PROJECT = "11111111-2222-4333-8444-555555555501"


def signed_area(ring):
    """Twice the plane area: positive when the ring runs against the clock."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:]))


def shape_of(body):
    return ogr.CreateGeometryFromJson(json.dumps(body["geometry"]))


def area_of(body):
    """Square degrees, without holes."""
    return shape_of(body).GetArea()


def assert_proper(body):
    """Closed and right-handed rings of two coordinates in the world, and valid in all."""
    for outer, *holes in polygons_of(body):
        for ring in (outer, *holes):
            assert ring[0] == ring[-1] and len(ring) >= 4
            assert all(len(p) == 2 and abs(p[0]) <= 180 and abs(p[1]) <= 90 for p in ring)
        assert signed_area(outer) > 0
        assert all(signed_area(hole) < 0 for hole in holes)
    assert shape_of(body).IsValid()


def only(sb):
    """The one request that creates."""
    bodies = created(sb)
    assert len(bodies) == 1
    return bodies[0]


def geometry(text):
    return ogr.CreateGeometryFromWkt(text)


@pytest.fixture
def aoi(tmp_path):
    return geojson(tmp_path / "aoi.geojson", polygon(), properties=[{"name": "field"}])


# ---- geometry

CORNERS = {
    "EPSG:4326": [(4.5, 52.15), (4.51, 52.151), (4.509, 52.16), (4.501, 52.159)],
    "EPSG:3857": [(500938, 6825000), (501900, 6825100), (501800, 6826000), (501000, 6825900)],
    "EPSG:32637": [(413000, 6178000), (413900, 6178100), (413800, 6178900), (413100, 6178800)],
    "EPSG:2193": [(1748000, 5428000), (1748900, 5428100), (1748800, 5428900), (1748100, 5428800)],
    "EPSG:3995": [(1000000, -1000000), (1000900, -999900), (1000800, -999100), (1000100, -999200)],
}


@pytest.mark.parametrize("order", [osr.OAMS_TRADITIONAL_GIS_ORDER, osr.OAMS_AUTHORITY_COMPLIANT],
                         ids=["xy", "authority"])
@pytest.mark.parametrize("crs", CORNERS, ids=str)
def test_coordinates_are_those_of_proj(sb, account, crs, order):
    """Whatever order of axes the source has: each corner is sent, at PROJ's position."""
    source = reference(crs, order)
    swapped = list(source.GetDataAxisToSRSAxisMapping()) != list(reference(crs).GetDataAxisToSRSAxisMapping())
    corners = [(y, x) if swapped else (x, y) for x, y in CORNERS[crs]]
    words = ",".join(f"{x} {y}" for x, y in corners + corners[:1])
    with oracle.exceptions(True):
        dataset = gdal.GetDriverByName("MAPFLOW").Create(
            "MAPFLOW:", 0, 0, 0, gdal.GDT_Unknown,
            [f"{key}={value}" for key, value in {**account, **MAPBOX}.items()])
        layer = dataset.CreateLayer("area", source, ogr.wkbPolygon)
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(geometry(f"POLYGON(({words}))"))
        layer.CreateFeature(feature)
        dataset.FlushCache()
    body = only(sb)
    assert_proper(body)
    to_lonlat = osr.CoordinateTransformation(source, reference("EPSG:4326"))
    sent = polygons_of(body)[0][0]
    for x, y in corners:
        lon, lat, _ = to_lonlat.TransformPoint(x, y)
        assert min(max(abs(p[0] - lon), abs(p[1] - lat)) for p in sent) < 1e-9


def test_the_request_has_the_documented_members_only(sb, run, aoi):
    done = submit(run, aoi, NAME="Leiden", DESCRIPTION="A test", BLOCKS="Heights,polygonization=NO", ZOOM="18",
                  META='{"order":"17"}', INFERENCE_PARAMS='{"threshold":0.5}')
    assert done.returncode == 0, done.said
    body = only(sb)
    meta = body.pop("meta")
    assert set(meta) == {"source-app", "version", "submission", "order"}
    assert (meta["source-app"], meta["order"]) == ("gdal-mapflow", "17")
    assert_proper(body)
    del body["geometry"]
    assert body == {
        "name": "Leiden",
        "description": "A test",
        "projectId": DEFAULT_PROJECT,
        "wdId": BUILDINGS_MODEL,
        "params": {"sourceParams": {"dataProvider": {"providerName": "Mapbox", "zoom": 18}},
                   "inferenceParams": {"threshold": 0.5}},
        "blocks": [{"name": "Heights", "enabled": True}, {"name": "Simplification", "enabled": False}],
    }


def test_overlap_is_sent_and_priced_once(sb, run, tmp_path):
    """Two squares that overlap by half have the area of one and a half."""
    source = geojson(tmp_path / "aoi.geojson", polygon(), polygon(square(WEST + SIZE_HALF)))
    assert submit(run, source).returncode == 0
    body = only(sb)
    assert_proper(body)
    assert body["geometry"]["type"] == "Polygon"
    assert math.isclose(area_of(body), 1.5 * 0.01 ** 2, rel_tol=1e-9)
    assert [price["geometry"] for price in asked_prices(sb)] == [body["geometry"]]


SIZE_HALF = 0.005


# Rectangles (x, y, width, height) that meet at their edges, not at their corners alone.
NEIGHBOURS = {
    "T": ([(0, 0, 3, 2), (0, 2, 1, 1), (1, 2, 2, 1), (-1, 0, 1, 0.7), (-1, 0.7, 1, 2.3)], 0),
    "around a hole": ([(0, 0, 3, 1), (0, 2, 3, 1), (0, 1, 1, 1), (2, 1, 1, 1)], 1),
    "grid": ([(i, j, 1, 1) for i in range(4) for j in range(3)], 0),
}
PLACES = {"EPSG:4326": (5, 50, 0.01), "EPSG:32631": (500000, 5500000, 1000), "EPSG:2193": (1500000, 5200000, 1000),
          "EPSG:3413": (-1000000, -1000000, 1000)}


def rectangle(x, y, width, height):
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
    return "POLYGON((" + ",".join(f"{a!r} {b!r}" for a, b in corners) + "))"


@pytest.mark.parametrize("crs", PLACES)
@pytest.mark.parametrize("case", NEIGHBOURS)
def test_neighbours_become_one_polygon(sb, run, tmp_path, crs, case):
    """Their edges bend in lon/lat, and numbers are not exact: nothing is left between them all the same."""
    west, south, unit = PLACES[crs]
    rectangles, holes = NEIGHBOURS[case]
    source = layer_file(tmp_path / "aoi.gpkg", [rectangle(west + x * unit, south + y * unit, w * unit, h * unit)
                                                for x, y, w, h in rectangles], reference(crs))
    sb.add_project("Large", owner={"aoiAreaLimit": 100000000})
    done = submit(run, source, PROJECT="Large")
    assert done.returncode == 0, done.said
    assert "invalid" not in done.stderr
    body = only(sb)
    assert_proper(body)
    assert body["geometry"]["type"] == "Polygon"
    assert len(body["geometry"]["coordinates"]) == 1 + holes


def test_holes_that_touch_edges(sb, run, tmp_path):
    """Where an edge bends away a hole would lie across it: no repair that a user has to hear of."""
    shell = "0 0,4000 700,4700 4700,700 4000,0 0"
    holes = ["1200 210,1100 1000,1300 1000,1200 210", "4210 1900,3800 2000,3800 1800,4210 1900",
             "3500 4490,3400 3800,3600 3800,3500 4490", "490 2800,900 2900,900 2700,490 2800"]
    shape = geometry(f"POLYGON(({shell}),({'),('.join(holes)}))")
    for ring in shape:
        for i, (x, y) in enumerate(ring.GetPoints()):
            ring.SetPoint_2D(i, x - 1000000, y - 1000000)
    assert shape.IsValid()
    sb.add_project("Large", owner={"aoiAreaLimit": 100000000})
    source = layer_file(tmp_path / "aoi.gpkg", [shape.ExportToWkt()], reference("EPSG:3413"))
    done = submit(run, source, PROJECT="Large")
    assert done.returncode == 0, done.said
    assert "invalid" not in done.stderr
    body = only(sb)
    assert_proper(body)
    assert len(polygons_of(body)) == 1


def test_overlap_without_dissolving(sb, run, tmp_path):
    source = geojson(tmp_path / "aoi.geojson", polygon(), polygon(square(WEST + SIZE_HALF)))
    assert submit(run, source, DISSOLVE="NO").returncode == 0
    body = only(sb)
    assert len(polygons_of(body)) == 2
    assert [price["geometry"] for price in asked_prices(sb)] == [body["geometry"]]


def test_parts_that_are_apart_stay_apart(sb, run, tmp_path):
    assert submit(run, geojson(tmp_path / "aoi.geojson", *squares(3))).returncode == 0
    assert len(polygons_of(only(sb))) == 3
    assert_proper(only(sb))


SHAPES = {
    "hole": ("POLYGON((4 52,4.01 52,4.01 52.01,4 52.01,4 52),(4.004 52.004,4.004 52.006,4.006 52.006,"
             "4.006 52.004,4.004 52.004))", 1, 0.0001 - 0.002 ** 2),
    "clockwise": ("POLYGON((4 52,4 52.01,4.01 52.01,4.01 52,4 52))", 1, 0.0001),
    "heights": ("POLYGON Z((4 52 7,4.01 52 8,4.01 52.01 9,4 52.01 1,4 52 7))", 1, 0.0001),
    "measures": ("POLYGON ZM((4 52 7 1,4.01 52 8 1,4.01 52.01 9 1,4 52.01 1 1,4 52 7 1))", 1, 0.0001),
    "repeated positions": ("POLYGON((4 52,4 52,4.01 52,4.01 52.01,4.01 52.01,4 52.01,4 52))", 1, 0.0001),
    "antimeridian, going on": ("POLYGON((179.995 52,180 52,180 52.01,179.995 52.01,179.995 52))", 1, 0.00005),
    "antimeridian, crossing": ("POLYGON((179.995 52,-179.995 52,-179.995 52.01,179.995 52.01,179.995 52))", 2,
                               0.0001),
    "longitudes up to 360": ("POLYGON((355.495 52,355.505 52,355.505 52.01,355.495 52.01,355.495 52))", 1, 0.0001),
    "longitudes down to -360": ("POLYGON((-355.495 52,-355.505 52,-355.505 52.01,-355.495 52.01,-355.495 52))", 1,
                                0.0001),
    "antimeridian, beyond 180": ("POLYGON((179.995 52,180.005 52,180.005 52.01,179.995 52.01,179.995 52))", 2, 0.0001),
    "antimeridian, beyond -180": ("POLYGON((-180.005 52,-179.995 52,-179.995 52.01,-180.005 52.01,-180.005 52))", 2,
                                  0.0001),
    "parts": ("MULTIPOLYGON(((4 52,4.01 52,4.01 52.01,4 52.01,4 52)),((5 52,5.01 52,5.01 52.01,5 52.01,5 52)))",
              2, 0.0002),
    "bow tie": ("POLYGON((4 52,4.01 52.01,4.01 52,4 52.01,4 52))", 2, 0.00005),
    "a full circle": ("CURVEPOLYGON(CIRCULARSTRING(4 52,4.01 52,4 52))", 1, math.pi * 0.005 ** 2),
}


@pytest.mark.parametrize("case", SHAPES, ids=str)
def test_shapes(sb, run, tmp_path, case):
    text, parts, area = SHAPES[case]
    source = layer_file(tmp_path / "area.gpkg", [text], reference("EPSG:4326"))
    done = submit(run, source)
    assert done.returncode == 0, done.said
    body = only(sb)
    assert_proper(body)
    assert len(polygons_of(body)) == parts
    assert math.isclose(area_of(body), area, rel_tol=2e-3 if "circle" in case else 1e-9)
    assert ("was repaired" in done.stderr) == (case == "bow tie")


def test_a_layer_without_a_coordinate_reference_system(sb, run, tmp_path):
    source = tmp_path / "bare.csv"
    source.write_text('id,WKT\n1,"POLYGON((4 52,4.01 52,4.01 52.01,4 52.01,4 52))"\n', encoding="utf-8")
    done = submit(run, source)
    assert done.returncode == 0, done.said
    assert done.stderr.count("no coordinate reference system") == 1
    assert polygons_of(only(sb))[0][0][0] in square(4, 52)


# ---- request

@pytest.mark.parametrize("model", ["🏠 Buildings", "buildings", " BUILDINGS ", BUILDINGS_MODEL, BUILDINGS_MODEL.upper()])
def test_names_of_a_model(sb, run, aoi, model):
    assert submit(run, aoi, MODEL=model).returncode == 0
    assert only(sb)["wdId"] == BUILDINGS_MODEL


@pytest.mark.parametrize("provider", ["Mapbox", "mapbox", "MAPBOX"])
def test_names_of_a_provider(sb, run, aoi, provider):
    assert submit(run, aoi, PROVIDER=provider).returncode == 0
    assert only(sb)["params"]["sourceParams"] == {"dataProvider": {"providerName": "Mapbox"}}


IMAGE, MOSAIC = "55555555-6666-4777-8888-999999999911", "55555555-6666-4777-8888-999999999901"
SOURCES = [
    ({"IMAGE_IDS": IMAGE}, {"myImagery": {"imageIds": [IMAGE]}}),
    ({"MOSAIC_ID": MOSAIC}, {"myImagery": {"mosaicId": MOSAIC}}),
    ({"SEARCH_PROVIDER": "cg", "IMAGE_IDS": "a,b", "ZOOM": "18"},
     {"imagerySearch": {"dataProvider": "CG", "imageIds": ["a", "b"], "zoom": 18}}),
    ({"TILE_URL": "https://t.example.com/{z}/{x}/{y}", "TILE_CRS": "EPSG:3857", "TILE_LOGIN": "me",
      "TILE_PASSWORD": "pass-word"},
     {"userDefined": {"sourceType": "XYZ", "url": "https://t.example.com/{z}/{x}/{y}", "crs": "epsg:3857",
                      "rasterLogin": "me", "rasterPassword": "pass-word"}}),
]


@pytest.mark.parametrize("options,expected", SOURCES, ids=["images", "mosaic", "search", "tiles"])
def test_sources_of_imagery(sb, run, aoi, options, expected):
    done = submit(run, aoi, PROVIDER=None, **options, env={"CPL_DEBUG": "ON"})
    assert done.returncode == 0, done.said
    assert only(sb)["params"]["sourceParams"] == expected
    assert "pass-word" not in done.stderr


def test_create_project_once(sb, run, aoi):
    for _ in range(2):
        assert submit(run, aoi, PROJECT="New one", CREATE_PROJECT="YES").returncode == 0
    assert [project["name"] for project in created_projects(sb)] == ["New one"]
    assert len({body["projectId"] for body in created(sb)}) == 1
    assert created(sb)[0]["projectId"] == sb.state.find_project("New one").id


def test_a_dry_run_creates_nothing(sb, run, aoi):
    done = submit(run, aoi, PROJECT="New one", CREATE_PROJECT="YES", DRY_RUN="YES", REPORT="/vsistdout/")
    assert done.returncode == 0, done.said
    assert changes(sb) == []
    (line,) = report_of(done.stdout)
    assert (line["id"], line["projectId"], line["dryRun"], line["cost"]) == (None, None, True, 5)
    assert math.isclose(line["areaKm2"], 0.761, rel_tol=2e-3)


# ---- report

def test_a_line_of_the_report(sb, run, aoi, tmp_path):
    report = tmp_path / "report.json"
    done = submit(run, aoi, NAME="Leiden", REPORT=report)
    assert done.returncode == 0, done.said
    (line,) = report_of(report.read_text())
    processing = sb.state.processing(line["id"])
    assert math.isclose(line.pop("areaKm2"), processing.area / 1e6, rel_tol=1e-3)
    assert line == {"id": processing.id, "name": "Leiden", "projectId": DEFAULT_PROJECT, "status": "UNPROCESSED",
                    "cost": 5, "aoiCount": 1, "dryRun": False}


def test_the_id_without_a_report_is_a_debug_line(sb, run, aoi):
    done = submit(run, aoi, env={"CPL_DEBUG": "MAPFLOW"})
    newest = list(sb.state.processings)[-1]
    assert newest in done.stderr
    assert submit(run, aoi, NAME="another").said == ""


def test_the_same_again_says_so(sb, run, aoi):
    """A run that ended is history: the same command is a new one, and a line says what there is already."""
    assert submit(run, aoi).said == ""
    first = list(sb.state.processings)[-1]
    done = submit(run, aoi)
    assert done.returncode == 0
    (line,) = done.said.splitlines()
    assert line.startswith('Warning 1: "aoi" was submitted before, on 2')
    assert f"as processing {first}: it is submitted again" in line
    assert len(created(sb)) == 2


def test_a_dry_run_says_that_the_same_was_submitted(sb, run, aoi):
    """Who asks for the price is about to pay: now is the time to say that it was paid for."""
    assert submit(run, aoi, DRY_RUN="YES").said == ""
    assert submit(run, aoi).said == ""
    first = list(sb.state.processings)[-1]
    for _ in range(2):
        (line,) = submit(run, aoi, DRY_RUN="YES").said.splitlines()
        assert line.startswith('Warning 1: "aoi" was submitted before, on 2')
        assert line.endswith(f"as processing {first}: it would be submitted again.")
    assert submit(run, aoi, DRY_RUN="YES", NAME="another").said == ""
    assert len(created(sb)) == 1


# ---- one for each feature

def test_split_by_feature(sb, run, tmp_path):
    names = [{"name": name} for name in ("north", "east", "south")]
    source = geojson(tmp_path / "aoi.geojson", *squares(3), properties=names)
    done = submit(run, source, SPLIT="FEATURE", NAME_FIELD="name", REPORT="/vsistdout/")
    assert done.returncode == 0, done.said
    assert [body["name"] for body in created(sb)] == ["north", "east", "south"]
    assert len({body["meta"]["submission"] for body in created(sb)}) == 3
    assert [line["name"] for line in report_of(done.stdout)] == ["north", "east", "south"]
    order = [r.path for r in sb.requests if r.path in ("/processings/v2", "/processing/cost/v2")]
    assert order == ["/processing/cost/v2"] * 3 + ["/processings/v2"] * 3


def test_a_failure_in_the_middle_and_the_run_after_it(sb, run, tmp_path):
    source = geojson(tmp_path / "aoi.geojson", *squares(3))
    report = tmp_path / "report.json"
    fault = sb.fault("/processings/v2$", method="POST", skip=1, status=403)
    done = submit(run, source, SPLIT="FEATURE", REPORT=report)
    assert done.returncode != 0
    (first,) = report_of(report.read_text())
    assert len(errors_of(done)) == 1
    assert ". 1 of 3" in errors_of(done)[0] and first["id"] in errors_of(done)[0]
    assert "Repeat the command to submit the rest" in errors_of(done)[0]
    fault.remove()
    sb.clear_log()
    done = submit(run, source, SPLIT="FEATURE", REPORT=report)
    assert done.returncode == 0
    assert "1 of 3 processings were submitted before" in done.stderr and first["id"] in done.stderr
    assert [body["name"] for body in created(sb)] == ["aoi 2", "aoi 3"]
    lines = report_of(report.read_text())
    assert lines[0] == first and len(lines) == 4
    assert lines[1] == {**first, "status": None}
    ids = [line["id"] for line in lines[1:]]
    assert [sb.state.processing(identifier).name for identifier in ids] == ["aoi 1", "aoi 2", "aoi 3"]
    sb.clear_log()
    done = submit(run, source, SPLIT="FEATURE", REPORT=report)
    assert done.returncode == 0
    assert done.stderr.count("it is submitted again") == 1
    assert [body["name"] for body in created(sb)] == ["aoi 1", "aoi 2", "aoi 3"]
    assert report_of(report.read_text())[:4] == lines


# ---- when

@pytest.fixture
def writing(account):
    """Creates a dataset to write to, with a layer: writing(OPTION=value) -> (dataset, layer)."""
    def opened(**options):
        dataset = gdal.GetDriverByName("MAPFLOW").Create(
            "MAPFLOW:", 0, 0, 0, gdal.GDT_Unknown,
            [f"{key}={value}" for key, value in {**account, **MAPBOX, **options}.items()])
        return dataset, dataset.CreateLayer("area", reference("EPSG:4326"), ogr.wkbPolygon)
    with oracle.exceptions(True):
        yield opened


def write(layer, west=WEST):
    feature = ogr.Feature(layer.GetLayerDefn())
    feature.SetGeometry(ogr.CreateGeometryFromJson(json.dumps(polygon(square(west)))))
    layer.CreateFeature(feature)


def test_from_python(sb, writing):
    dataset, layer = writing()
    write(layer)
    assert asked(sb) == CREATING_A_LAYER
    dataset.FlushCache()
    assert sb.state.processing(dataset.GetMetadataItem("PROCESSING_ID")).name == "area"
    dataset.FlushCache()
    del layer
    dataset = None
    only(sb)


NOT_CONFIRMED = "without FlushCache() or a committed transaction after the last change"


def test_closing_alone_submits_nothing(sb, writing):
    """Who closes a dataset because of an exception has not finished what is in it."""
    dataset, layer = writing()
    write(layer)
    with oracle.exceptions(False), reports() as said:
        del layer, dataset
    assert asked(sb) == CREATING_A_LAYER
    ((kind, text),) = said
    assert kind == gdal.CE_Failure and NOT_CONFIRMED in text


def test_an_exception_in_the_middle(sb, run, account, aoi):
    """Nothing of what a program was about to write is submitted, and the program fails."""
    program = (
        "from osgeo import gdal, ogr; gdal.UseExceptions(); ogr.UseExceptions()\n"
        "ds = gdal.GetDriverByName('MAPFLOW').Create('MAPFLOW:', 0, 0, 0, gdal.GDT_Unknown)\n"
        "layer = ds.CreateLayer('area', options=['MODEL=buildings', 'PROVIDER=Mapbox', 'SPLIT=FEATURE'])\n"
        "for i, west in enumerate((4.5, 4.6, None)):\n"
        "    f = ogr.Feature(layer.GetLayerDefn())\n"
        "    f.SetGeometry(ogr.CreateGeometryFromWkt("
        "f'POLYGON(({west} 52,{west + 0.01} 52,{west + 0.01} 52.01,{west} 52))'))\n"
        "    layer.CreateFeature(f)\n"
        "ds.FlushCache()\n")
    done = run(sys.executable, "-c", program)
    assert done.returncode != 0 and "TypeError" in done.stderr
    assert changes(sb) == []


def test_commits_are_no_submissions(sb, writing):
    """Programs commit after so many features: what was committed is submitted when the dataset is closed."""
    dataset, layer = writing()
    for west in (4.5, 4.6):
        dataset.StartTransaction()
        write(layer, west)
        dataset.CommitTransaction()
    assert asked(sb) == CREATING_A_LAYER
    del layer, dataset
    assert len(polygons_of(only(sb))) == 2


@pytest.mark.parametrize("of", ["dataset", "layer"])
def test_transactions_of_both(sb, writing, of):
    dataset, layer = writing()
    owner = dataset if of == "dataset" else layer
    assert owner.TestCapability(ogr.ODsCTransactions if of == "dataset" else ogr.OLCTransactions)
    assert owner.StartTransaction() == 0
    write(layer)
    assert owner.CommitTransaction() == 0
    for end in (owner.CommitTransaction, owner.RollbackTransaction):
        with pytest.raises(RuntimeError):
            end()
    del end, owner, layer, dataset
    assert len(polygons_of(only(sb))) == 1


@pytest.mark.parametrize("of", ["dataset", "layer"])
def test_rolled_back_is_not_submitted(sb, writing, of):
    dataset, layer = writing()
    owner = dataset if of == "dataset" else layer
    owner.StartTransaction()
    write(layer)
    assert owner.RollbackTransaction() == 0
    del owner
    with oracle.exceptions(False), reports() as said:
        del layer, dataset
    assert asked(sb) == CREATING_A_LAYER
    assert any(NOT_CONFIRMED in text for _, text in said)


@pytest.mark.parametrize("of", ["dataset", "layer"])
def test_a_rollback_drops_nothing_else(sb, writing, of):
    """What was written before the transaction, committed or not, and after it is submitted."""
    dataset, layer = writing()
    owner = dataset if of == "dataset" else layer
    write(layer, 4.5)
    owner.StartTransaction()
    write(layer, 4.6)
    owner.CommitTransaction()
    owner.StartTransaction()
    write(layer, 4.7)
    owner.RollbackTransaction()
    assert layer.GetFeatureCount() == 2
    write(layer, 4.8)
    dataset.FlushCache()
    assert sorted(round(min(p[0] for p in rings[0]), 6) for rings in polygons_of(only(sb))) == [4.5, 4.6, 4.8]
    del owner, layer, dataset


def test_a_rollback_of_a_layer_that_was_created_in_it(sb, writing):
    dataset, layer = writing()
    write(layer)
    dataset.StartTransaction()
    other = dataset.CreateLayer("other", reference("EPSG:4326"), ogr.wkbPolygon)
    write(other, 4.6)
    dataset.RollbackTransaction()
    with pytest.raises(RuntimeError, match="accepts no more features"):
        write(other, 4.7)
    dataset.FlushCache()
    assert only(sb)["name"] == "area"


def test_a_rollback_after_what_was_submitted(sb, writing):
    """It cannot be undone, and is not submitted again."""
    dataset, layer = writing()
    write(layer)
    dataset.FlushCache()
    dataset.StartTransaction()
    dataset.RollbackTransaction()
    dataset.FlushCache()
    with oracle.exceptions(False), reports() as said:
        del layer, dataset
    assert said == []
    only(sb)


def test_a_transaction_that_is_never_committed(sb, writing):
    dataset, layer = writing()
    dataset.StartTransaction()
    write(layer)
    dataset.FlushCache()
    with oracle.exceptions(False), reports() as said:
        del layer, dataset
    assert asked(sb) == CREATING_A_LAYER
    assert any("not committed" in text for _, text in said)


def test_what_is_written_after_the_commit(sb, writing):
    """It was not confirmed, and the area of the user is all of it."""
    dataset, layer = writing()
    dataset.StartTransaction()
    write(layer)
    dataset.CommitTransaction()
    write(layer, 4.6)
    with oracle.exceptions(False), reports() as said:
        del layer, dataset
    assert changes(sb) == [] and any(NOT_CONFIRMED in text for _, text in said)


def test_syncing_one_layer(sb, writing):
    """It is submitted, and the other one only when it is confirmed."""
    dataset, layer = writing()
    write(layer)
    other = dataset.CreateLayer("other", reference("EPSG:4326"), ogr.wkbPolygon)
    write(other, 4.6)
    assert layer.SyncToDisk() == 0
    assert only(sb)["name"] == "area"
    with pytest.raises(RuntimeError, match="was submitted already"):
        write(layer, 4.7)
    with oracle.exceptions(False), reports() as said:
        del layer, other, dataset
    only(sb)
    assert any(NOT_CONFIRMED in text for _, text in said)


def test_commits_after_each_feature(sb, run, tmp_path):
    source = geojson(tmp_path / "aoi.geojson", *squares(4))
    assert submit(run, source, "-gt", "1").returncode == 0
    assert len(polygons_of(only(sb))) == 4


@pytest.mark.parametrize("words", [["-overwrite"], ["-update"], ["-append"], ["-update", "-overwrite"]], ids=str)
def test_no_way_of_writing_touches_what_is_there(sb, run, aoi, words):
    """Two runs create one processing each, and nothing else is changed."""
    for _ in range(2):
        done = submit(run, aoi, *words)
        assert done.returncode == 0, done.said
    assert changes(sb) == [("POST", "/processings/v2")] * 2


def test_deleting_by_name_makes_no_request(sb, account):
    driver = gdal.GetDriverByName("MAPFLOW")
    with oracle.exceptions(False), reports():
        for name in ("MAPFLOW:", "MAPFLOW:3fa85f64-5717-4562-b3fc-2c963f66afa6", "MAPFLOW:project=Default"):
            driver.Delete(name)
    assert len(sb.requests) == 0


def test_without_naming_the_format(sb, run, aoi):
    """The account is opened for update, and a layer is created in it."""
    done = run("ogr2ogr", "-update", "MAPFLOW:", aoi, *creation({**MAPBOX, "REPORT": "/vsistdout/"}))
    assert done.returncode == 0, done.said
    assert report_of(done.stdout)[0]["id"] == list(sb.state.processings)[-1]
    only(sb)


def test_vector_translate(sb, account, aoi):
    with oracle.exceptions(True):
        dataset = gdal.VectorTranslate(
            "MAPFLOW:", str(aoi), format="MAPFLOW",
            datasetCreationOptions=[f"{key}={value}" for key, value in account.items()],
            layerCreationOptions=[f"{key}={value}" for key, value in MAPBOX.items()])
        dataset.FlushCache()
        identifier = dataset.GetMetadataItem("PROCESSING_ID")
        dataset = None
    assert identifier == list(sb.state.processings)[-1]
    only(sb)


# ---- waiting

@pytest.mark.parametrize("switch", ["-lco", "-dsco"])
def test_waiting_for_the_end(sb, run, aoi, switch):
    wait = creation({**MAPBOX, "WAIT": "YES"}, switch)
    done = run("ogr2ogr", "-f", "MAPFLOW", "MAPFLOW:", aoi, *wait, "-dsco", "POLL_INTERVAL=0.05")
    assert done.returncode == 0, done.said
    assert sb.state.all_processings()[-1].status == "OK"


if int(gdal.VersionInfo()) >= 3130000:  # tells of its progress when it is closed
    @pytest.mark.parametrize("stops", [False, True])
    def test_progress_of_closing(sb, writing, stops):
        dataset, layer = writing(WAIT="YES", SPLIT="FEATURE", POLL_INTERVAL="0.05")
        dataset.StartTransaction()
        write(layer)
        write(layer, WEST + 0.1)
        dataset.CommitTransaction()
        told = []
        del layer

        def progress(part, message, data):
            told.append(part)
            return not stops
        assert dataset.GetCloseReportsProgress()
        if stops:
            with oracle.exceptions(False), reports() as said:
                assert dataset.Close(progress) != gdal.CE_None
            assert "was interrupted" in said[0][1] and told == [0]
        else:
            assert dataset.Close(progress) == gdal.CE_None
            assert told == sorted(told) and (told[0], told[-1]) == (0, 1) and 0.5 in told, told
        assert len(created(sb)) == 2


def test_waiting_for_one_that_fails(sb, run, aoi):
    sb.fail_next([{"code": "source-validator.TooLowZoom", "parameters": {"min_zoom": "17", "actual_zoom": "3"}}])
    done = submit(run, aoi, "-dsco", "POLL_INTERVAL=0.05", WAIT="YES", REPORT="/vsistdout/")
    assert done.returncode != 0
    assert len(errors_of(done)) == 1 and "FAILED" in errors_of(done)[0]
    assert report_of(done.stdout)[0]["id"] in errors_of(done)[0]
    only(sb)


def test_the_shell_flow(sb, run, aoi, tmp_path):
    """Submit, keep the id, and fetch the result when it is there."""
    done = submit(run, aoi, REPORT="/vsistdout/")
    reader = subprocess.run([sys.executable, "-c", "import json,sys; print(json.load(sys.stdin)['id'])"],
                            input=done.stdout, capture_output=True, text=True, check=True)
    target = tmp_path / "out.gpkg"
    name = f"MAPFLOW:{reader.stdout.strip()},WAIT=YES"
    fetched = run("ogr2ogr", target, name, env={"MAPFLOW_POLL_INTERVAL": "0.05"})
    assert fetched.returncode == 0, fetched.said
    with oracle.exceptions(True):
        assert gdal.OpenEx(str(target)).GetLayer(0).GetFeatureCount() == BUILDING_COUNT
    only(sb)


# ---- the journal as a layer

def test_the_journal_is_a_hidden_layer(sb, run, aoi, account):
    """What was submitted, without a request: the layer is found by its name only."""
    done = submit(run, aoi, REPORT="/vsistdout/")
    identifier = report_of(done.stdout)[0]["id"]
    before = len(sb.requests.settle())
    with oracle.exceptions(True):
        dataset = gdal.OpenEx("MAPFLOW:", gdal.OF_VECTOR, open_options=[f"{k}={v}" for k, v in account.items()])
        assert "submissions" not in [dataset.GetLayer(i).GetName() for i in range(dataset.GetLayerCount())]
        rows = [json.loads(feature.ExportToJson())["properties"] for feature in dataset.GetLayerByName("submissions")]
    assert len(sb.requests.settle()) == before
    assert [(row["name"], row["state"], row["id"], row["cost"], row["ended"]) for row in rows] == [
        ("aoi", "submitted", identifier, 5, True)]
    assert rows[0]["run"].count("-") == 1 and rows[0]["time"].startswith("20")
