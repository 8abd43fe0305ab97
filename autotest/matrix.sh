#!/bin/sh
# The driver with other GDALs than this machine's: sh autotest/matrix.sh [PART...]
#
#   headers  the headers of forky's GDAL: the driver's sources must compile without a warning
#   trixie   Debian trixie (GDAL 3.10) in a folder: the driver is built there from a copy of this
#            repository, and all tests that need GDAL run there, those of Python's libraries included
#   forky    the same with Debian forky (GDAL 3.13), with pyarrow; forky is in the making: it moves
#   ogrsf    GDAL's own test_ogrsf in forky's tree, over each kind of dataset; its source comes from
#            the distribution's source package of GDAL
#   qgis     QGIS on a virtual screen in trixie's tree (3.40) and forky's (3.44): the tests of autotest/qgis
#   package  this machine's own Debian and trixie in folders of their own, with little more than GDAL's
#            programs: the .deb is installed there, demo.sh runs with it, and it leaves nothing behind
#            when it is purged
#
# Without a part: all. Needs root, on Debian and its kin, and the mirror that apt uses here. The trees
# (2 GB each, the clean ones 0.5) are made once and used again; MAPFLOW_MATRIX_DIR says where they are
# (default: /var/tmp/mapflow-matrix). What is mounted in them is mounted for this script alone and goes
# with it.
#
# Exit code: 0 all passed, 1 something failed, 77 nothing failed, but a tree or the headers could not be
# had, so that nothing is known of that GDAL.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$ROOT/autotest/common.sh"

FOLDER=${MAPFLOW_MATRIX_DIR:-/var/tmp/mapflow-matrix}
HEADERS=$FOLDER/forky-headers
LOGS=$FOLDER/logs
TREE_PACKAGES="libgdal-dev gdal-bin python3-gdal libcjson-dev libcurl4-gnutls-dev libxxhash-dev libfast-float-dev cmake ninja-build
gcc g++ dpkg-dev file python3-pytest python3-pytest-xdist python3-pyogrio python3-geopandas ca-certificates binutils jq openssl valgrind locales"
QGIS_PACKAGES="qgis python3-qgis xvfb xauth"
FAILED=0

# The tree that the functions below work in, and what is installed in it.
TREE=
PACKAGES=

# cannot NAME MESSAGE: the part cannot run here; the others still can.
cannot() {
    {
        say "*********************************************************************"
        say "$1 WAS NOT TESTED: $2"
        [ ! -s "$LOGS/$1.log" ] || tail -n 20 "$LOGS/$1.log"
        say "*********************************************************************"
    } >&2
    exit 77
}

# in_tree COMMAND...: runs it in the tree, with a root, a /proc and a /dev that nobody else sees mounted.
in_tree() {
    # shellcheck disable=SC2016 # the inner shell's parameters
    unshare --mount sh -c 'tree=$1
        shift
        mount --bind "$tree" "$tree" && mount -t proc proc "$tree/proc" && mount --rbind /dev "$tree/dev" &&
            exec chroot "$tree" "$@"' \
        in_tree "$TREE" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "$@"
}

# A tree holds the names of the packages that were put into it.
tree_is_complete() {
    for package in $PACKAGES; do
        grep -qxF "$package" "$TREE/mapflow-packages" 2>/dev/null || return 1
    done
}

# make_tree SUITE
make_tree() {
    if [ ! -f "$TREE/mapflow-packages" ]; then
        rm -rf "$TREE"
        # A debootstrap that does not know the suite yet makes it as it makes sid.
        script=/usr/share/debootstrap/scripts/$1
        [ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
        debootstrap --variant=minbase "$1" "$TREE" "$(mirror)" "$script" || return 1
        # No service starts in the tree, and apt reaches the mirror as it does outside.
        printf '#!/bin/sh\nexit 101\n' >"$TREE/usr/sbin/policy-rc.d"
        chmod +x "$TREE/usr/sbin/policy-rc.d"
        apt-config dump --no-empty | grep -E '^Acquire::(Check-|https?::Proxy)' >"$TREE/etc/apt/apt.conf.d/90outside" || true
        : >"$TREE/mapflow-packages"
    fi
    in_tree apt-get -q update || return 1
    # shellcheck disable=SC2086 # one word a package
    in_tree apt-get -q -y install --no-install-recommends $PACKAGES || return 1
    in_tree apt-get clean
    # shellcheck disable=SC2086 # one line a package
    printf '%s\n' $PACKAGES >>"$TREE/mapflow-packages"
}

# The sources as they are, with their times: what has not changed is not built again.
copy_sources() {
    rm -rf "$TREE/mapflow/source"
    mkdir -p "$TREE/mapflow/source"
    tar -C "$ROOT" --exclude=./.git --exclude='./build*' --exclude=__pycache__ -cf - . |
        tar -C "$TREE/mapflow/source" -xf -
}

# use_tree PART SUITE PACKAGES [FOLDER]
use_tree() {
    TREE=$FOLDER/${4:-$2}
    PACKAGES=$3
    if ! tree_is_complete; then
        say "Making the tree $TREE"
        make_tree "$2" >"$LOGS/$1.log" 2>&1 || cannot "$1" "the tree could not be made."
    fi
}

# The driver, built in the tree from the sources as they are.
build_in_tree() {
    copy_sources
    say "GDAL $(in_tree gdal-config --version):"
    in_tree cmake -S /mapflow/source -B /mapflow/build -G Ninja -DMAPFLOW_WERROR=ON \
        >"$LOGS/$1-build.log" 2>&1 &&
        in_tree cmake --build /mapflow/build --parallel "$JOBS" >>"$LOGS/$1-build.log" 2>&1 || {
        tail -n 40 "$LOGS/$1-build.log" >&2
        FAILED=1
        return 1
    }
}

# pytest_in_tree NAME FOLDER [ARGUMENT...]
pytest_in_tree() {
    log=$LOGS/$1.log
    folder=$2
    shift 2
    # shellcheck disable=SC2016 # the inner shell's parameters
    in_tree env MAPFLOW_BUILD_DIR=/mapflow/build TEST_OGRSF=/mapflow/ogrsf/test_ogrsf sh -c \
        'cd "/mapflow/source/autotest/$1" && shift && exec python3 -m pytest -p no:cacheprovider -q -rA "$@"' \
        pytest "$folder" "$@" >"$log" 2>&1 || FAILED=1
    if grep -q '^FAILED\|^ERROR' "$log"; then
        grep -v '^PASSED' "$log" | tail -n 100 >&2
    else
        tail -n 1 "$log"
    fi
}

# tests_in_tree PART SUITE PACKAGES
tests_in_tree() {
    use_tree "$@"
    build_in_tree "$1" || return 0
    in_tree ctest --test-dir /mapflow/build --output-on-failure -j "$JOBS" >"$LOGS/$1-core.log" 2>&1 || FAILED=1
    grep 'tests passed' "$LOGS/$1-core.log" || tail -n 40 "$LOGS/$1-core.log" >&2
    # shellcheck disable=SC2086 # one word an option
    pytest_in_tree "$1-ogr" ogr $PARALLEL --ignore=python/test_fiona.py --ignore=python/test_dask.py .
}

part_trixie() {
    tests_in_tree trixie trixie "$TREE_PACKAGES"
}

part_forky() {
    tests_in_tree forky forky "$TREE_PACKAGES python3-pyarrow"
}

# Compiles test_ogrsf of the tree's own GDAL. Nothing of it is kept in this repository.
get_test_ogrsf() {
    version=$(in_tree dpkg-query -W -f '${source:Upstream-Version}' libgdal-dev) || return 1
    archive=gdal_$version.orig.tar.xz
    archives deb-src "$1" >"$TREE/etc/apt/sources.list.d/mapflow-source.list"
    in_tree apt-get -q update || return 1
    # The archive comes first; what Debian adds is not needed, and a mirror need not have it.
    in_tree sh -c 'cd /mapflow && apt-get -q source --download-only gdal' || true
    mkdir -p "$TREE/mapflow/ogrsf"
    tar -C "$TREE/mapflow/ogrsf" --strip-components=2 --wildcards -xf "$TREE/mapflow/$archive" \
        '*/apps/test_ogrsf.cpp' '*/apps/commonutils.*' || return 1
    in_tree sh -c 'cd /mapflow/ogrsf && g++ -w $(gdal-config --cflags) *.cpp $(gdal-config --libs) -o test_ogrsf'
}

part_ogrsf() {
    use_tree ogrsf forky "$TREE_PACKAGES python3-pyarrow" forky
    build_in_tree ogrsf || return 0
    [ -x "$TREE/mapflow/ogrsf/test_ogrsf" ] || get_test_ogrsf forky >"$LOGS/ogrsf.log" 2>&1 ||
        cannot ogrsf "test_ogrsf could not be had."
    pytest_in_tree ogrsf-found ogr ogrsf.py
}

part_qgis() {
    for suite in trixie forky; do
        use_tree "qgis-$suite" "$suite" "$TREE_PACKAGES $QGIS_PACKAGES"
        build_in_tree "qgis-$suite" || continue
        pytest_in_tree "qgis-$suite-desktop" qgis
        request_counts "$LOGS/qgis-$suite-desktop.log"
    done
}

# What a package of that name has left in the tree.
left_behind() {
    find "$TREE" -xdev -iname '*mapflow*' ! -path "$TREE/mapflow-packages" ! -path '*/var/cache/apt/*' ! -path '*/var/log/*'
}

check() {
    status=0
    "$@" || status=1
    [ "$status" -eq 0 ] || { FAILED=1 && say "failed: $*" >&2; }
}

# build_package RUNNER SOURCES FOLDER: RUNNER is empty or in_tree.
build_package() {
    # shellcheck disable=SC2016 # the inner shell's parameter
    $1 cmake -S "$2" -B "$3" -G Ninja -DBUILD_TESTING=OFF &&
        $1 cmake --build "$3" --parallel "$JOBS" &&
        $1 sh -c 'cd "$1" && rm -f ./*.deb && exec cpack' cpack "$3"
}

# Makes the package for the suite of this machine, or in the tree of another one; sets DEB.
make_package() {
    if [ "$1" = "$CODENAME" ]; then
        build_package "" "$ROOT" "$FOLDER/package" || return 1
        DEB=$(ls "$FOLDER"/package/*.deb)
    else
        copy_sources
        build_package in_tree /mapflow/source /mapflow/package || return 1
        DEB=$(ls "$TREE"/mapflow/package/*.deb)
    fi
}

# Installs the package in a tree that has only what its users have, shows the driver at work, purges it.
try_package() {
    [ "$1" = "$CODENAME" ] || use_tree package "$1" "$TREE_PACKAGES"
    make_package "$1" >"$LOGS/package-$1-build.log" 2>&1 || {
        tail -n 40 "$LOGS/package-$1-build.log" >&2
        FAILED=1
        return 0
    }
    check lintian --allow-root --fail-on error,warning "$DEB"
    use_tree package "$1" "gdal-bin python3" "$1-clean"
    copy_sources
    cp "$DEB" "$TREE/package.deb"
    check in_tree apt-get -q -y install --no-install-recommends /package.deb >"$LOGS/package-$1-install.log" 2>&1
    in_tree ogrinfo --format MAPFLOW >"$LOGS/package-$1-format.log" 2>&1 || true
    check grep -q 'Short Name: MAPFLOW' "$LOGS/package-$1-format.log"
    in_tree sh /mapflow/source/autotest/demo.sh installed >"$LOGS/package-$1-demo.log" 2>&1 || {
        tail -n 40 "$LOGS/package-$1-demo.log" >&2
        FAILED=1
    }
    check in_tree apt-get -q -y purge gdal-mapflow >"$LOGS/package-$1-purge.log" 2>&1
    rm -rf "$TREE/package.deb" "$TREE/mapflow"
    check test -z "$(left_behind)"
    say "$(basename "$DEB"): $(dpkg-deb -f "$DEB" Depends)"
}

part_package() {
    need lintian dpkg-dev file
    try_package "$CODENAME"
    [ "$CODENAME" = trixie ] || try_package trixie
}

get_headers() {
    rm -rf "$HEADERS"
    know_only "$HEADERS" deb forky && (cd "$HEADERS" && apt_in "$HEADERS" download libgdal-dev/forky) &&
        dpkg -x "$HEADERS"/libgdal-dev_*.deb "$HEADERS/root"
}

part_headers() {
    include=$HEADERS/root/usr/include/gdal
    [ -f "$include/gdal_version.h" ] || get_headers >"$LOGS/headers.log" 2>&1 ||
        cannot headers "they could not be had."
    say "Headers of GDAL $(sed -n 's/.*GDAL_RELEASE_NAME *"\(.*\)".*/\1/p' "$include/gdal_version.h"):"
    mkdir -p "$HEADERS/generated"
    sed 's/@[A-Za-z_]*@/0/g' "$ROOT/driver/ogr/version.h.in" >"$HEADERS/generated/version.h"
    status=0
    for source in "$ROOT"/driver/ogr/*.cpp "$ROOT"/driver/ogr/*/*.cpp; do
        g++ -std=c++17 -fsyntax-only -Wall -Wextra -Wpedantic -Wsuggest-override -Woverloaded-virtual -Werror \
            -I "$ROOT/driver/core" -I "$ROOT/driver/ogr" -I "$HEADERS/generated" -isystem "$include" "$source" || status=1
    done
    [ "$status" -eq 0 ] && say "compile without a warning" || FAILED=1
}

PARTS="headers trixie forky ogrsf qgis package"
# shellcheck disable=SC2086 # one word a part
[ $# -gt 0 ] || set -- $PARTS
for part in "$@"; do
    case " $PARTS " in
    *" $part "*) ;;
    *) fail "There is no part $part: choose from $PARTS." ;;
    esac
done
mkdir -p "$LOGS"
rm -f "$LOGS"/*.log
[ "$(id -u)" -eq 0 ] || cannot "ANOTHER GDAL" "this needs root."
command -v apt-get >/dev/null || cannot "ANOTHER GDAL" "this needs Debian."
CODENAME=$(. /etc/os-release && say "$VERSION_CODENAME")
# shellcheck disable=SC2086 # one word a package
need debootstrap util-linux $BUILD_PACKAGES
trap 'exit 130' INT TERM
OUTCOME=0
for part in "$@"; do
    status=0
    # In a shell of its own, which a part that cannot run ends.
    ("part_$part" && exit "$FAILED") || status=$?
    [ "$status" -eq 0 ] || say "$part: $([ "$status" -eq 77 ] && say unknown || say failed)" >&2
    [ "$status" -eq 0 ] || [ "$OUTCOME" -eq 1 ] || OUTCOME=$([ "$status" -eq 77 ] && say 77 || say 1)
done
exit "$OUTCOME"
