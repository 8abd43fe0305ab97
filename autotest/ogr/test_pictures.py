"""Mosaics, images and processings opened as rasters: where their pixels lie, and that no address of them is seen."""

import json
import math
import os
import pathlib
import re

import pytest
from osgeo import gdal

from helpers import (BUILDINGS, MISSING, NOTHING, QUEUED, RASTER, RUNNING, at_each_look, layer_names, messages, options_of, quiet,
                     reports)
from sandbox.imagery_variants import IMAGERY_CHOICES
from sandbox.pictures import GREYS, QUARTERS
from sandbox.projection import A, world_pixel

MOSAIC, EMPTY = (f"55555555-6666-4777-8888-9999999999{n}" for n in ("01", "02"))
UPLOADED, INGESTED = (f"55555555-6666-4777-8888-9999999999{n}" for n in ("11", "12"))
NAME = 'MAPFLOW:mosaic="Quarry flights"'
TILES = "/cogs/tiles/"
TRANSPARENT = (0, 0, 0, 0)


@pytest.fixture
def open_picture(account):
    """Opens a raster of the sandbox: open_picture(name, OPTION=value, …) -> dataset; a failure raises its message."""
    def opened(name=NAME, flags=gdal.OF_RASTER, **options):
        gdal.ErrorReset()
        with quiet():
            dataset = gdal.OpenEx(name, flags, open_options=options_of(account, options))
        if dataset is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
        return dataset
    return opened


def bounds_of(sb, *images):
    wests, souths, easts, norths = zip(*(sb.imagery.images[image].bounds for image in images or (UPLOADED, INGESTED)))
    return min(wests), min(souths), max(easts), max(norths)


def metres(lon, lat):
    """EPSG:3857."""
    return math.radians(lon) * A, math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) * A


def value_at(dataset, lon, lat, band=None):
    """The values of all bands at a position of EPSG:4326, or those of the pixel of one band or overview."""
    origin_x, step_x, _, origin_y, _, step_y = dataset.GetGeoTransform()
    x, y = metres(lon, lat) if step_x > 0.01 else (lon, lat)
    if band is None:
        column, row = int((x - origin_x) / step_x), int((y - origin_y) / step_y)
        return tuple(int(v) for v in dataset.ReadAsArray(column, row, 1, 1).ravel())
    column = int((x - origin_x) / step_x * band.XSize / dataset.RasterXSize)
    row = int((y - origin_y) / step_y * band.YSize / dataset.RasterYSize)
    return int(band.ReadAsArray(column, row, 1, 1)[0][0])


def quarter_centres(bounds, colours=QUARTERS):
    """(position, colour) of the middle of each quarter of a picture."""
    west, south, east, north = bounds
    places = ((0.25, 0.75), (0.75, 0.75), (0.75, 0.25), (0.25, 0.25))
    return [((west + x * (east - west), south + y * (north - south)), colour)
            for (x, y), colour in zip(places, colours)]


def tiles_asked(sb):
    return [r.path for r in sb.requests.settle() if TILES in r.path]


def secrets_of_tiles(sb):
    """What no one may see of an address of tiles, and the token."""
    return [sb.token, sb.state.secret, "s3://", "users-data", "s3%3A", sb.state.user["email"], "cogs", "uri=", "tiles/1",
            sb.origins[3], sb.origins[3].split("//")[1]]


def check_secrets(sb, *texts):
    for text in texts:
        assert [secret for secret in secrets_of_tiles(sb) if secret in text] == []


# ---- tiles

def test_place_and_bands(sb, open_picture):
    dataset = open_picture()
    west, south, east, north = bounds_of(sb)
    step = 2 * math.pi * A / (256 * 2**18)
    transform = dataset.GetGeoTransform()
    assert transform[1] == pytest.approx(step) and transform[5] == pytest.approx(-step) and transform[2] == 0
    left, top = metres(west, north)
    right, bottom = metres(east, south)
    assert 0 <= left - transform[0] < step and 0 <= transform[3] - top < step
    assert dataset.RasterXSize == pytest.approx((right - left) / step, abs=2)
    assert dataset.RasterYSize == pytest.approx((top - bottom) / step, abs=2)
    assert dataset.GetSpatialRef().GetAuthorityCode(None) == "3857"
    bands = [dataset.GetRasterBand(i) for i in range(1, dataset.RasterCount + 1)]
    assert [band.GetColorInterpretation() for band in bands] == [gdal.GCI_RedBand, gdal.GCI_GreenBand,
                                                                gdal.GCI_BlueBand, gdal.GCI_AlphaBand]
    assert {(band.DataType, *band.GetBlockSize()) for band in bands} == {(gdal.GDT_Byte, 256, 256)}
    assert dataset.GetMetadata() == {"MOSAIC_ID": MOSAIC, "NAME": "Quarry flights"}
    assert dataset.GetFileList() is None and not sb.submitted


@pytest.mark.parametrize("form", IMAGERY_CHOICES["tile_url"])
def test_pixels(sb, open_picture, form):
    sb.variants.tile_url = form
    dataset = open_picture()
    for image in (UPLOADED, INGESTED):
        for place, colour in quarter_centres(bounds_of(sb, image)):
            assert value_at(dataset, *place) == (*colour, 255)
    between = (sb.imagery.images[UPLOADED].bounds[2] + sb.imagery.images[INGESTED].bounds[0]) / 2
    assert value_at(dataset, between, bounds_of(sb)[3] - 1e-4) == TRANSPARENT
    assert {r.authorization for r in sb.requests if r.origin == 3} == {None}


@pytest.mark.parametrize("kind", IMAGERY_CHOICES["missing_tile"])
def test_missing_tiles_are_transparent(sb, open_picture, kind):
    sb.variants.missing_tile = kind
    dataset = open_picture(CACHE="NO")
    west, south, east, north = bounds_of(sb, INGESTED)
    assert dataset.ReadAsArray(dataset.RasterXSize - 300, dataset.RasterYSize - 20, 20, 20).max() == 0
    for place, colour in quarter_centres((west, south, east, north)):
        assert value_at(dataset, *place) == (*colour, 255)


def test_tiles_without_transparency(sb, open_picture):
    sb.variants.tile_type = "jpeg"
    for place, colour in quarter_centres(bounds_of(sb, UPLOADED)):
        red, green, blue, alpha = value_at(open_picture(), *place)
        assert alpha == 255 and max(abs(a - b) for a, b in zip((red, green, blue), colour)) <= 3


def test_overviews(sb, open_picture):
    dataset = open_picture()
    red = dataset.GetRasterBand(1)
    overviews = [red.GetOverview(i) for i in range(red.GetOverviewCount())]
    width, height = dataset.RasterXSize, dataset.RasterYSize
    assert [(o.XSize, o.YSize) for o in overviews] == \
        [(-(-width // 2**i), -(-height // 2**i)) for i in range(1, len(overviews) + 1)]
    assert overviews[-1].XSize <= 256 < overviews[-2].XSize
    for overview in overviews:
        for place, colour in quarter_centres(bounds_of(sb, UPLOADED)):
            assert value_at(dataset, *place, overview) == colour[0]
    sb.requests.clear()
    small = overviews[-1].ReadAsArray()
    assert {int(path.split("/")[-3]) for path in tiles_asked(sb)} <= {18 - len(overviews)}
    whole = dataset.ReadAsArray(buf_xsize=small.shape[1], buf_ysize=small.shape[0])[0]
    assert (whole != small).mean() < 0.01  # but for some of the pixels at an edge
    assert red.GetOverview(-1) is None and red.GetOverview(len(overviews)) is None


@pytest.mark.parametrize("level", (0, 3))
def test_edges_of_overviews_lie_where_those_of_the_picture_do(sb, open_picture, level):
    """Where red turns to green, to a pixel of the overview."""
    dataset = open_picture()
    band = dataset.GetRasterBand(1) if level == 0 else dataset.GetRasterBand(1).GetOverview(level - 1)
    west, _, east, north = bounds_of(sb, UPLOADED)
    origin_x, step, _, _, _, _ = dataset.GetGeoTransform()
    step *= dataset.RasterXSize / band.XSize
    row = band.ReadAsArray(0, int(band.YSize * 0.2), band.XSize, 1)[0]
    turn = next(i for i, value in enumerate(row) if value == QUARTERS[1][0])
    assert abs(origin_x + turn * step - metres((west + east) / 2, north)[0]) <= step


def test_part_of_a_picture(sb, run, tmp_path, open_picture):
    (lon, lat), colour = quarter_centres(bounds_of(sb, UPLOADED))[1]
    x, y = metres(lon, lat)
    out = tmp_path / "part.tif"
    done = run("gdal_translate", "-q", "-projwin", x - 50, y + 40, x + 50, y - 40, NAME, out)
    assert done.returncode == 0, done.said
    part = gdal.Open(str(out))
    step = open_picture().GetGeoTransform()[1]
    assert abs(part.RasterXSize - 100 / step) <= 2 and abs(part.GetGeoTransform()[0] - (x - 50)) <= step
    assert {tuple(int(v) for v in pixel) for pixel in part.ReadAsArray().reshape(4, -1).T} == {(*colour, 255)}
    done = run("gdalwarp", "-q", "-t_srs", "EPSG:4326", "-te", lon, lat, lon + 0.001, lat + 0.001, "-ts", 20, 20, NAME,
               tmp_path / "warped.tif")
    assert done.returncode == 0, done.said
    assert value_at(gdal.Open(str(tmp_path / "warped.tif")), lon + 5e-4, lat + 5e-4) == (*colour, 255)


def test_blocks(open_picture):
    dataset = open_picture()
    band = dataset.GetRasterBand(2)
    whole = band.ReadAsArray(512, 256, 256, 256)
    assert band.ReadBlock(2, 1) == whole.tobytes()
    column, row = (dataset.RasterXSize - 1) // 256, (dataset.RasterYSize - 1) // 256
    width = dataset.RasterXSize - column * 256
    last = band.ReadAsArray(column * 256, row * 256, width, 1)
    assert bytes(band.ReadBlock(column, row)[:width]) == last[0].tobytes()


@pytest.mark.parametrize("how", IMAGERY_CHOICES["tilejson"])
def test_where_the_tiles_do_not_say_it_the_footprint_does(sb, open_picture, how):
    sb.variants.tilejson = how
    dataset = open_picture()
    west, south, east, north = bounds_of(sb)
    left, top = metres(west, north)
    step = dataset.GetGeoTransform()[1]
    assert abs(dataset.GetGeoTransform()[0] - left) < 2 * step and abs(dataset.GetGeoTransform()[3] - top) < 2 * step
    place, colour = quarter_centres(bounds_of(sb, UPLOADED))[0]
    assert value_at(dataset, *place) == (*colour, 255)


def test_levels(sb, open_picture):
    url = "/cogs/tiles.json"
    document = {"bounds": bounds_of(sb), "minzoom": 15, "maxzoom": 16}
    sb.fault(url, times=1, status=200, body=document)
    dataset = open_picture()
    assert dataset.GetGeoTransform()[1] == pytest.approx(2 * math.pi * A / (256 * 2**16))
    assert dataset.GetRasterBand(1).GetOverviewCount() == 1
    sb.fault(url, times=1, status=200, body={**document, "maxzoom": 25})
    dataset = open_picture()
    assert dataset.GetGeoTransform()[1] == pytest.approx(2 * math.pi * A / (256 * 2**22))
    place, colour = quarter_centres(bounds_of(sb, UPLOADED))[2]
    assert value_at(dataset, *place) == (*colour, 255)
    sb.fault(url, times=1, status=200, body={"bounds": [-180, -90, 180, 90], "minzoom": 0, "maxzoom": 22})
    dataset = open_picture()
    assert (dataset.RasterXSize, dataset.RasterYSize) == (2**30, 2**30)
    assert value_at(dataset, *place) == (*colour, 255)


def test_rows_that_count_from_the_south(sb, open_picture, monkeypatch):
    plain = sb.rasters.tile_layer

    def from_the_south(place):
        layer = plain(place)
        return {**layer, "tileUrl": layer["tileUrl"].replace("{y}", "{-y}")}
    monkeypatch.setattr(sb.rasters, "tile_layer", from_the_south)
    (lon, lat), _ = quarter_centres(bounds_of(sb, UPLOADED))[0]
    value_at(open_picture(), lon, lat)
    column, row = (int(value) // 256 for value in world_pixel(lon, lat, 18))
    assert tiles_asked(sb) == [f"/api/v0/cogs/tiles/18/{column}/{2**18 - 1 - row}.png"]


@pytest.mark.parametrize("url", ("https://tiles.example/{z}/{x}.png?key=abc", "ftp://tiles.example/{z}/{x}/{y}?key=abc",
                                 "/vsimem/{z}/{x}/{y}", "tiles"))
def test_addresses_that_are_none(sb, open_picture, monkeypatch, url):
    monkeypatch.setattr(sb.rasters, "tile_layer", lambda place: {"tileUrl": url, "tileJsonUrl": None})
    with pytest.raises(RuntimeError, match="in a way that this driver does not know") as refused:
        open_picture()
    assert "abc" not in str(refused.value) and "tiles.example" not in str(refused.value)


# ---- names

def test_names(sb, open_picture):
    for name in (f"MAPFLOW:mosaic={MOSAIC}", "MAPFLOW:mosaic=quarry FLIGHTS", NAME):
        assert open_picture(name).GetMetadataItem("MOSAIC_ID") == MOSAIC
        assert open_picture(name).GetDescription() == name
    sb.imagery.add_mosaic("Quarry flights")
    with pytest.raises(RuntimeError, match=MOSAIC):
        open_picture()
    for name, said in ((f"MAPFLOW:mosaic={EMPTY}", r'"Empty"\) cannot be shown: the service has no tiles of it'),
                       ("MAPFLOW:mosaic=Nowhere", "Quarry flights"), ("MAPFLOW:", "has nothing to show as a raster"),
                       ("MAPFLOW:search", "has nothing to show as a raster")):
        with pytest.raises(RuntimeError, match=said):
            open_picture(name)


@pytest.mark.parametrize("empty", IMAGERY_CHOICES["empty_mosaic"])
def test_empty_mosaic(sb, open_picture, empty):
    sb.variants.empty_mosaic = empty
    with pytest.raises(RuntimeError, match="no tiles of it"):
        open_picture(f"MAPFLOW:mosaic={EMPTY}")


@pytest.mark.parametrize("flags", (0, gdal.OF_VECTOR | gdal.OF_RASTER))
def test_whoever_takes_both(open_picture, flags):
    """QGIS opens raster layers so."""
    assert open_picture("MAPFLOW:", flags).RasterCount == 0
    assert open_picture(f"MAPFLOW:{BUILDINGS}", flags).RasterCount == 0
    assert layer_names(open_picture(f"MAPFLOW:{BUILDINGS}", flags)) == ["Leiden district buildings"]
    for name in (BUILDINGS, "name=Leiden district buildings"):
        assert open_picture(f"MAPFLOW:{name},RASTER=SOURCE", flags).RasterCount == 4
    assert open_picture(flags=flags).RasterCount == 4


def test_no_raster_is_created():
    with reports() as seen:
        assert gdal.GetDriverByName("MAPFLOW").Create("MAPFLOW:", 10, 10, 1) is None
    assert "An empty raster cannot be created" in seen[0][1]


def test_gdal_without_wms(sb, run):
    done = run("gdalinfo", NAME, env={"GDAL_SKIP": "WMS"})
    assert done.returncode == 1 and done.said.count("ERROR") == 1
    assert "this GDAL has no WMS driver" in done.said
    assert run("ogrinfo", "MAPFLOW:", env={"GDAL_SKIP": "WMS"}).returncode == 0


def test_changing_and_offline(open_picture):
    with pytest.raises(RuntimeError, match="CACHE=OFFLINE"):
        open_picture(CACHE="OFFLINE")
    with pytest.raises(RuntimeError):
        open_picture(flags=gdal.OF_RASTER | gdal.OF_UPDATE)


# ---- secrets

LOUD = {"CPL_DEBUG": "ON", "CPL_CURL_VERBOSE": "YES"}
BROKEN = {
    "403": ({"status": 403}, "the server answered HTTP 403. Open it again"),
    "500": ({"status": 500}, "the server answered HTTP 500"),
    "echo": ({"status": 500, "body": "s3://users-data/x: no"}, "HTTP 500"),
    "garbage": ({"garbage": b"\x89PNG no"}, "something else than a picture"),
    "html": ({"html": True}, "something else than a picture"),
    "cut": ({"cut": 30}, "something else than a picture|no answer"),
    "reset": ({"reset": True}, "no answer"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_tiles_that_fail_name_no_address(sb, run, tmp_path, case):
    kinds, said = BROKEN[case]
    sb.fault(TILES, **kinds)
    done = run("gdal_translate", "-srcwin", 500, 500, 300, 300, NAME, tmp_path / "out.tif", env=LOUD)
    assert done.returncode == 1
    assert re.search(rf'Mosaic {MOSAIC} \("Quarry flights"\) cannot be read: .*({said})', done.said)
    check_secrets(sb, done.said)
    assert "MAPFLOW: GET /rasters/mosaic" in done.said  # it was loud


def test_nothing_secret_is_shown_or_kept(sb, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for arguments in (("-json", "-stats", "-hist", "-checksum"), ("-mdd", "all", "-listmdd", "-proj4")):
        done = run("gdalinfo", *arguments, NAME, env=LOUD, timeout=120)
        assert done.returncode == 0, done.said
        check_secrets(sb, done.said)
        assert done.stderr.count("tiles") == 0
    done = run("gdal_translate", "-of", "VRT", NAME, "out.vrt", env=LOUD)
    assert done.returncode == 0, done.said
    check_secrets(sb, done.said, (tmp_path / "out.vrt").read_text())
    assert {path.name for path in tmp_path.rglob("*")} == {"out.vrt"}
    assert run("ogrinfo", "-al", "-so", f"MAPFLOW:{BUILDINGS}").returncode == 0  # its document is kept with the result
    kept = pathlib.Path(os.environ["XDG_CACHE_HOME"])
    for path in (kept / "gdal-mapflow").glob("*.index"):
        content = path.read_bytes()
        assert b"tileUrl" in content and b"s3://" not in content and b"users-data" not in content
    for path in (kept / "gdal-mapflow" / "tiles").rglob("*"):
        check_secrets(sb, str(path), path.read_bytes().decode("latin-1") if path.is_file() else "")
    assert kept.joinpath("gdal-mapflow", "tiles").stat().st_mode & 0o777 == 0o700


def test_messages_that_programs_ask_for_name_no_address(sb, open_picture):
    dataset = open_picture(CACHE="NO")
    gdal.ErrorReset()
    sb.fault(TILES, times=1, status=500)
    with reports() as seen:
        assert dataset.ReadAsArray(600, 600, 10, 10) is None
    assert len(seen) == 1
    check_secrets(sb, seen[0][1], gdal.GetLastErrorMsg())
    gdal.ErrorReset()
    assert dataset.ReadAsArray(600, 600, 10, 10) is not None
    assert gdal.GetLastErrorMsg() == ""
    for text in [dataset.GetDescription(), *(str(dataset.GetMetadata(d)) for d in dataset.GetMetadataDomainList()),
                 str(dataset.GetRasterBand(1).GetMetadata()), json.dumps(gdal.Info(dataset, format="json"))]:
        check_secrets(sb, text)
    domain = dataset.GetRasterBand(1).GetMetadataItem("Pixel_5_5", "LocationInfo")
    assert domain is None and dataset.GetMetadataItem("XML", "WMS") is None


def test_description_of_tiles_that_fails(sb, run):
    for kinds in ({"status": 500, "body": "s3://users-data/x"}, {"garbage": b"{"}, {"reset": True}, {"status": 401}):
        sb.faults.clear()
        sb.fault("tiles.json", **kinds)
        done = run("gdalinfo", NAME, env=LOUD)
        assert done.returncode == 0
        assert "the description of the tiles: " in done.said
        check_secrets(sb, done.said)


def test_token_goes_to_its_origin_only(sb, open_picture, monkeypatch):
    """A service that describes its tiles itself gets the token; nobody else does, also not after a redirect."""
    here = sb.url.removesuffix("/rest")
    monkeypatch.setattr(sb.rasters, "tile_layer", lambda place: {
        "tileUrl": f"{sb.origins[3]}/atlas/{{z}}/{{x}}/{{y}}.png?year=2025", "tileJsonUrl": f"{here}/rest/tiles.json?uri=1"})
    sb.fault("/rest/tiles.json", status=200, body={"bounds": [4.0, 52.0, 4.1, 52.1]})
    dataset = open_picture()
    assert dataset.ReadAsArray(0, 0, 5, 5) is not None
    sb.faults.clear()
    sb.fault("/rest/tiles.json", redirect="{other}/elsewhere")
    open_picture()
    asked = [(r.origin, r.authorization is not None) for r in sb.requests.settle() if "rasters" not in r.path]
    assert (1, True) in asked and (2, False) in asked and (3, False) in asked
    assert not {(2, True), (3, True)} & set(asked)


# ---- another address

def test_address_that_has_changed(sb, open_picture):
    dataset = open_picture(CACHE="NO")
    place, colour = quarter_centres(bounds_of(sb, UPLOADED))[0]
    sb.fault("uri=s3://", status=403)
    sb.variants.tile_url = "escaped"
    assert value_at(dataset, *place) == (*colour, 255)
    assert value_at(dataset, *place) == (*colour, 255)
    asked = [r.path for r in sb.requests.settle() if r.path.startswith("/rasters/mosaic")]
    assert len(asked) == 2
    sb.fault("uri=s3%3A", status=403)
    with reports() as seen:
        assert dataset.ReadAsArray(0, 0, 10, 10) is None
    assert [text for _, text in seen] == [f'Mosaic {MOSAIC} ("Quarry flights") cannot be read: the server answered HTTP '
                                          "403. Open it again: the address of its pixels may have changed."]


# ---- the cache

def folders(cache=None):
    top = pathlib.Path(cache or os.environ["XDG_CACHE_HOME"]) / ("" if cache else "gdal-mapflow") / "tiles"
    return sorted(path for path in top.glob("*") if path.is_dir()) if top.exists() else []


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def read(dataset):
    assert dataset.ReadAsArray(600, 600, 10, 10) is not None


def test_tiles_are_kept(sb, open_picture):
    read(open_picture())
    (folder,) = folders()
    assert folder.name.startswith(MOSAIC) and len(files(folder)) == len(tiles_asked(sb)) > 0
    sb.requests.clear()
    read(open_picture())
    assert tiles_asked(sb) == []
    read(open_picture(CACHE="REFRESH"))
    assert len(tiles_asked(sb)) == len(files(folder)) > 0
    sb.requests.clear()
    read(open_picture(CACHE="NO"))
    assert tiles_asked(sb) and folders() == [folder]


def test_tiles_of_a_mosaic_that_grows(sb, open_picture):
    read(open_picture())
    (folder,) = folders()
    sb.imagery.add_image(MOSAIC, "new.tif", raster=sb.imagery.images[UPLOADED].raster)
    sb.requests.clear()
    read(open_picture())
    (other,) = folders()
    assert other != folder and tiles_asked(sb)


def test_no_cache(open_picture, folder):
    read(open_picture(CACHE="NO", CACHE_DIR=folder))
    assert not folder.exists() and folders() == []


def test_size_of_the_cache(sb, open_picture, folder):
    sb.imagery.add_mosaic("Second", id=EMPTY.replace("02", "03"))
    sb.imagery.add_image(EMPTY.replace("02", "03"), raster=sb.imagery.images[UPLOADED].raster)
    read(open_picture(CACHE_DIR=folder))
    (first,) = folders(folder)
    stamp = folder / "tiles" / "trimmed"
    assert stamp.exists()
    os.utime(first, (1e9, 1e9))
    os.utime(stamp, (1e9, 1e9))
    read(open_picture("MAPFLOW:mosaic=Second", CACHE_DIR=folder, CACHE_SIZE="10000"))
    (second,) = folders(folder)
    assert second.name.startswith(EMPTY.replace("02", "03"))
    foreign = folder / "tiles" / "notes"
    foreign.mkdir()
    os.utime(stamp, (1e9, 1e9))
    read(open_picture(CACHE_DIR=folder, CACHE_SIZE="1"))
    assert foreign.exists() and len(folders(folder)) == 2


def test_folder_that_others_may_write_to(open_picture, folder):
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    with pytest.raises(RuntimeError, match=re.escape(str(folder))):
        open_picture(CACHE_DIR=folder)


# ---- processings

def bounds_of_areas(sb, identifier):
    rings = [polygon[0] for aoi in sb.state.processings[identifier].aois for polygon in aoi.polygons]
    lons, lats = zip(*(position for ring in rings for position in ring))
    return min(lons), min(lats), max(lons), max(lats)


def first_area(sb, identifier):
    lons, lats = zip(*sb.state.processings[identifier].aois[0].polygons[0][0])
    return min(lons), min(lats), max(lons), max(lats)


@pytest.mark.parametrize("options, shown, colours", (({}, "RESULT", GREYS), ({"RASTER": "RESULT"}, "RESULT", GREYS),
                                                     ({"RASTER": "SOURCE"}, "SOURCE", QUARTERS)), ids=str)
def test_raster_processing(sb, open_picture, options, shown, colours):
    dataset = open_picture(f"MAPFLOW:{RASTER}", **options)
    for place, colour in quarter_centres(first_area(sb, RASTER), colours):
        assert value_at(dataset, *place) == (*colour, 255)
    assert dataset.GetMetadata() == {"PROCESSING_ID": RASTER, "NAME": "Forest height map", "RASTER": shown}
    assert bool(dataset.GetMetadata("SUBDATASETS")) == (options == {})


def test_vector_processing_shows_its_imagery(sb, open_picture):
    dataset = open_picture(f"MAPFLOW:{BUILDINGS}")
    for place, colour in quarter_centres(first_area(sb, BUILDINGS)):
        assert value_at(dataset, *place) == (*colour, 255)
    assert dataset.GetMetadataItem("RASTER") == "SOURCE"
    assert list(dataset.GetMetadata("SUBDATASETS").values()) == [f"MAPFLOW:{BUILDINGS},RASTER=SOURCE",
                                                                 "The imagery that was processed"]


def test_subdatasets(open_picture):
    found = open_picture(f"MAPFLOW:{RASTER}").GetMetadata("SUBDATASETS")
    names = [found[f"SUBDATASET_{n}_NAME"] for n in (1, 2)]
    assert [open_picture(name).GetMetadataItem("RASTER") for name in names] == ["RESULT", "SOURCE"]
    assert len(found) == 4


NO_PICTURES = (
    (BUILDINGS, "RESULT", "has no raster result. RASTER=SOURCE shows"),
    (RUNNING, "RESULT", "has no result yet: its status is IN_PROGRESS"),
    (QUEUED, "AUTO", "the service has no tiles of it"),
    (BUILDINGS, "FILE", "RASTER=FILE is not available for"),
    (BUILDINGS, "MOON", "is not one of AUTO, RESULT, SOURCE, FILE, PREVIEW"),
    (MISSING, "AUTO", MISSING),
)


@pytest.mark.parametrize("identifier, wanted, said", NO_PICTURES)
def test_processings_without_such_a_picture(open_picture, identifier, wanted, said):
    with pytest.raises(RuntimeError, match=re.escape(said)):
        open_picture(f"MAPFLOW:{identifier}", RASTER=wanted)


@pytest.mark.parametrize("kind", ("null", "null-members"))
def test_imagery_without_tiles(sb, open_picture, kind):
    sb.variants.raster_layer = kind
    with pytest.raises(RuntimeError, match="The imagery of processing .* the service has no tiles of it"):
        open_picture(f"MAPFLOW:{BUILDINGS}")
    assert open_picture(f"MAPFLOW:{RASTER}").GetMetadataItem("RASTER") == "RESULT"


def test_waiting_for_a_raster_result(sb, open_picture):
    identifier = sb.add_processing(name="later", status="IN_PROGRESS", raster=True)
    at_each_look(sb, identifier, "IN_PROGRESS", "IN_PROGRESS", "OK")
    soon = {"WAIT": "YES", "POLL_INTERVAL": "0.01", "PROGRESS": "NO"}
    assert open_picture(f"MAPFLOW:{identifier}", **soon).GetMetadataItem("RASTER") == "RESULT"
    running = sb.add_processing(name="never", status="IN_PROGRESS", raster=True)
    assert open_picture(f"MAPFLOW:{running}", RASTER="SOURCE", **soon).GetMetadataItem("RASTER") == "SOURCE"


def test_areas_say_where_tiles_lie_that_do_not(sb, open_picture):
    sb.variants.tilejson = "no-bounds"
    dataset = open_picture(f"MAPFLOW:{BUILDINGS}")
    west, _, _, north = bounds_of_areas(sb, BUILDINGS)
    left, top = metres(west, north)
    transform = dataset.GetGeoTransform()
    assert abs(transform[0] - left) < 1 and abs(transform[3] - top) < 1
    sb.fault("/aois", status=500)
    with pytest.raises(RuntimeError, match="the service does not return its position"):
        open_picture(f"MAPFLOW:{NOTHING}")


def test_processing_names_no_address(sb, run):
    done = run("gdalinfo", "-json", "-stats", f"MAPFLOW:{RASTER}", env=LOUD)
    assert done.returncode == 0, done.said
    check_secrets(sb, done.said)
    done = run("ogrinfo", "-json" if gdal.VersionInfo() >= "3070000" else "-al", "-mdd", "all", "-oo", "STATUS_ONLY=YES",
               f"MAPFLOW:{RASTER}", env=LOUD)
    assert done.returncode == 0, done.said
    for secret in ("s3://", "users-data"):
        assert secret not in done.said
    sb.fault(TILES, status=403)
    done = run("gdalinfo", "-checksum", f"MAPFLOW:{RASTER}", env=LOUD)
    assert f"The raster result of processing {RASTER}" in done.said and "HTTP 403" in done.said
    check_secrets(sb, done.said)


# ---- images

def corners_of(sb, image):
    return sb.rasters.ring(sb.imagery.images[image])[:4]


def between(corners, column, row):
    """The position of a share of the width and height of a picture: north-west, north-east, south-east, south-west."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    return tuple((a * (1 - column) + b * column) * (1 - row) + (d * (1 - column) + c * column) * row
                 for a, b, c, d in ((ax, bx, cx, dx), (ay, by, cy, dy)))


def check_quarters(dataset, corners):
    for (column, row), colour in zip(((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)), QUARTERS):
        *values, alpha = value_at(dataset, *between(corners, column, row))
        assert max(abs(a - b) for a, b in zip(values, colour)) <= 3 and alpha == 255


@pytest.mark.parametrize("kind", IMAGERY_CHOICES["preview_type"])
@pytest.mark.parametrize("ring", IMAGERY_CHOICES["ring"])
def test_preview(sb, open_picture, ring, kind):
    sb.variants.ring, sb.variants.preview_type = ring, kind
    dataset = open_picture(f"MAPFLOW:image={UPLOADED}")
    sb.variants.ring = "rotated" if ring == "rotated" else "nw"
    corners = corners_of(sb, UPLOADED)
    check_quarters(dataset, corners)
    origin_x, step_x, _, origin_y, _, step_y = dataset.GetGeoTransform()
    lons, lats = zip(*corners)
    assert abs(origin_x - min(lons)) <= step_x and abs(origin_y - max(lats)) <= -step_y
    assert abs(origin_x + dataset.RasterXSize * step_x - max(lons)) <= step_x
    assert abs(origin_y + dataset.RasterYSize * step_y - min(lats)) <= -step_y
    assert dataset.GetSpatialRef().GetAuthorityCode(None) == "4326"
    assert dataset.GetMetadata() == {"IMAGE_ID": UPLOADED, "MOSAIC_ID": MOSAIC, "NAME": "block_07.tif",
                                     "RASTER": "PREVIEW"}
    # A pixel on this side of each edge is drawn, one on the other side is not.
    width, height = 1024, 819
    for column, row, dx, dy in ((0.5, 0, 0, -1), (1, 0.5, 1, 0), (0.5, 1, 0, 1), (0, 0.5, -1, 0)):
        inside = between(corners, column - 1.5 * dx / width, row - 1.5 * dy / height)
        assert value_at(dataset, *inside)[3] == 255
        outside = between(corners, column + 1.5 * dx / width, row + 1.5 * dy / height)
        x, y = (outside[0] - origin_x) / step_x, (outside[1] - origin_y) / step_y
        if 0 <= x < dataset.RasterXSize and 0 <= y < dataset.RasterYSize:
            assert value_at(dataset, *outside)[3] == 0


def test_preview_of_an_upright_image(sb, open_picture):
    """Its pixels are those of the picture, in whatever order the corners come."""
    raster = {**sb.imagery.images[UPLOADED].raster.__dict__, "epsg": 4326, "transform": (4.5, 1e-5, 0, 52.2, 0, -1e-5)}
    image = sb.imagery.add_image(MOSAIC, "upright.tif", raster=raster)
    for ring in ("nw", "se", "ccw"):
        sb.variants.ring = ring
        dataset = open_picture(f"MAPFLOW:image={image}")
        assert (dataset.RasterXSize, dataset.RasterYSize, dataset.RasterCount) == (1024, 819, 3)
        assert dataset.GetGeoTransform() == pytest.approx((4.5, 0.02 / 1024, 0, 52.2, 0, -0.016 / 819))
        assert abs(int(dataset.ReadAsArray(10, 10, 1, 1)[0][0][0]) - QUARTERS[0][0]) <= 3


def test_preview_of_an_image_with_other_corners(sb, open_picture, monkeypatch):
    ring = [[4.50, 52.16], [4.51, 52.17], [4.52, 52.16], [4.52, 52.15], [4.50, 52.15], [4.50, 52.16]]
    monkeypatch.setattr(sb.rasters, "ring", lambda image: ring)
    with reports() as seen:
        dataset = open_picture(f"MAPFLOW:image={UPLOADED}")
    assert dataset.GetGeoTransform() == pytest.approx((4.50, 0.02 / 1024, 0, 52.17, 0, -0.02 / 819))
    assert dataset.GetMetadataItem("APPROXIMATE") == "YES"
    del seen  # open_picture collects messages itself
    with reports() as seen:
        gdal.OpenEx(f"MAPFLOW:image={UPLOADED},RASTER=PREVIEW", gdal.OF_RASTER,
                    open_options=options_of({"API_URL": sb.url, "API_TOKEN": sb.token}))
    (warning,) = messages(seen, gdal.CE_Warning)
    assert "fills the box around its footprint" in warning


@pytest.mark.parametrize("form", IMAGERY_CHOICES["wkt"])
def test_footprints_in_any_spelling(sb, open_picture, form):
    sb.variants.wkt = form
    if form in ("empty", "bad"):
        with pytest.raises(RuntimeError, match="the service does not return its position"):
            open_picture(f"MAPFLOW:image={UPLOADED}")
    else:
        check_quarters(open_picture(f"MAPFLOW:image={UPLOADED}"), corners_of(sb, UPLOADED))


@pytest.mark.parametrize("life, said", (("failed", "FAILED: unsupported data type"), ("loading", "LOADING")))
def test_images_that_are_not_ready(sb, open_picture, life, said):
    image = sb.imagery.add_image(MOSAIC, "new.tif", raster=sb.imagery.images[UPLOADED].raster, life=life)
    with pytest.raises(RuntimeError, match=f"cannot be shown: its state is {said}"):
        open_picture(f"MAPFLOW:image={image}")


def test_images_that_are_not_there(sb, open_picture):
    with pytest.raises(RuntimeError, match=MISSING):
        open_picture(f"MAPFLOW:image={MISSING}")
    with pytest.raises(RuntimeError, match="The text after image= in the dataset name is not a UUID"):
        open_picture("MAPFLOW:image=block_07.tif")
    with pytest.raises(RuntimeError, match="has no layers: open it as a raster"):
        open_picture(f"MAPFLOW:image={UPLOADED}", flags=gdal.OF_VECTOR)
    assert open_picture(f"MAPFLOW:image={UPLOADED}", flags=0).RasterCount == 4


@pytest.mark.parametrize("kinds, said", (({"garbage": b"GIF89a"}, "is not a readable JPEG, PNG or WebP"), ({"status": 404}, "404"),
                                         ({"html": True}, "is not a readable JPEG")), ids=str)
def test_previews_that_are_none(sb, open_picture, kinds, said):
    sb.fault("/preview/", **kinds)
    with pytest.raises(RuntimeError, match=said):
        open_picture(f"MAPFLOW:image={UPLOADED}")


# ---- files of images

FILE = f"MAPFLOW:image={INGESTED}"


def test_file(sb, open_picture):
    dataset = open_picture(FILE)
    assert (dataset.RasterXSize, dataset.RasterYSize, dataset.RasterCount) == (400, 300, 3)
    assert dataset.GetGeoTransform() == (602400.0, 2.0, 0.0, 5779800.0, 0.0, -2.0)
    assert dataset.GetSpatialRef().GetAuthorityCode(None) == "32631"
    assert [tuple(int(v) for v in dataset.ReadAsArray(x, y, 1, 1).ravel())
            for x, y in ((100, 75), (300, 75), (300, 225), (100, 225))] == list(QUARTERS)
    assert dataset.GetMetadata() == {"IMAGE_ID": INGESTED, "MOSAIC_ID": MOSAIC, "NAME": "scene_12.tif", "RASTER": "FILE"}
    assert dataset.GetFileList() is None
    asked = [r for r in sb.requests.settle() if r.path.startswith("/downloads/")]
    assert {r.authorization for r in asked} == {None} and {r.method for r in asked} == {"GET"}
    assert {r.path.split(".")[-1] for r in asked} == {"tif"}  # nothing beside it


def test_choosing_between_file_and_preview(sb, open_picture, monkeypatch):
    assert open_picture(FILE, RASTER="PREVIEW").GetMetadataItem("RASTER") == "PREVIEW"
    assert open_picture(f"{FILE},RASTER=FILE").GetMetadataItem("RASTER") == "FILE"
    with pytest.raises(RuntimeError, match="HTTP 403.*RASTER=PREVIEW shows its preview"):
        open_picture(f"MAPFLOW:image={UPLOADED}", RASTER="FILE")
    with pytest.raises(RuntimeError, match="RASTER=RESULT is not available for"):
        open_picture(FILE, RASTER="RESULT")
    image = sb.rasters.image
    monkeypatch.setattr(sb.rasters, "image", lambda i: {k: v for k, v in image(i).items() if k != "available_for_download"})
    assert open_picture(f"MAPFLOW:image={UPLOADED}").GetMetadataItem("RASTER") == "PREVIEW"


def test_address_of_a_file_that_expires(sb, open_picture):
    dataset = open_picture(FILE)
    sb.imagery.expire_downloads()
    gdal.VSICurlClearCache()
    assert tuple(int(v) for v in dataset.ReadAsArray(300, 75, 1, 1).ravel()) == QUARTERS[1]
    asked = [r.path for r in sb.requests.settle() if r.path.endswith("/download")]
    assert len(asked) == 2


FILE_FAULTS = ({"status": 403}, {"status": 500}, {"garbage": b"II*"}, {"reset": True}, {"html": True})


@pytest.mark.parametrize("kinds", FILE_FAULTS, ids=str)
def test_files_that_fail_name_no_address(sb, run, kinds):
    sb.fault("/downloads/", **kinds)
    done = run("gdalinfo", FILE, env=LOUD)
    assert done.returncode == 1
    assert f'The file of image {INGESTED} ("scene_12.tif") cannot be opened: ' in done.said
    assert not [secret for secret in ("Signature", "downloads/", "vsicurl") if secret in done.said]
    assert not sb.violations


def test_file_shows_no_address(sb, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("gdal_translate", FILE, "out.tif", env=LOUD)
    assert done.returncode == 0, done.said
    assert gdal.Open("out.tif").ReadAsArray().shape == (3, 300, 400)
    for arguments in (("-json", "-stats", "-hist"), ("-mdd", "all", "-listmdd")):
        done = run("gdalinfo", *arguments, FILE, env=LOUD)
        assert done.returncode == 0, done.said
        assert not [secret for secret in ("Signature", "downloads/", "vsicurl") if secret in done.said]
    assert [path.name for path in tmp_path.iterdir()] == ["out.tif"]
