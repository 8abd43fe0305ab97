"""sourceParams: the imagery of a processing (API notes 6.2).

Two kinds of trouble: what the service refuses at once, and what only the job
finds out and reports as messages of a FAILED processing (error code table).
"""

from .errors import ApiError, bad_request
from .validate import Members, uuid

SOURCE_TYPES = ("XYZ", "TMS", "QUADKEY", "SENTINEL_L2A", "LOCAL")
SUPPORTED_CRS = ("epsg:3857", "epsg:3395")
MAX_ZOOM = 22  # notes 16
OWN_PROVIDERS = ("my_imagery_images", "my_imagery_mosaics")
PLACEHOLDERS = {
    "XYZ": (("{x}", "{y}", "{z}"), "source-validator.XYZLinkFormatError"),
    "TMS": (("{x}", "{y}", "{z}"), "source-validator.TMSLinkFormatError"),
    "QUADKEY": (("{q}",), "source-validator.QuadkeyLinkFormatError"),
}


def read_source(state, variants, document):
    """The checked sourceParams: an object with exactly one of four keys."""
    if len(document) != 1:
        raise bad_request("sourceParams has exactly one member")
    ((kind, given),) = document.items()
    if kind not in READERS:
        raise bad_request(f"sourceParams has no member {kind}")
    members = Members(given, kind)
    source = READERS[kind](state, variants, members)
    members.finish()
    return {kind: {name: value for name, value in source.items() if value is not None}}


def _data_provider(state, variants, members):
    name = members.filled_text("providerName", required=True)
    zoom = members.integer("zoom")
    if state.find_provider(name) is None:
        raise _unknown_provider(state, name)
    return {"providerName": name, "zoom": zoom}


def _my_imagery(state, variants, members):
    if variants.my_imagery == "one" and "imageIds" in members and "mosaicId" in members:
        raise bad_request("myImagery has imageIds or mosaicId, not both")
    images = members.filled_list("imageIds")
    mosaic = members.uuid("mosaicId")
    if images is None and mosaic is None:
        raise bad_request("myImagery needs imageIds or mosaicId")
    for image in images or []:
        if not state.imagery.is_usable(uuid(image, "imageIds[]")):
            raise bad_request(f"image {image} is unknown or not ready")
    if mosaic is not None and mosaic not in state.imagery.mosaics:
        raise bad_request(f"mosaic {mosaic} is unknown")
    return {"imageIds": images, "mosaicId": mosaic}


def _imagery_search(state, variants, members):
    name = members.filled_text("dataProvider", required=True)
    images = members.filled_list("imageIds", required=True)
    if not all(isinstance(image, str) and image for image in images):
        raise bad_request("imageIds[] is not a string")
    zoom = members.integer("zoom")
    search = members.text("searchId")
    if name.lower() in OWN_PROVIDERS:
        _check_own_images(state, name.lower(), images)
    elif state.find_search_provider(name) is None:
        raise _unknown_provider(state, name)
    return {"dataProvider": name, "imageIds": images, "zoom": zoom, "searchId": search}


def _check_own_images(state, name, ids):
    """Own imagery that was found in the catalogue is named by its UUIDs (imagery notes 8.4)."""
    for own in ids:
        known = state.imagery.mosaics if name == "my_imagery_mosaics" else state.imagery.images
        if uuid(own, "imageIds[]") not in known:
            raise bad_request(f"image {own} is unknown")


def _user_defined(state, variants, members):
    return {
        "sourceType": members.one_of("sourceType", SOURCE_TYPES, required=True),
        "url": members.filled_text("url", required=True),
        "zoom": members.integer("zoom"),
        "crs": members.filled_text("crs"),
        "rasterLogin": members.text("rasterLogin"),
        "rasterPassword": members.text("rasterPassword"),
    }


READERS = {
    "dataProvider": _data_provider,
    "myImagery": _my_imagery,
    "imagerySearch": _imagery_search,
    "userDefined": _user_defined,
}


def _unknown_provider(state, name):
    """403 with the words "data provider" for what exists outside the plan (notes 3.1), else 400."""
    if name.lower() in state.backstage["providersOutsidePlan"]:
        code = "MAXAR_PROVIDERS_UNAVAILABLE" if name.lower() == "maxar" else None
        return ApiError(403, f"The data provider {name} is not included in your plan", code)
    return bad_request(f"Unknown data source {name}")


def problems_of(source, zoom_range):
    """Messages of the job that will fail on this source; an empty list when it will not."""
    ((kind, members),) = source.items()
    messages = _zoom_problems(members.get("zoom"), zoom_range)
    if kind == "userDefined":
        messages += _url_problems(members)
    return messages


def _zoom_problems(zoom, zoom_range):
    if zoom is None:
        return []
    if not 0 <= zoom <= MAX_ZOOM:
        return [_message("InvalidZoomValue", actual_zoom=zoom)]
    if zoom_range and zoom < zoom_range[0]:
        return [_message("TooLowZoom", min_zoom=zoom_range[0], actual_zoom=zoom)]
    if zoom_range and zoom > zoom_range[1]:
        return [_message("TooHighZoom", max_zoom=zoom_range[1], actual_zoom=zoom)]
    return []


def _url_problems(members):
    kind, url = members["sourceType"], members["url"]
    messages = []
    if kind in PLACEHOLDERS:
        wanted, code = PLACEHOLDERS[kind]
        if not url.lower().startswith(("http://", "https://")):
            messages.append(_message("UrlMustBeLink"))
        elif not all(placeholder in url for placeholder in wanted):
            messages.append({"code": code, "parameters": {}})
    if kind == "LOCAL" and not url.startswith("s3://"):
        messages.append(_message("S3URLError", actual_s3_link=url))
    if members.get("crs", SUPPORTED_CRS[0]).lower() not in SUPPORTED_CRS:
        messages.append({"code": "dataloader.CrsIsNotSupported", "parameters": {}})
    return messages


def _message(name, **parameters):
    """A job message; parameters are strings as in the samples (notes 3.1)."""
    return {"code": f"source-validator.{name}", "parameters": {k: str(v) for k, v in parameters.items()}}
