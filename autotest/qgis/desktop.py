"""Runs inside QGIS (qgis --code): the functions step_… of a module, in their order.

    MAPFLOW_QGIS_STEPS    the module
    MAPFLOW_QGIS_MODULES  the folder where it is
    MAPFLOW_QGIS_FOLDER   gets seen.json: what each step has returned, or "failure"

A module with LEAVES = True makes QGIS end by itself.

Before each step the sandbox is asked for /marker/<step>, which it does not have: so its log tells which requests
belong to which step.
"""

import importlib
import json
import os
import pathlib
import sys
import traceback
import urllib.error
import urllib.request

from qgis.PyQt.QtCore import QTimer
from qgis.PyQt.QtWidgets import QApplication

sys.path.insert(0, os.environ["MAPFLOW_QGIS_MODULES"])
FOLDER = pathlib.Path(os.environ["MAPFLOW_QGIS_FOLDER"])
seen = {}


def marker(step):
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            f"{os.environ['MAPFLOW_API_URL']}/marker/{step}", timeout=10)
    except (urllib.error.URLError, OSError):
        pass


def finish(leaves=False):
    (FOLDER / "seen.json").write_text(json.dumps(seen))
    if not leaves:
        os._exit(0)


def give_up():
    seen["failure"] = f"hung after {list(seen)}, in {QApplication.activeModalWidget()}"
    finish()


def run():
    module = None
    try:
        module = importlib.import_module(os.environ["MAPFLOW_QGIS_STEPS"])
        for name, step in list(vars(module).items()):
            if name.startswith("step_"):
                marker(name)
                seen[name[len("step_"):]] = step()
    except Exception:  # QGIS would show it in a box and wait for a click
        seen["failure"] = traceback.format_exc()
    finish(leaves="failure" not in seen and getattr(module, "LEAVES", False))


(FOLDER / "pid").write_text(str(os.getpid()))
QTimer.singleShot(130000, give_up)
QTimer.singleShot(1500, run)
