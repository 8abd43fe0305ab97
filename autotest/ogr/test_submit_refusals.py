"""What is refused before it costs anything: one message, a failing exit code, and no request that creates."""

import pytest

from submitting import (MAPBOX, SOUTH, WEST, changes, created, creation, errors_of, geojson, journal_lines,
                        layer_file, polygon, reference, square, squares)

IMAGE = "55555555-6666-4777-8888-999999999911"
MOSAIC = "55555555-6666-4777-8888-999999999901"
TILES = "https://tiles.example.com/{z}/{x}/{y}.png"

# By name: the options that replace those of MAPBOX (None: left out), and what the message must say.
OPTIONS = {
    "no options": ({"MODEL": None, "PROVIDER": None}, ["MODEL is missing"]),
    "no model": ({"MODEL": None}, ["MODEL is missing"]),
    "blank model": ({"MODEL": "  "}, ["MODEL is missing"]),
    "unknown model": ({"MODEL": "Ships"}, ["MODEL=Ships", "Buildings", "credits/km²"]),
    "unknown model uuid": ({"MODEL": "22222222-3333-4444-8555-666666666699"}, ["MODEL=2222", "Buildings"]),
    "model of another project": ({"MODEL": "Construction"}, ["MODEL=Construction", "Default"]),
    "part of a model's name": ({"MODEL": "Build"}, ["MODEL=Build is no model"]),
    "unknown project": ({"PROJECT": "Nowhere"}, ["Nowhere"]),
    "unknown project uuid": ({"PROJECT": "11111111-2222-4333-8444-555555555599"}, ["11111111-2222-4333"]),
    "project for reading only": ({"PROJECT": "Shared survey"}, ["Shared survey", "reading only"]),
    "create without project": ({"CREATE_PROJECT": "YES"}, ["CREATE_PROJECT=YES needs PROJECT"]),
    "create a uuid": ({"PROJECT": "11111111-2222-4333-8444-555555555599", "CREATE_PROJECT": "YES"},
                      ["11111111-2222-4333"]),
    "new project, unknown model": ({"PROJECT": "New one", "CREATE_PROJECT": "YES", "MODEL": "Ships"},
                                   ["MODEL=Ships", "New one"]),
    "new project, too dear": ({"PROJECT": "New one", "CREATE_PROJECT": "YES", "MAX_COST": "1"}, ["MAX_COST"]),
    "no imagery": ({"PROVIDER": None}, ["imagery", "Mapbox", "arcgis_world_imagery"]),
    "unknown provider": ({"PROVIDER": "Nobody"}, ["PROVIDER=Nobody", "Mapbox"]),
    "search provider as provider": ({"PROVIDER": "orbview"}, ["PROVIDER=orbview", "Mapbox"]),
    "provider and images": ({"IMAGE_IDS": IMAGE}, ["ore than one imagery source", "Mapbox"]),
    "provider and mosaic": ({"MOSAIC_ID": MOSAIC}, ["ore than one imagery source", "Mapbox"]),
    "provider and tiles": ({"TILE_URL": TILES}, ["ore than one imagery source", "Mapbox"]),
    "provider and search": ({"SEARCH_PROVIDER": "orbview", "IMAGE_IDS": "a"}, ["ore than one imagery source"]),
    "mosaic and tiles": ({"PROVIDER": None, "MOSAIC_ID": MOSAIC, "TILE_URL": TILES}, ["ore than one imagery source"]),
    "images and mosaic": ({"PROVIDER": None, "IMAGE_IDS": IMAGE, "MOSAIC_ID": MOSAIC}, ["exclude each other"]),
    "image that is no uuid": ({"PROVIDER": None, "IMAGE_IDS": "first.tif"}, ["IMAGE_IDS", "first.tif"]),
    "empty image": ({"PROVIDER": None, "IMAGE_IDS": IMAGE + ","}, ["IMAGE_IDS", "empty"]),
    "mosaic that is no uuid": ({"PROVIDER": None, "MOSAIC_ID": "7"}, ["MOSAIC_ID=7"]),
    "zoom of uploaded images": ({"PROVIDER": None, "MOSAIC_ID": MOSAIC, "ZOOM": "18"}, ["ZOOM"]),
    "search without images": ({"PROVIDER": None, "SEARCH_PROVIDER": "orbview"}, ["SEARCH_PROVIDER needs IMAGE_IDS"]),
    "unknown search provider": ({"PROVIDER": None, "SEARCH_PROVIDER": "Nobody", "IMAGE_IDS": "a"},
                                ["SEARCH_PROVIDER=Nobody", "orbview"]),
    "tile type without address": ({"TILE_TYPE": "XYZ"}, ["need TILE_URL"]),
    "tile address without places": ({"PROVIDER": None, "TILE_URL": "https://tiles.example.com/a.png"},
                                    ["TILE_URL lacks {x}"]),
    "tile address without scheme": ({"PROVIDER": None, "TILE_URL": "tiles/{z}/{x}/{y}"}, ["TILE_URL", "https://"]),
    "quadkey address": ({"PROVIDER": None, "TILE_URL": TILES, "TILE_TYPE": "QUADKEY"}, ["TILE_URL lacks {q}"]),
    "unknown tile type": ({"PROVIDER": None, "TILE_URL": TILES, "TILE_TYPE": "WMS"}, ["TILE_TYPE=WMS", "QUADKEY"]),
    "unknown tile crs": ({"PROVIDER": None, "TILE_URL": TILES, "TILE_CRS": "EPSG:4326"}, ["TILE_CRS=EPSG:4326"]),
    "login without password": ({"PROVIDER": None, "TILE_URL": TILES, "TILE_LOGIN": "me"}, ["go together"]),
    "zoom is a word": ({"ZOOM": "high"}, ["ZOOM=high"]),
    "zoom is a fraction": ({"ZOOM": "18.5"}, ["ZOOM=18.5"]),
    "zoom is too high": ({"ZOOM": "23"}, ["ZOOM=23", "22"]),
    "zoom is negative": ({"ZOOM": "-1"}, ["ZOOM=-1"]),
    "unknown block": ({"BLOCKS": "Roofs"}, ["Roofs", "Classification", "credits/km²"]),
    "block that always runs": ({"BLOCKS": "Detection=NO"}, ["Detection", "always runs"]),
    "block comes twice": ({"BLOCKS": "Heights,heights=NO"}, ["heights", "twice"]),
    "block without name": ({"BLOCKS": "Heights,,OSM"}, ["BLOCKS", "without a name"]),
    "block neither on nor off": ({"BLOCKS": "Heights=maybe"}, ["Heights=maybe"]),
    "block of a model without": ({"MODEL": "Roads", "BLOCKS": "Heights"}, ["Heights", "none"]),
    "name field without split": ({"NAME_FIELD": "name"}, ["NAME_FIELD", "SPLIT=FEATURE"]),
    "unknown name field": ({"SPLIT": "FEATURE", "NAME_FIELD": "label"}, ["NAME_FIELD=label", "name"]),
    "name and name field": ({"SPLIT": "FEATURE", "NAME_FIELD": "name", "NAME": "a"}, ["exclude each other"]),
    "unknown split": ({"SPLIT": "TILE"}, ["SPLIT=TILE", "FEATURE"]),
    "meta is no json": ({"META": "{a:1}"}, ["META is not a JSON object"]),
    "meta is a list": ({"META": '["a"]'}, ["META", "not an object"]),
    "meta with a number": ({"META": '{"a":1}'}, ["META", "must be a string"]),
    "meta says what is ours": ({"META": '{"source-app":"x"}'}, ["META", "source-app"]),
    "parameters are no json": ({"INFERENCE_PARAMS": "{"}, ["INFERENCE_PARAMS is not a JSON object"]),
    "parameters are a number": ({"INFERENCE_PARAMS": "5"}, ["INFERENCE_PARAMS", "not an object"]),
    "max cost is a word": ({"MAX_COST": "cheap"}, ["MAX_COST=cheap"]),
    "max cost of a variable that is not set": ({"MAX_COST": ""}, ["MAX_COST is empty"]),
    "max cost with a unit": ({"MAX_COST": "5 credits"}, ["MAX_COST=5 credits"]),
    "max cost is negative": ({"MAX_COST": "-1"}, ["MAX_COST=-1"]),
    "max cost is no number": ({"MAX_COST": "nan"}, ["MAX_COST=nan"]),
    "max cost exceeded": ({"MAX_COST": "4.5"}, ["5 credits", "4.5 credits"]),
    "max cost is zero": ({"MAX_COST": "0"}, ["5 credits", "0 credits"]),
    "below the provider's minimum": ({"PROVIDER": "skywatch"}, ["skywatch", "5.000000 km²", "0.76"]),
    "below the scenes' minimum": ({"PROVIDER": None, "SEARCH_PROVIDER": "ORBVIEW", "IMAGE_IDS": "a"},
                                  ["orbview", "2.500000 km²"]),
    "misspelt option": ({"MAXCOST": "10"}, ["no creation option MAXCOST"]),
    "option of the dataset": ({"POLL_INTERVAL": "5"}, ["POLL_INTERVAL is an option of the dataset"]),
    "token as layer option": ({"API_TOKEN": "do-not-show"}, ["API_TOKEN is an option of the dataset"]),
    "neither yes nor no": ({"DISSOLVE": "perhaps"}, ["DISSOLVE=perhaps"]),
    "waiting for a dry run": ({"DRY_RUN": "YES", "WAIT": "YES"}, ["WAIT=YES", "DRY_RUN"]),
    "report nowhere": ({"REPORT": "/no/such/folder/report.json"}, ["REPORT=/no/such/folder/report.json"]),
}


def assert_refused(sb, done, words):
    """One error of the driver with all of `words`, an exit code, and nothing changed at the service."""
    assert done.returncode != 0, done.said
    errors = errors_of(done)
    assert len(errors) == 1, done.said
    for word in words:
        assert word in errors[0], errors[0]
    assert "do-not-show" not in done.said
    assert changes(sb) == []
    assert journal_lines() == []


def send(run, source, **options):
    return run("ogr2ogr", "-f", "MAPFLOW", "MAPFLOW:", source, *creation({**MAPBOX, **options}))


@pytest.fixture
def aoi(tmp_path):
    """One square of 0.76 km²."""
    return geojson(tmp_path / "aoi.geojson", polygon(), properties=[{"name": "field"}])


@pytest.mark.parametrize("case", OPTIONS, ids=str)
def test_options(sb, run, aoi, case):
    options, words = OPTIONS[case]
    assert_refused(sb, send(run, aoi, **options), words)


@pytest.mark.parametrize("switch", ["-lco", "-dsco"])
def test_no_request_for_what_the_options_alone_tell(sb, run, aoi, switch):
    for wrong in ({"MAXCOST": "1"}, {"DISSOLVE": "perhaps"}, {"MODEL": ""}, {"META": "{"}, {"ZOOM": "x"}):
        done = run("ogr2ogr", "-f", "MAPFLOW", "MAPFLOW:", aoi, *creation({**MAPBOX, **wrong}, switch))
        assert_refused(sb, done, [next(iter(wrong))])
    assert len(sb.requests) == 0


POINT = {"type": "Point", "coordinates": [WEST, SOUTH]}
LINE = {"type": "LineString", "coordinates": [[WEST, SOUTH], [WEST + 1, SOUTH]]}
COLLECTION = {"type": "GeometryCollection", "geometries": [polygon(), POINT]}

GEOMETRIES = {
    "points": ([POINT], ["Point"]),
    "lines": ([LINE], ["Line String"]),
    "points among polygons": ([polygon(), POINT], ["Point"]),
    "lines behind polygons": ([polygon(), polygon(square(5)), LINE], ["Line String"]),
    "collections": ([COLLECTION], ["Geometry Collection"]),
    "collection among polygons": ([polygon(), COLLECTION], ["Geometry Collection"]),
    "no geometries": ([None], ["no polygons"]),
    "beyond the pole": ([polygon(square(4, 91))], ["outside the world", "91"]),
    "beyond two turns": ([polygon(square(360.001, 52))], ["outside the world", "360.001"]),
    "beyond two turns, west": ([polygon(square(-361, 52))], ["outside the world", "-361"]),
    "metres as degrees": ([polygon(square(500000, 5777000, 800))], ["outside the world"]),
    "eleven polygons": (squares(11), ["11 polygons", "10"]),
    "one large polygon": ([polygon(square(size=0.1))], ["km²", "25.000000 km²", "76"]),
    "large in all": ([polygon(square(4.5 + i * 0.05, size=0.03)) for i in range(5)], ["34", "25.000000 km²"]),
    "a box that is too large": ([polygon([[4, 52], [4.5, 52.2], [4.5, 52.2002], [4, 52]])],
                                ["bounding box", "polygon 1", "25.000000 km²"]),
    "the second box is too large": ([polygon(square(3)), polygon([[4, 52], [4.5, 52.2], [4.5, 52.2002], [4, 52]])],
                                    ["bounding box", "25.000000 km²"]),
    "a sliver": ([polygon([[4, 52], [4.5, 52], [4.5, 52], [4, 52]])], []),
}


@pytest.mark.parametrize("case", GEOMETRIES, ids=str)
def test_geometries(sb, run, tmp_path, case):
    geometries, words = GEOMETRIES[case]
    assert_refused(sb, send(run, geojson(tmp_path / "aoi.geojson", *geometries)), words)


def test_an_empty_layer(sb, run, tmp_path):
    source = layer_file(tmp_path / "empty.gpkg", [], reference("EPSG:4326"))
    assert_refused(sb, send(run, source), ["area"])


def test_empty_geometries_alone(sb, run, tmp_path):
    source = layer_file(tmp_path / "empty.gpkg", ["POLYGON EMPTY"] * 2, reference("EPSG:4326"))
    assert_refused(sb, send(run, source), ["area"])


def test_metres_without_a_coordinate_reference_system(sb, run, tmp_path):
    source = tmp_path / "bare.csv"
    source.write_text('id,WKT\n1,"POLYGON((500000 0,500900 0,500900 900,500000 0))"\n', encoding="utf-8")
    assert_refused(sb, send(run, source), ["500000", "no coordinate reference system"])


def test_a_system_of_no_place_on_earth(sb, run, tmp_path):
    local = reference('LOCAL_CS["site",UNIT["metre",1]]')
    source = layer_file(tmp_path / "site.gpkg", ["POLYGON((0 0,900 0,900 900,0 0))"], local)
    assert_refused(sb, send(run, source), ["WGS84"])


def test_the_balance_in_credits(sb, run, aoi):
    sb.state.user["remainingCredits"] = 4
    assert_refused(sb, send(run, aoi), ["5 credits", "4 credits"])


def test_the_balance_in_area(sb, run, aoi):
    sb.state.user.update(billingType="AREA", remainingArea=500000)
    assert_refused(sb, send(run, aoi), ["0.76", "0.500000 km²"])


def test_the_whole_batch_counts(sb, run, tmp_path):
    """Five credits each, and 12 are left: not even the first is submitted."""
    source = geojson(tmp_path / "aoi.geojson", *squares(3))
    sb.state.user["remainingCredits"] = 12
    assert_refused(sb, send(run, source, SPLIT="FEATURE"), ["15 credits", "12 credits"])
    assert_refused(sb, send(run, source, SPLIT="FEATURE", MAX_COST="10"), ["15 credits", "10 credits"])


def test_after_a_refusal(sb, run, tmp_path):
    """Nothing is known of what was refused: the same command submits all of it, without a word."""
    source = geojson(tmp_path / "aoi.geojson", *squares(3))
    assert_refused(sb, send(run, source, SPLIT="FEATURE", MAX_COST="10"), ["15 credits", "10 credits"])
    done = send(run, source, SPLIT="FEATURE", MAX_COST="15")
    assert done.returncode == 0 and done.said == ""
    assert len(created(sb)) == 3


def test_a_feature_without_a_name(sb, run, tmp_path):
    names = [{"name": name} for name in ("north", None, "south")]
    source = geojson(tmp_path / "aoi.geojson", *squares(3), properties=names)
    assert_refused(sb, send(run, source, SPLIT="FEATURE", NAME_FIELD="name"),
                   ["NAME_FIELD=name has no value in feature 2"])


def test_a_name_that_is_not_utf8(sb, run, tmp_path):
    """Latin 1 in the third feature: none is submitted, and once it is mended all are."""
    source = tmp_path / "aoi.csv"
    rows = "".join(f'{name},"POLYGON(({x} 52,{x + 0.01} 52,{x + 0.01} 52.01,{x} 52.01,{x} 52))"\n'
                   for name, x in (("north", 4.5), ("east", 4.6), ("süd", 4.7)))
    source.write_bytes(("name,WKT\n" + rows).encode("latin-1"))
    assert_refused(sb, send(run, source, SPLIT="FEATURE", NAME_FIELD="name"),
                   ["NAME_FIELD=name is not UTF-8 in feature 3"])
    source.write_bytes(("name,WKT\n" + rows).encode("utf-8"))
    assert send(run, source, SPLIT="FEATURE", NAME_FIELD="name").returncode == 0
    assert [body["name"] for body in created(sb)] == ["north", "east", "süd"]


@pytest.mark.parametrize("option", ["NAME", "DESCRIPTION", "PROJECT", "MODEL"])
def test_an_option_that_is_not_utf8(sb, run, aoi, option):
    done = send(run, aoi, **{option: b"caf\xe9".decode("utf-8", "surrogateescape")})
    assert_refused(sb, done, ["not UTF-8"])


def test_the_last_of_a_batch(sb, run, tmp_path):
    source = geojson(tmp_path / "aoi.geojson", *squares(2), polygon(square(6, size=0.1)))
    assert_refused(sb, send(run, source, SPLIT="FEATURE"), ['"aoi 3"', "25.000000 km²"])


def test_the_limit_is_that_of_the_projects_owner(sb, run, tmp_path):
    """0.02° squared are 3 km²: too much for an owner who may have 2."""
    sb.add_project("Small", owner={"aoiAreaLimit": 2000000})
    source = geojson(tmp_path / "aoi.geojson", polygon(square(size=0.02)))
    assert_refused(sb, send(run, source, PROJECT="Small"), ["Small", "2.000000 km²"])


def test_the_accounts_own_number_of_polygons(sb, run, tmp_path):
    sb.state.user["maxAoisPerProcessing"] = 2
    assert_refused(sb, send(run, geojson(tmp_path / "aoi.geojson", *squares(3))), ["3 polygons", "2"])


@pytest.mark.parametrize("target", ["MAPFLOW:3fa85f64-5717-4562-b3fc-2c963f66afa6", "MAPFLOW:project=Default"])
def test_what_is_there_is_no_target(sb, run, aoi, target):
    done = run("ogr2ogr", "-f", "MAPFLOW", target, aoi, *creation(MAPBOX))
    assert done.returncode != 0
    assert "never overwritten" in done.stderr
    assert "Processings are created in MAPFLOW:new with the option PROJECT" in errors_of(done)[-1]
    assert len(sb.requests) == 0


def test_update_of_a_processing(sb, run, aoi):
    """Without -f GDAL opens the target for update: a result takes no layers."""
    done = run("ogr2ogr", "-update", "MAPFLOW:3fa85f64-5717-4562-b3fc-2c963f66afa6", aoi, *creation(MAPBOX))
    assert done.returncode != 0
    assert changes(sb) == []


def two_layers(run, tmp_path, second):
    source = tmp_path / "two.gpkg"
    for name, ring in (("good", square()), ("other", second)):
        one = geojson(tmp_path / f"{name}.geojson", polygon(ring))
        assert run("ogr2ogr", "-update", "-append", "-f", "GPKG", source, one, "-nln", name).returncode == 0
    return source


def test_two_layers_of_which_one_is_wrong(sb, run, tmp_path):
    """Both are checked before the first is sent."""
    assert_refused(sb, send(run, two_layers(run, tmp_path, square(size=0.1))), ["25.000000 km²"])


@pytest.mark.parametrize("balance, said", (({"remainingCredits": 9}, ["10 credits", "9 credits left"]),
                                           ({"billingType": "AREA", "remainingArea": 1000000}, ["1.000000 km² left"])))
def test_two_layers_for_which_the_balance_is_not_enough(sb, run, tmp_path, balance, said):
    """It is for each of them: not even the first is sent."""
    source = two_layers(run, tmp_path, square(4.6))
    sb.state.user.update(balance)
    assert_refused(sb, send(run, source), said)


def test_without_a_token(sb, run, aoi):
    done = run("ogr2ogr", "-f", "MAPFLOW", "MAPFLOW:", aoi, *creation(MAPBOX), env={"MAPFLOW_API_TOKEN": ""})
    assert_refused(sb, done, ["API_TOKEN"])


def test_a_wrong_token(sb, run, aoi):
    done = run("ogr2ogr", "-f", "MAPFLOW", "MAPFLOW:", aoi, *creation(MAPBOX), env={"MAPFLOW_API_TOKEN": "d3Jvbmc6b25l"})
    assert_refused(sb, done, ["401"])
    assert "d3Jvbmc6b25l" not in done.said


@pytest.mark.parametrize("fault", [{"status": 500}, {"garbage": "null"}, {"garbage": "-5"}, {"html": True},
                                   {"empty": True}], ids=str)
def test_no_price_is_no_permission(sb, run, aoi, fault):
    sb.fault("/processing/cost/v2", **fault)
    assert_refused(sb, send(run, aoi, MAX_COST="1000"), ["price"])
