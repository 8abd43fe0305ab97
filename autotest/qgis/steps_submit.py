"""Areas are submitted by the script of the toolbox. Runs inside QGIS."""

import os

from qgis.core import Qgis, QgsProject, QgsVectorLayer
from qgis.utils import iface

from toolbox import CANCEL, Answers, Dialog, legend_of, scripts, tree, wait_until
from user import colours_on_the_map, drawn, layers, wait

TITLE = "Submit areas to Mapflow"
BUILDINGS = {"MODEL": "🏠 Buildings", "BLOCKS": "Classification", "PROVIDER": "Mapbox@18"}
seen = {}


def step_start():
    area = QgsVectorLayer(os.environ["AREA"], "harbour", "ogr")
    QgsProject.instance().addMapLayer(area)
    drawn()
    return [Qgis.QGIS_VERSION, scripts()]


def step_dialog():
    dialog = seen["dialog"] = Dialog(TITLE)
    dialog.fill(**BUILDINGS)
    return {name: dialog.items(name) for name in ("PROJECT", "MODEL", "PROVIDER", "BLOCKS")}


def step_other_project():
    dialog = seen["dialog"]
    dialog.fill(PROJECT="Urban Analysis")
    items = dialog.items("MODEL")
    dialog.fill(PROJECT="", **BUILDINGS)
    return items


def step_neither():
    """No area, and then two."""
    dialog = seen["dialog"]
    dialog.run("OK")
    dialog.fill(AREA=layers()[0].id(), EXTENT="4.5,4.51,52.15,52.16 [EPSG:4326]")
    dialog.run("OK")
    dialog.fill(EXTENT=None)
    return Answers.asked()


def step_price():
    dialog = seen["dialog"]
    dialog.fill(DRY_RUN=True)
    dialog.run()
    log = dialog.finished()
    dialog.fill(DRY_RUN=False)
    return [log, Answers.asked()]


def step_too_much():
    dialog = seen["dialog"]
    dialog.fill(MAX_COST=2)
    dialog.run()
    log = dialog.finished()
    dialog.fill(MAX_COST=None)
    return [log, Answers.asked()]


def step_no():
    dialog = seen["dialog"]
    dialog.run(CANCEL)
    return [dialog.finished(), Answers.asked()]


def step_yes():
    """Run cannot be pressed again meanwhile."""
    dialog = seen["dialog"]
    dialog.run("Submit for 8 credits")
    enabled = []
    for _ in range(10):
        wait(100)
        enabled.append(dialog.button("Run").isEnabled())
        dialog.button("Run").click()
    log = dialog.finished()
    drawn()
    result, = (layer for layer in layers() if layer.source().startswith("MAPFLOW:"))
    return {"log": log, "questions": Answers.asked(), "enabled": any(enabled), "legend": legend_of(result),
            "source": result.source(), "count": result.featureCount(), "tree": tree(), "colours": colours_on_the_map()}


def step_draw():
    """The result was fetched when it was loaded."""
    iface.mapCanvas().zoomToFullExtent()
    drawn()


def step_again():
    dialog = seen["dialog"]
    dialog.run(CANCEL)
    return [dialog.finished(), Answers.asked()]


def step_no_longer_waiting():
    """An extent; the wait for its result is cancelled."""
    dialog = seen["dialog"]
    dialog.fill(AREA=None, EXTENT="500000,501000,6828000,6829000 [EPSG:3857]", NAME="corner", MAX_COST=50)
    dialog.run("Submit for")
    wait_until(lambda: "Submitted: corner" in dialog.log)
    dialog.button("Cancel").click()
    return [dialog.finished(), Answers.asked(), len(layers())]


def step_two_windows():
    """The same from two windows: the second waits until the first has its answer, and learns what became of it."""
    first, second = seen["dialog"], Dialog(TITLE)
    for dialog in (first, second):
        dialog.fill(AREA=None, EXTENT="500000,501000,6828000,6829000 [EPSG:3857]", NAME="twice", MAX_COST=None,
                    WAIT=False, **BUILDINGS)
    first.run("Submit for")
    second.run(CANCEL)
    return [first.finished(), second.finished(), Answers.asked()]
