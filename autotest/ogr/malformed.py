"""Bodies that are no complete result: cut, malformed, or something else.

Opening and reading one must be an error, never a shorter layer. That is
stricter than the GeoJSON driver, which takes a comma before a closing brace,
NaN, 01, 1.2.3, control characters in strings, and a call around the document.
awkward_documents.py holds what may be refused or be read as that driver reads it.
"""

CUT = "cut"  # the beginning of a good body
MALFORMED = "malformed"  # complete as it may look, not JSON
NOT_GEOJSON = "not-geojson"  # JSON or any text, but no FeatureCollection

GEOMETRY = '{"type":"Polygon","coordinates":[[[4,52],[5,52],[5,53],[4,52]]]}'
FIRST = ('{"type":"Feature","properties":{"id":1,"name":"a\\u00e9\\n","ok":true,"no":null},'
         '"geometry":' + GEOMETRY + "}")
LAST = '{"type":"Feature","properties":{"id":2,"height":-12.5e+1},"geometry":null}'
BODY = '{"type":"FeatureCollection","features":[' + FIRST + "," + LAST + "]}"

# Where BODY is cut: after the first appearance of one of these texts. All are behind the
# first feature, so that a reader which forgives would have something to show.
CUTS = {
    "after_the_feature": FIRST,
    "after_the_comma_between_features": FIRST + ",",
    "after_an_opening_brace": FIRST + ",{",
    "inside_a_key": FIRST + ',{"ty',
    "after_a_key": FIRST + ',{"type"',
    "after_a_colon": FIRST + ',{"type":',
    "inside_a_string": FIRST + ',{"type":"Feat',
    "after_a_string": FIRST + ',{"type":"Feature"',
    "after_a_comma_in_the_feature": FIRST + ',{"type":"Feature",',
    "inside_an_object": FIRST + ',{"type":"Feature","properties":{"id":2',
    "before_a_number": '"height":',
    "after_a_minus": '"height":-',
    "inside_a_number": '"height":-12',
    "after_a_decimal_point": '"height":-12.',
    "after_an_e": '"height":-12.5e',
    "after_an_exponent_sign": '"height":-12.5e+',
    "inside_an_exponent": '"height":-12.5e+1',
    "inside_a_literal": LAST[:-3],
    "after_a_literal": LAST[:-1],
    "before_the_closing_bracket": LAST,
    "before_the_last_brace": LAST + "]",
}
# The same before the first feature is complete.
EARLY_CUTS = {
    "one_byte": "{",
    "inside_the_first_key": '{"ty',
    "before_the_features": '{"type":"FeatureCollection",',
    "inside_the_features_key": '{"type":"FeatureCollection","feat',
    "after_the_opening_bracket": '"features":[',
    "inside_true": '"ok":tr',
    "after_a_backslash": '"name":"a\\',
    "inside_a_unicode_escape": '"name":"a\\u00e',
    "inside_a_ring": "[4,52],[5",
    "between_rings": "[4,52]]",
}
# Put in the place of the last feature's properties.
BAD_VALUES = {
    "number_leading_zero": '{"a":01}',
    "number_leading_zero_negative": '{"a":-01}',
    "number_plus": '{"a":+1}',
    "number_without_integer_part": '{"a":.5}',
    "number_without_fraction": '{"a":1.}',
    "number_without_fraction_before_exponent": '{"a":1.e5}',
    "number_hexadecimal": '{"a":0x10}',
    "number_empty_exponent": '{"a":1e}',
    "number_two_points": '{"a":1.2.3}',
    "number_minus_only": '{"a":-}',
    "number_minus_inside": '{"a":1-2}',
    "number_with_a_space": '{"a":1 2}',
    "number_with_a_letter": '{"a":12px}',
    "number_nan": '{"a":NaN}',
    "number_infinity": '{"a":Infinity}',
    "number_minus_infinity": '{"a":-Infinity}',
    "literal_other_case": '{"a":True}',
    "literal_too_long": '{"a":nullx}',
    "literal_undefined": '{"a":undefined}',
    "string_single_quotes": "{'a':1}",
    "string_value_in_single_quotes": "{\"a\":'b'}",
    "string_line_feed": '{"a":"b\nc"}',
    "string_tab": '{"a":"b\tc"}',
    "string_control_character": '{"a":"b\x01c"}',
    "string_nul": '{"a":"b\x00c"}',
    "string_bad_escape": '{"a":"\\x41"}',
    "string_escaped_line_feed": '{"a":"b\\\nc"}',
    "string_bad_hexadecimal": '{"a":"\\u00g1"}',
    "string_short_hexadecimal": '{"a":"\\u12"}',
    "string_bad_low_surrogate": '{"a":"\\ud83c\\u12"}',
    "key_without_quotes": "{a:1}",
    "key_number": "{1:1}",
    "key_control_character": '{"a\x02":1}',
    "object_missing_colon": '{"a" 1}',
    "object_two_colons": '{"a"::1}',
    "object_equals_sign": '{"a"=1}',
    "object_missing_value": '{"a":}',
    "object_missing_comma": '{"a":1 "b":2}',
    "object_two_commas": '{"a":1,,"b":2}',
    "object_leading_comma": '{,"a":1}',
    "object_trailing_comma": '{"a":1,}',
    "object_closed_by_bracket": '{"a":1]',
    "object_key_only": '{"a"}',
    "list_trailing_comma": '{"a":[1,]}',
    "list_leading_comma": '{"a":[,1]}',
    "list_missing_comma": '{"a":[1 2]}',
    "list_with_a_key": '{"a":["b":1]}',
    "list_closed_by_brace": '{"a":[1}',
    "comment_block": '{"a":1/* why */}',
    "comment_line": '{"a":1// why\n}',
    "nul_between_tokens": '{"a":1\x00}',
    "byte_order_mark_inside": '{\ufeff"a":1}',
    "no_break_space_between_tokens": '{\u00a0"a":1}',
    "replaced_by_nothing": "",
}
# Whole bodies.
BAD_BODIES = {
    "feature_comma_missing": BODY.replace("," + LAST, LAST),
    "feature_comma_twice": BODY.replace("," + LAST, ",," + LAST),
    "features_trailing_comma": BODY[:-2] + ",]}",
    "features_closed_by_brace": BODY[:-2] + "}}",
    "collection_closed_by_bracket": BODY[:-1] + "]",
    "collection_trailing_comma": BODY[:-1] + ",}",
    "bracket_too_many": BODY[:-1] + "]}",
    "brace_too_many": BODY + "}",
    "feature_brace_missing": BODY[:-3] + "]}",
    "text_after_the_document": BODY + " done",
    "comma_after_the_document": BODY + ",",
    "nul_after_the_document": BODY + "\x00",
    "error_after_the_document": BODY + '{"error":"timeout"}',
    "document_twice": BODY + BODY,
    "documents_on_two_lines": BODY + "\n" + BODY,
    "text_before_the_document": "result: " + BODY,
    "call_around_the_document": "loadGeoJSON(" + BODY + ")",
    "error_in_the_middle": BODY.replace("," + LAST, ",<html>502 Bad Gateway</html>" + LAST),
    "brackets_only": "[[[",
    "nul_only": "\x00\x00\x00\x00",
}
OTHER_DOCUMENTS = {
    "empty": "",
    "white_space": " \n\t\r\n",
    "byte_order_mark_only": "\ufeff",
    "html": "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>",
    "xml": '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    "text": "Internal Server Error",
    "null": "null",
    "true": "true",
    "number": "0",
    "string": '"FeatureCollection"',
    "list": "[]",
    "list_of_features": "[" + FIRST + "]",
    "object": "{}",
    "error_object": '{"status":404,"error":"Not Found","message":"Result is not found"}',
    "error_list": '{"errors":[{"code":"NOT_FOUND","message":"Result"}]}',
    "topology": '{"type":"Topology","objects":{},"arcs":[]}',
    "type_only": '{"type":"FeatureCollection"}',
    "type_missing": '{"features":[' + FIRST + "]}",
    "type_other": '{"type":"Collection","features":[' + FIRST + "]}",
    "type_not_text": '{"type":1,"features":[' + FIRST + "]}",
    "features_missing": '{"type":"FeatureCollection","feature":[' + FIRST + "]}",
    "features_null": '{"type":"FeatureCollection","features":null}',
    "features_object": '{"type":"FeatureCollection","features":{}}',
    "features_text": '{"type":"FeatureCollection","features":"[]"}',
    "features_in_a_member": '{"type":"FeatureCollection","data":{"features":[' + FIRST + "]}}",
    "esri": '{"geometryType":"esriGeometryPoint","features":[{"attributes":{"a":1}}]}',
    "json_lines": FIRST + "\n" + FIRST + "\n",
}


def cut_after(text):
    """BODY up to the end of a text in it."""
    return BODY[:BODY.index(text) + len(text)]


def cases():
    """Yield (name, body, kind) of every case."""
    for name, text in {**EARLY_CUTS, **CUTS}.items():
        yield f"cut_{name}", cut_after(text).encode(), CUT
    multibyte = BODY.replace("-12.5e+1", '"\u6f22"').encode()
    yield "cut_inside_a_character", multibyte[:multibyte.index(b"\xe6") + 1], CUT
    for name, properties in BAD_VALUES.items():
        body = BODY.replace('{"id":2,"height":-12.5e+1}', properties)
        yield name, body.encode(), MALFORMED
    for name, body in BAD_BODIES.items():
        yield name, body.encode(), MALFORMED
    yield "utf_16", BODY.encode("utf-16"), MALFORMED
    for name, body in OTHER_DOCUMENTS.items():
        yield f"other_{name}", body.encode(), NOT_GEOJSON
