"""Rasters become images of a mosaic: what is sent, and what the user is told."""

import json
import os
import zipfile

import pytest
from osgeo import gdal

import oracle
from helpers import quiet, reports
from submitting import report_of
from uploading import (
    EMPTY, PLACE, QUARRY, create_copy, created_mosaics, errors_of, images, mosaic_id, posts, raster, sha1, upload)


@pytest.fixture
def ortho(tmp_path):
    return raster(tmp_path / "ortho.tif")


@pytest.fixture
def copy(account):
    """CreateCopy with exceptions: copy(source, name, progress, OPTION=value) -> dataset."""
    def copied(source, name=f"MAPFLOW:mosaic={EMPTY}", progress=None, **options):
        given = [f"{key}={value}" for key, value in {**account, **options}.items()]
        with oracle.exceptions(True):
            return gdal.GetDriverByName("MAPFLOW").CreateCopy(name, source, options=given, callback=progress)
    return copied


def new_image(sb, name=EMPTY):
    (image,) = images(sb, name)
    return image


# ---- as it is

def test_a_geotiff_is_sent_as_it_is(sb, run, ortho):
    before = {image.id for image in images(sb)}
    done = upload(run, ortho, REPORT="/vsistdout/")
    assert done.returncode == 0 and done.stderr == "", done.said
    (image,) = [image for image in images(sb) if image.id not in before]
    assert (image.filename, image.file_size, image.checksum) == ("ortho.tif", ortho.stat().st_size, sha1(ortho))
    assert report_of(done.stdout) == [{"mosaicId": mosaic_id(sb), "imageId": image.id, "name": "ortho.tif",
                                       "bytes": image.file_size, "state": "READY"}]
    (request,) = posts(sb)
    assert [(part["name"], part["content_type"]) for part in request.parts] == [("file", "image/tiff")]
    assert request.headers["content-length"].isdecimal()
    assert not sb.submitted


@pytest.mark.parametrize("answer", ("message", "image"))
def test_both_forms_of_the_answer(sb, run, ortho, answer):
    sb.variants.upload_answer = answer
    done = upload(run, ortho, mosaic=EMPTY, REPORT="/vsistdout/")
    assert done.returncode == 0, done.said
    assert report_of(done.stdout)[0]["imageId"] == new_image(sb).id
    # The id in an answer is all that is asked of the service.
    assert report_of(done.stdout)[0]["state"] == ("READY" if answer == "message" else "UPLOADED")


def test_from_a_zip(sb, run, ortho, tmp_path):
    with zipfile.ZipFile(tmp_path / "flight.zip", "w") as archive:
        archive.write(ortho, "block_07.tif")
    assert upload(run, f"/vsizip/{tmp_path}/flight.zip/block_07.tif", mosaic=EMPTY).returncode == 0
    assert (new_image(sb).filename, new_image(sb).checksum) == ("block_07.tif", sha1(ortho))


def test_from_memory(sb, copy, ortho):
    gdal.FileFromMemBuffer("/vsimem/here.tiff", ortho.read_bytes())
    dataset = copy(gdal.Open("/vsimem/here.tiff"))
    assert (new_image(sb).filename, new_image(sb).checksum) == ("here.tiff", sha1(ortho))
    assert dataset.GetMetadata() == {
        "MOSAIC_ID": mosaic_id(sb, EMPTY), "IMAGE_ID": new_image(sb).id, "NAME": "here.tiff",
        "BYTES": str(ortho.stat().st_size), "STATE": "READY"}
    gdal.Unlink("/vsimem/here.tiff")


def test_the_dataset_has_no_pixels(copy, ortho):
    dataset = copy(gdal.Open(str(ortho)))
    assert (dataset.RasterXSize, dataset.RasterYSize, dataset.RasterCount) == (64, 48, 3)
    assert dataset.GetGeoTransform() == PLACE and "32633" in dataset.GetProjection()
    with oracle.exceptions(True), pytest.raises(RuntimeError, match="pixels of an uploaded image"):
        dataset.ReadAsArray()


def test_name(sb, run, ortho):
    assert upload(run, ortho, mosaic=EMPTY, NAME="Süd, Block 7").returncode == 0
    assert new_image(sb).filename == "Süd, Block 7.tif"


# ---- converted

def converted(sb, run, source, *words, **options):
    done = upload(run, source, *words, mosaic=EMPTY, **options)
    assert done.returncode == 0, done.said
    return new_image(sb)


def test_a_png_with_a_world_file(sb, run, tmp_path, ortho):
    gdal.Translate(str(tmp_path / "view.png"), str(ortho), format="PNG", creationOptions=["WORLDFILE=YES"])
    image = converted(sb, run, tmp_path / "view.png")
    assert image.filename == "view.tif"
    assert (image.raster.epsg, image.raster.transform, image.raster.bands) == (32633, PLACE, 3)


def test_options_of_gdal_translate(sb, run, ortho):
    image = converted(sb, run, ortho, "-srcwin", "10", "8", "20", "16")
    assert (image.filename, image.raster.width, image.raster.height) == ("ortho.tif", 20, 16)
    assert image.raster.transform == (500005, 0.5, 0, 5999996, 0, -0.5)


def test_a_georeference_beside_the_file(sb, run, tmp_path):
    path = raster(tmp_path / "bare.tif", epsg=None, place=None)
    (tmp_path / "bare.tfw").write_text("0.5\n0\n0\n-0.5\n500000.25\n5999999.75\n")
    image = converted(sb, run, path, "-a_srs", "EPSG:32633")
    assert image.raster.transform == PLACE


def test_scale(sb, run, tmp_path):
    """1 and 255 are the ends; nodata is 0, and stays so."""
    path = raster(tmp_path / "deep.tif", width=4, height=1, bands=1, kind=gdal.GDT_UInt16)
    dataset = gdal.Open(str(path), gdal.GA_Update)
    dataset.GetRasterBand(1).SetNoDataValue(65535)
    dataset.GetRasterBand(1).WriteRaster(0, 0, 4, 1, b"\x00\x00\x64\x00\xd0\x07\xff\xff")  # 0, 100, 2000, nodata
    dataset = None
    taken = []
    original = sb.imagery.store

    def store(mosaic, part, variants):
        part.file.seek(0)
        taken.append(part.file.read())
        return original(mosaic, part, variants)
    sb.imagery.store = store
    image = converted(sb, run, path, SCALE="100,1000")
    assert (image.raster.dtypes, image.raster.nodata) == (["uint8"], 0)
    gdal.FileFromMemBuffer("/vsimem/taken.tif", taken[0])
    assert gdal.Open("/vsimem/taken.tif").ReadRaster() == bytes((1, 1, 255, 0))
    gdal.Unlink("/vsimem/taken.tif")


def test_no_temporary_file_is_left(sb, run, tmp_path, ortho):
    folder = tmp_path / "temporary"
    folder.mkdir()
    seen = []
    sb.on_request = lambda record: seen.append(os.listdir(folder))
    done = upload(run, ortho, "-srcwin", "0", "0", "20", "16", mosaic=EMPTY, env={"CPL_TMPDIR": str(folder)})
    assert done.returncode == 0, done.said
    assert os.listdir(folder) == [] and not any(seen[-3:])
    sb.on_request = None
    done = upload(run, ortho, "-srcwin", "0", "0", "20", "16", mosaic=EMPTY,
                  env={"CPL_TMPDIR": str(tmp_path / "missing")}, DUPLICATES="ALLOW")
    assert done.returncode != 0 and len(posts(sb)) == 1


# ---- mosaics

def test_a_mosaic_is_created_when_that_is_wanted(sb, run, ortho):
    done = upload(run, ortho, mosaic="New one")
    assert done.returncode != 0 and not created_mosaics(sb) and not posts(sb)
    assert "CREATE_MOSAIC=YES creates it" in done.stderr
    done = upload(run, ortho, mosaic="New one", CREATE_MOSAIC="YES", TAGS="a, b")
    assert done.returncode == 0, done.said
    assert created_mosaics(sb) == [{"name": "New one", "tags": ["a", "b"]}]
    other = raster(ortho.parent / "other.tif", value=50)
    assert upload(run, other, mosaic="New one", CREATE_MOSAIC="YES").returncode == 0
    assert len(created_mosaics(sb)) == 1 and len(images(sb, "New one")) == 2


def test_a_mosaic_by_uuid_is_not_created(sb, run, ortho):
    done = upload(run, ortho, mosaic="00000000-0000-4000-8000-000000000000", CREATE_MOSAIC="YES")
    assert done.returncode != 0 and not created_mosaics(sb) and not posts(sb)


def test_a_mosaic_that_stays_empty_is_named(sb, run, ortho):
    sb.fault("/image$", method="POST", status=422)
    done = upload(run, ortho, mosaic="New one", CREATE_MOSAIC="YES")
    assert done.returncode != 0
    assert f'Mosaic {mosaic_id(sb, "New one")} ("New one") was created, and is empty.' in errors_of(done)


def test_tags_are_added(sb, run, ortho):
    mosaic = sb.imagery.mosaics[mosaic_id(sb)]
    before = list(mosaic.tags)
    assert any("," in tag for tag in before)
    assert upload(run, ortho, TAGS=f"{before[0]},new").returncode == 0
    assert mosaic.tags == [*before, "new"] and mosaic.name == QUARRY


# ---- waiting

def test_wait_for_an_image(sb, run, ortho):
    sb.variants.image_life = "polls"
    done = upload(run, ortho, mosaic=EMPTY, WAIT="YES", POLL_INTERVAL="0.01", REPORT="/vsistdout/")
    assert done.returncode == 0, done.said
    assert [line["state"] for line in report_of(done.stdout)] == ["READY"]


@pytest.mark.parametrize("life, reason", (
    ("failed", "unsupported data type"), ("failed-null", "no reason given")))
def test_wait_for_an_image_that_fails(sb, run, ortho, life, reason):
    sb.variants.image_life = life
    done = upload(run, ortho, mosaic=EMPTY, WAIT="YES", POLL_INTERVAL="0.01", REPORT="/vsistdout/")
    assert done.returncode != 0
    assert errors_of(done) == [f'The service cannot use image {new_image(sb).id} ("ortho.tif"): {reason}']
    assert [line["state"] for line in report_of(done.stdout)] == ["FAILED"]


@pytest.mark.parametrize("life, said", (
    ("loading", "still loading or failed to load"), ("strange", "still being processed")))
def test_a_wait_ends_at_its_limit(sb, run, ortho, life, said):
    sb.variants.image_life, sb.variants.image_polls = life, 1000
    done = upload(run, ortho, mosaic=EMPTY, WAIT="YES", POLL_INTERVAL="0.01", WAIT_TIMEOUT="0.1")
    assert done.returncode != 0 and said in done.stderr
    sb.variants.image_life = "at-once"
    sb.imagery.images[new_image(sb).id].life = "at-once"
    done = upload(run, ortho, mosaic=EMPTY, WAIT="YES", POLL_INTERVAL="0.01")
    assert done.returncode == 0 and "is not sent again" in done.stderr and len(posts(sb)) == 1


@pytest.mark.parametrize("life", ("at-once", "polls"))
def test_an_old_server(sb, run, ortho, life):
    """Without states an image is ready when it is in the list."""
    sb.variants.old_rasters, sb.variants.image_life = True, life
    done = upload(run, ortho, mosaic=EMPTY, WAIT="YES", POLL_INTERVAL="0.01", REPORT="/vsistdout/")
    assert done.returncode == 0, done.said
    assert [(line["imageId"], line["state"]) for line in report_of(done.stdout)] == [(new_image(sb).id, "READY")]


def test_an_image_that_shows_late(sb, run, ortho):
    sb.variants.status_lag = 3
    done = upload(run, ortho, mosaic=EMPTY, REPORT="/vsistdout/")
    assert done.returncode == 0, done.said
    assert report_of(done.stdout)[0]["imageId"] == new_image(sb).id


def test_a_server_that_renames(sb, run, ortho):
    sb.variants.hex_filenames = True
    done = upload(run, ortho, REPORT="/vsistdout/")
    assert done.returncode == 0, done.said
    assert report_of(done.stdout)[0]["imageId"] == images(sb)[-1].id


# ---- progress

def test_progress_goes_up_to_the_end(sb, copy, ortho):
    shown = []
    copy(gdal.Open(str(ortho)), progress=lambda part, *_: shown.append(part) or 1)
    assert shown == sorted(shown) and (shown[0], shown[-1]) == (0, 1)


def test_cancelled_before_anything(sb, copy, ortho):
    with pytest.raises(RuntimeError, match="Cancelled"):
        copy(gdal.Open(str(ortho)), progress=lambda *_: 0)
    assert not sb.requests.settle()


def test_cancelled_while_it_is_sent(sb, copy, tmp_path):
    path = raster(tmp_path / "large.tif", width=2000, height=2000)
    sb.fault("/image$", method="POST", times=1, slow_upload=2_000_000)
    with pytest.raises(RuntimeError, match="[Cc]ancelled"):
        copy(gdal.Open(str(path)), progress=lambda part, *_: part < 0.2)
    assert images(sb, EMPTY) == []
    assert copy(gdal.Open(str(path))).GetMetadataItem("IMAGE_ID") == new_image(sb).id


def test_cancelled_while_it_is_converted(sb, copy, tmp_path):
    path = raster(tmp_path / "large.png", width=2000, height=2000, driver="MEM")
    folder = tmp_path / "temporary"
    folder.mkdir()
    source = gdal.Translate("", str(raster(tmp_path / "a.tif", width=2000, height=2000)), format="MEM")
    gdal.SetConfigOption("CPL_TMPDIR", str(folder))
    try:
        with pytest.raises(RuntimeError):
            copy(source, progress=lambda part, *_: part < 0.2)
    finally:
        gdal.SetConfigOption("CPL_TMPDIR", None)
    assert not posts(sb) and os.listdir(folder) == [] and not path.exists()


def test_cancelled_while_it_waits(sb, account, ortho):
    """Through GDAL's C interface: Python hears of whole per cents alone, and nothing changes while it waits."""
    sb.variants.image_life = "loading"
    waited = []

    def progress(part):
        waited.append(part)
        return waited.count(0.999) < 3
    with quiet():
        assert not create_copy(ortho, f"MAPFLOW:mosaic={EMPTY}", {**account, "WAIT": "YES"}, progress)
    assert gdal.GetLastErrorMsg() == "Cancelled"
    assert len(images(sb, EMPTY)) == 1 and waited.count(0.999) == 3


# ---- options

@pytest.mark.parametrize("options, said", (
    ({"MODEL": "Buildings"}, "There is no creation option MODEL for an upload."),
    ({"TAG": "a"}, "There is no creation option TAG for an upload."),
    ({"CONVERT": "YES"}, "CONVERT=YES is not one of AUTO, NO."),
    ({"DUPLICATES": "SKIP"}, "DUPLICATES=SKIP is not one of REFUSE, ALLOW."),
    ({"CREATE_MOSAIC": "MAYBE"}, "CREATE_MOSAIC=MAYBE is neither YES nor NO."),
    ({"SCALE": "10"}, "SCALE=10 is not two numbers"),
    ({"SCALE": "10,a"}, "SCALE=10,a is not two numbers"),
    ({"SCALE": "10,10"}, "SCALE=10,10 is not two numbers"),
    ({"SCALE": "0,nan"}, "SCALE=0,nan is not two numbers"),
    ({"SCALE": "0,10", "CONVERT": "NO"}, "SCALE converts the raster, which CONVERT=NO forbids."),
    ({"NAME": "a/b"}, "NAME is a file name"),
), ids=str)
def test_options_are_checked(sb, run, ortho, options, said):
    done = upload(run, ortho, **options)
    assert done.returncode != 0
    assert {r.method for r in sb.requests.settle()} <= {"GET"}  # gdal_translate looks whether the target is there
    assert [said in text for text in errors_of(done)] == [True], done.said


@pytest.mark.parametrize("name", ("", "project=x", "3fa85f64-5717-4562-b3fc-2c963f66afa6"))
def test_only_a_mosaic_takes_rasters(sb, copy, ortho, name):
    with pytest.raises(RuntimeError, match="uploaded into a mosaic|is not deleted"):
        copy(gdal.Open(str(ortho)), f"MAPFLOW:{name}")
    assert not sb.requests.settle()


def test_the_journal_is_not_among_the_submissions(sb, run, ortho, open_mapflow):
    assert upload(run, ortho).returncode == 0
    assert open_mapflow("").GetLayerByName("submissions").GetFeatureCount() == 0


def test_a_report_that_cannot_be_written(sb, run, ortho, tmp_path):
    done = upload(run, ortho, REPORT=tmp_path / "missing" / "report.json")
    assert done.returncode != 0 and not posts(sb) and len(errors_of(done)) == 1


def test_warns_of_other_systems(sb, copy, tmp_path):
    with reports() as seen:
        path = raster(tmp_path / "etrs.tif", epsg=25833)
        try:
            copy(gdal.Open(str(path)))
        except RuntimeError:  # the sandbox knows few systems
            pass
    assert any("The raster is in EPSG:25833." in text for kind, text in seen)


def test_no_secret_in_what_is_kept(sb, run, ortho):
    done = upload(run, ortho, REPORT="/vsistdout/", env={"CPL_DEBUG": "ON"})
    assert done.returncode == 0 and sb.token not in done.said and sb.state.secret not in done.said
    assert json.loads(done.stdout.splitlines()[-1])["name"] == "ortho.tif"
