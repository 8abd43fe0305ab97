"""What stands between a client and a server: a proxy, and a TLS front. Loopback only.

    with Proxy(login="user:secret") as proxy:
        proxy.url, proxy.seen       # where it listens; the heads of the requests
    with TlsFront(sandbox_port, context) as front:
        front.port
"""

import base64
import contextlib
import socket
import threading
from urllib.parse import urlsplit


def _pump(source, sink):
    """Copies until the end of `source`, and passes that end on."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _join(one, other):
    """Copies both ways until both have ended."""
    back = threading.Thread(target=_pump, args=(other, one), daemon=True)
    back.start()
    _pump(one, other)
    back.join()


class Relay:
    """Listens, and gives each connection to `serve` in a thread of its own."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._guard, args=(connection,), daemon=True).start()

    def _guard(self, connection):
        with contextlib.suppress(OSError), connection:
            self.serve(connection)


class Silent(Relay):
    """Takes connections and says nothing."""

    def serve(self, connection):
        while connection.recv(65536):
            pass


class TlsFront(Relay):
    """Speaks TLS to the client and plain HTTP to a port of this machine."""

    def __init__(self, target, context):
        super().__init__()
        self._target = target
        self._context = context

    def serve(self, connection):
        with (
            self._context.wrap_socket(connection, server_side=True) as secure,
            socket.create_connection(("127.0.0.1", self._target)) as server,
        ):
            _join(secure, server)


class Proxy(Relay):
    """A forward proxy that may ask for a login (Basic). `seen` holds a dict for each request."""

    def __init__(self, login=None, refuse=None):
        super().__init__()
        self._wanted = login and "Basic " + base64.b64encode(login.encode()).decode()
        self._refuse = refuse
        self.seen = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def serve(self, connection):
        file = connection.makefile("rb")
        while line := file.readline().decode("latin-1").split():
            head = {}
            while header := file.readline().decode("latin-1").strip():
                name, _, value = header.partition(":")
                head[name.lower()] = value.strip()
            self.seen.append({"method": line[0], "target": line[1], "version": line[2], **head})
            if self._wanted and head.get("proxy-authorization") != self._wanted:
                connection.sendall(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n"
                                   b'Proxy-Authenticate: Basic realm="proxy"\r\n\r\n')
            elif self._refuse:
                connection.sendall(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % self._refuse)
            else:
                self._pass_on(connection, line, head)
                return

    @staticmethod
    def _pass_on(connection, line, head):
        """To a port of this machine and no other; a request without a body."""
        parts = urlsplit("//" + line[1] if line[0] == "CONNECT" else line[1])
        if parts.hostname not in ("127.0.0.1", "localhost"):
            raise OSError("outside")
        with socket.create_connection(("127.0.0.1", parts.port)) as server:
            if line[0] == "CONNECT":
                connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                path = parts.path + ("?" + parts.query if parts.query else "")
                head = {**head, "connection": "close"}
                head.pop("proxy-authorization", None)
                text = f"{line[0]} {path} HTTP/1.1\r\n"
                text += "".join(f"{name}: {value}\r\n" for name, value in head.items())
                server.sendall(text.encode("latin-1") + b"\r\n")
            _join(connection, server)
