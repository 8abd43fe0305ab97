"""What the sources leave open or disagree about, as switches (API notes 18 and 19).

The first value of a choice is the default. Set them as attributes
(`sandbox.variants.encoding = "chunked"`), as keyword arguments of `Sandbox`, or
with `--variant NAME[=VALUE]`. Unknown names and values are refused.
"""

from .imagery_variants import IMAGERY_CHOICES, IMAGERY_FLAGS, IMAGERY_NUMBERS

CHOICES = {
    # D9, D39: which of two paths exists; the missing twin answers `missing`
    "paths": ("both", "plugin", "docs"),
    "missing": ("404", "405"),
    # D4
    "status_shape": ("flat", "nested"),
    # D1: how the API token is sent. The OAuth token is always a Bearer token
    "auth": ("basic", "bearer", "both"),
    # notes 19: length, chunks, gzip (only to clients that accept it), or end of connection
    "encoding": ("length", "chunked", "gzip", "gzip-chunked", "close"),
    # notes 8.1: the content type of a result is not certain
    "result_type": ("application/octet-stream", "application/json", "application/geo+json"),
    # notes 3.1
    "error_shape": ("api", "old", "data", "detail-list", "detail-text", "html", "text"),
    # D13; null-object writes {"reviewStatus": null, …} where the others write null
    "review_shape": ("object", "string", "status-object", "null-object"),
    # D14
    "rating_shape": ("object", "string"),
    # D33; float is the cost before rounding, text is text/plain with white space around
    "cost_type": ("integer", "float", "text"),
    # D12; object is {"aois": […]}
    "aois": ("yes", "404", "405", "410", "object"),
    # notes 6.1: what a document shows of `meta` as it was sent; no source says that all of it is kept
    "meta": ("kept", "null", "application"),
    # notes 19, /result?aoiId=: known/unknown AOI gives features/404, everything/everything,
    # features/empty collection, 400/400
    "aoi_filter": ("yes", "ignored", "empty", "error"),
    # notes 19, /result of anything but OK: an error, an empty collection, or what finished AOIs have
    "result_when_not_ok": ("400", "404", "409", "empty", "partial"),
    # notes 19, /result of a raster-only processing
    "raster_result": ("404", "400", "empty"),
    # D25: `table` makes name, projectId and params optional in create
    "required": ("reference", "table"),
    # D7: whether imageIds and mosaicId may come together
    "my_imagery": ("one", "both"),
    # D10: what GET /processings/v2 lists
    "list_scope": ("all", "default"),
    # notes 6.6: answers of PUT /processings/{id} and /restart, which no source shows
    "docs_answer": ("document", "empty"),
    **IMAGERY_CHOICES,
}

FLAGS = {
    "numbers_as_text": "numbers of account, project, processing and AOI documents come as text",
    "etag": "results carry a strong ETag",
    "ranges": "results announce Accept-Ranges and honour Range and If-Range",
    "sparse": "members that may be missing are missing",
    "unknown_fields": "documents hold members nobody documented",
    **IMAGERY_FLAGS,
}

NUMBERS = {
    "chunk_size": 65536,  # bytes per HTTP chunk
    # notes 19, "paging limit maximum": no page has more entries than that, whatever `limit` asks for
    "most_per_page": 100,
    **IMAGERY_NUMBERS,  # what is 0 here may be set to 0
}

TRUTH = {"": True, "1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}


class Variants:
    """One value for each switch above."""

    def __init__(self, **values):
        for name, choices in CHOICES.items():
            setattr(self, name, choices[0])
        for name in FLAGS:
            setattr(self, name, False)
        for name, default in NUMBERS.items():
            setattr(self, name, default)
        for name, value in values.items():
            setattr(self, name, value)

    def __setattr__(self, name, value):
        if name in CHOICES:
            value = str(value)
            if value not in CHOICES[name]:
                raise ValueError(f"variant {name} is one of {', '.join(CHOICES[name])}, not {value}")
        elif name in FLAGS:
            if not isinstance(value, bool):
                raise ValueError(f"variant {name} is on or off, not {value!r}")
        elif name in NUMBERS:
            value = int(value)
            if value < min(1, NUMBERS[name]):
                raise ValueError(f"variant {name} is at least {min(1, NUMBERS[name])}")
        else:
            raise ValueError(f"no variant is called {name}")
        super().__setattr__(name, value)

    def set_text(self, text):
        """Apply `NAME` or `NAME=VALUE` from a command line."""
        name, _, value = text.partition("=")
        if name in FLAGS:
            if value.lower() not in TRUTH:
                raise ValueError(f"variant {name} is yes or no, not {value}")
            value = TRUTH[value.lower()]
        setattr(self, name, value)
