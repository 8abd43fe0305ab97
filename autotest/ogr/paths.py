"""Where things are: the tests, the sample data, and the build that is tested."""

import os
import pathlib

AUTOTEST = pathlib.Path(__file__).resolve().parents[1]
DATA = AUTOTEST.parent / "data"
BUILD = pathlib.Path(os.environ.get("MAPFLOW_BUILD_DIR", AUTOTEST.parent / "build")).resolve()
