"""The JSON documents of the raster service (imagery notes 2, 4, 5)."""

from math import cos, radians, sin
from urllib.parse import quote

RING_ORDERS = {"nw": (0, 1, 2, 3, 0), "se": (2, 1, 0, 3, 2), "ccw": (3, 2, 1, 0, 3), "rotated": (0, 1, 2, 3, 0)}
ROTATION = radians(30)


def _rotated(ring):
    """The ring turned about its centre, as if the flight had been oblique."""
    lon0, lat0 = (sum(values) / len(ring) for values in zip(*ring))
    stretch = cos(radians(lat0))
    turned = []
    for lon, lat in ring:
        x, y = (lon - lon0) * stretch, lat - lat0
        turned.append(
            (
                lon0 + (x * cos(ROTATION) + y * sin(ROTATION)) / stretch,
                lat0 - x * sin(ROTATION) + y * cos(ROTATION),
            )
        )
    return turned


class RasterDocuments:
    """Builds documents from the imagery. `api` is the base URL, `tiles` the origin of tiles."""

    def __init__(self, imagery, variants, user, user_id, api, tiles):
        self._imagery = imagery
        self._variants = variants
        self._user = user
        self._user_id = user_id
        self._api = api
        self.tile_host = tiles

    def _shaped(self, document):
        if self._variants.sparse:
            document = {name: value for name, value in document.items() if value is not None}
        if self._variants.unknown_fields:
            document = {"novelty": {"id": 7, "status": "UNHEARD_OF"}, **document, "filename2": ["x"]}
        return document

    # --- addresses of tiles: secrets, with the account's e-mail in them

    def tile_layer(self, place):
        """`tileUrl` and `tileJsonUrl` of a place in the storage, such as "mosaic_<id>/"."""
        uri = f"s3://users-data/{self._user['email']}_{self._user_id}/{place}"
        if self._variants.tile_url == "escaped":
            uri = quote(uri, safe="")
        query = f"uri={uri}"
        if self._variants.tile_url == "awkward":
            query += "&rescale=0,255&expression=b1=b2"
        base = f"{self.tile_host}/api/v0/cogs/tiles"
        return {"tileUrl": f"{base}/{{z}}/{{x}}/{{y}}.png?{query}", "tileJsonUrl": f"{base}.json?{query}"}

    # --- mosaics

    def mosaic(self, mosaic):
        images = [image for image in self._imagery.images_of(mosaic) if image.state.available]
        document = {
            "id": mosaic.id,
            "name": mosaic.name,
            "tags": mosaic.tags,
            "created_at": mosaic.created_at,
            "sizeInBytes": sum(image.file_size for image in self._imagery.images_of(mosaic)),
            "footprint": self._mosaic_footprint(images),
            "rasterLayer": self._mosaic_layer(mosaic, images),
        }
        if not self._variants.old_rasters:
            document["status_summary"] = self._summary(mosaic)
        return self._shaped(document)

    def _mosaic_footprint(self, images):
        if images:
            return self._wkt("MultiPolygon", [self.ring(image) for image in images])
        return {"null": None, "text": "", "wkt": "MULTIPOLYGON EMPTY"}[self._variants.empty_mosaic]

    def _mosaic_layer(self, mosaic, images):
        if images:
            return self.tile_layer(f"mosaic_{mosaic.id}/")
        return {"null": None, "text": {}, "wkt": {"tileUrl": None, "tileJsonUrl": None}}[self._variants.empty_mosaic]

    def changed_mosaic(self, mosaic):
        """What creation and change answer: no footprint, no tiles."""
        return self._shaped(
            {"id": mosaic.id, "name": mosaic.name, "tags": mosaic.tags, "created_at": mosaic.created_at}
        )

    def _summary(self, mosaic):
        states = [image.state.status for image in self._imagery.images_of(mosaic)]
        return {
            "total": len(states),
            "ready": sum(status in ("NONE", "COMPLETED") for status in states),
            "pending": states.count("PENDING"),
            "in_progress": len([s for s in states if s not in ("NONE", "COMPLETED", "PENDING", "FAILED")]),
            "failed": states.count("FAILED"),
        }

    def mosaic_status(self, mosaic):
        images = [image for image in self._imagery.images_of(mosaic) if image.is_listed]
        summary = self._summary(mosaic)
        document = {
            "mosaic_id": mosaic.id,
            "total_images": len(images),
            "ready_images": sum(image.state.status in ("NONE", "COMPLETED") for image in images),
            "pending_images": summary["pending"],
            "in_progress_images": summary["in_progress"],
            "failed_images": summary["failed"],
            "images": [self.image_status(image) for image in images],
        }
        if not self._variants.no_tiles_ready:
            document["tiles_ready_images"] = sum(image.state.tiles_ready for image in images)
        return self._shaped(document)

    # --- images

    def ring(self, image):
        """The closed ring of a footprint in the order that the variant asks for."""
        ring = _rotated(image.ring) if self._variants.ring == "rotated" else image.ring
        return [ring[corner] for corner in RING_ORDERS[self._variants.ring]]

    def _wkt(self, kind, rings):
        style = self._variants.wkt
        name = kind.lower() if style == "lower" else kind.upper()
        if style == "empty":
            return f"{name} EMPTY"
        last, comma = " 0" if style == "z" else "", "," if style == "tight" else ", "
        texts = [comma.join(f"{lon:.10g} {lat:.10g}{last}" for lon, lat in ring) for ring in rings]
        bodies = [f"({text})" if kind == "Polygon" else f"(({text}))" for text in texts]
        gap = "" if style == "tight" else " Z " if style == "z" else " "
        text = f"{name}{gap}({comma.join(bodies)})"
        return text[:-20] if style == "bad" else text

    def image(self, image):
        raster = image.raster
        preview = f"{self._api}/rasters/image/{image.id}/preview"
        return self._shaped(
            {
                "id": image.id,
                "mosaic_id": image.mosaic_id,
                "filename": image.filename,
                "file_size": image.file_size,
                "uploaded_at": image.uploaded_at.removesuffix("Z"),
                "footprint": self._wkt("Polygon", [self.ring(image)]),
                "checksum": image.checksum,
                "cog_link": None,
                "available_for_download": image.ingested,
                "image_url": f"s3://users-data/{self._user['email']}_{self._user_id}/{image.id}.tif",
                "preview_url_s": f"{preview}/s",
                "preview_url_l": f"{preview}/l",
                "meta_data": {
                    "crs": f"EPSG:{raster.epsg}",
                    "count": raster.bands,
                    "width": raster.width,
                    "height": raster.height,
                    "dtypes": raster.dtypes,
                    "nodata": raster.nodata,
                    "pixel_size": raster.pixel_size,
                },
            }
        )

    def image_status(self, image):
        state = image.state
        document = {
            "image_id": image.id,
            "filename": image.filename,
            "preprocessing_status": state.status,
            "preprocessing_error": state.error,
            "data_available": state.available,
            "uploaded_at": image.uploaded_at,
        }
        if not self._variants.no_tiles_ready:
            document["tiles_ready"] = state.tiles_ready
        return self._shaped(document)

    # --- storage

    def memory(self):
        imagery, shape = self._imagery, self._variants.memory_shape
        used, limit = imagery.used, imagery.limit
        if shape == "docs":
            total = limit or 0
            return {
                "used_bytes": used,
                "limit_bytes": total,
                "used_gb": round(used / 2**30, 2),
                "limit_gb": round(total / 2**30, 2),
                "usage_percent": round(100 * used / total, 2) if total else 0.0,
            }
        is_limited = shape == "limits" and limit is not None
        return {
            "memoryLimit": limit if is_limited else None,
            "memoryUsed": used,
            "memoryFree": max(0, limit - used) if is_limited else None,
            "maxUploadFileSize": imagery.max_file,
            "maxPixelCount": imagery.max_pixels,
        }
