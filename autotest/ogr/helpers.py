"""What several test files need: the sandbox's processings by name, and the errors of one call."""

import contextlib
import re

from osgeo import gdal

FIXED = "3fa85f64-5717-4562-b3fc-2c963f66"
BUILDINGS = FIXED + "afa6"
COMBO = FIXED + "0001"
NOTHING = FIXED + "0002"
RUNNING = FIXED + "0003"
FAILED = FIXED + "0004"
RASTER = FIXED + "0005"
QUEUED = FIXED + "0006"
AWAITING = FIXED + "0007"
CANCELLED = FIXED + "0008"
REFUNDED = FIXED + "0009"
REWORK = FIXED + "0010"
REVIEW = FIXED + "0011"
UNKNOWN_STATUS = FIXED + "0012"
FOREST = FIXED + "0013"
MISSING = "00000000-0000-4000-8000-000000000000"

FIRST_AREA = "0a1b2c3d-0000-4000-8000-0000000afa61"
SECOND_AREA = "0a1b2c3d-0000-4000-8000-0000000afa62"
BUILDING_COUNT = 2496

# What a GDAL says whose libcurl has been replaced since it was built, as in a Debian that is in the making.
OF_THE_SYSTEM = re.compile(r"^Warning 1: GDAL was built against curl .*\n", re.M)


@contextlib.contextmanager
def reports():
    """Collects (class, message) of the warnings and errors that GDAL reports, in order."""
    seen = []

    def take(kind, number, message):
        if kind != gdal.CE_Debug:
            seen.append((kind, message))

    gdal.PushErrorHandler(take)
    try:
        yield seen
    finally:
        gdal.PopErrorHandler()


def refusal(name, **options):
    """Opens what must be refused with exactly one error; returns its text.

    Warnings of GDAL itself about values that are not in the list of an option do not count.
    """
    with reports() as seen:
        dataset = gdal.OpenEx(name, gdal.OF_VECTOR,
                              open_options=[f"{key}={value}" for key, value in options.items()])
    assert dataset is None
    errors = [text for kind, text in seen if kind != gdal.CE_Warning]
    assert len(errors) == 1, seen
    return errors[0]


def secrets_of(sandbox):
    """Every text that must never be seen: the token, with and without padding, and its secret."""
    return [sandbox.token, sandbox.token.rstrip("="), sandbox.state.secret]
