"""Results of several models, and options that the dialog has no list for. Runs inside QGIS."""

import os

from qgis.core import QgsProcessingFeatureSourceDefinition, QgsProject, QgsVectorLayer

from toolbox import Dialog, legend_of
from user import layers

AREA = {"EXTENT": "500000,501000,6828000,6829000 [EPSG:3857]"}


def loaded(dialog, **values):
    """What the layers are that a submission loads."""
    QgsProject.instance().clear()
    dialog.fill(**values)
    dialog.run("Submit for")
    log = dialog.finished()
    return sorted([layer.name(), "raster" if layer.type() == layer.RasterLayer else legend_of(layer), layer.isValid()]
                  for layer in layers()) or log


def step_kinds():
    dialog = Dialog("Submit areas to Mapflow")
    dialog.fill(PROVIDER="Mapbox@18", **AREA)
    return {name: loaded(dialog, MODEL=model, NAME=name) for name, model in (
        ("multi", "[multi] Buildings + Roads + Forest"), ("forest", "🌲 Forest and trees"), ("roads", "🚗 Roads"),
        ("raster", "🌲↕️ Forest height map"))}


def step_options():
    """A processing of each selected area."""
    area = QgsVectorLayer(os.environ["AREA"], "areas", "ogr")
    dialog = Dialog("Submit areas to Mapflow")
    QgsProject.instance().addMapLayer(area)
    area.selectByIds([feature.id() for feature in area.getFeatures()][:2])
    dialog.fill(AREA=QgsProcessingFeatureSourceDefinition(area.id(), selectedFeaturesOnly=True), MODEL="roads",
                PROVIDER="mapbox", OPTIONS="SPLIT=FEATURE\n\ndescription = by hand", WAIT=False)
    dialog.run("Submit for")
    return dialog.finished()


def step_wrong_options():
    dialog = Dialog("Submit areas to Mapflow")
    logs = []
    for values in ({"MODEL": "Ponds", "PROVIDER": "Mapbox@18"}, {"MODEL": "🚗 Roads", "PROVIDER": ""},
                   {"PROVIDER": "Mapbox@18", "OPTIONS": "COLOUR=red"}, {"OPTIONS": "wait = YES"}, {"OPTIONS": "SPLIT"}):
        dialog.fill(**AREA, **values)
        dialog.run()
        logs.append(dialog.finished())
    return logs
