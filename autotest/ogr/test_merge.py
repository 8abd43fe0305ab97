"""MAPFLOW:project=…,MERGE=YES: one layer that has the features of all results of a project."""

import itertools
import json
import signal
import subprocess

import pytest
from osgeo import gdal, ogr

import awkward
import oracle
from awkward_documents import TYPES
from helpers import (COUNTS, PROJECT, RESULTS, downloads, environment_of, field_names, in_threads, layer_names, messages,
                     most_at_once, options_of, quiet, reports, wait_until)

MERGED = f'project="{PROJECT}",MERGE=YES'
OWN = ["processing_id", "processing"]
DOCUMENTS = awkward.documents()
POINT = {"type": "Point", "coordinates": [4.5, 52.25]}
RING = [[4, 52], [5, 52], [5, 53], [4, 52]]
SQUARE = {"type": "Polygon", "coordinates": [RING]}


def feature(properties, geometry=POINT, **members):
    return {"type": "Feature", **members, "properties": properties, "geometry": geometry}


def collection(*features, **members):
    return json.dumps({"type": "FeatureCollection", **members, "features": features}).encode()


@pytest.fixture
def results(sb, project):
    """Fills the project with results, the first one first: results(bytes or path, …) -> the ids of their processings."""
    def filled(*found, **options):
        project(0)
        return [sb.add_processing(name=f"job {i}", project=PROJECT, result=result, **options)
                for i, result in enumerate(found)]
    return filled


@pytest.fixture
def layer_of(open_mapflow):
    """Opens a dataset, which stays open: layer_of(name, OPTION=value) -> its first layer."""
    kept = []

    def opened(name, **options):
        kept.append(open_mapflow(name, **options))
        return kept[-1].GetLayer(0)
    return opened


@pytest.fixture
def merged(open_mapflow, results):
    """merged(bytes or path, …, OPTION=value) -> the dataset of a project with these results, its layer, their ids."""
    kept = []

    def opened(*found, **options):
        ids = results(*found)
        kept.append(open_mapflow(MERGED, **options))
        return kept[-1], kept[-1].GetLayer(0), ids
    return opened


def columns(layer):
    definition = layer.GetLayerDefn()
    return [oracle.field_definition(definition.GetFieldDefn(i)) for i in range(definition.GetFieldCount())]


def types(layer):
    return [f"{name[1:-1]} {kind.split()[0]}" for name, kind in columns(layer)]


def snapshot_of(path):
    """What GDAL reads of the first layer in a file. Drivers keep no extent of coordinates that are infinite."""
    dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    taken = oracle.snapshot(dataset.GetLayer(0))
    taken.extent = "infinite" if "inf" in str(oracle.extent_of_rows(dataset.GetLayer(0))) else taken.extent
    return taken


def values(layer, column):
    layer.ResetReading()
    return [row[column] for row in layer]


# ---- rows and columns ----

def test_one_layer_with_the_features_of_all_results(sb, project, open_mapflow, layer_of):
    ids = project(4)
    dataset = open_mapflow(MERGED)
    assert layer_names(dataset) == ["results"] and downloads(sb) == []
    layer = dataset.GetLayer(0)
    assert field_names(layer)[:2] == OWN
    wanted = []
    for i, identifier in enumerate(ids):
        single = layer_of(identifier)
        assert set(field_names(single)) <= set(field_names(layer))
        wanted += [(identifier, f"job {i}", row) for row in single]
    assert layer.GetFeatureCount() == len(wanted) == sum(COUNTS[RESULTS[i % 3]] for i in range(4))
    for row, (identifier, name, single) in zip(layer, wanted, strict=True):
        assert (row["processing_id"], row["processing"]) == (identifier, name)
        assert row.GetGeometryRef().ExportToWkb() == single.GetGeometryRef().ExportToWkb()
        assert row["processing_date"] == single["processing_date"] if "processing_date" in single.keys() else True
        assert row.GetStyleString() == single.GetStyleString()
    assert len(downloads(sb)) == 4


def test_processing_without_a_name(sb, project, layer_of):
    project(0)
    identifier = sb.state.add_processing(name="", project=PROJECT, result=RESULTS[1])
    row = layer_of(MERGED).GetNextFeature()
    assert row["processing_id"] == identifier and row.IsFieldNull("processing")


def test_names_of_the_layer(sb, project, open_mapflow):
    project(2)
    dataset = open_mapflow(MERGED)
    for name in ("results", "RESULTS", PROJECT, sb.state.find_project(PROJECT).id):
        assert dataset.GetLayerByName(name).GetName() == "results"
    assert dataset.GetLayerByName("job 0") is None and dataset.GetLayer(1) is None


def test_metadata_are_those_of_the_project(sb, project, layer_of):
    project(2)
    layer = layer_of(MERGED)
    wanted = {"PROJECT_ID": sb.state.find_project(PROJECT).id, "NAME": PROJECT, "OLMD_FID64": "YES"}
    assert layer.GetMetadata() == wanted
    assert layer.GetFeatureCount() > 0
    assert layer.GetMetadata() == wanted


@pytest.mark.parametrize("count", [0, 2])
def test_nothing(project, layer_of, results, count):
    """A project without results, and one whose results have no features, is an empty layer."""
    results(*[collection()] * count)
    layer = layer_of(MERGED)
    assert field_names(layer) == OWN
    assert layer.GetGeomType() == ogr.wkbUnknown and layer.GetSpatialRef() is not None
    assert layer.GetFeatureCount() == 0 and layer.GetNextFeature() is None and layer.GetFeature(0) is None
    assert layer.GetExtent(can_return_null=True) is None


def test_fields_that_have_the_names_of_the_own_columns(merged):
    _, layer, ids = merged(
        collection(feature({"processing": 5, "Processing_ID": 7, "processing_2": True})),
        collection(feature({"processing": "theirs"})))
    assert types(layer) == ["processing_id String(None)", "processing String(None)", "processing_3 String(JSON)",
                            "Processing_ID_2 Integer(None)", "processing_2 Integer(Boolean)"]
    assert values(layer, 0) == ids and values(layer, 1) == ["job 0", "job 1"]
    assert values(layer, 2) == ["5", "theirs"] and values(layer, 3) == [7, None] and values(layer, 4) == [True, None]
    layer.SetIgnoredFields(["processing", "processing_3"])
    assert values(layer, 0) == ids and values(layer, 3) == [7, None]
    layer.SetIgnoredFields([])
    layer.SetAttributeFilter("processing = 'job 1' AND processing_3 = 'theirs'")
    assert values(layer, 0) == ids[1:]


def test_fields_whose_names_differ_in_case_only(merged, tmp_path):
    """They are two fields, as in one result. Formats that know no case get a number from ogr2ogr."""
    dataset, layer, _ = merged(collection(feature({"class_id": 1})), collection(feature({"Class_Id": 2})))
    assert types(layer)[2:] == ["Class_Id Integer(None)", "class_id Integer(None)"]
    assert [values(layer, 2), values(layer, 3)] == [[None, 2], [1, None]]
    with quiet():
        gdal.VectorTranslate(str(tmp_path / "out.gpkg"), dataset, format="GPKG")
    rows = [[value for _, value in row] for row, _ in snapshot_of(tmp_path / "out.gpkg").rows]
    assert [row[2:] for row in rows] == [["null", "1"], ["2", "null"]]


def test_ids_of_features(merged):
    """They are values where they are in the result alone, in the type of the column."""
    _, layer, _ = merged(collection(feature({"a": 1}, id=7), feature({"a": 2}, id=8)),
                         collection(feature({"id": 0.5}, id="x"), feature({"a": 3}, id=9)))
    assert types(layer)[2:] == ["id Real(None)", "a Integer(None)"]
    assert values(layer, "id") == [7, 8, 0.5, None]


def test_members_in_the_place_of_properties(merged):
    """A feature without properties has a field of its own result, and none of another one."""
    _, layer, _ = merged(b'{"type":"FeatureCollection","features":[{"type":"Feature","a":1}]}',
                         collection(feature({"type": "house", "a": 2})))
    assert values(layer, "a") == [1, 2] and values(layer, "type") == [None, "house"]


# ---- types ----

def concatenated(*documents):
    """One document with the features of several."""
    return collection(*itertools.chain.from_iterable(json.loads(document)["features"] for document in documents))


def assert_as_one_document(layer, *documents):
    """Fail unless fields and rows are those that the GeoJSON driver finds in one document with all features."""
    with oracle.open_oracle(concatenated(*documents)) as dataset:
        wanted = oracle.snapshot(dataset.GetLayer(0))
    taken = oracle.snapshot(layer)
    for name in OWN:
        oracle.drop_field(taken, name)
    assert list(taken.lines()) == list(wanted.lines())


@pytest.mark.parametrize("first", TYPES)
def test_types_widen_as_in_one_document(merged, first):
    """Every type of value in a result after every other in the one before."""
    documents = [collection(feature({f"{first} then {second}": json.loads(pair[i]) for second, pair in
                                     {name: (TYPES[first][0], TYPES[name][1]) for name in TYPES}.items()}))
                 for i in range(2)]
    _, layer, _ = merged(*documents)
    assert_as_one_document(layer, *documents)


@pytest.mark.parametrize("rows", [
    [[None, None], [None, 7], [None]], [[[]], [[1]], [[]]], [[[1], []], [2.5]], [[1], [[1], []]], [["x"], [1, "y"]],
    [["x"], [["y"], {}]], [["10:20:30"], ["2026-08-17", "x"]], [["2026-08-17"], ["2026-08-17T10:20:30Z", None]],
    [["2026-08-17T10:20:30Z"], ["2026-08-17T10:20:30+02:00"]], [[True], [None], [False]], [[True], [2]],
    [[1], [3000000000], [0.5], ["x"]],
])
def test_types_of_several_rows(merged, rows):
    documents = [collection(*(feature({"a": value, "z": 1}) for value in document)) for document in rows]
    _, layer, _ = merged(*documents)
    assert_as_one_document(layer, *documents)


SHAPES = {
    "points": [[POINT], [None], [POINT]], "nothing": [[None], []], "nothing and a line": [[], [
        {"type": "LineString", "coordinates": [[4, 52], [5, 53]]}]], "mixed": [[POINT], [SQUARE]],
    "polygons of both kinds": [[SQUARE], [{"type": "MultiPolygon", "coordinates": [[RING], [RING]]}]],
    "with Z": [[POINT], [{"type": "Point", "coordinates": [4, 52, 9]}]],
    "mixed with Z": [[{"type": "Point", "coordinates": [4, 52, 9]}], [SQUARE]],
}


@pytest.mark.parametrize("shapes", SHAPES)
def test_geometry_types_widen_as_in_one_document(merged, shapes):
    documents = [collection(*(feature({"n": 1}, shape) for shape in document)) for document in SHAPES[shapes]]
    _, layer, _ = merged(*documents)
    assert_as_one_document(layer, *documents)


def test_order_of_fields_keeps_that_of_each_result(merged):
    _, layer, _ = merged(collection(feature({"m": 1, "b": 1})), collection(feature({"m": 1, "z": 1, "b": 1})),
                         collection(feature({"a": 1})))
    assert field_names(layer)[2:] == ["a", "m", "z", "b"]


def test_forms_of_columns(merged):
    documents = (collection(feature({"n": 1, "j": 7})), collection(feature({"n": 2**64, "j": {"a": 2**64}})))
    with reports() as seen:
        dataset, layer, _ = merged(*documents)
        assert types(layer)[2:] == ["n Integer64(None)", "j String(JSON)"]
    ((kind, text),) = seen
    assert kind == gdal.CE_Warning and text.startswith('Layer "results": integers beyond 64 bits')
    assert 'column "n" (first 18446744073709551616)' in text


def test_columns_as_text(merged):
    with reports() as seen:
        _, layer, _ = merged(collection(feature({"n": 1, "j": {}})), collection(feature({"n": 2**64, "j": {}})),
                             INTEGERS="TEXT", JSON="TEXT")
        assert types(layer)[2:] == ["n String(None)", "j String(None)"]
        assert values(layer, "n") == ["1", str(2**64)]
    assert seen == []


# ---- spatial reference ----

def in_system(name, *features):
    return collection(*features, crs={"type": "name", "properties": {"name": name}})


def test_results_in_different_systems(merged):
    """They are no layer: who reads it is told, each time."""
    dataset, layer, ids = merged(in_system("EPSG:4326", feature({})), collection(feature({}, None)),
                                 in_system("EPSG:3857", feature({})))
    for _ in range(2):
        with reports() as seen:
            assert layer.GetNextFeature() is None
        ((kind, text),) = seen
        assert kind == gdal.CE_Failure and ids[2] in text and '"job 2"' in text
        assert "WGS 84 / Pseudo-Mercator" in text and "(WGS 84)" in text


def test_results_in_one_system(merged):
    """Said in several ways, or not at all, or without a geometry."""
    _, layer, _ = merged(in_system("EPSG:3857", feature({}, None)), in_system("urn:ogc:def:crs:OGC:1.3:CRS84", feature({})),
                         collection(feature({})), in_system("EPSG:4326", feature({})))
    assert layer.GetFeatureCount() == 4
    assert layer.GetSpatialRef().GetAuthorityCode(None) in ("4326", "CRS84")
    assert layer.GetNextFeature().GetGeometryRef() is None


def test_results_in_another_system(merged):
    _, layer, _ = merged(collection(), in_system("EPSG:3857", feature({})), in_system("EPSG:3857", feature({})))
    assert layer.GetSpatialRef().GetAuthorityCode(None) == "3857" and layer.GetFeatureCount() == 2


# ---- as appending each result ----

FORMATS = {"GPKG": ["FID=number of the row"], "FlatGeobuf": ["SPATIAL_INDEX=NO"]}
# FlatGeobuf knows no lists, and no 2D geometries among those with Z.
TRANSLATION = ["-skipfailures", "-mapFieldType", ",".join(
    f"{kind}List=String" for kind in ("Integer", "Integer64", "Real", "String"))]


def append_each(path, file_format, example, singles):
    """Writes a file as ogr2ogr -append does, with one result after another, into a layer that is made like an example."""
    made = gdal.GetDriverByName(file_format).Create(str(path), 0, 0, 0, gdal.GDT_Unknown)
    target = made.CreateLayer("results", example.GetSpatialRef(), example.GetGeomType(), FORMATS[file_format])
    definition = example.GetLayerDefn()
    for i in range(definition.GetFieldCount()):
        target.CreateField(definition.GetFieldDefn(i))
    for number, (identifier, single, places) in enumerate(singles):
        single.ResetReading()
        for row in single:
            new = ogr.Feature(target.GetLayerDefn())
            new.SetFromWithMap(row, True, places)
            new.SetField(0, identifier)
            new.SetField(1, f"job {number}")
            new.SetFID(-1)
            target.CreateFeature(new)


NEIGHBOUR = collection(*(feature({"own": n, "name of the neighbour": "é"}, SQUARE) for n in range(3)))


def is_readable(sb, open_mapflow, document):
    with oracle.tolerant():
        try:
            return open_mapflow(sb.add_processing(name="alone", result=document)) is not None
        except RuntimeError:
            return False


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_awkward_document_among_others(sb, merged, open_mapflow, layer_of, tmp_path, name):
    """Rows of a result are the same in the layer of all, where others have no such fields; so are files made of them."""
    if not is_readable(sb, open_mapflow, DOCUMENTS[name]):
        assert name in awkward.MAY_BE_REFUSED
        return
    with oracle.tolerant():
        dataset, layer, ids = merged(NEIGHBOUR, DOCUMENTS[name], NEIGHBOUR)
        singles = {identifier: layer_of(identifier) for identifier in ids}
        taken, single = oracle.snapshot(layer), oracle.snapshot(singles[ids[1]])
        if not taken.rows:
            assert not singles[ids[0]].GetSpatialRef().IsSame(singles[ids[1]].GetSpatialRef())
            return
        assert taken.fields[:2] == [("'processing_id'", "String(None) width 0.0"), ("'processing'", "String(None) width 0.0")]
        assert [field for field in taken.fields if field in single.fields] == single.fields
        assert taken.count == len(taken.rows) == single.count + 6
        for (found, shape), (own, own_shape) in zip(taken.rows[3:], single.rows):
            assert dict(found[:2]) == {"processing_id": repr(ids[1].encode()), "processing": "b'job 1'"}
            assert [value for value in found[2:] if value[1] != "unset"] == [value for value in own if value[1] != "unset"]
            assert shape == own_shape
        for file_format, options in FORMATS.items():
            ours, theirs = tmp_path / f"ours.{file_format}", tmp_path / f"theirs.{file_format}"
            gdal.VectorTranslate(str(ours), dataset, format=file_format, layerCreationOptions=options,
                                 options=TRANSLATION)
            example, names = gdal.OpenEx(str(ours)), field_names(layer)
            append_each(theirs, file_format, example.GetLayer(0), [
                (identifier, one, [names.index(name) for name in field_names(one)]) for identifier, one in singles.items()])
            assert list(snapshot_of(ours).lines()) == list(snapshot_of(theirs).lines())


PLAIN = [collection(*(feature({"n": n, "day": "2026-08-17"}) for n in range(700))),
         collection(feature({"n": 0.5, "text": "é", "yes": True}, SQUARE), feature({"n": None, "day": None})), collection(),
         collection(*(feature({"text": str(n), "n": 2**40 + n}) for n in range(3)))]


@pytest.mark.parametrize("found", [[*RESULTS, RESULTS[0]], PLAIN], ids=["real", "plain"])
def test_files_as_ogr2ogr_appends(run, results, tmp_path, found):
    """Into a layer like the merged one goes result after result. Without columns of JSON new GDALs copy Arrow batches."""
    ids = results(*found)
    name = f"MAPFLOW:{MERGED}"
    assert run("ogr2ogr", tmp_path / "merged.gpkg", name).returncode == 0
    assert run("ogr2ogr", tmp_path / "appended.gpkg", name, "-where", "0 = 1").returncode == 0
    for number, identifier in enumerate(ids):
        done = run("ogr2ogr", "-append", tmp_path / "appended.gpkg", f"MAPFLOW:{identifier}", "-nln", "results", "-sql",
                   f"SELECT '{identifier}' AS processing_id, 'job {number}' AS processing, * FROM results")
        assert done.returncode == 0, done.said
    ours = snapshot_of(tmp_path / "merged.gpkg")
    assert list(ours.lines()) == list(snapshot_of(tmp_path / "appended.gpkg").lines())
    assert run("ogr2ogr", tmp_path / "merged.fgb", name, "-lco", "SPATIAL_INDEX=NO").returncode == 0
    assert [shape for _, shape in snapshot_of(tmp_path / "merged.fgb").rows] == [shape for _, shape in ours.rows]


# ---- FIDs ----

def fids(dataset):
    layer = dataset.GetLayerByName("results")
    layer.ResetReading()
    return {row.GetFID(): (row["processing_id"], row.GetGeometryRef().ExportToWkt(), row["n"]) for row in layer}


def numbered(count, start=0):
    return collection(*(feature({"n": start + n}) for n in range(count)))


def test_fids_stay_whatever_else_is_there(sb, results, open_mapflow, layer_of):
    ids = results(numbered(5), numbered(7, 100))
    before = fids(open_mapflow(MERGED, CACHE="NO"))
    assert len(before) == 12
    sb.state.add_processing(name="earlier", project=PROJECT, result=numbered(3, 200), created="2020-01-01T00:00:00Z")
    after = fids(open_mapflow(MERGED, CACHE="NO"))
    assert len(after) == 15 and before.items() <= after.items()
    del sb.state.processings[ids[0]]
    rest = fids(open_mapflow(MERGED, CACHE="NO"))
    assert len(rest) == 10 and rest.items() <= after.items()
    layer = layer_of(MERGED, CACHE="NO")
    for fid, (identifier, _, n) in rest.items():
        row = layer.GetFeature(fid)
        assert (row["processing_id"], row["n"]) == (identifier, n)
    for fid in set(after) - set(rest) | {-1, 0, max(rest) + 1, min(rest) - 1, 2**62}:
        assert layer.GetFeature(fid) is None


def test_numbers_that_two_processings_want(sb, project, open_mapflow):
    """Their ids are chosen so that the numbers made of them are two apart."""
    project(0)
    for identifier in ("ca065157-0000-4000-8000-d3f903d0b689", "2f0ac7f8-0000-4000-8000-35ac8cc8c499"):
        sb.state.add_processing(name="n", project=PROJECT, id=identifier, result=numbered(5))
    dataset = open_mapflow(MERGED)
    found = fids(dataset)
    assert sorted(found) == [239805270627269 + i for i in range(10)]
    for fid, (identifier, _, n) in found.items():
        row = dataset.GetLayer(0).GetFeature(fid)
        assert (row["processing_id"], row["n"]) == (identifier, n)


def test_next_by_index_across_results(merged):
    _, layer, _ = merged(numbered(3), collection(), numbered(2, 10), numbered(4, 20))
    wanted = [0, 1, 2, 10, 11, 20, 21, 22, 23]
    assert values(layer, "n") == wanted
    for index, n in enumerate(wanted):
        assert layer.SetNextByIndex(index) == 0
        assert layer.GetNextFeature()["n"] == n
    layer.SetAttributeFilter("n >= 11")
    assert layer.SetNextByIndex(1) == 0 and layer.GetNextFeature()["n"] == 20 and layer.GetFeatureCount() == 5


# ---- filters, SQL, kinds of geometry ----

def test_filters(project, layer_of):
    ids = project(3)
    layer = layer_of(MERGED)
    layer.SetAttributeFilter(f"processing_id = '{ids[1]}'")
    assert layer.GetFeatureCount() == COUNTS[RESULTS[1]]
    layer.SetAttributeFilter(None)
    window = (4.485, 52.153, 4.490, 52.158)
    singles = 0
    for identifier in ids:
        single = layer_of(identifier)
        single.SetSpatialFilterRect(*window)
        singles += single.GetFeatureCount()
    layer.SetSpatialFilterRect(*window)
    assert 0 < layer.GetFeatureCount() == singles < sum(COUNTS.values())
    layer.SetSpatialFilterRect(0, 0, 1, 1)
    assert layer.GetFeatureCount() == 0 and layer.GetNextFeature() is None


def test_extent_is_that_of_all(project, layer_of):
    ids = project(3)
    layer = layer_of(MERGED)
    boxes = [layer_of(identifier).GetExtent() for identifier in ids]
    west, east, south, north = zip(*boxes)
    assert layer.GetExtent() == (min(west), max(east), min(south), max(north))


def test_statement_counts_by_processing(project, open_mapflow):
    project(3)
    dataset = open_mapflow(MERGED)
    answer = dataset.ExecuteSQL("SELECT processing, COUNT(*) FROM results GROUP BY processing", dialect="SQLITE")
    assert {row[0]: row[1] for row in answer} == {f"job {i}": COUNTS[RESULTS[i]] for i in range(3)}
    dataset.ReleaseResultSet(answer)


def test_kinds_of_geometry(merged):
    line = {"type": "LineString", "coordinates": [[4, 52], [5, 53]]}
    dataset, *_ = merged(
        collection(feature({"n": 0}), feature({"n": 1}, SQUARE), feature({"n": 2}, None)),
        collection(feature({"n": 3}, {"type": "MultiPolygon", "coordinates": [[RING]]}), feature({"n": 4}, line)),
        collection(feature({"n": 5}, SQUARE)), GEOMETRY="SPLIT")
    assert layer_names(dataset) == ["results_polygon", "results_line", "results_point", "results_other"]
    found = {name: values(dataset.GetLayerByName(name), "n") for name in layer_names(dataset)}
    assert list(found.values()) == [[1, 3, 5], [4], [0], [2]]
    assert dataset.GetLayer(0).GetGeomType() == ogr.wkbMultiPolygon
    assert values(dataset.GetLayer(0), "processing") == ["job 0", "job 1", "job 2"]
    assert values(dataset.GetLayerByName("results"), "n") == [0, 1, 2, 3, 4, 5]
    assert dataset.GetLayerByName(f"{PROJECT}_line").GetFeatureCount() == 1
    assert dataset.GetLayer(4) is None


def test_kinds_of_nothing(merged):
    dataset, _, _ = merged(collection(), GEOMETRY="SPLIT")
    assert layer_names(dataset) == ["results"] and dataset.GetLayer(0).GetFeatureCount() == 0


def test_styles_are_those_of_each_result(sb, project, layer_of):
    """What others have found does not change how something looks."""
    project(0)
    rows = [feature({"class_id": 101}, SQUARE), feature({"a": 1}, SQUARE)]
    ids = [sb.add_processing(name="n", project=PROJECT, result=collection(*found), workflowDef={"name": model})
           for model, found in (("unknown", rows[1:]), ("Buildings", rows[:1]), ("Forest", rows[1:]),
                                ("unknown", [feature({"building_height": 5}, SQUARE)]), ("Buildings", rows[1:]))]
    single = [layer_of(identifier) for identifier in ids]
    wanted = [row.GetStyleString() for layer in single for row in layer]
    layer = layer_of(MERGED)
    assert [row.GetStyleString() for row in layer] == wanted and len(set(wanted)) == 5
    layer.SetIgnoredFields(["class_id", "building_height"])
    assert [row.GetStyleString() for row in layer] == wanted
    tables = {table.Find(name) for table in (layer.GetStyleTable(),) for name in iter(table.GetNextStyle, None)} - {None}
    assert all(row.GetStyleString() is None for row in layer_of(MERGED, STYLE="NO"))
    assert tables <= set(wanted)


def test_geometries_that_are_not_right_are_told_once(merged):
    broken = feature({}, {"type": "Polygon", "coordinates": [[[4, 52], [5, 52], [5, 53]]]})
    with reports() as seen:
        _, layer, _ = merged(collection(feature({}), broken), collection(broken))
        first = [row.GetFID() for row in layer][1]
        layer.ResetReading()
    ((_, text),) = seen
    assert f'layer "results": 2 features, the first with FID {first}]' in text


# ---- Arrow ----

@pytest.fixture
def probe(sb):
    """probe(run, …) -> what arrow_probe writes for each run on the layer of all results."""
    from test_arrow import PROBE, Dump

    def probed(*runs):
        done = subprocess.run([PROBE, f"MAPFLOW:{MERGED}", *runs], capture_output=True, encoding="utf-8", check=False,
                              errors="backslashreplace", env=environment_of(sb, CPL_DEBUG="MAPFLOW"), timeout=120)
        assert done.returncode == 0, done.stdout[-300:] + done.stderr
        assert "The Arrow stream is GDAL's own" not in done.stderr
        return [Dump(part.partition("\n")[2]) for part in done.stdout.split("== ")[1:]]
    return probed


def test_arrow_stream(results, probe):
    """Batches go on from one result into the next; values are those of GDAL's own stream."""
    results(numbered(5), collection(feature({"n": 0.5, "t": "text", "l": ["a"]})), collection(), numbered(8, 30))
    ways = ("", ",INCLUDE_FID=NO", ",MAX_FEATURES_IN_BATCH=4", ",ignore=processing", ",ignore=n,ignore=OGR_GEOMETRY",
            ",spat=4/52/5/53", ",spat=0/0/1/1")
    dumps = probe(*(kind + way for way in ways for kind in ("native", "generic")))
    for native, generic in zip(dumps[::2], dumps[1::2], strict=True):
        assert native.fast
        assert native.schema == generic.schema and native.rows == generic.rows
    assert dumps[4].batches == [4, 4, 4, 2]


def test_arrow_stream_of_real_results(project, probe):
    project(3)
    for native, generic in [probe("native,MAX_FEATURES_IN_BATCH=1000", "generic")]:
        assert native.schema == generic.schema and native.rows == generic.rows
        assert native.batches == [1000, 1000, 853]
        assert native.fast == (int(gdal.VersionInfo()) >= 3100000)  # it has columns of JSON


# ---- fetching ----

def test_results_are_fetched_several_at_once(sb, project, layer_of):
    project(20)
    sb.faults.add("/result", delay=0.3)
    layer = layer_of(MERGED)
    assert layer.GetFeatureCount(0) == -1 and downloads(sb) == []
    assert layer.GetLayerDefn().GetFieldCount() > 2
    fetched = sorted(downloads(sb), key=lambda record: record.time_start)
    assert 1 < most_at_once(fetched) <= 6 and len(fetched) == 20
    assert fetched[1].time_start < fetched[0].time_end  # it is known from the first on that all will be read
    assert sum(1 for _ in layer) == layer.GetFeatureCount() and len(downloads(sb)) == 20


def test_second_process_downloads_nothing(sb, project, run):
    project(3)
    for wanted in (3, 0):
        sb.clear_log()
        done = run("ogrinfo", "-ro", "-so", "-al", f"MAPFLOW:{MERGED}")
        assert done.returncode == 0 and f"Feature Count: {sum(COUNTS.values())}\n" in done.stdout
        assert len(downloads(sb)) == wanted


def test_results_need_no_files_that_are_open(project, run):
    project(60)
    done = run("prlimit", "--nofile=48", "ogrinfo", "-ro", "-so", "-al", f"MAPFLOW:{MERGED},CACHE=NO")
    assert done.returncode == 0 and f"Feature Count: {20 * sum(COUNTS.values())}\n" in done.stdout, done.said


ATTEMPTS = {
    "next": lambda layer: layer.GetNextFeature(), "feature": lambda layer: layer.GetFeature(0),
    "count": lambda layer: layer.GetFeatureCount(), "extent": lambda layer: layer.GetExtent(can_return_null=True),
    "index": lambda layer: layer.SetNextByIndex(1), "filter": lambda layer: layer.SetAttributeFilter("n = 1"),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("fault", [{"status": 403}, {"cut": 300}])
def test_result_that_is_missing_is_an_error(sb, project, account, attempt, fault):
    """The layer has no fewer features then: it has none, whatever is asked for, and however often."""
    ids = project(3)
    sb.faults.add(f"{ids[1]}/result", **fault)
    dataset = gdal.OpenEx(f"MAPFLOW:{MERGED}", gdal.OF_VECTOR, open_options=options_of(account))
    for _ in range(3):
        with reports() as seen:
            assert ATTEMPTS[attempt](dataset.GetLayer(0)) in (None, -1, ogr.OGRERR_FAILURE)
        failures = messages(seen, gdal.CE_Failure)
        assert failures and all(ids[1] in text for text in failures)


@pytest.mark.parametrize("dialect", ["OGRSQL", "SQLITE"])
def test_result_that_is_missing_is_no_answer(sb, project, account, dialect):
    ids = project(3)
    sb.faults.add(f"{ids[2]}/result", status=403)
    dataset = gdal.OpenEx(f"MAPFLOW:{MERGED}", gdal.OF_VECTOR, open_options=options_of(account))
    for statement in ("SELECT COUNT(*) FROM results", "SELECT * FROM results"):
        with reports() as seen:
            assert dataset.ExecuteSQL(statement, dialect=dialect) is None
        assert any(ids[2] in text for text in messages(seen, gdal.CE_Failure))


def test_result_that_is_missing_fails_programs(sb, project, run, tmp_path):
    ids = project(3)
    sb.faults.add(f"{ids[2]}/result", status=403)
    done = run("ogr2ogr", tmp_path / "out.gpkg", f"MAPFLOW:{MERGED}")
    assert done.returncode == 1 and ids[2] in done.stderr
    done = run("ogr2ogr", tmp_path / "split.gpkg", f"MAPFLOW:{MERGED},GEOMETRY=SPLIT")
    assert done.returncode == 1 and ids[2] in done.stderr


def test_processings_without_a_result(sb, project, half_failed, account):
    """They are left out with one warning, as without MERGE; PARTIAL=YES adds what failed ones have."""
    project(1)
    half_failed(RESULTS[1])
    sb.state.add_processing(name="x", project=PROJECT, status="IN_PROGRESS")
    counts = []
    with reports() as seen:
        for partial in ("NO", "YES"):
            dataset = gdal.OpenEx(f"MAPFLOW:{MERGED}", gdal.OF_VECTOR,
                                  open_options=options_of(account, {"PARTIAL": partial}))
            counts.append(dataset.GetLayer(0).GetFeatureCount())
    assert counts == [COUNTS[RESULTS[0]], COUNTS[RESULTS[0]] + COUNTS[RESULTS[1]]]
    first, second = messages(seen, gdal.CE_Warning)
    assert "1 FAILED, 1 IN_PROGRESS" in first and "FAILED" not in second.replace("failed", "")


def test_results_of_a_project_cannot_be_read_offline(project, open_mapflow, layer_of):
    project(1)
    layer_of(MERGED).GetFeatureCount()
    with pytest.raises(RuntimeError, match="The list of a project"):
        open_mapflow(MERGED, CACHE="OFFLINE")


def test_list_for_qgis_downloads_nothing(sb, project, open_mapflow):
    project(3)
    dataset = open_mapflow(MERGED, **{"@LIST_ALL_TABLES": "YES"})
    layer = dataset.GetLayer(0)
    assert layer_names(dataset) == ["results"] and layer.GetGeomType() == ogr.wkbUnknown and downloads(sb) == []
    assert field_names(layer)[:2] == ["processing_id", "processing"]
    assert sum(1 for _ in layer) == sum(COUNTS.values()) and len(downloads(sb)) == 3


def test_list_for_qgis_of_kinds(project, open_mapflow):
    project(3)
    dataset = open_mapflow(MERGED, GEOMETRY="SPLIT", **{"@LIST_ALL_TABLES": "YES"})
    assert layer_names(dataset) == ["results_polygon", "results_line", "results_point"]
    assert dataset.GetLayer(1).GetGeomType() == ogr.wkbMultiLineString


def test_open_option_and_name_say_the_same(project, open_mapflow):
    project(2)
    for name, options in ((f'project="{PROJECT}"', {"MERGE": "YES"}), (MERGED, {}), (MERGED, {"MERGE": "NO"})):
        assert layer_names(open_mapflow(name, **options)) == ["results"]
    assert layer_names(open_mapflow(f'project="{PROJECT}",MERGE=NO', MERGE="YES")) == ["job 0", "job 1"]


def test_interrupted(sb, project):
    """Ctrl-C while results are fetched ends the program, and all requests."""
    project(12)
    sb.faults.add("/result", throttle=2000)
    program = subprocess.Popen(["ogrinfo", "-ro", "-so", "-al", f"MAPFLOW:{MERGED}"], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env=environment_of(sb))
    wait_until(lambda: any(r.path.endswith("/result") for r in sb.requests), program)
    program.send_signal(signal.SIGINT)
    assert program.wait(60) == -signal.SIGINT
    wait_until(lambda: all(r.time_end for r in sb.requests))
    assert len([r for r in sb.requests if r.path.endswith("/result")]) <= 6


def test_read_in_several_threads(project, open_mapflow):
    """A dataset in each; what they have fetched is shared."""
    project(3)

    def read():
        dataset = open_mapflow(MERGED)
        assert sum(1 for _ in dataset.GetLayer(0)) == sum(COUNTS.values())
    in_threads(4, read)


def test_memory_is_that_of_the_index(sb, project, python):
    """Four times the features take no four times the memory: features are read from the file."""
    project(0)
    text = "x" * 1000
    document = collection(*(feature({"n": n, "text": text}) for n in range(4000)))
    for i in range(8):
        sb.add_processing(name=f"job {i}", project=PROJECT, result=document)
    grown = python(f"""
import resource
from osgeo import gdal
def read(name):
    dataset = gdal.OpenEx("MAPFLOW:" + name, gdal.OF_VECTOR)
    assert sum(1 for row in dataset.GetLayer(0) if row["text"]) > 0
    with open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith("RssAnon:")).split()[1])
before = read({sb.state.all_processings()[-1].id!r})
print(json.dumps(read({MERGED!r}) - before))
""")
    assert grown < 8 * 4000 * 1000 // 1024 // 4  # KiB: the documents have four times that


