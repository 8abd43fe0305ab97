"""QGIS on a virtual screen, driven from within."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PAGE = (ROOT / "driver/programs.md").read_text()
SCRIPTS = ROOT / "driver/qgis"
# The qgis_process of Debian 12 passes an option that only the desktop knows.
QGIS_PROCESS = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
BUILD = pathlib.Path(os.environ.get("MAPFLOW_BUILD_DIR", ROOT / "build")).resolve()
sys.path.insert(0, str(HERE.parent))

from sandbox import Sandbox  # noqa: E402

# QGIS in English, and nothing that would leave this machine: no news, no fonts, no look for a new version. What is
# forgotten here meets a proxy that does not exist.
SETTINGS = r"""
[core]
NewsFeed\httpsfeedqgisorg\disabled=true
[fonts]
downloadMissingFonts=false
[locale]
overrideFlag=true
userLocale=en_US
globalLocale=en_US
[proxy]
proxyEnabled=true
proxyHost=127.0.0.1
proxyPort=9
proxyType=HttpProxy
[qgis]
checkVersion=false
"""

# Processing with the folder of scripts that was set in its options.
PROCESSING = r"""
[Processing]
Configuration\SCRIPTS_FOLDERS={}
[PythonPlugins]
MetaSearch=false
db_manager=false
processing=true
sagaprovider=false
grassprovider=false
"""


def new_sandbox(**options):
    return Sandbox(data=ROOT / "data", seed=1, **options)


def single(rows):
    """The rows of the list of layers with single types: QGIS 3.44 lists those that it makes of them, MultiPolygon."""
    return [[name, kind.removeprefix("Multi")] for name, kind in rows]


@dataclass
class Run:
    """What came of a run: what each step has returned, and the paths it requested."""

    seen: dict
    requests: dict

    def print_requests(self):
        for step, paths in self.requests.items():
            print(f"{step}: {len(paths)} requests")


class Desktop:
    """A user's QGIS: a folder with a profile and a cache. Each run is a new process."""

    def __init__(self, folder, sandbox, screen="1600x1200", scripts=None):
        """`scripts` is a folder of scripts for the Processing toolbox; without it QGIS starts without Processing."""
        self.folder = folder
        self.screen = screen
        self.plugins = ["--noplugins"] if scripts is None else []
        self.sandbox = sandbox
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("MAPFLOW_")},
            "PATH": "/usr/bin:/bin:" + os.environ["PATH"], "GDAL_DRIVER_PATH": str(BUILD / "gdalplugins"),
            "MAPFLOW_API_URL": sandbox.url, "MAPFLOW_API_TOKEN": sandbox.token, "no_proxy": "127.0.0.1",
            "MAPFLOW_QGIS_FOLDER": str(folder), "MAPFLOW_QGIS_MODULES": str(HERE),
            "XDG_CACHE_HOME": str(folder / "cache"), "XDG_STATE_HOME": str(folder / "state"),
            "XDG_RUNTIME_DIR": str(folder)}
        settings = folder / "profile/profiles/default/QGIS/QGIS3.ini"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(SETTINGS + (PROCESSING.format(scripts) if scripts is not None else ""))

    @property
    def cached_files(self):
        return sorted(path.name for path in (self.folder / "cache/gdal-mapflow").iterdir())

    def run_without_window(self, *words, **environment):
        """Runs qgis_process with the same profile, in the folder `files`. Returns (exit code, what it printed)."""
        data = self.folder / "data"
        profiles = data / "QGIS/QGIS3"
        if not profiles.exists():
            profiles.parent.mkdir(parents=True)
            profiles.symlink_to(self.folder / "profile")
        (self.folder / "files").mkdir(exist_ok=True)
        done = subprocess.run(
            [QGIS_PROCESS, *words], capture_output=True, text=True, check=False, timeout=150, cwd=self.folder / "files",
            env={**self._environment, "XDG_DATA_HOME": str(data), "QT_QPA_PLATFORM": "offscreen", **environment})
        return done.returncode, done.stdout + done.stderr

    def _start(self, steps, environment):
        for name in ("seen.json", "pid"):
            (self.folder / name).unlink(missing_ok=True)
        return subprocess.Popen(
            ["timeout", "150", "xvfb-run", "-a", "-s", f"-screen 0 {self.screen}x24", "qgis", "--nologo",
             "--noversioncheck", *self.plugins, "--profiles-path", str(self.folder / "profile"),
             "--code", str(HERE / "desktop.py")],
            env={**self._environment, "MAPFLOW_QGIS_STEPS": steps, **environment},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def run(self, steps, **environment):
        """Runs the steps of a module; a failed one is an AssertionError."""
        first = len(self.sandbox.requests)
        status = self._start(steps, environment).wait(timeout=160)
        written = self.folder / "seen.json"
        assert written.exists(), f"QGIS has ended with {status} before the steps had"
        seen = json.loads(written.read_text())
        assert "failure" not in seen, seen["failure"]
        return Run(seen, self._by_step(first))

    def kill_when(self, happened, steps, **environment):
        """Runs the steps and kills QGIS as soon as happened() is true."""
        process = self._start(steps, environment)
        for _ in range(1000):
            if happened() or process.poll() is not None:
                break
            time.sleep(0.05)
        assert process.poll() is None, "QGIS has ended before"
        os.kill(int((self.folder / "pid").read_text()), signal.SIGKILL)
        process.wait(timeout=20)

    def _by_step(self, first):
        requests, step = {}, None
        for request in list(self.sandbox.requests)[first:]:
            marker = re.search("/marker/step_(.*)", request.path)
            if marker:
                step = marker[1]
                requests[step] = []
            elif step is not None:
                requests[step].append(request.path)
        return requests
