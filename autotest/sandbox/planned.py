"""Planned searches: areas that the service searches once a day (imagery notes 9; the API says "template")."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from .area import polygon_area
from .catalogue import Search, moment, read_filters, read_wishes
from .errors import bad_request, not_found
from .geometry import polygons_of
from .model import now
from .validate import Members, uuid

LONGEST = timedelta(days=183)  # half a year: the end of a planned search lies before now and this
MAX_AOI_NAME = 64  # characters
ACTIVE_CAP = 2  # of the free plan (notes 9.1)


@dataclass
class PlannedAoi:
    id: str
    name: str | None
    geometry: dict  # a Polygon
    polygon: list

    def feature(self, processings):
        return {
            "type": "Feature",
            "id": self.id,
            "properties": {"id": self.id, "name": self.name, "processings": processings, "hasNewImages": False},
            "geometry": self.geometry,
        }


@dataclass
class PlannedSearch:
    id: str
    name: str
    project_id: str
    user_id: str
    active_until: str
    search_params: dict  # without the areas
    aois: list
    is_active: bool
    created_at: str
    processing_params: dict | None = None
    status: str = "SEARCHING"
    reads_left: int = 0  # until it has searched
    last_checked: str | None = None
    seen: set = field(default_factory=set)  # ids of images
    processings: list = field(default_factory=list)  # ids

    @property
    def area(self):
        return round(sum(polygon_area(aoi.polygon) for aoi in self.aois))

    def read(self):
        """Time passes by being asked for."""
        if self.status == "SEARCHING":
            if self.reads_left > 0:
                self.reads_left -= 1
            else:
                self.status, self.last_checked = "READY", now()

    def start(self, polls):
        self.status, self.reads_left, self.last_checked = "SEARCHING", polls, None
        if not self.aois:
            self.status = "FAILED"


def _end(text):
    """`activeUntil`: after now, before half a year from now."""
    end, today = moment(text), datetime.now(timezone.utc)
    if not today < end < today + LONGEST:
        raise bad_request("activeUntil is not within the next six months")
    return text


def _aoi_name(name):
    if name is not None and (not isinstance(name, str) or len(name) > MAX_AOI_NAME):
        raise bad_request(f"the name of an area is a text of up to {MAX_AOI_NAME} characters")
    return name


class PlannedSearches:
    """Those of the account. `cap` is how many may be active at once."""

    def __init__(self, state):
        self._state = state
        self.items = {}
        self.cap = ACTIVE_CAP

    def find(self, text):
        search_id = uuid(text, "templateId")
        if search_id not in self.items:
            raise not_found("Template")
        return self.items[search_id]

    @property
    def active_count(self):
        return sum(item.is_active for item in self.items.values())

    def create(self, document, polls):
        """A planned search from the body of a create; paused when too many are active."""
        body = Members(document)
        name, end = body.filled_text("name", required=True), _end(body.filled_text("activeUntil", required=True))
        project = self._state.project(body.uuid("projectId", required=True))
        self._state.require_role(project, "contributor")
        params, aois = self._read_params(body.object("searchParams", required=True))
        processing_params = self._processing_params(body)
        body.finish()
        item = PlannedSearch(
            id=self._state.new_id(),
            name=name,
            project_id=project.id,
            user_id=self._state.owner["id"],
            active_until=end,
            search_params=params,
            aois=aois,
            is_active=self.active_count < self.cap,
            created_at=now(),
            processing_params=processing_params,
        )
        self.check_area(item)
        item.start(polls)
        self.items[item.id] = item
        return item

    @staticmethod
    def _processing_params(body):
        params = body.object("processingParams")
        if params is not None and "rest" not in params:
            raise bad_request("processingParams.rest is missing")
        return params

    def check_area(self, item):
        """400 when the areas are larger than the account may search; 0 or nothing is no limit."""
        limit = self._state.user.get("templateAreaLimit")
        if limit and item.area > limit:
            raise bad_request(
                "The area of the template is above the limit",
                "TEMPLATE_AREA_TOO_LARGE",
                {"area": str(item.area), "templateAreaLimit": str(limit)},
            )

    def _read_params(self, document):
        """(searchParams without areas, the areas); only features that are Polygons count."""
        members = Members(document, "searchParams")
        features = members.object("aoiDetails")
        bare = members.object("aoi")
        if (features is None) == (bare is None):
            raise bad_request("exactly one of searchParams.aoiDetails and searchParams.aoi is needed")
        check_params(members)
        params = {name: value for name, value in document.items() if name not in ("aoi", "aoiDetails")}
        if bare is not None:
            return params, [self.aoi(None, bare)] if bare.get("type") == "Polygon" else []
        return params, self._read_features(features)

    def _read_features(self, collection):
        members = Members(collection, "aoiDetails")
        members.one_of("type", ("FeatureCollection",), required=True)
        features = members.filled_list("features", required=True)
        members.finish()
        aois = []
        for feature in features:
            entry = Members(feature, "features[]")
            entry.one_of("type", ("Feature",), required=True)
            properties, geometry = entry.object("properties") or {}, entry.object("geometry", required=True)
            entry.finish()
            name = _aoi_name(properties.get("name"))
            polygons_of(geometry)
            if geometry["type"] == "Polygon":
                aois.append(self.aoi(name, geometry))
        return aois

    def aoi(self, name, geometry):
        """An area of a planned search; its geometry is one Polygon."""
        (polygon,) = polygons_of(geometry)
        return PlannedAoi(self._state.new_id(), _aoi_name(name), geometry, polygon)

    def update(self, item, document):
        """A partial change: `searchParams` is merged, areas are not changed here."""
        body = Members(document)
        name, end = body.filled_text("name"), body.filled_text("activeUntil")
        params = body.object("searchParams")
        processing_params = self._processing_params(body)
        body.finish()
        if params and ("aoi" in params or "aoiDetails" in params):
            raise bad_request("Geometry updates are not allowed here")
        check_params(Members(params or {}, "searchParams"))
        item.active_until = item.active_until if end is None else _end(end)
        item.name = name or item.name
        item.search_params = {**item.search_params, **(params or {})}
        item.processing_params = processing_params or item.processing_params

    def pause(self, item):
        if not item.is_active:
            raise bad_request("The template is not active")
        item.is_active = False

    def resume(self, item):
        if item.is_active:
            raise bad_request("The template is active")
        if self.active_count >= self.cap:
            raise bad_request(f"The number of active templates is limited to {self.cap}")
        item.is_active = True

    @staticmethod
    def restart(item, polls):
        if item.status != "FAILED":
            raise bad_request(f"A template in status {item.status} cannot be restarted")
        item.start(polls)

    def search_of(self, item, aois, **narrower):
        """The search that this one repeats, over some of its areas."""
        stored = Members(item.search_params, "searchParams")
        arguments = {**read_filters(stored), **read_wishes(stored)}
        arguments.update({name: value for name, value in narrower.items() if value not in (None, (None, None))})
        return Search([aoi.polygon for aoi in aois], **arguments)


def check_params(members):
    """The filters that a planned search may hold (notes 9.1)."""
    read_filters(members)
    read_wishes(members)
    members.number("maxAoiIntersectionPercent", 0, 100)
    members.boolean("returnErrors")
    members.integer("limit", 1)
    members.integer("offset", 0)
    members.finish()
