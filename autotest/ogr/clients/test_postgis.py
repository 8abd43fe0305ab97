"""PostGIS: the command of the page, and what a failure leaves in the database."""

import re

import pytest

from helpers import BUILDING_COUNT, BUILDINGS, COMBO, COUNTS, FAILED, environment_of
from paths import AUTOTEST
from programs import ask_postgis, run

PAGE = (AUTOTEST.parent / "driver" / "programs.md").read_text(encoding="utf-8")
(RECIPE,) = re.findall(r"^ogr2ogr -f PostgreSQL (?:.*\\\n)*.*$", PAGE, re.M)
SUM = "SELECT count(*), sum(area) FROM buildings"


@pytest.fixture
def convert(sb, database):
    """Runs the command of the page, changed: convert({old: new, …})."""
    def ran(changes=None):
        command = RECIPE.replace("dbname=gis", database)
        for old, new in (changes or {}).items():
            assert old in command
            command = command.replace(old, new)
        return run("sh", "-c", command, environment=environment_of(sb))
    ask_postgis(database, "DROP TABLE IF EXISTS buildings, results")
    return ran


def test_recipe(convert, database, open_mapflow):
    done = convert()
    assert done.returncode == 0 and done.stderr == "", done.stderr
    dataset = open_mapflow(BUILDINGS)
    rows = list(dataset.GetLayer(0))
    assert ask_postgis(database, "SELECT DISTINCT ST_SRID(geom) FROM buildings") == ["4326"]
    written = ask_postgis(database, "SELECT id, area, built_year, encode(ST_AsBinary(geom), 'hex') FROM buildings ORDER BY ogc_fid")
    assert written == [f"{row['id']}|{row['area']}|{row['built_year'] or ''}|{bytes(row.GetGeometryRef().ExportToWkb()).hex()}"
                       for row in rows]
    assert len(written) == BUILDING_COUNT


def test_columns_of_json(convert, database):
    """The option of the driver, that of ogr2ogr, and neither."""
    tables = []
    for option in ("-oo JSON=TEXT", '-mapFieldType "String(JSON)=String"'):
        assert convert({"-oo JSON=TEXT": option}).returncode == 0
        tables.append(ask_postgis(database, "SELECT * FROM buildings ORDER BY ogc_fid"))
    assert tables[0] == tables[1] and len(tables[0]) == BUILDING_COUNT
    done = convert({"-oo JSON=TEXT": ""})
    assert done.returncode == 1 and "invalid input syntax for type json" in done.stderr


@pytest.mark.parametrize("name", (f"MAPFLOW:{FAILED}", "MAPFLOW:project=Late late"))
def test_failure_leaves_the_former_table(sb, convert, database, name):
    assert convert().returncode == 0
    before = ask_postgis(database, SUM)
    assert before[0].startswith(f"{BUILDING_COUNT}|")
    sb.add_project("Late")
    late = sb.add_processing(name="late", project="Late", status="OK", result="buildings.geojson")
    sb.fault(f"{late}/result", status=403)
    assert convert({f"MAPFLOW:{BUILDINGS}": name}).returncode == 1
    assert ask_postgis(database, SUM) == before


def test_table_for_each_kind_of_geometry(convert, database):
    done = convert({BUILDINGS: COMBO, "-nln buildings": "-oo GEOMETRY=SPLIT"})
    assert done.returncode == 0, done.stderr
    kinds = ask_postgis(database, "SELECT f_table_name, type FROM geometry_columns WHERE f_table_name LIKE 'combo%' ORDER BY 1")
    assert [kind.split("|")[0] for kind in kinds] == ["combo_line", "combo_point", "combo_polygon"]
    counts = [int(ask_postgis(database, f"SELECT count(*) FROM {kind.split('|')[0]}")[0]) for kind in kinds]
    assert sum(counts) == COUNTS["combo.geojson"]
