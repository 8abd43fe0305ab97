"""SQL on the layers of an account: what is right, what it costs, and that it is whole or an error."""

import csv
import io

import pytest
from osgeo import gdal

from accounts import asked, fill, pages
from helpers import quiet

DIALECTS = ["OGRSQL", "SQLITE"]


@pytest.fixture
def account_of(sb, open_mapflow):
    """account_of(count) -> the dataset of an account with so many processings."""
    def made(count, **options):
        fill(sb, count)
        return open_mapflow("", **options)
    return made


def rows(dataset, statement, dialect=""):
    """The answer as a list of lists of values."""
    layer = dataset.ExecuteSQL(statement, dialect=dialect)
    assert layer is not None, gdal.GetLastErrorMsg()
    defn = layer.GetLayerDefn()
    found = [[f[i] if f.IsFieldSetAndNotNull(i) else None for i in range(defn.GetFieldCount())] for f in layer]
    dataset.ReleaseResultSet(layer)
    return found


# ---- right ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", [[], ["-dialect", "SQLITE"]])
@pytest.mark.parametrize("paths", ["plugin", "docs"])
def test_grouping(sb, run, dialect, paths):
    """What did it cost? As the documentation writes it, with a dialect and without."""
    fill(sb, 250)
    sb.variants.paths = paths
    done = run("ogr2ogr", "-f", "CSV", "/vsistdout/", "MAPFLOW:", *dialect, "-sql",
               "SELECT project, COUNT(*), SUM(cost) FROM processings GROUP BY project")
    assert done.returncode == 0, done.said
    wanted = {project.name: [len(found := sb.state.processings_of(project)), sum(p.cost for p in found)]
              for project in sb.state.projects.values()}
    table = list(csv.reader(io.StringIO(done.stdout)))
    assert {name: [int(n), float(cost)] for name, n, cost in table[1:]} == wanted
    assert not any("aois" in request for request in asked(sb))


@pytest.mark.parametrize("statement,wanted", [
    ("SELECT SUM(1) FROM processings", [[40]]), ("SELECT COUNT(*) FROM processings", [[40]]),
    ("SELECT name FROM projects GROUP BY name", [["Default"], ['Küste, "Nord"'], ["Urban Analysis"]])])
def test_grouping_where_the_service_counts_more(account_of, sb, statement, wanted):
    """As when somebody deletes a row after it was counted: what comes is all there is."""
    dataset = account_of(40)
    pages(sb, lambda page: {**page, "total": page["total"] + 3})
    assert rows(dataset, statement, "SQLITE") == wanted
    assert rows(dataset, statement, "SQLITE") == wanted


CONDITIONS = {
    "status = 'FAILED'": lambda p: p.status == "FAILED",
    "NOT status = 'FAILED'": lambda p: p.status != "FAILED",
    "status <> 'FAILED'": lambda p: p.status != "FAILED",
    "status = 'FAILED' OR name = 'job 3'": lambda p: p.status == "FAILED" or p.name == "job 3",
    "name = 'job 3' OR name = 'job 4'": lambda p: p.name in ("job 3", "job 4"),
    "name IN ('job 3', 'job 4', 'job 99')": lambda p: p.name in ("job 3", "job 4"),
    "name LIKE '%b 1_'": lambda p: p.name[4:6] in {str(n) for n in range(10, 20)},
    "name LIKE 'JOB 3'": lambda p: False,
    "name ILIKE 'JOB 3'": lambda p: p.name == "job 3",
    "name LIKE '%job%' AND NOT name LIKE '%5%'": lambda p: "5" not in p.name,
    "NOT (name LIKE '%job 1%')": lambda p: not p.name.startswith("job 1"),
    "name LIKE '%nothing%' OR cost > 0": lambda p: p.cost > 0,
    "name NOT LIKE '%1%'": lambda p: "1" not in p.name,
    "review IS NULL": lambda p: True,
    "review IS NOT NULL": lambda p: False,
    "description IS NULL AND name >= 'job 7'": lambda p: p.name >= "job 7",
    "project = 'urban analysis'": lambda p: p.project == "Urban Analysis",
    "project = 'Küste, \"Nord\"'": lambda p: p.project.startswith("K"),
    "NOT project = 'Default'": lambda p: p.project != "Default",
    "project = 'Default' AND project = 'Urban Analysis'": lambda p: False,
    "project = 'Default' AND name = 'job 4'": lambda p: False,
    "project IN ('Default', 'Urban Analysis')": lambda p: not p.project.startswith("K"),
    "project = name": lambda p: False,
    "id = name": lambda p: False,
    "'FAILED' = status": lambda p: p.status == "FAILED",
    "id = ''": lambda p: False,
    "id = 'not a uuid'": lambda p: False,
    "cost BETWEEN 0 AND 1e6 AND percent <= 100": lambda p: True,
    "created >= '2026/01/01 00:00:00' AND name = 'job 2'": lambda p: p.name == "job 2",
    "FID = 12345": lambda p: False,
}


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("paths", ["plugin", "docs"])
def test_conditions(sb, account_of, condition, paths):
    """Those that the server answers, and those that it cannot, alone and in a new dataset each."""
    sb.variants.paths = paths
    dataset = account_of(40)
    names = {project.id: project.name for project in sb.state.projects.values()}
    wanted = []
    for processing in sb.state.all_processings():
        processing.project = names[processing.project_id]
        if CONDITIONS[condition](processing):
            wanted.append(processing.name)
    layer = dataset.GetLayerByName("processings")
    layer.SetIgnoredFields(["OGR_GEOMETRY"])
    layer.SetAttributeFilter(condition)
    assert layer.GetFeatureCount() == len(wanted)
    assert sorted(f["name"] for f in layer) == sorted(wanted)
    layer.SetAttributeFilter(None)
    assert layer.GetFeatureCount() == len([f for f in layer]) == 40


def test_columns_of_one_name(account_of):
    """Each has its value: the rows of an answer are those that GDAL made."""
    dataset = account_of(3)
    assert rows(dataset, "SELECT name, name, status FROM processings WHERE name = 'job 1'") == [
        ["job 1", "job 1", "OK"]]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_order_and_join(sb, account_of, dialect):
    dataset = account_of(60)
    found = rows(dataset, "SELECT name, cost FROM processings ORDER BY name DESC", dialect)
    assert [name for name, _ in found] == sorted((f"job {i}" for i in range(60)), reverse=True)
    joined = rows(dataset, "SELECT p.name, j.name AS whose, j.role FROM processings p LEFT JOIN projects j "
                           "ON p.project_id = j.id", dialect)
    names = {p.id: p.name for p in sb.state.projects.values()}
    assert sorted(map(tuple, joined)) == sorted((p.name, names[p.project_id], "owner")
                                                for p in sb.state.all_processings())
    assert rows(dataset, "SELECT COUNT(DISTINCT status) FROM processings", dialect) == [[2]]
    assert rows(dataset, "SELECT COUNT(*), MAX(cost) FROM processings WHERE status = 'OK'", dialect) == [
        [48, max(p.cost for p in sb.state.all_processings() if p.status == "OK")]]


@pytest.mark.parametrize("where", ["open options", "name", "environment"])
def test_layer_that_is_read_twice(sb, where, monkeypatch):
    """SQLITE opens the dataset again, by its name: it must find the account, and leave out the same."""
    fill(sb, 20)
    given = [f"API_URL={sb.url}", f"API_TOKEN={sb.token}"]
    if where == "environment":
        for option in given:
            monkeypatch.setenv(*f"MAPFLOW_{option}".split("=", 1))
    dataset = gdal.OpenEx("MAPFLOW:" + ",".join(["", *given] if where == "name" else []), gdal.OF_VECTOR,
                          open_options=given if where == "open options" else [])
    statement = "SELECT COUNT(*) FROM processings WHERE cost <= (SELECT AVG(cost) FROM processings)"
    costs = [p.cost for p in sb.state.all_processings()]
    assert rows(dataset, statement, "SQLITE") == [[sum(c <= sum(costs) / 20 for c in costs)]]
    assert gdal.GetConfigOption("MAPFLOW_API_TOKEN") == (sb.token if where == "environment" else None)
    assert not any("aois" in request for request in asked(sb))


def test_answer_with_geometries(account_of):
    dataset = account_of(6)
    layer = dataset.ExecuteSQL("SELECT * FROM processings WHERE name <> 'job 3'")
    assert layer.GetFeatureCount() == 5 and layer.GetName() == "processings"
    assert layer.GetSpatialRef().GetAuthorityCode(None) == "4326"
    assert all(f.GetGeometryRef() is not None for f in layer)
    layer.SetSpatialFilterRect(100, 0, 101, 1)
    assert layer.GetFeatureCount() == 0
    layer.SetSpatialFilter(None)
    layer.SetAttributeFilter("name = 'job 1'")
    assert [f["name"] for f in layer] == ["job 1"]
    dataset.ReleaseResultSet(layer)
    (text,), = rows(dataset, "SELECT ST_AsText(geometry) FROM processings WHERE name = 'job 1'", "SQLITE")
    assert text.startswith("MULTIPOLYGON")


@pytest.mark.parametrize("statement", ["SELECT name, geometry FROM processings -- it's", "SELECT GEOMETRY FROM processings",
                                       "SELECT * FROM processings", "SELECT p.* FROM processings AS p",
                                       'SELECT "geometry" FROM "processings" WHERE name <> \'it\'\'s\'',
                                       "SELECT /* all */ Geometry FROM processings NATURAL JOIN (SELECT 'OK' AS status)",
                                       "WITH x AS (SELECT geometry AS g FROM processings) SELECT g FROM x"])
def test_geometry_that_is_named(account_of, statement):
    dataset = account_of(5)
    layer = dataset.ExecuteSQL(statement, dialect="SQLITE")
    assert layer.GetFeatureCount() in (4, 5)
    assert all(f.GetGeometryRef() is not None for f in layer)
    dataset.ReleaseResultSet(layer)


def test_words_in_a_text_are_no_groups(account_of):
    dataset = account_of(3)
    assert rows(dataset, "SELECT FID FROM processings WHERE name = 'a group by x' OR name = 'job 1'") != []


# ---- what it costs --------------------------------------------------------------------------------


@pytest.mark.parametrize("statement,wanted", [
    ("SELECT id, name, status FROM processings WHERE id = '{}'", ["GET /processings/*/v2"]),
    ("SELECT id, project FROM processings WHERE id = '{}'", ["GET /processings/*/v2", "GET /projects/*"]),
    ("SELECT * FROM processings WHERE id = '{}'", ["GET /processings/*/v2", "GET /projects/*",
                                                   "GET /processings/*/aois"]),
    ("SELECT COUNT(*) FROM processings WHERE id = '{}'", ["GET /processings/*/v2"]),
    ("SELECT geometry FROM processings WHERE id = '{}'", ["GET /processings/*/v2", "GET /processings/*/aois"])])
def test_columns_that_are_not_named_cost_nothing(sb, run, statement, wanted):
    ids = fill(sb, 40)
    done = run("ogr2ogr", "-f", "CSV", "/vsistdout/", "MAPFLOW:", "-dialect", "SQLITE", "-sql",
               statement.format(ids[7]), env={"MAPFLOW_CACHE": "NO"})
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 2, done.said
    assert asked(sb) == wanted


@pytest.mark.parametrize("dialect", DIALECTS)
def test_settings_of_layers_stay(sb, account_of, dialect):
    dataset = account_of(20)
    layer = dataset.GetLayerByName("processings")
    layer.SetIgnoredFields(["OGR_GEOMETRY", "cost"])
    layer.SetAttributeFilter("status = 'FAILED'")
    assert rows(dataset, "SELECT COUNT(*) AS n FROM processings WHERE name = 'job 3'", dialect) == [[1]]
    assert layer.GetFeatureCount() == len([f for f in layer]) == 4
    defn = layer.GetLayerDefn()
    assert defn.IsGeometryIgnored()
    assert [defn.GetFieldDefn(i).GetName() for i in range(defn.GetFieldCount())
            if defn.GetFieldDefn(i).IsIgnored()] == ["cost"]
    layer.SetSpatialFilterRect(100, 0, 101, 1)
    rows(dataset, "SELECT COUNT(*) FROM processings", dialect)
    assert layer.GetFeatureCount() == 0


# ---- whole or an error ----------------------------------------------------------------------------

STATEMENTS = ["SELECT COUNT(*), SUM(cost) FROM processings", "SELECT DISTINCT status FROM processings",
              "SELECT name FROM processings", "SELECT name FROM processings ORDER BY name",
              "SELECT p.name, j.name FROM processings p LEFT JOIN projects j ON p.project_id = j.id"]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("statement", STATEMENTS)
def test_failing_page_is_no_short_answer(sb, run, tmp_path, dialect, statement):
    """GDAL takes it for the end of the layer, and would give a sum of what came before."""
    fill(sb, 250)
    sb.faults.add("processings/v2/page", skip=4, status=500)
    done = run("ogr2ogr", "-f", "CSV", tmp_path / "out.csv", "MAPFLOW:", "-dialect", dialect, "-sql", statement)
    assert done.returncode != 0 and "processings of project" in done.said, done.said


@pytest.mark.parametrize("dialect", DIALECTS)
def test_failing_areas_are_no_short_answer(sb, account_of, dialect):
    dataset = account_of(20, CACHE="NO")
    sb.faults.add("/aois", skip=12, status=403)
    with quiet():
        assert dataset.ExecuteSQL("SELECT * FROM processings", dialect=dialect) is None
    sb.faults.clear()
    assert len(rows(dataset, "SELECT * FROM processings", dialect)) == 20


@pytest.mark.parametrize("statement", ["SELECT", "SELECT nothing FROM processings", "SELECT * FROM nowhere", ""])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_bad_statements(sb, account_of, statement, dialect):
    dataset = account_of(2)
    with quiet():
        assert dataset.ExecuteSQL(statement, dialect=dialect) is None
    assert asked(sb) == []
