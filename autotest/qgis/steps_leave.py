"""QGIS is left while it looks through slow results. Runs inside QGIS."""

from qgis.core import QgsApplication
from qgis.utils import iface

from user import add

LEAVES = True


def step_leave():
    _, choice, _ = add("MAPFLOW:project=Urban Analysis", choose=(), is_drawn=False)
    busy = QgsApplication.taskManager().countActiveTasks()
    iface.actionExit().trigger()
    return [busy, choice.first]
