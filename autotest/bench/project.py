#!/usr/bin/env python3
"""How much faster a project reads as one dataset, or as one layer, than its results one after another.

40 results behind 200 ms of latency, read to the end, without the cache; the median of 5 runs each.
Usage: MAPFLOW_BUILD_DIR=build python3 autotest/bench/project.py
"""

import os
import pathlib
import statistics
import sys
import time

AUTOTEST = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("MAPFLOW_BUILD_DIR", AUTOTEST.parent / "build")).resolve()
sys.path.insert(0, str(AUTOTEST))
os.environ["GDAL_DRIVER_PATH"] = str(BUILD / "gdalplugins")

from osgeo import gdal  # noqa: E402

from sandbox import Sandbox  # noqa: E402

RESULTS, LATENCY, RUNS = 40, 0.2, 5


def opened(sandbox, name):
    options = [f"API_URL={sandbox.url}", f"API_TOKEN={sandbox.token}", "CACHE=NO"]
    return gdal.OpenEx(f"MAPFLOW:{name}", gdal.OF_VECTOR, open_options=options)


def count(dataset):
    """Reads all layers as ogr2ogr does, which gets them by number first."""
    layers = [dataset.GetLayer(i) for i in range(dataset.GetLayerCount())]
    return sum(sum(1 for _ in layer) for layer in layers)


def define(dataset):
    """Asks for the fields alone; returns nothing that was read."""
    return dataset.GetLayer(0).GetLayerDefn().GetFieldCount() and 0


def seconds(read):
    start = time.monotonic()
    features = read()
    return time.monotonic() - start, features


def main():
    with Sandbox(data=AUTOTEST.parent / "data", seed=1) as sandbox:
        sandbox.state.add_project("bench")
        ids = [sandbox.state.add_processing(name=f"job {i}", project="bench", result="buildings.geojson")
               for i in range(RESULTS)]
        sandbox.faults.add("", delay=LATENCY)
        single, whole, merged, defined, features = [], [], [], [], set()
        for _ in range(RUNS):
            took, found = seconds(lambda: sum(count(opened(sandbox, i)) for i in ids))
            single.append(took)
            features.add(found)
            took, found = seconds(lambda: count(opened(sandbox, "project=bench")))
            whole.append(took)
            features.add(found)
            took, found = seconds(lambda: count(opened(sandbox, "project=bench,MERGE=YES")))
            merged.append(took)
            features.add(found)
            took, _ = seconds(lambda: define(opened(sandbox, "project=bench,MERGE=YES")))
            defined.append(took)
        assert len(features) == 1, "all ways read the same features"
        one, all_ = statistics.median(single), statistics.median(whole)
        results_alone = RESULTS * LATENCY
        print(f"{RESULTS} results of {features.pop() // RESULTS} features, {LATENCY * 1000:.0f} ms latency")
        print(f"one dataset after another  {one:6.2f} s (status and result of each)")
        print(f"of that, results alone     {results_alone:6.2f} s (latency, without any work)")
        print(f"the project as a dataset   {all_:6.2f} s")
        print(f"as one layer (MERGE=YES)   {statistics.median(merged):6.2f} s, its fields alone {statistics.median(defined):.2f} s")
        print(f"{one / all_:.1f} times as fast; {results_alone / all_:.1f} times against results alone")


if __name__ == "__main__":
    main()
