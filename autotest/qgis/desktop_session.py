"""A QGIS desktop on a virtual screen, with a sandbox of its own."""

import json
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

from sandbox import Sandbox  # noqa: E402


def run_desktop(folder, **environment):
    """Runs desktop.py; returns what it has seen, and the paths requested by step."""
    build = pathlib.Path(os.environ.get("MAPFLOW_BUILD_DIR", ROOT / "build")).resolve()
    with Sandbox(data=ROOT / "data", seed=1) as sandbox:
        subprocess.run(
            ["timeout", "140", "xvfb-run", "-a", "-s", "-screen 0 1400x900x24", "qgis", "--nologo", "--noversioncheck",
             "--noplugins", "--profiles-path", str(folder / "profile"), "--code", str(HERE / "desktop.py")],
            env={**{k: v for k, v in os.environ.items() if not k.startswith("MAPFLOW_")},
                 "PATH": "/usr/bin:/bin:" + os.environ["PATH"], "GDAL_DRIVER_PATH": str(build / "gdalplugins"),
                 "MAPFLOW_API_URL": sandbox.url, "MAPFLOW_API_TOKEN": sandbox.token,
                 "MAPFLOW_QGIS_OUTPUT": str(folder), "XDG_CACHE_HOME": str(folder / "cache"),
                 "XDG_RUNTIME_DIR": str(folder), **environment},
            timeout=150, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        paths = [request.path for request in sandbox.requests]
    requests, step = {}, None
    for path in paths:
        marker = re.search("/marker/step_(.*)", path)
        if marker:
            step = marker[1]
            requests[step] = []
        elif step is not None:
            requests[step].append(path)
    return json.loads((folder / "results.json").read_text()), requests
