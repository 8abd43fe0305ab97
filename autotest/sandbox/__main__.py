"""`python3 -m sandbox`: print the base URL, then serve until SIGTERM or SIGINT. Status 1 after a violation (audit)."""

import argparse
import json
import signal
import sys

from . import Sandbox
from .service import DEFAULT_DATA


def arguments():
    parser = argparse.ArgumentParser(prog="sandbox", description="A local stand-in for the Mapflow service.")
    parser.add_argument("--data", default=DEFAULT_DATA, help="folder with account.json, imagery.json and results")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--log", metavar="FILE", help="append one JSON line per request")
    parser.add_argument("--variant", action="append", default=[], metavar="NAME[=VALUE]", help="see variants.py")
    parser.add_argument("--fault", action="append", default=[], metavar="JSON", help="see faults.py")
    parser.add_argument("--seconds-per-job", type=float, default=2.0, help="from UNPROCESSED to OK")
    parser.add_argument("--token", help="base64 of email:secret, instead of the login in account.json")
    parser.add_argument("--seed", type=int, help="the same new ids in every run")
    return parser.parse_args()


def main():
    options = arguments()
    stop = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)
    sandbox = Sandbox(options.data, options.port, options.seed, options.seconds_per_job, options.token, options.log)
    with sandbox:
        try:
            for variant in options.variant:
                sandbox.variants.set_text(variant)
            for fault in options.fault:
                sandbox.fault(**json.loads(fault))
        except (TypeError, ValueError) as error:
            sys.exit(f"sandbox: {error}")
        print(sandbox.url, flush=True)
        signal.sigwait(stop)
        violations = list(sandbox.violations)
        sandbox.violations.clear()
    if violations:
        sys.exit("sandbox: " + "; ".join(violations))


if __name__ == "__main__":
    main()
