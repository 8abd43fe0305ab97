"""The body of a request as it arrives, read in blocks, with the faults of receiving."""

from .errors import ApiError, bad_request

BLOCK = 1 << 20
SLICES_PER_SECOND = 20  # how finely `slow_upload` paces the reading


class HangUp(Exception):
    """The connection ends here with RST: the operation is not done."""


class Early(Exception):
    """The answer goes out before the body is whole."""


class Incoming:
    """The next `size` bytes of a connection; `left` of them were not read yet."""

    def __init__(self, file, headers, effect, stopping):
        if "transfer-encoding" in headers:
            raise ApiError(411, "send a Content-Length")
        text = headers.get("content-length", "0")
        if not text.isdecimal():
            raise bad_request("Content-Length is not usable")
        self.size = self.left = int(text)
        self._file = file
        self._effect = effect
        self._stopping = stopping

    def read(self, most=BLOCK):
        """The next bytes, b"" at the end; 400 when the client sends fewer than it announced."""
        most = min(most, self.left, self._until_fault())
        if most == 0:
            return b""
        if rate := self._effect and self._effect.slow_upload:
            most = min(most, max(1, rate // SLICES_PER_SECOND))
            self._stopping.wait(most / rate)
        block = self._file.read1(most)
        if not block:
            raise bad_request("request body is shorter than its Content-Length")
        self.left -= len(block)
        return block

    def _until_fault(self):
        """How many bytes may be read before a fault strikes; raises it when that is none."""
        effect, seen = self._effect, self.size - self.left
        if not effect:
            return self.left
        if effect.cut_upload is not None and seen >= effect.cut_upload:
            raise HangUp
        if effect.early is not None and seen >= effect.early:
            raise Early
        points = [point - seen for point in (effect.cut_upload, effect.early) if point is not None]
        return min([self.left, *points])

    def read_all(self, most):
        """The whole body of an ordinary request."""
        if self.size > most:
            raise bad_request("Content-Length is not usable")
        blocks = []
        while block := self.read():
            blocks.append(block)
        return b"".join(blocks)

    def drain(self):
        """Read and drop what is left, so that the client can read its answer before the connection ends."""
        while self.left and (block := self._file.read1(min(BLOCK, self.left))):
            self.left -= len(block)
