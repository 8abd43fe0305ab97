#!/bin/sh
# The driver on Windows, as far as MinGW-w64 and Wine can show it: sh autotest/windows.sh
#
# Builds zlib, cJSON, libcurl (with Schannel), SQLite, PROJ, GEOS and a lean GDAL with Debian's cross compiler,
# from Debian's source packages; then the driver; then runs the unit tests of the core and GDAL's programs
# under Wine, against the sandbox, which Linux's Python runs (autotest/windows).
#
# It is no part of the ordinary tests. Needs root, on Debian and its kin, the mirror that apt uses here, 3 GB,
# and the first time up to three hours on two cores. What is built is used again: MAPFLOW_WINDOWS_DIR says
# where it is (default: /var/tmp/mapflow-windows). Needs no display.
#
# Exit code: 0 all passed, 1 something failed, 77 the compiler, Wine or a library could not be had, so that
# nothing is known.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$ROOT/autotest/common.sh"

FOLDER=${MAPFLOW_WINDOWS_DIR:-/var/tmp/mapflow-windows}
PREFIX=$FOLDER/prefix
LOGS=$FOLDER/logs
TOOLCHAIN=$ROOT/autotest/windows/toolchain.cmake
COMPILER=x86_64-w64-mingw32
WINDOWS_PACKAGES="gcc-mingw-w64-x86-64-posix g++-mingw-w64-x86-64-posix gcc-mingw-w64-x86-64-win32
g++-mingw-w64-x86-64-win32 clang wine wine64 cmake ninja-build make gcc tcl sqlite3 xz-utils bzip2 libxxhash-dev
libfast-float-dev python3 python3-gdal python3-pytest gdal-bin ca-certificates"
FAILED=0

# cannot MESSAGE
cannot() {
    {
        say "*********************************************************************"
        say "WINDOWS WAS NOT TESTED: $1"
        [ ! -s "${2:-}" ] || tail -n 20 "$2"
        say "*********************************************************************"
    } >&2
    exit 77
}

know_sources() {
    [ ! -f "$FOLDER/apt/known" ] || return 0
    mkdir -p "$FOLDER/archives"
    know_only "$FOLDER/apt" deb-src "$CODENAME" && : >"$FOLDER/apt/known"
}

# unpack NAME PACKAGE: the original archive of a source package, in the folder source/NAME. What Debian adds
# is not needed, and a mirror need not have it.
unpack() {
    know_sources || return 1
    (cd "$FOLDER/archives" && apt_in "$FOLDER/apt" source --download-only --only-source "$2") || true
    rm -rf "$FOLDER/source/$1" "$FOLDER/work/$1"
    mkdir -p "$FOLDER/source/$1" "$FOLDER/work/$1"
    for archive in "$FOLDER/archives/$2"_*.orig.tar.*; do
        case $archive in *.asc) continue ;; esac
        tar -C "$FOLDER/source/$1" --strip-components=1 -xf "$archive" || return 1
        return 0
    done
}

# with_cmake NAME [OPTION...]
with_cmake() {
    name=$1
    shift
    # Not optimized: what is compiled here is not what is tested.
    cmake -S "$FOLDER/source/$name" -B "$FOLDER/work/$name" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$TOOLCHAIN" \
        -DCMAKE_INSTALL_PREFIX="$PREFIX" -DMAPFLOW_WINDOWS_PREFIX="$PREFIX" -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_C_FLAGS_RELEASE="-O0 -w" -DCMAKE_CXX_FLAGS_RELEASE="-O0 -w" -DBUILD_SHARED_LIBS=ON \
        -DBUILD_TESTING=OFF "$@" &&
        cmake --build "$FOLDER/work/$name" --parallel "$JOBS" &&
        cmake --install "$FOLDER/work/$name"
}

# Its own build needs a file for resources that Debian leaves out.
build_zlib() {
    unpack zlib zlib || return 1
    cd "$FOLDER/source/zlib" || return 1
    # shellcheck disable=SC2046 # one word a file
    $COMPILER-gcc-posix -O2 -w -shared -o "$PREFIX/bin/zlib1.dll" $(ls ./*.c) \
        -Wl,--export-all-symbols,--out-implib,"$PREFIX/lib/libz.dll.a" && cp zlib.h zconf.h "$PREFIX/include"
}

build_cjson() {
    unpack cjson cjson && with_cmake cjson -DENABLE_CJSON_TEST=OFF -DENABLE_CUSTOM_COMPILER_FLAGS=OFF
}

build_curl() {
    unpack curl curl && with_cmake curl -DCURL_USE_SCHANNEL=ON -DBUILD_CURL_EXE=OFF -DCURL_ZLIB=ON \
        -DCURL_USE_LIBSSH2=OFF -DENABLE_UNICODE=ON -DENABLE_MANUAL=OFF
}

build_sqlite() {
    unpack sqlite sqlite3 || return 1
    cd "$FOLDER/work/sqlite" || return 1
    "$FOLDER/source/sqlite/configure" --disable-readline && make sqlite3.c sqlite3.h &&
        $COMPILER-gcc-posix -O2 -w -shared -DSQLITE_ENABLE_RTREE -DSQLITE_ENABLE_COLUMN_METADATA \
            '-DSQLITE_API=__declspec(dllexport)' sqlite3.c -o "$PREFIX/bin/libsqlite3-0.dll" \
            -Wl,--out-implib,"$PREFIX/lib/libsqlite3.dll.a" && cp sqlite3.h "$PREFIX/include"
}

build_proj() {
    unpack proj proj && with_cmake proj -DENABLE_CURL=OFF -DENABLE_TIFF=OFF -DBUILD_APPS=OFF -DBUILD_PROJSYNC=OFF
}

build_geos() {
    unpack geos geos && with_cmake geos -DBUILD_GEOSOP=OFF -DBUILD_BENCHMARKS=OFF
}

build_gdal() {
    unpack gdal gdal || return 1
    # Debian's archive lacks these two.
    sed -i '/data\/\(cubewerx_extra\|ecw_cs\).wkt/d' "$FOLDER/source/gdal/gdal.cmake"
    with_cmake gdal -DGDAL_USE_EXTERNAL_LIBS=OFF -DGDAL_USE_INTERNAL_LIBS=ON \
        -DGDAL_USE_CURL=ON -DGDAL_USE_GEOS=ON -DGDAL_USE_SQLITE3=ON -DGDAL_USE_ZLIB=ON -DGDAL_BUILD_OPTIONAL_DRIVERS=OFF \
        -DOGR_BUILD_OPTIONAL_DRIVERS=OFF -DOGR_ENABLE_DRIVER_GPKG=ON -DOGR_ENABLE_DRIVER_SQLITE=ON \
        -DOGR_ENABLE_DRIVER_FLATGEOBUF=ON -DOGR_ENABLE_DRIVER_CSV=ON -DENABLE_GNM=OFF \
        -DBUILD_PYTHON_BINDINGS=OFF -DBUILD_JAVA_BINDINGS=OFF -DBUILD_CSHARP_BINDINGS=OFF
}

# Headers alone, and what every program of this compiler needs.
build_runtime() {
    cp -r /usr/include/xxhash.h /usr/include/fast_float "$PREFIX/include" || return 1
    for library in libstdc++-6.dll libgcc_s_seh-1.dll libwinpthread-1.dll; do
        cp "$($COMPILER-g++-posix -print-file-name=$library)" "$PREFIX/bin" || return 1
    done
}

# once NAME: builds what is not there yet.
once() {
    [ ! -f "$FOLDER/done/$1" ] || return 0
    say "Building $1"
    ("build_$1") >"$LOGS/$1.log" 2>&1 || cannot "$1 could not be built." "$LOGS/$1.log"
    : >"$FOLDER/done/$1"
}

# check WHAT LOG COMMAND...
check() {
    what=$1 log=$2
    shift 2
    if "$@" >"$LOGS/$log.log" 2>&1; then
        say "$what: passed"
    else
        tail -n 60 "$LOGS/$log.log" >&2
        say "$what: failed" >&2
        FAILED=1
    fi
}

# build_driver THREADS FOLDER TARGET
build_driver() {
    cmake -S "$ROOT" -B "$2" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$TOOLCHAIN" -DMAPFLOW_THREADS="$1" \
        -DMAPFLOW_WINDOWS_PREFIX="$PREFIX" -DBUILD_TESTING=ON -DMAPFLOW_WERROR=ON -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_C_FLAGS_RELEASE="-O1 -pedantic-errors" -DCMAKE_CXX_FLAGS_RELEASE="-O1 -pedantic-errors" &&
        cmake --build "$2" --parallel "$JOBS" --target "$3"
}

# The core by clang without GNU extensions, with some rules of MSVC. The headers of MSVC cannot be had here.
without_extensions() {
    for source in "$ROOT"/driver/core/*/*.c; do
        case $source in *_posix.c) continue ;; esac
        clang --target=$COMPILER -fsyntax-only -fms-compatibility -fgnuc-version=10 -std=c11 -pedantic-errors \
            -Wall -Wextra -Wvla -Wgnu -Werror -I"$ROOT/driver/core" -I"$FOLDER/build/driver" \
            -isystem "$PREFIX/include" -isystem "$PREFIX/include/cjson" -D_WIN32_WINNT=0x0A00 \
            -DWIN32_LEAN_AND_MEAN -DNOMINMAX -DUNICODE -D_UNICODE -D__USE_MINGW_ANSI_STDIO=1 "$source" || return 1
    done
}

# What the DLL exports: the addresses and names of a table.
exports_one_symbol() {
    $COMPILER-objdump -p "$FOLDER/build/gdalplugins/ogr_MAPFLOW.dll" >"$LOGS/exports.txt"
    sed -n '/Ordinal\/Name Pointer/,/^$/s/^[[:space:]]*\[ *[0-9]*\] \([^ ]*\)$/\1/p' "$LOGS/exports.txt" >"$LOGS/names.txt"
    cat "$LOGS/names.txt"
    [ "$(cat "$LOGS/names.txt")" = RegisterOGRMAPFLOW ]
}

unit_tests() {
    ctest --test-dir "$FOLDER/build" --output-on-failure -j "$JOBS"
}

programs() {
    cd "$ROOT/autotest/windows" && MAPFLOW_WINDOWS_DIR=$FOLDER "$PYTHON" -m pytest -p no:cacheprovider -q -rA .
}

[ "$(id -u)" -eq 0 ] || cannot "this needs root."
command -v apt-get >/dev/null || cannot "this needs Debian."
CODENAME=$(. /etc/os-release && say "$VERSION_CODENAME")
mkdir -p "$FOLDER/done" "$FOLDER/source" "$FOLDER/work" "$LOGS" "$PREFIX/bin" "$PREFIX/lib" "$PREFIX/include"
# shellcheck disable=SC2086 # one word a package
(need $WINDOWS_PACKAGES) || cannot "these packages are needed: $WINDOWS_PACKAGES"
for part in runtime zlib cjson curl sqlite proj geos gdal; do
    once $part
done

# Wine's own files. Wine keeps a closed file open while it is locked: allow many open files.
export WINEPREFIX="$FOLDER/wine" WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" WINEPATH="Z:$PREFIX/bin"
unset DISPLAY
ulimit -n "$(ulimit -Hn)"
wine wineboot -i >"$LOGS/wine.log" 2>&1 || cannot "Wine does not start." "$LOGS/wine.log"
trap 'wineserver -k || true' EXIT
trap 'exit 130' INT TERM

check "The driver and the tests, threads of POSIX, without a warning" build build_driver posix "$FOLDER/build" all
check "The core, threads of Windows, without a warning" build-win32 build_driver win32 "$FOLDER/build-win32" mapflow_core
[ "$FAILED" -eq 0 ] || exit 1
check "The core, without GNU extensions" clang without_extensions
check "The DLL exports one symbol" exports exports_one_symbol
check "Unit tests of the core under Wine" unit unit_tests
grep 'tests passed' "$LOGS/unit.log" || true
check "GDAL's programs under Wine" programs programs
sed -n 's/^PASSED [^:]*::\(test_[^ ]*\).*/  \1/p' "$LOGS/programs.log"
cat <<'NOTE'
What Wine could not show: a file that takes the place of one that is open or mapped (NTFS can, since Windows 10;
elsewhere the driver tries for a second), rights that are inherited, Schannel, the console of Windows itself,
files that are looked at by others, another compiler than MinGW's, and QGIS.
NOTE
exit "$FAILED"
