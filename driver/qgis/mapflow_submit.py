# SPDX-License-Identifier: MIT
"""Processing script: submits areas to Mapflow and loads the result."""

import json
import os
import pathlib
import sys
import tempfile

from osgeo import gdal, ogr, osr
from qgis.core import (NULL, QgsCoordinateReferenceSystem, QgsGeometry, QgsProcessing, QgsProcessingAlgorithm,
                       QgsProcessingContext, QgsProcessingException, QgsProcessingOutputMapLayer,
                       QgsProcessingOutputNumber, QgsProcessingOutputString, QgsProcessingParameterBoolean,
                       QgsProcessingParameterDefinition, QgsProcessingParameterExtent,
                       QgsProcessingParameterFeatureSource, QgsProcessingParameterNumber,
                       QgsProcessingParameterString)
from qgis.utils import iface

if os.path.dirname(__file__) not in sys.path:
    sys.path.append(os.path.dirname(__file__))
import mapflow_shared as mapflow  # noqa: E402

HELP = """Submits areas to Mapflow, waits for the result and loads it.

The price is shown first. Nothing is submitted until you agree to it; with "Only show the price" nothing is submitted \
at all. Cancelling later only ends the wait: the processing goes on and is paid for. Its id is in the log; Add Vector \
Layer opens it as MAPFLOW:id.

Give either a polygon layer, optionally only its selected features, or an extent. Overlapping areas are merged first, \
so no area is billed twice.

Models and imagery come from the account, with their prices in credits per km². The price of a processing is the sum \
of the prices of the model, its steps and the imagery. In qgis_process, which cannot ask you, the maximum cost is \
required.

Other options: layer creation options of the driver, one per line. SPLIT=FEATURE makes a processing of each area. For \
MOSAIC=name, your uploaded images, leave the imagery empty."""


class Areas:
    """Polygons and their coordinate reference system."""

    def __init__(self, name, crs, geometries):
        self.name = name
        self.crs = crs
        self.shapes = [bytes(geometry.asWkb()) for geometry in geometries if not geometry.isNull()]
        if not crs.isValid():
            raise QgsProcessingException(f"{name} has no coordinate reference system: set it.")
        if not self.shapes:
            raise QgsProcessingException(f"{name} has no areas.")

    def reference(self):
        srs = osr.SpatialReference()
        srs.ImportFromWkt(self.crs.toWkt(QgsCoordinateReferenceSystem.WKT_PREFERRED))
        srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        return srs


def send(areas, name, options, warn):
    """Writes the areas to the driver as a layer with these creation options. Returns the entries of its report."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.json")
        words = [f"{key}={value}" for key, value in options.items()] + [f"REPORT={report}"]
        with mapflow.gdal_errors(warn) as errors:
            write(areas, name, words, errors)
        if errors:
            raise QgsProcessingException("\n".join(errors))
        return [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]


def write(areas, name, words, errors):
    dataset = gdal.GetDriverByName("MAPFLOW").Create("MAPFLOW:", 0, 0, 0, gdal.GDT_Unknown)
    layer = dataset.CreateLayer(name, areas.reference(), ogr.wkbUnknown, words) if dataset is not None else None
    for shape in areas.shapes if layer is not None else []:
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometryDirectly(ogr.CreateGeometryFromWkb(shape))
        layer.CreateFeature(feature)
        if errors:
            return  # a dataset that is closed without FlushCache submits nothing
    if layer is not None:
        dataset.FlushCache()


class MapflowSubmit(mapflow.Script, QgsProcessingAlgorithm):
    HELP = HELP
    AREA, EXTENT, PROJECT, MODEL, STEPS, PROVIDER, MAX_COST, NAME, DRY_RUN, WAIT, CONFIRM, OPTIONS = (
        "AREA", "EXTENT", "PROJECT", "MODEL", "BLOCKS", "PROVIDER", "MAX_COST", "NAME", "DRY_RUN", "WAIT", "CONFIRM",
        "OPTIONS")

    def name(self):
        return "mapflow_submit"

    def displayName(self):
        return "Submit areas to Mapflow"

    def initAlgorithm(self, configuration=None):
        def text(name, description, widget=None, optional=True, lines=False):
            parameter = QgsProcessingParameterString(name, description, multiLine=lines, optional=optional)
            return parameter if widget is None else mapflow.with_widget(parameter, widget)

        def advanced(parameter):
            parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.FlagAdvanced)
            return parameter

        for parameter in (
                QgsProcessingParameterFeatureSource(self.AREA, "Areas", [QgsProcessing.TypeVectorPolygon],
                                                    optional=True),
                QgsProcessingParameterExtent(self.EXTENT, "or extent", optional=True),
                text(self.PROJECT, "Project", mapflow.ProjectWidget),
                text(self.MODEL, "Model", mapflow.ModelWidget, optional=False),
                text(self.STEPS, "Steps of the model", mapflow.StepsWidget),
                text(self.PROVIDER, "Imagery", mapflow.ProviderWidget),
                QgsProcessingParameterNumber(self.MAX_COST, "Maximum cost (credits)",
                                             QgsProcessingParameterNumber.Double, optional=True, minValue=0),
                text(self.NAME, "Name of the processing"),
                QgsProcessingParameterBoolean(self.DRY_RUN, "Only show the price", False),
                QgsProcessingParameterBoolean(self.WAIT, "Wait for the result and load it", True),
                advanced(QgsProcessingParameterBoolean(
                    self.CONFIRM, "Ask before submitting (otherwise a maximum cost is needed)", True)),
                advanced(text(self.OPTIONS, "Other options", lines=True))):
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputMapLayer("OUTPUT", "Result"))
        self.addOutput(QgsProcessingOutputString("PROCESSING_ID", "Id of the processing"))
        self.addOutput(QgsProcessingOutputNumber("COST", "Price in credits"))
        self.addOutput(QgsProcessingOutputNumber("AREA_KM2", "Area in km²"))

    @staticmethod
    def is_set(parameters, name):
        return parameters.get(name) not in (None, "", NULL)

    def checkParameterValues(self, parameters, context):
        if self.is_set(parameters, self.AREA) == self.is_set(parameters, self.EXTENT):
            return False, "Give either a layer with areas or an extent."
        return super().checkParameterValues(parameters, context)

    # ---- in the thread of the window

    def prepareAlgorithm(self, parameters, context, feedback):
        self.question = mapflow.Question()
        return True

    # ---- in a background thread

    def processAlgorithm(self, parameters, context, feedback):
        try:
            return self.process(parameters, context, feedback)
        except mapflow.Cancelled as cancelled:
            feedback.reportError(str(cancelled))
            return {}

    def process(self, parameters, context, feedback):
        areas = self.read_areas(parameters, context)
        name = self.parameterAsString(parameters, self.NAME, context).strip() or areas.name
        options = self.read_options(parameters, context)
        is_dry = self.parameterAsBoolean(parameters, self.DRY_RUN, context)
        asks = iface is not None and self.parameterAsBoolean(parameters, self.CONFIRM, context)
        if not (is_dry or asks or "MAX_COST" in options):
            raise QgsProcessingException("Set the maximum cost: without a question nothing else limits the price.")
        with mapflow.one_at_a_time(feedback):
            outcome = self.ask_price(areas, name, options, feedback)
            if is_dry:
                feedback.pushInfo("Nothing was submitted: only the price was asked for.")
                return outcome
            if asks and not self.question.ask("Submit to Mapflow?", self.offer(name, options),
                                              self.button(outcome), feedback):
                feedback.pushInfo("Nothing was submitted.")
                return outcome
            if feedback.isCanceled():
                raise mapflow.Cancelled("Cancelled: nothing was submitted.")
            ids = self.submit(areas, name, options, outcome, feedback)
        outcome["PROCESSING_ID"] = ",".join(ids)
        if self.parameterAsBoolean(parameters, self.WAIT, context):
            self.load(ids, context, feedback, outcome)
        return outcome

    def read_areas(self, parameters, context):
        source = self.parameterAsSource(parameters, self.AREA, context)
        if source is not None:
            return Areas(source.sourceName(), source.sourceCrs(), (f.geometry() for f in source.getFeatures()))
        box = self.parameterAsExtent(parameters, self.EXTENT, context)
        return Areas("Extent", self.parameterAsExtentCrs(parameters, self.EXTENT, context), [QgsGeometry.fromRect(box)])

    def read_options(self, parameters, context):
        def text(name):
            return self.parameterAsString(parameters, name, context).strip()

        provider, at, zoom = text(self.PROVIDER).rpartition("@")
        if not (at and zoom.isdigit()):
            provider, zoom = text(self.PROVIDER), ""
        options = {"PROJECT": text(self.PROJECT), "MODEL": text(self.MODEL), "BLOCKS": text(self.STEPS),
                   "PROVIDER": provider, "ZOOM": zoom}
        if self.is_set(parameters, self.MAX_COST):
            options["MAX_COST"] = repr(self.parameterAsDouble(parameters, self.MAX_COST, context))
        for line in filter(None, map(str.strip, text(self.OPTIONS).splitlines())):
            key, equals, value = map(str.strip, line.partition("="))
            if not equals or key.upper() in ("DRY_RUN", "REPORT", "WAIT", "MAX_COST"):
                raise QgsProcessingException(f"{line}: write KEY=VALUE. MAX_COST, DRY_RUN, WAIT and REPORT do not "
                                             "belong here.")
            options[key.upper()] = value
        return {key: value for key, value in options.items() if value}

    def ask_price(self, areas, name, options, feedback):
        """Makes a dry run: the driver checks everything and submits nothing."""
        feedback.setProgressText("Asking for the price…")
        self.remarks = []
        lines = send(areas, name, {**options, "DRY_RUN": "YES"}, self.remarks.append)
        for remark in self.remarks:
            feedback.pushWarning(remark)
        costs = [line.get("cost") for line in lines]
        outcome = {"AREA_KM2": sum(line.get("areaKm2") or 0 for line in lines)}
        if None not in costs:
            outcome["COST"] = sum(costs)
        self.price = (f"{outcome['COST']:g} credits" if "COST" in outcome else "not given in credits") + \
            f", for {outcome['AREA_KM2']:.4g} km²" + (f" in {len(lines)} processings" if len(lines) > 1 else "")
        feedback.pushInfo(f"Price: {self.price}")
        return outcome

    def offer(self, name, options):
        """Returns the text of the question."""
        shown = {"MODEL": "Model", "BLOCKS": "Steps", "PROVIDER": "Imagery", "ZOOM": "Zoom", "PROJECT": "Project"}
        lines = [f"Price: {self.price}", f"Name: {name}"]
        lines += [f"{shown.get(key, key)}: {value}" for key, value in options.items() if key != "MAX_COST"]
        return "\n".join(lines + [""] * bool(self.remarks) + self.remarks)

    @staticmethod
    def button(outcome):
        return f"Submit for {outcome['COST']:g} credits" if "COST" in outcome else "Submit"

    def submit(self, areas, name, options, outcome, feedback):
        """Submits for no more than the price that was shown. Returns the ids."""
        feedback.setProgressText("Submitting…")
        if "COST" in outcome:
            options = {**options, "MAX_COST": repr(float(outcome["COST"]))}
        lines = send(areas, name, options, lambda text: None if text in self.remarks else feedback.pushWarning(text))
        ids = [line["id"] for line in lines]
        for line in lines:
            feedback.pushInfo(f"Submitted: {line['name']} as MAPFLOW:{line['id']}")
        return ids

    def load(self, ids, context, feedback, outcome):
        for i, identifier in enumerate(ids):
            try:
                state = self.wait_for(identifier, feedback, i / len(ids), 1 / len(ids))
            except mapflow.Cancelled:
                feedback.pushInfo("No longer waiting. The processing goes on: open "
                                  f"MAPFLOW:{identifier} when it has ended.")
                return
            feedback.setProgressText("Fetching the result…")
            for layer in mapflow.result_layers(f"MAPFLOW:{identifier}", state["name"], feedback, bool(state["raster"])):
                self.hand_over(layer, context, outcome)

    @staticmethod
    def hand_over(layer, context, outcome):
        if context.project() is None:  # qgis_process
            outcome.setdefault("OUTPUT", layer.source())
            return
        context.temporaryLayerStore().addMapLayer(layer)
        first = outcome.setdefault("OUTPUT", layer.id()) == layer.id()
        details = QgsProcessingContext.LayerDetails(layer.name(), context.project(), "OUTPUT" if first else "")
        details.forceName = True  # and not that of a file
        context.addLayerToLoadOnCompletion(layer.id(), details)

    @staticmethod
    def wait_for(identifier, feedback, done, part):
        """Polls a processing until it has ended, as WAIT=YES does. Returns its state; raises if it has failed."""
        longest = float(gdal.GetConfigOption("MAPFLOW_POLL_INTERVAL", "30"))
        interval, failures = min(5, longest), 0
        while True:
            mapflow.wait(interval, feedback)
            interval = min(1.5 * interval, longest)
            try:
                state = mapflow.state_of(identifier)
                failures = 0
            except QgsProcessingException as error:
                failures += 1
                feedback.pushWarning(str(error))
                if failures == 5:
                    raise QgsProcessingException(f"The processing goes on: open MAPFLOW:{identifier} later.") from error
                continue
            feedback.setProgress(100 * (done + part * state["percent"] / 100))
            feedback.setProgressText(f"{state['name']}: {state['status']}, {state['percent']} %")
            if state["is_over"]:
                if state["status"] != "OK":
                    raise QgsProcessingException(f"{state['name']} (MAPFLOW:{identifier}) ended with status "
                                                 f"{state['status']}. {state['messages'] or ''}")
                return state
