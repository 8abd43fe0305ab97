"""What the tests of submitting share: layers to send, the words of the command, what the sandbox received, and what
the journal says."""

import datetime
import json
import os
import pathlib

from osgeo import gdal, ogr, osr

WEST, SOUTH, SIZE = 4.50, 52.15, 0.01
MAPBOX = {"MODEL": "buildings", "PROVIDER": "Mapbox"}

# What ogr2ogr says of itself when the driver has refused something, beginnings.
OF_OGR2OGR = ("Unable to write feature", "Terminating translation", "MAPFLOW driver failed to create",
              "Couldn't create", "Unable to create")


def square(west=WEST, south=SOUTH, size=SIZE, height=None):
    """A ring: the corners of a square in degrees, closed."""
    height = size if height is None else height
    return [[west, south], [west + size, south], [west + size, south + height], [west, south + height],
            [west, south]]


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings or [square()])}


def squares(count, step=0.02):
    """Polygons that do not touch each other."""
    return [polygon(square(WEST + i * step)) for i in range(count)]


def geojson(path, *geometries, properties=None):
    """Writes a GeoJSON file of these geometries; `properties` is one dict for each. Returns the path."""
    properties = properties or [{}] * len(geometries)
    features = [{"type": "Feature", "properties": p, "geometry": g} for p, g in zip(properties, geometries)]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def reference(definition, order=osr.OAMS_TRADITIONAL_GIS_ORDER):
    """A coordinate reference system from any text that GDAL understands."""
    made = osr.SpatialReference()
    made.SetFromUserInput(definition)
    made.SetAxisMappingStrategy(order)
    return made


def layer_file(path, texts, srs=None, kind=ogr.wkbUnknown):
    """A GeoPackage with a layer `area` of geometries given as WKT. Returns the path."""
    dataset = gdal.GetDriverByName("GPKG").Create(str(path), 0, 0, 0, gdal.GDT_Unknown)
    layer = dataset.CreateLayer("area", srs, kind)
    for text in texts:
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometryDirectly(ogr.CreateGeometryFromWkt(text))
        layer.CreateFeature(feature)
    return path


def creation(options, switch="-lco"):
    """-lco NAME=VALUE for each option that is not None."""
    return [word for key, value in options.items() if value is not None for word in (switch, f"{key}={value}")]


def submit(run, source, *words, env=None, **options):
    """ogr2ogr of a layer to the account, by default for buildings on Mapbox -> Finished."""
    return run("ogr2ogr", "-f", "MAPFLOW", "MAPFLOW:", source, *words, *creation({**MAPBOX, **options}), env=env)


def errors_of(done):
    """The driver's error messages: what ogr2ogr adds of its own is left out."""
    lines = [line for line in done.stderr.splitlines() if line.startswith(("ERROR", "FAILURE"))]
    texts = [line.split(": ", 1)[-1] for line in lines]
    return [text for text in texts if not text.startswith(OF_OGR2OGR)]


def created(sandbox):
    """Bodies of the requests that create processings, in order of arrival."""
    return [r.json for r in sandbox.requests.settle() if (r.method, r.path) == ("POST", "/processings/v2")]


def created_projects(sandbox):
    return [r.json for r in sandbox.requests.settle() if (r.method, r.path) == ("POST", "/projects")]


def asked_prices(sandbox):
    return [r.json for r in sandbox.requests.settle() if r.path == "/processing/cost/v2"]


def asked(sandbox):
    """Methods and paths of all requests."""
    return [(r.method, r.path) for r in sandbox.requests.settle()]


# What creating a layer asks for: the account, and the project with its models.
CREATING_A_LAYER = [("GET", "/user/status"), ("GET", "/projects/default")]


def changes(sandbox):
    """Methods and paths of the requests that change something at the service."""
    reading = ("/processing/cost/v2", "/page")
    return [(r.method, r.path) for r in sandbox.requests.settle()
            if r.method != "GET" and not r.path.endswith(reading)]


def polygons_of(body):
    """The polygons of a request, each a list of rings."""
    geometry = body["geometry"]
    return [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]


def report_of(text):
    """The lines of a report."""
    return [json.loads(line) for line in text.splitlines()]


# ---- the journal

def state_folder(environment=os.environ):
    return pathlib.Path(environment.get("MAPFLOW_STATE_DIR") or
                        pathlib.Path(environment["XDG_STATE_HOME"]) / "gdal-mapflow")


def journal_files(folder=None):
    return sorted((folder or state_folder()).glob("*.jsonl"))


def journal_lines(folder=None):
    """The lines of all journals."""
    return [json.loads(line) for path in journal_files(folder)
            for line in path.read_text(encoding="utf-8").splitlines()]


def known_ids(folder=None):
    """The ids that the journals hold."""
    return {line["id"] for line in journal_lines(folder) if "id" in line}


def age_journal(seconds=660):
    """What was sent is as old as that: the journal is written anew with other times."""
    for path in journal_files():
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        for line in lines:
            for member in ("time", "sent"):
                if line.get(member):
                    line[member] = earlier(line[member], seconds)
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def earlier(text, seconds):
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) - datetime.timedelta(seconds=seconds)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
