"""Endpoints of the raster service: mosaics, images, uploads, storage (imagery notes 2 to 6)."""

from .body import Reply
from .errors import ApiError, bad_request
from .multipart import boundary_of, read_parts, single_file
from .pictures import jpeg, quarters_png
from .raster_errors import DomainError, RasterError, not_found
from .routing import route
from .validate import Members

PREVIEW_SIZES = {"s": 256, "l": 1024}
MAX_NAME = 255  # characters of an image's name
OVERHEAD = 4096  # bytes of a multipart body around its file, at most


def _members(call):
    """Name and tags of a mosaic."""
    body = Members(call.json())
    name, tags = body.filled_text("name", required=True), body.list("tags")
    body.finish()
    if not all(isinstance(tag, str) for tag in tags or []):
        raise bad_request("body.tags holds something else than texts")
    return name, tags


def _needs_status(call):
    """404 on servers that know no states, as for any unknown path."""
    if call.variants.old_rasters:
        raise ApiError(404, "Not Found")


# --- mosaics


@route("POST", "/rasters/mosaic")
def create_mosaic(call):
    name, tags = _members(call)
    mosaic_id = call.imagery.add_mosaic(name, tags)
    return Reply.json(call.rasters.changed_mosaic(call.imagery.mosaics[mosaic_id]))


@route("GET", "/rasters/mosaic", query=("tags[]",))
def list_mosaics(call):
    wanted = set(call.query.get("tags", ()))
    chosen = [m for m in call.imagery.mosaics.values() if wanted <= set(m.tags or ())]
    return Reply.json([call.rasters.mosaic(mosaic) for mosaic in chosen])


@route("GET", "/rasters/mosaic/{mosaic}")
def get_mosaic(call, mosaic):
    return Reply.json(call.rasters.mosaic(call.imagery.mosaic(mosaic)))


@route("PUT", "/rasters/mosaic/{mosaic}")
def change_mosaic(call, mosaic):
    mosaic = call.imagery.mosaic(mosaic)
    mosaic.name, tags = _members(call)
    mosaic.tags = tags if tags is not None else mosaic.tags
    return Reply.json(call.rasters.changed_mosaic(mosaic))


@route("DELETE", "/rasters/mosaic/{mosaic}")
def delete_mosaic(call, mosaic):
    call.no_body()
    call.imagery.remove_mosaic(call.imagery.mosaic(mosaic))
    return _deleted(call)


def _deleted(call):
    """No source shows the body of these answers."""
    return Reply(200) if call.variants.docs_answer == "empty" else Reply.json(None)


@route("GET", "/rasters/mosaic/{mosaic}/image")
def list_images(call, mosaic):
    images = call.imagery.images_of(call.imagery.mosaic(mosaic))
    if call.variants.old_rasters:
        call.imagery.poll(images)
    return Reply.json([call.rasters.image(image) for image in images if image.state.available])


@route("GET", "/rasters/mosaic/{mosaic}/status")
def mosaic_status(call, mosaic):
    _needs_status(call)
    mosaic = call.imagery.mosaic(mosaic)
    call.imagery.poll(call.imagery.images_of(mosaic))
    return Reply.json(call.rasters.mosaic_status(mosaic))


@route("DELETE", "/rasters/mosaic/{mosaic}/failed")
def delete_failed(call, mosaic):
    _needs_status(call)
    call.no_body()
    removed = call.imagery.remove_failed(call.imagery.mosaic(mosaic))
    return Reply.json({"message": "Failed images deleted", "count": len(removed), "deleted_image_ids": removed})


@route("POST", "/rasters/mosaic/{mosaic}/link-image")
def link_image(call, mosaic):
    mosaic = call.imagery.mosaic(mosaic)
    body = Members(call.json())
    url = body.filled_text("url", required=True)
    body.finish()
    if not url.startswith("s3://"):
        raise bad_request("body.url is not an s3 address")
    call.imagery.link(mosaic, url, call.variants)
    return Reply.json({"message": "Image linked", "mosaic_id": mosaic.id})


# --- uploads


def check_upload(call, size, mosaic=None):
    """What can be refused by the headers alone: mosaic, form, size of the body."""
    if mosaic is not None:
        call.imagery.mosaic(mosaic)
    boundary_of(call.headers.get("content-type"))
    call.imagery.check_size(max(0, size - OVERHEAD))


def read_upload(incoming, record):
    """The parts of an upload, of which the log keeps a list; read without holding the state."""
    parts = read_parts(incoming, record.headers.get("content-type"))
    record.parts = [part.facts() for part in parts]
    return parts


@route("POST", "/rasters/mosaic/{mosaic}/image", stream=(check_upload, read_upload))
def upload(call, mosaic):
    mosaic = call.imagery.mosaic(mosaic)
    image = call.imagery.store(mosaic, single_file(call.upload), call.variants)
    if call.variants.upload_answer == "image":
        document = call.rasters.image(image)
        members = ("id", "mosaic_id", "filename", "file_size", "uploaded_at")
        return Reply.json({member: document[member] for member in members})
    return _uploaded(call, mosaic)


def _uploaded(call, mosaic):
    reply = Reply.json({"message": "Image uploaded", "mosaic_id": mosaic.id})
    reply.is_lost = call.variants.upload_answer == "lost"
    return reply


@route("POST", "/rasters/mosaic/image", query=("name", "tags[]"), stream=(check_upload, read_upload))
def create_and_upload(call):
    if not call.query.get("name"):
        raise bad_request("query.name is missing")
    mosaic = call.imagery.mosaics[call.imagery.add_mosaic(call.query["name"], call.query.get("tags", []))]
    try:
        call.imagery.store(mosaic, single_file(call.upload), call.variants)
    except ApiError:
        call.imagery.remove_mosaic(mosaic)
        raise
    return _uploaded(call, mosaic)


# --- images


@route("GET", "/rasters/image/{image}")
def get_image(call, image):
    return Reply.json(call.rasters.image(call.imagery.image(image)))


@route("GET", "/rasters/image/{image}/status")
def image_status(call, image):
    _needs_status(call)
    image = call.imagery.image(image)
    call.imagery.poll([image])
    return Reply.json(call.rasters.image_status(image))


@route("PUT", "/rasters/image/{image}", query=("name",))
def rename_image(call, image):
    call.no_body()
    image = call.imagery.image(image)
    name = call.query.get("name", "")
    if not 1 <= len(name) <= MAX_NAME:
        raise bad_request("query.name has 1 to 255 characters")
    image.filename = name
    return Reply.json(call.rasters.image(image))


@route("DELETE", "/rasters/image/{image}")
def delete_image(call, image):
    call.no_body()
    del call.imagery.images[call.imagery.image(image).id]
    return _deleted(call)


@route("GET", "/rasters/image/{image}/preview/{size}")
def preview(call, image, size):
    image = call.imagery.image(image)
    if size not in PREVIEW_SIZES or not image.state.usable:
        raise not_found("image", image.id)
    longer = max(image.raster.width, image.raster.height)
    width, height = (
        max(1, round(side * PREVIEW_SIZES[size] / longer)) for side in (image.raster.width, image.raster.height)
    )
    if call.variants.preview_type == "png":
        return Reply(200, quarters_png(width, height), "image/png")
    return Reply(200, jpeg(width, height), "image/jpeg")


@route("GET", "/rasters/image/{image}/download")
def download(call, image):
    image = call.imagery.image(image)
    if not image.ingested:
        raise RasterError(
            "AccessDenied", "the image was not loaded by the service", instance_type="image", uid=image.id
        )
    if not image.state.available:
        raise DomainError(409, "the image is still being loaded")
    address = f"{call.sandbox.origins[3]}/downloads/{call.imagery.sign(image)}/{image.filename}"
    return Reply.json({"download_url": f"{address}?X-Signature=abc", "filename": image.filename, "expires_in": 3600})


@route("GET", "/rasters/memory")
def memory(call):
    return Reply.json(call.rasters.memory())
