"""What the sources leave open about imagery, as switches (imagery notes 12, 13 and 15); see variants.py."""

IMAGERY_CHOICES = {
    # 1.2: {"detail": {…}} or {"message": …} for what the raster service refuses
    "raster_error": ("detail", "message"),
    # 3.1, D37: message and mosaic id, or the image; `lost` stores the image and resets the connection
    "upload_answer": ("message", "image", "lost"),
    # 13: whether an upload is refused after its whole body was read, or as soon as its headers are known
    "upload_refusal": ("late", "early"),
    # 13: what a server makes of "Expect: 100-continue": 100, or 417, or nothing at all
    "expect": ("continue", "417", "ignore"),
    # I4: what must be equal within a mosaic: the band count, or CRS and pixel size as well
    "mosaic_rule": ("bands", "strict"),
    # 4: at once NONE and available; PENDING, IN_PROGRESS, COMPLETED after `image_polls` polls; the same with data
    # from the start; FAILED after them, with a text or with null; NONE and never available; a status nobody knows
    "image_life": ("at-once", "polls", "data-first", "failed", "failed-null", "loading", "strange"),
    # 2.1: footprint and rasterLayer of a mosaic without images: null and null, "" and {}, EMPTY and null members
    "empty_mosaic": ("null", "text", "wkt"),
    # 5, D24
    "memory_shape": ("limits", "nulls", "docs"),
    # 13: how footprints are written
    "wkt": ("spaced", "tight", "lower", "z", "empty", "bad"),
    # 6.1: where the ring of a footprint starts and how it turns; `rotated` turns the image by 30 degrees
    "ring": ("nw", "se", "ccw", "rotated"),
    # 6.1
    "preview_type": ("jpeg", "png"),
    # 10: a TileJSON without bounds or zooms, none at all, or one for nobody
    "tilejson": ("bounds", "no-bounds", "no-zooms", "404", "401"),
    # 10: an s3:// address as it is, with further members of the query, or percent-encoded
    "tile_url": ("plain", "awkward", "escaped"),
    # 10: what the .png of a tile holds
    "tile_type": ("png", "jpeg"),
    # 10: a tile without imagery
    "missing_tile": ("transparent", "404", "204", "empty"),
    # 10: rasterLayer of a processing
    "raster_layer": ("layer", "null", "null-members"),
    # 8.3, D22
    "catalogue_shape": ("page", "array", "no-total"),
    # 8.3: no hits
    "no_images": ("list", "null", "missing"),
    # 9.2: the list of a project's planned searches, and of the processings of one
    "template_list": ("array", "templates", "results"),
}

IMAGERY_FLAGS = {
    "old_rasters": "the raster service knows no /status, no /failed, no status_summary",
    "no_tiles_ready": "states of images do not say whether tiles can be drawn",
    "hex_filenames": "stored images have a hexadecimal name in place of the one they were sent with",
    "rejected_row": "an upload that is refused leaves a FAILED image behind",
    "overlapping_pages": "a page of the catalogue begins with the last image of the page before",
    "null_providers": "images found by planned searches have no providerName",
}

IMAGERY_NUMBERS = {
    "image_polls": 2,  # polls of an image until its state is final
    "status_lag": 0,  # reads of /status that do not show a new image yet
    "catalogue_page": 1000,  # images in a page, at most, whatever was asked for
    "template_polls": 1,  # reads of a planned search until it has searched
}
