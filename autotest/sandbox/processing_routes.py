"""Endpoints of processings (API notes 6, 7.1)."""

from .body import Reply
from .errors import ApiError, bad_request
from .model import update_texts
from .paging import Paging
from .results import result_reply
from .routing import route
from .submission import read_cost, read_create
from .validate import Members


def _sort_keys(state):
    """sortBy values of notes 6.4."""

    def provider(processing):
        return next(iter(processing.source.values())).get("providerName", "")

    return {
        "SCENARIO": lambda p: p.model["name"],
        "NAME": lambda p: p.name.lower(),
        "PROJECT": lambda p: state.project(p.project_id).name,
        "EMAIL": lambda p: state.project(p.project_id).owner["email"],
        "CREATED": lambda p: p.created,
        "STATUS": lambda p: p.status or "",
        "PROGRESS": lambda p: p.percent,
        "COMPLETED": lambda p: p.updated,
        "COST": lambda p: p.cost,
        "AREA": lambda p: p.area,
        "PROVIDER": provider,
    }


@route("POST", "/processings/v2")
def create(call):
    submission = read_create(call.state, call.variants, call.json())
    return Reply.json(call.documents.processing(call.state.create(submission)))


@route("POST", "/processing/cost/v2")
def cost(call):
    submission = read_cost(call.state, call.variants, call.json())
    credits = call.documents.cost(*submission.costs(call.state))
    if call.variants.cost_type == "text":
        return Reply(200, f" {credits}\n".encode(), "text/plain")
    return Reply.json(credits)


@route("GET", "/processings/v2", only="docs")
def list_all(call):
    state = call.state
    everything = call.variants.list_scope == "all"
    chosen = state.all_processings() if everything else state.processings_of(state.default_project)
    return Reply.json([call.documents.processing(processing) for processing in chosen])


@route("GET", "/projects/{project}/processings/v2", only="docs")
def list_project(call, project):
    chosen = call.state.processings_of(call.project(project))
    return Reply.json([call.documents.processing(processing) for processing in chosen])


@route("POST", "/projects/{project}/processings/v2/page", only="plugin")
def page_project(call, project):
    project = call.project(project)
    body = Members(call.json())
    paging = Paging(body, _sort_keys(call.state), 30, call.variants.most_per_page)
    wanted = (body.text("terms") or "").lower()
    body.finish()
    found = [p for p in call.state.processings_of(project) if wanted in p.name.lower()]
    page = [call.documents.processing(processing) for processing in paging.cut(found)]
    return Reply.json(call.documents.page(page, len(found)))


@route("GET", "/processings/{processing}/v2")
def get(call, processing):
    return Reply.json(call.documents.processing(call.processing(processing)))


@route("GET", "/processings/{processing}/aois")
def aois(call, processing):
    if call.variants.aois in ("404", "405", "410"):
        raise ApiError(int(call.variants.aois), "AOIs are not here any more")
    documents = [call.documents.aoi(aoi) for aoi in call.processing(processing).aois]
    return Reply.json({"aois": documents} if call.variants.aois == "object" else documents)


@route("GET", "/processings/{processing}/result", query=("aoiId",))
def result(call, processing):
    return result_reply(call, call.processing(processing), call.query.get("aoiId"))


@route("PUT", "/processings/{processing}/v2", only="plugin")
def update(call, processing):
    processing = call.processing(processing, role="maintainer")
    body = Members(call.json())
    update_texts(processing, body)
    return Reply.json(call.documents.processing(processing))


@route("PUT", "/processings/{processing}", only="docs")
def update_or_move(call, processing):
    processing = call.processing(processing, role="maintainer")
    body = Members(call.json())
    target = body.uuid("projectId")
    if target is not None:
        call.project(target, role="contributor")
    update_texts(processing, body)
    processing.project_id = target or processing.project_id
    return _docs_answer(call, processing)


def _docs_answer(call, processing):
    """No source shows what these calls answer (notes 6.6)."""
    if call.variants.docs_answer == "empty":
        return Reply(200)
    return Reply.json(call.documents.processing(processing))


@route("DELETE", "/processings/{processing}")
def delete(call, processing):
    call.no_body()
    del call.state.processings[call.processing(processing, role="maintainer").id]
    return Reply(200)


@route("POST", "/processings/{processing}/restart/v2", only="plugin")
def restart(call, processing):
    return Reply.json(call.documents.processing(_restarted(call, processing)))


@route("POST", "/processings/{processing}/restart", only="docs")
def restart_as_documented(call, processing):
    return _docs_answer(call, _restarted(call, processing))


def _restarted(call, processing):
    call.no_body()
    processing = call.processing(processing, role="contributor")
    if processing.status not in ("FAILED", "CANCELLED"):
        raise bad_request(f"A processing in status {processing.status} cannot be restarted")
    call.state.restart(processing)
    return processing


@route("PUT", "/processings/{processing}/rate")
def rate(call, processing):
    processing = call.processing(processing, role="maintainer")
    body = Members(call.json())
    rating = {"rating": body.integer("rating", 1, 5, required=True), "feedback": body.text("feedback")}
    body.finish()
    if processing.status != "OK":
        raise bad_request("Only a processing in status OK can be rated")
    processing.rating = rating
    return Reply(200)


@route("PUT", "/processings/{processing}/acceptation")
def accept(call, processing):
    call.no_body()
    _under_review(call, processing).review = "ACCEPTED"
    return Reply(200)


@route("PUT", "/processings/{processing}/rejection")
def reject(call, processing):
    processing = _under_review(call, processing)
    body = Members(call.json())
    body.text("comment", required=True)
    collection = Members(body.object("features", required=True), "features")
    body.finish()
    collection.one_of("type", ("FeatureCollection",), required=True)
    collection.list("features", required=True)
    processing.review = "NOT_ACCEPTED"
    return Reply(200)


def _under_review(call, processing):
    """Review calls need status OK and reviewStatus IN_REVIEW (notes 6.6)."""
    processing = call.processing(processing, role="maintainer")
    if processing.status != "OK" or processing.review != "IN_REVIEW":
        raise bad_request("The processing is not in review")
    return processing
