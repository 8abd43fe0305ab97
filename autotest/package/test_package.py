"""The Debian package that cpack makes, and what cmake --install puts where.

Installing and purging it in a system of its own is a part of matrix.sh.
"""

import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("MAPFLOW_BUILD_DIR", ROOT / "build")).resolve()
BUILD = BUILD.with_name(BUILD.name + "-package")
# For the Processing toolbox of QGIS.
SCRIPTS = [f"share/gdal-mapflow/qgis/{path.name}" for path in sorted((ROOT / "driver/qgis").glob("*.py"))]


def tool(*command, env=None):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, cwd=BUILD,
                          env={**os.environ, **(env or {})})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def build():
    """The driver without its tests, as a user builds it."""
    BUILD.mkdir(exist_ok=True)
    tool("cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-DBUILD_TESTING=OFF")
    tool("cmake", "--build", BUILD)
    return BUILD


@pytest.fixture(scope="module")
def package(build, tmp_path_factory):
    folder = tmp_path_factory.mktemp("deb")
    tool("cpack", "-B", folder)
    (deb,) = folder.glob("*.deb")
    return deb


@pytest.fixture(scope="module")
def triplet():
    return tool("cc", "-print-multiarch").strip()


def gdal_version():
    return tool("gdal-config", "--version").strip()


def library_packages(library):
    """The Debian packages of the libraries that a library names."""
    paths = dict(re.findall(r"(\S+) => (\S+)", tool("ldd", library)))
    named = re.findall(r"NEEDED.*\[(.*)\]", tool("readelf", "-d", library))
    return {tool("dpkg", "-S", "*" + os.path.realpath(paths[name]).removeprefix("/usr")).split(":")[0]
            for name in named if name in paths}


def test_content(package, triplet):
    listed = {}
    for line in tool("dpkg-deb", "-c", package).splitlines():
        mode, owner, size, *_, path = line.split()
        if not path.endswith("/"):
            listed[path.removeprefix(".")] = (mode, owner, int(size) > 0)
    documents = "/usr/share/doc/gdal-mapflow/"
    assert listed == {path: ("-rw-r--r--", "root/root", True) for path in (
        f"/usr/lib/{triplet}/gdalplugins/ogr_MAPFLOW.so", f"{documents}mapflow.md", f"{documents}imagery.md",
        f"{documents}internals.md", f"{documents}programs.md", f"{documents}copyright", f"{documents}changelog.gz",
        *(f"/usr/{script}" for script in SCRIPTS))}


def test_control(package, build):
    fields = dict(re.findall(r"^ (\S+): (.*)", tool("dpkg-deb", "-I", package), re.M))
    minor = re.match(r"\d+\.\d+", gdal_version()).group()
    assert fields["Package"] == "gdal-mapflow"
    assert fields["Version"].endswith(f"+gdal{minor}")
    assert fields["Architecture"] == tool("dpkg", "--print-architecture").strip()
    depends = {entry.split(" ")[0] for entry in fields["Depends"].split(", ")}
    assert depends == library_packages(build / "gdalplugins" / "ogr_MAPFLOW.so")
    assert any(re.fullmatch(r"libgdal\d+(t64)?", name) for name in depends)


def test_plugin_is_stripped_and_has_no_path_of_this_machine(package, tmp_path, triplet):
    tool("dpkg-deb", "-x", package, tmp_path)
    plugin = tmp_path / "usr" / "lib" / triplet / "gdalplugins" / "ogr_MAPFLOW.so"
    assert ".debug_info" not in tool("readelf", "-S", "-W", plugin)
    assert "RUNPATH" not in tool("readelf", "-d", plugin)
    assert str(ROOT).encode() not in plugin.read_bytes()


def test_lintian(package):
    assert tool("lintian", "--allow-root", "--fail-on", "error,warning", package) == ""


def installed(build, *arguments, folder, env=None):
    tool("cmake", "--install", build, *arguments, env=env)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_install_below_a_prefix(build, tmp_path, triplet):
    assert installed(build, "--prefix", tmp_path, folder=tmp_path) == \
        [f"lib/{triplet}/gdalplugins/ogr_MAPFLOW.so", *SCRIPTS]


def test_install_where_gdal_looks(build, tmp_path, triplet):
    assert installed(build, folder=tmp_path, env={"DESTDIR": str(tmp_path)}) == \
        [f"usr/lib/{triplet}/gdalplugins/ogr_MAPFLOW.so", *(f"usr/{script}" for script in SCRIPTS)]


def test_install_into_the_folder_of_the_version(build, tmp_path, triplet):
    """Where there is one, GDAL looks nowhere else."""
    version = re.match(r"\d+\.\d+", gdal_version()).group()
    (tmp_path / "lib" / triplet / "gdalplugins" / version).mkdir(parents=True)
    assert installed(build, "--prefix", tmp_path, folder=tmp_path) == \
        [f"lib/{triplet}/gdalplugins/{version}/ogr_MAPFLOW.so", *SCRIPTS]
    done = tool("ogrinfo", "--formats", env={"GDAL_DRIVER_PATH": str(tmp_path / "lib" / triplet / "gdalplugins")})
    assert "MAPFLOW -raster,vector-" in done
