"""Runs inside QGIS (qgis --code): does what a user does and writes down what came of it.

    MAPFLOW_QGIS_OUTPUT  folder for results.json and the files that are saved
    MAPFLOW_SCREENSHOT   a file: only add the layer, zoom in a little and save a picture of the window

Before each step the sandbox is asked for /marker/<step>, which it does not have: so its log tells
which requests belong to which step.
"""

import json
import os
import pathlib
import traceback
import urllib.error
import urllib.request

from qgis.core import QgsApplication, QgsFeatureRequest, QgsProject, QgsRectangle, QgsVectorFileWriter, QgsVectorLayer
from qgis.PyQt.QtCore import QEventLoop, QTimer
from qgis.PyQt.QtWidgets import QApplication, QDialog
from qgis.utils import iface

FIXED = "3fa85f64-5717-4562-b3fc-2c963f66"
BUILDINGS = f"MAPFLOW:{FIXED}afa6"
RUNNING = f"MAPFLOW:{FIXED}0003"
OUTPUT = pathlib.Path(os.environ["MAPFLOW_QGIS_OUTPUT"])
SCREENSHOT = os.environ.get("MAPFLOW_SCREENSHOT")
seen = {}


def wait(milliseconds):
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec_()


def drawn():
    """Wait until the map has been drawn, the tiles around it included."""
    wait(300)
    for _ in range(100):
        if not iface.mapCanvas().isDrawing() and QgsApplication.taskManager().countActiveTasks() == 0:
            break
        wait(100)
    wait(700)


def marker(step):
    try:
        urllib.request.urlopen(f"{os.environ['MAPFLOW_API_URL']}/marker/{step}", timeout=10)
    except urllib.error.HTTPError:
        pass


def answer_yes():
    """QGIS asks which geometries of a layer to add when the layer has several kinds: take them."""
    dialog = QApplication.activeModalWidget()
    if isinstance(dialog, QDialog):
        seen["asked"] = seen.get("asked", 0) + 1
        dialog.accept()


def add(name=BUILDINGS):
    timer = QTimer()
    timer.timeout.connect(answer_yes)
    timer.start(500)
    iface.addVectorLayer(name, "", "ogr")
    timer.stop()
    drawn()
    return iface.activeLayer()


def colours_on_the_map():
    """How many colours that are no grey the map shows."""
    image = iface.mapCanvas().grab().toImage()
    colours = {image.pixelColor(x, y).getRgb()[:3]
               for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    return sum(max(colour) - min(colour) > 40 for colour in colours)


def step_draw():
    layer = add()
    seen.update(valid=layer.isValid(), name=layer.name(), count=layer.featureCount(),
                renderer=layer.renderer().type(), colours=colours_on_the_map())


def step_pan_and_zoom():
    canvas = iface.mapCanvas()
    box = canvas.extent()
    for factor, shift in ((0.3, 0.0), (0.3, 0.2), (0.3, -0.2), (1.0, 0.0)):
        smaller = QgsRectangle(box)
        smaller.scale(factor)
        moved = smaller.center().x() + shift * box.width()
        canvas.setExtent(QgsRectangle.fromCenterAndSize(
            type(box.center())(moved, box.center().y()), smaller.width(), smaller.height()))
        canvas.refresh()
        drawn()


def step_attribute_table():
    dialog = iface.showAttributeTable(iface.activeLayer())
    drawn()
    seen["table"] = isinstance(dialog, QDialog) and dialog.windowTitle()
    dialog.close()


def step_identify():
    layer = iface.activeLayer()
    first = next(layer.getFeatures())
    box = QgsRectangle.fromCenterAndSize(first.geometry().pointOnSurface().asPoint(), 1e-6, 1e-6)
    found = [feature.id() for feature in layer.getFeatures(QgsFeatureRequest().setFilterRect(box))]
    seen["identified"] = found == [first.id()] and layer.getFeature(first.id())["id"] == first["id"]


def step_filter():
    layer = iface.activeLayer()
    seen["filtered"] = [layer.setSubsetString("class_id = 101"), layer.featureCount()]
    drawn()
    layer.setSubsetString("")
    seen["unfiltered"] = layer.featureCount()


def step_save_as():
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    # QGIS 3.22 cannot write columns of JSON, whatever layer they are in.
    fields = iface.activeLayer().fields()
    options.attributes = [i for i in range(fields.count()) if fields.at(i).typeName() != "JSON"]
    outcome = QgsVectorFileWriter.writeAsVectorFormatV3(
        iface.activeLayer(), str(OUTPUT / "saved.gpkg"), QgsProject.instance().transformContext(), options)
    saved = QgsVectorLayer(str(OUTPUT / "saved.gpkg"), "saved", "ogr")
    seen["saved"] = [outcome[1], saved.featureCount()]


def step_reopen():
    project = QgsProject.instance()
    source = iface.activeLayer().source()
    project.write(str(OUTPUT / "project.qgz"))
    project.clear()
    project.read(str(OUTPUT / "project.qgz"))
    drawn()
    layer = next(iter(project.mapLayers().values()))
    seen["reopened"] = [layer.isValid(), layer.source() == source, layer.featureCount(), layer.renderer().type()]


def step_options_in_the_string():
    layer = add(f"{BUILDINGS},STYLE=NO")
    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.EmbeddedSymbols)
    colours = {feature.embeddedSymbol().color().name() for feature in layer.getFeatures(request)}
    seen["plain"] = [layer.isValid(), layer.featureCount(), len(colours)]


def step_running():
    iface.messageBar().clearWidgets()
    before = len(QgsProject.instance().mapLayers())
    add(RUNNING)
    bar = iface.messageBar().currentItem()
    seen["running"] = [len(QgsProject.instance().mapLayers()) == before, bar.text() if bar is not None else ""]


def screenshot():
    add()
    canvas = iface.mapCanvas()
    canvas.zoomByFactor(0.45)
    drawn()
    iface.mainWindow().grab().save(SCREENSHOT)


def finish():
    (OUTPUT / "results.json").write_text(json.dumps(seen))
    os._exit(0)


def give_up():
    seen["failure"] = f"hung after {list(seen)}, in {QApplication.activeModalWidget()}"
    finish()


def run():
    try:
        if SCREENSHOT:
            screenshot()
        else:
            for step in (step_draw, step_pan_and_zoom, step_attribute_table, step_identify, step_filter,
                         step_save_as, step_reopen, step_options_in_the_string, step_running):
                marker(step.__name__)
                step()
    except Exception:  # QGIS would show it in a box and wait for a click
        seen["failure"] = traceback.format_exc()
    finish()


QTimer.singleShot(100000, give_up)
QTimer.singleShot(1500, run)
