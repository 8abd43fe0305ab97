"""What the tests of uploads share: rasters, the command, and what the sandbox received."""

import ctypes
import hashlib
import pathlib

from osgeo import gdal, osr

from helpers import options_of
from submitting import creation

QUARRY, EMPTY = "Quarry flights", "Empty"  # mosaics of the sandbox
UTM = 32633
PLACE = (500000, 0.5, 0, 6000000, 0, -0.5)


def raster(path, width=64, height=48, bands=3, kind=gdal.GDT_Byte, epsg=UTM, place=PLACE, driver="GTiff",
           options=(), value=100):
    """Writes a raster whose pixels have a value that depends on the band. Returns its path."""
    dataset = gdal.GetDriverByName(driver).Create(str(path), width, height, bands, kind, list(options))
    if place:
        dataset.SetGeoTransform(place)
    if epsg:
        system = osr.SpatialReference()
        system.ImportFromEPSG(epsg) if isinstance(epsg, int) else system.SetFromUserInput(epsg)
        dataset.SetProjection(system.ExportToWkt())
    for i in range(bands):
        dataset.GetRasterBand(i + 1).Fill(value + 10 * i)
    return path


def upload(run, source, *words, mosaic=QUARRY, env=None, **options):
    """gdal_translate of a raster into a mosaic -> Finished."""
    return run("gdal_translate", "-q", "-of", "MAPFLOW", source, f'MAPFLOW:mosaic="{mosaic}"', *words,
               *creation(options, "-co"), env=env)


def errors_of(done):
    """The error messages of a program."""
    return [line.split(": ", 1)[-1] for line in done.stderr.splitlines() if line.startswith("ERROR")]


def posts(sandbox):
    """The requests that upload, in order."""
    return [r for r in sandbox.requests.settle() if r.method == "POST" and r.path.endswith("/image")]


def created_mosaics(sandbox):
    return [r.json for r in sandbox.requests.settle() if (r.method, r.path) == ("POST", "/rasters/mosaic")]


def mosaic_id(sandbox, name=QUARRY):
    (found,) = [mosaic.id for mosaic in sandbox.imagery.mosaics.values() if mosaic.name == name]
    return found


def images(sandbox, name=QUARRY):
    """The images of a mosaic."""
    return [image for image in sandbox.imagery.images.values() if image.mosaic_id == mosaic_id(sandbox, name)]


def sha1(path):
    return hashlib.sha1(pathlib.Path(path).read_bytes()).hexdigest()


def create_copy(path, name, options, progress):
    """GDALCreateCopy with progress(part); returns whether there is a dataset, which is closed."""
    maps = pathlib.Path("/proc/self/maps").read_text()
    library = ctypes.CDLL(next(line.split()[-1] for line in maps.splitlines() if "/libgdal.so" in line))
    for function in ("GDALGetDriverByName", "GDALOpen", "GDALCreateCopy"):
        getattr(library, function).restype = ctypes.c_void_p
    call = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_double, ctypes.c_char_p, ctypes.c_void_p)(
        lambda part, *_: bool(progress(part)))
    words = [option.encode() for option in options_of(options)]
    source = ctypes.c_void_p(library.GDALOpen(str(path).encode(), 0))
    copied = ctypes.c_void_p(library.GDALCreateCopy(
        ctypes.c_void_p(library.GDALGetDriverByName(b"MAPFLOW")), name.encode(), source, 0,
        (ctypes.c_char_p * (len(words) + 1))(*words, None), call, None))
    for dataset in (copied, source):
        if dataset.value:
            library.GDALClose(dataset)
    return bool(copied.value)
