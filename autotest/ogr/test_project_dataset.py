"""MAPFLOW:project=…: a layer for each processing that has a result."""

import pytest
from osgeo import gdal, ogr

from helpers import (COUNTS, PROJECT, PROJECT_DATASET, RESULTS, SMALL_AREA, downloads, field_names, layer_names, messages,
                     most_at_once, options_of, reports, wait_until)
from paths import DATA
from settings import config


def opened(account, **options):
    """The project; its warnings and errors are left to the caller."""
    return gdal.OpenEx(f"MAPFLOW:{PROJECT_DATASET}", gdal.OF_VECTOR, open_options=options_of(account, options))


def counts(dataset):
    return [dataset.GetLayer(i).GetFeatureCount() for i in range(dataset.GetLayerCount())]


def wanted_counts(count):
    """The numbers of features of the first processings of the project."""
    return [COUNTS[RESULTS[i % 3]] for i in range(count)]


def rows(layer):
    return [(f.GetFID(), f.ExportToJson()) for f in layer]


def test_layers_are_loaded_when_touched(sb, project, open_mapflow):
    ids = project(3)
    dataset = open_mapflow(PROJECT_DATASET)
    assert layer_names(dataset) == ["job 0", "job 1", "job 2"]
    layer = dataset.GetLayer(2)
    assert layer.GetGeomType() == ogr.wkbUnknown
    assert dataset.GetMetadataItem("NAME") == PROJECT
    assert downloads(sb) == []
    assert layer.GetFeatureCount() == COUNTS[RESULTS[2]] and layer.GetLayerDefn().GetName() == "job 2"
    layer.SetSpatialFilterRect(0, 0, 1, 1)
    assert layer.GetFeatureCount() == 0
    layer.SetSpatialFilter(None)
    assert [r.path for r in downloads(sb)] == [f"/processings/{ids[2]}/result"]
    assert dataset.GetLayer(3) is None and dataset.GetLayerByName("job 7") is None


def test_debug_log_shows_what_is_fetched_ahead(project, run):
    ids = project(4)
    done = run("ogrinfo", "-ro", "-so", "-al", f"MAPFLOW:{PROJECT_DATASET}", env={"CPL_DEBUG": "ON"})
    assert done.returncode == 0
    for identifier in ids:
        assert done.stderr.count(f"MAPFLOW: GET /processings/{identifier}/result: HTTP 200") == 1


@pytest.mark.parametrize("paths", ["plugin", "docs"])
def test_equal_to_single_downloads(sb, project, open_mapflow, paths):
    sb.variants.paths = paths
    ids = project(7)
    dataset = open_mapflow(f"project={sb.state.find_project(PROJECT).id}")
    for i, identifier in enumerate(ids):
        single = open_mapflow(identifier, CACHE="NO")
        ours, theirs = dataset.GetLayer(i), single.GetLayer(0)
        assert ours.GetFeatureCount() == theirs.GetFeatureCount()
        assert i not in (1, 2, 6) or rows(ours) == rows(theirs)  # one of each kind of result
        assert field_names(ours) == field_names(theirs) != []
        assert ours.GetGeomType() == theirs.GetGeomType()
        assert ours.GetExtent() == theirs.GetExtent()


def test_names(sb, project, open_mapflow):
    for name in ("Docks", "docks", "Docks_2", "aois", "processing"):
        sb.state.add_processing(name=name, project=PROJECT, result=RESULTS[0])
    sb.state.add_processing(name="", project=PROJECT, result=RESULTS[0])
    dataset = open_mapflow(PROJECT_DATASET)
    assert layer_names(dataset) == ["Docks", "docks_2", "Docks_2_2", "aois", "processing", "results"]
    for i in range(6):
        assert dataset.GetLayer(i).GetLayerDefn().GetName() == dataset.GetLayer(i).GetName()


def test_suffixes_belong_to_ids(sb, project, account):
    """The order of creation gives them, also to those that are no layers now; others keep their names."""
    project(0)
    ids = [sb.add_processing("A", project=PROJECT, result="forest.geojson",
                             **({"status": "FAILED"} if i == 0 else {})) for i in range(3)]
    for paths in ("plugin", "docs"):
        sb.variants.paths = paths
        dataset = opened(account, CACHE="NO")
        assert layer_names(dataset) == ["A_2", "A_3"]
        for name, identifier in (("A_2", ids[1]), ("A_3", ids[2])):
            assert dataset.GetLayerByName(name).GetMetadataItem("PROCESSING_ID") == identifier
            assert dataset.GetLayerByName(identifier.upper()).GetName() == name
        assert dataset.GetLayerByName(ids[0]) is None


def test_metadata_of_layers(sb, project, open_mapflow):
    """They are there before a result is fetched, and after."""
    (identifier,) = project(1, cost=3)
    dataset = open_mapflow(PROJECT_DATASET)
    layer = dataset.GetLayer(0)
    before = layer.GetMetadata()
    assert {"PROCESSING_ID", "NAME", "STATUS", "MODEL", "COST", "CREATED", "UPDATED"} <= set(before)
    assert before["PROCESSING_ID"] == identifier and downloads(sb) == []
    assert layer.GetFeatureCount() > 0
    assert before.items() <= layer.GetMetadata().items()


def test_skipped_ones_are_told_once(sb, project, account):
    project(2)
    add = sb.state.add_processing
    common = {"project": PROJECT}
    for status in ("UNPROCESSED", "IN_PROGRESS", "IN_PROGRESS", "FAILED", "CANCELLED", "PONDERING", None):
        add(name="x", status=status, **common)
    add(name="x", raster=True, **common)
    add(name="x", review="NOT_ACCEPTED", **common)
    with reports() as seen:
        assert layer_names(opened(account)) == ["job 0", "job 1"]
    ((kind, text),) = seen
    assert kind == gdal.CE_Warning
    for part in ("2 IN_PROGRESS", "1 UNPROCESSED", "1 FAILED", "1 CANCELLED", "1 PONDERING", "1 unknown",
                 "1 raster result", "1 in rework", "PARTIAL=YES"):
        assert part in text


def test_partial_adds_what_failed_ones_have(sb, project, half_failed, account):
    project(1)
    half_failed(RESULTS[0])
    sb.state.add_processing(name="nothing", project=PROJECT, status="FAILED", aois=[SMALL_AREA])
    with reports() as seen:
        assert layer_names(opened(account)) == ["job 0"]
        dataset = opened(account, PARTIAL="YES")
    assert layer_names(dataset) == ["job 0", "half"]
    assert dataset.GetLayerByName("half").GetFeatureCount() == COUNTS[RESULTS[0]]
    first, second = messages(seen, gdal.CE_Warning)
    assert "2 FAILED" in first and "1 FAILED" in second


def test_server_that_gives_no_uuids(sb, project, account):
    ids = project(3)
    sb.state.processings[ids[1]].overrides["id"] = "../../outside"
    with reports() as seen:
        dataset = opened(account)
        assert layer_names(dataset) == ["job 0", "job 2"]
        assert counts(dataset) == [COUNTS[RESULTS[0]], COUNTS[RESULTS[2]]]
    ((_, text),) = seen
    assert "1 without a valid id" in text


def test_empty_project(project, open_mapflow):
    assert open_mapflow(PROJECT_DATASET).GetLayerCount() == 0


def test_unknown_project(open_mapflow):
    with pytest.raises(RuntimeError, match='no project "Nowhere".*"Urban Analysis"'):
        open_mapflow("project=Nowhere")
    with pytest.raises(RuntimeError, match="roject 00000000-0000-4000-8000-000000000000"):
        open_mapflow("project=00000000-0000-4000-8000-000000000000")


def test_waits_for_the_whole_project(sb, project, open_mapflow):
    for i in range(2):
        identifier = sb.state.add_processing(name=f"job {i}", project=PROJECT,
                                             status="UNPROCESSED", result=RESULTS[0])
        sb.state.processings[identifier].start(0.3 + 0.2 * i, {})
    dataset = open_mapflow(PROJECT_DATASET, WAIT="YES", POLL_INTERVAL="0.05")
    assert layer_names(dataset) == ["job 0", "job 1"]


def test_failing_result_is_no_empty_layer(sb, project, run, open_mapflow, tmp_path):
    ids = project(4)
    sb.faults.add(f"{ids[2]}/result", cut=300)
    dataset = open_mapflow(PROJECT_DATASET)
    for i in range(4):
        with reports() as seen:
            features = [f for f in dataset.GetLayer(i)]
        assert len(features) == (0 if i == 2 else wanted_counts(4)[i])
        failures = messages(seen, gdal.CE_Failure)
        assert bool(failures) == (i == 2) and all(ids[2] in text for text in failures)
    del dataset
    done = run("ogr2ogr", "-f", "GPKG", tmp_path / "all.gpkg", f"MAPFLOW:{PROJECT_DATASET}",
               env={"MAPFLOW_CACHE": "NO"})
    assert done.returncode == 1 and ids[2] in done.said


def test_failing_layer_is_not_found_by_name(sb, project, account):
    """QGIS and sf take a layer for empty whose rows end in an error; for a list it is there."""
    (identifier,) = project(1)
    sb.fault("/result", status=403)
    dataset, listed = opened(account), opened(account, **{"@LIST_ALL_TABLES": "YES"})
    for name in ("job 0", "job 0", identifier):
        with reports() as seen:
            assert dataset.GetLayerByName(name) is None
            assert listed.GetLayerByName(name) is not None
        assert [(kind, "HTTP 403" in text) for kind, text in seen] == [(gdal.CE_Failure, True)]


def test_column_that_was_counted_is_there(sb, project, account, run):
    """ogrinfo counts the geometry columns of a layer first, and looks at them when loading has failed."""
    project(1)
    sb.fault("/result", status=403)
    dataset = opened(account)
    layer = dataset.GetLayer(0)
    definition = layer.GetLayerDefn()
    count = definition.GetGeomFieldCount()
    with reports() as seen:
        assert definition.GetFieldCount() == 0
    assert any("HTTP 403" in text for _, text in seen)
    assert layer.GetLayerDefn().GetGeomFieldCount() == count == 1
    assert layer.GetLayerDefn().GetGeomFieldDefn(0).GetType() == layer.GetGeomType() == ogr.wkbUnknown
    for options in (["-al"], ["-so", "-al"]):
        done = run("ogrinfo", "-ro", *options, f"MAPFLOW:{PROJECT_DATASET}")
        assert done.returncode >= 0 and "Layer name: job 0" in done.stdout and "HTTP 403" in done.stderr


ATTEMPTS = {
    "next": lambda layer: layer.GetNextFeature(), "feature": lambda layer: layer.GetFeature(0),
    "count": lambda layer: layer.GetFeatureCount(), "extent": lambda layer: layer.GetExtent(can_return_null=True),
    "index": lambda layer: layer.SetNextByIndex(1), "filter": lambda layer: layer.SetAttributeFilter("id = 1"),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_failure_is_repeated(sb, project, account, attempt):
    """Whatever is asked for, and however often."""
    project(1)
    sb.fault("/result", status=403)
    dataset = opened(account)
    for _ in range(3):
        with reports() as seen:
            ATTEMPTS[attempt](dataset.GetLayer(0))
        assert {kind for kind, text in seen if "HTTP 403" in text} == {gdal.CE_Failure}


def test_filter_of_a_layer_is_known(project, account):
    project(1)
    dataset = opened(account)
    for wanted in ("id = 1", None, "id < 0"):
        dataset.GetLayer(0).SetAttributeFilter(wanted)
        if hasattr(ogr.Layer, "GetAttributeFilter"):
            assert dataset.GetLayer(0).GetAttributeFilter() == wanted
        assert (dataset.GetLayer(0).GetFeatureCount() == COUNTS[RESULTS[0]]) == (wanted is None)


@pytest.mark.parametrize("dialect", ["OGRSQL", "SQLITE"])
def test_failing_result_is_no_answer(sb, project, account, dialect):
    """Neither of the count nor of the features, at the first attempt and later; other layers are not concerned."""
    ids = project(2)
    sb.faults.add(f"{ids[1]}/result", status=403)
    dataset = opened(account)
    for statement in ('SELECT COUNT(*) FROM "job 1"', 'SELECT COUNT(*) FROM "job 1"', 'SELECT * FROM "job 1"'):
        with reports() as seen:
            assert dataset.ExecuteSQL(statement, dialect=dialect) is None
        assert any(ids[1] in text for text in messages(seen, gdal.CE_Failure)), seen
    layer = dataset.ExecuteSQL('SELECT COUNT(*) FROM "job 0"', dialect=dialect)
    assert layer.GetNextFeature()[0] == dataset.GetLayer(0).GetFeatureCount() == COUNTS[RESULTS[0]]
    dataset.ReleaseResultSet(layer)


def test_ogr2ogr(project, run, sb, tmp_path):
    project(8)
    done = run("ogr2ogr", "-f", "GPKG", tmp_path / "all.gpkg", f"MAPFLOW:{PROJECT_DATASET}")
    assert done.returncode == 0, done.said
    written = gdal.OpenEx(str(tmp_path / "all.gpkg"), gdal.OF_VECTOR)
    assert layer_names(written) == [f"job {i}" for i in range(8)]
    assert counts(written) == wanted_counts(8)
    assert len(downloads(sb)) == 8


def test_reads_ahead_with_a_bound(sb, project, open_mapflow):
    project(20)
    sb.faults.add("/result", delay=0.1)
    dataset = open_mapflow(PROJECT_DATASET)
    for i in range(20):
        dataset.GetLayer(i).GetFeatureCount()
    assert 1 < most_at_once(downloads(sb)) <= 6 and len(downloads(sb)) == 20


def test_one_thread_fetches_one_by_one(sb, project, open_mapflow):
    project(20)
    sb.faults.add("/result", delay=0.1)
    with config(GDAL_NUM_THREADS=1):
        dataset = open_mapflow(PROJECT_DATASET)
        for i in range(20):
            dataset.GetLayer(i).GetFeatureCount()
        assert open_mapflow(PROJECT_DATASET, MERGE="YES", CACHE="NO").GetLayer(0).GetFeatureCount() > 0
    assert most_at_once(downloads(sb)) == 1 and len(downloads(sb)) == 40


def test_listing_fetches_nothing(sb, project, run, open_mapflow):
    """Names, counts of geometry columns and a count that must not take long."""
    project(4)
    done = run("ogrinfo", f"MAPFLOW:{PROJECT_DATASET}")
    assert done.returncode == 0 and done.stdout.count("job ") == 4
    dataset = open_mapflow(PROJECT_DATASET)
    for i in range(4):
        layer = dataset.GetLayer(i)
        assert [layer.GetName(), layer.GetGeomType(), layer.GetLayerDefn().GetGeomFieldCount()] == \
            [f"job {i}", ogr.wkbUnknown, 1]
        assert layer.GetFeatureCount(0) == -1
    assert downloads(sb) == []
    kept = dataset.GetLayer(1).GetLayerDefn()
    assert kept.GetFieldCount() > 0 and len(downloads(sb)) == 1
    assert kept.GetGeomFieldDefn(0).GetType() == dataset.GetLayer(1).GetLayerDefn().GetGeomFieldDefn(0).GetType()
    assert dataset.GetLayer(1).GetFeatureCount(0) > 0


@pytest.mark.parametrize("missing", ["404", "405"])
def test_missing_path_is_asked_for_once_an_account(sb, open_mapflow, missing):
    sb.variants.paths, sb.variants.missing = "docs", missing
    for i in range(3):
        sb.state.add_project(f"P{i}")
        sb.state.add_processing(name="job", project=f"P{i}", result=RESULTS[0])
        assert layer_names(open_mapflow(f"project=P{i}")) == ["job"]
    ends = [record.path.rsplit("/", 1)[1] for record in sb.requests.settle()]
    assert ends.count("page") == 2  # of projects, and of processings


def test_one_layer_is_one_download(sb, project, run):
    project(5)
    done = run("ogrinfo", "-so", f"MAPFLOW:{PROJECT_DATASET}", "job 3")
    assert done.returncode == 0 and f"Feature Count: {COUNTS[RESULTS[0]]}\n" in done.stdout
    assert len(downloads(sb)) == 1


def whole_entries(cache):
    """How many results are in the cache; each of them must be whole, and nothing else may be there."""
    endings = {}
    for path in cache.rglob("*"):
        if path.is_file() and path.suffix not in (".lock", ".names"):
            endings.setdefault(path.name.partition(".")[0], set()).add(path.suffix)
    assert all(found == {".index", ".geojson", ".features"} for found in endings.values()), endings
    return len(endings)


def test_end_in_the_middle(sb, project, open_mapflow, tmp_path):
    """A dataset that is closed ends the downloads that are under way, and leaves no half results."""
    slow = []
    for i, identifier in enumerate(project(12)[3:]):
        slow.append(f"/processings/{identifier}/result")
        sb.faults.add(slow[-1], throttle=(DATA / RESULTS[i % 3]).stat().st_size // 60)  # each takes a minute
    dataset = open_mapflow(PROJECT_DATASET, CACHE_DIR=str(tmp_path / "cache"))
    assert [dataset.GetLayer(i).GetFeatureCount() for i in range(3)] == wanted_counts(3)
    wait_until(lambda: any(r.path in slow for r in sb.requests))
    del dataset
    wait_until(lambda: all(r.time_end for r in sb.requests))
    assert all(r.dropped for r in sb.requests if r.path in slow)
    assert whole_entries(tmp_path / "cache") == 3


@pytest.mark.parametrize("cache", ["YES", "NO"])
def test_results_need_no_files_that_are_open(project, run, cache):
    """All results of a project are open at once: a process may have few files."""
    project(60)
    done = run("prlimit", "--nofile=48", "ogrinfo", "-ro", "-so", "-al", f"MAPFLOW:{PROJECT_DATASET},CACHE={cache}")
    assert done.returncode == 0, done.said
    assert done.stdout.count("Feature Count: ") == 60


def test_progress_function_stops(project, open_mapflow, tmp_path):
    """GDAL counts all layers before it reports progress: by then all of them are there."""
    project(6)
    dataset = open_mapflow(PROJECT_DATASET, CACHE_DIR=str(tmp_path / "cache"))
    calls = []

    def stop(done, message, data):
        calls.append(done)
        return 0
    with reports():
        gdal.VectorTranslate("/vsimem/stopped.gpkg", dataset, format="GPKG", callback=stop)
    del dataset
    assert len(calls) == 1 and calls[0] < 0.5
    gdal.Unlink("/vsimem/stopped.gpkg")
    assert whole_entries(tmp_path / "cache") == 6
