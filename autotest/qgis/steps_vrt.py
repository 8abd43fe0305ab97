"""A VRT file in the Browser. Runs inside QGIS."""

from qgis.utils import iface

from user import FOLDER, Choice, drawn, wait

seen = {}


def child(parent, name):
    """The item of that name, when the item that holds it is expanded."""
    model = iface.browserModel()
    for _ in range(100):
        model.fetchMore(parent)
        for row in range(model.rowCount(parent)):
            index = model.index(row, 0, parent)
            if model.dataItem(index).name() == name:
                return index
        wait(100)
    raise AssertionError(f"{name} is not in the Browser.")


def step_browse():
    """The folder of the file, which is a favourite."""
    model = iface.browserModel()
    model.addFavoriteDirectory(str(FOLDER / "files"), "files")
    seen["file"] = child(child(child(model.index(-1, -1), "Favorites"), "files"), "buildings.vrt")
    wait(2000)
    return True


def step_expand():
    """The file: its layers."""
    seen["layer"] = child(seen["file"], "buildings")
    return True


def step_add():
    """What a double click on the layer does."""
    uri, = iface.browserModel().dataItem(seen["layer"]).mimeUris()
    with Choice():
        layer = iface.addVectorLayer(uri.uri, uri.name, uri.providerKey)
    drawn()
    return [layer.isValid(), layer.featureCount(), layer.fields().indexOf("class_id") >= 0]
