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
    origin: int  # 1 is the API, 2 the host of layers and base maps, 3 that of own and found imagery
    stream: tuple | None  # (check, read) of a body that is read in blocks, see `service.receive`


def route(method, path, query=(), only=None, origin=1, stream=None):
    """Register an endpoint: `{name}` in the path is one segment and becomes an argument, `{name*}` may hold slashes.

    A query parameter that ends in `[]` may come several times and gives a list.
    """
    pattern = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.+)", path)
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern))

    def register(endpoint):
        TABLE.append(Route(method, pattern, endpoint, query, only, origin, stream))
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


def _query_values(query, known):
    """The query as a dict of texts and lists; parameters nobody documented are refused."""
    lists = {name[:-2] for name in known if name.endswith("[]")}
    if unknown := set(query) - set(known) - lists:
        raise bad_request(f"unknown query parameters: {', '.join(sorted(unknown))}")
    if any(len(values) > 1 for name, values in query.items() if name not in lists):
        raise bad_request("a query parameter comes twice")
    return {name: values if name in lists else values[0] for name, values in query.items()}


class Call:
    """One request at an endpoint, with the state locked. `upload` is what a streamed body was read to."""

    def __init__(self, sandbox, record, known_query):
        self.sandbox = sandbox
        self.state = sandbox.state
        self.variants = sandbox.variants
        self.documents = sandbox.documents
        self.imagery = sandbox.imagery
        self.rasters = sandbox.rasters
        self.upload = record.upload
        self.headers = record.headers
        self.query = _query_values(record.query, known_query)
        self._record = record

    @property
    def raw_query(self):
        """The query as it arrived."""
        return self._record.raw_path.partition("?")[2]

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
