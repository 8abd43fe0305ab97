"""The Arrow stream is the one that GDAL makes of the same features.

arrow_probe takes streams of a layer down as text: the driver's own, and GDAL's
generic one. What programs make of the streams is in test_arrow_conversion.py.
"""

import json
import re
import subprocess

import pytest
from osgeo import gdal, ogr

import awkward
from helpers import environment_of, quiet
from paths import BUILD, DATA

PROBE = BUILD / "autotest" / "ogr" / "arrow_probe"
DOCUMENTS = awkward.documents()
RESULTS = ("buildings", "combo", "empty", "forest")

# Values that a stream may be asked for in several ways: options, and what GDAL's stream is to be
# compared with.
WAYS = ("", ",INCLUDE_FID=NO", ",MAX_FEATURES_IN_BATCH=1", ",MAX_FEATURES_IN_BATCH=7",
        ",MAX_FEATURES_IN_BATCH=1000000", ",ignore=OGR_GEOMETRY", ",ignore=OGR_GEOMETRY,INCLUDE_FID=NO",
        ",DATETIME_AS_STRING=YES", ",TIMEZONE=mixed", ",TIMEZONE=+02:00")


class Dump:
    """What arrow_probe has written about one stream."""

    def __init__(self, text):
        lines = text.splitlines()
        self.fast = "fast 1" in lines
        self.schema = [line for line in lines if line.lstrip().startswith("schema ")]
        self.batches = [int(line.split()[1]) for line in lines if line.startswith("batch ")]
        self.rows = [line for line in lines if line.split()[0] == "row"]
        self.features = [int(line.split()[1]) for line in lines if line.startswith("feature ")]
        self.rest = [line for line in lines
                     if line not in self.rows and not line.startswith(("batch ", "fast ", "feature "))
                     and line not in self.schema]

    def fids(self):
        """The FIDs of the rows, which are their first column."""
        return [int(row.split()[1].removeprefix("OGC_FID=")) for row in self.rows]


@pytest.fixture
def probe(sb):
    """probe(path or bytes, run, …) -> a Dump for each run."""
    def probed(result, *runs):
        processing = sb.add_processing(name="Arrow", status="OK", result=result)
        environment = environment_of(sb, CPL_DEBUG="MAPFLOW")
        done = subprocess.run([PROBE, f"MAPFLOW:{processing}", *runs], capture_output=True,
                              encoding="utf-8", errors="backslashreplace", env=environment, timeout=120, check=False)
        if done.returncode == 1:
            raise RuntimeError(done.stderr)
        assert done.returncode == 0, done.stdout[-300:] + done.stderr
        assert "The Arrow stream is GDAL's own" not in done.stderr
        return [Dump(part.partition("\n")[2]) for part in done.stdout.split("== ")[1:]]
    return probed


def assert_same_stream(native, generic):
    """Fail unless two dumps tell of the same rows."""
    assert native.schema == generic.schema
    assert native.rows == generic.rows
    assert sum(native.batches) == len(native.rows)


def pairs(ways):
    """The runs that read in each way with both streams."""
    return [kind + way for way in ways for kind in ("native", "generic")]


def collection(*features, **members):
    """The bytes of a FeatureCollection of (properties, geometry) pairs."""
    return json.dumps({"type": "FeatureCollection", **members, "features": [
        {"type": "Feature", "properties": properties, "geometry": geometry}
        for properties, geometry in features]}).encode()


def points(count):
    """A collection of points along a line, numbered from 0."""
    return collection(*(({"n": n, "t": f"text {n}"}, {"type": "Point", "coordinates": [n, n % 10]})
                        for n in range(count)))


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_awkward_document_as_generic_stream(probe, name):
    try:
        dumps = probe(DOCUMENTS[name], *pairs(WAYS))
    except RuntimeError:
        if name in awkward.MAY_BE_REFUSED:
            return
        raise
    for native, generic in zip(dumps[::2], dumps[1::2], strict=True):
        for dump in (native, generic):  # up to some GDAL the generic stream is a day late before 1970
            dump.rows = [re.sub(" -2026-08-02=-[0-9]+", "", row) for row in dump.rows]
        assert_same_stream(native, generic)


def test_days_before_1970(probe):
    days = ("1950-06-01", "1969-12-31", "1970-01-02")
    dump, = probe(collection(*(({"d": day}, None) for day in days)), "native")
    assert [row.split("d=")[1].split()[0] for row in dump.rows] == ["-7154", "-1", "1"]


@pytest.mark.parametrize("name", RESULTS)
def test_result_as_generic_stream(probe, name):
    window = ",spat=4.48/52.15/4.495/52.158"
    dumps = probe(DATA / f"{name}.geojson", *pairs((*WAYS, window, window + ",ignore=OGR_GEOMETRY")))
    for native, generic in zip(dumps[::2], dumps[1::2], strict=True):
        assert_same_stream(native, generic)


def test_every_field_ignored(probe):
    ways = (",ignore=n", ",ignore=n,ignore=t", ",ignore=t,ignore=OGR_GEOMETRY",
            ",ignore=n,ignore=t,ignore=OGR_GEOMETRY",
            ",ignore=n,ignore=t,ignore=OGR_GEOMETRY,spat=2.5/-1/7.5/20")
    dumps = probe(points(20), *pairs(ways))
    for native, generic in zip(dumps[::2], dumps[1::2], strict=True):
        assert_same_stream(native, generic)
    assert dumps[0].schema[-2:] == dumps[2].schema[-2:] or len(dumps[2].schema) == 3


@pytest.mark.parametrize("size, batches", ((1, [1] * 20), (7, [7, 7, 6]), (20, [20]), (1000, [20])))
def test_batches_have_the_size_asked_for(probe, size, batches):
    native, = probe(points(20), f"native,MAX_FEATURES_IN_BATCH={size}")
    assert native.batches == batches


def test_batches_of_a_window_are_full(probe):
    native, = probe(points(500), "native,MAX_FEATURES_IN_BATCH=10,spat=-1/-1/1000/4.5")
    assert native.batches == [10] * 25
    assert native.fids() == [n for n in range(500) if n % 10 <= 4]


def test_window_is_tested_exactly(probe):
    triangle = {"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [0, 10], [0, 0]]]}
    document = collection(({"n": 0}, triangle), ({"n": 1}, None),
                          ({"n": 2}, {"type": "Point", "coordinates": [9, 9]}))
    for native, generic in [probe(document, *pairs([",spat=8/8/9.5/9.5"]))]:
        assert_same_stream(native, generic)
        assert native.fids() == [2]


FAST_WITH_FILTER = int(gdal.VersionInfo()) < 3110000  # compat.h: MF_ARROW_FORGETS_SELECTION
FILTERS = {
    "n >= 15": range(15, 20),
    "t = 'text 7' OR n IS NULL": [7],
    "FID < 3 AND n > 0": [1, 2],
    "OGR_GEOMETRY = 'POINT' AND n < 2": [0, 1],
    "OGR_GEOM_WKT LIKE '%(4 4)'": [4],
    "OGR_STYLE LIKE 'SYMBOL%'": range(20),
    "1 = 1": range(20),
    "CAST(n AS character(5)) = t": [],
}


@pytest.mark.parametrize("more", ("", ",spat=-1/-1/16.5/20", ",ignore=n,ignore=t", ",ignore=OGR_GEOMETRY",
                                  ",MAX_FEATURES_IN_BATCH=2"))
@pytest.mark.parametrize("condition", FILTERS)
def test_attribute_filter(probe, condition, more):
    native, generic = probe(points(20), *pairs([f",where={condition}{more}"]))
    assert_same_stream(native, generic)
    assert native.fast == FAST_WITH_FILTER
    assert native.fids() == [n for n in FILTERS[condition] if "spat" not in more or n <= 16]


def test_attribute_filter_on_columns_of_one_name(probe):
    document = collection(({"a": 1, "A": 2, "b": 3}, None), ({"a": 2, "A": 1, "b": 3}, None))
    for native, generic in [probe(document, *pairs([f",where={where}{more}"]))
                            for where in ('"A" = 2', '"a" = 2', '"A" = 2 AND "a" = 1')
                            for more in ("", ",ignore=a", ",ignore=A", ",ignore=a,ignore=A,ignore=b")]:
        assert_same_stream(native, generic)


def test_list_of_fids_is_left_to_gdal(sb, open_mapflow):
    """GDAL reads these by number, from 3.8 on in the order of the list."""
    pytest.importorskip("numpy")
    dataset = open_mapflow(sb.add_processing(name="A", status="OK", result=points(20)))
    layer = dataset.GetLayer(0)
    for condition, wanted in (("FID IN (7, 3)", [7, 3]), ("FID = 5", [5]), ("FID IN (7, 3) AND n < 7", [3])):
        layer.SetAttributeFilter(condition)
        layer.ResetReading()
        read = [n for batch in layer.GetArrowStreamAsNumPy() for n in batch["n"]]
        assert read == (wanted if int(gdal.VersionInfo()) >= 3080000 else sorted(wanted))
        assert layer.TestCapability(ogr.OLCFastGetArrowStream) == ("AND" in condition and FAST_WITH_FILTER)


def test_set_next_by_index_on_an_open_stream(probe):
    skipped, back = probe(points(20), "native,skip=12", "native,MAX_FEATURES_IN_BATCH=8,back=3")
    assert skipped.fids() == list(range(12, 20))
    assert back.fids() == [*range(8), *range(3, 20)]


def test_set_next_by_index_to_the_end_and_beyond(probe):
    at_end, beyond = probe(points(20), "native,skip=20", "native,skip=21")
    assert at_end.rows == []
    assert "moved 0" in at_end.rest
    assert "moved 9" in beyond.rest
    assert beyond.rows == []


def test_one_stream_after_the_other(probe):
    dumps = probe(points(20), *["native"] * 3, "native,batches=0", "native")
    assert [dump.fids() for dump in dumps] == [list(range(20))] * 3 + [[], list(range(20))]


@pytest.mark.parametrize("batches", (0, 1, 3))
def test_stream_released_early(probe, batches):
    early, late = probe(points(5000), f"native,MAX_FEATURES_IN_BATCH=100,batches={batches}", "native")
    assert early.batches == [100] * batches
    assert late.fids() == list(range(5000))


@pytest.mark.parametrize("way", ("close", "close-late"))
@pytest.mark.parametrize("options", ("", ",spat=-1/-1/10000/20"))
def test_stream_outlives_its_dataset(probe, way, options):
    dump, = probe(points(5000), f"native,MAX_FEATURES_IN_BATCH=100,{way}{options}")
    assert dump.batches == [100] * (way == "close-late")
    assert "error 22 told" in dump.rest  # EINVAL


def test_features_and_batches_share_one_position(probe):
    dump, = probe(points(4000), "native,MAX_FEATURES_IN_BATCH=500,feature=3")
    seen = sorted(dump.fids() + dump.features)
    assert seen == list(range(4000))
    assert dump.features[:3] == [500, 501, 502]


def test_text_in_a_column_of_another_type(probe):
    """Members of features without properties are texts, whatever their column."""
    mixed = b'''{"type":"FeatureCollection","features":[
        {"type":"Feature","properties":{"i":1,"l":5000000000,"r":1.5,"b":true,"s":"x","d":"2026-08-02",
         "t":"10:11:12","dt":"2026-08-02T10:11:12Z","is":[1],"ls":[5000000000],"rs":[1.5],"ss":["x"],
         "bs":[true]},"geometry":null},
        {"type":"Feature","i":7,"l":6000000000,"r":2.5,"b":false,"s":"y","d":"2026-08-03","t":"01:02:03",
         "dt":"2026-08-03T01:02:03Z","is":[2],"ls":[6000000000],"rs":[2.5],"ss":["y"],"bs":[false],
         "geometry":null},
        {"type":"Feature","i":"x","l":"x","r":"x","b":"x","s":1,"d":"x","t":"x","dt":"x","is":"x","ls":"x",
         "rs":"x","ss":"x","bs":"x","geometry":null},
        {"type":"Feature","i":{"a":1},"l":[1],"r":true,"b":2,"s":[1],"d":1,"t":1,"dt":1,"is":1,"ls":1,
         "rs":1,"ss":1,"bs":1,"geometry":null}]}'''
    native, generic = probe(mixed, "native", "generic")
    assert_same_stream(native, generic)
    assert len(native.rows) == 4


def test_many_nulls_at_all_positions(probe):
    document = collection(*(({name: n for k, name in enumerate("abc") if n % (k + 2)}, None)
                            for n in range(100)))
    for native, generic in [probe(document, *pairs([""]))]:
        assert_same_stream(native, generic)


@pytest.mark.parametrize("name", RESULTS)
def test_as_numpy(sb, open_mapflow, name):
    """The stream of the Python bindings tells what the features tell."""
    numpy = pytest.importorskip("numpy")
    dataset = open_mapflow(sb.add_processing(name="A", status="OK", result=DATA / f"{name}.geojson"))
    layer = dataset.GetLayer(0)
    features = [feature for feature in layer]
    layer.ResetReading()
    geometries, fids, texts = [], [], []
    definition = layer.GetLayerDefn()
    strings = [definition.GetFieldDefn(i).GetName() for i in range(definition.GetFieldCount())
               if definition.GetFieldDefn(i).GetType() == ogr.OFTString]
    for batch in layer.GetArrowStreamAsNumPy(options=["MAX_FEATURES_IN_BATCH=10"]):
        fids += [int(fid) for fid in batch["OGC_FID"]]
        geometries += list(batch["wkb_geometry"])
        texts += list(zip(*(batch[name] for name in strings), strict=True))
    assert fids == [feature.GetFID() for feature in features]
    for feature, wkb in zip(features, geometries, strict=True):
        geometry = feature.GetGeometryRef()
        assert (None if wkb is None else bytes(wkb)) == (
            None if geometry is None else bytes(geometry.ExportToIsoWkb()))
    for feature, values in zip(features, texts if strings else [()] * len(features), strict=True):
        assert [None if v is numpy.ma.masked else v.decode() for v in values] == [
            feature[s] for s in strings]


# ---- statements: OGR SQL hands on the stream of the layer, and calls the geometry column as it likes

STATEMENTS = ("SELECT * FROM results", "SELECT *, n AS m FROM results", "SELECT n FROM results", "SELECT n AS m FROM results",
              "SELECT n, OGR_GEOMETRY FROM results", "SELECT * FROM results WHERE n > 1", "SELECT * FROM results LIMIT 2",
              "SELECT * FROM results ORDER BY n DESC")


def test_stream_with_names_that_differ_in_case_is_not_called_fast(sb, probe, open_mapflow, tmp_path):
    """From GDAL 3.8 on ogr2ogr would write one of the columns, with values of the other."""
    document = collection(({"class_id": 1, "n": 5, "Class_Id": 2}, None))
    dump, = probe(document, "native")
    assert not dump.fast
    dataset = open_mapflow(sb.add_processing(name="cases", result=document))
    with quiet():
        gdal.VectorTranslate(str(tmp_path / "out.gpkg"), dataset, format="GPKG")
    written = gdal.OpenEx(str(tmp_path / "out.gpkg"))
    row = written.GetLayer(0).GetNextFeature()
    assert [row[i] for i in range(row.GetFieldCount())] == [1, 5, 2]


def plain_result():
    """Three features whose columns are all such that the stream of the layer is a fast one."""
    return json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"n": n, "text": f"t{n}"},
         "geometry": {"type": "Point", "coordinates": [4 + n, 52 + n]}} for n in range(3)]}).encode()


def geometries_in_stream(layer, name):
    """The WKB of each row in the column of that name."""
    found = []
    stream = layer.GetArrowStreamAsNumPy(options=["USE_MASKED_ARRAYS=NO"])
    while (batch := stream.GetNextRecordBatch()) is not None:
        found += [bytes(wkb) for wkb in batch[name]]
    return found


@pytest.mark.parametrize("place", ("{}", "project=Plain"))
@pytest.mark.parametrize("dialect", ("", "SQLITE"))
@pytest.mark.parametrize("statement", STATEMENTS)
def test_geometry_column_of_a_statement(sb, open_mapflow, place, dialect, statement):
    if dialect == "SQLITE":
        statement = statement.replace("OGR_GEOMETRY", "GEOMETRY")
    sb.state.add_project("Plain")
    identifier = sb.add_processing(name="results", project="Plain", status="OK", result=plain_result())
    dataset = open_mapflow(place.format(identifier))
    answer = dataset.ExecuteSQL(statement, dialect=dialect)
    wanted = [bytes(row.GetGeometryRef().ExportToIsoWkb()) for row in answer if row.GetGeometryRef() is not None]
    definition = answer.GetLayerDefn()
    if definition.GetGeomFieldCount() > 0:
        name = answer.GetGeometryColumn() or "wkb_geometry"
        assert wanted and answer.GetSpatialRef().GetAuthorityCode(None) == "4326"
        answer.ResetReading()
        assert geometries_in_stream(answer, name) == wanted
    dataset.ReleaseResultSet(answer)
    layer = dataset.GetLayer(0)
    layer.SetAttributeFilter(None)  # the dialect SQLITE leaves its own
    layer.ResetReading()
    assert layer.TestCapability(ogr.OLCFastGetArrowStream)
    assert len(geometries_in_stream(layer, "wkb_geometry")) == 3


def test_failure_between_two_rows_is_no_end(sb):
    """Rows of the account come in pages. What a batch had before the failure is not given."""
    for number in range(40):
        sb.add_project(f"Project {number}")

    def batches():
        done = subprocess.run([PROBE, "MAPFLOW:", "MAX_FEATURES_IN_BATCH=20,quiet"], capture_output=True, text=True,
                              env=environment_of(sb), timeout=60, check=True)
        return [line for line in done.stdout.splitlines() if line.split()[0] in ("batch", "error")]

    assert batches() == ["batch 20", "batch 20", f"batch {len(sb.state.projects) - 40}"]
    sb.fault("/projects/page", skip=1, status=500)
    assert batches() == ["batch 20", "error 5 told"]
