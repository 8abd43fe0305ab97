"""The account and a project in QGIS: what is listed, drawn and changed. Runs inside QGIS."""

import os

from qgis.core import QgsProject, QgsVectorFileWriter, QgsVectorLayer
from qgis.utils import iface

from user import (add, bar, colours_on_the_map, drawn, embedded_colours, is_filled, layers, open_project, pan,
                  rows_of_the_table, save_project)


def step_project():
    """Slow results: the list of layers is there before the first of them."""
    added, choice, _ = add("MAPFLOW:project=Urban Analysis")
    return {"first": choice.first, "rows": choice.rows, "valid": [layer.isValid() for layer in added],
            "names": sorted({layer.name() for layer in added}), "colours": colours_on_the_map()}


def step_project_pan():
    pan((0.5, 0.1))


def step_project_again():
    save_project("project.qgz")
    return [[layer.isValid(), layer.featureCount()] for layer in open_project("project.qgz")]


def step_account():
    QgsProject.instance().clear()
    (layer,), choice, _ = add("MAPFLOW:", choose=("processings",))
    return {"rows": choice.rows, "name": layer.name(), "count": layer.featureCount(),
            "renderer": layer.renderer().type(), "colours": embedded_colours(layer),
            "drawn": len([f for f in layer.getFeatures() if not f.geometry().isEmpty()])}


def step_account_pan():
    pan((0.5, 0.1))


def step_account_table():
    return rows_of_the_table(processings())


def step_tables():
    """The other layers, one after the other."""
    counts = {}
    for name in ("projects", "models", "providers", "account", "mosaics", "images", "planned_searches"):
        (layer,), _, _ = add("MAPFLOW:", choose=(name,))
        counts[name] = [layer.isValid(), layer.featureCount(), len(list(layer.getFeatures()))]
    return counts


def step_fills():
    """Layers of one dataset, of which one alone has colours of its own."""
    return {name: is_filled(layer) for name in ("mosaics", "images", "planned_searches", "processings", "mosaics")
            for layer in (QgsVectorLayer(f"MAPFLOW:|layername={name}", "", "ogr"),)}


def processings():
    return next(layer for layer in layers() if layer.name().endswith("processings"))


def named(layer, name):
    return next((row for row in layer.getFeatures() if row["name"] == name), None)


def changed(layer, row, **values):
    """Changes cells and saves. Returns whether that went well, and what QGIS says of it."""
    layer.startEditing()
    for name, value in values.items():
        layer.changeAttributeValue(row.id(), layer.fields().indexOf(name), value)
    outcome = layer.commitChanges()
    if not outcome:
        layer.rollBack()
    return [outcome, bar()]


def step_rename():
    layer = processings()
    outcome, _ = changed(layer, named(layer, "Leiden district buildings"), name="Leiden", description="by hand")
    row = named(layer, "Leiden")
    return [outcome, row is not None and row["description"]]


def step_change_what_cannot_be_changed():
    layer = processings()
    outcome = changed(layer, named(layer, "Leiden"), status="FAILED")
    return [*outcome, named(layer, "Leiden")["status"]]


def step_delete_without_the_option():
    """The button of the tool bar, and what a plugin would do."""
    layer = processings()
    iface.setActiveLayer(layer)
    row = named(layer, "Leiden")
    layer.selectByIds([row.id()])
    layer.startEditing()
    offered = iface.actionDeleteSelected().isEnabled()
    marked = layer.deleteFeature(row.id())
    layer.rollBack()
    done = layer.dataProvider().deleteFeatures([row.id()])
    drawn()
    elsewhere = QgsVectorLayer("MAPFLOW:|layername=processings", "", "ogr")
    return {"bar": bar(), "offered": offered, "marked": marked, "done": done, "count": layer.featureCount(),
            "left": named(layer, "Leiden") is not None, "left_elsewhere": named(elsewhere, "Leiden") is not None}


def step_delete_with_the_option():
    QgsProject.instance().clear()
    (layer,), _, _ = add("MAPFLOW:,ALLOW_DELETE=YES", choose=("processings",))
    iface.setActiveLayer(layer)
    row = named(layer, "Leiden")
    layer.selectByIds([row.id()])
    layer.startEditing()
    offered = iface.actionDeleteSelected().isEnabled()
    layer.deleteFeature(row.id())
    done = layer.commitChanges()
    return {"offered": offered, "done": done, "bar": bar(), "left": named(layer, "Leiden") is not None,
            "count": layer.featureCount()}


def step_submit():
    """An area that QGIS's writer submits: what it does when the file is complete confirms the area."""
    area = QgsVectorLayer(os.environ["AREA"], "area", "ogr")
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "MAPFLOW", "harbour"
    options.layerOptions = ["MODEL=buildings", "PROVIDER=Mapbox"]
    context = QgsProject.instance().transformContext()
    return QgsVectorFileWriter.writeAsVectorFormatV3(area, "MAPFLOW:", context, options)[:2]
