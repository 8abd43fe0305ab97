"""QGIS without a window. Its user sees a layer that is not valid, and the log of messages."""

from qgis.core import QgsApplication, QgsFeatureRequest, QgsRectangle, QgsVectorLayer

APPLICATION = QgsApplication([], False)
APPLICATION.initQgis()
LOG = []
QgsApplication.messageLog().messageReceived.connect(lambda text, tag, level: LOG.append(f"{tag}: {text}"))


def shown():
    texts = list(LOG)
    LOG.clear()
    return texts


def read(name, layer, where, box, options):
    parts = [name, *([f"layername={layer}"] if layer else []),
             *(f"option:{key}={value}" for key, value in options.items())]
    rows = QgsVectorLayer("|".join(parts), "layer", "ogr")
    if not rows.isValid():
        raise RuntimeError("the layer is not valid")
    request = QgsFeatureRequest()
    if where:
        request.setFilterExpression(where)
    if box:
        request.setFilterRect(QgsRectangle(*box))
    return [row["id"] for row in rows.getFeatures(request)]
