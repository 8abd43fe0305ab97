# shellcheck shell=sh disable=SC2034 # the variables are for those who source it
# What test.sh and demo.sh share. Sourced with ROOT set to the folder of the repository.

BUILD=${MAPFLOW_BUILD_DIR:-$ROOT/build}
JOBS=$(nproc 2>/dev/null || echo 2)
# Each test has a sandbox of its own on a free port: test files run in several processes. Half of their time they wait.
PARALLEL="-n $((2 * JOBS)) --dist loadfile"
# Debian's own python3: the one that has osgeo. Another one may stand first in PATH.
PYTHON=/usr/bin/python3
BUILD_PACKAGES="cmake ninja-build gcc g++ libc6-dev libgdal-dev libcjson-dev libcurl4-gnutls-dev libproj-dev libxxhash-dev libfast-float-dev gdal-bin python3 ca-certificates"

say() {
    printf '%s\n' "$*"
}

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# Runs apt-get as root, silently when it works.
apt_quietly() {
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "Become root or install sudo, or install these packages yourself:$missing"
        as_root="sudo"
    fi
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 "$@" >"$apt_log" 2>&1
}

# need PACKAGE...: installs those that are not there. Elsewhere than on Debian and its kin it leaves
# that to the user: CMake says what it does not find.
need() {
    command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || return 0
    missing=
    for package in "$@"; do
        # One word for each architecture; a package that was once heard of is "not-installed".
        case " $(dpkg-query -W -f '${db:Status-Status} ' "$package" 2>/dev/null || true)" in
        *" installed "*) ;;
        *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    say "Installing:$missing"
    apt_log=$(mktemp)
    # shellcheck disable=SC2086 # one word a package
    if ! apt_quietly install --no-install-recommends $missing &&
        ! { apt_quietly update && apt_quietly install --no-install-recommends $missing; }; then
        cat "$apt_log" >&2
        rm -f "$apt_log"
        fail "The packages could not be installed."
    fi
    rm -f "$apt_log"
}

# The mirror that apt uses for Debian here.
mirror() {
    apt-get update --print-uris 2>/dev/null |
        sed -n "s|^'\(.*/debian\)/*/dists/[^/]*/InRelease'.*|\1|p" | head -n 1
}

# archives KIND SUITE: the line of apt's sources for a suite of Debian, deb or deb-src.
archives() {
    say "$1 [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(mirror) $2 main"
}

# apt_in FOLDER VERB [ARGUMENT...]: apt with a state of its own.
apt_in() {
    state=$1 verb=$2
    shift 2
    apt-get -q -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::State::Lists="$state/lists" -o Dir::State::status="$state/status" \
        -o Dir::Cache="$state/cache" -o APT::Sandbox::User=root "$verb" "$@"
}

# know_only FOLDER KIND SUITE: makes such a state, which knows one suite.
know_only() {
    mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
    : >"$1/status"
    archives "$2" "$3" >"$1/sources.list"
    apt_in "$1" update
}

# build FOLDER LOG [CMAKE-OPTION...]: configures and builds; shows the log when that fails. TARGET: what to build, all by default.
build() {
    folder=$1 log=$2
    shift 2
    if ! {
        cmake -S "$ROOT" -B "$folder" -G Ninja -DBUILD_TESTING=ON "$@" &&
            cmake --build "$folder" --parallel "$JOBS" --target "${TARGET:-all}"
    } >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        return 1
    fi
}

# start_sandbox [OPTION...]: our local Mapflow on a free port; sets SANDBOX_URL and SANDBOX_PID.
start_sandbox() {
    url_file=$(mktemp)
    (cd "$ROOT/autotest" && exec "$PYTHON" -m sandbox --data "$ROOT/data" --port 0 "$@") >"$url_file" 2>&1 &
    SANDBOX_PID=$!
    waited=0
    while ! grep -q '^http' "$url_file"; do
        waited=$((waited + 1))
        if [ "$waited" -gt 100 ] || ! kill -0 "$SANDBOX_PID" 2>/dev/null; then
            cat "$url_file" >&2
            fail "The sandbox does not start."
        fi
        sleep 0.1
    done
    SANDBOX_URL=$(grep '^http' "$url_file")
    rm -f "$url_file"
}

# Safe to call when none runs.
stop_sandbox() {
    [ -n "${SANDBOX_PID:-}" ] || return 0
    kill "$SANDBOX_PID" 2>/dev/null || true
    wait "$SANDBOX_PID" 2>/dev/null || true
    SANDBOX_PID=
}

# example_files: writes the input files that the examples of README.md and of the pages in driver/ name into the current
# folder: areas of a town and its port, rasters that can be uploaded, and a table without geometry.
example_files() {
    ogr2ogr -q district.gpkg "$ROOT/data/aoi_utm.gpkg" -nln district -dialect SQLITE \
        -sql "SELECT *, CASE WHEN name LIKE 'Harbour%' THEN 'port' ELSE 'town' END AS kind FROM aoi"
    gdal_create -q -of GTiff -ot Byte -bands 3 -outsize 400 300 -a_srs EPSG:32631 -a_ullr 602000 5777000 602120 5776910 \
        -burn 90 -burn 120 -burn 80 ortho.tif
    gdal_create -q -of GTiff -ot UInt16 -bands 3 -outsize 400 300 -a_srs EPSG:32631 -a_ullr 602120 5777000 602240 5776910 \
        -burn 1500 -burn 1200 -burn 800 dsm16.tif
    gdal_translate -q ortho.tif block_07.tif
    "$PYTHON" -m zipfile -c flight.zip block_07.tif
    rm block_07.tif
    printf 'id,name\n1,Quarry\n' >table.csv
}

# request_counts LOG: what the tests in the desktop have printed: the version, and the requests of each step.
request_counts() {
    grep -E '^(QGIS [0-9]|[a-z_]+: [0-9]+ requests$)' "$1" | awk '!seen[$0]++'
}
