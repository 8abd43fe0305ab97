"""The picture of the README: one string is typed, and buildings are there, over the imagery that was processed. Runs
inside QGIS."""

import os

from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsProject, QgsRectangle
from qgis.PyQt.QtCore import QSize, Qt
from qgis.PyQt.QtWidgets import QDockWidget
from qgis.utils import iface

from user import BUILDINGS, add, bar, colours_on_the_map, drawn, layers

TOWN = QgsRectangle(4.4925, 52.1552, 4.5055, 52.1612)  # degrees


def step_picture():
    window = iface.mainWindow()
    window.resize(QSize(1280, 800))
    imagery = iface.addRasterLayer(BUILDINGS + ",RASTER=SOURCE", "Imagery", "gdal")
    imagery.renderer().setOpacity(0.25)
    (buildings,), _, _ = add(BUILDINGS + "/")
    mercator = QgsCoordinateReferenceSystem("EPSG:3857")  # what a background map would have
    QgsProject.instance().setCrs(mercator)
    for dock in window.findChildren(QDockWidget):
        if dock.objectName() == "Browser":
            dock.close()
        elif dock.objectName() == "Layers":
            window.resizeDocks([dock], [250], Qt.Horizontal)
    to_map = QgsCoordinateTransform(buildings.crs(), mercator, QgsProject.instance())
    iface.mapCanvas().setExtent(to_map.transformBoundingBox(TOWN))
    iface.mapCanvas().refresh()
    drawn()
    told = bar()
    window.statusBar().clearMessage()
    drawn()
    window.grab().save(os.environ["PICTURE"])
    return [told, sorted(layer.name() for layer in layers()), colours_on_the_map()]
