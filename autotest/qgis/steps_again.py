"""QGIS started anew with a project that was saved. Runs inside QGIS."""

from user import colours_on_the_map, log, open_project, pan


def step_open():
    layer, = open_project("result.qgz")
    return {"valid": layer.isValid(), "count": layer.featureCount(), "colours": colours_on_the_map(),
            "log": [text for tag, text in log if tag == "OGR"]}


def step_pan():
    pan((0.5, 0.1))
