"""QGIS started anew with a project that was saved. Runs inside QGIS."""

from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtWidgets import QApplication

from user import colours_on_the_map, log, open_project, pan


def keep_unavailable():
    """QGIS asks what to do about layers that it cannot open: keep them."""
    dialog = QApplication.activeModalWidget()
    if dialog is not None and "Unavailable" in dialog.windowTitle():
        dialog.reject()


def step_open():
    timer = QTimer()
    timer.timeout.connect(keep_unavailable)
    timer.start(300)
    layer, = open_project("result.qgz")
    timer.stop()
    return {"valid": layer.isValid(), "count": layer.featureCount(), "colours": colours_on_the_map(),
            "log": [text for tag, text in log if tag == "OGR"]}


def step_pan():
    pan((0.5, 0.1))
