"""Faults on demand: what networks, proxies and servers in trouble do.

A fault applies to the requests whose target (path and query, with `/rest`)
matches a regular expression. See `Effect` for the kinds; kinds combine, so
`delay=1, status=503` is a slow 503.
"""

import json
import re
import threading
from dataclasses import dataclass, field, fields

from .body import Reply
from .errors import REASONS, ApiError

HTML_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to the network.</body></html>"


@dataclass
class Effect:
    """What happens to one request."""

    status: int | None = None  # answer with this status (of a redirect: 302 unless given) …
    body: object = None  # … and this body: bytes, text, or a JSON value
    content_type: str | None = None
    headers: dict = field(default_factory=dict)
    html: bool = False  # 200 with an HTML page
    empty: bool = False  # 200 with an empty body
    garbage: bytes | str | None = None  # 200 with these bytes as application/json
    redirect: str | None = None  # "other", or a template of {origin}, {other}, {target}
    delay: float = 0  # seconds before anything happens
    throttle: int | None = None  # body bytes per second
    reset: bool = False  # RST instead of an answer; the operation is not done
    reset_after_processing: bool = False  # the operation is done, then RST
    close: bool = False  # FIN instead of an answer; the operation is not done
    cut: int | None = None  # announce all, send this many body bytes, close …
    cut_reset: bool = False  # … with RST
    wrong_length: int = 0  # added to Content-Length
    done: bool = False  # the operation is done before any other kind takes the place of its answer
    slow_upload: int | None = None  # request body bytes read per second
    cut_upload: int | None = None  # RST after so many bytes of the request body; the operation is not done
    early: int | None = None  # `status` (413 unless given) after so many bytes of the request body …
    early_close: bool = False  # … and the connection ends at once, with the rest of the body unread

    def __post_init__(self):
        if self.early is not None:
            self.status = self.status or 413
        if self.early_close and self.early is None:
            raise ValueError("early_close needs early")
        if self.cut_reset and self.cut is None:
            raise ValueError("cut_reset needs cut")

    def substitute(self, target, origins, error_shape):
        """The reply that takes the place of the service's own, or None."""
        if self.redirect:
            template = "{other}{target}" if self.redirect == "other" else self.redirect
            location = template.format(origin=origins[1], other=origins[2], target=target)
            return Reply(self.status or 302, b"", None, {**self.headers, "Location": location})
        if self.html:
            return Reply(200, HTML_PAGE, "text/html", self.headers)
        if self.empty:
            return Reply(200, b"", self.content_type, self.headers)
        if self.garbage is not None:
            return Reply(200, _bytes(self.garbage), "application/json", self.headers)
        if self.status is None:
            return None
        if self.body is None:
            reason = REASONS.get(self.status, "ERROR").replace("_", " ").lower()
            return Reply.error(ApiError(self.status, reason, headers=self.headers), error_shape)
        if isinstance(self.body, (bytes, str)):
            return Reply(self.status, _bytes(self.body), self.content_type or "text/plain", self.headers)
        return Reply(self.status, json.dumps(self.body).encode(), self.content_type or "application/json", self.headers)


def _bytes(value):
    return value.encode() if isinstance(value, str) else value


KINDS = {kind.name for kind in fields(Effect)}


class Fault:
    """Effects for matching requests: skip the first `skip`, then apply `times` times (None: always).

    With `sequence`, each request takes the next entry (a dict of kinds, or None
    for an ordinary answer); after the last one requests are ordinary again.
    """

    def __init__(self, owner, path, method=None, times=None, skip=0, sequence=None, **kinds):
        if sequence is not None and (kinds or times is not None):
            raise ValueError("a sequence stands alone: no other kind, no times")
        if sequence is None and not kinds:
            raise ValueError("a fault needs a kind")
        if unknown := set(kinds) - KINDS:
            raise ValueError(f"no fault kind is called {', '.join(sorted(unknown))}")
        self._owner = owner
        self._path = re.compile(path)
        self._method = method
        self._skip = skip
        self._times = times if sequence is None else len(sequence)
        self._sequence = [kind and Effect(**kind) for kind in sequence or []]
        self._effect = None if sequence is not None else Effect(**kinds)
        self.seen = 0  # matching requests so far

    def next_effect(self, method, target):
        if self._method not in (None, method) or not self._path.search(target):
            return None
        self.seen += 1
        turn = self.seen - 1 - self._skip
        if turn < 0 or (self._times is not None and turn >= self._times):
            return None
        return self._sequence[turn] if self._sequence else self._effect

    def remove(self):
        self._owner.remove(self)


class Faults:
    """The faults in force; the oldest matching one decides."""

    def __init__(self):
        self._lock = threading.Lock()
        self._faults = []

    def add(self, path, **options):
        """A new `Fault`; unknown options raise ValueError."""
        fault = Fault(self, path, **options)
        with self._lock:
            self._faults.append(fault)
        return fault

    def remove(self, fault):
        with self._lock:
            if fault in self._faults:
                self._faults.remove(fault)

    def clear(self):
        with self._lock:
            self._faults.clear()

    def take(self, method, target):
        """The effect for one request, or None."""
        with self._lock:
            for fault in self._faults:
                if effect := fault.next_effect(method, target):
                    return effect
            return None
