"""One processing on loopback, as fast as the kernel sends files.

    with Server(path) as server: …  # server.url, server.name

The sandbox is made to be strict; this is made to be out of the way.
"""

import json
import os
import socket
import threading

PROCESSING = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
PREFIX = f"/rest/processings/{PROCESSING}"
STATUS = json.dumps({
    "id": PROCESSING, "name": "Bench", "status": "OK", "percentCompleted": 100, "area": 1e6, "cost": 10,
    "created": "2026-08-02T10:00:00Z", "updated": "2026-08-02T11:00:00Z", "messages": [],
}).encode()


class Server:
    """Serves the status and the file until the end of its block."""

    name = "MAPFLOW:" + PROCESSING

    def __init__(self, path):
        self.path = path
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def result_url(self):
        return self.url + PREFIX + "/result"

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        waiting = b""
        with connection:
            while True:
                head, end, rest = waiting.partition(b"\r\n\r\n")
                if end:
                    waiting = rest
                    self._answer(connection, head.split(b" ", 2)[1].decode())
                    continue
                more = connection.recv(65536)
                if not more:
                    return
                waiting += more

    def _answer(self, connection, target):
        if target == PREFIX + "/v2":
            connection.sendall(self._head(200, len(STATUS)) + STATUS)
        elif target == PREFIX + "/result":
            with open(self.path, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                connection.sendall(self._head(200, size))
                connection.sendfile(file)
        else:
            connection.sendall(self._head(404, 0))

    @staticmethod
    def _head(status, size):
        return (f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\n"
                f"Content-Length: {size}\r\n\r\n").encode()
