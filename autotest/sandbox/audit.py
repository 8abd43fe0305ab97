"""What no client may ever do: a run that did it ends with an error (imagery notes 15).

Credentials must not reach the third origin, and what was done once must not be
asked for again after its answer was lost: an upload, a new mosaic, the run of a
planned search. A test that provokes either clears `violations` itself.
"""

import hashlib
import re

ONCE = re.compile(r"/rasters/mosaic(/[^/]+/image|/image)?|/processings/template(/[^/]+(/v2)?)?")


def _operation(record):
    """What tells one such request from another; None for a request that may be repeated."""
    if record.method != "POST" or not ONCE.fullmatch(record.path):
        return None
    body = repr(record.parts) if record.parts else hashlib.sha1(record.body).hexdigest()
    return record.raw_path, body


class Audit:
    def __init__(self, secrets):
        self.violations = []
        self._secrets = secrets
        self._lost = set()

    def brings_credentials(self, record):
        """Whether a request carries what only the API may see; noted if so."""
        leaks = record.authorization is not None or "cookie" in record.headers
        if leaks or any(secret in record.raw_path for secret in self._secrets):
            self.violations.append(f"credentials came to {record.method} {record.path} of origin {record.origin}")
            return True
        return False

    def check_repeat(self, record):
        if _operation(record) in self._lost:
            self.violations.append(f"{record.method} {record.path} was sent again after its answer was lost")

    def lost(self, record):
        """The operation was done, and the client got no answer."""
        if operation := _operation(record):
            self._lost.add(operation)
