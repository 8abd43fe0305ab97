"""A layer is added, and that is all. Runs inside QGIS."""

from user import BUILDINGS, add


def step_add():
    (layer,), _, _ = add(BUILDINGS)
    return [layer.isValid(), layer.featureCount()]
