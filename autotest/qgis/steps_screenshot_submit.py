"""The second picture of the README: areas were submitted by the script of the toolbox, and the result is there with its
legend. Runs inside QGIS."""

import os

from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import QSize, Qt
from qgis.PyQt.QtWidgets import QApplication, QDockWidget, QSplitter, QTabWidget
from qgis.utils import iface

from steps_screenshot import TOWN
from toolbox import Dialog, legend_of
from user import bar, drawn, layers


def step_picture():
    window = iface.mainWindow()
    window.move(0, 0)
    window.resize(QSize(1280, 800))
    area = QgsVectorLayer(os.environ["AREA"], "district", "ogr")
    QgsProject.instance().addMapLayer(area)
    dialog = Dialog("Submit areas to Mapflow")
    dialog.fill(AREA=area.id(), MODEL="🏠 Buildings", BLOCKS="Classification", PROVIDER="Mapbox@18", MAX_COST=20)
    dialog.run("Submit for")
    dialog.finished()
    for dock in window.findChildren(QDockWidget):
        if dock.objectName() in ("Browser", "ProcessingToolbox"):
            dock.close()
        elif dock.objectName() == "Layers":
            window.resizeDocks([dock], [250], Qt.Horizontal)
    QgsProject.instance().removeMapLayer(area.id())
    result, = layers()
    iface.layerTreeView().expandAll()
    mercator = QgsCoordinateReferenceSystem("EPSG:3857")  # what a background map would have
    QgsProject.instance().setCrs(mercator)
    drawn()
    to_map = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4326"), mercator, QgsProject.instance())
    box = to_map.transformBoundingBox(TOWN)
    box.setXMaximum(box.xMaximum() + box.width())  # the dialog stands over the right half
    iface.mapCanvas().setExtent(box)
    iface.mapCanvas().refresh()
    drawn()
    told = bar()
    window.statusBar().clearMessage()
    dialog.window.findChild(QTabWidget, "mTabWidget").setCurrentIndex(0)
    dialog.window.findChild(QSplitter).setSizes([1, 0])  # without the help
    dialog.window.resize(QSize(440, 700))
    dialog.window.move(window.width() - dialog.window.width() - 8, 60)
    dialog.window.raise_()
    drawn()
    QApplication.primaryScreen().grabWindow(0).save(os.environ["PICTURE"])
    return [told, result.name(), legend_of(result)]
