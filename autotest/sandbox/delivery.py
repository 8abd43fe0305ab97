"""Writes a reply to a socket: status line, headers, framing, compression, and the faults of sending."""

import time
from http import HTTPStatus

from .body import BLOCK, compressed

SLICES_PER_SECOND = 20  # how finely `throttle` paces the body


class Cut(Exception):
    """The body was cut short on purpose; the connection has to go."""


def _phrase(status):
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


class Delivery:
    """One reply on its way out."""

    def __init__(self, send, reply, variants, effect, stopping):
        self._sendall = send
        self._reply = reply
        self._variants = variants
        self._effect = effect
        self._stopping = stopping
        self.bytes_sent = 0
        self.time_sent = None

    def run(self, accepts_gzip, keep_alive):
        """Send all of it. Returns whether the connection can be used again; raises Cut after a cut body."""
        reply = self._reply
        encoding = self._variants.encoding
        body = reply.body
        headers = {"Date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())}
        if reply.content_type:
            headers["Content-Type"] = reply.content_type
        if "gzip" in encoding:
            headers["Vary"] = "Accept-Encoding"
        if "gzip" in encoding and accepts_gzip and body.size and reply.status != 206:
            body = compressed(body)
            headers["Content-Encoding"] = "gzip"
        chunked = "chunked" in encoding and body.size > 0
        if chunked:
            headers["Transfer-Encoding"] = "chunked"
        elif encoding == "close":
            keep_alive = False
        elif reply.status != 204:
            headers["Content-Length"] = max(0, body.size + self._wrong_length)
        if not keep_alive:
            headers["Connection"] = "close"
        headers.update(reply.headers)
        lines = [f"HTTP/1.1 {reply.status} {_phrase(reply.status)}", *(f"{k}: {v}" for k, v in headers.items())]
        self._send_body("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n", body, chunked)
        return keep_alive and not self._wrong_length

    @property
    def _wrong_length(self):
        return self._effect.wrong_length if self._effect else 0

    def _send(self, data):
        if data:
            self.time_sent = time.monotonic()
            self._sendall(data)

    def _send_body(self, head, body, chunked):
        """Head and first block leave in one write, so that small answers are one packet."""
        pending = head
        for block in self._paced(body, self._variants.chunk_size if chunked else BLOCK):
            self.bytes_sent += len(block)
            framed = b"%x\r\n%b\r\n" % (len(block), block) if chunked else block
            self._send(pending + framed)
            pending = b""
        if self._effect and self._effect.cut is not None:
            self._send(pending)
            raise Cut
        self._send(pending + (b"0\r\n\r\n" if chunked else b""))

    def _paced(self, body, size):
        """Blocks of the body up to the cut, at the throttled speed."""
        effect = self._effect
        left = effect.cut if effect and effect.cut is not None else body.size
        rate = effect.throttle if effect else None
        if rate:
            size = min(size, max(1, rate // SLICES_PER_SECOND))
        for block in body.blocks(size):
            block = block[:left]
            left -= len(block)
            if block:
                yield block
            if left <= 0:
                return
            if rate and self._stopping.wait(len(block) / rate):
                return
