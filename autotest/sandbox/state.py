"""The account: what is in it, and how tests put things there. Hold `lock` for anything longer than one call."""

import copy
import json
import random
import threading
import uuid
from collections import deque
from pathlib import Path

from .billing import cost_in_credits, data_price, exact_cost, model_price
from .errors import ApiError, not_found
from .imagery import Imagery
from .model import ROLES, Aoi, Processing, Project, now, unique_messages

LEIDEN = {
    "type": "Polygon",
    "coordinates": [[[4.48, 52.15], [4.51, 52.15], [4.51, 52.17], [4.48, 52.17], [4.48, 52.15]]],
}
SOURCE = {"dataProvider": {"providerName": "Mapbox", "zoom": 18}}


class State:
    """User, models, providers, projects and processings, seeded from account.json.

    Its members `projects` and `processings` are the arguments of `add_project`
    and `add_processing`; `sandbox` holds what the service knows and never shows
    (`backstage`): by model name the file a new processing yields and the zooms
    it accepts, which models are custom or give rasters, and which providers are
    outside the plan. Own imagery is seeded from imagery.json.
    """

    def __init__(self, data, seed=None, seconds_per_job=2.0):
        account = json.loads((Path(data) / "account.json").read_text(encoding="utf-8"))
        self.lock = threading.RLock()
        self.data = Path(data)
        self.seconds_per_job = seconds_per_job
        self.user = account["user"]
        self.secret = self.user.pop("secret")
        self.owner = account["owner"]
        self.models = account["models"]
        self.providers = account["dataProviders"]
        self.search_providers = account["searchDataProviders"]
        self.backstage = account["sandbox"]
        self.projects = {}
        self.processings = {}
        self.submitted = []  # ids of the processings that were asked for: all that costs credits
        self._random = random.Random(seed)
        self._failures = deque()
        self.imagery = Imagery(self.data / "imagery.json", self.user, self.new_id)
        for project in account["projects"]:
            self.add_project(**project)
        for processing in account["processings"]:
            self.add_processing(**processing)

    def new_id(self):
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    # --- projects

    def project(self, project_id):
        """By id; 404 for unknown ones."""
        if project_id not in self.projects:
            raise not_found("Project")
        return self.projects[project_id]

    @property
    def default_project(self):
        return next(project for project in self.projects.values() if project.is_default)

    def find_project(self, id_or_name):
        """For seeds and tests: None is the default project."""
        if id_or_name is None:
            return self.default_project
        return next(p for p in self.projects.values() if id_or_name in (p.id, p.name))

    def add_project(
        self,
        name,
        description=None,
        id=None,
        is_default=False,
        models=None,
        owner=None,
        share=None,
        created=None,
        updated=None,
    ):
        """A new project; returns its id. `owner` changes members of its `user` object, e.g. aoiAreaLimit.

        Custom models are not linked to new projects by themselves (notes 5).
        """
        with self.lock:
            moment = now()
            custom = self.backstage["customModels"]
            project = Project(
                id=id or self.new_id(),
                name=name,
                description=description,
                is_default=is_default,
                model_names=models or [m["name"] for m in self.models if m["name"] not in custom],
                owner={**self.owner, **(owner or {})},
                share=share,
                created=created or moment,
                updated=updated or created or moment,
            )
            self.projects[project.id] = project
            return project.id

    def remove_project(self, project):
        """A project goes with its processings (D32)."""
        for processing in self.processings_of(project):
            del self.processings[processing.id]
        del self.projects[project.id]

    def role(self, project):
        return project.role_of(self.user["email"])

    def require_role(self, project, needed):
        """403 unless the caller's role in a project is `needed` or more; unknown roles may read."""
        role = self.role(project)
        rank = ROLES.index(role) if role in ROLES else 0
        if rank < ROLES.index(needed):
            raise ApiError(403, f"Role {role} may not do this in project {project.name}")

    # --- processings

    def processing(self, processing_id):
        """By id, as of now; 404 for unknown ones."""
        if processing_id not in self.processings:
            raise not_found("Processing")
        processing = self.processings[processing_id]
        processing.advance()
        return processing

    def all_processings(self):
        """In order of creation."""
        return [self.processing(processing_id) for processing_id in self.processings]

    def processings_of(self, project):
        return [p for p in self.all_processings() if p.project_id == project.id]

    def add_processing(
        self,
        name="processing",
        status="OK",
        result=None,
        project=None,
        aois=None,
        messages=(),
        review=None,
        raster=False,
        *,
        id=None,
        description=None,
        percent=None,
        model=None,
        blocks=(),
        source=None,
        inference=None,
        meta=None,
        rating=None,
        created=None,
        updated=None,
        **overrides,
    ):
        """A processing as it is, without a job; returns its id.

        `result` is GeoJSON bytes, a path (text is relative to the data folder),
        or None for an empty collection. `project` and `model` are ids or names.
        `aois` are GeoJSON geometries, or dicts with `geometry` and any of
        `id`, `status`, `percent`, `messages`, `result`. `messages` go to every
        failed AOI. `overrides` are document members by their JSON name; the
        value `...` leaves a member out.
        """
        with self.lock:
            model = self.find_model(model) if model else self.models[0]
            source = copy.deepcopy(source or SOURCE)
            if percent is None:
                percent = 100 if status in ("OK", "REFUNDED") else 0
            areas = [self._aoi(entry, status, percent, messages) for entry in aois or [LEIDEN]]
            moment = now()
            processing = Processing(
                id=id or self.new_id(),
                name=name,
                description=description,
                project_id=self.find_project(project).id,
                status=status,
                percent=percent,
                model=model,
                blocks=self.all_blocks(model, blocks),
                source=source,
                inference=inference,
                meta=meta,
                aois=areas,
                messages=unique_messages(areas) or list(messages),
                review=review,
                review_until="2030-01-01T00:00:00Z" if review == "IN_REVIEW" else None,
                rating=rating,
                cost=0,
                exact_cost=0.0,
                result=self._result(result),
                raster=raster,
                created=created or moment,
                updated=updated or created or moment,
                overrides=overrides,
            )
            processing.exact_cost, processing.cost = self.costs(processing.area, model, blocks, source)
            self.processings[processing.id] = processing
            return processing.id

    def _aoi(self, entry, status, percent, messages):
        entry = entry if "geometry" in entry else {"geometry": entry}
        own_status = entry.get("status", status)
        return Aoi(
            id=entry.get("id") or self.new_id(),
            geometry=entry["geometry"],
            status=own_status,
            percent=entry.get("percent", 100 if own_status == "OK" else percent),
            messages=list(entry.get("messages", messages if own_status == "FAILED" else ())),
            result=self._result(entry.get("result")),
        )

    def _result(self, result):
        return self.data / result if isinstance(result, (str, Path)) else result

    def create(self, submission):
        """Start what a checked `Submission` asks for, and take its credits."""
        polygons = [{"type": "Polygon", "coordinates": polygon} for polygon in submission.polygons]
        processing_id = self.add_processing(
            name=submission.name,
            status="UNPROCESSED",
            result=self.backstage["results"].get(submission.model["name"]),
            project=submission.project.id,
            aois=polygons,
            raster=submission.model["name"] in self.backstage["rasterModels"],
            description=submission.description,
            model=submission.model["id"],
            blocks=submission.blocks,
            source=submission.source,
            inference=submission.inference,
            meta=submission.meta,
        )
        processing = self.processings[processing_id]
        self.submitted.append(processing_id)
        self._charge(processing)
        failing = self._planned_failure(processing)
        if submission.job_messages:
            failing = {aoi.id: submission.job_messages for aoi in processing.aois}
        processing.start(self.seconds_per_job, failing)
        return processing

    def _charge(self, processing):
        if self.user["billingType"] == "CREDITS":
            self.user["remainingCredits"] -= processing.cost
        elif self.user["billingType"] == "AREA":
            self.user["remainingArea"] -= processing.area
        self.user["processedArea"] += processing.area

    def fail_next(self, messages, aois=None):
        """Let the next created or restarted processing end FAILED; `aois` are positions, all when None."""
        with self.lock:
            self._failures.append((messages, aois))

    def _planned_failure(self, processing):
        if not self._failures:
            return {}
        messages, positions = self._failures.popleft()
        chosen = processing.aois if positions is None else [processing.aois[i] for i in positions]
        return {aoi.id: messages for aoi in chosen}

    def restart(self, processing):
        """Run the failed AOIs again under the same id (notes 6.6)."""
        processing.start(self.seconds_per_job, self._planned_failure(processing), restarted=True)
        processing.updated = now()

    def set_result(self, processing_id, result, aoi_id=None):
        """Replace the result of a processing, or of one AOI of it; nothing else about it changes."""
        with self.lock:
            processing = self.processings[processing_id]
            holder = processing if aoi_id is None else self.aoi(processing, aoi_id)
            holder.result = self._result(result)

    def set_status(self, processing_id, status, percent=None):
        """End any job and set the status of a processing and of its AOIs."""
        with self.lock:
            processing = self.processings[processing_id]
            processing.job = None
            processing.updated = now()
            for holder in (processing, *processing.aois):
                holder.status = status
                holder.percent = percent if percent is not None else 100 if status == "OK" else holder.percent

    @staticmethod
    def aoi(processing, aoi_id):
        """An AOI of a processing; 404 for unknown ones."""
        for aoi in processing.aois:
            if aoi.id == aoi_id:
                return aoi
        raise not_found("AOI")

    # --- models and providers

    def find_model(self, id_or_name):
        return next((m for m in self.models if id_or_name in (m["id"], m["name"])), None)

    @staticmethod
    def all_blocks(model, enabled):
        """The blocks of a processing: every one of the model, on or off."""
        return [
            {"name": b["name"], "displayName": b["displayName"], "enabled": not b["optional"] or b["name"] in enabled}
            for b in model.get("blocks", [])
        ]

    def find_provider(self, name):
        return next((p for p in self.providers if p["name"] == name), None)

    def find_search_provider(self, name):
        """Case does not matter here: the plugin sends these names in lower case (notes 6.2)."""
        return next((p for p in self.search_providers if p["name"].lower() == name.lower()), None)

    def provider_of(self, source):
        """The priced provider behind sourceParams, or None for own imagery and own URLs."""
        if "dataProvider" in source:
            return self.find_provider(source["dataProvider"]["providerName"])
        if "imagerySearch" in source:
            return self.find_search_provider(source["imagerySearch"]["dataProvider"])
        return None

    def costs(self, area_m2, model, enabled_blocks, source):
        """Credits for an area with a model on a source: (exact, rounded up)."""
        zoom = next(iter(source.values())).get("zoom")
        price = model_price(model, enabled_blocks) + data_price(self.provider_of(source), zoom)
        return exact_cost(area_m2, price), cost_in_credits(area_m2, price)
