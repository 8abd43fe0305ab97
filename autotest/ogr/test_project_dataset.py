"""MAPFLOW:project=…: a layer for each processing that has a result."""

import time

import pytest
from osgeo import gdal, ogr

RESULTS = ["buildings.geojson", "forest.geojson", "combo.geojson"]


class Warnings:
    """Collects what is said while it is in force."""

    def __enter__(self):
        self.said = []
        gdal.PushErrorHandler(lambda kind, number, text: self.said.append((kind, text)))
        return self

    def __exit__(self, *exception):
        gdal.PopErrorHandler()

    def of(self, kind):
        return [text for said, text in self.said if said == kind]


@pytest.fixture
def project(sb):
    """A project of its own; returns a function that fills it."""
    sb.state.add_project("Küste, Nord")

    def filled(count, **options):
        return [sb.state.add_processing(name=f"job {i}", project="Küste, Nord",
                                        result=RESULTS[i % 3], **options) for i in range(count)]
    return filled


NAME = 'project="Küste, Nord"'


def opened(account, **options):
    """The project, with what is said about it left to the caller."""
    return gdal.OpenEx(f"MAPFLOW:{NAME}", gdal.OF_VECTOR,
                       open_options=[f"{k}={v}" for k, v in {**account, **options}.items()])


def layer_names(dataset):
    return [dataset.GetLayer(i).GetName() for i in range(dataset.GetLayerCount())]


def downloads(sandbox):
    return [r for r in sandbox.requests.settle() if r.path.endswith("/result")]


def rows(layer):
    return [(f.GetFID(), f.ExportToJson()) for f in layer]


def test_layers_are_loaded_when_touched(sb, project, open_mapflow):
    ids = project(3)
    dataset = open_mapflow(NAME)
    assert layer_names(dataset) == ["job 0", "job 1", "job 2"]
    assert dataset.GetLayerByName("job 2").GetGeomType() == ogr.wkbUnknown
    assert dataset.GetMetadataItem("NAME") == "Küste, Nord"
    assert downloads(sb) == []
    layer = dataset.GetLayerByName("job 2")
    assert layer.GetFeatureCount() > 0 and layer.GetLayerDefn().GetName() == "job 2"
    layer.SetSpatialFilterRect(0, 0, 1, 1)
    assert layer.GetFeatureCount() == 0
    layer.SetSpatialFilter(None)
    assert [r.path for r in downloads(sb)] == [f"/processings/{ids[2]}/result"]
    assert dataset.GetLayer(3) is None and dataset.GetLayerByName("job 7") is None


def test_debug_log_shows_what_is_fetched_ahead(project, run):
    ids = project(4)
    done = run("ogrinfo", "-ro", "-so", "-al", f"MAPFLOW:{NAME}", env={"CPL_DEBUG": "ON"})
    assert done.returncode == 0
    for identifier in ids:
        assert done.stderr.count(f"MAPFLOW: GET /processings/{identifier}/result: HTTP 200") == 1


@pytest.mark.parametrize("paths", ["plugin", "docs"])
def test_equal_to_single_downloads(sb, project, open_mapflow, paths):
    sb.variants.paths = paths
    ids = project(7)
    dataset = open_mapflow(f"project={sb.state.find_project('Küste, Nord').id}")
    for i, identifier in enumerate(ids):
        single = open_mapflow(identifier, CACHE="NO")
        assert rows(dataset.GetLayer(i)) == rows(single.GetLayer(0))
        ours, theirs = dataset.GetLayer(i).GetLayerDefn(), single.GetLayer(0).GetLayerDefn()
        assert ours.GetFieldCount() == theirs.GetFieldCount()
        assert ours.GetGeomType() == theirs.GetGeomType()
        assert dataset.GetLayer(i).GetExtent() == single.GetLayer(0).GetExtent()


def test_names(sb, project, open_mapflow):
    for name in ("Docks", "docks", "Docks_2", "aois", "processing"):
        sb.state.add_processing(name=name, project="Küste, Nord", result=RESULTS[0])
    sb.state.add_processing(name="", project="Küste, Nord", result=RESULTS[0])
    dataset = open_mapflow(NAME)
    assert layer_names(dataset) == ["Docks", "docks_2", "Docks_2_2", "aois", "processing", "results"]
    for i in range(6):
        assert dataset.GetLayer(i).GetLayerDefn().GetName() == dataset.GetLayer(i).GetName()


def test_skipped_ones_are_told_once(sb, project, account):
    project(2)
    add = sb.state.add_processing
    common = {"project": "Küste, Nord"}
    for status in ("UNPROCESSED", "IN_PROGRESS", "IN_PROGRESS", "FAILED", "CANCELLED", "PONDERING", None):
        add(name="x", status=status, **common)
    add(name="x", raster=True, **common)
    add(name="x", review="NOT_ACCEPTED", **common)
    with Warnings() as warnings:
        dataset = opened(account)
        assert dataset.GetLayerCount() == 2
    (text,) = warnings.of(gdal.CE_Warning)
    for part in ("2 IN_PROGRESS", "1 UNPROCESSED", "1 FAILED", "1 CANCELLED", "1 PONDERING", "1 unknown",
                 "1 raster result", "1 in rework", "PARTIAL=YES"):
        assert part in text
    assert not warnings.of(gdal.CE_Failure)


def test_partial_adds_what_failed_ones_have(sb, project, account):
    project(1)
    sb.variants.result_when_not_ok = "partial"
    one = {"type": "Polygon", "coordinates": [[[4.48, 52.15], [4.51, 52.15], [4.51, 52.17], [4.48, 52.15]]]}
    sb.state.add_processing(name="half", project="Küste, Nord", status="FAILED", aois=[
        {"geometry": one, "status": "OK", "result": RESULTS[0]}, {"geometry": one, "status": "FAILED"}])
    sb.state.add_processing(name="nothing", project="Küste, Nord", status="FAILED", aois=[one])
    with Warnings() as warnings:
        assert layer_names(opened(account)) == ["job 0"]
        dataset = opened(account, PARTIAL="YES")
    assert layer_names(dataset) == ["job 0", "half"]
    assert dataset.GetLayerByName("half").GetFeatureCount() > 0
    assert "2 FAILED" in warnings.of(gdal.CE_Warning)[0]
    assert "1 FAILED" in warnings.of(gdal.CE_Warning)[1]


def test_server_that_gives_no_uuids(sb, project, account):
    ids = project(3)
    sb.state.processings[ids[1]].overrides["id"] = "../../outside"
    with Warnings() as warnings:
        dataset = opened(account)
        assert layer_names(dataset) == ["job 0", "job 2"]
        assert all(dataset.GetLayer(i).GetFeatureCount() > 0 for i in range(2))
    assert ["1 without a valid id" in text for _, text in warnings.said] == [True]


def test_empty_project(project, open_mapflow):
    assert open_mapflow(NAME).GetLayerCount() == 0


def test_unknown_project(open_mapflow):
    with pytest.raises(RuntimeError, match='no project "Nowhere".*"Urban Analysis"'):
        open_mapflow("project=Nowhere")
    with pytest.raises(RuntimeError, match="roject 00000000-0000-4000-8000-000000000000"):
        open_mapflow("project=00000000-0000-4000-8000-000000000000")


def test_waits_for_the_whole_project(sb, project, open_mapflow):
    for i in range(2):
        identifier = sb.state.add_processing(name=f"job {i}", project="Küste, Nord",
                                             status="UNPROCESSED", result=RESULTS[0])
        sb.state.processings[identifier].start(0.3 + 0.2 * i, {})
    dataset = open_mapflow(NAME, WAIT="YES", POLL_INTERVAL="0.05")
    assert layer_names(dataset) == ["job 0", "job 1"]


def test_failing_result_is_no_empty_layer(sb, project, run, open_mapflow, tmp_path):
    ids = project(4)
    sb.faults.add(f"{ids[2]}/result", cut=300)
    dataset = open_mapflow(NAME)
    for i in range(4):
        with Warnings() as warnings:
            features = [f for f in dataset.GetLayer(i)]
        assert bool(features) == (i != 2)
        assert bool(warnings.of(gdal.CE_Failure)) == (i == 2)
    del dataset
    done = run("ogr2ogr", "-f", "GPKG", tmp_path / "all.gpkg", f"MAPFLOW:{NAME}",
               env={"MAPFLOW_CACHE": "NO"})
    assert done.returncode != 0 and ids[2] in done.said


@pytest.mark.parametrize("dialect", ["OGRSQL", "SQLITE"])
def test_failing_result_is_no_answer(sb, project, account, dialect):
    """Neither of the count nor of the features, at the first attempt and later; other layers are not concerned."""
    ids = project(2)
    sb.faults.add(f"{ids[1]}/result", status=403)
    dataset = opened(account)
    for statement in ('SELECT COUNT(*) FROM "job 1"', 'SELECT COUNT(*) FROM "job 1"', 'SELECT * FROM "job 1"'):
        with Warnings() as warnings:
            assert dataset.ExecuteSQL(statement, dialect=dialect) is None
        assert any(ids[1] in text for text in warnings.of(gdal.CE_Failure))
    layer = dataset.ExecuteSQL('SELECT COUNT(*) FROM "job 0"', dialect=dialect)
    assert layer.GetNextFeature()[0] == dataset.GetLayer(0).GetFeatureCount() > 0
    dataset.ReleaseResultSet(layer)


def test_ogr2ogr(project, run, sb, open_mapflow, tmp_path):
    ids = project(8)
    done = run("ogr2ogr", "-f", "GPKG", tmp_path / "all.gpkg", f"MAPFLOW:{NAME}")
    assert done.returncode == 0, done.said
    written = gdal.OpenEx(str(tmp_path / "all.gpkg"), gdal.OF_VECTOR)
    assert layer_names(written) == [f"job {i}" for i in range(8)]
    for i, identifier in enumerate(ids):
        single = open_mapflow(identifier)
        assert written.GetLayer(i).GetFeatureCount() == single.GetLayer(0).GetFeatureCount()
    assert len(downloads(sb)) == 8


def test_reads_ahead_with_a_bound(sb, project, open_mapflow):
    project(20)
    sb.faults.add("/result", delay=0.1)
    dataset = open_mapflow(NAME)
    for i in range(20):
        dataset.GetLayer(i).GetFeatureCount()
    moments = sorted(moment for r in downloads(sb)
                     for moment in ((r.time_start, 1), (r.time_end, -1)))
    at_once = most = 0
    for _, change in moments:
        at_once += change
        most = max(most, at_once)
    assert 1 < most <= 6 and len(downloads(sb)) == 20


def test_one_layer_is_one_download(sb, project, run):
    project(5)
    done = run("ogrinfo", "-so", f"MAPFLOW:{NAME}", "job 3")
    assert done.returncode == 0
    assert len(downloads(sb)) == 1


def whole_entries(cache):
    """How many results are in the cache; each of them must be whole, and nothing else may be there."""
    endings = {}
    for path in cache.rglob("*"):
        if path.is_file() and path.suffix != ".lock":
            endings.setdefault(path.name.partition(".")[0], set()).add(path.suffix)
    assert all(found == {".index", ".geojson", ".features"} for found in endings.values()), endings
    return len(endings)


def test_end_in_the_middle(sb, project, open_mapflow, tmp_path):
    """Who stops reading: the dataset closes at once and leaves no half results."""
    for identifier in project(12)[3:]:
        sb.faults.add(f"{identifier}/result", throttle=1000)
    dataset = open_mapflow(NAME, CACHE_DIR=str(tmp_path / "cache"))
    for i in range(3):
        dataset.GetLayer(i).GetFeatureCount()
    time.sleep(0.1)
    start = time.monotonic()
    del dataset
    assert time.monotonic() - start < 0.2
    assert whole_entries(tmp_path / "cache") == 3


def test_progress_function_stops(project, open_mapflow, tmp_path):
    """GDAL counts all layers before it tells of progress: by then they are all there."""
    project(6)
    dataset = open_mapflow(NAME, CACHE_DIR=str(tmp_path / "cache"))
    calls = []

    def stop(done, message, data):
        calls.append(time.monotonic())
        return 0
    with Warnings():
        gdal.VectorTranslate("/vsimem/stopped.gpkg", dataset, format="GPKG", callback=stop)
    del dataset
    assert calls and time.monotonic() - calls[-1] < 1  # 0.2 s and what GDAL does at its end
    gdal.Unlink("/vsimem/stopped.gpkg")
    assert whole_entries(tmp_path / "cache") == 6
