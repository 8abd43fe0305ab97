"""What goes wrong on the way, and what each kind of request then promises."""

from dataclasses import dataclass, field

RIGHT = "right"  # the right answer, after a retry where one was needed
ERROR = "error"  # one clear error, nothing was changed and the client knows it
UNKNOWN = "lost"  # as above, but the server may have done it, and the client says so
TAKEN = "taken"  # the status alone counts, and it is a good one: the client takes it for done

ONE = (1,)
FOUR = (4,)
FOUR_OR_FIVE = (4, 5)  # libcurl itself tries a kept-alive connection that has died once more

# What a request is to HTTP: a GET; a POST that only asks; a change that is answered with a document; a
# change whose status alone counts.
GET, QUERY, CHANGE, ORDER = "get", "query", "change", "order"


@dataclass
class Trouble:
    name: str
    fault: dict
    get: str
    query: str
    change: str
    order: str
    words: str = ""  # a regular expression that each error message matches
    variants: dict = field(default_factory=dict)
    env: dict = field(default_factory=dict)
    but: dict = field(default_factory=dict)  # operations that promise something else
    requests: tuple = ()  # how often a request that fails and only asks may be sent

    def promise(self, operation, form):
        """The outcomes that are good."""
        wanted = self.but.get(operation, getattr(self, form))
        return wanted if isinstance(wanted, tuple) else (wanted,)


WORDS = {401: "does not accept the API token", 403: "does not allow this", 404: "does not find it",
         429: "too many requests", 500: "he server failed"}


def status(code, get=ERROR, change=ERROR, name="", **options):
    """A status, with the usual error body."""
    fault = {"status": code, **options.pop("fault", {})}
    words = options.pop("words", WORDS.get(code, "") + f"[^(]*\\(HTTP {code}")
    return Trouble(f"{code}{name}", fault, get, get, change, change, words, **options)


def once(name, fault, **options):
    """Passes when a request is sent again; a change is not, and nobody knows whether it was done."""
    promise = {"get": RIGHT, "query": RIGHT, "change": UNKNOWN, "order": UNKNOWN, **options}
    return Trouble(f"{name}, once", {**fault, "times": 1}, **promise)


def always(name, fault, words, **options):
    promise = {"get": ERROR, "query": ERROR, "change": UNKNOWN, "order": UNKNOWN, "requests": FOUR, **options}
    return Trouble(f"{name}, always", fault, words=words, **promise)


def harmless(name, fault, **options):
    return Trouble(name, fault, RIGHT, RIGHT, RIGHT, RIGHT, **options)


CUT = {"cut": 2}  # inside every answer that has a body; the answer to a DELETE has none
OTHER_PLACE = {"get": RIGHT, "query": ERROR}  # a POST is not sent to where somebody points
SLOW = {"GDAL_HTTP_LOW_SPEED_TIME": "1", "GDAL_HTTP_LOW_SPEED_LIMIT": "100", "GDAL_HTTP_MAX_RETRY": "0"}

TROUBLES = [
    harmless("none", {"delay": 0.001}),
    harmless("chunked", {"delay": 0.001}, variants={"encoding": "chunked", "chunk_size": 7}),
    harmless("gzip", {"delay": 0.001}, variants={"encoding": "gzip"}),
    harmless("gzip in chunks", {"delay": 0.001}, variants={"encoding": "gzip-chunked", "chunk_size": 7}),
    harmless("until the connection ends", {"delay": 0.001}, variants={"encoding": "close"}),
    harmless("a short delay", {"delay": 0.1}),
    # refusals
    status(400, requests=ONE),
    status(401),
    status(403, requests=ONE),
    status(404, but={"aois": RIGHT, "list": RIGHT}),  # AOIs may be gone (D12), and paths have fallbacks (D39)
    status(405, but={"aois": RIGHT, "list": RIGHT}),
    status(408, change=UNKNOWN, requests=ONE),  # somebody on the way did not wait for the answer
    status(499, change=UNKNOWN, requests=ONE),
    status(409, requests=ONE),
    status(410, but={"aois": RIGHT}),
    status(413, requests=ONE),
    status(418, requests=ONE),
    status(422, requests=ONE, variants={"error_shape": "detail-list"}),
    status(500, change=UNKNOWN, requests=ONE, name=" with a title", words="HTTP 500.*Oops",
           fault={"body": b"<html><title>Oops</title></html>", "content_type": "text/html"}),
    status(403, requests=ONE, name=" as a page", variants={"error_shape": "html"}),
    status(400, requests=ONE, name=" as a number", variants={"error_shape": "old"}),
    status(429, name=", once", get=RIGHT, fault={"times": 1}),
    status(429, name=", always", requests=FOUR),
    status(429, name=", Retry-After an hour", fault={"headers": {"Retry-After": "3600"}},
           requests=ONE),
    status(429, name=", Retry-After a date gone by", get=RIGHT,
           fault={"headers": {"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"}, "times": 1}),
    # servers and proxies in trouble: a change may have come through all the same
    status(500, change=UNKNOWN, requests=ONE),
    status(501, change=UNKNOWN, requests=ONE),
    status(502, name=", once", get=RIGHT, change=UNKNOWN, fault={"times": 1}),
    status(502, name=" as a page, always", change=UNKNOWN, requests=FOUR, variants={"error_shape": "html"}),
    status(503, name=", once", get=RIGHT, change=UNKNOWN, fault={"times": 1}),
    status(503, name=", always", change=UNKNOWN, requests=FOUR),
    status(504, name=", three times", get=RIGHT, change=UNKNOWN, fault={"times": 3}),
    # connections
    once("reset", {"reset": True}),
    always("reset", {"reset": True}, "127.0.0.1", requests=FOUR_OR_FIVE),
    once("closed", {"close": True}),
    always("closed", {"close": True}, "127.0.0.1", requests=FOUR_OR_FIVE),
    once("done, then reset", {"reset_after_processing": True}),
    # short bodies
    once("cut", CUT, order=RIGHT),
    always("cut", CUT, "cut short", order=RIGHT),
    once("cut before the first byte", {"cut": 0}, order=RIGHT),
    once("cut by a reset", {**CUT, "cut_reset": True}, order=(RIGHT, UNKNOWN)),
    once("cut, chunked", CUT, variants={"encoding": "chunked"}, order=RIGHT),
    once("cut, gzip", CUT, variants={"encoding": "gzip"}, order=RIGHT),
    always("cut, gzip", CUT, "cut short", variants={"encoding": "gzip"}, order=RIGHT),
    once("announced too long", {"wrong_length": 7, "cut": 1 << 30}),
    # bodies that are not what they should be
    Trouble("a web page", {"html": True}, ERROR, ERROR, UNKNOWN, TAKEN, "Sign in|web page", requests=ONE),
    Trouble("an empty answer", {"empty": True}, ERROR, ERROR, UNKNOWN, TAKEN, "empty answer|after 0 bytes",
            requests=ONE),
    Trouble("no JSON", {"garbage": "certainly not"}, ERROR, ERROR, UNKNOWN, TAKEN, "JSON", requests=ONE),
    Trouble("half a document", {"garbage": '{"type": "Feature'}, ERROR, ERROR, UNKNOWN, TAKEN,
            "JSON|ends too early", requests=ONE),
    Trouble("bytes", {"garbage": b"\xff\xfe\x00{"}, ERROR, ERROR, UNKNOWN, TAKEN, "JSON", requests=ONE),
    # redirects
    Trouble("to another origin, 302", {"redirect": "other", "times": 1}, change=UNKNOWN, order=UNKNOWN,
            words="302", **OTHER_PLACE),
    Trouble("to the same place, 307", {"redirect": "{origin}{target}", "status": 307, "times": 1}, change=ERROR,
            order=ERROR, words="307", **OTHER_PLACE),
    Trouble("in circles", {"redirect": "{origin}{target}"}, ERROR, ERROR, UNKNOWN, UNKNOWN, "302"),
    Trouble("to nowhere", {"redirect": "http://127.0.0.1:1/"}, ERROR, ERROR, UNKNOWN, UNKNOWN, "127.0.0.1:1"),
    Trouble("to a file", {"redirect": "file:///etc/passwd"}, ERROR, ERROR, UNKNOWN, UNKNOWN, "302"),
    # too slow
    Trouble("a byte a second", {"throttle": 1}, ERROR, ERROR, UNKNOWN, RIGHT, "LOW_SPEED_TIME", env=SLOW,
            but={"cost": (RIGHT, ERROR)}),  # three bytes: they may come in time
    Trouble("silence", {"delay": 20}, ERROR, ERROR, UNKNOWN, UNKNOWN, "LOW_SPEED_TIME", env=SLOW),
]
