"""The objects an account holds: projects, processings and their AOIs, as they live and change."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from .area import polygon_area, total_area

ROLES = ("readonly", "contributor", "maintainer", "owner")  # rising rights (API notes 5)
QUEUED_SHARE = 0.2  # part of a job's time that a new processing stays UNPROCESSED


def now():
    return datetime.now(timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")


def update_texts(entry, body):
    """Name and description of a project or processing; nothing changes when `body` holds anything else."""
    name = body.filled_text("name") or entry.name
    description = body.text_or_null("description") if "description" in body else entry.description
    body.finish()
    entry.name, entry.description, entry.updated = name, description, now()


@dataclass
class Project:
    id: str
    name: str
    description: str | None
    is_default: bool
    model_names: list
    owner: dict  # the `user` object: its aoiAreaLimit counts, not the caller's (notes 4.1)
    share: dict | None
    created: str
    updated: str

    def role_of(self, email):
        """The caller's role; who is not listed in a shared project may only read (notes 5)."""
        if self.share is None:
            return "owner"
        for entry in (self.share.get("owners") or []) + (self.share.get("users") or []):
            if entry["email"].lower() == email.lower():
                return entry["role"].lower()
        return "readonly"


@dataclass
class Aoi:
    id: str
    geometry: dict
    status: str
    percent: int
    messages: list = field(default_factory=list)
    result: bytes | Path | None = None

    @property
    def polygons(self):
        coordinates = self.geometry["coordinates"]
        return [coordinates] if self.geometry["type"] == "Polygon" else coordinates

    @property
    def area(self):
        return round(total_area(self.polygons))

    def contains(self, lon, lat):
        """Whether a point is inside an outer ring (holes do not matter for telling AOIs apart)."""
        return any(_inside(polygon[0], lon, lat) for polygon in self.polygons)


def _inside(ring, lon, lat):
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:]):
        if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


@dataclass
class Job:
    """A run in progress: when it began, how long it takes, and which AOIs it will fail with what."""

    seconds: float
    failing: dict  # AOI id → messages
    queued_share: float
    began: float = field(default_factory=time.monotonic)

    def share(self):
        return 1.0 if self.seconds <= 0 else min(1.0, (time.monotonic() - self.began) / self.seconds)


@dataclass
class Processing:
    id: str
    name: str
    description: str | None
    project_id: str
    status: str
    percent: int
    model: dict
    blocks: list  # of {name, enabled}
    source: dict  # sourceParams with its one key
    inference: dict | None
    meta: dict | None
    aois: list
    messages: list
    review: str | None
    review_until: str | None
    rating: dict | None
    cost: int
    exact_cost: float
    result: bytes | Path | None
    raster: bool  # the result is a raster: no vector layer
    created: str
    updated: str
    overrides: dict = field(default_factory=dict)  # document members as they shall be; ... leaves one out
    run: int = 1  # counts restarts: layers of a new run have new ids
    job: Job | None = None

    @property
    def area(self):
        return round(sum(polygon_area(polygon) for aoi in self.aois for polygon in aoi.polygons))

    def start(self, seconds, failing, restarted=False):
        """Run the AOIs that are not OK yet; `failing` maps AOI ids to messages."""
        self.messages = []
        for aoi in self.aois:
            if aoi.status != "OK":
                aoi.status, aoi.percent, aoi.messages = "UNPROCESSED", 0, []
        self.run += restarted
        self.job = Job(seconds, failing, 0.0 if restarted else QUEUED_SHARE)
        self.advance()

    def advance(self):
        """Bring status and percent to where the clock says they are."""
        if self.job is None:
            return
        share = self.job.share()
        if share < 1.0:
            self.status = "UNPROCESSED" if share < self.job.queued_share else "IN_PROGRESS"
            self.percent = 0 if self.status == "UNPROCESSED" else int(share * 100)
            for aoi in self.aois:
                if aoi.status != "OK":
                    aoi.status, aoi.percent = self.status, self.percent
        else:
            self._end()

    def _end(self):
        failing, self.job = self.job.failing, None
        for aoi in self.aois:
            if aoi.id in failing:
                aoi.status, aoi.messages = "FAILED", failing[aoi.id]
            else:
                aoi.status, aoi.percent = "OK", 100
        self.status = "FAILED" if failing else "OK"
        self.percent = round(sum(aoi.percent for aoi in self.aois) / len(self.aois))
        self.messages = unique_messages(self.aois)
        self.updated = now()


def unique_messages(aois):
    """Equal errors of several AOIs are reported once at processing level (notes 3.1)."""
    messages = []
    for aoi in aois:
        messages += [message for message in aoi.messages if message not in messages]
    return messages
