"""The sandbox as one object: two origins, an account, variants, faults and a request log."""

import traceback
from pathlib import Path

from . import account_routes, layer_routes, processing_routes  # noqa: F401 (they fill the table of routes)
from .auth import api_token, login_of, oauth_token, require_user
from .body import Reply
from .documents import Documents
from .errors import ApiError, not_found
from .faults import Faults
from .log import RequestLog
from .routing import Call, find
from .server import Origin
from .state import State
from .variants import Variants

DEFAULT_DATA = Path(__file__).resolve().parents[2] / "data"


class Sandbox:
    """A running service; `stop` or the end of a `with` block ends it.

    data             folder with account.json and the results it names
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
        self._servers = [Origin(self, 1, port), Origin(self, 2, 0)]
        self.origins = {server.number: server.address for server in self._servers}
        self.documents = Documents(self.state, self.variants, self.origins[2])

    @property
    def url(self):
        return self.origins[1] + self.base_path

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()

    def stop(self):
        """End both servers and every open connection; safe to call twice."""
        servers, self._servers = self._servers, []
        for server in servers:
            server.stop()
        self.requests.settle()  # the last answers are on their way to the log
        self.requests.close()

    def answer(self, record):
        """The reply of the service to one request, faults aside."""
        try:
            return self._dispatch(record)
        except ApiError as error:
            return Reply.error(error, self.variants.error_shape)
        except Exception as mistake:  # a mistake in the sandbox: show it on both ends
            traceback.print_exc()
            return Reply.error(ApiError(500, f"sandbox: {mistake!r}"), self.variants.error_shape)

    def _dispatch(self, record):
        """The second origin serves layers, and the API for reading to whoever was redirected there."""
        in_api = record.raw_path.startswith(self.base_path + "/")
        if not in_api and record.origin == 1:
            raise not_found(f"Path {record.path}")
        if record.origin == 1 and record.path != "/version":
            require_user(record.authorization, self.token, self.oauth_token, self.variants.auth)
        if record.origin == 2 and in_api and record.method != "GET":
            raise ApiError(405, "read only", headers={"Allow": "GET"})
        route, arguments = find(record.method, record.path, 1 if in_api else 2, self.variants)
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
