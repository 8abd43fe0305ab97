"""Uploaded imagery as layers: mosaics, their images, the storage; what can be changed, and what goes wrong."""

import pytest
from osgeo import gdal, ogr

from accounts import LOST, asked, failure_of, names, rows
from helpers import layer_names, messages, quiet, reports, secrets_of
from settings import config

UPDATE = gdal.OF_VECTOR | gdal.OF_UPDATE
QUARRY, EMPTY = (f"55555555-6666-4777-8888-9999999999{n}" for n in ("01", "02"))
BLOCK, SCENE = (f"55555555-6666-4777-8888-9999999999{n}" for n in ("11", "12"))
SECRET = ("s3://", "/api/v0/cogs", "users-data")


@pytest.fixture
def opened(open_mapflow):
    """A layer of the account, or of a dataset by its name; it keeps its dataset."""
    datasets = []

    def once(layer, flags=gdal.OF_VECTOR, name="", **options):
        datasets.append(open_mapflow(name, flags, **options))
        return datasets[-1].GetLayerByName(layer)
    yield once
    datasets.clear()


@pytest.fixture(autouse=True)
def free(sb):
    """Nothing here costs credits, and nothing is done twice."""
    yield
    assert sb.submitted == [] and sb.violations == []


def imagery(sb):
    return sb.state.imagery


def row(layer, name):
    return next(f for f in layer if f["name"] == name)


def sent(sb):
    """What was changed: method, path and body."""
    return [(r.method, r.path, r.json) for r in sb.requests.settle() if r.method in ("POST", "PUT", "DELETE")]


def values(feature, *columns):
    return [feature[column] for column in columns]


def box(feature):
    west, east, south, north = feature.GetGeometryRef().GetEnvelope()
    return [round(v, 3) for v in (west, south, east, north)]


# ---- reading --------------------------------------------------------------------------------------


def test_mosaics(sb, opened):
    quarry, empty = rows(opened("mosaics"))
    assert values(quarry, "id", "name", "tags", "bytes", "images", "ready", "pending", "in_progress", "failed") == [
        QUARRY, "Quarry flights", ["quarry", "2026", "north, upper bench"], 9610635 + 360390, 2, 2, 0, 0, 0]
    assert quarry.GetFieldAsDateTime("created")[:6] == [2026, 5, 11, 7, 20, pytest.approx(41.118, abs=1e-3)]
    assert quarry.GetGeometryRef().GetGeometryCount() == 2 and box(quarry) == [4.481, 52.152, 4.509, 52.159]
    assert values(empty, "name", "tags", "images", "bytes") == ["Empty", None, 0, 0]
    assert empty.GetGeometryRef() is None
    assert asked(sb) == ["GET /rasters/mosaic"]


def test_images(sb, opened):
    block, scene = rows(opened("images"))
    assert values(block, "id", "name", "mosaic_id", "mosaic", "state", "error", "bytes", "width", "height", "band_count",
                  "data_types", "nodata", "pixel_size_m", "crs", "tiles_ready", "downloadable") == [
        BLOCK, "block_07.tif", QUARRY, "Quarry flights", "READY", None, 9610635, 2000, 1600, 3,
        ["uint8"] * 3, 0.0, 0.5, "EPSG:32631", 1, 0]
    assert len(block["checksum"]) == 40 and box(block) == [4.481, 52.152, 4.496, 52.159]
    assert values(scene, "name", "nodata", "pixel_size_m", "downloadable") == ["scene_12.tif", None, 2, 1]
    assert asked(sb) == ["GET /rasters/mosaic"] + [f"GET /rasters/mosaic/*/{part}" for part in ("status", "image")] * 2


def test_pixel_size_of_degrees(sb, opened):
    size = 1e-5
    imagery(sb).add_image(EMPTY, "degrees.tif", raster={
        "width": 100, "height": 100, "bands": 1, "dtypes": ["uint8"], "nodata": None, "epsg": 4326,
        "transform": (10.0, size, 0.0, 60.05, 0.0, -size)})
    found = row(opened("images"), "degrees.tif")
    assert found["pixel_size_m"] == pytest.approx(111320 * size * 1.5 / 2, rel=1e-3)  # cos 60° is half


def test_storage_in_the_account(sb, opened):
    columns = ("storage_limit", "storage_used", "storage_available", "max_file_size", "max_file_pixels")
    imagery(sb).limit = 20_000_000
    (account,) = rows(opened("account"))
    assert values(account, *columns) == [20_000_000, 9971025, 10028975, 1 << 30, 65535]
    assert asked(sb) == ["GET /user/status", "GET /rasters/memory"]
    sb.variants.memory_shape = "nulls"
    assert values(rows(opened("account"))[0], *columns) == [None, 9971025, None, 1 << 30, 65535]
    sb.variants.memory_shape = "docs"
    assert values(rows(opened("account"))[0], *columns) == [20_000_000, 9971025, 10028975, None, None]
    sb.fault("/rasters/memory", status=404)
    assert values(rows(opened("account"))[0], "email", *columns) == ["dev@example.com"] + [None] * 5
    sb.faults.clear()
    sb.fault("/rasters/memory", status=500)
    layer = opened("account")
    assert "The storage of the account" in failure_of(lambda: layer.GetNextFeature())


@pytest.mark.parametrize("name", [QUARRY, QUARRY.upper(), "Quarry flights", "quarry FLIGHTS"])
def test_mosaic_as_dataset(sb, open_mapflow, name):
    dataset = open_mapflow(f'mosaic="{name}"')
    assert layer_names(dataset) == ["images"] and dataset.GetLayer(1) is None
    assert dataset.GetMetadata() == {"MOSAIC_ID": QUARRY, "NAME": "Quarry flights"}
    assert names(dataset.GetLayer(0)) == ["block_07.tif", "scene_12.tif"]
    (count,) = dataset.ExecuteSQL("SELECT COUNT(*) AS n FROM images WHERE band_count = 3")
    assert count["n"] == 2


def test_mosaic_that_cannot_be_found(sb, open_mapflow):
    with pytest.raises(RuntimeError, match='(?i)no mosaic "x".*Quarry flights'):
        open_mapflow("mosaic=x")
    twin = imagery(sb).add_mosaic("Empty")
    with pytest.raises(RuntimeError, match=f"(?s){EMPTY}.*{twin}"):
        open_mapflow("mosaic=Empty")
    with pytest.raises(RuntimeError, match="Mosaic 00000000.*does not find it"):
        open_mapflow("mosaic=00000000-0000-4000-8000-000000000000")
    assert all(r.method == "GET" for r in sb.requests)


def test_first_images_cost_only_their_mosaic(sb, opened):
    for i in range(20):
        imagery(sb).add_image(imagery(sb).add_mosaic(f"m{i}"), f"{i}.tif")
    layer = opened("images")
    layer.GetNextFeature()
    assert len(asked(sb)) == 3
    assert layer.GetFeatureCount() == 22 and len(asked(sb)) == 2 * 21


def test_mosaic_that_somebody_deletes_meanwhile(sb, opened):
    last = imagery(sb).add_mosaic("Last")
    imagery(sb).add_image(last, "last.tif")
    layer = opened("images")
    layer.GetNextFeature()
    del imagery(sb).mosaics[last]
    assert len(rows(layer)) == 2


# ---- variants -------------------------------------------------------------------------------------

SIZES = {"mosaics": 1.682e-4, "images": 1.051e-4}  # square degrees


@pytest.mark.parametrize("wkt", ["spaced", "tight", "lower", "z"])
@pytest.mark.parametrize("ring", ["nw", "se", "ccw", "rotated"])
def test_footprints(sb, opened, wkt, ring):
    sb.variants.wkt, sb.variants.ring = wkt, ring
    for layer in ("mosaics", "images"):
        feature = next(iter(opened(layer)))
        geometry = feature.GetGeometryRef()
        assert geometry.GetGeometryType() == ogr.wkbMultiPolygon and geometry.GetGeometryRef(0).IsValid()
        assert geometry.GetArea() == pytest.approx(SIZES[layer], rel=1e-3)


@pytest.mark.parametrize("wkt", ["empty", "bad"])
def test_footprints_that_cannot_be_read(sb, opened, wkt):
    sb.variants.wkt = wkt
    lines = []

    def take(kind, number, message):
        lines.append((kind, message))
    with config(CPL_DEBUG="MAPFLOW"):
        gdal.PushErrorHandler(take)
        try:
            found = rows(opened("mosaics")) + rows(opened("images"))
        finally:
            gdal.PopErrorHandler()
    assert len(found) == 4 and all(f.GetGeometryRef() is None for f in found)
    assert {kind for kind, _ in lines} == {gdal.CE_Debug}
    said = [text for _, text in lines if "footprint" in text]
    assert len(said) == 3 and any(f"image {BLOCK}" in text for text in said)


@pytest.mark.parametrize("empty", ["null", "text", "wkt"])
def test_empty_mosaic(sb, opened, empty):
    sb.variants.empty_mosaic = empty
    found = row(opened("mosaics"), "Empty")
    assert found.GetGeometryRef() is None and found["images"] == 0


@pytest.mark.parametrize("life, first, later", [
    ("polls", "PROCESSING", "READY"), ("data-first", "PROCESSING", "READY"), ("failed", "PROCESSING", "FAILED"),
    ("failed-null", "PROCESSING", "FAILED"), ("loading", "LOADING", "LOADING"), ("strange", "PROCESSING", "READY")])
def test_states(sb, opened, life, first, later):
    imagery(sb).add_image(EMPTY, "new.tif", life=life, polls_needed=2, polls=0)
    for wanted in (first, first, later):
        found = row(opened("images"), "new.tif")
        assert found["state"] == wanted and found["mosaic"] == "Empty"
    assert found["error"] == ("unsupported data type" if life == "failed" else None)
    if wanted != "READY":
        assert values(found, "bytes", "width", "downloadable", "pixel_size_m") == [None] * 4
        assert found.GetGeometryRef() is None and found["uploaded"] is not None
    domain = found.GetDefnRef().GetFieldDefn(found.GetFieldIndex("state")).GetDomainName()
    assert domain == "mapflow_image"


def test_server_without_states(sb, opened, open_mapflow):
    sb.variants.old_rasters = True
    imagery(sb).add_image(EMPTY, "new.tif", life="failed")
    assert [values(f, "name", "state") for f in opened("images")] == [
        ["block_07.tif", "READY"], ["scene_12.tif", "READY"]]
    assert {f["tiles_ready"] for f in opened("images")} == {None}
    assert {f["images"] for f in opened("mosaics")} == {None}
    assert names(open_mapflow("mosaic=Quarry flights").GetLayer(0)) == ["block_07.tif", "scene_12.tif"]
    dataset = open_mapflow("", UPDATE, ALLOW_DELETE="YES")
    with reports() as seen:
        assert dataset.ExecuteSQL("DELETE FAILED IMAGES Empty") is None
    assert "this server does not delete failed images" in seen[0][1] and len(seen) == 1
    layer = dataset.GetLayerByName("images")
    assert layer.DeleteFeature(row(layer, "scene_12.tif").GetFID()) == ogr.OGRERR_NONE


@pytest.mark.parametrize("variants", [{"no_tiles_ready": True}, {"sparse": True}, {"unknown_fields": True},
                                      {"tile_url": "awkward"}, {"raster_error": "message"}])
def test_other_documents(sb, opened, variants):
    for name, value in variants.items():
        setattr(sb.variants, name, value)
    assert names(opened("mosaics")) == ["Quarry flights", "Empty"]
    assert [values(f, "name", "state", "crs") for f in opened("images")] == [
        ["block_07.tif", "READY", "EPSG:32631"], ["scene_12.tif", "READY", "EPSG:32631"]]


# ---- changing -------------------------------------------------------------------------------------


def test_capabilities(opened):
    for flags, delete, write in ((gdal.OF_VECTOR, False, False), (UPDATE, False, True), (UPDATE, True, True)):
        options = {"ALLOW_DELETE": "YES"} if delete else {}
        mosaics, images = opened("mosaics", flags, **options), opened("images", flags, **options)
        for layer, insert in ((mosaics, write), (images, False)):
            assert layer.TestCapability(ogr.OLCSequentialWrite) == insert
            assert layer.TestCapability(ogr.OLCRandomWrite) == write
            assert layer.TestCapability(ogr.OLCDeleteFeature) == delete


def test_new_mosaic(sb, opened):
    layer = opened("mosaics", UPDATE)
    feature = ogr.Feature(layer.GetLayerDefn())
    feature["name"] = "Häfen"
    feature["tags"] = ["a, b", "ü"]
    assert layer.CreateFeature(feature) == ogr.OGRERR_NONE
    made = imagery(sb).mosaics[feature["id"]]
    assert (made.name, made.tags) == ("Häfen", ["a, b", "ü"])
    assert names(layer) == ["Quarry flights", "Empty", "Häfen"]
    assert layer.GetFeature(feature.GetFID())["tags"] == ["a, b", "ü"]
    assert sent(sb) == [("POST", "/rasters/mosaic", {"name": "Häfen", "tags": ["a, b", "ü"]})]


def test_new_mosaic_that_cannot_be(sb, opened):
    layer = opened("mosaics", UPDATE)
    feature = ogr.Feature(layer.GetLayerDefn())
    assert "A mosaic needs a name" in failure_of(lambda: layer.CreateFeature(feature))
    feature["name"], feature["bytes"] = "x", 5
    assert "bytes cannot be changed: the only columns of a mosaic that can be changed are name, tags" in \
        failure_of(lambda: layer.CreateFeature(feature))
    feature.UnsetField("bytes")
    feature.SetGeometry(ogr.CreateGeometryFromWkt("MULTIPOLYGON (((0 0,1 0,1 1,0 0)))"))
    assert "The footprint of a mosaic cannot be changed" in failure_of(lambda: layer.CreateFeature(feature))
    images = opened("images", UPDATE)
    assert "gdal_translate -of MAPFLOW" in failure_of(lambda: images.CreateFeature(ogr.Feature(images.GetLayerDefn())))
    read_only = opened("mosaics")
    feature.SetGeometry(None)
    assert "for update" in failure_of(lambda: read_only.CreateFeature(feature))
    assert sent(sb) == []


def test_rename_and_tag_a_mosaic(sb, open_mapflow):
    dataset = open_mapflow("", UPDATE)
    layer, images = dataset.GetLayerByName("mosaics"), dataset.GetLayerByName("images")
    assert {f["mosaic"] for f in images} == {"Quarry flights"}
    feature = row(layer, "Quarry flights")
    feature["name"] = "Pit"
    assert layer.SetFeature(feature) == ogr.OGRERR_NONE
    assert imagery(sb).mosaics[QUARRY].tags == ["quarry", "2026", "north, upper bench"]  # as they were
    assert {f["mosaic"] for f in images} == {"Pit"}
    feature["tags"] = ["north", "upper bench"]
    assert layer.SetFeature(feature) == ogr.OGRERR_NONE
    assert imagery(sb).mosaics[QUARRY].tags == ["north", "upper bench"]
    feature["tags"] = ["north, upper bench"]  # other tags of the same look
    assert layer.SetFeature(feature) == ogr.OGRERR_NONE
    assert imagery(sb).mosaics[QUARRY].tags == ["north, upper bench"]
    feature.SetFieldNull(feature.GetFieldIndex("tags"))
    assert layer.SetFeature(feature) == ogr.OGRERR_NONE and imagery(sb).mosaics[QUARRY].tags == []
    found = layer.GetFeature(feature.GetFID())
    assert values(found, "name", "tags", "images") == ["Pit", None, 2] and found.GetGeometryRef() is not None
    sb.requests.clear()
    assert layer.SetFeature(found) == ogr.OGRERR_NONE  # nothing to do
    assert sent(sb) == []


def test_mosaics_by_sql(sb, open_mapflow):
    dataset = open_mapflow("", UPDATE, ALLOW_DELETE="YES")
    dataset.ExecuteSQL(f"UPDATE mosaics SET name = 'by SQL' WHERE id = '{QUARRY}'", dialect="SQLITE")
    assert imagery(sb).mosaics[QUARRY].tags == ["quarry", "2026", "north, upper bench"]
    assert imagery(sb).mosaics[QUARRY].name == "by SQL"
    dataset.ExecuteSQL("""INSERT INTO mosaics (name, tags) VALUES ('new', '["a, b", "c"]')""", dialect="SQLITE")
    assert [m.tags for m in imagery(sb).mosaics.values()][-1] == ["a, b", "c"]
    dataset.ExecuteSQL("DELETE FROM mosaics WHERE name = 'new'", dialect="SQLITE")
    assert [m.name for m in imagery(sb).mosaics.values()] == ["by SQL", "Empty"]


@pytest.mark.parametrize("name", ["", "mosaic=Quarry flights"])
def test_rename_an_image(sb, opened, name):
    layer = opened("images", UPDATE, name=name)
    feature = row(layer, "block_07.tif")
    feature["name"] = 'ü & "b"/c?.tif'
    assert layer.SetFeature(feature) == ogr.OGRERR_NONE
    assert imagery(sb).images[BLOCK].filename == 'ü & "b"/c?.tif'
    assert row(layer, 'ü & "b"/c?.tif').GetFID() == feature.GetFID()
    feature["name"] = "x" * 256
    assert "255" in failure_of(lambda: layer.SetFeature(feature))
    feature["name"], feature["crs"] = "b", "EPSG:1"
    assert "crs cannot be changed" in failure_of(lambda: layer.SetFeature(feature))


def test_deleting_needs_the_option(sb, opened, open_mapflow):
    for layer, what in ((opened("mosaics", UPDATE), "its images included"), (opened("images", UPDATE), "for good")):
        fid = next(iter(layer)).GetFID()
        said = failure_of(lambda layer=layer, fid=fid: layer.DeleteFeature(fid))
        assert "ALLOW_DELETE=YES" in said and what in said
    dataset = open_mapflow("", UPDATE)
    assert "ALLOW_DELETE=YES" in failure_of(lambda: dataset.ExecuteSQL("DELETE FAILED IMAGES Empty"))
    dataset = open_mapflow("", ALLOW_DELETE="YES")
    assert "for update" in failure_of(lambda: dataset.ExecuteSQL("DELETE FAILED IMAGES Empty"))
    assert sent(sb) == []


@pytest.mark.parametrize("answer", ["empty", "object"])
def test_delete(sb, open_mapflow, answer):
    if answer == "empty":
        sb.variants.docs_answer = "empty"
    dataset = open_mapflow("", UPDATE, ALLOW_DELETE="YES")
    mosaics, images = dataset.GetLayerByName("mosaics"), dataset.GetLayerByName("images")
    assert images.DeleteFeature(row(images, "scene_12.tif").GetFID()) == ogr.OGRERR_NONE
    assert names(images) == ["block_07.tif"] and list(imagery(sb).images) == [BLOCK]
    fid = row(mosaics, "Quarry flights").GetFID()
    assert mosaics.DeleteFeature(fid) == ogr.OGRERR_NONE
    assert names(mosaics) == ["Empty"] and names(images) == [] and imagery(sb).images == {}
    with quiet():
        assert mosaics.DeleteFeature(fid) == ogr.OGRERR_NON_EXISTING_FEATURE
    assert [call[:2] for call in sent(sb)] == [("DELETE", f"/rasters/image/{SCENE}"),
                                               ("DELETE", f"/rasters/mosaic/{QUARRY}")]


def test_mosaic_in_use(sb, opened):
    imagery(sb).mosaics[QUARRY].is_locked = True
    layer = opened("mosaics", UPDATE, ALLOW_DELETE="YES")
    fid = row(layer, "Quarry flights").GetFID()
    assert "is used by a running processing" in failure_of(lambda: layer.DeleteFeature(fid))
    assert layer.GetFeature(fid) is not None


@pytest.mark.parametrize("mosaic", [EMPTY, "Empty", "'Empty'", '"empty" ;'])
def test_delete_failed_images(sb, open_mapflow, mosaic):
    for name, life in (("a.tif", "failed"), ("b.tif", "loading"), ("c.tif", "failed-null")):
        imagery(sb).add_image(EMPTY, name, life=life)
    dataset = open_mapflow("", UPDATE, ALLOW_DELETE="YES")
    images = dataset.GetLayerByName("images")
    assert len(rows(images)) == 5
    (answer,) = dataset.ExecuteSQL(f" delete  FAILED images {mosaic}")
    assert values(answer, "id", "images", "failed") == [EMPTY, 1, 0]
    assert names(images) == ["block_07.tif", "scene_12.tif", "b.tif"]
    assert row(dataset.GetLayerByName("mosaics"), "Empty")["images"] == 1
    assert [call[:2] for call in sent(sb)] == [("DELETE", f"/rasters/mosaic/{EMPTY}/failed")]


@pytest.mark.parametrize("statement, said", [
    ("DELETE FAILED IMAGES", "Expected: DELETE FAILED IMAGES <uuid or 'name'>"),
    ("DELETE FAILED IMAGES a b", "Expected: DELETE FAILED IMAGES <uuid or 'name'>"),
    ("DELETE FAILED IMAGES 'Empty", "with a closing quote"),
    ("DELETE FAILED IMAGES nowhere", 'o mosaic "nowhere"')])
def test_verb_that_is_not_understood(sb, open_mapflow, statement, said):
    dataset = open_mapflow("", UPDATE, ALLOW_DELETE="YES")
    assert said in failure_of(lambda: dataset.ExecuteSQL(statement))
    assert sent(sb) == []


# ---- what goes wrong ------------------------------------------------------------------------------

READS = {
    "mosaics": (lambda opened: rows(opened("mosaics")), "/rasters/mosaic$", "The list of mosaics"),
    "images": (lambda opened: rows(opened("images")), f"/{EMPTY}/image$", f"The images of mosaic {EMPTY}"),
    "states": (lambda opened: rows(opened("images")), f"/{EMPTY}/status$", f"The images of mosaic {EMPTY}"),
    "storage": (lambda opened: rows(opened("account")), "/memory$", "The storage of the account"),
}
TROUBLES = {"401 in the middle": {"status": 401}, "403": {"status": 403}, "500": {"status": 500},
            "broken JSON": {"garbage": '[{"id": "5'}, "another document": {"garbage": '"x"'},
            "cut": {"cut": 1}, "reset": {"reset": True}, "a web page": {"html": True}, "silence": {"delay": 3}}


def no_secret(sb, texts):
    for text in texts:
        assert not [secret for secret in (*SECRET, *secrets_of(sb)) if secret in text], text


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("read", READS)
def test_reading_fails_clearly(sb, opened, quickly, read, trouble):
    sb.fault(READS[read][1], **TROUBLES[trouble])
    if (read, trouble) == ("states", "another document"):
        assert len(READS[read][0](opened)) == 2  # it has no states
        return
    said = failure_of(lambda: READS[read][0](opened))
    assert said.startswith(READS[read][2]) or trouble == "another document" and "The server's answer" in said
    no_secret(sb, [said])


@pytest.mark.parametrize("read", READS)
def test_slow_server(sb, opened, read):
    sb.fault(READS[read][1], delay=0.3)
    assert READS[read][0](opened)


@pytest.mark.parametrize("statement", ["SELECT COUNT(*) FROM images", "SELECT SUM(bytes) FROM images"])
def test_sum_of_half_the_rows_is_no_answer(sb, open_mapflow, quickly, statement):
    sb.fault(f"/{EMPTY}/image$", status=500)
    dataset = open_mapflow("")
    assert f"mosaic {EMPTY}" in failure_of(lambda: dataset.ExecuteSQL(statement))


def new_mosaic(layer):
    feature = ogr.Feature(layer.GetLayerDefn())
    feature["name"] = "New"
    return layer.CreateFeature(feature)


def renamed(layer, name):
    feature = row(layer, name)
    feature["name"] = "New"
    return layer.SetFeature(feature)


CHANGES = {
    "create": ("POST", "/rasters/mosaic$", lambda ds: new_mosaic(ds.GetLayerByName("mosaics"))),
    "rename mosaic": ("PUT", "/rasters/mosaic/", lambda ds: renamed(ds.GetLayerByName("mosaics"), "Empty")),
    "rename image": ("PUT", "/rasters/image/", lambda ds: renamed(ds.GetLayerByName("images"), "scene_12.tif")),
    "delete mosaic": ("DELETE", "/rasters/mosaic/", lambda ds: ds.GetLayerByName("mosaics").DeleteFeature(
        row(ds.GetLayerByName("mosaics"), "Empty").GetFID())),
    "delete image": ("DELETE", "/rasters/image/", lambda ds: ds.GetLayerByName("images").DeleteFeature(
        row(ds.GetLayerByName("images"), "scene_12.tif").GetFID())),
    "delete failed": ("DELETE", "/failed", lambda ds: ds.ExecuteSQL("DELETE FAILED IMAGES Empty")),
}


@pytest.mark.parametrize("trouble", [*LOST, "401", "403"])
@pytest.mark.parametrize("change", CHANGES)
def test_change_is_sent_once(sb, open_mapflow, quickly, change, trouble):
    """After a lost answer nobody knows, the user is told what to look at, and nothing is sent again."""
    method, path, act = CHANGES[change]
    dataset = open_mapflow("", UPDATE, ALLOW_DELETE="YES")
    rows(dataset.GetLayerByName("images"))
    sb.fault(path, method=method, **LOST.get(trouble, {"status": int(trouble) if trouble.isdigit() else None}))
    with reports() as seen:
        assert act(dataset) != ogr.OGRERR_NONE
    (said,) = messages(seen, gdal.CE_Failure)
    assert len(sent(sb)) == 1
    if trouble in LOST and change == "create":
        assert 'osaic "New" was not created' in said and "read the list of mosaics before you try again" in said
    elif trouble in LOST:
        assert "The change may have been made: read it again before you repeat it" in said
    no_secret(sb, [said])


@pytest.mark.parametrize("body", ["", "not JSON", "{}"])
def test_new_mosaic_with_an_answer_that_says_nothing(sb, open_mapflow, body):
    dataset = open_mapflow("", UPDATE)
    rows(dataset.GetLayerByName("mosaics"))
    sb.fault("/rasters/mosaic$", method="POST", done=True, **({"garbage": body} if body else {"empty": True}))
    said = failure_of(lambda: new_mosaic(dataset.GetLayerByName("mosaics")))
    assert "It may exist anyway" in said
    assert [m.name for m in imagery(sb).mosaics.values()] == ["Quarry flights", "Empty", "New"]
    assert len(sent(sb)) == 1


def test_transaction_changes_nothing(sb, open_mapflow):
    dataset = open_mapflow("", UPDATE, ALLOW_DELETE="YES")
    layer = dataset.GetLayerByName("mosaics")
    rows(layer)
    dataset.StartTransaction()
    assert "cannot be changed in a transaction" in failure_of(lambda: new_mosaic(layer))
    dataset.RollbackTransaction()
    assert sent(sb) == []


def test_no_secret_is_shown(sb, opened, run):
    for variant in ("plain", "awkward", "escaped"):
        sb.variants.tile_url = variant
        said = run("ogrinfo", "-al", "MAPFLOW:", "--debug", "on").said + run("ogrinfo", "-al", "MAPFLOW:mosaic=Empty").said
        no_secret(sb, [said])


def test_offline(sb, open_mapflow):
    for name in ("mosaic=Empty", ""):
        with pytest.raises(RuntimeError, match="OFFLINE"):
            open_mapflow(name, CACHE="OFFLINE")
    assert len(sb.requests) == 0
