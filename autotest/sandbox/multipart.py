"""Reads an upload: multipart/form-data with one file, from the connection into a temporary file.

Memory holds a block at a time. Runs of zeros become holes in the temporary
file, so that a large sparse upload takes no disk space.
"""

import hashlib
import re
import tempfile
from dataclasses import dataclass

from .errors import bad_request

BOUNDARY = re.compile(r'multipart/form-data\s*;\s*boundary="?([0-9A-Za-z\'()+_,./:=? -]{1,70}?)"?\s*', re.IGNORECASE)
DISPOSITION = re.compile(r'form-data; name="([^"]*)"(?:; filename="([^"\\\x00-\x1f]*)")?')
MAX_HEADERS = 16384
ZEROS = bytes(1 << 20)


@dataclass
class Part:
    name: str
    filename: str | None
    content_type: str | None
    size: int
    checksum: str  # SHA-1, hexadecimal
    file: object  # a temporary file with the bytes

    def facts(self):
        """What the request log keeps."""
        members = ("name", "filename", "content_type", "size", "checksum")
        return {member: getattr(self, member) for member in members}


class Spool:
    """A temporary file that grows by blocks, and their SHA-1."""

    def __init__(self):
        self.file = tempfile.TemporaryFile()
        self.size = 0
        self._hash = hashlib.sha1()

    def write(self, block):
        self._hash.update(block)
        if len(block) >= 4096 and block == ZEROS[: len(block)]:
            self.file.seek(len(block), 1)
        else:
            self.file.write(block)
        self.size += len(block)

    def finish(self):
        """Returns (file, size, checksum)."""
        self.file.truncate(self.size)
        return self.file, self.size, self._hash.hexdigest()


class _Scanner:
    def __init__(self, incoming):
        self._incoming = incoming
        self._buffer = b""

    def until(self, delimiter, write):
        """Hand what comes before the delimiter to `write`, and drop the delimiter."""
        keep = len(delimiter) - 1
        while (at := self._buffer.find(delimiter)) < 0:
            ready = len(self._buffer) - keep
            if ready > 0:
                write(self._buffer[:ready])
                self._buffer = self._buffer[ready:]
            block = self._incoming.read()
            if not block:
                raise bad_request("There was an error parsing the body")
            self._buffer += block
        if at:
            write(self._buffer[:at])
        self._buffer = self._buffer[at + len(delimiter) :]

    def line(self, delimiter=b"\r\n", most=MAX_HEADERS):
        collected = bytearray()

        def collect(block):
            collected.extend(block)
            if len(collected) > most:
                raise bad_request("There was an error parsing the body")

        self.until(delimiter, collect)
        return bytes(collected)

    def rest(self):
        """The number of bytes to the end of the request."""
        count = len(self._buffer)
        while block := self._incoming.read():
            count += len(block)
        return count


def boundary_of(content_type):
    """The boundary of a multipart content type, or 422."""
    match = BOUNDARY.fullmatch(content_type or "")
    if not match:
        raise bad_request(f"Content-Type '{content_type or ''}' is not multipart/form-data with a boundary")
    return match[1].encode()


def read_parts(incoming, content_type):
    """The parts of the body, each in a temporary file; the body is read to its end."""
    boundary = b"--" + boundary_of(content_type)
    scanner = _Scanner(incoming)
    if scanner.line() != boundary:
        raise bad_request("There was an error parsing the body")
    parts = []
    while True:
        parts.append(_read_part(scanner, b"\r\n" + boundary))
        tail = scanner.line()
        if tail == b"--":
            break
        if tail:
            raise bad_request("There was an error parsing the body")
    if scanner.rest():
        raise bad_request("there are bytes after the last boundary")
    return parts


def _read_part(scanner, delimiter):
    headers = {}
    for line in scanner.line(b"\r\n\r\n").decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if not colon or name.lower() in headers:
            raise bad_request("There was an error parsing the body")
        headers[name.lower()] = value.strip()
    match = DISPOSITION.fullmatch(headers.get("content-disposition", ""))
    if not match:
        raise bad_request("Content-Disposition is not that of a form")
    spool = Spool()
    scanner.until(delimiter, spool.write)
    file, size, checksum = spool.finish()
    return Part(match[1], match[2], headers.get("content-type"), size, checksum, file)


def single_file(parts):
    """The one part of an upload: name `file`, a file name that ends in .tif or .tiff."""
    if [part.name for part in parts] != ["file"]:
        raise bad_request("an upload has exactly one part, file")
    part = parts[0]
    if not part.filename or not part.filename.lower().endswith((".tif", ".tiff")):
        raise bad_request("file: the file name does not end in .tif or .tiff")
    return part
