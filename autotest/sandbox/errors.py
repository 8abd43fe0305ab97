"""Errors of the service, and the body shapes the sources show for them (API notes 3.1)."""

import html
import json

REASONS = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "CONFLICT",
    411: "LENGTH_REQUIRED",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    416: "RANGE_NOT_SATISFIABLE",
    417: "EXPECTATION_FAILED",
    429: "TOO_MANY_REQUESTS",
    500: "INTERNAL_SERVER_ERROR",
    502: "BAD_GATEWAY",
    503: "SERVICE_UNAVAILABLE",
    504: "GATEWAY_TIMEOUT",
}


class ApiError(Exception):
    """A refusal: HTTP status, the service's code, a sentence, and `params` (a dict or None)."""

    def __init__(self, status, message, code=None, params=None, headers=None):
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or REASONS.get(status, "ERROR")
        self.params = params
        self.headers = headers or {}
        self.document = None  # the body of the answer, when it is not in the shape of the main API


def bad_request(message, code=None, params=None):
    return ApiError(400, message, code, params)


def not_found(what):
    return ApiError(404, f"{what} not found")


def error_body(error, shape):
    """(body bytes, content type) of an error in one of the shapes of the variant `error_shape`."""
    if error.document is not None:
        return json.dumps(error.document, ensure_ascii=False).encode(), "application/json"
    if shape == "html":
        page = f"<html><head><title>{error.status}</title></head><body>{html.escape(error.message)}</body></html>"
        return page.encode(), "text/html"
    if shape == "text":
        return error.message.encode(), "text/plain; charset=utf-8"
    documents = {
        "api": {"code": error.code, "message": error.message, "params": error.params},
        "old": {"code": error.status, "message": error.message},
        "data": {"detail": {"code": error.code, "parameters": error.params or {}}},
        "detail-list": {"detail": [{"loc": ["body"], "msg": error.message, "type": "value_error"}]},
        "detail-text": {"detail": error.message},
    }
    return json.dumps(documents[shape], ensure_ascii=False).encode(), "application/json"
