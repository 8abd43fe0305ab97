"""What a user of QGIS does and sees. Runs inside QGIS."""

import os
import pathlib

from qgis.core import QgsApplication, QgsFeatureRequest, QgsProject
from qgis.gui import QgsMapToolIdentify
from qgis.PyQt.QtCore import QEventLoop, Qt, QTimer
from qgis.PyQt.QtWidgets import (QApplication, QComboBox, QDialog, QLabel, QLineEdit, QPushButton, QTableView,
                                 QTreeView, QWidget)
from qgis.utils import iface

FIXED = "3fa85f64-5717-4562-b3fc-2c963f66"
BUILDINGS = f"MAPFLOW:{FIXED}afa6"
FOLDER = pathlib.Path(os.environ["MAPFLOW_QGIS_FOLDER"])
log = []  # (tag, text) of the log of messages
QgsApplication.messageLog().messageReceived.connect(lambda text, tag, level: log.append((tag, text)))


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


def layers():
    return list(QgsProject.instance().mapLayers().values())


def bar():
    """The texts of the message bar, which is emptied."""
    texts = [f"{item.title()}: {item.text()}" for item in iface.messageBar().items()]
    iface.messageBar().clearWidgets()
    return texts


class Choice:
    """Answers the list of layers that QGIS shows when a source has several, or of an unknown kind.

    rows    what the list holds: [[name, kind], …], and how it looked when it came up (first)
    choose  the layers to add, None for all, () to cancel
    delay   ms that the user looks at it
    """

    def __init__(self, choose=None, delay=500):
        self.rows = self.first = None
        self._choose = choose
        self._delay = delay
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._look)

    def __enter__(self):
        self._timer.start(200)
        return self

    def __exit__(self, *exception):
        self._timer.stop()

    @staticmethod
    def _read(model):
        return [[model.data(model.index(row, column)) for column in (0, 1)] for row in range(model.rowCount())]

    def _look(self):
        dialog = QApplication.activeModalWidget()
        tree = dialog.findChild(QTreeView, "mLayersTree") if isinstance(dialog, QDialog) else None
        if tree is None:
            self._timer.start(100)
            return
        if self.first is None:
            self.first = self._read(tree.model())
        if self._choose != () and QgsApplication.taskManager().countActiveTasks() > 0:
            self._timer.start(100)
            return
        wait(self._delay)
        self.rows = self._read(tree.model())
        if self._choose == ():
            dialog.reject()
            return
        if self._choose is not None:
            tree.selectionModel().clear()
            for row, (name, _) in enumerate(self.rows):
                if name in self._choose:
                    for column in (0, 1):
                        tree.selectionModel().select(tree.model().index(row, column),
                                                     tree.selectionModel().Select)
        dialog.accept()


class AddVectorLayer:
    """Layer > Add Layer > Add Vector Layer, source type File: fills it in and presses Add."""

    def __init__(self, text, **options):
        self.shown = []  # the options that the dialog offers
        self._text = text
        self._options = options
        self._is_done = False
        self._failure = None

    def __call__(self):
        QTimer.singleShot(500, self._fill_in)
        iface.actionAddOgrLayer().trigger()  # comes back at once or when the dialog is closed: as QGIS likes
        while not self._is_done:
            wait(100)
        if self._failure is not None:
            raise self._failure

    @staticmethod
    def _find(parent, kind, name):
        return next(w for w in parent.findChildren(kind) if w.objectName() == name)

    def _fill_in(self):
        try:
            source = next(w for w in QApplication.allWidgets() if w.metaObject().className() == "QgsOgrSourceSelect")
            self._find(source, QWidget, "mFileWidget").findChild(QLineEdit).setText(self._text)
            wait(300)
            box = self._find(source, QWidget, "mOpenOptionsGroupBox")
            if box.isVisible():
                self.shown = [label.text() for label in box.findChildren(QLabel) if label.text()]
            for name, value in self._options.items():
                field = next(w for w in box.findChildren(QWidget)
                             if w.objectName() == name and isinstance(w, (QLineEdit, QComboBox)))
                field.setCurrentText(value) if isinstance(field, QComboBox) else field.setText(value)
            self.press(source)
            source.window().close()
        except Exception as failure:  # it would be lost in the timer
            self._failure = failure
        self._is_done = True

    def press(self, source):
        buttons = {b.text().replace("&", ""): b for b in source.findChildren(QPushButton)}
        buttons["Add"].click()
        buttons["Close"].click()


def add(text, choose=None, delay=500, is_drawn=True, **options):
    """Types a source into Add Vector Layer. Returns (layers that came, list of layers, dialog)."""
    before = set(QgsProject.instance().mapLayers())
    dialog = AddVectorLayer(text, **options)
    with Choice(choose, delay) as choice:
        dialog()
    if is_drawn:
        drawn()
    return [layer for key, layer in QgsProject.instance().mapLayers().items() if key not in before], choice, dialog


def colours_on_the_map():
    """How many colours that are no grey the map shows."""
    image = iface.mapCanvas().grab().toImage()
    colours = {image.pixelColor(x, y).getRgb()[:3]
               for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    return sum(max(colour) - min(colour) > 40 for colour in colours)


def embedded_colours(layer):
    """The colours that QGIS has from the layer's features themselves, and draws when the renderer is embeddedSymbol."""
    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.EmbeddedSymbols)
    return sorted({feature.embeddedSymbol().color().name() for feature in layer.getFeatures(request)
                   if feature.embeddedSymbol() is not None})


def is_filled(layer):
    """Whether QGIS draws the layer in its own manner, with one symbol, which has a fill."""
    renderer = layer.renderer()
    return renderer.type() == "singleSymbol" and renderer.symbol().symbolLayer(0).brushStyle() == Qt.SolidPattern


def pan(*moves):
    """Moves the map: (factor of zoom, part of the width)."""
    canvas = iface.mapCanvas()
    box = canvas.extent()
    for factor, shift in moves:
        smaller = type(box)(box)
        smaller.scale(factor)
        centre = smaller.center()
        centre.setX(centre.x() + shift * box.width())
        canvas.setExtent(type(box).fromCenterAndSize(centre, smaller.width(), smaller.height()))
        canvas.refresh()
        drawn()


def click(layer, point):
    """The ids of the features that the tool Identify finds there."""
    canvas = iface.mapCanvas()
    at = canvas.getCoordinateTransform().transform(canvas.mapSettings().layerToMapCoordinates(layer, point))
    found = QgsMapToolIdentify(canvas).identify(int(at.x()), int(at.y()), [layer], QgsMapToolIdentify.TopDownAll)
    return [result.mFeature.id() for result in found]


def rows_of_the_table(layer):
    """How many rows the views of the attribute table have."""
    dialog = iface.showAttributeTable(layer)
    drawn()
    rows = [view.model().rowCount() for view in dialog.findChildren(QTableView)]
    dialog.close()
    return rows


def save_project(name):
    QgsProject.instance().write(str(FOLDER / name))


def keep_unavailable():
    """QGIS asks what to do about layers that it cannot open: keep them."""
    dialog = QApplication.activeModalWidget()
    if dialog is not None and "Unavailable" in dialog.windowTitle():
        dialog.reject()


def open_project(name):
    QgsProject.instance().clear()
    timer = QTimer()
    timer.timeout.connect(keep_unavailable)
    timer.start(300)
    QgsProject.instance().read(str(FOLDER / name))
    timer.stop()
    drawn()
    return layers()
