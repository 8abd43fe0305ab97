#!/bin/sh
# The driver with other GDALs than this machine's: sh autotest/matrix.sh [PART...]
#
#   tree     Debian trixie (GDAL 3.10) in a folder: the driver is built there from a copy of this
#            repository, and all tests that need GDAL run there, those of Python's libraries included
#   qgis     QGIS 3.40 on a virtual screen in the same tree: the tests of autotest/qgis
#   package  this machine's own Debian in a folder of its own, with nothing but GDAL's programs: the .deb
#            is installed there, reads a processing, and leaves nothing behind when it is purged
#   headers  the headers of forky's GDAL: the driver's sources must compile without a warning
#
# Without a part: all. Needs root, on Debian and its kin, and the mirror that apt uses here. The trees
# (2 and 0.5 GB) are made once and used again; MAPFLOW_MATRIX_DIR says where they are (default:
# /var/tmp/mapflow-matrix). What is mounted in them is mounted for this script alone and goes with it.
#
# Exit code: 0 all passed, 1 something failed, 77 a tree or the headers could not be had, so that
# nothing is known of that GDAL.
set -eu
ROOT=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$ROOT/autotest/common.sh"

FOLDER=${MAPFLOW_MATRIX_DIR:-/var/tmp/mapflow-matrix}
HEADERS=$FOLDER/forky-headers
LOGS=$FOLDER/logs
TREE_PACKAGES="libgdal-dev gdal-bin python3-gdal libcjson-dev libcurl4-gnutls-dev zlib1g-dev cmake ninja-build
gcc g++ python3-pytest python3-pyogrio python3-geopandas ca-certificates"
QGIS_PACKAGES="qgis python3-qgis xvfb xauth"
FAILED=0

# The tree that the functions below work in, and what is installed in it.
TREE=
PACKAGES=

# cannot NAME MESSAGE: the part cannot run here.
cannot() {
    {
        say "*********************************************************************"
        say "$1 WAS NOT TESTED: $2"
        [ ! -s "$LOGS/$1.log" ] || tail -n 20 "$LOGS/$1.log"
        say "*********************************************************************"
    } >&2
    exit 77
}

# The mirror that apt uses for Debian here.
mirror() {
    apt-get update --print-uris 2>/dev/null |
        sed -n "s|^'\(.*/debian\)/*/dists/[^/]*/InRelease'.*|\1|p" | head -n 1
}

# in_tree COMMAND...: runs it in the tree, with a /proc and a /dev that nobody else sees.
in_tree() {
    # shellcheck disable=SC2016 # the inner shell's parameters
    unshare --mount sh -c 'tree=$1
        shift
        mount -t proc proc "$tree/proc" && mount --bind /dev "$tree/dev" && exec chroot "$tree" "$@"' \
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
        debootstrap --variant=minbase "$1" "$TREE" "$(mirror)" || return 1
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

# use_tree PART SUITE PACKAGES
use_tree() {
    TREE=$FOLDER/$2
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
    in_tree env MAPFLOW_BUILD_DIR=/mapflow/build sh -c \
        'cd "/mapflow/source/autotest/$1" && shift && exec python3 -m pytest -p no:cacheprovider -q -rA "$@"' \
        pytest "$folder" "$@" >"$log" 2>&1 || FAILED=1
    if grep -q '^FAILED\|^ERROR' "$log"; then
        grep -v '^PASSED' "$log" | tail -n 100 >&2
    else
        tail -n 1 "$log"
    fi
}

part_tree() {
    use_tree tree trixie "$TREE_PACKAGES"
    build_in_tree tree || return 0
    in_tree ctest --test-dir /mapflow/build --output-on-failure -j "$JOBS" >"$LOGS/tree-core.log" 2>&1 || FAILED=1
    grep 'tests passed' "$LOGS/tree-core.log" || tail -n 40 "$LOGS/tree-core.log" >&2
    pytest_in_tree tree-ogr ogr --ignore=python/test_fiona.py .
}

part_qgis() {
    use_tree qgis trixie "$TREE_PACKAGES $QGIS_PACKAGES"
    build_in_tree qgis || return 0
    pytest_in_tree qgis-desktop qgis
    request_counts "$LOGS/qgis-desktop.log"
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

part_package() {
    need lintian file
    use_tree package "$(. /etc/os-release && say "$VERSION_CODENAME")" gdal-bin
    rm -rf "$FOLDER/deb"
    build "$FOLDER/build" "$LOGS/package-build.log" && (cd "$FOLDER/build" && cpack -B "$FOLDER/deb") >"$LOGS/cpack.log" 2>&1 || {
        FAILED=1
        return 0
    }
    deb=$(ls "$FOLDER"/deb/*.deb)
    check lintian --allow-root --fail-on error,warning "$deb"
    cp "$deb" "$TREE/gdal-package.deb"
    in_tree apt-get -q -y install --no-install-recommends /gdal-package.deb >"$LOGS/package-install.log" 2>&1 || FAILED=1
    in_tree ogrinfo --format MAPFLOW >"$LOGS/package-format.log" 2>&1 || true
    check grep -q 'Short Name: MAPFLOW' "$LOGS/package-format.log"
    start_sandbox
    in_tree env MAPFLOW_API_URL="$SANDBOX_URL" MAPFLOW_API_TOKEN=ZGV2QGV4YW1wbGUuY29tOnNhbmRib3gtZmFrZS1zZWNyZXQ= \
        ogrinfo -ro -so -al -oo CACHE=NO MAPFLOW:3fa85f64-5717-4562-b3fc-2c963f66afa6 >"$LOGS/package-read.log" 2>&1 || true
    stop_sandbox
    check grep -q 'Feature Count: 2496' "$LOGS/package-read.log"
    in_tree apt-get -q -y purge gdal-mapflow >"$LOGS/package-purge.log" 2>&1 || FAILED=1
    rm "$TREE/gdal-package.deb"
    check test -z "$(left_behind)"
    say "$(basename "$deb"): $(dpkg-deb -f "$deb" Depends)"
}

# apt with a state of its own, which knows forky alone.
apt_of_forky() {
    verb=$1
    shift
    apt-get -q -o Dir::Etc::sourcelist="$HEADERS/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::State::Lists="$HEADERS/lists" -o Dir::State::status="$HEADERS/status" \
        -o Dir::Cache="$HEADERS/cache" -o APT::Sandbox::User=root "$verb" "$@"
}

get_headers() {
    rm -rf "$HEADERS"
    mkdir -p "$HEADERS/lists/partial" "$HEADERS/cache/archives/partial"
    : >"$HEADERS/status"
    say "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) forky main" >"$HEADERS/sources.list"
    apt_of_forky update && (cd "$HEADERS" && apt_of_forky download libgdal-dev/forky) &&
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
    for source in "$ROOT"/driver/ogr/*.cpp; do
        g++ -std=c++17 -fsyntax-only -Wall -Wextra -Wpedantic -Wsuggest-override -Woverloaded-virtual -Werror \
            -I "$ROOT/driver/core" -I "$HEADERS/generated" -isystem "$include" "$source" || status=1
    done
    [ "$status" -eq 0 ] && say "compile without a warning" || FAILED=1
}

if [ $# -eq 0 ]; then
    set -- headers tree qgis package
fi
for part in "$@"; do
    case $part in
    tree | qgis | package | headers) ;;
    *) fail "There is no part $part: choose from tree, qgis, package, headers." ;;
    esac
done
mkdir -p "$LOGS"
rm -f "$LOGS"/*.log
[ "$(id -u)" -eq 0 ] || cannot "ANOTHER GDAL" "this needs root."
command -v apt-get >/dev/null || cannot "ANOTHER GDAL" "this needs Debian."
need debootstrap util-linux g++ libcjson-dev libcurl4-gnutls-dev
trap stop_sandbox EXIT
trap 'exit 130' INT TERM
for part in "$@"; do
    "part_$part"
done
exit "$FAILED"
