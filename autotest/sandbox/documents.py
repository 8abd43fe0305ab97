"""The JSON documents of the service (API notes 4, 5, 6.1, 7.1), in the shapes the variants ask for."""

import uuid

SOURCE_MEMBERS = {  # notes 6.1: missing values come back as null
    "dataProvider": ("providerName", "zoom"),
    "myImagery": ("imageIds", "mosaicId"),
    "imagerySearch": ("dataProvider", "imageIds", "zoom", "searchId"),
    "userDefined": ("sourceType", "url", "zoom", "crs", "rasterLogin", "rasterPassword"),
}

MAY_BE_MISSING = {  # what `sparse` leaves out; a condition keeps what only its emptiness allows to miss
    "user": {
        name: lambda value: True
        for name in (
            "billingType",
            "maxAoisPerProcessing",
            "templateAreaLimit",
            "searchAreaLimit",
            "reviewWorkflowEnabled",
            "dataProviders",
        )
    },
    "owner": {"aoiAreaLimit": lambda value: True},
    "model": {"pricePerSqKm": lambda value: True, "blocks": lambda value: not value, "styleName": lambda value: True},
    "provider": {},
    "project": {"templatesCount": lambda value: True},
    "processing": {
        "percentCompleted": lambda value: True,
        "cost": lambda value: True,
        "resultRasterLayer": lambda value: value is None,
    },
    "params": {"inferenceParams": lambda value: value is None},
    "sourceParams": {name: lambda value: value is None for name in SOURCE_MEMBERS},
    "aoi": {},
    "page": {"results": lambda value: not value},
}


def _numbers_as_text(value):
    if isinstance(value, dict):
        return {k: v if k == "geometry" else _numbers_as_text(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_numbers_as_text(entry) for entry in value]
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


class Documents:
    """Builds documents from the state. `layers` is the origin of vector tiles and base maps."""

    def __init__(self, state, variants, layers, rasters):
        self._state = state
        self._variants = variants
        self._layers = layers
        self._rasters = rasters

    def _shaped(self, kind, document):
        if self._variants.sparse:
            missing = MAY_BE_MISSING[kind]
            document = {k: v for k, v in document.items() if not (k in missing and missing[k](v))}
        if self._variants.numbers_as_text:
            document = _numbers_as_text(document)
        if self._variants.unknown_fields:
            document = {"novelty": {"id": 7, "status": "UNHEARD_OF", "results": [None]}, **document, "name2": ["x"]}
        return document

    def user_status(self):
        models = [self.model(model) for model in self._state.models]
        user = self._state.user
        if self._variants.status_shape == "nested":
            inner = {"email": user["email"], "credits": user["remainingCredits"]}
            return self._shaped("user", {"user": inner, "models": models})
        return self._shaped(
            "user",
            {
                **user,
                "models": models,
                "dataProviders": [self.provider(provider) for provider in self._state.providers],
                "searchDataProviders": [self.provider(provider) for provider in self._state.search_providers],
            },
        )

    def model(self, model):
        return self._shaped("model", dict(model))

    def provider(self, provider):
        preview = provider.get("previewUrl")
        preview = preview and preview.replace("{layers}", self._layers)
        return self._shaped("provider", {**provider, "previewUrl": preview})

    def project(self, project):
        processings = self._state.processings_of(project)
        ended = {status: sum(p.status == status for p in processings) for status in ("OK", "FAILED")}
        running = [p for p in processings if p.status not in ("OK", "FAILED", "CANCELLED", "REFUNDED")]
        area = sum(p.area for p in processings)
        share = project.share and {"owners": project.share.get("owners"), "users": project.share.get("users")}
        return self._shaped(
            "project",
            {
                "id": project.id,
                "name": project.name,
                "description": project.description,
                "isDefault": project.is_default,
                "created": project.created,
                "updated": project.updated,
                "workflowDefs": [self.model(m) for m in self._state.models if m["name"] in project.model_names],
                "user": self._shaped("owner", project.owner),
                "shareProject": share,
                "processingCounts": {"succeeded": ended["OK"], "failed": ended["FAILED"]},
                "templatesCount": None,
                "progress": {
                    "status": "IN_PROGRESS" if running else "OK",
                    "percentCompleted": round(sum(p.percent for p in processings) / max(1, len(processings))),
                    "details": self._details(processings),
                    "completionDate": None if running else project.updated,
                },
                "aoiCount": sum(len(p.aois) for p in processings),
                "aoiArea": area,
                "area": area,
            },
        )

    def _meta(self, processing):
        if self._variants.meta == "application" and processing.meta:
            return {name: text for name, text in processing.meta.items() if name == "source-app"}
        return processing.meta if self._variants.meta == "kept" else None

    @staticmethod
    def _details(processings):
        details = []
        for status in sorted({p.status for p in processings}, key=str):
            chosen = [p for p in processings if p.status == status]
            details.append(
                {
                    "status": status,
                    "count": len(chosen),
                    "area": sum(p.area for p in chosen),
                    "statusUpdateDate": max(p.updated for p in chosen),
                }
            )
        return details

    def processing(self, processing):
        finished = processing.status in ("OK", "REFUNDED")
        layer = self._layer(processing, "vector") if finished and not processing.raster else None
        document = {
            "id": processing.id,
            "name": processing.name,
            "description": processing.description,
            "projectId": processing.project_id,
            "status": processing.status,
            "percentCompleted": processing.percent,
            "aoiCount": len(processing.aois),
            "aoiArea": processing.area,
            "area": processing.area,
            "cost": self.cost(processing.exact_cost, processing.cost),
            "workflowDef": self.model(processing.model),
            "blocks": processing.blocks,
            "params": self._params(processing),
            "meta": self._meta(processing),
            "messages": processing.messages,
            "vectorLayer": layer and {"name": processing.name, **layer},
            "rasterLayer": None if processing.status == "UNPROCESSED" else self._imagery_layer(processing),
            "resultRasterLayer": self._layer(processing, "result") if finished and processing.raster else None,
            "reviewStatus": self._review(processing),
            "rating": self._rating(processing),
            "created": processing.created,
            "updated": processing.updated,
        }
        document.update(processing.overrides)
        return self._shaped("processing", {k: v for k, v in document.items() if v is not ...})

    def _params(self, processing):
        ((kind, given),) = processing.source.items()
        sources = {name: None for name in SOURCE_MEMBERS}
        sources[kind] = {member: given.get(member) for member in SOURCE_MEMBERS[kind]}
        params = {"sourceParams": self._filtered("sourceParams", sources), "inferenceParams": processing.inference}
        return self._filtered("params", params)

    def _filtered(self, kind, members):
        """Maps whose keys mean something: `sparse` applies, unknown members would be something else."""
        if not self._variants.sparse:
            return members
        missing = MAY_BE_MISSING[kind]
        return {k: v for k, v in members.items() if not (k in missing and missing[k](v))}

    def _layer(self, processing, kind):
        """A layer object; the id in its URLs is not its own (notes 9)."""
        namespace = uuid.UUID(processing.id)
        layer = uuid.uuid5(namespace, f"{kind} layer {processing.run}")
        if kind != "vector":
            return {"id": str(layer), **self._rasters.tile_layer(f"processing_{processing.id}/{kind}")}
        base = f"{self._layers}/api/layers/{uuid.uuid5(layer, 'tiles')}"
        tiles = f"{base}/tiles/{{z}}/{{x}}/{{y}}.vector.pbf"
        return {"id": str(layer), "tileJsonUrl": f"{base}.json", "tileUrl": tiles}

    def _imagery_layer(self, processing):
        """The imagery that was processed."""
        layer = self._layer(processing, "imagery")
        if self._variants.raster_layer == "null-members":
            return {name: layer["id"] if name == "id" else None for name in layer}
        return layer if self._variants.raster_layer == "layer" else None

    def _review(self, processing):
        status, until = processing.review, processing.review_until
        shape = self._variants.review_shape
        if status is None:
            return {"reviewStatus": None, "inReviewUntil": None} if shape == "null-object" else None
        if shape == "string":
            return status
        if shape == "status-object":
            return {"status": status, "feedback": None}
        return {"reviewStatus": status, "inReviewUntil": until}

    def _rating(self, processing):
        if processing.rating is None:
            return None
        return str(processing.rating["rating"]) if self._variants.rating_shape == "string" else processing.rating

    def cost(self, exact, rounded):
        """Credits as a number: whole unless the variant `cost_type` is float (D33)."""
        return round(exact, 2) if self._variants.cost_type == "float" else rounded

    def aoi(self, aoi):
        return self._shaped(
            "aoi",
            {
                "id": aoi.id,
                "status": aoi.status,
                "percentCompleted": aoi.percent,
                "area": aoi.area,
                "messages": aoi.messages,
                "geometry": aoi.geometry,
            },
        )

    def page(self, documents, total):
        return self._shaped("page", {"results": documents, "total": total, "count": len(documents)})
