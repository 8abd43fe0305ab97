# SPDX-License-Identifier: MIT
"""Processing script: loads the results of a Mapflow project."""

import os
import sys

from qgis.core import (QgsProcessingAlgorithm, QgsProcessingException, QgsProcessingOutputMultipleLayers,
                       QgsProcessingParameterBoolean, QgsProcessingParameterString)

if os.path.dirname(__file__) not in sys.path:
    sys.path.append(os.path.dirname(__file__))
import mapflow_shared as mapflow  # noqa: E402

HELP = """Loads the result of each finished processing of a project as a group of layers, with a legend by class. \
This costs no credits. The driver caches results, so each is downloaded once.

"Only names that contain" is compared with the names of the processings. Running processings are skipped."""


class MapflowProject(mapflow.Script, QgsProcessingAlgorithm):
    HELP = HELP
    PROJECT, FILTER, PARTIAL = "PROJECT", "FILTER", "PARTIAL"

    def name(self):
        return "mapflow_project"

    def displayName(self):
        return "Open results of a Mapflow project"

    def initAlgorithm(self, configuration=None):
        self.addParameter(mapflow.with_widget(QgsProcessingParameterString(self.PROJECT, "Project", optional=True),
                                              mapflow.ProjectWidget))
        self.addParameter(QgsProcessingParameterString(self.FILTER, "Only names that contain", optional=True))
        self.addParameter(QgsProcessingParameterBoolean(self.PARTIAL, "Include what failed processings have", False))
        self.addOutput(QgsProcessingOutputMultipleLayers("OUTPUT", "Results"))

    # ---- in a background thread

    def processAlgorithm(self, parameters, context, feedback):
        self.layers = []
        self.load_all(parameters, context, feedback)
        return {"OUTPUT": [layer.source() for layer in self.layers]}

    def load_all(self, parameters, context, feedback):
        self.project = self.parameterAsString(parameters, self.PROJECT, context).strip() or self.default_project()
        part = self.parameterAsString(parameters, self.FILTER, context).strip().casefold()
        name = self.project.replace('"', '""')
        options = ",PARTIAL=YES" if self.parameterAsBoolean(parameters, self.PARTIAL, context) else ""
        dataset = mapflow.opened(f'MAPFLOW:project="{name}"{options}', feedback)
        self.project = dataset.GetMetadataItem("NAME") or self.project
        found = [layer for layer in (dataset.GetLayer(i) for i in range(dataset.GetLayerCount()))
                 if part in (layer.GetMetadataItem("NAME") or layer.GetName()).casefold()]
        if not found:
            feedback.pushInfo(f"The project {self.project} has no such result.")
        for i, layer in enumerate(found):
            if feedback.isCanceled():
                feedback.reportError("Cancelled: nothing was loaded.")
                return
            feedback.setProgress(100 * i / len(found))
            feedback.setProgressText(layer.GetName())
            self.load(layer, options, feedback)

    @staticmethod
    def default_project():
        for row in mapflow.rows_of(mapflow.opened("MAPFLOW:"), "projects"):
            if row["is_default"]:
                return row["id"]
        raise QgsProcessingException("The account has no default project: choose one.")

    def load(self, layer, options, feedback):
        """Logs an error if the result cannot be read. The others are still loaded."""
        with mapflow.gdal_errors(feedback.pushWarning) as errors:
            layer.GetFeatureCount()  # downloads it, and prefetches the next ones
        try:
            if not errors:
                source = f"MAPFLOW:{layer.GetMetadataItem('PROCESSING_ID')}{options}"
                self.layers += mapflow.result_layers(source, layer.GetName(), feedback)
        except QgsProcessingException as error:
            errors = [str(error)]
        for error in errors:
            feedback.reportError(f"{layer.GetName()}: {error}")

    # ---- in the thread of the window

    def postProcessAlgorithm(self, context, feedback):
        if context.project() is not None and self.layers:
            group = context.project().layerTreeRoot().insertGroup(0, self.project)
            for layer in self.layers:
                context.project().addMapLayer(layer, False)
                group.addLayer(layer)
        return {}
