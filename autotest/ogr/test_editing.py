"""Changing rows of projects and processings, and the verbs of ExecuteSQL."""

import json

import pytest
from osgeo import gdal, ogr

from accounts import LOST
from helpers import quiet, reports
from submitting import MAPBOX, changes as sent, creation, geojson, polygon, squares

UPDATE = gdal.OF_VECTOR | gdal.OF_UPDATE


@pytest.fixture
def editor(open_mapflow):
    """A layer of the account, open for update."""
    datasets = []

    def opened(name, flags=UPDATE, **options):
        datasets.append(open_mapflow("", flags, **options))
        return datasets[-1].GetLayerByName(name)
    yield opened
    datasets.clear()


class Refused:
    """Expects one failure that says `part`."""

    def __init__(self, part):
        self.part = part

    def __enter__(self):
        gdal.ErrorReset()
        gdal.PushErrorHandler("CPLQuietErrorHandler")

    def __exit__(self, *exception):
        gdal.PopErrorHandler()
        assert gdal.GetLastErrorType() == gdal.CE_Failure
        assert self.part in gdal.GetLastErrorMsg()


def changes(sandbox):
    return [(r.method, r.path) for r in sandbox.requests.settle()
            if r.method in ("PUT", "DELETE") or (r.method == "POST" and not r.path.endswith("page"))]


def row(layer, name):
    return next(f for f in layer if f["name"] == name)


def processing(sandbox, name="Leiden district buildings"):
    return next(p for p in sandbox.state.all_processings() if p.name == name)


# ---- projects -------------------------------------------------------------------------------------


def test_capabilities(editor):
    for options, flags, write, delete in (({}, UPDATE, True, False),
                                          ({"ALLOW_DELETE": "YES"}, UPDATE, True, True),
                                          ({"ALLOW_DELETE": "YES"}, gdal.OF_VECTOR, False, False)):
        projects = editor("projects", flags, **options)
        assert projects.TestCapability(ogr.OLCSequentialWrite) == write
        assert projects.TestCapability(ogr.OLCRandomWrite) == write
        assert projects.TestCapability(ogr.OLCDeleteFeature) == delete
        processings = editor("processings", flags, **options)
        assert processings.TestCapability(ogr.OLCRandomWrite) == write
        assert processings.TestCapability(ogr.OLCDeleteFeature) == delete
        assert not processings.TestCapability(ogr.OLCSequentialWrite)
        assert not editor("models", flags).TestCapability(ogr.OLCRandomWrite)


def test_new_project(sb, editor):
    layer = editor("projects")
    feature = ogr.Feature(layer.GetLayerDefn())
    feature["name"] = "Häfen"
    feature["description"] = "what lies at the quay"
    assert layer.CreateFeature(feature) == ogr.OGRERR_NONE
    made = sb.state.find_project("Häfen")
    assert feature["id"] == made.id and made.description == "what lies at the quay"
    assert layer.GetFeature(feature.GetFID())["role"] == "owner"
    assert [f["name"] for f in layer].count("Häfen") == 1 and layer.GetFeatureCount() == 5
    assert changes(sb) == [("POST", "/projects")]


def test_new_project_that_cannot_be(sb, editor):
    layer = editor("projects")
    feature = ogr.Feature(layer.GetLayerDefn())
    with Refused("needs a name"):
        layer.CreateFeature(feature)
    feature["name"], feature["owner"] = "x", "me@example.com"
    with Refused("owner cannot be changed"):
        layer.CreateFeature(feature)
    assert changes(sb) == []


def test_rename_project(sb, editor):
    layer = editor("projects")
    feature = row(layer, "Forestry")
    feature["name"], feature["description"] = "Wälder", None
    assert layer.SetFeature(feature) == ogr.OGRERR_NONE
    made = sb.state.find_project("Wälder")
    assert made.id == feature["id"] and not made.description
    assert row(layer, "Wälder").GetFID() == feature.GetFID()
    assert layer.SetFeature(row(layer, "Wälder")) == ogr.OGRERR_NONE  # nothing to do
    assert changes(sb) == [("PUT", f"/projects/{made.id}")]


def test_renaming_leaves_what_others_have_described(sb, editor):
    layer = editor("projects")
    feature = row(layer, "Forestry")
    sb.state.find_project("Forestry").description = "written meanwhile"
    feature["name"] = "Wälder"
    assert layer.SetFeature(feature) == ogr.OGRERR_NONE
    assert sb.state.find_project("Wälder").description == "written meanwhile"


@pytest.mark.parametrize("column,value", [("id", "x"), ("is_default", 1), ("role", "readonly"),
                                          ("succeeded", 99), ("area_km2", 1.5),
                                          ("created", "2026/01/01 00:00:00+00")])
def test_project_columns_that_stay(sb, editor, column, value):
    layer = editor("projects")
    feature = row(layer, "Forestry")
    feature[column] = value
    with Refused(f"{column} cannot be changed: the only columns of a project that can be changed are name, description"):
        assert layer.SetFeature(feature) != ogr.OGRERR_NONE
    assert changes(sb) == []


def test_server_refuses(sb, editor):
    layer = editor("projects")
    feature = row(layer, "Default")
    feature["name"] = "x"
    with Refused("default project cannot be changed"):
        assert layer.SetFeature(feature) != ogr.OGRERR_NONE
    assert row(layer, "Default")["is_default"]
    feature = row(layer, "Shared survey")
    feature["name"] = "x"
    with Refused("readonly"):
        layer.SetFeature(feature)


def test_delete_project(sb, editor):
    layer = editor("projects")
    fid = row(layer, "Forestry").GetFID()
    with Refused("ALLOW_DELETE=YES"):
        assert layer.DeleteFeature(fid) != ogr.OGRERR_NONE
    assert layer.GetFeature(fid) is not None and changes(sb) == []
    layer = editor("projects", ALLOW_DELETE="YES")
    assert layer.DeleteFeature(fid) == ogr.OGRERR_NONE
    assert "Forestry" not in [p.name for p in sb.state.projects.values()]
    assert layer.GetFeature(fid) is None and layer.GetFeatureCount() == 3
    with quiet():
        assert layer.DeleteFeature(fid) == ogr.OGRERR_NON_EXISTING_FEATURE


def test_processings_go_with_their_project(sb, open_mapflow):
    dataset = open_mapflow("", UPDATE, ALLOW_DELETE="YES")
    projects = dataset.GetLayerByName("projects")
    processings = dataset.GetLayerByName("processings")
    processings.SetIgnoredFields(["OGR_GEOMETRY"])
    processings.GetNextFeature()
    assert projects.DeleteFeature(row(projects, "Forestry").GetFID()) == ogr.OGRERR_NONE
    assert {f["project"] for f in processings} == {"Default", "Urban Analysis"}


def test_read_only(sb, editor):
    layer = editor("projects", gdal.OF_VECTOR, ALLOW_DELETE="YES")
    feature = row(layer, "Forestry")
    feature["name"] = "x"
    with Refused("update"):
        layer.SetFeature(feature)
    with Refused("update"):
        layer.DeleteFeature(feature.GetFID())
    assert changes(sb) == []


# ---- processings ----------------------------------------------------------------------------------


@pytest.mark.parametrize("paths,missing", [("plugin", "404"), ("docs", "404"), ("docs", "405")])
def test_rename_processing(sb, editor, paths, missing):
    sb.variants.paths, sb.variants.missing = paths, missing
    layer = editor("processings")
    feature = row(layer, "Leiden district buildings")
    feature["name"], feature["description"] = "Leiden", "the centre"
    assert layer.SetFeature(feature) == ogr.OGRERR_NONE
    made = processing(sb, "Leiden")
    assert made.id == feature["id"] and made.description == "the centre"
    assert layer.GetFeature(feature.GetFID())["name"] == "Leiden"
    assert changes(sb)[0] == ("PUT", f"/processings/{made.id}/v2")


def test_rename_only_keeps_the_description(sb, editor):
    processing(sb).description = "stays"
    layer = editor("processings")
    feature = row(layer, "Leiden district buildings")
    feature["name"] = "Leiden"
    assert layer.SetFeature(feature) == ogr.OGRERR_NONE
    assert processing(sb, "Leiden").description == "stays"


@pytest.mark.parametrize("column", ["project", "project_id"])
def test_move_processing(sb, editor, column):
    layer = editor("processings")
    feature = row(layer, "Leiden district buildings")
    target = sb.state.find_project("Forestry")
    feature[column] = target.name if column == "project" else target.id
    assert layer.SetFeature(feature) == ogr.OGRERR_NONE
    assert processing(sb).project_id == target.id
    moved = layer.GetFeature(feature.GetFID())
    assert (moved["project"], moved["project_id"]) == ("Forestry", target.id)
    feature = moved
    feature["project"] = "Nowhere"
    with Refused('no project "Nowhere"'):
        layer.SetFeature(feature)
    assert processing(sb).project_id == target.id


@pytest.mark.parametrize("column,value", [("status", "OK2"), ("cost", 1), ("model", "x"),
                                          ("rating", 5), ("review", "ACCEPTED"), ("percent", 1)])
def test_processing_columns_that_stay(sb, editor, column, value):
    layer = editor("processings")
    feature = row(layer, "Leiden district buildings")
    feature[column] = value
    with Refused(f"{column} cannot be changed"):
        assert layer.SetFeature(feature) != ogr.OGRERR_NONE
    assert changes(sb) == []


def test_areas_stay(sb, editor):
    layer = editor("processings")
    feature = row(layer, "Leiden district buildings")
    feature.SetGeometry(ogr.CreateGeometryFromWkt("MULTIPOLYGON (((0 0,1 0,1 1,0 0)))"))
    with Refused("areas of a processing cannot be changed"):
        layer.SetFeature(feature)
    layer.SetIgnoredFields(["OGR_GEOMETRY"])
    feature = row(layer, "Leiden district buildings")
    feature["name"] = "Leiden"
    assert layer.SetFeature(feature) == ogr.OGRERR_NONE
    with Refused("create a layer"):
        layer.CreateFeature(ogr.Feature(layer.GetLayerDefn()))


def test_delete_processing(sb, editor):
    layer = editor("processings")
    fid, identifier = row(layer, "Leiden district buildings").GetFID(), processing(sb).id
    count = layer.GetFeatureCount()
    with Refused("ALLOW_DELETE=YES"):
        assert layer.DeleteFeature(fid) != ogr.OGRERR_NONE
    assert layer.GetFeature(fid) is not None and identifier in sb.state.processings
    layer = editor("processings", ALLOW_DELETE="YES")
    assert layer.DeleteFeature(fid) == ogr.OGRERR_NONE
    assert identifier not in sb.state.processings
    assert layer.GetFeature(fid) is None
    assert len([f for f in layer]) == count - 1
    assert changes(sb) == [("DELETE", f"/processings/{identifier}")]


def test_sql_updates(sb, editor, open_mapflow):
    dataset = open_mapflow("", UPDATE, ALLOW_DELETE="YES")
    identifier = processing(sb).id
    dataset.ExecuteSQL(f"UPDATE processings SET name = 'by SQL' WHERE id = '{identifier}'",
                       dialect="SQLITE")
    assert processing(sb, "by SQL").id == identifier
    dataset.ExecuteSQL(f"DELETE FROM processings WHERE id = '{identifier}'", dialect="SQLITE")
    assert identifier not in sb.state.processings


# ---- rows of other layers -------------------------------------------------------------------------


def foreign(columns, geometry=None, **values):
    """A feature of a layer with these columns, of which `values` are set."""
    defn = ogr.FeatureDefn("source")
    for column in columns:
        defn.AddFieldDefn(ogr.FieldDefn(column, ogr.OFTString))
    feature = ogr.Feature(defn)
    for column, value in values.items():
        feature[column] = value
    if geometry is not None:
        feature.SetGeometry(ogr.CreateGeometryFromJson(json.dumps(geometry)))
    return feature


def test_row_of_another_layer(sb, editor):
    """Its columns count by their names, wherever they stand."""
    layer = editor("projects")
    assert layer.CreateFeature(foreign(["x", "description", "NAME"], description="why", NAME="Häfen")) == ogr.OGRERR_NONE
    assert sb.state.find_project("Häfen").description == "why"
    feature = foreign(["name"], name="Docks")
    feature.SetFID(row(layer, "Häfen").GetFID())
    assert layer.SetFeature(feature) == ogr.OGRERR_NONE
    assert sb.state.find_project("Docks").description == "why"


def test_row_that_is_no_project(sb, editor):
    layer = editor("projects")
    with Refused("The column class cannot be changed"):
        layer.CreateFeature(foreign(["name", "class"], **{"name": "x", "class": "roof"}))
    with Refused("create a layer with them in MAPFLOW:"):
        layer.CreateFeature(foreign(["name"], polygon(), name="x"))
    assert changes(sb) == []


# ---- transactions ---------------------------------------------------------------------------------

CHANGES = {
    "insert": lambda projects, _: projects.CreateFeature(foreign(["name"], name="Häfen")),
    "rename project": lambda projects, _: projects.SetFeature(renamed(projects, "Forestry")),
    "delete project": lambda projects, _: projects.DeleteFeature(row(projects, "Forestry").GetFID()),
    "rename": lambda _, layer: layer.SetFeature(renamed(layer, "Leiden district buildings")),
    "delete": lambda _, layer: layer.DeleteFeature(row(layer, "Leiden district buildings").GetFID()),
}


def renamed(layer, name):
    feature = row(layer, name)
    feature["name"] = "Leiden"
    return feature


@pytest.fixture
def whole(open_mapflow):
    """The account with the right to delete: dataset, projects, processings."""
    dataset = open_mapflow("", UPDATE, ALLOW_DELETE="YES")
    return dataset, dataset.GetLayerByName("projects"), dataset.GetLayerByName("processings")


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("owner", ["dataset", "projects", "processings"])
@pytest.mark.parametrize("end", ["RollbackTransaction", "CommitTransaction"])
def test_rows_are_not_changed_in_a_transaction(sb, whole, change, owner, end):
    """The service can undo nothing: rolling back would be a lie."""
    begun = dict(zip(("dataset", "projects", "processings"), whole))[owner]
    assert begun.StartTransaction() == ogr.OGRERR_NONE
    with reports() as seen:
        assert CHANGES[change](*whole[1:]) != ogr.OGRERR_NONE
    assert len(seen) == 1 and "cannot be changed in a transaction" in seen[0][1]
    assert changes(sb) == []
    is_rollback_of_rows = (end, owner) in {("RollbackTransaction", "projects"), ("RollbackTransaction", "processings")}
    assert getattr(begun, end)() == (ogr.OGRERR_UNSUPPORTED_OPERATION if is_rollback_of_rows else ogr.OGRERR_NONE)
    assert CHANGES[change](*whole[1:]) == ogr.OGRERR_NONE  # now it is sent, once
    assert len(changes(sb)) == 1


def test_transactions_do_not_nest(whole):
    dataset, projects, processings = whole
    assert not processings.TestCapability(ogr.OLCTransactions)
    for owner in whole:
        assert owner.StartTransaction() == ogr.OGRERR_NONE
        for other in whole:
            assert other.StartTransaction() != ogr.OGRERR_NONE
        assert dataset.RollbackTransaction() == ogr.OGRERR_NONE
        for other in whole:
            assert other.RollbackTransaction() != ogr.OGRERR_NONE
            assert other.CommitTransaction() != ogr.OGRERR_NONE


@pytest.mark.parametrize("statement", ["RESTART {}", "RATE {} 4", "UPDATE processings SET name = 'x' WHERE id = '{}'",
                                       "DELETE FROM processings WHERE id = '{}'"])
def test_statements_in_a_transaction(sb, whole, statement):
    dataset = whole[0]
    dataset.StartTransaction()
    with reports() as seen:
        dataset.ExecuteSQL(statement.format(processing(sb).id), dialect="" if statement[0] == "R" else "SQLITE")
    assert sum("cannot be changed in a transaction" in text for _, text in seen) == 1
    assert changes(sb) == []
    dataset.RollbackTransaction()


# ---- layers that are called as those of the account ----------------------------------------------


@pytest.mark.parametrize("options", [{}, {"DRY_RUN": "YES"}], ids=["for good", "dry run"])
@pytest.mark.parametrize("words", [["-append"], ["-append", "-skipfailures"], ["-append", "-gt", "1"],
                                   ["-append", "-ds_transaction"], ["-append", "-addfields"],
                                   ["-upsert"], ["-update"], ["-overwrite"], ["-update", "-overwrite"]], ids=" ".join)
@pytest.mark.parametrize("name", ["projects", "processings", "models"])
def test_source_that_is_called_as_a_layer_of_the_account(sb, run, tmp_path, name, words, options):
    """Nothing is created: neither a project for each row nor a processing, and there is an error."""
    source = geojson(tmp_path / f"{name}.geojson", *squares(3), properties=[{"name": f"row {i}"} for i in range(3)])
    done = run("ogr2ogr", *words, "-f", "MAPFLOW", "MAPFLOW:", source, "-nln", name, *creation({**MAPBOX, **options}))
    assert changes(sb) == []
    assert "ERROR" in done.stderr and (done.returncode != 0 or "-skipfailures" in words)


@pytest.mark.parametrize("name", ["projects", "processings", "models"])
def test_append_without_transactions(sb, run, tmp_path, name):
    """Newer GDALs obey -gt 0: then rows are inserted, where rows can be inserted."""
    source = geojson(tmp_path / f"{name}.geojson", *squares(3), properties=[{"name": f"row {i}"} for i in range(3)])
    done = run("ogr2ogr", "-append", "-gt", "0", "-f", "MAPFLOW", "MAPFLOW:", source, "-nln", name, *creation(MAPBOX))
    inserts = name == "projects" and int(gdal.VersionInfo()) >= 3100000
    assert changes(sb) == [("POST", "/projects")] * 3 * inserts
    assert (done.returncode == 0) == inserts and ("ERROR" in done.stderr) != inserts


def test_append_says_what_to_do(run, tmp_path):
    source = geojson(tmp_path / "projects.geojson", *squares(2), properties=[{"name": "a"}, {"name": "b"}])
    done = run("ogr2ogr", "-append", "-f", "MAPFLOW", "MAPFLOW:", source, "-nln", "projects", *creation(MAPBOX))
    assert done.returncode != 0 and done.stderr.count("cannot be changed in a transaction") == 1
    assert "ogr2ogr -nln" in done.stderr


@pytest.mark.parametrize("name", ["projects", "Processings", "account"])
def test_layer_that_is_created_is_a_submission(sb, whole, name):
    """Whatever its name; the account's layer of that name stays the one that is found by it."""
    dataset = whole[0]
    count = dataset.GetLayerCount()
    layer = dataset.CreateLayer(name, options=[f"{key}={value}" for key, value in MAPBOX.items()])
    feature = ogr.Feature(layer.GetLayerDefn())
    feature.SetGeometry(ogr.CreateGeometryFromJson(json.dumps(polygon())))
    dataset.StartTransaction()
    assert layer.CreateFeature(feature) == ogr.OGRERR_NONE
    dataset.CommitTransaction()
    dataset.FlushCache()
    assert sent(sb) == [("POST", "/processings/v2")]
    assert dataset.GetLayerCount() == count + 1 and dataset.GetLayerByName(name.lower()).GetLayerDefn().GetFieldCount() > 0


# ---- verbs ----------------------------------------------------------------------------------------


def answer(dataset, statement):
    layer = dataset.ExecuteSQL(statement)
    if layer is None:
        return None
    rows = [(f["id"], f["status"], f["rating"], f["review"]) for f in layer]
    dataset.ReleaseResultSet(layer)
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize("paths", ["plugin", "docs"])
@pytest.mark.parametrize("empty", ["document", "empty"])
def test_restart(sb, open_mapflow, paths, empty):
    sb.variants.paths, sb.variants.docs_answer = paths, empty
    identifier = sb.state.add_processing(name="x", status="FAILED")
    dataset = open_mapflow("", UPDATE)
    assert answer(dataset, f"restart {identifier.upper()}")[1] in ("UNPROCESSED", "IN_PROGRESS")
    with Refused("cannot be restarted"):
        assert answer(dataset, f"RESTART {identifier}") is None


def test_restart_clears_what_went_wrong(sb, open_mapflow):
    identifier = sb.state.add_processing(name="x", status="FAILED", messages=[{"code": "dataloader.NoDataTile"}])
    dataset = open_mapflow("", UPDATE)
    layer = dataset.GetLayerByName("processings")
    layer.SetAttributeFilter(f"id = '{identifier}'")
    assert [f["messages"] is not None for f in layer] == [True]
    answer(dataset, f"RESTART {identifier}")
    assert [f["messages"] for f in layer] == [None]


def test_rate(sb, open_mapflow):
    identifier = sb.state.add_processing(name="x")
    dataset = open_mapflow("", UPDATE)
    layer = dataset.GetLayerByName("processings")
    layer.SetAttributeFilter(f"id = '{identifier}'")
    assert [f["rating"] for f in layer] == [None]
    assert answer(dataset, f"RATE {identifier} 4 'it''s \"fine\"; nearly'")[2] == 4
    assert sb.state.processings[identifier].rating["feedback"] == 'it\'s "fine"; nearly'
    assert [f["rating"] for f in layer] == [4]
    assert answer(dataset, f"RATE {identifier} 5;")[2] == 5


def test_review(sb, open_mapflow):
    first = sb.state.add_processing(name="x", review="IN_REVIEW")
    second = sb.state.add_processing(name="y", review="IN_REVIEW")
    dataset = open_mapflow("", UPDATE)
    assert answer(dataset, f"ACCEPT {first}")[3] == "ACCEPTED"
    assert answer(dataset, f"REJECT {second} 'roofs are missing'")[3] == "NOT_ACCEPTED"
    with Refused("not in review"):
        answer(dataset, f"ACCEPT {second}")


ID = "3fa85f64-5717-4562-b3fc-2c963f66afa6"


@pytest.mark.parametrize("statement", ["RESTART", "RESTART x", f"RESTART {ID} x", f"RATE {ID}",
                                       f"RATE {ID} 6", f"RATE {ID} 0", f"RATE {ID} five", f"RATE {ID} 4 'x",
                                       f"REJECT {ID}", f"REJECT {ID} a b", "ACCEPT"])
def test_bad_statements(sb, open_mapflow, statement):
    dataset = open_mapflow("", UPDATE)
    is_rating = statement.split()[-1] in ("6", "0", "five")
    with Refused("number from 1 to 5" if is_rating else "Invalid statement. Expected: "):
        assert answer(dataset, statement) is None
    assert changes(sb) == []


# The state of a processing that a verb changes.
VERBS = {"RESTART {}": {"status": "FAILED"}, "RATE {} 5": {}, "ACCEPT {}": {"review": "IN_REVIEW"},
         "REJECT {} 'roofs'": {"review": "IN_REVIEW"}}
CHANGE_MAY_BE_MADE = "The change may have been made: read it again before you repeat it"


def lose(sb, path, lost):
    for method in ("PUT", "POST", "DELETE"):
        sb.fault(path, method=method, **LOST.get(lost, {"status": int(lost)} if lost.isdigit() else {}))


@pytest.mark.parametrize("lost", [*LOST, "502", "504"])
@pytest.mark.parametrize("change", [change for change in CHANGES if change != "insert"])
def test_lost_answer_of_a_change(sb, whole, quickly, change, lost):
    """Sent once; the error states that it may be done."""
    identifier = row(whole[1], "Forestry")["id"] if "project" in change else processing(sb).id
    lose(sb, f"/{identifier}", lost)
    with Refused(CHANGE_MAY_BE_MADE):
        CHANGES[change](*whole[1:])
    assert len(changes(sb)) == 1


@pytest.mark.parametrize("lost", [*LOST, "502", "504"])
@pytest.mark.parametrize("verb", VERBS)
def test_lost_answer_of_a_verb(sb, open_mapflow, quickly, verb, lost):
    identifier = sb.state.add_processing(name="x", **VERBS[verb])
    dataset = open_mapflow("", UPDATE)
    lose(sb, f"/{identifier}", lost)
    with Refused(CHANGE_MAY_BE_MADE):
        answer(dataset, verb.format(identifier))
    assert len(changes(sb)) == 1


def test_verbs_need_update(sb, open_mapflow):
    dataset = open_mapflow("")
    with Refused("update"):
        assert answer(dataset, f"RESTART {ID}") is None
    assert len(sb.requests.settle()) == 0
    assert dataset.ExecuteSQL("SELECT name FROM providers").GetFeatureCount() == 6
