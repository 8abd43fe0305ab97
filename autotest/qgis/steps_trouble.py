"""What QGIS says when something is wrong. Runs inside QGIS, which starts without a token."""

import os

from osgeo import gdal
from qgis.core import QgsProject, QgsRasterLayer

from user import BUILDINGS, FIXED, add, bar, log, open_project, save_project


def told(text, **options):
    """What the list of layers says of a source that does not open, when the user then cancels."""
    added, choice, _ = add(text, choose=(), **options)
    assert added == []
    return [name for name, _ in choice.rows], bar()


def last_of_the_log():
    return [text for tag, text in log if tag == "OGR"][-1]


def step_no_token():
    return told(BUILDINGS)


def step_no_token_for_the_account():
    return told("MAPFLOW:")


def step_token():
    gdal.SetConfigOption("MAPFLOW_API_TOKEN", os.environ["TOKEN"])
    (layer,), _, _ = add(BUILDINGS)
    return [layer.isValid(), layer.featureCount()]


def step_running():
    return told(f"MAPFLOW:{FIXED}0003")


def step_running_added_all_the_same():
    (layer,), _, _ = add(f"MAPFLOW:{FIXED}0003")
    return [layer.isValid(), last_of_the_log()]


def step_waiting():
    """WAIT=YES: in the text, in the environment, and in a project that is opened again."""
    seen = {"text": told(f"MAPFLOW:{FIXED}0003,WAIT=YES")}
    (layer,), _, _ = add(f"MAPFLOW:{FIXED}0003,WAIT=YES")
    seen["added"] = [layer.isValid(), last_of_the_log()]
    gdal.SetConfigOption("MAPFLOW_WAIT", "YES")
    seen["raster"] = [QgsRasterLayer(f"MAPFLOW:{FIXED}0003,RASTER=RESULT").isValid()]
    QgsProject.instance().clear()
    (layer,), _, _ = add(BUILDINGS)
    layer.setDataSource(layer.source().replace("afa6", "0003"), "running", "ogr")
    save_project("waiting.qgz")
    seen["project"] = [layer.isValid() for layer in open_project("waiting.qgz")]
    gdal.SetConfigOption("MAPFLOW_WAIT", None)
    return seen


def step_failed():
    return told(f"MAPFLOW:{FIXED}0004")


def step_failed_in_part():
    (layer,), choice, _ = add(f"MAPFLOW:{os.environ['PARTIAL']}", PARTIAL="Yes")
    return [choice.rows[0][0], layer.isValid(), layer.featureCount()]


def step_wrong_id():
    return told("MAPFLOW:00000000-0000-4000-8000-000000000000")


def step_no_id():
    return told("MAPFLOW:buildings")


def step_wrong_option():
    return told(f"{BUILDINGS},AOY=1")


def step_wrong_value():
    return told(f"{BUILDINGS},CACHE=MAYBE")


def step_wrong_token():
    return told(f"{BUILDINGS},API_TOKEN=bWVAZXhhbXBsZS5jb206d3Jvbmc=")


def step_wrong_project():
    return told("MAPFLOW:project=Nowhere")
