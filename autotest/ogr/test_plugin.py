"""The file that GDAL loads: what it exports and needs, and that loading it does nothing else."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from helpers import preload
from paths import AUTOTEST, BUILD

PLUGIN = BUILD / "gdalplugins" / "ogr_MAPFLOW.so"

# Prints each call that a plugin has no business to make while it is registered.
WITNESS = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

char *getenv(const char *name)
{
    static char *(*real)(const char *);
    if (real == NULL)
        real = (char *(*)(const char *))dlsym(RTLD_NEXT, "getenv");
    if (strncmp(name, "MAPFLOW", 7) == 0)
        fprintf(stderr, "getenv %s\n", name);
    return real(name);
}

int socket(int domain, int type, int protocol)
{
    int (*real)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
    fprintf(stderr, "socket\n");
    return real(domain, type, protocol);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
        (int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))dlsym(
            RTLD_NEXT, "pthread_create");
    fprintf(stderr, "thread\n");
    return real(thread, attr, run, arg);
}
"""


def tool(name, *arguments):
    return subprocess.run([name, *map(str, arguments)], capture_output=True, text=True,
                          check=True).stdout


def test_exports_the_entry_point_alone():
    symbols = [line.split()[-1] for line in tool("nm", "-D", "--defined-only", PLUGIN).splitlines()]
    assert symbols == ["RegisterOGRMAPFLOW"]


def test_is_linked_to_libgdal():
    needed = [line for line in tool("readelf", "-d", PLUGIN).splitlines() if "NEEDED" in line]
    assert sum("libgdal.so" in line for line in needed) == 1


def test_uses_the_libcurl_of_libgdal():
    def libcurl(library):
        return re.findall(r"NEEDED.*\[(libcurl[^]]*)\]", tool("readelf", "-d", library))

    (libgdal,) = re.findall(r"libgdal\S* => (\S+)", tool("ldd", PLUGIN))
    assert libcurl(PLUGIN) == libcurl(libgdal) != []


def test_one_file_alone_knows_versions_of_gdal():
    knowing = [path.name for path in sorted((AUTOTEST.parent / "driver").rglob("*.[ch]*"))
               if re.search("GDAL_VERSION_(NUM|MAJOR|MINOR)|GDAL_COMPUTE_VERSION|MF_GDAL_AT_LEAST", path.read_text())]
    assert knowing == ["compat.h"]


def test_is_installed_where_gdal_looks(tmp_path):
    """The folder stands in libgdal, as it was built."""
    tool("cmake", "-S", AUTOTEST.parent, "-B", tmp_path, "-G", "Ninja", "-DBUILD_TESTING=OFF")
    cache = (tmp_path / "CMakeCache.txt").read_text()
    prefix, folder = (re.search(rf"^{name}:\w+=(.*)", cache, re.M).group(1)
                      for name in ("CMAKE_INSTALL_PREFIX", "MAPFLOW_PLUGIN_DIR"))
    (libgdal,) = re.findall(r"libgdal\S* => (\S+)", tool("ldd", PLUGIN))
    assert f"{prefix}/{folder}".encode() in pathlib.Path(libgdal).read_bytes()


def test_ogrinfo_lists_the_driver(run):
    done = run("ogrinfo", "--formats")
    assert done.returncode == 0
    assert len(re.findall(r"^  MAPFLOW -raster,vector- \(rw\+u?s\): Mapflow.*$", done.stdout, re.M)) == 1
    assert done.stderr == ""


@pytest.mark.parametrize("module", ("gdal", "ogr"))
def test_loads_in_python(module):
    """Python loads libgdal with its symbols hidden: a plugin that is not linked to it fails here."""
    program = (f"from osgeo import {module}, gdal; import sys;"
               "sys.exit(gdal.GetDriverByName('MAPFLOW') is None)")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_registers_once_when_asked_twice():
    program = ("import ctypes; from osgeo import gdal; n = gdal.GetDriverCount();"
               f"ctypes.CDLL({str(PLUGIN)!r}).RegisterOGRMAPFLOW();"
               "assert gdal.GetDriverCount() == n")
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_loading_makes_no_connection_no_thread_and_reads_no_setting(tmp_path):
    library, none = preload(tmp_path, WITNESS), tmp_path / "none"
    none.mkdir()

    def calls(plugins):
        done = subprocess.run([shutil.which("gdalinfo"), "--version"], capture_output=True,
                              text=True, check=True, timeout=60,
                              env={**os.environ, "LD_PRELOAD": library,
                                   "GDAL_DRIVER_PATH": str(plugins)})
        assert done.stdout.startswith("GDAL ")
        return done.stderr

    assert calls(PLUGIN.parent) == calls(none)
    assert "MAPFLOW" not in calls(PLUGIN.parent)
