"""Awkward FeatureCollections, one peculiarity each.

A case is the text of a document, because its spelling often makes it awkward: two
keys of one name, an escape, the digits of a number. A case that is not UTF-8 is
given as bytes. awkward.py lists where the driver under test may differ from the
GeoJSON driver.

Usage: awkward_documents.py FOLDER    writes each document to a file, for the unit tests
"""

import itertools
import pathlib
import re
import sys

POINT = '{"type":"Point","coordinates":[4.5,52.25]}'
RING = "[[4,52],[5,52],[5,53],[4,52]]"
HOLE = "[[4.6,52.2],[4.8,52.2],[4.8,52.3],[4.6,52.2]]"

CASES = {}


def feature(properties="{}", geometry=POINT, members=""):
    """The text of a feature; members is text that goes before its closing brace."""
    return ('{"type":"Feature","properties":' + properties + ',"geometry":' + geometry
            + members + "}")


def collection(*features, members=""):
    """The text of a FeatureCollection; members is text that goes before "features"."""
    return '{"type":"FeatureCollection",' + members + '"features":[' + ",".join(features) + "]}"


def case(name, document):
    """Add one document."""
    assert name not in CASES, name
    CASES[name] = document.encode("utf-8") if isinstance(document, str) else document


def properties_case(name, *properties):
    """Add a document with one feature for each text of a properties object."""
    case(name, collection(*map(feature, properties)))


def geometries_case(name, *geometries):
    """Add a document with one feature for each text of a geometry."""
    case(name, collection(*(feature('{"n":%d}' % i, g) for i, g in enumerate(geometries))))


def members_case(name, *members):
    """Add a document with one feature for each text of further feature members."""
    case(name, collection(*(feature('{"n":%d}' % i, members="," + m)
                            for i, m in enumerate(members))))


def geometry(kind, coordinates):
    """The text of a geometry."""
    return '{"type":"%s","coordinates":%s}' % (kind, coordinates)


def geometry_collection(*parts):
    """The text of a GeometryCollection."""
    return '{"type":"GeometryCollection","geometries":[' + ",".join(parts) + "]}"


def geometry_cases():
    """Kinds, dimensions, emptiness and damage of geometries."""
    flat = {
        "point": geometry("Point", "[4.5,52.25]"),
        "linestring": geometry("LineString", "[[4,52],[5,53]]"),
        "polygon": geometry("Polygon", f"[{RING},{HOLE}]"),
        "multipoint": geometry("MultiPoint", "[[4,52],[5,53]]"),
        "multilinestring": geometry("MultiLineString", "[[[4,52],[5,53]],[[4,53],[5,52]]]"),
        "multipolygon": geometry("MultiPolygon", f"[[{RING},{HOLE}],[{RING}]]"),
    }
    flat["geometrycollection"] = geometry_collection(flat["point"], flat["polygon"])
    for kind, text in flat.items():
        geometries_case(f"geometry_{kind}", text, text)
        geometries_case(f"geometry_{kind}_z", re.sub(r"(\.\d+|\d)\](?!\])", r"\1,-1.5]",
                                                   re.sub(r"(\.\d+|\d)\](?=\])", r"\1,7]", text)))
    geometries_case("geometry_all_kinds", *flat.values())
    geometries_case("geometry_collection_nested",
                    geometry_collection(geometry_collection(flat["point"]), flat["linestring"]),
                    geometry_collection(geometry_collection(geometry_collection())))
    geometries_case("geometry_collection_with_null_and_unknown_part",
                    geometry_collection("null", flat["point"], '{"type":"Circle"}', "{}"))
    geometries_case("geometry_collection_geometries_not_array",
                    '{"type":"GeometryCollection","geometries":{}}')
    for kind in ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"):
        geometries_case(f"empty_{kind.lower()}", geometry(kind, "[]"), flat[kind.lower()])
    geometries_case("empty_geometrycollection", geometry_collection(), flat["geometrycollection"])
    geometries_case("empty_parts", geometry("Polygon", "[[]]"), geometry("Polygon", f"[{RING},[]]"),
                    geometry("Polygon", f"[[],{RING}]"), geometry("MultiLineString", "[[]]"),
                    geometry("MultiPolygon", "[[]]"), geometry("MultiPolygon", "[[[]]]"),
                    geometry("MultiPoint", "[[]]"))
    geometries_case("null_parts", geometry("MultiPoint", "[null,[4,52]]"),
                    geometry("MultiLineString", "[null,[[4,52],[5,53]]]"),
                    geometry("Polygon", "[null]"), geometry("Polygon", f"[{RING},null]"),
                    geometry("MultiPolygon", f"[null,[{RING}]]"),
                    geometry("LineString", "[[4,52],null]"), geometry("Polygon", "[[[4,52],null]]"))
    geometries_case("all_geometries_empty", geometry("Point", "[]"), geometry("Polygon", "[]"))

    geometries_case("dimension_first_2d_then_3d", flat["point"], geometry("Point", "[4,52,9]"))
    geometries_case("dimension_first_3d_then_2d", geometry("Point", "[4,52,9]"), flat["point"])
    geometries_case("dimension_mixed_in_line", geometry("LineString", "[[4,52],[4,53,9],[5,53]]"))
    geometries_case("dimension_mixed_in_ring",
                    geometry("Polygon", "[[[4,52],[5,52],[5,53,3],[4,52]]]"))
    geometries_case("dimension_mixed_in_parts", geometry("MultiPoint", "[[4,52],[5,53,1]]"),
                    geometry("MultiLineString", "[[[4,52],[5,53]],[[4,53,2],[5,52,3]]]"),
                    geometry_collection(flat["point"], geometry("Point", "[4,52,9]")))
    geometries_case("dimension_z_then_other_kind", geometry("Point", "[4,52,9]"), flat["polygon"],
                    geometry("LineString", "[[4,52,1],[5,53,2]]"))
    flat_line, high_line = "[[4,52],[5,53]]", "[[4,52,9],[5,53,9]]"
    for name, first in (("empty", "[]"), ("null", "null")):
        for words, line in (("2d", flat_line), ("3d", high_line)):
            for parts in (1, 2, 3):
                geometries_case(f"dimension_first_part_{name}_then_{parts}_{words}",
                                geometry("MultiLineString", f"[{','.join([first] + [line] * parts)}]"))
    geometries_case("dimension_first_polygon_empty_of_three",
                    geometry("MultiPolygon", f"[[],[{RING}],[{RING}]]"))
    geometries_case("dimension_first_ring_empty_of_three", geometry("Polygon", f"[[],{RING},{RING}]"))
    geometries_case("dimension_first_line_empty_in_collection", geometry_collection(
        geometry("MultiLineString", f"[[],{high_line},{high_line}]"), flat["point"]))
    geometries_case("measure_as_fourth_ordinate", geometry("Point", "[4,52,9,100]"),
                    geometry("LineString", "[[4,52,9,100],[5,53,9,200]]"))
    geometries_case("many_ordinates", geometry("Point", "[4,52,9,1,2,3,4]"),
                    geometry("Point", '[4,52,9,"text",null]'))

    geometries_case("geometry_null", "null", flat["point"], "null")
    geometries_case("geometry_null_only", "null", "null")
    geometries_case("geometry_not_object", '"Point"', "7", "true", "[4,52]", flat["point"])
    geometries_case("geometry_empty_object", "{}", flat["point"])
    geometries_case("geometry_unknown_type", geometry("Circle", "[4,52]"),
                    geometry("CircularString", "[[4,52],[5,53],[6,52]]"), flat["point"])
    geometries_case("geometry_type_not_string", '{"type":7,"coordinates":[4,52]}',
                    '{"type":null,"coordinates":[4,52]}', '{"type":["Point"],"coordinates":[4,52]}')
    geometries_case("geometry_type_other_case", geometry("POINT", "[4,52]"),
                    geometry("polygon", f"[{RING}]"))
    geometries_case("geometry_keys_other_case", '{"TYPE":"Point","Coordinates":[4,52]}')
    geometries_case("geometry_without_type", '{"coordinates":[4,52]}')
    geometries_case("geometry_without_coordinates", '{"type":"Point"}', '{"type":"Polygon"}',
                    '{"type":"GeometryCollection"}', '{"type":"LineString","coordinates":null}')
    geometries_case("geometry_coordinates_not_array", geometry("Point", "{}"),
                    geometry("Point", '"4,52"'), geometry("LineString", "7"),
                    geometry("Polygon", "{}"), geometry("MultiPoint", "true"),
                    geometry("MultiPolygon", '{"a":[]}'))
    geometries_case("geometry_coordinates_before_type", '{"coordinates":[4,52],"type":"Point"}')
    geometries_case("geometry_with_further_members",
                    '{"bbox":[4,52,4,52],"type":"Point","note":{"type":"Polygon","coordinates":[]},'
                    '"coordinates":[4,52],"crs":null}')
    geometries_case("geometry_with_own_crs",
                    '{"type":"Point","coordinates":[500000,6800000],"crs":{"type":"name",'
                    '"properties":{"name":"EPSG:3857"}}}')
    geometries_case("geometry_duplicate_keys",
                    '{"type":"Polygon","type":"Point","coordinates":[1,2],"coordinates":[4,52]}')
    geometries_case("ring_not_closed", geometry("Polygon", "[[[4,52],[5,52],[5,53]]]"))
    geometries_case("ring_with_few_points", geometry("Polygon", "[[[4,52]]]"),
                    geometry("Polygon", "[[[4,52],[4,52]]]"),
                    geometry("Polygon", "[[[4,52],[5,52],[4,52]]]"))
    geometries_case("line_with_one_point", geometry("LineString", "[[4,52]]"))
    geometries_case("coordinates_too_few_ordinates", geometry("Point", "[4]"),
                    geometry("LineString", "[[4],[5,53]]"),
                    geometry("Polygon", "[[[4,52],[5],[5,53],[4,52]]]"),
                    geometry("MultiPoint", "[[4,52],[5]]"), flat["point"])
    geometries_case("coordinates_null_ordinate", geometry("Point", "[null,52]"),
                    geometry("Point", "[4,52,null]"), geometry("LineString", "[[4,52],[5,null]]"),
                    flat["point"])
    geometries_case("coordinates_text_ordinate", geometry("Point", '["4","52"]'),
                    geometry("LineString", '[[4,52],["5",53]]'), geometry("Point", "[true,52]"),
                    flat["point"])
    geometries_case("coordinates_nested_too_deep", geometry("Point", "[[4,52]]"),
                    geometry("LineString", "[[[4,52],[5,53]]]"),
                    geometry("Polygon", f"[[{RING}]]"))
    geometries_case("coordinates_nested_too_flat", geometry("LineString", "[4,52,5,53]"),
                    geometry("Polygon", RING), geometry("MultiPolygon", f"[{RING}]"),
                    geometry("MultiPoint", "[4,52]"))
    geometries_case("coordinates_bad_inner_ring_or_part",
                    geometry("Polygon", f"[{RING},[[4,52],[5]],{HOLE}]"),
                    geometry("MultiLineString", "[[[4,52],[5,53]],[[4,52],[5]]]"),
                    geometry("MultiPolygon", f"[[{RING}],[[[4]]]]"))
    geometries_case("coordinates_number_forms", geometry("Point", "[4e0,5.2E+1]"),
                    geometry("Point", "[-0,0]"), geometry("Point", "[-0.0,1e-7]"),
                    geometry("Point", "[4.123456789012345678901234567890,52.00000000000000710543]"),
                    geometry("Point", "[1e400,-1e400]"), geometry("Point", "[1.5e-320,5e-324]"),
                    geometry("Point", "[9007199254740993,9223372036854775808]"))


TYPES = {
    "null": ("null", "null"),
    "bool": ("true", "false"),
    "int": ("7", "-3"),
    "int64": ("3000000000", "-900719925474099267"),
    "real": ("1.5", "0.1"),
    "string": ('"text"', '"12"'),
    "date": ('"2026-08-02"', '"1999-12-31"'),
    "time": ('"12:34:56"', '"23:59:59"'),
    "datetime": ('"2026-08-02T12:34:56Z"', '"1999-12-31T23:59:59"'),
    "object": ('{"a":1}', '{"b":[1,{"c":null}]}'),
    "empty_object": ("{}", "{}"),
    "empty_list": ("[]", "[]"),
    "bools": ("[true,false]", "[true]"),
    "ints": ("[1,2]", "[-3]"),
    "int64s": ("[1,3000000000]", "[3000000000]"),
    "reals": ("[1.5,2.5]", "[0.1]"),
    "strings": ('["a","b"]', '["2026-08-02"]'),
    "mixed_list": ('[1,"a"]', '[{"a":1},null]'),
}


def type_cases():
    """Every type of value after every other; lists; nulls; nested values."""
    for first, (value, _) in TYPES.items():
        columns = {f"{first}_then_{second}": (value, other[1]) for second, other in TYPES.items()}
        properties_case(f"types_{first}_then_other",
                        *("{" + ",".join(f'"{name}":{values[row]}'
                                         for name, values in columns.items()) + "}"
                          for row in (0, 1, 0)))
    widening = {"bool": "true", "int": "1", "int64": "5000000000", "real": "0.5"}
    for order in itertools.permutations(widening):
        properties_case("widening_" + "_".join(order), *('{"v":%s}' % widening[t] for t in order))
    properties_case("null_between", '{"a":null,"b":1,"c":"x"}', '{"a":null,"b":null,"c":null}',
                    '{"a":3,"b":2.5,"c":7}', '{"a":4}')
    properties_case("null_only", '{"a":null}', '{"a":null}')
    properties_case("absent_null_and_empty", "{}", '{"a":null}', '{"a":""}', '{"a":"x"}')
    properties_case("list_forms", '{"a":[1,2.5],"b":[2.5,1],"c":[true,1],"d":[1,true],"e":["a",1],'
                    '"f":[1,null],"g":[null],"h":[[1],[2]],"i":[{"a":1}],"j":["a",null],"k":[0.5,true],'
                    '"l":[3000000000,0.5],"m":[1,3000000000,2],"n":["",""],"o":[true,"a"]}')
    properties_case("list_column_meets_null_elements", '{"a":[1],"b":["x"],"c":[0.5]}',
                    '{"a":[2,null],"b":["y",null,"z"],"c":[null]}')
    properties_case("list_after_scalar_and_back", '{"a":1,"b":"x","c":0.5,"d":true}',
                    '{"a":[2,3],"b":["y","z"],"c":[1],"d":[false]}',
                    '{"a":4,"b":"w","c":2,"d":true}')
    properties_case("list_empty_between", '{"a":[1],"b":["x"],"c":[0.5],"d":[]}',
                    '{"a":[],"b":[],"c":[],"d":[]}', '{"a":[2],"b":["y"],"c":[1.5],"d":[1]}')
    properties_case("list_of_dates", '{"a":["2026-08-02","2026-08-03"]}')
    properties_case("list_long", '{"a":[' + ",".join(map(str, range(2000))) + "]}")
    properties_case("nested_values_written_back",
                    '{"a":{"s":"a/b \\"q\\" \\\\ \\u00e9 \\u0001 \\n","i":-0,"r":1.0,"e":1e30,"t":0.1,'
                    '"n":null,"b":[true,false],"o":{},"l":[],"x":{"y":{"z":[[]]}}}}',
                    '{"a":[1e400,-1e400,1.5e-320,9223372036854775808,123456789.123456789]}')
    properties_case("nested_values_with_white_space", '{"a": { "b" :\n[ 1 ,\t2 ] } }')
    properties_case("nested_geojson", '{"type":"FeatureCollection","features":[{"type":"Feature",'
                    '"properties":{"a":1},"geometry":null}],"geometry":' + POINT + ',"properties":{"b":2}}')
    properties_case("nested_30_levels", '{"a":' + '{"b":[' * 15 + "1" + "]}" * 15 + "}",
                    '{"a":' + "[" * 28 + "]" * 28 + "}")


def text_cases():
    """Strings, escapes, encodings, keys."""
    properties_case("string_escapes", r'{"a":"\"\\\/\b\f\n\r\t","b":"\u0041\u00e9\u20AC","c":"a\/b"}')
    properties_case("string_surrogate_pair", r'{"a":"\ud83c\udfe0","b":"x\uD83C\uDF32y"}')
    properties_case("string_surrogate_lone", r'{"a":"\ud83c","b":"\udfe0","c":"x\ud83cy",'
                    r'"d":"\ud83c\ud83c\udfe0","e":"\ud83c\n","f":"\ud83c\u0041","g":"\udfe0\ud83c"}')
    properties_case("string_escaped_nul", r'{"a":"x\u0000y","b":"\u0000","c":["p\u0000q","r"]}')
    properties_case("string_escaped_nul_in_key", r'{"a\u0000b":1,"a":2}')
    properties_case("string_control_escapes", r'{"a":"\u0001\u001f\u007f"}')
    properties_case("string_multibyte", '{"naïve":"Ĳ 漢字 🏠 e\u0301","\u200b":"\ufeff"}')
    properties_case("string_100_kb", '{"a":"' + "0123456789abcdef" * 6250 + '","b":"é"}')
    properties_case("string_numeric", '{"a":"12","b":"1e5","c":"true","d":"null","e":"[1]"}')
    case("string_invalid_utf8", collection(feature('{"a":"x@y","b":"@"}'), feature('{"a":"é"}'))
         .encode().replace(b"@", b"\xff\xc3\x28"))
    case("key_invalid_utf8", collection(feature('{"a@":1}')).encode().replace(b"@", b"\xe9"))
    case("string_latin1_overlong_and_surrogate_bytes",
         collection(feature('{"a":"@","b":"#"}')).encode()
         .replace(b"@", b"\xc0\xaf").replace(b"#", b"\xed\xa0\xbd"))
    properties_case("key_empty", '{"":1,"a":2}', '{"":"x"}')
    properties_case("key_with_dots_quotes_newlines", r'{"a.b":1,"a\"b":2,"a\nb":3,"a b":4,"a\\b":5}')
    properties_case("key_escaped_two_spellings", r'{"name":1}', r'{"n\u0061me":2}', r'{"\u006eame":3}')
    properties_case("key_escaped_twice_in_one_object", r'{"name":1,"n\u0061me":2}')
    properties_case("key_cases", '{"a":1,"A":2,"id":3,"ID":4,"Id":5}', '{"A":6}')
    properties_case("key_names_of_geojson", '{"type":"Feature","geometry":"g","features":[1],"properties":'
                    '"p","coordinates":[[1,2]],"bbox":[0,0,1,1],"crs":"c","name":"n"}')
    properties_case("key_names_of_fids", '{"fid":5,"FID":6,"ogc_fid":7,"OBJECTID":8}',
                    '{"fid":5,"FID":"x"}')
    properties_case("key_long", '{"' + "k" * 5000 + '":1}')
    properties_case("key_duplicate_in_properties", '{"a":1,"b":2,"a":"x"}', '{"a":3,"a":null}',
                    '{"a":null,"a":4}')
    case("property_repeated_back_to_its_type", collection(*(feature(text, "null") for text in (
        '{"a":1,"b":1.5}', '{"a":2,"b":2.5}', '{"a":3,"b":3.5,"b":{"c":1},"b":-19}',
        '{"a":4,"a":"x","a":5,"b":3.5}'))))
    case("property_three_times_after_settled", collection(*(feature(text, "null") for text in (
        '{"a":"12:55:00","b":true}', '{"a":"12:56:00","b":false}',
        '{"a":"12:02:00","b":false,"b":{},"b":["20240102"]}',
        '{"a":"12:02:00","b":true,"b":{"c":1},"b":false}'))))
    properties_case("key_geocouch", '{"_id":"a","_rev":"b","type":"Feature","geometry":null}')


def number_cases():
    """Numbers at the edges of their types."""
    properties_case("number_int32_edges", '{"a":2147483647,"b":-2147483648,"c":2147483648,'
                    '"d":-2147483649}')
    properties_case("number_int64_edges", '{"a":9223372036854775807,"b":-9223372036854775808,'
                    '"c":9223372036854775806}')
    properties_case("number_beyond_int64", '{"a":9223372036854775808,"b":-9223372036854775809,'
                    '"c":18446744073709551615,"d":123456789012345678901234567890}')
    properties_case("number_beyond_int64_in_list", '{"a":[1,9223372036854775808]}')
    properties_case("number_int64_after_real", '{"a":0.5}', '{"a":9007199254740993}')
    properties_case("number_int64_in_text_column", '{"a":"x"}', '{"a":9007199254740993}',
                    '{"a":0.1}', '{"a":1.0}', '{"a":1e300}', '{"a":true}')
    properties_case("number_zero_forms", '{"a":-0,"b":-0.0,"c":0e5,"d":0.0,"e":0}')
    properties_case("number_exponents", '{"a":1E5,"b":1e+5,"c":1e-5,"d":1.0,"e":12345678901234567e-3}')
    properties_case("number_overflow", '{"a":1e400,"b":-1e400,"c":1.7976931348623159e308}',
                    '{"a":1e999,"b":-1e999,"c":1e0400}')
    properties_case("number_overflow_four_digit_exponent", '{"a":1e1000,"b":0.5}', '{"a":1,"b":-1e1000}')
    properties_case("number_underflow", '{"a":1.5e-320,"b":5e-324,"c":1e-400,"d":-1e-400,'
                    '"e":2.2250738585072011e-308}')
    properties_case("number_17_digits", '{"a":0.10000000000000001,"b":52.160000000000004,'
                    '"c":9007199254740993.0,"d":1.7976931348623157e308,"e":0.30000000000000004}')
    properties_case("number_long_mantissa", '{"a":0.' + "3" * 400 + ',"b":1' + "0" * 300 + '.5,'
                    '"c":2.00000000000000011102230246251565404236316680908203125,'
                    '"d":2.00000000000000011102230246251565404236316680908203124,'
                    '"e":2.00000000000000011102230246251565404236316680908203126}')
    properties_case("number_halfway", '{"a":9007199254740993.5,"b":1.00000000000000016653345369,'
                    '"c":8.5,"d":6929495644600919.5,"e":7.3177701707893310e+15}')


def date_cases():
    """What looks like a date, and what only nearly does."""
    dates = ("2026-08-02", "2026/08/02", "2026-8-2", "2026-08", "2026", "2026-13-01", "2026-02-30",
             "0000-00-00", "26-08-02", "20260802", "02-08-2026", " 2026-08-02", "2026-08-02 ",
             "2026-08-02x", "12:34", "12:34:56", "12:34:56.789", "25:00:00", "12:34:56Z",
             "2026-08-02T12:34", "2026-08-02T12:34:56", "2026-08-02 12:34:56", "2026/08/02 12:34:56",
             "2026-08-02T12:34:56Z", "2026-08-02T12:34:56.7Z", "2026-08-02T12:34:56.789123Z",
             "2026-08-02T12:34:56.123456789+02:00", "2026-08-02T12:34:56+02", "2026-08-02T12:34:56+0230",
             "2026-08-02T12:34:56-05:00", "2026-08-02T12:34:56+00:00", "2026-08-02T12:34:60Z",
             "2026-08-02T24:00:00Z", "2026-08-02T", "2026-08-02T12", "20260802T123456Z",
             "Sun, 02 Aug 2026 12:34:56 GMT", "1-2", "1/2/3", "12-34-56", "a-b", "-1", "3/4", "1:2", ":",
             "/", "-", "2026-08-02T12:34:56 GMT", "-2026-08-02", "99999-01-01", "10.5.2026")
    properties_case("date_like_strings", "{" + ",".join(f'"{d}":"{d}"' for d in dates) + "}")
    properties_case("datetime_zones_mixed", '{"a":"2026-08-02T12:34:56Z","b":"2026-08-02T12:34:56+02:00"}',
                    '{"a":"2026-08-02T12:34:56","b":"2026-08-02T12:34:56Z"}',
                    '{"a":"2026-08-02T12:34:56+05:30","b":"2026-08-02T12:34:56.5-03:15"}')
    properties_case("datetime_fractions", '{"a":"2026-08-02T12:34:56.001Z","b":"2026-08-02T12:34:59.9999Z"}',
                    '{"a":"2026-08-02T00:00:00.5Z","b":"2026-08-02T12:34:56.123456Z"}')
    properties_case("date_then_datetime_then_date", '{"a":"2026-08-02"}', '{"a":"2026-08-02T12:00:00Z"}',
                    '{"a":"2026-08-03"}')
    properties_case("datetime_then_date", '{"a":"2026-08-02T12:00:00Z"}', '{"a":"2026-08-03"}')
    properties_case("date_then_text_then_date", '{"a":"2026-08-02","b":"2026-08-02T12:00:00+02:00",'
                    '"c":"12:00:00"}', '{"a":"soon","b":"later","c":"noon"}', '{"a":"2026-08-03"}')
    properties_case("date_slashed_then_text", '{"a":"2026/08/02","b":"2026/08/02 12:34:56+02"}',
                    '{"a":"soon","b":"later"}')
    properties_case("date_then_empty_text", '{"a":"2026-08-02"}', '{"a":""}')
    properties_case("date_after_null_and_text", '{"a":null,"b":"x"}',
                    '{"a":"2026-08-02","b":"2026-08-02"}')


def id_cases():
    """Feature-level ids, and a property of that name."""
    members_case("id_int", '"id":30', '"id":10', '"id":20')
    members_case("id_int64", '"id":1', '"id":3000000000')
    members_case("id_zero", '"id":0')
    members_case("id_int_duplicate", '"id":5', '"id":5', '"id":5')
    members_case("id_int_negative", '"id":-1', '"id":7')
    members_case("id_int_negative_later", '"id":7', '"id":-1', '"id":8')
    members_case("id_string", '"id":"b"', '"id":"a"')
    members_case("id_string_numeric", '"id":"30"', '"id":"10"')
    members_case("id_real", '"id":1.5', '"id":2.0')
    members_case("id_bool_and_object", '"id":true', '"id":{"a":1}', '"id":[1]')
    members_case("id_null", '"id":null', '"id":null')
    members_case("id_int_then_string", '"id":5', '"id":"x"')
    members_case("id_string_then_int", '"id":"x"', '"id":5')
    members_case("id_only_on_some", '"x":0', '"id":7', '"x":0')
    members_case("id_string_only_on_some", '"x":0', '"id":"s"', '"x":0')
    members_case("id_duplicate_key", '"id":5,"id":6')
    members_case("id_other_case", '"ID":5', '"Id":6')
    case("id_and_property_id", collection(feature('{"id":100,"a":1}', members=',"id":7'),
                                          feature('{"id":101,"a":2}', members=',"id":8')))
    case("id_string_and_property_id", collection(feature('{"id":100}', members=',"id":"x"'),
                                                 feature('{"id":101}', members=',"id":"y"')))
    case("id_string_and_property_id_on_some",
         collection(feature('{"a":1,"id":100}', members=',"id":"x"'),
                    feature('{"a":2}', members=',"id":"y"'), feature('{"a":3,"id":102}')))
    for name, identifier in (("int", "7"), ("negative", "-7"), ("string", '"x"')):
        case(f"id_{name}_and_property_ID", collection(
            feature('{"ID":100,"a":1}', members=f',"id":{identifier}'),
            feature('{"ID":101,"a":2}', members=f',"id":{identifier}')))
    case("id_before_properties",
         collection('{"id":9,"type":"Feature","geometry":' + POINT + ',"properties":{"a":1}}'))
    properties_case("id_property_int", '{"id":46391002,"a":1}', '{"id":46391001,"a":2}')
    properties_case("id_property_duplicate", '{"id":5}', '{"id":5}')
    properties_case("id_property_int64", '{"id":5000000000}', '{"id":7}')
    properties_case("id_property_string", '{"id":"08b2"}', '{"id":"08b1"}')
    properties_case("id_property_int_and_string", '{"id":1}', '{"id":"x"}')
    properties_case("id_property_null", '{"id":null}', '{"id":3}')
    properties_case("id_property_negative", '{"id":-5}', '{"id":-1}')


def member_cases():
    """Members of features and of the collection, their order and absence."""
    case("collection_empty", collection())
    case("collection_features_before_type", '{"features":[%s],"type":"FeatureCollection"}' % feature('{"a":1}'))
    case("collection_members_after_features",
         collection(feature('{"a":1}'))[:-1] + ',"bbox":[4,52,5,53],"total":{"features":[{"type":"Feature"}]},'
         '"list":[[1],{}]}')
    case("collection_members_before_features",
         collection(feature('{"a":1}'), members='"meta":{"type":"Feature","features":[1,2]},"list":[[{}]],'))
    case("collection_name_and_description",
         collection(feature('{"a":1}'), members='"name":"The name","description":"About it",'))
    case("collection_name_not_string", collection(feature(), members='"name":7,"description":null,'))
    case("collection_name_after_features", collection(feature())[:-1] + ',"name":"late"}')
    case("collection_coordinate_resolution",
         collection(feature(), members='"xy_coordinate_resolution":1e-7,"z_coordinate_resolution":0.01,'))
    case("collection_bbox", collection(feature(), members='"bbox":[0,0,1,1],'))
    case("collection_duplicate_features",
         collection(feature('{"a":1}'))[:-1] + ',"features":[' + feature('{"a":2,"b":3}') + "]}")
    case("collection_duplicate_type",
         '{"type":"FeatureCollection","type":"FeatureCollection","features":[' + feature() + "]}")
    case("collection_duplicate_name", collection(feature(), members='"name":"one","name":"two",'))
    for name, crs in {
            "epsg_4326": '{"type":"name","properties":{"name":"EPSG:4326"}}',
            "crs84": '{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}',
            "epsg_3857": '{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3857"}}',
            "code": '{"type":"EPSG","properties":{"code":32631}}',
            "null": "null",
            "unknown": '{"type":"name","properties":{"name":"nonsense"}}',
            "malformed": '{"type":7}'}.items():
        case(f"crs_{name}", collection(feature(), members=f'"crs":{crs},'))
    case("crs_after_features", collection(feature())[:-1]
         + ',"crs":{"type":"name","properties":{"name":"EPSG:3857"}}}')
    case("crs_on_z", collection(feature(geometry=geometry("Point", "[4,52,9]")),
                                members='"crs":{"type":"name","properties":{"name":"EPSG:4326"}},'))
    case("crs_unusable_with_z", collection(feature('{"a":1}', geometry("Point", "[1,2,3]")),
                                           members='"crs":{"type":"name","properties":{}},'))
    case("crs_without_geometries", collection(feature(geometry="null"),
                                              members='"crs":{"type":"name","properties":{"name":"EPSG:3857"}},'))

    members_case("feature_foreign_members", '"bbox":[4,52,4,52]', '"note":"x","nested":{"properties":{"a":1}}',
                 '"title":null')
    case("feature_geometry_first",
         collection('{"geometry":' + POINT + ',"properties":{"a":1},"type":"Feature"}',
                    '{"properties":{"a":2},"type":"Feature","geometry":' + POINT + "}"))
    case("feature_geometry_missing", collection('{"type":"Feature","properties":{"a":1}}', feature('{"a":2}')))
    case("feature_keys_other_case",
         collection('{"type":"Feature","Properties":{"a":1},"GEOMETRY":' + POINT + "}"))
    case("feature_type_key_other_case", collection('{"Type":"Feature","properties":{"a":1},"geometry":null}',
                                                   feature('{"a":2}')))
    case("feature_duplicate_properties",
         collection(feature('{"a":1}', members=',"properties":{"b":2}'), feature('{"a":3}')))
    case("feature_duplicate_geometry",
         collection(feature(members=',"geometry":' + geometry("Point", "[5,53]")), feature()))
    case("feature_duplicate_geometry_null", collection(feature(members=',"geometry":null')))
    case("feature_geometry_in_two_cases", collection(
        feature(members=',"Geometry":' + geometry("Point", "[5,53]")),
        feature(members=',"Geometry":null')))
    case("feature_properties_in_two_cases", collection(feature('{"a":1}', members=',"Properties":{"b":2}')))
    case("feature_properties_null", collection(feature("null"), feature('{"a":1}')))
    case("feature_properties_empty_array", collection(feature("[]"), feature('{"a":1}')))
    case("feature_properties_array", collection(feature("[1,2]"), feature('{"a":1}')))
    case("feature_properties_scalar", collection(feature('"text"'), feature("5"), feature('{"a":1}')))
    case("feature_properties_missing",
         collection('{"type":"Feature","geometry":' + POINT + ',"a":1,"b":"x","c":[1]}',
                    '{"type":"Feature","geometry":' + POINT + ',"a":2,"bbox":[1],"center":5}'))
    case("feature_properties_missing_on_some",
         collection(feature('{"a":1}'), '{"type":"Feature","geometry":' + POINT + ',"a":2,"b":3}'))
    case("feature_without_members", collection('{"type":"Feature"}', feature('{"a":1}')))
    case("feature_type_wrong", collection(feature('{"a":1}'),
                                          feature('{"a":2,"b":3}').replace("Feature", "feature"),
                                          feature('{"a":4}').replace('"Feature"', "7")))
    case("feature_type_missing", collection(feature('{"a":1}'),
                                            '{"properties":{"a":2},"geometry":' + POINT + "}"))
    case("feature_empty_object", collection("{}", feature('{"a":1}')))
    case("feature_null", collection("null", feature('{"a":1}'), "null"))
    case("feature_scalar_or_array", collection("7", feature('{"a":1}'), '"x"', "[]", "[" + feature('{"b":1}') + "]",
                                               "true"))
    case("fields_order_of_appearance", collection(feature('{"c":1,"a":2}'), feature('{"b":3}')))
    case("fields_order_interleaved", collection(feature('{"a":1,"d":2}'), feature('{"a":1,"b":2,"d":3}'),
                                                feature('{"a":1,"b":2,"c":2,"d":3}')))
    case("fields_order_conflicting", collection(feature('{"a":1,"b":2}'), feature('{"b":1,"a":2}'),
                                                feature('{"c":1,"a":2}'), feature('{"b":1,"c":2}')))
    case("fields_order_disjoint", collection(feature('{"z":1}'), feature('{"y":2,"x":3}'), feature('{"w":4}')))
    case("fields_300", collection(*(feature("{" + ",".join(f'"p{n * 7 % 300:03}":{n}'
                                                           for n in range(start, start + 25)) + "}")
                                    for start in range(0, 300, 20))))


def layout_cases():
    """White space around the same content."""
    document = collection(feature('{"a":1,"b":"x"}'), feature('{"a":2,"b":"y"}'))
    spread = document.replace(",", ",\n\t ").replace(":", " : ").replace("[", "[ ").replace("]", " ]")
    spread = spread.replace("{", "{\n").replace("}", "\n}")
    case("layout_spread_out", spread)
    case("layout_crlf", spread.replace("\n", "\r\n"))
    case("layout_cr", spread.replace("\n", "\r"))
    case("layout_byte_order_mark", b"\xef\xbb\xbf" + document.encode())
    case("layout_leading_white_space", "\r\n \t" + document)
    case("layout_trailing_white_space", document + "\n \t\r\n\n")
    case("layout_feature_a_line", document.replace('[{"type"', '[\n{"type"').replace('},{', '},\n{') + "\n")
    case("layout_white_space_over_a_buffer", document.replace("[", "[" + " " * 41000, 1))
    case("layout_form_feed_between_tokens", document.replace(",", ",\f\v", 1))


def single_cases():
    """Documents that are no FeatureCollection though the GeoJSON driver opens them."""
    case("single_feature", feature('{"a":1}'))
    case("single_geometry", POINT)
    case("single_collection_type_other_case", collection(feature('{"a":1}')).replace("FeatureC", "featurec"))
    case("single_type_last_and_wrong", '{"features":[%s],"type":"Feature"}' % feature('{"a":1}'))


def documents():
    """The bytes of each document by its name, in the order of the names."""
    if not CASES:
        for add in (geometry_cases, type_cases, text_cases, number_cases, date_cases, id_cases,
                    member_cases, layout_cases, single_cases):
            add()
    return dict(sorted(CASES.items()))


def main(folder):
    """Write each document to `folder`, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in documents().items():
        (folder / f"{name}.geojson").write_bytes(document)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
