"""A processing in QGIS, from typing its name to saving it. Runs inside QGIS."""

from qgis.core import Qgis, QgsProject, QgsVectorFileWriter, QgsVectorLayer

from user import (BUILDINGS, FOLDER, add, bar, click, colours_on_the_map, drawn, embedded_colours, is_filled, layers,
                  open_project, pan, rows_of_the_table, save_project)


def step_draw():
    (layer,), choice, dialog = add(BUILDINGS, delay=3000)  # longer than an answer serves others
    return {"qgis": Qgis.QGIS_VERSION, "valid": layer.isValid(), "name": layer.name(), "count": layer.featureCount(),
            "renderer": layer.renderer().type(), "colours": colours_on_the_map(), "options": dialog.shown,
            "first": choice.first, "rows": choice.rows, "bar": bar()}


def step_pan_and_zoom():
    pan((0.3, 0.0), (0.3, 0.2), (0.3, -0.2), (1.0, 0.0))


def step_attribute_table():
    return rows_of_the_table(layers()[0])


def step_identify():
    layer = layers()[0]
    first = next(layer.getFeatures())
    return click(layer, first.geometry().pointOnSurface().asPoint()) == [first.id()] and \
        layer.getFeature(first.id())["id"] == first["id"]


def step_filter():
    layer = layers()[0]
    accepted = layer.setSubsetString("class_id = 101")
    drawn()
    counts = [layer.featureCount(), len(list(layer.getFeatures()))]
    layer.setSubsetString("")
    return [accepted, *counts, layer.featureCount()]


def step_save_as():
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    # QGIS 3.22 cannot write columns of JSON, whatever layer they are in.
    fields = layers()[0].fields()
    options.attributes = [i for i in range(fields.count()) if fields.at(i).typeName() != "JSON"]
    outcome = QgsVectorFileWriter.writeAsVectorFormatV3(
        layers()[0], str(FOLDER / "saved.gpkg"), QgsProject.instance().transformContext(), options)
    return [outcome[1], QgsVectorLayer(str(FOLDER / "saved.gpkg"), "saved", "ogr").featureCount()]


def step_reopen():
    source = layers()[0].source()
    save_project("result.qgz")
    layer, = open_project("result.qgz")
    return [layer.isValid(), layer.source() == source, layer.featureCount(), layer.renderer().type()]


def step_option_in_the_string():
    (layer,), _, _ = add(f"{BUILDINGS},STYLE=NO")
    return [layer.isValid(), layer.featureCount(), is_filled(layer)]


def step_option_in_the_dialog():
    (layer,), _, _ = add(BUILDINGS, STYLE="No")
    return [layer.isValid(), "|option:STYLE=NO" in layer.source(), layer.featureCount(), is_filled(layer)]


def step_areas():
    (layer,), _, _ = add(f"{BUILDINGS},STATUS_ONLY=YES", choose=("aois",))
    plain = QgsVectorLayer(f"{BUILDINGS},STYLE=NO|layername=aois", "", "ogr")
    return [layer.renderer().type(), embedded_colours(layer), is_filled(plain)]
