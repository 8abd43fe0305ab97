"""Replies and their bodies. A body knows its size and gives itself in blocks, so files are never read whole."""

import gzip
import json
import tempfile
from dataclasses import dataclass, field

from .errors import error_body

BLOCK = 262144


class MemoryBody:
    def __init__(self, data):
        self._data = data
        self.size = len(data)

    def blocks(self, size):
        for start in range(0, self.size, size):
            yield self._data[start : start + size]


class FileBody:
    """Bytes [start, end) of an open file, which is closed after the last block."""

    def __init__(self, file, start, end):
        self._file = file
        self._start = start
        self.size = end - start

    def blocks(self, size):
        with self._file as file:
            file.seek(self._start)
            left = self.size
            while left and (block := file.read(min(size, left))):
                left -= len(block)
                yield block


def compressed(body):
    """The same body, gzipped through a temporary file."""
    file = tempfile.TemporaryFile()
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0) as stream:
        for block in body.blocks(BLOCK):
            stream.write(block)
    return FileBody(file, 0, file.tell())


@dataclass
class Reply:
    """An answer before it is framed. `body` is bytes or one of the bodies above."""

    status: int
    body: object = b""
    content_type: str | None = None
    headers: dict = field(default_factory=dict)
    is_lost: bool = False  # the connection is reset in its place

    def __post_init__(self):
        if isinstance(self.body, bytes):
            self.body = MemoryBody(self.body)

    @classmethod
    def json(cls, document):
        return cls(200, json.dumps(document, ensure_ascii=False).encode(), "application/json")

    @classmethod
    def error(cls, error, shape):
        body, content_type = error_body(error, shape)
        return cls(error.status, body, content_type, error.headers)
