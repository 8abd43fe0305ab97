"""Where the awkward documents may be read differently from GDAL's GeoJSON driver.

The GeoJSON driver takes each of them. The driver under test shall show the same
layer, except for what the tables below allow. These peculiarities of the GeoJSON
driver are matched, because users see them today (GDAL 3.6; where another version
differs, the driver does too):

Types
    An integer column that meets a string, a date or an object becomes
    String(JSON); a string column that meets an integer stays String. So the
    order of the features decides, also for date, list and empty list.
    An empty list alone is String(JSON), and stays it; in a list column it is
    an empty list. A list with a null, a nested list, or booleans among numbers
    is String(JSON). A null decides nothing until a value comes.
    Text is looked at for dates, times and date-times, text in lists is not.
Text
    Values in a text column that are no text are written as json-c does:
    "{ "a": 1, "b": [ ] }", reals with 17 digits ("0.10000000000000001"), "/"
    inside as "\\/". A string ends at \\u0000, a key as well.
    A lone surrogate is U+FFFD; a high one swallows an escape \\uXXXX after it.
Numbers
    -0 is the integer 0. Integers beyond 64 bits saturate. 1e400 is infinity.
Geometries
    What cannot be read is a null geometry, a part that cannot be read is left
    out. Polygon [] and Point [] are null, MultiPolygon [] is empty. An unclosed
    ring stays so. A null in a multipoint is POINT EMPTY. A third ordinate makes
    the layer 3D, and its SRS EPSG:4979; a fourth is ignored.
Members
    The members of a feature are found in any case ("GEOMETRY"), but only
    "geometry" counts for the layer's type. Of a repeated key the last value
    counts, in the first one's place; a repeated "features" continues the list.
    What is no object in "features" is no row. Without "properties" the other
    members are the fields; with properties that are no object they declare
    fields that are never set.
Fields
    Their order honours the order within every feature, where these do not
    contradict each other; between independent ones the alphabet decides.
"""

from osgeo import gdal

import oracle
from awkward_documents import documents  # noqa: F401 (the tests take both from here)

# Not JSON, or not a FeatureCollection of Features: may be refused.
# Opened, it must be the layer that the GeoJSON driver shows.
MAY_BE_REFUSED = {
    "feature_empty_object": "not a Feature",
    "feature_scalar_or_array": "not Features",
    "feature_null": "not a Feature",
    "feature_type_key_other_case": "not a Feature",
    "feature_type_missing": "not a Feature",
    "feature_type_wrong": "not a Feature",
    "key_invalid_utf8": "JSON is UTF-8",
    "layout_form_feed_between_tokens": "form feed is not white space in JSON",
    "single_collection_type_other_case": "type names have one spelling",
    "single_feature": "not a FeatureCollection",
    "single_geometry": "not a FeatureCollection",
    "single_type_last_and_wrong": "not a FeatureCollection",
    "string_invalid_utf8": "JSON is UTF-8",
    "string_latin1_overlong_and_surrogate_bytes": "JSON is UTF-8",
}

# The GeoJSON driver damages a value, refuses the document or takes it for another format: no comparison, so many rows
# must be there.
MISREAD = {
    # An exponent of four digits makes it read the number as the integer before the "e".
    "number_overflow_four_digit_exponent": 2,
}
if int(gdal.VersionInfo()) >= 3070000:
    MISREAD["number_zero_forms"] = 1  # 0e5 is an integer to it, 1e5 is not
if int(gdal.VersionInfo()) >= 3130000:
    MISREAD |= {
        # It refuses numbers that overflow.
        "coordinates_number_forms": 7, "nested_values_written_back": 2, "number_beyond_int64": 1,
        "number_beyond_int64_in_list": 1, "number_overflow": 2, "number_underflow": 1,
        "number_int64_edges": 1,  # negative integers of 19 digits are reals to it
        "geometry_unknown_type": 3,  # it reads the curves of JSON-FG
        "many_ordinates": 2,  # from the fifth ordinate on the third does not count either
        "null_parts": 7,  # a null among points makes the geometry null, among lines it is no empty line
        **{f"dimension_first_part_null_then_{parts}_{words}": 1 for parts in (1, 2, 3) for words in ("2d", "3d")},
    }

# A feature-level id is a field "id" unless a property has that name: its type
# and values. The GeoJSON driver takes a non-negative integer as FID instead,
# and puts a text into the integer column of the property, as 0.
ID_FIELDS = {
    "id_before_properties": ("Integer(None)", ["9"]),
    "id_duplicate_key": ("Integer(None)", ["6"]),
    "id_int": ("Integer(None)", ["30", "10", "20"]),
    "id_int64": ("Integer64(None)", ["1", "3000000000"]),
    "id_int_duplicate": ("Integer(None)", ["5", "5", "5"]),
    "id_int_then_string": ("String(None)", ["b'5'", "b'x'"]),
    "id_only_on_some": ("Integer(None)", ["unset", "7", "unset"]),
    "id_other_case": ("Integer(None)", ["5", "6"]),
    "id_string_and_property_id_on_some": ("Integer(None)", ["100", "unset", "102"]),
    "id_zero": ("Integer(None)", ["0"]),
}

# The GeoJSON driver counts Features, and returns whatever objects there are.
MISCOUNTED = {"feature_empty_object", "feature_type_key_other_case", "feature_type_missing",
              "feature_type_wrong"}

# From GDAL 3.9 on the GeoJSON driver's extent holds all coordinates in the document, also those of what
# is no geometry and of a geometry that is replaced; it is inf to -inf where all geometries are empty.
# A layer that is read here has the extent of its geometries.
WITH_COORDINATES_OF_NO_GEOMETRY = {
    "all_geometries_empty", "coordinates_nested_too_deep", "coordinates_nested_too_flat",
    "coordinates_null_ordinate", "coordinates_number_forms", "coordinates_text_ordinate",
    "coordinates_too_few_ordinates", "feature_geometry_in_two_cases",
} if int(gdal.VersionInfo()) >= 3090000 else set()


def differences(name):
    """What oracle.assert_same_layer() shall allow for a document."""
    allowed = set()
    if name in MISCOUNTED:
        allowed.add(oracle.COUNT)
    if name in WITH_COORDINATES_OF_NO_GEOMETRY:
        allowed.add(oracle.EXTENT)
    if name in ID_FIELDS:
        allowed.add(oracle.ID_FIELD)
    return allowed
