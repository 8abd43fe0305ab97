"""Reads and checks what asks for a processing or its price (API notes 6.2, 6.5, 12.3)."""

from dataclasses import dataclass

from .area import bounds_area, total_area
from .errors import ApiError, bad_request, not_found
from .geometry import polygons_of
from .model import Project
from .source import problems_of, read_source
from .validate import Members

DEFAULT_MAX_AOIS = 10  # when the account does not say (notes 4.1)


@dataclass
class Submission:
    """A checked request. `project` and `name` may be None when only a price was asked for."""

    name: str | None
    project: Project | None
    model: dict
    blocks: list  # names of the enabled ones
    polygons: list | None
    area_m2: float
    source: dict
    inference: dict | None
    meta: dict | None
    description: str | None
    job_messages: list  # what the job will fail with: the service accepts, then the job finds out

    def costs(self, state):
        """Credits: (exact, rounded up)."""
        return state.costs(self.area_m2, self.model, self.blocks, self.source)


def read_create(state, variants, document):
    """The body of POST /processings/v2: refuses whatever the service would refuse."""
    body = Members(document)
    strict = variants.required == "reference"
    name = body.filled_text("name", required=strict)
    project = _project(state, body, required=strict) or state.default_project
    state.require_role(project, "contributor")
    model = _model(state, body, project)
    polygons = polygons_of(body.object("geometry", required=True))
    submission = _rest(state, variants, body, name or model["name"], project, model, polygons, None, strict)
    _check_limits(state, submission)
    _check_balance(state, submission)
    return submission


def read_cost(state, variants, document):
    """The body of POST /processing/cost/v2: `wdId` only, and a geometry or an area.

    The whole create body is accepted too, as the plugin sends it (notes 6.5).
    """
    body = Members(document)
    name = body.filled_text("name")
    project = _project(state, body, required=False)
    if "wdName" in body:
        raise bad_request("the price is asked with wdId")
    model = _model(state, body, project)
    if ("geometry" in body) == ("areaSqKm" in body):
        raise bad_request("exactly one of geometry and areaSqKm is needed")
    geometry = body.object("geometry")
    polygons = None if geometry is None else polygons_of(geometry)
    area_km2 = body.positive_number("areaSqKm")
    return _rest(state, variants, body, name, project, model, polygons, area_km2, False)


def _rest(state, variants, body, name, project, model, polygons, area_km2, needs_params):
    """The members that create and cost share."""
    params = body.object("params", required=needs_params)
    if params is None:
        source, inference = {"dataProvider": {"providerName": state.providers[0]["name"]}}, None
    else:
        params = Members(params, "params")
        source = read_source(state, variants, params.object("sourceParams", required=True))
        inference = params.object("inferenceParams")
        params.finish()
    blocks = _enabled_blocks(model, body.list("blocks") or [])
    meta = body.text_map("meta")
    description = body.text_or_null("description")
    body.finish()
    area_m2 = area_km2 * 1e6 if polygons is None else total_area(polygons)
    _check_provider_minimum(state, source, area_m2)
    return Submission(
        name=name,
        project=project,
        model=model,
        blocks=blocks,
        polygons=polygons,
        area_m2=area_m2,
        source=source,
        inference=inference,
        meta=meta,
        description=description,
        job_messages=problems_of(source, state.backstage["zooms"].get(model["name"])),
    )


def _project(state, body, required):
    project_id = body.uuid("projectId", required)
    return None if project_id is None else state.project(project_id)


def _model(state, body, project):
    """The model by exactly one of wdId and wdName; names are compared code point by code point.

    Only models linked to the project can be run in it (notes 5).
    """
    if ("wdId" in body) == ("wdName" in body):
        raise bad_request("exactly one of wdId and wdName is needed")
    wanted = body.uuid("wdId") or body.filled_text("wdName")
    model = state.find_model(wanted)
    if model is None:
        raise not_found("Workflow definition")
    if project and model["name"] not in project.model_names:
        raise bad_request(f"{model['name']} is not linked to the project")
    return model


def _enabled_blocks(model, entries):
    known = {block["name"]: block for block in model.get("blocks", [])}
    seen, enabled = set(), []
    for entry in entries:
        block = Members(entry, "blocks[]")
        name = block.filled_text("name", required=True)
        on = block.boolean("enabled", required=True)
        block.finish()
        if name not in known:
            raise bad_request(f"{model['name']} has no block {name}")
        if name in seen:
            raise bad_request(f"block {name} comes twice")
        if not on and not known[name]["optional"]:
            raise bad_request(f"block {name} is not optional")
        seen.add(name)
        if on:
            enabled.append(name)
    return enabled


def _check_provider_minimum(state, source, area_m2):
    provider = state.provider_of(source) or {}
    minimum = provider.get("minAreaSqKm", provider.get("minAreaSqkm", 0))
    if area_m2 / 1e6 < minimum:
        raise bad_request(
            "Area is below the minimum of the data source",
            "ProviderMinAreaError",
            {
                "aoiArea": f"{area_m2 / 1e6:.6f}",
                "providerName": provider["name"],
                "providerMinArea": str(minimum),
            },
        )


def _check_limits(state, submission):
    """Number of polygons, their total area, and the bounding box of each (notes 12.3).

    The area limit is that of the project's owner; null, 0 or missing is none.
    """
    most = state.user.get("maxAoisPerProcessing", DEFAULT_MAX_AOIS)
    if len(submission.polygons) > most:
        raise bad_request(f"{len(submission.polygons)} AOIs are more than the {most} of one processing")
    limit = submission.project.owner.get("aoiAreaLimit")
    if not limit:
        return
    areas = [submission.area_m2, *(bounds_area(polygon) for polygon in submission.polygons)]
    if max(areas) > limit:
        too_large = next(area for area in areas if area > limit)
        raise bad_request(
            "Area of the processing is above the limit",
            "TOO_LARGE_PROCESSING",
            {"area": str(round(too_large)), "aoiAreaLimit": str(limit)},
        )


def _check_balance(state, submission):
    """Credits or area left; a refusal's status and code are in no source."""
    kind = state.user["billingType"]
    _, cost = submission.costs(state)
    if kind == "CREDITS" and state.user["remainingCredits"] < cost:
        raise ApiError(400, "not enough credits")
    if kind == "AREA" and state.user["remainingArea"] < submission.area_m2:
        raise ApiError(400, "not enough area left")
