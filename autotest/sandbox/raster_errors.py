"""Errors of the raster service, a FastAPI application of its own (imagery notes 1.2).

Its refusals are `{"detail": {"code", "parameters", "message"}}`; what the
framework itself refuses is `{"detail": "…"}` or, for a bad value, a list. The
HTTP status of a code is in no source: those here are the notes' guesses.
"""

from .errors import ApiError

FRAMEWORK = {401: "Not authenticated", 404: "Not Found", 405: "Method Not Allowed"}
STATUS = {
    "FileOpenError": 422,
    "FileCheckFailed": 422,
    "FileValidationFailed": 422,
    "FileTooBig": 413,
    "MemoryLimitExceeded": 413,
    "ImageOutOfBounds": 422,
    "ImageExtentTooBig": 422,
    "ItemNotFound": 404,
    "AccessDenied": 403,
}


class RasterError(ApiError):
    """A refusal with one of the codes above."""

    def __init__(self, code, message, **parameters):
        super().__init__(STATUS[code], message, code, parameters)


class DomainError(ApiError):
    """A refusal of a mosaic or image call that carries a sentence only: `{"message": …}`."""


def not_found(kind, uid):
    return RasterError("ItemNotFound", f"{kind} {uid} not found", instance_type=kind, uid=uid)


def in_raster_shape(error, variants):
    """The same error with the status and the body that the raster service gives it."""
    status = 422 if error.status in (400, 415) else error.status
    if isinstance(error, DomainError) or (isinstance(error, RasterError) and variants.raster_error == "message"):
        document = {"message": error.message}
    elif isinstance(error, RasterError):
        document = {"detail": {"code": error.code, "parameters": error.params, "message": error.message}}
    elif status == 422:
        document = {"detail": [{"loc": ["body"], "msg": error.message, "type": "value_error"}]}
    else:
        document = {"detail": FRAMEWORK.get(status, error.message)}
    shaped = ApiError(status, error.message, error.code, error.params, error.headers)
    shaped.document = document
    return shaped

