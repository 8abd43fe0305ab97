"""My imagery: mosaics and their images, how they live, and what the service refuses to store (imagery notes 2 to 6)."""

import hashlib
import json
from dataclasses import dataclass

from .model import now
from .pictures import quarter
from .projection import is_known, to_lonlat
from .raster_errors import DomainError, RasterError, not_found
from .tiff import NotATiff, Raster, read_raster, write_raster
from .validate import uuid

SETTLED = 1000  # polls: more than any life needs
MAX_PIXEL_SIZE = 20.0  # m
MAX_EXTENT = 5.0  # degrees
NO_RASTER = Raster(1, 1, 1, ["uint8"], None, 4326, (0.0, 1e-6, 0.0, 0.0, 0.0, -1e-6))


@dataclass
class Mosaic:
    id: str
    name: str
    tags: list | None
    created_at: str
    is_locked: bool = False  # something uses it: it cannot be deleted


@dataclass
class State:
    """What /status says of an image."""

    status: str
    error: str | None
    available: bool
    tiles_ready: bool

    @property
    def usable(self):
        return self.available and self.status in ("NONE", "COMPLETED")


@dataclass
class Image:
    id: str
    mosaic_id: str
    filename: str
    file_size: int
    checksum: str
    raster: Raster
    uploaded_at: str
    life: str = "at-once"  # a value of the variant `image_life`
    polls_needed: int = 0
    lag: int = 0
    ingested: bool = False  # by the service itself: such an image can be downloaded
    polls: int = SETTLED  # reads of its state so far

    @property
    def ring(self):
        """Lon/lat of its corners: north-west, north-east, south-east, south-west."""
        return [to_lonlat(self.raster.epsg, x, y) for x, y in self.raster.corners]

    @property
    def bounds(self):
        lons, lats = zip(*self.ring)
        return min(lons), min(lats), max(lons), max(lats)

    @property
    def is_listed(self):
        return self.polls > self.lag

    @property
    def state(self):
        """As of the last poll: the first one is number 1; tiles come one poll after all else."""
        after = self.polls - self.lag - self.polls_needed
        if self.life == "loading":
            return State("NONE", None, False, False)
        if self.life == "at-once":
            return State("NONE", None, True, after > 1)
        if after > 0 and self.life.startswith("failed"):
            return State("FAILED", "unsupported data type" if self.life == "failed" else None, False, False)
        if after > 0:
            return State("COMPLETED", None, True, after > 1)
        waiting = "PENDING" if self.polls - self.lag <= 1 else "IN_PROGRESS"
        return State("RESAMPLING" if self.life == "strange" else waiting, None, self.life == "data-first", False)


class Imagery:
    """What the account stores. Tests may set the limits, and change mosaics and images as they like."""

    def __init__(self, path, user, new_id):
        self.mosaics = {}
        self.images = {}
        self.downloads = {}  # key of a pre-signed address → image
        self.limit = user["memoryLimit"]  # bytes, of all images
        self.max_file = 1 << 30  # bytes
        self.max_pixels = 65535  # a side
        self.taken_meanwhile = 0  # bytes that /rasters/memory does not show yet
        self._new_id = new_id
        if path.exists():
            for mosaic in json.loads(path.read_text(encoding="utf-8"))["mosaics"]:
                images = mosaic.pop("images")
                mosaic_id = self.add_mosaic(**mosaic)
                for image in images:
                    self.add_image(mosaic_id, **image)

    # --- for seeds and tests

    def add_mosaic(self, name, tags=None, id=None, created_at=None):
        mosaic = Mosaic(id or self._new_id(), name, tags, created_at or now())
        self.mosaics[mosaic.id] = mosaic
        return mosaic.id

    def add_image(self, mosaic, filename="image.tif", *, raster=None, id=None, file_size=1000, checksum=None, **more):
        """An image as it is; `raster` is a `Raster`, or its members. Its state is final unless `life` says more."""
        raster = raster if isinstance(raster, Raster) else Raster(**(raster or NO_RASTER.__dict__))
        checksum = checksum or hashlib.sha1(filename.encode()).hexdigest()
        moment = more.pop("uploaded_at", None) or now()
        image = Image(id or self._new_id(), mosaic, filename, file_size, checksum, raster, moment, **more)
        self.images[image.id] = image
        return image.id

    def fill(self):
        """Leave no byte of storage."""
        self.limit = self.used

    # --- look-ups

    @property
    def used(self):
        return sum(image.file_size for image in self.images.values())

    def mosaic(self, text):
        """The mosaic of a path; 404 when there is none."""
        mosaic_id = uuid(text, "mosaic_id")
        if mosaic_id not in self.mosaics:
            raise not_found("mosaic", mosaic_id)
        return self.mosaics[mosaic_id]

    def image(self, text):
        image_id = uuid(text, "image_id")
        if image_id not in self.images:
            raise not_found("image", image_id)
        return self.images[image_id]

    def images_of(self, mosaic):
        return [image for image in self.images.values() if image.mosaic_id == mosaic.id]

    def poll(self, images):
        """Time passes for images by being asked for."""
        for image in images:
            image.polls += 1

    def is_usable(self, image_id):
        return image_id in self.images and self.images[image_id].state.usable

    # --- changes

    def remove_mosaic(self, mosaic):
        if mosaic.is_locked:
            raise DomainError(409, f"Mosaic {mosaic.id} is used by a running processing")
        for image in self.images_of(mosaic):
            del self.images[image.id]
        del self.mosaics[mosaic.id]

    def remove_failed(self, mosaic):
        failed = [image.id for image in self.images_of(mosaic) if image.state.status == "FAILED"]
        for image_id in failed:
            del self.images[image_id]
        return failed

    def check_size(self, size):
        """413 for a file that is too large, or too large for what is left; `size` in bytes."""
        if size >= self.max_file:
            raise RasterError(
                "FileTooBig", "the file is too large", max_file_size=self.max_file, actual_file_size=size
            )
        free = None if self.limit is None else max(0, self.limit - self.used - self.taken_meanwhile)
        if free is not None and size > free:
            raise RasterError(
                "MemoryLimitExceeded", "there is not enough storage", memory_requested=size, available_memory=free
            )

    def store(self, mosaic, part, variants):
        """The image of an uploaded file, after all checks; a refusal leaves a row when the variant says so."""
        try:
            raster = self._checked(mosaic, part, variants)
        except RasterError as refusal:
            if variants.rejected_row:
                image_id = self._add_upload(mosaic, part, NO_RASTER, variants)
                self.images[image_id].life = "failed"
            raise refusal
        return self.images[self._add_upload(mosaic, part, raster, variants)]

    def _add_upload(self, mosaic, part, raster, variants):
        return self.add_image(
            mosaic.id,
            f"{part.checksum[:16]}.tif" if variants.hex_filenames else part.filename,
            raster=raster,
            file_size=part.size,
            checksum=part.checksum,
            life=variants.image_life,
            polls_needed=variants.image_polls if variants.image_life != "at-once" else 0,
            lag=variants.status_lag,
            polls=0,
        )

    def link(self, mosaic, url, variants):
        """An image of a file that the service has already: like the mosaic's first one."""
        first = next(iter(self.images_of(mosaic)), None)
        self.check_size(1000)
        raster = first.raster if first else NO_RASTER
        return self.add_image(mosaic.id, url.rsplit("/", 1)[-1], raster=raster, ingested=True)

    def _checked(self, mosaic, part, variants):
        self.check_size(part.size)
        try:
            raster = read_raster(part.file)
        except NotATiff as error:
            raise RasterError("FileOpenError", str(error)) from error
        self._check_properties(part.filename, raster)
        self._check_place(raster)
        first = next((image for image in self.images_of(mosaic) if image.state.status != "FAILED"), None)
        if first:
            self._check_fit(mosaic, part.filename, raster, first.raster, variants.mosaic_rule == "strict")
        return raster

    def _check_properties(self, filename, raster):
        bad = [name for name in ("width", "height") if getattr(raster, name) >= self.max_pixels]
        if raster.epsg is None or raster.transform is None or not is_known(raster.epsg):
            bad.append("crs")
        elif raster.metres > MAX_PIXEL_SIZE:
            bad.append("pixel_size")
        if raster.bands not in (1, 3, 4):
            bad.append("count")
        if bad:
            raise RasterError(
                "FileCheckFailed", "the file cannot be taken", filename=filename, bad_parameters=bad
            )

    @staticmethod
    def _check_place(raster):
        lons, lats = zip(*(to_lonlat(raster.epsg, x, y) for x, y in raster.corners))
        if min(lons) < -180 or max(lons) > 180 or min(lats) < -90 or max(lats) > 90:
            raise RasterError("ImageOutOfBounds", "the image lies outside the world")
        if max(lons) - min(lons) > MAX_EXTENT or max(lats) - min(lats) > MAX_EXTENT:
            raise RasterError("ImageExtentTooBig", "the image covers too much")

    @staticmethod
    def _check_fit(mosaic, filename, raster, first, is_strict):
        got = {"count": raster.bands, "crs": f"EPSG:{raster.epsg}", "pixel_size": raster.pixel_size}
        expected = {"count": first.bands, "crs": f"EPSG:{first.epsg}", "pixel_size": first.pixel_size}
        for name in ("count", "crs", "pixel_size") if is_strict else ("count",):
            if got[name] != expected[name]:
                raise RasterError(
                    "FileValidationFailed",
                    "the file does not fit the mosaic",
                    filename=filename,
                    mosaic_id=mosaic.id,
                    param_name=name,
                    got_param=got[name],
                    expected_param=expected[name],
                )

    # --- downloads

    def sign(self, image):
        """The key of a new pre-signed address."""
        key = self._new_id()
        self.downloads[key] = image
        return key

    def expire_downloads(self):
        self.downloads.clear()

    @staticmethod
    def content(image):
        """The file of an image as a small GeoTIFF of four quarters."""
        return write_raster(image.raster, quarter)
