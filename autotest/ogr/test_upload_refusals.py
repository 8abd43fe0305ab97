"""What the service would refuse is refused before a byte is sent, with what the raster has and what it must have."""

import shlex

import pytest
from osgeo import gdal, osr

from settings import config
from uploading import EMPTY, PLACE, QUARRY, created_mosaics, errors_of, images, posts, raster, sha1, upload

ALBERS = "+proj=aea +lat_1=50 +lat_2=60 +lat_0=55 +lon_0=14 +datum=WGS84 +units=m"

# What is wrong with a raster, and what the error says.
RASTERS = {
    "no system": ({"epsg": None}, ["no coordinate reference system", "gdalwarp -s_srs"]),
    "no EPSG code": ({"epsg": ALBERS, "place": (0, 0.5, 0, 0, 0, -0.5)},
                     ["has no EPSG code", "gdalwarp -t_srs EPSG:32633 ", "wrong.tif"]),
    "no geotransform": ({"place": None}, ["not georeferenced by a geotransform", "gdal_translate -a_ullr <west> <north> "]),
    "rotated": ({"place": (500000, 0.4, 0.3, 6000000, 0.3, -0.4)},
                ["to the right is (0.4, 0.3)", "(+, 0) and (0, -)", "gdalwarp"]),
    "south up": ({"place": (500000, 0.5, 0, 6000000, 0, 0.5)}, ["a step down (0, 0.5)", "gdalwarp"]),
    "2 bands": ({"bands": 2}, ["has 2 bands, and must have 1, 3 or 4"]),
    "5 bands": ({"bands": 5}, ["has 5 bands, and must have 1, 3 or 4"]),
    "16 bits": ({"kind": gdal.GDT_UInt16}, ["16 bits a sample (UInt16), and must have 8: SCALE=min,max"]),
    "float": ({"kind": gdal.GDT_Float32}, ["32 bits a sample (Float32), and must have 8"]),
    "complex": ({"kind": gdal.GDT_CFloat32}, ["is complex (CFloat32)"]),
    "large pixels": ({"place": (500000, 30, 0, 6000000, 0, -30)}, ["is 30 m, and the limit is 20 m"]),
    "large degrees": ({"epsg": 4326, "place": (12, 0.001, 0, 54, 0, -0.001)}, [" m, and the limit is 20 m"]),
}


def refused(sb, done, *said):
    """The one error of a command that has sent nothing."""
    assert done.returncode != 0 and not posts(sb) and not created_mosaics(sb)
    (error,) = errors_of(done)
    assert all(text in error for text in said), error
    return error


@pytest.mark.parametrize("case", RASTERS, ids=str)
def test_rasters(sb, run, tmp_path, case):
    wrong, said = RASTERS[case]
    path = raster(tmp_path / "wrong.tif", **wrong)
    refused(sb, upload(run, path), *said, "Nothing is uploaded")
    assert {r.method for r in sb.requests.settle()} <= {"GET"}  # gdal_translate looks whether the target is there


@pytest.mark.parametrize("has_system", [True, False])
def test_ground_control_points(sb, run, tmp_path, monkeypatch, has_system):
    """The command that the error gives makes what can be uploaded."""
    path = raster(tmp_path / "points.tif", epsg=None, place=None)
    system = osr.SpatialReference()
    system.ImportFromEPSG(4326)
    points = [gdal.GCP(12 + x / 1e5, 54 - y / 1e5, 0, x, y) for x, y in ((0, 0), (64, 0), (64, 48), (0, 48))]
    gdal.Open(str(path), gdal.GA_Update).SetGCPs(points, system.ExportToWkt() if has_system else "")
    error = refused(sb, upload(run, path), "by ground control points, and must be by a geotransform")
    line = error.split("This makes one: ")[1].split(" out.tif")[0].replace("<its system>", "EPSG:4326")
    assert ("-s_srs" in line) != has_system
    monkeypatch.chdir(tmp_path)
    assert run(*shlex.split(line), "out.tif").returncode == 0
    assert upload(run, tmp_path / "out.tif").returncode == 0


def test_a_colour_table(sb, run, tmp_path):
    path = raster(tmp_path / "classes.tif", bands=1)
    dataset = gdal.Open(str(path), gdal.GA_Update)
    table = gdal.ColorTable()
    table.SetColorEntry(1, (255, 0, 0, 255))
    dataset.GetRasterBand(1).SetColorTable(table)
    dataset = None
    refused(sb, upload(run, path), "has a colour table", "gdal_translate -expand rgb")


@pytest.mark.parametrize("size, said", (
    ((40, 8), "width is 40 pixels, and must be less than 40"),
    ((8, 41), "height is 41 pixels, and must be less than 40")))
def test_pixels(sb, run, tmp_path, size, said):
    sb.imagery.max_pixels = 40
    refused(sb, upload(run, raster(tmp_path / "a.tif", *size), mosaic=EMPTY), said)
    assert upload(run, raster(tmp_path / "b.tif", 39, 39), mosaic=EMPTY).returncode == 0


def test_bytes(sb, run, tmp_path):
    path = raster(tmp_path / "a.tif")
    size = path.stat().st_size
    sb.imagery.max_file = size
    refused(sb, upload(run, path, mosaic=EMPTY), f"has {size} bytes, and must have less than {size}")
    sb.imagery.max_file = size + 1
    assert upload(run, path, mosaic=EMPTY).returncode == 0


def test_storage(sb, run, tmp_path):
    path = raster(tmp_path / "a.tif")
    size = path.stat().st_size
    sb.imagery.limit = sb.imagery.used + size - 1
    refused(sb, upload(run, path, mosaic="New one", CREATE_MOSAIC="YES"),
            f"has {size} bytes, and {size - 1} of {sb.imagery.limit} are free")
    sb.imagery.limit += 1
    assert upload(run, path, mosaic=EMPTY).returncode == 0


@pytest.mark.parametrize("shape", ("nulls", "docs"))
def test_limits_that_are_not_known(sb, run, tmp_path, shape):
    sb.variants.memory_shape = shape
    assert upload(run, raster(tmp_path / "a.tif"), mosaic=EMPTY).returncode == 0


def test_bands_of_the_mosaic(sb, run, tmp_path):
    error = refused(sb, upload(run, raster(tmp_path / "a.tif", bands=1), mosaic=QUARRY), "has 1 bands")
    assert error.endswith("have 3. Nothing is uploaded.")


def test_storage_that_fills_up_meanwhile(sb, run, tmp_path):
    """The service's own refusal is told."""
    path = raster(tmp_path / "a.tif")
    sb.imagery.taken_meanwhile = sb.imagery.limit - sb.imagery.used
    done = upload(run, path, mosaic=EMPTY)
    assert done.returncode != 0 and len(posts(sb)) == 1 and images(sb, EMPTY) == []
    (error,) = errors_of(done)
    assert str(path.stat().st_size) in error and error.endswith("Nothing is stored")
    sb.imagery.taken_meanwhile = 0
    assert upload(run, path, mosaic=EMPTY).returncode == 0


@pytest.mark.parametrize("expect", ("continue", "417", "ignore"))
def test_refused_by_its_headers(sb, run, tmp_path, expect):
    """A large file is announced: what is refused then is refused before its first byte."""
    path = raster(tmp_path / "large.tif", 1200, 1200)
    sb.variants.expect = expect
    sb.imagery.taken_meanwhile = sb.imagery.limit - sb.imagery.used
    done = upload(run, path, mosaic=EMPTY)
    assert done.returncode != 0 and images(sb, EMPTY) == []
    assert "Nothing is stored" in errors_of(done)[0]
    sb.imagery.taken_meanwhile = 0
    done = upload(run, path, mosaic=EMPTY)
    assert done.returncode == 0, done.said
    assert [image.checksum for image in images(sb, EMPTY)] == [sha1(path)]


@pytest.mark.parametrize("status", (401, 403, 413, 507))
@pytest.mark.parametrize("closes", (False, True))
def test_refused_while_it_is_sent(sb, run, tmp_path, status, closes):
    path = raster(tmp_path / "large.tif", 2400, 2400)
    sb.fault("/image$", method="POST", early=3_000_000, status=status, early_close=closes)
    done = upload(run, path, mosaic=EMPTY)
    assert done.returncode != 0 and images(sb, EMPTY) == [] and len(posts(sb)) == 1
    (error,) = errors_of(done)
    assert error.endswith("Nothing is stored")
    assert closes or f"(HTTP {status}" in error


def test_a_row_that_a_refusal_leaves_is_named(sb, run, tmp_path):
    sb.variants.rejected_row = True
    sb.variants.mosaic_rule = "strict"
    path = raster(tmp_path / "a.tif", place=(500000, 1, 0, 6000000, 0, -1))
    done = upload(run, path, mosaic=QUARRY)
    (row,) = [image for image in images(sb) if image.filename == "a.tif"]
    assert done.returncode != 0 and f"The mosaic has it as image {row.id}" in errors_of(done)[0]
    assert upload(run, raster(tmp_path / "b.tif"), mosaic=EMPTY).returncode == 0


# ---- duplicates

def test_the_same_name_and_size(sb, run, tmp_path):
    path = raster(tmp_path / "a.tif")
    assert upload(run, path, mosaic=EMPTY).returncode == 0
    done = upload(run, path, mosaic=EMPTY)
    (error,), (image,) = errors_of(done), images(sb, EMPTY)
    assert done.returncode != 0 and len(posts(sb)) == 1
    assert image.id in error and error.count(f"{image.file_size} bytes") == 2
    assert upload(run, path, mosaic=EMPTY, DUPLICATES="ALLOW").returncode == 0
    assert len(images(sb, EMPTY)) == 2


def test_the_same_content_by_another_name(sb, run, tmp_path):
    path = raster(tmp_path / "a.tif")
    assert upload(run, path, mosaic=EMPTY).returncode == 0
    done = upload(run, path, mosaic=EMPTY, NAME="b")
    (error,) = errors_of(done)
    assert done.returncode != 0 and len(posts(sb)) == 1
    assert f'as image "a.tif": {images(sb, EMPTY)[0].id}' in error and sha1(path) in error
    other = raster(tmp_path / "other.tif", value=1)
    assert other.stat().st_size == path.stat().st_size
    assert upload(run, other, mosaic=EMPTY).returncode == 0


def test_the_same_name_whose_size_is_not_known(sb, run, tmp_path):
    sb.variants.image_life = "loading"
    path = raster(tmp_path / "a.tif")
    assert upload(run, path, mosaic=EMPTY).returncode == 0
    done = upload(run, path, mosaic=EMPTY)
    assert done.returncode != 0 and "a size that is not known yet" in errors_of(done)[0]


def test_one_that_failed_is_no_duplicate(sb, run, tmp_path):
    sb.variants.image_life = "failed"
    path = raster(tmp_path / "a.tif")
    assert upload(run, path, mosaic=EMPTY, WAIT="YES", POLL_INTERVAL="0.01").returncode != 0
    sb.variants.image_life = "at-once"
    done = upload(run, path, mosaic=EMPTY)
    assert done.returncode == 0, done.said
    assert len(images(sb, EMPTY)) == 2


# ---- CONVERT=NO

def test_16_bits_as_they_are(sb, run, tmp_path):
    path = raster(tmp_path / "deep.tif", bands=1, kind=gdal.GDT_UInt16)
    assert upload(run, path, mosaic=EMPTY, CONVERT="NO").returncode == 0
    assert images(sb, EMPTY)[0].checksum == sha1(path)


@pytest.mark.parametrize("case, said", (
    ("png", "it is not a GeoTIFF file"), ("world file", "its georeference is not in the file itself"),
    ("mask", "its mask or nodata value is not in the file itself"), ("options", "it is not a GeoTIFF file")))
def test_what_only_a_conversion_can_send(sb, run, tmp_path, case, said):
    path, words = tmp_path / "a.tif", ()
    if case == "world file":
        raster(path, place=None)
        (tmp_path / "a.tfw").write_text("0.5\n0\n0\n-0.5\n500000.25\n5999999.75\n")
    else:
        raster(path)
    if case == "mask":
        with config(GDAL_TIFF_INTERNAL_MASK="NO"):  # the default before GDAL 3.9
            dataset = gdal.Open(str(path), gdal.GA_Update)
            dataset.CreateMaskBand(gdal.GMF_PER_DATASET)
            dataset = None
        assert (tmp_path / "a.tif.msk").exists()
    if case == "png":
        gdal.Translate(str(tmp_path / "a.png"), str(path), format="PNG", creationOptions=["WORLDFILE=YES"])
        path = tmp_path / "a.png"
    if case == "options":
        words = ("-srcwin", "0", "0", "20", "20")
    refused(sb, upload(run, path, *words, CONVERT="NO"), "CONVERT=NO sends the file as it is, but " + said)
    assert upload(run, path, *words, mosaic=EMPTY).returncode == 0
    assert images(sb, EMPTY)[0].raster.transform == PLACE
