"""What GDAL expects of any layer, asked of each kind of layer that the driver has.

In the spirit of GDAL's test_ogrsf: every row is read once, in order, and whatever else a layer offers
has to agree with that reading.
"""

import pytest
from osgeo import gdal, ogr

import oracle
from helpers import BUILDINGS, COMBO, FOREST, NOTHING, layer_names, reports

PROJECT = 'project="Urban Analysis"'

# name of the kind: dataset, its open options, layer (a name or a position)
KINDS = {
    "result": (BUILDINGS, {}, 0),
    "result without a cache": (FOREST, {"CACHE": "NO"}, "results"),
    "mixed result": (COMBO, {}, 0),
    "empty result": (NOTHING, {}, 0),
    "split polygons": (COMBO, {"GEOMETRY": "SPLIT"}, "Combo_polygon"),
    "split lines": (COMBO, {"GEOMETRY": "SPLIT"}, "Combo_line"),
    "split points": (COMBO, {"GEOMETRY": "SPLIT"}, "Combo_point"),
    "areas": (BUILDINGS, {}, "aois"),
    "processing": (BUILDINGS, {}, "processing"),
    "areas alone": (BUILDINGS, {"STATUS_ONLY": "YES"}, "aois"),
    "project's result": (PROJECT, {}, "Combo"),
    "project's split result": (PROJECT, {"GEOMETRY": "SPLIT"}, 1),
    "project's results merged": (PROJECT, {"MERGE": "YES"}, "results"),
    "project's results merged and split": (PROJECT, {"MERGE": "YES", "GEOMETRY": "SPLIT"}, "results_polygon"),
    "merged result of nothing": ("project=Default", {"MERGE": "YES"}, 0),
    **{name: ("", {}, name) for name in ("projects", "processings", "models", "providers", "account", "mosaics",
                                        "images", "planned_searches")},
    "images of a mosaic": ('mosaic="Quarry flights"', {}, 0),
    "scenes": ("search", {"SEARCH_AOI": "POLYGON ((4.48 52.15,4.51 52.15,4.51 52.17,4.48 52.17,4.48 52.15))"}, "scenes"),
}
FILTERED_TYPES = (ogr.OFTInteger, ogr.OFTInteger64, ogr.OFTReal, ogr.OFTString)
WRITING = (ogr.OLCSequentialWrite, ogr.OLCRandomWrite, ogr.OLCDeleteFeature, ogr.OLCCreateField, ogr.OLCDeleteField,
           ogr.OLCReorderFields, ogr.OLCAlterFieldDefn, ogr.OLCTransactions)

pytestmark = pytest.mark.usefixtures("exceptions_off")


@pytest.fixture
def exceptions_off():
    """Return codes and messages are looked at, not what the bindings make of them."""
    with oracle.exceptions(False):
        yield


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


@pytest.fixture
def opened(kind, open_mapflow):
    """Opens a dataset of the kind: opened() -> (dataset, layer)."""
    def once():
        name, options, layer = kind
        dataset = open_mapflow(name, **options)
        return dataset, dataset.GetLayer(layer) if isinstance(layer, int) else dataset.GetLayerByName(layer)
    return once


@pytest.fixture
def dataset(opened):
    """(dataset, layer)"""
    return opened()


@pytest.fixture
def layer(dataset):
    return dataset[1]


@pytest.fixture
def rows(layer):
    """All rows in order; the layer is rewound."""
    return read(layer)


def row(feature):
    """FID, and values and geometry as text."""
    return feature.GetFID(), oracle.row_of(feature)


def read(layer, count=None):
    """The rows from the start, all of them or the first `count`."""
    layer.ResetReading()
    taken = []
    while count is None or len(taken) < count:
        feature = layer.GetNextFeature()
        if feature is None:
            break
        taken.append(row(feature))
    layer.ResetReading()
    return taken


def definitions(layer):
    definition = layer.GetLayerDefn()
    return [definition.GetFieldDefn(i) for i in range(definition.GetFieldCount())]


def has_geometry(layer):
    return layer.GetGeomType() != ogr.wkbNone


def boxes(layer):
    """FID and box of each row that has something to draw."""
    found = {}
    layer.ResetReading()
    for feature in layer:
        geometry = feature.GetGeometryRef()
        if geometry is not None and not geometry.IsEmpty():
            found[feature.GetFID()] = geometry.GetEnvelope()
    layer.ResetReading()
    return found


def test_definition(layer):
    definition = layer.GetLayerDefn()
    assert layer.GetName() == definition.GetName() != ""
    assert layer.GetGeomType() == definition.GetGeomType()
    assert definition.GetGeomFieldCount() == int(has_geometry(layer))
    names = [field.GetName() for field in definitions(layer)]
    assert len(set(names)) == len(names)
    assert has_geometry(layer) == (layer.GetSpatialRef() is not None)
    assert not layer.TestCapability("what nobody has")
    early = oracle.extent_text(layer)  # asked for before a row was read
    read(layer)
    assert oracle.extent_text(layer) == early


def test_rows_fit_the_definition(layer, rows):
    fids = [fid for fid, _ in rows]
    assert len(set(fids)) == len(fids) and min(fids, default=0) >= 0
    wanted = layer.GetGeomType()
    for feature in layer:
        geometry = feature.GetGeometryRef()
        assert feature.GetFieldCount() == len(definitions(layer))
        if geometry is not None:
            assert wanted in (ogr.wkbUnknown, geometry.GetGeometryType())
            assert geometry.GetSpatialReference().IsSame(layer.GetSpatialRef())
            assert not ogr.GT_IsNonLinear(geometry.GetGeometryType())
            assert layer.TestCapability("ZGeometries") or not geometry.Is3D()
        assert not layer.TestCapability("StringsAsUTF8") or all(
            bytes(feature.GetFieldAsBinary(i)).decode() is not None for i, field in enumerate(definitions(layer))
            if field.GetType() == ogr.OFTString and feature.IsFieldSetAndNotNull(i))


def test_reading_again(layer, rows):
    for count in {0, 1, len(rows) // 2, len(rows)}:
        assert read(layer, count) == rows[:count]
    assert read(layer) == rows
    while layer.GetNextFeature() is not None:
        pass
    assert layer.GetNextFeature() is None
    assert read(layer) == rows


def test_count(layer, rows):
    assert layer.GetFeatureCount() == len(rows)
    assert not layer.TestCapability(ogr.OLCFastFeatureCount) or layer.GetFeatureCount(force=0) == len(rows)
    half = len(rows) // 2
    for _ in range(half):
        layer.GetNextFeature()
    assert layer.GetFeatureCount() == len(rows)


def test_feature_by_fid(layer, rows):
    layer.GetNextFeature()
    for fid, content in rows[::-1][:50] + rows[:50]:
        assert row(layer.GetFeature(fid)) == (fid, content)
    with reports():
        assert layer.GetFeature(-10) is None
        assert layer.GetFeature(max((fid for fid, _ in rows), default=0) + 1) is None
    if len(rows) > 1:
        assert row(layer.GetNextFeature()) == rows[1]  # where the reading was


def test_next_by_index(layer, rows):
    for index in {0, len(rows) // 2, max(len(rows) - 1, 0), min(1, max(len(rows) - 1, 0))}:
        if rows:
            assert layer.SetNextByIndex(index) == ogr.OGRERR_NONE
            assert row(layer.GetNextFeature()) == rows[index]
    with reports():
        assert layer.SetNextByIndex(-1) != ogr.OGRERR_NONE
    with reports():
        assert layer.SetNextByIndex(len(rows) + 1) != ogr.OGRERR_NONE or layer.GetNextFeature() is None
    assert read(layer) == rows


def literal(field, feature, index):
    if field.GetType() == ogr.OFTString:
        return "'" + feature.GetFieldAsString(index).replace("'", "''") + "'"
    return repr(feature.GetField(index) + 0)  # True is 1


def test_attribute_filters(layer, rows):
    fields = definitions(layer)
    for index, field in enumerate(fields):
        feature = next((f for f in layer if f.IsFieldSetAndNotNull(index)), None)
        layer.ResetReading()
        name = f'"{field.GetName()}"'
        missing = [fid for fid, _ in read_where(layer, f"{name} IS NULL")]
        present = [fid for fid, _ in read_where(layer, f"{name} IS NOT NULL")]
        assert sorted(missing + present) == sorted(fid for fid, _ in rows)
        if feature is None or field.GetType() not in FILTERED_TYPES:
            continue
        value = literal(field, feature, index)
        equal, other = read_where(layer, f"{name} = {value}"), read_where(layer, f"{name} <> {value}")
        assert feature.GetFID() in [fid for fid, _ in equal]
        assert sorted(fid for fid, _ in equal + other) == sorted(present)
        assert all(content in rows for content in equal[:20])
    with reports() as seen:
        assert layer.SetAttributeFilter("no_such_column = 1") == ogr.OGRERR_CORRUPT_DATA
    ((kind, text),) = seen
    assert kind == gdal.CE_Failure and "no_such_column" in text
    layer.SetAttributeFilter(None)
    assert read(layer) == rows


def read_where(layer, where):
    """The rows of a condition; what counts and jumps agrees with them."""
    assert layer.SetAttributeFilter(where) == ogr.OGRERR_NONE
    found = read(layer)
    assert layer.GetFeatureCount() == len(found)
    if found:
        assert layer.SetNextByIndex(len(found) - 1) == ogr.OGRERR_NONE
        assert row(layer.GetNextFeature()) == found[-1]
        assert layer.GetNextFeature() is None
        assert layer.GetFeature(found[0][0]).GetFID() == found[0][0]
    return found


def test_spatial_filter(layer, rows):
    drawn = boxes(layer)
    west, east, south, north = extent_of(drawn) or (0, 1, 0, 1)
    with reports() as refused:  # where there is no geometry, from GDAL 3.11 on; before, nothing passes
        layer.SetSpatialFilterRect(west - 1, south - 1, east + 1, north + 1)
    assert {fid for fid, _ in read(layer)} == ({fid for fid, _ in rows} if refused else drawn.keys())
    for box in (drawn[fid] for fid in list(drawn)[:: max(1, len(drawn) // 5)]):
        rectangle = (box[0], box[2], box[1], box[3])
        layer.SetSpatialFilterRect(*rectangle)
        near = [fid for fid, _ in read(layer)]
        assert set(near) <= {fid for fid, other in drawn.items() if meets(box, other)}
        assert set(near) >= {fid for fid, other in drawn.items() if inside(box, other)}
        assert layer.GetFeatureCount() == len(near)
        layer.SetAttributeFilter("FID <> -5")
        assert [fid for fid, _ in read(layer)] == near and layer.GetFeatureCount() == len(near)
        layer.SetAttributeFilter(None)
    if has_geometry(layer):
        layer.SetSpatialFilterRect(east + 10, north + 10, east + 11, north + 11)
        assert read(layer) == [] and layer.GetFeatureCount() == 0
    layer.SetSpatialFilter(None)
    assert read(layer) == rows


def meets(one, other):
    return one[0] <= other[1] and other[0] <= one[1] and one[2] <= other[3] and other[2] <= one[3]


def inside(one, other):
    return one[0] <= other[0] and other[1] <= one[1] and one[2] <= other[2] and other[3] <= one[3]


def extent_of(drawn):
    if not drawn:
        return None
    lowest, highest = list(map(min, zip(*drawn.values()))), list(map(max, zip(*drawn.values())))
    return lowest[0], highest[1], lowest[2], highest[3]


def test_extent(layer):
    drawn = boxes(layer)
    extent = extent_of(drawn)
    if extent is None:
        assert layer.GetExtent(can_return_null=True) is None
        return
    assert layer.GetExtent() == extent
    if layer.TestCapability(ogr.OLCFastGetExtent):
        assert layer.GetExtent(force=0) == extent
    layer.SetSpatialFilterRect(*next(iter(drawn.values()))[::2], *next(iter(drawn.values()))[1::2])
    assert inside(extent, layer.GetExtent())
    assert inside(layer.GetExtent(), extent_of(boxes(layer)))


def test_ignored_fields(layer, rows):
    assert layer.TestCapability(ogr.OLCIgnoreFields)
    names = [field.GetName() for field in definitions(layer)]
    for ignored in (names[:1], names[1:], ["OGR_GEOMETRY"], ["OGR_STYLE"], [*names, "OGR_GEOMETRY", "OGR_STYLE"]):
        assert layer.SetIgnoredFields(ignored) == ogr.OGRERR_NONE
        assert layer.GetFeatureCount() == len(rows)
        for (fid, (values, geometry)), (other, (seen, drawn)) in zip(rows, read(layer)):
            assert fid == other
            assert [value for value in seen if value[0] not in ignored] == \
                [value for value in values if value[0] not in ignored]
            assert {value for name, value in seen if name in ignored} <= {"unset"}
            assert drawn == ("none" if "OGR_GEOMETRY" in ignored else geometry)
    with reports():
        assert layer.SetIgnoredFields(["no_such_column"]) != ogr.OGRERR_NONE
    assert layer.SetIgnoredFields([]) == ogr.OGRERR_NONE
    assert read(layer) == rows


def test_sql(dataset, rows):
    source, layer = dataset
    name = layer.GetName()
    for dialect in ("OGRSQL", "SQLITE"):
        assert sql(source, f'SELECT COUNT(*) AS n FROM "{name}"', dialect) == [str(len(rows))]
    assert len(sql(source, f'SELECT * FROM "{name}"')) == len(rows)
    if not rows:
        return
    fid, first = rows[len(rows) // 2][0], definitions(layer)[0].GetName()
    wanted = layer.GetFeature(fid).GetFieldAsString(first)
    assert sql(source, f'SELECT "{first}" FROM "{name}" WHERE FID = {fid}') == [wanted]
    backwards = sql(source, f'SELECT FID FROM "{name}" ORDER BY FID DESC')
    assert backwards == [str(number) for number in sorted((fid for fid, _ in rows), reverse=True)]
    assert read(layer) == rows


def sql(source, statement, dialect="OGRSQL"):
    """The first column of an answer, as text."""
    answer = source.ExecuteSQL(statement, dialect=dialect)
    assert answer is not None, gdal.GetLastErrorMsg()
    found = [feature.GetFieldAsString(0) for feature in answer]
    source.ReleaseResultSet(answer)
    return found


def test_sql_that_is_wrong(dataset):
    with reports() as seen:
        assert dataset[0].ExecuteSQL("SELECT nothing FROM nowhere") is None
    ((kind, text),) = seen
    assert kind == gdal.CE_Failure and "nowhere" in text


def test_transactions(dataset, rows):
    source, layer = dataset
    assert not source.TestCapability(ogr.ODsCTransactions)
    with reports():
        assert source.StartTransaction() != ogr.OGRERR_NONE
        assert source.CommitTransaction() != ogr.OGRERR_NONE
        assert source.RollbackTransaction() != ogr.OGRERR_NONE
    assert read(layer) == rows


def test_nothing_can_be_written(sb, dataset, rows):
    source, layer = dataset
    assert [capability for capability in WRITING if layer.TestCapability(capability)] == []
    assert not source.TestCapability(ogr.ODsCCreateLayer) and not source.TestCapability(ogr.ODsCDeleteLayer)
    fid = rows[0][0] if rows else 0
    attempts = (lambda: layer.CreateFeature(ogr.Feature(layer.GetLayerDefn())),
                lambda: layer.SetFeature(layer.GetFeature(fid) or ogr.Feature(layer.GetLayerDefn())),
                lambda: layer.DeleteFeature(fid),
                lambda: layer.CreateField(ogr.FieldDefn("new", ogr.OFTString)),
                lambda: layer.DeleteField(0),
                lambda: layer.AlterFieldDefn(0, ogr.FieldDefn("new", ogr.OFTString), ogr.ALTER_ALL_FLAG),
                lambda: source.DeleteLayer(0),
                lambda: source.CreateLayer("new"))
    for attempt in attempts:
        with reports():
            assert attempt() in (None, ogr.OGRERR_UNSUPPORTED_OPERATION, ogr.OGRERR_FAILURE)
    assert {record.method for record in sb.requests.settle()} <= {"GET", "POST"}
    assert all(record.path.endswith(("/page", "/catalog/meta", "/images")) for record in sb.requests if record.method == "POST")
    assert read(layer) == rows


def test_two_layers_in_turn(opened, rows):
    """Two datasets of one source, and all layers of one of them, each advanced by a row in turn."""
    sources = [opened(), opened()]
    layers = [layer for _, layer in sources]
    layers += [sources[0][0].GetLayerByName(name) for name in layer_names(sources[0][0]) if name != layers[0].GetName()]
    alone = [read(layer, 20) for layer in layers]
    taken = [[] for _ in layers]
    for _ in range(20):
        for place, layer in zip(taken, layers):
            feature = layer.GetNextFeature()
            if feature is not None:
                place.append(row(feature))
    assert taken == alone
    assert taken[0] == taken[1] == rows[:20]


def test_after_closing(opened, rows):
    """What was taken out stays, another dataset goes on, and the closed one answers no more."""
    source, layer = opened()
    other, others = opened()
    kept = [layer.GetNextFeature() for _ in rows[:3]]
    assert [row(feature) for feature in kept] == rows[:3]
    others.GetNextFeature()
    if hasattr(source, "Close"):  # GDAL 3.8
        source.Close()
        with pytest.raises((ValueError, TypeError)):
            source.GetLayer(0)
        with pytest.raises((ValueError, TypeError)):
            layer.GetNextFeature()
    del layer, source
    assert [row(feature) for feature in kept] == rows[:3]
    assert [row(others.GetNextFeature()) for _ in rows[1:3]] == rows[1:3]
