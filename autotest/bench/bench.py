"""The driver against GDAL's own drivers: the same bytes, the same machine, the same run.

    python3 bench.py BUILD [--count N] [--runs N] [--large] [--folder FOLDER]

BUILD is a build folder in which the target `bench` was made. Prints one table of ratios from the medians of
interleaved runs: wall time, and beside it CPU time (user and system, the whole process, start included). Needs curl
and ogr2ogr; the lines about instructions need valgrind.
"""

import argparse
import os
import pathlib
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import make_data
from server import Server

POLL = 0.002  # s between looks at a process's memory
INSTRUCTION_COUNT = 20_000  # features: instructions per byte do not depend on the size

TARGETS = (  # format, ending, how much faster the whole should be, arguments of ogr2ogr
    ("FlatGeobuf", "fgb", "≥ 8", ("-f", "FlatGeobuf", "-lco", "SPATIAL_INDEX=NO")),
    ("GPKG", "gpkg", "≥ 2.5", ("-f", "GPKG")))


class Bench:
    def __init__(self, build, folder, count, runs):
        self.build, self.folder, self.count, self.runs = build, folder, count, runs
        self.drain, self.engine = build / "autotest/bench/bench_drain", build / "autotest/bench/bench_engine"
        self.geojson = self.data(count)
        self.flatgeobuf, self.in_order = folder / f"{count}.fgb", folder / f"{count}-in-order.fgb"
        self.environment = {
            **os.environ, "GDAL_DRIVER_PATH": str(build / "gdalplugins"), "MAPFLOW_API_TOKEN": "bench",
            "MAPFLOW_CACHE_DIR": str(folder / "cache"), "no_proxy": "127.0.0.1"}
        self.fresh = 0

    def data(self, count):
        """The result of so many buildings, made once."""
        path = self.folder / f"{count}.geojson"
        if not path.exists():
            part = path.with_suffix(".part")
            make_data.write(count, part)
            part.rename(path)
        return path

    def run(self, *command, **more):
        """Runs a program that must succeed; what it printed."""
        done = subprocess.run([str(part) for part in command], env={**self.environment, **more}, text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    @staticmethod
    def cpu_time():
        """CPU seconds of all programs that have ended so far."""
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    def timed(self, *command, **more):
        """Wall-clock seconds of a program from its start to its end."""
        start = time.perf_counter()
        self.run(*command, **more)
        return time.perf_counter() - start

    def read(self, mode, source, driver, *window):
        """Seconds that drain has measured, without the start of the program."""
        seconds, rows = self.run(self.drain, mode, source, driver, *window).split()
        return float(seconds), int(rows)

    def new_folder(self):
        self.fresh += 1
        return {"MAPFLOW_CACHE_DIR": str(self.folder / f"cold-{self.fresh}")}

    # ---- what is measured: each returns seconds ----

    def cold_ours(self, name, *arguments):
        out = self.folder / name
        out.unlink(missing_ok=True)
        cache = self.new_folder()
        seconds = self.timed("ogr2ogr", *arguments, out, self.server.name, **cache)
        shutil.rmtree(cache["MAPFLOW_CACHE_DIR"])
        return seconds

    def cold_theirs(self, name, *arguments):
        out, text = self.folder / name, self.folder / "fetched.geojson"
        out.unlink(missing_ok=True)
        text.unlink(missing_ok=True)
        return (self.timed("curl", "-s", "-o", text, self.server.result_url) +
                self.timed("ogr2ogr", *arguments, out, text))

    def convert(self, source, name, *arguments, **more):
        out = self.folder / name
        out.unlink(missing_ok=True)
        return self.timed("ogr2ogr", *arguments, out, source, **more)

    def writing_alone(self, name, *arguments):
        """The conversion from the source that is read fastest, in the same order: what is left is the writer's."""
        return self.convert(self.in_order, name, *arguments)

    def warm(self, mode, *window):
        return lambda: self.read(mode, self.server.name, "MAPFLOW", *window)[0]

    def geojson_driver(self, mode):
        return lambda: self.read(mode, self.geojson, "GeoJSON")[0]

    def flatgeobuf_driver(self, mode, *window):
        return lambda: self.read(mode, self.flatgeobuf, "FlatGeobuf", *window)[0]

    def compare(self, title, wanted, ours, *others):
        """One line for each other: medians of interleaved runs."""
        runs = [[] for _ in range(1 + len(others))]
        for _ in range(self.runs):
            for one, (_, measure) in zip(runs, (("", ours), *others), strict=True):
                before = self.cpu_time()
                one.append((measure(), self.cpu_time() - before))
        (mine, my_cpu), *theirs = (map(statistics.median, zip(*one, strict=True)) for one in runs)
        for (name, _), (other, cpu), want in zip(others, theirs, wanted, strict=True):
            print(f"{title:34} {name:26} {mine:9.4f} {other:9.4f} {other / mine:8.2f} x   {want:19} "
                  f"{my_cpu:8.2f} {cpu:8.2f}", flush=True)

    def measure_speed(self):
        for name, ending, wanted, arguments in TARGETS:
            self.compare(f"cold to {name}", [wanted, "what writing takes"],
                         lambda: self.cold_ours(f"a.{ending}", *arguments),
                         ("curl + GeoJSON", lambda: self.cold_theirs(f"b.{ending}", *arguments)),
                         ("warm FlatGeobuf", lambda: self.writing_alone(f"c.{ending}", *arguments)))
        self.run(self.drain, "open", self.server.name, "MAPFLOW")  # from here on the cache is warm
        self.compare("warm features", ["≥ 15", "≥ 0.67"], self.warm("features"),
                     ("GeoJSON", self.geojson_driver("features")),
                     ("FlatGeobuf", self.flatgeobuf_driver("features")))
        self.compare("warm Arrow", ["≥ 20", ""], self.warm("arrow"),
                     ("GeoJSON", self.geojson_driver("arrow")),
                     ("FlatGeobuf", self.flatgeobuf_driver("arrow")))
        self.measure_conversion()
        self.compare("reopen: open, count, extent", ["≥ 500", ""], self.warm("open"),
                     ("GeoJSON", self.geojson_driver("open")),
                     ("FlatGeobuf", self.flatgeobuf_driver("open")))
        window = self.window()
        self.compare("0.1 % window", ["≥ 0.5"], self.warm("window", *window),
                     ("FlatGeobuf, R-tree", self.flatgeobuf_driver("window", *window)))

    def measure_conversion(self):
        """ogr2ogr through Arrow, which GDAL can from 3.8 on, against features and against the same bytes as a file."""
        out = self.folder / "way.gpkg"
        out.unlink(missing_ok=True)
        if "WriteArrowBatch()" not in self.run("ogr2ogr", out, self.server.name, CPL_DEBUG="OGR2OGR"):
            print("warm through Arrow: not with the ogr2ogr of this GDAL")
            return
        for name, ending, _, arguments in TARGETS:
            self.compare(f"warm to {name} through Arrow", ["", ""],
                         lambda: self.convert(self.server.name, f"d.{ending}", *arguments),
                         ("GeoJSON", lambda: self.convert(self.geojson, f"e.{ending}", *arguments)),
                         ("the driver's features", lambda: self.convert(self.server.name, f"f.{ending}", *arguments,
                                                                        OGR2OGR_USE_ARROW_API="NO")))

    def window(self):
        """A square in the middle with about a thousandth of the features."""
        side = self.count ** 0.5
        west, south = 4.0 + side / 2 * 3e-4, 51.0 + side / 2 * 2e-4
        part = side * 0.001 ** 0.5
        return west, south, west + part * 3e-4, south + part * 2e-4

    def memory(self, count):
        """Peak of anonymous and of resident memory while a result is opened cold, in bytes."""
        with Server(self.data(count)) as server:
            cache = self.new_folder()
            environment = {**self.environment, **cache, "MAPFLOW_API_URL": server.url + "/rest"}
            process = subprocess.Popen([self.drain, "open", server.name, "MAPFLOW"], env=environment,
                                       stdout=subprocess.DEVNULL)
            peaks = [0, 0]
            while process.poll() is None:
                try:
                    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                except OSError:
                    break
                for i, name in enumerate(("RssAnon", "VmHWM")):
                    found = re.search(name + r":\s+(\d+) kB", status)
                    peaks[i] = max(peaks[i], int(found[1]) * 1024 if found else 0)
                time.sleep(POLL)
            process.wait()
            shutil.rmtree(cache["MAPFLOW_CACHE_DIR"])
        return peaks

    def measure_memory(self, counts):
        peaks = {count: self.memory(count) for count in sorted(set(counts))}
        for count, (anonymous, resident) in peaks.items():
            limit = 64 + 40 * count / 2**20
            print(f"peak memory, cold, {count:>9,}: anonymous {anonymous / 2**20:.1f} MiB "
                  f"(≤ {limit:.0f}), resident {resident / 2**20:.1f} MiB, text "
                  f"{self.data(count).stat().st_size / 2**20:.0f} MiB", flush=True)
        if len(peaks) > 1:
            first, last = min(peaks), max(peaks)
            print(f"state: {(peaks[last][0] - peaks[first][0]) / (last - first):.1f} anonymous bytes a feature")

    def measure_instructions(self):
        if shutil.which("valgrind") is None:
            print("instructions: no valgrind")
            return
        path = self.data(INSTRUCTION_COUNT)
        size = path.stat().st_size

        def collected(mode):
            said = self.run("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", self.engine, mode,
                            path)
            return int(re.search(r"Collected : (\d+)", said)[1])

        scan = collected("scan")
        decode = collected("decode") - scan
        print(f"instructions per byte: scan {scan / size:.2f} (< 10), decode {decode / size:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--large", action="store_true", help="memory with 5 million features as well")
    parser.add_argument("--folder", type=pathlib.Path, help="for data and results; kept")
    arguments = parser.parse_args()
    folder = arguments.folder or pathlib.Path(tempfile.mkdtemp(prefix="mapflow-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(arguments.build.resolve(), folder.resolve(), arguments.count, arguments.runs)
    shutil.rmtree(folder / "cache", ignore_errors=True)
    for path, index in ((bench.flatgeobuf, "YES"), (bench.in_order, "NO")):
        if not path.exists():
            bench.run("ogr2ogr", "-f", "FlatGeobuf", "-lco", f"SPATIAL_INDEX={index}", path, bench.geojson)
    with Server(bench.geojson) as bench.server:
        bench.environment["MAPFLOW_API_URL"] = bench.server.url + "/rest"
        print(f"{arguments.count:,} features, {bench.geojson.stat().st_size / 1e6:.0f} MB, "
              f"medians of {arguments.runs} runs, {os.cpu_count()} processors")
        print(f"{'measure':34} {'against':26} {'ours s':>9} {'theirs s':>9} {'ratio':>10}   {'wanted':19} "
              f"{'our CPU':>8} {'theirs':>8}")
        bench.measure_speed()
    bench.measure_memory([200_000, arguments.count] + [5_000_000] * arguments.large)
    bench.measure_instructions()
    if arguments.folder is None:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
