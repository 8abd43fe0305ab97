"""The GeoJSON driver as the oracle for what a result must look like.

A layer is taken down as plain values (a Snapshot) and two of these are
compared, so that a failure shows the first lines that differ. The oracle is
read with exceptions off: the GeoJSON driver reports a geometry it cannot use
as an error and goes on, and it is the layer it goes on with that counts.
"""

import contextlib
import difflib
import math
import struct
import uuid
from dataclasses import dataclass, field

from osgeo import gdal, ogr, osr

# What the layer under test may do differently from the oracle's.
COUNT = "count"  # the oracle's GetFeatureCount() is not the number of its rows
EXTENT = "extent"  # the oracle's extent is not that of the geometries in its rows
ID_FIELD = "id field"  # the field "id" that feature-level ids become here is not compared

MODULES = (gdal, ogr, osr)  # before GDAL 3.7 each of them has a switch for exceptions
LIST_GETTERS = {
    ogr.OFTIntegerList: "GetFieldAsIntegerList",
    ogr.OFTInteger64List: "GetFieldAsInteger64List",
    ogr.OFTStringList: "GetFieldAsStringList",
}
NAMED_NUMBERS = {ogr.OFTInteger: "GetFieldAsInteger", ogr.OFTInteger64: "GetFieldAsInteger64"}
DATES = (ogr.OFTDate, ogr.OFTTime, ogr.OFTDateTime)


@dataclass
class Snapshot:
    """A layer as plain values, each already in the form in which it is compared."""

    fields: list = field(default_factory=list)
    geometry_type: str = ""
    srs: str = ""
    count: int = 0
    extent: str = ""
    rows: list = field(default_factory=list)

    def lines(self):
        """The whole snapshot as text, one fact a line."""
        yield f"geometry type {self.geometry_type}"
        yield f"srs {self.srs}"
        yield f"feature count {self.count}"
        yield f"extent {self.extent}"
        yield from (f"field {name}: {definition}" for name, definition in self.fields)
        for number, (values, geometry) in enumerate(self.rows):
            yield from (f"row {number} {name!a} = {value}" for name, value in values)
            yield f"row {number} geometry = {geometry}"


def switch(modules, wanted):
    """Switch exceptions on or off in modules of the bindings.

    Returns those whose state has changed, the last one first: GDAL 3.6 keeps
    them on a stack, and only the one on top can be switched off.
    """
    changed = []
    waiting = [module for module in modules if bool(module.GetUseExceptions()) != wanted]
    while waiting:
        for module in waiting:
            with contextlib.suppress(RuntimeError):
                (module.UseExceptions if wanted else module.DontUseExceptions)()
            if bool(module.GetUseExceptions()) == wanted:
                changed.insert(0, module)
        if not set(waiting) & set(changed):
            raise RuntimeError("exceptions cannot be switched")
        waiting = [module for module in waiting if module not in changed]
    return changed


@contextlib.contextmanager
def exceptions(wanted):
    """Have exceptions switched on or off."""
    changed = switch(MODULES, wanted)
    try:
        yield
    finally:
        switch(changed, not wanted)


@contextlib.contextmanager
def tolerant():
    """Read on after an error, silently."""
    with exceptions(False):
        gdal.PushErrorHandler("CPLQuietErrorHandler")
        try:
            yield
        finally:
            gdal.PopErrorHandler()
            gdal.ErrorReset()


@contextlib.contextmanager
def open_oracle(source):
    """The dataset that the GeoJSON driver sees in bytes or in the file of a path.

    Yields None where that driver does not take the document.
    """
    name = f"/vsimem/oracle/{uuid.uuid4()}.geojson"
    content = source if isinstance(source, bytes) else source.read_bytes()
    gdal.FileFromMemBuffer(name, content)
    try:
        with tolerant():
            dataset = gdal.OpenEx(name, gdal.OF_VECTOR, allowed_drivers=["GeoJSON"],
                                  open_options=["NATIVE_DATA=NO"])
        yield dataset
    finally:
        dataset = None
        gdal.Unlink(name)


def double_bits(value):
    """A double with all its bits, and readable: NaN and -0 count as themselves."""
    return f"{value!r} ({struct.pack('>d', value).hex()})"


def value_text(feature, index):
    """One field value, exactly, whatever its type."""
    if not feature.IsFieldSet(index):
        return "unset"
    if feature.IsFieldNull(index):
        return "null"
    kind = feature.GetFieldDefnRef(index).GetType()
    if kind == ogr.OFTReal:
        return double_bits(feature.GetFieldAsDouble(index))
    if kind == ogr.OFTRealList:
        return "[" + ", ".join(map(double_bits, feature.GetFieldAsDoubleList(index))) + "]"
    if kind in NAMED_NUMBERS:
        return str(getattr(feature, NAMED_NUMBERS[kind])(index))
    if kind in LIST_GETTERS:
        return ascii(getattr(feature, LIST_GETTERS[kind])(index))
    if kind in DATES:
        return str(feature.GetFieldAsDateTime(index))
    return repr(bytes(feature.GetFieldAsBinary(index)))  # text; it may not be UTF-8


def field_definition(definition):
    """A field's name and all else that defines it."""
    kind = ogr.GetFieldTypeName(definition.GetType())
    sub_type = ogr.GetFieldSubTypeName(definition.GetSubType())
    return (ascii(definition.GetName()),
            f"{kind}({sub_type}) width {definition.GetWidth()}.{definition.GetPrecision()}")


def extent_text(layer):
    """The extent with all bits, or "none" for a layer that has none."""
    if layer.GetGeomType() == ogr.wkbNone:
        return "none"
    try:
        extent = layer.GetExtent(can_return_null=True)
    except RuntimeError:
        extent = None
    return "none" if extent is None else ", ".join(map(double_bits, extent))


def extent_of_rows(layer):
    """The extent of the geometries in a layer, None when there is nothing; leaves it rewound."""
    boxes = []
    with tolerant():
        layer.ResetReading()
        for feature in layer:
            geometry = feature.GetGeometryRef()
            if geometry is not None and not geometry.IsEmpty():
                boxes.append(geometry.GetEnvelope())
        layer.ResetReading()
    boxes = [box for box in boxes if not any(map(math.isnan, box))]
    if not boxes:
        return None
    lowest, highest = list(map(min, zip(*boxes))), list(map(max, zip(*boxes)))
    return lowest[0], highest[1], lowest[2], highest[3]


def row_of(feature):
    """One feature's values and geometry."""
    values = [(feature.GetFieldDefnRef(i).GetName(), value_text(feature, i))
              for i in range(feature.GetFieldCount())]
    geometry = feature.GetGeometryRef()
    if geometry is None:
        return values, "none"
    return values, f"{bytes(geometry.ExportToIsoWkb()).hex()} ({geometry.ExportToIsoWkt()[:200]})"


def snapshot(layer):
    """Everything about a layer that a program could see; leaves it rewound."""
    definition = layer.GetLayerDefn()
    srs = layer.GetSpatialRef()
    layer.ResetReading()
    taken = Snapshot(
        fields=[field_definition(definition.GetFieldDefn(i))
                for i in range(definition.GetFieldCount())],
        geometry_type=ogr.GeometryTypeToName(layer.GetGeomType()),
        srs="none" if srs is None else
        f"{srs.ExportToWkt(['FORMAT=WKT2_2019'])} axes {srs.GetDataAxisToSRSAxisMapping()}",
        count=layer.GetFeatureCount(),
        extent=extent_text(layer),
    )
    layer.ResetReading()
    taken.rows = [row_of(feature) for feature in layer]
    layer.ResetReading()
    return taken


def drop_field(taken, name):
    """Take a field out of a snapshot."""
    taken.fields = [f for f in taken.fields if f[0] != ascii(name)]
    taken.rows = [([v for v in values if v[0] != name], geometry)
                  for values, geometry in taken.rows]


def assert_same_layer(lyr, oracle_lyr, differences=()):
    """Fail, with a diff, unless both layers are the same but for the differences.

    FIDs are not compared: the oracle takes them from ids, where the layer
    under test numbers its rows, which is checked here as well.
    """
    ours = snapshot(lyr)
    with tolerant():
        theirs = snapshot(oracle_lyr)
    if COUNT in differences:
        theirs.count = len(theirs.rows)
    if EXTENT in differences:
        theirs.extent = ours.extent
        assert extent_of_rows(oracle_lyr) == (lyr.GetExtent() if ours.extent != "none" else None)
    if ID_FIELD in differences:
        for taken in (ours, theirs):
            drop_field(taken, "id")
    difference = list(difflib.unified_diff(list(theirs.lines()), list(ours.lines()),
                                           "the GeoJSON driver", "this driver", lineterm="", n=1))
    assert not difference, "\n".join(difference[:60])
    fids = [row.GetFID() for row in lyr]
    lyr.ResetReading()
    assert fids == list(range(len(fids)))
