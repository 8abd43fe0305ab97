"""The sandbox as one object: three origins, an account, variants, faults and a request log."""

import traceback
from pathlib import Path

from . import (  # noqa: F401 (they fill the table of routes)
    account_routes,
    catalogue_routes,
    layer_routes,
    planned_routes,
    processing_routes,
    raster_routes,
    tile_routes,
)
from .audit import Audit
from .auth import api_token, login_of, oauth_token, require_user
from .body import Reply
from .catalogue import Catalogue
from .documents import Documents
from .errors import ApiError, bad_request, not_found
from .faults import Faults
from .log import RequestLog
from .planned import PlannedSearches
from .raster_documents import RasterDocuments
from .raster_errors import in_raster_shape
from .routing import Call, find
from .server import Origin
from .state import State
from .variants import Variants

MAX_REQUEST_BODY = 64 << 20  # bytes, of what is no upload
DEFAULT_DATA = Path(__file__).resolve().parents[2] / "data"


class Sandbox:
    """A running service; `stop` or the end of a `with` block ends it, which fails when `violations` holds anything.

    data             folder with account.json, imagery.json and the results they name
    port             0 takes a free one
    seed             makes new ids the same in every run
    seconds_per_job  from UNPROCESSED to OK; 0 is at once
    token            accept this API token (base64 of email:secret) in place of the seed's
    log              file that gets one JSON line per request
    others           variants by name

    `on_request`, when a test sets it, is called with the `Record` of each request that has arrived,
    before anything is done about it: that is the moment to look at what the client has on its disk.
    """

    base_path = "/rest"

    def __init__(self, data=DEFAULT_DATA, port=0, seed=None, seconds_per_job=2.0, token=None, log=None, **variants):
        self.variants = Variants(**variants)
        self.state = State(data, seed, seconds_per_job)
        self.token = token or api_token(self.state.user["email"], self.state.secret)
        self.state.user["email"], _ = login_of(self.token)
        self.oauth_token = oauth_token(self.state.user["email"])
        self.requests = RequestLog(log)
        self.on_request = None
        self.faults = Faults()
        self.audit = Audit([self.token, self.state.secret])
        self.imagery = self.state.imagery
        self.catalogue = Catalogue(self.state, self.variants)
        self.planned = PlannedSearches(self.state)
        self._servers = [Origin(self, 1, port), Origin(self, 2, 0), Origin(self, 3, 0)]
        self.origins = {server.number: server.address for server in self._servers}
        self.rasters = RasterDocuments(
            self.imagery, self.variants, self.state.user, self.state.owner["id"], self.url, self.origins[3]
        )
        self.documents = Documents(self.state, self.variants, self.origins[2], self.rasters)

    @property
    def url(self):
        return self.origins[1] + self.base_path

    def __enter__(self):
        return self

    def __exit__(self, kind, *exception):
        self.stop()
        if self.violations and kind is None:
            raise AssertionError("; ".join(self.violations))

    @property
    def violations(self):
        """What a client did that none may do; see `audit`."""
        return self.audit.violations

    @property
    def submitted(self):
        """The money counter: ids of the processings that cost credits, in order."""
        return self.state.submitted

    def stop(self):
        """End all servers and every open connection; safe to call twice."""
        servers, self._servers = self._servers, []
        for server in servers:
            server.stop()
        self.requests.settle()  # the last answers are on their way to the log
        self.requests.close()

    def receive(self, record, incoming, go_on):
        """Read the body of a request into the record: as bytes, or in blocks where the route has a reader for it.

        `go_on` sends "100 Continue", None when the client does not wait for it.
        An upload that its headers condemn is refused before its body when the client waits, or the variant says so.
        """
        route, arguments = self._stream_route(record)
        refuses_early = route and (go_on or self.variants.upload_refusal == "early")
        if refuses_early:
            self._check_user(record)
            with self.state.lock:
                route.stream[0](Call(self, record, route.query), incoming.size, **arguments)
        if go_on:
            self._meet_expectation(go_on)
        if route:
            record.upload = route.stream[1](incoming, record)
        else:
            record.body = incoming.read_all(MAX_REQUEST_BODY)

    def _stream_route(self, record):
        try:
            route, arguments = self._find(record)
        except ApiError:
            return None, {}
        return (route, arguments) if route.stream else (None, {})

    def _meet_expectation(self, go_on):
        if self.variants.expect == "417":
            raise ApiError(417, "Expectation Failed")
        if self.variants.expect == "continue":
            go_on()

    def answer(self, record):
        """The reply of the service to one request, faults aside."""
        self.audit.check_repeat(record)
        try:
            return self._dispatch(record)
        except ApiError as error:
            return self.refuse(record, error)
        except Exception as mistake:  # a mistake in the sandbox: show it on both ends
            traceback.print_exc()
            return self.refuse(record, ApiError(500, f"sandbox: {mistake!r}"))

    def refuse(self, record, error):
        """The reply of a refusal, in the shape of the application that refuses."""
        if record.origin == 1 and record.path.startswith("/rasters"):
            error = in_raster_shape(error, self.variants)
        return Reply.error(error, self.variants.error_shape)

    def _check_user(self, record):
        if record.origin == 1 and record.path != "/version":
            require_user(record.authorization, self.token, self.oauth_token, self.variants.auth)

    def _find(self, record):
        """The second origin serves layers, and the API for reading to whoever was redirected there."""
        in_api = record.raw_path.startswith(self.base_path + "/")
        if not in_api and record.origin == 1 or in_api and record.origin == 3:
            raise not_found(f"Path {record.path}")
        return find(record.method, record.path, 1 if in_api else record.origin, self.variants)

    def _dispatch(self, record):
        if record.origin == 3 and self.audit.brings_credentials(record):
            raise ApiError(403, "credentials have no place here")
        in_api = record.raw_path.startswith(self.base_path + "/")
        if in_api:
            self._check_user(record)
        if record.origin == 2 and in_api and record.method != "GET":
            raise ApiError(405, "read only", headers={"Allow": "GET"})
        route, arguments = self._find(record)
        if route.stream and record.upload is None:
            raise bad_request("There was an error parsing the body")
        with self.state.lock:
            return route.endpoint(Call(self, record, route.query), **arguments)

    # what tests say most often

    def fault(self, path, method=None, **options):
        """Break requests whose target matches a regular expression; see `faults`."""
        return self.faults.add(path, method=method, **options)

    def clear_log(self):
        self.requests.clear()

    def add_processing(self, *arguments, **options):
        return self.state.add_processing(*arguments, **options)

    def add_project(self, *arguments, **options):
        return self.state.add_project(*arguments, **options)

    def set_result(self, processing_id, result, aoi_id=None):
        self.state.set_result(processing_id, result, aoi_id)

    def set_status(self, processing_id, status, percent=None):
        self.state.set_status(processing_id, status, percent)

    def fail_next(self, messages, aois=None):
        self.state.fail_next(messages, aois)
