"""What GDAL's own test_ogrsf finds in each kind of dataset: nothing. TEST_OGRSF names the program, which matrix.sh
compiles (part ogrsf)."""

import os
import re

import pytest

from helpers import BUILDINGS, COMBO, FOREST, NOTHING

NAMES = {
    "buildings": [f"MAPFLOW:{BUILDINGS}"],
    "combo": [f"MAPFLOW:{COMBO}"],
    "forest": [f"MAPFLOW:{FOREST}"],
    "empty": [f"MAPFLOW:{NOTHING}"],
    "split": [f"MAPFLOW:{COMBO},GEOMETRY=SPLIT"],
    "status": [f"MAPFLOW:{BUILDINGS},STATUS_ONLY=YES"],
    "areas": [f"MAPFLOW:{BUILDINGS}", "aois"],
    "project": ["MAPFLOW:project=Urban Analysis"],
    "merged": ["MAPFLOW:project=Urban Analysis,MERGE=YES"],
    "merged and split": ["MAPFLOW:project=Urban Analysis,MERGE=YES,GEOMETRY=SPLIT"],
    "account": ["MAPFLOW:"],
    "submissions": ["MAPFLOW:", "submissions"],
    "sql": [f"MAPFLOW:{BUILDINGS}", "-sql", "SELECT * FROM results WHERE area > 100"],
}

# A program that gives one processing the id of another one, which only a file lets it do.
OF_UPDATES = {"ERROR: Attempt to SetFeature(1) failed."}


@pytest.mark.parametrize("mode", [["-ro"], []], ids=["read", "update"])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_found(run, name, mode):
    done = run(os.environ["TEST_OGRSF"], *mode, *NAMES[name], timeout=300)
    found = set(re.findall(r"^(?:ERROR|FAILURE|WARN)\w*: .*", done.stdout, re.M))
    assert found == (OF_UPDATES if (name, mode) == ("account", []) else set()), done.said
    assert re.search(r"^INFO: .* passed\.", done.stdout, re.M), done.said
