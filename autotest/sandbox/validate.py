"""Strict reading of request bodies: each member is taken with its type, and what nobody documented is refused."""

import json
import re

from .errors import ApiError, bad_request

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
JSON_TYPE = re.compile(r"application/json\s*(;\s*charset=utf-8\s*)?", re.IGNORECASE)


def uuid(text, what):
    """The id in lower case; 400 when it is not shaped like one."""
    if not isinstance(text, str) or not UUID.fullmatch(text):
        raise bad_request(f"{what} is not a UUID")
    return text.lower()


def json_object(body, content_type):
    """The request body as a dict: 415 for another content type, 400 for what is not one JSON object."""
    if not JSON_TYPE.fullmatch(content_type or ""):
        raise ApiError(415, f"Content-Type '{content_type or ''}' is not supported")

    def unique(pairs):
        members = dict(pairs)
        if len(members) < len(pairs):
            raise ValueError("a member comes twice")
        return members

    def refuse(constant):
        raise ValueError(f"{constant} is not JSON")

    try:
        document = json.loads(body.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise bad_request(f"request body is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise bad_request("request body is not a JSON object")
    return document


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Members:
    """The members of one JSON object, to be taken one by one.

    An absent optional member gives None. `null` is refused where a value is
    expected: the sources leave members out instead. `finish` refuses the rest.
    """

    def __init__(self, document, where="body"):
        if not isinstance(document, dict):
            raise bad_request(f"{where} is not an object")
        self._left = dict(document)
        self._where = where

    def __contains__(self, name):
        return name in self._left

    def _take(self, name, required, fits, kind):
        if name not in self._left:
            if required:
                raise bad_request(f"{self._where}.{name} is missing")
            return None
        value = self._left.pop(name)
        if not fits(value):
            raise bad_request(f"{self._where}.{name} is not {kind}")
        return value

    def text(self, name, required=False):
        return self._take(name, required, lambda v: isinstance(v, str), "a string")

    def filled_text(self, name, required=False):
        return self._take(name, required, lambda v: isinstance(v, str) and v.strip(), "a string with content")

    def text_or_null(self, name):
        return self._take(name, False, lambda v: v is None or isinstance(v, str), "a string")

    def uuid(self, name, required=False):
        value = self.text(name, required)
        return None if value is None else uuid(value, f"{self._where}.{name}")

    def integer(self, name, low=None, high=None, required=False):
        def fits(value):
            return type(value) is int and (low is None or value >= low) and (high is None or value <= high)

        bounds = "" if low is None else f" from {low}" + ("" if high is None else f" to {high}")
        return self._take(name, required, fits, f"an integer{bounds}")

    def positive_number(self, name, required=False):
        return self._take(name, required, lambda v: _is_number(v) and v > 0, "a positive number")

    def number(self, name, low=None, high=None):
        def fits(value):
            return _is_number(value) and (low is None or value >= low) and (high is None or value <= high)

        return self._take(name, False, fits, "a number" + ("" if low is None else f" from {low} to {high}"))

    def boolean(self, name, required=False):
        return self._take(name, required, lambda v: isinstance(v, bool), "true or false")

    def one_of(self, name, choices, required=False):
        return self._take(name, required, lambda v: v in choices, "one of " + ", ".join(choices))

    def object(self, name, required=False):
        return self._take(name, required, lambda v: isinstance(v, dict), "an object")

    def text_map(self, name):
        def fits(value):
            return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())

        return self._take(name, False, fits, "a map of strings")

    def filled_list(self, name, required=False):
        return self._take(name, required, lambda v: isinstance(v, list) and v, "a list with content")

    def list(self, name, required=False):
        return self._take(name, required, lambda v: isinstance(v, list), "a list")

    def finish(self):
        if self._left:
            raise bad_request(f"{self._where} has unknown members: {', '.join(sorted(self._left))}")
