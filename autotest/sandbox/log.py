"""The request log: what came in, on which connection, and what went out."""

import json
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Record:
    """One request. `body`, `parts`, `status`, `bytes_sent` and `time_end` fill in while it is read and answered.

    `path` is decoded and without the API's base path; `raw_path` is the request
    target as it arrived. `status` stays None when no answer was given.
    `bytes_sent` counts body bytes after content encoding, without chunk framing.
    The body of an upload is not kept: `parts` says what came.
    """

    method: str
    path: str
    raw_path: str
    query: dict
    headers: dict
    body: bytes
    connection: int
    origin: int = 1
    status: int | None = None
    bytes_sent: int = 0
    dropped: bool = False
    parts: list = field(default_factory=list)  # of an upload: name, filename, content_type, size, checksum
    upload: object = None  # what a streamed body was read to; not kept when the answer is out
    time_start: float = field(default_factory=time.monotonic)
    time_sent: float | None = None  # just before the last bytes of the answer: its client cannot have it yet
    time_end: float | None = None

    @property
    def json(self):
        """The request body as JSON, or None."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def authorization(self):
        """The Authorization header, or None: on origin 2 anything but None is a leak."""
        return self.headers.get("authorization")

    def as_json(self):
        """One line for `--log`."""
        members = dict(self.__dict__, body=self.body.decode("utf-8", "replace"))
        del members["upload"]
        return json.dumps(members, ensure_ascii=False)


class RequestLog:
    """A list of records that threads may append to while others read."""

    def __init__(self, path=None):
        self._changed = threading.Condition()
        self._records = []
        self._file = open(path, "a", encoding="utf-8") if path else None

    def add(self, record):
        with self._changed:
            self._records.append(record)

    def finish(self, record):
        """Mark a record as answered (or given up) and write it to the log file."""
        with self._changed:
            record.upload = None
            record.time_end = record.time_sent or time.monotonic()
            if self._file:
                self._file.write(record.as_json() + "\n")
                self._file.flush()
            self._changed.notify_all()

    def settle(self, timeout=1.0):
        """Wait until no request is being answered; the records as a list."""
        with self._changed:
            self._changed.wait_for(lambda: all(r.time_end for r in self._records), timeout)
            return list(self._records)

    def clear(self):
        with self._changed:
            self._records.clear()

    def close(self):
        with self._changed:
            if self._file:
                self._file.close()
                self._file = None

    def __len__(self):
        return len(self._records)

    def __getitem__(self, index):
        with self._changed:
            return self._records[index]

    def __iter__(self):
        with self._changed:
            return iter(list(self._records))
