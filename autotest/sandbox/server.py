"""HTTP plumbing: sockets, keep-alive, request bodies, and ending connections the hard way."""

import contextlib
import itertools
import socket
import struct
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from .body import Reply
from .delivery import Cut, Delivery
from .errors import ApiError, bad_request
from .log import Record

LINGER_ZERO = struct.pack("ii", 1, 0)  # closing then sends RST
MAX_REQUEST_BODY = 64 << 20


class Origin(ThreadingHTTPServer):
    """One listening address. `service` answers, logs and knows the faults; `number` is 1 or 2."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, service, number, port):
        self.service = service
        self.number = number
        self.stopping = threading.Event()
        self._open = set()
        self._open_lock = threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    def server_bind(self):
        """Bind without the reverse name look-up that http.server does."""
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = self.socket.getsockname()[:2]

    def process_request(self, request, client_address):
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        """End a connection with FIN, or with RST when that was asked for."""
        with self._open_lock:
            self._open.discard(request)
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) == LINGER_ZERO:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request, client_address):
        """Clients may drop connections at any time; anything else is a mistake here and is shown."""
        if not isinstance(sys.exc_info()[1], OSError):
            traceback.print_exc()

    def stop(self):
        self.stopping.set()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes the accepting thread at once
        self.shutdown()
        self.server_close()
        with self._open_lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    connection_numbers = itertools.count(1)

    def setup(self):
        super().setup()
        self.connection_number = next(self.connection_numbers)

    def do_GET(self):
        effect = self.server.service.faults.take(self.command, self.path)
        try:
            body = self._read_body()
            refusal = None
        except ApiError as error:
            body, refusal = b"", error
            self.close_connection = True
        record = self._record(body)
        self.server.service.requests.add(record)
        if self.server.service.on_request:
            self.server.service.on_request(record)
        try:
            self._answer(record, effect, refusal)
        except OSError:
            record.dropped = True
            self.close_connection = True
        finally:
            self.server.service.requests.finish(record)

    do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_GET

    def _record(self, body):
        parts = urlsplit(self.path)
        return Record(
            method=self.command,
            path=unquote(parts.path.removeprefix(self.server.service.base_path)),
            raw_path=self.path,
            query=parse_qs(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            connection=self.connection_number,
            origin=self.server.number,
        )

    def _read_body(self):
        if "transfer-encoding" in self.headers:
            raise ApiError(411, "send a Content-Length")
        text = self.headers.get("content-length", "0")
        if not text.isdecimal() or int(text) > MAX_REQUEST_BODY:
            raise bad_request("Content-Length is not usable")
        body = self.rfile.read(int(text))
        if len(body) < int(text):
            raise bad_request("request body is shorter than its Content-Length")
        return body

    def _answer(self, record, effect, refusal):
        service, variants = self.server.service, self.server.service.variants
        reply = None
        if effect:
            if effect.delay and self.server.stopping.wait(effect.delay):
                self.close_connection = True
                return
            if effect.reset or effect.close:
                self._hang_up(effect.reset)
                return
            reply = effect.substitute(record.raw_path, service.origins, variants.error_shape)
        if reply is None:
            reply = Reply.error(refusal, variants.error_shape) if refusal else service.answer(record)
        if effect and effect.reset_after_processing:
            self._hang_up(reset=True)
            return
        if record.method == "HEAD":
            reply.body = Reply(reply.status).body
        record.status = reply.status
        delivery = Delivery(self.connection.sendall, reply, variants, effect, self.server.stopping)
        try:
            keep = delivery.run("gzip" in record.headers.get("accept-encoding", ""), not self.close_connection)
            self.close_connection = not keep
        except Cut:
            self._hang_up(effect.cut_reset)
        finally:
            record.bytes_sent = delivery.bytes_sent

    def _hang_up(self, reset):
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
        self.close_connection = True

    def log_message(self, format, *args):
        """The request log replaces http.server's lines on stderr."""
