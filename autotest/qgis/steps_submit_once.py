"""One submission by the script of the toolbox, whatever the service makes of it. Runs inside QGIS."""

from toolbox import Answers, Dialog
from user import layers

AREA = {"EXTENT": "500000,501000,6828000,6829000 [EPSG:3857]", "NAME": "corner"}


def step_submit():
    dialog = Dialog("Submit areas to Mapflow")
    dialog.fill(MODEL="🚗 Roads", PROVIDER="Mapbox@18", **AREA)
    dialog.run("Submit")
    return [dialog.finished(), Answers.asked(), len(layers())]
