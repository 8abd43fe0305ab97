"""Programs that people read Mapflow with, each as its user runs it.

A client is a function of jobs, an environment and a folder; it returns what its user has seen of each job.
"""

import csv
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse
import xml.etree.ElementTree
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass
class Job:
    """A dataset to read. Without a layer the client takes the one that it takes by itself."""

    key: str
    name: str
    layer: str = ""
    where: str = ""
    box: tuple = ()
    option: str = ""  # an open option, NAME=VALUE

    def line(self):
        return "\t".join((self.key, self.name, self.layer, self.where, " ".join(map(str, self.box)), self.option))


@dataclass
class Answer:
    """What came of a job: the ids of the rows, or None when the client has failed, as its user sees it."""

    rows: list | None = None
    said: str = ""  # errors and warnings that the user sees, also beside rows


@dataclass
class Client:
    """`needs` are modules of Python and programs; what is not there is not on this machine."""

    read: object
    needs: tuple
    says_why: bool = True  # the user sees the driver's reason
    warns: bool = True  # the user sees the driver's warnings
    goes_on: dict = field(default_factory=dict)  # failures after which it goes on: what the user sees, or "silent"

    @property
    def is_here(self):
        return all(map(is_here, self.needs))


def is_here(name):
    """A module is not imported: some change the settings of GDAL for the whole process."""
    if name.endswith(".py"):
        return importlib.util.find_spec(name[:-3]) is not None
    return program(name, check=False) is not None


def program(name, check=True):
    """Where a program is; those of PostgreSQL are in the folder of its version."""
    path = shutil.which(name, path="/usr/bin:/bin:" + os.environ["PATH"])
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    path = path or next((str(folder / name) for folder in reversed(folders) if (folder / name).exists()), None)
    assert path or not check, f"there is no program {name}"
    return path


def run(name, *arguments, environment, **options):
    return subprocess.run([program(name), *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False,
                          env={**os.environ, **environment}, **options)


def each(read):
    """A client that is a new process for each job."""
    return lambda jobs, environment, folder: {job.key: read(job, environment, folder) for job in jobs}


def lines_of(output):
    """The answers that reader.py and read.R print."""
    answers, shown = {}, {}
    for line in output.splitlines():
        key, kind, text = (line.split("\t") + ["", ""])[:3]
        if kind == "warning":
            shown[key] = f"{shown.get(key, '')}{text}\n"
        elif kind == "rows":
            answers[key] = Answer([one for one in text.split(",") if one], shown.get(key, ""))
        elif kind == "error":
            answers[key] = Answer(None, shown.get(key, "") + text)
    return answers


def in_one_process(*command, hears_stderr=True):
    """A client that reads all jobs in one process; what it prints beside the answers its user sees at the end."""
    def read(jobs, environment, folder):
        path = folder / "jobs.txt"
        path.write_text("".join(job.line() + "\n" for job in jobs), encoding="utf-8")
        done = run(*command, path, environment=environment)
        assert done.returncode == 0, done.stdout + done.stderr
        answers = lines_of(done.stdout)
        assert set(answers) == {job.key for job in jobs}, done.stdout + done.stderr
        for job in jobs:
            answers[job.key].said += done.stderr if hears_stderr else ""
        return answers
    return read


def library(name, **options):
    return in_one_process(sys.executable, HERE / "reader.py", name, **options)


def wishes(job):
    """Filters and options of ogr2ogr and ogrinfo."""
    return [*(["-where", job.where] if job.where else []), *(["-spat", *job.box] if job.box else []),
            *(["-oo", job.option] if job.option else [])]


def ogr2ogr(job, environment, _):
    done = run("ogr2ogr", "-f", "CSV", "/vsistdout/", *wishes(job), job.name,
               *([job.layer] if job.layer else []), environment=environment)
    rows = [row["id"] for row in csv.DictReader(io.StringIO(done.stdout))]
    return Answer(rows if done.returncode == 0 else None, done.stderr)


def ogrinfo(job, environment, _):
    done = run("ogrinfo", "-ro", "-geom=NO", *wishes(job), job.name, job.layer or "-al", environment=environment)
    rows = re.findall(r"^  id \(\w+\) = (\S+)$", done.stdout, re.M)
    return Answer(rows if done.returncode == 0 else None, done.stderr)


def postgis(job, environment, _):
    """ogr2ogr into a table, and the rows of that table. PG_DATABASE names the database.

    Columns of JSON of the sample hold texts that PostgreSQL refuses as JSON.
    """
    database = environment["PG_DATABASE"]
    done = run("ogr2ogr", "-f", "PostgreSQL", f"PG:{database}", "-nln", "results", "-overwrite", "-mapFieldType",
               "String(JSON)=String", *wishes(job), job.name,
               *([job.layer] if job.layer else []), environment=environment)
    if done.returncode != 0:
        return Answer(None, done.stderr)
    return Answer(rows_of_table(database, "results"), done.stderr)


def ask_postgis(database, statement):
    done = run("psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement, environment={})
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def rows_of_table(database, table):
    return ask_postgis(database, f"SELECT to_json(one)->>'id' FROM {table} one ORDER BY ogc_fid")


MAP = """
MAP
  NAME mapflow
  SIZE 400 400
  EXTENT 4.4 52.1 4.6 52.2
  IMAGETYPE png
  IMAGECOLOR 255 255 255
  PROJECTION "init=epsg:4326" END
  WEB METADATA
    "ows_title" "Mapflow"
    "ows_enable_request" "*"
    "ows_onlineresource" "http://localhost/"
    "ows_srs" "EPSG:4326"
    "wfs_getfeature_formatlist" "geojson"
  END END
  OUTPUTFORMAT NAME "geojson" DRIVER "OGR/GEOJSON" MIMETYPE "application/json" FORMATOPTION "STORAGE=stream"
    FORMATOPTION "FORM=SIMPLE" END
  LAYER
    NAME "layer"
    TYPE POLYGON
    STATUS ON
    CONNECTIONTYPE OGR
    CONNECTION '{name}'
    {more}
    PROJECTION "init=epsg:4326" END
    METADATA "ows_title" "layer" "gml_include_items" "all" "gml_featureid" "id" END
    CLASS STYLE COLOR 255 0 0 END END
  END
END
"""


def map_file(folder, name, *more):
    """A map of one layer, and the environment that MapServer needs for it."""
    path = folder / "mapflow.map"
    path.write_text(MAP.format(name=name, more="\n    ".join(more)), encoding="utf-8")
    settings = folder / "mapserver.conf"
    settings.write_text('CONFIG\n  ENV\n    MS_MAP_PATTERN "."\n  END\nEND\n')
    return path, {"MAPSERVER_CONFIG_FILE": str(settings)}


def mapserver(job, environment, folder):
    """The features that MapServer gives by WFS."""
    more = [f'DATA "{job.layer or 0}"']  # without DATA it would take an option in the name for a layer
    if job.where:
        more.append(f'PROCESSING "NATIVE_FILTER={job.where}"')
    if job.option:
        more.append('CONNECTIONOPTIONS "{}" "{}" END'.format(*job.option.split("=", 1)))
    path, settings = map_file(folder, job.name, *more)
    query = {"map": path, "service": "WFS", "version": "1.0.0", "request": "GetFeature", "typename": "layer",
             "outputformat": "geojson", **({"bbox": ",".join(map(str, job.box))} if job.box else {})}
    done = run("mapserv", environment={**environment, **settings, "REQUEST_METHOD": "GET",
                                       "QUERY_STRING": urllib.parse.urlencode(query)})
    head, _, body = done.stdout.partition("\n\n")
    if "application/json" not in head:
        said = xml.etree.ElementTree.fromstring(body.encode()).itertext() if "xml" in head else [done.stdout]
        return Answer(None, " ".join(said) + done.stderr)
    return Answer([row["properties"]["id"] for row in json.loads(body)["features"]], done.stderr)


CLIENTS = {
    "ogr2ogr": Client(each(ogr2ogr), ("ogr2ogr",)),
    "ogrinfo": Client(each(ogrinfo), ("ogrinfo",), goes_on={"touched": "printed", "account": "printed", "page": "printed"}),
    "python": Client(library("osgeo"), ()),
    "pyogrio": Client(library("pyogrio"), ("pyogrio.py",)),
    "pyogrio-arrow": Client(library("pyogrio_arrow"), ("pyogrio.py", "pyarrow.py")),
    "geopandas": Client(library("geopandas"), ("geopandas.py", "pyogrio.py")),
    "fiona": Client(library("fiona"), ("fiona.py",), goes_on={"account": "logged", "page": "logged"}),
    "geopandas-fiona": Client(library("geopandas_fiona"), ("geopandas.py", "fiona.py"), goes_on={"account": "logged", "page": "logged"}),
    "sf": Client(in_one_process("Rscript", "--vanilla", HERE / "read.R"), ("Rscript",), goes_on={"account": "warning", "page": "warning"}),
    "qgis": Client(library("qgis", hears_stderr=False), ("qgis.py",), warns=False,
                   goes_on={"touched": "logged", "account": "silent", "page": "silent"}),
    "postgis": Client(each(postgis), ("postgres", "psql")),
    "mapserver": Client(each(mapserver), ("mapserv",), says_why=False, warns=False),
    "dask": Client(library("dask"), ("distributed.py",)),
}
