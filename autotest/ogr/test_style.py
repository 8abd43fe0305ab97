"""How features look: their OGR styles."""

import json
import re

import pytest
from osgeo import gdal, ogr

from helpers import BUILDINGS, COMBO, FOREST, options_of, reports

COLOURS = {101: "D7191C", 102: "F69053", 103: "DD00FF", 104: "A666DE", 105: "9DC357", None: "2B83BA"}
# The icon of KML, and the symbol of QGIS.
DOT = "https://maps.google.com/mapfiles/kml/shapes/shaded_dot.png,ogr-sym-3"


def point(**properties):
    return {"type": "Feature", "properties": properties,
            "geometry": {"type": "Point", "coordinates": [4.5, 52.25]}}


def square(**properties):
    ring = [[4, 52], [5, 52], [5, 53], [4, 53], [4, 52]]
    return {"type": "Feature", "properties": properties,
            "geometry": {"type": "Polygon", "coordinates": [ring]}}


def line(**properties):
    return {"type": "Feature", "properties": properties,
            "geometry": {"type": "LineString", "coordinates": [[4, 52], [5, 53]]}}


@pytest.fixture
def found(sb):
    """A processing whose model has found these features: found(model, feature, …) -> its id."""
    def add(model, *features):
        result = json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()
        return sb.add_processing(name="Looks", status="OK", workflowDef={"name": model}, result=result)
    return add


@pytest.fixture
def styles(found, open_mapflow):
    """The styles of features that a model has found: styles(model, feature, …) -> [style, …]."""
    def read(model, *features):
        dataset = open_mapflow(found(model, *features))
        return [row.GetStyleString() for row in dataset.GetLayer(0)]
    return read


def test_buildings_have_the_colours_of_their_class(open_mapflow):
    dataset = open_mapflow(BUILDINGS)
    seen = {}
    for row in dataset.GetLayer(0):
        found = row["class_id"] if row.IsFieldSetAndNotNull("class_id") else None
        seen.setdefault(found, set()).add(re.search("PEN.c:#(.{6})", row.GetStyleString())[1])
    assert len(seen) > 2
    assert seen == {found: {COLOURS.get(found, COLOURS[None])} for found in seen}


def test_every_feature_has_a_style_that_gdal_can_read(open_mapflow):
    for processing in (BUILDINGS, COMBO, FOREST):
        dataset = open_mapflow(processing)
        layer = dataset.GetLayer(0)
        table = layer.GetStyleTable()
        known = set()
        name = table.GetNextStyle()
        while name is not None:
            known.add(name)
            name = table.GetNextStyle()
        assert {row.GetStyleString() for row in layer} <= known


@pytest.mark.parametrize("model, feature, style", (
    ("🏠 Buildings", square(class_id=103), "BRUSH(fc:#DD00FF80);PEN(c:#DD00FF,w:1px)"),
    ("🏠 Buildings", square(class_id=999), "BRUSH(fc:#2B83BA80);PEN(c:#2B83BA,w:1px)"),
    ("🏠 Buildings", square(), "PEN(c:#2B83BA,w:1px)"),
    ("🏠 Buildings", square(class_id=None), "BRUSH(fc:#2B83BA80);PEN(c:#2B83BA,w:1px)"),
    ("🏠 Buildings", square(class_id="105"), "BRUSH(fc:#9DC35780);PEN(c:#9DC357,w:1px)"),
    ("anything", square(building_height=2.5), "BRUSH(fc:#FFFFCC80);PEN(c:#2B83BA,w:1px)"),
    ("anything", square(building_height=3), "BRUSH(fc:#FFEDA080);PEN(c:#2B83BA,w:1px)"),
    ("anything", square(building_height=250, class_id=101), "BRUSH(fc:#B1002680);PEN(c:#D7191C,w:1px)"),
    ("🚗 Roads", line(), "PEN(c:#FF6E23,w:2px)"),
    ("🚗 Roads", square(), "BRUSH(fc:#FFB64780);PEN(c:#FF6E23,w:1px)"),
    ("🏗️ Construction sites", square(), "PEN(c:#FF00AA,w:1px)"),
    ("🌲 Forest", square(), "BRUSH(fc:#67D53C80);PEN(c:#67D53C,w:1px)"),
    ("🌲 Forest", square(class_id="00m-04m"), "BRUSH(fc:#C7F0B480);PEN(c:#C7F0B4,w:1px)"),
    ("🌲 Forest", square(class_id="10m-99m"), "BRUSH(fc:#1F6B0A80);PEN(c:#1F6B0A,w:1px)"),
    ("🌲 Forest", square(class_id="tall"), "BRUSH(fc:#67D53C80);PEN(c:#67D53C,w:1px)"),
    ("🌲 Forest and trees", point(max_height=8), f'SYMBOL(id:"{DOT}",c:#A1E37F,s:6px)'),
    ("🌲 Forest and trees", point(max_height=5), f'SYMBOL(id:"{DOT}",c:#C7F0B4,s:6px)'),
    ("🌲 Forest and trees", square(max_height=5), "BRUSH(fc:#A1E37F80);PEN(c:#A1E37F,w:1px)"),
    ("Buildings, roads and forest", point(object_type="crown", max_height=30),
     f'SYMBOL(id:"{DOT}",c:#1F6B0A,s:6px)'),
    ("🌾 Fields", square(), "BRUSH(fc:#2B83BA80);PEN(c:#2B83BA,w:1px)"),
    ("Buildings, roads and forest", square(object_type="forest"),
     "BRUSH(fc:#67D53C80);PEN(c:#67D53C,w:1px)"),
))
def test_style_of_a_feature(styles, model, feature, style):
    assert styles(model, feature) == [style]


def test_style_can_be_turned_off(open_mapflow):
    dataset = open_mapflow(BUILDINGS, STYLE="NO")
    assert {row.GetStyleString() for row in dataset.GetLayer(0)} == {None}
    assert dataset.GetLayer(0).GetStyleTable() is None


@pytest.mark.parametrize("name, options", ((BUILDINGS, {}), (BUILDINGS, {"GEOMETRY": "SPLIT"}),
                                           ("project=Urban Analysis", {}), (BUILDINGS, {"@LIST_ALL_TABLES": "YES"})))
def test_each_kind_of_layer_has_the_style_table(open_mapflow, name, options):
    dataset = open_mapflow(name, **options)
    table = dataset.GetLayer(0).GetStyleTable()
    assert table.Find("building_102").startswith("BRUSH(fc:#F69053")


def names_in_table(layer):
    table = layer.GetStyleTable()
    names = []
    if table is not None:
        table.ResetStyleStringReading()
    while table is not None and table.GetNextStyle() is not None:
        names.append(table.GetLastStyleName())
    return sorted(names)


@pytest.mark.parametrize("model, features, names", (
    ("🏠 Buildings", [square(class_id=101, building_height=2), square(class_id=104, building_height=2),
                      square(class_id=101, building_height=50)],
     ["building_101_height_0", "building_101_height_4", "building_104_height_0"]),
    ("🏠 Buildings", [square(), square()], ["building"]),
    ("🌲 Forest", [square(), point(max_height=8)], ["forest", "forest_height_1_point"]),
    ("🚗 Roads", [line(), line()], ["road_line"]),
    ("anything", [square(building_height=2), square(building_height=None)], ["building_other", "building_other_height_0"]),
    ("🌾 Fields", [], [])))
def test_style_table_has_what_occurs(found, open_mapflow, model, features, names):
    dataset = open_mapflow(found(model, *features))
    assert names_in_table(dataset.GetLayer(0)) == names


def test_style_table_of_each_kind_of_geometry(found, open_mapflow):
    dataset = open_mapflow(found("🌲 Forest", square(), point(max_height=8), point(max_height=8)), GEOMETRY="SPLIT")
    assert [names_in_table(dataset.GetLayer(i)) for i in range(2)] == [["forest"], ["forest_height_1_point"]]


def test_style_table_of_very_many_features_has_all_that_may_occur(found, open_mapflow):
    dataset = open_mapflow(found("🚗 Roads", *(line() for _ in range(10001))))
    names = names_in_table(dataset.GetLayer(0))
    assert {"road_line", "building_101", "forest"} <= set(names) and len(names) == 96


@pytest.mark.parametrize("model, feature, icons", (("🌲 Forest", point(max_height=8), {DOT.split(",")[0]}),
                                                   ("🏠 Buildings", square(class_id=101), set())))
def test_icons_in_kml_exist(found, run, tmp_path, model, feature, icons):
    path = tmp_path / "out.kml"
    writer = "LIBKML" if gdal.GetDriverByName("LIBKML") else "KML"
    done = run("ogr2ogr", "-f", writer, path, f"MAPFLOW:{found(model, *([feature] * 40))}")
    assert done.returncode == 0, done.said
    text = path.read_text()
    assert set(re.findall("<href>(.*?)</href>", text)) == (icons if writer == "LIBKML" else set())
    if writer == "LIBKML":
        assert text.count("<Style ") == 1


def test_ignored_style_is_there_all_the_same(open_mapflow):
    """QGIS 3.22 draws with the styles that it has told GDAL to ignore."""
    dataset = open_mapflow(BUILDINGS)
    layer = dataset.GetLayer(0)
    layer.SetIgnoredFields(["OGR_STYLE"])
    assert None not in {row.GetStyleString() for row in layer}


def test_style_does_not_need_the_fields_it_is_made_of(open_mapflow):
    dataset = open_mapflow(BUILDINGS)
    layer = dataset.GetLayer(0)
    wanted = [row.GetStyleString() for row in layer]
    layer.SetIgnoredFields([d.GetName() for d in layer.schema])
    assert [row.GetStyleString() for row in layer] == wanted


def test_style_of_copies_and_of_changed_features(open_mapflow):
    dataset = open_mapflow(BUILDINGS)
    row = dataset.GetLayer(0).GetNextFeature()
    style = row.GetStyleString()
    other = ogr.Feature(dataset.GetLayer(0).GetLayerDefn())
    other.SetFrom(row)
    del dataset
    assert row.Clone().GetStyleString() == other.GetStyleString() == style
    row.SetStyleString("PEN(c:#000000)")
    assert row.GetStyleString() == "PEN(c:#000000)"
    row.SetStyleString(None)
    assert row.GetStyleString() is None


def test_filter_and_sql_by_style(open_mapflow):
    dataset = open_mapflow(BUILDINGS)
    layer = dataset.GetLayer(0)
    layer.SetAttributeFilter("OGR_STYLE LIKE '%F69053%'")
    assert {row["class_id"] for row in layer} == {102}


@pytest.mark.parametrize("style, lines, fills", (
    ("YES", set(COLOURS.values()), {"D7191C", "F69053", "DD00FF", "A666DE", "9DC357", "FFEDA0"}),
    ("NO", set(), set())))
def test_styles_reach_kml(found, run, tmp_path, style, lines, fills):
    path = tmp_path / "out.kml"
    processing = found("🏠 Buildings", square(class_id=102, building_height=5.5), *(square(class_id=k) for k in COLOURS))
    # Debian's GDAL 3.13 has the second alone, which makes red what has no style, and knows fewer fills.
    writer, own = ("LIBKML", set()) if gdal.GetDriverByName("LIBKML") else ("KML", {"FF0000", "FFEDA0"})
    done = run("ogr2ogr", "-f", writer, path, f"MAPFLOW:{processing},STYLE={style}")
    assert done.returncode == 0, done.said
    colours = [(red + green + blue).upper() for blue, green, red in
               re.findall("<color>..(..)(..)(..)</color>", path.read_text())]
    assert set(colours) >= (lines | fills) - own and bool(set(colours) - own) == bool(lines)


@pytest.mark.parametrize("style, several", (("YES", True), ("NO", False)))
def test_styles_reach_mapinfo(run, tmp_path, style, several):
    path = tmp_path / "out.tab"
    done = run("ogr2ogr", "-f", "MapInfo File", path, f"MAPFLOW:{BUILDINGS},STYLE={style}")
    assert done.returncode == 0, done.said
    written = gdal.OpenEx(str(path), gdal.OF_VECTOR)
    pens = {re.search("PEN.*c:#(.{6})", row.GetStyleString())[1].upper() for row in written.GetLayer(0)}
    assert (pens >= {COLOURS[101], COLOURS[102]}) == several == (len(pens) > 2)


def test_driver_says_that_features_have_styles():
    told = gdal.GetDriverByName("MAPFLOW").GetMetadata()
    assert told["DCAP_FEATURE_STYLES"] == "YES"
    assert told.get("DCAP_FEATURE_STYLES_READ") == ("YES" if hasattr(gdal, "DCAP_FEATURE_STYLES_READ") else None)


# ---- colours by status, and datasets that have none ----

STATUS_COLOURS = {"OK": "1A9641", "FAILED": "D7191C", "CANCELLED": "808080", "CANCELED": "808080", "REFUNDED": "A666DE",
                  "UNPROCESSED": "F69053", "AWAITING": "F69053", "IN_PROGRESS": "2B83BA", "PONDERING": "2B83BA"}


def style_of(status):
    colour = STATUS_COLOURS.get(status, "2B83BA")  # what is not known is not finished
    return f"BRUSH(fc:#{colour}80);PEN(c:#{colour},w:1px)"


@pytest.fixture
def areas(sb):
    """A processing with an area of each status."""
    shape = square()["geometry"]
    return sb.add_processing(name="Areas", status="OK",
                             aois=[{"geometry": shape, "status": status} for status in STATUS_COLOURS])


@pytest.mark.parametrize("options", ({}, {"STATUS_ONLY": "YES"}))
def test_areas_have_the_colour_of_their_status(areas, open_mapflow, options):
    dataset = open_mapflow(areas, **options)
    layer = dataset.GetLayerByName("aois")
    seen = {row["status"]: row.GetStyleString() for row in layer}
    assert len(seen) == len(STATUS_COLOURS) and seen == {status: style_of(status) for status in seen}
    assert layer.GetFeature(1).GetStyleString() == style_of(layer.GetFeature(1)["status"])
    layer.SetAttributeFilter(f"OGR_STYLE = '{style_of('FAILED')}'")
    assert [row["status"] for row in layer] == ["FAILED"]


def test_processings_have_the_colour_of_their_status(sb, open_mapflow):
    dataset = open_mapflow("")
    layer = dataset.GetLayerByName("processings")
    layer.SetIgnoredFields(["OGR_STYLE", "status"])
    coloured = [row.GetStyleString() for row in layer]
    layer.SetIgnoredFields([])
    wanted = [style_of(row["status"]) for row in layer]
    assert coloured == wanted and len(set(wanted)) > 4


def test_colour_follows_the_status(sb, account):
    failed = sb.add_processing(name="Again", status="FAILED")
    dataset = gdal.OpenEx("MAPFLOW:", gdal.OF_VECTOR | gdal.OF_UPDATE, open_options=options_of(account))
    layer = dataset.GetLayerByName("processings")
    layer.SetAttributeFilter(f"id = '{failed}'")
    assert [row.GetStyleString() for row in layer] == [style_of("FAILED")]
    dataset.ReleaseResultSet(dataset.ExecuteSQL(f"RESTART {failed}"))
    row, = layer
    assert row["status"] != "FAILED" and row.GetStyleString() == style_of(row["status"])


@pytest.mark.parametrize("name, layer", ((",STYLE=NO", "processings"), (f"{BUILDINGS},STYLE=NO", "aois")))
def test_status_has_no_colour_without_styles(open_mapflow, name, layer):
    dataset = open_mapflow(name)
    assert {row.GetStyleString() for row in dataset.GetLayerByName(layer)} == {None}


STYLED, PLAIN = True, False


@pytest.mark.parametrize("name, layer, has_styles", (
    (BUILDINGS, "results", STYLED), (BUILDINGS, "aois", STYLED), (f"{BUILDINGS},STATUS_ONLY=YES", "aois", STYLED),
    (f"{BUILDINGS},STYLE=NO", "results", PLAIN), (f"{BUILDINGS},STYLE=NO", "aois", PLAIN),
    (f"{BUILDINGS},STYLE=NO,CACHE=OFFLINE", "results", PLAIN),
    ("project=Urban Analysis", "Combo", STYLED), ("project=Urban Analysis,STYLE=NO", "Combo", PLAIN),
    ("", "processings", STYLED), (",STYLE=NO", "processings", PLAIN), ("", "mosaics", PLAIN), ("", "images", PLAIN),
    ("", "planned_searches", PLAIN), ("mosaic=Quarry flights", "images", PLAIN), ("search", "scenes", PLAIN)))
def test_driver_of_a_dataset_says_whether_it_has_styles(open_mapflow, name, layer, has_styles):
    """QGIS asks it of a layer that it has just got, and draws all of that layer in its own manner when it says no."""
    kept = open_mapflow(BUILDINGS)
    with reports():
        dataset = open_mapflow(name)
        assert dataset.GetLayerByName(layer) is not None
    told = dataset.GetDriver().GetMetadata()
    registered = gdal.GetDriverByName("MAPFLOW").GetMetadata()
    of_styles = {item for item in registered if "FEATURE_STYLES" in item}
    assert of_styles and told == {item: value for item, value in registered.items()
                                  if has_styles or item not in of_styles}
    assert dataset.GetDriver().ShortName == "MAPFLOW"
    del kept


def test_driver_of_the_account_follows_the_layer(open_mapflow):
    dataset = open_mapflow("")
    for name, has_styles in (("mosaics", False), ("processings", True), ("images", False), ("processings", True)):
        dataset.GetLayerByName(name)
        assert (dataset.GetDriver().GetMetadataItem("DCAP_FEATURE_STYLES") is not None) == has_styles
    names = [dataset.GetLayer(i).GetName() for i in range(dataset.GetLayerCount())]
    dataset.GetLayer(names.index("processings"))
    assert dataset.GetDriver().GetMetadataItem("DCAP_FEATURE_STYLES") == "YES"
