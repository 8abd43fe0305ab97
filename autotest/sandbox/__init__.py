"""A local stand-in for the Mapflow service, built from the API notes and stricter than any client needs.

    with Sandbox(data="../data", seconds_per_job=0) as sandbox:
        open_something(sandbox.url, sandbox.token)
        assert sandbox.requests[-1].path == "/user/status"

It refuses what the service would refuse. Where the sources disagree or say
nothing, `variants` choose; `faults` break the network; what no client may do
fails the run (`audit`). Standard library only, 127.0.0.1 only, no state outside
the object.
"""

from .service import Sandbox

__all__ = ["Sandbox"]
