"""The table of endpoints, and the request as an endpoint sees it."""

import re
from dataclasses import dataclass

from .errors import ApiError, bad_request, not_found
from .validate import json_object, uuid

TABLE = []


@dataclass
class Route:
    method: str
    pattern: re.Pattern
    endpoint: object
    query: tuple  # the query parameters it takes
    only: str | None  # the value of the variant `paths` that knows this path, None for all
    origin: int  # 1 is the API, 2 the host of tiles and previews


def route(method, path, query=(), only=None, origin=1):
    """Register an endpoint: `{name}` in the path is one segment and becomes an argument."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

    def register(endpoint):
        TABLE.append(Route(method, pattern, endpoint, query, only, origin))
        return endpoint

    return register


def find(method, path, origin, variants):
    """(route, its arguments): 404 for unknown paths, 405 for known ones with another method."""
    candidates = [(r, m) for r in TABLE if r.origin == origin and (m := r.pattern.fullmatch(path))]
    for candidate, match in candidates:
        if candidate.method == method:
            if candidate.only and variants.paths not in ("both", candidate.only):
                raise ApiError(int(variants.missing), f"{method} {path} is not here")
            return candidate, match.groupdict()
    if not candidates:
        raise not_found(f"Path {path}")
    allowed = ", ".join(sorted({candidate.method for candidate, _ in candidates}))
    raise ApiError(405, f"Request method '{method}' is not supported", headers={"Allow": allowed})


def _single_values(query, known):
    """The query as a dict of texts; parameters nobody documented are refused."""
    if unknown := set(query) - set(known):
        raise bad_request(f"unknown query parameters: {', '.join(sorted(unknown))}")
    if any(len(values) > 1 for values in query.values()):
        raise bad_request("a query parameter comes twice")
    return {name: values[0] for name, values in query.items()}


class Call:
    """One request at an endpoint, with the state locked."""

    def __init__(self, sandbox, record, known_query):
        self.sandbox = sandbox
        self.state = sandbox.state
        self.variants = sandbox.variants
        self.documents = sandbox.documents
        self.headers = record.headers
        self.query = _single_values(record.query, known_query)
        self._record = record

    def json(self):
        """The body as a dict, or 415 or 400."""
        return json_object(self._record.body, self.headers.get("content-type"))

    def no_body(self):
        """Calls without a body come without one (notes 6.6)."""
        if self._record.body:
            raise bad_request("this call takes no body")

    def project(self, text, role="readonly"):
        """The project of a path, if the caller's role in it is enough."""
        project = self.state.project(uuid(text, "projectId"))
        self.state.require_role(project, role)
        return project

    def processing(self, text, role="readonly"):
        """The processing of a path, if the caller's role in its project is enough."""
        processing = self.state.processing(uuid(text, "processingId"))
        self.state.require_role(self.state.project(processing.project_id), role)
        return processing
