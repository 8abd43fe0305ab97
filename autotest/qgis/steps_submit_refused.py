"""What the toolbox says where the driver, or the token, is missing. Runs inside QGIS."""

from toolbox import refusal_of


def step_refused():
    return [refusal_of(title) for title in ("Submit areas to Mapflow", "Open results of a Mapflow project")]
