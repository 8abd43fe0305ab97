"""The tiles of a mosaic under a result: added, drawn, saved with the project and opened again. Runs inside QGIS."""

import pathlib
import zipfile

from qgis.core import QgsProject, QgsRaster
from qgis.utils import iface

from user import BUILDINGS, FOLDER, add, drawn, open_project, pan, save_project

MOSAIC = 'MAPFLOW:mosaic=Quarry flights'
QUARTERS = {(200, 40, 40), (40, 160, 60), (50, 70, 200), (220, 190, 50)}


def quarters_on_the_map():
    """Which of the four colours of the pictures the map shows."""
    image = iface.mapCanvas().grab().toImage()
    return sorted(QUARTERS & {image.pixelColor(x, y).getRgb()[:3]
                              for x in range(0, image.width(), 5) for y in range(0, image.height(), 5)})


def step_draw():
    layer = iface.addRasterLayer(MOSAIC, "Quarry flights", "gdal")
    canvas = iface.mapCanvas()
    canvas.setExtent(canvas.mapSettings().layerExtentToOutputExtent(layer, layer.extent()))
    canvas.refresh()
    drawn()
    return {"valid": layer.isValid(), "crs": layer.crs().authid(), "bands": layer.bandCount(),
            "colours": quarters_on_the_map()}


def step_pan_and_zoom():
    pan((0.2, -0.2), (0.1, 0.0))
    return quarters_on_the_map()


def step_identify():
    layer, = QgsProject.instance().mapLayersByName("Quarry flights")
    box = layer.extent()
    point = type(box.center())(box.xMinimum() + 0.1 * box.width(), box.yMaximum() - 0.2 * box.height())
    return list(layer.dataProvider().identify(point, QgsRaster.IdentifyFormatValue).results().values())


def step_reopen():
    add(BUILDINGS)
    save_project("pictures.qgz")
    found = open_project("pictures.qgz")
    return sorted(layer.source() for layer in found if layer.isValid())


def step_what_was_kept():
    """All texts that QGIS has left in its folder."""
    texts = []
    for path in pathlib.Path(FOLDER).rglob("*"):
        if path.suffix == ".qgz":
            with zipfile.ZipFile(path) as archive:
                texts += [archive.read(name).decode("latin-1") for name in archive.namelist()]
        elif path.is_file() and path.name != "seen.json":
            texts.append(path.read_bytes().decode("latin-1"))
    return [secret for secret in ("s3://", "users-data", "s3%3A") if any(secret in text for text in texts)]
