"""The results of a project are loaded by the script of the toolbox. Runs inside QGIS."""

from qgis.core import QgsProject

from toolbox import Dialog, legend_of, tree
from user import drawn, layers

TITLE = "Open results of a Mapflow project"
seen = {}


def step_open():
    dialog = seen["dialog"] = Dialog(TITLE)
    items = dialog.items("PROJECT")
    dialog.fill(PROJECT="Urban Analysis")
    dialog.run()
    log = dialog.finished()
    return {"items": items, "log": log, "tree": tree(), "valid": [layer.isValid() for layer in layers()],
            "legends": {layer.name(): legend_of(layer) for layer in layers()}}


def step_draw():
    drawn()


def step_filter():
    QgsProject.instance().clear()
    dialog = seen["dialog"]
    dialog.fill(FILTER="COMBO")
    dialog.run()
    dialog.finished()
    return tree()


def step_default_project():
    """It has none that the filter lets through."""
    QgsProject.instance().clear()
    dialog = seen["dialog"]
    dialog.fill(PROJECT="")
    dialog.run()
    return [dialog.finished(), tree()]


def step_unknown_project():
    dialog = seen["dialog"]
    dialog.fill(PROJECT='the "old" one', FILTER="")
    dialog.run()
    return dialog.finished()
