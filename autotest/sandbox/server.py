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
from .errors import ApiError
from .incoming import Early, HangUp, Incoming
from .log import Record

LINGER_ZERO = struct.pack("ii", 1, 0)  # closing then sends RST
DRAIN_TIMEOUT = 5.0  # s: how long the rest of a body that was refused is waited for


class Origin(ThreadingHTTPServer):
    """One listening address. `service` answers, logs and knows the faults; `number` is 1, 2 or 3."""

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
        service = self.server.service
        effect = service.faults.take(self.command, self.path)
        record = self._record()
        service.requests.add(record)
        self._incoming = None
        try:
            refusal = self._receive(record, effect)
            if service.on_request:
                service.on_request(record)
            self._answer(record, effect, refusal)
            self._drain(effect)
        except HangUp:
            self._hang_up(reset=True)
        except OSError:
            record.dropped = True
            self.close_connection = True
        finally:
            service.requests.finish(record)

    do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_GET

    def _record(self):
        parts = urlsplit(self.path)
        return Record(
            method=self.command,
            path=unquote(parts.path.removeprefix(self.server.service.base_path)),
            raw_path=self.path,
            query=parse_qs(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=b"",
            connection=self.connection_number,
            origin=self.server.number,
        )

    def handle_expect_100(self):
        """Nothing yet: `_receive` decides whether the body is wanted."""
        return True

    def _receive(self, record, effect):
        """Read the body. Gives a refusal, or None."""
        try:
            self._incoming = Incoming(self.rfile, self.headers, effect, self.server.stopping)
            expects = self.headers.get("expect", "").lower() == "100-continue"
            go_on = super().handle_expect_100 if expects else None
            self.server.service.receive(record, self._incoming, go_on)
            return None
        except Early:
            self.close_connection = True
            return ApiError(effect.status, "refused while the body is being sent")
        except ApiError as error:
            self.close_connection = True
            return error

    def _drain(self, effect):
        """Let the client read an answer that came before it had sent everything."""
        if self._incoming and self._incoming.left and not (effect and effect.early_close):
            self.connection.settimeout(DRAIN_TIMEOUT)
            self._incoming.drain()

    def _answer(self, record, effect, refusal):
        service, variants = self.server.service, self.server.service.variants
        if effect:
            if effect.delay and self.server.stopping.wait(effect.delay):
                self.close_connection = True
                return
            if effect.reset or effect.close:
                self._hang_up(effect.reset)
                return
        other = effect and effect.substitute(record.raw_path, service.origins, variants.error_shape)
        reply, hangs_up = other, False
        if not other or effect.done:
            own = service.refuse(record, refusal) if refusal else service.answer(record)
            reply = other or own
            hangs_up = own.is_lost or bool(effect and effect.reset_after_processing)
            if 200 <= own.status < 300 and (other or hangs_up or (effect and effect.cut is not None)):
                service.audit.lost(record)
        if hangs_up:
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
            record.bytes_sent, record.time_sent = delivery.bytes_sent, delivery.time_sent

    def _hang_up(self, reset):
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
        self.close_connection = True

    def log_message(self, format, *args):
        """The request log replaces http.server's lines on stderr."""
