"""Endpoints of planned searches (imagery notes 9)."""

from .body import Reply
from .catalogue import read_filters, read_page
from .errors import ApiError, bad_request, not_found
from .routing import route
from .submission import read_create
from .validate import JSON_TYPE, Members, uuid

TEMPLATES = "/processings/template"


def _item(call, text, role="contributor"):
    """The planned search of a path; the caller needs a role in its project."""
    item = call.sandbox.planned.find(text)
    call.state.require_role(call.state.project(item.project_id), role)
    return item


def _aoi_processings(call, item):
    processings = [call.state.processings[p] for p in item.processings if p in call.state.processings]
    return [
        {
            "processingId": p.id,
            "processingName": p.name,
            "processingStatus": p.status,
            "area": p.area,
            "projectId": p.project_id,
            "geometry": p.aois[0].geometry,
        }
        for p in processings
    ]


def _document(call, item, is_short=False):
    document = {
        "id": item.id,
        "name": item.name,
        "status": item.status,
        "createdAt": item.created_at,
        "userId": item.user_id,
        "projectId": item.project_id,
        "activeUntil": item.active_until,
        "lastCheckedAt": item.last_checked,
        "newImagesCount": len(_new_images(call, item)) if item.last_checked else 0,
        "isActive": item.is_active,
        "isArchived": False,
        "area": item.area,
        "maxAoiIntersectionPercent": None,
        "processingParams": item.processing_params,
    }
    if is_short:
        return document
    features = [aoi.feature(_aoi_processings(call, item)) for aoi in item.aois]
    details = {"type": "FeatureCollection", "features": features}
    return {**document, "searchParams": {**item.search_params, "aoiDetails": details}}


def _images(call, item, search):
    return call.sandbox.catalogue.find(search, call.rasters)


def _new_images(call, item):
    found = _images(call, item, call.sandbox.planned.search_of(item, item.aois))
    return [scene for scene in found if scene["id"] not in item.seen]


def _answer(call, item):
    found = _new_images(call, item) if item.last_checked else []
    results = [{"id": scene["id"], "metadata": scene} for scene in found]
    return Reply.json({"template": _document(call, item), "searchResults": results})


def _list(call, documents):
    """An array, or an object around it."""
    shape = call.variants.template_list
    return Reply.json(documents if shape == "array" else {shape: documents})


# --- whole searches


@route("POST", TEMPLATES)
def create(call):
    return _answer(call, call.sandbox.planned.create(call.json(), call.variants.template_polls))


def _read_all(call):
    items = list(call.sandbox.planned.items.values())
    for item in items:
        item.read()
    return items


@route("GET", TEMPLATES)
def list_own(call):
    return _list(call, [_document(call, item) for item in _read_all(call)])


@route("GET", TEMPLATES + "/project/{project}")
def list_project(call, project):
    project = call.project(project)
    chosen = [item for item in _read_all(call) if item.project_id == project.id]
    return _list(call, [_document(call, item, is_short=True) for item in chosen])


@route("GET", TEMPLATES + "/user/{user}")
def list_user(call, user):
    user_id = uuid(user, "userId")
    return _list(call, [_document(call, item) for item in _read_all(call) if item.user_id == user_id])


@route("GET", TEMPLATES + "/{template}")
def get(call, template):
    item = _item(call, template, role="readonly")
    item.read()
    return _answer(call, item)


@route("PUT", TEMPLATES + "/{template}")
def update(call, template):
    item = _item(call, template)
    call.sandbox.planned.update(item, call.json())
    return Reply.json(_document(call, item))


@route("DELETE", TEMPLATES + "/{template}")
def delete(call, template):
    call.no_body()
    del call.sandbox.planned.items[_item(call, template).id]
    return Reply(200)


@route("POST", TEMPLATES + "/{template}/pause")
def pause(call, template):
    call.no_body()
    item = _item(call, template)
    call.sandbox.planned.pause(item)
    return _answer(call, item)


@route("POST", TEMPLATES + "/{template}/resume")
def resume(call, template):
    call.no_body()
    item = _item(call, template)
    call.sandbox.planned.resume(item)
    return _answer(call, item)


@route("POST", TEMPLATES + "/{template}/restart")
def restart(call, template):
    call.no_body()
    item = _item(call, template)
    call.sandbox.planned.restart(item, call.variants.template_polls)
    return _answer(call, item)


# --- areas


def _aoi(item, text):
    aoi_id = uuid(text, "aoiId")
    for aoi in item.aois:
        if aoi.id == aoi_id:
            return aoi
    raise not_found("AOI")


@route("POST", TEMPLATES + "/{template}/aoi")
def add_aois(call, template):
    item, planned = _item(call, template), call.sandbox.planned
    body = Members(call.json())
    if ("aois" in body) == ("geometry" in body):
        raise bad_request("exactly one of geometry and aois is needed")
    entries = body.filled_list("aois")
    if entries is None:
        entries = [{"geometry": body.object("geometry"), "name": body.text_or_null("name")}]
    body.finish()
    added = []
    for entry in entries:
        members = Members(entry, "aois[]")
        geometry, name = members.object("geometry", required=True), members.text_or_null("name")
        members.finish()
        if geometry.get("type") == "Polygon":
            added.append(planned.aoi(name, geometry))
    item.aois += added
    planned.check_area(item)
    return Reply.json({"addedCount": len(added), "partitioningTriggered": False})


@route("POST", TEMPLATES + "/{template}/aoi/{aoi}")
def change_aoi(call, template, aoi):
    item = _item(call, template)
    aoi = _aoi(item, aoi)
    body = Members(call.json())
    geometry = body.object("geometry")
    name = body.text_or_null("name") if "name" in body else aoi.name
    body.finish()
    changed = call.sandbox.planned.aoi(name, geometry or aoi.geometry)
    aoi.name, aoi.geometry, aoi.polygon = changed.name, changed.geometry, changed.polygon
    return Reply.json(aoi.feature(_aoi_processings(call, item)))


@route("PUT", TEMPLATES + "/{template}/aoi/{aoi}")
def no_such_change(call, template, aoi):
    """The service has no PUT here, and says 404 (notes 9.3)."""
    raise ApiError(404, "Not Found")


@route("DELETE", TEMPLATES + "/{template}/aoi")
def delete_aois(call, template):
    item = _item(call, template)
    body = Members(call.json())
    ids = [_aoi(item, text).id for text in body.filled_list("aoiIds", required=True)]
    body.finish()
    item.aois = [aoi for aoi in item.aois if aoi.id not in ids]
    return Reply.json({"deletedCount": len(ids)})


# --- images


@route("POST", TEMPLATES + "/{template}/images")
def images(call, template):
    item = _item(call, template, role="readonly")
    body = Members(call.json())
    ids = body.list("aoiIds")
    filters, page = read_filters(body), read_page(body)
    body.finish()
    chosen = item.aois if ids is None else [_aoi(item, text) for text in ids]
    if not chosen:
        raise bad_request("the template has no such area")
    search = call.sandbox.planned.search_of(item, chosen, **filters, **page)
    found = [{**scene, "isNew": scene["id"] not in item.seen} for scene in _images(call, item, search)]
    if call.variants.null_providers:
        found = [{**scene, "providerName": None} for scene in found]
    return Reply.json(call.sandbox.catalogue.document(found, search))


@route("POST", TEMPLATES + "/{template}/image/{image*}/seen")
def seen(call, template, image):
    call.no_body()
    _item(call, template).seen.add(image)
    return Reply(200)


@route("PUT", TEMPLATES + "/{template}/image/seenAll")
def all_seen(call, template):
    call.no_body()
    if not JSON_TYPE.fullmatch(call.headers.get("content-type", "")):
        raise ApiError(415, "Content-Type is not application/json")
    item = _item(call, template)
    item.seen |= {scene["id"] for scene in _new_images(call, item)}
    return Reply(200)


# --- processings: these cost credits


def _run(call, template):
    item = _item(call, template)
    document = call.json()
    body = Members(document)
    body.boolean("updateTemplateGeometry")
    if "projectId" in body:
        raise bad_request("a run belongs to the project of its template")
    rest = {name: value for name, value in document.items() if name != "updateTemplateGeometry"}
    submission = read_create(call.state, call.variants, {**rest, "projectId": item.project_id})
    processing = call.state.create(submission)
    item.processings.append(processing.id)
    return processing


@route("POST", TEMPLATES + "/{template}/v2")
def run(call, template):
    return Reply.json(call.documents.processing(_run(call, template)))


@route("POST", TEMPLATES + "/{template}")
def run_v1(call, template):
    return Reply.json(_version_1(call, _run(call, template)))


@route("GET", TEMPLATES + "/{template}/processings")
def processings(call, template):
    item = _item(call, template, role="readonly")
    found = [call.state.processing(p) for p in item.processings if p in call.state.processings]
    documents = [_version_1(call, processing) for processing in found]
    return Reply.json(documents if call.variants.template_list == "array" else {"results": documents})


def _version_1(call, processing):
    """A processing of the old API: `params` is a flat map of texts (notes 9.2)."""
    document = call.documents.processing(processing)
    ((_, source),) = processing.source.items()
    return {**document, "params": {name: str(value) for name, value in source.items()}}
