# SPDX-License-Identifier: MIT
"""Shared code of the Mapflow scripts for the Processing toolbox of QGIS 3.22 and later.

The account is read, and results are downloaded, in background threads, never in the thread of the window. GDAL's
exceptions are neither enabled nor disabled, because that setting belongs to the whole of QGIS.
"""

import contextlib
import json
import threading
import time

from osgeo import gdal
from qgis.core import (NULL, Qgis, QgsApplication, QgsCategorizedSymbolRenderer, QgsExpression, QgsFeatureRequest,
                       QgsProcessingException, QgsProviderRegistry, QgsRasterLayer, QgsRendererCategory,
                       QgsSingleSymbolRenderer, QgsTask, QgsVectorLayer, QgsWkbTypes)
from qgis.gui import QgsCheckableComboBox
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QObject, Qt, QThread, pyqtSignal
from qgis.PyQt.QtWidgets import QApplication, QComboBox, QMessageBox
from processing.gui.wrappers import WidgetWrapper

HOW_TO_INSTALL = (
    f"QGIS does not find the driver MAPFLOW for its GDAL {gdal.VersionInfo('RELEASE_NAME')}. Install the package "
    "gdal-mapflow that was made for this version, or set GDAL_DRIVER_PATH to the folder of ogr_MAPFLOW.so in Settings "
    "> Options > System > Environment. Then start QGIS again.")
HOW_TO_GIVE_A_TOKEN = (
    "In QGIS: set MAPFLOW_API_TOKEN_FILE to a file that holds the token, in Settings > Options > System > Environment, "
    "and start QGIS again.")


# ---- GDAL

@contextlib.contextmanager
def gdal_errors(warn=lambda text: None):
    """Collects the errors that GDAL reports in this thread in a list; passes warnings to `warn`.

    If another plugin has enabled GDAL's exceptions, an exception ends the block and is added to the list.
    """
    errors = []

    def take(kind, number, text):
        if kind >= gdal.CE_Failure:
            errors.append(text)
        elif kind == gdal.CE_Warning:
            warn(text)

    gdal.PushErrorHandler(take)
    try:
        yield errors
    except RuntimeError as error:
        errors.append(str(error))
    finally:
        gdal.PopErrorHandler()


def opened(source, feedback=None):
    """Opens a vector dataset. On failure raises an exception with the driver's message."""
    dataset = None  # GDAL's exceptions may end the block before it is set
    with gdal_errors(feedback.pushWarning if feedback is not None else lambda text: None) as errors:
        dataset = gdal.OpenEx(source, gdal.OF_VECTOR)
    if dataset is None:
        raise QgsProcessingException("\n".join(errors) or f"{source} cannot be opened.")
    return dataset


def can_run():
    """Returns whether the driver is installed and has a token, and if not, what to do. Makes no request."""
    if gdal.GetDriverByName("MAPFLOW") is None:
        return False, HOW_TO_INSTALL
    try:
        opened("MAPFLOW:")
    except QgsProcessingException as error:
        return False, f"{error}. {HOW_TO_GIVE_A_TOKEN}"
    return True, ""


def rows_of(dataset, name):
    """Returns the rows of a layer as dicts."""
    with gdal_errors() as errors:
        rows = [row.items() for row in dataset.GetLayerByName(name)]
    if errors:
        raise QgsProcessingException("\n".join(errors))
    return rows


# ---- what the account offers

class Choices(QObject):
    """The projects, models and providers of the account. Read when a dialog opens."""

    changed = pyqtSignal()
    GOOD_FOR = 60  # s

    def __init__(self):
        super().__init__()
        self.rows = {"projects": [], "models": [], "providers": []}
        self.state = ""  # the placeholder of empty lists
        self._task = None
        self._read_at = None

    def load(self):
        if self._task is not None or (self._read_at is not None and time.monotonic() - self._read_at < self.GOOD_FOR):
            return
        self.state = "Reading the account…"
        self._task = QgsTask.fromFunction("Mapflow: models and prices", self._read, on_finished=self._finish)
        QgsApplication.taskManager().addTask(self._task)

    def _read(self, task):
        dataset = opened("MAPFLOW:")
        return {name: rows_of(dataset, name) for name in self.rows}

    def _finish(self, error, rows=None):
        self._task = None
        if error is None and rows is not None:
            self.rows, self.state, self._read_at = rows, "", time.monotonic()
        else:
            self.state = f"Not read: {error}"
        self.changed.emit()

    def project(self, name):
        """Returns the row of a project by name or id, or of the default project if `name` is "". None: unknown."""
        for row in self.rows["projects"]:
            if name in (row["name"], row["id"]) if name else row["is_default"]:
                return row
        return None

    def models(self, project):
        """Returns the models that can run in a project."""
        row = self.project(project)
        return [model for model in self.rows["models"] if row is not None and model["project_id"] == row["id"]]

    def steps(self, project, model):
        """Returns the optional steps of a model."""
        blocks = [json.loads(row["blocks"] or "[]") for row in self.models(project) if row["name"] == model]
        return [block for block in (blocks[0] if blocks else []) if block["optional"]]


choices = Choices()


def price(credits):
    return "" if credits is None else f" — {credits:g} credits/km²"


class ChoiceWidget(WidgetWrapper):
    """A drop-down list that also accepts a typed name. Its value is a string."""

    WATCHED = ()  # parameters on which the items depend

    def createWidget(self):
        combo = QComboBox()
        combo.setEditable(True)
        combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        combo.currentTextChanged.connect(lambda: self.widgetValueHasChanged.emit(self))
        combo.activated.connect(lambda: combo.lineEdit().home(False))  # shows the start of a long text
        self.start(combo)
        return combo

    def start(self, combo):
        self.watched = {}
        self.widget = combo
        choices.changed.connect(self.fill)
        choices.load()
        self.fill()

    def postInitialize(self, wrappers):
        for wrapper in wrappers:
            if wrapper.parameterDefinition().name() in self.WATCHED:
                self.watched[wrapper.parameterDefinition().name()] = wrapper
                wrapper.widgetValueHasChanged.connect(lambda _: self.fill())
        self.fill()

    def of(self, name):
        return self.watched[name].value() if name in self.watched else ""

    def items(self):
        """Yields (text, value, tool tip) for each item."""
        return []

    def fill(self):
        if sip.isdeleted(self.widget):
            return
        chosen = self.value()
        self.widget.blockSignals(True)
        self.widget.clear()
        for text, value, hint in self.items():
            self.widget.addItem(text, value)
            self.widget.setItemData(self.widget.count() - 1, hint, Qt.ItemDataRole.ToolTipRole)
        self.widget.lineEdit().setPlaceholderText(choices.state or "Choose…")
        self.widget.setToolTip(choices.state)
        self.setValue(chosen)
        self.widget.blockSignals(False)

    def value(self):
        index = self.widget.findText(self.widget.currentText())
        return self.widget.itemData(index) if index >= 0 else self.widget.currentText().strip()

    def setValue(self, value):
        index = self.widget.findData(value) if value else -1
        self.widget.setCurrentIndex(index)
        if index < 0:
            self.widget.setEditText(value or "")
        self.widget.lineEdit().home(False)


class ProjectWidget(ChoiceWidget):
    def items(self):
        return [(row["name"], row["name"], row["description"]) for row in choices.rows["projects"]]

    def fill(self):
        super().fill()
        default = choices.project("")
        if not sip.isdeleted(self.widget) and default is not None:
            self.widget.lineEdit().setPlaceholderText(default["name"])


class ModelWidget(ChoiceWidget):
    WATCHED = ("PROJECT",)

    def items(self):
        return [(row["name"] + price(row["price_per_km2"]), row["name"], row["description"])
                for row in choices.models(self.of("PROJECT"))]


class ProviderWidget(ChoiceWidget):
    """Lists one item per zoom level of a provider: Mapbox@18."""

    def items(self):
        for row in choices.rows["providers"]:
            least = row["min_area_km2"]
            for cost in json.loads(row["prices"] or "[]") or [{}] if row["kind"] == "data" else []:
                zoom = cost.get("zoom")
                text = row["display_name"] + ("" if zoom is None else f", zoom {zoom}")
                text += price(cost.get("price_per_km2")) + (f", at least {least:g} km²" if least else "")
                yield text, row["name"] if zoom is None else f"{row['name']}@{zoom}", row["name"]


class StepsWidget(ChoiceWidget):
    WATCHED = ("PROJECT", "MODEL")

    def createWidget(self):
        combo = QgsCheckableComboBox()
        self.start(combo)
        return combo

    def fill(self):
        if sip.isdeleted(self.widget):
            return
        chosen = self.value()
        self.widget.clear()
        self.widget.setDefaultText(choices.state or "None")
        for step in choices.steps(self.of("PROJECT"), self.of("MODEL")):
            self.widget.addItemWithCheckState(step["display_name"] + price(step.get("price_per_km2")),
                                              Qt.CheckState.Unchecked, step["name"])
        self.setValue(chosen)

    def value(self):
        return ",".join(self.widget.checkedItemsData())

    def setValue(self, value):
        names = (value or "").split(",")
        for i in range(self.widget.count()):
            is_chosen = self.widget.itemData(i) in names
            self.widget.setItemCheckState(i, Qt.CheckState.Checked if is_chosen else Qt.CheckState.Unchecked)


def with_widget(parameter, widget):
    parameter.setMetadata({"widget_wrapper": {"class": widget}})
    return parameter


class Script:
    """What the algorithms have in common. Not an algorithm: QGIS would list it as one of this file."""

    HELP = ""

    def createInstance(self):
        return type(self)()

    def group(self):
        return "Mapflow"

    def groupId(self):
        return "mapflow"

    def shortHelpString(self):
        return self.HELP

    def canExecute(self):
        return can_run()


# ---- the user

class Cancelled(Exception):
    """The user has cancelled. QGIS prints a traceback for subclasses of QgsProcessingException, so this is not one."""


class Question(QObject):
    """Lets a background thread ask a question in the window. The thread stops waiting when the task is cancelled."""

    asked = pyqtSignal(str, str, str)
    withdrawn = pyqtSignal()

    def __init__(self):
        super().__init__()
        self._answer = None
        self._box = None
        self._is_answered = threading.Event()
        self.moveToThread(QgsApplication.instance().thread())
        self.asked.connect(self._show, Qt.ConnectionType.QueuedConnection)
        self.withdrawn.connect(self._close, Qt.ConnectionType.QueuedConnection)

    def ask(self, title, text, yes, feedback):
        """Returns whether the user pressed the button `yes`. Cancel, the other button, is the default."""
        if QThread.currentThread() == self.thread():
            self._show(title, text, yes)
            return self._answer
        self.asked.emit(title, text, yes)
        while not self._is_answered.wait(0.1):
            if feedback.isCanceled():
                self.withdrawn.emit()
                return False
        return self._answer

    def _show(self, title, text, yes):
        self._box = QMessageBox(QMessageBox.Icon.Question, title, text, QMessageBox.StandardButton.Cancel,
                                QApplication.activeWindow())
        self._box.setTextFormat(Qt.TextFormat.PlainText)
        button = self._box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        self._box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        self._box.exec()
        self._answer = self._box.clickedButton() is button
        self._box = None
        self._is_answered.set()

    def _close(self):
        if self._box is not None:
            self._box.reject()


def wait(seconds, feedback):
    """Sleeps. Raises Cancelled if the user cancels meanwhile."""
    end = time.monotonic() + seconds
    is_window = QThread.currentThread() == QgsApplication.instance().thread()  # "iterate over this layer" runs there
    while time.monotonic() < end:
        if feedback.isCanceled():
            raise Cancelled("Cancelled.")
        time.sleep(0.1)
        if is_window:
            QApplication.processEvents()


# Held from the price request until everything is submitted, so that a second submission finds the first in the journal.
_submitting = threading.Lock()


@contextlib.contextmanager
def one_at_a_time(feedback):
    if not _submitting.acquire(blocking=False):
        feedback.pushInfo("Waiting until another submission has been sent.")
        while not _submitting.acquire(timeout=0.2):
            if feedback.isCanceled():
                raise Cancelled("Cancelled: nothing was submitted.")
    try:
        yield
    finally:
        _submitting.release()


# ---- processings

ENDS = ("OK", "FAILED", "CANCELLED", "CANCELED", "REFUNDED")


def state_of(identifier):
    """Returns the current row of the layer `processing`, and whether the processing has ended."""
    row, = rows_of(opened(f"MAPFLOW:{identifier},STATUS_ONLY=YES"), "processing")
    row["percent"] = row["percent"] or 0
    row["is_over"] = row["status"] in ENDS and not (row["status"] == "OK" and row["review"] == "NOT_ACCEPTED")
    return row


# ---- results as layers

CLASS_NAMES = {"101": "Apartment building", "102": "House", "103": "Industrial building", "104": "Commercial building",
               "105": "Other building"}
MOST_CLASSES = 100


def symbol_of(layer, condition=None):
    """Returns the driver's symbol of the first feature that matches the condition, or None."""
    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.EmbeddedSymbols).setLimit(1)
    if condition is not None:
        request.setFilterExpression(condition)
    for feature in layer.getFeatures(request):
        if feature.embeddedSymbol() is not None:
            return feature.embeddedSymbol().clone()
    return None


def has_values(layer, name):
    return layer.fields().indexOf(name) >= 0 and symbol_of(layer, f'"{name}" IS NOT NULL') is not None


def paint_by_class(symbol):
    """Fills a polygon in the colour of its outline: the driver fills by height, and outlines by class."""
    part = symbol.symbolLayer(0)
    if hasattr(part, "strokeColor") and hasattr(part, "setFillColor") and part.brushStyle() != Qt.BrushStyle.NoBrush:
        colour = part.strokeColor()
        colour.setAlpha(part.fillColor().alpha())
        part.setFillColor(colour)
    return symbol


def values_of(layer, name):
    found = layer.uniqueValues(layer.fields().indexOf(name), MOST_CLASSES + 1)
    return sorted((value for value in found if value not in (None, "", NULL)), key=str)


def categories(layer, names):
    """Returns the expression of the class, and a category with the driver's symbol for each class that occurs.

    Where the first column is null, the next one has the class.
    """
    expression = f'"{names[0]}"' if len(names) == 1 else "coalesce({})".format(", ".join(f'"{name}"' for name in names))
    by_height = layer.fields().indexOf("building_height") >= 0
    made = []
    for value in (value for name in names for value in values_of(layer, name)):
        symbol = symbol_of(layer, f"{expression} = {QgsExpression.quotedValue(value)}")
        if symbol is not None:
            made.append(QgsRendererCategory(value, symbol, CLASS_NAMES.get(str(value), str(value))))
    rest = symbol_of(layer, f"{expression} IS NULL") if made else None
    if rest is not None:
        made.append(QgsRendererCategory(None, rest, "No class"))
    for category in made if by_height else []:
        category.setSymbol(paint_by_class(category.symbol().clone()))
    return (names[0] if len(names) == 1 else expression), made


def add_legend(layer):
    """Sets categories by class in the driver's colours, or a single symbol.

    QGIS draws them in half the time that embedded symbols take. Layers that are coloured only by height keep those.
    """
    if layer.renderer() is None or layer.renderer().type() != "embeddedSymbol":
        return
    names = [name for name in ("class_id", "object_type") if has_values(layer, name)]
    if "class_id" not in names and (has_values(layer, "building_height") or has_values(layer, "max_height")):
        return
    if len(names) > 1 and symbol_of(layer, f'"{names[0]}" IS NULL') is None:
        names.pop()
    expression, made = categories(layer, names) if names else ("", [])
    symbol = symbol_of(layer)
    if 0 < len(made) <= MOST_CLASSES:
        layer.setRenderer(QgsCategorizedSymbolRenderer(expression, made))
    elif not made and symbol is not None:
        layer.setRenderer(QgsSingleSymbolRenderer(symbol))


def kinds_of_geometry(source):
    """Returns (name, suffix of the source that selects it) for each type of geometry that occurs."""
    provider = QgsProviderRegistry.instance().providerMetadata("ogr")  # others would look for a file
    found = [(details, details.uri().rfind("|geometrytype=")) for details in
             provider.querySublayers(source, Qgis.SublayerQueryFlag.ResolveGeometryType)]
    return [(QgsWkbTypes.geometryDisplayString(QgsWkbTypes.geometryType(details.wkbType())),
             details.uri()[at:] if at >= 0 else "") for details, at in found
            if details.wkbType() not in (QgsWkbTypes.Unknown, QgsWkbTypes.NoGeometry)]


def result_layers(source, name, feedback, is_raster=False):
    """Returns the layers of a result with their legends: one per type of geometry, or one raster layer.

    Downloads the result, so call it in a background thread. The layers are moved to the thread of the window.
    """
    if is_raster:
        layers = [QgsRasterLayer(f"{source},RASTER=RESULT", name, "gdal")]
    else:
        result = opened(source, feedback)  # kept open, so that the layers download nothing again
        has_rows = result.GetLayer(0).GetFeatureCount() > 0
        kinds = (kinds_of_geometry(source) or [("", "")]) if has_rows else []  # rows without geometries: a table
        layers = [QgsVectorLayer(source + selection, f"{name} ({kind})" if len(kinds) > 1 else name, "ogr")
                  for kind, selection in kinds]
    for layer in layers:
        if not layer.isValid():
            raise QgsProcessingException(f"The result of {name} cannot be opened: {layer.error().summary()}")
        if isinstance(layer, QgsVectorLayer):
            add_legend(layer)
        layer.moveToThread(QgsApplication.instance().thread())
    if not layers:
        feedback.pushInfo(f"{name}: nothing was found.")
    return layers
