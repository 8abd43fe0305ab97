"""What a user of the Processing toolbox does and sees. Runs inside QGIS."""

import processing
from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtWidgets import QApplication, QDockWidget, QMessageBox, QPushButton, QTextBrowser, QTextEdit
from qgis.utils import iface

from user import wait

CANCEL = "Cancel"


def wait_until(happened, seconds=40):
    for _ in range(int(seconds * 10)):
        if happened():
            return
        wait(100)
    raise AssertionError("It did not happen.")


def scripts():
    """What the toolbox lists of ours."""
    return sorted(algorithm.displayName() for algorithm in QgsApplication.processingRegistry().algorithms()
                  if algorithm.group() == "Mapflow")


def choose_in_toolbox(title):
    """Searches for an algorithm in the toolbox, as its search field does, and selects it."""
    toolbox = iface.mainWindow().findChild(QDockWidget, "ProcessingToolbox")
    toolbox.show()
    toolbox.searchBox.setText(title)
    tree = toolbox.algorithmTree

    def search(parent):
        for row in range(tree.model().rowCount(parent)):
            index = tree.model().index(row, 0, parent)
            if index.data() == title:
                return index
            found = search(index)
            if found is not None:
                return found
        return None

    tree.setCurrentIndex(search(tree.rootIndex()))
    return toolbox


def refusal_of(title):
    """What the toolbox says instead of opening the dialog of an algorithm."""
    texts = []

    def look():
        box = QApplication.activeModalWidget()
        texts.append(box.findChild(QTextBrowser).toPlainText())
        box.close()

    toolbox = choose_in_toolbox(title)
    QTimer.singleShot(1000, look)
    toolbox.executeAlgorithm()
    return texts[0]


class Answers:
    """Answers the questions that come, in their order. While one is open nothing else of a step goes on."""

    wanted = []  # beginnings of buttons
    _asked = []
    _timer = None

    @classmethod
    def start(cls):
        cls._timer = QTimer()
        cls._timer.timeout.connect(cls._answer)
        cls._timer.start(500)

    @classmethod
    def asked(cls):
        """The questions since this was asked last: (text, the button that Enter presses)."""
        asked, cls._asked = cls._asked, []
        return asked

    @classmethod
    def _answer(cls):
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            return
        buttons = {b.text().replace("&", ""): b for b in box.buttons()}
        cls._asked.append([box.text(), next((text for text, b in buttons.items() if b is box.defaultButton()), None)])
        wanted = cls.wanted.pop(0) if cls.wanted else "a question that nobody expects"
        fallback = box.escapeButton() or box.buttons()[0]
        next((b for text, b in buttons.items() if text.startswith(wanted)), fallback).click()


class Dialog:
    """The dialog of an algorithm that is chosen in the toolbox, which would show it in a loop of its own."""

    def __init__(self, title):
        algorithm = choose_in_toolbox(title).algorithmTree.selectedAlgorithm()
        assert algorithm.displayName() == title and algorithm.create().canExecute() == (True, "")
        self.window = processing.createAlgorithmDialog(algorithm.id(), {})
        self.window.show()
        self._logged = 0
        Answers.start()
        wait(300)
        wait_until(lambda: QgsApplication.taskManager().countActiveTasks() == 0)  # the lists are read

    def __getitem__(self, name):
        return self.window.mainWidget().wrappers[name]

    def items(self, name):
        widget = self[name].widget
        return [[widget.itemText(i), widget.itemData(i)] for i in range(widget.count())]

    def fill(self, **values):
        for name, value in values.items():
            self[name].setParameterValue(value, self.window.mainWidget().processing_context)
            wait(50)

    @property
    def _whole_log(self):
        return self.window.findChild(QTextEdit, "txtLog").toPlainText()

    @property
    def log(self):
        """What the log says since Run was pressed: from the input parameters on."""
        return self._whole_log[self._logged:].partition("Input parameters:\n")[2]

    def button(self, text):
        return next(b for b in self.window.findChildren(QPushButton) if b.text().replace("&", "") == text)

    def run(self, *answers):
        """Presses Run. `answers` are the beginnings of the buttons to press in the questions that come."""
        Answers.wanted += answers
        self._logged = len(self._whole_log)
        self.button("Run").click()

    def finished(self, seconds=60):
        wait_until(self.button("Run").isEnabled, seconds)
        wait(300)
        return self.log


def legend_of(layer):
    """(label, colour) of each category; the colours of the one symbol else."""
    renderer = layer.renderer()
    if renderer.type() == "categorizedSymbol":
        return [renderer.classAttribute(), *[[c.label(), c.symbol().color().name()] for c in renderer.categories()]]
    return [renderer.type()] + ([renderer.symbol().color().name()] if renderer.type() == "singleSymbol" else [])


def tree():
    """The names of the layers in the order of the layer tree, with the groups that they are in."""
    root = QgsProject.instance().layerTreeRoot()
    return [[node.parent().name(), node.name()] for node in root.findLayers()]
